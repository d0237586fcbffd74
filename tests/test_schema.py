"""What the schemas accept is what the compiler accepts, as far as structure goes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deckgen.build import compile_deck
from deckgen.commands import main
from deckgen.deck.deck import Deck, Header
from deckgen.deck.field import Markup
from deckgen.deck.load import deck_files, load
from deckgen.deck.read import Authored, authored
from deckgen.edit.schema import as_text, schemas
from deckgen.kinds import kinds
from deckgen.kinds.basic import Basic
from deckgen.problem import Problem
from deckgen.text.file import read_file
from deckgen.text.parse import parse
from deckgen.text.tree import Mapping, Node, Sequence, line_and_column

ROOT = Path(__file__).parent.parent
CARDS, GOLDEN = ROOT / "cards", ROOT / "tests" / "golden"
STRUCTURE = {
    "bad-name", "bad-tag", "bad-value", "empty-field", "line-break", "missing-field",
    "quote-braces", "reserved-id", "unknown-key", "unknown-kind", "wrong-shape",
}  # fmt: skip
OTHER = {
    "no YAML that can be read": {
        "alias-bomb", "complex-key", "control-character", "duplicate-key", "multiple-documents",
        "not-utf8", "tab-indent", "too-deep", "unknown-alias", "unknown-escape", "unreadable",
        "yaml-syntax", "yaml-tag",
    },
    "what stands in a text": {
        "bad-cloze", "cloze-elsewhere", "missing-media", "no-cloze", "remote-media", "unfilled",
        "unknown-media",
    },
    "what several values say together": {
        "duplicate-id", "no-card", "no-notes", "not-in-item", "same-note", "too-many-cells",
        "too-many-items", "uneven-hide", "unknown-note",
    },
    "what another file says, and so closed in a folder's schema": {
        "unknown-lesson", "unknown-source",
    },
    "what files there are": {
        "bad-list-line", "deck-in-deck", "empty-file", "no-deck", "outside-project",
        "part-of-deck", "unknown-passage",
    },
    "what was shipped": {
        "changed-id", "damaged-lock", "deck-id-changed", "moment-ahead", "newer-lock",
        "note-type-changed",
    },
}  # fmt: skip
"""Problems that no JSON Schema can see, by what they are of."""

GOOD = [path for name in kinds() for path in sorted((GOLDEN / name).glob("*.yaml"))]

Schema = dict[str, Any]


class Core(yaml.CSafeLoader):
    """Reads YAML by the core schema of YAML 1.2, as the YAML language server does.

    But a null that is written out stays a text: see the test about it.
    """

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - PyYAML's own way


def _number(loader: Core, node: yaml.ScalarNode) -> int | float:
    text = str(loader.construct_scalar(node))
    if text.lstrip("+-").startswith(("0o", "0x")):
        return int(text, 0)
    return float(text) if re.search(r"[.eE]", text) else int(text)


for tag, pattern in {
    "merge": "<<",
    "null": "",
    "bool": "(?:true|True|TRUE|false|False|FALSE)",
    "int": "(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)",
    "float": r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
}.items():
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"{pattern}$"), None)
for tag in ("int", "float"):
    Core.add_constructor(f"tag:yaml.org,2002:{tag}", _number)


def in_editor(text: str) -> Any:
    """Return a file's content as an editor sees it, as JSON."""
    return json.loads(json.dumps(yaml.load(text, Core)))


def as_read(node: Node | None) -> Any:
    """Return a file's content as deckgen sees it: texts alone."""
    if isinstance(node, Mapping):
        return {key: as_read(value) for key, value in node.values.items()}
    if isinstance(node, Sequence):
        return [as_read(value) for value in node.values]
    return node


def loaded(path: Path) -> tuple[Deck | None, list[Problem]]:
    return load(path, {name: kind.note for name, kind in kinds().items()})


def tree_of(path: Path) -> Mapping:
    file, problems = read_file(path, str(path))
    assert file, problems
    tree, problems = parse(file)
    assert isinstance(tree, Mapping), problems
    return tree


def schema_of(path: Path) -> Schema:
    """Return the schema of a deck of one file."""
    (schema,) = schemas(path, loaded(path)[0]).values()
    return schema


Place = int | None
"""The number of a note, or nothing for what is not in one."""


def refused(schema: Schema, content: Any) -> set[Place]:
    """Return where a schema refuses a file's content."""
    validator = jsonschema.Draft7Validator(schema)
    paths = (list(error.absolute_path) for error in validator.iter_errors(content))
    return {_note(path) for path in paths}


def _note(path: list[str | int]) -> Place:
    return path[1] if len(path) > 1 and path[0] == "notes" and isinstance(path[1], int) else None


def complained(problems: list[Problem], path: Path) -> set[Place]:
    """Return where the compiler complains of the structure of a file whose notes come last."""
    notes = tree_of(path).values.get("notes")
    starts = [line_and_column(at) for at in notes.places] if isinstance(notes, Sequence) else []
    told: set[Place] = set()
    for problem in problems:
        if problem.code.slug in {*STRUCTURE, "no-deck"} and problem.span.file == str(path):
            place = problem.span.line, problem.span.column
            at = sum(start <= place for start in starts)
            told.add(at - 1 if at else None)
    return told


def both(path: Path) -> Iterator[Any]:
    """Yield a file's content as an editor sees it, and as deckgen does."""
    yield in_editor(path.read_text("utf-8-sig"))
    content = as_read(tree_of(path))
    yield {name: None if value == "" else value for name, value in content.items()}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_good_case_is_accepted(path: Path) -> None:
    for content in both(path):
        assert refused(schema_of(path), content) == set()


def test_the_deck_of_the_essay_is_accepted() -> None:
    files, _ = deck_files(CARDS)
    deck, _ = loaded(CARDS)
    of_deck, of_cards = schemas(files[0], deck).values()
    for path in files:
        for content in both(path):
            assert refused(of_deck if path == files[0] else of_cards, content) == set()


def test_each_golden_problem_is_of_structure_or_is_known_not_to_be() -> None:
    golden = {path.stem for path in (GOLDEN / "problems").iterdir()}
    others = [slug for slugs in OTHER.values() for slug in slugs]
    assert sorted([*STRUCTURE, *others]) == sorted(golden)


@pytest.mark.parametrize("slug", sorted(STRUCTURE - {"quote-braces"}))  # that is no YAML
def test_each_problem_of_structure_is_refused_in_its_note(slug: str) -> None:
    path = GOLDEN / "problems" / f"{slug}.yaml"
    problems = loaded(path)[1]
    assert slug in {problem.code.slug for problem in problems}
    told = complained(problems, path)
    assert told
    for content in both(path):
        assert refused(schema_of(path), content) == told


@pytest.mark.parametrize("slug", ["unknown-lesson", "unknown-source"])
def test_in_a_folder_lessons_and_sources_are_closed(slug: str, tmp_path: Path) -> None:
    golden = (GOLDEN / "problems" / f"{slug}.yaml").read_text("utf-8")
    head, notes = golden.split("notes:\n")
    deck, cards = tmp_path / "deck.yaml", tmp_path / "cards.yaml"
    deck.write_text(head.replace("../source.txt", "source.txt"), "utf-8")
    (tmp_path / "source.txt").write_text("人民是历史的创造者", "utf-8")
    cards.write_text(f"notes:\n{notes}", "utf-8")
    found, problems = loaded(tmp_path)
    wrong = {problem.span.line - 2 for problem in problems if problem.span.file == str(cards)}
    named = {at for at, line in enumerate(notes.splitlines()) if at in wrong and slug[8:] in line}
    _, schema = schemas(deck, found).values()
    assert named
    for content in both(cards):
        assert refused(schema, content) == named


# generated decks

GOOD_VALUES: dict[str, dict[str, Any]] = {
    "basic": {"front": "f", "back": 1.5, "extra": True, "reverse": True, "typed": "false"},
    "cloze": {"text": "{{c1::a}}", "extra": "two\nlines"},
    "concept": {"term": "t", "definition": 7, "example": "e"},
    "list": {"prompt": "p", "items": ["a", 2], "hide": [["a"], 2], "ordered": False, "whole": True},
    "passage": {"title": "t", "lines": "one", "context": 2},
    "principle": {"name": "n", "demands": ["a", "b"], "domain": "d"},
    "quotation": {
        "lines": ["a", "b"],
        "pivots": "a",
        "work": {"title": "t", "verified": True},
        "readings": {"a": "x"},
    },
}
COMMON = {
    "id": "n-1", "guid": "g", "lesson": 1, "tags": ["a", "b::c", 3], "origin": "background",
    "cite": "c", "verified": "true", "pitfalls": ["x"], "contrast": "g", "cue": 12,
    "excuse": {"long-answer": "because"}, "draft": False, "html": False,
}  # fmt: skip
HEADER = {
    "name": "D", "id": "d", "language": "zh-Hans", "lessons": ["L", "2"], "speech": True,
    "options": {"new_per_day": 8, "desired_retention": "0.9", "bury_siblings": False},
    "lint": {"long-answer": 30, "yes-no": "off", "all": {"level": "hint", "limit": 1}},
    "headings": {"s": ["a*"]}, "people": "P",
}  # fmt: skip
ODD = st.sampled_from(
    ["", " ", "a b", "a\nb", 'a"b', "Ü", "x_y", "no", "true", 0, 7, -1, 1.5, 100000, True, [], {},
     ["a"], [""], [["a"]], [{"a": "b"}], {"a": "b"}, {"a": ["b"]}, "off", "background", "basic"],
)  # fmt: skip


@st.composite
def decks(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a deck, in which a few things are not as they should be."""
    header = draw(_changed(_some(HEADER, {"name", "id"})))
    defaults = draw(
        _some({"kind": "basic", "front": "f", "lines": ["l"], "tags": ["t"], "cue": "c"}, set())
    )
    if draw(st.integers(0, 9)) == 0:
        defaults |= {"fornt": "x"}
    notes = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(sorted(GOOD_VALUES)))
        whole = {"kind": kind, **GOOD_VALUES[kind], **COMMON}
        note = draw(_changed(_some(whole, {"kind", *list(GOOD_VALUES[kind])[:2]})))
        notes.append(note if draw(st.integers(0, 19)) else draw(ODD))
    return {**header, **({"defaults": defaults} if defaults else {}), "notes": notes}


def _some(whole: dict[str, Any], wanted: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw some of the keys of a mapping, and nearly always those that are wanted."""

    @st.composite
    def drawn(draw: st.DrawFn) -> dict[str, Any]:
        seldom = st.sampled_from((True,) * 9 + (False,))
        return {
            key: value
            for key, value in whole.items()
            if draw(seldom if key in wanted else st.booleans())
        }

    return drawn()


def _changed(drawn: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a mapping with, now and then, an odd value or key."""

    @st.composite
    def changed(draw: st.DrawFn) -> dict[str, Any]:
        found = draw(drawn)
        change = draw(st.integers(0, 5))
        if change == 0 and found:
            found = {**found, draw(st.sampled_from(sorted(found))): draw(ODD)}
        elif change == 1:
            found = {**found, draw(st.sampled_from(["bakc", "front", "items", "notes2"])): "x"}
        return found

    return changed()


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=decks())
def test_schema_and_compiler_agree(
    content: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "generated.yaml"
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    told = complained(loaded(path)[1], path)
    for each in both(path):
        assert refused(schema_of(path), each) == told


def test_a_written_null_is_taken_for_an_empty_value(tmp_path: Path) -> None:
    """Editors cannot tell `~` from nothing; nothing is the likelier, so quotes are asked for."""
    path = tmp_path / "one.yaml"
    path.write_text("name: D\nid: d\nnotes: [{kind: basic, front: f, back: ~}]\n", "utf-8")
    assert complained(loaded(path)[1], path) == set()
    note = {"kind": "basic", "front": "f", "back": None}
    assert refused(schema_of(path), {"name": "D", "id": "d", "notes": [note]}) == {0}


def test_the_schemas_are_schemas() -> None:
    deck, _ = loaded(CARDS)
    for schema in (*schemas(CARDS / "deck.yaml", deck).values(), *schemas(CARDS, None).values()):
        jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_each_example_is_taken_by_compiler_and_schema(language: str, tmp_path: Path) -> None:
    def line(key: Authored) -> str:
        return f"{key.name}: {key.example_in(language)}\n"

    def examples(record: Any, indent: str) -> str:
        return "".join(indent + line(key) for key in authored(record).values() if key.example)

    path = tmp_path / "one.yaml"
    head = f"language: {language}\n{examples(Header, '')}notes:\n"
    notes = [
        f"  - id: the-{name}\n    kind: {name}\n{examples(kind.note, '    ')}"
        for name, kind in kinds().items()
    ]
    path.write_text(head + "".join(notes), "utf-8")
    assert complained(loaded(path)[1], path) == set()
    for content in both(path):
        assert refused(schema_of(path), content) == set()
    for kind in kinds().values():
        assert all(key.example for key in authored(kind.note).values() if key.type is Markup)
    definitions = schema_of(path)["definitions"]
    for name in ("front", "back", "extra"):
        example = line(authored(Basic)[name])
        assert example in definitions[f"basic-{name}"]["markdownDescription"]


def test_they_tell_what_a_deck_has() -> None:
    deck, _ = loaded(CARDS)
    assert deck is not None
    _, schema = schemas(CARDS / "deck.yaml", deck).values()
    proposed = {
        name: [each["label"] for each in schema["definitions"][name].get("defaultSnippets", ())]
        for name in ("quotation-principle", "key-contrast")
    }
    assert proposed["quotation-principle"] == sorted(deck.notes)
    ids = schema["definitions"]["quotation-principle"]["defaultSnippets"]
    assert {"label": "yi-min-wei-ben", "body": "yi-min-wei-ben", "description": "以民为本"} in ids
    assert "ru-qunzhong" in proposed["key-contrast"]
    tags = schema["definitions"]["key-tags"]["anyOf"][0]["items"]["defaultSnippets"]
    assert {each["label"] for each in tags} >= {"为政", "古语"}
    assert schema["definitions"]["key-source"]["enum"] == ["essay"]
    assert schema["definitions"]["basic-front"]["description"] == "The question."
    assert (
        "front: 人民首创精神要怎样？" in schema["definitions"]["basic-front"]["markdownDescription"]
    )


# the command


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["schema", *map(str, words)])


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    (tmp_path / "deck.yaml").write_text("name: D\nid: d\nlessons: [A]\n", "utf-8")
    text = "notes:\n  - {id: a, kind: basic, front: front, back: back}\n"
    (tmp_path / "1.yaml").write_text(text, "utf-8")
    return tmp_path


def test_it_writes_beside_the_deck(deck: Path) -> None:
    shown = run(deck)
    assert shown.exit_code == 0
    written = [deck / ".deckgen" / f"{name}.schema.json" for name in ("deck", "cards")]
    assert shown.output.split() == [str(path) for path in written]
    for path, schema in schemas(deck / "deck.yaml", loaded(deck)[0]).items():
        assert path.read_text("utf-8") == as_text(schema)
    assert compile_deck(deck, 1).content is not None


def test_it_writes_where_it_is_told(deck: Path) -> None:
    run(deck, "-o", deck / "mine.json")
    assert json.loads((deck / "mine.json").read_text("utf-8"))["title"] == "Notes of the deck D"
    assert run(deck, "-o", "-").output == (deck / "mine.json").read_text("utf-8")
    assert not (deck / ".deckgen").exists()


def test_a_deck_with_mistakes_has_schemas_and_no_deck_has_none(deck: Path) -> None:
    (deck / "deck.yaml").write_text("name: D\nid: D\n", "utf-8")
    assert run(deck).exit_code == 0
    shown = run(deck / "1.yaml")
    assert shown.exit_code == 1
    assert "error[part-of-deck]" in shown.output
    assert run(deck / "none").exit_code == 2


def test_build_keeps_schemas_in_use_up_to_date(deck: Path) -> None:
    words = ["build", str(deck), "-o", str(deck / "d.apkg")]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert not (deck / ".deckgen").exists()
    run(deck)
    assert (deck / ".deckgen" / ".gitignore").read_text("utf-8").endswith("*\n!.gitignore\n")
    (deck / "deck.yaml").write_text("name: D\nid: d\nlessons: [A, 第二课]\n", "utf-8")
    assert CliRunner().invoke(main, words).exit_code == 0
    assert "第二课" in (deck / ".deckgen" / "cards.schema.json").read_text("utf-8")
