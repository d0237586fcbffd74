"""What takes long says so on a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

_PATIENCE = 1.0
"""For so many seconds nobody wonders what is going on."""


@contextmanager
def working(what: str) -> Iterator[None]:
    """Count the seconds on standard error while a block runs, if that is a terminal.

    Nothing is shown for what is done within a second, and nothing is left standing afterwards.
    """
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(what, done), daemon=True)
    ticker.start()
    try:
        yield
    finally:
        done.set()
        ticker.join()


def _tick(what: str, done: threading.Event) -> None:
    start, shown = time.monotonic(), ""
    while not done.wait(_PATIENCE):
        shown = f"{what} … {time.monotonic() - start:.0f} s"
        click.echo(f"\r{shown}", nl=False, err=True)
    if shown:
        click.echo(f"\r{' ' * len(shown)}\r", nl=False, err=True)
