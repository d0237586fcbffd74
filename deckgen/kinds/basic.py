"""basic: a question and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from deckgen.deck.deck import Deck
from deckgen.deck.field import Markup, key
from deckgen.deck.note import Note
from deckgen.kinds._kind import Kind
from deckgen.kinds._question import Question, shown
from deckgen.render.escape import escape
from deckgen.render.notetype import REVEAL, TAIL, Field, NoteType, Template, page
from deckgen.render.plain import plain
from deckgen.render.render import Renderer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basic(Note):
    """A question and its answer; on request asked both ways, or with the answer typed in."""

    titled_by: ClassVar[str] = "front"

    front: Markup = key(
        "The question.", example="Which body causes most of the tides?", zh="人民首创精神要怎样？"
    )
    back: Markup = key("The answer.", example="the Moon", zh="发挥")
    extra: Markup | None = key(
        "Shown below the answer.",
        None,
        example="The Sun pulls, too, but less than half as much.",
        zh="原文：发挥人民首创精神。",
    )
    reverse: bool = key("Make a second card that asks from the back to the front.", False)
    typed: bool = key("Have the answer typed in and compared.", False)


LABELS = {
    "en": {"name": "Basic", "ask-reverse": "What does this answer?"},
    "zh-Hans": {"name": "问答", "ask-reverse": "由此反推：所问的是什么？"},
    "zh-Hant": {"name": "問答", "ask-reverse": "由此反推：所問的是什麼？"},
}

TYPED = "{{#Typed}}<div class='typed'>{{type:Typed}}</div>{{/Typed}}"
REVERSED = '<div class="ask">[[ask-reverse]]</div><div class="question">{{Back}}</div>'
EXTRA = "{{#Extra}}<div class='extra'>{{Extra}}</div>{{/Extra}}"

NOTE_TYPE = NoteType(
    fields=(
        Field("Front", 101),
        Field("Back", 102),
        Field("Extra", 103),
        Field("Reverse", 104),
        Field("Typed", 105),
        *TAIL,
    ),
    templates=(
        Template(
            "Forward",
            201,
            page("basic", "front", f'<div class="question">{{{{Front}}}}</div>{TYPED}'),
            page(
                "basic",
                "back",
                '<div class="question">{{Front}}</div><hr id="answer">'
                f'{{{{^Typed}}}}<div class="answer">{{{{Back}}}}</div>{{{{/Typed}}}}{TYPED}'
                f"{EXTRA}{REVEAL}[[speech]]",
            ),
        ),
        Template(
            "Reverse",
            202,
            # the condition stands outside the page: a cue alone would make the card exist
            "{{#Reverse}}" + page("basic", "front", REVERSED) + "{{/Reverse}}",
            page(
                "basic",
                "back",
                f'{REVERSED}<hr id="answer"><div class="answer">{{{{Front}}}}</div>{EXTRA}{REVEAL}',
            ),
        ),
    ),
)


def fields(note: Basic, render: Renderer) -> dict[str, str]:
    """Render a basic note."""
    back = render.text(note, "back")
    return {
        "Front": render.text(note, "front"),
        "Back": back,
        "Extra": render.text(note, "extra"),
        "Reverse": "1" if note.reverse else "",
        "Typed": escape(" ".join(plain(back).split())) if note.typed else "",
        **render.tail(note, speech=plain(back)),
    }


def questions(note: Basic, deck: Deck) -> list[Question]:
    """Tell what a basic note's cards ask."""
    front, back = shown(note, deck, note.front), shown(note, deck, note.back)
    cue = shown(note, deck, note.cue)
    asked = [Question("", front, cue, back, ("front",), ("back",))]
    if note.reverse:
        asked.append(Question("reverse", back, cue, front, ("back",), ("front",), reverse=True))
    return asked


KIND = Kind("basic", Basic, NOTE_TYPE, LABELS, fields, questions)
