"""Small decks for tests: written, built by deckgen, ready for the engine."""

from __future__ import annotations

import tempfile
import textwrap
from pathlib import Path
from unittest import mock

from deckgen.build import compile_deck, package
from deckgen.package.content import Content

MOMENT = 1_700_000_000
ONE_NOTE = """
    name: Deck
    id: deck
    notes:
      - {id: note, kind: basic, front: front, back: back}
"""


def content_of(deck: Path) -> Content:
    """Compile a deck without an error; the rules of quality are left out, odd decks are meant."""
    with mock.patch("deckgen.build.check", return_value=[]):
        compiled = compile_deck(deck, MOMENT)
    assert compiled.content is not None, compiled.problems
    return compiled.content


def some_content() -> Content:
    """Return the content of a deck of one note, for tests to put other things in."""
    with tempfile.TemporaryDirectory() as folder:
        return content_of(written(Path(folder), ONE_NOTE))


def written(folder: Path, text: str) -> Path:
    """Write a deck of one file."""
    deck = folder / "deck-of-one.yaml"
    deck.write_text(textwrap.dedent(text), "utf-8")
    return deck


def build_deck(folder: Path, text: str) -> Path:
    """Build a deck of one file, and return the package."""
    built = folder / "deck-of-one.apkg"
    built.write_bytes(package(content_of(written(folder, text))))
    return built
