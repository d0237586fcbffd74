"""What push does in the running Anki."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import NoneType

from deckgen.desktop.connect import AnkiConnect, DesktopError, NoAnswerError
from deckgen.desktop.difference import Difference
from deckgen.desktop.inventory import (
    AnkiNote,
    Inventory,
    find_notes,
    read_cards,
    read_notes,
    read_types,
)

_SAMPLE = 500
_PAUSE = 0.5


def open_import(connect: AnkiConnect, package: Path) -> None:
    """Open Anki's own import dialog for a package. Raises DesktopError.

    Never AnkiConnect's `importPackage`: it switches merging, scheduling and presets on.
    """
    name = package.name.casefold()
    if name == "collection.apkg" or name.startswith("backup-"):
        # aqt/import_export/importing.py, ColpkgImporter
        raise DesktopError(
            f"Anki takes a file called '{package.name}' for a backup that replaces the whole "
            "collection: give the package another name (--output)"
        )
    connect.call("guiImportFile", NoneType, path=package.resolve().as_posix())


def imported(connect: AnkiConnect, deck_id: str, before: Inventory, difference: Difference) -> bool:
    """Whether Anki has taken in anything of what an import would bring.

    One note or note type is enough: Anki imports a package as a whole or not at all.
    """
    known = {note.number: note.moment for same in before.notes.values() for note in same}
    if difference.new and set(find_notes(connect, deck_id)) - known.keys():
        return True
    numbers = [note.number for name in difference.updated for note in before.notes[name]]
    infos = read_notes(connect, numbers[:_SAMPLE])
    if any(info["mod"] != known[info["noteId"]] for info in infos):
        return True
    types = read_types(connect, [each.id for each in difference.types])
    return any(each.moment != before.types[each.id].moment for each in types.values())


def wait(seen: Callable[[], bool], timeout: float, waiting: Callable[[float], None]) -> bool:
    """Wait until something is seen; whether it was, within `timeout` seconds.

    waiting: is called again and again with the seconds that are left.
    """
    end = time.monotonic() + timeout
    while (left := end - time.monotonic()) > 0:
        waiting(left)
        try:
            if seen():
                return True
        except NoAnswerError:
            continue  # an import keeps Anki busy
        time.sleep(_PAUSE)
    return False


def move(connect: AnkiConnect, moves: Mapping[str, Sequence[int]]) -> None:
    """Move cards to the decks where they belong."""
    for deck, cards in moves.items():
        connect.call("changeDeck", NoneType, cards=list(cards), deck=deck)


def empty(connect: AnkiConnect, decks: Sequence[str]) -> list[str]:
    """Return those of the decks that have no cards, nor subdecks with cards."""
    return [deck for deck in decks if not connect.call("findCards", list, query=_in_deck(deck))]


def _in_deck(deck: str) -> str:
    escaped = re.sub(r'([\\"*_])', r"\\\1", deck)
    return f'"deck:{escaped}"'


def reviews(connect: AnkiConnect, notes: Sequence[AnkiNote]) -> int:
    """Return how often the cards of notes were reviewed."""
    cards = [card for note in notes for card in note.cards]
    return sum(int(card["reps"]) for card in read_cards(connect, cards))


def delete(connect: AnkiConnect, notes: Sequence[AnkiNote]) -> None:
    """Delete notes, with their cards and study history."""
    connect.call("deleteNotes", NoneType, notes=[note.number for note in notes])
