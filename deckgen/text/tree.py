"""The tree of a YAML file: texts, sequences, mappings, and the place of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_COLUMN_BITS = 24


def place(line: int, column: int) -> int:
    """Pack a zero-based line and column into one integer, so that a scalar costs no object."""
    return line << _COLUMN_BITS | column


def line_and_column(packed: int) -> tuple[int, int]:
    """Return the one-based line and column of a packed place."""
    return (packed >> _COLUMN_BITS) + 1, (packed & (1 << _COLUMN_BITS) - 1) + 1


@dataclass(slots=True, eq=False)
class Sequence:
    """A YAML sequence; `places[i]` is where `values[i]` starts.

    flow: whether it is written as `[…]`; only then `end` says where it ends.
    size: how many characters it holds, what aliases repeat counted each time.
    """

    start: int
    flow: bool
    end: int = 0
    values: list[Node] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True, eq=False)
class Mapping:
    """A YAML mapping; `keys[k]` is where key `k` starts, `places[k]` where its value does.

    The other fields are those of a sequence.
    """

    start: int
    flow: bool
    end: int = 0
    values: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    size: int = 1

    def set(self, key: str, at: int, value: Node, value_at: int) -> None:
        """Put a value under a key with the places of both."""
        self.values[key] = value
        self.keys[key] = at
        self.places[key] = value_at


Node = str | Sequence | Mapping


def walk(node: Node, path: tuple[str | int, ...]) -> Iterator[int]:
    """Yield the place of each step of `path` below `node`, as far as the path exists."""
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            if step not in node.values:
                return
            yield node.places[step]
            node = node.values[step]
        elif isinstance(node, Sequence) and isinstance(step, int):
            if step >= len(node.values):
                return
            yield node.places[step]
            node = node.values[step]
        else:
            return


def content(node: Node) -> Any:
    """Return what a tree says, without its places: texts, lists and dictionaries."""
    if isinstance(node, Mapping):
        return {key: content(value) for key, value in node.values.items()}
    if isinstance(node, Sequence):
        return [content(value) for value in node.values]
    return node
