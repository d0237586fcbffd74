"""What an import would do, found out by doing it in a copy."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import unicodedata
from collections.abc import Collection as Values
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anki.collection import Collection, ImportAnkiPackageRequest
from anki.import_export_pb2 import ImportResponse

from deckgen.engine.collection import DEFAULT_OPTIONS, import_package, temporary_collection
from deckgen.package.content import Content, PackagedNote

NEWER = "edited in Anki since"
SAME_MOMENT = "its markup alone differs (deckgen build --send-markup sends it)"

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Anki does with each note, by GUID.

    new, updated, duplicate, conflicting: Anki's own categories.
    ignored: of the duplicates, those that lack something of the package, and why they do.
    stay: notes whose cards remain in a deck that is not the package's, and that deck.
    tags: updated notes, and the tags that the update takes away.
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
            _copy(path, copy)
            collection = Collection(str(copy))
        except Exception as error:  # the engine raises its own kinds for a foreign database
            why = "it is a file of another sort" if "NotADatabase" in str(error) else error
            raise NoCollectionError(f"it is no collection that Anki opens: {why}") from error
        try:
            yield collection
        finally:
            collection.close()


def _copy(path: Path, target: Path) -> None:
    """Copy a collection's files: while Anki has it open, no other program can read its database."""
    files = [path, path.with_name(f"{path.name}-wal")]
    for _ in range(_TRIES):
        before = _states(files)
        for file in files:
            if file.exists():
                shutil.copyfile(file, target.with_name(file.name.replace(path.name, target.name)))
        if _states(files) == before:
            return
    raise OSError("Anki is writing to it; try again")


def _states(files: Iterable[Path]) -> list[tuple[int, int] | None]:
    found = (file.stat() if file.exists() else None for file in files)
    return [state and (state.st_size, state.st_mtime_ns) for state in found]


@contextlib.contextmanager
def collection_with(package: Path) -> Iterator[Collection]:
    """Open an empty collection into which a package was imported."""
    with temporary_collection() as collection:
        import_package(collection, package)
        yield collection


def outcome(
    collection: Collection, package: Path, content: Content, changed: Values[str] = ()
) -> Outcome:
    """Import a package into a collection, with Anki's default options, and tell what happened.

    content: what the package was made of; changed: the GUIDs of notes that it brings a change for.
    """
    before = dict(_copies(collection))
    request = ImportAnkiPackageRequest(package_path=str(package), options=DEFAULT_OPTIONS)
    log = collection.import_anki_package(request).log
    collection.models._clear_cache()  # noqa: SLF001 - Anki's cache is stale after an import
    after = dict(_copies(collection))
    sent = {note.guid: note for note in content.notes}
    duplicate, updated = _guids(collection, log.duplicate), _guids(collection, log.updated)
    new = _guids(collection, log.new)
    taken = {*new, *updated, *duplicate}
    return Outcome(
        new=new,
        updated=updated,
        duplicate=duplicate,
        # Anki logs these under the package's note ids, which say nothing in the collection
        conflicting=tuple(guid for guid in sent if guid not in taken) if log.conflicting else (),
        ignored={
            guid: NEWER if before[guid].moment > sent[guid].moment else SAME_MOMENT
            for guid in duplicate
            if guid in sent and _lacks(before[guid], sent[guid], guid in changed)
        },
        stay={
            guid: ", ".join(sorted(others))
            for guid, note in sent.items()
            if guid in before and (others := after[guid].decks - {note.deck})
        },
        tags={
            guid: lost
            for guid in updated
            if (lost := tuple(sorted(set(before[guid].tags) - set(after[guid].tags))))
        },
    )


def _lacks(there: _Copy, note: PackagedNote, changed: bool) -> bool:
    """Whether a note's copy lacks something of the package; a tag too many only of a changed one.

    Learners add tags of their own, which is no difference to tell of.
    """
    wanted, had = _compared(note.tags), _compared(there.tags)
    return there.fields != note.fields or not wanted <= had or (changed and wanted != had)


def _compared(tags: Iterable[str]) -> set[str]:
    # Anki keeps a tag in the case in which it was first seen
    return {unicodedata.normalize("NFC", tag).casefold() for tag in tags}


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
