"""principle: a named stance, with its domain, image, heading and demands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from deckgen.deck.deck import Deck
from deckgen.deck.field import Markup, key
from deckgen.deck.note import Note
from deckgen.kinds._kind import Kind
from deckgen.kinds._question import Question, gap_questions, sequence_questions, shown
from deckgen.kinds._sequence import cloze_template, fixed, reveal, sequence, whole
from deckgen.problem import Code, Severity
from deckgen.render.notetype import TAIL, Field, NoteType
from deckgen.render.plain import plain
from deckgen.render.render import Renderer
from deckgen.render.sequence import WHOLE, cards, gap, items, ladder

TOO_MANY_CELLS = Code(
    "too-many-cells",
    Severity.ERROR,
    "A principle's heading has cloze numbers above 90: its cards are told apart from the note's "
    "others by ranges of cloze numbers. Number the cells from 1.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Principle(Note):
    """A principle: named from its domain and its image, its heading and demands recalled."""

    titled_by: ClassVar[str] = "name"
    verbatim: ClassVar[tuple[str, ...]] = ("heading",)

    name: Markup = key("The principle.", example="One thing at a time", zh="以民为本")
    domain: Markup | None = key("The field that it governs.", None, example="asking", zh="为政")
    heading: Markup | None = key(
        "Its heading, with a cloze over each cell.",
        None,
        example='"{{c1::Ask}} for {{c2::one thing}} at a time"',
        zh='"{{c1::为政}}心怀天下，{{c2::以民为本}}溯党源"',
    )
    image: Markup | None = key(
        "The image that stands for it.", None, example="a single key on a ring", zh="屋檐"
    )
    claim: Markup | None = key("What it claims, shown with the answers.", None)
    demands: tuple[Markup, ...] = key(
        "What it demands, in order.",
        (),
        example="[Split what has parts, Make a list of several]",
        zh="[问政于民, 问需于民, 问计于民]",
    )


LABELS = {
    "en": {
        "name": "Principle",
        "ask-domain": "Which principle governs this domain?",
        "ask-image": "Which principle does this image stand for?",
        "ask-heading": "Complete the heading",
        "ask-demand": "Fill in the missing demand (of {{Count}}; the later ones are hidden)",
        "ask-demands": "Name all {{Count}} demands of the principle",
        "domain": "Domain",
        "image": "Image",
        "claim": "Claim",
    },
    "zh-Hans": {
        "name": "原则",
        "ask-domain": "这个领域对应哪条原则？",
        "ask-image": "这个形象说明哪条原则？",
        "ask-heading": "补全小标题",
        "ask-demand": "补出空缺的一项要求（共 {{Count}} 项，后面的不显示）",
        "ask-demands": "依次说出这条原则的 {{Count}} 项要求",
        "domain": "领域",
        "image": "形象",
        "claim": "主张",
    },
    "zh-Hant": {
        "name": "原則",
        "ask-domain": "這個領域對應哪條原則？",
        "ask-image": "這個形象說明哪條原則？",
        "ask-heading": "補全小標題",
        "ask-demand": "補出空缺的一項要求（共 {{Count}} 項，後面的不顯示）",
        "ask-demands": "依次說出這條原則的 {{Count}} 項要求",
        "domain": "領域",
        "image": "形象",
        "claim": "主張",
    },
}

DOMAIN, IMAGE = 1, 2
CELLS, DEMANDS = range(11, 101), range(101, 301)
"""Card numbers in the order of teaching: unlike a saying's, its fixed cards come first."""

_ANSWER = '<div class="answer">{{Name}}</div>'
_OF = '{{#Domain}}<span class="of">{{Domain}}</span>{{/Domain}}'
_NAME = f'<div class="question">{{{{Name}}}}{_OF}</div>'
_GAPS = sequence("Heading", "ask-heading") + sequence("Demands", "ask-demand", _NAME)
_REVEAL = reveal(Domain=DOMAIN, Image=IMAGE, Claim=None)
_CELL = re.compile(r"\{\{c(\d+)::")


def _fixed(answered: bool) -> str:
    answer = _ANSWER if answered else ""
    return (
        fixed(DOMAIN, "ask-domain", '<div class="question">{{Domain}}</div>', answer)
        + fixed(IMAGE, "ask-image", '<div class="question">{{Image}}</div>', answer)
        + whole(WHOLE, "ask-demands", _NAME, "{{Whole}}" if answered else "")
    )


NOTE_TYPE = NoteType(
    fields=(
        Field("Name", 101),
        Field("Domain", 102),
        Field("Image", 103),
        Field("Claim", 104),
        Field("Heading", 105),
        Field("Demands", 106),
        Field("Whole", 107),
        Field("Count", 108),
        Field("Cards", 109),
        *TAIL,
    ),
    templates=(cloze_template("principle", _fixed(False) + _GAPS, _fixed(True) + _GAPS + _REVEAL),),
    cloze=True,
)


def fields(note: Principle, render: Renderer) -> dict[str, str]:
    """Render a principle."""
    demands = [render.text(note, "demands", at) for at in range(len(note.demands))]
    numbers = render.numbers(note, "demands")
    gapped = [
        gap(number, html, ladder(plain(html)))
        for number, html in zip(numbers, demands, strict=True)
    ]
    fixed_cards = {DOMAIN: note.domain, IMAGE: note.image, WHOLE: len(demands) > 1}
    return {
        "Name": render.text(note, "name"),
        "Domain": render.text(note, "domain"),
        "Image": render.text(note, "image"),
        "Claim": render.text(note, "claim"),
        "Heading": _heading(note, render),
        "Demands": items(gapped, "ordered") if demands else "",
        "Whole": items(demands, "ordered") if demands else "",
        "Count": str(len(demands)),
        "Cards": cards([number for number, given in fixed_cards.items() if given]),
        **render.tail(note, speech=plain(render.text(note, "name"))),
    }


def _heading(note: Principle, render: Renderer) -> str:
    """Return the heading with its cells' numbers moved into the range of this kind's."""
    html = render.text(note, "heading", cloze=True)
    numbers = [int(number) for number in _CELL.findall(html)]
    if max(numbers, default=0) > len(CELLS):
        message = f"the heading's cloze numbers go up to {len(CELLS)}: split the note"
        render.complain(TOO_MANY_CELLS, message, note, "heading")
    return _CELL.sub(lambda cell: f"{{{{c{CELLS[0] - 1 + int(cell[1])}::", html)


def questions(note: Principle, deck: Deck) -> list[Question]:
    """Tell what a principle's cards ask."""
    name, cue = shown(note, deck, note.name), shown(note, deck, note.cue)
    asked = [
        Question(ask, prompt, cue, name, (ask,), ("name",), term=True)
        for ask in ("domain", "image")
        if (prompt := shown(note, deck, getattr(note, ask)))
    ]
    if note.heading:
        asked += gap_questions(note, deck, note.heading, "gap", ("heading",), cue)
    demands = [shown(note, deck, demand) for demand in note.demands]
    whole = Question(
        "demands", name, cue, "\n".join(demands), ("name",), ("demands",), recited=True, term=True
    )
    asked += sequence_questions(whole, demands, ask="demand", field="demands")
    return [*asked, whole] if len(demands) > 1 else asked


KIND = Kind(
    "principle", Principle, NOTE_TYPE, LABELS, fields, questions, numbered={"demands": DEMANDS}
)
