"""After reverts, merges and wrong clocks an update arrives, in the real engine by real git."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from deckgen.commands import main
from tests.learner import Learner
from tests.project import changed, guids
from tests.repository import Repository

WULOU = "The leak in the roof is known to those below it, and the rule by those who bear it."
WORDS = "Those in the open country know where the rule went wrong, and they say it."


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    write(made, "first wording")
    made.project.build()
    made.commit("one note")
    return made


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Callable[[str], Learner]]:
    """Return a learner of a name, the same for the same."""
    learners: dict[str, Learner] = {}

    def named(name: str) -> Learner:
        if name not in learners:
            learners[name] = Learner(tmp_path / name)
        return learners[name]

    yield named
    for each in learners.values():
        each.close()


def write(repository: Repository, front: str, back: str = "the back of the note") -> None:
    repository.project.notes(
        {"id": "before", "front": "What stands before?", "back": "this"},
        {"id": "note", "front": f"What is the {front}?", "back": back},
    )


def ship(repository: Repository, learner: Learner, message: str = "") -> frozenset[str]:
    """Build and let a learner import; return the ids of the notes that were updated."""
    compiled = repository.project.build()
    if message:
        repository.commit(message)
    names = {guid: name for name, guid in guids(compiled).items()}
    imported = learner.take(repository.project.package)
    assert not imported.conflicting
    return frozenset(names[guid] for guid in imported.updated)


def shown(learner: Learner) -> set[str]:
    """Return the first field of each of a learner's notes."""
    return {held.fields[0] for held in learner.notes().values()}


def test_a_change_that_is_reverted_arrives_again(
    repository: Repository, learner: Callable[[str], Learner]
) -> None:
    ann = learner("ann")
    assert ship(repository, ann) == set()
    write(repository, "second wording")
    assert ship(repository, ann, "changed") == {"note"}
    repository.git("revert", "--no-edit", "HEAD")
    assert ship(repository, ann, "reverted, and built") == {"note"}
    assert "What is the first wording?" in shown(ann)
    repository.git("revert", "--no-edit", "HEAD~2..HEAD")
    assert ship(repository, ann) == {"note"}
    assert "What is the second wording?" in shown(ann)


def test_a_revert_by_a_clock_that_runs_slow_arrives(
    repository: Repository, learner: Callable[[str], Learner]
) -> None:
    ann = learner("ann")
    ship(repository, ann)
    write(repository, "second wording")
    assert ship(repository, ann, "changed") == {"note"}
    repository.project.clock -= 3600
    repository.git("revert", "--no-edit", "HEAD")
    assert ship(repository, ann) == {"note"}
    assert "What is the first wording?" in shown(ann)


@pytest.mark.parametrize("clock", ["slow", "stopped"])
def test_a_change_by_a_wrong_clock_arrives(
    clock: str, repository: Repository, learner: Callable[[str], Learner]
) -> None:
    ann = learner("ann")
    ship(repository, ann)
    for number in range(3):
        write(repository, f"wording {number}")
        moment = 1 if clock == "stopped" else repository.project.clock - 3600
        repository.project.build(moment)
        (updated,) = ann.take(repository.project.package).updated
        assert ann.notes()[updated].fields[0] == f"What is the wording {number}?"


def test_the_command_builds_by_a_stopped_clock(
    repository: Repository, learner: Callable[[str], Learner]
) -> None:
    ann = learner("ann")
    ship(repository, ann)
    write(repository, "second wording")
    subprocess.run(
        [sys.executable, "-m", "deckgen", "build", "-o", str(repository.project.package)],
        cwd=repository.folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1"},
        check=True,
        capture_output=True,
    )
    assert len(ann.take(repository.project.package).updated) == 1
    assert "What is the second wording?" in shown(ann)


@pytest.mark.parametrize("union", [True, False], ids=["union", "one-side"])
@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_merge_that_takes_a_side_arrives_at_both(
    side: str, union: bool, repository: Repository, learner: Callable[[str], Learner]
) -> None:
    """Each branch has a learner; without `merge=union` the side's lock is taken, too."""
    if not union:
        (repository.project.folder / ".gitattributes").unlink()
        repository.commit("no attributes")
    ann, bob = learner("ann"), learner("bob")
    base = repository.git("rev-parse", "HEAD")
    for name, each in (("theirs", bob), ("ours", ann)):
        repository.branch(name, base)
        ship(repository, each)
        write(repository, f"wording of {name}")
        assert ship(repository, each, name) == {"note"}
    repository.git("merge", "-q", "-X", side, "theirs", "-m", "merged")
    assert not _markers(repository)
    loser = bob if side == "ours" else ann
    winner = ann if side == "ours" else bob
    compiled = repository.project.build()
    assert set(guids(compiled)) == {"before", "note"}
    assert len(loser.take(repository.project.package).updated) == 1
    winner.take(repository.project.package)
    for each in (loser, winner):
        assert f"What is the wording of {side}?" in shown(each)
        assert len(each.notes()) == 2


def test_two_branches_that_add_similar_notes_merge(
    repository: Repository, learner: Callable[[str], Learner]
) -> None:
    ann, bob = learner("ann"), learner("bob")
    base = repository.git("rev-parse", "HEAD")
    for name, each, back in (("theirs", bob, WULOU), ("ours", ann, WORDS)):
        repository.branch(name, base)
        repository.project.notes(
            {"id": f"wulou-{name}", "front": "Who knows of the leak in the roof?", "back": back},
            {"front": f"In {name}, who knows where the rule went wrong?", "back": back},
            file=f"{name}.yaml",
        )
        ship(repository, each, name)
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert not _markers(repository)
    compiled = repository.project.build()
    assert len(set(guids(compiled).values())) == 6
    assert changed(compiled) == {}
    for each in (ann, bob):
        before = set(each.notes())
        imported = each.take(repository.project.package)
        assert len(imported.new) == 2
        assert imported.duplicate == before
        assert {held.fields[1] for held in each.notes().values()} >= {WULOU, WORDS}


def test_two_branches_that_change_the_same_note_merge(
    repository: Repository, learner: Callable[[str], Learner]
) -> None:
    """One changes its front and one its back, so that git merges the text, too."""
    repository.project.write("cards.yaml", SPACED.format(front="front", back="back"))
    repository.project.build()
    base = repository.commit("with room between the lines")
    ann, bob = learner("ann"), learner("bob")
    edits = {"theirs": {"front": "front", "back": "back of theirs"}}
    edits["ours"] = {"front": "front of ours", "back": "back"}
    for name, each in (("theirs", bob), ("ours", ann)):
        repository.branch(name, base)
        ship(repository, each)
        repository.project.write("cards.yaml", SPACED.format(**edits[name]))
        assert ship(repository, each, name) == {"note"}
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert not _markers(repository)
    compiled = repository.project.build()
    assert changed(compiled) in ({"changed": {"note"}}, {"again": {"note"}})
    for each in (ann, bob):
        assert len(each.take(repository.project.package).updated) == 1
        (held,) = (each for each in each.notes().values() if "of ours" in each.fields[0])
        assert held.fields[:2] == ("What is the front of ours?", "the back of theirs")


def test_items_that_two_branches_insert_have_different_numbers_after_the_merge(
    repository: Repository, learner: Callable[[str], Learner]
) -> None:
    lines = [
        f"line {number} has words of its own, {'abcdefgh'[number] * 9}." for number in range(6)
    ]

    def passage(*more: tuple[int, str]) -> str:
        found = list(lines)
        for at, text in more:
            found.insert(at, text)
        listed = "".join(f"      - {line}\n" for line in found)
        return f"notes:\n  - id: p\n    kind: passage\n    title: A passage\n    lines:\n{listed}"

    repository.project.write("cards.yaml", passage())
    repository.project.build()
    base = repository.commit("a passage")
    ann, bob = learner("ann"), learner("bob")
    for name, each, at in (("theirs", bob, 5), ("ours", ann, 1)):
        repository.branch(name, base)
        ship(repository, each)
        repository.project.write("cards.yaml", passage((at, f"{name} is quite another sentence.")))
        ship(repository, each, name)
    repository.git("merge", "-q", "theirs", "-m", "merged")
    compiled = repository.project.build()
    assert compiled.settled
    items = compiled.settled.lock.notes["p", "passage"].numbers["lines"]
    numbers = [item.number for item in items if not item.gone]
    assert len(set(numbers)) == len(numbers) == 8
    for each in (ann, bob):
        assert len(each.take(repository.project.package).updated) == 1


def test_a_lock_that_is_deleted_comes_back_from_git(
    repository: Repository, learner: Callable[[str], Learner]
) -> None:
    ann = learner("ann")
    ship(repository, ann)
    before = repository.project.lock_file.read_bytes()
    repository.project.lock_file.unlink()
    assert ship(repository, ann) == set()
    assert repository.project.lock_file.read_bytes() == before
    repository.project.lock_file.unlink()
    arguments = ["build", str(repository.project.folder), "-o", str(repository.project.package)]
    shown = CliRunner().invoke(main, arguments).output
    assert "deck.lock was missing: made again from git's history" in shown
    assert repository.project.lock_file.read_bytes() == before


def test_what_was_removed_is_not_told_again_by_an_old_lock(repository: Repository) -> None:
    first = repository.git("rev-parse", "HEAD")
    added = {"id": "added", "front": "What was there for a while?", "back": "this"}
    repository.project.notes(added, file="more.yaml")
    repository.project.build()
    repository.commit("added")
    (repository.project.folder / "more.yaml").unlink()
    assert changed(repository.project.build()) == {"removed": {"added"}}
    repository.commit("removed")
    repository.git("checkout", first, "--", "cards/deck.lock")
    assert changed(repository.project.build()) == {}
    assert repository.project.lock.notes["added", "basic"].removed


def test_without_git_the_lock_alone_counts(
    repository: Repository, learner: Callable[[str], Learner]
) -> None:
    ann = learner("ann")
    ship(repository, ann)
    shutil.rmtree(repository.folder / ".git")
    write(repository, "second wording")
    repository.project.clock -= 3600
    assert ship(repository, ann) == {"note"}


SPACED = """
    notes:
      - id: note
        kind: basic
        front: What is the {front}?
        tags: [one,
          two,
          three,
          four]
        back: the {back}
"""


def _markers(repository: Repository) -> bool:
    lock = repository.project.lock_file.read_text("utf-8")
    return any(line.startswith(("<<<<<<<", "=======", ">>>>>>>")) for line in lock.split("\n"))
