"""The types of authored values: their meaning is told by the type that a dataclass field has."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NewType

Plain = NewType("Plain", str)
"""Text as typed, without markup, on one line."""

Markup = NewType("Markup", str)
"""Markdown with ruby, mathematics and, where a kind says so, cloze."""

Verbatim = NewType("Verbatim", str)
"""A passage copied to the character from the note's source."""

Name = NewType("Name", str)
"""An identifier made of a–z, 0–9 and hyphens (`_` is a wildcard in Anki's search)."""

NoteId = NewType("NoteId", str)
"""The id of another note of the deck."""

Tag = NewType("Tag", str)
"""An Anki tag: no white space; `::` separates levels."""

Language = NewType("Language", str)
"""A BCP 47 language tag, e.g. `zh-Hans`."""

Retention = NewType("Retention", float)
"""A share of reviews to be remembered, within what FSRS can aim at."""

Context = NewType("Context", int)
"""How many lines stand visible before a gap; the style sheet knows so many."""

WRITTEN: Mapping[Any, str] = {
    Name: r"[a-z0-9-]+",
    NoteId: r"[a-z0-9-]+",
    Tag: r'[^\s"]+',
    Language: r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*",
}
"""How a text of some types has to be written, as a regular expression for the whole of it."""

LIMITS: Mapping[Any, tuple[float, float]] = {
    int: (0, 9999),  # the most that Anki takes for its limits of a day
    float: (0, 9999),
    Retention: (0.7, 0.99),
    Context: (1, 5),
}
"""The least and the most that a number of some types can be."""

WHOLE = (int, Context)
"""Which numbers have no fraction."""

REQUIRED: Any = dataclasses.MISSING


def key(
    about: str, default: Any = REQUIRED, *, example: str = "", zh: str = "", shown: bool = True
) -> Any:
    """Declare an authored key of a frozen dataclass: what it is for, and its default.

    about: one sentence in the words of the author's trade; documentation and schema show it.
    example: a value as YAML; zh: the one for a Chinese deck, where that is another.
    shown: whether a change of it can change what a card shows, so that it has to be sent.
    """
    metadata = {"about": about, "example": example, "zh": zh or example, "shown": shown}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=dict, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
