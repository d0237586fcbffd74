"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there. Raises OSError.

    The permissions of a file that was there stay. What a build that was killed left beside it is
    cleared away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _clear_leftovers(path: Path) -> None:
    leftover = re.compile(rf"\.{re.escape(path.name)}\.(\d+)\.tmp")
    for other in path.parent.iterdir():
        found = leftover.fullmatch(other.name)
        if found and not _runs(int(found[1])):
            with contextlib.suppress(OSError):
                other.unlink()


def _runs(process: int) -> bool:
    if os.name == "nt":  # there, signal 0 is Ctrl-C
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
