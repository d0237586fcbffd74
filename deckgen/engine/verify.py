"""A package is proven: imported into an empty collection, examined, rendered, imported again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anki.collection import Collection
from anki.errors import AnkiException

from deckgen.engine.collection import ImportLog, import_package, temporary_collection

_REBUILT = ("Database rebuilt and optimized.", True)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the engine made of a package; it is proven when `failures` is empty."""

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
            return Proof(0, 0, (), (f"Anki does not import it: {error}",))
        cards = collection.card_count()
        failures = [*_import_failures(first), *_examine(collection, cards)]
        again = import_package(collection, package)
        if again.duplicate != again.found:
            failures.append(f"imported again, not all notes are duplicates: {again}")
        if collection.schema_changed() and not first.found:
            failures.append("the import forces a full sync")
        decks = tuple(
            deck.name for deck in collection.decks.all_names_and_ids(include_filtered=False)
        )
        return Proof(collection.note_count(), cards, decks, tuple(failures))


def _import_failures(log: ImportLog) -> Iterator[str]:
    if log.found != log.new or log.updated or log.duplicate or log.conflicting or log.other:
        yield f"imported into an empty collection, not all notes are new: {log}"


def _examine(collection: Collection, cards: int) -> Iterator[str]:
    yield from _render_failures(collection)
    yield from _note_failures(collection)
    for note in collection.get_empty_cards().notes:
        yield f"note {note.note_id} has empty cards: {list(note.card_ids)}"
    media = collection.media.check()
    yield from (f"missing media: {name}" for name in media.missing)
    yield from (f"unused media: {name}" for name in media.unused)
    rebuilt = collection.fix_integrity()
    if rebuilt != _REBUILT:
        yield f"Anki's database check found something to repair: {rebuilt[0]}"
    if collection.card_count() != cards:
        yield f"Anki's database check changed {cards} cards into {collection.card_count()}"


def _render_failures(collection: Collection) -> Iterator[str]:
    for card_id in collection.find_cards(""):
        try:
            # unlike Card.render_output, this raises on an error in the template
            collection._backend.render_existing_card(  # noqa: SLF001
                card_id=card_id, browser=False, partial_render=True
            )
        except AnkiException as error:
            yield f"card {card_id} does not render: {error}"


def _note_failures(collection: Collection) -> Iterator[str]:
    for note_id in collection.find_notes(""):
        state = collection.get_note(note_id).fields_check()
        if state:
            yield f"note {note_id}: Anki's check of its fields says {state}"
    for each in collection.models.all():
        if collection.models.use_count(each):
            copy = collection.models.copy(each, add=False)
            try:
                collection.models.add_dict(copy)
            except AnkiException as error:
                yield f"note type {each['name']}: {error}"
            else:
                collection.models.remove(copy["id"])
