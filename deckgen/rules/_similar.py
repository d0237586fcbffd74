"""Which fronts share most of their character pairs, without comparing all with all.

The fronts of a text with gaps are looked for together, by the whole text, and told apart only where
it comes to it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from operator import add
from typing import Any, NamedTuple

from deckgen.kinds._question import GAP
from deckgen.rules import _join

MANY = 5_000
"""With so many wordings it pays to import NumPy, where it is installed."""


class Wording(NamedTuple):
    """The fronts that are made from one text by cutting gaps into it, each of them a `＿`.

    hidden: how many of the text's character pairs a front lacks at most, 0 without gaps.
    """

    text: str
    fronts: Sequence[str]
    hidden: int = 0


class Likeness(NamedTuple):
    """Two wordings, by number, a front of each, by number, and how much these are alike."""

    later: int
    earlier: int
    front: int
    earlier_front: int
    measured: float


def similar(
    wordings: Sequence[Wording], limit: float, apart: Callable[[int, int], bool]
) -> Iterator[Likeness]:
    """Yield wordings that have similar fronts.

    Each wording that is similar to another is in one of the pairs, but not all pairs are told: of
    wordings that are all alike there would be too many.

    limit: the least Jaccard index of two fronts' sets of character pairs, above 0.
    apart: whether two wordings, the later first, are not to be compared.
    """
    texts = [wording.text for wording in wordings]
    hidden = [wording.hidden for wording in wordings]
    paired = bytearray(len(wordings))
    join = _join_for(len(wordings))
    for one, other in join.candidates(texts, hidden, limit, paired):
        later, earlier = max(one, other), min(one, other)
        if not (paired[one] and paired[other]) and not apart(later, earlier):
            found = _alike(wordings[later], wordings[earlier], limit)
            if found:
                paired[one] = paired[other] = True
                yield Likeness(later, earlier, *found)


def _join_for(count: int) -> Any:
    """Return the module that finds the candidates among so many texts."""
    if count >= MANY:
        try:
            return importlib.import_module("deckgen.rules._vector_join")
        except ImportError:
            pass
    return _join


def _alike(one: Wording, other: Wording, limit: float) -> tuple[int, int, float] | None:
    """Return the first two fronts that are similar, by number, and how similar."""
    other_sets = _front_pairs(other)
    for at, own in enumerate(_front_pairs(one)):
        for other_at, others in enumerate(other_sets):
            measured = len(own & others) / (len(own | others) or 1)
            if measured >= limit:
                return at, other_at, measured
    return None


def _front_pairs(wording: Wording) -> list[set[str]]:
    cut = GAP if wording.hidden else ""
    return [character_pairs(front.casefold(), cut) for front in wording.fronts]


def character_pairs(front: str, cut: str = "") -> set[str]:
    """Return a front's pairs of neighbouring characters, with no gap in them."""
    pairs = set(map(add, front, front[1:]))
    return {pair for pair in pairs if cut not in pair} if cut else pairs
