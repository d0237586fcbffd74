"""Which note of the lock each note of the deck is."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from deckgen.deck.field import Name
from deckgen.deck.link import DUPLICATE_ID, derived_id
from deckgen.deck.note import Note
from deckgen.lock.alike import Alike
from deckgen.lock.record import GUID_PREFIX, Lock, NoteKey, NoteRecord
from deckgen.lock.sketch import LONG
from deckgen.lock.wording import content_sketch
from deckgen.problem import Code, Problem, Severity

CHANGED_ID = Code(
    "changed-id",
    Severity.ERROR,
    "A note's id is new, and its text is that of a note whose id is gone: it looks renamed. Under "
    "a new id it would be a new note to Anki, without its study history. Give it its old id back; "
    "or keep the new id with the note's old `guid:`, as the message has it; or, if it is another "
    "note indeed, say so once with `deckgen build --new ID`.",
)

_SURELY = 0.75
_LIKELY = 0.3

GuidOf = Callable[[str], str]
_Pairs = Iterator[tuple[str, NoteRecord]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a note is: what the lock knows of it, and what its GUID is made of."""

    record: NoteRecord | None
    name: str
    wording: str


@dataclass(frozen=True, slots=True)
class Identified:
    """A deck's notes under their lasting ids, and who each of them is.

    recognised: notes that were known again, each as a sentence.
    """

    notes: Mapping[str, Note]
    identities: Mapping[str, Identity]
    recognised: tuple[str, ...]
    problems: tuple[Problem, ...]


def identify(
    notes: Mapping[str, Note], lock: Lock, guid_of: GuidOf, new: Collection[str] = ()
) -> Identified:
    """Find each note in the lock: by its id or GUID, or, where it had no id, by its wording.

    notes: by id; those without an id of their own are under one derived from their wording.
    guid_of: returns the GUID that is made of a name.
    new: ids that are new indeed, although their notes look like ones that are gone.
    """
    found: dict[str, NoteRecord] = {}
    recognised: list[str] = []
    problems: list[Problem] = []
    claimed: set[NoteKey] = set()
    for name, record in _exact(notes, lock, guid_of):
        if name not in found and record.key not in claimed:
            found[name] = record
            claimed.add(record.key)
            if record.id != name and has_own_id(notes[name]):
                recognised.append(_sentence(notes[name], record))
    strangers = {name: note for name, note in notes.items() if name not in found}
    for name, record in _alike(strangers, lock, claimed):
        if record.wording:
            found[name] = record
            recognised.append(_sentence(notes[name], record))
        elif name not in new:
            problems.append(_changed(notes[name], record, guid_of))
    identified = _assemble(notes, found, lock, guid_of)
    problems += _doubles(identified, guid_of)
    return dataclasses.replace(identified, recognised=tuple(recognised), problems=tuple(problems))


def has_own_id(note: Note) -> bool:
    """Whether the author gave the note its id."""
    return "id" in note.at.node.values


def _exact(notes: Mapping[str, Note], lock: Lock, guid_of: GuidOf) -> _Pairs:
    """Yield pairs of a note and a record that are one, the surest first."""
    own = {name: note for name, note in notes.items() if has_own_id(note)}
    for name, note in own.items():
        if record := lock.notes.get((name, note.kind)):
            yield name, record
    adopted = {name: note for name, note in notes.items() if note.guid}
    by_guid = {guid_of(each.name): each for each in lock.notes.values()} if adopted else {}
    for name, note in adopted.items():
        record = by_guid.get(note.guid or "")
        if record and record.kind == note.kind:
            yield name, record
    worded = sorted(
        (record for record in lock.notes.values() if record.wording),
        key=lambda record: (not record.removed, record.key),
    )
    by_words = {(record.wording, record.kind): record for record in worded}
    by_first_words = {(record.id, record.kind): record for record in worded}
    unknown = {
        name: note
        for name, note in notes.items()
        if name not in own or (name, note.kind) not in lock.notes
    }
    for known in (by_words, by_first_words) if worded else ():
        for name, note in unknown.items():
            if record := known.get((derived_id(note), note.kind)):
                yield name, record


def _alike(strangers: Mapping[str, Note], lock: Lock, claimed: Collection[NoteKey]) -> _Pairs:
    """Yield pairs of a note and the record of one that is gone and was like it, surest first."""
    gone = [
        each
        for key, each in lock.notes.items()
        if key not in claimed and (each.wording or not each.removed)
    ]
    if not gone or not strangers:
        return
    alike = Alike(gone, [lock.notes[key] for key in claimed])
    pairs = [
        (likeness, name, record)
        for name, note in strangers.items()
        for likeness, record in alike.like(content_sketch(note, LONG), note.kind)
        if likeness >= (_LIKELY if record.wording and not record.removed else _SURELY)
    ]
    taken: set[str | NoteKey] = set()
    for _, name, record in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].key)):
        if name not in taken and record.key not in taken:
            taken |= {name, record.key}
            yield name, record


def _assemble(
    notes: Mapping[str, Note], found: Mapping[str, NoteRecord], lock: Lock, guid_of: GuidOf
) -> Identified:
    known_ids = {note_id for note_id, _ in lock.notes}
    used_ids = known_ids | {name for name in notes if has_own_id(notes[name])}
    used_names = {record.name for record in lock.notes.values()}
    placed: dict[str, Note] = {}
    identities: dict[str, Identity] = {}
    for name, note in notes.items():
        record, own = found.get(name), has_own_id(note)
        lasting = name if own else record.id if record else _unused(name, used_ids)
        made_of = record.name if record else ""
        if note.guid and guid_of(made_of) != note.guid:
            made_of = GUID_PREFIX + note.guid
        elif record is None:
            made_of = _unused(
                f"{lasting}@{note.kind}" if lasting in known_ids else lasting, used_names
            )
        used_names.add(made_of)
        used_ids.add(lasting)
        placed[lasting] = note if own else dataclasses.replace(note, id=Name(lasting))
        identities[lasting] = Identity(record, made_of, "" if own else name)
    return Identified(placed, identities, (), ())


def _unused(wanted: str, used: Collection[str]) -> str:
    numbered = (f"{wanted}-{at}" for at in itertools.count(2))
    return next(name for name in itertools.chain((wanted,), numbered) if name not in used)


def _sentence(note: Note, record: NoteRecord) -> str:
    place = note.at.span()
    if not has_own_id(note):
        return f"{place}: known again by its wording, as '{record.id}'"
    if record.wording:
        return f"{place}: known again, now with the id '{note.id}' (it had none)"
    return f"{place}: known again by its GUID, now with the id '{note.id}' (it was '{record.id}')"


def _changed(note: Note, record: NoteRecord, guid_of: GuidOf) -> Problem:
    message = (
        f"this looks like the note '{record.id}', which is gone: give it that id back, or keep "
        f"its history with `guid: '{guid_of(record.name)}'`; if it is another note, build with "
        f"--new {note.id}"
    )
    return Problem(CHANGED_ID, message, note.at.span("id"))


def _doubles(identified: Identified, guid_of: GuidOf) -> Iterator[Problem]:
    """Yield the notes whose `guid:` is that of another note."""
    adopted = [name for name, note in identified.notes.items() if note.guid]
    if not adopted:
        return
    names: Iterable[tuple[str, Identity]] = identified.identities.items()
    guids = {guid_of(each.name): name for name, each in names if name not in adopted}
    for name in adopted:
        note = identified.notes[name]
        if other := guids.get(note.guid or ""):
            message = (
                f"the GUID '{note.guid}' is that of the note '{other}': give this note another"
            )
            related = ((identified.notes[other].at.span("id"), "that note"),)
            yield Problem(DUPLICATE_ID, message, note.at.span("guid"), related)
