"""deckgen preview: show a deck's cards as the real engine renders them."""

from __future__ import annotations

from pathlib import Path

import click

from deckgen.commands import _options


@click.command("preview")
@_options.deck
@click.option(
    "--sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="Write a contact sheet: one HTML page with every card, front and back.",
)
def COMMAND(deck: Path, sheet: Path) -> None:
    """Show a deck's cards as the real Anki engine renders them.

    The contact sheet is one page that needs nothing else: every card by lesson and note, front
    and back, in frames of a phone's width or a desktop's, light or dark, to be filtered by text,
    kind and lesson. It needs the extra: pip install 'deckgen[anki]'. The exit code is 0, or 1
    where errors keep the deck from being built.

    \b
    Examples:
      deckgen preview --sheet sheet.html
      deckgen preview my-deck.yaml --sheet dist/my-deck.html
    """
    import os
    import tempfile

    from deckgen.build import compile_deck, package
    from deckgen.commands._extra import extra
    from deckgen.commands._output import count, print_problems, summary
    from deckgen.files import replace_file
    from deckgen.package.moment import moment

    preview, page = (extra(f"deckgen.engine.{name}", "anki") for name in ("preview", "sheet"))
    try:
        compiled = compile_deck(deck, moment(os.environ))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    print_problems(compiled.problems, "text")
    content = compiled.content
    if content is None or compiled.deck is None:
        click.echo(f"{deck}: {summary(compiled.problems)}; nothing written")
        raise SystemExit(1)
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        packed = Path(folder) / "deck.apkg"
        packed.write_bytes(package(content))
        cards = preview.rendered_cards(packed)
    try:
        replace_file(sheet, page.sheet(compiled.deck, cards, content.media).encode())
    except OSError as error:
        raise click.ClickException(f"cannot write {sheet}: {error.strerror}") from None
    size = f"{sheet.stat().st_size / 1000:,.0f} kB"
    click.echo(f"{sheet}: {count(len(cards), 'card')}, {size}")
