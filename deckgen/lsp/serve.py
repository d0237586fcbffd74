"""deckgen as a server of the Language Server Protocol."""

from __future__ import annotations

from lsprotocol import types

from deckgen.lsp.answers import complete, define, lay_out, outline, repair, show
from deckgen.lsp.server import DeckServer

_TRIGGERS = [" ", '"', "'", "[", "{", ",", "，", "、", "；", "。", "“", "《"]
_WATCHED = "**/*.{yaml,yml,lock,txt,md,tsv}"


def serve() -> None:
    """Serve an editor over standard input and output, until it ends."""
    server = DeckServer()
    server.feature(types.INITIALIZED)(_watch)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(_opened)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_changed)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_closed)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(_saved)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_files_changed)
    asking = types.CompletionOptions(trigger_characters=_TRIGGERS)
    server.feature(types.TEXT_DOCUMENT_COMPLETION, asking)(complete)
    server.feature(types.TEXT_DOCUMENT_HOVER)(show)
    server.feature(types.TEXT_DOCUMENT_DEFINITION)(define)
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(outline)
    server.feature(types.TEXT_DOCUMENT_FORMATTING)(lay_out)
    fixing = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, fixing)(repair)
    server.start_io()


def _watch(ls: DeckServer, _: types.InitializedParams) -> None:
    """Ask the editor to tell of files that other programs change, if it can."""
    workspace = ls.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching and watching.dynamic_registration:
        watchers = [types.FileSystemWatcher(_WATCHED)]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = types.Registration("deckgen-files", method, options)
        ls.client_register_capability(types.RegistrationParams([registration]))


def _opened(ls: DeckServer, params: types.DidOpenTextDocumentParams) -> None:
    ls.take_up(params.text_document.uri)


def _changed(ls: DeckServer, params: types.DidChangeTextDocumentParams) -> None:
    ls.take_up(params.text_document.uri)


def _closed(ls: DeckServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.give_up(params.text_document.uri)


def _saved(ls: DeckServer, _: types.DidSaveTextDocumentParams) -> None:
    ls.desks.refresh()


def _files_changed(ls: DeckServer, _: types.DidChangeWatchedFilesParams) -> None:
    ls.desks.refresh()
