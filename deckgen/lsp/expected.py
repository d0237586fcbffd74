"""What may be written where a cursor stands, by the types of the deck's own keys."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deckgen.deck.deck import Header
from deckgen.deck.note import Note
from deckgen.deck.read import Authored, authored
from deckgen.kinds import kinds
from deckgen.lsp.cursor import Cursor, Steps
from deckgen.lsp.tree import tree_of
from deckgen.text.file import TextFile
from deckgen.text.tree import Mapping as MappingNode
from deckgen.text.tree import Node, Sequence

Keys = Mapping[str, Authored]

_TOP_KEY = re.compile(r"^(\w+)[ \t]*:", re.MULTILINE)
_MAPPING = typing.get_origin(Mapping[str, str])

_DEFAULTS = Authored(
    name="defaults",
    type=Any,
    required=False,
    about="What all notes of this file have in common; a note's own value wins.",
    example="{kind: basic, lesson: 1}",
    zh="{kind: basic, lesson: 1}",
    shown=True,
)
_NOTES = dataclasses.replace(
    _DEFAULTS, name="notes", about="The file's notes, in the order of study.", example="", zh=""
)


@dataclass(frozen=True, slots=True)
class _Record:
    """A type that is known by its keys."""

    keys: Keys


@dataclass(frozen=True, slots=True)
class Expected:
    """What may stand in a place.

    name: the authored key that the place belongs to; empty at the top of a record.
    keys: the keys that may stand there; nothing where a value or a free key is wanted.
    type: the type of the value there, of a list the type of its items; nothing for a key.
    """

    name: str
    keys: Keys | None
    type: Any


def expected_at(cursor: Cursor, defaults: Mapping[str, Node], is_deck: bool) -> Expected | None:
    """Tell what may stand at a cursor; nothing where nothing is known.

    defaults: those of the file. is_deck: whether the file says what the deck is.
    """
    path = cursor.path[:-1] if cursor.is_key else cursor.path
    found = _below(_Record(_root(cursor, defaults, is_deck)), path)
    if found is None:
        return None
    name, type_ = found
    if not cursor.is_key and typing.get_origin(type_) is tuple:
        type_ = _plain(typing.get_args(type_)[0])
    record = _keys(type_)
    if record and not cursor.is_key and hasattr(type_, "lone"):
        return Expected(name, None, _plain(record[type_.lone(cursor.text)].type))
    # a word that stands alone where a mapping is wanted will be its first key
    if record is not None or typing.get_origin(type_) is _MAPPING:
        return Expected(name, record, None)
    return None if cursor.is_key else Expected(name, None, type_)


def note_keys(note: Mapping[str, Node], defaults: Mapping[str, Node]) -> Keys:
    """Return the keys of a note's kind, or of all kinds where it is not known yet."""
    kind = note.get("kind", defaults.get("kind"))
    if isinstance(kind, str) and kind in kinds():
        return authored(kinds()[kind].note)
    return authored(Note) | {
        name: dataclasses.replace(key, required=False)
        for each in kinds().values()
        for name, key in authored(each.note).items()
        if name not in authored(Note)
    }


def siblings(cursor: Cursor, file: TextFile) -> set[str]:
    """Return the keys that stand beside the one at a cursor."""
    node: Node | None = cursor.note or tree_of(file)
    if node is None and len(cursor.path) == 1:
        return set(_TOP_KEY.findall(file.text))
    for step in cursor.path[:-1]:
        if isinstance(node, MappingNode) and isinstance(step, str):
            node = node.values.get(step)
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.values[step] if step < len(node.values) else None
        else:
            return set()
    return set(node.values) if isinstance(node, MappingNode) else set()


def _root(cursor: Cursor, defaults: Mapping[str, Node], is_deck: bool) -> Keys:
    if cursor.note:
        return note_keys(cursor.note.values, defaults)
    every = {
        name: dataclasses.replace(key, required=False)
        for name, key in note_keys({}, {}).items()
        if name != "id"
    }
    common = {"defaults": dataclasses.replace(_DEFAULTS, type=_Record(every)), "notes": _NOTES}
    return {**authored(Header), **common} if is_deck else common


def _below(type_: Any, path: Steps) -> tuple[str, Any] | None:
    """Return the type at a path below another one, and the last authored key on the way."""
    name = ""
    for step in path:
        keys = _keys(type_)
        arguments = typing.get_args(type_)
        if keys is not None:
            if step not in keys:
                return None
            name, type_ = str(step), keys[str(step)].type
        elif typing.get_origin(type_) is tuple and isinstance(step, int):
            type_ = arguments[0]
        elif typing.get_origin(type_) is _MAPPING:
            type_ = arguments[1]
        else:
            return None
        type_ = _plain(type_)
    return name, type_


def _keys(type_: Any) -> Keys | None:
    if isinstance(type_, _Record):
        return type_.keys
    if isinstance(type_, type) and dataclasses.is_dataclass(type_):
        return authored(type_)
    return None


def _plain(type_: Any) -> Any:
    """Return a type without `| None`."""
    if typing.get_origin(type_) in (typing.Union, types.UnionType):
        return next(each for each in typing.get_args(type_) if each is not type(None))
    return type_
