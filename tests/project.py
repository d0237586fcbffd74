"""A deck in a folder that is edited and built again and again, as its author does."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

from deckgen.build import Compiled, compile_deck, write
from deckgen.lock.file import parse_lock
from deckgen.lock.record import Lock
from deckgen.lock.settle import Request
from deckgen.package.content import Content, PackagedNote
from deckgen.problem import has_errors
from deckgen.text.file import TextFile

START = 1_700_000_000


class Project:
    """A deck's folder, its lock and its package; each build is a hundred seconds later.

    The rules of card quality are left out: what is odd about these decks is meant.
    """

    def __init__(self, folder: Path, deck: str = "{name: Deck, id: deck}") -> None:
        self.folder = folder
        self.package = folder.parent / "dist" / "deck.apkg"
        self.clock = START
        folder.mkdir(parents=True, exist_ok=True)
        self.write("deck.yaml", deck)

    @property
    def lock_file(self) -> Path:
        return self.folder / "deck.lock"

    @property
    def lock(self) -> Lock:
        lock, problems = parse(self.lock_file.read_text("utf-8"))
        assert not problems, problems
        return lock

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(textwrap.dedent(text), "utf-8")

    def notes(
        self, *notes: Mapping[str, Any], file: str = "cards.yaml", kind: str = "basic"
    ) -> None:
        """Write a card file with these notes and no others."""
        given = {"defaults": {"kind": kind}, "notes": list(notes)}
        self.write(file, yaml.safe_dump(given, allow_unicode=True))

    def compile(
        self,
        moment: int | None = None,
        *,
        send_markup: bool = False,
        change_types: Collection[str] = (),
        new: Collection[str] = (),
    ) -> Compiled:
        if moment is None:
            self.clock += 100
        request = Request(send_markup=send_markup, change_types=change_types, new=new)
        with mock.patch("deckgen.build.check", return_value=[]):
            return compile_deck(self.folder, self.clock if moment is None else moment, request)

    def build(self, moment: int | None = None, **request: Any) -> Compiled:
        """Compile the deck, which has to succeed, and write its lock and its package."""
        compiled = self.compile(moment, **request)
        assert not has_errors(compiled.problems), compiled.problems
        write(compiled, self.package)
        return compiled


def parse(text: str) -> tuple[Lock, Sequence[Any]]:
    """Read a lock from its text."""
    return parse_lock(TextFile(Path("deck.lock"), "deck.lock", text))


def content(compiled: Compiled) -> Content:
    assert compiled.content is not None, compiled.problems
    return compiled.content


def packaged(compiled: Compiled) -> dict[str, PackagedNote]:
    """Return what is in the package, by the notes' ids."""
    assert compiled.deck is not None
    return dict(zip(compiled.deck.notes, content(compiled).notes, strict=True))


def guids(compiled: Compiled) -> dict[str, str]:
    return {name: note.guid for name, note in packaged(compiled).items()}


def moments(compiled: Compiled) -> dict[str, int]:
    return {name: note.moment for name, note in packaged(compiled).items()}


def changed(compiled: Compiled) -> dict[str, set[str]]:
    """Return what a build reported, without the categories that are empty."""
    assert compiled.settled is not None
    changes = compiled.settled.changes
    found = {
        "new": set(changes.new),
        "changed": set(changes.changed),
        "again": set(changes.again),
        "back": set(changes.back),
        "unsent": set(changes.unsent),
        "moved": set(changes.moved),
        "removed": {record.id for record in changes.removed},
        "types": set(changes.types),
    }
    return {what: names for what, names in found.items() if names}


def codes(compiled: Compiled) -> list[str]:
    return [problem.code.slug for problem in compiled.problems if has_errors([problem])]
