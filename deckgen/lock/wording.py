"""What an author wrote of a note, as one text: what its cards show, whatever renders them."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, cast

from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.lock.sketch import fingerprint, sketch


def content_fingerprint(note: Note, references: Iterable[str], media: Iterable[str]) -> str:
    """Return the fingerprint of everything authored that a note's cards show.

    references: what the notes say that it names; media: its files' names, made of their content.
    """
    values = {name: _plain(getattr(note, name)) for name in _shown(cast(Hashable, type(note)))}
    values["tags"] = sorted(set(note.tags))
    whole = [values, list(references), sorted(media)]
    return fingerprint(json.dumps(whole, ensure_ascii=False, separators=(",", ":")))


def content_sketch(note: Note) -> str:
    """Return the sketch of a note's own texts, by which it is recognised."""
    own = (name for name in _shown(cast(Hashable, type(note))) if name not in _common())
    return sketch("\n".join(text for name in own for text in _texts(getattr(note, name))))


@functools.cache
def _shown(record: Any) -> tuple[str, ...]:
    return tuple(key.name for key in authored(record).values() if key.shown)


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(authored(Note))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
