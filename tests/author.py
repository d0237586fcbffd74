"""An author who edits a deck at random, and knows which note and which item is which."""

from __future__ import annotations

import copy
import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from hypothesis import strategies as st

FILES = ("a.yaml", "b.yaml", "c.yaml")
LESSONS = ("One", "Two", "Three")
PLAIN, SEQUENCES = ("basic", "cloze", "concept"), ("list", "passage", "quotation", "principle")
ITEMS_KEY = {"list": "items", "passage": "lines", "quotation": "lines", "principle": "demands"}


@dataclass
class Item:
    """One item of a sequence; its number `which` stays through every edit."""

    which: int
    text: str


@dataclass
class Authored:
    """A note as its author thinks of it; its number `which` stays through every edit."""

    which: int
    id: str | None
    kind: str
    file: str
    lesson: str | None
    front: str
    back: str
    tags: list[str]
    items: list[Item]
    reworded: bool = False

    @property
    def key(self) -> tuple[int, str]:
        """What the note is to Anki: with another kind it is another."""
        return self.which, self.kind

    @property
    def may_change_items(self) -> bool:
        """Without an id it has to stay like itself: one change at a time."""
        return self.id is not None or not self.reworded

    @property
    def content(self) -> tuple[Any, ...]:
        """Everything that its cards show."""
        front = "" if self.kind == "quotation" else self.front
        items = [item.text for item in self.items] if self.kind in SEQUENCES else []
        return (self.id, front, self.back, sorted(self.tags), items)

    def written(self) -> dict[str, Any]:
        """Return what stands in the file; the cue says which note it is."""
        texts = [item.text for item in self.items]
        values: dict[str, dict[str, Any]] = {
            "basic": {"front": self.front, "back": self.back},
            "cloze": {"text": f"{{{{c1::{self.front}}}}} {self.back}"},
            "concept": {"term": self.front, "definition": self.back},
            "list": {"prompt": self.front, "items": texts, "pitfalls": [self.back]},
            "passage": {"title": self.front, "lines": texts, "pitfalls": [self.back]},
            "quotation": {"lines": texts, "gloss": self.back},
            "principle": {"name": self.front, "claim": self.back, "demands": texts, "domain": "of"},
        }
        common: dict[str, Any] = {"id": self.id, "lesson": self.lesson, "tags": self.tags or None}
        common["cue"] = str(self.which)
        given = {key: value for key, value in common.items() if value is not None}
        return {**given, "kind": self.kind, **values[self.kind]}


@dataclass
class State:
    """The deck's text at one time."""

    name: str = "Deck"
    lessons: list[str] = field(default_factory=lambda: list(LESSONS))
    notes: list[Authored] = field(default_factory=list)


class Author:
    """Edits the text of a deck; what it does is drawn by Hypothesis."""

    def __init__(self) -> None:
        self.state = State()
        self.drafts: list[Authored] = []
        self._counter = itertools.count(1)

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield each file's name and text."""
        lessons = ", ".join(self.state.lessons)
        yield "deck.yaml", f"{{name: {self.state.name}, id: deck, lessons: [{lessons}]}}\n"
        for name in FILES:
            notes = [note.written() for note in self.state.notes if note.file == name]
            yield name, yaml.safe_dump({"notes": notes}, allow_unicode=True, sort_keys=False)

    def snapshot(self) -> State:
        """Remember the text as it is, as built."""
        for note in (*self.state.notes, *self.drafts):
            note.reworded = False
        return copy.deepcopy(self.state)

    def edit(self, data: st.DataObject) -> str:
        """Make one edit, and return its name."""
        edits: list[Callable[[st.DataObject], None]] = [
            self.insert,
            self.delete,
            self.bring_back,
            self.reword,
            self.reword,
            self.retag,
            self.move,
            self.give_id,
            self.retype,
            self.insert_item,
            self.delete_item,
            self.reorder_items,
            self.reword_item,
            self.rename,
        ]
        edit = data.draw(st.sampled_from(edits))
        edit(data)
        return edit.__name__

    def insert(self, data: st.DataObject) -> None:
        which = next(self._counter)
        note = Authored(
            which,
            id=f"note-{which}" if data.draw(st.booleans()) else None,
            kind=data.draw(st.sampled_from([*PLAIN, *SEQUENCES, *SEQUENCES])),
            file=data.draw(st.sampled_from(FILES)),
            lesson=data.draw(st.sampled_from([*self.state.lessons, None])),
            front=self._sentence(),
            back=self._sentence(),
            tags=data.draw(st.lists(st.sampled_from(["red", "blue", "a::b"]), unique=True)),
            items=[self._item() for _ in range(data.draw(st.integers(2, 5)))],
        )
        at = data.draw(st.integers(0, len(self.state.notes)))
        self.state.notes.insert(at, note)

    def delete(self, data: st.DataObject) -> None:
        if len(self.state.notes) > 1:
            self.drafts.append(self.state.notes.pop(self._at(data)))

    def bring_back(self, data: st.DataObject) -> None:
        if self.drafts:
            at = data.draw(st.integers(0, len(self.drafts) - 1))
            self.state.notes.append(self.drafts.pop(at))

    def reword(self, data: st.DataObject) -> None:
        note = self._note(data)
        if not note.reworded:
            which = data.draw(st.sampled_from(["front", "back"]))
            setattr(note, which, self._reworded(getattr(note, which)))
            note.reworded = True

    def retag(self, data: st.DataObject) -> None:
        tag = data.draw(st.sampled_from(["red", "blue", "green"]))
        tags = self._note(data).tags
        if tag in tags:
            tags.remove(tag)
        else:
            tags.append(tag)

    def move(self, data: st.DataObject) -> None:
        note = self._note(data)
        note.file = data.draw(st.sampled_from(FILES))
        note.lesson = data.draw(st.sampled_from([*self.state.lessons, None]))

    def give_id(self, data: st.DataObject) -> None:
        note = self._note(data)
        if note.id is None:
            note.id = f"note-{note.which}"

    def retype(self, data: st.DataObject) -> None:
        note = self._note(data)
        if note.id:
            note.kind = data.draw(st.sampled_from([*PLAIN, *SEQUENCES]))

    def rename(self, data: st.DataObject) -> None:
        """Rename the deck or a lesson."""
        if data.draw(st.booleans()):
            self.state.name = data.draw(st.sampled_from(["Deck", "Other deck"]))
            return
        at = data.draw(st.integers(0, len(self.state.lessons) - 1))
        old, new = self.state.lessons[at], f"{LESSONS[at]} {next(self._counter)}"
        self.state.lessons[at] = new
        for note in (*self.state.notes, *self.drafts):
            if note.lesson == old:
                note.lesson = new

    def insert_item(self, data: st.DataObject) -> None:
        note = self._note(data)
        if note.may_change_items:
            note.items.insert(data.draw(st.integers(0, len(note.items))), self._item())
            note.reworded |= note.id is None

    def delete_item(self, data: st.DataObject) -> None:
        note = self._note(data)
        if note.may_change_items and len(note.items) > 2:
            note.items.pop(data.draw(st.integers(0, len(note.items) - 1)))
            note.reworded |= note.id is None

    def reorder_items(self, data: st.DataObject) -> None:
        note = self._note(data)
        if not note.reworded or note.kind not in SEQUENCES:
            note.items = list(data.draw(st.permutations(note.items)))
            note.reworded = True

    def reword_item(self, data: st.DataObject) -> None:
        note = self._note(data)
        if not note.reworded:
            item = note.items[data.draw(st.integers(0, len(note.items) - 1))]
            item.text = self._reworded(item.text)
            note.reworded = True

    def revert(self, state: State) -> None:
        """Take an earlier text back; an id that was given meanwhile stays."""
        ids = {note.which: note.id for note in (*self.state.notes, *self.drafts)}
        gone = self.state.notes
        self.state = copy.deepcopy(state)
        for note in self.state.notes:
            note.id = note.id or ids.get(note.which)
        there = {note.which for note in self.state.notes}
        self.drafts = [note for note in (*self.drafts, *gone) if note.which not in there]
        for draft in self.drafts:
            if draft.lesson not in self.state.lessons:
                draft.lesson = None

    def _note(self, data: st.DataObject) -> Authored:
        return self.state.notes[self._at(data)]

    def _at(self, data: st.DataObject) -> int:
        return data.draw(st.integers(0, len(self.state.notes) - 1))

    def _item(self) -> Item:
        return Item(next(self._counter), self._sentence() + ".")

    def _sentence(self) -> str:
        """Return words that no other sentence has."""
        digest = hashlib.sha256(str(next(self._counter)).encode()).digest()
        letters = "".join(chr(ord("a") + byte % 26) for byte in digest)
        return " ".join(letters[at : at + 6] for at in range(0, 30, 6))

    def _reworded(self, text: str) -> str:
        """Return a sentence with a word more."""
        return f"{text.rstrip('.')} x{next(self._counter)}" + ("." if text.endswith(".") else "")
