"""The look of the cards: CSS that every note type of a deck carries."""

from __future__ import annotations

from importlib import resources


def css() -> str:
    """Return the style sheet of a deck's note types."""
    here = resources.files(__name__)
    return "\n".join((here / name).read_text("utf-8") for name in ("card.css", "sequence.css"))
