"""The rules are run over a deck, each note visited once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.kinds._question import Path, Question
from deckgen.problem import Problem
from deckgen.rules._rule import Asked, DeckRule, NoteRule, Of, QuestionRule, Related, Rule, TextRule
from deckgen.rules._texts import Text, texts

_R = TypeVar("_R", bound=Rule)


class Finding(NamedTuple):
    """What a rule says of a note, or of the deck."""

    rule: Rule
    note: Note | None
    problem: Problem


def run(deck: Deck, rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield what the rules find in a deck."""
    rules = list(rules)
    look = _Look(_of(QuestionRule, rules))
    of_text = [(rule, _signs(rule.signs)) for rule in _of(TextRule, rules)]
    signs = _signs("".join(rule.signs for rule, _ in of_text))
    of_kind = {
        name: (kind, [rule for rule in _of(NoteRule, rules) if rule.kind in ("", name)])
        for name, kind in kinds().items()
    }
    prepared = {rule.code.slug: rule.prepare(deck) for rule in _of(NoteRule, rules)}
    notes: list[Asked] = []
    for note in deck.notes.values():
        kind, of_note = of_kind[note.kind]
        asked = _asked(note, kind.questions(note, deck))
        notes.append(asked)
        for question_rule, question, said in look.at(asked.questions):
            path = question.answer_at if question_rule.of is Of.ANSWER else question.at
            yield _finding(question_rule, note, said, path)
        for rule in of_note:
            for said, path in rule.check(asked, prepared[rule.code.slug], rule.limit or 0.0):
                yield _finding(rule, note, said, path)
        if signs.search(asked.all_texts):
            yield from _in_texts(asked, deck, of_text)
    for deck_rule in _of(DeckRule, rules):
        for note, (said, path), related in deck_rule.check(notes, deck, deck_rule.limit or 0.0):
            yield _finding(deck_rule, note, said, path, related)


def _asked(note: Note, questions: Sequence[Question]) -> Asked:
    found = texts(note)
    return Asked(note, questions, found, "\n".join([text for text, _ in found]))


def _of(kind: type[_R], rules: Iterable[Rule]) -> list[_R]:
    return [rule for rule in rules if isinstance(rule, kind)]


class _Look:
    """Knows which rules look at which cards."""

    def __init__(self, rules: Sequence[QuestionRule]) -> None:
        def of(*parts: Of) -> list[tuple[QuestionRule, float]]:
            return [(rule, rule.limit or 0.0) for rule in rules if rule.of in parts]

        self.recited = of(Of.CARD), of(Of.CARD, Of.FRONT, Of.QUESTION)
        self.gap = of(Of.CARD, Of.GAP), of(Of.CARD, Of.GAP, Of.FRONT)
        self.answer = of(Of.CARD, Of.ANSWER), of(Of.CARD, Of.ANSWER, Of.FRONT, Of.QUESTION)

    def at(self, questions: Iterable[Question]) -> Iterator[tuple[QuestionRule, Question, str]]:
        """Yield what is wrong with a note's cards; each front is looked at once."""
        seen = ""
        for question in questions:
            prompt = question.prompt
            rules = self.recited if question.recited else self.gap if question.gaps else self.answer
            fresh = prompt is not seen and not question.term
            seen = prompt
            for rule, limit in rules[fresh]:
                if said := rule.check(question, limit):
                    yield rule, question, said


def _in_texts(
    asked: Asked, deck: Deck, rules: Iterable[tuple[TextRule, re.Pattern[str]]]
) -> Iterator[Finding]:
    for rule, signs in rules:
        if signs.search(asked.all_texts):
            for text, path in asked.texts:
                if said := rule.check(Text(text, path, asked.note, deck), rule.limit or 0.0):
                    yield _finding(rule, asked.note, said, path)


def _signs(characters: str) -> re.Pattern[str]:
    """Return what finds one of some characters."""
    return re.compile(f"[{re.escape(characters)}]" if characters else "(?!)")


def _finding(rule: Rule, note: Note, said: str, path: Path, related: Related = ()) -> Finding:
    return Finding(rule, note, Problem(rule.code, said, note.at.span(*path), related))
