"""A package is proven: imported into an empty collection, examined, rendered, imported again."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from anki.collection import Collection
from anki.errors import AnkiException
from anki.models import NotetypeDict, NotetypeId
from anki.notes import NoteId

from deckgen.engine.collection import (
    ImportLog,
    import_package,
    mark_as_synced,
    name_of,
    temporary_collection,
)

_REBUILT = ("Database rebuilt and optimized.", True)
_FIELD_STATES = {
    1: "its first field is empty",
    2: "another note has the same first field",
    3: "it is a cloze note and hides nothing",
    4: "it has a cloze, and its note type makes no cloze cards",
    5: "it has a cloze in a field that makes no cloze cards",
}
"""Anki: `NoteFieldsCheckResponse.State`."""

_DECORATION = re.compile("[\u2066-\u2069]|<a .*?</a>")


@dataclass(frozen=True, slots=True)
class Proof:
    """What the engine made of a package; it is proven when `failures` is empty.

    decks: their full names, in the order in which Anki shows and studies them.
    """

    notes: int
    cards: int
    decks: tuple[str, ...]
    failures: tuple[str, ...]


def prove(package: Path) -> Proof:
    """Import a package and examine everything that Anki would get wrong in silence."""
    with temporary_collection() as collection:
        try:
            first = import_package(collection, package)
        except AnkiException as error:
            return Proof(0, 0, (), (f"Anki does not import it: {_said(error)}",))
        notes, cards = collection.note_count(), collection.card_count()
        decks = tuple(deck.name for deck in collection.decks.all_names_and_ids(True))
        failures = (
            *_import_failures(first),
            *_note_failures(collection),
            *_render_failures(collection),
            *_media_failures(collection, package),
            *_again_failures(collection, package),
            *_integrity_failures(collection),
        )
        return Proof(notes, cards, decks, failures)


def _import_failures(log: ImportLog) -> Iterator[str]:
    if log.found == 0:
        yield "it holds no notes"
    if log.found != log.new or log.updated or log.duplicate or log.conflicting or log.other:
        yield f"imported into an empty collection, not all notes are new: {log}"


def _note_failures(collection: Collection) -> Iterator[str]:
    guids: dict[str, list[str]] = {}
    for note_id in collection.find_notes(""):
        note = collection.get_note(note_id)
        state = note.fields_check()
        if state:
            yield f"note {name_of(note)}: {_FIELD_STATES.get(state, f'Anki says {state}')}"
        guids.setdefault(note.guid, []).append(name_of(note))
    for guid, names in guids.items():
        if len(names) > 1:
            yield f"notes {', '.join(names)} have the same GUID {guid}"
    for empty in collection.get_empty_cards().notes:
        note = collection.get_note(NoteId(empty.note_id))
        ords = _listed(card.ord + 1 for card in note.cards() if card.id in empty.card_ids)
        yield f"note {name_of(note)} has empty cards: {ords}"


def _render_failures(collection: Collection) -> Iterator[str]:
    for card_id in collection.find_cards("", order="c.nid, c.ord"):
        card = collection.get_card(card_id)
        shown = f"card {card.ord + 1} of note {name_of(card.note())}"
        try:
            # unlike Card.render_output, this raises on an error in the template
            sides = collection._backend.render_existing_card(  # noqa: SLF001
                card_id=card_id, browser=False, partial_render=True
            )
        except AnkiException as error:
            yield f"{shown} does not render: {_said(error)}"
            continue
        for node in (*sides.question_nodes, *sides.answer_nodes):
            # what the engine leaves to Python: the other side, and filters that it does not know
            unknown = node.replacement.filters
            if unknown:
                yield f"{shown}: Anki has no filter '{unknown[0]}'"
    for each in collection.models.all():
        if collection.models.use_count(each):
            yield from _type_failures(collection, each)


def _type_failures(collection: Collection, each: NotetypeDict) -> Iterator[str]:
    """Yield what Anki, stricter when a note type is added by hand, says of one."""
    copy = collection.models.copy(each, add=False)
    try:
        added = collection.models.add_dict(copy)
    except AnkiException as error:
        yield f"note type {each['name']}: {_said(error)}"
    else:
        collection.models.remove(NotetypeId(added.id))


def _media_failures(collection: Collection, package: Path) -> Iterator[str]:
    checked = collection.media.check()
    yield from (f"missing media: {name}" for name in checked.missing)
    yield from (f"unused media: {name}" for name in checked.unused)
    for name in _packaged_media(package):
        # Anki leaves behind what no field or template refers to
        if not collection.media.have(name):
            yield f"unused media: {name}"


def _packaged_media(package: Path) -> list[str]:
    """Return the names of a package's media; none in Anki's newer format, not written here."""
    with zipfile.ZipFile(package) as archive:
        if "collection.anki21b" in archive.namelist():
            return []
        names: dict[str, str] = json.loads(archive.read("media"))
    return sorted(names.values())


def _again_failures(collection: Collection, package: Path) -> Iterator[str]:
    """Import the package again, as into a collection that was just synced."""
    mark_as_synced(collection)
    again = import_package(collection, package)
    if again.duplicate != again.found:
        yield f"imported again, not all notes are duplicates: {again}"
    if collection.schema_changed():
        yield "imported again, it forces a full sync"


def _integrity_failures(collection: Collection) -> Iterator[str]:
    """Let Anki check its database, which makes missing cards and removes impossible ones."""
    before = _cards_by_note(collection)
    rebuilt = collection.fix_integrity()
    if rebuilt != _REBUILT:
        yield f"Anki's database check repairs: {_plain(rebuilt[0].removesuffix(_REBUILT[0]))}"
    after = _cards_by_note(collection)
    for name, cards in before.items():
        if added := after.get(name, set()) - cards:
            yield f"note {name} lacks cards that Anki's database check adds: {_listed(added)}"
        if removed := cards - after.get(name, set()):
            yield f"note {name} has cards that Anki's database check removes: {_listed(removed)}"


def _cards_by_note(collection: Collection) -> dict[str, set[int]]:
    notes = map(collection.get_note, collection.find_notes(""))
    return {name_of(note): {card.ord + 1 for card in note.cards()} for note in notes}


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _said(error: AnkiException) -> str:
    return _plain(str(error))


def _plain(message: str) -> str:
    return html.unescape(_DECORATION.sub("", message).replace("<br>", " ")).strip()
