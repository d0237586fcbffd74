"""What a half-written note says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from deckgen.deck.field import Verbatim
from deckgen.deck.source import Source
from deckgen.kinds import kinds
from deckgen.lsp.analysis import Known
from deckgen.lsp.cursor import Cursor, head
from deckgen.lsp.expected import Expected
from deckgen.lsp.tree import tree_of
from deckgen.text.file import TextFile
from deckgen.text.tree import Mapping as MappingNode
from deckgen.text.tree import Node, Sequence


def defaults_of(file: TextFile) -> Mapping[str, Node]:
    """Return a card file's defaults, whatever state its notes are in."""
    for text in (head(file.text), file.text):
        tree = tree_of(TextFile(file.path, file.name, text))
        defaults = tree.values.get("defaults") if isinstance(tree, MappingNode) else None
        if isinstance(defaults, MappingNode):
            return defaults.values
    return {}


def kind_of(note: MappingNode, defaults: Mapping[str, Node]) -> str:
    """Return the kind of a note, as it is written."""
    return str(note.values.get("kind", defaults.get("kind", "")))


def title_of(note: MappingNode, defaults: Mapping[str, Node]) -> str:
    """Return what a note is called; nothing where that is not written yet."""
    kind = kinds().get(kind_of(note, defaults))
    value = note.values.get(kind.note.titled_by, "") if kind else ""
    texts = value.values if isinstance(value, Sequence) else [value]
    return "".join(text.strip() for text in texts if isinstance(text, str))


def is_verbatim(cursor: Cursor, expected: Expected, defaults: Mapping[str, Node]) -> bool:
    """Whether the value at a cursor has to stand in its note's source."""
    kind = kinds().get(kind_of(cursor.note, defaults)) if cursor.note else None
    return expected.type is Verbatim or (kind is not None and expected.name in kind.note.verbatim)


def source_of(cursor: Cursor, known: Known, defaults: Mapping[str, Node]) -> Source | None:
    """Return the source of the note at a cursor; the only one of the deck where it names none."""
    values = cursor.note.values if cursor.note else {}
    named = values.get("source", defaults.get("source"))
    if isinstance(named, str):
        return known.sources.get(named)
    return next(iter(known.sources.values())) if len(known.sources) == 1 else None


def listed_texts(cursor: Cursor) -> list[str]:
    """Return the texts of the list that a cursor is in; the list of one where it is in none."""
    listed = cursor.note.values.get(str(cursor.path[0])) if cursor.note else None
    if not isinstance(listed, Sequence):
        return [cursor.text]
    return [text if isinstance(text, str) else "" for text in listed.values]
