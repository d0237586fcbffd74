"""The line that tells an editor which schema a card file follows."""

from __future__ import annotations

import os
import re
from pathlib import Path

from deckgen.text.syntax import Document

FOLDER = ".deckgen"
"""Where a deck's schemas lie, below its folder."""

_MODELINE = re.compile(r"#\s*yaml-language-server:\s*\$schema=(?P<schema>\S+)\s*")


def schema_path(deck_file: Path, is_deck_file: bool) -> Path:
    """Return where the schema of a deck's file lies.

    deck_file: the deck.yaml, or the single file that is the deck.
    is_deck_file: whether the schema is that file's own, not that of the card files beside it.
    """
    folder = deck_file.parent / FOLDER
    if deck_file.stem != "deck":
        return folder / f"{deck_file.stem}.schema.json"
    return folder / ("deck.schema.json" if is_deck_file else "cards.schema.json")


def modeline(file: Path, schema: Path) -> str:
    """Return the line for a file and its schema."""
    relative = Path(os.path.relpath(schema, file.parent)).as_posix()
    return f"# yaml-language-server: $schema={relative}"


def is_modeline(comment: str) -> bool:
    """Whether a comment tells an editor the schema."""
    return _MODELINE.fullmatch(comment) is not None


def set_modeline(document: Document, line: str) -> None:
    """Put the line at the top of a file; one that names a schema of another's stays."""
    found = [match for match in map(_MODELINE.fullmatch, document.top) if match]
    if any(FOLDER not in match["schema"].split("/") for match in found):
        return
    kept = [each for each in document.top if not _MODELINE.fullmatch(each)]
    document.top = [line, *kept]
