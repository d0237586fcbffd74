"""The pipeline: files → deck → lock → rendered notes → package."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deckgen.deck.deck import Deck
from deckgen.deck.link import references
from deckgen.deck.load import load
from deckgen.deck.note import Note
from deckgen.files import replace_file
from deckgen.kinds import kinds
from deckgen.lock.file import format_lock, lock_path, read_lock
from deckgen.lock.history import read_history
from deckgen.lock.identify import Identified, identify
from deckgen.lock.numbers import number_items
from deckgen.lock.record import Lock, Numbered
from deckgen.lock.settle import Built, BuiltType, Request, Settled, settle
from deckgen.lock.sketch import fingerprint
from deckgen.lock.wording import content_fingerprint, content_sketch
from deckgen.package.archive import archive
from deckgen.package.cards import NO_CARD, card_ords, is_empty
from deckgen.package.collection import collection
from deckgen.package.content import Content, PackagedNote, PackagedType, Preset
from deckgen.package.identity import guid_of, stable_id
from deckgen.problem import Problem, Span, has_errors, in_order
from deckgen.render.labels import COMMON, labels_for, voice
from deckgen.render.notetype import speech
from deckgen.render.render import Renderer
from deckgen.render.sequence import TOO_MANY_ITEMS
from deckgen.render.theme import css
from deckgen.rules import check
from deckgen.text.file import ALL_SAVED, Unsaved

_MEDIA = re.compile(r'src="([^"]+)"|\[sound:([^\]]+)\]')
_Numbers = Mapping[str, Mapping[str, tuple[Numbered, ...]]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A deck as far as it could be compiled.

    problems: everything that is wrong, in the order of places.
    content: what goes into the package; nothing while there are errors.
    settled: the lock after this build, and what changed; `lock_file` is where it belongs.
    recognised: sentences that tell which notes were known again without their id.
    rendered: the deck's notes, in its order, also while there are errors elsewhere.
    """

    deck: Deck | None
    problems: list[Problem]
    content: Content | None = None
    lock_file: Path | None = None
    settled: Settled | None = None
    recognised: tuple[str, ...] = ()
    rendered: tuple[PackagedNote, ...] = ()

    @property
    def lock_changes(self) -> bool:
        """Whether the lock's file does not say what this build would write."""
        return self.lock_file is not None and _text(self.lock_file) != self.lock

    @property
    def lock(self) -> str:
        """The lock's text after this build."""
        return format_lock(self.settled.lock) if self.settled else ""


def compile_deck(
    path: Path,
    moment: int,
    request: Request | None = None,
    lock: Lock | None = None,
    unsaved: Unsaved = ALL_SAVED,
) -> Compiled:
    """Read, check and render a deck, and settle its moments by its lock.

    moment: the time that changed notes carry, in seconds since 1970.
    lock: what counts as the deck's lock, instead of its file.
    unsaved: what counts as the text of files, instead of what is on disk.
    """
    deck, problems = load(path, {name: kind.note for name, kind in kinds().items()}, unsaved)
    if deck is None:
        return Compiled(None, in_order(problems))
    request = request or Request()
    lock_file = lock_path(deck.header.at.file.path)
    known, damaged = read_lock(lock_file) if lock is None else (lock, [])
    identified = identify(deck.notes, known, request.new)
    deck = dataclasses.replace(deck, notes=identified.notes)
    numbers, too_many = _numbered(deck, identified)
    problems += [*damaged, *identified.problems, *too_many, *check(deck)]
    renderer = Renderer(deck, _plain_numbers(numbers))
    types = {
        name: _packaged_type(deck, name)
        for name in {str(note.kind) for note in deck.notes.values()}
    }
    notes = [
        _packaged(note, types[note.kind], renderer, identified) for note in deck.notes.values()
    ]
    settled = _settle(deck, known, notes, types, numbers, identified, moment, request)
    content = _content(deck, notes, settled.lock, renderer)
    problems = in_order([*problems, *renderer.problems, *settled.problems])
    return Compiled(
        deck,
        problems,
        None if has_errors(problems) else content,
        lock_file,
        settled,
        identified.recognised,
        tuple(notes),
    )


def package(content: Content) -> bytes:
    """Return the bytes of the .apkg."""
    return archive(collection(content), content.media)


def write(compiled: Compiled, target: Path) -> None:
    """Write the lock, then the package. Raises OSError.

    In this order: a moment that was never shipped harms nobody, one that was shipped and is not
    recorded does.
    """
    if compiled.content is None or compiled.lock_file is None:
        raise ValueError("a deck with errors is not written")
    content = package(compiled.content)
    if compiled.lock_changes:
        replace_file(compiled.lock_file, compiled.lock.encode())
    replace_file(target, content)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _numbered(deck: Deck, identified: Identified) -> tuple[_Numbers, list[Problem]]:
    """Give every item of the deck's sequences its card number."""
    numbers: dict[str, dict[str, tuple[Numbered, ...]]] = {}
    problems: list[Problem] = []
    for name, note in deck.notes.items():
        record = identified.identities[name].record
        numbers[name] = {}
        for key, given in kinds()[note.kind].numbered.items():
            known = record.numbers.get(key, ()) if record else ()
            highest = record.highest.get(key, 0) if record else 0
            items = number_items(getattr(note, key), known, highest, given.start)
            numbers[name][key] = items
            if any(item.number not in given for item in items):
                message = f"more '{key}' than the {len(given)} that a note can ever have: split it"
                problems.append(Problem(TOO_MANY_ITEMS, message, note.at.span(key)))
    return numbers, problems


def _plain_numbers(numbers: _Numbers) -> dict[str, dict[str, tuple[int, ...]]]:
    return {
        name: {key: tuple(item.number for item in items) for key, items in keys.items()}
        for name, keys in numbers.items()
    }


def _settle(
    deck: Deck,
    lock: Lock,
    notes: list[PackagedNote],
    types: Mapping[str, PackagedType],
    numbers: _Numbers,
    identified: Identified,
    moment: int,
    request: Request,
) -> Settled:
    built = [
        Built(
            id=name,
            kind=note.kind,
            deck=packaged.deck,
            content=_content_fingerprint(note, deck, packaged),
            rendered=fingerprint("\x1f".join(packaged.fields)),
            sketch=content_sketch(note),
            numbers=numbers[name],
        )
        for (name, note), packaged in zip(deck.notes.items(), notes, strict=True)
    ]
    lock_file = lock_path(deck.header.at.file.path)
    return settle(
        deck.header.id,
        lock,
        read_history(lock_file) if lock.notes else None,
        built,
        [_built_type(kind, packaged) for kind, packaged in sorted(types.items())],
        identified.identities,
        dataclasses.replace(request, clock=moment, now=int(time.time())),
        Span(str(lock_file)) if lock.notes else deck.header.at.span("id"),
    )


def _content_fingerprint(note: Note, deck: Deck, packaged: PackagedNote) -> str:
    named = (deck.notes.get(wanted) for _, wanted in references(note))
    titles = [other.title for other in named if other]
    media = [image or sound for image, sound in _MEDIA.findall("\x1f".join(packaged.fields))]
    return content_fingerprint(note, titles, media)


def _built_type(kind: str, packaged: PackagedType) -> BuiltType:
    note_type = packaged.note_type
    fields, templates = note_type.fields, note_type.templates
    pins = [each.id for each in fields], [each.id for each in templates]
    structure = repr((pins, note_type.cloze))
    style = repr((packaged.name, note_type, packaged.css))
    return BuiltType(kind, fingerprint(structure), fingerprint(style))


def _content(deck: Deck, notes: list[PackagedNote], lock: Lock, renderer: Renderer) -> Content:
    moments = [note.moment for note in lock.notes.values()]
    moments += [type_.moment for type_ in lock.types.values()]
    types = {
        kind: dataclasses.replace(_packaged_type(deck, kind), moment=record.moment)
        for kind, record in lock.types.items()
        if kind in kinds()
    }
    dated = [
        dataclasses.replace(
            packaged, type=types[note.kind], moment=lock.notes[name, note.kind].moment
        )
        for (name, note), packaged in zip(deck.notes.items(), notes, strict=True)
    ]
    lessons = {note.deck for note in notes} - {deck.header.name}
    return Content(
        decks=(deck.header.name, *sorted(lessons)),
        description=renderer.header("description"),
        preset=_preset(deck),
        notes=dated,
        media=renderer.media,
        moment=max(moments, default=1),
    )


def _packaged_type(deck: Deck, kind_name: str) -> PackagedType:
    kind, header = kinds()[kind_name], deck.header
    labels = labels_for(header.language, kind.labels)
    read_aloud = speech(voice(header.language)) if header.speech else ""
    filled = {"language": header.language, "speech": read_aloud, **labels}
    return PackagedType(
        stable_id("note type", header.id, kind.name),
        f"{header.name} · {labels['name']}",
        kind.note_type.with_labels(filled),
        css(),
    )


def _packaged(
    note: Note, packaged: PackagedType, renderer: Renderer, identified: Identified
) -> PackagedNote:
    """Render a note; its moment is settled later."""
    header = renderer.deck.header
    before = len(renderer.problems)
    fields = kinds()[note.kind].fields(note, renderer)
    cards = card_ords(packaged.note_type, fields)
    first = packaged.note_type.fields[0].name
    if (not cards or is_empty(fields[first])) and not has_errors(renderer.problems[before:]):
        why = f"its '{first}' shows nothing" if cards else "none of its fields asks for anything"
        message = f"this {note.kind} note makes no card: {why}"
        renderer.complain(NO_CARD, message, note)
    return PackagedNote(
        guid=note.guid or guid_of(header.id, identified.identities[note.id or ""].name),
        type=packaged,
        deck=_deck_name(renderer.deck, note),
        fields=tuple(fields.get(field.name, "") for field in packaged.note_type.fields),
        tags=tuple(sorted(set(note.tags))),
        cards=tuple(cards),
        moment=0,
    )


def _deck_name(deck: Deck, note: Note) -> str:
    """Return the name of a note's deck; its number makes Anki show lessons in their order."""
    lessons = deck.header.lessons
    number = deck.lesson(note)
    if not lessons:
        return deck.header.name
    if number == len(lessons):
        return f"{deck.header.name}::99 {labels_for(deck.header.language, COMMON)['others']}"
    return f"{deck.header.name}::{number + 1:02} {lessons[number]}"


def _preset(deck: Deck) -> Preset | None:
    options = deck.header.options
    given = (
        options.new_per_day,
        options.reviews_per_day,
        options.desired_retention,
        options.bury_siblings,
    )
    if all(value is None for value in given):
        return None
    return Preset(stable_id("preset", deck.header.id), deck.header.name, *given)
