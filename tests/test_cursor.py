"""How the language server reads files that are being written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckgen.build import Memory
from deckgen.lsp.analysis import Analysis, analyse
from deckgen.lsp.complete import proposals
from deckgen.lsp.cursor import Steps, cursor_at
from deckgen.lsp.define import definitions
from deckgen.lsp.expected import expected_at, siblings
from deckgen.lsp.hover import hover
from deckgen.lsp.notes import defaults_of
from deckgen.lsp.places import offset_of
from deckgen.lsp.ruler import ruler
from deckgen.text.extent import extents
from deckgen.text.file import TextFile
from deckgen.text.parse import parse
from deckgen.text.tree import Mapping, Node
from tests.editor import units

TESTS = Path(__file__).parent
CARDS = TESTS.parent / "cards"
GOLDEN = sorted(TESTS.glob("golden/*/*.yaml"))
SOUND = [case for case in GOLDEN if case.parent.name not in ("problems", "rules")]


def file_of(path: Path) -> TextFile:
    return TextFile(path, str(path), path.read_text("utf-8"))


@given(
    st.text(st.sampled_from("aé中𠀀👩‍🌾\n\ud800")), st.sampled_from(["utf-8", "utf-16", "utf-32"])
)
def test_offsets_and_positions_agree(text: str, encoding: str) -> None:
    measure = ruler(text, encoding)
    for offset in range(len(text) + 1):
        line, unit = measure.position(offset)
        assert line == text.count("\n", 0, offset)
        if "\ud800" not in text:
            start = text.rfind("\n", 0, offset) + 1
            assert unit == units(text[start:offset], encoding)
        assert measure.offset(line, unit) == offset


@given(st.text(st.sampled_from("ab中\r\n"), max_size=20), st.integers(0, 9), st.integers(0, 9))
def test_every_position_has_an_offset(text: str, line: int, unit: int) -> None:
    measure = ruler("\ufeff" + text, "utf-16")
    assert "\r" not in measure.text
    assert 0 <= measure.offset(line, unit) <= len(measure.text)
    assert measure.offset(0, 1) == 0


def scalars(node: Node, at: int, path: Steps) -> Iterator[tuple[Steps, str, int, bool]]:
    """Yield every key and text: its path, what it says, its packed place, whether it is a key."""
    if isinstance(node, str):
        yield path, node, at, False
        return
    steps = node.values.items() if isinstance(node, Mapping) else enumerate(node.values)
    for step, value in steps:
        if isinstance(node, Mapping) and isinstance(step, str):
            yield (*path, step), step, node.keys[step], True
            yield from scalars(value, node.places[step], (*path, step))
        elif not isinstance(node, Mapping) and isinstance(step, int):
            yield from scalars(value, node.places[step], (*path, step))


def inside(text: str, written: range) -> int:
    """Return a place amid a key or text, in no escape, no indentation and at no line's end."""
    half = range((written.start + written.stop) // 2, written.stop)
    inner = (at for at in half if text[at - 1] not in "\\\n " and text[at] != "\n")
    return next(inner, written.stop)


@pytest.mark.parametrize(
    "case", [*SOUND, *sorted(CARDS.glob("*.yaml"))], ids=lambda case: case.stem
)
def test_a_cursor_reads_what_the_parser_reads(case: Path) -> None:
    file = file_of(case)
    tree, problems = parse(file)
    assert isinstance(tree, Mapping)
    assert problems == []
    known = extents(file)
    for path, said, packed, is_key in scalars(tree, 0, ()):
        written = known.at(offset_of(file.text, file.place(packed)))
        cursor = cursor_at(file.text, inside(file.text, written))
        assert cursor, path
        inner = path[2:] if path[0] == "notes" and len(path) > 2 else path
        if "<<" not in path:
            assert (cursor.path, cursor.text, cursor.is_key) == (inner, said, is_key)
        if not cursor.quote:
            assert cursor.place == written
        assert cursor.typed == said[: len(cursor.typed)]


@pytest.fixture(scope="module")
def essay() -> Analysis:
    return analyse(CARDS, {}, None, Memory())


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_help_bears_every_text(case: Path, essay: Analysis) -> None:
    """Wherever a cursor stands, be the text whole or cut off there."""
    whole = case.read_text("utf-8", "replace")[:3000]
    for offset in range(0, len(whole) + 1, max(1, len(whole) // 30)):
        for text in (whole, whole[:offset]):
            file, cursor = TextFile(case, str(case), text), cursor_at(text, offset)
            defaults = defaults_of(file)
            expected = expected_at(cursor, defaults, is_deck=True) if cursor else None
            if cursor and expected:
                assert text[: cursor.place.start].count("\n") <= text.count("\n", 0, offset)
                taken = siblings(cursor, file)
                offered = list(proposals(cursor, expected, taken, essay.known, defaults))
                assert not taken & {each.value for each in offered if each.what == "key"}
                for place in definitions(cursor, expected, essay.known, defaults):
                    assert place.at.stop <= len(place.file.text)
                assert isinstance(hover(cursor, expected, None, essay, defaults), str)
