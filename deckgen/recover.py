"""A lost lock is made again from the package that was last shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from deckgen.build import compile_deck
from deckgen.kinds import kinds
from deckgen.lock.record import Lock, NoteRecord, Numbered
from deckgen.lock.sketch import fingerprint, item_sketch, sketch
from deckgen.package.identity import GUID_PREFIX, guid_of, stable_id
from deckgen.package.read import Shipped, ShippedNote
from deckgen.problem import Problem
from deckgen.render.plain import plain

_ITEM = re.compile(r'<span class="item">(.*?)</span>(?=<span class="item">|</div>$)', re.DOTALL)
_NUMBER = re.compile(r"\{\{c(\d+)::")


def recover(deck: Path, shipped: Shipped) -> tuple[Lock | None, list[Problem]]:
    """Return the lock that the builder of a package had, or the deck's problems.

    A note whose text renders to what was shipped keeps its moment; of any other the content
    counts as unknown, so that it is sent with the next build.
    """
    fresh = compile_deck(deck, 1, lock=Lock())
    if fresh.content is None or fresh.deck is None:
        return None, fresh.problems
    deck_id = fresh.deck.header.id
    notes = {record.key: record for record in _records(deck_id, shipped)}
    again = compile_deck(deck, 1, lock=Lock(deck_id, notes))
    if again.settled is None:
        return None, again.problems
    for key, made in again.settled.lock.notes.items():
        known = notes.get(key)
        if known and known.rendered == made.rendered:
            notes[key] = replace(known, content=made.content, sketch=made.sketch)
    types = {
        kind: replace(record, moment=shipped.types[type_id], style="")
        for kind, record in again.settled.lock.types.items()
        if (type_id := stable_id("note type", deck_id, kind)) in shipped.types
    }
    return Lock(deck_id, notes, types), again.problems


def _records(deck_id: str, shipped: Shipped) -> Iterator[NoteRecord]:
    by_type = {stable_id("note type", deck_id, kind): kind for kind in kinds()}
    for note in shipped.notes.values():
        owner, _, note_id = note.fields.get("ID", "").partition("/")
        if owner == deck_id and note.type_id in by_type:
            yield _record(deck_id, note_id, by_type[note.type_id], note)


def _record(deck_id: str, note_id: str, kind: str, note: ShippedNote) -> NoteRecord:
    names = (note_id, f"{note_id}@{kind}", GUID_PREFIX + note.guid)
    numbers = {
        key: items
        for key in kinds()[kind].numbered
        if (items := tuple(_numbered(note.fields.get(key.capitalize(), ""))))
    }
    return NoteRecord(
        id=note_id,
        kind=kind,
        name=next(name for name in names if guid_of(deck_id, name) == note.guid),
        moment=note.moment,
        content="",
        rendered=fingerprint("\x1f".join(note.fields.values())),
        sketch=sketch("\n".join(plain(html) for html in note.fields.values())),
        deck=note.deck,
        wording=note_id if note_id.startswith("auto-") else "",
        numbers=numbers,
        highest={key: max(each.number for each in items) for key, items in numbers.items()},
    )


def _numbered(html: str) -> Iterator[Numbered]:
    for content in _ITEM.findall(html):
        found = _NUMBER.search(content)
        yield Numbered(int(found[1]) if found else 1, item_sketch(plain(content)))
