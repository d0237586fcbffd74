"""A person who studies a deck in the real Anki, and changes what she likes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from anki.collection import Collection, ImportAnkiPackageRequest
from anki.import_export_pb2 import ImportResponse
from anki.scheduler.v3 import CardAnswer, Scheduler

from deckgen.engine.collection import DEFAULT_OPTIONS, mark_as_synced

if TYPE_CHECKING:  # these modules cannot be imported before anki.collection
    from anki.cards import CardId
    from anki.notes import NoteId

RATINGS = (CardAnswer.AGAIN, CardAnswer.HARD, CardAnswer.GOOD, CardAnswer.EASY)


@dataclass(frozen=True)
class Studied:
    """A card's study: due, interval, repetitions, lapses, queue, and the rest of its row."""

    id: int
    ord: int
    row: tuple[Any, ...]


@dataclass(frozen=True)
class Held:
    """A note as a learner has it; cards by ordinal, and the deck of each."""

    id: int
    type: int
    moment: int
    fields: tuple[str, ...]
    tags: frozenset[str]
    cards: dict[int, Studied]
    decks: frozenset[str]


@dataclass(frozen=True)
class Imported:
    """What Anki said of an import: the GUIDs in each of its categories."""

    new: frozenset[str]
    updated: frozenset[str]
    duplicate: frozenset[str]
    conflicting: int
    full_sync: bool


class Learner:
    """A collection in a folder."""

    def __init__(self, folder: Path, empty: Path | None = None) -> None:
        """Begin with an empty collection; `empty` is one to be copied, which is faster."""
        self.path = folder / "collection.anki2"
        folder.mkdir(parents=True, exist_ok=True)
        if empty:
            shutil.copyfile(empty, self.path)
        self.collection = Collection(str(self.path))

    def close(self) -> None:
        self.collection.close()

    def rows(self, query: str, *values: Any) -> Sequence[Any]:
        assert self.collection.db
        return self.collection.db.execute(query, *values)

    def take(self, package: Path) -> Imported:
        """Import a package as the dialog's defaults do, as into a collection just synced."""
        mark_as_synced(self.collection)
        request = ImportAnkiPackageRequest(package_path=str(package), options=DEFAULT_OPTIONS)
        log = self.collection.import_anki_package(request).log
        self.collection.models._clear_cache()
        by_id = dict(self.rows("SELECT id, guid FROM notes"))

        def guids(notes: Sequence[ImportResponse.Note]) -> frozenset[str]:
            return frozenset(by_id[note.id.nid] for note in notes)

        found = len(log.new) + len(log.updated) + len(log.duplicate) + len(log.conflicting)
        assert found == log.found_notes
        return Imported(
            guids(log.new),
            guids(log.updated),
            guids(log.duplicate),
            len(log.conflicting),
            self.collection.schema_changed(),
        )

    def notes(self) -> dict[str, Held]:
        """Return the notes by GUID."""
        decks = {deck.id: deck.name for deck in self.collection.decks.all_names_and_ids()}
        cards: dict[int, dict[int, Studied]] = {}
        homes: dict[int, set[str]] = {}
        rows = self.rows(
            "SELECT nid, id, ord, did, type, queue, due, ivl, factor, reps, lapses, left, odue, "
            "odid, flags, data FROM cards"
        )
        for note_id, card_id, number, deck, *row in rows:
            cards.setdefault(note_id, {})[number] = Studied(card_id, number, tuple(row))
            homes.setdefault(note_id, set()).add(decks[deck])
        return {
            guid: Held(
                note_id,
                type_id,
                moment,
                tuple(fields.split("\x1f")),
                frozenset(tags.split()),
                cards.get(note_id, {}),
                frozenset(homes.get(note_id, ())),
            )
            for note_id, guid, type_id, moment, fields, tags in self.rows(
                "SELECT id, guid, mid, mod, flds, tags FROM notes"
            )
        }

    def reviews(self) -> frozenset[int]:
        return frozenset(row[0] for row in self.rows("SELECT id FROM revlog"))

    def review(self, card_id: int, rating: int) -> None:
        """Answer a card through the scheduler."""
        scheduler = self.collection.sched
        assert isinstance(scheduler, Scheduler)
        card = self.collection.get_card(cast("CardId", card_id))
        states = self.collection._backend.get_scheduling_states(card_id)
        card.start_timer()
        answer = scheduler.build_answer(card=card, states=states, rating=RATINGS[rating])
        scheduler.answer_card(answer)

    def change(self, guid: str, moment: int, *, field: str = "", tag: str = "") -> None:
        """Edit a note, at a given time."""
        note_id = self.notes()[guid].id
        note = self.collection.get_note(cast("NoteId", note_id))
        if field:
            note.fields[1] += field
        if tag:
            note.tags.append(tag)
        self.collection.update_note(note)
        self.rows("UPDATE notes SET mod = ? WHERE id = ?", moment, note_id)

    def add_field(self, type_id: int) -> None:
        """Add a field to a note type, which forces a full sync."""
        models = self.collection.models
        note_type = models.get(cast(Any, type_id))
        assert note_type
        models.add_field(note_type, models.new_field("My own"))
        models.update_dict(note_type)
