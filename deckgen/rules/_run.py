"""The rules are run over a deck, each note visited once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.kinds._question import Path
from deckgen.problem import Problem
from deckgen.rules._rule import Asked, DeckRule, NoteRule, QuestionRule, Related, Rule, TextRule
from deckgen.rules._texts import Text, texts

_R = TypeVar("_R", bound=Rule)


class Finding(NamedTuple):
    """What a rule says of a note, or of the deck."""

    rule: Rule
    note: Note | None
    problem: Problem


def run(deck: Deck, rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield what the rules find in a deck."""
    all_kinds, rules = kinds(), list(rules)
    asked = [
        Asked(note, all_kinds[note.kind].questions(note, deck)) for note in deck.notes.values()
    ]
    yield from _questions(asked, _of(QuestionRule, rules))
    yield from _notes(asked, deck, _of(NoteRule, rules))
    yield from _texts(deck, _of(TextRule, rules))
    for rule in _of(DeckRule, rules):
        for note, (said, path), related in rule.check(asked, deck, rule.limit or 0.0):
            yield _finding(rule, note, said, path, related)


def _of(kind: type[_R], rules: Iterable[Rule]) -> list[_R]:
    return [rule for rule in rules if isinstance(rule, kind)]


def _questions(notes: Sequence[Asked], rules: Sequence[QuestionRule]) -> Iterator[Finding]:
    checks = [(rule.check, rule.limit or 0.0, rule) for rule in rules]
    for note, questions in notes:
        for question in questions:
            for check, limit, rule in checks:
                if said := check(question, limit):
                    path = question.answer_at if rule.of_answer else question.at
                    yield _finding(rule, note, said, path)


def _notes(notes: Sequence[Asked], deck: Deck, rules: Sequence[NoteRule]) -> Iterator[Finding]:
    for asked in notes:
        for rule in rules:
            for said, path in rule.check(asked, deck, rule.limit or 0.0):
                yield _finding(rule, asked.note, said, path)


def _texts(deck: Deck, rules: Sequence[TextRule]) -> Iterator[Finding]:
    triggers = "|".join(rule.trigger for rule in rules)
    # most texts trigger nothing, and are seen once
    suspicious = re.compile(triggers or "(?!)").search
    for note in deck.notes.values():
        for text, path in texts(note):
            if suspicious(text):
                found = Text(text, path, note, deck)
                for rule in rules:
                    if said := rule.check(found, rule.limit or 0.0):
                        yield _finding(rule, note, said, path)


def _finding(rule: Rule, note: Note, said: str, path: Path, related: Related = ()) -> Finding:
    return Finding(rule, note, Problem(rule.code, said, note.at.span(*path), related))
