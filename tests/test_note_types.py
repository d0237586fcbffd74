"""Note types live on: their look reaches learners, what would hurt is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deckgen import assemble
from deckgen.commands import main
from deckgen.kinds import kinds
from deckgen.package.content import PackagedType
from deckgen.render.notetype import Field, NoteType, Template
from tests.learner import Learner
from tests.project import Project, changed, codes, content

SHIPPED = Path(__file__).parent / "golden" / "note-types.txt"

Change = Callable[[NoteType], NoteType]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "cards")
    made.notes({"id": "note", "front": "What is asked?", "back": "this"})
    made.build()
    return made


@pytest.fixture
def learner(tmp_path: Path, project: Project) -> Iterator[Learner]:
    made = Learner(tmp_path / "anki")
    made.take(project.package)
    yield made
    made.close()


@pytest.fixture
def another_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], None]:
    """Let a later version of deckgen have other note types."""
    note_type = assemble._note_type

    def become(change: Change) -> None:
        def changed_type(*given: Any) -> PackagedType:
            packaged = note_type(*given)
            return replace(packaged, note_type=change(packaged.note_type))

        monkeypatch.setattr(assemble, "_note_type", changed_type)

    return become


def held_type(learner: Learner) -> dict[str, Any]:
    (held,) = learner.notes().values()
    found = learner.collection.models.get(held.type)  # type: ignore[arg-type]
    assert found
    return found


def test_fields_and_templates_are_as_they_were_shipped() -> None:
    lines = [line for line in SHIPPED.read_text("utf-8").splitlines() if line[0] != "#"]
    assert lines == [
        f"{name} {'cloze' if kind.note_type.cloze else 'plain'}: "
        f"{' '.join(str(field.id) for field in kind.note_type.fields)}: "
        f"{' '.join(str(template.id) for template in kind.note_type.templates)}"
        for name, kind in sorted(kinds().items())
    ]


def test_a_new_style_arrives_and_touches_no_note(
    project: Project, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = learner.notes()
    monkeypatch.setattr(assemble, "css", lambda: ".card {color: teal}")
    compiled = project.build()
    assert changed(compiled) == {"types": {"basic"}}
    imported = learner.take(project.package)
    assert len(imported.duplicate) == 1
    assert held_type(learner)["css"] == ".card {color: teal}"
    assert learner.notes() == before
    assert not imported.full_sync


def test_a_new_template_text_arrives(
    project: Project, learner: Learner, another_version: Callable[[Change], None]
) -> None:
    def reworded(note_type: NoteType) -> NoteType:
        first, *rest = note_type.templates
        return replace(note_type, templates=(replace(first, front=f"New {first.front}"), *rest))

    another_version(reworded)
    assert changed(project.build()) == {"types": {"basic"}}
    imported = learner.take(project.package)
    assert held_type(learner)["tmpls"][0]["qfmt"].startswith("New ")
    assert not imported.conflicting
    assert not imported.full_sync


def test_a_new_style_arrives_by_a_clock_that_runs_slow(
    project: Project, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        project.clock -= 3600
        monkeypatch.setattr(assemble, "css", lambda number=number: f".card {{top: {number}px}}")
        project.build()
        learner.take(project.package)
        assert held_type(learner)["css"] == f".card {{top: {number}px}}"


def test_a_reserve_field_is_renamed_by_its_pinned_id(
    project: Project, learner: Learner, another_version: Callable[[Change], None]
) -> None:
    def renamed(note_type: NoteType) -> NoteType:
        fields = (
            Field("Picture", field.id) if field.name == "Reserve 1" else field
            for field in note_type.fields
        )
        return replace(note_type, fields=tuple(fields))

    another_version(renamed)
    project.notes({"id": "note", "front": "What is asked now?", "back": "this"})
    compiled = project.build()
    assert codes(compiled) == []
    imported = learner.take(project.package)
    assert len(imported.updated) == 1
    assert not imported.full_sync
    names = [field["name"] for field in held_type(learner)["flds"]]
    assert "Picture" in names
    assert "Reserve 1" not in names
    (held,) = learner.notes().values()
    assert held.fields[0] == "What is asked now?"


CHANGES: dict[str, Change] = {
    "field-added": lambda old: replace(old, fields=(*old.fields, Field("More", 1000))),
    "field-removed": lambda old: replace(old, fields=old.fields[:-2] + old.fields[-1:]),
    "fields-reordered": lambda old: replace(
        old, fields=(old.fields[0], old.fields[2], old.fields[1], *old.fields[3:])
    ),
    "template-added": lambda old: replace(
        old, templates=(*old.templates, Template("Third", 203, "{{Front}}", "{{Back}}"))
    ),
    "template-removed": lambda old: replace(old, templates=old.templates[:1]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_anki_would_call_conflicting_is_refused(
    change: Change,
    project: Project,
    learner: Learner,
    another_version: Callable[[Change], None],
) -> None:
    before = project.lock_file.read_bytes(), project.package.read_bytes()
    another_version(change)
    project.notes({"id": "note", "front": "What is asked now?", "back": "this"})
    arguments = ["build", str(project.folder), "-o", str(project.package)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1
    assert "error[note-type-changed]" in done.output
    assert "deckgen explain note-type-changed" in done.output
    assert (project.lock_file.read_bytes(), project.package.read_bytes()) == before
    # asked for by name, it is built; and Anki does what the error says
    compiled = project.build(change_types=["basic"])
    assert len(content(compiled).notes) == 1
    assert learner.take(project.package).conflicting == 1
    assert changed(project.compile()) == {}
