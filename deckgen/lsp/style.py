"""A document in the style of `deckgen fmt`."""

from __future__ import annotations

from deckgen.edit.fmt import MeaningChangedError, formatted
from deckgen.kinds import kinds
from deckgen.text.file import BAD_CHARACTER, TextFile
from deckgen.text.parse import parse
from deckgen.text.tree import Mapping
from deckgen.text.trivia import UnknownLayoutError


def in_style(file: TextFile) -> str | None:
    """Return a card file's text in deckgen's style; nothing where its YAML has a mistake."""
    if BAD_CHARACTER.search(file.text):
        return None
    tree, problems = parse(file)
    if problems or not isinstance(tree, Mapping):
        return None
    try:
        text, _ = formatted(file, {name: kind.note for name, kind in kinds().items()})
    except (UnknownLayoutError, MeaningChangedError):
        return None
    return text
