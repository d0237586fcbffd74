"""Which characters are Han, and which stand beside Han without a space."""

from __future__ import annotations

import re

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, as the inside of a regular expression's character class (Unicode blocks)."""

HAN_SIDE = HAN + "\u2e80-\u2fdf\u3000-\u303f\u3040-\u30ff\uff00-\uffef“”‘’—…·"
"""Han, kana and the punctuation set with them."""

_HAN = re.compile(f"[{HAN}]")


def is_han(character: str) -> bool:
    """Whether a character is a Han character."""
    return _HAN.match(character) is not None
