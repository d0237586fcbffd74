"""deckgen plan: tell what an import would do, before it is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deckgen.commands import _options

if TYPE_CHECKING:
    from deckgen.build import Compiled
    from deckgen.engine.plan import Outcome
    from deckgen.plan import NoteChange

_MOST_MOVED = 20
_COLOURS = {
    "new": "green",
    "changed": "yellow",
    "sent again": "yellow",
    "back": "green",
    "moved": "cyan",
    "removed": "red",
}


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
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="For people, for programs, or for a pull request.",
)
def COMMAND(deck: Path, package: Path | None, collection: Path | None, style: str) -> None:
    """Tell what the next import would change in Anki; write nothing.

    By itself it compares the deck with its lock, and shows the changed words where the package
    that was built last is still in dist/. With --collection or --package the real engine
    imports into a copy, and the plan tells what really happens: what Anki would ignore and why,
    which cards stay in their old deck, which tags are replaced (this needs the extra:
    pip install '.[anki]').

    \b
    Examples:
      deckgen plan
      deckgen plan --collection ~/.local/share/Anki2/User\\ 1/collection.anki2
      deckgen plan --package v1.apkg --format markdown
    """
    from deckgen.build import compile_deck
    from deckgen.commands._output import print_problems, summary
    from deckgen.package.moment import moment
    from deckgen.package.read import NoPackageError, read_package
    from deckgen.plan import plan
    from deckgen.problem import has_errors

    if package and collection:
        raise click.UsageError("--package and --collection exclude each other")
    try:
        compiled = compile_deck(deck, moment(os.environ))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if compiled.deck is None or compiled.content is None or has_errors(compiled.problems):
        print_problems(compiled.problems, "text")
        click.echo(f"{deck}: {summary(compiled.problems)}; nothing planned")
        raise SystemExit(1)
    sent = package or Path("dist") / f"{compiled.deck.header.id}.apkg"
    try:
        shipped = read_package(sent) if sent.exists() else None
    except NoPackageError as error:
        raise click.ClickException(f"{sent}: {error}") from None
    changes = plan(compiled, shipped)
    happens = _happens(compiled, package, collection) if package or collection else None
    printer = {"json": _print_json, "markdown": _print_markdown}.get(style, _print_text)
    printer(compiled, changes, happens)


def _happens(compiled: Compiled, old: Path | None, collection: Path | None) -> Outcome:
    import tempfile

    from deckgen.build import package as packed
    from deckgen.commands._extra import extra
    from deckgen.plan import changed_guids

    if compiled.content is None:
        raise click.ClickException("a deck with errors has no plan")
    planner = extra("deckgen.engine.plan", "anki")
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        target = Path(folder) / "new.apkg"
        target.write_bytes(packed(compiled.content))
        source = planner.collection_with(old) if old else planner.copied_collection(collection)
        try:
            with source as opened:
                result: Outcome = planner.outcome(
                    opened, target, compiled.content, changed_guids(compiled)
                )
                return result
        except planner.NoCollectionError as error:
            raise click.ClickException(f"{collection}: {error}") from None


def _names(compiled: Compiled) -> dict[str, str]:
    """Return each note's id by its GUID."""
    if compiled.deck is None or compiled.content is None:
        return {}
    ids = zip(compiled.deck.notes, compiled.content.notes, strict=True)
    return {packaged.guid: note_id for note_id, packaged in ids}


def _print_text(compiled: Compiled, changes: list[NoteChange], happens: Outcome | None) -> None:
    from deckgen.commands._output import moves, visible
    from deckgen.plan import removed_search

    moved = [change for change in changes if change.what == "moved"]
    for change in changes:
        if change.what == "moved" and len(moved) > _MOST_MOVED:
            continue
        what = click.style(f"{change.what:<10}", _COLOURS[change.what], bold=True)
        detail = f"  ({change.detail})" if change.detail else ""
        click.echo(f"{what} {change.id}{detail}  {click.style(change.place, dim=True)}".rstrip())
        for field in change.fields:
            click.echo(f"    {field.field}: {visible(_marked(field.parts))}")
    for line in _summary(compiled, changes):
        click.echo(line)
    for line in moves(compiled):
        click.echo(line)
    if search := removed_search(compiled):
        click.echo(f"Anki keeps removed notes; to find them: {search}")
    for title, lines in _sections(compiled, happens):
        click.echo(click.style(title, bold=True))
        for line in lines:
            click.echo(f"  {line}")


def _marked(parts: tuple[tuple[str, str], ...]) -> str:
    marks = {"same": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(marks[what].format(text.replace("\n", "⏎")) for what, text in parts)


def _summary(compiled: Compiled, changes: list[NoteChange]) -> list[str]:
    if compiled.settled is None:
        return []
    counted: dict[str, int] = {}
    for change in changes:
        counted[change.what] = counted.get(change.what, 0) + 1
    settled = compiled.settled.changes
    said = [f"{number:,} {what}" for what, number in counted.items()]
    lines = [", ".join([*said, f"{settled.untouched:,} untouched"])]
    if settled.unsent:
        lines.append(f"{len(settled.unsent):,} changed in markup only: not sent")
    if settled.types:
        lines.append(f"new look for the note types: {', '.join(settled.types)}")
    return lines


def _sections(compiled: Compiled, happens: Outcome | None) -> list[tuple[str, list[str]]]:
    if happens is None:
        return []
    names = _names(compiled)
    counts = (
        f"{len(happens.new):,} new, {len(happens.updated):,} updated, "
        f"{len(happens.duplicate):,} left alone, {len(happens.conflicting):,} conflicting"
    )
    sections = [("In Anki, tried in a copy:", [counts])]
    ignored = [f"{names.get(guid, guid)}: {why}" for guid, why in happens.ignored.items()]
    conflicting = [
        f"{names.get(guid, guid)}: its note type was altered in Anki"
        for guid in happens.conflicting
    ]
    stay = [f"{names.get(guid, guid)}: in {where}" for guid, where in happens.stay.items()]
    tags = [f"{names.get(guid, guid)}: {' '.join(lost)}" for guid, lost in happens.tags.items()]
    for title, lines in (
        ("Left as they are, though the deck differs:", ignored),
        ("Not updated:", conflicting),
        ("Cards that stay in their old deck (deckgen push moves them):", stay),
        ("Tags that the update takes away:", tags),
    ):
        if lines:
            sections.append((title, lines))
    return sections


def _print_json(compiled: Compiled, changes: list[NoteChange], happens: Outcome | None) -> None:
    import dataclasses
    import json

    untouched = compiled.settled.changes.untouched if compiled.settled else 0
    unsent = compiled.settled.changes.unsent if compiled.settled else ()
    told: dict[str, Any] = {
        "notes": [dataclasses.asdict(change) for change in changes],
        "untouched": untouched,
        "markup_only": list(unsent),
    }
    if happens:
        names = _names(compiled)
        told["anki"] = {
            key: {names.get(guid, guid): each for guid, each in value.items()}
            if isinstance(value, dict)
            else [names.get(guid, guid) for guid in value]
            for key, value in dataclasses.asdict(happens).items()
        }
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _print_markdown(compiled: Compiled, changes: list[NoteChange], happens: Outcome | None) -> None:
    for line in _summary(compiled, changes):
        click.echo(f"**{line}**\n")
    if changes:
        click.echo("| note | what | where | change |\n|---|---|---|---|")
    for change in changes:
        words = "<br>".join(f"{each.field}: {_html(each.parts)}" for each in change.fields)
        shown = words or change.detail
        click.echo(f"| `{change.id}` | {change.what} | {change.place} | {shown} |")
    for title, lines in _sections(compiled, happens):
        click.echo(f"\n**{title}**\n")
        for line in lines:
            click.echo(f"- {line}")


def _html(parts: tuple[tuple[str, str], ...]) -> str:
    import html

    marks = {"same": "{}", "old": "<del>{}</del>", "new": "<ins>{}</ins>"}
    shown = "".join(marks[what].format(html.escape(text)) for what, text in parts)
    return shown.replace("|", "\\|").replace("\n", " ")
