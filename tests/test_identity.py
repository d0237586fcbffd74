"""Who a note is: through other words, other files, other lessons, with an id and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deckgen.deck.link import derived_id
from tests.project import Project, changed, codes, guids, moments, packaged

SEA = {"front": "Which sea has no coast?", "back": "the Sargasso Sea"}
LAKE = {"front": "Which lake is the deepest?", "back": "Lake Baikal in Siberia"}
HILL = {"front": "Where do hills have eyes?", "back": "in a film of 1977"}
REWORDED = {"front": "Which of the seas has no coast?", "back": "the Sargasso Sea"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "cards", "{name: Deck, id: deck, lessons: [One, Two]}")


def only(values: dict[str, Any]) -> Any:
    (value,) = values.values()
    return value


def test_an_unchanged_note_without_id_is_the_same(project: Project) -> None:
    project.notes(SEA, LAKE)
    first = project.build()
    again = project.build()
    assert guids(first) == guids(again)
    assert changed(again) == {}
    assert again.recognised == ()


def test_a_reworded_note_without_id_is_known_again(project: Project) -> None:
    project.notes(SEA, LAKE)
    first = project.build()
    project.notes(REWORDED, LAKE)
    second = project.build()
    assert guids(first) == guids(second)
    assert len(second.recognised) == 1
    assert "cards.yaml" in second.recognised[0]
    (name,) = changed(second)["changed"]
    assert list(changed(second)) == ["changed"]
    assert moments(second)[name] > moments(first)[name]


def test_it_stays_known_when_it_is_reworded_again_and_again(project: Project) -> None:
    project.notes(SEA, LAKE)
    first = project.build()
    words = ["Which sea has no coast at all?", "Which of all seas has no coast at all?"]
    for front in [*words, "Of all seas, which has no coast at all?", SEA["front"]]:
        project.notes({**SEA, "front": front}, LAKE)
        built = project.build()
        assert set(guids(built).values()) == set(guids(first).values())
    assert changed(project.build()) == {}


def test_another_note_without_id_is_another(project: Project) -> None:
    project.notes(SEA, LAKE)
    first = project.build()
    project.notes(HILL, LAKE)
    second = project.build()
    assert len(set(guids(first).values()) & set(guids(second).values())) == 1
    assert set(changed(second)) == {"new", "removed"}


def test_of_notes_made_after_one_pattern_none_is_taken_for_another(project: Project) -> None:
    towns = {"France": "Paris", "Spain": "Madrid", "Japan": "Tokyo", "Chad": "N'Djamena"}
    notes = [
        {"front": f"What is the capital of {land}, seen from the other lands?", "back": town}
        for land, town in towns.items()
    ]
    project.notes(*notes[:3])
    first = project.build()
    project.notes(notes[0], notes[2], notes[3])
    second = project.build()
    assert len(set(guids(first).values()) & set(guids(second).values())) == 2
    assert set(changed(second)) == {"new", "removed"}


def test_all_notes_of_one_pattern_are_known_again_one_by_one(project: Project) -> None:
    notes = [
        {"front": f"Which is the {at}th number of that row?", "back": f"{at * 7919 % 1009} {at}"}
        for at in range(60)
    ]
    project.notes(*notes)
    first = {note.fields[1]: note.guid for note in packaged(project.build()).values()}
    project.notes(*({**note, "front": note["front"].replace("that", "this")} for note in notes))
    second = {note.fields[1]: note.guid for note in packaged(project.build()).values()}
    kept = sum(second[back] == guid for back, guid in first.items())
    taken = set(first.values()) & {guid for back, guid in second.items() if first[back] != guid}
    assert kept >= 55
    assert not taken


def test_a_note_that_moves_to_another_file_and_lesson_is_the_same(project: Project) -> None:
    project.notes({"id": "sea", "lesson": "1", **SEA}, {"lesson": "1", **LAKE})
    first = project.build()
    project.notes({"lesson": "2", **LAKE})
    project.notes({"id": "sea", **SEA}, file="other.yaml")
    second = project.build()
    assert guids(first) == guids(second)
    assert moments(first) == moments(second)
    assert list(changed(second)) == ["moved"]
    assert len(changed(second)["moved"]) == 2
    assert second.settled
    assert set(second.settled.changes.moved.values()) == {"Deck::01 One"}
    assert changed(project.build()) == {}


def test_an_id_given_to_a_note_keeps_its_guid(project: Project) -> None:
    project.notes(SEA, LAKE)
    first = project.build()
    project.notes({"id": "sea", **SEA}, LAKE)
    second = project.build()
    assert set(guids(second).values()) == set(guids(first).values())
    assert next(iter(guids(first).values())) == guids(second)["sea"]
    assert "it had none" in second.recognised[0]
    # its ID field is new, so that it can be found
    assert changed(second) == {"changed": {"sea"}}
    project.notes({"id": "sea", **HILL}, LAKE)
    assert guids(project.build())["sea"] == guids(second)["sea"]


def test_an_id_given_to_a_note_that_is_reworded_too_keeps_its_guid(project: Project) -> None:
    project.notes(SEA, LAKE)
    first = project.build()
    project.notes({"id": "sea", **REWORDED}, LAKE)
    second = project.build()
    assert next(iter(guids(first).values())) == guids(second)["sea"]


def test_ids_given_to_all_notes_keep_all_guids(project: Project) -> None:
    notes = [{"front": f"What is {at} times {at}?", "back": str(at * at)} for at in range(200)]
    project.notes(*notes)
    first = project.build()
    project.notes(*({"id": f"square-{at}", **note} for at, note in enumerate(notes)))
    second = project.build()
    assert list(guids(first).values()) == list(guids(second).values())


def test_a_changed_id_is_asked_about(project: Project) -> None:
    project.notes({"id": "sea", **SEA}, {"id": "lake", **LAKE})
    first = project.build()
    project.notes({"id": "ocean", **SEA}, {"id": "lake", **LAKE})
    asked = project.compile()
    assert codes(asked) == ["changed-id"]
    (message,) = (each.message for each in asked.problems if each.code.slug == "changed-id")
    assert "'sea'" in message
    assert "--new ocean" in message
    assert f"guid: '{guids(first)['sea']}'" in message
    answered = project.build(new=["ocean"])
    assert changed(answered) == {"new": {"ocean"}, "removed": {"sea"}}
    assert guids(answered)["ocean"] != guids(first)["sea"]
    # asked once
    assert changed(project.build()) == {}


def test_a_changed_id_with_the_old_guid_is_the_same_note(project: Project) -> None:
    project.notes({"id": "sea", **SEA}, {"id": "lake", **LAKE})
    first = project.build()
    old = guids(first)["sea"]
    project.notes({"id": "ocean", "guid": old, **SEA}, {"id": "lake", **LAKE})
    second = project.build()
    assert guids(second)["ocean"] == old
    assert changed(second) == {"changed": {"ocean"}}
    assert moments(second)["ocean"] > moments(first)["sea"]
    assert "it was 'sea'" in second.recognised[0]
    project.notes({"id": "ocean", **SEA}, {"id": "lake", **LAKE})
    assert guids(project.build())["ocean"] == old


def test_an_id_that_is_taken_away_is_asked_about(project: Project) -> None:
    project.notes({"id": "sea", **SEA})
    project.build()
    project.notes(SEA)
    assert codes(project.compile()) == ["changed-id"]


def test_a_similar_note_with_an_id_of_its_own_is_new(project: Project) -> None:
    project.notes({"id": "sea", **SEA})
    project.build()
    project.notes({"id": "sea", **SEA}, {"id": "coast", **REWORDED})
    assert changed(project.build()) == {"new": {"coast"}}


def test_an_adopted_guid_is_kept_when_its_key_goes(project: Project) -> None:
    project.notes({"id": "sea", "guid": "from-elsewhere", **SEA})
    assert guids(project.build()) == {"sea": "from-elsewhere"}
    project.notes({"id": "sea", **SEA})
    again = project.build()
    assert guids(again) == {"sea": "from-elsewhere"}


def test_an_adopted_guid_is_sent_newly(project: Project) -> None:
    """The note that has it may be newer than this one was."""
    project.notes({"id": "sea", **SEA})
    first = project.build()
    project.notes({"id": "sea", "guid": "from-elsewhere", **SEA})
    second = project.build()
    assert guids(second) == {"sea": "from-elsewhere"}
    assert moments(second)["sea"] > moments(first)["sea"]
    assert changed(project.build()) == {}


def test_the_guid_of_another_note_is_an_error(project: Project) -> None:
    project.notes({"id": "sea", **SEA})
    guid = guids(project.build())["sea"]
    project.notes({"id": "sea", **SEA}, {"id": "hill", "guid": guid, **HILL})
    assert codes(project.compile()) == ["duplicate-id"]


def test_a_retyped_note_is_a_new_one_and_the_old_is_removed(project: Project) -> None:
    project.notes({"id": "sea", **SEA}, {"id": "lake", **LAKE})
    first = project.build()
    term = {"id": "sea", "kind": "concept", "term": "Sargasso Sea", "definition": "no coast"}
    project.notes(term, {"id": "lake", **LAKE})
    second = project.build()
    assert guids(second)["sea"] != guids(first)["sea"]
    assert changed(second) == {"new": {"sea"}, "removed": {"sea"}}
    assert changed(project.build()) == {}
    project.notes({"id": "sea", **SEA}, {"id": "lake", **LAKE})
    third = project.build()
    assert guids(third)["sea"] == guids(first)["sea"]
    assert changed(third) == {"back": {"sea"}, "removed": {"sea"}}
    project.notes(term, {"id": "lake", **LAKE})
    assert guids(project.build())["sea"] == guids(second)["sea"]


def test_a_removed_note_that_comes_back_is_the_same(project: Project) -> None:
    project.notes({"id": "sea", **SEA}, LAKE)
    first = project.build()
    project.notes(LAKE)
    assert changed(project.build()) == {"removed": {"sea"}}
    assert changed(project.build()) == {}
    project.notes({"id": "sea", **SEA}, LAKE)
    third = project.build()
    assert guids(third) == guids(first)
    assert moments(third) == moments(first)
    assert changed(third) == {"back": {"sea"}}


def test_a_removed_note_without_id_that_comes_back_is_the_same(project: Project) -> None:
    project.notes(SEA, LAKE)
    first = project.build()
    project.notes(LAKE)
    project.build()
    project.notes(SEA, LAKE)
    assert guids(project.build()) == guids(first)


def test_a_removed_note_without_id_is_known_by_its_first_words(project: Project) -> None:
    project.notes(SEA, LAKE)
    first = guids(project.build())
    project.notes(REWORDED, LAKE)
    project.build()
    project.notes(LAKE)
    project.build()
    project.notes(SEA, LAKE)
    assert guids(project.build()) == first


def test_a_removed_note_without_id_may_come_back_with_an_id_and_a_word_more(
    project: Project,
) -> None:
    project.notes(SEA, LAKE)
    first = project.build()
    project.notes(LAKE)
    project.build()
    project.notes({"id": "sea", **SEA}, LAKE)
    second = project.build()
    assert set(guids(second).values()) == set(guids(first).values())
    project.notes(LAKE)
    project.build()
    project.notes({"id": "sea", **SEA, "front": "Which sea has no coast at all?"}, LAKE)
    assert guids(project.build())["sea"] == guids(second)["sea"]


def test_a_derived_id_is_not_given_to_two_notes(project: Project) -> None:
    """One was reworded; then another begins as that one once did."""
    project.notes(SEA, LAKE)
    first = guids(project.build())
    project.notes(REWORDED, LAKE)
    project.build()
    project.notes({**SEA, "back": "one quite unlike it"}, REWORDED, LAKE)
    both = project.build()
    assert list(changed(both)) == ["new"]
    assert set(first.values()) < set(guids(both).values())
    assert len(set(guids(both).values())) == len(project.lock.notes) == 3
    assert changed(project.build()) == {}


def test_a_derived_id_written_out_is_that_note(project: Project) -> None:
    """Somebody copies the id from Anki's browser."""
    project.notes(SEA, LAKE)
    first = project.build()
    name = next(iter(guids(first)))
    assert first.deck
    assert name == derived_id(first.deck.notes[name])
    project.notes({"id": name, **SEA}, LAKE)
    assert guids(project.build()) == guids(first)


def test_a_note_and_its_reworded_copy_are_two(project: Project) -> None:
    project.notes(SEA)
    first = project.build()
    project.notes(REWORDED, SEA)
    second = project.build()
    assert list(changed(second)) == ["new"]
    assert set(guids(first).values()) < set(guids(second).values())


def test_a_draft_is_as_if_removed(project: Project) -> None:
    project.notes({"id": "sea", **SEA}, {"id": "lake", **LAKE})
    first = project.build()
    project.notes({"id": "sea", "draft": True, **SEA}, {"id": "lake", **LAKE})
    assert changed(project.build()) == {"removed": {"sea"}}
    project.notes({"id": "sea", **SEA}, {"id": "lake", **LAKE})
    assert guids(project.build()) == guids(first)
