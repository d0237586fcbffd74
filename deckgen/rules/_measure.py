"""How long a text is to its reader."""

from __future__ import annotations

import functools
import math
import re

from deckgen.text.han import HAN

_SINGLE = HAN + "\u3040-\u30ff"  # kana are counted as Han characters are
_UNIT = rf"[{_SINGLE}]|[^\W\d_{_SINGLE}]++|\d++"
_UNITS = re.compile(_UNIT)


def length(text: str) -> int:
    """Return H, the number of Han characters, words of other letters, and runs of digits.

    So that one threshold serves Chinese and English; punctuation counts nothing.
    """
    return len(_UNITS.findall(text))


def longer(text: str, limit: float) -> int:
    """Return a text's H where it is above a limit, else 0."""
    if len(text) <= limit:
        return 0
    measured = length(text)
    return measured if measured > limit else 0


def reaches(text: str, least: float) -> bool:
    """Whether a text's H is at least so much; looks no further than it has to."""
    return _reaching(math.ceil(least)).match(text) is not None


@functools.cache
def surely(least: float) -> re.Pattern[str]:
    """Return what is found in most texts whose H is at least so much, and in no others, fast."""
    return re.compile(f"[{HAN}]{{{max(math.ceil(least), 0)}}}")


@functools.cache
def _reaching(count: int) -> re.Pattern[str]:
    return re.compile(rf"(?>[\W_]*+(?:{_UNIT})){{{count}}}")
