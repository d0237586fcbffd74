"""deckgen new: begin a deck, or a note."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from deckgen.commands._options import default_deck


class _New(click.Group):
    """Takes `new DIR` and `new note KIND`: what is no subcommand is the folder of a deck."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "", _deck, args

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        options = (each for each in _deck.params if isinstance(each, click.Option))
        records = (option.get_help_record(ctx) for option in options)
        with formatter.section("Options of deckgen new DIR"):
            formatter.write_dl([record for record in records if record])


class _DeckCommand(click.Command):
    def format_usage(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage("deckgen new", "[OPTIONS] DIR")


@click.group(
    "new",
    cls=_New,
    subcommand_metavar="DIR | note KIND",
    context_settings={"ignore_unknown_options": True},  # those of `new DIR`
)
def COMMAND() -> None:
    """Begin a deck in the folder DIR, or a note.

    The deck is small and works: a note of each kind, deck.yaml, settings for VS Code,
    .gitignore and .gitattributes, and, unless DIR lies in a git repository, a workflow for
    GitHub and the configuration of pre-commit. What to do next is printed. A file that is
    there already is never written over.

    The exit code is 0, or 1 where a file stands in the way, or 2 for wrong usage.

    \b
    Examples:
      deckgen new tides && deckgen build tides
      deckgen new 潮汐 --language zh-Hans
      deckgen new note basic
      deckgen new note list --file cards/3-tides.yaml --lesson 3
    """


@click.command("deck", cls=_DeckCommand)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option(
    "--language",
    default="en",
    show_default=True,
    metavar="TAG",
    help="The deck's language, e.g. zh-Hans; the notes are Chinese or English.",
)
@click.option("--name", default="", help="The deck's name in Anki (default: the folder's).")
def _deck(folder: Path, language: str, name: str) -> None:
    """Begin a deck in a folder."""
    import re

    from deckgen.deck.field import WRITTEN, Language
    from deckgen.deck.load import load
    from deckgen.edit.scaffold import scaffold
    from deckgen.edit.schema import schemas, write_schemas
    from deckgen.kinds import kinds

    if not re.fullmatch(WRITTEN[Language], language):
        raise click.UsageError(f"'{language}' is no language tag: write it like en or zh-Hans")
    new = scaffold(folder, language, name)
    taken = new.taken()
    if taken:
        names = ", ".join(str(folder / path) for path in taken)
        raise click.ClickException(f"nothing written: {names} would be overwritten")
    try:
        new.write()
        loaded, _ = load(folder, {name: kind.note for name, kind in kinds().items()})
        write_schemas(schemas(folder / "deck.yaml", loaded))
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename}: {error.strerror}") from None
    click.echo(f"{folder}: a deck with a note of each kind\n\nNext:")
    steps = [f"cd {shlex.quote(str(folder))}"] if folder.resolve() != Path.cwd() else []
    steps.append(f"deckgen build .         # writes dist/{new.id}.apkg: open it with Anki")
    steps.append("deckgen new note basic --file 1-notes-and-cards.yaml")
    if not new.in_repository:
        steps.append('git init && git add . && git commit -m "A new deck"')
    click.echo("".join(f"  {step}\n" for step in steps))
    if new.in_repository:
        click.echo("CI and pre-commit are set up at the top of a repository: left out here.")
    click.echo(
        "An added note is a draft until you fill it in and delete its `draft: true`. deckgen "
        "preview .\nshows the cards while you write (its extra: the README tells); deckgen --help "
        "tells the rest."
    )


def _kinds(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    from deckgen.kinds import kinds

    return [
        CompletionItem(name, help=(kind.note.__doc__ or "").strip())
        for name, kind in kinds().items()
        if name.startswith(typed)
    ]


@COMMAND.command("note")
@click.argument("kind", shell_complete=_kinds)
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Add the note at the end of this card file (made, if it is not there).",
)
@click.option("--lesson", default="", help="The lesson's number or name.")
@click.option("--id", "name", default="", help="The note's id (default: new-KIND).")
def _note(kind: str, path: Path | None, lesson: str, name: str) -> None:
    """Print a note of a kind as a template, or add it to a card file.

    What the kind needs is there to be filled in, what it can have besides stands in comments.
    The note is a draft until its line `draft: true` is deleted: the deck can be built meanwhile.
    The rest of the file stays as it is, to the byte.

    \b
    Examples:
      deckgen new note basic
      deckgen new note quotation --file cards/2-sayings.yaml --lesson 2
    """
    import re

    from deckgen.deck.field import WRITTEN, Name
    from deckgen.edit.fmt import known_ids, language_of
    from deckgen.edit.ids import unused
    from deckgen.edit.template import template
    from deckgen.kinds import kinds
    from deckgen.problem import did_you_mean

    if kind not in kinds():
        hint = did_you_mean(kind, kinds())
        known = ", ".join(kinds())
        raise click.UsageError(f"no kind is called '{kind}'{hint} (the kinds are {known})")
    if name and not re.fullmatch(WRITTEN[Name], name):
        raise click.UsageError(f"'{name}' is no id: use a–z, 0–9 and hyphens")
    taken = known_ids([path]) if path else set()
    if name in taken:
        raise click.UsageError(f"the id '{name}' is taken")
    name = name or unused(f"new-{kind}", taken)
    language = language_of(path or default_deck() / "new.yaml")
    lines = template(kinds()[kind].note, kind, name, lesson, language)
    if path is None:
        click.echo("".join(f"  {line}\n" for line in lines), nl=False)
    else:
        _add(path, lines, name)


def _add(path: Path, lines: list[str], name: str) -> None:
    from deckgen.commands._output import print_problems
    from deckgen.edit.fmt import modeline_of
    from deckgen.edit.template import CannotAddError, add_note
    from deckgen.files import replace_file
    from deckgen.text.file import TextFile, read_file
    from deckgen.text.parse import parse

    named = modeline_of(path)
    raw = f"{named}\n" if named else ""
    file = TextFile(path, str(path), raw)
    if path.exists():
        read, problems = read_file(path, str(path))
        problems += parse(read)[1] if read else []
        if read is None or problems:
            print_problems(problems, "text")
            raise SystemExit(1)
        file, raw = read, path.read_bytes().decode()
    try:
        text = add_note(file, raw, lines)
        replace_file(path.resolve(), text.encode())
    except CannotAddError as error:
        raise click.ClickException(f"{path}: left as it was: {error}") from None
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None
    line = text[: text.rindex(f"- id: {name}")].count("\n") + 1
    click.echo(f"{path}:{line}: added the note '{name}', a draft")
