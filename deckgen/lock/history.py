"""What was shipped by any lock that git remembers."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from deckgen.files import replace_file
from deckgen.lock.file import (
    VERSION,
    format_note,
    format_type,
    parse_note,
    parse_type,
    united_numbers,
)
from deckgen.lock.record import Lock, NoteRecord, TypeRecord

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What git sets for a hook, and would mislead a git that runs in another folder."""


@dataclass(frozen=True, slots=True)
class History:
    """The latest that was shipped: notes by the name that their GUID is made of, types by kind."""

    notes: Mapping[str, NoteRecord] = field(default_factory=dict)
    types: Mapping[str, TypeRecord] = field(default_factory=dict)


def read_history(path: Path) -> History:
    """Return the latest that any commit's lock said and the file does not; nothing without git.

    Every commit counts, those of merged branches too: after a revert, or a merge that took the
    other side, what was shipped is still known. Where two say different things of one moment, the
    content counts as unknown.
    """
    try:
        there = set(path.read_text("utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        there = set()
    return _latest(line for line in _remembered(path) if line not in there)


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


def _latest(lines: Iterable[str]) -> History:
    """Return what lines of locks say together, the newest first."""
    notes: dict[str, NoteRecord] = {}
    types: dict[str, TypeRecord] = {}
    for line in lines:
        if note := parse_note(line):
            notes[note.name] = _later(notes.get(note.name), note)
        elif type_ := parse_type(line):
            known = types.get(type_.kind)
            types[type_.kind] = max(known or type_, type_, key=lambda each: each.moment)
    return History(notes, types)


def _later(known: NoteRecord | None, other: NoteRecord) -> NoteRecord:
    """Return the record of the higher moment; whether it was removed, the later commit says."""
    if known is None:
        return other
    later = other if other.moment > known.moment else known
    unclear = known.moment == other.moment and not (
        known.rendered == other.rendered and known.content and other.content
    )
    return replace(
        later,
        content="" if unclear else later.content,
        removed=known.removed,
        numbers=united_numbers(known, other),
    )


def _remembered(path: Path) -> list[str]:
    """Return the latest that any commit's lock said, as lines of a lock.

    They are kept in git's own folder, so that only the commits since then have to be read; but not
    in a shallow clone, which may get its older commits later.
    """
    asked = ("HEAD", "--absolute-git-dir", "--is-shallow-repository", "--show-prefix")
    said = _git(path, "rev-parse", *asked)
    if said is None:
        return []
    head, folder, shallow, prefix = said.split("\n")[:4]
    name = hashlib.sha256(f"{VERSION} {prefix}{path.name}".encode()).hexdigest()[:16]
    kept = Path(folder, "deckgen", name)
    try:
        seen, *lines = kept.read_text("utf-8").splitlines()
    except (OSError, ValueError):  # there is none, or it is empty or damaged
        seen, lines = "", []
    if seen == head:
        return lines
    if not seen or (_git(path, "merge-base", seen, "HEAD") or "").strip() != seen:
        seen, lines = "", []  # another branch: what that shipped is not of this one
    log = _log(path, f"{seen}..HEAD" if seen else "HEAD")
    history = _latest(chain(dict.fromkeys(_changed_lines(log or "")), lines))
    lines = [*map(format_type, history.types.values()), *map(format_note, history.notes.values())]
    if log is not None and shallow == "false":
        with contextlib.suppress(OSError):
            replace_file(kept, "\n".join([head, *lines, ""]).encode())
    return lines


def _log(path: Path, commits: str) -> str | None:
    """Return what commits changed in a file, the newest first; nothing where git fails."""
    return _git(
        path,
        *("log", commits, "--full-history", "-m", "--format=", "-p", "-U0", "--text"),
        *("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--", path.name),
    )


def _changed_lines(log: str) -> Iterator[str]:
    """Yield what the commits of a log put into a file and took out of it, the newest first."""
    for change in log.split("\ndiff --git "):
        lines = change.splitlines()
        for mark in "+-":  # what a commit took out is older than what it put in
            yield from (line[1:] for line in lines if line.startswith(mark))


def _git(path: Path, *arguments: str) -> str | None:
    """Return what git prints in a file's folder; nothing where it fails, or is not there."""
    environment = {name: each for name, each in os.environ.items() if name not in _OF_A_HOOK}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and git by its name
            ["git", "--literal-pathspecs", *arguments],  # noqa: S607
            cwd=path.parent,
            env=environment,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
