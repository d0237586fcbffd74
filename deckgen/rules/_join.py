"""Which texts may have most of their character pairs in common, without comparing all with all.

The filters of Xiao et al., “Efficient similarity joins for near-duplicate detection” (PPJoin): two
sets whose Jaccard index reaches the limit have one of their rarest members in common, and not too
late in either, so an index of those finds every pair.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain, count, repeat
from operator import add, mod, or_

MOST_COMPARED = 500
"""With so many others that share a rare pair one is compared at most, those that share the rarest
first. In a text of any language it is compared with far fewer; in a deck of formulas, where all
have the same few pairs, a likeness may be missed."""

_BITS = 128
_HALF = 64
_LOWER = (1 << _HALF) - 1
_POWERS = [1 << bit for bit in range(_BITS)]


def candidates(
    texts: Sequence[str], hidden: Sequence[int], limit: float, paired: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the numbers of two texts that may be similar, each pair once: a text, a smaller one.

    They come from the smallest text to the largest, and for each from the smallest other.

    hidden: how many of a text's pairs may be left out, in the one that it is compared as.
    limit: the least Jaccard index of the sets of character pairs, above 0.
    paired: whether a text has been found similar to another; two such are left out.
    """
    sets, shared = _rarest_first(texts)
    sizes = [
        max(len(members) - left_out, 1) if members else 0
        for members, left_out in zip(sets, hidden, strict=True)
    ]
    order = sorted(range(len(sets)), key=sizes.__getitem__)
    index = _Index([sets[each] for each in order], [sizes[each] for each in order], limit)
    for place, number in enumerate(order):
        # what no other text has need not be looked for
        first = bisect_left(sets[number], shared)
        for other in index.like(place, first):
            if not (paired[number] and paired[order[other]]) and index.reached(place, other):
                yield number, order[other]
        index.add(place, first)


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

    def like(self, place: int, first: int) -> Sequence[int]:
        """Return the sets, not larger than one, that share a member and have a similar sketch."""
        lower, upper, apart = self.lower, self.upper, self.apart
        own_lower, own_upper, own_apart = lower[place], upper[place], apart[place]
        found: set[int] = set()
        for other in self._sharing(place, first):
            most = own_apart + apart[other]
            different = (own_lower ^ lower[other]).bit_count()
            if different <= most and different + (own_upper ^ upper[other]).bit_count() <= most:
                found.add(other)
        return sorted(found)

    def _sharing(self, place: int, first: int) -> list[int]:
        """Return the sets that have a member in common, and may have enough from there on."""
        members, size = self.sets[place], self.sizes[place]
        shared: list[int] = []
        last = len(members) - _least(self.limit * size)
        for at, member in enumerate(members[first : last + 1], first):
            there = self.entries[member]
            if there:
                # the later this member, the smaller has the other set to be
                most = int((len(members) - at) / self.share + 1e-9) - size
                end = len(there)
                if most < size:
                    end = bisect_right(there, most, key=self.sizes.__getitem__)
                shared += there[max(end - MOST_COMPARED + len(shared), 0) : end]
        return shared

    def reached(self, place: int, other: int) -> bool:
        """Whether two sets have as many members in common as similar ones have."""
        common = len(set(self.sets[place]).intersection(self.sets[other]))
        return common >= self.share * (self.sizes[place] + self.sizes[other]) - 1e-9


def _sketch(members: Iterable[int]) -> int:
    return reduce(or_, map(_POWERS.__getitem__, map(mod, members, repeat(_BITS))), 0)


def _rarest_first(texts: Sequence[str]) -> tuple[list[tuple[int, ...]], int]:
    """Return each text's set of character pairs as ascending numbers, and the least shared one.

    The rarer a pair is in all texts, the lower is its number; of pairs as rare, the one met first
    comes first.
    """
    appearance: defaultdict[str, int] = defaultdict(count().__next__)
    number = appearance.__getitem__
    numbers = [list(map(number, map(add, text, text[1:]))) for text in texts]
    frequency = Counter(chain.from_iterable(numbers))
    rank = [0] * len(appearance)
    for place, pair in enumerate(sorted(range(len(rank)), key=frequency.__getitem__)):
        rank[pair] = place
    shared = sum(times == 1 for times in frequency.values())
    return [tuple(sorted(set(map(rank.__getitem__, each)))) for each in numbers], shared


def _least(measured: float) -> int:
    """Return the least whole number that is not below a product of floats."""
    return math.ceil(measured - 1e-9)
