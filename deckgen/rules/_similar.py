"""Which fronts share most of their character pairs, without comparing all with all.

The filters of Xiao et al., “Efficient similarity joins for near-duplicate detection” (PPJoin): two
sets whose Jaccard index reaches the limit have one of their rarest members in common, and not too
late in either, so an index of those finds every pair. The fronts of a text with gaps are looked
for together, by the whole text, and told apart only where it comes to it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import chain, count, islice
from operator import add, or_
from typing import NamedTuple

MOST_COMPARED = 500
"""With so many others that share a rare pair one is compared at most. In a text of any language it
is compared with far fewer; in a deck of formulas, where all have the same few pairs, a likeness may
be missed."""

CUT = "\0"
"""Stands in a front for a gap."""

_FEW = 8
_BITS = 250
_HALF = 32
_LOWER = (1 << _HALF) - 1


class Wording(NamedTuple):
    """The fronts that are made from one text by cutting gaps into it.

    hidden: how many of the text's character pairs a front lacks at most.
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
    index = _Index(sets, sizes, limit)
    paired = bytearray(len(sets))
    for number in sorted(range(len(sets)), key=sizes.__getitem__):
        # what no other text has need not be looked for
        first = bisect_left(sets[number], shared)
        for other in index.candidates(number, first, paired):
            later, earlier = max(number, other), min(number, other)
            if not apart(later, earlier):
                found = _alike(wordings[later].fronts, wordings[earlier].fronts, limit)
                if found:
                    paired[number] = paired[other] = True
                    yield Likeness(later, earlier, *found)
        index.add(number, first)


def _alike(
    fronts: Iterable[str], others: Sequence[str], limit: float
) -> tuple[int, int, float] | None:
    """Return the first two fronts that are similar, by number, and how similar."""
    other_sets = [character_pairs(other) for other in others]
    for at, front in enumerate(fronts):
        own = character_pairs(front)
        for other_at, other in enumerate(other_sets):
            measured = len(own & other) / (len(own | other) or 1)
            if measured >= limit:
                return at, other_at, measured
    return None


def character_pairs(front: str) -> set[str]:
    """Return a front's pairs of neighbouring characters, with no gap in them."""
    return {pair for pair in map(add, front, front[1:]) if CUT not in pair}


class _Index:
    """Some sets, put in from the smallest to the largest, by the members at their first places.

    sizes: for each set, how many of its members matter at least.
    sketches: for each set, bits for its members: most of what two sets do not have in common
    shows in their bits, at a tenth of the price.
    apart: two sets have at most so many members not in common, theirs added.
    entries: by member, the sets that have it there, each below its size in one integer.
    """

    def __init__(self, sets: Sequence[Sequence[int]], sizes: Sequence[int], limit: float) -> None:
        self.sets, self.sizes = sets, sizes
        self.limit, self.share = limit, limit / (1 + limit)
        end = max((members[-1] for members in sets if members), default=0) + 1
        bits = [1 << number % _BITS for number in range(end)]
        self.sketches = [reduce(or_, map(bits.__getitem__, members), 0) for members in sets]
        self.apart = [
            _least(len(members) - 2 * self.share * size)
            for members, size in zip(sets, sizes, strict=True)
        ]
        self.entries: dict[int, list[int]] = {}

    def add(self, number: int, first: int) -> None:
        """Put a set in, its members from the first on."""
        members, size = self.sets[number], self.sizes[number]
        # so much has a set in common with it that is not smaller, and similar
        least = _least(2 * self.share * size)
        for member in members[first : len(members) - least + 1]:
            self.entries.setdefault(member, []).append(size << _HALF | number)

    def candidates(self, number: int, first: int, paired: bytearray) -> Iterator[int]:
        """Yield the sets that may be similar to one that is not smaller than they, each once.

        paired: whether a set has been found similar to another; two such are left out.
        """
        size, sketch, own_apart = self.sizes[number], self.sketches[number], self.apart[number]
        sketches, apart = self.sketches, self.apart
        seen: set[int] = set()
        entries = chain.from_iterable(self._entries(self.sets[number], first, size))
        for entry in islice(entries, MOST_COMPARED):
            other = entry & _LOWER
            if paired[other] and paired[number]:
                continue
            different = (sketch ^ sketches[other]).bit_count()
            if different <= own_apart + apart[other] and other not in seen:
                seen.add(other)
                common = len(set(self.sets[number]).intersection(self.sets[other]))
                if common >= self.share * (size + self.sizes[other]) - 1e-9:
                    yield other

    def _entries(self, members: Sequence[int], first: int, size: int) -> Iterator[list[int]]:
        """Yield the sets that have a member in common, and may have enough from there on."""
        least = _least(self.limit * size)
        for at in range(first, min(len(members) - least + 1, len(members))):
            entries = self.entries.get(members[at])
            if entries and len(entries) > _FEW:
                # the later this member, the smaller has the other set to be
                most = int((len(members) - at) / self.share + 1e-9) - size
                entries = entries[: bisect_left(entries, (most + 1) << _HALF)]
            if entries:
                yield entries


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
