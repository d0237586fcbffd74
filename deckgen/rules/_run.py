"""The rules are run over a deck, each over what shows its signs."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.kinds._question import Path
from deckgen.problem import Problem
from deckgen.rules._rule import (
    Asked,
    Cards,
    DeckRule,
    NoteRule,
    Notes,
    Of,
    QuestionRule,
    Related,
    Rule,
    TextRule,
)
from deckgen.rules._texts import Text

BATCH = 1000
"""So many notes are looked at together: few enough that the processor has them at hand."""

_R = TypeVar("_R", bound=Rule)


class Finding(NamedTuple):
    """What a rule says of a note, or of the deck."""

    rule: Rule
    note: Note | None
    problem: Problem


def run(deck: Deck, rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield what the rules find in a deck."""
    rules = list(rules)
    asks = {name: kind.questions for name, kind in kinds().items()}
    prepared = {rule.code.slug: rule.prepare(deck) for rule in _of(NoteRule, rules)}
    every = iter(deck.notes.values())
    notes = Notes([])
    while some := [Asked(note, asks[note.kind](note, deck)) for note in islice(every, BATCH)]:
        batch = Notes(some)
        yield from _in_batch(rules, batch, deck, prepared)
        notes.add(batch)
    for rule in _of(DeckRule, rules):
        for note, (said, path), related in rule.check(notes, deck, rule.limit or 0.0):
            yield _finding(rule, note, said, path, related)


def _in_batch(
    rules: Sequence[Rule], notes: Notes, deck: Deck, prepared: Mapping[str, object]
) -> Iterator[Finding]:
    """Yield what the rules find that look at cards, texts or notes one by one."""
    parts = _parts(notes)
    for question_rule in _of(QuestionRule, rules):
        yield from _in_cards(question_rule, parts[question_rule.of])
    for text_rule in _of(TextRule, rules):
        yield from _in_texts(text_rule, notes, deck)
    of_kind = functools.cache(notes.of_kind)
    for note_rule in _of(NoteRule, rules):
        looked = of_kind(note_rule.kind) if note_rule.kind else notes
        yield from _in_notes(note_rule, looked, prepared[note_rule.code.slug])


def _of(kind: type[_R], rules: Iterable[Rule]) -> list[_R]:
    return [rule for rule in rules if isinstance(rule, kind)]


def _parts(notes: Notes) -> Mapping[Of, Cards]:
    """Return the cards that there are of each part; each front is looked at once."""
    parts = {part: Cards() for part in Of}

    def of(*names: Of) -> tuple[Cards, ...]:
        return tuple(parts[name] for name in names)

    # what is looked at where the front was looked at already, and where it was not
    recited = (), of(Of.FRONT, Of.QUESTION)
    gap = of(Of.GAP), of(Of.GAP, Of.FRONT)
    answer = of(Of.ANSWER), of(Of.ANSWER, Of.FRONT, Of.QUESTION)
    for note, questions in notes.asked:
        seen = ""
        for question in questions:
            prompt = question.prompt
            looked = recited if question.recited else gap if question.gaps else answer
            for cards in looked[prompt is not seen and not question.term]:
                cards.questions.append(question)
                cards.notes.append(note)
            seen = prompt
    return {**parts, Of.CARD: notes.cards}


def _in_cards(rule: QuestionRule, cards: Cards) -> Iterator[Finding]:
    limit = rule.limit or 0.0
    for number in rule.signs(cards, limit):
        question = cards.questions[number]
        if said := rule.check(question, limit):
            path = question.answer_at if rule.of is Of.ANSWER else question.at
            yield _finding(rule, cards.notes[number], said, path)


def _in_texts(rule: TextRule, notes: Notes, deck: Deck) -> Iterator[Finding]:
    for number in notes.texts.holding(re.compile(rule.signs)):
        asked = notes.asked[number]
        for text, path in asked.texts:
            if said := rule.check(Text(text, path, asked.note, deck), rule.limit or 0.0):
                yield _finding(rule, asked.note, said, path)


def _in_notes(rule: NoteRule, notes: Notes, prepared: object) -> Iterator[Finding]:
    limit = rule.limit or 0.0
    for number in rule.signs(notes, prepared, limit):
        asked = notes.asked[number]
        for said, path in rule.check(asked, prepared, limit):
            yield _finding(rule, asked.note, said, path)


def _finding(rule: Rule, note: Note, said: str, path: Path, related: Related = ()) -> Finding:
    return Finding(rule, note, Problem(rule.code, said, note.at.span(*path), related))
