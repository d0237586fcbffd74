"""The order of keys: a note's identity and place, its own keys, what they rest on."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from deckgen.deck.deck import Header
from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.text.syntax import Alias, Collection, Document, Entry, Node, Scalar, nodes

FIRST = (
    *("id", "kind", "guid", "draft"),
    *("lesson", "source", "tags", "cue", "contrast"),
    *("origin", "cite", "verified"),
)
"""A note's keys that stand before those of its kind; the other common ones stand after them."""

_MERGE = "<<"


def arrange(document: Document, kinds: Mapping[str, type[Note]]) -> None:
    """Bring the keys of a card file into their order, with the comments above and beside them."""
    root = document.root
    _raise_to_top(document)  # it is about the file, whatever key comes first
    _sort(root, (*authored(Header), "defaults", "notes"))
    _raise_to_top(document)
    root.flow = False
    _arrange_values(root, authored(Header))
    keys = root.keyed()
    defaults, notes = keys.get("defaults"), keys.get("notes")
    default_kind = ""
    if isinstance(defaults, Collection) and defaults.is_mapping:
        default_kind = _word(defaults.keyed().get("kind"))
        _arrange_note(defaults, kinds, "")
    if isinstance(notes, Collection) and not notes.is_mapping:
        notes.flow = False
        for note in notes.entries:
            if isinstance(note.value, Collection) and note.value.is_mapping:
                _arrange_note(note.value, kinds, default_kind)
                note.value.flow = False
    _raise_comments(root)


def note_keys(kinds: Iterable[type[Note]]) -> tuple[str, ...]:
    """Return the keys of a note in their order; of several kinds, for what may be any of them."""
    common = authored(Note)
    own = [name for kind in kinds for name in authored(kind) if name not in common]
    return (*FIRST, *dict.fromkeys(own), *(name for name in common if name not in FIRST))


def _arrange_note(note: Collection, kinds: Mapping[str, type[Note]], default_kind: str) -> None:
    kind = kinds.get(_word(note.keyed().get("kind")) or default_kind)
    candidates = [kind] if kind else list(kinds.values())
    _sort(note, note_keys(candidates))
    for candidate in candidates:
        _arrange_values(note, authored(candidate))


def _arrange_values(node: Collection, keys: Mapping[str, Any]) -> None:
    for name, value in node.keyed().items():
        if name in keys:
            _arrange_typed(value, keys[name].type)


def _arrange_typed(node: Node, wanted: Any) -> None:
    """Bring the keys of records into order, wherever a type has them."""
    if not isinstance(node, Collection):
        return
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type) and node.is_mapping:
        _sort(node, tuple(authored(wanted)))
        _arrange_values(node, authored(wanted))
        return
    origin = typing.get_origin(wanted)
    for argument in typing.get_args(wanted):
        if origin in (typing.Union, types.UnionType):
            _arrange_typed(node, argument)
        else:
            for entry in node.entries:
                _arrange_typed(entry.value, argument)


def _sort(node: Collection, order: tuple[str, ...]) -> None:
    """Sort the entries of a mapping; unknown keys stay last, as they were.

    Where an alias would come to stand before what it repeats, the author's order stays.
    """
    rank = {name: at for at, name in enumerate((_MERGE, *order))}
    entries = sorted(node.entries, key=lambda entry: rank.get(_word(entry.key), len(rank)))
    if _anchors(entries) == _anchors(node.entries):
        node.entries = entries


def _anchors(entries: list[Entry]) -> dict[str, list[int]]:
    """Return for each anchor's name the nodes that give it or repeat it, in their order."""
    found: dict[str, list[int]] = {}
    for entry in entries:
        for node in (*nodes(entry.key or Alias("")), *nodes(entry.value)):
            name = node.name if isinstance(node, Alias) else _anchor(node.properties)
            if name:
                found.setdefault(name, []).append(id(node))
    return found


def _anchor(properties: str) -> str:
    return next((part[1:] for part in properties.split() if part.startswith("&")), "")


def _raise_to_top(document: Document) -> None:
    for entry in document.root.entries[:1]:
        document.top += entry.before
        entry.before = []


def _raise_comments(node: Collection) -> None:
    """Move the comments at the start of an item above its dash."""
    for entry in node.entries:
        value = entry.value
        if not isinstance(value, Collection):
            continue
        _raise_comments(value)
        if entry.key is None and value.entries and not value.properties:
            first = value.entries[0]
            entry.before += [line for line in first.before if line]
            first.before = []


def _word(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) else ""
