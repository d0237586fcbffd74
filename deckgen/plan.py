"""What the next import would change, told by the lock and by the package that was sent before."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from deckgen.build import Compiled
from deckgen.lock.difference import Part, word_difference
from deckgen.package.cards import card_ords
from deckgen.package.identity import stable_id
from deckgen.package.read import Shipped, ShippedNote
from deckgen.render.plain import plain, visible

NEW, CHANGED, AGAIN, BACK = "new", "changed", "sent again", "back"
MOVED, REMOVED = "moved", "removed"

_UNSHOWN = ("Cards", "Speech", "ID")
"""Fields that no card shows, or that say again what another says."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """How a field differs from the one that was sent before, as readers see it."""

    field: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class NoteChange:
    """What becomes of a note, and why.

    what: `new`, `changed`, `sent again`, `back` (it was removed once), `moved` or `removed`.
    place: where it is authored, as `file:line:column`; nothing for a removed one.
    title: what it is called.
    fields: how its fields differ, as far as the package that was sent before tells.
    detail: the deck that it was in, the kind that it was of, the cards that come and go.
    """

    id: str
    what: str
    place: str
    title: str
    fields: tuple[FieldChange, ...] = ()
    detail: str = ""


def plan(compiled: Compiled, shipped: Shipped | None) -> list[NoteChange]:
    """Return what becomes of each note that is not untouched, in the order of study."""
    if compiled.deck is None or compiled.settled is None or compiled.content is None:
        return []
    return [*_present(compiled, shipped), *_removed(compiled)]


def _present(compiled: Compiled, shipped: Shipped | None) -> Iterator[NoteChange]:
    if compiled.deck is None or compiled.settled is None or compiled.content is None:
        return
    changes = compiled.settled.changes
    whats = dict.fromkeys(changes.moved, MOVED)
    whats |= dict.fromkeys(changes.again, AGAIN)
    whats |= dict.fromkeys(changes.back, BACK)
    whats |= dict.fromkeys(changes.changed, CHANGED)
    whats |= dict.fromkeys(changes.new, NEW)
    retyped = {record.id: record.kind for record in changes.removed}
    notes = zip(compiled.deck.notes.items(), compiled.content.notes, strict=True)
    for (note_id, note), packaged in notes:
        if what := whats.get(note_id):
            names = [field.name for field in packaged.type.note_type.fields]
            sent = shipped.notes.get(packaged.guid) if shipped and what != NEW else None
            now = dict(zip(names, packaged.fields, strict=True))
            details = []
            if note_id in changes.moved:
                details.append(f"was in {_short(changes.moved[note_id], compiled)}")
            if what == NEW and note_id in retyped:
                details.append(f"was of kind {retyped[note_id]}, which is another note to Anki")
            if sent:
                details += _cards(card_ords(packaged.type.note_type, sent.fields), packaged.cards)
            fields = tuple(_fields(sent, now)) if sent else ()
            place = str(note.at.span())
            yield NoteChange(note_id, what, place, note.title, fields, "; ".join(details))


def _short(deck: str, compiled: Compiled) -> str:
    """Return the name of a lesson's deck without that of the deck it is in."""
    whole = compiled.deck.header.name if compiled.deck else ""
    return deck.removeprefix(f"{whole}::")


def _cards(before: Collection[int], now: Collection[int]) -> Iterator[str]:
    """Yield what becomes of a note's cards, by their ordinals."""
    gone, came = set(before) - set(now), set(now) - set(before)
    if gone:
        stays = "it stays" if len(gone) == 1 else "they stay"
        yield f"loses card {_numbers(gone)} ({stays} in Anki, empty, until Tools → Empty Cards)"
    if came:
        yield f"gets card {_numbers(came)}"


def _numbers(ordinals: Collection[int]) -> str:
    return ", ".join(str(each + 1) for each in sorted(ordinals))


def _fields(sent: ShippedNote, now: dict[str, str]) -> Iterator[FieldChange]:
    for name, rendered in now.items():
        before = sent.fields.get(name, "")
        old, new = plain(before), plain(rendered)
        if old == new:  # then gaps may have come or gone
            old, new = html.unescape(visible(before)), html.unescape(visible(rendered))
        if old != new and name not in _UNSHOWN:
            yield FieldChange(name, tuple(word_difference(old, new)))


def _removed(compiled: Compiled) -> Iterator[NoteChange]:
    if compiled.settled:
        for record in compiled.settled.changes.removed:
            detail = f"of kind {record.kind}, was in {_short(record.deck, compiled)}"
            yield NoteChange(record.id, REMOVED, "", "", detail=detail)


def changed_guids(compiled: Compiled) -> frozenset[str]:
    """Return the GUIDs of the notes that this build sends a change of."""
    if compiled.deck is None or compiled.settled is None or compiled.content is None:
        return frozenset()
    changes = compiled.settled.changes
    changed = {*changes.changed, *changes.again, *changes.back}
    notes = zip(compiled.deck.notes, compiled.content.notes, strict=True)
    return frozenset(packaged.guid for note_id, packaged in notes if note_id in changed)


def removed_search(compiled: Compiled) -> str:
    """Return a search for Anki's browser that finds the removed notes; nothing without any."""
    if compiled.deck is None or compiled.settled is None:
        return ""
    deck_id, present = compiled.deck.header.id, compiled.deck.notes
    return " OR ".join(
        # a note that changed its kind has the same id, but not the same note type
        f'("ID:{deck_id}/{record.id}" mid:{stable_id("note type", deck_id, record.kind)})'
        if record.id in present
        else f'"ID:{deck_id}/{record.id}"'
        for record in compiled.settled.changes.removed
    )
