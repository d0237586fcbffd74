"""Offsets of a text as the positions that editors count in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_BOM = "\ufeff"
_SIZES: Mapping[str, Callable[[str], int]] = {
    "utf-8": lambda character: len(character.encode("utf-8", "surrogatepass")),
    "utf-16": lambda character: 1 + (character > "\uffff"),
    "utf-32": len,
}


@dataclass(frozen=True, slots=True)
class Ruler:
    """Tells offsets of a text as lines and units, both from zero, and back.

    text: with line feeds as line breaks.
    size: how many units a character takes.
    shift: units that stand before the first line, where the editor's text has a byte order mark.
    """

    text: str
    starts: tuple[int, ...]
    size: Callable[[str], int]
    shift: int

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the unit of an offset."""
        line = bisect_right(self.starts, offset) - 1
        units = sum(map(self.size, self.text[self.starts[line] : offset]))
        return line, units + (0 if line else self.shift)

    def offset(self, line: int, unit: int) -> int:
        """Return the offset of a position; one beyond its line's end, or the text's, is that."""
        if line >= len(self.starts):
            return len(self.text)
        start = self.starts[line]
        end = self.text.find("\n", start)
        left = unit - (0 if line else self.shift)
        for at in range(start, end if end >= 0 else len(self.text)):
            left -= self.size(self.text[at])
            if left < 0:
                return at
        return end if end >= 0 else len(self.text)


def ruler(text: str, encoding: str) -> Ruler:
    """Measure an editor's text.

    encoding: what its units are, as the protocol calls it: `utf-8`, `utf-16` or `utf-32`.
    """
    size = _SIZES[encoding]
    shift = size(_BOM) if text.startswith(_BOM) else 0
    shown = text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")
    starts = [0, *(at + 1 for at, character in enumerate(shown) if character == "\n")]
    return Ruler(shown, tuple(starts), size, shift)
