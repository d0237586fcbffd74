"""The commands, one module each; this module finds them."""

from __future__ import annotations

import gc
import importlib
import io
import sys
from pathlib import Path

import click

from deckgen import __version__


class _Commands(click.Group):
    """Imports a command's module when it is asked for; each has one, called `COMMAND`."""

    def list_commands(self, _: click.Context) -> list[str]:
        return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").COMMAND
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from deckgen.problem import did_you_mean

            near = did_you_mean(args[0], self.list_commands(ctx))
            raise click.UsageError(f"{error.message.rstrip('.')}{near}", ctx) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deckgen")
def main() -> None:
    """Compile flashcards written as YAML into Anki packages.

    \b
    deckgen new DIR         begin a small deck that works
    deckgen check           tell every mistake in cards/, with its place
    deckgen build           write dist/<deck id>.apkg, ready to import into Anki
    deckgen completion bash let the shell complete all this
    """
    gc.set_threshold(50_000, 20, 100)  # a deck is many objects, and hardly any become garbage
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name or text that it cannot carry is escaped
            stream.reconfigure(errors="backslashreplace")
