"""The repairs that are known of a file's problems."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from deckgen.deck.link import SAME_NOTE
from deckgen.edit.ids import slug
from deckgen.lsp.analysis import Analysis
from deckgen.lsp.notes import defaults_of, kind_of, title_of
from deckgen.lsp.places import NotePlace, note_places, place_of
from deckgen.lsp.written import written
from deckgen.problem import Problem
from deckgen.rules.truth import NOT_IN_SOURCE, SOURCE_PUNCTUATION
from deckgen.text.complaint import QUOTE_BRACES
from deckgen.text.extent import Extents, extents
from deckgen.text.file import TextFile
from deckgen.text.passage import joined, requoted

_SHOWN = 40
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")


@dataclass(frozen=True, slots=True)
class Edit:
    """A text that is to stand instead of what a range of the file holds."""

    at: range
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair: what it does, its edits of the file, and the problem that it ends, if any."""

    title: str
    edits: tuple[Edit, ...]
    problem: Problem | None


def fixes(file: TextFile, selected: range, analysis: Analysis) -> Iterator[Fix]:
    """Yield the repairs of what is wrong where something is selected in a file."""
    known = extents(file)
    for problem in analysis.compiled.problems:
        if problem.span.file == file.name:
            at = place_of(file, problem.span, known)
            if at.start <= selected.stop and selected.start <= at.stop:
                yield from _fixes(problem, at, file, known, analysis)
    defaults = defaults_of(file)
    for place in note_places(file):
        title = title_of(place.node, defaults)
        around = place.at.start <= selected.start <= place.at.stop
        shared = file.text[place.at.start] in "&!"
        if around and title and not shared and "id" not in place.node.values:
            yield _new_id(place, title, kind_of(place.node, defaults), file, analysis)


def _fixes(
    problem: Problem, at: range, file: TextFile, known: Extents, analysis: Analysis
) -> Iterator[Fix]:
    if problem.fix:
        yield Fix(f"Write '{problem.fix}'", (_edit(at, problem.fix, known),), problem)
    elif problem.code.slug == QUOTE_BRACES.slug:
        before = file.text[file.text.rfind("\n", 0, at.start) + 1 : at.start]
        # where the file cannot be read, the text goes on to its line's end, if not in a bracket
        at = at if known.whole else known.rest(at.start)
        if known.whole or not {"{", "["} & set(before):
            quoted = written(file.text[at.start : at.stop], "'", inline=False)
            yield Fix("Put it in quotes", (Edit(at, quoted),), problem)
    elif problem.code.slug in (NOT_IN_SOURCE.slug, SOURCE_PUNCTUATION.slug):
        edits = tuple(_requotations(problem, file, known, analysis))
        if edits:
            said = " … ".join(edit.text.strip("'\"") for edit in edits)
            shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
            yield Fix(f"Write what the source has: {shown}", edits, problem)


def _requotations(
    problem: Problem, file: TextFile, known: Extents, analysis: Analysis
) -> Iterator[Edit]:
    """Yield what the source has instead of a note's misquoted texts."""
    deck = analysis.deck
    for note in deck.notes.values() if deck else ():
        source = deck.sources.get(note.source) if deck and note.source else None
        if source is None or note.at.file.name != file.name:
            continue
        for key in ("evidence", *note.verbatim):
            value = getattr(note, key)
            for at, text in enumerate(value if isinstance(value, tuple) else ()):
                spans = (note.at.span(key), note.at.span(key, at))
                right = requoted(joined(text), source.joined) if problem.span in spans else ""
                if right and joined(text) not in source.joined:
                    yield _edit(place_of(file, spans[1], known), right, known)


def _new_id(place: NotePlace, title: str, kind: str, file: TextFile, analysis: Analysis) -> Fix:
    wanted = slug(title, kind)
    numbers = (f"{wanted}-{number}" for number in itertools.count(2))
    names = itertools.chain([wanted], numbers)
    taken = {*analysis.known.notes, *(name for name, _ in analysis.lock.notes)}
    name = next(name for name in names if name not in taken)
    first, span = place.at.start, file.place(place.node.start)
    if place.node.flow:
        edit = Edit(range(first + 1, first + 1), f"id: {name}, ")
    else:
        edit = Edit(range(first, first), f"id: {name}\n{' ' * (span.column - 1)}")
    ended = (
        problem
        for problem in analysis.compiled.problems
        if problem.code.slug == SAME_NOTE.slug and problem.span == span
    )
    return Fix(f"Give this note the id '{name}'", (edit,), next(ended, None))


def _edit(at: range, text: str, known: Extents) -> Edit:
    properties = _PROPERTIES.match(known.text, at.start, at.stop)
    at = range(properties.end() if properties else at.start, at.stop)
    quote = known.text[at.start : at.start + 1]
    return Edit(at, written(text, quote, known.is_inline(at.start)))
