"""The texts of a note that its author worded, each with its place."""

from __future__ import annotations

import functools
import operator
import typing
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple, cast

from deckgen.deck.deck import Deck
from deckgen.deck.field import Markup
from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.kinds._question import Path
from deckgen.kinds.quotation import Quotation

_PLAIN = ("cite", "occasion", "original")
"""Plain texts that cards show; the others are names."""


class Text(NamedTuple):
    """A text of a note, as it was authored, and where."""

    text: str
    path: Path
    note: Note
    deck: Deck


def texts(note: Note) -> list[tuple[str, Path]]:
    """Return a note's texts with their places, those left out that are copied from its source.

    A reading under `readings` is given as the ruby that it makes.
    """
    found: list[tuple[str, Path]] = []
    for name, many in _fields(cast(Hashable, type(note))):
        value = getattr(note, name)
        if many:
            found += [(text, (name, at)) for at, text in enumerate(value)]
        elif value is not None:
            found.append((value, (name,)))
    if isinstance(note, Quotation):
        found += _of_quotation(note)
    return found


def all_texts(note: Note) -> str:
    """Return a note's texts in one, a line each."""
    found: list[str] = []
    for value in _values(cast(Hashable, type(note)))(note):
        if value:
            found += (value,) if isinstance(value, str) else value
    if isinstance(note, Quotation):
        found += [text for text, _ in _of_quotation(note)]
    return "\n".join(found)


def _of_quotation(note: Quotation) -> list[tuple[str, Path]]:
    work = note.work
    parts = ("title", "author", "era", "cite") if work else ()
    found: list[tuple[str, Path]] = [
        (text, ("work", part)) for part in parts if (text := getattr(work, part))
    ]
    found += [
        (f"{{{base}|{reading}}}", ("readings", base)) for base, reading in note.readings.items()
    ]
    return found


@functools.cache
def _values(kind: Any) -> Callable[[Note], tuple[str | Sequence[str] | None, ...]]:
    """Return what gets the values of a kind's fields that hold texts."""
    return operator.attrgetter(*[name for name, _ in _fields(kind)])


@functools.cache
def _fields(kind: Any) -> tuple[tuple[str, bool], ...]:
    """Return the names of a kind's fields that hold texts, and whether they hold several."""
    found: list[tuple[str, bool]] = []
    for name, field in authored(kind).items():
        arguments = typing.get_args(field.type)
        is_text = Markup in (field.type, *arguments) or name in _PLAIN
        if is_text and name not in kind.verbatim:
            found.append((name, typing.get_origin(field.type) is tuple))
    return tuple(found)
