"""Parts of deckgen that need an optional extra."""

from __future__ import annotations

import importlib
from typing import Any

import click


def extra(module: str, name: str) -> Any:
    """Return a module, or tell which extra has to be installed for it.

    module: its full name. name: the extra's, e.g. `anki` for the real engine.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "deckgen").split(".")[0] == "deckgen":
            raise
        raise click.ClickException(
            f"this needs {error.name}, which is not installed: in the folder that deckgen was "
            f"installed from, pip install '.[{name}]'"
        ) from None
