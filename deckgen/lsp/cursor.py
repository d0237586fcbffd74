"""Where in a card file a cursor stands, however little of the file is written."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from deckgen.lsp.tree import readable, tree_of
from deckgen.text.extent import extents
from deckgen.text.file import TextFile
from deckgen.text.tree import Mapping, Node, Sequence

Step = str | int
Steps = tuple[Step, ...]

_NOTES = re.compile(r"^notes[ \t]*:", re.MULTILINE)
_TOP_KEY = re.compile(r"^[^\s#-]", re.MULTILINE)
_DASH = re.compile(r"^( *)-(?=[ \n]|\Z)", re.MULTILINE)
_WORD = string.ascii_letters + string.digits + "_-"
_TELLING = re.compile(r" *(?:- +)*(?:id|kind|source): +[^\s#&*!|>'\"%@`{\[,]+ *")
_QUOTES = ("", '"', "'")
_CLOSERS = ("", "]", "}", "]}", "}}", "}]", "]]", "]}}")
_SMALL = 4_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is written where a cursor stands.

    note: the note that it is in, if any, as far as it can be read.
    path: the keys and indexes that lead there, from the note, else from the file's top.
    is_key: whether it stands in a key, which is then the last step of `path`.
    text: the whole key or value, as YAML reads it; typed: the part of it before the cursor.
    place: where it is in the file, its quotes included.
    quote: its first character where that is a quote or the head of a block, else empty.
    inline: whether it is inside `[…]` or `{…}`.
    closed: whether a key has its colon, a quote its other one.
    """

    note: Mapping | None
    path: Steps
    is_key: bool
    text: str
    typed: str
    place: range
    quote: str
    inline: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class _Region:
    """A part of the file that can be read by itself: a note, or what is around the notes.

    start: its offset in the file; at: the cursor's offset in it.
    """

    text: str
    start: int
    at: int
    is_note: bool


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A region with a mark where the cursor is, changed so that it may be read.

    dropped: how much was left out before the cursor's line.
    kept: whether the text behind the cursor is still there.
    colon: whether a colon was added behind the cursor's word.
    """

    text: str
    dropped: int = 0
    kept: bool = True
    colon: bool = False


@dataclass(frozen=True, slots=True)
class _Marked:
    """The key or text with the mark."""

    path: Steps
    text: str
    is_key: bool
    inline: bool


def cursor_at(text: str, offset: int) -> Cursor | None:
    """Tell where a cursor stands; nothing where no key or text is or could be.

    A mark is put where the cursor is, and the file is read: a note by itself, so that broken ones
    around it do not matter; and if need be with what is still open closed, or left out.
    """
    text = readable(text)
    mark = next(each for each in map(chr, range(0xE000, 0xF8FF)) if each not in text)
    for region in _regions(text, offset):
        for attempt in _attempts(region, mark):
            cursor = _read(attempt, region, mark)
            if cursor and not cursor.typed and cursor.text[:1] in ("'", '"') and not cursor.quote:
                # before an opening quote the mark makes it a part of the text
                return cursor_at(text, offset + 1)
            if cursor:
                return cursor
    return None


def head(text: str) -> str:
    """Return what stands in a file above its notes."""
    found = _NOTES.search(text)
    return text[: found.start()] if found else text


def _regions(text: str, offset: int) -> Iterator[_Region]:
    note = _note_region(text, offset)
    if note:
        yield note
    above = head(text)
    yield _Region(above if offset <= len(above) else text, 0, offset, is_note=False)


def _note_region(text: str, offset: int) -> _Region | None:
    """Return the note around a cursor, by its dash and its indentation alone."""
    heads = [found for found in _NOTES.finditer(text) if found.end() <= offset]
    first = _DASH.search(text, heads[-1].end()) if heads else None
    line = text.rfind("\n", 0, offset) + 1
    if first is None or first.start() > line:
        return None
    indent = len(first[1])
    dashes = _DASH.finditer(text, first.start(), line + indent + 1)
    start = max(each.start() for each in dashes if len(each[1]) == indent)
    if _TOP_KEY.search(text, start, offset):
        return None
    # the note ends where something stands as far left as its dash
    beyond = re.compile(rf"^ {{0,{indent}}}[^\s#]", re.MULTILINE)
    below = text.find("\n", offset)
    end = beyond.search(text, below + 1) if below >= 0 else None
    note = text[start : end.start() if end else len(text)]
    return _Region(note, start, offset - start, is_note=True)


def _attempts(region: _Region, mark: str) -> Iterator[_Attempt]:
    """Yield the changed texts, the most faithful first."""
    before, after = region.text[: region.at], region.text[region.at :]
    word = len(after) - len(after.lstrip(_WORD))
    for tail in dict.fromkeys((after, after.partition("\n")[0])):
        yield _Attempt(before + mark + tail)
        yield _Attempt(f"{before}{mark}{tail[:word]}:{tail[word:]}", colon=True)
    if region.is_note or len(region.text) < _SMALL:
        for quote in _QUOTES:
            for closers in _CLOSERS:
                yield _Attempt(before + mark + quote + closers, kept=False)
    if region.is_note:
        skeleton = _skeleton(before)
        dropped = len(before) - len(skeleton)
        for quote in _QUOTES:
            yield _Attempt(skeleton + mark + quote, dropped, kept=False)
        yield _Attempt(f"{skeleton}{mark}:", dropped, kept=False, colon=True)


def _skeleton(before: str) -> str:
    """Return the lines that a note's last line hangs on, and those that tell what note it is."""
    *lines, last = before.split("\n")
    # a list's dash may stand right below its key
    indent = _column(last) + last.lstrip(" ").startswith("-")
    kept = [last]
    for number, line in reversed(list(enumerate(lines))):
        hung_on = number == 0 or _column(line) < indent
        if line.strip() and (hung_on or _TELLING.fullmatch(line)):
            kept.insert(0, line)
            indent = min(indent, _column(line))
    return "\n".join(kept)


def _column(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _read(attempt: _Attempt, region: _Region, mark: str) -> Cursor | None:
    file = TextFile(Path(), "", attempt.text)
    tree = tree_of(file)
    marked = None if tree is None else _find(tree, mark, _Marked((), "", False, False), set())
    if tree is None or marked is None:
        return None
    note, path, begins_note = _split(tree, marked.path, region.is_note)
    extent = extents(file).around(region.at - attempt.dropped)
    stop = extent.stop - 1 if attempt.kept else region.at - attempt.dropped
    is_key = marked.is_key or begins_note or not marked.path
    rest = attempt.text[extent.stop :].lstrip(" ")
    text = marked.text.replace(mark, "")
    steps = path[:-1] if marked.is_key else path
    moved = region.start + attempt.dropped
    first = attempt.text[extent.start]
    return Cursor(
        note=_without(note, mark) if note else None,
        path=(*steps, text) if is_key else path,
        is_key=is_key,
        text=text,
        typed=marked.text.partition(mark)[0],
        place=range(extent.start + moved, stop + moved),
        quote=first if first in "\"'|>" else "",
        inline=marked.inline,
        closed=rest.startswith(":") and not attempt.colon if is_key else attempt.kept,
    )


def _find(node: Node, mark: str, at: _Marked, seen: set[int]) -> _Marked | None:
    """Return the key or text below a node that holds the mark.

    at: tells of the node. seen: the collections that were searched; aliases repeat them.
    """
    if isinstance(node, str):
        return replace(at, text=node) if mark in node else None
    if id(node) in seen:
        return None
    seen.add(id(node))
    inner = replace(at, inline=at.inline or node.flow)
    steps: Iterable[tuple[Step, Node]] = enumerate(node.values)
    if isinstance(node, Mapping):
        for key in node.values:
            if mark in key:
                return replace(inner, path=(*at.path, key), text=key, is_key=True)
        steps = node.values.items()
    for step, value in steps:
        found = _find(value, mark, replace(inner, path=(*at.path, step)), seen)
        if found:
            return found
    return None


def _split(tree: Node, path: Steps, is_note: bool) -> tuple[Mapping | None, Steps, bool]:
    """Return the note that a path leads into, the rest of the path, and whether it begins one."""
    above, below = (path[:1], path[1:]) if is_note else (path[:2], path[2:])
    if not above or isinstance(above[-1], str) or above[:-1] not in ((), ("notes",)):
        return None, path, False
    node: Any = tree
    for step in above:
        node = node.values[step]
    if isinstance(node, Mapping):
        return node, below, False
    return Mapping(0, flow=False), below, isinstance(node, str)


def _without(note: Mapping, mark: str) -> Mapping:
    """Return a note as it is without the mark, and without the key that has it."""
    return cast(Mapping, _cleaned(note, mark, {}))


def _cleaned(node: Node, mark: str, known: dict[int, Node]) -> Node:
    if isinstance(node, str):
        return node.replace(mark, "")
    if id(node) not in known:
        if isinstance(node, Sequence):
            listed = [_cleaned(value, mark, known) for value in node.values]
            known[id(node)] = replace(node, values=listed)
        else:
            pairs = ((key, value) for key, value in node.values.items() if mark not in key)
            kept = {key: _cleaned(value, mark, known) for key, value in pairs}
            known[id(node)] = replace(node, values=kept)
    return known[id(node)]
