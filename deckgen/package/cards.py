"""Which cards a note has, by Anki's own rule.

A template's card exists when its front, rendered with the non-empty fields, shows at least one
non-empty field; a cloze note has a card for each number of a cloze in any field, whether its front
shows that field or not (Anki: rslib/src/template.rs, rslib/src/cloze.rs).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deckgen.problem import Code, Severity
from deckgen.render.notetype import NoteType

NO_CARD = Code(
    "no-card",
    Severity.ERROR,
    "A note makes no card, or its first field shows nothing, so that Anki would not take it. Give "
    "it one of the fields that make a card; the README's table of kinds tells which.",
)

_HANDLE = re.compile(r"<!--.*?-->|\{\{(?P<handle>.*?)\}\}", re.DOTALL)
_CLOZE = re.compile(r"\{\{c([0-9,]*[0-9][0-9,]*)::|\}\}")
_BLANK = re.compile(r"(?:[ \t\n\v\f\r]|</?(?:br|div) ?/?>)*", re.IGNORECASE)
_MAX_NESTED = 10
_NEVER_EMPTY = frozenset(("Card", "CardFlag", "CardID", "Deck", "Subdeck", "Type"))
"""What Anki itself fills in; `Tags` is empty here, as it is for a note without tags."""


@dataclass(frozen=True, slots=True)
class _Section:
    """A conditional of a template, or its whole: fields and sections, shown by `field`'s state."""

    field: str
    negated: bool
    parts: tuple[str | _Section, ...]


def is_empty(field: str) -> bool:
    """Whether Anki counts a field as empty: nothing but ASCII white space, `<br>` and `<div>`."""
    return _BLANK.fullmatch(field) is not None


def card_ords(note_type: NoteType, fields: Mapping[str, str]) -> list[int]:
    """Return the zero-based ordinals of a note's cards, in order."""
    if note_type.cloze:
        numbers = {number for field in fields.values() for number in _cloze_numbers(field)}
        return sorted(number - 1 for number in numbers if number)
    full = _NEVER_EMPTY.union(name for name, value in fields.items() if not is_empty(value))
    return [
        at
        for at, template in enumerate(note_type.templates)
        if _shows(_parsed(template.front), full)
    ]


def _cloze_numbers(field: str) -> Iterator[int]:
    """Yield the numbers of a field's clozes; one that is not closed is lost with all inside it."""
    opened: list[list[int]] = []
    for token in _CLOZE.finditer(field):
        if token[1]:
            if len(opened) < _MAX_NESTED:
                opened.append([int(number) for number in token[1].split(",") if number])
        elif len(opened) > 1:
            closed = opened.pop()
            opened[-1] += closed
        elif opened:
            yield from opened.pop()


@functools.cache
def _parsed(front: str) -> _Section:
    stack: list[tuple[str, bool, list[str | _Section]]] = [("", False, [])]
    for token in _HANDLE.finditer(front):
        handle = (token["handle"] or "").lstrip("{").strip()
        sign, name = handle[:1], handle[1:].lstrip()
        if sign == "/":
            field, negated, parts = stack.pop()
            stack[-1][2].append(_Section(field, negated, tuple(parts)))
        elif sign in ("#", "^"):
            stack.append((name, sign == "^", []))
        elif handle:
            stack[-1][2].append(handle.rpartition(":")[2])
    return _Section("", False, tuple(stack[0][2]))


def _shows(section: _Section, full: frozenset[str]) -> bool:
    return any(
        part in full
        if isinstance(part, str)
        else (part.field in full) is not part.negated and _shows(part, full)
        for part in section.parts
    )
