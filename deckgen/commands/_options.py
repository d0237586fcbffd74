"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path

import click


def default_deck() -> Path:
    """Return the deck that is meant where none is named: the one that we stand in, or `cards`."""
    return Path() if Path("deck.yaml").is_file() else Path("cards")


deck = click.argument(
    "deck",
    type=click.Path(exists=True, path_type=Path),
    default=default_deck,
    metavar="[DECK]",
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
