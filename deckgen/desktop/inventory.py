"""What the running Anki has of a deck."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from deckgen.desktop.connect import AnkiConnect, DesktopError

_AT_ONCE = 500
_OLD = "AnkiConnect is from before June 2024: update it in Anki (Tools → Add-ons)"

_Each = TypeVar("_Each")


@dataclass(frozen=True, slots=True)
class AnkiNote:
    """A note as Anki has it now.

    id: its `ID` field, e.g. `mass-line/wulou`.
    type: the id of its note type.
    moment: when it last changed, in seconds since 1970.
    cards: the full name of the deck of each card, by the card's number.
    """

    number: int
    id: str
    type: int
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    moment: int
    cards: Mapping[int, str]

    @property
    def title(self) -> str:
        """The first field, which Anki's browser shows too."""
        return next(iter(self.fields.values()), "")


@dataclass(frozen=True, slots=True)
class AnkiType:
    """A note type as Anki has it now; `templates` are name, front and back of each."""

    id: int
    fields: tuple[str, ...]
    templates: tuple[tuple[str, str, str], ...]
    css: str
    moment: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """Notes by their `ID` field (several where Anki has copies of one), note types by id."""

    notes: Mapping[str, Sequence[AnkiNote]]
    types: Mapping[int, AnkiType]


def take_inventory(connect: AnkiConnect, deck_id: str) -> Inventory:
    """Ask Anki for the notes of a deck, by its id, and their note types. Raises DesktopError."""
    names = connect.call("modelNamesAndIds", dict)
    infos = read_notes(connect, find_notes(connect, deck_id))
    cards = [card for info in infos for card in info["cards"]]
    decks = _decks(connect, cards)
    notes: dict[str, list[AnkiNote]] = defaultdict(list)
    for info in infos:
        note = _note(info, names, decks)
        notes[note.id].append(note)
    used = sorted({note.type for same in notes.values() for note in same})
    return Inventory(notes, read_types(connect, used))


def find_notes(connect: AnkiConnect, deck_id: str) -> list[int]:
    """Return the numbers of the notes whose `ID` field begins with the deck's id."""
    return sorted(connect.call("findNotes", list, query=f'"ID:{deck_id}/*"'))


def read_notes(connect: AnkiConnect, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return AnkiConnect's `notesInfo` of notes, those left out that are gone meanwhile."""
    infos = [
        info
        for part in _parts(numbers)
        for info in connect.call("notesInfo", list, notes=part)
        if info
    ]
    if any("mod" not in info for info in infos):
        raise DesktopError(_OLD)
    return infos


def read_cards(connect: AnkiConnect, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return AnkiConnect's `cardsInfo` of cards."""
    return [
        info for part in _parts(numbers) for info in connect.call("cardsInfo", list, cards=part)
    ]


def read_types(connect: AnkiConnect, ids: Sequence[int]) -> dict[int, AnkiType]:
    """Return note types by their ids."""
    found = connect.call("findModelsById", list, modelIds=list(ids)) if ids else []
    return {each["id"]: _type(each) for each in found}


def _parts(whole: Sequence[_Each]) -> Iterator[list[_Each]]:
    # Anki stands still while AnkiConnect answers
    for start in range(0, len(whole), _AT_ONCE):
        yield list(whole[start : start + _AT_ONCE])


def _decks(connect: AnkiConnect, cards: Sequence[int]) -> dict[int, str]:
    return {
        card: deck
        for part in _parts(cards)
        for deck, inside in connect.call("getDecks", dict, cards=part).items()
        for card in inside
    }


def _note(info: dict[str, Any], names: Mapping[str, int], decks: Mapping[int, str]) -> AnkiNote:
    fields = {name: field["value"] for name, field in info["fields"].items()}
    return AnkiNote(
        number=info["noteId"],
        id=next(value for name, value in fields.items() if name.casefold() == "id"),
        type=names.get(info["modelName"], 0),
        fields=fields,
        tags=tuple(info["tags"]),
        moment=info["mod"],
        cards={card: decks[card] for card in info["cards"]},
    )


def _type(said: dict[str, Any]) -> AnkiType:
    return AnkiType(
        id=said["id"],
        fields=tuple(field["name"] for field in said["flds"]),
        templates=tuple((each["name"], each["qfmt"], each["afmt"]) for each in said["tmpls"]),
        css=said["css"],
        moment=said["mod"],
    )
