"""Updates by example, in the real engine: one word, one line, two thousand notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deckgen.commands import main
from deckgen.render.markup import to_html
from tests.learner import Held, Learner
from tests.project import Project, changed, content, guids, moments

LINES = [
    "The first line says who knows of the leak.",
    "A second one tells where the rule went wrong.",
    "Third comes the water that carries the boat.",
    "Then the fourth, about mirrors made of bronze.",
    "Last of all stands what was learned from it.",
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "cards")


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    made = Learner(tmp_path / "anki")
    yield made
    made.close()


def many(project: Project, count: int, **backs: str) -> None:
    """Write so many notes; `backs` gives some of them another answer."""
    notes = (
        f"  - {{id: note-{number}, kind: basic, front: 'What is the number of {number}?', "
        f"back: '{backs.get(f'note_{number}', f'the **answer** to {number}')}'}}\n"
        for number in range(count)
    )
    project.write("cards.yaml", "notes:\n" + "".join(notes))


def test_one_word_in_ten_thousand_notes_is_one_update(project: Project, learner: Learner) -> None:
    many(project, 10_000)
    project.build()
    assert len(learner.take(project.package).new) == 10_000
    many(project, 10_000, note_5000="another answer")
    compiled = project.build()
    assert changed(compiled) == {"changed": {"note-5000"}}
    imported = learner.take(project.package)
    assert imported.updated == {guids(compiled)["note-5000"]}
    assert len(imported.duplicate) == 9_999


def test_without_a_change_the_same_bytes_are_written(project: Project, learner: Learner) -> None:
    many(project, 100)
    project.build()
    before = project.lock_file.read_bytes(), project.package.read_bytes()
    learner.take(project.package)
    project.clock += 10**6
    project.build()
    assert (project.lock_file.read_bytes(), project.package.read_bytes()) == before
    assert len(learner.take(project.package).duplicate) == 100


def test_another_renderer_moves_no_moment(
    project: Project, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(project, 2_000)
    project.build()
    learner.take(project.package)
    before = moments(project.compile())
    monkeypatch.setattr(
        "deckgen.render.render.to_html", lambda *given: f"<span>{to_html(*given)}</span>"
    )
    compiled = project.build()
    assert changed(compiled) == {"unsent": set(before)}
    assert moments(compiled) == before
    assert {note.fields[0][:6] for note in content(compiled).notes} == {"<span>"}
    assert len(learner.take(project.package).duplicate) == 2_000
    # it is said, again and again; a note that changes brings its new markup along
    many(project, 2_000, note_7="another answer")
    compiled = project.build()
    assert changed(compiled) == {"changed": {"note-7"}, "unsent": before.keys() - {"note-7"}}
    assert learner.take(project.package).updated == {guids(compiled)["note-7"]}
    compiled = project.build(send_markup=True)
    assert changed(compiled) == {"changed": before.keys() - {"note-7"}}
    assert len(learner.take(project.package).updated) == 1_999


def test_the_build_counts_what_changed_in_markup_only(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(project, 2_000)
    arguments = ["build", str(project.folder), "-o", str(project.package)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    monkeypatch.setattr(
        "deckgen.render.render.to_html", lambda *given: f"<span>{to_html(*given)}</span>"
    )
    done = CliRunner().invoke(main, arguments)
    assert "2,000 notes changed in markup only" in done.output


def passage(project: Project, lines: list[str], **more: Any) -> None:
    note = {"id": "lines", "kind": "passage", "title": "Five lines", "lines": lines}
    project.notes(note | more)


def answers(learner: Learner, held: Held) -> dict[int, str]:
    """Return by card id what each of a note's cards asks for, as the engine renders it."""
    return {card.id: answer(learner, card.id) for card in held.cards.values() if card.ord < 300}


def answer(learner: Learner, card: Any) -> str:
    output = learner.collection.get_card(card).render_output()
    found = re.search(r'class="cloze"[^>]*>(.*?)</span>', output.answer_text, re.DOTALL)
    assert found, output.answer_text
    return found[1]


def test_a_line_inserted_into_a_reviewed_passage_leaves_each_card_its_line_and_due_date(
    project: Project, learner: Learner
) -> None:
    passage(project, LINES)
    project.build()
    learner.take(project.package)
    (held,) = learner.notes().values()
    for rating, card in enumerate(held.cards.values()):
        for _ in range(rating % 3 + 1):
            learner.review(card.id, 2 + rating % 2)
    (before,) = learner.notes().values()
    said = answers(learner, before)
    reviews = learner.reviews()
    assert set(said.values()) == set(LINES)
    assert len({card.row for card in before.cards.values()}) > 1
    passage(project, [*LINES[:2], "Between them there is a line that is new.", *LINES[2:]])
    project.build()
    imported = learner.take(project.package)
    assert len(imported.updated) == 1
    (after,) = learner.notes().values()
    assert before.cards.items() <= after.cards.items()
    assert answers(learner, after).items() >= said.items()
    assert learner.reviews() == reviews
    (new,) = after.cards.keys() - before.cards.keys()
    assert answer(learner, after.cards[new].id) == "Between them there is a line that is new."


def test_a_reworded_line_keeps_its_card(project: Project, learner: Learner) -> None:
    passage(project, LINES)
    project.build()
    learner.take(project.package)
    (before,) = learner.notes().values()
    reworded = LINES[2].replace("carries", "bears")
    passage(project, [*LINES[:2], reworded, *LINES[3:]])
    project.build()
    learner.take(project.package)
    (after,) = learner.notes().values()
    assert before.cards == after.cards
    was = {card: text for card, text in answers(learner, after).items() if text == reworded}
    assert len(was) == 1


def test_a_retyped_note_is_new_and_the_old_one_is_told_as_removed(
    project: Project, learner: Learner
) -> None:
    project.notes({"id": "note", "front": "What is it?", "back": "this"})
    first = project.build()
    learner.take(project.package)
    project.notes({"id": "note", "kind": "cloze", "text": "It is {{c1::this}}."})
    compiled = project.build()
    assert changed(compiled) == {"new": {"note"}, "removed": {"note"}}
    assert guids(first) != guids(compiled)
    imported = learner.take(project.package)
    assert imported.new == {guids(compiled)["note"]}
    assert len(learner.notes()) == 2
