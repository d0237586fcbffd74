"""Card numbers of a sequence's items: each item keeps the number under which it was studied."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from deckgen.lock.record import Numbered
from deckgen.lock.sketch import item_sketch, likeness, mark

_ALIKE_ALONE = 0.2
_ALIKE_HERE = 0.3
_ALIKE_ELSEWHERE = 0.6

_Stretch = tuple[list[Numbered], list[int]]
"""Items that were between two unchanged ones, and the positions of those that are there now."""


def number_items(
    texts: Sequence[str], known: Sequence[Numbered], first: int
) -> tuple[Numbered, ...]:
    """Return the numbers of the items in their order, then those of items that are gone.

    An item that was there keeps its number, wherever it stands now, and so does one that was
    reworded; one that comes back after it was gone gets its number back. Any other gets the next
    number that was never given.

    known: what this returned for the last build; first: where a sequence's numbers begin.
    """
    marks = [mark(text) for text in texts]
    there = [each for each in known if not each.gone]
    if marks == [each.mark for each in there]:
        return tuple(known)
    given: dict[int, int] = {}
    stretches = _keep(marks, there, given)
    _bring_back(marks, known, given)
    sketches = {at: item_sketch(text) for at, text in enumerate(texts) if at not in given}
    _reword(stretches, sketches, given)
    free = max((each.number for each in known), default=first - 1)
    for at in sketches:
        if at not in given:
            free += 1
            given[at] = free
    by_number = {each.number: each for each in known}
    present = [
        Numbered(given[at], marks[at], sketches.get(at) or by_number[given[at]].sketch)
        for at in range(len(texts))
    ]
    gone = by_number.keys() - given.values()
    return (*present, *(replace(by_number[number], gone=True) for number in sorted(gone)))


def _keep(marks: Sequence[str], there: Sequence[Numbered], given: dict[int, int]) -> list[_Stretch]:
    """Give their numbers to items that stayed in order; return the stretches between them."""
    matcher = difflib.SequenceMatcher(None, [each.mark for each in there], marks, autojunk=False)
    stretches: list[_Stretch] = []
    for what, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        positions = range(b_from, b_to)
        if what == "equal":
            given |= {at: old.number for at, old in zip(positions, there[a_from:a_to], strict=True)}
        else:
            stretches.append((list(there[a_from:a_to]), list(positions)))
    return stretches


def _bring_back(marks: Sequence[str], known: Sequence[Numbered], given: dict[int, int]) -> None:
    """Give their numbers to items that were moved, or were gone."""
    used = set(given.values())
    free: dict[str, list[int]] = defaultdict(list)
    for each in sorted(known, key=lambda each: each.gone, reverse=True):
        if each.number not in used:
            free[each.mark].append(each.number)
    for at, each_mark in enumerate(marks):
        if at not in given and free[each_mark]:
            given[at] = free[each_mark].pop()


def _reword(
    stretches: Sequence[_Stretch], sketches: Mapping[int, str], given: dict[int, int]
) -> None:
    """Give their numbers to items that were reworded, the likest first."""
    used = set(given.values())
    left = [
        ([old for old in olds if old.number not in used], [at for at in news if at not in given])
        for olds, news in stretches
    ]
    for _, at, number in sorted(_pairs(left, sketches)):
        if at not in given and number not in used:
            given[at] = number
            used.add(number)


def _pairs(
    stretches: Sequence[_Stretch], sketches: Mapping[int, str]
) -> Iterator[tuple[float, int, int]]:
    """Yield how unlike two items are, those of one stretch first, with position and number."""
    for olds, here in stretches:
        for _, news in stretches:
            for old in olds:
                for at in news:
                    alike = likeness(old.sketch, sketches[at])
                    if news is not here:
                        wanted = _ALIKE_ELSEWHERE
                    elif len(olds) == len(here) == 1:
                        wanted = _ALIKE_ALONE
                    else:
                        wanted = _ALIKE_HERE
                    if alike >= wanted:
                        yield -alike - (news is here), at, old.number
