"""A deck: its options, lessons, sources, and its notes in the order of study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deckgen.deck.field import Language, Markup, Name, Plain, Retention, key
from deckgen.deck.listed import Listed
from deckgen.deck.located import Located
from deckgen.deck.note import Note
from deckgen.deck.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Anki's study options; each that is given goes into a preset of the package."""

    new_per_day: int | None = key("New cards a day.", None, example="8")
    reviews_per_day: int | None = key("The most reviews a day.", None, example="200")
    desired_retention: Retention | None = key(
        "FSRS: the share of reviews to be remembered, 0.7 to 0.99.", None, example="0.9"
    )
    bury_siblings: bool | None = key("Show one card of a note a day.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """How a deck takes a rule of card quality."""

    level: Literal["off", "hint", "warning", "error"] | None = key(
        "How much it weighs, or `off`.", None, example="off"
    )
    limit: float | None = key("Its threshold.", None, example="30")

    @staticmethod
    def lone(text: str) -> str:
        """Return which key a value stands for that is written without one."""
        return "limit" if text[:1].isdigit() else "level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What deck.yaml says; a deck of one file says it at its top."""

    at: Located
    name: Plain = key("The deck's name in Anki.", example="Tides", zh="植根人民溯党源")
    id: Name = key(
        "Part of every note's identity: it never changes.", example="tides", zh="mass-line"
    )
    language: Language = key("A BCP 47 tag: labels, fonts, punctuation.", Language("en"))
    description: Markup | None = key("Shown by Anki on the deck's page.", None)
    sources: Mapping[str, Plain] = key(
        "Source texts: a name and a path for each.",
        {},
        example="{book: book.txt}",
        zh="{essay: ../seeds/mass-line-essay.txt}",
    )
    headings: Mapping[str, tuple[Plain, ...]] = key(
        "Which lines of a source are headings, where they are not found by themselves; "
        "`*` stands for anything.",
        {},
        example="{book: [Chapter *]}",
        zh="{essay: [第*章*]}",
    )
    must_have: Mapping[str, Plain] = key(
        "For a source, a list of passages that the cards have to use.",
        {},
        example="{book: passages.tsv}",
        zh="{essay: ../seeds/mass-line-spans.tsv}",
    )
    excused: Mapping[str, Mapping[str, Plain]] = key(
        "For a source, the ids of listed passages that no card needs to use, with the reason.",
        {},
        example="{book: {4d: the book only mentions it}}",
        zh="{essay: {4d: 文章没有列出“四风”的内容}}",
    )
    people: tuple[Plain, ...] = key(
        "Persons whom a note may name only if its source does (or as background).",
        (),
        example="[Newton, Laplace]",
        zh="[孔子, 荀子]",
    )
    lint: Mapping[str, Lint] = key(
        "Rules of card quality, by the slug in brackets: `off`, another level, or a threshold; "
        "`all` stands for the rest.",
        {},
        example="{long-answer: 30, yes-no: off}",
    )
    lessons: tuple[Plain, ...] = key(
        "Subdecks, in the order of study.",
        (),
        example="[The Moon, The Sun]",
        zh="[为政, 服务, 用权, 整风]",
    )
    options: Options = key("Study options.", Options(), example="{new_per_day: 8}")
    speech: bool = key("Read answers aloud, where the device has a voice.", False)
    html: bool = key("Let raw HTML through in the deck's texts.", False)


@dataclass(frozen=True, slots=True)
class Deck:
    """A deck that is ready to be rendered.

    folder: the deck's folder; media paths start there.
    project: the folder that sources and media may not leave.
    listed: for a source, the passages that the cards have to use.
    notes: by id, in the order of study; drafts are left out.
    drafts: how many these are.
    """

    header: Header
    folder: Path
    project: Path
    sources: Mapping[str, Source]
    listed: Mapping[str, tuple[Listed, ...]]
    notes: Mapping[str, Note]
    drafts: int = 0

    def lesson(self, note: Note) -> int:
        """Return the zero-based number of a note's lesson; without one it comes last."""
        return lesson_number(self.header, note.lesson)


def lesson_number(header: Header, lesson: str | None) -> int:
    """Return the zero-based number of a lesson, given by number or name.

    Raises ValueError where the deck has no such lesson.
    """
    if lesson is None:
        return len(header.lessons)
    if lesson in header.lessons:
        return header.lessons.index(Plain(lesson))
    number = int(lesson)
    if not 1 <= number <= len(header.lessons):
        raise ValueError(lesson)
    return number - 1
