"""deckgen coverage: tell what of its sources a deck uses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deckgen.commands import _options

if TYPE_CHECKING:
    from deckgen.coverage.measure import Coverage, Wanted
    from deckgen.coverage.sections import Section
    from deckgen.problem import Problem

_TITLE = 36
_BAR = 20
_SHOWN = 60
"""Columns of a section's title and bar, characters of a missing stretch."""


@click.command("coverage")
@_options.deck
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page: each source as a heat map, its passages linked to their notes.",
)
@click.option(
    "--editor",
    metavar="URL",
    help="On the page, link places to an editor: e.g. vscode://file{path}:{line}:{column}",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 if less of a source's characters outside headings is covered.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or for programs.",
)
def COMMAND(
    deck: Path, html: Path | None, editor: str | None, fail_under: float | None, style: str
) -> None:
    """Tell what of its sources a deck uses, and what is missing.

    A note rests on its verbatim fields, and on its evidence where its cards show or ask it. Each
    section of a source is told with the characters (without spaces) that notes rest on, and with
    the passages that deck.yaml lists as must_have: ★ for those that cards have to use. The exit
    code is 0, or 1 with errors, a ★ passage that no card uses, or less than --fail-under.

    \b
    Examples:
      deckgen coverage
      deckgen coverage --html coverage.html
      deckgen coverage --html coverage.html --editor 'vscode://file{path}:{line}:{column}'
      deckgen coverage --fail-under 70 --format json      # in CI
    """
    from deckgen.commands._output import print_problems, summary
    from deckgen.coverage.measure import measure
    from deckgen.coverage.page import page
    from deckgen.deck.load import load
    from deckgen.files import replace_file
    from deckgen.kinds import kinds
    from deckgen.problem import has_errors, in_order
    from deckgen.rules import check
    from deckgen.rules.coverage import SLUGS

    if editor is not None and "{path}" not in editor:
        raise click.UsageError("--editor needs a URL with {path} in it")
    loaded, problems = load(deck, {name: kind.note for name, kind in kinds().items()})
    found = check(loaded) if loaded else []
    problems = in_order([*problems, *(each for each in found if each.code.slug in SLUGS)])
    coverages = measure(loaded) if loaded else []
    if style == "json":
        _print_json(coverages, problems)
    else:
        print_problems(problems, "text")
        for coverage in coverages:
            _print_coverage(coverage)
        click.echo(f"{deck}: {summary(problems)}")
    if html and loaded:
        try:
            replace_file(html, page(loaded, coverages, editor or "").encode())
        except OSError as error:
            raise click.ClickException(f"cannot write {html}: {error.strerror}") from None
        click.echo(f"{html}: written", err=style != "text")
    lacking = [each for each in coverages if _is_under(each, fail_under)]
    for coverage in lacking:
        message = f"less than {fail_under:g} % of '{coverage.source.name}' is covered"
        click.echo(message, err=True)
    if loaded is None or has_errors(problems) or lacking:
        raise SystemExit(1)


def _is_under(coverage: Coverage, wanted: float | None) -> bool:
    covered, all_ = coverage.total()
    return wanted is not None and covered * 100 < wanted * all_


def _print_coverage(coverage: Coverage) -> None:
    from deckgen.commands._output import visible

    source, sections = coverage.source, coverage.sections
    click.echo(f"{click.style(source.name, bold=True)} ({visible(source.file.name)})")
    for section in sections:
        title = visible(section.title) or "(before the first heading)"
        _print_row(title, coverage.counts(section.body), _marks(coverage, section))
    if len(sections) > 1:
        _print_row("all", coverage.total(), _marks(coverage, *sections))
        _print_row("headings", coverage.headings_total(), "")
    missing = [cut for section in sections for cut in coverage.missing(section.body)]
    if missing:
        click.echo("missing:")
    for cut in missing:
        text = source.joined[cut.start : cut.stop]
        click.echo(f"  {visible(str(coverage.span(cut.start)))}  {visible(_shortened(text))}")
    click.echo()


def _print_row(title: str, counts: tuple[int, int], marks: str) -> None:
    from deckgen.coverage.measure import percent
    from deckgen.text.width import width

    while width(title) > _TITLE:
        title = title.rstrip("…")[:-1] + "…"
    part = percent(*counts)
    full = part * _BAR // 100
    bar = click.style("█" * full, "green") + click.style("░" * (_BAR - full), dim=True)
    counted = f"{counts[0]:,}/{counts[1]:,}"
    padding = " " * (_TITLE - width(title))
    click.echo(f"  {title}{padding}  {counted:>15} {part:>4} %  {bar}  {marks}".rstrip())


def _marks(coverage: Coverage, *sections: Section) -> str:
    """Return how many of the listed passages of some sections are used."""
    said = []
    for goal, name in ((False, "★"), (True, "goals")):
        here = [
            each
            for each in coverage.wanted
            if each.listed.goal is goal and _stands_in(each, sections)
        ]
        excused = sum(not each.used and each.listed.excuse is not None for each in here)
        said += [f"{name} {sum(each.used for each in here)}/{len(here)}"] if here else []
        said += [f"({excused} excused)"] if excused else []
    return "  ".join(said)


def _stands_in(wanted: Wanted, sections: Sequence[Section]) -> bool:
    start = wanted.places[0].start if wanted.places else -1
    return any(start in section.heading or start in section.body for section in sections)


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _print_json(coverages: Sequence[Coverage], problems: Sequence[Problem]) -> None:
    import json

    from deckgen.commands._output import as_json

    told = {
        "sources": [_source(coverage) for coverage in coverages],
        "problems": [as_json(problem) for problem in problems],
    }
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _source(coverage: Coverage) -> dict[str, Any]:
    sections = coverage.sections
    return {
        "name": coverage.source.name,
        "file": coverage.source.file.name,
        **_counts(coverage.total()),
        "headings": _counts(coverage.headings_total()),
        "sections": [
            {"title": section.title, **_counts(coverage.counts(section.body))}
            for section in sections
        ],
        "listed": [
            {
                "id": each.listed.id,
                "text": each.listed.text,
                "goal": each.listed.goal,
                "excused": each.listed.excuse,
                "used": each.used,
                "notes": list(each.notes),
                "places": [_place(coverage, place) for place in each.places],
            }
            for each in coverage.wanted
        ],
        "missing": [
            {"text": coverage.source.joined[cut.start : cut.stop], **_place(coverage, cut)}
            for section in sections
            for cut in coverage.missing(section.body)
        ],
    }


def _counts(counts: tuple[int, int]) -> dict[str, int]:
    from deckgen.coverage.measure import percent

    return {"covered": counts[0], "characters": counts[1], "percent": percent(*counts)}


def _place(coverage: Coverage, place: range) -> dict[str, int]:
    span = coverage.span(place.start)
    return {"line": span.line, "column": span.column}
