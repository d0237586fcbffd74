"""Sequences: items that are recalled one after the other, in one cloze-type Anki note.

An item is `<span class="item">` with nothing between; sequence.css hides what comes after the
gap. Numbers are part of a card's identity: 1–300 items, 301–400 parts of the whole, 401–489 fixed
cards, 490 the whole; above 500 Anki breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from deckgen.problem import Code, Severity
from deckgen.render.escape import escape
from deckgen.text.han import is_han

TOO_MANY_ITEMS = Code(
    "too-many-items",
    Severity.ERROR,
    "A sequence holds more items than there are card numbers for them (300 items, 100 pivots, "
    "200 demands): cards are told apart by cloze numbers, above 500 Anki makes duplicate cards, "
    "and a number once given is never given again. Split the note.",
)
NOT_IN_ITEM = Code(
    "not-in-item",
    Severity.ERROR,
    "A part that is to be hidden (`hide`, `pivots`) or read (`readings`) does not stand in its "
    "text, or cannot be hidden there: it spans two lines, stands inside another part, in code or "
    "in mathematics. Copy it from the text to the character.",
)

ITEMS = range(1, 301)
PARTS = range(301, 401)
WHOLE = 490

_WORD = re.compile(r"\w")


def items(contents: Sequence[str], style: str = "") -> str:
    """Return a sequence's HTML; its contents are HTML, with their gaps."""
    spans = "".join(f'<span class="item">{content}</span>' for content in contents)
    return f'<div class="{f"items {style}".strip()}">{spans}</div>'


def gap(number: int, content: str, hint: str = "") -> str:
    """Return a cloze over HTML; the hint is HTML, too."""
    return f"{{{{c{number}::{content}{f'::{hint}' if hint else ''}}}}}"


def with_gaps(text: str, numbers: Mapping[str, int], shown: Callable[[str], str] = str) -> str:
    """Return a text in which each of the parts is a gap of its number.

    shown: what is done to the stretches of text inside and outside the gaps.
    """
    return "".join(
        gap(numbers[piece], shown(piece)) if piece in numbers else shown(piece)
        for piece in split_at(text, numbers)
    )


def split_at(text: str, parts: Collection[str]) -> list[str]:
    """Return the pieces of a text: its parts, the longest first, and what stands between."""
    if not any(parts):
        return [text]
    longest_first = sorted(filter(None, parts), key=len, reverse=True)
    return re.split(f"({'|'.join(map(re.escape, longest_first))})", text)


def cards(numbers: Sequence[int]) -> str:
    """Return the field that says which fixed cards a note has."""
    return "".join(gap(number, "·") for number in numbers)


def ladder(text: str) -> str:
    """Return a hint in two steps for a hidden text: its first character, then its first half.

    `知政失者在草野。` gives `知□□□□□□。` and `知政失者□□□。`; nothing where the text is too short.
    """
    length = len(_WORD.findall(text))
    if length < 3:
        return ""
    first, half = (escape(_masked(text, shown)) for shown in (1, (length + 1) // 2))
    return (
        f'<details class="ladder"><summary></summary><span class="step">{first}</span>'
        f'<details><summary></summary><span class="step">{half}</span></details></details>'
    )


def _masked(text: str, shown: int) -> str:
    out: list[str] = []
    for character in text:
        if not _WORD.match(character):
            out.append(character)
        elif shown > 0:
            out.append(character)
            shown -= 1
        else:
            out.append("□" if is_han(character) else "_")
    return "".join(out)
