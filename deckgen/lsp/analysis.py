"""A deck as it stands in the editor: its problems, and what its files may name."""

from __future__ import annotations

import dataclasses
import os.path
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deckgen.build import Compiled, Memory, compile_deck
from deckgen.deck.deck import Deck, Header
from deckgen.deck.load import deck_of
from deckgen.deck.note import Note
from deckgen.deck.source import Source
from deckgen.lock.file import read_lock
from deckgen.lock.record import Lock
from deckgen.problem import Problem
from deckgen.text.file import Unsaved

_TOP_KEY = re.compile(r"^(\w+)[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Known:
    """What a deck's files may name; while it has errors, also what they could name before.

    notes: by id, in the order of study.
    """

    header: Header | None = None
    notes: Mapping[str, Note] = dataclasses.field(default_factory=dict)
    sources: Mapping[str, Source] = dataclasses.field(default_factory=dict)

    @property
    def language(self) -> str:
        """The deck's language; nothing where it is not known."""
        return self.header.language if self.header else ""


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
    keys = set(_TOP_KEY.findall(text))
    return file if "notes" in keys or {"name", "id"} <= keys else None


def analyse(path: Path, unsaved: Unsaved, before: Analysis | None, memory: Memory) -> Analysis:
    """Compile a deck with the texts that are not saved yet.

    before: the last analysis of it. memory: what was compiled then.
    """
    compiled = compile_deck(path, int(time.time()), unsaved=unsaved, memory=memory)
    lock = read_lock(compiled.lock_file)[0] if compiled.lock_file else Lock()
    known = _known(compiled, before.known if before else Known())
    return Analysis(path, compiled, lock, known)


def _known(compiled: Compiled, before: Known) -> Known:
    deck = compiled.deck
    if deck is None:
        return before
    # a note with an error is not read, and may still be named
    lost = before.notes if compiled.content is None else {}
    return Known(deck.header, {**lost, **deck.notes}, deck.sources)
