"""deckgen plan: tell what an import would do, before it is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckgen.commands import _options

if TYPE_CHECKING:
    from deckgen.build import Compiled
    from deckgen.engine.plan import Outcome


@click.command("plan")
@_options.deck
@click.option(
    "--package",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="OLD.apkg",
    help="Import over this package, in the real engine.",
)
@click.option(
    "--collection",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Import into a copy of this collection.anki2, in the real engine.",
)
@click.option(
    "--new", "new", multiple=True, metavar="ID", help="This id is new, whatever it looks like."
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="For people, for programs, or for a pull request.",
)
def COMMAND(
    deck: Path, package: Path | None, collection: Path | None, new: tuple[str, ...], style: str
) -> None:
    """Tell what the next import would change in Anki; write nothing.

    By itself it compares the deck with its lock, and shows the changed words where the package
    that was built last is still in dist/; with --package it compares the deck with that package.
    With --collection or --package the real engine imports into a copy, and the plan tells what
    really happens: what Anki would ignore and why, which cards stay in their old deck, which tags
    are replaced (this needs the extra: pip install '.[anki]').

    \b
    Examples:
      deckgen plan
      deckgen plan --collection ~/.local/share/Anki2/User\\ 1/collection.anki2
      deckgen plan --package v1.apkg --format markdown
    """
    from deckgen.build import compile_deck, default_package
    from deckgen.commands._output import print_problems, summary
    from deckgen.commands._planned import print_plan
    from deckgen.commands._working import working
    from deckgen.lock.settle import Request
    from deckgen.package.moment import moment
    from deckgen.package.read import NoPackageError, read_package
    from deckgen.plan import CHANGED, plan
    from deckgen.problem import has_errors
    from deckgen.recover import compile_remembered, recover

    if package and collection:
        raise click.UsageError("--package and --collection exclude each other")
    try:
        now, request = moment(os.environ), Request(new=new)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with working(f"compiling {deck}"):
        compiled, _ = compile_remembered(deck, now, request, package=package)
    if compiled.deck is None or compiled.content is None or has_errors(compiled.problems):
        print_problems(compiled.problems, "text")
        click.echo(f"{deck}: {summary(compiled.problems)}; nothing planned")
        raise SystemExit(1)
    sent = package or default_package(compiled.deck)
    try:
        shipped = read_package(sent) if sent.exists() else None
    except NoPackageError as error:
        raise click.ClickException(f"{sent}: {error}") from None
    told = compiled
    if package and shipped:  # then it is told what differs from that, not from the last build
        told = compile_deck(deck, now, request, lock=recover(deck, shipped)[0])
    happens = _happens(compiled, told, package, collection) if package or collection else None
    changes = plan(told, shipped)
    print_plan(told, changes, happens, style)
    if not shipped and any(change.what == CHANGED for change in changes):
        message = f"{sent} is not there, so it cannot be told which words changed"
        click.echo(message, err=True)


def _happens(
    compiled: Compiled, told: Compiled, old: Path | None, collection: Path | None
) -> Outcome:
    import tempfile

    from deckgen.build import package as packed
    from deckgen.commands._extra import extra
    from deckgen.commands._working import working
    from deckgen.plan import changed_guids

    if compiled.content is None:
        raise click.ClickException("a deck with errors has no plan")
    planner = extra("deckgen.engine.plan", "anki")
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        target = Path(folder) / "new.apkg"
        target.write_bytes(packed(compiled.content))
        source = planner.collection_with(old) if old else planner.copied_collection(collection)
        try:
            with working("importing into a copy"), source as opened:
                result: Outcome = planner.outcome(
                    opened, target, compiled.content, changed_guids(told)
                )
                return result
        except planner.NoCollectionError as error:
            raise click.ClickException(f"{collection}: {error}") from None
