"""Which fronts share most of their character pairs, without comparing all with all.

Fronts that are made from one text, by cutting gaps into it, are looked for together, by the whole
text, and told apart only where it comes to it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from operator import add
from typing import Any, NamedTuple

from deckgen.kinds._question import GAP
from deckgen.rules import _join

MANY = 5_000
"""With so many texts it pays to import NumPy, where it is installed."""


class Likeness(NamedTuple):
    """Two texts, by number, a front of each, by number, and how much these are alike."""

    later: int
    earlier: int
    front: int
    earlier_front: int
    measured: float


def similar(
    texts: Sequence[str],
    hidden: Sequence[int],
    fronts: Callable[[int], Sequence[str]],
    limit: float,
    apart: Callable[[int, int], bool],
) -> Iterator[Likeness]:
    """Yield texts that have similar fronts.

    Each text that is similar to another is in one of the pairs, but not all pairs are told: of
    texts that are all alike there would be too many.

    texts: without regard to case.
    hidden: how many of a text's character pairs a front lacks at most, 0 where it has no gap.
    fronts: what is made from a text, with a `＿` for each gap.
    limit: the least Jaccard index of two fronts' sets of character pairs, above 0.
    apart: whether two texts, the later first, are not to be compared.
    """
    paired = bytearray(len(texts))
    join = _join_for(len(texts))
    for one, other in join.candidates(texts, hidden, limit, paired):
        later, earlier = max(one, other), min(one, other)
        if not (paired[one] and paired[other]) and not apart(later, earlier):
            own, others = (
                [character_pairs(front, GAP if hidden[each] else "") for front in fronts(each)]
                for each in (later, earlier)
            )
            found = _alike(own, others, limit)
            if found:
                paired[one] = paired[other] = True
                yield Likeness(later, earlier, *found)


def _join_for(count: int) -> Any:
    """Return the module that finds the candidates among so many texts."""
    if count >= MANY:
        try:
            return importlib.import_module("deckgen.rules._vector_join")
        except ImportError:  # it is not there, or older than 2.0
            pass
    return _join


def _alike(
    own: Sequence[set[str]], others: Sequence[set[str]], limit: float
) -> tuple[int, int, float] | None:
    """Return the first two fronts that are similar, by number, and how similar."""
    for at, pairs in enumerate(own):
        for other_at, other_pairs in enumerate(others):
            measured = len(pairs & other_pairs) / (len(pairs | other_pairs) or 1)
            if measured >= limit:
                return at, other_at, measured
    return None


def character_pairs(front: str, cut: str = "") -> set[str]:
    """Return a front's pairs of neighbouring characters without regard to case, no gap in them."""
    folded = front.casefold()
    pairs = set(map(add, folded, folded[1:]))
    return {pair for pair in pairs if cut not in pair} if cut else pairs
