"""Where the values of a YAML file end, which its tree does not keep."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from deckgen.text.file import TextFile

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Extents:
    """The keys, texts and inline collections of a file, as offsets of its text.

    whole: whether the file could be read to its end; else they are those before the mistake.
    """

    text: str
    ranges: tuple[range, ...]
    whole: bool

    def around(self, offset: int) -> range:
        """Return the innermost text or collection that an offset is in, nothing where none is."""
        first = bisect_right(self.ranges, offset, key=lambda each: each.start)
        holding = (each for each in self.ranges[:first] if each.stop > offset)
        return min(holding, key=len, default=range(offset, offset))

    def at(self, offset: int) -> range:
        """Return what starts at an offset, from there on to its end.

        Where nothing starts, it is the rest of the text that the offset is in, or of its line.
        """
        first = bisect_right(self.ranges, offset, key=lambda each: each.start)
        around = [each for each in self.ranges[:first] if each.stop > offset]
        starting = [each for each in around if each.start == offset]
        stops = [each.stop for each in starting or around]
        return range(offset, min(stops)) if stops else self.rest(offset)

    def rest(self, offset: int) -> range:
        """Return the rest of an offset's line."""
        line = self.text[offset:].partition("\n")[0]
        return range(offset, offset + len(line.rstrip()))

    def is_inline(self, offset: int) -> bool:
        """Whether an offset is inside `[…]` or `{…}`."""
        first = bisect_right(self.ranges, offset - 1, key=lambda each: each.start)
        around = (each for each in self.ranges[:first] if each.stop > offset)
        return any(self.text[each.start] in "[{" for each in around)


def extents(file: TextFile) -> Extents:
    """Find where the keys, texts and inline collections of a file start and end."""
    ranges: list[range] = []
    opened: list[int] = []
    whole = True
    events: Iterator[Any] = yaml.parse(file.text, Loader=_LOADER)
    try:
        for event in events:
            start, end = event.start_mark.index, event.end_mark.index
            if isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
                ranges.append(range(start, start + len(file.text[start:end].rstrip())))
            elif isinstance(event, yaml.CollectionStartEvent):
                opened.append(start if event.flow_style else -1)
            elif isinstance(event, yaml.CollectionEndEvent):
                first = opened.pop()
                ranges += [range(first, end)] if first >= 0 else []
    except (yaml.YAMLError, ValueError, OverflowError):
        whole = False
    ranges.sort(key=lambda each: (each.start, each.stop))
    return Extents(file.text, tuple(ranges), whole)
