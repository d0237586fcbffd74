"""Where things are written: the range of a problem, a note, a passage."""

from __future__ import annotations

from dataclasses import dataclass

from deckgen.deck.note import Note
from deckgen.lsp.analysis import Analysis
from deckgen.lsp.tree import tree_of
from deckgen.problem import Span
from deckgen.text.extent import Extents, extents
from deckgen.text.file import BAD_CHARACTER, TextFile
from deckgen.text.tree import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a file's text."""

    file: TextFile
    at: range


@dataclass(frozen=True, slots=True)
class NotePlace:
    """A note's mapping; from its first key on, or its brace, to its end."""

    node: Mapping
    at: range


def offset_of(text: str, span: Span) -> int:
    """Return the offset of a span's place in its file's text."""
    start = 0
    for _ in range(span.line - 1):
        start = text.find("\n", start) + 1
    return min(start + span.column - 1, len(text))


def place_of(file: TextFile, span: Span, known: Extents | None = None) -> range:
    """Return what is written at a span.

    known: the file's extents, where they are known already.
    """
    at = offset_of(file.text, span)
    if BAD_CHARACTER.match(file.text, at):
        return range(at, at + 1)
    return (known or extents(file)).at(at)


def note_places(file: TextFile) -> list[NotePlace]:
    """Return the notes of a card file, in their order; none where it cannot be read."""
    tree = tree_of(file)
    listed = tree.values.get("notes") if isinstance(tree, Mapping) else None
    if not isinstance(listed, Sequence) or not listed.values:
        return []
    starts = [offset_of(file.text, file.place(place)) for place in listed.places]
    ends = [*starts[1:], len(file.text)]
    return [
        NotePlace(node, range(start, start + len(_without_rest(file.text[start:end]))))
        for node, start, end in zip(listed.values, starts, ends, strict=True)
        if isinstance(node, Mapping)
    ]


def note_in(analysis: Analysis, file: TextFile, place: NotePlace) -> Note | None:
    """Return the compiled note of a place in a file, if it could be compiled."""
    notes = analysis.deck.notes.values() if analysis.deck else ()
    start = place.node.start
    return next(
        (n for n in notes if n.at.file.path == file.path and n.at.node.start == start), None
    )


def place_of_note(note: Note) -> Place:
    """Return where a note's id is written, or the note where it has none of its own."""
    file = note.at.file
    return Place(file, place_of(file, note.at.span("id")))


def _without_rest(text: str) -> str:
    """Return a note's text without what stands before the next one: its dash, comments, blanks."""
    lines = text.split("\n")
    while lines and (lines[-1].strip() in ("", "-") or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines)
