"""Where the values of a record were authored."""

from __future__ import annotations

from dataclasses import dataclass

from deckgen.problem import Span
from deckgen.text.file import TextFile
from deckgen.text.tree import Mapping, walk


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """The file and mapping a record was read from, and the defaults that filled its gaps."""

    file: TextFile
    node: Mapping
    defaults: Mapping | None = None

    def span(self, *path: str | int) -> Span:
        """Return the place of a value, or of the nearest thing around it that exists.

        path: keys and zero-based indexes, e.g. `("lines", 1)`.
        """
        return self.file.place(self.place(*path))

    def place(self, *path: str | int) -> int:
        """Return the packed place of a value, as `span` does."""
        at = self.node.start
        node = self.node
        if (
            self.defaults
            and path
            and path[0] not in node.values
            and path[0] in self.defaults.values
        ):
            node = self.defaults
        for at in walk(node, path):  # noqa: B007 - the last place is the nearest
            pass
        return at

    def key_span(self, key: str) -> Span:
        """Return the place of a key, or of the record where it has no such key."""
        return self.file.place(self.node.keys.get(key, self.node.start))

    def flow(self) -> bool:
        """Whether the record was written inline, as `{…}`."""
        return self.node.flow
