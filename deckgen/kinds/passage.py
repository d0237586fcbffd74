"""passage: lines to be known by heart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from deckgen.deck.deck import Deck
from deckgen.deck.field import Context, Markup, Verbatim, key
from deckgen.deck.note import Note
from deckgen.kinds._kind import Kind
from deckgen.kinds._question import Question, sequence_questions, shown
from deckgen.kinds._sequence import items_note_type
from deckgen.render.escape import escape
from deckgen.render.render import Renderer
from deckgen.render.sequence import ITEMS, WHOLE, cards, gap, items, ladder
from deckgen.text.passage import one_line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passage(Note):
    """Lines that are recited one after the other, verbatim."""

    titled_by: ClassVar[str] = "title"
    verbatim: ClassVar[tuple[str, ...]] = ("lines",)

    title: Markup = key(
        "What the passage is called.", example="How the address begins", zh="群众路线的表述"
    )
    lines: tuple[Verbatim, ...] = key(
        "The lines, as they stand in the source.",
        example="['Four score and seven years ago', 'our fathers brought forth']",
        zh="[一切为了群众，, 一切依靠群众，]",
    )
    context: Context | None = key(
        "How many lines before the gap are shown, 1 to 5; without it, all.", None, example="2"
    )
    whole: bool = key("Make a card that asks for the whole passage.", True)


LABELS = {
    "en": {
        "name": "Passage",
        "ask-item": "Recite the missing line (of {{Count}}; the later ones are hidden)",
        "ask-whole": "Recite all {{Count}} lines",
    },
    "zh-Hans": {
        "name": "背诵",
        "ask-item": "背出空缺的一行（共 {{Count}} 行，后面的不显示）",
        "ask-whole": "从头背诵全部 {{Count}} 行",
    },
    "zh-Hant": {
        "name": "背誦",
        "ask-item": "背出空缺的一行（共 {{Count}} 行，後面的不顯示）",
        "ask-whole": "從頭背誦全部 {{Count}} 行",
    },
}

NOTE_TYPE = items_note_type("passage", "Title", "Lines", WHOLE)


def fields(note: Passage, render: Renderer) -> dict[str, str]:
    """Render a passage."""
    whole = [escape(line) for line in note.lines]
    numbers = render.numbers(note, "lines")
    gapped = [
        gap(number, html, ladder(line))
        for number, html, line in zip(numbers, whole, note.lines, strict=True)
    ]
    return {
        "Title": render.text(note, "title"),
        "Lines": items(gapped, f"n{note.context}" if note.context else ""),
        "Whole": items(whole),
        "Count": str(len(whole)),
        "Cards": cards([WHOLE] if note.whole else []),
        **render.tail(note, speech=one_line(note.lines)),
    }


def questions(note: Passage, deck: Deck) -> list[Question]:
    """Tell what a passage's cards ask."""
    whole = Question(
        "whole",
        shown(note, deck, note.title),
        shown(note, deck, note.cue),
        one_line(note.lines),
        ("title",),
        ("lines",),
        recited=True,
        verbatim=True,
        term=True,
    )
    lines = sequence_questions(whole, note.lines, ask="line", field="lines", window=note.context)
    return [*lines, whole] if note.whole else lines


KIND = Kind("passage", Passage, NOTE_TYPE, LABELS, fields, questions, numbered={"lines": ITEMS})
