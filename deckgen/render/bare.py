"""Authored markup becomes the text that a reader sees, rendered only where it is not simple."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Sequence

from deckgen.render.markup import Markup, to_html
from deckgen.render.plain import visible

_MARKS = re.compile(r"[\\`*_{}\[\]<>&$~#\n]")
_RUBY = re.compile(r"\{([^{}|\n]+)\|[^{}|\n]+\}")
_STRONG = re.compile(r"\*\*(\w(?:[^*\n]*\w)?)\*\*")
_MARKDOWN = re.compile(r"[\\`*_\[\]<>&$~#]")
_BLOCK = re.compile(r"(?:^|\n)(?:[-+]|\d+[.)])|\n[=:|\s]")
_CLOZE = re.compile(r"(\{\{c[\d,]+::|::|\}\})")
_PLAIN_CLOZE = re.compile(r"(\{\{c\d+::)([^{}:]+)\}\}")


Stretch = tuple[str, tuple[int, ...]]
"""A stretch of a text with clozes, and the numbers that hide it, none where it always shows."""


def has_marks(text: str) -> bool:
    """Whether a text has a character of markup, other than what may begin a list."""
    return _MARKS.search(text) is not None


def is_marked(text: str) -> bool:
    """Whether a text may hold markup; else it is what its reader sees."""
    return has_marks(text) or text.startswith(("-", "+")) or text[:1].isdecimal()


def bare(text: str, raw: bool = False) -> str:
    """Return a text without markup, readings and hints; gaps show what they hide.

    raw: whether HTML in it is HTML.
    """
    if not is_marked(text):
        return text
    return "".join([shown for shown, _ in with_clozes(text, raw)[0]]).strip()


def with_clozes(text: str, raw: bool = False) -> tuple[list[Stretch], dict[int, str]]:
    """Return a text's stretches without markup and readings, and the hint of each number."""
    pieces = _PLAIN_CLOZE.split(text)
    if not is_marked("".join(pieces[::3] + pieces[2::3])):
        return _of_pieces(pieces), {}
    simple = _without_emphasis(text)
    if not (_MARKDOWN.search(simple) or _BLOCK.search(simple)):
        stretches, hints = _stretches(simple)
        if not any("{" in shown or "}" in shown for shown, _ in stretches):
            return stretches, hints
    stretches, hints = _stretches(visible(to_html(text, Markup(cloze=True, html=raw))))
    return (
        [(html.unescape(shown), numbers) for shown, numbers in stretches],
        {number: html.unescape(hint) for number, hint in hints.items()},
    )


def _without_emphasis(text: str) -> str:
    # a reading ends in punctuation, which may keep asterisks beside it from being markup
    if "**" in text:
        text = _STRONG.sub(r"\1", text)
    return _RUBY.sub(r"\1", text) if "|" in text else text


def _of_pieces(pieces: Sequence[str]) -> list[Stretch]:
    """Return the stretches of a text in pieces: what shows, a cloze's opening, what it hides, …."""
    stretches: list[Stretch] = []
    for at in range(0, len(pieces) - 1, 3):
        shown, opening, hidden = pieces[at : at + 3]
        stretches += ((shown, ()), (hidden, _numbers(opening)))
    stretches.append((pieces[-1], ()))
    return [stretch for stretch in stretches if stretch[0]]


def _stretches(text: str) -> tuple[list[Stretch], dict[int, str]]:
    stretches: list[Stretch] = []
    hints: dict[int, str] = {}
    opened: list[tuple[int, ...]] = []
    # the numbers of the clozes around what is read, by how deep it is in them
    around: list[tuple[int, ...]] = [()]
    hinting = False
    for at, piece in enumerate(_CLOZE.split(text)):
        if hinting and piece != "}}":
            for number in opened[-1]:
                hints[number] = f"{hints[number]} {piece}" if number in hints else piece
        elif at % 2 == 0 or not (opened or piece.startswith("{{")):
            if piece:
                stretches.append((piece, around[-1]))
        elif piece == "::":
            hinting = True
        elif piece == "}}":
            hinting = False
            opened.pop()
            around.pop()
        else:
            opened.append(_numbers(piece))
            around.append(around[-1] + opened[-1])
    return stretches, hints


@functools.lru_cache
def _numbers(opening: str) -> tuple[int, ...]:
    """Return the numbers of a cloze's opening, e.g. `{{c1,2::`."""
    return tuple(int(number) for number in opening[3:-2].split(",") if number)
