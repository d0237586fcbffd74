"""cloze: a text with gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from deckgen.deck.deck import Deck
from deckgen.deck.field import Markup, key
from deckgen.deck.note import Note
from deckgen.kinds._kind import Kind
from deckgen.kinds._question import Question, gap_questions, shown
from deckgen.problem import Code, Severity
from deckgen.render.markup import BAD_CLOZE
from deckgen.render.notetype import REVEAL, TAIL, Field, NoteType, Template, page
from deckgen.render.render import Renderer

NO_CLOZE = Code(
    "no-cloze",
    Severity.ERROR,
    "A cloze note hides nothing, so it would have no card. Mark what is to be recalled, e.g. "
    "`{{c1::hidden}}`.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cloze(Note):
    """A text with gaps, a card for each number."""

    titled_by: ClassVar[str] = "text"

    text: Markup = key(
        "The text with its gaps.",
        example="Tides are highest at {{c1::full}} and at {{c2::new}} moon",
        zh="群众路线是党的{{c1::生命线}}",
    )
    extra: Markup | None = key("Shown below the answer.", None)


LABELS = {
    "en": {"name": "Cloze", "ask": "Fill the gap"},
    "zh-Hans": {"name": "填空", "ask": "填空"},
    "zh-Hant": {"name": "填空", "ask": "填空"},
}

TEXT = '<div class="ask">[[ask]]</div><div class="question">{{cloze:Text}}</div>'

NOTE_TYPE = NoteType(
    fields=(Field("Text", 101), Field("Extra", 102), *TAIL),
    templates=(
        Template(
            "Cloze",
            201,
            page("cloze-text", "front", TEXT),
            page(
                "cloze-text",
                "back",
                TEXT + '{{#Extra}}<div class="extra">{{Extra}}</div>{{/Extra}}' + REVEAL,
            ),
        ),
    ),
    cloze=True,
)


def fields(note: Cloze, render: Renderer) -> dict[str, str]:
    """Render a cloze note."""
    before = len(render.problems)
    text = render.text(note, "text", cloze=True)
    malformed = any(each.code is BAD_CLOZE for each in render.problems[before:])
    if "{{c" not in text and not malformed:
        message = "this text hides nothing: mark what is to be recalled, e.g. {{c1::hidden}}"
        render.complain(NO_CLOZE, message, note, "text")
    return {"Text": text, "Extra": render.text(note, "extra"), **render.tail(note)}


def questions(note: Cloze, deck: Deck) -> list[Question]:
    """Tell what a cloze note's cards ask."""
    return gap_questions(note, deck, note.text, "gap", ("text",), shown(note, deck, note.cue))


KIND = Kind("cloze", Cloze, NOTE_TYPE, LABELS, fields, questions)
