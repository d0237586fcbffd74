"""A package is proven: imported into an empty collection, examined, rendered, imported again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from anki.collection import Collection
from anki.errors import AnkiException
from anki.models import NotetypeDict, NotetypeId
from anki.notes import Note, NoteId

from deckgen.engine.collection import (
    ImportLog,
    import_package,
    mark_as_synced,
    temporary_collection,
)
from deckgen.engine.contents import Contents, UnreadableError, read_contents
from deckgen.engine.failure import Failure, NoteName, note_name, said, undecorated
from deckgen.engine.update import update_failures

_REBUILT = ("Database rebuilt and optimized.", True)
_FIELD_STATES = {
    1: "its first field is empty",
    2: "another note has the same first field",
    3: "it is a cloze note and hides nothing",
    4: "it has a cloze, and its note type makes no cloze cards",
    5: "it has a cloze in a field that makes no cloze cards",
}
"""Anki: `NoteFieldsCheckResponse.State`."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the engine made of a package; it is proven when `failures` is empty.

    decks: their full names, in the order in which Anki shows and studies them.
    """

    notes: int
    cards: int
    decks: tuple[str, ...]
    failures: tuple[Failure, ...]


def prove(package: Path, previous: Path | None = None) -> Proof:
    """Import a package and examine everything that Anki would get wrong in silence.

    previous: an older version of it, which somebody has and studies.
    """
    try:
        contents = read_contents(package)
    except UnreadableError as error:
        return Proof(0, 0, (), (Failure("file", str(error)),))
    with temporary_collection() as collection:
        try:
            first = import_package(collection, package)
        except AnkiException as error:
            refused = Failure("import", f"Anki does not import it: {said(error)}")
            misfits = (
                Failure("fields", f"note {name}: {why}", (name,)) for name, why in contents.misfits
            )
            return Proof(0, 0, (), (refused, *misfits))
        collection.optimize()  # without it, Anki compares each first field with all the others
        notes, cards = collection.note_count(), collection.card_count()
        decks = tuple(deck.name for deck in collection.decks.all_names_and_ids(True))
        checks = (
            _import_failures(first, contents),
            _contents_failures(collection, contents),
            _note_failures(collection),
            _render_failures(collection),
            _media_failures(collection, contents),
            _again_failures(collection, package),
            _integrity_failures(collection),
            update_failures(previous, package, contents) if previous else (),
        )
        failures = tuple(failure for check in checks for failure in _finished(check))
        return Proof(notes, cards, decks, failures)


def _finished(check: Iterable[Failure]) -> Iterator[Failure]:
    """Yield what a check finds, and where the engine stops it."""
    try:
        yield from check
    except AnkiException as error:
        yield Failure("engine", f"Anki stumbles over it: {said(error)}")


def _import_failures(log: ImportLog, contents: Contents) -> Iterator[Failure]:
    if not contents.notes:
        yield Failure("import", "it holds no notes")
    if log.found != len(contents.notes):
        yield Failure("import", f"Anki finds {log.found} of its {len(contents.notes)} notes")
    if log.new != log.found:
        message = f"into an empty collection, Anki imports {log.new} of its {log.found} notes"
        yield Failure("import", message)


def _contents_failures(collection: Collection, contents: Contents) -> Iterator[Failure]:
    if collection.card_count() != contents.cards:
        message = f"Anki makes {collection.card_count()} cards of its {contents.cards}"
        yield Failure("cards", message)
    for name in contents.homeless:
        message = f"note {name} has a card in a deck that the package does not have"
        yield Failure("decks", message, (name,))
    there = {deck.name for deck in collection.decks.all_names_and_ids()}
    for deck in sorted(contents.decks - there):
        yield Failure("decks", f"Anki does not make its deck '{deck}'")


def _note_failures(collection: Collection) -> Iterator[Failure]:
    guids: dict[str, list[NoteName]] = {}
    for note in _notes(collection):
        name, state = note_name(note), note.fields_check()
        if state:
            why = _FIELD_STATES.get(state, f"Anki says {state}")
            yield Failure("fields", f"note {name}: {why}", (name,))
        if not note.guid:
            yield Failure("guid", f"note {name} has no GUID", (name,))
        guids.setdefault(note.guid, []).append(name)
    for guid, names in guids.items():
        if guid and len(names) > 1:
            listed = ", ".join(map(str, names))
            yield Failure("guid", f"notes {listed} have the same GUID {guid}", tuple(names))
    for empty in collection.get_empty_cards().notes:
        note = collection.get_note(NoteId(empty.note_id))
        name = note_name(note)
        ords = _listed(card.ord + 1 for card in note.cards() if card.id in empty.card_ids)
        yield Failure("cards", f"note {name} has empty cards: {ords}", (name,))


def _render_failures(collection: Collection) -> Iterator[Failure]:
    for card_id in collection.find_cards("", order="c.nid, c.ord"):
        card = collection.get_card(card_id)
        name = note_name(card.note())
        shown = f"card {card.ord + 1} of note {name}"
        try:
            # unlike Card.render_output, this raises on an error in the template
            sides = collection._backend.render_existing_card(  # noqa: SLF001
                card_id=card_id, browser=False, partial_render=True
            )
        except AnkiException as error:
            yield Failure("render", f"{shown} does not render: {said(error)}", (name,))
            continue
        for node in (*sides.question_nodes, *sides.answer_nodes):
            # what the engine leaves to Python: the other side, and filters that it does not know
            unknown = node.replacement.filters
            if unknown:
                yield Failure("render", f"{shown}: Anki has no filter '{unknown[0]}'", (name,))
    for each in collection.models.all():
        if collection.models.use_count(each):
            yield from _type_failures(collection, each)


def _type_failures(collection: Collection, each: NotetypeDict) -> Iterator[Failure]:
    """Yield what Anki, stricter when a note type is added by hand, says of one."""
    copy = collection.models.copy(each, add=False)
    try:
        added = collection.models.add_dict(copy)
    except AnkiException as error:
        message = said(error).replace(copy["name"], each["name"])
        yield Failure("note-type", f"note type {each['name']}: {message}")
    else:
        collection.models.remove(NotetypeId(added.id))


def _media_failures(collection: Collection, contents: Contents) -> Iterator[Failure]:
    checked = collection.media.check()
    for name in checked.missing:
        yield Failure("media", f"missing media: {name}", tuple(_showing(collection, name)))
    # Anki leaves behind what no field or template refers to
    left = {name for name in contents.media if not collection.media.have(name)}
    for name in sorted({*checked.unused, *left}):
        yield Failure("media", f"unused media: {name}")


def _showing(collection: Collection, file: str) -> Iterator[NoteName]:
    for note in _notes(collection):
        if file in collection.media.files_in_str(note.mid, note.joined_fields()):
            yield note_name(note)


def _again_failures(collection: Collection, package: Path) -> Iterator[Failure]:
    """Import the package again, as into a collection that was just synced."""
    mark_as_synced(collection)
    again = import_package(collection, package)
    if again.duplicate != again.found:
        message = f"imported again, {again.found - again.duplicate} notes are not as they were"
        yield Failure("again", message)
    if collection.schema_changed():
        yield Failure("again", "imported again, it forces a full sync")


def _integrity_failures(collection: Collection) -> Iterator[Failure]:
    """Let Anki check its database, which makes missing cards and removes impossible ones."""
    before = _cards_by_note(collection)
    rebuilt = collection.fix_integrity()
    if rebuilt != _REBUILT:
        repairs = undecorated(rebuilt[0].removesuffix(_REBUILT[0]))
        yield Failure("integrity", f"Anki's database check repairs: {repairs}")
    after = _cards_by_note(collection)
    for name, cards in before.items():
        now = after.get(name, Counter())
        if added := now - cards:
            message = f"note {name} lacks cards that Anki's database check adds: {_listed(added)}"
            yield Failure("integrity", message, (name,))
        if removed := cards - now:
            message = f"note {name} has cards that Anki's database check removes: "
            yield Failure("integrity", message + _listed(removed), (name,))


def _cards_by_note(collection: Collection) -> dict[NoteName, Counter[int]]:
    cards: dict[NoteName, Counter[int]] = {}
    for note in _notes(collection):
        cards.setdefault(note_name(note), Counter()).update(each.ord + 1 for each in note.cards())
    return cards


def _notes(collection: Collection) -> Iterator[Note]:
    return map(collection.get_note, collection.find_notes(""))


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
