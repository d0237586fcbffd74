"""deckgen check: tell every mistake, write nothing."""

from __future__ import annotations

from pathlib import Path

import click

from deckgen.commands import _options


@click.command("check")
@_options.deck
@_options.format_
def COMMAND(deck: Path, style: str) -> None:
    """Tell every mistake in a deck, each with its place; write nothing.

    DECK is a folder with a deck.yaml, or a single file with name, id and notes (default: the
    folder you stand in, if it is a deck, else cards).
    The exit code is 0 without errors, 1 with errors, 2 for wrong usage.

    \b
    Examples:
      deckgen check
      deckgen check my-deck.yaml
      deckgen check --format github      # annotations in a pull request
      deckgen check --format sarif > deckgen.sarif
    """
    import time

    from deckgen.build import compile_deck
    from deckgen.commands._output import count, print_problems, summary
    from deckgen.commands._working import working

    with working(f"checking {deck}"):
        compiled = compile_deck(deck, moment=int(time.time()))
    print_problems(compiled.problems, style)
    notes = compiled.content.notes if compiled.content else ()
    cards = sum(len(note.cards) for note in notes)
    built = f"{count(len(notes), 'note')}, {count(cards, 'card')}, " if notes else ""
    if compiled.deck and compiled.deck.drafts:
        built += f"{count(compiled.deck.drafts, 'draft')} left out, "
    click.echo(f"{deck}: {built}{summary(compiled.problems)}", err=style != "text")
    if compiled.content is None:
        raise SystemExit(1)
