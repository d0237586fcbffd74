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
    metavar="FILE",
    help="Write a contact sheet instead: one HTML page with every card, front and back.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    metavar="PORT",
    default=8117,
    show_default=True,
    help="Where the page is served on 127.0.0.1; 0 for any port that is free.",
)
@click.option(
    "--editor",
    metavar="COMMAND",
    help="What a click on a card's place runs, e.g. 'code --goto {file}:{line}:{column}' "
    "(default: DECKGEN_EDITOR, or an editor that is installed).",
)
@click.option("--open/--no-open", "open_", default=True, help="Open the page in the browser.")
def COMMAND(deck: Path, sheet: Path | None, port: int, editor: str | None, open_: bool) -> None:
    """Show a deck's cards as the real Anki engine renders them, live while you edit.

    The page flips cards (space), moves (arrows), filters by lesson, kind, tag, text and problem,
    shows them on a phone or a desktop, in light or dark, with the passage of the source and the
    problems beside them. A saved edit shows at once. Only this machine can open it; Ctrl-C ends.

    The contact sheet is one file that needs nothing else: every card by lesson and note, front
    and back. Both need the extra: pip install '.[preview]'. The exit code is 0, or 1 where
    errors keep the sheet from being made.

    \b
    Examples:
      deckgen preview
      deckgen preview my-deck.yaml --port 0 --editor 'zed {file}:{line}'
      deckgen preview --sheet sheet.html
    """
    if sheet:
        _write_sheet(deck, sheet)
    else:
        _serve(deck, port, editor, open_=open_)


def _serve(deck: Path, port: int, editor: str | None, *, open_: bool) -> None:
    from deckgen.commands._extra import extra

    server = extra("deckgen.preview.serve", "preview")
    command = extra("deckgen.preview.editor", "preview").editor_command(editor)

    def ready(url: str) -> None:
        click.echo(f"{url}  shows {deck} live; Ctrl-C ends")
        if open_:
            click.launch(url)

    try:
        server.serve(deck, port, command, ready)
    except OSError as error:
        message = f"cannot serve on port {port}: {error.strerror}; --port 0 takes one that is free"
        raise click.ClickException(message) from None


def _write_sheet(deck: Path, sheet: Path) -> None:
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
