"""deckgen completion: let the shell complete deckgen's commands."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def COMMAND(shell: str) -> None:
    """Print what makes a shell complete deckgen's commands, options and files.

    bash needs version 4.4 or later; zsh, in ~/.zshrc before it, `autoload -U compinit; compinit`.

    \b
    Examples:
      deckgen completion bash >> ~/.bashrc
      deckgen completion zsh >> ~/.zshrc
      deckgen completion fish > ~/.config/fish/completions/deckgen.fish
    """
    from click.shell_completion import get_completion_class

    from deckgen.commands import main

    support = get_completion_class(shell)
    if support is None:
        raise click.ClickException(f"click has no completion for {shell}")
    click.echo(support(main, {}, "deckgen", "_DECKGEN_COMPLETE").source())
