"""Passages are found in long texts, by an index once there are many of them."""

from __future__ import annotations

import re

BETWEEN = "\0"
"""Stands between texts that are searched together, and in none of them."""

_SENTENCE = re.compile(r"\s*([^。！？!?.]+[。！？!?.]+[”’」』）)\"]*)")
_STEP = 4
_DIRECT = 20


class Finder:
    """Tells whether passages stand in a text.

    A sentence is known at once. Of other passages the first few are searched for from the
    beginning. Then every fourth group of four characters is noted with its places, one of which
    each passage of seven or more has to contain.

    sentences: the text's sentences with their punctuation, as far as they are simple ones.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.sentences = frozenset(_SENTENCE.findall(text))
        self.asked = 0
        self.places: dict[str, list[int]] = {}

    def has(self, passage: str) -> bool:
        """Whether a passage stands in the text."""
        if passage in self.sentences:
            return True
        self.asked += 1
        if self.asked <= _DIRECT or len(passage) < 2 * _STEP - 1:
            return passage in self.text
        if not self.places:
            for start in range(0, len(self.text), _STEP):
                self.places.setdefault(self.text[start : start + _STEP], []).append(start)
        return any(
            self.text.startswith(passage, place - offset)
            for offset in range(_STEP)
            for place in self.places.get(passage[offset : offset + _STEP], ())
            if place >= offset
        )
