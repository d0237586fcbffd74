"""deckgen fmt: lay card files out in one style."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckgen.commands import _options

if TYPE_CHECKING:
    from deckgen.edit.fmt import Formatted


@click.command("fmt")
@click.argument(
    "paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATHS]..."
)
@click.option("--check", is_flag=True, help="Write nothing; tell the files that would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option("--ids", is_flag=True, help="Give an id to each note that has none.")
@_options.format_
def COMMAND(paths: tuple[Path, ...], check: bool, diff: bool, ids: bool, style: str) -> None:
    """Lay card files out in one style; what they mean does not change.

    PATHS are card files, or decks, all of whose files are meant (default: the folder you
    stand in, if it is a deck, else cards).

    Keys come into one order: id, kind, what places the note, the keys of its kind as
    the README lists them, what they rest on. Quotes stay where YAML needs them, words
    are listed as [a, b], clauses below each other. Comments, blank lines, and the lines
    that a text is broken into stay yours. Where the deck has a schema (deckgen schema),
    each file gets the line that tells it to editors.

    --ids makes an id of the title's words: "What is ebb?" becomes what-is-ebb. A title
    in Chinese, or in another script, gives the note's kind and a number made from the
    title, such as basic-3f9a2c: rename it while the note is new. A note that was built
    without an id keeps its study history.

    The exit code is 0, or 1 where a file could not be read or, with --check or --diff,
    would change, or 2 for wrong usage. A file with a mistake in its YAML is left alone.

    \b
    Examples:
      deckgen fmt
      deckgen fmt cards/3-tides.yaml --diff
      deckgen fmt --ids
      deckgen fmt --check                # in CI
    """
    from deckgen.commands._output import count, print_problems, summary, visible
    from deckgen.deck.load import deck_files
    from deckgen.edit.fmt import MeaningChangedError, format_file, known_ids
    from deckgen.kinds import kinds
    from deckgen.problem import Problem
    from deckgen.text.trivia import UnknownLayoutError

    notes = {name: kind.note for name, kind in kinds().items()}
    problems: list[Problem] = []
    files: dict[Path, None] = {}
    for path in paths or (_options.deck_here(),):
        found, unread = deck_files(path) if path.is_dir() else ([path], [])
        files |= dict.fromkeys(found)
        problems += unread
    taken = known_ids(files) if ids else None
    results: list[Formatted] = []
    left_alone = []
    for path in files:
        try:
            result, unread = format_file(path, notes, taken)
        except (UnknownLayoutError, MeaningChangedError):
            left_alone.append(path)
            continue
        problems += unread
        results += [result] if result else []
    changed = [result for result in results if result.changed]
    print_problems(problems, style)
    writes = not (check or diff)
    quiet = style != "text"
    for result in changed:
        if diff:
            click.echo(_diff(result), nl=False, err=quiet)
        if writes:
            _write(result)
        if not diff:
            done = "formatted" if writes else "would change"
            click.echo(f"{visible(result.name)}: {done}", err=quiet)
    for path in left_alone:
        message = "left alone: deckgen would change its meaning; please report this file"
        click.echo(f"{visible(str(path))}: {message}", err=True)
    unchanged = len(results) - len(changed)
    told = [f"{count(len(changed), 'file')} {'formatted' if writes else 'would change'}"]
    told += [f"{unchanged:,} unchanged"]
    told += [f"{count(sum(result.ids for result in changed), 'id')} added"] if ids else []
    told += [summary(problems)] if problems else []
    click.echo(", ".join(told), err=quiet or diff)
    if problems or left_alone or (changed and not writes):
        raise SystemExit(1)


def _write(result: Formatted) -> None:
    from deckgen.files import replace_file

    try:
        replace_file(result.path, result.after)
    except OSError as error:
        raise click.ClickException(f"cannot write {result.name}: {error.strerror}") from None


def _diff(result: Formatted) -> str:
    from deckgen.commands._output import visible

    before, after = result.before.decode("utf-8-sig"), result.after.decode()
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        result.name,
        f"{result.name} (formatted)",
    )
    return "".join(f"{visible(line.rstrip())}\n" for line in lines)
