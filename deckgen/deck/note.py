"""What every note has, whatever its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from deckgen.deck.field import Markup, Name, Plain, Tag, Verbatim, key
from deckgen.deck.located import Located
from deckgen.text.passage import one_line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Note:
    """An authored note; kinds derive from it and add their fields.

    titled_by: the required field that a note is called by.
    verbatim: the fields whose texts, joined, have to stand in the note's source.
    """

    titled_by: ClassVar[str]
    verbatim: ClassVar[tuple[str, ...]] = ()

    at: Located
    kind: Plain = key("The kind of note, which says what other keys it has.")
    id: Name | None = key(
        "What the note is, across every change: `a-z`, `0-9`, `-`.", None, shown=False
    )
    guid: Plain | None = key(
        "The GUID of an adopted Anki note, instead of deckgen's.", None, shown=False
    )
    lesson: Plain | None = key(
        "The number or name of a lesson of deck.yaml.", None, example="1", shown=False
    )
    tags: tuple[Tag, ...] = key("Anki tags.", (), example="[moon]", zh="[古语]")
    source: Name | None = key(
        "The source, by its name in deck.yaml.", None, example="book", zh="essay", shown=False
    )
    evidence: tuple[Verbatim, ...] = key(
        "Passages of the source that the note rests on.",
        (),
        example="[most of the tides are the work of the Moon]",
        zh="[发挥人民首创精神]",
        shown=False,
    )
    origin: Literal["essay", "background"] = key(
        "`essay`: the source says it; `background`: it is known from elsewhere.", "essay"
    )
    cite: Plain | None = key("Where a background statement is from.", None)
    verified: bool | None = key("Whether the background was checked in that place.", None)
    occasion: Plain | None = key("Where and when a statement was made.", None)
    pitfalls: tuple[Markup, ...] = key("What is easily mistaken, shown with the answer.", ())
    contrast: Name | None = key(
        "The group of notes that this one is easily mixed up with.", None, shown=False
    )
    cue: Markup | None = key(
        "A short context shown on the front of the note's cards.",
        None,
        example="astronomy",
        zh="服务",
    )
    excuse: Mapping[str, Plain] = key(
        "Rules that this note may break, each with a reason.",
        {},
        example="{long-answer: one word in three scripts}",
        zh="{long-answer: 一个词的三种写法}",
        shown=False,
    )
    draft: bool = key("Leave the note out of the package.", False, shown=False)
    html: bool | None = key("Let raw HTML through in the note's texts.", None)

    @property
    def title(self) -> str:
        """What the note is called in messages: its first text."""
        value = getattr(self, self.titled_by)
        return value if isinstance(value, str) else one_line(value)
