"""Fingerprints of texts: those that any change changes, and those that tell what is alike."""

from __future__ import annotations

import hashlib
import re
import zlib

from deckgen.text.han import HAN

SHORT, LONG = 12, 32
"""How many hashes are kept of a text: the more, the better alike texts are told apart."""

_ITEM = 8
_DIGITS = 4
_WORDS = re.compile(r"\w+")
_SHINGLE = re.compile(rf"(?=([{HAN}].|.[{HAN}]|...))", re.DOTALL)
"""Two neighbouring characters where one is Han, three elsewhere; they overlap."""


def fingerprint(text: str) -> str:
    """Return 16 hexadecimal digits that any change of the text changes (SHA-256, cut)."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def mark(text: str) -> str:
    """Return 8 hexadecimal digits that tell the items of one note apart (CRC-32)."""
    return f"{zlib.crc32(text.encode()):08x}"


def sketch(text: str, kept: int) -> str:
    """Return the smallest hashes of a text's shingles, four hexadecimal digits each.

    A bottom-k sketch (Broder 1997, "On the resemblance and containment of documents"): the
    likeness of two texts can be told from their sketches alone. Case and punctuation do not count.
    """
    words = "".join(_WORDS.findall(text.casefold())) or text
    hashes = {
        zlib.crc32(shingle.encode()) >> 16 for shingle in _SHINGLE.findall(f"\x02{words}\x03")
    }
    return "".join(f"{each:04x}" for each in sorted(hashes)[:kept])


def item_sketch(text: str) -> str:
    """Return a shorter sketch, for one item of a sequence."""
    return sketch(text, _ITEM)


def shortened(long: str, kept: int) -> str:
    """Return the sketch of the same text that keeps fewer hashes."""
    return long[: kept * _DIGITS]


def hashes(of_sketch: str) -> set[str]:
    """Return the hashes that a sketch holds."""
    return {of_sketch[at : at + _DIGITS] for at in range(0, len(of_sketch), _DIGITS)}


def likeness(one: str, other: str) -> float:
    """Estimate which share of their shingles two texts share, 0 to 1.

    one, other: their sketches, which keep equally many hashes.
    """
    if one == other:
        return 1.0
    first, second = hashes(one), hashes(other)
    smallest = sorted(first | second)[: max(len(first), len(second), 1)]
    return len(first & second & set(smallest)) / len(smallest)
