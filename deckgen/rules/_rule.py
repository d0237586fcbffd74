"""What a rule of card quality is made of."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import Path, Question
from deckgen.problem import Code, Span
from deckgen.rules._texts import Text

Found = tuple[str, Path]
"""What is wrong with a note, and where, as a path below it."""

Related = tuple[tuple[Span, str], ...]
"""Other places that a complaint is about, each with what is there."""


Reported = tuple[Note, Found, Related]
"""A note, what is wrong with it and where, and other places."""


class Asked(NamedTuple):
    """A note and what its cards ask.

    texts: those that its author worded, with their places; `all_texts` is all of them in one, a
    line each, so that a rule sees with one search whether it has to look at them.
    """

    note: Note
    questions: Sequence[Question]
    texts: Sequence[tuple[str, Path]]
    all_texts: str


class Of(enum.Enum):
    """What of a card a rule looks at; each is looked at once."""

    FRONT = "the words of a front, unless they are a name or a saying"
    QUESTION = "a front that asks in words, without a gap"
    ANSWER = "the answer to a question, unless it is recited"
    GAP = "a text with gaps, unless it is recited"
    CARD = "any card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that a deck can set or silence, and from which a note can excuse itself.

    limit: the threshold, where the rule measures something.
    milder: the slug of the rule that need not speak where this one does.
    hit, mended: notes as YAML, with the fault and without it, for `deckgen explain`.
    """

    code: Code
    limit: float | None = None
    milder: str = ""
    hit: str = ""
    mended: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRule(Rule):
    """Looks at one card, or at a part of it.

    check: takes the limit, too; returns what is wrong, or an empty text.
    """

    of: Of
    check: Callable[[Question, float], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule(Rule):
    """Looks at one authored text that is not verbatim.

    check: takes the limit, too; returns what is wrong, or an empty text.
    signs: characters; a text that has none of them need not be looked at.
    """

    check: Callable[[Text, float], str]
    signs: str


def _the_deck(deck: Deck) -> Deck:
    return deck


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRule(Rule):
    """Looks at one note.

    check: takes what `prepare` made of the deck, and the limit.
    prepare: is called once for a deck, and returns it if not given.
    kind: the only kind of note that it looks at; every kind if empty.
    """

    kind: str = ""
    check: Callable[[Asked, Any, float], Iterable[Found]]
    prepare: Callable[[Deck], object] = _the_deck


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckRule(Rule):
    """Looks at all the notes of a deck together, in the order of study; takes the limit, too."""

    check: Callable[[Sequence[Asked], Deck, float], Iterable[Reported]]
