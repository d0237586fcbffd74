"""The passages that a note rests on: its verbatim fields, the evidence that its cards show."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.render.bare import bare
from deckgen.text.han import HAN
from deckgen.text.passage import joined

MAX_EVIDENCE = 60
"""The longest evidence that counts, in characters: more is a page, not the ground of one card."""

SHOWN_SHARE = 0.8
"""The share of an evidence's pairs of neighbouring words that the cards have to show."""

_SHOWN_OF_ALL_KINDS = ("cue", "occasion", "pitfalls")
# a Han or kana character is a word of its own; elsewhere letters and digits side by side are one
_SINGLE = HAN + "\u3040-\u30ff"
_WORD = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]+")
_CLAUSE = re.compile(r"[\w\s]+")

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
    if note.evidence:
        visible = [bare(text) for text in _visible(note)]
        for at, evidence in enumerate(note.evidence):
            passage = joined(evidence)
            yield Ground(("evidence", at), passage, shown_share(passage, visible))


def shown_share(passage: str, visible: list[str]) -> float:
    """Return how much of a passage stands in some texts together, 0 to 1.

    Measured in pairs of neighbouring words (Han characters are words), none of which reaches
    across punctuation: so a card may split a passage into items, put words between its clauses or
    shorten it a little, but not show other words. A clause of one word counts as that word.
    """
    if any(passage in text for text in visible):
        return 1.0
    wanted = pairs(passage)
    found = {pair for text in visible for pair in pairs(text)}
    words = {word for pair in found for word in pair}
    hits = sum(pair in found or (len(pair) == 1 and pair[0] in words) for pair in wanted)
    return hits / len(wanted) if wanted else 0.0


def pairs(text: str) -> set[tuple[str, ...]]:
    """Return the pairs of neighbouring words of a text's clauses."""
    out: set[tuple[str, ...]] = set()
    for clause in _CLAUSE.findall(text.casefold()):
        words = _WORD.findall(clause)
        out.update(itertools.pairwise(words))
        if len(words) == 1:
            out.add((words[0],))
    return out


def _visible(note: Note) -> Iterator[str]:
    """Yield the texts that a note's cards show or ask for."""
    hidden = authored(Note).keys() - set(_SHOWN_OF_ALL_KINDS)
    for name in authored(type(note)):
        if name not in hidden:
            yield from _texts(getattr(note, name))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.values()))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _texts(getattr(value, field.name))
