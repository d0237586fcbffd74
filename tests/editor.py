"""An editor for tests: a client of the Language Server Protocol that talks to `deckgen lsp`."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

PATIENCE = 60
"""Seconds after which an answer that never comes fails a test."""

CURSOR = "¦"

_T = TypeVar("_T")
_WIDTHS = {"utf-8": lambda text: len(text.encode()), "utf-32": len}


def units(text: str, encoding: str = "utf-16") -> int:
    """Return the length of a text in an encoding's units."""
    return _WIDTHS.get(encoding, lambda text: len(text.encode("utf-16-le")) // 2)(text)


class Editor:
    """One window of an editor: its documents have the texts that it was given last."""

    def __init__(self, client: LanguageClient, loop: asyncio.AbstractEventLoop) -> None:
        self.client, self._loop = client, loop
        self.texts: dict[Path, str] = {}
        self.encoding = "utf-16"
        self.cursor = types.Position(0, 0)
        self.watched: list[str] = []
        self.logged: list[str] = []
        self._versions: dict[Path, int] = {}
        self._published: dict[str, types.PublishDiagnosticsParams] = {}
        self._news = threading.Condition()

    def open(self, path: Path, text: str | None = None) -> None:
        """Open a file, with the text that it has on disk or with another one."""
        self.texts[path] = path.read_text("utf-8") if text is None else text
        self._versions[path] = 1
        item = types.TextDocumentItem(uri(path), "yaml", 1, self.texts[path])
        self._tell(self.client.text_document_did_open, types.DidOpenTextDocumentParams(item))

    def change(self, path: Path, text: str) -> None:
        """Type: the document now has this text."""
        self.texts[path] = text
        self._versions[path] += 1
        document = types.VersionedTextDocumentIdentifier(self._versions[path], uri(path))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self._tell(
            self.client.text_document_did_change,
            types.DidChangeTextDocumentParams(document, [change]),
        )

    def point(self, path: Path, text: str) -> None:
        """Open a document or type, with the cursor where the text has its one `¦`."""
        before, after = text.split(CURSOR)
        if path in self.texts:
            self.change(path, before + after)
        else:
            self.open(path, before + after)
        self.cursor = self.position(before + after, len(before))

    def save(self, path: Path) -> None:
        """Write a document to disk."""
        path.write_text(self.texts[path], "utf-8")
        document = types.TextDocumentIdentifier(uri(path))
        self._tell(self.client.text_document_did_save, types.DidSaveTextDocumentParams(document))

    def close(self, path: Path) -> None:
        """Close a document, without saving it."""
        del self.texts[path]
        document = types.TextDocumentIdentifier(uri(path))
        self._tell(self.client.text_document_did_close, types.DidCloseTextDocumentParams(document))

    def files_changed(self, *paths: Path) -> None:
        """Tell that another program changed files."""
        changes = [types.FileEvent(uri(path), types.FileChangeType.Changed) for path in paths]
        self._tell(
            self.client.workspace_did_change_watched_files,
            types.DidChangeWatchedFilesParams(changes),
        )

    def diagnostics(self, path: Path) -> list[types.Diagnostic]:
        """Wait for the problems of a document as it is now."""
        return self._wait(path, lambda told: told.version == self._versions[path])

    def diagnostics_when(self, path: Path, codes: set[str]) -> list[types.Diagnostic]:
        """Wait until a file, open or not, has exactly these problems."""
        return self._wait(path, lambda told: {str(each.code) for each in told.diagnostics} == codes)

    def heard_of(self, path: Path) -> bool:
        """Whether the server ever told anything of a file."""
        return uri(path) in self._published

    def _wait(self, path: Path, wanted: Any) -> list[types.Diagnostic]:
        def told() -> bool:
            published = self._published.get(uri(path))
            return published is not None and wanted(published)

        with self._news:
            assert self._news.wait_for(told, PATIENCE), self._published.get(uri(path))
            return list(self._published[uri(path)].diagnostics)

    def complete(self, path: Path) -> dict[str, types.CompletionItem]:
        """Ask what may come at the cursor."""
        asked = types.CompletionParams(types.TextDocumentIdentifier(uri(path)), self.cursor)
        answer = self.run(self.client.text_document_completion_async(asked))
        assert answer is None or isinstance(answer, types.CompletionList)
        return {item.label: item for item in answer.items} if answer else {}

    def hover(self, path: Path) -> str:
        """Ask what stands at the cursor, and return the words of the answer."""
        asked = types.HoverParams(types.TextDocumentIdentifier(uri(path)), self.cursor)
        answer = self.run(self.client.text_document_hover_async(asked))
        if answer is None:
            return ""
        assert isinstance(answer.contents, types.MarkupContent)
        return answer.contents.value

    def definition(self, path: Path) -> list[tuple[Path, str]]:
        """Ask where the thing at the cursor is written: the files, and what stands there."""
        asked = types.DefinitionParams(types.TextDocumentIdentifier(uri(path)), self.cursor)
        answer = self.run(self.client.text_document_definition_async(asked))
        found: list[tuple[Path, str]] = []
        for each in answer if isinstance(answer, Sequence) else []:
            assert isinstance(each, types.Location)
            target = next(
                (known for known in self.texts if uri(known) == each.uri),
                Path(each.uri.removeprefix("file://")),
            )
            text = self.texts[target] if target in self.texts else target.read_text("utf-8")
            found.append((target, self.cut(text, each.range)))
        return found

    def symbols(self, path: Path) -> list[types.DocumentSymbol]:
        """Ask for the outline."""
        asked = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri(path)))
        answer = self.run(self.client.text_document_document_symbol_async(asked)) or []
        return [each for each in answer if isinstance(each, types.DocumentSymbol)]

    def lay_out(self, path: Path) -> bool:
        """Bring a document into style, and tell whether anything was to be done."""
        document = types.TextDocumentIdentifier(uri(path))
        options = types.FormattingOptions(tab_size=2, insert_spaces=True)
        asked = types.DocumentFormattingParams(document, options)
        edits = self.run(self.client.text_document_formatting_async(asked))
        self.apply(path, edits or [])
        return bool(edits)

    def fixes(
        self, path: Path, at: types.Range, diagnostics: Sequence[types.Diagnostic] = ()
    ) -> dict[str, types.CodeAction]:
        """Ask for the repairs in a range, by their titles."""
        context = types.CodeActionContext(list(diagnostics))
        asked = types.CodeActionParams(types.TextDocumentIdentifier(uri(path)), at, context)
        answer = self.run(self.client.text_document_code_action_async(asked)) or []
        return {each.title: each for each in answer if isinstance(each, types.CodeAction)}

    def apply_fix(self, path: Path, fix: types.CodeAction) -> None:
        """Apply a repair to the document that it is of."""
        assert fix.edit
        assert fix.edit.changes
        self.apply(path, fix.edit.changes[uri(path)])

    def accept(self, path: Path, item: types.CompletionItem) -> None:
        """Take what was offered, which editors show where what is typed is like it."""
        assert isinstance(item.text_edit, types.TextEdit)
        start, _ = self.offsets(self.texts[path], item.text_edit.range)
        typed = self.texts[path][start : self._offset(self.texts[path], self.cursor)]
        assert _is_like(typed, item.filter_text or item.label), (typed, item)
        self.apply(path, [item.text_edit])

    def apply(self, path: Path, edits: Sequence[types.TextEdit]) -> None:
        """Make edits of a document as editors do: from its end to its start."""
        text = self.texts[path]
        spans = [(*self.offsets(text, edit.range), edit.new_text) for edit in edits]
        for start, end, new in sorted(spans, reverse=True):
            text = text[:start] + new + text[end:]
        self.change(path, text)

    def position(self, text: str, offset: int) -> types.Position:
        """Return the position of an offset."""
        line_start = text.rfind("\n", 0, offset) + 1
        line = text.count("\n", 0, offset)
        return types.Position(line, units(text[line_start:offset], self.encoding))

    def cut(self, text: str, at: types.Range) -> str:
        """Return what stands in a range."""
        start, end = self.offsets(text, at)
        return text[start:end]

    def offsets(self, text: str, at: types.Range) -> tuple[int, int]:
        """Return where a range starts and ends."""
        start, end = (self._offset(text, each) for each in (at.start, at.end))
        return start, end

    def _offset(self, text: str, position: types.Position) -> int:
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: position.line])
        line = lines[position.line]
        ends = (units(line[:at], self.encoding) for at in range(len(line) + 1))
        return start + next(at for at, end in enumerate(ends) if end == position.character)

    def told(self, published: types.PublishDiagnosticsParams) -> None:
        """Take note of what the server tells of a file."""
        with self._news:
            self._published[published.uri] = published
            self._news.notify_all()

    def run(self, asking: Coroutine[Any, Any, _T]) -> _T:
        """Ask the server, and wait for its answer."""
        return asyncio.run_coroutine_threadsafe(asking, self._loop).result(PATIENCE)

    def _tell(self, method: Any, params: Any) -> None:
        async def tell() -> None:
            method(params)

        self.run(tell())


def _is_like(typed: str, text: str) -> bool:
    """Whether a text has the typed characters in their order, as editors filter."""
    rest = iter(text)
    return all(character in rest for character in typed)


def uri(path: Path) -> str:
    """Return what an editor calls a file."""
    return str(from_fs_path(str(path)))


@contextmanager
def editing(folder: Path, encodings: Sequence[str] | None = None) -> Iterator[Editor]:
    """Start the server as an editor does, and end it.

    encodings: the units that the editor can count in; by itself a server counts in UTF-16.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    client = LanguageClient("test", "1")
    editor = Editor(client, loop)

    def published(params: types.PublishDiagnosticsParams) -> None:
        editor.told(params)

    def registered(params: types.RegistrationParams) -> None:
        editor.watched += [each.method for each in params.registrations]

    def logged(params: types.LogMessageParams) -> None:
        editor.logged.append(params.message)

    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
    client.feature(types.CLIENT_REGISTER_CAPABILITY)(registered)
    client.feature(types.WINDOW_LOG_MESSAGE)(logged)
    environment = {**os.environ, "TZ": "UTC"}
    command = (sys.executable, "-m", "deckgen", "lsp")
    try:
        editor.run(client.start_io(*command, cwd=folder, env=environment))
        general = types.GeneralClientCapabilities(
            position_encodings=list(encodings) if encodings else None
        )
        watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        capabilities = types.ClientCapabilities(
            general=general,
            workspace=types.WorkspaceClientCapabilities(did_change_watched_files=watching),
        )
        started = types.InitializeParams(capabilities, root_uri=uri(folder))
        answer = editor.run(client.initialize_async(started))
        editor.encoding = types.PositionEncodingKind(answer.capabilities.position_encoding).value
        server = client._server
        assert server
        editor._tell(client.initialized, types.InitializedParams())
        yield editor
        editor.run(client.shutdown_async(None))
        editor._tell(client.exit, None)
        assert editor.run(server.wait()) == 0
        assert editor.logged == []
    finally:
        if client._server and client._server.returncode is None:
            client._server.kill()
        editor.run(client.stop())  # type: ignore[no-untyped-call]  # pygls gives it no types
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
