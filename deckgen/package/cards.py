"""Which cards a note has, by Anki's own rule.

A template's card exists when its front, rendered with the non-empty fields, shows at least one
non-empty field; a cloze note has a card for each number in a field that its front clozes
(Anki: rslib/src/template.rs, rslib/src/cloze.rs).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from deckgen.render.notetype import NoteType

_TAG = re.compile(r"\{\{\s*([#^/]?)([^{}]*?)\}\}")
_CLOZED = re.compile(r"\{\{(?:[^{}]*:)?cloze:(?:[^{}]*:)?([^{}:]+)\}\}")
_CLOZE_OPEN = re.compile(r"\{\{c([\d,]+)::")
_BLANK = re.compile(r"(?:[\s\u3000]|</?(?:br|div)(?:\s*/)?>)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Section:
    """A conditional of a template, or its whole: `shown` where the field is (not) empty."""

    field: str
    negated: bool
    parts: tuple[str | _Section, ...]


def is_empty(field: str) -> bool:
    """Whether Anki counts a field as empty: nothing but white space, `<br>` and `<div>`."""
    return _BLANK.fullmatch(field) is not None


def card_ords(note_type: NoteType, fields: Mapping[str, str]) -> list[int]:
    """Return the zero-based ordinals of a note's cards, in order."""
    if note_type.cloze:
        clozed = _clozed_fields(note_type.templates[0].front)
        text = "".join(fields.get(name, "") for name in clozed)
        numbers = {int(n) for group in _CLOZE_OPEN.findall(text) for n in group.split(",") if n}
        return sorted(number - 1 for number in numbers if number)
    full = {name for name, value in fields.items() if not is_empty(value)}
    return [
        at
        for at, template in enumerate(note_type.templates)
        if _shows(_parsed(template.front), full)
    ]


@functools.cache
def _clozed_fields(front: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in _CLOZED.findall(front)))


@functools.cache
def _parsed(front: str) -> _Section:
    stack: list[tuple[str, bool, list[str | _Section]]] = [("", False, [])]
    for tag in _TAG.finditer(front):
        sign, name = tag[1], tag[2].strip()
        if sign == "/":
            field, negated, parts = stack.pop()
            stack[-1][2].append(_Section(field, negated, tuple(parts)))
        elif sign:
            stack.append((name, sign == "^", []))
        else:
            stack[-1][2].append(name.rpartition(":")[2].strip())
    return _Section("", False, tuple(stack[0][2]))


def _shows(section: _Section, full: set[str]) -> bool:
    return any(
        part in full
        if isinstance(part, str)
        else (part.field in full) is not part.negated and _shows(part, full)
        for part in section.parts
    )
