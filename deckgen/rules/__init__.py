"""The rules of card quality: found by family, run over a deck, settings and excuses heeded."""

from __future__ import annotations

import dataclasses
import functools
import gc
import importlib
import pkgutil
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.problem import Code, Problem, Severity, did_you_mean
from deckgen.rules._rule import Rule
from deckgen.rules._run import Finding, run
from deckgen.rules._settings import UNKNOWN_RULE, settled

UNUSED_EXCUSE = Code(
    "unused-excuse",
    Severity.WARNING,
    "A note excuses itself from a rule that has nothing to say of it (any more). Delete the "
    "excuse, so that it does not hide a later fault.",
)


@functools.cache
def rules() -> Mapping[str, Rule]:
    """Return every rule by its slug, in the order of families.

    A family's module lists its rules in `RULES`; where one computation serves several codes, the
    module has a `check` that takes a deck and yields problems with their notes (nothing where
    they are of no note), and its codes alone are the rules.
    """
    found: dict[str, Rule] = {}
    for module in families():
        found |= {rule.code.slug: rule for rule in getattr(module, "RULES", ())}
        for value in vars(module).values():
            if isinstance(value, Code):
                found.setdefault(value.slug, Rule(code=value))
    return found


@functools.cache
def families() -> tuple[ModuleType, ...]:
    """Return the module of every family of rules."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(
        importlib.import_module(f"{__name__}.{name}") for name in names if not name.startswith("_")
    )


def check(deck: Deck, *, whole: bool = True) -> list[Problem]:
    """Return what the rules say of a deck, as it sets them, its notes' excuses left out.

    whole: whether all of its notes could be read.
    """
    on, problems = settled(deck.header, rules().values())
    if not whole:
        on = {slug: rule for slug, rule in on.items() if not rule.whole}
    with _uncollected():
        found = [*run(deck, on.values()), *_own_checks(deck, on)]
    stronger = {(finding.rule.milder, finding.problem.span) for finding in found}
    excused: set[tuple[str | None, str]] = set()
    for rule, note, problem in found:
        slug = rule.code.slug
        if note and slug in note.excuse:
            excused.add((note.id, slug))
        elif (slug, problem.span) not in stronger:
            problems.append(problem)
    for note in deck.notes.values():
        if note.excuse:
            problems += _idle_excuses(note, on, excused)
    return problems


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from looking for garbage: there is none here, and it would walk all the deck."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _own_checks(deck: Deck, on: Mapping[str, Rule]) -> Iterator[Finding]:
    for module in families():
        for note, problem in module.check(deck) if hasattr(module, "check") else ():
            rule = on.get(problem.code.slug)
            if rule:
                yield Finding(rule, note, dataclasses.replace(problem, code=rule.code))


def _idle_excuses(
    note: Note, on: Mapping[str, Rule], excused: Container[tuple[str | None, str]]
) -> Iterator[Problem]:
    for slug in note.excuse:
        span = note.at.span("excuse", slug)
        if slug not in rules():
            message = f"there is no rule '{slug}'{did_you_mean(slug, rules())}"
            yield Problem(UNKNOWN_RULE, message, span)
        elif slug in on and (note.id, slug) not in excused:
            message = f"'{slug}' has nothing to say of this note: delete the excuse"
            yield Problem(UNUSED_EXCUSE, message, span)
