"""How a deck takes the rules: which are off, their levels, their thresholds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from deckgen.deck import read
from deckgen.deck.deck import Header, Lint
from deckgen.problem import Code, Problem, Severity, did_you_mean
from deckgen.rules._rule import Rule

UNKNOWN_RULE = Code(
    "unknown-rule",
    Severity.ERROR,
    "deck.yaml's `lint` or a note's `excuse` names a rule that does not exist. Only the rules of "
    "card quality can be set or excused, no other errors; `deckgen explain` lists them.",
)

ALL = "all"
"""Under `lint`, stands for every rule that is not named."""


def settled(header: Header, rules: Iterable[Rule]) -> tuple[Mapping[str, Rule], list[Problem]]:
    """Return the rules that are on, by slug, as the deck wants them, and what it gets wrong."""
    known = {rule.code.slug: rule for rule in rules}
    problems: list[Problem] = []
    for slug, lint in header.lint.items():
        if slug not in known and slug != ALL:
            message = f"there is no rule '{slug}'{did_you_mean(slug, known)}"
            problems.append(Problem(UNKNOWN_RULE, message, header.at.span("lint", slug)))
        elif lint.limit is not None and (slug == ALL or known[slug].limit is None):
            message = f"'{slug}' has no threshold: give off, hint, warning or error"
            problems.append(Problem(read.BAD_VALUE, message, header.at.span("lint", slug)))
    rest = Lint(level=header.lint.get(ALL, Lint()).level)
    on = {slug: _settled(rule, header.lint.get(slug, rest)) for slug, rule in known.items()}
    return {slug: rule for slug, rule in on.items() if rule}, problems


def _settled(rule: Rule, lint: Lint) -> Rule | None:
    if lint.level == "off":
        return None
    code, limit = rule.code, rule.limit
    if lint.level:
        code = dataclasses.replace(code, severity=Severity(lint.level))
    if lint.limit is not None and limit is not None:
        limit = lint.limit
    return dataclasses.replace(rule, code=code, limit=limit)
