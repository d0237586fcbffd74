"""What the lock remembers of notes and note types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NoteKey = tuple[str, str]
"""A note's id, and its kind: a note that changes its kind is a new one."""

GUID_PREFIX = "guid:"
"""How a record's name begins that is a GUID itself, that of an adopted note."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item, and the card number that is its own for ever.

    mark: the fingerprint of its text; sketch: tells what is alike.
    gone: whether the note has it no more.
    """

    number: int
    mark: str
    sketch: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A note as it was last shipped.

    name: what its GUID is made of: its first id, whatever it is called now.
    moment: when it last changed, in seconds since 1970.
    content: the fingerprint of what the author wrote; empty where it is not known.
    rendered: the fingerprint of the fields and tags as they were last sent.
    sketch: tells notes that are alike; a long one where the note has no id of its own.
    wording: the id derived from the first words of a note that has none of its own.
    deck: the deck it is studied in.
    numbers: of each field of items, their card numbers, those of items that are gone last.
    removed: whether the deck no longer has it.
    """

    id: str
    kind: str
    name: str
    moment: int
    content: str
    rendered: str
    sketch: str
    deck: str
    wording: str = ""
    numbers: Mapping[str, tuple[Numbered, ...]] = field(default_factory=dict)
    removed: bool = False

    @property
    def key(self) -> NoteKey:
        """What the record is found by."""
        return self.id, self.kind


@dataclass(frozen=True, slots=True)
class TypeRecord:
    """A note type as it was last shipped.

    structure: the fingerprint of what Anki would answer with "conflicting".
    style: the fingerprint of what it takes over: templates, CSS, names.
    """

    kind: str
    moment: int
    structure: str
    style: str


@dataclass(frozen=True, slots=True)
class Lock:
    """Everything that was shipped of a deck; an empty one for a deck that never was."""

    deck_id: str = ""
    notes: Mapping[NoteKey, NoteRecord] = field(default_factory=dict)
    types: Mapping[str, TypeRecord] = field(default_factory=dict)
