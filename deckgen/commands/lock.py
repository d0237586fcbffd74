"""deckgen lock: make a lost lock again."""

from __future__ import annotations

from pathlib import Path

import click

from deckgen.commands import _options


@click.command("lock")
@_options.deck
@click.option(
    "--from",
    "package",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="OLD.apkg",
    help="The package that was last shipped.",
)
@click.option("--force", is_flag=True, help="Replace the lock that is there.")
def COMMAND(deck: Path, package: Path, force: bool) -> None:
    """Make a deck's lock again from the package that was last shipped.

    The lock (deck.lock, beside deck.yaml) remembers when each note last changed and which card
    number each item has. Take a lost or damaged one back from git where you can; this command is
    for where you cannot.

    \b
    Examples:
      deckgen lock --from dist/mass-line.apkg
      deckgen lock my-deck --from ~/Downloads/my-deck.apkg --force
    """
    from deckgen.commands._output import count, print_problems
    from deckgen.files import replace_file
    from deckgen.lock.file import format_lock, lock_path
    from deckgen.package.read import NoPackageError, read_package
    from deckgen.recover import recover

    target = lock_path(deck / "deck.yaml" if deck.is_dir() else deck)
    if target.exists() and not force:
        raise click.ClickException(f"{target} is there already; --force replaces it")
    try:
        lock, problems = recover(deck, read_package(package))
    except NoPackageError as error:
        raise click.ClickException(f"{package}: {error}") from None
    if lock is None:
        print_problems(problems, "text")
        raise SystemExit(1)
    replace_file(target, format_lock(lock).encode())
    unknown = sum(not record.content for record in lock.notes.values())
    click.echo(
        f"{target}: {count(len(lock.notes), 'note')}, of which {unknown:,} differ from the deck "
        "and are sent with the next build"
    )
