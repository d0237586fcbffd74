"""quotation: a saying, line by line, with what it means and where it is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from deckgen.deck.deck import Deck
from deckgen.deck.field import Markup, NoteId, Plain, Verbatim, key
from deckgen.deck.note import Note
from deckgen.kinds._kind import Kind
from deckgen.kinds._question import GAP, Question, sequence_questions, shown
from deckgen.kinds._sequence import cloze_template, fixed, reveal, sequence
from deckgen.render.escape import escape
from deckgen.render.markup import ruby
from deckgen.render.notetype import TAIL, Field, NoteType
from deckgen.render.render import Renderer
from deckgen.render.sequence import (
    ITEMS,
    NOT_IN_ITEM,
    PARTS,
    WHOLE,
    cards,
    gap,
    items,
    ladder,
    split_at,
    with_gaps,
)
from deckgen.text.han import HAN, is_han
from deckgen.text.passage import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Where a saying is from: background, since the source need not say it."""

    title: Plain = key("The work, as it is to be shown.", example="Hamlet", zh="《论衡·书解篇》")
    author: Plain | None = key("Who wrote it.", None, example="William Shakespeare", zh="王充")
    era: Plain | None = key("When.", None, example="about 1600", zh="东汉")
    cite: Plain | None = key("The place and edition that was looked up.", None)
    verified: bool | None = key("Whether it was checked in that place.", None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quotation(Note):
    """A saying: recited line by line, explained, and led back to its principle and its work."""

    titled_by: ClassVar[str] = "lines"
    verbatim: ClassVar[tuple[str, ...]] = ("lines",)

    lines: tuple[Verbatim, ...] = key(
        "Its clauses with their punctuation, as in the source.",
        example="['To be, or not to be,', 'that is the question']",
        zh="[知屋漏者在宇下，, 知政失者在草野。]",
    )
    gloss: Markup | None = key(
        "What it means, in plain words.",
        None,
        example="Is it better to live, or to die?",
        zh="屋子漏不漏，住在檐下的人最清楚。",
    )
    pivots: tuple[Plain, ...] = key(
        "The words that it turns on; each is hidden on a card.",
        (),
        example="[not to be]",
        zh="[宇下, 草野]",
    )
    principle: NoteId | None = key(
        "The id of the principle that it stands for.",
        None,
        example="one-thing",
        zh="yi-min-wei-ben",
    )
    work: Work | None = key(
        "Where it is from.",
        None,
        example="{title: Hamlet, cite: act 3, verified: true}",
        zh="{title: 《论衡·书解篇》, author: 王充, cite: 卷二十八}",
    )
    original: Plain | None = key("The original wording, where it differs.", None)
    readings: Mapping[str, Plain] = key("How hard characters are read.", {}, example="{宇: yǔ}")


LABELS = {
    "en": {
        "name": "Quotation",
        "ask-next": "What is the next line?",
        "ask-pivot": "Fill the gap",
        "ask-gloss": "Which saying means this?",
        "ask-principle": "Which principle does this saying stand for?",
        "ask-saying": "Which saying stands for this principle?",
        "ask-work": "Who said this, and where does it stand?",
        "ask-whole": "Recite the whole saying ({{Count}} lines)",
        "gloss": "Meaning",
        "principle": "Principle",
        "work": "From",
        "original": "Original",
    },
    "zh-Hans": {
        "name": "引文",
        "ask-next": "接着背出下一行",
        "ask-pivot": "补出空缺的字词",
        "ask-gloss": "哪句古语说的是这个意思？",
        "ask-principle": "这句古语说明哪条原则？",
        "ask-saying": "哪句古语说明这条原则？",
        "ask-work": "这句古语是谁说的，见于哪里？",
        "ask-whole": "从头背出全句（{{Count}} 行）",
        "gloss": "释义",
        "principle": "原则",
        "work": "出处",
        "original": "原文",
    },
    "zh-Hant": {
        "name": "引文",
        "ask-next": "接著背出下一行",
        "ask-pivot": "補出空缺的字詞",
        "ask-gloss": "哪句古語說的是這個意思？",
        "ask-principle": "這句古語說明哪條原則？",
        "ask-saying": "哪句古語說明這條原則？",
        "ask-work": "這句古語是誰說的，見於哪裡？",
        "ask-whole": "從頭背出全句（{{Count}} 行）",
        "gloss": "釋義",
        "principle": "原則",
        "work": "出處",
        "original": "原文",
    },
}

_START = re.compile(rf"\W*(?:[{HAN}]{{1,2}}|[^\W{HAN}]+)")

GLOSS, PRINCIPLE, SAYING, WORK = 401, 402, 403, 404

_GAPS = sequence("Lines", "ask-next") + sequence("Pivots", "ask-pivot")
_WHOLE = '<div class="classic">{{Whole}}</div>'
_SAYING = '<div class="question classic">{{Whole}}</div>'
_REVEAL = reveal(Gloss=GLOSS, Principle=PRINCIPLE, Work=WORK, Original=None)


def _fixed(answered: bool) -> str:
    shown = (
        (GLOSS, "ask-gloss", '<div class="question">{{Gloss}}</div>', _WHOLE),
        (PRINCIPLE, "ask-principle", _SAYING, '<div class="answer">{{Principle}}</div>'),
        (SAYING, "ask-saying", '<div class="question">{{Principle}}</div>', _WHOLE),
        (WORK, "ask-work", _SAYING, '<div class="answer">{{Work}}</div>'),
        (WHOLE, "ask-whole", '<div class="question classic">{{Start}}</div>', _WHOLE),
    )
    return "".join(
        fixed(number, ask, question, answer if answered else "")
        for number, ask, question, answer in shown
    )


NOTE_TYPE = NoteType(
    fields=(
        Field("Quotation", 101),
        Field("Lines", 102),
        Field("Pivots", 103),
        Field("Gloss", 104),
        Field("Principle", 105),
        Field("Work", 106),
        Field("Original", 107),
        Field("Whole", 108),
        Field("Start", 109),
        Field("Count", 110),
        Field("Cards", 111),
        *TAIL,
    ),
    templates=(cloze_template("quotation", _GAPS + _fixed(False), _GAPS + _fixed(True) + _REVEAL),),
    cloze=True,
)


def fields(note: Quotation, render: Renderer) -> dict[str, str]:
    """Render a quotation; its first line has no card, since nothing leads to it."""
    _check_readings(note, render)
    whole = [_read(line, note) for line in note.lines]
    numbers = render.numbers(note, "lines")
    rest = range(1, len(whole))
    gapped = whole[:1] + [gap(numbers[at], whole[at], ladder(note.lines[at])) for at in rest]
    principle = render.deck.notes.get(note.principle) if note.principle else None
    fixed_cards = {
        GLOSS: note.gloss,
        PRINCIPLE: principle,
        SAYING: principle,
        WORK: note.work,
        WHOLE: len(note.lines) > 1,
    }
    saying = one_line(note.lines)
    return {
        "Quotation": escape(saying),
        "Lines": items(gapped),
        "Pivots": _pivots(note, render),
        "Gloss": render.text(note, "gloss"),
        "Principle": render.markup(note, principle.title, "principle") if principle else "",
        "Work": _work(note.work, render) if note.work else "",
        "Original": render.badge() + escape(note.original) if note.original else "",
        "Whole": items(whole),
        "Start": escape(_start(saying)),
        "Count": str(len(whole)),
        "Cards": cards([number for number, given in fixed_cards.items() if given]),
        **render.tail(note, speech=saying),
    }


def _start(saying: str) -> str:
    """Return the two Han characters or the word that a saying begins with, and dots."""
    found = _START.match(saying)
    start = found[0] if found else saying[:2]
    return start + ("……" if is_han(start[-1]) else "…")


def _stands_in(part: str, note: Quotation) -> bool:
    return part != "" and any(part in line for line in note.lines)


def _read(line: str, note: Quotation) -> str:
    """Return a line's HTML with the readings of its hard characters."""
    readings = note.readings
    return "".join(
        ruby(piece, readings[piece]) if piece in readings else escape(piece)
        for piece in split_at(line, readings)
    )


def _check_readings(note: Quotation, render: Renderer) -> None:
    for part in note.readings:
        if not _stands_in(part, note):
            message = f"'{part}' stands in no line of the quotation"
            render.complain(NOT_IN_ITEM, message, note, "readings", part)


def _pivots(note: Quotation, render: Renderer) -> str:
    numbers = render.numbers(note, "pivots")
    by_pivot = dict(zip(map(str, note.pivots), numbers, strict=True))
    html = items([with_gaps(line, by_pivot, escape) for line in note.lines], "parts")
    for at, (pivot, number) in enumerate(zip(note.pivots, numbers, strict=True)):
        if not _stands_in(pivot, note):
            message = f"'{pivot}' stands in no line of the quotation"
            render.complain(NOT_IN_ITEM, message, note, "pivots", at)
        elif f"{{{{c{number}::" not in html:
            message = f"'{pivot}' is given twice, or stands inside another pivot: leave one out"
            render.complain(NOT_IN_ITEM, message, note, "pivots", at)
    return html if numbers else ""


def _work(work: Work, render: Renderer) -> str:
    written = " · ".join(escape(part) for part in (work.era, work.author) if part)
    place = f'<span class="place">{escape(work.cite)}</span>' if work.cite else ""
    badge = render.badge(verified=work.verified)
    space = " " if written and not work.title.startswith("《") else ""
    return f'{badge}{written}{space}<span class="work">{escape(work.title)}</span>{place}'


def questions(note: Quotation, deck: Deck) -> list[Question]:
    """Tell what a quotation's cards ask."""
    cue, saying, lines = shown(note, deck, note.cue), one_line(note.lines), ("lines",)
    start = f"{cue}\n{_start(saying)}"
    whole = Question("whole", "", start, saying, lines, lines, recited=True, verbatim=True)
    rest = sequence_questions(whole._replace(context=cue), note.lines, ask="next", field="lines")
    asked = rest[1:]
    for at, pivot in enumerate(note.pivots):
        prompt, pivot_at = saying.replace(pivot, GAP), ("pivots", at)
        gaps = (pivot,) * saying.count(pivot)
        asked.append(
            Question(
                "gap", prompt, cue, pivot, pivot_at, pivot_at, gaps, verbatim=True, words=saying
            )
        )
    if note.gloss:
        gloss = shown(note, deck, note.gloss)
        asked.append(whole._replace(ask="gloss", prompt=gloss, context=cue, at=("gloss",)))
    principle = deck.notes.get(note.principle) if note.principle else None
    if principle:
        title, named_at = shown(note, deck, principle.title), ("principle",)
        asked.append(Question("principle", saying, cue, title, lines, named_at, term=True))
        asked.append(
            whole._replace(ask="saying", prompt=title, context=cue, at=named_at, term=True)
        )
    if note.work:
        parts = (note.work.era, note.work.author, note.work.title)
        work = " ".join(part for part in parts if part)
        asked.append(Question("work", saying, cue, work, lines, ("work",), term=True))
    return [*asked, whole] if len(note.lines) > 1 else asked


KIND = Kind(
    "quotation",
    Quotation,
    NOTE_TYPE,
    LABELS,
    fields,
    questions,
    numbered={"lines": ITEMS, "pivots": PARTS},
)
