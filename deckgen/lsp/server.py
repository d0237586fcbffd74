"""The server's own state: the open documents, and what the editor was told of them."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from deckgen import __version__
from deckgen.deck.load import DECK_FILES
from deckgen.lsp.analysis import Analysis
from deckgen.lsp.cursor import Cursor, cursor_at
from deckgen.lsp.desk import Desks, Document
from deckgen.lsp.expected import Expected, expected_at
from deckgen.lsp.notes import defaults_of
from deckgen.lsp.protocol import Files, Measured
from deckgen.text.tree import Node


@dataclass(frozen=True, slots=True)
class Here:
    """Where in a document a request asks for something, and what is known there."""

    analysis: Analysis
    files: Files
    measured: Measured
    offset: int
    cursor: Cursor
    expected: Expected
    defaults: Mapping[str, Node]


class DeckServer(LanguageServer):
    """The server; it keeps the open documents, and what it told the editor of them."""

    def __init__(self) -> None:
        # whole texts, since pygls splits lines where the protocol does not
        super().__init__(
            "deckgen", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full
        )
        self.desks = Desks(self._tell, self._forget, self._failed)
        self._told: dict[Path, set[str]] = {}

    def take_up(self, uri: str) -> None:
        """Take up a document that was opened or changed."""
        document, path = self.workspace.get_text_document(uri), to_fs_path(uri)
        if path:
            self.desks.put(uri, Path(path), document.version or 0, document.source)

    def give_up(self, uri: str) -> None:
        """Forget a document that was closed."""
        path = to_fs_path(uri)
        if path:
            self.desks.close(Path(path))

    def document(self, uri: str) -> Document | None:
        """Return an open document that belongs to a deck."""
        path = to_fs_path(uri)
        document = self.desks.document(Path(path)) if path else None
        return document if document and document.deck else None

    def files(self) -> Files:
        """Return the files as they are now."""
        return self._files(self.desks.documents)

    async def here(self, uri: str, position: types.Position, *, hurry: bool = False) -> Here | None:
        """Tell what is known of a position; nothing where nothing can be.

        hurry: whether the deck may be as it was before its latest changes.
        """
        document = self.document(uri)
        if document is None:
            return None
        measured = self.files().measured(document.path)
        offset = measured.offset(position)
        wait = self.desks.latest if hurry else self.desks.current
        analysis, cursor = await wait(document), cursor_at(measured.file.text, offset)
        if analysis is None or cursor is None:
            return None
        defaults = defaults_of(measured.file)
        is_deck = document.path == analysis.path or document.path.name in DECK_FILES
        expected = expected_at(cursor, defaults, is_deck)
        if expected is None:
            return None
        files = self.files()
        return Here(analysis, files, measured, offset, cursor, expected, defaults)

    def _files(self, documents: Mapping[Path, Document]) -> Files:
        encoding = types.PositionEncodingKind(self.workspace.position_encoding).value
        return Files(encoding, dict(documents))

    def _tell(self, analysis: Analysis, documents: Mapping[Path, Document]) -> None:
        published = self._files(documents).published(analysis)
        before = self._told.get(analysis.path, set())
        self._told[analysis.path] = {each.uri for each in published if each.diagnostics}
        for each in published:
            self.text_document_publish_diagnostics(each)
        for uri in before - {each.uri for each in published}:
            self._clear(uri)

    def _forget(self, deck: Path) -> None:
        for uri in self._told.pop(deck, ()):
            self._clear(uri)

    def _clear(self, uri: str) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def _failed(self, error: Exception) -> None:
        said = "".join(traceback.format_exception(error))
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, said))
