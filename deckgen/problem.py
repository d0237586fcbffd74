"""What is wrong, and where."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Severity(enum.Enum):
    """How much a problem weighs: only an error stops the build."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of problem, defined beside the check that raises it.

    slug: lower-case words joined by hyphens, as printed in `error[slug]`.
    about: what is checked, why it matters, and how to mend it; `deckgen explain` prints it.
    """

    slug: str
    severity: Severity
    about: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file; line and column count from one, in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint: its message names the offence and the repair.

    related: other places that the complaint is about, each with what is there.
    fix: the word to write instead of the key or value at the span; empty where none is known.
    """

    code: Code
    message: str
    span: Span
    related: tuple[tuple[Span, str], ...] = ()
    fix: str = ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the known word nearest to `word`, else an empty text."""
    near = nearest_word(word, known)
    return f"; did you mean '{near}'?" if near else ""


def nearest_word(word: str, known: Iterable[str]) -> str:
    """Return the known word nearest to `word`, else an empty text."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems stops the build."""
    return any(problem.code.severity is Severity.ERROR for problem in problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems in the order of their places, each one once."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda problem: (problem.span, problem.code.slug, problem.message))
