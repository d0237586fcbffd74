"""A renderer turns a note's authored texts into the HTML of Anki fields."""

from __future__ import annotations

import functools
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.deck.source import OUTSIDE_PROJECT, inside
from deckgen.problem import Code, Problem, Span
from deckgen.render.escape import escape
from deckgen.render.labels import COMMON, labels_for
from deckgen.render.markup import Markup, to_html
from deckgen.render.media import (
    MISSING_MEDIA,
    REMOTE_MEDIA,
    UNKNOWN_MEDIA,
    Media,
    is_known,
    is_remote,
    read_media,
)

Numbers = Mapping[str, Mapping[str, tuple[int, ...]]]
"""The card numbers of items: by the note's id, by key, in the order of the items."""


class Renderer:
    """Renders the notes of one deck; what it meets on the way is collected.

    problems: what is wrong with the texts.
    media: the files that the texts show or play, by their name in the package.
    """

    def __init__(self, deck: Deck, numbers: Numbers) -> None:
        self.deck = deck
        self._numbers = numbers
        self.labels = labels_for(deck.header.language, COMMON)
        self.problems: list[Problem] = []
        self.media: dict[str, Media] = {}
        self._read: dict[Path, Media] = {}

    def text(self, note: Note, *path: str | int, cloze: bool = False) -> str:
        """Render the Markdown at a path of the note, e.g. `("items", 0)`; nothing where it is not.

        cloze: whether the text makes cloze cards.
        """
        value = getattr(note, str(path[0]))
        for step in path[1:]:
            value = value[step]
        return self.markup(note, value, *path, cloze=cloze) if value else ""

    def markup(self, note: Note, text: str, *path: str | int, cloze: bool = False) -> str:
        """Render Markdown that was authored at a path of the note."""
        html = self.deck.header.html if note.html is None else note.html
        return self._render(text, functools.partial(note.at.span, *path), cloze=cloze, html=html)

    def header(self, key: str) -> str:
        """Render a text of deck.yaml."""
        header = self.deck.header
        text = getattr(header, key)
        span = functools.partial(header.at.span, key)
        return self._render(text, span, cloze=False, html=header.html) if text else ""

    def numbers(self, note: Note, key: str) -> tuple[int, ...]:
        """Return the card numbers of a key's items, in the order of the items."""
        return self._numbers[note.id or ""][key]

    def all_numbers(self, note: Note) -> Mapping[str, tuple[int, ...]]:
        """Return the card numbers of all the note's items, by key."""
        return self._numbers[note.id or ""]

    def complain(self, code: Code, message: str, note: Note, *path: str | int) -> None:
        """Note a problem of a note's value."""
        self.problems.append(Problem(code, message, note.at.span(*path)))

    def tail(self, note: Note, speech: str = "") -> dict[str, str]:
        """Return the fields that every note type ends with.

        speech: what a voice reads, as plain text.
        """
        return {
            "Cue": self.text(note, "cue"),
            "Notes": self._notes(note),
            "Origin": self._origin(note),
            "Speech": escape(speech),
            "ID": f"{self.deck.header.id}/{note.id}",
        }

    def row(self, label: str, html: str) -> str:
        """Return a labelled line of an answer."""
        named = f'<span class="label">{self.labels[label]}</span>'
        return f'<div class="row">{named}<div>{html}</div></div>'

    def badge(self, *, verified: bool | None = None) -> str:
        """Return the mark of what is not in the source."""
        badge = f'<span class="badge">{self.labels["background"]}</span>'
        if verified is False:
            badge += f'<span class="badge unverified">{self.labels["unverified"]}</span>'
        return badge

    def _notes(self, note: Note) -> str:
        rows = [self.row("occasion", escape(note.occasion))] if note.occasion else []
        rows += [
            self.row("pitfalls", self.text(note, "pitfalls", at))
            for at in range(len(note.pitfalls))
        ]
        return "".join(rows)

    def _origin(self, note: Note) -> str:
        badge = self.badge(verified=note.verified) if note.origin == "background" else ""
        return badge + escape(note.cite or "")

    def _render(self, text: str, span: Callable[[], Span], *, cloze: bool, html: bool) -> str:
        """Render Markdown; its place is asked for where there is a problem."""

        def complain(code: Code, message: str) -> None:
            self.problems.append(Problem(code, message, span()))

        markup = Markup(cloze, html, functools.partial(self._place_media, complain))
        rendered = to_html(text, markup)
        for code, message in markup.complaints:
            complain(code, message)
        return rendered

    def _place_media(self, complain: Callable[[Code, str], None], given: str) -> str:
        name = urllib.parse.unquote(given)
        file = inside(self.deck.folder / name, self.deck.project)
        if is_remote(given):
            complain(REMOTE_MEDIA, f"'{given}' is on the internet: save it in the deck's folder")
        elif file is None:
            message = f"'{name}' lies outside the project: move it below the deck's folder"
            complain(OUTSIDE_PROJECT, message)
        elif not is_known(name):
            complain(UNKNOWN_MEDIA, f"Anki neither shows nor plays files like '{name}'")
        else:
            try:
                media = self._read.get(file) or read_media(file)
            except OSError as error:
                message = f"cannot read '{name}' in {self.deck.folder}: {error.strerror}"
                complain(MISSING_MEDIA, message)
            else:
                self._read[file] = media
                self.media[media.name] = media
                return media.name
        return ""
