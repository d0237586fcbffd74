"""What the server answers where an editor asks."""

from __future__ import annotations

from lsprotocol import types

from deckgen.lsp.complete import proposals
from deckgen.lsp.define import definitions
from deckgen.lsp.expected import siblings
from deckgen.lsp.fixes import fixes
from deckgen.lsp.hover import hover
from deckgen.lsp.places import note_in, note_places
from deckgen.lsp.protocol import completion, symbol
from deckgen.lsp.server import DeckServer
from deckgen.lsp.style import in_style
from deckgen.lsp.symbols import symbols


async def complete(ls: DeckServer, params: types.CompletionParams) -> types.CompletionList | None:
    """Offer what may be written at a position."""
    here = await ls.here(params.text_document.uri, params.position, hurry=True)
    if here is None or "\n" in here.measured.file.text[here.cursor.place.start : here.offset]:
        return None
    taken = siblings(here.cursor, here.measured.file)
    offered = proposals(here.cursor, here.expected, taken, here.analysis.known, here.defaults)
    as_key = here.expected.type is None
    items = [
        completion(each, number, as_key, here.cursor, here.measured, here.offset)
        for number, each in enumerate(offered)
    ]
    # passages depend on what is typed: the editor has to ask again
    return types.CompletionList(is_incomplete=True, items=items)


async def show(ls: DeckServer, params: types.HoverParams) -> types.Hover | None:
    """Tell what stands at a position."""
    here = await ls.here(params.text_document.uri, params.position)
    if here is None:
        return None
    places = note_places(here.measured.file)
    around = [each for each in places if each.at.start <= here.offset <= each.at.stop]
    note = note_in(here.analysis, here.measured.file, around[0]) if around else None
    said = hover(here.cursor, here.expected, note, here.analysis, here.defaults)
    content = types.MarkupContent(types.MarkupKind.Markdown, said)
    return types.Hover(content, here.measured.range(here.cursor.place)) if said else None


async def define(ls: DeckServer, params: types.DefinitionParams) -> list[types.Location] | None:
    """Tell where the thing is written that a position names."""
    here = await ls.here(params.text_document.uri, params.position)
    if here is None:
        return None
    found = definitions(here.cursor, here.expected, here.analysis.known, here.defaults)
    return [here.files.location(each) for each in found]


def outline(
    ls: DeckServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | None:
    """Return a document's notes."""
    document = ls.document(params.text_document.uri)
    if document is None:
        return None
    measured = ls.files().measured(document.path)
    return [symbol(each, measured) for each in symbols(measured.file)]


def lay_out(ls: DeckServer, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
    """Bring a document into deckgen's style."""
    document = ls.document(params.text_document.uri)
    if document is None:
        return None
    measured = ls.files().measured(document.path)
    text = in_style(measured.file)
    if text is None or text == measured.file.text:
        return None
    return [types.TextEdit(measured.range(range(len(measured.file.text))), text)]


async def repair(ls: DeckServer, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """Offer the repairs of what is wrong in a range."""
    document, only = ls.document(params.text_document.uri), params.context.only
    if document is None or (only and types.CodeActionKind.QuickFix not in only):
        return None
    files = ls.files()
    measured, analysis = files.measured(document.path), await ls.desks.current(document)
    if analysis is None:
        return None
    selected = range(measured.offset(params.range.start), measured.offset(params.range.end))
    return [files.action(each, measured) for each in fixes(measured.file, selected, analysis)]
