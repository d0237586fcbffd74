"""What a rule of card quality is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import Path, Question
from deckgen.problem import Code, Span
from deckgen.rules._texts import Text

Found = tuple[str, Path]
"""What is wrong with a note, and where, as a path below it."""

Related = tuple[tuple[Span, str], ...]
"""Other places that a complaint is about, each with what is there."""


class Asked(NamedTuple):
    """A note, and what its cards ask."""

    note: Note
    questions: Sequence[Question]


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
    """Looks at one card.

    check: takes the limit, too; returns what is wrong, or an empty text.
    of_answer: whether the complaint is about the answer rather than the front.
    """

    check: Callable[[Question, float], str]
    of_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule(Rule):
    """Looks at one authored text that is not verbatim.

    check: takes the limit, too; returns what is wrong, or an empty text.
    trigger: a regular expression; a text in which it finds nothing need not be looked at.
    """

    check: Callable[[Text, float], str]
    trigger: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRule(Rule):
    """Looks at one note in its deck; takes the limit, too."""

    check: Callable[[Asked, Deck, float], Iterable[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckRule(Rule):
    """Looks at all the notes of a deck together, in the order of study; takes the limit, too."""

    check: Callable[[Sequence[Asked], Deck, float], Iterable[tuple[Note, Found, Related]]]
