"""Cards as the real engine renders them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from anki.collection import Collection
from anki.notes import Note

from deckgen.engine.collection import import_package, name_of, temporary_collection
from deckgen.engine.mathematics import typeset

_PLAY = re.compile(r"\[anki:play:[qa]:\d+\]")
_TYPED = re.compile(r"\[\[type:(?:\w+:)*([^\]]+)\]\]")
_REVIEWER = (
    "body{margin:20px}.nightMode{color-scheme:dark}"
    "#typeans{box-sizing:border-box;width:100%;line-height:1.75}code#typeans{white-space:pre-wrap}"
)
"""What of Anki's own style sheet cards are seen with (Anki: `ts/reviewer/reviewer.scss`)."""


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """One card's two sides, as HTML that needs `css`.

    note: the note's `ID` field, e.g. `mass-line/wulou`, or its GUID.
    ord: the zero-based ordinal of the card in its note.
    """

    note: str
    note_type: str
    deck: str
    ord: int
    question: str
    answer: str
    css: str


def rendered_cards(package: Path) -> list[RenderedCard]:
    """Render every card of a package, in the order of study."""
    with temporary_collection() as collection:
        import_package(collection, package)
        return [
            _rendered(collection, card_id)
            for card_id in sorted(
                collection.find_cards(""), key=lambda id_: _study(collection, id_)
            )
        ]


def _study(collection: Collection, card_id: int) -> tuple[str, int, int]:
    card = collection.get_card(card_id)  # type: ignore[arg-type]
    return collection.decks.name(card.did), card.due, card.ord


def _rendered(collection: Collection, card_id: int) -> RenderedCard:
    card = collection.get_card(card_id)  # type: ignore[arg-type]
    note, out = card.note(), card.render_output()
    note_type = card.note_type()
    return RenderedCard(
        note=name_of(note),
        note_type=note_type["name"],
        deck=collection.decks.name(card.did),
        ord=card.ord,
        question=as_shown(out.question_text, note, answered=False),
        answer=as_shown(out.answer_text, note, answered=True),
        css=note_type["css"],
    )


def as_shown(html: str, note: Note, *, answered: bool) -> str:
    """Return a side's HTML with what Anki's reviewer puts into it.

    Mathematics; a sign where it shows a play button; where an answer is typed in, on the front
    the input, on the back what it shows when nothing was typed.
    """

    def typed(found: re.Match[str]) -> str:
        if not answered:
            return '<center><input type="text" id="typeans"></center>'
        return f'<code id="typeans">{dict(note.items()).get(found[1], "")}</code>'

    return typeset(_TYPED.sub(typed, _PLAY.sub("▶", html)))


def page(card: RenderedCard, side: str, *, dark: bool) -> str:
    """Return a whole HTML page that shows one side of a card as Anki's reviewer does.

    side: `question` or `answer`.
    """
    body = card.question if side == "question" else card.answer
    return frame(body, card.css, str(card.ord + 1), dark=dark)


def frame(body: str, css: str, number: str, *, dark: bool) -> str:
    """Return the page that Anki's reviewer puts around one side of a card.

    number: the one-based number of the card in its note.
    """
    night = " nightMode" if dark else ""
    return (
        f'<!doctype html><html class="{night.strip()}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_REVIEWER}{css}</style>"
        f'<body class="card card{number}{night}"><div id="qa">{body}</div></body></html>'
    )
