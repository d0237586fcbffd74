"""deckgen build: write the package that Anki imports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckgen.commands import _options

if TYPE_CHECKING:
    from deckgen.build import Compiled, Memory
    from deckgen.lock.settle import Request


@click.command("build")
@_options.deck
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the package (default: dist/<deck id>.apkg).",
)
@click.option("--locked", is_flag=True, help="Fail where the lock would change (for CI).")
@click.option(
    "--send-markup", is_flag=True, help="Send also the notes whose markup alone has changed."
)
@click.option(
    "--change-note-type",
    "change_types",
    multiple=True,
    metavar="KIND",
    help="Let this kind's note type change its fields or templates.",
)
@click.option(
    "--new", "new", multiple=True, metavar="ID", help="This id is new, whatever it looks like."
)
@click.option(
    "--watch",
    is_flag=True,
    help="Build again after each change, until Ctrl-C (needs the extra preview).",
)
@_options.format_
def COMMAND(
    deck: Path,
    output: Path | None,
    locked: bool,
    send_markup: bool,
    change_types: tuple[str, ...],
    new: tuple[str, ...],
    watch: bool,
    style: str,
) -> None:
    """Compile a deck into an Anki package (.apkg).

    DECK is a folder with a deck.yaml, or a single file with name, id and notes (default: the
    folder you stand in, if it is a deck, else cards). Beside it deck.lock remembers when each
    note last changed: commit it. With errors nothing is written, and an older package stays as
    it was. The exit code is 0 without errors, 1 with errors, 2 for wrong usage.

    \b
    Examples:
      deckgen build
      deckgen build my-deck.yaml -o my-deck.apkg
      deckgen build --watch                          # after each save; Ctrl-C ends
      deckgen build --locked                         # in CI: is the lock committed?
      SOURCE_DATE_EPOCH=1700000000 deckgen build     # the moment that changes get
    """
    from deckgen.build import Memory
    from deckgen.lock.settle import Request

    if watch and locked:
        raise click.UsageError("--watch and --locked exclude each other")
    request = Request(send_markup=send_markup, change_types=change_types, new=new)
    if watch:
        _watch(deck, output, request, style)
    elif not _build(deck, output, request, Memory(), locked=locked, style=style)[0]:
        raise SystemExit(1)


def _build(
    deck: Path,
    output: Path | None,
    request: Request,
    memory: Memory,
    *,
    locked: bool,
    style: str,
) -> tuple[bool, Compiled]:
    """Build once; return whether a package was written, and what was compiled."""
    from deckgen.build import default_package, write
    from deckgen.commands._output import count, print_changes, print_problems, summary
    from deckgen.commands._working import working
    from deckgen.edit.schema import refresh_schemas
    from deckgen.package.moment import moment
    from deckgen.recover import compile_remembered

    try:
        now = moment(os.environ)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with working(f"compiling {deck}"):
        compiled, recovered = compile_remembered(deck, now, request, memory, output)
    print_problems(compiled.problems, style)
    content, quiet = compiled.content, style != "text"
    if content is None or compiled.deck is None:
        click.echo(f"{deck}: {summary(compiled.problems)}; nothing written", err=quiet)
        return False, compiled
    print_changes(compiled, recovered, err=quiet)
    if locked and compiled.lock_changes:
        state = "out of date" if compiled.lock_file and compiled.lock_file.exists() else "missing"
        click.echo(
            f"{compiled.lock_file}: {state}; build without --locked, and commit it", err=quiet
        )
        return False, compiled
    target = output or default_package(compiled.deck)
    try:
        with working(f"packing {target}"):
            write(compiled, target)
        refresh_schemas(compiled.deck)
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename}: {error.strerror}") from None
    notes = count(len(content.notes), "note")
    cards = count(sum(len(note.cards) for note in content.notes), "card")
    drafts = f", {count(compiled.deck.drafts, 'draft')} left out" if compiled.deck.drafts else ""
    size = f"{target.stat().st_size / 1000:,.0f} kB"
    click.echo(f"{target}: {notes}, {cards}, {size}{drafts}", err=quiet)
    return True, compiled


def _watch(deck: Path, output: Path | None, request: Request, style: str) -> None:
    """Build, and again after each change, until Ctrl-C; a broken file keeps the last package."""
    import time

    from deckgen.build import Memory
    from deckgen.commands._extra import extra

    watching, memory, quiet = extra("deckgen.preview.watch", "preview"), Memory(), style != "text"
    wanted = watching.Wanted(deck)
    last = ""
    click.echo(f"watching {deck}; Ctrl-C ends", err=quiet)
    try:
        for _ in watching.changes(wanted, written=output):
            click.echo(time.strftime("── %H:%M:%S"), err=quiet)
            try:
                built, compiled = _build(deck, output, request, memory, locked=False, style=style)
            except click.ClickException as error:  # the next change may find the place free
                error.show()
                continue
            wanted.learn(compiled)
            if built:
                last = time.strftime("%H:%M:%S")
            elif last:
                click.echo(f"the package of {last} stays as it was", err=quiet)
    except KeyboardInterrupt:
        return
    except OSError as error:
        raise click.ClickException(f"cannot watch {deck}: {error}") from None
