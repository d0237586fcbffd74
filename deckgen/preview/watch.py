"""Files are watched, and a change is told at once."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import watchfiles

from deckgen.deck.deck import Deck
from deckgen.deck.source import inside

_DEBOUNCE_MS, _STEP_MS = 40, 10
"""How long writes are gathered before they count as one change."""

_LOOK_MS = 100
"""How often it is seen whether a file came or went that lies outside the deck's folder."""

_CLOCK_S = 0.02
"""How far the clock of files may be behind."""

_WRITTEN = (".apkg", ".lock", "~")


def watched(path: Path, deck: Deck | None) -> list[Path]:
    """Return the deck's folder, then the files outside it that it names.

    path: the deck, a folder or a file. deck: as it was read last, if it could be.
    """
    folder = (path if path.is_dir() else path.parent).resolve()
    named = [*deck.header.sources.values(), *deck.header.must_have.values()] if deck else []
    found = (inside(deck.folder / each, deck.project) for each in named) if deck else ()
    others = {each for each in found if each and not each.is_relative_to(folder)}
    return [folder, *sorted(others)]


def changes(
    wanted: Callable[[], Sequence[Path]],
    stop: threading.Event | None = None,
    written: Path | None = None,
) -> Iterator[bool]:
    """Yield true after each change of a folder's or another file's content, until Ctrl-C.

    The first time it does not wait for a change, so that none is missed before the watch began.

    wanted: the folder, then other files; asked again after each change, since it may name more.
    stop: ends it. written: what is written after each change, and is none.
    """
    last: float | None = None  # when the deck began to be read
    before: Iterator[set[tuple[watchfiles.Change, str]]] | None = None
    watch = functools.partial(
        watchfiles.watch,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
    )
    with contextlib.suppress(KeyboardInterrupt):
        while not (stop and stop.is_set()):
            folder, *others = paths = _existing(wanted())
            is_authored = functools.partial(_is_authored, folder, written and written.resolve())
            watching = watch(*paths, watch_filter=is_authored)
            for changed in watching:
                # what happened before this watch began, to what was watched and what was not
                missed = next(before, set()) if before else set()
                late = before and any(_changed_since(path, last) for path in others)
                before = None
                came_or_went = _existing(wanted()) != paths
                if changed or missed or late or came_or_went or last is None:
                    last = time.time()
                    yield True
                # a file that was replaced is another one to the system
                replaced = any(Path(path) in others for _, path in (*changed, *missed))
                if came_or_went or replaced or _existing(wanted()) != paths:
                    before = watching
                    break


def _changed_since(path: Path, moment: float | None) -> bool:
    try:
        status = path.stat()
    except OSError:
        return True
    return max(status.st_mtime, status.st_ctime) > (moment or 0.0) - _CLOCK_S


def _existing(paths: Sequence[Path]) -> list[Path]:
    folder, *others = paths
    return [folder, *filter(Path.exists, others)]


def _is_authored(folder: Path, written: Path | None, change: watchfiles.Change, path: str) -> bool:
    """Whether a change matters: not what is hidden, nor what deckgen itself writes."""
    changed = Path(path)
    if changed == written or changed.name.endswith(_WRITTEN):
        return False
    below = changed.is_relative_to(folder)
    parts = changed.relative_to(folder).parts if below else ()
    if any(part.startswith(".") for part in parts):
        return False
    if not changed.is_dir():
        return True
    # one that was moved here brings its files without a word of them
    inside_it = (str(file) for file in changed.rglob("*") if file.is_file())
    return change != watchfiles.Change.modified and any(
        _is_authored(folder, written, change, file) for file in inside_it
    )
