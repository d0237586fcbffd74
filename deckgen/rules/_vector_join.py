"""Which texts may have most of their character pairs in common: as `_join` finds it, in vectors.

All the texts take a step together, so that NumPy does in C what `_join` does for one after the
other; what is found similar is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy import bitwise_count  # since NumPy 2.0
from numpy.typing import NDArray

from deckgen.rules._columns import Column
from deckgen.rules._join import MOST_COMPARED
from deckgen.text.find import BETWEEN

_Numbers = NDArray[np.signedinteger[Any]]
_Truths = NDArray[np.bool_]
_Bits = NDArray[np.uint64]

_BLOCK = 1_000
"""The candidates of so many texts are made together: few enough for the processor's cache."""

_PIECE = 128
"""Where there are very many, so many are counted together: most will be told of already."""

_WORD = 64
_WORDS = 2
_POWERS = np.left_shift(np.uint64(1), np.arange(_WORD, dtype=np.uint64))
_HALF = 32


def candidates(
    texts: Sequence[str], hidden: Sequence[int], limit: float, paired: bytearray
) -> Iterator[tuple[int, int]]:
    """Yield the numbers of two texts that may be similar; see `_join.candidates`."""
    counts, ranks, shared = _rarest_first(texts)
    sizes = np.maximum(counts - np.array(hidden, np.int32), np.minimum(counts, 1))
    order = np.argsort(sizes, kind="stable")
    ranks = ranks[_before(np.cumsum(counts)[order], counts[order])]
    join = _Join(ranks, counts[order], sizes[order], limit, shared)
    done = np.frombuffer(paired, np.bool_)
    for start in range(0, len(texts), _BLOCK):
        ones, others = join.near(start, start + _BLOCK)
        step = _PIECE if len(ones) > 2 * _BLOCK else 2 * _BLOCK
        for at in range(0, len(ones), step):
            some, beside = ones[at : at + step], others[at : at + step]
            untold = ~(done[order[some]] & done[order[beside]])
            some, beside = join.reached(some[untold], beside[untold])
            yield from zip(order[some].tolist(), order[beside].tolist(), strict=True)


class _Join:
    """Some sets, from the smallest to the largest, and which of them have a first member in common.

    They are known by their places in this order. A row is a member that is looked for, and so one
    of the first of a set; rows stand in the order of the sets, and of their members. An entry is a
    row in which it is found; entries stand in the order of the members.

    ranks: the members, set by set; ends_of, counts: for each set, where they end, and how many.
    least: two sets have at least so many members in common, theirs added.
    sizes, apart, sketches: for each set, as in `_join`.
    owners: for each row, its set; starts: for each set, its first row.
    ends, taken: for each row, before which entry the sets end that have its member, and how many.
    entry_owners, entry_reach: for each entry, its set, and the size of the largest that has enough
        in common with it if this is the first.
    """

    def __init__(
        self, ranks: _Numbers, counts: _Numbers, sizes: _Numbers, limit: float, shared: int
    ) -> None:
        share = limit / (1 + limit)
        owners = np.repeat(np.arange(len(sizes), dtype=np.int32), counts)
        self.ranks, self.counts, self.ends_of = ranks, counts, np.cumsum(counts, dtype=np.int32)
        self.sizes, self.least = sizes, share * sizes
        self.apart = _least(counts - 2 * self.least)
        self.sketches = [_sketch(owners, ranks, len(sizes), word) for word in range(_WORDS)]
        left = np.repeat(self.ends_of, counts) - np.arange(len(owners), dtype=np.int32)
        # what no other set has need not be looked for
        first = (left >= _least(limit * sizes)[owners]) & (ranks >= shared)
        self.owners, ranks, left = owners[first], ranks[first], left[first]
        self.starts = np.searchsorted(self.owners, np.arange(len(sizes) + 1))
        # the later a member, the smaller has the other set to be
        reach = np.floor(left / share + 1e-9).astype(np.int32) - sizes[self.owners]
        self._enter(ranks, reach)

    def _enter(self, ranks: _Numbers, reach: _Numbers) -> None:
        """Find for each row the entries before it that it is compared with."""
        by_rank = np.argsort(_joined(ranks, self.owners))
        owners, ranks, reach = self.owners[by_rank], ranks[by_rank], reach[by_rank]
        entered = reach >= self.sizes[owners]
        self.entry_owners, self.entry_reach = owners[entered], reach[entered]
        ends: _Numbers = np.cumsum(entered) - entered
        starts = np.maximum.accumulate(np.where(_changes(ranks), ends, 0))
        keys = _joined(ranks[entered], self.sizes[self.entry_owners])
        late = np.flatnonzero(~entered)
        small = np.searchsorted(keys, _joined(ranks[late], reach[late]), side="right")
        ends[late] = np.minimum(ends[late], small)

        self.ends, there = np.empty_like(ends), np.empty_like(ends)
        self.ends[by_rank], there[by_rank] = ends, ends - starts
        before = np.cumsum(there) - there
        before -= before[self.starts[self.owners]]
        self.taken = np.clip(MOST_COMPARED - before, 0, there)

    def near(self, start: int, end: int) -> tuple[_Numbers, _Numbers]:
        """Return some of the sets, and beside each one, not larger, that has a similar sketch."""
        rows = slice(*self.starts[[start, min(end, len(self.sizes))]])
        ones = np.repeat(self.owners[rows], self.taken[rows])
        entries = _before(self.ends[rows], self.taken[rows])
        others = self.entry_owners[entries]
        near = self.entry_reach[entries] >= self.sizes[ones]
        ones, others = ones[near], others[near]
        different = sum(bitwise_count(bits[ones] ^ bits[others]) for bits in self.sketches)
        near = different <= self.apart[ones] + self.apart[others]
        return _halves(_distinct(_joined(ones[near], others[near])))

    def reached(self, ones: _Numbers, others: _Numbers) -> tuple[_Numbers, _Numbers]:
        """Return those that have as many members in common as similar ones have."""
        members = np.sort(np.concatenate([self._members(ones), self._members(others)]))
        twice = members[1:][members[1:] == members[:-1]]
        common = np.bincount(twice >> _HALF, minlength=len(ones))
        enough = common >= self.least[ones] + self.least[others] - 1e-9
        return ones[enough], others[enough]

    def _members(self, sets: _Numbers) -> _Numbers:
        """Return the members of sets, each with the place of its set among them."""
        counts = self.counts[sets]
        places = np.repeat(np.arange(len(sets)), counts)
        return _joined(places, self.ranks[_before(self.ends_of[sets], counts)])


def _rarest_first(texts: Sequence[str]) -> tuple[_Numbers, _Numbers, int]:
    """Return the texts' sets of character pairs, one behind the other, and the least shared one.

    Of each set its size and its members, which are numbered as in `_join`.
    """
    joined = Column(texts).joined + BETWEEN
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    between = codes == ord(BETWEEN)
    within = ~(between[:-1] | between[1:])
    owners = np.cumsum(between, dtype=np.int32)[:-1][within]
    pairs = _joined(codes[:-1], codes[1:])[within]

    by_pair = np.argsort(pairs)
    starts = np.flatnonzero(_changes(pairs[by_pair]))
    frequency = np.diff(starts, append=len(pairs))
    met = np.minimum.reduceat(by_pair, starts) if len(pairs) else starts
    rank = np.argsort(np.argsort(_joined(frequency, met))).astype(np.int32)
    ranks = np.empty(len(pairs), np.int32)
    ranks[by_pair] = np.repeat(rank, frequency)
    owners, ranks = _halves(_distinct(_joined(owners, ranks)))
    counts = np.bincount(owners, minlength=len(texts)).astype(np.int32)
    return counts, ranks, int(np.count_nonzero(frequency == 1))


def _sketch(owners: _Numbers, ranks: _Numbers, count: int, word: int) -> _Bits:
    """Return for each set 64 of the bits for its members."""
    bits = _POWERS[ranks % _WORD]
    bits[ranks // _WORD % _WORDS != word] = 0
    starts = np.flatnonzero(_changes(owners))
    sketch = np.zeros(count, np.uint64)
    if len(starts):
        sketch[owners[starts]] = np.bitwise_or.reduceat(bits, starts)
    return sketch


def _least(measured: NDArray[np.floating[Any]]) -> _Numbers:
    """Return the least whole numbers that are not below products of floats."""
    least: _Numbers = np.ceil(measured - 1e-9).astype(np.int32)
    return least


def _changes(numbers: _Numbers) -> _Truths:
    """Whether each number differs from that before it."""
    changes = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=changes[1:])
    return changes


def _before(ends: _Numbers, counts: _Numbers) -> _Numbers:
    """Return for each end the so many numbers before it."""
    steps = np.arange(counts.sum())
    return np.repeat(ends - np.cumsum(counts), counts) + steps


def _distinct(numbers: _Numbers) -> _Numbers:
    """Sort numbers and return each once; `np.unique` hashes them, at ten times the price."""
    numbers.sort()
    return numbers[_changes(numbers)]


def _joined(high: _Numbers, low: _Numbers) -> _Numbers:
    """Return numbers that are in the order of both."""
    joined = high.astype(np.int64)
    joined <<= _HALF
    joined |= low
    return joined


def _halves(joined: _Numbers) -> tuple[_Numbers, _Numbers]:
    return (joined >> _HALF).astype(np.int32), joined.astype(np.int32)
