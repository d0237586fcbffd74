"""The contact sheet: every card of a deck, front and back, on one HTML page."""

from __future__ import annotations

import base64
import json
import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources
from itertools import groupby
from typing import Any

from deckgen.deck.deck import Deck
from deckgen.engine.preview import RenderedCard, frame
from deckgen.render.media import Media

_BODY, _STYLE, _NUMBER = "<!--body-->", "/*style*/", "NUMBER"
"""What the page's script replaces in a card's frame."""


def sheet(deck: Deck, cards: Sequence[RenderedCard], media: Mapping[str, Media]) -> str:
    """Return the page; it needs nothing else.

    cards: in the order of study, as the real engine renders them.
    media: the package's files by name; pictures are put into the page.
    """
    told = {
        "frames": [frame(_BODY, _STYLE, _NUMBER, dark=dark) for dark in (False, True)],
        "styles": {card.note_type: card.css for card in cards},
        "media": {name: _data_url(file) for name, file in media.items()},
        "lessons": [
            {"title": title.rpartition("::")[2], "notes": list(_notes(deck, group))}
            for title, group in groupby(cards, key=lambda card: card.deck)
        ],
    }
    # "</" would end the script element that holds it
    packed = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    template = (resources.files(__package__) / "sheet.html").read_text("utf-8")
    return (
        template.replace("<!--language-->", escape(deck.header.language))
        .replace("<!--name-->", escape(deck.header.name))
        .replace("<!--cards-->", packed)
    )


def _notes(deck: Deck, cards: Iterable[RenderedCard]) -> Iterable[dict[str, Any]]:
    for name, group in groupby(cards, key=lambda card: card.note):
        note = deck.notes[name.rpartition("/")[2]]
        yield {
            "id": note.id,
            "kind": note.kind,
            "place": f"{note.at.span().file}:{note.at.span().line}",
            "cards": [
                {
                    "number": card.ord + 1,
                    "type": card.note_type,
                    "sides": [card.question, card.answer],
                }
                for card in group
            ],
        }


def _data_url(file: Media) -> str:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(file.content).decode()}"
