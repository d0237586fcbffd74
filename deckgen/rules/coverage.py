"""Coverage of the source: the passages that cards have to use are used, and evidence is shown."""

from __future__ import annotations

from collections.abc import Iterator

from deckgen.coverage.evidence import (
    MAX_EVIDENCE,
    SHORTEST_REPEATED,
    SHOWN_SHARE,
    evidence,
    fault,
)
from deckgen.coverage.measure import Coverage, Wanted, measure
from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.problem import Code, Problem, Severity

UNCOVERED_PASSAGE = Code(
    "uncovered-passage",
    Severity.ERROR,
    "A passage on a source's list (`must_have` in deck.yaml) is used by no card. Give it as "
    "`evidence` to a note that shows or asks it, make a note of it, or say under `excused` in "
    "deck.yaml why no card needs it.",
)
UNCOVERED_GOAL = Code(
    "uncovered-goal",
    Severity.WARNING,
    "A passage that is a `goal` on a source's list (`must_have` in deck.yaml) is used by no card. "
    "Give it as `evidence` to a note that shows or asks it, or say under `excused` in deck.yaml "
    "why no card needs it.",
)
LISTED_ELSEWHERE = Code(
    "listed-elsewhere",
    Severity.ERROR,
    "A passage on a source's list (`must_have` in deck.yaml) does not stand in that source, or "
    "not as often as the list says. Copy it from the source to the character.",
)
UNCOUNTED_EVIDENCE = Code(
    "uncounted-evidence",
    Severity.WARNING,
    "A note's evidence does not count as covered. Evidence counts where the note's cards show or "
    f"ask it: {SHOWN_SHARE:.0%} of its pairs of neighbouring words (each Han character is a word; "
    "pairs do not reach across punctuation) stand in the note's texts. It has at most "
    f"{MAX_EVIDENCE} characters, and at least {SHORTEST_REPEATED} if it stands in several places.",
)

SLUGS = frozenset(
    code.slug for code in (UNCOVERED_PASSAGE, UNCOVERED_GOAL, LISTED_ELSEWHERE, UNCOUNTED_EVIDENCE)
)


def check(deck: Deck) -> Iterator[tuple[Note | None, Problem]]:
    """Yield what is missing of a deck's lists of passages, and the evidence that does not count."""
    for coverage in measure(deck, listed_only=True):
        for wanted in coverage.wanted:
            for problem in _wanted(wanted, coverage):
                yield None, problem
    for note in deck.notes.values():
        source = deck.sources.get(note.source) if note.source else None
        if source and note.evidence:
            for problem in _uncounted(note, source.joined):
                yield note, problem


def _uncounted(note: Note, source: str) -> Iterator[Problem]:
    for ground in evidence(note):
        why = fault(ground, source)
        if why and ground.text in source:
            message = f"this evidence covers nothing: {why}"
            yield Problem(UNCOUNTED_EVIDENCE, message, note.at.span(*ground.path))


def _wanted(wanted: Wanted, coverage: Coverage) -> Iterator[Problem]:
    listed, places = wanted.listed, wanted.places
    text, source = coverage.source.joined, coverage.source.name
    if listed.times not in (None, len(places)) or not places:
        said = f", not {listed.times}" if places else ""
        times = f"{len(places)} time{'' if len(places) == 1 else 's'}"
        message = f"'{listed.id}' stands {times} in the source '{source}'{said}"
        yield Problem(LISTED_ELSEWHERE, f"{message}: “{listed.text}”", listed.span)
    elif not wanted.used and listed.excuse is None:
        lacking = [text[cut.start : cut.stop] for cut in coverage.missing(places[0])]
        part = "" if lacking == [listed.text] else f" (it lacks “{'”, “'.join(lacking)}”)"
        message = f"no card uses '{listed.id}', “{listed.text}”{part}: give a note this evidence"
        related = ((coverage.span(places[0].start), "it stands here"),)
        code = UNCOVERED_GOAL if listed.goal else UNCOVERED_PASSAGE
        yield Problem(code, message, listed.span, related)
