"""The highest moments that a lock ever recorded, from its git history."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deckgen.lock.record import NoteKey

_NOTE = re.compile(r"^[-+ ](?:note|removed) ([a-z0-9-]+) ([a-z0-9-]+) m=(\d{1,10})\b", re.MULTILINE)
_TYPE = re.compile(r"^[-+ ]type ([a-z0-9-]+) m=(\d{1,10})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class History:
    """The highest moment of each note and note type, in seconds since 1970."""

    notes: Mapping[NoteKey, int] = field(default_factory=dict)
    types: Mapping[str, int] = field(default_factory=dict)


def read_history(path: Path) -> History:
    """Read the history of a lock; without git, or outside a repository, there is none.

    Every commit counts, those of merged branches too: after a revert, or a merge that took the
    other side, a moment that was shipped is still known.
    """
    command = [
        *("git", "-C", str(path.parent), "log", "--full-history", "-m", "--format=", "-p", "-U0"),
        *("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--", path.name),
    ]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git, by name
    except OSError:
        return History()
    text = done.stdout.decode("utf-8", "replace")
    notes: dict[NoteKey, int] = {}
    for found in _NOTE.finditer(text):
        key = found[1], found[2]
        notes[key] = max(notes.get(key, 0), int(found[3]))
    types: dict[str, int] = {}
    for found in _TYPE.finditer(text):
        types[found[1]] = max(types.get(found[1], 0), int(found[2]))
    return History(notes, types)
