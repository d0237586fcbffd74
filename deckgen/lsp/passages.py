"""The passages of a source: those that continue what is written, and where each stands."""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from deckgen.deck.source import Source
from deckgen.text.passage import joined, offsets

MOST = 100
"""How many passages are offered at once."""

_MOST_PLACES = 20
_MOST_CLAUSES = 6
_CLAUSE_END = re.compile(r"(?:[，、；：。！？…—]|[,;:.!?](?=\W|$))+")
_SENTENCE_MARK = re.compile(r"[。！？…!?]|\.$")
_PARAGRAPH = re.compile(r"\n(?=[ \t\u3000]*\n|[ \t\u3000]+\S)")
_OPENING = {
    "”": "“",
    "’": "‘",
    "」": "「",
    "』": "『",
    "》": "《",
    "）": "（",
    ")": "(",
    "】": "【",
}


class _Ends(NamedTuple):
    """Where in a joined text clauses end, and which of them end a sentence or a paragraph."""

    clauses: list[int]
    sentences: frozenset[int]


def places(passage: str, source: Source) -> list[range]:
    """Return where a passage stands, as offsets of the source file's text."""
    wanted, starts = joined(passage), _starts(source.file.text)
    return [
        range(starts[at], starts[at + len(wanted) - 1] + 1) for at in _found(wanted, source.joined)
    ]


def continuing(typed: str, before: str, source: Source) -> list[str]:
    """Return passages that begin with what is typed, or follow what stands before it.

    With neither, the source's sentences are returned.
    """
    text, ends = source.joined, _ends(source.file.text, source.joined)
    begun, previous = joined(typed), joined(before)
    if begun:
        spans = [
            (at, end) for at in _found(begun, text) for end in _following(at + len(begun), ends)
        ]
    elif previous:
        starts = [at + len(previous) for at in _found(previous, text)]
        spans = [(start, end) for start in starts for end in _following(start, ends)]
    else:
        sentences = (end for end in ends.clauses if end in ends.sentences)
        spans = list(itertools.pairwise((0, *itertools.islice(sentences, MOST))))
    offered = dict.fromkeys(_passage(text, start, end) for start, end in spans)
    return [passage for passage in offered if len(passage) > len(begun)][:MOST]


def _found(wanted: str, text: str) -> Iterator[int]:
    at = text.find(wanted) if wanted else -1
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        yield at
        at = text.find(wanted, at + len(wanted))


def _following(at: int, ends: _Ends) -> Iterator[int]:
    """Yield where the clauses behind a place end, up to the end of their sentence."""
    first = bisect_right(ends.clauses, at)
    for end in ends.clauses[first : first + _MOST_CLAUSES]:
        yield end
        if end in ends.sentences:
            return


def _passage(text: str, start: int, end: int) -> str:
    """Return a passage; a bracket or quote that closes one opened in it belongs to it."""
    while end < len(text) and (opening := _OPENING.get(text[end])):
        inner = text[start:end]
        if inner.count(opening) <= inner.count(text[end]):
            break
        end += 1
    return text[start:end].lstrip("".join(_OPENING)).strip()


@functools.lru_cache(maxsize=16)
def _starts(text: str) -> list[int]:
    return offsets(text)


@functools.lru_cache(maxsize=16)
def _ends(text: str, joined_text: str) -> _Ends:
    found = {each.end(): each[0] for each in _CLAUSE_END.finditer(joined_text)}
    sentences = {end for end, mark in found.items() if _SENTENCE_MARK.search(mark)}
    starts = _starts(text)
    for at, (one, next_) in enumerate(itertools.pairwise(starts), 1):
        # a line may end amid a sentence, a paragraph does not
        if next_ - one > 1 and "\n" in text[one:next_]:
            found.setdefault(at, "")
            if _PARAGRAPH.search(text, one, next_ + 1):
                sentences.add(at)
    sentences.add(len(joined_text))
    return _Ends(sorted({*found, len(joined_text)}), frozenset(sentences))
