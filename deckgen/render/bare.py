"""Authored markup becomes the text that a reader sees, rendered only where it is not simple."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from deckgen.render.markup import Markup, to_html
from deckgen.render.plain import plain, visible

_MARKED = re.compile(r"[\\`*_{}\[\]<>&$~#\n]|^[-+\d]")
_RUBY = re.compile(r"\{([^{}|\n]+)\|[^{}|\n]+\}")
_SIMPLE = re.compile(
    r"(?![-+]|\d+[.)])(?:[^\\`*_{}\[\]<>&$~#\n]++|\{\{c[\d,]+::|\}\}|\n(?![-+=:|\s\d]))*"
)
_CLOZE = re.compile(r"(\{\{c[\d,]+::|::|\}\})")


class Stretch(NamedTuple):
    """A stretch of a text with clozes: the numbers that hide it, none where it always shows."""

    text: str
    numbers: tuple[int, ...]


def bare(text: str, raw: bool = False) -> str:
    """Return a text without markup, readings and hints; gaps show what they hide.

    raw: whether HTML in it is HTML.
    """
    if not _MARKED.search(text):
        return text
    simple = _unmarked(text)
    if simple is None:
        return plain(to_html(text, Markup(cloze=True, html=raw)))
    return "".join(stretch.text for stretch in _stretches(simple)[0]) if "{" in simple else simple


def with_clozes(text: str, raw: bool = False) -> tuple[list[Stretch], dict[int, str]]:
    """Return a text's stretches without markup and readings, and the hint of each number."""
    simple = _unmarked(text)
    if simple is not None:
        return _stretches(simple)
    stretches, hints = _stretches(visible(to_html(text, Markup(cloze=True, html=raw))))
    return (
        [Stretch(html.unescape(shown), numbers) for shown, numbers in stretches],
        {number: html.unescape(hint) for number, hint in hints.items()},
    )


def _unmarked(text: str) -> str | None:
    """Return a text without ruby and strong emphasis, if it has no other markup but cloze."""
    if "|" in text:
        text = _RUBY.sub(r"\1", text)
    if "**" in text:
        text = text.replace("**", "")
    return text if _SIMPLE.fullmatch(text) else None


def _stretches(text: str) -> tuple[list[Stretch], dict[int, str]]:
    stretches: list[Stretch] = []
    hints: dict[int, str] = {}
    opened: list[tuple[int, ...]] = []
    inside: tuple[int, ...] = ()
    hinting = False
    for at, piece in enumerate(_CLOZE.split(text)):
        if hinting and piece != "}}":
            for number in opened[-1]:
                hints[number] = f"{hints[number]} {piece}" if number in hints else piece
        elif at % 2 == 0 or not (opened or piece.startswith("{{")):
            if piece:
                stretches.append(Stretch(piece, inside))
        elif piece == "::":
            hinting = True
        elif piece == "}}":
            hinting = False
            opened.pop()
            inside = sum(opened, ())
        else:
            opened.append(tuple(int(number) for number in piece[3:-2].split(",") if number))
            inside = sum(opened, ())
    return stretches, hints
