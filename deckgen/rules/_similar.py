"""Which fronts share most of their character pairs, without comparing all with all.

The filters of Xiao et al., “Efficient similarity joins for near-duplicate detection” (PPJoin): two
sets whose Jaccard index reaches the limit have one of their rarest members in common, and not too
late in either, so an index of those finds every pair. The fronts of a text with gaps are looked
for together, by the whole text, and told apart only where it comes to it.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain, count, repeat
from operator import add, mod, or_
from typing import NamedTuple

from deckgen.kinds._question import GAP

MOST_COMPARED = 500
"""With so many others that share a rare pair one is compared at most. In a text of any language it
is compared with far fewer; in a deck of formulas, where all have the same few pairs, a likeness may
be missed."""

_FEW = 8
_BITS = 128
_HALF = 64
_LOWER = (1 << _HALF) - 1
_POWERS = [1 << bit for bit in range(_BITS)]


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
    sets, shared = _rarest_first([wording.text for wording in wordings])
    sizes = [
        max(len(members) - wording.hidden, 1) if members else 0
        for members, wording in zip(sets, wordings, strict=True)
    ]
    order = sorted(range(len(sets)), key=sizes.__getitem__)
    index = _Index([sets[each] for each in order], [sizes[each] for each in order], limit)
    paired = bytearray(len(sets))
    for place, number in enumerate(order):
        # what no other text has need not be looked for
        first = bisect_left(sets[number], shared)
        for other_place in index.candidates(place, first, paired):
            later, earlier = max(number, order[other_place]), min(number, order[other_place])
            if not apart(later, earlier):
                found = _alike(wordings[later], wordings[earlier], limit)
                if found:
                    paired[place] = paired[other_place] = True
                    yield Likeness(later, earlier, *found)
        index.add(place, first)


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


class _Index:
    """Some sets, put in from the smallest to the largest, by the members at their first places.

    They are known by their places in this order. What is looked at for most of them lies close
    together: it is the memory that takes the time.

    sizes: for each set, how many of its members matter at least.
    lower, upper: for each set, the halves of a sketch, bits for its members: most of what two sets
    do not have in common shows in their bits, at a tenth of the price.
    apart: two sets have at most so many members not in common, theirs added.
    entries: for each member, the sets that have it at a first place.
    """

    def __init__(self, sets: Sequence[Sequence[int]], sizes: Sequence[int], limit: float) -> None:
        self.sets, self.sizes = sets, sizes
        self.limit, self.share = limit, limit / (1 + limit)
        sketches = list(map(_sketch, sets))
        self.lower = array("Q", [sketch & _LOWER for sketch in sketches])
        self.upper = array("Q", [sketch >> _HALF for sketch in sketches])
        self.apart = array(
            "l",
            [
                _least(len(members) - 2 * self.share * size)
                for members, size in zip(sets, sizes, strict=True)
            ],
        )
        end = max((members[-1] for members in sets if members), default=-1) + 1
        self.entries: list[list[int] | None] = [None] * end

    def add(self, place: int, first: int) -> None:
        """Put a set in, its members from the first on."""
        members, entries = self.sets[place], self.entries
        # so much has a set in common with it that is not smaller, and similar
        least = _least(2 * self.share * self.sizes[place])
        for member in members[first : len(members) - least + 1]:
            there = entries[member]
            if there is None:
                entries[member] = [place]
            else:
                there.append(place)

    def candidates(self, place: int, first: int, paired: bytearray) -> Iterator[int]:
        """Yield the sets that may be similar to one that is not smaller than they, each once.

        paired: whether a set has been found similar to another; two such are left out.
        """
        seen: set[int] = set()
        for other in self._like(place, first):
            if other not in seen and not (paired[other] and paired[place]):
                seen.add(other)
                common = len(set(self.sets[place]).intersection(self.sets[other]))
                if common >= self.share * (self.sizes[place] + self.sizes[other]) - 1e-9:
                    yield other

    def _like(self, place: int, first: int) -> list[int]:
        """Return the sets that have a member in common, and a similar sketch."""
        lower, upper, apart = self.lower, self.upper, self.apart
        own_lower, own_upper, own_apart = lower[place], upper[place], apart[place]
        found: list[int] = []
        for other in self._sharing(place, first)[:MOST_COMPARED]:
            most = own_apart + apart[other]
            different = (own_lower ^ lower[other]).bit_count()
            if different <= most and different + (own_upper ^ upper[other]).bit_count() <= most:
                found.append(other)
        return found

    def _sharing(self, place: int, first: int) -> list[int]:
        """Return the sets that have a member in common, and may have enough from there on."""
        members, size = self.sets[place], self.sizes[place]
        shared: list[int] = []
        last = len(members) - _least(self.limit * size)
        for at, member in enumerate(members[first : last + 1], first):
            there = self.entries[member]
            if there and len(there) > _FEW:
                # the later this member, the smaller has the other set to be
                most = int((len(members) - at) / self.share + 1e-9) - size
                shared += there[: bisect_right(there, most, key=self.sizes.__getitem__)]
            elif there:
                shared += there
        return shared


def _sketch(members: Iterable[int]) -> int:
    return reduce(or_, map(_POWERS.__getitem__, map(mod, members, repeat(_BITS))), 0)


def _rarest_first(texts: Sequence[str]) -> tuple[list[tuple[int, ...]], int]:
    """Return each text's set of character pairs as ascending numbers, and the least shared one.

    The rarer a pair is, the lower is its number.
    """
    appearance: defaultdict[str, int] = defaultdict(count().__next__)
    number = appearance.__getitem__
    sets = [tuple(set(map(number, map(add, text, text[1:])))) for text in texts]
    frequency = Counter(chain.from_iterable(sets))
    rank = [0] * len(appearance)
    for place, pair in enumerate(sorted(range(len(rank)), key=frequency.__getitem__)):
        rank[pair] = place
    shared = sum(times == 1 for times in frequency.values())
    return [tuple(sorted(map(rank.__getitem__, each))) for each in sets], shared


def _least(measured: float) -> int:
    """Return the least whole number that is not below a product of floats."""
    return math.ceil(measured - 1e-9)
