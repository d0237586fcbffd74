"""Files are watched, and a change is told at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import watchfiles

_DEBOUNCE_MS, _STEP_MS = 40, 10
"""How long writes are gathered before they count as one change."""

_BEGIN_MS = 200


def changes(paths: Sequence[Path]) -> Iterator[None]:
    """Wait for changes of files or below folders, again and again, until Ctrl-C."""
    watching = watchfiles.watch(
        *paths,
        watch_filter=_authored,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
    )
    with contextlib.suppress(KeyboardInterrupt):
        for _ in watching:
            yield


async def changes_until(paths: Sequence[Path], stop: asyncio.Event) -> AsyncIterator[None]:
    """Wait for changes of files or below folders until an event is set.

    The first time it does not wait: what changed before the watch began counts as a change.
    """
    watching = watchfiles.awatch(
        *paths,
        watch_filter=_authored,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=_BEGIN_MS,
        yield_on_timeout=True,
    )
    begun = False
    async for changed in watching:
        if changed or not begun:
            begun = True
            yield


def _authored(_: watchfiles.Change, path: str) -> bool:
    """Whether a change matters: not what deckgen itself writes beside the cards."""
    name = Path(path).name
    return not name.startswith(".") and not name.endswith((".lock", "~"))
