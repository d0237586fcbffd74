"""What goes into a package: decks, note types and notes, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deckgen.render.media import Media
from deckgen.render.notetype import NoteType


@dataclass(frozen=True, slots=True)
class PackagedType:
    """A note type of one deck, with its name and style.

    moment: when it last changed, in seconds since 1970.
    """

    id: int
    name: str
    note_type: NoteType
    css: str
    moment: int = 0


@dataclass(frozen=True, slots=True)
class PackagedNote:
    """An Anki note.

    fields: HTML, in the order of the note type's fields.
    moment: when the note last changed, in seconds since 1970.
    """

    guid: str
    type: PackagedType
    deck: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    cards: tuple[int, ...]
    moment: int


@dataclass(frozen=True, slots=True)
class Preset:
    """Study options, as Anki keeps them in a deck preset; None leaves Anki's default."""

    id: int
    name: str
    new_per_day: int | None
    reviews_per_day: int | None
    desired_retention: float | None
    bury_siblings: bool | None


@dataclass(frozen=True, slots=True)
class Content:
    """A package's content.

    decks: full names with `::` between levels, in the order of study, the whole deck first.
    description: HTML, for the whole deck.
    notes: in the order of study.
    moment: the package's own time, in seconds since 1970; ids are counted from it.
    """

    decks: tuple[str, ...]
    description: str
    preset: Preset | None
    notes: Sequence[PackagedNote]
    media: Mapping[str, Media]
    moment: int
