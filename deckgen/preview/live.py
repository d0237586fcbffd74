"""A deck that is compiled again whenever its files change."""

from __future__ import annotations

import functools
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deckgen.build import Compiled, Memory, compile_deck
from deckgen.deck.note import Note
from deckgen.deck.source import Source
from deckgen.package.content import PackagedNote
from deckgen.preview.watch import Wanted
from deckgen.problem import Problem
from deckgen.render.plain import plain
from deckgen.text.passage import joined, offsets

_AROUND = 60
_MATHEMATICS = re.compile(r"\\[()\[\]]")


@dataclass(frozen=True, slots=True)
class Version:
    """A deck as it was compiled last.

    number: counts the compilations. shown: the cards; while the deck has errors, those of the
    notes that are sound.
    """

    number: int
    compiled: Compiled
    notes: Mapping[str, PackagedNote]


class Live:
    """The latest version of a deck; `refresh` makes the next one.

    wanted: the files whose change calls for that.
    """

    def __init__(self, deck: Path) -> None:
        self.deck = deck
        self._memory = Memory()
        self._refreshing = threading.Lock()
        self.wanted = Wanted(deck)
        self.version = self._compile(1)

    def refresh(self) -> Version:
        """Compile again what changed on disk."""
        with self._refreshing:
            self.version = self._compile(self.version.number + 1)
            return self.version

    def _compile(self, number: int) -> Version:
        compiled = compile_deck(self.deck, int(time.time()), memory=self._memory)
        self.wanted.learn(compiled)
        notes: dict[str, PackagedNote] = {}
        if compiled.deck and compiled.rendered:
            notes = dict(zip(compiled.deck.notes, compiled.rendered, strict=True))
        return Version(number, compiled, notes)


def state(version: Version) -> dict[str, Any]:
    """Return what the page shows of a version, as plain values for JSON."""
    compiled = version.compiled
    deck = compiled.deck
    problems = [_problem(each) for each in compiled.problems]
    return {
        "version": version.number,
        "name": deck.header.name if deck else "",
        "language": deck.header.language if deck else "",
        "notes": list(_notes(version)),
        "problems": problems,
    }


def _notes(version: Version) -> Iterator[dict[str, Any]]:
    deck = version.compiled.deck
    for note_id, packaged in version.notes.items() if deck else ():
        note = deck.notes[note_id] if deck else None
        if note:
            yield {
                "id": note_id,
                "kind": note.kind,
                "title": _MATHEMATICS.sub("$", plain(packaged.fields[0]))[:80],
                "deck": packaged.deck,
                "tags": list(packaged.tags),
                "ords": list(packaged.cards),
                "file": note.at.file.name,
                "lines": _lines(note),
                "text": " ".join(plain(field) for field in packaged.fields if field)[:4000],
                "passages": list(_passages(version, note)),
            }


def _lines(note: Note) -> list[int]:
    """Return the first and the last line of a note in its file."""
    first = note.at.span().line
    ends = [note.at.file.place(place).line for place in note.at.node.places.values()]
    return [first, max([first, *ends])]


def _passages(version: Version, note: Note) -> Iterator[dict[str, str]]:
    """Yield the passages of the source that a note rests on, with what stands around them."""
    deck = version.compiled.deck
    source = deck.sources.get(note.source) if deck and note.source else None
    if source is None:
        return
    quoted: list[str] = [*note.evidence]
    for key in note.verbatim:
        value = getattr(note, key)
        quoted.append("\n".join(value) if isinstance(value, tuple) else plain(value or ""))
    for at, end in _merged(_found(map(joined, quoted), source.joined)):
        before, after = max(0, at - _AROUND), end + _AROUND
        yield {
            "before": ("…" if before else "") + source.joined[before:at],
            "passage": source.joined[at:end],
            "after": source.joined[end:after] + ("…" if after < len(source.joined) else ""),
            "place": str(source.file.span(_offsets(source)[at])).rpartition(":")[0],
        }


def _found(passages: Iterable[str], source: str) -> Iterator[tuple[int, int]]:
    for passage in passages:
        at = source.find(passage) if passage else -1
        if at >= 0:
            yield at, at + len(passage)


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ranges in their order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for at, end in sorted(ranges):
        if merged and at < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((at, end))
    return merged


@functools.lru_cache(maxsize=8)
def _offsets(source: Source) -> list[int]:
    return offsets(source.file.text)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.code.severity.value,
        "code": problem.code.slug,
        "message": problem.message,
        "file": problem.span.file,
        "line": problem.span.line,
        "column": problem.span.column,
    }
