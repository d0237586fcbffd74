"""The language server, driven by a real client over standard input and output."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lsprotocol import types

from deckgen.build import compile_deck, write
from deckgen.commands import main
from tests.decks import MOMENT
from tests.editor import Editor, editing, units

GOLDEN = Path(__file__).parent / "golden"
CARDS = Path(__file__).parent.parent / "cards"

HEADER = """
    name: 溯源
    id: suyuan
    language: zh-Hans
    sources: {essay: source.txt}
    lessons: [为政·以民为本, 服务·以民为师]
    lint: {all: off, not-in-source: error, source-punctuation: warning}
    """
SOURCE = """\
植根人民

　　习总书记强调，人民是历史的创造者。“知屋漏者在宇下，知政失者在草野。”坚持问政于民、问需于民、问计于民，
始终把人民放在心中最高位置。

　　The sea gives its name to no river,
and every river comes to the sea 𠀀𠀁.
"""
PRINCIPLE = """
    defaults: {source: essay, tags: [为政]}
    notes:
      - id: yi-min-wei-ben
        kind: principle
        lesson: 1
        name: 以民为本
        domain: 为政
    """
QUOTATION = """
    defaults: {kind: quotation, source: essay, tags: [古语, 为政]}
    notes:
      - id: wulou
        lesson: 1
        lines: [知屋漏者在宇下，, 知政失者在草野。]
        principle: yi-min-wei-ben
      - id: sea
        kind: basic
        lesson: 2
        front: What does the sea give to no river?
        back: its name
        evidence: The sea gives its name to no river
    """


def text(indented: str) -> str:
    return textwrap.dedent(indented).lstrip("\n")


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with editing(tmp_path_factory.mktemp("elsewhere")) as editor:
        yield editor


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden cases, to be written over."""
    return shutil.copytree(GOLDEN, tmp_path_factory.mktemp("cases") / "golden")


@pytest.fixture
def cards(tmp_path: Path, editor: Editor) -> Iterator[Path]:
    """A deck's folder; what a test opens there is closed behind it."""
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "deck.yaml").write_text(text(HEADER), "utf-8")
    (folder / "1-principle.yaml").write_text(text(PRINCIPLE), "utf-8")
    (folder / "2-quotation.yaml").write_text(text(QUOTATION), "utf-8")
    (folder / "source.txt").write_text(SOURCE, "utf-8")
    yield folder
    for path in list(editor.texts):
        editor.close(path)


@pytest.fixture
def quotation(cards: Path) -> Path:
    return cards / "2-quotation.yaml"


Told = dict[str, Any]


def checked(deck: Path) -> list[Told]:
    """Return what `deckgen check` says of a deck."""
    result = CliRunner().invoke(main, ["check", str(deck), "--format", "json"])
    assert result.exit_code in (0, 1), result.output
    problems: list[Told] = json.loads(result.stdout)
    return sorted(problems, key=str)


def said(editor: Editor, path: Path, diagnostics: list[types.Diagnostic]) -> list[Told]:
    """Return an editor's diagnostics as `deckgen check` tells problems."""

    def place(file: Path, at: types.Range) -> Told:
        start, _ = editor.offsets(content(editor, file), at)
        column = start - content(editor, file).rfind("\n", 0, start)
        return {"file": str(file), "line": at.start.line + 1, "column": column}

    severities = {1: "error", 2: "warning", 3: "hint"}
    return [
        {
            **place(path, each.range),
            "severity": severities[each.severity or 0],
            "code": each.code,
            "message": each.message,
            "related": [
                {**place(file_of(info.location.uri), info.location.range), "message": info.message}
                for info in each.related_information or ()
            ],
        }
        for each in diagnostics
    ]


def content(editor: Editor, path: Path) -> str:
    return editor.texts[path] if path in editor.texts else path.read_text("utf-8")


def file_of(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


def one_file_cases() -> list[Path]:
    """Return the decks of one file that are a text; a rule's, and a problem's."""
    cases = [*(GOLDEN / "problems").glob("*.yaml"), *(GOLDEN / "rules").glob("*-*.yaml")]
    return sorted(case for case in cases if case.name != "not-utf8.yaml")


@pytest.mark.parametrize("case", one_file_cases(), ids=lambda case: case.stem)
def test_diagnostics_are_what_check_says(case: Path, golden: Path, editor: Editor) -> None:
    deck = golden / case.relative_to(GOLDEN)
    written, expected = case.read_text("utf-8"), checked(deck)
    deck.write_text("name: Empty\nid: empty\nnotes: []\n", "utf-8")
    editor.open(deck)
    assert [each.code for each in editor.diagnostics(deck)] == ["no-notes"]
    editor.change(deck, written)
    told = said(editor, deck, editor.diagnostics(deck))
    for other in {Path(problem["file"]) for problem in expected} - {deck}:
        codes = {problem["code"] for problem in expected if problem["file"] == str(other)}
        told += said(editor, other, editor.diagnostics_when(other, codes))
    assert sorted(told, key=str) == expected
    editor.close(deck)


def folder_cases() -> list[Path]:
    return sorted(path.parent for path in GOLDEN.glob("problems/*/deck.yaml"))


@pytest.mark.parametrize("case", folder_cases(), ids=lambda case: case.name)
def test_diagnostics_of_a_folder_are_what_check_says(
    case: Path, golden: Path, editor: Editor
) -> None:
    deck = golden / case.relative_to(GOLDEN)
    expected = checked(deck)
    files = [path for path in sorted(deck.iterdir()) if path.is_file()]
    told: list[Told] = []
    for path in files:
        editor.open(path)
    for path in files:
        told += said(editor, path, editor.diagnostics(path))
    assert sorted(told, key=str) == expected
    for path in files:
        editor.close(path)


def test_every_file_of_a_deck_is_told_of_open_or_not(editor: Editor, cards: Path) -> None:
    principle, quotation = cards / "1-principle.yaml", cards / "2-quotation.yaml"
    editor.open(principle)
    assert editor.diagnostics(principle) == []
    editor.change(principle, text(PRINCIPLE).replace("id: yi-min-wei-ben", "id: yiminweiben"))
    (problem,) = editor.diagnostics_when(quotation, {"unknown-note"})
    assert editor.cut(quotation.read_text("utf-8"), problem.range) == "yi-min-wei-ben"
    editor.close(principle)
    assert editor.diagnostics_when(quotation, set()) == []


def test_what_is_saved_or_changed_elsewhere_counts(editor: Editor, cards: Path) -> None:
    principle, quotation = cards / "1-principle.yaml", cards / "2-quotation.yaml"
    assert editor.watched == [types.WORKSPACE_DID_CHANGE_WATCHED_FILES]
    editor.open(quotation)
    assert editor.diagnostics(quotation) == []
    principle.write_text("notes:\n  - {id: a, kind: basic, front: One?, back: two}\n", "utf-8")
    editor.files_changed(principle)
    editor.diagnostics_when(quotation, {"unknown-note"})
    principle.write_text(text(PRINCIPLE), "utf-8")
    editor.save(quotation)
    editor.diagnostics_when(quotation, set())


def test_a_source_that_is_being_written_counts(editor: Editor, cards: Path) -> None:
    source, quotation = cards.parent / "seed.txt", cards / "2-quotation.yaml"
    source.write_text(SOURCE, "utf-8")
    (cards.parent / "pyproject.toml").touch()
    (cards / "deck.yaml").write_text(text(HEADER).replace("source.txt", "../seed.txt"), "utf-8")
    editor.open(quotation)
    assert editor.diagnostics(quotation) == []
    editor.open(source, SOURCE.replace("草野", "朝野"))
    (problem,) = editor.diagnostics_when(quotation, {"not-in-source"})
    assert "知政失者在【朝】野" in problem.message


def test_a_new_file_counts_before_it_is_saved(editor: Editor, cards: Path) -> None:
    new = cards / "3-new.yaml"
    editor.open(new, "notes:\n  - {id: wulou, kind: basic, front: Which?, back: this}\n")
    (problem,) = editor.diagnostics(new)
    assert problem.code == "duplicate-id"
    assert editor.cut(editor.texts[new], problem.range) == "wulou"


def test_other_yaml_is_left_alone(editor: Editor, cards: Path, tmp_path: Path) -> None:
    compose, quotation = tmp_path / "compose.yaml", cards / "2-quotation.yaml"
    hidden = cards / ".github" / "ci.yaml"
    editor.open(compose, "services: {web: {image: x}}\n")
    editor.open(hidden, "on: push\n")
    editor.open(quotation)
    editor.diagnostics(quotation)
    assert not editor.heard_of(compose)
    assert not editor.heard_of(hidden)
    editor.point(compose, "services: ¦\n")
    assert editor.complete(compose) == {}
    assert editor.hover(compose) == ""


def test_fast_typing_ends_with_the_problems_of_the_last_text(
    editor: Editor, quotation: Path
) -> None:
    editor.open(quotation)
    for typed in "principle":
        editor.change(quotation, editor.texts[quotation] + typed)
    assert {each.code for each in editor.diagnostics(quotation)} == {"yaml-syntax"}
    editor.change(quotation, text(QUOTATION))
    assert editor.diagnostics(quotation) == []


@pytest.mark.parametrize("offered", [["utf-8", "utf-16"], ["utf-32", "utf-16"], ["utf-16"]])
def test_every_encoding_of_positions(offered: list[str], cards: Path) -> None:
    quotation = cards / "2-quotation.yaml"
    astral = text(QUOTATION).replace("evidence: The", "tags: [𠀀𠀁, 古 语]\n    evidence: The")
    with editing(cards, offered) as editor:
        assert editor.encoding == offered[0]
        editor.open(quotation, astral)
        (problem,) = editor.diagnostics(quotation)
        assert editor.cut(astral, problem.range) == "古 语"
        before = units("    tags: [𠀀𠀁, ", editor.encoding)
        assert problem.range.start.character == before
        (fix,) = editor.fixes(quotation, problem.range, [problem]).values()
        editor.apply_fix(quotation, fix)
        assert editor.texts[quotation] == astral.replace("古 语", "古-语")
        assert editor.diagnostics(quotation) == []
        editor.point(quotation, astral.replace("to no river\n", "to no river, 𠀀¦\n"))
        assert editor.complete(quotation) == {}
        sea = "and every river comes to the sea 𠀀"
        editor.point(quotation, astral.replace("The sea gives its name to no river\n", f"{sea}¦\n"))
        (passage,) = editor.complete(quotation).values()
        editor.accept(quotation, passage)
        assert f"evidence: {sea}𠀁.\n" in editor.texts[quotation]


def test_line_ends_and_a_byte_order_mark_do_not_move_places(
    editor: Editor, quotation: Path
) -> None:
    written = "\ufeffnote:\r\n  - {id: a,\u2028 kind: basic}\r\n"
    editor.open(quotation, written)
    problems = editor.diagnostics(quotation)
    assert [(each.code, each.range.start.line) for each in problems] == [("control-character", 1)]
    assert problems[0].range.start.character == len("  - {id: a,")
    editor.change(quotation, written.replace("\u2028", ""))
    shown = [
        editor.cut(editor.texts[quotation], each.range) for each in editor.diagnostics(quotation)
    ]
    assert "note" in shown


def offered(editor: Editor, path: Path, written: str) -> list[str]:
    """Return what is offered at the cursor of a text, best first."""
    editor.point(path, written)
    items = editor.complete(path).values()
    return [item.label for item in sorted(items, key=lambda item: item.sort_text or "")]


def with_line(line: str) -> str:
    """Return the quotations, the first one with a line more, where the cursor is."""
    return text(QUOTATION).replace("    principle: yi-min-wei-ben\n", f"    {line}\n")


def test_keys_are_completed_the_required_first(editor: Editor, quotation: Path) -> None:
    keys = offered(editor, quotation, "notes:\n  - kind: quotation\n    ¦\n")
    assert keys[:2] == ["lines", "id"]
    assert {"gloss", "pivots", "readings", "evidence"} < set(keys)
    assert not {"kind", "front", "demands"} & set(keys)
    item = editor.complete(quotation)["lines"]
    assert item.detail == "required"
    assert isinstance(item.documentation, types.MarkupContent)
    assert "as in the source" in item.documentation.value
    editor.accept(quotation, item)
    assert editor.texts[quotation] == "notes:\n  - kind: quotation\n    lines: \n"


def test_keys_are_completed_where_they_are_being_typed(editor: Editor, quotation: Path) -> None:
    inline = "notes:\n  - {id: a, kind: quotation, work: {ti¦}}\n"
    assert offered(editor, quotation, inline) == ["title", "author", "era", "cite", "verified"]
    editor.accept(quotation, editor.complete(quotation)["title"])
    assert "work: {title: }" in editor.texts[quotation]
    assert "principle" in offered(editor, quotation, with_line("pi¦nciple: yi-min-wei-ben"))
    editor.accept(quotation, editor.complete(quotation)["pivots"])
    assert "    pivots: yi-min-wei-ben\n" in editor.texts[quotation]
    keys = offered(editor, quotation, "notes:\n  - ¦\n")
    assert keys[:2] == ["kind", "id"]
    assert {"front", "lines", "demands"} < set(keys)
    assert offered(editor, quotation, text(QUOTATION) + "def¦") == []
    assert offered(editor, quotation, "notes: []\ndef¦") == ["defaults"]


def test_keys_are_completed_in_the_deck_and_in_defaults(editor: Editor, cards: Path) -> None:
    deck = cards / "deck.yaml"
    keys = offered(editor, deck, text(HEADER) + "¦")
    assert {"options", "description", "must_have", "defaults", "notes"} < set(keys)
    assert not {"name", "sources", "lines"} & set(keys)
    assert offered(editor, deck, text(HEADER) + "options:\n  new¦")[0] == "new_per_day"
    assert offered(editor, deck, text(HEADER) + "must_have: {¦}") == ["essay"]
    editor.change(deck, text(HEADER))
    quotation = cards / "2-quotation.yaml"
    keys = offered(editor, quotation, "defaults: {kind: basic, ¦}\nnotes: []\n")
    assert {"tags", "source", "lesson", "lines"} < set(keys)
    assert not {"id", "kind"} & set(keys)


def test_values_are_completed(editor: Editor, quotation: Path) -> None:
    editor.open(quotation)
    editor.diagnostics(quotation)
    assert offered(editor, quotation, with_line("kind: ¦"))[:3] == ["basic", "cloze", "concept"]
    ids = offered(editor, quotation, with_line("principle: ¦"))
    assert ids == ["yi-min-wei-ben", "wulou", "sea"]
    item = editor.complete(quotation)["yi-min-wei-ben"]
    assert item.detail == "以民为本"
    editor.accept(quotation, item)
    assert editor.texts[quotation] == text(QUOTATION)
    assert offered(editor, quotation, with_line("lesson: ¦").replace("    lesson: 1\n", ""))[
        :3
    ] == [
        "1",
        "2",
        "为政·以民为本",
    ]
    assert offered(editor, quotation, with_line("verified: ¦")) == ["true", "false"]
    assert offered(editor, quotation, with_line("origin: back¦")) == ["essay", "background"]
    assert offered(editor, quotation, with_line("tags: [¦]")) == ["为政", "古语"]
    assert offered(editor, quotation, with_line("source: '¦'")) == ["essay"]
    editor.accept(quotation, editor.complete(quotation)["essay"])
    assert "    source: 'essay'\n" in editor.texts[quotation]
    for begun in ("excuse: {¦}", "excuse:\n      ¦"):
        assert "not-in-source" in offered(editor, quotation, with_line(begun))
        editor.accept(quotation, editor.complete(quotation)["not-in-source"])
        assert begun.replace("¦", "not-in-source: ") in editor.texts[quotation]


def test_passages_of_the_source_are_completed(editor: Editor, quotation: Path) -> None:
    assert offered(editor, quotation, with_line("evidence: 坚持问政¦")) == [
        "坚持问政于民、",
        "坚持问政于民、问需于民、",
        "坚持问政于民、问需于民、问计于民，",
        "坚持问政于民、问需于民、问计于民，始终把人民放在心中最高位置。",
    ]
    assert offered(editor, quotation, with_line("evidence: ¦"))[:3] == [
        "植根人民",
        "习总书记强调，人民是历史的创造者。",
        "“知屋漏者在宇下，知政失者在草野。”",
    ]
    following = "lines: [知屋漏者在宇下，, ¦]"
    first = text(QUOTATION).replace("lines: [知屋漏者在宇下，, 知政失者在草野。]", following)
    assert offered(editor, quotation, first) == ["知政失者在草野。"]
    editor.accept(quotation, editor.complete(quotation)["知政失者在草野。"])
    assert editor.texts[quotation] == text(QUOTATION)
    assert offered(editor, quotation, with_line("evidence: 'every river ¦'")) == [
        "every river comes to the sea 𠀀𠀁."
    ]
    half = 'evidence:\n      - "The sea¦'
    assert offered(editor, quotation, with_line(half)) == [
        "The sea gives its name to no river,",
        "The sea gives its name to no river, and every river comes to the sea 𠀀𠀁.",
    ]
    editor.accept(quotation, editor.complete(quotation)["The sea gives its name to no river,"])
    assert '      - "The sea gives its name to no river,"\n' in editor.texts[quotation]


def test_what_cannot_be_completed_is_left_alone(editor: Editor, quotation: Path) -> None:
    for line in ("# principle: ¦", "gloss: 知屋¦", "gloss: |\n      pri¦\n      x", "cite: yi¦"):
        assert offered(editor, quotation, with_line(line)) == [], line


def test_completion_bears_what_is_broken_around_it(editor: Editor, quotation: Path) -> None:
    editor.open(quotation)
    editor.diagnostics(quotation)
    for broken in ("front: a: b", 'back: "open', "[", "- - :", "\tx"):
        note = f"  - id: broken\n    kind: basic\n    {broken}\n"
        written = with_line("principle: ¦").replace("  - id: wulou", note + "  - id: wulou")
        ids = offered(editor, quotation, written)
        assert ids[0] == "yi-min-wei-ben", broken
        assert {"wulou", "sea"} < set(ids), broken


def test_hover_tells_what_a_key_is_for(editor: Editor, quotation: Path) -> None:
    editor.point(quotation, text(QUOTATION).replace("principle:", "prin¦ciple:"))
    shown = editor.hover(quotation)
    assert "The id of the principle that it stands for." in shown
    assert "the id of another note" in shown
    editor.point(quotation, text(QUOTATION).replace("lines:", "li¦nes:"))
    assert "Required." in editor.hover(quotation)


def test_hover_shows_a_notes_cards_and_its_state(editor: Editor, cards: Path) -> None:
    quotation = cards / "2-quotation.yaml"
    editor.point(quotation, text(QUOTATION).replace("wulou", "wu¦lou"))
    shown = editor.hover(quotation)
    assert "**quotation** `wulou` · new: never built" in shown
    assert "  \n→ 知政失者在草野。" in shown
    assert "知屋漏者在宇下，知政失者在草野。  \n→ 以民为本" in shown
    write(compile_deck(cards, MOMENT), cards.parent / "deck.apkg")
    editor.files_changed(cards / "deck.lock")
    assert "`wulou` · unchanged since 2023-11-14" in editor.hover(quotation)
    changed = text(QUOTATION).replace("What does", "What, then, does")
    editor.point(quotation, changed.replace("basic", "ba¦sic"))
    shown = editor.hover(quotation)
    assert "`sea` · changed since the last build (before that on 2023-11-14)" in shown
    assert "What, then, does the sea give to no river?  \n→ its name" in shown
    new = text(QUOTATION) + "  - {id: ne¦w, kind: basic, front: Which?, back: '*this*'}\n"
    editor.point(quotation, new)
    shown = editor.hover(quotation)
    assert "`new` · new since the last build" in shown
    assert "→ this" in shown


def test_hover_on_a_reference_shows_what_it_names(editor: Editor, quotation: Path) -> None:
    editor.point(quotation, text(QUOTATION).replace("yi-min", "yi-¦min"))
    shown = editor.hover(quotation)
    assert shown.startswith("以民为本\n")
    assert "**principle** `yi-min-wei-ben`" in shown
    editor.point(quotation, text(QUOTATION).replace("lesson: 2", "lesson: ¦2"))
    assert editor.hover(quotation) == "服务·以民为师"
    editor.point(quotation, text(QUOTATION).replace("evidence: The", "evidence: T¦he"))
    assert editor.hover(quotation) == "in line 6 of the source `essay`"
    editor.point(quotation, text(QUOTATION).replace("What does", "Wh¦at does"))
    assert editor.hover(quotation) == ""


def test_definitions(editor: Editor, cards: Path) -> None:
    quotation, source = cards / "2-quotation.yaml", cards / "source.txt"
    targets = {
        "yi-min": (cards / "1-principle.yaml", "yi-min-wei-ben"),
        "知政失": (source, "知政失者在草野。"),
        "The sea": (source, "The sea gives its name to no river"),
        "lesson: 2": (cards / "deck.yaml", "服务·以民为师"),
        "source: ess": (source, ""),
    }
    for before, target in targets.items():
        editor.point(quotation, text(QUOTATION).replace(before, f"{before}¦"))
        assert editor.definition(quotation) == [target], before
    editor.point(cards / "deck.yaml", text(HEADER).replace("source.t", "source.t¦"))
    assert editor.definition(cards / "deck.yaml") == [(source, "")]
    editor.point(quotation, text(QUOTATION).replace("front", "fro¦nt"))
    assert editor.definition(quotation) == []
    wrapped = SOURCE.replace("草野", "草\n　　野")
    editor.open(source, wrapped)
    editor.point(quotation, text(QUOTATION).replace("知政失", "知政失¦"))
    assert editor.definition(quotation) == [(source, "知政失者在草\n　　野。")]


def test_the_outline_has_the_notes(editor: Editor, quotation: Path) -> None:
    written = text(QUOTATION) + "  # the last\n  - {kind: cloze, text: 'A {{c1::gap}}'}\n"
    editor.open(quotation, written)
    symbols = editor.symbols(quotation)
    assert [(each.name, each.detail) for each in symbols] == [
        ("知屋漏者在宇下，知政失者在草野。", "quotation wulou"),
        ("What does the sea give to no river?", "basic sea"),
        ("A gap", "cloze"),
    ]
    assert [editor.cut(written, each.selection_range) for each in symbols] == [
        "wulou",
        "sea",
        "{kind: cloze, text: 'A {{c1::gap}}'}",
    ]
    whole = editor.cut(written, symbols[1].range)
    assert whole.startswith("id: sea\n")
    assert whole.endswith("to no river")


MISTAKES = """
    defaults: {kind: quotation, sorce: essay}
    notes:
      - id: wulou
        source: esay
        lesson: 服务以民为师
        lines: ["知屋漏者在宇下，", '知政失者在朝野。']
        principel: yi-min-wei-ben
        principle: yi-min-weiben
      - id: Sea_Name
        kind: basics
        source: essay
        origin: esay
        tags: [古语, river names]
        front: What does the sea give to no river?
        back: its name
        evidence: The sea gives it's name to no river
      - kind: basic
        front: {明|míng} is read how?
        back: míng
    """


def test_fixes_are_applied_until_all_is_clean(editor: Editor, quotation: Path) -> None:
    editor.open(quotation, text(MISTAKES))
    applied: list[str] = []
    while problems := editor.diagnostics(quotation):
        fixes = [editor.fixes(quotation, each.range, [each]) for each in problems]
        preferred = (
            (title, fix) for found in fixes for title, fix in found.items() if fix.is_preferred
        )
        title, fix = next(preferred, ("", None))
        assert fix, problems
        assert len(applied) < 20, applied
        applied.append(title)
        editor.apply_fix(quotation, fix)
        if editor.texts[quotation].count("principle:") == 2:
            lines = editor.texts[quotation].splitlines(keepends=True)
            lines.remove("    principle: yi-min-wei-ben\n")
            editor.change(quotation, "".join(lines))
    assert set(applied) == {
        "Put it in quotes",
        "Write 'source'",
        "Write 'essay'",
        "Write '服务·以民为师'",
        "Write what the source has: 知政失者在草野。",
        "Write 'principle'",
        "Write 'yi-min-wei-ben'",
        "Write 'sea-name'",
        "Write 'basic'",
        "Write 'river-names'",
        "Write what the source has: The sea gives its name to no river",
    }
    fixed = editor.texts[quotation]
    assert "lines: [\"知屋漏者在宇下，\", '知政失者在草野。']" in fixed
    assert "front: '{明|míng} is read how?'" in fixed


def test_a_missing_id_is_added(editor: Editor, quotation: Path) -> None:
    written = text(QUOTATION).replace("id: sea\n    kind: basic\n", "kind: basic\n") + (
        "  - {kind: basic, front: What does the sea give to no river?, back: rest}\n"
    )
    editor.open(quotation, written)
    (problem,) = editor.diagnostics(quotation)
    assert problem.code == "same-note"
    ((title, fix),) = editor.fixes(quotation, problem.range, [problem]).items()
    name = "what-does-the-sea-give-to-no-river"
    assert title == f"Give this note the id '{name}'"
    assert list(fix.diagnostics or ()) == [problem]
    editor.apply_fix(quotation, fix)
    assert f"  - {{id: {name}, kind: basic" in editor.texts[quotation]
    assert editor.diagnostics(quotation) == []
    editor.point(quotation, editor.texts[quotation].replace("back: its", "back: i¦ts"))
    here = types.Range(editor.cursor, editor.cursor)
    ((title, fix),) = editor.fixes(quotation, here).items()
    assert title == f"Give this note the id '{name}-2'"
    editor.apply_fix(quotation, fix)
    assert f"  - id: {name}-2\n    kind: basic\n" in editor.texts[quotation]
    assert editor.diagnostics(quotation) == []
    assert editor.fixes(quotation, here) == {}


def test_fixes_leave_anchors_and_other_notes_alone(editor: Editor, quotation: Path) -> None:
    written = (
        "notes:\n"
        "  - &one {id: one, kind: &kind basics, front: Which is it?, back: this}\n"
        "  - {id: two, kind: *kind, front: Which is that?, back: 'that'}\n"
        "  - &three {kind: basic, front: Which is the third?, back: three}\n"
    )
    editor.open(quotation, written)
    first, *_ = editor.diagnostics(quotation)
    (fix,) = editor.fixes(quotation, first.range, [first]).values()
    editor.apply_fix(quotation, fix)
    assert editor.texts[quotation] == written.replace("basics", "basic")
    assert editor.diagnostics(quotation) == []
    last = editor.position(written, len(written) - 3)
    assert editor.fixes(quotation, types.Range(last, last)) == {}


def test_a_document_is_laid_out_as_fmt_does(editor: Editor, quotation: Path) -> None:
    written = text(QUOTATION).replace("    back: its name\n", "")
    messy = written.replace("    front:", "    back:   'its name'  # 𠀀\n    front:")
    editor.open(quotation, messy)
    assert editor.lay_out(quotation)
    quotation.write_text(messy, "utf-8")
    assert CliRunner().invoke(main, ["fmt", str(quotation)]).exit_code == 0
    assert editor.texts[quotation] == quotation.read_text("utf-8") != messy
    assert not editor.lay_out(quotation)
    editor.change(quotation, messy.replace("name'", "name"))
    assert not editor.lay_out(quotation)


def test_every_edit_of_the_essays_deck_is_told_of_as_check_does(
    editor: Editor, tmp_path: Path
) -> None:
    shutil.copytree(CARDS, tmp_path / "cards")
    shutil.copytree(CARDS.parent / "seeds", tmp_path / "seeds")
    files = sorted((tmp_path / "cards").glob("*.yaml"), reverse=True)
    for path in files:
        editor.open(path)
    for path in files:
        editor.diagnostics(path)
        assert path.name == "deck.yaml" or len(editor.symbols(path)) > 5
    # of the open documents, the one that was opened last is told of last
    *others, edited = files
    lines = edited.read_text("utf-8").splitlines(keepends=True)
    for left_out in range(3, len(lines), len(lines) // 12):
        editor.change(edited, "".join(lines[:left_out] + lines[left_out + 1 :]))
        told = said(editor, edited, editor.diagnostics(edited))
        for path in others:
            told += said(editor, path, editor.diagnostics(path))
        edited.write_text(editor.texts[edited], "utf-8")
        here = [each for each in checked(tmp_path / "cards") if each["file"].endswith(".yaml")]
        assert sorted(told, key=str) == here, lines[left_out]
    for path in files:
        editor.close(path)


def test_without_the_extra_it_says_what_to_install() -> None:
    blocked = "import sys; sys.modules['lsprotocol'] = None; from deckgen.commands import main; "
    done = subprocess.run(
        [sys.executable, "-c", f"{blocked}main(['lsp'])"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert "pip install '.[lsp]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_has_settings_for_editors() -> None:
    shown = CliRunner().invoke(main, ["lsp", "--help"]).stdout
    blocks = [textwrap.dedent(block) for block in re.split(r"\n\s*\n", shown)]
    code = next(block for block in blocks if block.startswith("VS Code"))
    assert json.loads(f"{{{code.partition('settings.json:')[2]}}}") == {
        "glspc.server.command": "deckgen",
        "glspc.server.commandArguments": ["lsp"],
        "glspc.server.languageId": ["yaml"],
    }
    helix = next(at for at, block in enumerate(blocks) if block.startswith("Helix"))
    toml = blocks[helix].partition("languages.toml:")[2] + "\n" + blocks[helix + 1]
    assert tomllib.loads(textwrap.dedent(toml)) == {
        "language-server": {"deckgen": {"command": "deckgen", "args": ["lsp"]}},
        "language": [{"name": "yaml", "language-servers": ["deckgen", "yaml-language-server"]}],
    }
