"""A deck is compared with what its lock remembers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from deckgen.deck.deck import Deck
from deckgen.deck.link import references
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.lock.file import lock_path
from deckgen.lock.history import History
from deckgen.lock.identify import Identified, Identity
from deckgen.lock.numbers import number_items
from deckgen.lock.record import Lock, Numbered
from deckgen.lock.settle import Built, BuiltType, Request, Settled, settle
from deckgen.lock.sketch import LONG, SHORT, fingerprint
from deckgen.lock.wording import content_fingerprint, content_sketch, sent_fingerprint
from deckgen.package.content import PackagedNote, PackagedType
from deckgen.problem import Problem, Span
from deckgen.render.sequence import TOO_MANY_ITEMS

_MEDIA = re.compile(r'src="([^"]+)"|\[sound:([^\]]+)\]')

Numbers = Mapping[str, Mapping[str, tuple[Numbered, ...]]]
"""The card numbers of items: by the note's id, by key, in the order of the items."""


def number_notes(deck: Deck, identified: Identified) -> tuple[Numbers, list[Problem]]:
    """Give every item of the deck's sequences its card number."""
    numbers: dict[str, dict[str, tuple[Numbered, ...]]] = {}
    problems: list[Problem] = []
    for name, note in deck.notes.items():
        record = identified.identities[name].record
        numbers[name] = {}
        for key, given in kinds()[note.kind].numbered.items():
            known = record.numbers.get(key, ()) if record else ()
            items = number_items(getattr(note, key), known, given.start)
            numbers[name][key] = items
            if any(item.number not in given for item in items):
                message = f"more '{key}' than the {len(given)} that a note can ever have: split it"
                problems.append(Problem(TOO_MANY_ITEMS, message, note.at.span(key)))
    return numbers, problems


def plain_numbers(numbers: Numbers) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return the numbers alone, without those of items that are gone."""
    return {
        name: {
            key: tuple(item.number for item in items if not item.gone)
            for key, items in keys.items()
        }
        for name, keys in numbers.items()
    }


def settle_notes(
    deck: Deck,
    lock: Lock,
    history: History,
    notes: Sequence[PackagedNote],
    types: Mapping[str, PackagedType],
    numbers: Numbers,
    identified: Identified,
    moment: int,
    request: Request,
) -> Settled:
    """Compare a rendered deck with its lock, and give each note its moment."""
    built = [
        _built(name, note, deck, packaged, identified.identities[name], numbers[name])
        for (name, note), packaged in zip(deck.notes.items(), notes, strict=True)
    ]
    lock_file = lock_path(deck.header.at.file.path)
    return settle(
        deck.header.id,
        lock,
        history,
        built,
        [built_type(kind, packaged) for kind, packaged in sorted(types.items())],
        identified.identities,
        replace(request, clock=moment, now=int(time.time())),
        Span(str(lock_file)) if lock.notes else deck.header.at.span("id"),
    )


def _built(
    name: str,
    note: Note,
    deck: Deck,
    packaged: PackagedNote,
    identity: Identity,
    numbers: Mapping[str, tuple[Numbered, ...]],
) -> Built:
    header = deck.header
    html = header.html if note.html is None else note.html
    named = (deck.notes.get(wanted) for _, wanted in references(note))
    content = content_fingerprint(
        note,
        settings=(header.language, str(html)),
        references=(other.title for other in named if other),
        media=_media(packaged.fields),
    )
    known = identity.record
    unchanged = known and known.content == content
    return Built(
        id=name,
        kind=note.kind,
        deck=packaged.deck,
        content=content,
        rendered=sent_fingerprint(packaged.guid, packaged.fields, packaged.tags),
        sketch=known.sketch
        if known and unchanged
        else content_sketch(note, LONG if identity.wording else SHORT),
        numbers=numbers,
    )


def _media(fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        for image, sound in _MEDIA.findall(field):
            yield image or sound


def built_type(kind: str, packaged: PackagedType) -> BuiltType:
    """Return what the lock has to remember of a note type."""
    note_type = packaged.note_type
    fields, templates = note_type.fields, note_type.templates
    pins = [each.id for each in fields], [each.id for each in templates]
    structure = repr((pins, note_type.cloze))
    style = repr((packaged.name, note_type, packaged.css))
    return BuiltType(kind, fingerprint(structure), fingerprint(style))
