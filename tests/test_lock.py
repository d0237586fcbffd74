"""The lock's file: read back as it was written, merged by lines, never read wrongly."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckgen.lock.file import format_lock, lock_path, read_lock
from deckgen.lock.record import Lock, NoteRecord, Numbered, TypeRecord
from tests.project import Project, changed, codes, moments, packaged, parse

HEX = st.text("0123456789abcdef", min_size=16, max_size=16)
MOMENTS = st.integers(1, 2**32 - 1)
NAMES = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12)
# no line break nor other control character gets into a deck's name or a GUID
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=12
).filter(str.strip)
ITEMS = st.lists(
    st.builds(
        Numbered,
        number=st.integers(1, 300),
        mark=st.text("0123456789abcdef", min_size=8, max_size=8),
        sketch=st.text("0123456789abcdef", max_size=24),
        gone=st.booleans(),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each.number,
).map(tuple)
RECORDS = st.builds(
    NoteRecord,
    id=NAMES,
    kind=st.sampled_from(["basic", "list", "quotation"]),
    name=st.one_of(NAMES, TEXTS.map("guid:{}".format)),
    moment=MOMENTS,
    content=st.one_of(HEX, st.just("")),
    rendered=HEX,
    sketch=HEX,
    deck=TEXTS,
    wording=st.one_of(st.just(""), NAMES),
    numbers=st.dictionaries(st.sampled_from(["lines", "items", "pivots"]), ITEMS, max_size=2),
    removed=st.booleans(),
)
TYPES = st.builds(
    TypeRecord, kind=st.sampled_from(["basic", "cloze"]), moment=MOMENTS, structure=HEX, style=HEX
)
LOCKS = st.builds(
    Lock,
    deck_id=NAMES,
    notes=st.lists(RECORDS, max_size=6).map(lambda all_: {each.key: each for each in all_}),
    types=st.lists(TYPES, max_size=2).map(lambda all_: {each.kind: each for each in all_}),
)


@given(LOCKS)
def test_what_is_written_is_read(lock: Lock) -> None:
    assert parse(format_lock(lock)) == (lock, [])


@given(LOCKS)
def test_doubled_lines_say_nothing_more(lock: Lock) -> None:
    text = format_lock(lock)
    assert parse(text + text) == (lock, [])


@given(LOCKS, LOCKS)
def test_two_locks_in_one_are_one_lock(ours: Lock, theirs: Lock) -> None:
    """What git makes of a conflict, by `merge=union` or with markers: nothing is lost."""
    theirs = replace(theirs, deck_id=ours.deck_id)
    marked = f"<<<<<<< HEAD\n{format_lock(ours)}=======\n{format_lock(theirs)}>>>>>>> theirs\n"
    lock, problems = parse(marked)
    assert not problems
    assert lock.notes.keys() == ours.notes.keys() | theirs.notes.keys()
    for key, record in lock.notes.items():
        both = [side.notes[key] for side in (ours, theirs) if key in side.notes]
        assert record.moment == max(each.moment for each in both)
        assert record.removed == all(each.removed for each in both)
        agreed = {each.content for each in both}
        assert record.content == (agreed.pop() if len(agreed) == 1 else "")
        for each in both:
            for field, items in each.numbers.items():
                numbers = [item.number for item in record.numbers[field]]
                assert {item.number for item in items} <= set(numbers)
                assert len(numbers) == len(set(numbers))
    for kind, type_ in lock.types.items():
        styles = [side.types[kind] for side in (ours, theirs) if kind in side.types]
        assert type_.moment == max(each.moment for each in styles)


@given(LOCKS, st.data())
def test_a_lock_that_is_cut_off_is_an_error(lock: Lock, data: st.DataObject) -> None:
    """A lock that was cut off anywhere is an error, even where a line ends."""
    text = format_lock(lock)
    at = data.draw(st.integers(0, len(text) - 2))
    _, problems = parse(text[:at])
    assert {problem.code.slug for problem in problems} == {"damaged-lock"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("note one", "nite one"),
        (" m=", " m=x"),
        (" c=", " c=zz"),
        (" deck=", " deck= "),
        ("items=1:", "items=0:"),
        ("items=1:", "items=:"),
        (",2:", ",1:"),
        (",2:", ";2:"),
        ("type list", "type"),
        ("deck-id", "deck id"),
        ("\nend\n", "\n"),
    ],
)
def test_a_damaged_line_is_an_error(tmp_path: Path, old: str, new: str) -> None:
    project = Project(tmp_path / "cards")
    project.notes({"id": "one", "prompt": "Two?", "items": ["first", "second"]}, kind="list")
    project.build()
    text = project.lock_file.read_text("utf-8")
    assert old in text
    project.lock_file.write_text(text.replace(old, new), "utf-8")
    before = project.package.read_bytes()
    assert set(codes(project.compile())) == {"damaged-lock"}
    assert project.package.read_bytes() == before


def test_an_emptied_lock_is_an_error(tmp_path: Path) -> None:
    """It is not one that is missing: somebody had one."""
    project = Project(tmp_path / "cards")
    project.notes({"id": "one", "front": "one?", "back": "1"})
    project.build()
    project.lock_file.write_text("", "utf-8")
    assert codes(project.compile()) == ["damaged-lock"]


def test_a_lock_of_random_bytes_tells_not_every_line(tmp_path: Path) -> None:
    project = Project(tmp_path / "cards")
    project.notes({"id": "one", "front": "one?", "back": "1"})
    project.lock_file.write_text("nonsense\n" * 10_000, "utf-8")
    assert 1 < len(codes(project.compile())) < 50


def test_a_newer_lock_is_one_error(tmp_path: Path) -> None:
    project = Project(tmp_path / "cards")
    project.notes({"id": "one", "front": "one?", "back": "1"})
    project.build()
    text = project.lock_file.read_text("utf-8").replace("deckgen-lock 1", "deckgen-lock 12")
    project.lock_file.write_text(text.replace(" m=", " moment:"), "utf-8")
    assert codes(project.compile()) == ["newer-lock"]


def test_line_breaks_of_windows_change_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path / "cards")
    project.notes({"id": "one", "front": "one?", "back": "1"})
    project.build()
    project.lock_file.write_bytes(project.lock_file.read_bytes().replace(b"\n", b"\r\n"))
    again = project.compile()
    assert changed(again) == {}
    assert not again.lock_changes


def test_a_deck_of_one_file_has_its_own_lock(tmp_path: Path) -> None:
    assert lock_path(tmp_path / "deck.yaml") == lock_path(tmp_path / "deck.yml")
    assert lock_path(tmp_path / "deck.yaml") == tmp_path / "deck.lock"
    assert lock_path(tmp_path / "my.cards.yaml") == tmp_path / "my.cards.lock"


def test_a_missing_lock_is_an_empty_one(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "deck.lock") == (Lock(), [])


def test_a_lock_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "deck.lock").mkdir()
    _, problems = read_lock(tmp_path / "deck.lock")
    assert [problem.code.slug for problem in problems] == ["unreadable"]


def test_disagreeing_lines_are_sent_again_and_agreeing_ones_are_not(tmp_path: Path) -> None:
    project = Project(tmp_path / "cards")
    notes = [{"id": name, "front": f"{name}?", "back": name} for name in ("one", "two", "tree")]
    project.notes(*notes)
    first = project.build()
    text = project.lock_file.read_text("utf-8")
    project.notes({**notes[0], "back": "1"}, *notes[1:])
    project.build()
    line = next(line for line in text.splitlines() if line.startswith("note one"))
    project.lock_file.write_text(
        project.lock_file.read_text("utf-8") + f"{line}\n" * 2 + f"{text}", "utf-8"
    )
    merged = project.build()
    assert changed(merged) == {"again": {"one"}}
    assert moments(merged)["one"] > moments(first)["one"] + 100
    assert moments(merged)["two"] == moments(first)["two"]
    assert changed(project.compile()) == {}


def test_a_name_that_needs_quoting_comes_back(tmp_path: Path) -> None:
    project = Project(tmp_path / "cards", "{name: '100 % of　it', id: deck}")
    project.notes({"id": "one", "guid": "a b%20c", "front": "one?", "back": "1"})
    built = project.build()
    assert packaged(built)["one"].guid == "a b%20c"
    assert packaged(built)["one"].deck == "100 % of　it"
    assert changed(project.compile()) == {}
