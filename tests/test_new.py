"""deckgen new: a deck that works at once, and notes to fill in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import assume, given, settings

from deckgen.build import compile_deck
from deckgen.commands import main
from deckgen.edit.scaffold import scaffold
from deckgen.edit.template import CannotAddError, add_note, template
from deckgen.engine.verify import prove
from deckgen.kinds import kinds
from deckgen.text.file import TextFile
from tests.card_files import as_file, card_files

ROOT = Path(__file__).parent.parent
COMMON = {"basic", "cloze", "concept", "list", "passage", "principle", "quotation"}


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["new", *map(str, words)])


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a user types it, with this deckgen and somebody's name in git."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    person = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER")
              for what in ("NAME", "EMAIL")}  # fmt: skip
    return subprocess.run(
        ["/bin/sh", "-e", "-c", line],
        cwd=folder,
        env={**os.environ, **person, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("language", ["en", "zh-Hans", "de"])
def test_a_new_deck_has_no_problem_and_the_engine_takes_it(language: str, tmp_path: Path) -> None:
    deck = tmp_path / "d"
    assert run(deck, "--language", language).exit_code == 0
    compiled = compile_deck(deck, 1)
    assert compiled.problems == []
    assert compiled.deck is not None
    assert {note.kind for note in compiled.deck.notes.values()} == COMMON
    assert compiled.deck.header.language == language
    package = tmp_path / "d.apkg"
    words = ["build", str(deck), "-o", str(package)]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert prove(package).failures == ()


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_it_is_laid_out_and_has_its_schemas(language: str, tmp_path: Path) -> None:
    run(tmp_path / "d", "--language", language)
    schemas = [tmp_path / "d" / ".deckgen" / f"{name}.schema.json" for name in ("deck", "cards")]
    before = [path.read_bytes() for path in schemas]
    shown = CliRunner().invoke(main, ["build", str(tmp_path / "d"), "-o", str(tmp_path / "d.apkg")])
    assert shown.exit_code == 0
    assert [path.read_bytes() for path in schemas] == before
    shown = CliRunner().invoke(main, ["fmt", str(tmp_path / "d"), "--check"])
    assert shown.output == "0 files would change, 3 unchanged\n"


def test_the_printed_steps_work_as_printed(tmp_path: Path) -> None:
    shown = shell("deckgen new 'my deck'", tmp_path)
    assert shown.returncode == 0, shown.stderr
    steps = [line.strip() for line in shown.stdout.splitlines() if line.startswith("  ")]
    assert [step.split("#")[0].strip() for step in steps] == [
        "cd 'my deck'",
        "deckgen build .",
        "deckgen new note basic --file 1-notes-and-cards.yaml",
        'git init && git add . && git commit -m "A new deck"',
    ]
    done = shell("\n".join(steps), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    promised = re.search(r"writes (\S+):", shown.stdout)
    assert promised
    assert (tmp_path / "my deck" / promised[1]).is_file()
    committed = shell("git ls-files", tmp_path / "my deck").stdout.split()
    assert {"deck.lock", "deck.yaml", ".deckgen/.gitignore"} <= set(committed)
    assert not [name for name in committed if name.endswith((".json.tmp", ".apkg", "schema.json"))]


def test_what_ci_and_pre_commit_run_passes(tmp_path: Path) -> None:
    deck = tmp_path / "d"
    run(deck)
    assert shell("deckgen build .", deck).returncode == 0
    workflow = yaml.safe_load((deck / ".github" / "workflows" / "deck.yaml").read_text("utf-8"))
    lines = [step["run"] for step in workflow["jobs"]["deck"]["steps"] if "run" in step]
    hooks = yaml.safe_load((deck / ".pre-commit-config.yaml").read_text("utf-8"))
    for hook in hooks["repos"][0]["hooks"]:
        paths = [path.relative_to(deck).as_posix() for path in deck.rglob("*.yaml")]
        named = [path for path in paths if re.search(hook.get("files", ""), path)]
        assert "files" not in hook or sorted(named) == sorted(
            p.name for p in deck.glob("[!.]*.yaml")
        )
        lines.append(
            f"{hook['entry']} {'' if hook.get('pass_filenames') is False else ' '.join(named)}"
        )
    ran = [line for line in lines if line.startswith("deckgen ")]
    assert len(ran) == len(lines) - 1 == 5
    for line in ran:
        done = shell(line, deck)
        assert done.returncode == 0, (line, done.stdout, done.stderr)


def test_settings_are_json_that_names_the_schemas(tmp_path: Path) -> None:
    run(tmp_path / "d")
    settings_ = json.loads((tmp_path / "d" / ".vscode" / "settings.json").read_text("utf-8"))
    assert set(settings_["yaml.schemas"]) == {
        f".deckgen/{name}.schema.json" for name in ("cards", "deck")
    }
    json.loads((tmp_path / "d" / ".vscode" / "extensions.json").read_text("utf-8"))
    assert "deck.lock merge=union" in (tmp_path / "d" / ".gitattributes").read_text("utf-8")


def test_it_never_writes_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "deck.yaml").write_text("mine\n", "utf-8")
    (tmp_path / ".gitignore").write_text("mine\n", "utf-8")
    shown = run(tmp_path)
    assert shown.exit_code == 1
    assert str(tmp_path / "deck.yaml") in shown.output
    assert str(tmp_path / ".gitignore") in shown.output
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore", "deck.yaml"]
    assert (tmp_path / "deck.yaml").read_text("utf-8") == "mine\n"


def test_a_folder_with_other_files_can_become_a_deck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "README.md").write_text("mine\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    shown = run(".")
    assert shown.exit_code == 0
    assert "  cd " not in shown.output


def test_in_a_repository_ci_stays_its_own_affair(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    shown = run(tmp_path / "cards")
    assert "git init" not in shown.output
    assert "left out here" in shown.output
    assert not (tmp_path / "cards" / ".github").exists()
    assert not (tmp_path / "cards" / ".pre-commit-config.yaml").exists()


@pytest.mark.parametrize(
    ("folder", "name", "id_"),
    [("Tides & Ebb", "", "tides-ebb"), ("yes", "", "yes"), ("d", "1: “二” # 3", "1-2-3")],
)
def test_the_name_may_be_anything(folder: str, name: str, id_: str, tmp_path: Path) -> None:
    new = scaffold(tmp_path / folder, "en", name)
    new.write()
    deck = compile_deck(tmp_path / folder, 1).deck
    assert deck is not None
    assert deck.header.name == (name or folder)
    assert deck.header.id == (id_ if name == "" else new.id)


def test_wrong_usage_is_two(tmp_path: Path) -> None:
    assert run().exit_code == 2
    assert run(tmp_path / "d", "--language", "x_y").exit_code == 2
    assert run("--language", "x_y", tmp_path / "d").exit_code == 2
    assert not (tmp_path / "d").exists()
    for words in (("note",), ("note", "basics"), ("note", "basic", "--id", "A_b")):
        assert run(*words).exit_code == 2
    assert "did you mean 'basic'?" in run("note", "basics").output


# notes


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_each_kind_has_a_template_that_builds(kind: str, tmp_path: Path) -> None:
    shown = run("note", kind)
    assert shown.exit_code == 0
    deck = tmp_path / "one.yaml"
    other = (
        "  - {id: other, kind: basic, front: What does the moon move on earth?, back: the tides}\n"
    )
    deck.write_text(f"name: D\nid: d\nnotes:\n{other}{shown.output}", "utf-8")
    assert compile_deck(deck, 1).problems == []
    # with every key that stands in a comment, and no more a draft, it is still a note
    whole = re.sub(r"^(    )# (?=[a-z]+: )", r"\1", shown.output, flags=re.MULTILINE)
    deck.write_text(f"name: D\nid: d\nnotes:\n{other}{whole}", "utf-8")
    told = {problem.code.slug for problem in compile_deck(deck, 1).problems}
    assert not told & {"unknown-key", "missing-field", "wrong-shape", "bad-value", "yaml-syntax"}
    words = {line.split(":")[0].strip(" #-") for line in shown.output.splitlines()}
    own = set(kinds()[kind].note.__annotations__) - {"titled_by", "verbatim"}
    assert own <= words


def test_a_note_goes_to_the_end_of_the_notes(tmp_path: Path) -> None:
    run(tmp_path / "d")
    path = tmp_path / "d" / "2-good-cards.yaml"
    before = path.read_bytes()
    shown = run("note", "basic", "--file", path, "--lesson", "2")
    assert shown.exit_code == 0
    line = before.count(b"\n") + 2
    assert shown.output == f"{path}:{line}: added the note 'new-basic', a draft\n"
    assert path.read_bytes().startswith(before + b"\n  - id: new-basic\n    kind: basic\n")
    assert b"    lesson: 2\n" in path.read_bytes()
    run("note", "basic", "--file", path)
    assert b"  - id: new-basic-2\n" in path.read_bytes()
    assert run("note", "basic", "--file", path, "--id", "lesson").exit_code == 2
    assert compile_deck(tmp_path / "d", 1).problems == []


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize("language", ["en", "zh-Hans", "de"])
def test_a_new_note_is_laid_out_and_speaks_the_decks_language(
    kind: str, language: str, tmp_path: Path
) -> None:
    run(tmp_path / "d", "--language", language)
    path = tmp_path / "d" / "2-good-cards.yaml"
    before = path.read_text("utf-8")
    assert run("note", kind, "--file", path).exit_code == 0
    shown = CliRunner().invoke(main, ["fmt", str(tmp_path / "d"), "--check"])
    assert shown.exit_code == 0, shown.output
    new = path.read_text("utf-8").removeprefix(before)
    chinese = re.search("[一-鿿]", re.sub("readings: .*", "", new))
    assert bool(chinese) is (language == "zh-Hans"), new


def test_what_was_not_filled_in_is_an_error(tmp_path: Path) -> None:
    run(tmp_path / "d")
    path = tmp_path / "d" / "2-good-cards.yaml"
    run("note", "basic", "--file", path)
    written = path.read_text("utf-8")
    path.write_text(re.sub("    draft: .*\n", "", written), "utf-8")
    told = [problem.code.slug for problem in compile_deck(tmp_path / "d", 1).problems]
    assert told.count("unfilled") == 2


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    run(tmp_path / "d")
    path = tmp_path / "d" / "3-new.yaml"
    assert run("note", "list", "--file", path).exit_code == 0
    line = "# yaml-language-server: $schema=.deckgen/cards.schema.json\n"
    assert path.read_text("utf-8").startswith(f"{line}notes:\n  - id: new-list\n")
    shown = CliRunner().invoke(main, ["fmt", str(tmp_path / "d"), "--check"])
    assert shown.exit_code == 0, shown.output
    assert compile_deck(tmp_path / "d", 1).problems == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"notes:\r\n- {kind: basic, front: f, back: b}", b"\r\n\r\n- id: x\r\n"),
        (b"\xef\xbb\xbf# top\nnotes:  # none yet\n", b"  - id: x\n"),
        (b"defaults: {kind: basic}\n", b"\nnotes:\n  - id: x\n"),
        (b"notes: []\n", None),
        (b"notes: [{kind: basic, front: f, back: b}]\n", None),
        (
            b"notes:\n    - kind: basic\n      front: f\n      back: |+\n        b\n\n",
            b"    - id: x\n",
        ),
    ],
)
def test_what_stands_there_stays_to_the_byte(
    before: bytes, after: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "cards.yaml"
    path.write_bytes(before)
    shown = run("note", "basic", "--file", path, "--id", "x")
    if after is None:
        assert shown.exit_code == 1
        assert f"{path}: left as it was: " in shown.output
        assert path.read_bytes() == before
    else:
        assert shown.exit_code == 0, shown.output
        assert path.read_bytes().startswith(before + after)


def test_a_broken_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cards.yaml"
    path.write_text("notes:\n  - a: b: c\n", "utf-8")
    shown = run("note", "basic", "--file", path)
    assert shown.exit_code == 1
    assert f"{path}:2:9: error[" in shown.output
    assert path.read_text("utf-8") == "notes:\n  - a: b: c\n"


def test_a_note_can_be_added_to_most_files() -> None:
    """Those that refuse have their notes in brackets, or a text at their end that goes on."""
    added = []

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(raw=card_files())
    def add(raw: bytes) -> None:
        file = as_file(raw)
        assume(file is not None)
        assert file is not None
        before, lines = raw.decode(), template(kinds()["basic"].note, "basic", "the-new-one")
        try:
            text = add_note(file, before, lines)
        except CannotAddError:
            added.append(False)
            return
        added.append(True)
        wanted = {line.strip() for line in lines}
        was = [line for line in before.splitlines() if line.strip() not in {"", *wanted}]
        now = [line for line in text.splitlines() if line.strip() not in {"", *wanted}]
        assert now == was
        assert as_file(text.encode()) is not None

    add()
    assert sum(added) > len(added) * 2 / 3


def test_the_text_file_of_a_new_file_is_empty() -> None:
    lines = template(kinds()["cloze"].note, "cloze", "x", "第一课")
    empty = TextFile(Path("x.yaml"), "x.yaml", "")
    assert add_note(empty, "", lines).startswith("notes:\n  - id: x\n    kind: cloze\n")
