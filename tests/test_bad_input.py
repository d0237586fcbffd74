"""Whatever a person or a fuzzer writes ends in located problems, never in a traceback."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deckgen.build import Compiled, compile_deck, package
from deckgen.commands._output import print_problems
from deckgen.deck.deck import Header, Options
from deckgen.deck.read import authored
from deckgen.kinds import kinds
from deckgen.kinds.quotation import Work
from deckgen.problem import Problem, Span, has_errors

GOLDEN = Path(__file__).parent / "golden"
SOURCE = (GOLDEN / "source.txt").read_bytes()
GOOD = [
    case.read_text("utf-8").replace("../source.txt", "source.txt")
    for case in sorted(GOLDEN.glob("*/*.yaml"))
    if case.parent.name in kinds() and case.stat().st_size < 3_000
]

KEYS = sorted(
    {key for kind in kinds().values() for key in authored(kind.note)}
    | {key for record in (Header, Options, Work) for key in authored(record)}
    | {"defaults", "notes", "kidn", "载", "", "<<", "a b", "1"}
)
SCALAR = st.sampled_from(
    [
        *("", " ", "~", "true", "false", "no", "0", "1", "-1", "301", "1e999", "nan", "9" * 5000),
        *(*kinds(), "a", "b", "载舟", "人民是历史的创造者", "essay", "background", "source.txt"),
        *("../../etc/passwd", "/etc/passwd", "\0", "\u2028", "\ud800", "line\nbreak", "tab\there"),
        *(
            "{{c1::x}}",
            "{{c0::x}}",
            "{{c1::",
            "}}",
            "$x$",
            "{载|zài}",
            "**b**",
            "`c`",
            "![](x.png)",
        ),
        *("![](https://a.b/c.png)", "<b>", "<img src='x.png'>", "[sound:x.mp3]", "?", "？", "::"),
        *("zh-Hans", "en", "{{tts x:Front}}", '" onload="', "x" * 500, "é", "e\u0301", "\ufeff"),
    ]
)
FRAGMENTS = [
    *(
        b"\0",
        b"\xff",
        b"\xe8",
        b"\t",
        b"\n",
        b"\r",
        b" ",
        b"'",
        b'"',
        b"{",
        b"[",
        b": ",
        b"- ",
        b"#",
    ),
    *(b"&a ", b"*a", b"!t ", b"|", b">", b"}}", b"{{c1::", b"$", b"`", b"---\n", "载".encode()),
]
ANY_TREE = st.recursive(
    SCALAR | st.text(max_size=8),
    lambda node: (
        st.lists(node, max_size=4) | st.dictionaries(st.sampled_from(KEYS), node, max_size=6)
    ),
    max_leaves=24,
)
NOTE = st.fixed_dictionaries(
    {"kind": st.sampled_from(sorted(kinds()))},
    optional={key: SCALAR | ANY_TREE for key in KEYS if key not in ("kind", "<<")},
)
DECK = st.fixed_dictionaries(
    {"name": st.just("Deck"), "id": st.just("deck"), "notes": st.lists(NOTE, max_size=4)},
    optional={key: ANY_TREE for key in authored(Header) if key not in ("name", "id")},
)

pytestmark = pytest.mark.filterwarnings("error")
many = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@contextlib.contextmanager
def deck_folder(*files: tuple[str, bytes]) -> Iterator[Path]:
    """Write the files of a deck, and make its folder the working directory."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("source.txt").write_bytes(SOURCE)
        for name, content in files:
            Path(name).write_bytes(content)
        yield Path(folder)


def compiled(raw: bytes) -> Compiled:
    """Compile a deck of one file, and examine everything that is said of it."""
    with deck_folder(("cards.yaml", raw)):
        result = compile_deck(Path("cards.yaml"), 1)
        examine(result, raw)
        if result.content:
            assert package(result.content)
    return result


def examine(result: Compiled, raw: bytes) -> None:
    assert (result.content is None) == has_errors(result.problems)
    for problem in result.problems:
        assert problem.message.strip()
        for span in (problem.span, *(place for place, _ in problem.related)):
            assert is_inside(span, raw), problem
    print_everything(result.problems)


def is_inside(span: Span, raw: bytes) -> bool:
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if span.file != "cards.yaml":
        return span.file in (".", "source.txt", "cards.lock")
    return 1 <= span.line <= len(lines) and 1 <= span.column <= len(lines[span.line - 1]) + 1


def print_everything(problems: list[Problem]) -> None:
    """Print problems in every format; what is printed can be encoded, and JSON read again."""
    for style in ("text", "github", "json"):
        with contextlib.redirect_stdout(
            io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
        ) as out:
            print_problems(problems, style)
            out.flush()
            printed = out.buffer.getvalue().decode("utf-8")
        if style == "json":
            assert len(json.loads(printed)) == len(problems)


def dumped(tree: Any) -> bytes:
    return str(yaml.safe_dump(tree, allow_unicode=True)).encode("utf-8", "backslashreplace")


def paths(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in a tree."""
    if path:
        yield path
    if isinstance(tree, dict | list):
        for key, child in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from paths(child, (*path, key))


@many
@given(st.data())
def test_bytes_are_lost_added_and_swapped(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(GOOD)).encode())
    fragment = st.sampled_from(FRAGMENTS)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        what = data.draw(st.sampled_from(["delete", "insert", "swap", "repeat", "cut"]))
        length = data.draw(st.integers(1, 12))
        if what == "delete":
            del raw[at : at + length]
        elif what == "insert":
            raw[at:at] = data.draw(fragment)
        elif what == "swap":
            raw[at : at + 2 * length] = raw[at + length : at + 2 * length] + raw[at : at + length]
        elif what == "repeat":
            raw[at:at] = raw[at : at + 8 * length]
        else:
            del raw[at:]
    compiled(bytes(raw))


@many
@given(st.data())
def test_values_change_their_type(data: st.DataObject) -> None:
    tree = copy.deepcopy(yaml.load(data.draw(st.sampled_from(GOOD)), yaml.CSafeLoader))
    for _ in range(data.draw(st.integers(1, 4))):
        found = list(paths(tree))
        if not found:
            break
        *parents, last = data.draw(st.sampled_from(found))
        inner = tree
        for step in parents:
            inner = inner[step]
        change = data.draw(st.sampled_from(["replace", "wrap", "name", "rename", "delete"]))
        if change == "replace":
            inner[last] = data.draw(ANY_TREE)
        elif change == "wrap":
            inner[last] = [inner[last]]
        elif change == "name":
            inner[last] = {data.draw(st.sampled_from(KEYS)): inner[last]}
        elif change == "rename" and isinstance(inner, dict):
            inner[data.draw(st.sampled_from(KEYS))] = inner.pop(last)
        else:
            del inner[last]
    compiled(dumped(tree))


@many
@given(DECK)
def test_notes_of_any_fields(tree: Any) -> None:
    compiled(dumped(tree))


@many
@given(ANY_TREE)
def test_any_yaml(tree: Any) -> None:
    compiled(dumped(tree))


@given(st.binary(max_size=60))
def test_any_bytes(raw: bytes) -> None:
    compiled(raw)


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_file_of_a_folder(header: str, cards: str) -> None:
    files = [("deck.yaml", header.encode("utf-8", "replace"))]
    with deck_folder(*files, ("cards.yaml", cards.encode("utf-8", "replace"))):
        result = compile_deck(Path(), 1)
        assert has_errors(result.problems)
        assert result.content is None
        print_everything(result.problems)


def test_odd_names_of_files() -> None:
    names = ["載.yaml", "a b.yaml", "-o.yaml", "a\nb.yaml", "a\x1b[31mb.yaml", "\udcff.yaml"]
    with deck_folder(
        ("deck.yaml", b"name: Deck\nid: deck\n"), *((each, b"nots: []") for each in names)
    ):
        problems = compile_deck(Path(), 1).problems
        print_everything(problems)
        assert {each.span.file for each in problems if each.code.slug == "unknown-key"} == set(
            names
        )


def test_what_is_no_file() -> None:
    with deck_folder(("deck.yaml", b"name: Deck\nid: deck\n")):
        Path("folder.yaml").mkdir()
        Path("nowhere.yaml").symlink_to("nothing")
        Path("itself.yaml").symlink_to("itself.yaml")
        Path("loop").symlink_to(".")
        problems = compile_deck(Path(), 1).problems
        unreadable = [each.span.file for each in problems if each.code.slug == "unreadable"]
        assert unreadable == ["itself.yaml", "nowhere.yaml"]
        print_everything(problems)


def test_a_folder_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied", str(self))

    with deck_folder(("deck.yaml", b"name: Deck\nid: deck\n")):
        monkeypatch.setattr(Path, "iterdir", refused)
        (problem,) = compile_deck(Path(), 1).problems
        assert problem.code.slug == "unreadable"
        assert "Permission denied" in problem.message


def test_every_problem_is_told_in_one_run() -> None:
    mistakes = """\
name: Ten
id: ten
languge: en
notes:
  - {id: a, kind: basic, front: A missing field?}
  - {id: B, kind: basic, front: A bad id?, back: "yes"}
  - {id: c, kind: basc, front: An unknown kind?, back: "yes"}
  - {id: d, kind: basic, front: [A, wrong, shape], back: "yes"}
  - {id: e, kind: basic, front: A doubled key?, back: "no", back: "yes"}
  - {id: e, kind: basic, front: A doubled id?, back: "no"}
  - {id: e, kind: basic, front: Another one?, back: "yes"}
  - {id: f, kind: basic, front: "A {{c1::cloze}} elsewhere?", back: "yes"}
  - {id: g, kind: cloze, text: "A cloze that is {{c1::not closed"}
  - {id: h, kind: basic, front: "A picture: ![](none.png)?", back: "yes"}
  - {id: i, kind: quotation, lines: [a line, another], principle: nobody}
"""
    result = compiled(mistakes.encode())
    found = [(each.code.slug, each.span.line) for each in result.problems]
    assert set(found) >= {
        ("unknown-key", 3),
        ("missing-field", 5),
        ("bad-name", 6),
        ("unknown-kind", 7),
        ("quote-braces", 8),
        ("duplicate-key", 9),
        ("duplicate-id", 11),
        ("cloze-elsewhere", 12),
        ("bad-cloze", 13),
        ("missing-media", 14),
        ("unknown-note", 15),
    }
    assert result.content is None


def test_a_source_beside_the_deck_needs_a_project_around_both(tmp_path: Path) -> None:
    (tmp_path / "source.txt").write_text("text")
    deck = tmp_path / "cards"
    deck.mkdir()
    (deck / "deck.yaml").write_text("{name: D, id: d, sources: {s: ../source.txt}}")
    (deck / "cards.yaml").write_text("notes: [{kind: concept, term: moon, definition: it orbits}]")
    (told,) = (each for each in compile_deck(deck, 1).problems if has_errors([each]))
    assert told.code.slug == "outside-project"
    assert "run `git init` in the folder that holds both" in told.message
    (tmp_path / ".git").mkdir()
    assert not has_errors(compile_deck(deck, 1).problems)
