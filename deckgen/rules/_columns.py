"""Texts side by side, so that many are searched in one go."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate

from deckgen.kinds._question import GAP
from deckgen.text.find import BETWEEN

# most characters are Han: of \\w too, but told at once where they stand first
_COMPARED = re.compile(f"[\u4e00-\u9fff\\w{GAP}{BETWEEN}]+")


def normal(text: str) -> str:
    """Return a text as texts are compared: its letters, digits and gaps, without regard to case."""
    return "".join(_COMPARED.findall(text)).casefold()


class Column:
    """Some texts, one below the other, known by their numbers."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def joined(self) -> str:
        """All the texts in one."""
        joined = BETWEEN.join(self.texts)
        if joined.count(BETWEEN) >= len(self.texts):
            # YAML's escapes can bring it in, which is complained of where the file is read
            joined = BETWEEN.join([text.replace(BETWEEN, "\ufffd") for text in self.texts])
        return joined

    @cached_property
    def casefolded(self) -> Column:
        """The texts without regard to case."""
        return Column(self.joined.casefold().split(BETWEEN) if self.texts else ())

    @cached_property
    def _starts(self) -> Sequence[int]:
        return list(accumulate((len(text) + 1 for text in self.texts), initial=0))

    def holding(self, pattern: re.Pattern[str]) -> Iterable[int]:
        """Return the texts in which a pattern is found; it must not match what spans two."""
        found = pattern.finditer(self.joined) if self.texts else ()
        starts = [each.start() for each in found]
        return dict.fromkeys(bisect_right(self._starts, start) - 1 for start in starts)

    def longer(self, limit: float) -> Iterable[int]:
        """Return the texts that have more characters than a limit."""
        return [number for number, text in enumerate(self.texts) if len(text) > limit]

    def lacking(self, pattern: re.Pattern[str]) -> Iterable[int]:
        """Return the texts in which a pattern is not found."""
        find = pattern.search
        return [number for number, text in enumerate(self.texts) if not find(text)]
