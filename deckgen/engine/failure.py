"""What is wrong with a package."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from anki.errors import AnkiException
from anki.notes import Note

from deckgen.render.plain import plain

_TITLE = 40
_DECORATION = re.compile("[\u2066-\u2069]|<a .*?</a>")


@dataclass(frozen=True, slots=True)
class NoteName:
    """What tells a note from others.

    guid: Anki's own name of it; id: its `ID` field, e.g. `mass-line/wulou`, empty where it has
    none; title: its first field as plain text, shortened.
    """

    guid: str
    id: str
    title: str

    def __str__(self) -> str:
        return self.id or self.guid or f"“{self.title}”"


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is wrong, as a sentence.

    check: the check that found it; notes: those it is about.
    """

    check: str
    message: str
    notes: tuple[NoteName, ...] = ()

    def __str__(self) -> str:
        return self.message


def note_name(note: Note) -> NoteName:
    """Return what a note is called."""
    identity = note["ID"] if "ID" in note else ""  # noqa: SIM401 - no dict
    return NoteName(note.guid, identity, title(note.fields[0]))


def title(field: str) -> str:
    """Return a field's HTML as one short line of text."""
    text = " ".join(plain(field).split())
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"


def said(error: AnkiException) -> str:
    """Return an error of the engine as plain text."""
    return undecorated(str(error))


def undecorated(message: str) -> str:
    """Return a message of Anki without its marks for direction, its links and its HTML."""
    return html.unescape(_DECORATION.sub("", message).replace("<br>", " ")).strip()
