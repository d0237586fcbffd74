"""The highest moments that a lock ever recorded, from its git history."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deckgen.lock.record import NoteKey

_NOTE = re.compile(
    r"^[-+](?:note|removed) ([a-z0-9-]+) ([a-z0-9-]+) m=([0-9]{1,10}) ", re.MULTILINE
)
_TYPE = re.compile(r"^[-+]type ([a-z0-9-]+) m=([0-9]{1,10}) ", re.MULTILINE)

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What git sets for a hook, and would mislead a git that runs in another folder."""


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
        *("git", "--literal-pathspecs", "log", "--full-history", "-m", "--format=", "-p", "-U0"),
        *(
            "--text",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            "--",
            path.name,
        ),
    ]
    environment = {name: each for name, each in os.environ.items() if name not in _OF_A_HOOK}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and git by its name
            command, cwd=path.parent, env=environment, capture_output=True, check=False
        )
    except OSError:
        return History()
    text = done.stdout.decode("utf-8", "replace")
    notes: dict[NoteKey, int] = {}
    for note_id, kind, moment in _NOTE.findall(text):
        notes[note_id, kind] = max(notes.get((note_id, kind), 0), int(moment))
    types: dict[str, int] = {}
    for kind, moment in _TYPE.findall(text):
        types[kind] = max(types.get(kind, 0), int(moment))
    return History(notes, types)
