"""deckgen push: hand the deck to the running Anki."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckgen.commands import _options

if TYPE_CHECKING:
    from deckgen.build import Compiled
    from deckgen.desktop.connect import AnkiConnect
    from deckgen.desktop.difference import Difference, Past
    from deckgen.desktop.inventory import AnkiNote, Inventory

_SHOWN = 10


@click.command("push")
@_options.deck
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the package (default: dist/<deck id>.apkg).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--prune", is_flag=True, help="Delete in Anki what was removed from the deck.")
@click.option("--yes", is_flag=True, help="Delete without asking (for scripts).")
@click.option(
    "--timeout",
    type=click.IntRange(1, 86_400),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until the import is confirmed in Anki.",
)
@click.option(
    "--url",
    default="http://127.0.0.1:8765",
    show_default=True,
    help="Where AnkiConnect listens.",
)
@click.option("--allow-remote", is_flag=True, help="Let --url name another computer.")
@click.option(
    "--key",
    envvar="ANKICONNECT_KEY",
    help="AnkiConnect's API key, if it has one (better: the variable ANKICONNECT_KEY).",
)
def COMMAND(
    deck: Path,
    output: Path | None,
    dry_run: bool,
    prune: bool,
    yes: bool,
    timeout: int,
    url: str,
    allow_remote: bool,
    key: str | None,
) -> None:
    """Build a deck and hand it to the running Anki.

    DECK is a folder with a deck.yaml, or a single file with name, id and notes (default: cards).
    Anki has to be open, with the add-on AnkiConnect (code 2055492159). Its own import window
    opens, with your own options: click Import there. Then the cards whose lesson changed are
    moved to their deck, which an import does not do; cards that you put into decks of your own
    stay there.

    What was removed from the deck stays in Anki, unless you say --prune: then it is shown, and
    deleted together with its study history once you agree. The exit code is 0 when Anki has the
    deck, 1 when it has not, 2 for wrong usage.

    \b
    Examples:
      deckgen push
      deckgen push --dry-run       # what would change in Anki?
      deckgen push --prune         # delete what was removed, after asking
      ANKICONNECT_KEY=… deckgen push my-deck.yaml
    """
    from deckgen.build import default_package
    from deckgen.commands._output import print_changes, print_problems, summary
    from deckgen.desktop.connect import AnkiConnect, DesktopError, address, greet
    from deckgen.desktop.difference import compare
    from deckgen.desktop.inventory import take_inventory

    try:
        at = address(url)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if not at.local and not allow_remote:
        raise click.UsageError(
            f"{at} is another computer: --allow-remote lets deckgen talk to it "
            "(Anki there has to find the package under the same path)"
        )
    compiled, recovered = _compiled(deck, output)
    print_problems(compiled.problems, "text")
    if compiled.content is None or compiled.deck is None:
        click.echo(f"{deck}: {summary(compiled.problems)}; nothing pushed")
        raise SystemExit(1)
    content, past = compiled.content, _past(compiled)
    deck_id, connect = compiled.deck.header.id, AnkiConnect(at, key)
    target = output or default_package(compiled.deck)

    def look() -> tuple[Inventory, Difference]:
        inventory = take_inventory(connect, deck_id)
        return inventory, compare(content, past, inventory)

    try:
        greet(connect)
        inventory, difference = look()
        if dry_run:
            _print_plan(difference)
        else:
            print_changes(compiled, recovered, err=False)
            _build(compiled, target)
            if difference.arrives:
                _import(connect, deck_id, target, inventory, difference, timeout)
                arrived, (_, difference) = difference, look()
                _print_arrived(arrived, difference)
            else:
                click.echo("Anki has all of this deck already: nothing to import")
            _move(connect, difference)
        _print_kept(difference)
        _print_removed(connect, difference.removed, prune=prune)
        if prune and difference.removed and not dry_run:
            _delete(connect, difference.removed, yes=yes)
    except DesktopError as error:
        raise click.ClickException(str(error)) from None


def _compiled(deck: Path, output: Path | None) -> tuple[Compiled, Path | None]:
    from deckgen.package.moment import moment
    from deckgen.recover import compile_remembered

    try:
        return compile_remembered(deck, moment(os.environ), package=output)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _past(compiled: Compiled) -> Past:
    """Return what the lock remembers; read before the build writes it."""
    from deckgen.desktop.difference import Past
    from deckgen.lock.file import read_lock
    from deckgen.package.identity import stable_id

    if compiled.settled is None or compiled.lock_file is None:
        return Past()
    before, _ = read_lock(compiled.lock_file)
    after = compiled.settled.lock
    return Past(
        decks=frozenset(record.deck for record in before.notes.values()),
        removed=frozenset(
            (f"{after.deck_id}/{record.id}", stable_id("note type", after.deck_id, record.kind))
            for record in after.notes.values()
            if record.removed
        ),
    )


def _build(compiled: Compiled, target: Path) -> None:
    from deckgen.build import write

    try:
        write(compiled, target)
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename}: {error.strerror}") from None


def _import(
    connect: AnkiConnect,
    deck_id: str,
    target: Path,
    inventory: Inventory,
    difference: Difference,
    timeout: int,
) -> None:
    from deckgen.desktop.push import imported, open_import, wait

    open_import(connect, target)
    click.echo(f"{target}: Anki shows its import window: click Import there")

    def waiting(left: float) -> None:
        if sys.stderr.isatty():
            click.echo(f"\rwaiting, {left:4.0f} s left ", nl=False, err=True)

    def seen() -> bool:
        return imported(connect, deck_id, inventory, difference)

    done = wait(seen, timeout, waiting)
    if sys.stderr.isatty():
        click.echo("\r" + " " * 30 + "\r", nl=False, err=True)
    if not done:
        raise click.ClickException(
            f"Anki has not taken the deck in within {timeout} seconds: click Import in its window "
            "“Import File” (another window may hide it), and push again for what is left to do"
        )


def _print_plan(difference: Difference) -> None:
    from deckgen.commands._output import count

    click.echo(f"would import: {_arriving(difference)}")
    for what, names in (("new", difference.new), ("updated", difference.updated)):
        _print_some([f"{what:<7} {name}" for name in names])
    for deck, cards in difference.moves.items():
        click.echo(f"would move {count(len(cards), 'card')} to {deck}")


def _print_arrived(before: Difference, after: Difference) -> None:
    arrived = replace(
        before,
        new=tuple(name for name in before.new if name not in after.new),
        updated=tuple(name for name in before.updated if name not in after.updated),
        types=tuple(each for each in before.types if each not in after.types),
    )
    click.echo(f"imported: {_arriving(arrived)}")
    if after.arrives:
        click.echo(f"not taken in, by the options chosen in Anki: {_arriving(after)}")


def _arriving(difference: Difference) -> str:
    from deckgen.commands._output import count

    counted = {
        "new note": difference.new,
        "updated note": difference.updated,
        "restyled note type": difference.types,
    }
    return ", ".join(count(len(each), what) for what, each in counted.items() if each) or "nothing"


def _move(connect: AnkiConnect, difference: Difference) -> None:
    from deckgen.commands._output import count
    from deckgen.desktop.push import empty, move

    move(connect, difference.moves)
    for deck, cards in difference.moves.items():
        click.echo(f"moved {count(len(cards), 'card')} to {deck}")
    for deck in empty(connect, difference.left):
        click.echo(f"empty now, and yours to delete in Anki: {deck}")


def _print_kept(difference: Difference) -> None:
    from deckgen.commands._output import count

    if difference.kept:
        click.echo(f"left as Anki has it: {count(len(difference.kept), 'note')}")
        _print_some([f"{name}: {why}" for name, why in difference.kept.items()])


def _print_removed(connect: AnkiConnect, removed: Sequence[AnkiNote], *, prune: bool) -> None:
    from deckgen.commands._output import count, visible
    from deckgen.desktop.push import reviews
    from deckgen.render.plain import plain

    if not removed:
        return
    click.echo(
        f"removed from the deck, and still in Anki: {count(len(removed), 'note')}"
        + ("" if prune else " (--prune deletes)")
    )
    for note in removed:
        cards = count(len(note.cards), "card")
        studied = count(reviews(connect, [note]), "review")
        click.echo(f"  {note.id}  {visible(plain(note.title)[:30])}  ({cards}, {studied})")


def _delete(connect: AnkiConnect, removed: Sequence[AnkiNote], *, yes: bool) -> None:
    from deckgen.commands._output import count
    from deckgen.desktop.push import delete

    notes = count(len(removed), "note")
    if not yes and not click.confirm(f"Delete {notes} in Anki, with the study history?"):
        click.echo("nothing deleted")
        return
    delete(connect, removed)
    click.echo(f"deleted {notes}")


def _print_some(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        click.echo(f"  {line}")
    if len(lines) > _SHOWN:
        click.echo(f"  … and {len(lines) - _SHOWN:,} more")
