"""Which cards a note has, by Anki's own rule.

A template's card exists when its front, rendered with the non-empty fields, shows at least one
non-empty field; a cloze note has a card for each number in a field that its front clozes
(Anki: rslib/src/template.rs, rslib/src/cloze.rs).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deckgen.render.notetype import NoteType

_HANDLE = re.compile(r"<!--.*?-->|\{\{(?P<handle>.*?)\}\}", re.DOTALL)
_CLOZE = re.compile(r"\{\{c([0-9,]*[0-9][0-9,]*)::|\}\}")
_BLANK = re.compile(r"(?:[ \t\n\v\f\r]|</?(?:br|div) ?/?>)*", re.IGNORECASE)
_MAX_NESTED = 10


@dataclass(frozen=True, slots=True)
class _Replacement:
    """A field that a template shows, and the filters that it goes through."""

    field: str
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Section:
    """A conditional of a template, or its whole: `parts` are there where the field is (not) empty."""

    field: str
    negated: bool
    parts: tuple[_Replacement | _Section, ...]


def is_empty(field: str) -> bool:
    """Whether Anki counts a field as empty: nothing but ASCII white space, `<br>` and `<div>`."""
    return _BLANK.fullmatch(field) is not None


def card_ords(note_type: NoteType, fields: Mapping[str, str]) -> list[int]:
    """Return the zero-based ordinals of a note's cards, in order."""
    if note_type.cloze:
        clozed = _clozed_fields(note_type.templates[0].front)
        numbers = {number for name in clozed for number in _cloze_numbers(fields.get(name, ""))}
        return sorted(number - 1 for number in numbers if number)
    full = {name for name, value in fields.items() if not is_empty(value)}
    return [
        at
        for at, template in enumerate(note_type.templates)
        if _shows(_parsed(template.front), full)
    ]


def _cloze_numbers(field: str) -> Iterator[int]:
    """Yield the numbers of a field's clozes; what is not closed is none."""
    opened: list[str] = []
    for token in _CLOZE.finditer(field):
        if token[1] and len(opened) < _MAX_NESTED:
            opened.append(token[1])
        elif not token[1] and opened:
            yield from (int(number) for number in opened.pop().split(",") if number)


@functools.cache
def _clozed_fields(front: str) -> tuple[str, ...]:
    shown = _replacements(_parsed(front))
    return tuple(dict.fromkeys(each.field for each in shown if "cloze" in each.filters))


def _replacements(section: _Section) -> Iterator[_Replacement]:
    for part in section.parts:
        if isinstance(part, _Replacement):
            yield part
        else:
            yield from _replacements(part)


@functools.cache
def _parsed(front: str) -> _Section:
    stack: list[tuple[str, bool, list[_Replacement | _Section]]] = [("", False, [])]
    for token in _HANDLE.finditer(front):
        handle = (token["handle"] or "").lstrip("{").strip()
        sign, name = handle[:1], handle[1:].lstrip()
        if sign == "/":
            field, negated, parts = stack.pop()
            stack[-1][2].append(_Section(field, negated, tuple(parts)))
        elif sign in ("#", "^"):
            stack.append((name, sign == "^", []))
        elif handle:
            *filters, field = handle.split(":")
            stack[-1][2].append(_Replacement(field, tuple(filters)))
    return _Section("", False, tuple(stack[0][2]))


def _shows(section: _Section, full: set[str]) -> bool:
    return any(
        part.field in full
        if isinstance(part, _Replacement)
        else (part.field in full) is not part.negated and _shows(part, full)
        for part in section.parts
    )
