"""concept: a term and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from deckgen.deck.deck import Deck
from deckgen.deck.field import Markup, key
from deckgen.deck.note import Note
from deckgen.kinds._kind import Kind
from deckgen.kinds._question import Question, shown
from deckgen.render.notetype import REVEAL, TAIL, Field, NoteType, Template, page
from deckgen.render.plain import plain
from deckgen.render.render import Renderer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Concept(Note):
    """A term and its definition, asked both ways."""

    titled_by: ClassVar[str] = "term"

    term: Markup = key("The term.", example="neap tide", zh="群众路线")
    definition: Markup = key(
        "What it means, without the term itself.",
        example="the tide twice a month when Sun and Moon pull at right angles",
        zh="一切为了群众，一切依靠群众，从群众中来，到群众中去",
    )
    example: Markup | None = key("An example, shown with either answer.", None)


LABELS = {
    "en": {
        "name": "Concept",
        "ask-definition": "What does this mean?",
        "ask-term": "Which term is this?",
    },
    "zh-Hans": {
        "name": "概念",
        "ask-definition": "这个概念指什么？",
        "ask-term": "这说的是哪个概念？",
    },
    "zh-Hant": {
        "name": "概念",
        "ask-definition": "這個概念指什麼？",
        "ask-term": "這說的是哪個概念？",
    },
}


def _template(name: str, pin: int, asked: str, answered: str) -> Template:
    front = (
        f'<div class="ask">[[ask-{answered.lower()}]]</div>'
        f'<div class="question {asked.lower()}">{{{{{asked}}}}}</div>'
    )
    back = (
        f'{front}<hr id="answer"><div class="answer {answered.lower()}">{{{{{answered}}}}}</div>'
        '{{#Example}}<div class="extra">{{Example}}</div>{{/Example}}'
    )
    return Template(
        name,
        pin,
        page("concept", "front", front),
        page("concept", "back", back + REVEAL + "[[speech]]"),
    )


NOTE_TYPE = NoteType(
    fields=(Field("Term", 101), Field("Definition", 102), Field("Example", 103), *TAIL),
    templates=(
        _template("Definition", 201, "Term", "Definition"),
        _template("Term", 202, "Definition", "Term"),
    ),
)


def fields(note: Concept, render: Renderer) -> dict[str, str]:
    """Render a concept."""
    term, definition = render.text(note, "term"), render.text(note, "definition")
    return {
        "Term": term,
        "Definition": definition,
        "Example": render.text(note, "example"),
        **render.tail(note, speech=plain(term)),
    }


def questions(note: Concept, deck: Deck) -> list[Question]:
    """Tell what a concept's two cards ask."""
    term, definition = shown(note, deck, note.term), shown(note, deck, note.definition)
    cue = shown(note, deck, note.cue)
    return [
        Question("definition", term, cue, definition, ("term",), ("definition",), term=True),
        Question("term", definition, cue, term, ("definition",), ("term",)),
    ]


KIND = Kind("concept", Concept, NOTE_TYPE, LABELS, fields, questions)
