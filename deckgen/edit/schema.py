"""What the files of a deck may say, as JSON Schemas for editors.

They follow draft 7, the newest that every version of the YAML language server understands. What
the deck declares in another file (lessons, sources) is a closed list; what is declared beside
its use, or grows while one writes (ids, tags, groups), is proposed only.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from deckgen.deck.deck import Deck, Header
from deckgen.deck.field import NoteId, Tag
from deckgen.deck.link import RESERVED
from deckgen.deck.load import DECK_FILES
from deckgen.deck.note import Note
from deckgen.deck.read import Authored, authored
from deckgen.edit.modeline import schema_path
from deckgen.edit.order import note_keys
from deckgen.edit.shape import Schema, described, of_type, one_of, proposed
from deckgen.files import replace_file
from deckgen.kinds import kinds
from deckgen.lock.identify import has_own_id
from deckgen.render.bare import bare
from deckgen.rules import rules

_DRAFT = "http://json-schema.org/draft-07/schema#"
_IGNORED = files("deckgen.edit") / "templates" / "common" / "dot-deckgen" / "dot-gitignore"
_DEFAULTS = "What the notes of this file have in common; a note's own value wins."
_NOTES = "The notes, in the order of study within their lesson."


def schemas(deck_file: Path, deck: Deck | None) -> dict[Path, Schema]:
    """Return a deck's schemas by the files that they belong into, that of its notes last.

    deck_file: the deck.yaml, or the single file that is the deck.
    deck: where it cannot be read, the schemas know nothing but the kinds.
    """
    found = {schema_path(deck_file, is_deck_file=True): _deck_schema(deck)}
    if deck_file.name in DECK_FILES:
        found[schema_path(deck_file, is_deck_file=False)] = _card_schema(deck)
    return found


def write_schemas(found: Mapping[Path, Schema]) -> None:
    """Write a deck's schemas into its folder for them, made if it is not there. Raises OSError."""
    for path, schema in found.items():
        if not path.parent.exists():
            replace_file(path.parent / ".gitignore", _IGNORED.read_bytes())
        text = as_text(schema).encode()
        if not path.is_file() or path.read_bytes() != text:
            replace_file(path, text)


def refresh_schemas(deck: Deck) -> None:
    """Write a deck's schemas anew, if it has a folder for them. Raises OSError."""
    found = schemas(deck.header.at.file.path, deck)
    write_schemas({path: schema for path, schema in found.items() if path.parent.is_dir()})


def as_text(schema: Schema) -> str:
    """Return a schema's text."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _card_schema(deck: Deck | None) -> Schema:
    return {
        "$schema": _DRAFT,
        "title": f"Notes of the deck {deck.header.name}" if deck else "Notes",
        "type": "object",
        **_parts(_Words(deck, closed=True)),
        "additionalProperties": False,
    }


def _deck_schema(deck: Deck | None) -> Schema:
    """Return the schema of the file that says what the deck is, and may hold notes too."""
    words = _Words(deck, closed=False)
    parts = _parts(words)
    keys = authored(Header)
    return {
        "$schema": _DRAFT,
        "title": f"The deck {deck.header.name}" if deck else "A deck",
        "type": "object",
        **parts,
        "properties": {name: words.key(key) for name, key in keys.items()} | parts["properties"],
        "required": [name for name, key in keys.items() if key.required],
        "additionalProperties": False,
    }


class _Words:
    """What the deck has that its notes can name.

    closed: whether lessons and sources are declared in another file, so that others are mistakes.
    """

    def __init__(self, deck: Deck | None, *, closed: bool) -> None:
        notes = deck.notes.values() if deck else ()
        tags = {tag for note in notes for tag in note.tags}
        ids = {str(note.id): bare(note.title) for note in notes if has_own_id(note)}
        self.known: Mapping[Any, Iterable[str]] = {
            Tag: sorted(tags),
            NoteId: dict(sorted(ids.items())),
        }
        self.groups = sorted({note.contrast for note in notes if note.contrast})
        self.lessons = list(deck.header.lessons) if deck else []
        self.sources = list(deck.header.sources) if deck else []
        self.language = deck.header.language if deck else ""
        self.closed = closed and deck is not None

    def key(self, key: Authored) -> Schema:
        """Return the schema of a key of a note or of the deck."""
        schema = self._own(key) or of_type(key.type, self.known, self.language)
        return described(key, schema, self.language)

    def _own(self, key: Authored) -> Schema | None:
        """Return the schema of a key whose type does not tell all."""
        schema = of_type(key.type, self.known, self.language)
        match key.name:
            case "id" if key.required:
                reserved = {"type": "string", "pattern": RESERVED}
                return {**schema, "not": reserved}
            case "kind":
                return _kind()
            case "lesson":
                return self._lesson() if self.closed else proposed(self.lessons, schema)
            case "source":
                return one_of(self.sources) if self.closed else proposed(self.sources, schema)
            case "contrast":
                return proposed(self.groups, schema)
            case "excuse" | "lint":
                value = schema["additionalProperties"]
                abouts = {slug: rule.code.about for slug, rule in rules().items()}
                slugs = {slug: {"description": about, **value} for slug, about in abouts.items()}
                return {**schema, "properties": slugs}
        return None

    def _lesson(self) -> Schema:
        count = len(self.lessons)
        if not count:
            return {"not": {}}
        numbers = "|".join(str(number + 1) for number in range(count))
        return {
            "anyOf": [
                one_of(self.lessons),
                {"type": "integer", "minimum": 1, "maximum": count},
                {"type": "string", "pattern": rf"^\s*0*(?:{numbers})\s*$"},
            ]
        }


def _kind() -> Schema:
    abouts = [inspect.getdoc(kind.note) or "" for kind in kinds().values()]
    return {"enum": list(kinds()), "enumDescriptions": abouts, "markdownEnumDescriptions": abouts}


def _parts(words: _Words) -> Schema:
    """Return what a file with notes takes: keys, rules, definitions."""
    definitions: dict[str, Schema] = {
        f"key-{name}": words.key(key) for name, key in authored(Note).items()
    }
    for kind in kinds().values():
        keys = authored(kind.note)
        own = {name: words.key(key) for name, key in keys.items() if name not in authored(Note)}
        definitions |= {f"{kind.name}-{name}": schema for name, schema in own.items()}
        definitions[kind.name] = {
            "type": "object",
            "description": inspect.getdoc(kind.note),
            "properties": {
                name: _ref(f"{kind.name}-{name}" if name in own else f"key-{name}")
                for name in note_keys([kind.note])
            },
            "additionalProperties": False,
        }
    return {
        "properties": {
            "defaults": {"description": _DEFAULTS, "type": ["object", "null"], **_defaults()},
            "notes": {
                "description": _NOTES,
                "type": ["array", "null"],
                "items": _ref("note"),
            },
        },
        "allOf": list(_needs()),
        "definitions": {"note": _note(), **definitions},
    }


def _note() -> Schema:
    """Return the schema of a note, whose kind says what other keys it has."""
    return {
        "type": "object",
        "properties": {name: _ref(f"key-{name}") for name in authored(Note)},
        "allOf": [{"if": _says("kind", name), "then": _ref(name)} for name in kinds()],
    }


def _defaults() -> Schema:
    common = {name: [_ref(f"key-{name}")] for name in authored(Note) if name != "id"}
    found: dict[str, list[Schema]] = dict(common)
    for kind in kinds().values():
        for name in authored(kind.note):
            if name not in authored(Note):
                found.setdefault(name, []).append(_ref(f"{kind.name}-{name}"))
    return {
        "properties": {
            name: refs[0] if len(refs) == 1 else {"anyOf": refs} for name, refs in found.items()
        },
        "additionalProperties": False,
    }


def _needs() -> Iterable[Schema]:
    """Yield what a note needs that neither it nor the file's defaults have."""
    kind_given = {"required": ["kind"]}
    yield {"if": _lacking("kind"), "then": _each_note(kind_given)}
    for kind in kinds().values():
        by_default = {
            "required": ["defaults"],
            "properties": {"defaults": _says("kind", kind.name)},
        }
        yield {
            "if": by_default,
            "then": _each_note({"if": kind_given, "then": {}, "else": _ref(kind.name)}),
        }
        required = (key.name for key in authored(kind.note).values() if key.required)
        for name in required:
            if name == "kind":
                continue
            needed = {"required": [name]}
            yield {
                "if": _lacking(name),
                "then": _each_note({"if": _says("kind", kind.name), "then": needed}),
            }
            yield {
                "if": {"allOf": [_lacking(name), by_default]},
                "then": _each_note({"if": kind_given, "then": {}, "else": needed}),
            }


def _each_note(schema: Schema) -> Schema:
    return {"properties": {"notes": {"items": schema}}}


def _says(key: str, word: str) -> Schema:
    return {"required": [key], "properties": {key: {"const": word}}}


def _lacking(key: str) -> Schema:
    given = {"type": "object", "required": [key]}
    return {"not": {"required": ["defaults"], "properties": {"defaults": given}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}
