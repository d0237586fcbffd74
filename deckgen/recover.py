"""A lost lock is made again from the package that was last shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from deckgen.build import Compiled, Memory, compile_deck, default_package
from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.lock.identify import has_own_id
from deckgen.lock.numbers import number_items
from deckgen.lock.record import GUID_PREFIX, Lock, NoteRecord, Numbered, TypeRecord
from deckgen.lock.settle import Request
from deckgen.lock.sketch import LONG, SHORT, item_sketch, mark, sketch
from deckgen.lock.wording import sent_fingerprint
from deckgen.package.content import Content, PackagedNote, PackagedType
from deckgen.package.identity import guid_of, stable_id
from deckgen.package.read import NoPackageError, Shipped, ShippedNote, read_package
from deckgen.problem import Problem
from deckgen.remember import built_type
from deckgen.render.plain import plain

_GAP = re.compile(r"\{\{c(\d+)::(.*?)(?:::.*?)?\}\}", re.DOTALL)
_OPEN_ITEM = re.compile(r'<span class="item">((?:(?!</?span class="item"|\{\{c).)*?)</span>')


def compile_remembered(
    path: Path,
    moment: int,
    request: Request | None = None,
    memory: Memory | None = None,
    package: Path | None = None,
) -> tuple[Compiled, Path | None]:
    """Compile a deck; where its lock is lost, by the one that the builder of its package had.

    package: the one that was built last; by default where it would be written. It is returned
    where the lock was made again from it.
    """
    compiled = compile_deck(path, moment, request, memory=memory)
    if compiled.remembered or compiled.deck is None or compiled.content is None:
        return compiled, None
    package = package or default_package(compiled.deck)
    try:
        shipped = read_package(package)
    except (NoPackageError, OSError):
        return compiled, None
    if not dict(_types(compiled.deck.header.id, shipped)):
        return compiled, None
    lock, _ = recover(path, shipped)
    return compile_deck(path, moment, request, lock), package


def recover(deck: Path, shipped: Shipped) -> tuple[Lock | None, list[Problem]]:
    """Return the lock that the builder of a package had, or the deck's problems.

    A note that renders to what was shipped keeps its moment; of any other the content counts as
    unknown, so that it is sent with the next build.
    """
    fresh = compile_deck(deck, 1, lock=Lock())
    if fresh.content is None or fresh.deck is None:
        return None, fresh.problems
    deck_id = fresh.deck.header.id
    types = dict(_types(deck_id, shipped))
    now = dict(_same_notes(fresh.deck, fresh.content, shipped, types))
    records = {
        record.key: record
        for guid, note in shipped.notes.items()
        if (kind := types.get(note.type_id))
        and (record := _record(deck_id, kind, note, now.get(guid)))
    }
    type_records = dict(_type_records(types, shipped))
    again = compile_deck(deck, 1, lock=Lock(deck_id, records, type_records))
    if again.settled is None:
        return None, again.problems
    for key, made in again.settled.lock.notes.items():
        known = records.get(key)
        if known and known.rendered == made.rendered:
            records[key] = replace(known, content=made.content, sketch=made.sketch)
    return Lock(deck_id, records, type_records), again.problems


def _types(deck_id: str, shipped: Shipped) -> Iterator[tuple[int, str]]:
    """Yield the id and the kind of each note type of the package that is this deck's."""
    for kind in kinds():
        type_id = stable_id("note type", deck_id, kind)
        if type_id in shipped.types:
            yield type_id, kind


def _type_records(types: Mapping[int, str], shipped: Shipped) -> Iterator[tuple[str, TypeRecord]]:
    for type_id, kind in types.items():
        packaged: PackagedType = shipped.types[type_id]
        built = built_type(kind, packaged)
        yield kind, TypeRecord(kind, packaged.moment, built.structure, built.style)


def _same_notes(
    deck: Deck, content: Content, shipped: Shipped, types: Mapping[int, str]
) -> Iterator[tuple[str, tuple[Note, PackagedNote]]]:
    """Yield the GUID of each shipped note that the deck has, and what it is there now.

    A note without an id is also known by its text, where it got its id from another.
    """
    by_text = {
        (note.type_id, _text(note.fields)): guid
        for guid, note in shipped.notes.items()
        if note.type_id in types
    }
    by_id = {(note.type_id, note.fields.get("ID")): guid for guid, note in shipped.notes.items()}
    for note, packaged in zip(deck.notes.values(), content.notes, strict=True):
        fields = _named(packaged)
        if packaged.guid in shipped.notes:
            guid: str | None = packaged.guid
        elif has_own_id(note):
            guid = by_id.get((packaged.type.id, fields["ID"]))
        else:
            guid = by_text.get((packaged.type.id, _text(fields)))
        if guid:
            yield guid, (note, packaged)


def _record(
    deck_id: str, kind: str, note: ShippedNote, now: tuple[Note, PackagedNote] | None
) -> NoteRecord | None:
    owner, _, note_id = note.fields.get("ID", "").partition("/")
    if owner != deck_id or not note_id:
        return None
    names = (note_id, f"{note_id}@{kind}", GUID_PREFIX + note.guid)
    without_id = note_id.startswith("auto-") if now is None else not has_own_id(now[0])
    return NoteRecord(
        id=note_id,
        kind=kind,
        name=next(name for name in names if guid_of(deck_id, name) == note.guid),
        moment=note.moment,
        content="",
        rendered=sent_fingerprint(note.guid, note.fields.values(), note.tags),
        sketch=sketch(_text(note.fields), LONG if without_id else SHORT),
        deck=note.deck,
        wording="" if not without_id else note_id if now is None else now[0].id or "",
        numbers={
            key: items
            for key, numbers in kinds()[kind].numbered.items()
            if (items := _items(key, numbers.start, note.fields, now))
        },
    )


def _items(
    key: str, first: int, fields: Mapping[str, str], now: tuple[Note, PackagedNote] | None
) -> tuple[Numbered, ...]:
    """Return the items of a key as the package has them, by the texts that the author wrote."""
    html = fields.get(key.capitalize(), "")
    known = [_numbered(number, text) for number, text in _gaps(html).items()]
    open_item = _OPEN_ITEM.search(html)
    if open_item and {each.number for each in known} == set(
        range(first + 1, first + len(known) + 1)
    ):
        known.insert(0, _numbered(first, plain(open_item[1])))
    if now is None:
        return tuple(known)
    note, packaged = now
    authored: Sequence[str] = getattr(note, key)
    gaps = _gaps(_named(packaged).get(key.capitalize(), ""))
    shown = [gaps.get(number, str(text)) for number, text in enumerate(authored, first)]
    items = number_items(shown, known, first)
    present = [_numbered(each.number, text) for each, text in zip(items, authored, strict=False)]
    return (*present, *items[len(present) :])


def _numbered(number: int, text: str) -> Numbered:
    return Numbered(number, mark(text), item_sketch(text))


def _gaps(html: str) -> dict[int, str]:
    """Return what each cloze number of a field hides, in the field's order."""
    gaps: dict[int, str] = {}
    for number, content in _GAP.findall(html):
        gaps[int(number)] = gaps.get(int(number), "") + plain(content)
    return gaps


def _named(packaged: PackagedNote) -> dict[str, str]:
    names = (field.name for field in packaged.type.note_type.fields)
    return dict(zip(names, packaged.fields, strict=True))


def _text(fields: Mapping[str, str]) -> str:
    return "\n".join(plain(html) for name, html in fields.items() if name != "ID")
