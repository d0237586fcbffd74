"""A place in a file is opened in the author's editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

KNOWN = {
    "code": "code --goto {file}:{line}:{column}",
    "codium": "codium --goto {file}:{line}:{column}",
    "zed": "zed {file}:{line}:{column}",
    "subl": "subl {file}:{line}:{column}",
    "gnome-text-editor": "gnome-text-editor +{line}:{column} {file}",
    "kate": "kate --line {line} --column {column} {file}",
}
"""How editors that open a window of their own are told a place."""


def editor_command(given: str | None) -> str:
    """Return the command that opens a place, with `{file}`, `{line}`, `{column}` in it.

    given: what the author asked for; else DECKGEN_EDITOR, else an editor that is installed, else
    nothing.
    """
    wanted = given or os.environ.get("DECKGEN_EDITOR", "")
    if wanted:
        return KNOWN.get(wanted) or (wanted if "{file}" in wanted else f"{wanted} {{file}}")
    return next((KNOWN[name] for name in KNOWN if shutil.which(name)), "")


def open_editor(command: str, file: Path, line: int, column: int) -> None:
    """Open a place. Raises OSError where the editor does not start."""
    words = [word.format(file=str(file), line=line, column=column) for word in shlex.split(command)]
    subprocess.Popen(  # noqa: S603 - the author's own command
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
