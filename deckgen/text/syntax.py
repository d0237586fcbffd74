"""A YAML file as its author laid it out: nodes with their own text, comments, blank lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment beside a value: `gap` spaces, then its lines, the later ones below the first."""

    gap: int
    lines: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Scalar:
    """A text, as its author wrote it.

    value: as YAML reads it.
    lines: its own text, trimmed; of a block scalar the content, without its indentation.
    header: of a block scalar `|` or `>`, its chomping mark, and `2` where its indentation has
    to be told; else empty.
    below: whether it starts on a later line than its key or dash.
    """

    value: str
    lines: tuple[str, ...] = ()
    quote: str = ""
    header: str = ""
    properties: str = ""
    below: bool = False
    header_remark: Remark | None = None


@dataclass(slots=True, eq=False)
class Alias:
    """A value that repeats another one."""

    name: str


@dataclass(slots=True, eq=False)
class Entry:
    """An item of a sequence (without a key), or a pair of a mapping.

    before: the comments and blank lines above it.
    header: the comment after the colon, where the value is a block below it.
    remark: the comment beside its end.
    """

    value: Node
    key: Scalar | Alias | None = None
    before: list[str] = field(default_factory=list)
    header: Remark | None = None
    remark: Remark | None = None


@dataclass(slots=True, eq=False)
class Collection:
    """A sequence or a mapping.

    end: the comments after its last entry.
    column, stop: of one in block style, where its entries stand, and the offset where it and
    those comments end.
    """

    is_mapping: bool
    flow: bool
    properties: str = ""
    entries: list[Entry] = field(default_factory=list)
    end: list[str] = field(default_factory=list)
    column: int = 0
    stop: int = 0

    def keyed(self) -> dict[str, Node]:
        """Return a mapping's values by their keys."""
        keyed = ((entry.key, entry.value) for entry in self.entries)
        return {key.value: value for key, value in keyed if isinstance(key, Scalar)}


@dataclass(slots=True, eq=False)
class Document:
    """A file: the lines above its root, and the root."""

    top: list[str]
    root: Collection


Node = Scalar | Alias | Collection


def nodes(node: Node) -> Iterator[Node]:
    """Yield a node and everything in it, in the order of the file, keys among them."""
    yield node
    if isinstance(node, Collection):
        for entry in node.entries:
            if entry.key is not None:
                yield entry.key
            yield from nodes(entry.value)


def comments(document: Document) -> Iterator[str]:
    """Yield the text of every comment of a document, each with its `#`."""
    yield from (line for line in document.top if line.startswith("#"))
    for node in nodes(document.root):
        if isinstance(node, Scalar) and node.header_remark:
            yield from node.header_remark.lines
        if isinstance(node, Collection):
            for entry in node.entries:
                yield from filter(None, entry.before)
                for remark in (entry.header, entry.remark):
                    yield from remark.lines if remark else ()
            yield from filter(None, node.end)
