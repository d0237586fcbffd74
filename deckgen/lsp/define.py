"""Where the things are written that a file names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deckgen.deck.deck import lesson_number
from deckgen.deck.field import NoteId
from deckgen.deck.source import Source
from deckgen.lsp.analysis import Known
from deckgen.lsp.cursor import Cursor
from deckgen.lsp.expected import Expected
from deckgen.lsp.notes import is_verbatim, listed_texts, source_of
from deckgen.lsp.passages import places
from deckgen.lsp.places import Place, place_of, place_of_note
from deckgen.render.bare import bare
from deckgen.text.tree import Node


def definitions(
    cursor: Cursor, expected: Expected, known: Known, defaults: Mapping[str, Node]
) -> Iterator[Place]:
    """Yield where the thing is written that the value at a cursor names."""
    if cursor.is_key or expected.type is None:
        return
    if expected.type is NoteId and cursor.text in known.notes:
        yield place_of_note(known.notes[cursor.text])
    elif is_verbatim(cursor, expected, defaults):
        source = source_of(cursor, known, defaults)
        yield from _passages(cursor, source) if source else ()
    elif expected.name == "contrast":
        alike = (note for note in known.notes.values() if note.contrast == cursor.text)
        yield from map(place_of_note, alike)
    elif expected.name in ("source", "sources"):
        name = cursor.text if expected.name == "source" else str(cursor.path[-1])
        if name in known.sources:
            yield Place(known.sources[name].file, range(0))
    elif expected.name == "lesson":
        yield from _lesson(cursor.text, known)


def _lesson(wanted: str, known: Known) -> Iterator[Place]:
    if known.header and wanted:
        try:
            number = lesson_number(known.header, wanted)
        except ValueError:
            return
        at = known.header.at
        yield Place(at.file, place_of(at.file, at.span("lessons", number)))


def _passages(cursor: Cursor, source: Source) -> Iterator[Place]:
    """Yield where a passage stands; a line of several, where the others stand around it."""
    found = places(bare(cursor.text), source)
    if len(found) > 1:
        around = places("\n".join(listed_texts(cursor)), source)
        inner = [
            each
            for each in found
            if any(whole.start <= each.start and each.stop <= whole.stop for whole in around)
        ]
        found = inner or found
    yield from (Place(source.file, each) for each in found)
