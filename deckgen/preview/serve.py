"""The preview is served on this machine, until it is interrupted."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import uvicorn

from deckgen.engine.stage import Stage
from deckgen.preview.app import Preview
from deckgen.preview.live import Live

ADDRESS = "127.0.0.1"


def serve(deck: Path, port: int, editor: str, ready: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C, or until the terminal or the process is closed.

    port: where; 0 for any that is free. ready: called with the page's URL once it can be opened.
    Raises OSError where the port is taken.
    """
    signal.signal(signal.SIGTERM, _end)
    # a closed terminal ends it in the same way; not on Windows, nor under nohup
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    with socket.socket() as listening, Stage() as stage:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen()
        bound: int = listening.getsockname()[1]
        app = Preview(Live(deck), stage, bound, editor).app
        ready(f"http://{ADDRESS}:{bound}/")
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        uvicorn.Server(config).run(sockets=[listening])


def _end(number: int, _: object) -> NoReturn:
    """End with a signal's exit code, and tidy up on the way, undisturbed by another."""
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)
