"""What differs between a package and what Anki has, and what becomes of it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deckgen.desktop.inventory import AnkiNote, AnkiType, Inventory
from deckgen.package.content import Content, PackagedNote, PackagedType

NEWER = "Anki's copy is newer than the deck's"
SENT_BEFORE = "its markup alone differs (deckgen build --send-markup sends it)"
ALTERED = "its note type has other fields or templates in Anki than in the deck"

_LESSON = re.compile(r"\d\d ")


@dataclass(frozen=True, slots=True)
class Past:
    """What a deck's lock remembers, and an import cannot carry.

    decks: full names of the decks that its notes were in.
    removed: notes that it had and has no more: the `ID` field, and the id of the note type.
    """

    decks: frozenset[str] = frozenset()
    removed: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import would bring, and what it would leave to be done; notes by `ID` field.

    new: notes that Anki does not have; updated: notes whose package is newer.
    types: note types whose package is newer.
    kept: notes that differ and will not be updated, each with the reason.
    moves: for each deck, the cards that belong there and are in another deck of this deck.
    left: decks that these cards leave, and that the package does not have.
    removed: notes in Anki that the deck has no more.
    """

    new: tuple[str, ...]
    updated: tuple[str, ...]
    types: tuple[PackagedType, ...]
    kept: Mapping[str, str]
    moves: Mapping[str, Sequence[int]]
    left: tuple[str, ...]
    removed: tuple[AnkiNote, ...]

    @property
    def arrives(self) -> bool:
        """Whether an import would change anything."""
        return bool(self.new or self.updated or self.types)


def compare(content: Content, past: Past, inventory: Inventory) -> Difference:
    """Tell what importing a package into Anki would bring, by the import's default options."""
    new, updated, kept = [], [], {}
    moves: dict[str, list[int]] = defaultdict(list)
    left: set[str] = set()
    for note in content.notes:
        name = identity(note)
        there = inventory.notes.get(name, ())
        same_type = [each for each in there if each.type == note.type.id]
        others = (each for each in there if each.type != note.type.id)
        if not same_type and all((each.id, each.type) in past.removed for each in others):
            new.append(name)
        elif why := _kept(note, same_type, inventory.types.get(note.type.id)):
            kept[name] = why
        elif not any(_same(note, each) for each in same_type):
            updated.append(name)
        for card, deck in (pair for each in same_type for pair in each.cards.items()):
            if deck != note.deck and _is_ours(deck, content, past):
                moves[note.deck].append(card)
                left.add(deck)
    types = {note.type.id: note.type for note in content.notes}.values()
    gone = (
        note
        for notes in inventory.notes.values()
        for note in notes
        if (note.id, note.type) in past.removed
    )
    return Difference(
        new=tuple(new),
        updated=tuple(updated),
        types=tuple(each for each in types if _newer_look(each, inventory.types.get(each.id))),
        kept=kept,
        moves=moves,
        left=tuple(sorted(left - set(content.decks))),
        removed=tuple(sorted(gone, key=lambda note: note.number)),
    )


def identity(note: PackagedNote) -> str:
    """Return a note's `ID` field."""
    return _fields(note)["ID"]


def _fields(note: PackagedNote) -> dict[str, str]:
    names = (field.name for field in note.type.note_type.fields)
    return dict(zip(names, note.fields, strict=True))


def _kept(note: PackagedNote, there: Sequence[AnkiNote], type_: AnkiType | None) -> str | None:
    """Return why an import leaves a note as it is; nothing where it is the same, or newer."""
    if type_ is None or not there or not _same_structure(note.type, type_):
        return ALTERED
    if any(_same(note, each) or note.moment > each.moment for each in there):
        return None
    return SENT_BEFORE if any(note.moment == each.moment for each in there) else NEWER


def _same(note: PackagedNote, there: AnkiNote) -> bool:
    return _fields(note) == there.fields and _tags(note.tags) == _tags(there.tags)


def _tags(tags: Sequence[str]) -> set[str]:
    # a tag that Anki knows keeps the case in which it was first seen
    return {unicodedata.normalize("NFC", tag).casefold() for tag in tags}


def _same_structure(packaged: PackagedType, there: AnkiType) -> bool:
    fields = tuple(field.name for field in packaged.note_type.fields)
    templates = [template.name for template in packaged.note_type.templates]
    return fields == there.fields and templates == [name for name, _, _ in there.templates]


def _newer_look(packaged: PackagedType, there: AnkiType | None) -> bool:
    return (
        there is not None
        and packaged.moment > there.moment
        and _same_structure(packaged, there)
        and not _same_look(packaged, there)
    )


def _same_look(packaged: PackagedType, there: AnkiType) -> bool:
    templates = ((each.name, each.front, each.back) for each in packaged.note_type.templates)
    return packaged.css == there.css and tuple(templates) == there.templates


def _is_ours(deck: str, content: Content, past: Past) -> bool:
    """Whether a deck was made by this deck's packages, and not by the person who studies it."""
    root = f"{content.decks[0]}::"
    lesson = deck.removeprefix(root)
    return (
        deck in content.decks
        or deck in past.decks
        or (lesson != deck and "::" not in lesson and _LESSON.match(lesson) is not None)
    )
