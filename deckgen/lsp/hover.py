"""What is to be said of the thing under the pointer."""

from __future__ import annotations

from collections.abc import Mapping

from deckgen.deck.deck import lesson_number
from deckgen.deck.field import NoteId, Tag
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.lsp.analysis import Analysis
from deckgen.lsp.cursor import Cursor
from deckgen.lsp.describe import describe_key, describe_note, escaped
from deckgen.lsp.expected import Expected
from deckgen.lsp.notes import is_verbatim, source_of
from deckgen.lsp.passages import places
from deckgen.render.bare import bare
from deckgen.rules import rules
from deckgen.text.tree import Node


def hover(
    cursor: Cursor,
    expected: Expected,
    note: Note | None,
    analysis: Analysis,
    defaults: Mapping[str, Node],
) -> str:
    """Return what a cursor stands on, as Markdown; an empty text where there is nothing to say.

    note: the note that the cursor is in, where it could be compiled.
    """
    if expected.keys is not None:
        key = expected.keys.get(cursor.text)
        return describe_key(key, analysis.known.language) if key else ""
    if expected.type is None:
        rule = rules().get(cursor.text) if expected.name in ("excuse", "lint") else None
        return rule.code.about if rule else ""
    if cursor.path in (("id",), ("kind",)) and note:
        return describe_note(note, analysis)
    if expected.type is NoteId:
        named = analysis.known.notes.get(cursor.text)
        return f"{escaped(named.title)}\n\n{describe_note(named, analysis)}" if named else ""
    if is_verbatim(cursor, expected, defaults):
        return _of_passage(cursor, analysis, defaults)
    return _of_word(cursor.text, expected, analysis)


def _of_passage(cursor: Cursor, analysis: Analysis, defaults: Mapping[str, Node]) -> str:
    source = source_of(cursor, analysis.known, defaults)
    if source is None:
        return ""
    found = places(bare(cursor.text), source)
    lines = ", ".join(str(source.file.span(each.start).line) for each in found)
    where = f"in line {lines} of" if found else "not in"
    return f"{where} the source `{source.name}`"


def _of_word(word: str, expected: Expected, analysis: Analysis) -> str:
    header, notes = analysis.known.header, analysis.known.notes.values()
    if expected.name == "kind" and word in kinds():
        return escaped(kinds()[word].note.__doc__ or "")
    if expected.name == "source" and header and word in header.sources:
        return f"`{header.sources[word]}`"
    if expected.name == "lesson" and header:
        try:
            return escaped(header.lessons[lesson_number(header, word)])
        except (ValueError, IndexError):
            return ""
    if expected.type is Tag:
        return f"{sum(word in note.tags for note in notes)} notes have this tag"
    return ""
