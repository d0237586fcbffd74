"""Coverage of the source: the passages that cards have to use are used, and evidence is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deckgen.coverage.evidence import (
    MAX_EVIDENCE,
    SHORTEST_REPEATED,
    SHOWN_SHARE,
    by_clause,
    evidence,
    fault,
    shown_texts,
)
from deckgen.coverage.measure import Coverage, Wanted, measure
from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import raw_html
from deckgen.problem import Code, Problem, Severity
from deckgen.render.bare import has_marks
from deckgen.rules._rule import Asked, Found, NoteRule, Notes, Rule
from deckgen.text.find import BETWEEN

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
    """Yield what is missing of a deck's lists of passages."""
    for coverage in measure(deck, listed_only=True):
        for wanted in coverage.wanted:
            for problem in _wanted(wanted, coverage):
                yield None, problem


def doubtful(notes: Notes, deck: Deck, _: float) -> Iterable[int]:
    """Return the notes with evidence that does not simply stand in their texts."""
    return [
        number
        for number, (asked, text) in enumerate(zip(notes.asked, notes.texts.texts, strict=True))
        if asked.note.evidence and not _stands(asked, text, deck)
    ]


def _stands(asked: Asked, text: str, deck: Deck) -> bool:
    """Whether all of a note's evidence stands in its texts, and is neither long nor short."""
    # what is cited is a text, and not shown as one
    text = "" if asked.note.cite or asked.note.kind == "quotation" else text
    for passage in asked.note.evidence:
        if not SHORTEST_REPEATED <= len(passage) <= MAX_EVIDENCE or "\n" in passage:
            return False
        if passage not in text and not _stands_so(passage, asked, deck):
            return False
    return True


def _stands_so(passage: str, asked: Asked, deck: Deck) -> bool:
    """Whether a passage stands in a note's texts with their gaps filled, or clause by clause."""
    note, questions = asked
    if raw_html(note, deck):
        return False
    if questions and passage in questions[0].words:
        return True
    shown = BETWEEN.join(shown_texts(note))
    return passage in shown or (not has_marks(shown) and by_clause(passage, shown))


def uncounted_evidence(asked: Asked, deck: Deck, _: float) -> Iterator[Found]:
    """Complain of evidence that stands in the source and does not count."""
    source = deck.sources.get(asked.note.source or "")
    text = source.joined if source else ""
    for ground in evidence(asked.note):
        why = fault(ground, text)
        if why and ground.text in text:
            yield f"this evidence covers nothing: {why}", ground.path


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


RULES = (
    Rule(code=UNCOVERED_PASSAGE, whole=True),
    Rule(code=UNCOVERED_GOAL, whole=True),
    NoteRule(
        code=UNCOUNTED_EVIDENCE,
        check=uncounted_evidence,
        signs=doubtful,
        hit="{kind: basic, source: essay, front: 谁最知道屋漏？, back: 宇下的人, "
        "evidence: 知政失者在草野}",
        mended="{kind: basic, source: essay, front: 谁最知道政失？, back: 草野的人, "
        "extra: 知政失者在草野。, evidence: 知政失者在草野}",
    ),
)
