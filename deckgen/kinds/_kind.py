"""What a kind of note is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import Question
from deckgen.render.labels import Labels
from deckgen.render.notetype import NoteType
from deckgen.render.render import Renderer


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of note.

    name: what authors write after `kind:`.
    note: the keys that they may write.
    note_type: the Anki note type that it becomes.
    labels: the words in its templates; `name` is what the note type is called.
    fields: renders a note into fields by name; those left out are empty.
    questions: tells what each card of a note asks, for the rules of card quality.
    numbered: of each key whose items have cards of their own, their range of card numbers.
    """

    name: str
    note: type[Note]
    note_type: NoteType
    labels: Labels
    fields: Callable[[Any, Renderer], Mapping[str, str]]
    questions: Callable[[Any, Deck], Sequence[Question]]
    numbered: Mapping[str, range] = field(default_factory=dict)
