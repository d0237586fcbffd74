"""The real engine, where it is installed."""

from __future__ import annotations

import importlib
from typing import Any

import click


def engine(module: str) -> Any:
    """Return a module of deckgen.engine, or tell how to install what it needs."""
    try:
        return importlib.import_module(f"deckgen.engine.{module}")
    except ImportError as error:
        if error.name is None or error.name.split(".")[0] != "anki":
            raise
        raise click.ClickException(
            "this needs the real Anki engine: pip install 'deckgen[anki]'"
        ) from None
