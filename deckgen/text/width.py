"""How wide a text stands on a screen with letters of one width."""

from __future__ import annotations

import unicodedata


def width(text: str) -> int:
    """Return the columns that a text takes: two for a Han character, none for a combining one."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
