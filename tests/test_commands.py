"""The commands, as a shell runs them: what they print, write and return."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from deckgen import __version__
from deckgen.commands import _working, main

GOOD = """\
name: Good
id: good-deck
notes:
  - {id: capital, kind: basic, cue: geography, front: What is the capital of France?, back: Paris}
  - {id: gap, kind: cloze, text: "The ancient Romans called the city {{c1::Lutetia}} on the Seine"}
"""
BAD = """\
name: Bad
id: bad-deck
notes:
  - {id: one, kind: basic, front: What is missing here?}
  - {id: 二, kind: basic, 问: 首都是哪座城市？, front: 法国的首都是哪座城市？, back: 巴黎}
"""
COMMANDS = main.list_commands(click.Context(main))
PLAIN = re.compile(r"[^:\n]+:\d+:\d+: (?:error|warning|hint)\[[a-z-]+\]: \S.*")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def run(
    folder: Path, *arguments: str, ok: int | None = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run deckgen in a folder; ok is the exit code that is expected."""
    done = subprocess.run(
        [sys.executable, "-m", "deckgen", *arguments],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert ok is None or done.returncode == ok, done.stdout + done.stderr
    return done


def on_terminal(folder: Path, *arguments: str) -> str:
    """Run deckgen with a terminal as its output, and return what it shows there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "deckgen", *arguments],
        cwd=folder,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # Linux: the other end is closed
            part = b""
        if not part:
            break
        shown += part
    process.wait()
    os.close(ours)
    return shown.decode("utf-8").replace("\r\n", "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good deck, a bad one, and a deck of several files."""
    (tmp_path / "good.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "bad.yaml").write_text(BAD, "utf-8")
    cards = tmp_path / "cards"
    cards.mkdir()
    (cards / "deck.yaml").write_text("name: Cards\nid: several-files\n", "utf-8")
    (cards / "part.yaml").write_text(GOOD.partition("id: good-deck\n")[2], "utf-8")
    return tmp_path


def listed(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


class TestExitCodes:
    def test_without_errors(self, folder: Path) -> None:
        assert run(folder, "check", "good.yaml").stdout.endswith("2 notes, 2 cards, no problems\n")
        assert run(folder, "check").stdout == "cards: 2 notes, 2 cards, no problems\n"
        run(folder, "build")

    def test_with_errors(self, folder: Path) -> None:
        done = run(folder, "check", "bad.yaml", ok=1)
        assert done.stdout.splitlines()[-1] == "bad.yaml: 3 errors"
        done = run(folder, "build", "bad.yaml", ok=1)
        assert done.stdout.endswith("nothing written\n")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["check", "nowhere"],
            ["build", "nowhere.yaml"],
            ["check", "--fromat", "json"],
            ["check", "--format", "xml"],
            ["chekc"],
            ["check", "good.yaml", "bad.yaml"],
            ["build", "good.yaml", "-o", "cards"],
            ["build", "good.yaml", "-o"],
        ],
        ids=" ".join,
    )
    def test_wrong_usage(self, folder: Path, arguments: list[str]) -> None:
        before = listed(folder)
        done = run(folder, *arguments, ok=2)
        assert done.stderr
        assert done.stdout == ""
        assert listed(folder) == before

    def test_no_deck_here(self, tmp_path: Path) -> None:
        for command in ("build", "check", "fmt", "schema"):
            said = run(tmp_path, command, ok=2).stderr
            assert "there is no deck here" in said
            assert "deckgen new DIR" in said
            assert "'none' does not exist" in run(tmp_path, command, "none", ok=2).stderr

    @pytest.mark.parametrize("moment", ["", "now", "-1", "0", "1.5", "4294967296", "9" * 5000])
    def test_a_moment_that_is_none(self, folder: Path, moment: str) -> None:
        before = listed(folder)
        done = run(folder, "build", "good.yaml", ok=2, SOURCE_DATE_EPOCH=moment)
        assert "SOURCE_DATE_EPOCH" in done.stderr
        assert listed(folder) == before

    @pytest.mark.parametrize(
        ("deck", "slug"),
        [
            ("cards/part.yaml", "part-of-deck"),
            ("no-notes.yaml", "no-notes"),
            ("no-deck.yaml", "no-deck"),
            ("folder", "no-deck"),
            ("empty.yaml", "no-deck"),
            ("picture.yaml", "not-utf8"),
        ],
    )
    def test_what_is_no_deck(self, folder: Path, deck: str, slug: str) -> None:
        (folder / "no-notes.yaml").write_text("name: None\nid: none\n", "utf-8")
        (folder / "no-deck.yaml").write_text("notes: []\n", "utf-8")
        (folder / "empty.yaml").write_text("", "utf-8")
        (folder / "picture.yaml").write_bytes(b"\x89PNG\r\n\x1a\n")
        (folder / "folder").mkdir()
        before = listed(folder)
        assert f"error[{slug}]" in run(folder, "build", deck, ok=1).stdout
        assert listed(folder) == before

    def test_an_empty_deck_file(self, folder: Path) -> None:
        (folder / "cards" / "deck.yaml").write_text("", "utf-8")
        printed = run(folder, "check", ok=1).stdout
        assert "needs the key 'name'" in printed
        assert "needs the key 'id'" in printed


class TestBuild:
    def test_what_is_written(self, folder: Path) -> None:
        before = listed(folder)
        done = run(folder, "build", "good.yaml")
        assert listed(folder) - before == {"dist/good-deck.apkg", "good.lock"}
        assert re.search(
            r"^dist/good-deck\.apkg: 2 notes, 2 cards, \d+ kB$", done.stdout, re.MULTILINE
        )

    def test_where_it_is_told_to(self, folder: Path) -> None:
        before = listed(folder)
        run(folder, "build", "-o", "new/folder/deck.apkg")
        assert listed(folder) - before == {"new/folder/deck.apkg", "cards/deck.lock"}

    def test_check_writes_nothing(self, folder: Path) -> None:
        before = listed(folder)
        run(folder, "check")
        assert listed(folder) == before

    def test_an_error_leaves_the_package_untouched(self, folder: Path) -> None:
        run(folder, "build", "good.yaml")
        package, lock = folder / "dist/good-deck.apkg", folder / "good.lock"
        before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in (package, lock)]
        files = listed(folder)
        (folder / "good.yaml").write_text(GOOD + "  - {id: gap, kind: none}\n", "utf-8")
        run(folder, "build", "good.yaml", ok=1)
        assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in (package, lock)] == before
        assert listed(folder) == files

    def test_an_older_package_is_replaced(self, folder: Path) -> None:
        package = folder / "deck.apkg"
        package.write_bytes(b"older")
        run(folder, "build", "-o", "deck.apkg")
        assert package.read_bytes().startswith(b"PK")

    @pytest.mark.parametrize("target", ["good.yaml/deck.apkg", "/proc/deck.apkg", "n" * 300])
    def test_a_target_that_cannot_be_written(self, folder: Path, target: str) -> None:
        files = listed(folder)
        done = run(folder, "build", "-o", target, ok=1)
        assert "cannot write" in done.stderr
        assert target.partition("/")[0] in done.stderr
        assert listed(folder) - files <= {"cards/deck.lock"}

    def test_a_file_for_a_folder(self, folder: Path) -> None:
        (folder / "dist").write_text("a file", "utf-8")
        assert "cannot write" in run(folder, "build", ok=1).stderr


class TestPrinting:
    def test_piped_it_is_a_line_for_each_problem(self, folder: Path) -> None:
        printed = run(folder, "check", "bad.yaml", ok=1).stdout
        *problems, summary = printed.splitlines()
        assert all(PLAIN.fullmatch(line) for line in problems), printed
        assert summary.startswith("bad.yaml: ")
        assert "\x1b" not in printed
        assert problems[0] == (
            "bad.yaml:4:5: error[missing-field]: this basic note needs the key 'back': The answer."
        )

    def test_on_a_terminal_the_place_is_shown(self, folder: Path) -> None:
        shown = on_terminal(folder, "check", "bad.yaml")
        assert ANSI.search(shown)
        lines = ANSI.sub("", shown).splitlines()
        at = next(n for n, line in enumerate(lines) if "error[unknown-key]" in line)
        source, caret = lines[at + 1 : at + 3]
        assert source == "    5 | " + BAD.splitlines()[4]
        before = source.partition("问")[0]
        assert caret == " " * (len(before) + len("二")) + "^"  # 二 is as wide as two letters

    def test_a_related_place_is_shown_too(self, folder: Path) -> None:
        (folder / "good.yaml").write_text(GOOD.replace("id: gap", "id: capital"), "utf-8")
        lines = ANSI.sub("", on_terminal(folder, "check", "good.yaml")).splitlines()
        at = next(n for n, line in enumerate(lines) if "note: the first one" in line)
        assert lines[at] == "  good.yaml:4:10: note: the first one"
        assert lines[at + 1].startswith("    4 | ")
        assert lines[at + 2].strip() == "-"

    def test_a_long_line_is_cut(self, folder: Path) -> None:
        long = BAD.replace("首都是哪座城市", "x" * 1000).replace("二", "x" * 500 + "Y")
        (folder / "bad.yaml").write_text(long, "utf-8")
        shown = ANSI.sub("", on_terminal(folder, "check", "bad.yaml"))
        snippets = [line for line in shown.splitlines() if re.match(r" +\d+ \| ", line)]
        assert snippets
        assert max(map(len, snippets)) < 130

    @pytest.mark.parametrize("character", ["\x00", "\x1b", "\x07", "\u202e", "\u2066", "\u200f"])
    def test_what_would_play_tricks_is_escaped(self, folder: Path, character: str) -> None:
        tricky = BAD.replace("missing", f"m{character}ssing").replace("二", f"x{character}")
        (folder / "bad.yaml").write_text(tricky, "utf-8")
        for shown in (
            on_terminal(folder, "check", "bad.yaml"),
            run(folder, "check", "bad.yaml", ok=1).stdout,
        ):
            assert character not in ANSI.sub("", shown)
            assert f"\\u{ord(character):04x}" in shown or f"U+{ord(character):04X}" in shown

    def test_json(self, folder: Path) -> None:
        done = run(folder, "check", "bad.yaml", "--format", "json", ok=1)
        told = json.loads(done.stdout)
        assert done.stderr == "bad.yaml: 3 errors\n"
        assert told[0] == {
            "file": "bad.yaml",
            "line": 4,
            "column": 5,
            "severity": "error",
            "code": "missing-field",
            "message": "this basic note needs the key 'back': The answer.",
            "related": [],
        } | {key: told[0][key] for key in told[0] if key not in ("file", "line", "column")}
        plain = run(folder, "check", "bad.yaml", ok=1).stdout.splitlines()[:-1]
        assert plain == [
            f"{each['file']}:{each['line']}:{each['column']}: "
            f"{each['severity']}[{each['code']}]: {each['message']}"
            for each in told
        ]
        assert json.loads(run(folder, "check", "good.yaml", "--format", "json").stdout) == []

    def test_json_tells_related_places(self, folder: Path) -> None:
        (folder / "good.yaml").write_text(GOOD.replace("id: gap", "id: capital"), "utf-8")
        (told,) = json.loads(run(folder, "check", "good.yaml", "--format", "json", ok=1).stdout)
        assert told["related"] == [
            {"file": "good.yaml", "line": 4, "column": 10, "message": "the first one"}
        ]

    def test_github(self, folder: Path) -> None:
        odd = folder / "a, 100%.yaml"
        odd.write_text(BAD.replace("问", '"100%\\n: "'), "utf-8")
        done = run(folder, "check", odd.name, "--format", "github", ok=1)
        lines = done.stdout.splitlines()
        # https://docs.github.com/actions/reference/workflow-commands-for-github-actions
        command = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:]*,?)+)::(.+)")
        for line in lines:
            found = command.fullmatch(line)
            assert found, line
            told = dict(part.split("=", 1) for part in found[2].split(","))
            assert told["file"] == "a%2C 100%25.yaml"
            assert set(told) == {"file", "line", "col", "title"}
            assert "%" not in re.sub(r"%(25|0A|0D|2C|3A)", "", found[3])
        assert len(lines) == 3
        assert "'100%25%0A: '" in lines[2]

    def test_build_prints_in_the_same_formats(self, folder: Path) -> None:
        done = run(folder, "build", "bad.yaml", "--format", "json", ok=1)
        assert json.loads(done.stdout)
        assert "nothing written" in done.stderr
        done = run(folder, "build", "good.yaml", "--format", "json")
        assert json.loads(done.stdout) == []
        assert "dist/good-deck.apkg" in done.stderr

    @pytest.mark.parametrize("style", ["text", "json", "github"])
    def test_what_the_output_cannot_carry_is_escaped(self, folder: Path, style: str) -> None:
        name = os.fsdecode(b"\xff\xe4\xb8\xad.yaml")
        (folder / name).write_text(BAD, "utf-8")
        run(folder, "check", name, "--format", style, ok=1)
        run(folder, "check", "bad.yaml", "--format", style, ok=1, PYTHONIOENCODING="ascii")
        run(folder, "check", "bad.yaml", "--format", style, ok=1, LC_ALL="C", PYTHONUTF8="0")

    def test_a_reader_that_has_seen_enough(self, folder: Path) -> None:
        many = GOOD + "".join(f"  - {{id: n{n}, kind: none}}\n" for n in range(5_000))
        (folder / "many.yaml").write_text(many, "utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "deckgen", "check", "many.yaml"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait() == 1


def test_ten_mistakes_in_one_run(tmp_path: Path) -> None:
    (tmp_path / "ten.yaml").write_text(
        """\
name: Ten
id: ten
languge: en
notes:
  - {id: a, kind: basic, front: What is missing in this first note?}
  - {id: B, kind: basic, front: Is this an id that a note can have?, back: not this}
  - {id: c, kind: basc, front: Which kind was meant to be here?, back: basic}
  - {id: d, kind: basic, front: [What is wrong, with this text?], back: brackets}
  - {id: e, kind: basic, front: Which of these two answers counts?, back: first, back: second}
  - {id: f, kind: basic, front: Whose id is this one of two?, back: mine}
  - {id: f, kind: basic, front: Why is this id taken already?, back: by the last one}
  - {id: g, kind: basic, front: "Why is this {{c1::gap}} no card at all?", back: wrong kind}
  - {id: h, kind: cloze, text: "Why does this {{c1::gap never end?"}
  - {id: i, kind: basic, front: "What does ![](none.png) show us here?", back: nothing}
""",
        "utf-8",
    )
    done = run(tmp_path, "build", "ten.yaml", ok=1)
    *problems, summary = done.stdout.splitlines()
    places = [line.partition(": ")[0] for line in problems if "error[" in line]
    assert [place.split(":")[:2] for place in places] == [
        ["ten.yaml", str(line)] for line in (3, 5, 6, 7, 8, 9, 11, 12, 13, 14)
    ]
    assert len({re.search(r"\[(.+?)\]", line)[1] for line in problems if "error[" in line}) == 10  # type: ignore[index]
    assert "10 errors" in summary
    assert listed(tmp_path) == {"ten.yaml"}


class TestHelp:
    def test_version(self, tmp_path: Path) -> None:
        assert run(tmp_path, "--version").stdout == f"deckgen, version {__version__}\n"

    def test_the_script_is_the_same_program(self) -> None:
        scripts = importlib.metadata.entry_points(group="console_scripts", name="deckgen")
        assert {script.value for script in scripts} == {"deckgen.commands:main"}

    def test_it_lists_every_command(self, tmp_path: Path) -> None:
        printed = run(tmp_path, "--help").stdout
        for name in COMMANDS:
            assert re.search(rf"^  {name} +\S", printed, re.MULTILINE), name

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_has_an_example(self, name: str) -> None:
        done = CliRunner().invoke(main, [name, "--help"])
        assert done.exit_code == 0
        assert re.search(rf"^ {{4,}}.*\bdeckgen\b.*\b{name}\b", done.output, re.MULTILINE), (
            done.output
        )

    def test_it_needs_none_of_the_heavy_libraries(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "deckgen", "--help"],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert "click" in imported
        heavy = {"yaml", "markdown_it", "mdit_py_plugins", "genanki", "anki", "sqlite3", "json"}
        assert not imported & heavy
        known = {f"deckgen.commands.{name}" for name in ("_options", *COMMANDS)}
        deckgen = {name for name in imported if name.startswith("deckgen.")}
        assert deckgen <= known | {"deckgen.commands"}


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("terminal", [True, False])
def test_what_takes_long_counts_the_seconds_on_a_terminal(
    terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = _Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(_working, "_PATIENCE", 0.01)
    with _working.working("compiling cards"):
        while terminal and not stream.getvalue():
            time.sleep(0.01)
    shown = stream.getvalue()
    assert shown.startswith("\rcompiling cards … 0 s") is terminal
    assert shown.endswith("\r" if terminal else "")
    assert shown.split("\r")[-2:] == [" " * len("compiling cards … 0 s"), ""] or not terminal


def test_what_is_done_at_once_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with _working.working("compiling cards"):
        pass
    assert stream.getvalue() == ""


def test_a_misspelt_command_is_guessed() -> None:
    done = CliRunner().invoke(main, ["chekc"])
    assert done.exit_code == 2
    assert "No such command 'chekc'; did you mean 'check'?" in done.output


def test_drafts_are_counted(tmp_path: Path) -> None:
    deck = tmp_path / "good.yaml"
    deck.write_text(GOOD.replace("{id: gap,", "{id: gap, draft: true,"), "utf-8")
    assert (
        "1 note, 1 card, 1 draft left out, no problems" in run(tmp_path, "check", deck.name).stdout
    )
    assert "1 draft left out" in run(tmp_path, "build", deck.name).stdout
