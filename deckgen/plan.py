"""What the next import would change, told by the lock and by the package that was sent before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deckgen.build import Compiled
from deckgen.lock.difference import Part, word_difference
from deckgen.package.read import Shipped, ShippedNote
from deckgen.render.plain import plain

NEW, CHANGED, AGAIN, REMOVED, MOVED = "new", "changed", "sent again", "removed", "moved"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """How a field differs from the one that was sent before, as readers see it."""

    field: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class NoteChange:
    """What becomes of a note, and why.

    what: `new`, `changed`, `sent again`, `moved` or `removed`.
    place: where it is authored, as `file:line:column`; nothing for a removed one.
    title: what it is called.
    fields: how its fields differ, as far as the package that was sent before tells.
    detail: for a moved note, the deck that it was in.
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
    whats |= dict.fromkeys(changes.changed, CHANGED)
    whats |= dict.fromkeys(changes.new, NEW)
    notes = zip(compiled.deck.notes.items(), compiled.content.notes, strict=True)
    for (note_id, note), packaged in notes:
        if what := whats.get(note_id):
            names = [field.name for field in packaged.type.note_type.fields]
            sent = shipped.notes.get(packaged.guid) if shipped and what != NEW else None
            now = dict(zip(names, packaged.fields, strict=True))
            moved = f"to {packaged.deck}" if note_id in changes.moved else ""
            fields = tuple(_fields(sent, now)) if sent else ()
            place = str(note.at.span())
            yield NoteChange(note_id, what, place, note.title, fields, moved)


def _fields(sent: ShippedNote, now: dict[str, str]) -> Iterator[FieldChange]:
    for name, html in now.items():
        old, new = plain(sent.fields.get(name, "")), plain(html)
        if old != new:
            yield FieldChange(name, tuple(word_difference(old, new)))


def _removed(compiled: Compiled) -> Iterator[NoteChange]:
    if compiled.settled:
        for record in compiled.settled.changes.removed:
            yield NoteChange(record.id, REMOVED, "", "", detail=f"was in {record.deck}")
