"""The pipeline: files → deck → rendered notes → package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deckgen.deck.deck import Deck
from deckgen.deck.load import load
from deckgen.deck.note import Note
from deckgen.kinds import kinds
from deckgen.package.archive import archive
from deckgen.package.cards import card_ords
from deckgen.package.collection import collection
from deckgen.package.content import Content, PackagedNote, PackagedType, Preset
from deckgen.package.identity import note_guid, stable_id
from deckgen.problem import Problem, has_errors, in_order
from deckgen.render.labels import COMMON, labels_for, voice
from deckgen.render.notetype import speech
from deckgen.render.render import Renderer
from deckgen.render.theme import css
from deckgen.rules import check


@dataclass(frozen=True, slots=True)
class Compiled:
    """A deck as far as it could be compiled.

    problems: everything that is wrong, in the order of places.
    content: what goes into the package; nothing while there are errors.
    """

    deck: Deck | None
    problems: list[Problem]
    content: Content | None


def compile_deck(path: Path, moment: int) -> Compiled:
    """Read, check and render a deck.

    moment: the time that the notes carry, in seconds since 1970.
    """
    deck, problems = load(path, {name: kind.note for name, kind in kinds().items()})
    if deck is None:
        return Compiled(None, in_order(problems), None)
    problems += check(deck)
    content, unrendered = render(deck, moment)
    problems = in_order([*problems, *unrendered])
    return Compiled(deck, problems, None if has_errors(problems) else content)


def render(deck: Deck, moment: int) -> tuple[Content, list[Problem]]:
    """Render a deck's notes, whole or as far as its problems let it."""
    renderer = Renderer(deck)
    types = {
        name: _packaged_type(deck, name) for name in {note.kind for note in deck.notes.values()}
    }
    notes = [_packaged(note, types[note.kind], renderer, moment) for note in deck.notes.values()]
    lessons = {note.deck for note in notes} - {deck.header.name}
    content = Content(
        decks=(deck.header.name, *sorted(lessons)),
        description=renderer.header("description"),
        preset=_preset(deck),
        notes=notes,
        media=renderer.media,
        moment=moment,
    )
    return content, renderer.problems


def package(content: Content) -> bytes:
    """Return the bytes of the .apkg."""
    return archive(collection(content), content.media)


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


def _packaged(note: Note, packaged: PackagedType, renderer: Renderer, moment: int) -> PackagedNote:
    header = renderer.deck.header
    fields = kinds()[note.kind].fields(note, renderer)
    return PackagedNote(
        guid=note.guid or note_guid(header.id, note.id or ""),
        type=packaged,
        deck=_deck_name(renderer.deck, note),
        fields=tuple(fields.get(field.name, "") for field in packaged.note_type.fields),
        tags=tuple(sorted(set(note.tags))),
        cards=tuple(card_ords(packaged.note_type, fields)),
        moment=moment,
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
