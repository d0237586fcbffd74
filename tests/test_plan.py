"""A plan tells what an import does, before it is done: by the lock, and by the real engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click import unstyle
from click.testing import CliRunner, Result

from deckgen.commands import main
from deckgen.plan import removed_search
from tests.learner import Learner
from tests.project import Project, content, guids

DECK = "{name: Deck, id: deck, lessons: [One, Two]}"
STAY = "in Anki, the cards that exist stay where they are (deckgen push moves them)"
WORDS = {
    "moon": "Which body causes most of the tides on Earth?",
    "sun": "Which star gives the light for every day?",
    "mars": "Which planet looks red because of rusty dust?",
    "venus": "Which planet is the brightest in the evening?",
    "pluto": "Which world was called a planet until 2006?",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path / "cards", DECK)
    write(made, "moon", "sun", "mars", "venus")
    made.build()
    return made


@pytest.fixture
def edited(project: Project) -> Project:
    """A deck in which one note was changed, one moved, one removed, one added, one left alone."""
    write(project, "moon", "sun", "mars", "pluto", moon="the Moon, half", sun=2)
    return project


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    made = Learner(tmp_path / "anki")
    yield made
    made.close()


def write(project: Project, *names: str, **what: Any) -> None:
    """Write notes; `what` gives a note another back, or another lesson."""
    project.notes(
        *(
            {
                "id": name,
                "front": WORDS[name],
                "back": what[name] if isinstance(what.get(name), str) else f"the {name}",
                "lesson": str(what[name]) if isinstance(what.get(name), int) else "1",
                "tags": ["sky"],
            }
            for name in names
        )
    )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), color=True, terminal_width=100)


@pytest.mark.usefixtures("edited")
def test_a_plan_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    done = run("plan")
    assert done.exit_code == 0
    assert unstyle(done.output).splitlines() == [
        "changed     moon   cards/cards.yaml:4:3   Which body causes most of the tides on Earth?",
        "            Back: the [-moon-]{+Moon, half+}",
        "new         pluto  cards/cards.yaml:22:3  Which world was called a planet until 2006?",
        "moved       sun    cards/cards.yaml:10:3  was in 01 One",
        "removed     venus                         of kind basic, was in 01 One",
        "1 changed, 1 new, 1 moved, 1 removed, 1 untouched",
        f"1 note moved from Deck::01 One to Deck::02 Two: {STAY}",
        'Anki keeps removed notes; to find them: "ID:deck/venus"',
    ]
    for colour in ("\x1b[33m", "\x1b[36m", "\x1b[32m", "\x1b[31m"):
        assert colour in done.output


@pytest.mark.usefixtures("edited")
def test_a_plan_says_why_it_cannot_show_what_changed() -> None:
    assert "told" not in run("plan").output
    Path("dist/deck.apkg").unlink()
    done = run("plan")
    assert "Back:" not in done.stdout
    assert done.stderr == "dist/deck.apkg is not there, so it cannot be told which words changed\n"


@pytest.mark.usefixtures("edited")
def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    def everything() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = everything()
    run("plan")
    run("plan", "--package", "dist/deck.apkg", "--format", "markdown")
    assert everything() == before


@pytest.mark.usefixtures("project")
def test_nothing_to_plan_is_one_line() -> None:
    assert run("plan").output == "4 untouched\n"


@pytest.mark.usefixtures("edited")
def test_a_title_is_cut_where_the_terminal_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    shown = unstyle(run("plan").output).splitlines()[:5]
    assert "Which body causes…" in shown[0]
    assert max(map(len, shown)) <= 60


@pytest.mark.usefixtures("edited")
def test_a_plan_for_programs() -> None:
    told = json.loads(run("plan", "--format", "json").output)
    assert {note["id"]: note["what"] for note in told["notes"]} == {
        "moon": "changed",
        "sun": "moved",
        "pluto": "new",
        "venus": "removed",
    }
    assert told["untouched"] == 1
    assert told["markup_only"] == []
    (changed, *_) = told["notes"]
    assert changed["place"] == "cards/cards.yaml:4:3"
    assert changed["fields"] == [
        {
            "field": "Back",
            "parts": [["same", "the "], ["old", "moon"], ["new", "Moon, half"]],
        }
    ]


@pytest.mark.usefixtures("edited")
def test_a_plan_for_a_pull_request() -> None:
    lines = run("plan", "--package", "dist/deck.apkg", "--format", "markdown").output.splitlines()
    assert lines[0] == "**1 changed, 1 new, 1 moved, 1 removed, 1 untouched**"
    assert (
        "| `moon` | changed | cards/cards.yaml:4:3 | "
        "Back: the <del>moon</del><ins>Moon, half</ins> |" in lines
    )
    assert "- 1 new, 1 updated, 2 left alone, 0 conflicting" in lines
    assert "- sun: in Deck::01 One" in lines


def test_cards_that_come_and_go_are_told(project: Project) -> None:
    project.notes({"id": "c", "kind": "cloze", "text": "The {{c1::Moon}} pulls the {{c2::sea}}."})
    project.build()
    project.notes({"id": "c", "kind": "cloze", "text": "The Moon pulls {{c3::the}} {{c2::sea}}."})
    (told,) = json.loads(run("plan", "--format", "json").output)["notes"]
    assert told["detail"] == (
        "loses card 1 (it stays in Anki, empty, until Tools → Empty Cards); gets card 3"
    )
    assert "Text: The [-{{c1::-]Moon[-}}-] pulls {+{{c3::+}the{+}}+} {{c2::sea}}." in unstyle(
        run("plan").output
    )


@pytest.mark.usefixtures("edited")
def test_with_a_package_it_is_told_what_differs_from_that(tmp_path: Path) -> None:
    (tmp_path / "dist" / "deck.apkg").rename(tmp_path / "v1.apkg")
    before = run("plan", "--package", "v1.apkg").output
    assert run("build").exit_code == 0
    assert "5 untouched" not in before
    assert run("plan").output == "4 untouched\n"
    assert run("plan", "--package", "v1.apkg").output == before


def test_a_note_that_looks_renamed_is_planned_as_new_when_told(project: Project) -> None:
    text = (project.folder / "cards.yaml").read_text("utf-8")
    project.write("cards.yaml", text.replace("id: mars", "id: red-planet"))
    assert "changed-id" in run("plan").output
    shown = unstyle(run("plan", "--new", "red-planet").output)
    assert "new         red-planet" in shown
    assert "removed     mars" in shown


Planned = Callable[[], dict[str, Any]]


@pytest.fixture
def planned(edited: Project, learner: Learner) -> Planned:
    """Return what the plan says that Anki would do with a learner's collection."""

    def told() -> dict[str, Any]:
        arguments = ("--collection", str(learner.path), "--format", "json")
        done = run("plan", str(edited.folder), *arguments)
        assert done.exit_code == 0, done.output
        anki: dict[str, Any] = json.loads(done.output)["anki"]
        return anki

    return told


def first_import(project: Project, learner: Learner) -> dict[str, str]:
    """Let a learner import what was built; return GUIDs by note."""
    learner.take(project.package)
    assert len(learner.notes()) == 4
    return {held.fields[-1].removeprefix("deck/"): guid for guid, held in learner.notes().items()}


def test_what_anki_does_is_told(edited: Project, learner: Learner, planned: Planned) -> None:
    first_import(edited, learner)
    assert planned() == {
        "new": ["pluto"],
        "updated": ["moon"],
        "duplicate": ["mars", "sun"],
        "conflicting": [],
        "ignored": {},
        "stay": {"sun": "Deck::01 One"},
        "tags": {},
    }


def test_what_a_learner_edited_is_told(edited: Project, learner: Learner, planned: Planned) -> None:
    guid = first_import(edited, learner)
    learner.change(guid["moon"], 2**31, field=" mine")
    learner.change(guid["mars"], 2**31, field=" mine")
    told = planned()
    assert told["updated"] == []
    assert told["ignored"] == {"moon": "edited in Anki since", "mars": "edited in Anki since"}


def test_tags_that_an_update_takes_are_told(
    edited: Project, learner: Learner, planned: Planned
) -> None:
    guid = first_import(edited, learner)
    held = learner.notes()[guid["moon"]]
    learner.change(guid["moon"], held.moment, tag="mine")
    assert planned()["tags"] == {"moon": ["mine"]}


def test_an_altered_note_type_is_told(edited: Project, learner: Learner, planned: Planned) -> None:
    guid = first_import(edited, learner)
    learner.add_field(learner.notes()[guid["moon"]].type)
    told = planned()
    assert sorted(told["conflicting"]) == ["mars", "moon", "sun"]
    shown = run("plan", "--collection", str(learner.path)).output
    assert "moon: its note type was altered in Anki" in shown


def test_a_note_that_was_deleted_in_anki_comes_back_and_that_is_told(
    edited: Project, learner: Learner
) -> None:
    guid = first_import(edited, learner)
    learner.collection.remove_notes([learner.notes()[guid["mars"]].id])  # type: ignore[list-item]
    shown = run("plan", "--collection", str(learner.path)).output
    after = shown.split("Come as new, though sent before (deleted in Anki, or never imported):")[1]
    assert after.splitlines()[1].strip() == "mars"


def test_the_collection_is_left_alone(edited: Project, learner: Learner, planned: Planned) -> None:
    first_import(edited, learner)
    before = learner.notes()
    planned()
    assert learner.notes() == before


def test_a_plan_agrees_with_the_import(edited: Project, learner: Learner, planned: Planned) -> None:
    guid = first_import(edited, learner)
    learner.change(guid["moon"], learner.notes()[guid["moon"]].moment, tag="mine")
    told = planned()
    names = {each: name for name, each in guids(edited.build()).items()}
    imported = learner.take(edited.package)
    for what, found in (
        ("new", imported.new),
        ("updated", imported.updated),
        ("duplicate", imported.duplicate),
    ):
        assert sorted(told[what]) == sorted(names[each] for each in found)


def test_the_search_finds_what_was_removed(edited: Project, learner: Learner) -> None:
    first_import(edited, learner)
    write(edited, "mars", pluto="")
    edited.notes(
        {"id": "moon", "kind": "cloze", "text": "The tides come from {{c1::the Moon}}."},
        file="more.yaml",
    )
    compiled = edited.build()
    learner.take(edited.package)
    found = learner.collection.find_notes(removed_search(compiled))
    names = {
        (note["ID"], note.note_type()["name"])  # type: ignore[index]
        for note in map(learner.collection.get_note, found)
    }
    assert names == {
        ("deck/moon", "Deck · Basic"),
        ("deck/sun", "Deck · Basic"),
        ("deck/venus", "Deck · Basic"),
    }
    assert len(content(compiled).notes) == 2


def test_a_deck_with_errors_has_no_plan(project: Project) -> None:
    project.write("cards.yaml", "notes: [{kind: basic, front: What has no back at all?}]")
    done = run("plan")
    assert done.exit_code == 1
    assert "error[missing-field]" in unstyle(done.output)
    assert "1 error; nothing planned" in done.output


@pytest.mark.usefixtures("project")
def test_a_file_that_is_no_collection_is_told(tmp_path: Path) -> None:
    (tmp_path / "collection.anki2").write_text("none")
    done = run("plan", "--collection", "collection.anki2")
    assert done.exit_code == 1
    assert "collection.anki2: it is no collection that Anki opens" in done.output


@pytest.mark.usefixtures("project")
def test_a_package_and_a_collection_exclude_each_other(tmp_path: Path) -> None:
    (tmp_path / "collection.anki2").write_text("none")
    done = run("plan", "--package", "dist/deck.apkg", "--collection", "collection.anki2")
    assert done.exit_code == 2
    assert "exclude each other" in done.output
