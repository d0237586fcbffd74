"""What was shipped by any lock that git remembers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from deckgen.lock.file import parse_note, parse_type, united_numbers
from deckgen.lock.record import Lock, NoteRecord, TypeRecord

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What git sets for a hook, and would mislead a git that runs in another folder."""


@dataclass(frozen=True, slots=True)
class History:
    """The latest that was shipped: notes by the name that their GUID is made of, types by kind."""

    notes: Mapping[str, NoteRecord] = field(default_factory=dict)
    types: Mapping[str, TypeRecord] = field(default_factory=dict)


def read_history(path: Path) -> History:
    """Return the latest that any commit's lock said; nothing without git.

    Every commit counts, those of merged branches too: after a revert, or a merge that took the
    other side, what was shipped is still known. Where two say different things of one moment, the
    content counts as unknown.
    """
    notes: dict[str, NoteRecord] = {}
    types: dict[str, TypeRecord] = {}
    for line in _other_lines(path):
        if note := parse_note(line):
            notes[note.name] = _later(notes.get(note.name), note)
        elif type_ := parse_type(line):
            known = types.get(type_.kind)
            types[type_.kind] = max(known or type_, type_, key=lambda each: each.moment)
    return History(notes, types)


def recall(lock: Lock, history: History) -> Lock:
    """Return a lock with what it forgot: notes that it lost, and numbers of their items."""
    notes = dict(lock.notes)
    keys = {record.name: key for key, record in lock.notes.items()}
    for name, past in history.notes.items():
        key = keys.get(name)
        if key:
            notes[key] = replace(notes[key], numbers=united_numbers(notes[key], past))
        else:
            notes.setdefault(past.key, past)
    return Lock(lock.deck_id, notes, {**history.types, **lock.types})


def _later(known: NoteRecord | None, other: NoteRecord) -> NoteRecord:
    """Return the record of the higher moment; whether it was removed, the later commit says."""
    if known is None:
        return other
    later = other if other.moment > known.moment else known
    unclear = known.moment == other.moment and known.rendered != other.rendered
    return replace(
        later,
        content="" if unclear else later.content,
        removed=known.removed,
        numbers=united_numbers(known, other),
    )


def _other_lines(path: Path) -> Iterable[str]:
    """Return the lines that any commit's lock had and the file has not, the newest first."""
    try:
        there = set(path.read_text("utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        there = set()
    return [line for line in dict.fromkeys(_changed_lines(path)) if line not in there]


def _changed_lines(path: Path) -> Iterator[str]:
    """Yield what commits put into a file and took out of it, the newest first."""
    for change in _log(path).split("\ndiff --git "):
        lines = change.splitlines()
        for mark in "+-":  # what a commit took out is older than what it put in
            yield from (line[1:] for line in lines if line.startswith(mark))


def _log(path: Path) -> str:
    command = [
        *("git", "--literal-pathspecs", "log", "--full-history", "-m", "--format=", "-p", "-U0"),
        *("--text", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"),
        *("--", path.name),
    ]
    environment = {name: each for name, each in os.environ.items() if name not in _OF_A_HOOK}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and git by its name
            command, cwd=path.parent, env=environment, capture_output=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace")
