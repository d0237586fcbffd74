"""How long a text is to its reader."""

from __future__ import annotations

import re
from itertools import islice

from deckgen.text.han import HAN

_UNIT = re.compile(rf"[{HAN}\u3040-\u30ff]|[^\W\d_{HAN}\u3040-\u30ff]+(?:['’-][^\W\d_{HAN}]+)*|\d+")


def length(text: str) -> int:
    """Return H, the number of Han characters (or kana), words of other letters, runs of digits.

    So that one threshold serves Chinese and English; punctuation counts nothing.
    """
    return len(_UNIT.findall(text))


def longer(text: str, limit: float) -> int:
    """Return a text's H where it is above a limit, else 0."""
    if len(text) <= limit:
        return 0
    measured = length(text)
    return measured if measured > limit else 0


def reaches(text: str, least: float) -> bool:
    """Whether a text's H is at least so much; looks no further than it has to."""
    count = sum(1 for _ in islice(_UNIT.finditer(text), int(least) + 1))
    return count >= least
