"""What a rule of card quality is made of."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import Path, Question
from deckgen.problem import Code, Span
from deckgen.rules._columns import Column, normal
from deckgen.rules._texts import Text, all_texts, texts
from deckgen.text.find import BETWEEN

Found = tuple[str, Path]
"""What is wrong with a note, and where, as a path below it."""

Related = tuple[tuple[Span, str], ...]
"""Other places that a complaint is about, each with what is there."""


Reported = tuple[Note, Found, Related]
"""A note, what is wrong with it and where, and other places."""


class Asked(NamedTuple):
    """A note and what its cards ask."""

    note: Note
    questions: Sequence[Question]

    @property
    def texts(self) -> Sequence[tuple[str, Path]]:
        """The texts that its author worded, with their places."""
        return texts(self.note)


class Notes:
    """Notes side by side, in the order of study, with what their cards ask."""

    def __init__(self, asked: list[Asked]) -> None:
        self.asked = asked
        self.cards = Cards(asked)

    def add(self, more: Notes) -> None:
        """Put others behind these, with what was made of their cards."""
        self.asked += more.asked
        self.cards.add(more.cards)

    def of_kind(self, kind: str) -> Notes:
        """Return the notes of a kind."""
        return Notes([asked for asked in self.asked if asked.note.kind == kind])

    @cached_property
    def texts(self) -> Column:
        """For each note, the texts that its author worded, a line each."""
        return Column([all_texts(asked.note) for asked in self.asked])

    @cached_property
    def evidence(self) -> Column:
        """For each note, its evidence, a line each."""
        return Column(["\n".join(asked.note.evidence) for asked in self.asked])


class Cards:
    """Cards side by side: what each asks, and the note that it is of."""

    def __init__(self, asked: Iterable[Asked] = ()) -> None:
        self.questions: list[Question] = []
        self.notes: list[Note] = []
        for note, questions in asked:
            self.questions += questions
            self.notes += [note] * len(questions)

    def add(self, more: Cards) -> None:
        """Put others behind these, of whose columns `normal` alone is looked at."""
        self.normal += more.normal
        self.questions += more.questions
        self.notes += more.notes

    @cached_property
    def prompts(self) -> Column:
        """The texts that ask."""
        return Column([question.prompt for question in self.questions])

    @cached_property
    def fronts(self) -> Column:
        """All that the fronts show, each context right behind its prompt."""
        return Column([question.prompt + question.context for question in self.questions])

    @cached_property
    def normal(self) -> list[str]:
        """All that the fronts show, as fronts are compared."""
        return normal(self.fronts.joined).split(BETWEEN) if self.questions else []

    @cached_property
    def answers(self) -> Column:
        """What has to be known."""
        return Column([question.answer for question in self.questions])


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
    whole: whether it is of the whole deck, and so waits until all of its notes could be read.

    Most rules have nothing to say of most notes. So a rule has `signs`: what finds in one go,
    among many, those that its `check` has to look at. They may find too many, and never too few.
    """

    code: Code
    limit: float | None = None
    milder: str = ""
    hit: str = ""
    mended: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRule(Rule):
    """Looks at one card, or at a part of it.

    check: takes the limit, too; returns what is wrong, or an empty text.
    signs: takes cards and the limit; gives the numbers of those to be looked at.
    """

    of: Of
    check: Callable[[Question, float], str]
    signs: Callable[[Cards, float], Iterable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule(Rule):
    """Looks at one authored text that is not verbatim.

    check: takes the limit, too; returns what is wrong, or an empty text.
    signs: a pattern; a text in which it is not found need not be looked at.
    """

    check: Callable[[Text, float], str]
    signs: str


def _the_deck(deck: Deck) -> Deck:
    return deck


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRule(Rule):
    """Looks at one note.

    check: takes what `prepare` made of the deck, and the limit.
    signs: takes notes, and the same; gives the numbers of those to be looked at.
    prepare: is called once for a deck, and returns it if not given.
    kind: the only kind of note that it looks at; every kind if empty.
    """

    kind: str = ""
    check: Callable[[Asked, Any, float], Iterable[Found]]
    signs: Callable[[Notes, Any, float], Iterable[int]]
    prepare: Callable[[Deck], object] = _the_deck


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckRule(Rule):
    """Looks at all the notes of a deck together, in the order of study; takes the limit, too."""

    check: Callable[[Notes, Deck, float], Iterable[Reported]]


def every_card(cards: Cards, _: float) -> Iterable[int]:
    """Return all cards: for a rule without signs."""
    return range(len(cards.questions))


def every_note(notes: Notes, _: object, __: float) -> Iterable[int]:
    """Return all notes: for a rule without signs."""
    return range(len(notes.asked))
