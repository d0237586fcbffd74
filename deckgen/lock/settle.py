"""The lock after a build: who changed, when, and what that means for Anki."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from deckgen.lock.history import History
from deckgen.lock.identify import Identity
from deckgen.lock.record import Lock, NoteKey, NoteRecord, Numbered, TypeRecord
from deckgen.problem import Code, Problem, Severity, Span

TYPE_CHANGED = Code(
    "note-type-changed",
    Severity.ERROR,
    "A note type gained, lost or reordered fields or templates since it was shipped. Anki would "
    "answer every update of its notes with “conflicting” and leave them as they are. Undo the "
    "change; or rename a reserve field by its pinned id instead; or, if learners can be asked to "
    "tick “merge note types” in the import dialog (which forces a full sync), build with "
    "`--change-note-type KIND`.",
)
MOMENT_AHEAD = Code(
    "moment-ahead",
    Severity.ERROR,
    "The lock, its history, or SOURCE_DATE_EPOCH says that a note changed more than a day from "
    "now. Anki would take no update before that day. Set the clock right; if a wrong clock made "
    "the lock, take its lines back from git.",
)
OTHER_DECK = Code(
    "deck-id-changed",
    Severity.ERROR,
    "The deck's `id` is not the one in its lock. The id is part of every note's identity: with "
    "another, Anki would take all notes as new. Give the deck its id back, or delete the lock to "
    "begin a new deck.",
)

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Built:
    """A note as this build made it: what the lock has to remember of it."""

    id: str
    kind: str
    deck: str
    content: str
    rendered: str
    sketch: str
    numbers: Mapping[str, tuple[Numbered, ...]]


@dataclass(frozen=True, slots=True)
class BuiltType:
    """A note type as this build made it."""

    kind: str
    structure: str
    style: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the lock, as ids of notes in the order of study.

    again: notes that did not change, but whose moment had fallen below one that was shipped.
    back: notes that had been removed.
    unsent: notes whose markup alone changed; they are left alone unless asked for.
    moved: notes whose deck changed, and the deck they were in; Anki leaves their cards there.
    untouched: how many notes are none of these, or changed in markup only.
    types: kinds whose look or structure changed.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    again: tuple[str, ...]
    back: tuple[str, ...]
    unsent: tuple[str, ...]
    moved: Mapping[str, str]
    removed: tuple[NoteRecord, ...]
    untouched: int
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """The lock that this build leaves, and what led to it."""

    lock: Lock
    changes: Changes
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What a build was asked to do.

    clock: the moment of the build; now: the computer's time, both in seconds since 1970.
    send_markup: send the notes whose markup alone changed.
    change_types: kinds whose note type may change its structure.
    new: ids of notes that are new although they look like ones that are gone.
    """

    clock: int = 0
    now: int = 0
    send_markup: bool = False
    change_types: Collection[str] = ()
    new: Collection[str] = ()


def settle(
    deck_id: str,
    lock: Lock,
    history: History,
    notes: Iterable[Built],
    types: Iterable[BuiltType],
    identities: Mapping[str, Identity],
    request: Request,
    span: Span,
) -> Settled:
    """Compare a build with the lock, and give every note and note type its moment.

    A moment moves only where the content did, and what is sent with it, since it was last sent: to
    the clock, or to one second after the highest moment ever recorded.

    lock: with what it forgot; history: the latest that git remembers of each.
    span: where the lock is, for its problems.
    """
    problems: list[Problem] = []
    if lock.deck_id and lock.deck_id != deck_id:
        message = f"the lock belongs to the deck '{lock.deck_id}': give this deck that id back"
        problems.append(Problem(OTHER_DECK, message, span))
    became: dict[str, list[str]] = defaultdict(list)
    moved: dict[str, str] = {}
    records: dict[NoteKey, NoteRecord] = {}
    for note in notes:
        known = identities[note.id].record
        past = history.notes.get(identities[note.id].name)
        moment, rendered, what = _settled(note, known, past, request)
        became[what].append(note.id)
        if known and not known.removed and known.deck != note.deck:
            moved[note.id] = known.deck
        record = _record(note, identities[note.id], moment, rendered)
        records[record.key] = record
    taken = {identity.record.key for identity in identities.values() if identity.record}
    gone = [record for key, record in lock.notes.items() if key not in taken]
    records.update({record.key: replace(record, removed=True) for record in gone})
    type_records, changed_types = _types(lock, history, types, request, span, problems)
    problems += _ahead(records, type_records, request, span)
    changes = Changes(
        new=tuple(became["new"]),
        changed=tuple(became["changed"]),
        again=tuple(became["again"]),
        back=tuple(became["back"]),
        unsent=tuple(became["unsent"]),
        moved=moved,
        removed=tuple(record for record in gone if not record.removed),
        untouched=sum(each not in moved for each in (*became["untouched"], *became["unsent"])),
        types=changed_types,
    )
    return Settled(Lock(deck_id, records, type_records), changes, tuple(problems))


def _settled(
    note: Built, known: NoteRecord | None, past: NoteRecord | None, request: Request
) -> tuple[int, str, str]:
    """Return a note's moment, the fingerprint of what is sent of it, and what became of it."""
    if known is None:
        return max(request.clock, 1), note.rendered, "new"
    latest = _latest(known, past)
    moment, rendered, what = latest.moment, latest.rendered, "untouched"
    if not latest.content or latest.rendered != note.rendered:
        if latest.content != note.content or request.send_markup:
            moment, rendered = max(request.clock, latest.moment + 1), note.rendered
            what = "changed" if known.rendered != note.rendered else "again"
        else:
            what = "unsent"
    return moment, rendered, "back" if known.removed else what


def _latest(known: NoteRecord, past: NoteRecord | None) -> NoteRecord:
    """Return what was sent last of a note; where that is two things, the content is unknown."""
    if past is None or past.moment < known.moment:
        return known
    if past.moment == known.moment:
        same = past.content and past.rendered == known.rendered
        return known if same else replace(known, content="")
    return past


def _record(note: Built, identity: Identity, moment: int, rendered: str) -> NoteRecord:
    return NoteRecord(
        id=note.id,
        kind=note.kind,
        name=identity.name,
        moment=moment,
        content=note.content,
        rendered=rendered,
        sketch=note.sketch,
        deck=note.deck,
        wording=identity.wording,
        numbers={field: items for field, items in note.numbers.items() if items},
    )


def _types(
    lock: Lock,
    history: History,
    types: Iterable[BuiltType],
    request: Request,
    span: Span,
    problems: list[Problem],
) -> tuple[dict[str, TypeRecord], tuple[str, ...]]:
    records, changed = dict(lock.types), []
    for built in types:
        known = lock.types.get(built.kind)
        past = history.types.get(built.kind)
        latest = past if past and known and past.moment > known.moment else known
        if latest and latest.style == built.style and latest.structure == built.structure:
            records[built.kind] = latest
            continue
        if known and known.structure != built.structure and built.kind not in request.change_types:
            message = (
                f"the note type of kind '{built.kind}' has other fields or templates than were "
                "shipped: Anki would leave its notes as they are; see `deckgen explain "
                "note-type-changed`"
            )
            problems.append(Problem(TYPE_CHANGED, message, span))
        moment = max(request.clock, latest.moment + 1 if latest else 1)
        records[built.kind] = TypeRecord(built.kind, moment, built.structure, built.style)
        if known:
            changed.append(built.kind)
    return records, tuple(changed)


def _ahead(
    notes: Mapping[NoteKey, NoteRecord],
    types: Mapping[str, TypeRecord],
    request: Request,
    span: Span,
) -> Iterable[Problem]:
    late = [f"note '{each.id}'" for each in notes.values() if each.moment > request.now + _DAY]
    late += [
        f"note type '{each.kind}'" for each in types.values() if each.moment > request.now + _DAY
    ]
    if late:
        more = f" and {len(late) - 1} more" if len(late) > 1 else ""
        message = f"the moment of {late[0]}{more} is more than a day ahead: set the clock right"
        yield Problem(MOMENT_AHEAD, message, span)
