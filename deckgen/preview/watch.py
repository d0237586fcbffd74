"""Files are watched, and a change is told at once."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import watchfiles

from deckgen.build import Compiled
from deckgen.deck.deck import Deck
from deckgen.deck.source import inside

_DEBOUNCE_MS, _STEP_MS = 40, 10
"""How long writes are gathered before they count as one change."""

_LOOK_MS = 100
"""How often it is seen whether a file came or went that lies outside the deck's folder."""

_CLOCK_S = 0.02
"""How far the clock of files may be behind."""

_WRITTEN = (".apkg", ".lock", "~")


class Wanted:
    """What of a deck is to be watched, by what was read of it last.

    path: the deck, a folder or a file. A folder is watched with all that is below it; of a file's
    folder, which may be anything, only what stands in it and the deck's own media.
    """

    def __init__(self, path: Path) -> None:
        self._folder = (path if path.is_dir() else path.parent).resolve()
        self.recursive = path.is_dir()
        self._deck: Deck | None = None
        self._media: tuple[Path, ...] = ()

    def learn(self, compiled: Compiled) -> None:
        """Take up what a deck names, as far as it could be read."""
        self._deck = compiled.deck or self._deck
        if compiled.content:
            paths = (each.path for each in compiled.content.media.values())
            self._media = tuple(each.resolve() for each in paths if each)

    def paths(self) -> list[Path]:
        """Return the deck's folder, then other files that are there."""
        deck, named = self._deck, list(self._media)
        if deck:
            header = deck.header
            given = [*header.sources.values(), *header.must_have.values()]
            found = (inside(deck.folder / each, deck.project) for each in given)
            named += filter(None, found)
        others = {each for each in named if not self._has(each) and each.exists()}
        return [self._folder, *sorted(others)]

    def _has(self, path: Path) -> bool:
        if self.recursive:
            return path.is_relative_to(self._folder)
        return path.parent == self._folder


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
    last: float | None = None  # when the deck began to be read
    before: Iterator[set[tuple[watchfiles.Change, str]]] | None = None
    watch = functools.partial(
        watchfiles.watch,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        recursive=wanted.recursive,
    )
    with contextlib.suppress(KeyboardInterrupt):
        while not (stop and stop.is_set()):
            folder, *others = paths = wanted.paths()
            is_authored = functools.partial(_is_authored, folder, written and written.resolve())
            watching = watch(*paths, watch_filter=is_authored)
            try:
                for changed in watching:
                    # what happened before this watch began, to what was watched and what was not
                    missed = next(before, set()) if before else set()
                    late = before and any(_changed_since(path, last) for path in others)
                    before = None
                    came_or_went = wanted.paths() != paths
                    if changed or missed or late or came_or_went or last is None:
                        last = time.time()
                        yield True
                    # a file that was replaced is another one to the system
                    replaced = any(Path(path) in others for _, path in (*changed, *missed))
                    if came_or_went or replaced or wanted.paths() != paths:
                        before = watching
                        break
            except FileNotFoundError:  # it went before the watch began
                if not folder.exists():
                    raise


def _changed_since(path: Path, moment: float | None) -> bool:
    try:
        status = path.stat()
    except OSError:
        return True
    return max(status.st_mtime, status.st_ctime) > (moment or 0.0) - _CLOCK_S


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
