"""What is to be known of a key or a note, as Markdown."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from deckgen.deck.deck import Deck
from deckgen.deck.field import (
    Context,
    Language,
    Markup,
    Name,
    NoteId,
    Plain,
    Retention,
    Tag,
    Verbatim,
)
from deckgen.deck.note import Note
from deckgen.deck.read import Authored
from deckgen.kinds import kinds
from deckgen.kinds._question import Question
from deckgen.lsp.analysis import Analysis
from deckgen.render.labels import labels_for

_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~]|^[-+](?=\s)|(?<=^\d)[.)]", re.MULTILINE)
_SHAPES = {
    Plain: "a line of text",
    Markup: "Markdown",
    Verbatim: "a passage of the source, to the character",
    Name: "a name made of a–z, 0–9 and hyphens",
    NoteId: "the id of another note",
    Tag: "a tag",
    Language: "a language tag",
    Retention: "a number",
    bool: "true or false",
    int: "a whole number",
    Context: "a whole number",
    float: "a number",
}
_MOST_CARDS = 8


def escaped(text: str) -> str:
    """Return a plain text as Markdown that shows it, line breaks included."""
    return _MARKS.sub(r"\\\g<0>", text).replace("\n", "  \n")


def describe_key(key: Authored, language: str) -> str:
    """Return what a key is for, what it takes, and an example; language: the deck's."""
    takes = "" if key.type is Any else f"Takes {_shape(key.type)}."
    parts = [key.about, f"{takes}{' Required.' if key.required else ''}".strip()]
    if example := key.example_in(language):
        parts.append(f"```yaml\n{key.name}: {example}\n```")
    return "\n\n".join(filter(None, parts))


def describe_note(note: Note, analysis: Analysis) -> str:
    """Return a note's cards, as plain text, and its state in the lock."""
    heading = f"**{note.kind}** `{note.id}` · {state(note, analysis)}"
    return "\n\n".join([heading, *_cards(note, analysis.deck)])


def state(note: Note, analysis: Analysis) -> str:
    """Return what has become of a note since the last build, and when it last changed."""
    settled = analysis.compiled.settled
    if settled is None or note.id is None:
        return "not compiled"
    changes, before = settled.changes, analysis.lock.notes.get((note.id, note.kind))
    if before is None:
        return "new since the last build" if analysis.lock.notes else "new: never built"
    when = f"{datetime.fromtimestamp(before.moment).astimezone():%Y-%m-%d}"
    if note.id in changes.changed:
        return f"changed since the last build (before that on {when})"
    if note.id in changes.again:
        return "unchanged, to be sent again"
    said = f"unchanged since {when}"
    return f"{said}; its lesson changed" if note.id in changes.moved else said


def _cards(note: Note, deck: Deck | None) -> list[str]:
    if deck is None:
        return []
    kind = kinds()[note.kind]
    labels = labels_for(deck.header.language, kind.labels)
    questions = kind.questions(note, deck)
    cards = [
        f"{number}\\. {escaped(_asked(each, labels))}  \n→ {escaped(each.answer)}"
        for number, each in enumerate(questions[:_MOST_CARDS], 1)
    ]
    more = len(questions) - len(cards)
    return [*cards, f"… and {more} more"] if more else cards


def _asked(question: Question, labels: Mapping[str, str]) -> str:
    """Return what a card's front shows; of what stands before the gap, the end."""
    before = question.context.strip().split("\n")
    context = f"… {before[-1]}" if len(before) > 1 else before[0]
    ask = labels.get(f"ask-{question.ask}", "")
    shown = (context, "" if "{{" in ask else ask, question.prompt)
    return " · ".join(part for part in shown if part)


def _shape(type_: Any) -> str:
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin in (typing.Union, types.UnionType):
        return _shape(next(each for each in arguments if each is not type(None)))
    if origin is Literal:
        return f"one of: {', '.join(arguments)}"
    if origin is tuple:
        return f"a list, each item {_shape(arguments[0])}"
    if origin is typing.get_origin(Mapping[str, str]):
        return f"a mapping, each value {_shape(arguments[1])}"
    if dataclasses.is_dataclass(type_):
        return "a mapping"
    return _SHAPES[type_]
