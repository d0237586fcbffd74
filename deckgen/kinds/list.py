"""list: several things in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from deckgen.deck.deck import Deck
from deckgen.deck.field import Markup, Plain, key
from deckgen.deck.note import Note
from deckgen.kinds._kind import Kind
from deckgen.kinds._question import GAP, Question, sequence_questions, shown
from deckgen.kinds._sequence import items_note_type
from deckgen.problem import Code, Severity
from deckgen.render.plain import plain
from deckgen.render.render import Renderer
from deckgen.render.sequence import (
    ITEMS,
    NOT_IN_ITEM,
    WHOLE,
    cards,
    gap,
    items,
    ladder,
    split_at,
)

UNEVEN_HIDE = Code(
    "uneven-hide",
    Severity.ERROR,
    "A list's `hide` has another length than its `items`: give for each item the part, or the "
    "list of parts, that its card hides.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class List(Note):
    """Items that are recalled one after the other, each with what comes before it visible."""

    titled_by: ClassVar[str] = "prompt"

    prompt: Markup = key(
        "What the items are, with their count.",
        example="Which three states does water have?",
        zh="做群众工作，哪三样要放下、沉下、扑下？",
    )
    items: tuple[Markup, ...] = key(
        "The items, in order.", example="[ice, water, steam]", zh="[架子, 目光, 身子]"
    )
    ordered: bool = key("Number the items.", True)
    hide: tuple[tuple[Plain, ...], ...] = key(
        "For each item the parts that its card hides; without it, the whole item.", ()
    )
    whole: bool = key("Make a card that asks for all the items.", True)


LABELS = {
    "en": {
        "name": "List",
        "ask-item": "Fill the gap (one of {{Count}}; the later ones are hidden)",
        "ask-whole": "Name all {{Count}}",
    },
    "zh-Hans": {
        "name": "列举",
        "ask-item": "补出空缺（共 {{Count}} 项，后面的不显示）",
        "ask-whole": "依次说出全部 {{Count}} 项",
    },
    "zh-Hant": {
        "name": "列舉",
        "ask-item": "補出空缺（共 {{Count}} 項，後面的不顯示）",
        "ask-whole": "依次說出全部 {{Count}} 項",
    },
}

NOTE_TYPE = items_note_type("list", "Prompt", "Items", WHOLE)


def fields(note: List, render: Renderer) -> dict[str, str]:
    """Render a list."""
    if note.hide and len(note.hide) != len(note.items):
        message = f"{len(note.hide)} entries for {len(note.items)} items: give one for each"
        render.complain(UNEVEN_HIDE, message, note, "hide")
    whole = [render.text(note, "items", at) for at in range(len(note.items))]
    gapped = [_gapped(note, at, html, render) for at, html in enumerate(whole)]
    style = "ordered" if note.ordered else "bulleted"
    return {
        "Prompt": render.text(note, "prompt"),
        "Items": items(gapped, style),
        "Whole": items(whole, style),
        "Count": str(len(whole)),
        "Cards": cards([WHOLE] if note.whole else []),
        **render.tail(note, speech=", ".join(filter(None, map(plain, whole)))),
    }


def _gapped(note: List, at: int, html: str, render: Renderer) -> str:
    number = render.numbers(note, "items")[at]
    if at >= len(note.hide):
        return gap(number, html, ladder(plain(html)))
    text = str(note.items[at])
    for part_at, part in enumerate(note.hide[at]):
        if part not in text:
            message = f"'{part}' does not stand in the item '{text}'"
            render.complain(NOT_IN_ITEM, message, note, "hide", at, part_at)
    pieces = split_at(text, note.hide[at])
    hidden = [piece in note.hide[at] for piece in pieces]
    marked = (
        gap(number, piece.replace("::", r"\::")) if hides else piece
        for piece, hides in zip(pieces, hidden, strict=True)
    )
    gapped = render.markup(note, "".join(marked), "items", at, cloze=True)
    if gapped.count(f"{{{{c{number}::") < sum(hidden):
        message = "code and mathematics cannot be hidden in parts: hide the whole item"
        render.complain(NOT_IN_ITEM, message, note, "hide", at)
    return gapped


def questions(note: List, deck: Deck) -> list[Question]:
    """Tell what a list's cards ask."""
    items = [shown(note, deck, item) for item in note.items]
    whole = Question(
        "whole",
        shown(note, deck, note.prompt),
        shown(note, deck, note.cue),
        "\n".join(items),
        ("prompt",),
        ("items",),
        recited=True,
    )
    asked = sequence_questions(whole, items, ask="item", field="items")
    for at, parts in enumerate(note.hide[: len(items)]):
        rest = items[at]
        for part in parts:
            rest = rest.replace(part, GAP)
        context = f"{asked[at].context}\n{rest}"
        asked[at] = asked[at]._replace(context=context, answer=" ".join(parts), gaps=parts)
    return [*asked, whole] if note.whole else asked


KIND = Kind("list", List, NOTE_TYPE, LABELS, fields, questions, numbered={"items": ITEMS})
