"""deckgen build: write the package that Anki imports."""

from __future__ import annotations

import os
from pathlib import Path

import click

from deckgen.commands import _options


@click.command("build")
@_options.deck
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the package (default: dist/<deck id>.apkg).",
)
@_options.format_
def COMMAND(deck: Path, output: Path | None, style: str) -> None:
    r"""Compile a deck into an Anki package (.apkg).

    DECK is a folder with a deck.yaml, or a single file with name, id and notes (default: cards).
    With errors nothing is written, and an older package stays as it was. The exit code is 0
    without errors, 1 with errors, 2 for wrong usage.

    \b
    Examples:
      deckgen build
      deckgen build my-deck.yaml -o my-deck.apkg
      SOURCE_DATE_EPOCH=1700000000 deckgen build     # the same bytes every time
    """
    from deckgen.build import compile_deck, package
    from deckgen.commands._output import count, print_problems, summary
    from deckgen.package.archive import replace_file
    from deckgen.package.moment import moment

    try:
        compiled = compile_deck(deck, moment(os.environ))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    print_problems(compiled.problems, style)
    content = compiled.content
    if content is None or compiled.deck is None:
        click.echo(f"{deck}: {summary(compiled.problems)}; nothing written", err=style != "text")
        raise SystemExit(1)
    target = output or Path("dist") / f"{compiled.deck.header.id}.apkg"
    try:
        replace_file(target, package(content))
    except OSError as error:
        raise click.ClickException(f"cannot write {target}: {error.strerror}") from None
    notes = count(len(content.notes), "note")
    cards = count(sum(len(note.cards) for note in content.notes), "card")
    size = f"{target.stat().st_size / 1000:,.0f} kB"
    click.echo(f"{target}: {notes}, {cards}, {size}", err=style != "text")
