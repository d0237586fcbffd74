"""The sections of a source: what its headings divide it into."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

MAX_HEADING = 60

_HEADING = re.compile(
    r"""
    \#{1,6}\ .+                                                     # Markdown
    | [（(]?[一二三四五六七八九十百]+[）)、．.](?!.*[。！？；.!?;]$).+    # 一、…  （一）…
    | 第[一二三四五六七八九十百千〇零\d]+[章节節回部篇卷编編].*            # 第一章 …
    | (?:chapter|part|section|book|canto|act|scene)\ (?:\d+|[ivxlc]+)\b.*
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a source that one heading stands over.

    title: the heading; nothing over the text before the first.
    heading, body: which characters of the joined source belong to them.
    """

    title: str
    heading: range
    body: range


def sections(text: str, offsets: Sequence[int], patterns: Sequence[str] = ()) -> list[Section]:
    """Return a source's sections; one that is empty before the first heading is left out.

    offsets: for each character of the joined text where in `text` it starts.
    patterns: which lines are headings, `*` standing for anything; without any they are found by
    their form: Markdown's `# …`, `一、…`, `第一章 …`, `Chapter 1 …`.
    """
    found: list[Section] = []
    title, heading = "", range(0)
    for start, line in _headings(text, patterns):
        first = bisect_left(offsets, start)
        if title or first:
            found.append(Section(title, heading, range(heading.stop, first)))
        title, heading = line, range(first, bisect_left(offsets, start + len(line)))
    return [*found, Section(title, heading, range(heading.stop, len(offsets)))]


def _headings(text: str, patterns: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where each line that is a heading starts, and the line without its indent."""
    # only `*` is special here; fnmatch, unlike a regular expression, cannot be made to backtrack
    wanted = [re.sub(r"[\[?]", r"[\g<0>]", pattern) for pattern in patterns]
    at = 0
    for line in text.split("\n"):
        inner = line.strip()
        if inner and len(inner) <= MAX_HEADING:
            given = any(fnmatchcase(inner, pattern) for pattern in wanted)
            if given or (not wanted and _HEADING.fullmatch(inner)):
                yield at + line.index(inner), inner
        at += len(line) + 1
