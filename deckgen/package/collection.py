"""A package's content becomes the bytes of an Anki collection, through genanki."""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
import warnings
from collections.abc import Iterator
from typing import Any

import genanki

from deckgen.package.content import Content, PackagedNote, PackagedType, Preset
from deckgen.package.identity import stable_id

_SQLITE_VERSION_AT = 96
_SQLITE_VERSION = (3_040_000).to_bytes(4, "big")


class _Model(genanki.Model):  # type: ignore[misc]
    """A genanki model with its own moment, and without a guess of which fields a card needs."""

    def __init__(self, packaged: PackagedType) -> None:
        note_type = packaged.note_type
        super().__init__(
            packaged.id,
            packaged.name,
            fields=[{"name": field.name, "id": field.id} for field in note_type.fields],
            templates=[
                {"name": each.name, "id": each.id, "qfmt": each.front, "afmt": each.back}
                for each in note_type.templates
            ],
            css=packaged.css,
            model_type=genanki.Model.CLOZE if note_type.cloze else genanki.Model.FRONT_BACK,
        )
        self.moment = packaged.moment

    @property
    def _req(self) -> list[Any]:
        return []

    def to_json(self, _: float, deck_id: int) -> dict[str, Any]:
        model: dict[str, Any] = super().to_json(self.moment, deck_id)
        return model


class _Note(genanki.Note):  # type: ignore[misc]
    """A genanki note with its own moment, and the cards that Anki's rule gives it."""

    def __init__(self, note: PackagedNote, model: _Model, due: int) -> None:
        super().__init__(model, list(note.fields), tags=note.tags, guid=note.guid, due=due)
        self.moment = note.moment
        self.cards = [genanki.Card(ord_) for ord_ in note.cards]

    def write_to_db(
        self, cursor: sqlite3.Cursor, _: float, deck_id: int, id_gen: Iterator[int]
    ) -> None:
        super().write_to_db(cursor, self.moment, deck_id, id_gen)


class _Deck(genanki.Deck):  # type: ignore[misc]
    """A genanki deck with a preset."""

    def __init__(self, name: str, description: str, preset: Preset | None) -> None:
        super().__init__(stable_id("deck", name), name, description)
        self.preset = preset

    def to_json(self) -> dict[str, Any]:
        deck: dict[str, Any] = super().to_json()
        if self.preset:
            deck["conf"] = self.preset.id
            if self.preset.desired_retention is not None:
                deck["desiredRetention"] = round(self.preset.desired_retention * 100)
        return deck


def collection(content: Content) -> bytes:
    """Return the SQLite database of a collection, in Anki's schema 11."""
    models: dict[int, _Model] = {}
    decks = {
        name: _Deck(name, "" if at else content.description, content.preset)
        for at, name in enumerate(content.decks)
    }
    for due, note in enumerate(content.notes, 1):
        model = models.get(note.type.id) or _Model(note.type)
        models[note.type.id] = model
        decks[note.deck].add_note(_Note(note, model, due))
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        cursor = connection.cursor()
        with warnings.catch_warnings():
            # genanki takes raw HTML that an author asked for as a mistake
            warnings.filterwarnings("ignore", module="genanki")
            package = genanki.Package(list(decks.values()))
            package.write_to_db(cursor, content.moment, itertools.count(content.moment * 1000))
        _set_presets(cursor, content.preset)
        _set_moments(cursor, content)
        connection.commit()
        cursor.execute("VACUUM")
        database = bytearray(connection.serialize())
    database[_SQLITE_VERSION_AT : _SQLITE_VERSION_AT + 4] = _SQLITE_VERSION
    return bytes(database)


def _set_presets(cursor: sqlite3.Cursor, preset: Preset | None) -> None:
    if preset is None:
        return
    (stored,) = cursor.execute("SELECT dconf FROM col").fetchone()
    presets: dict[str, Any] = json.loads(stored)
    added = json.loads(json.dumps(presets["1"]))
    added.update(id=preset.id, name=preset.name)
    if preset.new_per_day is not None:
        added["new"]["perDay"] = preset.new_per_day
    if preset.reviews_per_day is not None:
        added["rev"]["perDay"] = preset.reviews_per_day
    if preset.desired_retention is not None:
        added["desiredRetention"] = preset.desired_retention
    if preset.bury_siblings is not None:
        added["new"]["bury"] = added["rev"]["bury"] = preset.bury_siblings
    presets[str(preset.id)] = added
    cursor.execute("UPDATE col SET dconf = ?", (json.dumps(presets),))


def _set_moments(cursor: sqlite3.Cursor, content: Content) -> None:
    """Give the collection the package's time, where genanki has a fixed one of 2014."""
    cursor.execute("UPDATE col SET crt = ?, mod = ?, scm = ?", (0, content.moment * 1000, 0))
