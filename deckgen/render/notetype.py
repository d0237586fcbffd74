"""A note type as Anki knows it: fields, templates, and the ids that pin them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

_LABEL = re.compile(r"\[\[([a-z-]+)\]\]")


@dataclass(frozen=True, slots=True)
class Field:
    """A field; its id, unique in its note type, lets a later version rename it."""

    name: str
    id: int


@dataclass(frozen=True, slots=True)
class Template:
    """A card template in Anki's template language, with `[[label]]` where the theme's words go."""

    name: str
    id: int
    front: str
    back: str


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type; `cloze` says whether its one template makes a card per cloze number."""

    fields: tuple[Field, ...]
    templates: tuple[Template, ...]
    cloze: bool = False

    def with_labels(self, labels: Mapping[str, str]) -> NoteType:
        """Return the note type with its labels filled in. Raises KeyError for an unknown one."""

        def fill(text: str) -> str:
            return _LABEL.sub(lambda found: labels[found[1]], text)

        templates = (
            replace(template, front=fill(template.front), back=fill(template.back))
            for template in self.templates
        )
        return replace(self, templates=tuple(templates))


TAIL = (
    Field("Cue", 901),
    Field("Notes", 902),
    Field("Origin", 903),
    Field("Speech", 904),
    Field("Reserve 1", 911),
    Field("Reserve 2", 912),
    Field("Reserve 3", 913),
    Field("ID", 999),
)
"""The fields that every note type ends with; the reserves are for later versions to rename."""


def page(kind: str, side: str, body: str) -> str:
    """Return one side of a card: its body below the cue, in the deck's language."""
    return (
        f'<div class="deckgen {kind} {side}" lang="[[language]]">\n'
        '{{#Cue}}<div class="cue">{{Cue}}</div>{{/Cue}}\n'
        f"{body.strip()}\n</div>"
    )


REVEAL = """
<div class="reveal">
{{#Notes}}<div class="notes">{{Notes}}</div>{{/Notes}}
{{#Origin}}<div class="origin">{{Origin}}</div>{{/Origin}}
</div>
"""
"""What every answer ends with."""


def speech(voice: str) -> str:
    """Return what reads an answer aloud, where a template says `[[speech]]`.

    It reads a field of its own: a cloze field would read the hidden lines.
    """
    return f'{{{{#Speech}}}}<div class="speech">{{{{tts {voice}:Speech}}}}</div>{{{{/Speech}}}}'
