"""Updates that never hurt, in the real engine: what changed arrives, all else is left alone."""

from __future__ import annotations

import copy
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from deckgen.build import Compiled
from deckgen.engine.plan import Outcome, copied_collection, outcome
from deckgen.plan import changed_guids
from tests.author import ITEMS_KEY, SEQUENCES, Author, Authored, State
from tests.learner import Held, Imported, Learner
from tests.project import Project, changed, content, packaged

HOUR = 3600
YEARS = 10**8
CLOCKS = {"right": 0, "slow": -HOUR, "later": 5 * HOUR}

Key = tuple[int, str]
Notes = dict[str, Held]


@pytest.fixture(scope="session")
def empty_collection() -> Iterator[Path]:
    """A collection to be copied: to make one takes a tenth of a second."""
    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(Path(folder))
        learner.close()
        yield learner.path


@dataclass
class Known:
    """What the author's side knows of a note.

    version: how often its content had changed at the last build that had it.
    numbers: which item each card number belongs to.
    """

    guid: str
    name: str
    content: Any
    version: int
    numbers: dict[int, int]


class History:
    """An author edits, builds and reverts; a learner imports, reviews and edits; in any order."""

    def __init__(self, folder: Path, empty: Path, data: st.DataObject) -> None:
        self.folder = folder
        self.data = data
        self.project = Project(self.folder / "cards")
        self.learner = Learner(self.folder / "anki", empty)
        self.author = Author()
        self.git = data.draw(st.sampled_from([True, False, False]), "git")
        self.states: list[tuple[State, str]] = []
        self.known: dict[Key, Known] = {}
        self.there: set[Key] = set()
        self.shipped: Compiled | None = None
        self.versions: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        self.edited: set[str] = set()
        self.altered: set[int] = set()
        self.removed: set[str] = set()
        if self.git:
            self._git("init", "-q")
            self._git("config", "user.email", "author@example.org")
            self._git("config", "user.name", "Author")
        for _ in range(3):
            self.author.insert(data)
        self.build()
        self.take()

    def edit(self) -> None:
        """Edit the text, and build it."""
        for _ in range(self.data.draw(st.integers(1, 4), "edits")):
            note(self.author.edit(self.data))
        self.build()

    def revert(self) -> None:
        """Take an earlier text back; by git, the lock goes back, too."""
        at = self.data.draw(st.integers(0, len(self.states) - 1), "revert to")
        state, commit = self.states[at]
        self.author.revert(state)
        if commit:
            self._git("checkout", "-q", commit, "--", "cards/deck.lock")
        self.build()

    def build(self) -> None:
        """Build, by a clock that is right, or slow, or stopped with SOURCE_DATE_EPOCH=1."""
        clock = self.data.draw(st.sampled_from(["right", "right", "slow", "later", "stopped"]))
        for name, text in self.author.files():
            self.project.write(name, text)
        self.project.clock += 10
        moment = 1 if clock == "stopped" else self.project.clock + CLOCKS[clock]
        compiled = self.project.build(moment)
        self._check_build(compiled)
        self.shipped = compiled
        commit = ""
        if self.git:
            self._git("add", "--all", "cards")
            self._git("commit", "-q", "--allow-empty", "-m", "built")
            commit = self._git("rev-parse", "HEAD").strip()
        self.states.append((self.author.snapshot(), commit))
        again = self.project.compile(self.project.clock + 9 * HOUR)
        assert changed(again) == {}
        assert not again.lock_changes
        assert content(again) == content(compiled)

    def take(self) -> None:
        """Import what was built last, and look at everything that it did."""
        assert self.shipped
        before, reviews = self.learner.notes(), self.learner.reviews()
        planned = self._plan(self.shipped)
        imported = self.learner.take(self.project.package)
        after = self.learner.notes()
        assert self.learner.reviews() == reviews
        assert not imported.full_sync
        for guid, held in before.items():
            kept = after[guid].cards
            assert {ord_: kept.get(ord_) for ord_ in held.cards} == held.cards
        self._check_notes(imported, before, after)
        check_plan(planned, imported, before, after, self.shipped)
        for guid in imported.new | imported.updated:
            self.seen[guid] = self.versions[guid]

    def review(self) -> None:
        """Answer some cards, as they come or not."""
        for _ in range(3):
            _, held = self._held()
            card = held.cards[self.data.draw(st.sampled_from(sorted(held.cards)))]
            self.learner.review(card.id, self.data.draw(st.integers(0, 3)))

    def change(self) -> None:
        """Edit a note, soon after it was sent or long after the author's next change."""
        guid, held = self._held()
        later = self.data.draw(st.sampled_from([1, 1, HOUR, YEARS]))
        tag = self.data.draw(st.booleans())
        self.learner.change(
            guid, held.moment + later, field="" if tag else " mine", tag="mine" if tag else ""
        )
        self.edited.add(guid)

    def alter(self) -> None:
        """Add a field to one of the deck's note types."""
        _, held = self._held()
        self.learner.add_field(held.type)
        self.altered.add(held.type)

    def _held(self) -> tuple[str, Held]:
        notes = self.learner.notes()
        guid = self.data.draw(st.sampled_from(sorted(notes)))
        return guid, notes[guid]

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout

    def _plan(self, compiled: Compiled) -> Outcome:
        with copied_collection(self.learner.path) as copied:
            package = self.project.package
            return outcome(copied, package, content(compiled), changed_guids(compiled))

    def _check_build(self, compiled: Compiled) -> None:
        """Look at what the lock makes of the author's edits."""
        assert compiled.deck
        by_cue = {str(each.which): each for each in self.author.state.notes}
        built, told = packaged(compiled), changed(compiled)
        assert len({each.guid for each in built.values()}) == len(by_cue) == len(built)
        before, self.there = self.there, set()
        self.versions = {}
        touched = {
            name for what in ("new", "changed", "again", "back") for name in told.get(what, ())
        }
        for name, written in compiled.deck.notes.items():
            authored = by_cue[written.cue or ""]
            key, guid = authored.key, built[name].guid
            known = self.known.get(key)
            if known and known.guid != guid:
                # without an id, one that was gone and says something else now is another
                assert authored.id is None, (key, known, guid)
                assert key not in before
                assert known.content != authored.content
                known = None
            same = known is not None and known.content == authored.content
            # an old lock says of a note that comes back that it was there all the time
            if key in before or not same:
                assert (name in touched) is not same, (name, told)
            version = (known.version if known else 0) + (not same)
            numbers = self._numbers(compiled, name, authored, known)
            text = copy.deepcopy(authored.content)
            self.known[key] = Known(guid, name, text, version, numbers)
            self.there.add(key)
            self.versions[guid] = version
        gone = before - self.there
        names = {self.known[key].name for key in gone}
        # an old lock may say of a note that it was removed before it came back
        again = self.removed if self.git else set()
        assert names - again <= told.get("removed", set()) <= names, (told, names)
        self.removed |= names

    def _numbers(
        self, compiled: Compiled, name: str, authored: Authored, known: Known | None
    ) -> dict[int, int]:
        """Return which item has which number; a number belongs to one item for ever."""
        assert compiled.settled
        given = dict(known.numbers) if known else {}
        if authored.kind in SEQUENCES:
            record = compiled.settled.lock.notes[name, authored.kind]
            items = record.numbers[ITEMS_KEY[authored.kind]]
            numbers = [each.number for each in items if not each.gone]
            for number, item in zip(numbers, authored.items, strict=True):
                assert given.setdefault(number, item.which) == item.which, (number, item, known)
            assert len(set(numbers)) == len(numbers)
        return given

    def _check_notes(self, imported: Imported, before: Notes, after: Notes) -> None:
        """Look at each note of the package: what changed arrives, all else is left alone."""
        assert self.shipped
        if not self.altered:
            assert not imported.conflicting
        for sent in content(self.shipped).notes:
            there, now = before.get(sent.guid), after.get(sent.guid)
            assert now
            if there is None:
                assert sent.guid in imported.new
            elif there.type in self.altered:
                continue
            elif self.seen[sent.guid] == self.versions[sent.guid] or there.moment >= sent.moment:
                newer = self.seen[sent.guid] != self.versions[sent.guid]
                assert not newer or sent.guid in self.edited
                assert sent.guid in imported.duplicate
                assert (now.fields, now.tags) == (there.fields, there.tags)
                assert newer or sent.guid in self.edited or now.fields == sent.fields
            else:
                assert sent.guid in imported.updated
            if sent.guid in imported.updated or sent.guid in imported.new:
                self.edited.discard(sent.guid)
                assert now.moment == sent.moment
                assert now.fields[: len(sent.fields)] == sent.fields
                assert now.tags == set(sent.tags)


def check_plan(
    planned: Outcome, imported: Imported, before: Notes, after: Notes, compiled: Compiled
) -> None:
    """The plan said what would happen, category by category, and what would not."""
    assert set(planned.new) == imported.new
    assert set(planned.updated) == imported.updated
    assert set(planned.duplicate) == imported.duplicate
    assert len(planned.conflicting) == imported.conflicting
    stay, lacking = {}, set()
    for sent in content(compiled).notes:
        now = after[sent.guid]
        if sent.guid in before and now.decks - {sent.deck}:
            stay[sent.guid] = ", ".join(sorted(now.decks - {sent.deck}))
        lacks = now.fields != sent.fields or set(sent.tags) - now.tags
        if lacks and sent.guid in imported.duplicate:
            lacking.add(sent.guid)
    assert planned.stay == stay
    # a tag that the author took away may be named besides, one that the learner gave may not
    assert lacking <= planned.ignored.keys() <= lacking | changed_guids(compiled)
    assert planned.tags == {
        guid: tuple(sorted(lost))
        for guid in imported.updated
        if (lost := before[guid].tags - after[guid].tags)
    }


OFTEN = ["edit", "take"] * 5 + ["review", "change"] * 3 + ["revert", "build"]
STEPS = st.lists(st.sampled_from(OFTEN), min_size=12, max_size=18)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, altered=st.sampled_from([False, False, False, True]), data=st.data())
def test_no_history_is_lost(
    empty_collection: Path, steps: list[str], altered: bool, data: st.DataObject
) -> None:
    """After every step everything is looked at; in a few, the learner alters a note type."""
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        history = History(Path(folder), empty_collection, data)
        try:
            for at, step in enumerate(steps):
                if altered and at == len(steps) // 2:
                    history.alter()
                note(step)
                getattr(history, step)()
        finally:
            history.learner.close()
