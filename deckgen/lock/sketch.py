"""Fingerprints of texts: one that any change changes, and one that tells what is alike."""

from __future__ import annotations

import hashlib
import zlib

_KEPT = 8
_ITEM_KEPT = 4


def fingerprint(text: str) -> str:
    """Return 16 hexadecimal digits that any change of the text changes (SHA-256, cut)."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sketch(text: str, kept: int = _KEPT) -> str:
    """Return the smallest hashes of a text's character pairs, four hexadecimal digits each.

    A bottom-k sketch (Broder 1997, "On the resemblance and containment of documents"): the
    likeness of two texts can be told from their sketches alone.
    """
    framed = f"\x02{''.join(text.split())}\x03"
    pairs = {framed[at : at + 2] for at in range(len(framed) - 1)}
    hashes = sorted({zlib.crc32(pair.encode()) >> 16 for pair in pairs})
    return "".join(f"{each:04x}" for each in hashes[:kept])


def item_sketch(text: str) -> str:
    """Return a shorter sketch, for one item of a sequence."""
    return sketch(text, _ITEM_KEPT)


def likeness(one: str, other: str) -> float:
    """Estimate from two sketches which share of their character pairs two texts share, 0 to 1."""
    if one == other:
        return 1.0
    first, second = _hashes(one), _hashes(other)
    smallest = sorted(first | second)[: max(len(first), len(second), 1)]
    return len(first & second & set(smallest)) / len(smallest)


def _hashes(text: str) -> set[str]:
    return {text[at : at + 4] for at in range(0, len(text), 4)}
