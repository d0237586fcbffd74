"""What an author wrote of a note, and what is sent of it, as fingerprints."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, cast

from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.lock.sketch import fingerprint, sketch


def content_fingerprint(
    note: Note, settings: Iterable[str], references: Iterable[str], media: Iterable[str]
) -> str:
    """Return the fingerprint of everything authored that a note's cards show.

    A key left at its default is left out, so that a later version can have more of them.

    settings: what the deck says that changes all notes; references: what the notes say that it
    names; media: its files' names, made of their content.
    """
    values = dict(_given(note, _shown(cast(Hashable, type(note)))))
    values["tags"] = sorted(set(note.tags))
    whole = [note.id, note.guid, values, *map(list, (settings, references, sorted(media)))]
    return fingerprint(json.dumps(whole, ensure_ascii=False, separators=(",", ":")))


def sent_fingerprint(guid: str, fields: Iterable[str], tags: Iterable[str]) -> str:
    """Return the fingerprint of what Anki would take over: the fields' HTML, and the tags."""
    return fingerprint("\x1f".join((guid, *fields, *tags)))


def content_sketch(note: Note, kept: int) -> str:
    """Return the sketch of a note's own texts, by which it is recognised."""
    own = (name for name in _shown(cast(Hashable, type(note))) if name not in _common())
    return sketch("\n".join(text for name in own for text in _texts(getattr(note, name))), kept)


@functools.cache
def _shown(record: Any) -> tuple[str, ...]:
    return tuple(key.name for key in authored(record).values() if key.shown)


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(authored(Note))


def _given(record: Any, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield those values of a dataclass that are not its defaults."""
    defaults = _defaults(cast(Hashable, type(record)))
    for name in names:
        value = getattr(record, name)
        if value != defaults.get(name):
            yield name, _plain(value)


@functools.cache
def _defaults(record: Any) -> dict[str, Any]:
    return {
        field.name: field.default if field.default_factory is dataclasses.MISSING else {}
        for field in dataclasses.fields(record)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dict(_given(value, (field.name for field in dataclasses.fields(value))))
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
