"""Small decks for tests: written, built by deckgen, ready for the engine."""

from __future__ import annotations

import textwrap
from pathlib import Path

from deckgen.build import compile_deck, package

MOMENT = 1_700_000_000


def build_deck(folder: Path, text: str) -> Path:
    """Build a deck of one file, without any problem, and return the package."""
    source, built = folder / "deck-of-one.yaml", folder / "deck-of-one.apkg"
    source.write_text(textwrap.dedent(text), "utf-8")
    return build(source, built)


def build(deck: Path, built: Path) -> Path:
    """Build a deck without any problem, and return the package."""
    compiled = compile_deck(deck, MOMENT)
    assert compiled.problems == []
    assert compiled.content is not None
    built.write_bytes(package(compiled.content))
    return built
