"""A deck that is compiled again knows what it read and rendered, and is none the worse for it."""

from pathlib import Path

import pytest

from deckgen.build import Compiled, Memory, compile_deck

HEADER = """\
name: Tides
id: tides
lessons: [First, Second]
"""
ONE = """\
notes:
  - id: rule
    kind: principle
    name: Moon first
    domain: tides
  - kind: basic
    front: Which body causes most of the tides?
    back: the Moon ![](moon.png)
"""
TWO = """\
defaults: {lesson: 2}
notes:
  - id: saying
    kind: quotation
    lines: ["The moon pulls,", "the water follows."]
    principle: rule
  - id: gaps
    kind: cloze
    text: "Unclosed {{c1::gap"
"""


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    (tmp_path / "deck.yaml").write_text(HEADER, "utf-8")
    (tmp_path / "1.yaml").write_text(ONE, "utf-8")
    (tmp_path / "2.yaml").write_text(TWO, "utf-8")
    (tmp_path / "moon.png").write_bytes(b"one picture")
    return tmp_path


def told(compiled: Compiled) -> object:
    content = compiled.content
    return compiled.problems, compiled.rendered, compiled.lock, content and dict(content.media)


def edit(deck: Path, name: str, old: str, new: str) -> None:
    text = (deck / name).read_text("utf-8")
    assert old in text
    (deck / name).write_text(text.replace(old, new), "utf-8")


EDITS = [
    ("1.yaml", "the Moon ", "our Moon "),
    ("1.yaml", "Moon first", "Water last"),
    ("1.yaml", "Which body causes", "Which one causes"),
    ("2.yaml", "{{c1::gap", "{{c1::gap}}"),
    ("2.yaml", "The moon pulls", "The sun pulls"),
    ("2.yaml", "{lesson: 2}", "{lesson: 1}"),
    ("deck.yaml", "name: Tides", "name: Ebb"),
    ("deck.yaml", "id: tides", "id: tides\nlanguage: zh-Hans"),
    ("deck.yaml", "id: tides", "id: tides\nhtml: true"),
    ("2.yaml", "notes:", "notes: ["),
]


@pytest.mark.parametrize("at", range(len(EDITS)))
def test_what_it_remembers_is_what_it_would_make(deck: Path, at: int) -> None:
    memory = Memory()
    compile_deck(deck, 1_700_000_000, memory=memory)
    for name, old, new in (EDITS[at], EDITS[(at + 3) % len(EDITS)]):
        edit(deck, name, old, new)
        again = compile_deck(deck, 1_700_000_001, memory=memory)
        assert told(again) == told(compile_deck(deck, 1_700_000_001))


def test_a_picture_that_changed_is_read_again(deck: Path) -> None:
    edit(deck, "2.yaml", "{{c1::gap", "{{c1::gap}}")
    memory = Memory()
    compile_deck(deck, 1, memory=memory)
    (deck / "moon.png").write_bytes(b"another picture")
    again = compile_deck(deck, 1, memory=memory)
    assert told(again) == told(compile_deck(deck, 1))


def test_only_what_changed_is_compiled_again(deck: Path) -> None:
    memory = Memory()
    compile_deck(deck, 1, memory=memory)
    read = {file.path.name: part for file, part in memory.files.items()}
    rendered = {each.packaged.fields[0]: each for each in memory.notes.values()}
    edit(deck, "2.yaml", "the water follows", "the water comes")
    compile_deck(deck, 1, memory=memory)
    now = {file.path.name: part for file, part in memory.files.items()}
    assert [name for name in read if now[name] is not read[name]] == ["2.yaml"]
    again = {each.packaged.fields[0]: each for each in memory.notes.values()}
    assert again["Moon first"] is rendered["Moon first"]
