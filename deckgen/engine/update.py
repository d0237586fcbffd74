"""A new version of a package comes to somebody who studies the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from anki.collection import Collection, ImportAnkiPackageRequest
from anki.decks import DeckId
from anki.errors import AnkiException
from anki.scheduler.v3 import CardAnswer, Scheduler

from deckgen.engine.collection import (
    DEFAULT_OPTIONS,
    import_package,
    mark_as_synced,
    temporary_collection,
)
from deckgen.engine.contents import Contents, UnreadableError, read_contents
from deckgen.engine.failure import Failure, note_name, said

if TYPE_CHECKING:  # this module cannot be imported before anki.collection
    from anki.cards import CardId

_STUDIED = 20
_RATINGS = (CardAnswer.GOOD, CardAnswer.EASY, CardAnswer.AGAIN, CardAnswer.HARD)
_SCHEDULE = (
    "SELECT id, nid, did, ord, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, data "
    "FROM cards"
)
_Row = tuple[Any, ...]


def update_failures(previous: Path, package: Path, contents: Contents) -> Iterator[Failure]:
    """Import the old package, study some of it, import the new one, and compare.

    What was studied stays studied; no note is conflicting; no full sync is forced.
    contents: what the new package holds.
    """
    with temporary_collection() as collection:
        try:
            read_contents(previous)
            import_package(collection, previous)
        except UnreadableError as error:
            yield Failure("update", f"the previous package: {error}")
            return
        except AnkiException as error:
            yield Failure("update", f"the previous package: Anki does not import it: {said(error)}")
            return
        study(collection)
        mark_as_synced(collection)
        cards, reviews = _cards(collection), _reviews(collection)
        request = ImportAnkiPackageRequest(package_path=str(package), options=DEFAULT_OPTIONS)
        log = collection.import_anki_package(request).log
        collection.models._clear_cache()  # noqa: SLF001 - Anki's cache is stale after an import
        for entry in log.conflicting:
            name = contents.notes[entry.id.nid]  # this is the package's number, not Anki's
            message = f"note {name} is conflicting: its note type changed its fields or templates"
            yield Failure("update", message, (name,))
        yield from _schedule_failures(collection, cards)
        if _reviews(collection) != reviews:
            yield Failure("update", "the import changes the reviews that were done")
        if collection.schema_changed():
            yield Failure("update", "the import forces a full sync")


def study(collection: Collection, cards: int = _STUDIED) -> None:
    """Answer up to so many cards through the scheduler, with every rating in turn."""
    scheduler, answered = cast(Scheduler, collection.sched), 0
    for deck in collection.decks.all_names_and_ids(skip_empty_default=True):
        if "::" in deck.name:
            continue
        collection.decks.set_current(DeckId(deck.id))
        while answered < cards and (queue := scheduler.get_queued_cards().cards):
            card = collection.get_card(cast("CardId", queue[0].card.id))
            card.start_timer()
            rating = _RATINGS[answered % len(_RATINGS)]
            answer = scheduler.build_answer(card=card, states=queue[0].states, rating=rating)
            scheduler.answer_card(answer)
            answered += 1


def _schedule_failures(collection: Collection, before: Mapping[int, _Row]) -> Iterator[Failure]:
    after = _cards(collection)
    changed = {row[0]: card for card, row in before.items() if after.get(card) != row}
    for note_id, card in changed.items():
        what = "changes the schedule of" if card in after else "deletes"
        name = note_name(collection.get_note(note_id))
        yield Failure("update", f"the import {what} a card of note {name}", (name,))


def _cards(collection: Collection) -> dict[int, _Row]:
    rows = collection.db.all(_SCHEDULE) if collection.db else ()
    return {card: tuple(row) for card, *row in rows}


def _reviews(collection: Collection) -> list[_Row]:
    rows = collection.db.all("SELECT * FROM revlog ORDER BY id") if collection.db else ()
    return [tuple(row) for row in rows]
