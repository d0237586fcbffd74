"""The outline of a card file: its notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deckgen.lsp.notes import defaults_of, kind_of, title_of
from deckgen.lsp.places import NotePlace, note_places, place_of
from deckgen.render.bare import bare
from deckgen.text.extent import Extents, extents
from deckgen.text.file import TextFile
from deckgen.text.tree import Node


@dataclass(frozen=True, slots=True)
class Symbol:
    """A note in the outline.

    name: what it is called; detail: its kind and id.
    whole: all of it. selection: its id, or where it has none its first key.
    """

    name: str
    detail: str
    whole: range
    selection: range


def symbols(file: TextFile) -> list[Symbol]:
    """Return the notes of a card file in their order; none where it cannot be read."""
    defaults, known = defaults_of(file), extents(file)
    return [_symbol(each, defaults, file, known) for each in note_places(file)]


def _symbol(
    place: NotePlace, defaults: Mapping[str, Node], file: TextFile, known: Extents
) -> Symbol:
    name = place.node.values.get("id")
    packed = place.node.places["id"] if isinstance(name, str) else place.node.start
    selection = place_of(file, file.place(packed), known)
    words = (kind_of(place.node, defaults), name if isinstance(name, str) else "")
    detail = " ".join(filter(None, words))
    return Symbol(
        bare(title_of(place.node, defaults)).replace("\n", " ") or detail or "note",
        detail,
        place.at,
        range(selection.start, min(selection.stop, place.at.stop)),
    )
