"""deckgen lsp: help in the editor while cards are written."""

from __future__ import annotations

import click


@click.command("lsp")
@click.option("--stdio", is_flag=True, expose_value=False, hidden=True)  # editors add it
def COMMAND() -> None:
    """Help in the editor while cards are written: a language server on standard input and output.

    Editors start it by themselves. What `deckgen check` says is shown while you type; keys, ids,
    tags, lessons and passages of the source are completed; the pointer on a key, a note or an id
    shows what it is; a reference or a passage leads to where it is written; mistakes with a known
    repair are mended on request. It needs the extra: pip install '.[lsp]'.

    \b
    VS Code, with the extension zsol.vscode-glspc; settings.json:
      "glspc.server.command": "deckgen",
      "glspc.server.commandArguments": ["lsp"],
      "glspc.server.languageId": ["yaml"]

    \b
    Neovim 0.11 or later; init.lua:
      vim.lsp.config('deckgen', {cmd = {'deckgen', 'lsp'}, filetypes = {'yaml'}})
      vim.lsp.enable('deckgen')

    \b
    Helix; ~/.config/helix/languages.toml:
      [language-server.deckgen]
      command = "deckgen"
      args = ["lsp"]

    \b
      [[language]]
      name = "yaml"
      language-servers = ["deckgen", "yaml-language-server"]
    """
    from deckgen.commands._extra import extra

    extra("deckgen.lsp.serve", "lsp").serve()
