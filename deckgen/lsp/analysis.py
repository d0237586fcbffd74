"""A deck as it stands in the editor: its problems, and what its files may name."""

from __future__ import annotations

import dataclasses
import os.path
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deckgen.build import Compiled, compile_deck
from deckgen.deck.deck import Deck, Header
from deckgen.deck.load import deck_of
from deckgen.deck.note import Note
from deckgen.deck.source import Source
from deckgen.lock.file import read_lock
from deckgen.lock.record import Lock
from deckgen.problem import Problem
from deckgen.text.file import Unsaved


@dataclass(frozen=True, slots=True)
class Known:
    """What a deck's files may name; of files that cannot be read now, what they held before.

    notes: by id, in the order of study.
    """

    header: Header | None = None
    notes: Mapping[str, Note] = dataclasses.field(default_factory=dict)
    sources: Mapping[str, Source] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A deck, compiled from what the editor has.

    path: its folder, or its file. lock: what was there before.
    """

    path: Path
    compiled: Compiled
    lock: Lock
    known: Known

    @property
    def deck(self) -> Deck | None:
        """The deck, as far as it could be compiled."""
        return self.compiled.deck

    @property
    def reads(self) -> frozenset[Path]:
        """The sources and lists that the deck reads beside its card files."""
        header = self.known.header
        given = (*header.sources.values(), *header.must_have.values()) if header else ()
        folder = self.path if self.path.is_dir() else self.path.parent
        return frozenset(real(folder / path) for path in given)

    def problems(self) -> Iterator[tuple[Path, Problem]]:
        """Yield the problems, each with its file."""
        for problem in self.compiled.problems:
            yield real(Path(problem.span.file)), problem


def real(path: Path) -> Path:
    """Return a path as unsaved texts are called by."""
    return Path(os.path.realpath(path))


def deck_for(file: Path, text: str) -> Path | None:
    """Return the deck that a file is read for: a folder's, or its own; nothing if it is no cards.

    A YAML file that is in no deck's folder is one where it begins like one: editors send all
    sorts of YAML to a language server.
    """
    folder = deck_of(file)
    if folder:
        return folder
    return (
        file if any(line.startswith(("notes:", "notes :")) for line in text.split("\n")) else None
    )


def analyse(path: Path, unsaved: Unsaved, before: Analysis | None = None) -> Analysis:
    """Compile a deck with the texts that are not saved yet.

    before: the last analysis of it.
    """
    compiled = compile_deck(path, int(time.time()), unsaved=unsaved)
    lock = read_lock(compiled.lock_file)[0] if compiled.lock_file else Lock()
    known = _known(compiled, before.known if before else Known())
    return Analysis(path, compiled, lock, known)


def _known(compiled: Compiled, before: Known) -> Known:
    deck = compiled.deck
    if deck is None:
        return before
    notes = dict(deck.notes)
    if compiled.content is None:
        files = {note.at.file.name for note in notes.values()}
        lost = (
            (name, note) for name, note in before.notes.items() if note.at.file.name not in files
        )
        notes = {**dict(lost), **notes}
    return Known(deck.header, notes, deck.sources)
