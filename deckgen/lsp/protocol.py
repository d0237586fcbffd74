"""What deckgen has to say, in the protocol's own terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path

from deckgen.lsp.analysis import Analysis, real
from deckgen.lsp.complete import Proposal
from deckgen.lsp.cursor import Cursor
from deckgen.lsp.desk import Document
from deckgen.lsp.fixes import Fix
from deckgen.lsp.places import Place, place_of
from deckgen.lsp.ruler import Ruler, ruler
from deckgen.lsp.symbols import Symbol
from deckgen.lsp.written import written
from deckgen.problem import Problem, Severity, Span
from deckgen.text.extent import Extents, extents
from deckgen.text.file import TextFile

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.HINT: types.DiagnosticSeverity.Information,
}
_KINDS = {
    "key": types.CompletionItemKind.Property,
    "kind": types.CompletionItemKind.Class,
    "note": types.CompletionItemKind.Reference,
    "tag": types.CompletionItemKind.Keyword,
    "word": types.CompletionItemKind.Value,
    "passage": types.CompletionItemKind.Text,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A file whose places can be told to the editor."""

    uri: str
    version: int | None
    file: TextFile
    ruler: Ruler
    extents: Extents

    def range(self, at: range) -> types.Range:
        """Return a range of the text as the editor counts."""
        return types.Range(*(types.Position(*self.ruler.position(o)) for o in (at.start, at.stop)))

    def span(self, span: Span) -> types.Range:
        """Return the range of what is written at a span."""
        return self.range(place_of(self.file, span, self.extents))

    def offset(self, position: types.Position) -> int:
        """Return the offset of an editor's position."""
        return self.ruler.offset(position.line, position.character)


class Files:
    """Files as the editor knows them, each measured once.

    encoding: the unit that the editor counts in, e.g. `utf-16`.
    documents: those that are open, by their resolved paths.
    """

    def __init__(self, encoding: str, documents: Mapping[Path, Document]) -> None:
        self._encoding, self._documents = encoding, documents
        self._measured: dict[Path, Measured] = {}

    def measured(self, path: Path) -> Measured:
        """Return a file, as it is open or else as it is on disk; an unreadable one is empty."""
        key = real(path)
        if key not in self._measured:
            self._measured[key] = self._measure(path, self._documents.get(key))
        return self._measured[key]

    def _measure(self, path: Path, document: Document | None) -> Measured:
        text = document.written if document else _on_disk(path)
        measure = ruler(text, self._encoding)
        file = TextFile(path, str(path), measure.text)
        uri = document.uri if document else str(from_fs_path(str(path)))
        version = document.version if document else None
        return Measured(uri, version, file, measure, extents(file))

    def location(self, place: Place) -> types.Location:
        """Return a place in any file."""
        measured = self.measured(place.file.path)
        return types.Location(measured.uri, measured.range(place.at))

    def diagnostic(self, problem: Problem) -> types.Diagnostic:
        """Return a problem for the editor to show."""
        related = [
            types.DiagnosticRelatedInformation(types.Location(other.uri, other.span(span)), what)
            for span, what in problem.related
            for other in (self.measured(Path(span.file)),)
        ]
        return types.Diagnostic(
            range=self.measured(Path(problem.span.file)).span(problem.span),
            message=problem.message,
            severity=_SEVERITIES[problem.code.severity],
            code=problem.code.slug,
            source="deckgen",
            related_information=related or None,
        )

    def published(self, analysis: Analysis) -> list[types.PublishDiagnosticsParams]:
        """Return the problems of a deck by file; its open documents come last, each of them."""
        found: dict[Path, list[types.Diagnostic]] = defaultdict(list)
        for path, problem in analysis.problems():
            found[path].append(self.diagnostic(problem))
        closed = [path for path in found if path not in self._documents]
        own = [path for path, each in self._documents.items() if each.deck == analysis.path]
        read = [path for path in found if path in self._documents and path not in own]
        return [
            types.PublishDiagnosticsParams(file.uri, found[path], file.version)
            for path in (*closed, *read, *own)
            for file in (self.measured(path),)
        ]

    def action(self, fix: Fix, measured: Measured) -> types.CodeAction:
        """Return a repair for the editor to offer."""
        edits = [types.TextEdit(measured.range(edit.at), edit.text) for edit in fix.edits]
        return types.CodeAction(
            title=fix.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[self.diagnostic(fix.problem)] if fix.problem else None,
            is_preferred=fix.problem is not None,
            edit=types.WorkspaceEdit(changes={measured.uri: edits}),
        )


def completion(
    proposal: Proposal, number: int, as_key: bool, cursor: Cursor, measured: Measured, offset: int
) -> types.CompletionItem:
    """Return a proposal for the editor to offer, in place of what stands at the cursor.

    number: its place among the others. as_key: whether it will be a key.
    """
    typed = measured.file.text[cursor.place.start : offset]
    if as_key:
        text, filter_text = proposal.value, ""
        if not (cursor.is_key and cursor.closed):
            text += ": "
    else:
        text = written(proposal.value, cursor.quote, cursor.inline)
        # what an editor compares with the text to be replaced, its quote included
        filter_text = typed if proposal.what == "passage" else cursor.quote + proposal.value
    about = types.MarkupContent(types.MarkupKind.Markdown, proposal.about)
    return types.CompletionItem(
        label=proposal.value,
        kind=_KINDS[proposal.what],
        detail=proposal.detail or None,
        documentation=about if proposal.about else None,
        sort_text=f"{number:05}",
        filter_text=filter_text or None,
        text_edit=types.TextEdit(measured.range(cursor.place), text),
    )


def symbol(each: Symbol, measured: Measured) -> types.DocumentSymbol:
    """Return a note of the outline."""
    return types.DocumentSymbol(
        name=each.name,
        detail=each.detail,
        kind=types.SymbolKind.Object,
        range=measured.range(each.whole),
        selection_range=measured.range(each.selection),
    )


def _on_disk(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
