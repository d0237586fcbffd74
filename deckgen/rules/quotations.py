"""Quotations: recited clause by clause, understood, and led back to their work."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import cast

from deckgen.deck.deck import Deck
from deckgen.kinds.quotation import Quotation
from deckgen.problem import Code, Severity
from deckgen.rules._rule import Asked, Found, NoteRule, every_note

NO_NEXT_LINE = Code(
    "no-next-line",
    Severity.ERROR,
    "A quotation of several clauses stands on one line, so that no card asks for the next clause, "
    "and it can only be recited whole. Give each clause a line of its own under `lines`.",
)
NO_GLOSS = Code(
    "no-gloss",
    Severity.WARNING,
    "A quotation has no `gloss`, so that it is learned as a row of sounds. Say in plain words what "
    "it means; the card from meaning to quotation comes with it.",
)
NO_WORK = Code(
    "no-work",
    Severity.WARNING,
    "A quotation has no `work`: who said it, and where. Give at least `{title: …}`.",
)
COPIED_GLOSS = Code(
    "copied-gloss",
    Severity.WARNING,
    "A gloss repeats a long stretch of its quotation, so that it explains nothing and gives the "
    "wording away on the card from meaning to quotation. Say it in other words.",
)

_CLAUSE = re.compile(r"\w[，；。？！,;.?!]+(?=.*\w)")


def no_next_line(asked: Asked, _: Deck, __: float) -> Iterator[Found]:
    """Complain of a quotation of several clauses on one line."""
    (line, *more) = _quotation(asked).lines
    if not more:
        count = len(_CLAUSE.findall(line)) + 1
        if count > 1:
            message = f"{count} clauses on one line have no next-line card: give each its own line"
            yield message, ("lines",)


def no_gloss(asked: Asked, _: Deck, __: float) -> Iterator[Found]:
    """Complain of a quotation without its meaning."""
    if not _quotation(asked).gloss:
        yield "this quotation has no `gloss`: say what it means in plain words", ()


def no_work(asked: Asked, _: Deck, __: float) -> Iterator[Found]:
    """Complain of a quotation without its origin."""
    if not _quotation(asked).work:
        yield "this quotation has no `work`: say where it is from, e.g. {title: 《论衡》}", ()


def copied_gloss(asked: Asked, _: Deck, limit: float) -> Iterator[Found]:
    """Complain of a gloss that shares a long stretch with its quotation."""
    gloss = next((each.prompt for each in asked.questions if each.ask == "gloss"), "")
    saying = "".join(_quotation(asked).lines)
    least = max(math.ceil(limit), 1)
    stretches = (gloss[at : at + least] for at in range(len(gloss) - least + 1))
    # the longest is sought, in much more time, only where there is one
    if not any(stretch in saying for stretch in stretches):
        return
    common = SequenceMatcher(None, gloss, saying, autojunk=False).find_longest_match()
    copied = gloss[common.a : common.a + common.size]
    message = f"“{copied}” is {common.size} characters of the quotation, {limit:g} or more"
    yield f"{message}: say it in other words", ("gloss",)


def _quotation(asked: Asked) -> Quotation:
    return cast(Quotation, asked.note)


RULES = (
    NoteRule(
        code=NO_NEXT_LINE,
        check=no_next_line,
        signs=every_note,
        kind="quotation",
        hit="{kind: quotation, lines: [知屋漏者在宇下，知政失者在草野。]}",
        mended="{kind: quotation, lines: [知屋漏者在宇下，, 知政失者在草野。]}",
    ),
    NoteRule(
        code=NO_GLOSS,
        check=no_gloss,
        signs=every_note,
        kind="quotation",
        hit="{kind: quotation, lines: [圣人无常心，, 以百姓心为心。]}",
        mended="{kind: quotation, lines: [圣人无常心，, 以百姓心为心。], "
        "gloss: 圣明的人没有固定不变的私念，百姓怎么想，他就怎么想。}",
    ),
    NoteRule(
        code=NO_WORK,
        check=no_work,
        signs=every_note,
        kind="quotation",
        hit="{kind: quotation, lines: [圣人无常心，, 以百姓心为心。]}",
        mended="{kind: quotation, lines: [圣人无常心，, 以百姓心为心。], "
        "work: {title: 《老子》第四十九章}}",
    ),
    NoteRule(
        code=COPIED_GLOSS,
        check=copied_gloss,
        signs=every_note,
        kind="quotation",
        limit=12,
        hit="{kind: quotation, lines: [圣人无常心，, 以百姓心为心。], "
        "gloss: 这是说圣人无常心，以百姓心为心。}",
        mended="{kind: quotation, lines: [圣人无常心，, 以百姓心为心。], "
        "gloss: 圣明的人没有固定不变的私念，百姓怎么想，他就怎么想。}",
    ),
)
