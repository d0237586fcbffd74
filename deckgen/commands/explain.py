"""deckgen explain: tell what a code means."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deckgen.problem import Code
    from deckgen.rules._rule import Rule

_WIDEST = 88


def _codes(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    from deckgen.codes import all_codes

    return [
        CompletionItem(slug, help=code.about)
        for slug, code in all_codes().items()
        if slug.startswith(typed)
    ]


@click.command("explain")
@click.argument("slug", required=False, shell_complete=_codes)
def COMMAND(slug: str | None) -> None:
    """Tell what a problem's code means, why it matters, and how to mend it.

    SLUG is what stands in the brackets of `error[missing-field]`; without one, all codes are
    listed. Rules of card quality can be set in deck.yaml, and a note can excuse itself from one.

    \b
    Examples:
      deckgen explain not-in-source
      deckgen explain long-answer
      deckgen explain
    """
    from deckgen.codes import all_codes
    from deckgen.problem import did_you_mean
    from deckgen.rules import rules

    codes = all_codes()
    if slug is None:
        _list(codes, rules())
    elif slug in codes:
        _explain(codes[slug], rules().get(slug))
    else:
        message = f"no code is called '{slug}'{did_you_mean(slug, codes)}"
        raise click.UsageError(f"{message}; `deckgen explain` lists them all")


def _list(codes: Mapping[str, Code], rules: Mapping[str, Rule]) -> None:
    widest = max(map(len, codes))
    for title, slugs in (
        ("Rules of card quality (lint: in deck.yaml sets them)", [s for s in codes if s in rules]),
        ("Other problems", [s for s in codes if s not in rules]),
    ):
        click.echo(click.style(title, bold=True))
        for slug in slugs:
            first = codes[slug].about.split(". ")[0].rstrip(".")
            line = f"  {slug:<{widest}}  {codes[slug].severity.value:<7}  {first}"
            fits = len(line) <= _width() or not sys.stdout.isatty()
            click.echo(line if fits else f"{line[: _width() - 1]}…")


def _explain(code: Code, rule: Rule | None) -> None:
    limit = f", limit {rule.limit:g}" if rule and rule.limit is not None else ""
    what = f"a rule of card quality{limit}" if rule else "cannot be set or excused"
    click.echo(f"{click.style(f'{code.severity.value}[{code.slug}]', bold=True)} ({what})\n")
    click.echo(click.wrap_text(code.about, _width(), preserve_paragraphs=True))
    if rule and rule.hit:
        click.echo(f"\nFor example:\n  {rule.hit}\nis better as:\n  {rule.mended}")
    if rule:
        limited = f"{{level: hint, limit: {rule.limit:g}}}" if limit else "hint"
        click.echo(
            f"\nIn deck.yaml, `lint: {{{code.slug}: {limited}}}` sets it (off, hint, warning, "
            "error)."
        )
        if not rule.whole:
            click.echo(f"In a note, `excuse: {{{code.slug}: the reason}}` lets that note pass.")


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _WIDEST)
