"""How commands print problems and sizes."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckgen.commands._sarif import as_sarif
from deckgen.problem import Problem, Severity, Span
from deckgen.text.width import width

if TYPE_CHECKING:
    from deckgen.build import Compiled

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}
_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}
_MAX_LINE = 110


def print_problems(problems: Sequence[Problem], style: str) -> None:
    """Print problems to standard output, as text (with the line shown on a terminal)."""
    if style == "json":
        click.echo(json.dumps([as_json(each) for each in problems], ensure_ascii=False, indent=2))
    elif style == "sarif":
        click.echo(json.dumps(as_sarif(problems), ensure_ascii=False, indent=2))
    elif style == "github":
        for problem in problems:
            click.echo(_as_github(problem))
    else:
        shown = sys.stdout.isatty()
        for problem in problems:
            click.echo(_as_text(problem, shown))


def summary(problems: Sequence[Problem]) -> str:
    """Return e.g. `2 errors, 1 warning`, or `no problems`."""
    found = Counter(problem.code.severity for problem in problems)
    counts = [count(found[severity], severity.value) for severity in Severity if found[severity]]
    return ", ".join(counts) or "no problems"


def count(number: int, word: str) -> str:
    """Return e.g. `1 note` or `2,000 notes`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def print_changes(compiled: Compiled, recovered: Path | None, *, err: bool) -> None:
    """Print what differs from the lock, where anything does.

    recovered: the package from which a lost lock was made again.
    """
    from deckgen.plan import removed_search

    if compiled.settled is None or compiled.deck is None:
        return
    changes = compiled.settled.changes
    if recovered:
        click.echo(f"{compiled.lock_file} was missing: made again from {recovered}", err=err)
    elif compiled.remembered and compiled.lock_file and not compiled.lock_file.exists():
        click.echo(f"{compiled.lock_file} was missing: made again from git's history", err=err)
    for sentence in compiled.recognised:
        click.echo(sentence, err=err)
    counted = {
        "new": changes.new,
        "changed": changes.changed,
        "sent again": changes.again,
        "back": changes.back,
        "moved": changes.moved,
        "removed": changes.removed,
    }
    said = [f"{len(notes):,} {what}" for what, notes in counted.items() if notes]
    if said:
        click.echo(f"{', '.join(said)}, {changes.untouched:,} untouched", err=err)
    if changes.unsent:
        notes = count(len(changes.unsent), "note")
        click.echo(
            f"{notes} changed in markup only: left as learners have them (--send-markup sends)",
            err=err,
        )
    if changes.types:
        click.echo(f"a new look or name for the note types: {', '.join(changes.types)}", err=err)
    for line in moves(compiled):
        click.echo(line, err=err)
    if changes.removed:
        click.echo(f"in Anki, find the removed: {removed_search(compiled)}", err=err)


def moves(compiled: Compiled) -> list[str]:
    """Return a sentence for each deck that notes left; Anki leaves cards where they are."""
    if compiled.settled is None or compiled.deck is None or compiled.content is None:
        return []
    moved = compiled.settled.changes.moved
    now = zip(compiled.deck.notes, compiled.content.notes, strict=True)
    found = Counter((moved[name], note.deck) for name, note in now if name in moved)
    return [
        f"{count(number, 'note')} moved from {old} to {new}: in Anki, the cards that exist stay "
        "where they are (deckgen push moves them)"
        for (old, new), number in found.items()
    ]


def _as_text(problem: Problem, with_line: bool) -> str:
    severity = problem.code.severity
    label = click.style(f"{severity.value}[{problem.code.slug}]", _COLOURS[severity], bold=True)
    place = click.style(visible(str(problem.span)), bold=True)
    lines = [f"{place}: {label}: {visible(problem.message)}"]
    if with_line:
        lines += _snippet(problem.span, "^", _COLOURS[severity])
    for span, what in problem.related:
        lines.append(f"  {visible(str(span))}: note: {what}")
        if with_line:
            lines += _snippet(span, "-", "blue")
    return "\n".join(lines)


def _snippet(span: Span, mark: str, colour: str) -> list[str]:
    try:
        text = Path(span.file).read_text("utf-8-sig")
        line = text.split("\n")[span.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return []
    start = max(0, span.column - 1 - _MAX_LINE // 2) if len(line) > _MAX_LINE else 0
    shown = visible(line[start : start + _MAX_LINE])
    before = visible(line[start : span.column - 1])
    number = f"{span.line:5} | "
    caret = " " * (len(number) + width(before))
    return [click.style(number, fg="blue") + shown, caret + click.style(mark, colour, bold=True)]


def visible(text: str) -> str:
    """Return a text that a terminal shows as it is: control and direction marks escaped."""
    return "".join(
        f"\\u{ord(c):04x}" if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") else c
        for c in text
    )


def as_json(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON knows it."""
    return {
        "file": problem.span.file,
        "line": problem.span.line,
        "column": problem.span.column,
        "severity": problem.code.severity.value,
        "code": problem.code.slug,
        "message": problem.message,
        "related": [
            {"file": span.file, "line": span.line, "column": span.column, "message": what}
            for span, what in problem.related
        ],
    }


def _as_github(problem: Problem) -> str:
    # https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    def escaped(text: str, more: str = "") -> str:
        for character in "%\r\n" + more:
            text = text.replace(character, f"%{ord(character):02X}")
        return text

    span = problem.span
    file = escaped(span.file, ":,")
    place = f"file={file},line={span.line},col={span.column},title={problem.code.slug}"
    return f"::{_GITHUB[problem.code.severity]} {place}::{escaped(problem.message)}"
