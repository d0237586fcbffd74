"""A throw-away collection of the real engine, and the import of packages into it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.import_export_pb2 import IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_IF_NEWER as _IF_NEWER
from anki.notes import Note

DEFAULT_OPTIONS = ImportAnkiPackageOptions(
    merge_notetypes=False,
    update_notes=_IF_NEWER,
    update_notetypes=_IF_NEWER,
    with_scheduling=False,
    with_deck_configs=False,
)
"""What Anki's import dialog begins with (Anki: `get_import_anki_package_presets`)."""


@dataclass(frozen=True, slots=True)
class ImportLog:
    """How many notes Anki put into each of its categories."""

    found: int
    new: int
    updated: int
    duplicate: int
    conflicting: int
    other: int


@contextlib.contextmanager
def temporary_collection() -> Iterator[Collection]:
    """Open an empty collection that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        collection = Collection(str(Path(folder) / "collection.anki2"))
        try:
            yield collection
        finally:
            collection.close()


def import_package(collection: Collection, package: Path) -> ImportLog:
    """Import a package with the default options of Anki's import dialog."""
    request = ImportAnkiPackageRequest(package_path=str(package), options=DEFAULT_OPTIONS)
    log = collection.import_anki_package(request).log
    collection.models._clear_cache()  # noqa: SLF001 - Anki's cache is stale after an import
    others = (log.first_field_match, log.missing_notetype, log.missing_deck, log.empty_first_field)
    return ImportLog(
        found=log.found_notes,
        new=len(log.new),
        updated=len(log.updated),
        duplicate=len(log.duplicate),
        conflicting=len(log.conflicting),
        other=sum(map(len, others)),
    )


def mark_as_synced(collection: Collection) -> None:
    """Make a collection look as if it had just been synced, so that a full sync can be seen."""
    if collection.db:
        collection.db.execute("UPDATE col SET ls = max(mod, scm)")


def name_of(note: Note) -> str:
    """Return the note's `ID` field, e.g. `mass-line/wulou`; a foreign note's GUID."""
    identity = note["ID"] if "ID" in note else ""  # noqa: SIM401 - no dict
    return identity or note.guid
