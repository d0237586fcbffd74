"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


def default_deck() -> Path:
    """Return the deck that is meant where none is named: the one that we stand in, or `cards`."""
    return Path() if Path("deck.yaml").is_file() else Path("cards")


def deck_here() -> Path:
    """Return the deck that is meant where none is named. Raises UsageError where there is none."""
    found = default_deck()
    if not found.exists():
        raise click.UsageError(
            "there is no deck here, neither a deck.yaml nor a folder cards: name one, go to its "
            "folder, or begin one with `deckgen new DIR`"
        )
    return found


class _Deck(click.Path):
    """A deck's folder or file; that a default is not there has a message of its own."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, Path):
            return deck_here()
        return super().convert(value, param, ctx)


deck = click.argument(
    "deck", type=_Deck(exists=True, path_type=Path), default=default_deck, metavar="[DECK]"
)

format_ = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="How problems are printed: for people, as JSON, as GitHub annotations, or as SARIF for "
    "code scanning.",
)
