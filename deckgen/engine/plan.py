"""What an import would do, found out by doing it in a copy."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anki.collection import Collection, ImportAnkiPackageRequest
from anki.import_export_pb2 import ImportResponse

from deckgen.engine.collection import DEFAULT_OPTIONS, import_package, temporary_collection
from deckgen.package.content import Content

NEWER, SAME_MOMENT = "edited in Anki since", "sent before"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Anki does with each note, by GUID.

    new, updated, duplicate, conflicting: Anki's own categories.
    ignored: of the duplicates, those that differ from the package, and why they stay as they are.
    stay: notes whose cards remain in a deck that is not the package's, and that deck.
    tags: updated notes, and the tags of the learner's that the update takes away.
    """

    new: tuple[str, ...]
    updated: tuple[str, ...]
    duplicate: tuple[str, ...]
    conflicting: tuple[str, ...]
    ignored: dict[str, str]
    stay: dict[str, str]
    tags: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Copy:
    """A note as it is in a collection."""

    moment: int
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    decks: frozenset[str]


class NoCollectionError(ValueError):
    """The file is no Anki collection, or it cannot be copied."""


@contextlib.contextmanager
def copied_collection(path: Path) -> Iterator[Collection]:
    """Open a copy of a collection, also of one that Anki has open.

    Raises NoCollectionError.
    """
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        copy = Path(folder) / "collection.anki2"
        try:
            with (
                contextlib.closing(
                    sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
                ) as source,
                contextlib.closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
            collection = Collection(str(copy))
        except Exception as error:  # the engine raises its own kinds for a foreign database
            raise NoCollectionError(f"it is no collection that Anki opens: {error}") from error
        try:
            yield collection
        finally:
            collection.close()


@contextlib.contextmanager
def collection_with(package: Path) -> Iterator[Collection]:
    """Open an empty collection into which a package was imported."""
    with temporary_collection() as collection:
        import_package(collection, package)
        yield collection


def outcome(collection: Collection, package: Path, content: Content) -> Outcome:
    """Import a package into a collection, with Anki's default options, and tell what happened.

    content: what the package was made of.
    """
    before = dict(_copies(collection))
    request = ImportAnkiPackageRequest(package_path=str(package), options=DEFAULT_OPTIONS)
    log = collection.import_anki_package(request).log
    collection.models._clear_cache()  # noqa: SLF001 - Anki's cache is stale after an import
    after = dict(_copies(collection))
    duplicate = _guids(collection, log.duplicate)
    sent = {note.guid: note for note in content.notes}
    ignored = {
        guid: NEWER if before[guid].moment > sent[guid].moment else SAME_MOMENT
        for guid in duplicate
        if guid in sent and before[guid].fields != sent[guid].fields
    }
    stay = {
        guid: ", ".join(sorted(others))
        for guid, note in sent.items()
        if guid in before and (others := after[guid].decks - {note.deck})
    }
    updated = _guids(collection, log.updated)
    tags = {
        guid: lost
        for guid in updated
        if (lost := tuple(sorted(set(before[guid].tags) - set(after[guid].tags))))
    }
    new = _guids(collection, log.new)
    taken = {*new, *updated, *duplicate}
    return Outcome(
        new=new,
        updated=updated,
        duplicate=duplicate,
        # Anki logs these under the package's note ids, which say nothing in the collection
        conflicting=tuple(guid for guid in sent if guid not in taken) if log.conflicting else (),
        ignored=ignored,
        stay=stay,
        tags=tags,
    )


def _guids(collection: Collection, notes: Sequence[ImportResponse.Note]) -> tuple[str, ...]:
    rows = _rows(collection, "SELECT id, guid FROM notes")
    found = {int(note_id): str(guid) for note_id, guid in rows}
    ids = [note.id.nid for note in notes]
    return tuple(found[note_id] for note_id in ids if note_id in found)


def _copies(collection: Collection) -> Iterator[tuple[str, _Copy]]:
    names = {deck.id: deck.name for deck in collection.decks.all_names_and_ids()}
    decks: dict[int, set[str]] = {}
    home = "SELECT nid, CASE odid WHEN 0 THEN did ELSE odid END FROM cards"
    for note_id, deck_id in _rows(collection, home):
        decks.setdefault(note_id, set()).add(names.get(deck_id, "?"))
    rows = _rows(collection, "SELECT id, guid, mod, flds, tags FROM notes")
    for note_id, guid, moment, fields, tags in rows:
        placed = frozenset(decks.get(note_id, ()))
        yield guid, _Copy(moment, tuple(fields.split("\x1f")), tuple(tags.split()), placed)


def _rows(collection: Collection, query: str) -> Sequence[Sequence[Any]]:
    return collection.db.execute(query) if collection.db else ()
