"""Notes are linked: identities, lessons, references, the order of study."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
import typing
from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import Any, cast

from deckgen.deck.deck import Header, lesson_number
from deckgen.deck.field import Name, NoteId
from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.deck.source import UNKNOWN_SOURCE
from deckgen.problem import Code, Problem, Severity, did_you_mean, nearest_word

DUPLICATE_ID = Code(
    "duplicate-id",
    Severity.ERROR,
    "Two notes of the deck have the same id (or GUID), so Anki could not tell them apart. Give "
    "the newer one another; the older one keeps its study history by keeping its id.",
)
SAME_NOTE = Code(
    "same-note",
    Severity.ERROR,
    "Two notes without an id begin alike, so they would be one note to Anki. Give each an id.",
)
RESERVED_ID = Code(
    "reserved-id",
    Severity.ERROR,
    "The deck's id is `collection` or begins with `backup-`. The package is named after it, and "
    "Anki takes a file of such a name for a backup that replaces the whole collection. Give the "
    "deck another id.",
)
RESERVED = r"^\s*(?:collection\s*$|backup-)"
"""The ids that a deck cannot have, as a regular expression."""

UNKNOWN_LESSON = Code(
    "unknown-lesson",
    Severity.ERROR,
    "A note's lesson is none of deck.yaml's `lessons`: give its number, counted from one, or its "
    "name as it stands there.",
)
UNKNOWN_NOTE = Code(
    "unknown-note",
    Severity.ERROR,
    "A field names another note by its id, and the deck has no such note (or only as a draft).",
)


def link(
    header: Header, notes: Sequence[Note], unread: Collection[str]
) -> tuple[dict[str, Note], list[Problem]]:
    """Return the notes by id in the order of study, drafts left out, and what does not link.

    unread: the ids of notes that have errors of their own, and may be named all the same.
    """
    problems = [*_reserved(header), *_header_sources(header)]
    present = [note for note in notes if not note.draft]
    linked = _identified(present, problems)
    lessons: dict[str, int] = {}
    known = {*linked, *unread}
    drafts: set[str | None] = {note.id for note in notes if note.draft}
    for name, note in linked.items():
        lesson = _lesson(header, note, problems)
        lessons[name] = len(header.lessons) if lesson is None else lesson
        if lesson is None:
            linked[name] = dataclasses.replace(note, lesson=None)
        problems += _references(note, known, drafts)
        problems += _source(header, note)
    return dict(sorted(linked.items(), key=lambda each: lessons[each[0]])), problems


def _reserved(header: Header) -> Iterator[Problem]:
    if re.search(RESERVED, header.id):
        message = f"Anki would take '{header.id}.apkg' for a backup: give the deck another id"
        yield Problem(RESERVED_ID, message, header.at.span("id"))


def _identified(notes: Sequence[Note], problems: list[Problem]) -> dict[str, Note]:
    linked: dict[str, Note] = {}
    guids: dict[str, Note] = {}
    for note in notes:
        name = note.id or derived_id(note)
        other = linked.setdefault(name, note)
        if other is not note:
            code = DUPLICATE_ID if note.id else SAME_NOTE
            message = (
                f"the id '{note.id}' is taken: give this note another"
                if note.id
                else f"another {note.kind} note without an id begins '{note.title[:20]}' too: "
                "give each an `id:`"
            )
            related = ((other.at.span("id"), "the first one"),)
            problems.append(Problem(code, message, note.at.span("id"), related))
        elif not note.id:
            linked[name] = dataclasses.replace(note, id=name)
        if note.guid and guids.setdefault(note.guid, note) is not note:
            message = f"the GUID '{note.guid}' is taken: give this note another"
            related = ((guids[note.guid].at.span("guid"), "the first one"),)
            problems.append(Problem(DUPLICATE_ID, message, note.at.span("guid"), related))
    return linked


def derived_id(note: Note) -> Name:
    """Return the id of a note that has none: made of its kind and its title."""
    digest = hashlib.sha256(f"{note.kind}\n{note.title}".encode()).hexdigest()
    return Name(f"auto-{digest[:12]}")


def _lesson(header: Header, note: Note, problems: list[Problem]) -> int | None:
    """Return the number of a note's lesson, or nothing where the deck has no such lesson."""
    try:
        return lesson_number(header, note.lesson)
    except ValueError:
        hint = did_you_mean(note.lesson or "", header.lessons)
        message = f"deck.yaml has no lesson '{note.lesson}'{hint} (it has {len(header.lessons)})"
        near = nearest_word(note.lesson or "", header.lessons)
        problems.append(Problem(UNKNOWN_LESSON, message, note.at.span("lesson"), fix=near))
        return None


def _references(note: Note, known: set[str], drafts: set[str | None]) -> Iterator[Problem]:
    for field, wanted in references(note):
        if wanted not in known:
            message = f"the note '{wanted}' is not in the deck{did_you_mean(wanted, known)}"
            near = nearest_word(wanted, known)
            if wanted in drafts:
                message = f"the note '{wanted}' is a draft: finish it, or leave '{field}' out"
                near = ""
            yield Problem(UNKNOWN_NOTE, message, note.at.span(field), fix=near)


def references(note: Note) -> Iterator[tuple[str, NoteId]]:
    """Yield the keys of a note that name other notes, and the ids that they name."""
    for field in _reference_fields(cast(Hashable, type(note))):
        if wanted := getattr(note, field):
            yield field, wanted


@functools.cache
def _reference_fields(record: Any) -> tuple[str, ...]:
    keys = authored(record).values()
    return tuple(key.name for key in keys if NoteId in (key.type, *typing.get_args(key.type)))


def _header_sources(header: Header) -> Iterator[Problem]:
    """Yield the sources that other keys of the header name, and that it has not."""
    for key in ("headings", "must_have", "excused"):
        for name in getattr(header, key):
            if name not in header.sources:
                hint = did_you_mean(name, header.sources)
                message = f"`sources` has no '{name}'{hint}"
                yield Problem(UNKNOWN_SOURCE, message, header.at.span(key, name))


def _source(header: Header, note: Note) -> Iterator[Problem]:
    if note.source and note.source not in header.sources:
        hint = did_you_mean(note.source, header.sources)
        message = f"deck.yaml has no source '{note.source}'{hint}"
        near = nearest_word(note.source, header.sources)
        yield Problem(UNKNOWN_SOURCE, message, note.at.span("source"), fix=near)
    elif note.evidence and not note.source:
        message = "evidence needs a source: add `source:` with a name from deck.yaml's `sources`"
        yield Problem(UNKNOWN_SOURCE, message, note.at.span("evidence"))
