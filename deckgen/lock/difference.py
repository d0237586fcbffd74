"""Two texts word by word: what went, what came."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Literal

from deckgen.text.han import HAN

Part = tuple[Literal["same", "old", "new"], str]

_WORD = re.compile(rf"\{{\{{c[\d,]+::|\}}\}}|[{HAN}]|[^\W{HAN}]+|\s+|[^\w\s]")


def word_difference(old: str, new: str) -> Iterator[Part]:
    """Yield stretches of two texts; Han characters and the ends of a cloze are words."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for what, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if what == "equal":
            yield "same", "".join(before[a_from:a_to])
        else:
            if a_to > a_from:
                yield "old", "".join(before[a_from:a_to])
            if b_to > b_from:
                yield "new", "".join(after[b_from:b_to])
