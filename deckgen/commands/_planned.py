"""How a plan is printed: as a table for people, as JSON, or as Markdown for a pull request."""

from __future__ import annotations

import dataclasses
import html
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from deckgen.build import Compiled
from deckgen.commands._output import moves, visible
from deckgen.plan import MOVED, NoteChange, removed_search
from deckgen.text.width import width

if TYPE_CHECKING:
    from deckgen.engine.plan import Outcome

_MOST_MOVED = 20
_COLOURS = {
    "new": "green",
    "changed": "yellow",
    "sent again": "yellow",
    "back": "green",
    "moved": "cyan",
    "removed": "red",
}
_UNLIMITED = (10_000, 24)
"""What a pipe has room for."""

_TITLED = _COLOURS.keys() - {"moved", "removed"}
_WORDS = {
    "same": ("{}", None),
    "old": ("[-{}-]", "red"),
    "new": ("{{+{}+}}", "green"),
}
"""As `git diff --word-diff=color` shows them, so that nothing is lost where no colours are."""


class _Section(NamedTuple):
    """What the engine did to some notes, a line for each."""

    title: str
    lines: Sequence[str]


def print_plan(
    compiled: Compiled, changes: Sequence[NoteChange], happens: Outcome | None, style: str
) -> None:
    """Print a plan; `style` is `text`, `json` or `markdown`."""
    if style == "json":
        told = _as_json(compiled, changes, happens)
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    as_lines = _markdown if style == "markdown" else _table
    for line in as_lines(compiled, changes, happens):
        click.echo(line)


def _table(
    compiled: Compiled, changes: Sequence[NoteChange], happens: Outcome | None
) -> Iterator[str]:
    few = sum(change.what == MOVED for change in changes) <= _MOST_MOVED
    shown = [change for change in changes if few or change.what != MOVED]
    column = max((width(change.id) for change in shown), default=0)
    places = max((width(change.place) for change in shown), default=0)
    for change in shown:
        what = click.style(f"{change.what:<10}", _COLOURS[change.what], bold=True)
        name = change.id + " " * (column - width(change.id))
        place = click.style(change.place, dim=True) + " " * (places - width(change.place))
        told = [change.title, change.detail] if change.what in _TITLED else [change.detail]
        first, *more = filter(None, told)
        room = shutil.get_terminal_size(_UNLIMITED).columns - column - places - 16
        yield f"{what}  {name}  {place}  {_cut(first, room)}"
        yield from (f"{'':12}{line}" for line in more)
        for field in change.fields:
            yield f"{'':12}{field.field}: {_words(field.parts)}"
    yield from _summary(compiled, changes)
    yield from moves(compiled)
    if search := removed_search(compiled):
        yield f"Anki keeps removed notes; to find them: {search}"
    for title, lines in _sections(compiled, happens):
        yield click.style(title, bold=True)
        yield from (f"  {line}" for line in lines)


def _cut(text: str, room: int) -> str:
    """Return a text's first line, as much of it as there is room for."""
    line = visible(text.partition("\n")[0])
    if width(line) <= room:
        return line
    while line and width(line) >= room:
        line = line[:-1]
    return f"{line}…" if line else ""


def _words(parts: Sequence[tuple[str, str]]) -> str:
    return "".join(
        click.style(mark.format(visible(text.replace("\n", "⏎"))), colour)
        for what, text in parts
        for mark, colour in (_WORDS[what],)
    )


def _summary(compiled: Compiled, changes: Sequence[NoteChange]) -> Iterator[str]:
    if compiled.settled is None:
        return
    settled = compiled.settled.changes
    counted = Counter(change.what for change in changes)
    said = [f"{number:,} {what}" for what, number in counted.items()]
    yield ", ".join([*said, f"{settled.untouched:,} untouched"])
    if settled.unsent:
        yield f"{len(settled.unsent):,} changed in markup only: not sent"
    if settled.types:
        yield f"new look for the note types: {', '.join(settled.types)}"


def _sections(compiled: Compiled, happens: Outcome | None) -> Iterator[_Section]:
    """Yield what the engine did, where it did anything of that sort."""
    if happens is None or compiled.settled is None:
        return
    counts = (
        f"{len(happens.new):,} new, {len(happens.updated):,} updated, "
        f"{len(happens.duplicate):,} left alone, {len(happens.conflicting):,} conflicting"
    )
    yield _Section("In Anki, tried in a copy:", [counts])
    name = _Names(compiled)
    told = {
        "Come as new, though sent before (deleted in Anki, or never imported):": [
            name[guid] for guid in happens.new if name[guid] not in compiled.settled.changes.new
        ],
        "Left as they are, though the deck differs:": [
            f"{name[guid]}: {why}" for guid, why in happens.ignored.items()
        ],
        "Not updated:": [
            f"{name[guid]}: its note type was altered in Anki" for guid in happens.conflicting
        ],
        "Cards that stay in their old deck (deckgen push moves them):": [
            f"{name[guid]}: in {where}" for guid, where in happens.stay.items()
        ],
        "Tags that the update takes away:": [
            f"{name[guid]}: {' '.join(lost)}" for guid, lost in happens.tags.items()
        ],
    }
    yield from (_Section(title, lines) for title, lines in told.items() if lines)


class _Names(dict[str, str]):
    """Each note's id by its GUID; a note that the deck has not is called by its GUID."""

    def __init__(self, compiled: Compiled) -> None:
        if compiled.deck and compiled.content:
            ids = zip(compiled.deck.notes, compiled.content.notes, strict=True)
            super().__init__({packaged.guid: note_id for note_id, packaged in ids})

    def __missing__(self, guid: str) -> str:
        return guid


def _as_json(
    compiled: Compiled, changes: Sequence[NoteChange], happens: Outcome | None
) -> dict[str, Any]:
    told: dict[str, Any] = {"notes": [dataclasses.asdict(change) for change in changes]}
    if compiled.settled:
        settled = compiled.settled.changes
        told["untouched"] = settled.untouched
        told["markup_only"] = list(settled.unsent)
    if happens:
        name = _Names(compiled)
        told["anki"] = {
            key: {name[guid]: each for guid, each in value.items()}
            if isinstance(value, Mapping)
            else [name[guid] for guid in value]
            for key, value in dataclasses.asdict(happens).items()
        }
    return told


def _markdown(
    compiled: Compiled, changes: Sequence[NoteChange], happens: Outcome | None
) -> Iterator[str]:
    for line in _summary(compiled, changes):
        yield f"**{line}**\n"
    if changes:
        yield "| note | what | where | change |\n|---|---|---|---|"
    for change in changes:
        words = [f"{field.field}: {_marked_up(field.parts)}" for field in change.fields]
        said = "<br>".join([*words, *([change.detail] if change.detail else [])])
        yield f"| `{change.id}` | {change.what} | {change.place} | {said} |"
    if search := removed_search(compiled):
        yield f"\nAnki keeps removed notes; to find them: `{search}`"
    for title, lines in _sections(compiled, happens):
        yield f"\n**{title}**\n"
        yield from (f"- {line}" for line in lines)


def _marked_up(parts: Sequence[tuple[str, str]]) -> str:
    marks = {"same": "{}", "old": "<del>{}</del>", "new": "<ins>{}</ins>"}
    shown = "".join(marks[what].format(html.escape(text)) for what, text in parts)
    return shown.replace("|", "\\|").replace("\n", " ")
