"""The rules of card quality, one module for each family; each yields problems of a deck."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable

from deckgen.deck.deck import Deck
from deckgen.problem import Problem

Check = Callable[[Deck], Iterable[Problem]]


@functools.cache
def checks() -> tuple[Check, ...]:
    """Return the `check` of every module of this package."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").check for name in names)


def check(deck: Deck) -> list[Problem]:
    """Return what all the rules say of a deck."""
    return [problem for rule in checks() for problem in rule(deck)]
