"""A lost lock is made again from the package that was last shipped."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deckgen.commands import main
from deckgen.lock.file import format_lock
from deckgen.package.read import read_package
from deckgen.recover import recover
from tests.author import ITEMS_KEY, SEQUENCES, Author
from tests.project import Project, changed, guids, moments, packaged

LINES = [f"This is line {name}, and its words are {name * 6}." for name in "abcde"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A deck whose passage has a line inserted, so that its numbers are not in order."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path / "cards")
    write(made, LINES)
    made.build()
    write(made, [*LINES[:2], "Here is another one, quite different.", *LINES[2:]])
    made.build()
    return made


def write(project: Project, lines: list[str]) -> None:
    project.notes(
        {"id": "lines", "kind": "passage", "title": "Five lines of words", "lines": lines},
        {"front": "What has no id of its own?", "back": "this note"},
        {"id": "other", "front": "What has an id of its own?", "back": "that note"},
    )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_it_is_the_lock_that_was_lost(project: Project) -> None:
    before = project.lock_file.read_bytes()
    project.lock_file.unlink()
    done = run("lock", "--from", "dist/deck.apkg")
    assert done.exit_code == 0
    assert done.output == (
        "cards/deck.lock: 3 notes, of which 0 differ from the deck and are sent with the next "
        "build\n"
    )
    assert project.lock_file.read_bytes() == before


def test_a_build_without_its_lock_makes_it_again(project: Project) -> None:
    """Otherwise the lines behind the inserted one would take each other's cards."""
    lock, package = project.lock_file.read_bytes(), project.package.read_bytes()
    project.lock_file.unlink()
    done = run("build")
    assert done.exit_code == 0, done.output
    assert "cards/deck.lock was missing: made again from dist/deck.apkg" in done.output
    assert (project.lock_file.read_bytes(), project.package.read_bytes()) == (lock, package)


def test_a_change_since_then_is_sent(project: Project) -> None:
    before = moments(project.compile())
    project.lock_file.unlink()
    write(project, [*LINES[:2], "Here is another one, rather different.", *LINES[2:]])
    assert run("lock", "--from", "dist/deck.apkg").exit_code == 0
    compiled = project.build()
    assert changed(compiled) == {"changed": {"lines"}}
    assert moments(compiled)["lines"] > before["lines"]
    assert {**moments(compiled), "lines": before["lines"]} == before


def test_a_plan_without_a_lock_goes_by_the_package(project: Project) -> None:
    project.lock_file.unlink()
    assert run("plan").output == "3 untouched\n"
    assert not project.lock_file.exists()


def test_without_lock_and_package_all_is_new(project: Project) -> None:
    project.lock_file.unlink()
    project.package.unlink()
    assert "3 new, 0 untouched" in run("build").output


def test_a_package_of_another_deck_is_no_help(project: Project, tmp_path: Path) -> None:
    other = Project(tmp_path / "other" / "cards", "{name: Other, id: other}")
    other.notes({"id": "note", "front": "What is in the other deck?", "back": "this"})
    other.build()
    project.lock_file.unlink()
    project.package.write_bytes(other.package.read_bytes())
    done = run("build")
    assert "missing" not in done.output
    assert "3 new, 0 untouched" in done.output


def test_a_lock_that_is_there_is_kept(project: Project) -> None:
    before = project.lock_file.read_bytes()
    done = run("lock", "--from", "dist/deck.apkg")
    assert done.exit_code == 1
    assert "cards/deck.lock is there already; --force replaces it" in done.output
    assert project.lock_file.read_bytes() == before
    assert run("lock", "--from", "dist/deck.apkg", "--force").exit_code == 0


def test_a_damaged_lock_is_replaced_by_force(project: Project) -> None:
    before = project.lock_file.read_bytes()
    project.lock_file.write_bytes(before[:300])
    done = run("build")
    assert done.exit_code == 1
    assert "`deckgen lock --from OLD.apkg --force`" in done.output
    assert run("lock", "--from", "dist/deck.apkg", "--force").exit_code == 0
    assert project.lock_file.read_bytes() == before


def test_what_is_no_package_is_told(project: Project) -> None:
    project.package.write_text("no package")
    done = run("lock", "--from", "dist/deck.apkg", "--force")
    assert done.exit_code == 1
    assert "dist/deck.apkg: it is no .apkg file" in done.output


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_deck_goes_on_as_if_nothing_had_been_lost(data: st.DataObject) -> None:
    """After any edits: the same GUIDs, moments and numbers as with the lock that was lost."""
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        project, author = Project(Path(folder) / "cards"), Author()
        for _ in range(3):
            author.insert(data)
        for _ in range(data.draw(st.integers(1, 3))):
            build(project, author)
            for _ in range(data.draw(st.integers(0, 3))):
                author.edit(data)
        build(project, author)
        with_lock = project.compile()
        lock, _ = recover(project.folder, read_package(project.package))
        assert lock
        before = project.lock
        present = {key: record for key, record in before.notes.items() if not record.removed}
        assert {key: lock.notes[key].moment for key in present} == {
            key: record.moment for key, record in present.items()
        }
        for (note_id, kind), record in present.items():
            if kind in SEQUENCES:
                numbers = {each.number: each.mark for each in record.numbers[ITEMS_KEY[kind]]}
                again = lock.notes[note_id, kind].numbers[ITEMS_KEY[kind]]
                assert {each.number: each.mark for each in again}.items() <= numbers.items()
        project.lock_file.write_text(format_lock(lock), "utf-8")
        recovered = project.compile()
        assert packaged(recovered) == packaged(with_lock)
        assert guids(recovered) == guids(with_lock)
        assert changed(recovered) == {}


def build(project: Project, author: Author) -> None:
    for name, text in author.files():
        project.write(name, text)
    author.snapshot()
    project.clock += 10
    project.build(project.clock)
