"""Authored markup becomes the text that a reader sees, rendered only where it is not simple."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from deckgen.render.markup import Markup, to_html
from deckgen.render.plain import visible

_MARKS = re.compile(r"[\\`*_{}\[\]<>&$~#\n]")
_RUBY = re.compile(r"\{([^{}|\n]+)\|[^{}|\n]+\}")
_LIST = frozenset("-+0123456789")
_STRONG = re.compile(r"\*\*(\w(?:[^*\n]*\w)?)\*\*")
_MARKDOWN = re.compile(r"[\\`*_\[\]<>&$~#]")
_BLOCK = re.compile(r"(?:^|\n)(?:[-+]|\d+[.)])|\n[=:|\s]")
_CLOZE = re.compile(r"(\{\{c[\d,]+::|::|\}\})")
_PLAIN_CLOZE = re.compile(r"\{\{c(\d+)::([^{}:]+)\}\}")


_Stretch = tuple[str, tuple[int, ...]]
"""A stretch of a text with clozes, and the numbers that hide it, none where it always shows."""


class Clozed(NamedTuple):
    """A text with clozes, as its reader sees it with all its gaps filled.

    gaps: for each cloze number, where in the text its gaps start and end.
    hints: for a cloze number, what stands in its gaps instead.
    """

    text: str
    gaps: Mapping[int, Sequence[tuple[int, int]]]
    hints: Mapping[int, str]


def has_marks(text: str) -> bool:
    """Whether a text has a character of markup, other than what may begin a list."""
    return _MARKS.search(text) is not None


def is_marked(text: str) -> bool:
    """Whether a text may hold markup; else it is what its reader sees."""
    return _MARKS.search(text) is not None or text[:1] in _LIST


def bare(text: str, raw: bool = False) -> str:
    """Return a text without markup, readings and hints; gaps show what they hide.

    raw: whether HTML in it is HTML.
    """
    return with_clozes(text, raw).text.strip() if is_marked(text) else text


def with_clozes(text: str, raw: bool = False) -> Clozed:
    """Return a text without markup and readings, and what its clozes hide."""
    pieces = _PLAIN_CLOZE.split(text)
    shown, hidden = pieces[0], []
    for at in range(1, len(pieces), 3):
        start = len(shown)
        shown += pieces[at + 1]
        hidden.append((int(pieces[at]), start, len(shown)))
        shown += pieces[at + 2]
    if not is_marked(shown):
        return Clozed(shown, _gaps(hidden), {})
    simple = _without_emphasis(text)
    if not (_MARKDOWN.search(simple) or _BLOCK.search(simple)):
        stretches, hints = _stretches(simple)
        if not any("{" in shown or "}" in shown for shown, _ in stretches):
            return _clozed(stretches, hints)
    stretches, hints = _stretches(visible(to_html(text, Markup(cloze=True, html=raw))))
    return _clozed(
        [(html.unescape(shown), numbers) for shown, numbers in stretches],
        {number: html.unescape(hint) for number, hint in hints.items()},
    )


def _without_emphasis(text: str) -> str:
    # a reading ends in punctuation, which may keep asterisks beside it from being markup
    if "**" in text:
        text = _STRONG.sub(r"\1", text)
    return _RUBY.sub(r"\1", text) if "|" in text else text


def _clozed(stretches: Iterable[_Stretch], hints: Mapping[int, str]) -> Clozed:
    hidden: list[tuple[int, int, int]] = []
    shown, start = "", 0
    for text, numbers in stretches:
        shown += text
        hidden += [(number, start, len(shown)) for number in dict.fromkeys(numbers)]
        start = len(shown)
    return Clozed(shown, _gaps(hidden), hints)


def _gaps(hidden: Iterable[tuple[int, int, int]]) -> Mapping[int, Sequence[tuple[int, int]]]:
    """Return the gaps of each number, given in order; two side by side are one."""
    found: dict[int, list[tuple[int, int]]] = {}
    for number, start, end in hidden:
        gaps = found.get(number)
        if gaps is None:
            found[number] = [(start, end)]
        elif gaps[-1][1] == start:
            gaps[-1] = gaps[-1][0], end
        else:
            gaps.append((start, end))
    return found


def _stretches(text: str) -> tuple[list[_Stretch], dict[int, str]]:
    stretches: list[_Stretch] = []
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
