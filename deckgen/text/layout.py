"""A YAML file's text becomes the syntax that its author wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from deckgen.text.file import TextFile
from deckgen.text.lines import block_scalar, trimmed
from deckgen.text.syntax import Alias, Collection, Document, Entry, Node, Scalar
from deckgen.text.trivia import Cursor, UnknownLayoutError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*")


def read_syntax(file: TextFile) -> Document:
    """Read the layout of a file that `parse` read as a mapping without any problem.

    Raises UnknownLayoutError.
    """
    return _Reader(file.text).document()


class _Reader(Cursor):
    """Follows the parser's events with a cursor, and takes up what stands between them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Document:
        top: list[str] = []
        event = next(self.events)
        while not isinstance(event, yaml.DocumentStartEvent):
            event = next(self.events)
        top += self.skip()
        while self.text.startswith("%", self.at):
            top += [self.rest_of_line(), *self.skip()]
        if event.explicit:
            self.expect("---")
            top.append("---")
        root, strays = self.node(next(self.events), -1)
        if not isinstance(root, Collection) or not root.is_mapping:
            raise UnknownLayoutError
        top += strays
        root.end += self.skip()
        if self.text.startswith("...", self.at):
            self.at += 3
            root.end += self.skip()
        if self.at < len(self.text):
            raise UnknownLayoutError
        return Document(top, root)

    def node(self, event: Any, indent: int) -> tuple[Node, list[str]]:
        """Read a node, and the comments between the cursor and its content.

        indent: the column of the block collection that it is in.
        """
        if isinstance(event, yaml.AliasEvent):
            strays = self.skip()
            name = str(event.anchor)
            self.expect("*" + name)
            return Alias(name), strays
        start, end = event.start_mark.index, event.end_mark.index
        is_scalar = isinstance(event, yaml.ScalarEvent)
        if is_scalar and start == end:
            return Scalar(""), []
        before = self.at
        strays = self.skip()
        properties = self.properties(event, end, strays)
        node: Scalar | Collection
        if is_scalar and (event.style or self.at < end):
            below = self.text.count("\n", before, self.at) > 0
            scalar = node = self.scalar(event, indent)
            scalar.below = below
        elif is_scalar:
            node = Scalar("")
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.flow(event) if event.flow_style else self.sequence()
        else:
            node = self.flow(event) if event.flow_style else self.mapping()
        if isinstance(node, Collection) and node.entries and not node.flow:
            node.entries[0].before[:0] = strays
            strays = []
        elif isinstance(node, Collection) and not node.entries:
            strays += node.end
            node.end = []
        node.properties = properties
        return node, strays

    def properties(self, event: Any, end: int, strays: list[str]) -> str:
        """Take up an anchor and a tag, and the comments after them."""
        found: list[str] = []
        wanted = (event.anchor is not None) + (event.tag is not None)
        for _ in range(wanted):
            match = _PROPERTY.match(self.text, self.at)
            if match is None:
                raise UnknownLayoutError
            found.append(match[0])
            self.at = match.end()
            if isinstance(event, yaml.ScalarEvent) and not event.style and self.at >= end:
                break
            strays += self.skip()
        return " ".join(found)

    def scalar(self, event: Any, indent: int) -> Scalar:
        if event.style in ("|", ">"):
            scalar, self.at = block_scalar(self.text, self.at, event.value, indent)
            return scalar
        raw = self.text[self.at : event.end_mark.index]
        self.at = event.end_mark.index
        return Scalar(event.value, tuple(trimmed(raw)), event.style or "")

    def sequence(self) -> Collection:
        node = Collection(is_mapping=False, flow=False)
        column = self.column()
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            before = self.skip()
            self.expect("-")
            header = self.remark()
            value, strays = self.node(event, column)
            entry = Entry(value, None, before + strays, header)
            self.close(entry, column)
            if entry.header:
                entry.before += entry.header.lines
                entry.header = None
            node.entries.append(entry)
        node.end = self.end_comments(column)
        node.column, node.stop = column, self.at
        return node

    def mapping(self) -> Collection:
        node = Collection(is_mapping=True, flow=False)
        column = self.column()
        value: Node
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            before = self.skip()
            if explicit := self.text.startswith("?", self.at) and not _is_content(event, self.at):
                self.at += 1
            key, strays = self.node(event, column)
            before += strays
            if explicit:
                before += self.skip()
            value_event = next(self.events)
            if explicit and not self.text.startswith(":", self.at):
                value, header, strays = Scalar(""), None, []
            else:
                before += self.skip()
                self.expect(":")
                header = self.remark()
                value, strays = self.node(value_event, column)
            if isinstance(key, Collection):
                raise UnknownLayoutError
            entry = Entry(value, key, before + strays, header)
            self.close(entry, column)
            node.entries.append(entry)
        node.end = self.end_comments(column)
        node.column, node.stop = column, self.at
        return node

    def close(self, entry: Entry, column: int) -> None:
        """Take up the comment beside an entry's end, and put its header where it can stay."""
        value = entry.value
        if isinstance(value, Collection) and not value.flow:
            return
        if not (isinstance(value, Scalar) and value.header):
            entry.remark = self.remark(column)
        header, entry.header = entry.header, None
        if header and entry.remark is None and isinstance(value, Scalar) and not value.lines:
            entry.remark = header
        elif header:
            entry.before += header.lines

    def flow(self, event: Any) -> Collection:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        node = Collection(is_mapping, flow=True)
        opening, closing = "{}" if is_mapping else "[]"
        # a pair in a flow sequence is a mapping without braces
        bare = is_mapping and not self.text.startswith(opening, self.at)
        if not bare:
            self.expect(opening)
        pending: list[str] = []
        for child in self.events:
            if isinstance(child, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                break
            entry = self.flow_pair(child) if is_mapping else self.flow_item(child)
            entry.before[:0] = pending
            pending = [] if bare else self.after_flow_entry(entry)
            node.entries.append(entry)
        if not bare:
            node.end = pending + self.skip()
            self.expect(closing)
        node.end = [line for line in node.end if line]
        return node

    def flow_item(self, event: Any) -> Entry:
        before = self.skip()
        value, strays = self.node(event, -1)
        return Entry(value, None, before + strays)

    def flow_pair(self, event: Any) -> Entry:
        before = self.skip()
        if self.text.startswith("?", self.at) and not _is_content(event, self.at):
            self.at += 1
        key, strays = self.node(event, -1)
        before += strays
        value_event = next(self.events)
        mark = self.at
        between = self.skip()
        value: Node
        if self.text.startswith(":", self.at):
            self.at += 1
            value, strays = self.node(value_event, -1)
            before += between + strays
        else:
            self.at = mark
            value = Scalar("")
        if isinstance(key, Collection):
            raise UnknownLayoutError
        return Entry(value, key, before)

    def after_flow_entry(self, entry: Entry) -> list[str]:
        """Take up the comma and the comments around it; return those for the next entry."""
        entry.remark = self.remark()
        pending = self.skip()
        if self.text.startswith(",", self.at):
            self.at += 1
            if entry.remark is None and not pending:
                entry.remark = self.remark()
        return [line for line in pending if line]


def _is_content(event: Any, at: int) -> bool:
    """Whether a question mark belongs to a text rather than marking a key."""
    return bool(event.start_mark.index == at)
