"""The rules of card quality, one module for each family, run over a deck."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.problem import Code, Problem
from deckgen.rules._rule import (
    Asked,
    DeckRule,
    Found,
    NoteRule,
    QuestionRule,
    Related,
    Rule,
    TextRule,
)
from deckgen.rules._texts import Text, texts

Check = Callable[[Deck], Iterable[Problem]]


class _Finding(NamedTuple):
    rule: Rule
    note: Note
    found: Found
    related: Related = ()


@functools.cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of families and of their modules' `RULES`.

    A module with a `check` of its own, which looks at a deck for several codes at once, need not
    list them.
    """
    found: dict[str, Rule] = {}
    for module in _modules():
        found |= {rule.code.slug: rule for rule in getattr(module, "RULES", ())}
        for value in vars(module).values():
            if isinstance(value, Code):
                found.setdefault(value.slug, Rule(code=value))
    return tuple(found.values())


@functools.cache
def _modules() -> tuple[object, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(
        importlib.import_module(f"{__name__}.{name}") for name in names if not name.startswith("_")
    )


def check(deck: Deck) -> list[Problem]:
    """Return what all the rules say of a deck."""
    known = rules()
    asked = [Asked(note, kinds()[note.kind].questions(note, deck)) for note in deck.notes.values()]
    findings = [
        *_of_notes(asked, deck, known),
        *_of_texts(deck, known),
        *_of_deck(asked, known),
    ]
    own = [problem for module in _modules() for problem in _own_check(module)(deck)]
    return [*own, *map(_problem, findings)]


def _own_check(module: object) -> Check:
    return getattr(module, "check", lambda _: ())


def _of_notes(notes: Sequence[Asked], deck: Deck, known: Iterable[Rule]) -> Iterator[_Finding]:
    of_question = [rule for rule in known if isinstance(rule, QuestionRule)]
    of_note = [rule for rule in known if isinstance(rule, NoteRule)]
    for asked in notes:
        for rule in of_question:
            check, limit = rule.check, rule.limit or 0.0
            for question in asked.questions:
                if said := check(question, limit):
                    path = question.answer_at if rule.of_answer else question.at
                    yield _Finding(rule, asked.note, (said, path))
        for note_rule in of_note:
            for found in note_rule.check(asked, deck, note_rule.limit or 0.0):
                yield _Finding(note_rule, asked.note, found)


def _of_texts(deck: Deck, known: Iterable[Rule]) -> Iterator[_Finding]:
    of_text = [rule for rule in known if isinstance(rule, TextRule)]
    suspicious = re.compile("|".join(rule.trigger for rule in of_text) or "(?!)").search
    for note in deck.notes.values():
        for text, path in texts(note):
            if suspicious(text):
                found = Text(text, path, note, deck)
                for rule in of_text:
                    if said := rule.check(found, rule.limit or 0.0):
                        yield _Finding(rule, note, (said, path))


def _of_deck(notes: Sequence[Asked], known: Iterable[Rule]) -> Iterator[_Finding]:
    for rule in known:
        if isinstance(rule, DeckRule):
            for note, found, related in rule.check(notes, rule.limit or 0.0):
                yield _Finding(rule, note, found, related)


def _problem(finding: _Finding) -> Problem:
    said, path = finding.found
    return Problem(finding.rule.code, said, finding.note.at.span(*path), finding.related)
