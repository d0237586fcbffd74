"""The tree of a text that may be anything."""

from __future__ import annotations

import dataclasses

from deckgen.text.file import BAD_CHARACTER, TextFile
from deckgen.text.parse import parse
from deckgen.text.tree import Node


def tree_of(file: TextFile) -> Node | None:
    """Return a file's tree; nothing where it has none.

    Characters that a file cannot hold are read as ones that it can.
    """
    return parse(dataclasses.replace(file, text=readable(file.text)))[0]


def readable(text: str) -> str:
    """Return a text with U+FFFD for each character that a file cannot hold."""
    return BAD_CHARACTER.sub("\ufffd", text)
