"""Truth to the source: what is said to stand in it does, to the character."""

from __future__ import annotations

from collections.abc import Iterator

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.deck.source import Source
from deckgen.problem import Code, Problem, Severity
from deckgen.render.plain import plain
from deckgen.text.passage import joined, nearest, without_punctuation

NOT_IN_SOURCE = Code(
    "not-in-source",
    Severity.ERROR,
    "A verbatim text (evidence, the lines of a quotation or passage, a principle's heading) does "
    "not stand in its source. The nearest passage is shown, with what differs in 【】: copy it "
    "from there. Line breaks and indents do not count; characters are compared after NFC.",
)
SOURCE_PUNCTUATION = Code(
    "source-punctuation",
    Severity.WARNING,
    "A verbatim text differs from its source in punctuation only. Copy the source's.",
)


def check(deck: Deck) -> Iterator[tuple[Note | None, Problem]]:
    """Yield the verbatim texts that their source does not hold."""
    for note in deck.notes.values():
        source = deck.sources.get(note.source) if note.source else None
        if source:
            for path, text in _verbatim(note):
                for problem in _compare(note, path, text, source):
                    yield note, problem


def _verbatim(note: Note) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for at, passage in enumerate(note.evidence):
        yield ("evidence", at), passage
    for field in note.verbatim:
        value = getattr(note, field)
        if value:
            yield (field,), plain(value) if isinstance(value, str) else "\n".join(value)


def _compare(
    note: Note, path: tuple[str | int, ...], text: str, source: Source
) -> Iterator[Problem]:
    passage = joined(text)
    if passage in source.joined:
        return
    near = nearest(passage, source.joined)
    shown = f"; the nearest passage is “{near}”" if near else ""
    if without_punctuation(passage) in without_punctuation(source.joined):
        message = f"only the punctuation differs from the source '{source.name}'{shown}"
        yield Problem(SOURCE_PUNCTUATION, message, note.at.span(*path))
    else:
        message = f"“{passage}” is not in the source '{source.name}'{shown}"
        yield Problem(NOT_IN_SOURCE, message, note.at.span(*path))
