"""What a package holds, before an import chooses from it."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from anki._backend import RustBackend
from anki.buildinfo import version
from anki.collection import Collection
from anki.errors import AnkiException

from deckgen.engine.failure import NoteName, said, title

_COLLECTIONS = {"collection.anki2", "collection.anki21", "collection.anki21b"}
_NOTES = "SELECT id, CAST(guid AS TEXT), mid, CAST(flds AS TEXT) FROM notes ORDER BY id"
_NEWEST = 3
"""Anki: rslib/src/import_export/package/meta.rs, `Version`."""


class UnreadableError(ValueError):
    """The file is no package that this engine reads; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A package's own rows.

    notes: their names, by their number in the package.
    decks: full names of those with cards.
    homeless: notes with a card in a deck that the package does not have.
    misfits: notes that their note type does not fit, each with the reason; Anki then refuses all.
    media: names of files.
    """

    notes: Mapping[int, NoteName]
    cards: int
    decks: frozenset[str]
    homeless: tuple[NoteName, ...]
    misfits: tuple[tuple[NoteName, str], ...]
    media: tuple[str, ...]


def read_contents(package: Path) -> Contents:
    """Read a package of any format through the engine, as if it were a backup.

    Raises UnreadableError.
    """
    _check(package)
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        path, media = Path(folder) / "collection.anki2", Path(folder) / "media"
        media.mkdir()
        try:
            RustBackend().import_collection_package(
                col_path=str(path),
                backup_path=str(package),
                media_folder=str(media),
                media_db=str(Path(folder) / "media.db"),
            )
            with contextlib.closing(Collection(str(path))) as collection:
                names = tuple(sorted(file.name for file in media.iterdir()))
                return _contents(collection, names)
        except AnkiException as error:
            raise UnreadableError(f"Anki cannot read it: {said(error)}") from error


def _contents(collection: Collection, media: tuple[str, ...]) -> Contents:
    if collection.db is None:
        raise UnreadableError("it holds no collection")
    decks = {deck.id: deck.name for deck in collection.decks.all_names_and_ids()}
    types = {
        each["id"]: [field["name"] for field in each["flds"]] for each in collection.models.all()
    }
    notes: dict[int, NoteName] = {}
    misfits: list[tuple[NoteName, str]] = []
    for number, guid, type_id, joined in collection.db.all(_NOTES):
        values, fields = joined.split("\x1f"), types.get(type_id, ())
        named = dict(zip(fields, values, strict=False))
        notes[number] = name = NoteName(guid, named.get("ID", ""), title(values[0]))
        if not fields:
            misfits.append((name, f"the package has no note type {type_id}"))
        elif len(values) != len(fields):
            why = f"its note type has {len(fields)} fields, and it has {len(values)}"
            misfits.append((name, why))
    cards = collection.db.all("SELECT nid, did FROM cards ORDER BY id")
    homeless = dict.fromkeys(note for note, deck in cards if deck not in decks)
    return Contents(
        notes=notes,
        cards=len(cards),
        decks=frozenset(decks[deck] for _, deck in cards if deck in decks),
        homeless=tuple(notes[note] for note in homeless if note in notes),
        misfits=tuple(misfits),
        media=media,
    )


def _check(package: Path) -> None:
    """Say what a file is that is no package, in words that the engine does not have."""
    if package.suffix.casefold() == ".colpkg":
        raise UnreadableError(
            "a .colpkg is a whole collection, which replaces another: export the deck as an .apkg"
        )
    try:
        with zipfile.ZipFile(package) as archive:
            names = set(archive.namelist())
            damaged = archive.testzip()
            meta = archive.read("meta") if "meta" in names else b""
    except zipfile.BadZipFile:
        raise UnreadableError(_no_zip(package)) from None
    except (OSError, EOFError, zlib.error, NotImplementedError, RuntimeError):
        raise UnreadableError("it is damaged, or packed as no .apkg is") from None
    if damaged:
        raise UnreadableError(f"it is damaged at '{damaged}': build or download it again")
    if not names & _COLLECTIONS:
        raise UnreadableError("it is a zip file, and holds no Anki collection")
    if meta[:1] == b"\x08" and meta[1:] and meta[1] > _NEWEST:
        raise UnreadableError(
            f"its format is {meta[1]}, newer than the {_NEWEST} that Anki {version} reads: "
            "pip install --upgrade anki"
        )


def _no_zip(package: Path) -> str:
    with package.open("rb") as file:
        start = file.read(2)
    if not start:
        return "it is empty"
    if start == b"PK":
        return "it is cut off: build or download it again"
    return "it is no .apkg: that is a zip file with an Anki collection in it"
