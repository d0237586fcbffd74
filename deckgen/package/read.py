"""A package that was shipped before is read back, without the engine."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deckgen.package.content import PackagedType
from deckgen.render.notetype import Field, NoteType, Template


@dataclass(frozen=True, slots=True)
class ShippedNote:
    """A note of a package.

    fields: HTML by the name of the field; moment: its `mod`, in seconds since 1970.
    """

    guid: str
    type_id: int
    moment: int
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    deck: str


@dataclass(frozen=True, slots=True)
class Shipped:
    """A package's notes by GUID, and its note types by their id."""

    notes: Mapping[str, ShippedNote]
    types: Mapping[int, PackagedType]


class NoPackageError(ValueError):
    """The file is no package that deckgen built; the message says what it is instead."""


def read_package(path: Path) -> Shipped:
    """Read a package of schema 11, as deckgen and genanki write it.

    Raises NoPackageError, or OSError.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            database = archive.read("collection.anki2")
            if "collection.anki21b" in archive.namelist():
                raise NoPackageError(
                    "it was exported by Anki; a package built by deckgen is needed"
                )
    except (zipfile.BadZipFile, KeyError) as error:
        raise NoPackageError("it is no .apkg file") from error
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(database)
            return _read(connection)
        except (sqlite3.Error, ValueError, TypeError, LookupError, AttributeError) as error:
            raise NoPackageError(f"its collection cannot be read: {error}") from error


def _read(connection: sqlite3.Connection) -> Shipped:
    models_json, decks_json = connection.execute("SELECT models, decks FROM col").fetchone()
    models: dict[str, Any] = json.loads(models_json)
    decks: dict[str, Any] = json.loads(decks_json)
    types = {int(id_): _type(int(id_), model) for id_, model in models.items()}
    names = {id_: [field.name for field in each.note_type.fields] for id_, each in types.items()}
    rows = connection.execute(
        "SELECT guid, mid, n.mod, flds, tags, min(did) FROM notes n JOIN cards c ON c.nid = n.id "
        "GROUP BY n.id"
    )
    notes = {
        guid: ShippedNote(
            guid,
            type_id,
            moment,
            dict(zip(names[type_id], fields.split("\x1f"), strict=True)),
            tuple(tags.split()),
            decks[str(deck)]["name"],
        )
        for guid, type_id, moment, fields, tags, deck in rows
    }
    return Shipped(notes, types)


def _type(type_id: int, model: dict[str, Any]) -> PackagedType:
    fields = (Field(each["name"], each.get("id", 0)) for each in model["flds"])
    templates = (
        Template(each["name"], each.get("id", 0), each["qfmt"], each["afmt"])
        for each in model["tmpls"]
    )
    note_type = NoteType(tuple(fields), tuple(templates), cloze=model["type"] == 1)
    return PackagedType(type_id, model["name"], note_type, model["css"], int(model["mod"]))
