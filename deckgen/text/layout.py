"""A YAML file's text becomes the syntax that its author wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from deckgen.text.file import TextFile
from deckgen.text.syntax import Alias, Collection, Document, Entry, Node, Remark, Scalar

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*")
_BLOCK_HEADER = re.compile(r"[|>](?P<marks>[-+0-9]*)(?P<gap>[ \t]*)(?P<comment>#[^\n]*)?")
_REMARK = re.compile(r"([ \t]*)(#[^\n]*)")
_REST = re.compile(r"[ \t]*\n")
_REMARK_BELOW = re.compile(r"\n( *)(#[^\n]*)")


class UnknownLayoutError(Exception):
    """Tells that a file is laid out in a way that is not understood here."""


def read_syntax(file: TextFile) -> Document:
    """Read the layout of a file that `parse` read as a mapping without any problem.

    Raises UnknownLayoutError.
    """
    return _Reader(file.text).document()


class _Reader:
    """Follows the parser's events with a cursor, and takes up what stands between them."""

    def __init__(self, text: str) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.at = 0

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
            return self.block_scalar(event.value, indent)
        raw = self.text[self.at : event.end_mark.index]
        self.at = event.end_mark.index
        return Scalar(event.value, tuple(_trimmed(raw)), event.style or "")

    def block_scalar(self, value: str, indent: int) -> Scalar:
        header = _BLOCK_HEADER.match(self.text, self.at)
        if header is None:
            raise UnknownLayoutError
        told = re.search(r"\d", header["marks"])
        chomp = re.sub(r"\d", "", header["marks"])
        lines, self.at = self.block_lines(
            header.end() + 1, indent, indent + int(told[0]) if told else None, chomp == "+"
        )
        breaks = len(value) - len(value.rstrip("\n"))
        if chomp == "+":
            content = len(lines) - next((at for at, line in enumerate(lines[::-1]) if line), 0)
            lines = [*lines[:content], *[""] * (breaks - 1)] if any(lines) else [""] * breaks
        if lines and not breaks:
            chomp = "-"  # a file's last line may end without a line break, and now gets one
        texts = [line for line in lines if line.strip(" ")]
        spaced = any(
            line.startswith(" ") for line in lines[: lines.index(texts[0]) + 1 if texts else None]
        )
        return Scalar(
            value,
            tuple(lines),
            header=header[0][0] + ("2" if spaced else "") + chomp,
            header_remark=(
                Remark(len(header["gap"]), (header["comment"].rstrip(),))
                if header["comment"]
                else None
            ),
        )

    def block_lines(
        self, at: int, indent: int, depth: int | None, keep: bool
    ) -> tuple[list[str], int]:
        """Return the content of a block scalar, and where it ends.

        depth: its indentation where the author told it; else that of its first line counts, or
        of a deeper line of spaces above that.
        """
        lines: list[str] = []
        least = indent + 1
        content, end = 0, at
        while at < len(self.text):
            stop = self.text.index("\n", at)
            line = self.text[at:stop]
            spaces = len(line) - len(line.lstrip(" "))
            if depth is None:
                least = max(least, spaces)
                depth = least if spaces < len(line) else None
            if spaces < len(line) and spaces < (depth or least):
                break
            lines.append(line)
            at = stop + 1
            if keep or spaces < len(line) or (depth is not None and spaces > depth):
                content, end = len(lines), at
        return [line[depth or least :] for line in lines[:content]], end

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
            if isinstance(value, Collection) and not value.flow and not value.properties:
                entry.before += value.entries[0].before
                value.entries[0].before = []
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

    def remark(self, column: int | None = None) -> Remark | None:
        """Take up a comment on the rest of this line.

        column: of the entry that it stands beside; comments right below it that stand deeper
        than the entry go on with it.
        """
        rest = _REMARK.match(self.text, self.at)
        if rest is None:
            return None
        self.at = rest.end()
        lines = [rest[2].rstrip()]
        while column is not None and (more := _REMARK_BELOW.match(self.text, self.at)):
            if len(more[1]) <= column + 2:
                break
            lines.append(more[2].rstrip())
            self.at = more.end()
        return Remark(len(rest[1]), tuple(lines))

    def end_comments(self, column: int) -> list[str]:
        """Take up the comments after a collection that stand as deep as its entries."""
        taken = 0
        lines: list[str] = []
        for line, start, end in self.free_lines(self.at):
            if line and start < column:
                break
            lines.append(line)
            if line:
                taken, self.at = len(lines), end
        return lines[:taken]

    def skip(self) -> list[str]:
        """Pass over white space; return the comments and blank lines in it."""
        lines: list[str] = []
        self.at = self.content_end(self.at)
        for line, _, end in self.free_lines(self.at):
            lines.append(line)
            self.at = end
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
        return lines

    def free_lines(self, at: int) -> Iterator[tuple[str, int, int]]:
        """Yield the comments and blank lines from a place on, with column and end of each.

        The empty rest of a line with content is no blank line.
        """
        at = self.content_end(at)
        while at < len(self.text):
            stop = self.text.index("\n", at)
            line = self.text[at:stop].strip(" \t")
            if line and not line.startswith("#"):
                return
            yield line, self.text.index(line[:1] or "\n", at) - self.line_start(at), stop + 1
            at = stop + 1

    def content_end(self, at: int) -> int:
        """Return where the next line starts, if nothing but white space ends a line of content."""
        rest = _REST.match(self.text, at) if at > self.line_start(at) else None
        return rest.end() if rest else at

    def rest_of_line(self) -> str:
        stop = self.text.index("\n", self.at)
        line = self.text[self.at : stop].rstrip()
        self.at = stop + 1
        return line

    def expect(self, mark: str) -> None:
        if not self.text.startswith(mark, self.at):
            raise UnknownLayoutError
        self.at += len(mark)

    def column(self) -> int:
        return self.at - self.line_start(self.at)

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1


def _is_content(event: Any, at: int) -> bool:
    """Whether a question mark belongs to a text rather than marking a key."""
    return bool(event.start_mark.index == at)


def _trimmed(raw: str) -> Iterator[str]:
    """Yield the lines of a text, without the white space around them that YAML drops."""
    first, *others = raw.split("\n")
    yield _right_trimmed(first) if others else first
    for at, line in enumerate(others, 1):
        bare = line.lstrip(" \t")
        yield _right_trimmed(bare) if at < len(others) else bare


def _right_trimmed(line: str) -> str:
    bare = line.rstrip(" \t")
    escaped = (len(bare) - len(bare.rstrip("\\"))) % 2 == 1
    return line[: len(bare) + 1] if escaped and len(bare) < len(line) else bare
