"""Card numbers of a sequence's items: each item keeps the number under which it was studied."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from deckgen.lock.record import Numbered
from deckgen.lock.sketch import item_sketch, likeness

_ALIKE = 0.3


def number_items(
    texts: Sequence[str], known: Sequence[Numbered], highest: int, first: int
) -> tuple[Numbered, ...]:
    """Return the number of each item, in order.

    An item that was there keeps its number, wherever it stands now; so does one that was reworded
    in its place. Any other gets the next number that was never given.

    known: the items at the last build; highest: the highest number ever given; first: where a
    sequence's numbers begin.
    """
    sketches = [item_sketch(text) for text in texts]
    given: dict[int, int] = {}
    left = _match_in_order(sketches, known, given)
    for at, sketch in enumerate(sketches):
        if at not in given:
            moved = next((each for each in left if each.sketch == sketch), None)
            if moved:
                given[at] = moved.number
                left.remove(moved)
    free = max(highest, first - 1)
    numbered: list[Numbered] = []
    for at, sketch in enumerate(sketches):
        if at not in given:
            free += 1
            given[at] = free
        numbered.append(Numbered(given[at], sketch))
    return tuple(numbered)


def _match_in_order(
    sketches: Sequence[str], known: Sequence[Numbered], given: dict[int, int]
) -> list[Numbered]:
    """Give the numbers of what stayed in order, or was reworded there; return the known rest."""
    matcher = difflib.SequenceMatcher(None, [each.sketch for each in known], sketches, False)
    left: list[Numbered] = []
    for what, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if what == "equal":
            for old, at in zip(known[a_from:a_to], range(b_from, b_to), strict=True):
                given[at] = old.number
            continue
        waiting = list(known[a_from:a_to])
        kept = {sketch for sketch in sketches if sketch in {each.sketch for each in waiting}}
        for at in range(b_from, b_to):
            alike = [each for each in waiting if each.sketch not in kept]
            best = max(alike, key=lambda each: likeness(each.sketch, sketches[at]), default=None)
            known_elsewhere = any(each.sketch == sketches[at] for each in known)
            if best and not known_elsewhere and likeness(best.sketch, sketches[at]) >= _ALIKE:
                given[at] = best.number
                waiting.remove(best)
        left += waiting
    return left
