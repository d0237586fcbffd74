"""deckgen schema: tell editors what the deck's files may say."""

from __future__ import annotations

from pathlib import Path

import click

from deckgen.commands import _options


@click.command("schema")
@_options.deck
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Write the schema of the card files (of a deck of one file, of that file) here; - prints.",
)
def COMMAND(deck: Path, output: Path | None) -> None:
    """Write JSON Schemas of a deck's files, by which editors complete and check.

    DECK is a folder with a deck.yaml, or a single file with name, id and notes (default: the
    folder you stand in, if it is a deck, else cards).

    The schemas know the kinds of note and their keys, and this deck's lessons, sources,
    tags and ids. They go into the folder .deckgen beside the deck; where that is there,
    deckgen build keeps them up to date, and deckgen fmt puts the line into each file that
    tells its schema to editors with the YAML language server: VS Code's YAML extension,
    Neovim, Emacs, Helix.

    The exit code is 0, or 1 where there is no deck, or 2 for wrong usage. A deck that has
    mistakes has schemas nonetheless.

    \b
    Examples:
      deckgen schema && deckgen fmt
      deckgen schema my-deck.yaml -o my-deck.schema.json
      deckgen schema -o -
    """
    from deckgen.commands._output import print_problems
    from deckgen.deck.load import NO_DECK, PART_OF_DECK, deck_files, load
    from deckgen.edit.schema import as_text, schemas, write_schemas
    from deckgen.files import replace_file
    from deckgen.kinds import kinds

    loaded, problems = load(deck, {name: kind.note for name, kind in kinds().items()})
    none = [problem for problem in problems if problem.code in (NO_DECK, PART_OF_DECK)]
    if none:
        print_problems(none, "text")
        raise SystemExit(1)
    found = schemas(deck_files(deck)[0][0], loaded)
    *_, last = found.values()
    if output == Path("-"):
        click.echo(as_text(last), nl=False)
        return
    try:
        if output:
            replace_file(output, as_text(last).encode())
        else:
            write_schemas(found)
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename}: {error.strerror}") from None
    click.echo("\n".join(str(path) for path in ([output] if output else found)))
