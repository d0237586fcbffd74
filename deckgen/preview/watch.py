"""Files are watched, and a change is told at once."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import watchfiles

from deckgen.build import Compiled
from deckgen.deck.deck import Deck
from deckgen.deck.source import inside

_DEBOUNCE_MS, _STEP_MS = 40, 10
"""How long writes are gathered before they count as one change."""

_LOOK_MS = 100
"""How often files outside the deck's folder are looked at.

The system would tell of them, too, but of the file that was there, not of one that replaces it,
which is how most editors save; and of their folders, which may hold anything.
"""

_CLOCK_S = 0.02
"""How far the clock of files may be behind."""

_WRITTEN = (".apkg", ".lock", "~")

_State = tuple[int, int, int] | None
"""What tells that a file changed: its number, its size, when it was written; nothing without it."""


class Wanted:
    """What of a deck is to be watched, by what was read of it last.

    path: the deck, a folder or a file. A folder is watched with all that is below it; of a file's
    folder, which may be anything, only what stands in it and the deck's own media.
    """

    def __init__(self, path: Path) -> None:
        self.folder = (path if path.is_dir() else path.parent).resolve()
        self.recursive = path.is_dir()
        self._deck: Deck | None = None
        self._media: tuple[Path, ...] = ()

    def learn(self, compiled: Compiled) -> None:
        """Take up what a deck names, as far as it could be read."""
        self._deck = compiled.deck or self._deck
        if compiled.content:
            paths = (each.path for each in compiled.content.media.values())
            self._media = tuple(each.resolve() for each in paths if each)

    def others(self) -> dict[Path, _State]:
        """Return the deck's files that are not watched with its folder, as they are now."""
        deck, named = self._deck, set(self._media)
        if deck:
            header = deck.header
            given = [*header.sources.values(), *header.must_have.values()]
            named.update(filter(None, (inside(deck.folder / each, deck.project) for each in given)))
        return {each: _state(each) for each in named if not self._has(each)}

    def _has(self, path: Path) -> bool:
        if self.recursive:
            return path.is_relative_to(self.folder)
        return path.parent == self.folder


def changes(
    wanted: Wanted,
    stop: threading.Event | None = None,
    written: Path | None = None,
) -> Iterator[bool]:
    """Yield true after each change of a folder's or another file's content, until Ctrl-C.

    The first time it does not wait for a change, so that none is missed before the watch began.

    wanted: asked again after each change, since the deck may name more.
    stop: ends it. written: what is written after each change, and is none.
    """
    watching = watchfiles.watch(
        wanted.folder,
        watch_filter=functools.partial(_is_authored, wanted.folder, written and written.resolve()),
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        recursive=wanted.recursive,
    )
    seen: Mapping[Path, _State] | None = None
    with contextlib.suppress(KeyboardInterrupt):
        for changed in watching:
            now = wanted.others()
            if changed or now != seen:
                began = time.time()
                yield True
                seen = {path: now.get(path, _before(path, began)) for path in wanted.others()}


def _state(path: Path) -> _State:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _before(path: Path, moment: float) -> _State:
    """Return what a file was at a moment; nothing where it has changed since."""
    state = _state(path)
    return state if state and state[2] / 1e9 < moment - _CLOCK_S else None


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
