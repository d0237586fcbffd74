"""Every code of the program: what can be wrong, and what it means."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

import deckgen
from deckgen.problem import Code

_NO_CODES = frozenset({"commands", "desktop", "engine", "lsp", "preview", "__main__"})
"""Parts that complain in sentences of their own, and may need what is not installed."""


def all_codes() -> Mapping[str, Code]:
    """Return every code by its slug, in the order of slugs."""
    found = {code.slug: code for code in _walk()}
    return {slug: found[slug] for slug in sorted(found)}


def _walk() -> Iterator[Code]:
    for module in pkgutil.iter_modules(deckgen.__path__):
        if module.name not in _NO_CODES:
            yield from _codes_of(f"{deckgen.__name__}.{module.name}", is_package=module.ispkg)


def _codes_of(name: str, *, is_package: bool) -> Iterator[Code]:
    module = importlib.import_module(name)
    yield from (value for value in vars(module).values() if isinstance(value, Code))
    for inner in pkgutil.iter_modules(module.__path__) if is_package else ():
        yield from _codes_of(f"{name}.{inner.name}", is_package=inner.ispkg)
