"""The kinds of note, one module each: its keys, its note type, its fields, its own checks."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from deckgen.kinds._kind import Kind


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by its name: each module of this package has one, called `KIND`."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (
        importlib.import_module(f"{__name__}.{name}") for name in names if not name.startswith("_")
    )
    return {module.KIND.name: module.KIND for module in modules}
