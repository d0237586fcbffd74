"""The lines of a text, as its author broke them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckgen.text.syntax import Remark, Scalar
from deckgen.text.trivia import UnknownLayoutError

_HEADER = re.compile(r"[|>](?P<marks>[-+0-9]*)(?P<gap>[ \t]*)(?P<comment>#[^\n]*)?")


def trimmed(raw: str) -> Iterator[str]:
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


def block_scalar(text: str, at: int, value: str, indent: int) -> tuple[Scalar, int]:
    """Read a block scalar; return it with the offset where it ends.

    value: as YAML reads it; indent: the column of the block collection that it is in.
    Raises UnknownLayoutError.
    """
    header = _HEADER.match(text, at)
    if header is None:
        raise UnknownLayoutError
    told = re.search(r"\d", header["marks"])
    chomp = re.sub(r"\d", "", header["marks"])
    depth = indent + int(told[0]) if told else None
    lines, end = _content(text, header.end() + 1, indent, depth, chomp == "+")
    breaks = len(value) - len(value.rstrip("\n"))
    if chomp == "+":
        while lines and not lines[-1]:
            lines.pop()
        lines += [""] * (breaks - 1 if lines else breaks)
    if lines and not breaks:
        chomp = "-"  # a file's last line may end without a line break, and now gets one
    first = next((at for at, line in enumerate(lines) if line.strip(" ")), len(lines))
    told_again = "2" if any(line.startswith(" ") for line in lines[: first + 1]) else ""
    comment = header["comment"]
    scalar = Scalar(
        value,
        tuple(lines),
        header=f"{header[0][0]}{told_again}{chomp}",
        header_remark=Remark(len(header["gap"]), (comment.rstrip(),)) if comment else None,
    )
    return scalar, end


def _content(
    text: str, at: int, indent: int, depth: int | None, keep: bool
) -> tuple[list[str], int]:
    """Return the content of a block scalar, and where it ends.

    depth: its indentation where the author told it; else that of its first line counts, or
    of a deeper line of spaces above that.
    """
    lines: list[str] = []
    least = indent + 1
    content, end = 0, at
    while at < len(text):
        stop = text.index("\n", at)
        line = text[at:stop]
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
