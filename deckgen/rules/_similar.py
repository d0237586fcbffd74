"""Which texts share most of their character pairs with an earlier one, without comparing all.

The prefix and positional filters of Xiao et al., “Efficient similarity joins for near-duplicate
detection” (PPJoin): two sets whose Jaccard index reaches the limit have one of their rarest
members in common, and not too late in either, so an index of those finds every pair.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import add

_Index = dict[int, dict[tuple[int, int], list[int]]]
"""By member, by the size of a set and the member's place in it: the sets, by number."""


def similar(
    texts: Sequence[str], limit: float, apart: Callable[[int, int], bool]
) -> Iterator[tuple[int, int, float]]:
    """Yield each text that is similar to an earlier one, with that one and how similar they are.

    limit: the least Jaccard index of their sets of character pairs, above 0.
    apart: whether a pair, the later first, is not to be compared.
    """
    sets, shared = _rarest_first(texts)
    index: _Index = {}
    for number, members in enumerate(sets):
        size = len(members)
        prefix = members[: size - _least(limit * size) + 1]
        indexed = [(at, member) for at, member in enumerate(prefix) if member >= shared]
        for other in _candidates(indexed, size, index, limit):
            common = len(set(members).intersection(sets[other]))
            measured = common / (size + len(sets[other]) - common)
            if measured >= limit and not apart(number, other):
                yield number, other, measured
                break
        for at, member in indexed:
            index.setdefault(member, {}).setdefault((size, at), []).append(number)


def _rarest_first(texts: Sequence[str]) -> tuple[list[list[int]], int]:
    """Return each text's set of character pairs as ascending numbers, and the least shared one.

    A pair of characters is numbered by how many texts have it, the rarest first.
    """
    pairs = [dict.fromkeys(map(add, text, text[1:])) for text in texts]
    frequency: Counter[str] = Counter()
    for each in pairs:
        frequency.update(each.keys())
    ordered = sorted(frequency, key=frequency.__getitem__)
    rank = {pair: number for number, pair in enumerate(ordered)}
    shared = sum(1 for pair in ordered if frequency[pair] == 1)
    return [sorted(map(rank.__getitem__, each)) for each in pairs], shared


def _candidates(
    indexed: Sequence[tuple[int, int]], size: int, index: _Index, limit: float
) -> Iterator[int]:
    """Yield the earlier sets that may be similar, each once."""
    share = limit / (1 + limit)
    seen: set[int] = set()
    for at, member in indexed:
        for (other_size, other_at), numbers in index.get(member, {}).items():
            # what they can still have in common, and what they must
            if min(size - at, other_size - other_at) >= _least(share * (size + other_size)):
                for number in numbers:
                    if number not in seen:
                        seen.add(number)
                        yield number


def _least(measured: float) -> int:
    """Return the least whole number that is not below a product of floats."""
    return math.ceil(measured - 1e-9)
