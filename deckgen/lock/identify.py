"""Which note of the lock each note of the deck is."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from deckgen.deck.field import Name
from deckgen.deck.note import Note
from deckgen.lock.record import Lock, NoteKey, NoteRecord
from deckgen.lock.sketch import likeness
from deckgen.lock.wording import content_sketch
from deckgen.problem import Code, Problem, Severity

CHANGED_ID = Code(
    "changed-id",
    Severity.ERROR,
    "A note's id is new, and its text is that of a note whose id is gone: it looks renamed. Under "
    "a new id it would be a new note to Anki, without its study history. Give it its old id back; "
    "or keep the new id with the note's old `guid:`; or, if it is another note indeed, say so "
    "once with `deckgen build --new ID`.",
)

_SURELY = 0.75
_LIKELY = 0.4


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


def identify(notes: Mapping[str, Note], lock: Lock, new: Collection[str] = ()) -> Identified:
    """Find each note in the lock: by its id, or, where it has none, by its wording.

    notes: by id; those without an id of their own are under one derived from their wording.
    new: ids that are new indeed, although their notes look like ones that are gone.
    """
    found = _exact(notes, lock)
    claimed = {record.key for record in found.values()}
    gone = [
        record for key, record in lock.notes.items() if key not in claimed and not record.removed
    ]
    strangers = {name: note for name, note in notes.items() if name not in found}
    recognised, problems = [], []
    for name, record in _alike(strangers, gone):
        note = notes[name]
        if record.wording:
            found[name] = record
            recognised.append(_sentence(note, record))
        elif name not in new:
            problems.append(_changed(note, record))
    return _assemble(notes, found, lock, recognised, problems)


def has_own_id(note: Note) -> bool:
    """Whether the author gave the note its id."""
    return "id" in note.at.node.values


def _exact(notes: Mapping[str, Note], lock: Lock) -> dict[str, NoteRecord]:
    worded = {
        (record.wording, record.kind): record for record in lock.notes.values() if record.wording
    }
    found: dict[str, NoteRecord] = {}
    for name, note in notes.items():
        known: Mapping[NoteKey, NoteRecord] = lock.notes if has_own_id(note) else worded
        record = known.get((name, note.kind))
        if record:
            found[name] = record
    return found


def _alike(
    strangers: Mapping[str, Note], gone: Iterable[NoteRecord]
) -> Iterator[tuple[str, NoteRecord]]:
    """Yield pairs of a note and the record that it resembles most, the surest first."""
    by_hash: dict[tuple[str, str], list[NoteRecord]] = defaultdict(list)
    for record in gone:
        for each in _hashes(record.sketch):
            by_hash[record.kind, each].append(record)
    pairs: list[tuple[float, str, NoteKey, NoteRecord]] = []
    for name, note in strangers.items() if by_hash else ():
        sketch = content_sketch(note)
        candidates = {
            record.key: record
            for each in _hashes(sketch)
            for record in by_hash.get((note.kind, each), ())
        }
        for key, record in candidates.items():
            alike = likeness(sketch, record.sketch)
            if alike >= (_LIKELY if record.wording and not has_own_id(note) else _SURELY):
                pairs.append((-alike, name, key, record))
    taken: set[str | NoteKey] = set()
    for _, name, key, record in sorted(pairs, key=lambda pair: pair[:3]):
        if name not in taken and key not in taken:
            taken |= {name, key}
            yield name, record


def _hashes(sketch: str) -> set[str]:
    return {sketch[at : at + 4] for at in range(0, len(sketch), 4)}


def _assemble(
    notes: Mapping[str, Note],
    found: Mapping[str, NoteRecord],
    lock: Lock,
    recognised: list[str],
    problems: list[Problem],
) -> Identified:
    used_ids = {name for name in notes if has_own_id(notes[name])}
    used_ids |= {record.id for name, record in found.items() if not has_own_id(notes[name])}
    used_names = {record.name for record in lock.notes.values()}
    kinds = defaultdict(set)
    for id_, kind in lock.notes:
        kinds[id_].add(kind)
    placed: dict[str, Note] = {}
    identities: dict[str, Identity] = {}
    for name, note in notes.items():
        record = found.get(name)
        own = has_own_id(note)
        lasting = name if own else record.id if record else _unused(name, used_ids.__contains__)
        retyped = own and record is None and bool(kinds[name])
        unique = f"{lasting}@{note.kind}" if retyped else lasting
        made_of = record.name if record else _unused(unique, used_names.__contains__)
        used_names.add(made_of)
        used_ids.add(lasting)
        placed[lasting] = note if own else dataclasses.replace(note, id=Name(lasting))
        identities[lasting] = Identity(record, made_of, "" if own else name)
    return Identified(placed, identities, tuple(recognised), tuple(problems))


def _unused(wanted: str, used: Callable[[str], bool]) -> str:
    if not used(wanted):
        return wanted
    return next(name for at in range(2, 10_000) if not used(name := f"{wanted}-{at}"))


def _sentence(note: Note, record: NoteRecord) -> str:
    place = note.at.span()
    if has_own_id(note):
        return f"{place}: known again, now with the id '{note.id}' (it had none)"
    return f"{place}: known again by its wording, as '{record.id}'"


def _changed(note: Note, record: NoteRecord) -> Problem:
    message = (
        f"this looks like the note '{record.id}', which is gone: give it that id back, or keep "
        f"its history with `guid:`; if it is another note, build with --new {note.id}"
    )
    return Problem(CHANGED_ID, message, note.at.span("id"))
