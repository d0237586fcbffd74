"""Notes are rendered, and become the content of a package."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from deckgen.deck.deck import Deck
from deckgen.deck.link import references
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.lock.identify import Identified
from deckgen.lock.record import Lock
from deckgen.package.cards import NO_CARD, card_ords, is_empty
from deckgen.package.content import Content, PackagedNote, PackagedType, Preset
from deckgen.package.identity import guid_of, stable_id
from deckgen.problem import Problem, has_errors
from deckgen.render.labels import COMMON, labels_for, voice
from deckgen.render.notetype import speech
from deckgen.render.render import Renderer
from deckgen.render.theme import css
from deckgen.text.tree import Mapping

Types = dict[str, PackagedType]
"""The note type of each kind."""


def note_types(deck: Deck) -> Types:
    """Return the note types that a deck's notes need; their moments are settled later."""
    return {
        name: _note_type(deck, name) for name in {str(note.kind) for note in deck.notes.values()}
    }


class Rendered(NamedTuple):
    """A note as it was rendered from a certain basis, and the problems of that."""

    basis: tuple[object, ...]
    packaged: PackagedNote
    problems: list[Problem]


Notes = dict[Mapping, Rendered]
"""What was rendered of each note last time, by its place in its file's tree."""


def packaged_notes(
    deck: Deck, types: Types, renderer: Renderer, identified: Identified, known: Notes
) -> list[PackagedNote]:
    """Render a deck's notes, in its order; their moments are settled later.

    known: what was rendered last time; a note whose basis has not changed is not rendered again.
    Afterwards it holds what was rendered now, but notes with media: their files may change.
    """
    fresh: Notes = {}
    packaged: list[PackagedNote] = []
    for note in deck.notes.values():
        basis = _basis(note, types[note.kind], renderer, identified)
        last = known.get(note.at.node)
        if last and last.basis == basis:
            renderer.problems += last.problems
        else:
            before = len(renderer.problems)
            made = _packaged(note, types[note.kind], renderer, identified)
            last = Rendered(basis, made, renderer.problems[before:])
        packaged.append(last.packaged)
        if not any('src="' in html or "[sound:" in html for html in last.packaged.fields):
            fresh[note.at.node] = last
    known.clear()
    known.update(fresh)
    return packaged


def _basis(
    note: Note, packaged: PackagedType, renderer: Renderer, identified: Identified
) -> tuple[object, ...]:
    """Return all that a note's rendering rests on besides its own text."""
    deck = renderer.deck
    named = [deck.notes.get(wanted) for _, wanted in references(note)]
    titles = [other.title for other in named if other]
    name = identified.identities[note.id or ""].name
    numbers = renderer.all_numbers(note)
    return deck.header.at.file, packaged, note.id, name, numbers, titles


def packaged_content(
    deck: Deck, notes: list[PackagedNote], types: Types, lock: Lock, renderer: Renderer
) -> Content:
    """Return a package's content: notes and note types with the moments that the lock gives."""
    moments = [note.moment for note in lock.notes.values()]
    moments += [type_.moment for type_ in lock.types.values()]
    dated_types = {
        kind: replace(packaged, moment=lock.types[kind].moment) for kind, packaged in types.items()
    }
    dated = [
        replace(packaged, type=dated_types[note.kind], moment=lock.notes[name, note.kind].moment)
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


def _note_type(deck: Deck, kind_name: str) -> PackagedType:
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
        guid=guid_of(header.id, identified.identities[note.id or ""].name),
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
