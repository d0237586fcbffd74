"""What stands between the values of a YAML file: comments, blank lines, white space."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckgen.text.syntax import Remark

_REMARK = re.compile(r"([ \t]*)(#[^\n]*)")
_REMARK_BELOW = re.compile(r"\n( *)(#[^\n]*)")
_REST = re.compile(r"[ \t]*\n")


class UnknownLayoutError(Exception):
    """Tells that a file is laid out in a way that is not understood here."""


class Cursor:
    """A place in a file's text, which moves as the text is taken up."""

    def __init__(self, text: str) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self.at = 0

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
        """Take up the rest of this line."""
        stop = self.text.index("\n", self.at)
        line = self.text[self.at : stop].rstrip()
        self.at = stop + 1
        return line

    def expect(self, mark: str) -> None:
        """Pass over a mark; raise UnknownLayoutError where it does not stand here."""
        if not self.text.startswith(mark, self.at):
            raise UnknownLayoutError
        self.at += len(mark)

    def column(self) -> int:
        """Return the zero-based column of this place."""
        return self.at - self.line_start(self.at)

    def line_start(self, at: int) -> int:
        """Return where the line of an offset starts."""
        return self.text.rfind("\n", 0, at) + 1
