"""The passages that a note rests on: its verbatim fields, the evidence that its cards show."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import operator
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.render.bare import bare
from deckgen.text.find import BETWEEN
from deckgen.text.han import HAN
from deckgen.text.passage import joined

MAX_EVIDENCE = 60
"""The longest evidence that counts, in characters: more is a page, not the ground of one card."""

SHORTEST_REPEATED = 4
"""A passage of fewer characters that stands in several places says too little of which is meant."""

SHOWN_SHARE = 0.8
"""The share of an evidence's pairs of neighbouring words that the cards have to show."""

_SHOWN_OF_ALL_KINDS = ("cue", "occasion", "pitfalls")
# a Han or kana character is a word of its own; elsewhere letters and digits side by side are one
_SINGLE = HAN + "\u3040-\u30ff"
_WORD = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]+")
_CLAUSE = re.compile(r"[\w\s]+")
_BOUNDED = re.compile(rf"[{_SINGLE}](?:.*[{_SINGLE}])?", re.DOTALL)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """A passage that a note rests on.

    path: where the note has it, e.g. `("evidence", 0)`.
    text: the passage, joined as passages are compared.
    shown: the share of it that the cards show, 0 to 1.
    """

    path: Path
    text: str
    shown: float


def grounds(note: Note) -> Iterator[Ground]:
    """Yield the passages that a note rests on; its verbatim fields are shown whole."""
    for field in note.verbatim:
        value = getattr(note, field)
        if value:
            text = bare(value) if isinstance(value, str) else "\n".join(value)
            yield Ground((field,), joined(text), 1.0)
    yield from evidence(note)


def evidence(note: Note) -> Iterator[Ground]:
    """Yield a note's evidence."""
    if not note.evidence:
        return
    marked = shown_texts(note)
    visible: list[str] | None = None
    for at, text in enumerate(note.evidence):
        passage = joined(text)
        share = 1.0
        if not any(passage in each for each in marked):
            visible = visible or [bare(each) for each in marked]
            share = shown_share(passage, visible)
        yield Ground(("evidence", at), passage, share)


def fault(ground: Ground, source: str) -> str:
    """Return why a note's passage does not count, if it stands in a joined source at all."""
    text = ground.text
    if ground.path[0] == "evidence" and len(text) > MAX_EVIDENCE:
        return f"it has {len(text)} characters, and counts up to {MAX_EVIDENCE}: split it"
    if len(text) < SHORTEST_REPEATED and source.count(text) > 1:
        places = source.count(text)
        return f"“{text}” stands in {places} places of the source: copy more of the passage"
    if ground.shown < SHOWN_SHARE:
        return (
            f"the cards show {ground.shown:.0%} of its words, and it counts from {SHOWN_SHARE:.0%}"
            ": show or ask them, or cut the evidence to what the cards show"
        )
    return ""


def shown_share(passage: str, visible: list[str]) -> float:
    """Return how much of a passage stands in some texts together, 0 to 1.

    Measured in pairs of neighbouring words (Han characters are words), none of which reaches
    across punctuation: so a card may split a passage into items, put words between its clauses or
    shorten it a little, but not show other words. A clause of one word counts as that word.
    """
    shown = BETWEEN.join(visible)
    if passage in shown or by_clause(passage.casefold(), shown.casefold()):
        return 1.0
    wanted, found = pairs(passage), pairs(shown)
    words = {word for pair in found for word in pair}
    hits = sum(pair in found or (len(pair) == 1 and pair[0] in words) for pair in wanted)
    return hits / len(wanted) if wanted else 0.0


def by_clause(passage: str, shown: str) -> bool:
    """Whether all clauses of a passage stand in a text, without breaking into a longer word."""
    clauses = _CLAUSE.findall(passage)
    return bool(clauses) and all(
        clause in shown and _BOUNDED.fullmatch(clause) for clause in clauses
    )


def pairs(text: str) -> set[tuple[str, ...]]:
    """Return the pairs of neighbouring words of a text's clauses."""
    out: set[tuple[str, ...]] = set()
    for clause in _CLAUSE.findall(text.casefold()):
        words = _WORD.findall(clause)
        out.update(itertools.pairwise(words))
        if len(words) == 1:
            out.add((words[0],))
    return out


def shown_texts(note: Note) -> list[str]:
    """Return the texts that a note's cards show or ask for, with their markup."""
    return _texts(_shown_values(cast(Hashable, type(note)))(note))


@functools.cache
def _shown_values(kind: Any) -> Callable[[Note], tuple[Any, ...]]:
    """Return what gets the values that the cards of a kind show."""
    hidden = authored(Note).keys() - set(_SHOWN_OF_ALL_KINDS)
    return operator.attrgetter(*[name for name in authored(kind) if name not in hidden])


def _texts(values: Iterable[Any]) -> list[str]:
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, tuple):
            found += _texts(value)
        elif value:
            found += _texts(_values_within(cast(Hashable, type(value)))(value))
    return found


@functools.cache
def _values_within(kind: Any) -> Callable[[Any], Iterable[Any]]:
    """Return what gets the values within a value of some type, which is no text and no tuple."""
    if issubclass(kind, Mapping):
        return operator.methodcaller("values")
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
        return lambda record: [getattr(record, name) for name in names]
    return lambda _: ()
