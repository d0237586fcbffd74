"""Passages of a source text: compared after NFC, without line breaks or indents."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence

from deckgen.text.han import HAN_SIDE, is_han

_INDENT = " \t\u3000"
_JOIN = re.compile(rf"(?<=[{HAN_SIDE}])\n|\n(?=[{HAN_SIDE}])")
_PUNCTUATION = re.compile(r"[^\w]|_")


def joined(text: str) -> str:
    """Return a text on one line, as passages are compared.

    NFC (never NFKC, which changes Chinese punctuation); lines lose their indents, among them
    U+3000; a line break beside Han characters leaves nothing behind, any other one space.
    """
    composed = unicodedata.normalize("NFC", text)
    if "\n" not in composed:
        return composed.strip(_INDENT)
    lines = (line.strip(_INDENT) for line in composed.split("\n"))
    return _JOIN.sub("", "\n".join(line for line in lines if line)).replace("\n", " ")


def one_line(lines: Iterable[str]) -> str:
    """Return lines as one text, as passages are compared."""
    return joined("\n".join(lines))


def offsets(text: str) -> list[int]:
    """Return for each character of `joined(text)` where in `text` it starts.

    The characters of `text` between two that are joined (indents, line breaks) belong to none.
    """
    composed, starts = _composed(text)
    lines: list[str] = []
    kept: list[int] = []
    at = 0
    for line in composed.split("\n"):
        inner = line.strip(_INDENT)
        if inner:
            first = at + len(line) - len(line.lstrip(_INDENT))
            # the break before this line stands where that line ended
            kept += [kept[-1] + 1] if kept else []
            kept += range(first, first + len(inner))
            lines.append(inner)
        at += len(line) + 1
    dropped = {found.start() for found in _JOIN.finditer("\n".join(lines))}
    return [starts[place] for number, place in enumerate(kept) if number not in dropped]


def _composed(text: str) -> tuple[str, Sequence[int]]:
    """Return a text in NFC, and for each of its characters where in `text` it starts."""
    if unicodedata.is_normalized("NFC", text):
        return text, range(len(text))
    composed: list[str] = []
    starts: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        cluster = unicodedata.normalize("NFC", text[at:end])
        while end < len(text) and _joins(cluster, text[end]):
            end += 1
            cluster = unicodedata.normalize("NFC", text[at:end])
        composed.append(cluster)
        starts += [at] * len(cluster)
        at = end
    return "".join(composed), starts


def _joins(cluster: str, character: str) -> bool:
    """Whether a character changes what stands before it, or is put in order with it."""
    alone = unicodedata.normalize("NFC", character)
    together = unicodedata.normalize("NFC", cluster + character)
    return unicodedata.combining(character) != 0 or together != cluster + alone


def without_punctuation(text: str) -> str:
    """Return a text's letters, digits and Han characters alone."""
    return _PUNCTUATION.sub("", text)


def nearest(passage: str, source: str) -> str:
    """Return the stretch of a joined source that is most like a passage, differences in 【】.

    Nothing where the two share less than a third of the passage.
    """
    start, blocks = _alike(passage, source)
    return _marked(source[start:], blocks) if blocks else ""


def requoted(passage: str, source: str) -> str:
    """Return what a misquoted passage was to be: the stretch of a joined source most like it.

    At its ends, word stands for word and punctuation for punctuation, as far as the passage goes.
    Nothing where the two share less than a third of the passage.
    """
    start, blocks = _alike(passage, source)
    if not blocks:
        return ""
    first, last = start + blocks[0].a, start + blocks[-1].a + blocks[-1].size
    head, tail = passage[: blocks[0].b], passage[blocks[-1].b + blocks[-1].size :]
    first -= _same_sort(reversed(head), reversed(source[:first]))
    last += _same_sort(tail, source[last:])
    return source[first:last]


def _same_sort(one: Iterable[str], other: Iterable[str]) -> int:
    """Return for how many characters both texts have words, or both punctuation."""
    pairs = zip(one, other, strict=False)
    alike = (bool(_PUNCTUATION.match(a)) == bool(_PUNCTUATION.match(b)) for a, b in pairs)
    return sum(1 for _ in itertools.takewhile(bool, alike))


def _alike(passage: str, source: str) -> tuple[int, list[difflib.Match]]:
    """Return where a source resembles a passage, and which stretches from there on are equal."""
    matcher = difflib.SequenceMatcher(None, source, passage, autojunk=False)
    anchor = matcher.find_longest_match()
    start = max(0, anchor.a - anchor.b)
    window = source[start : start + len(passage) + 8]
    matcher = difflib.SequenceMatcher(None, window, passage, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    alike = sum(block.size for block in blocks if _tells(window, block, passage))
    return start, blocks if alike * 3 >= len(passage) else []


def _tells(window: str, block: difflib.Match, passage: str) -> bool:
    """Whether an equal stretch is more than chance, as single letters of an alphabet are."""
    least = 2 if any(map(is_han, window[block.a : block.a + block.size])) else 4
    return block.size >= min(least, (len(passage) + 1) // 2)


def _marked(window: str, blocks: list[difflib.Match]) -> str:
    parts: list[str] = []
    at = blocks[0].a
    for block in blocks:
        if block.a > at:
            parts.append(f"【{window[at : block.a]}】")
        elif parts:
            parts.append("【】")
        parts.append(window[block.a : block.a + block.size])
        at = block.a + block.size
    return "".join(parts)
