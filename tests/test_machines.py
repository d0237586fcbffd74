"""What other programs read of deckgen: SARIF, completion, the hooks of pre-commit, the action."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from deckgen.build import compile_deck
from deckgen.commands import main

ROOT = Path(__file__).parent.parent
PROBLEMS = ROOT / "tests" / "golden" / "problems"


def shell(line: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line in bash, with this deckgen."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


# SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html


def sarif(path: Path) -> dict[str, Any]:
    shown = CliRunner().invoke(main, ["check", str(path), "--format", "sarif"])
    log: dict[str, Any] = json.loads(shown.stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["tool"]["driver"]["name"] == "deckgen"
    return dict(run)


@pytest.mark.parametrize("slug", ["duplicate-id", "empty-file", "unknown-note", "yaml-syntax"])
def test_sarif_tells_what_check_tells(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROBLEMS)
    path = Path(slug) if Path(slug).is_dir() else Path(f"{slug}.yaml")
    run, told = sarif(path), compile_deck(path, 1).problems
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(told) > 0
    levels = {"error": "error", "warning": "warning", "hint": "note"}
    for result, problem in zip(run["results"], told, strict=True):
        assert result["ruleId"] == rules[result["ruleIndex"]]["id"] == problem.code.slug
        assert result["message"]["text"] == problem.message
        assert result["level"] == levels[problem.code.severity.value]
        (place,) = result["locations"]
        region = place["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == (
            problem.span.line,
            problem.span.column,
        )
        assert place["physicalLocation"]["artifactLocation"] == {
            "uri": problem.span.file,
            "uriBaseId": "%SRCROOT%",
        }
        related = result.get("relatedLocations", [])
        assert [each["message"]["text"] for each in related] == [
            what for _, what in problem.related
        ]
    assert run["columnKind"] == "unicodeCodePoints"
    assert len({rule["id"] for rule in rules}) == len(rules)


def test_sarif_places_are_uris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deck = tmp_path / "我的 deck.yaml"
    deck.write_text("name: D\nid: d\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    found = [sarif(Path(deck.name))["results"][0]]
    monkeypatch.chdir(PROBLEMS)
    found.append(sarif(deck)["results"][0])
    inside, outside = (
        result["locations"][0]["physicalLocation"]["artifactLocation"] for result in found
    )
    assert inside == {"uri": "%E6%88%91%E7%9A%84%20deck.yaml", "uriBaseId": "%SRCROOT%"}
    assert outside == {"uri": deck.as_uri()}


def test_sarif_of_a_good_deck_has_no_results(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["new", str(tmp_path / "deck")]).exit_code == 0
    assert sarif(tmp_path / "deck")["results"] == []


# completion


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("deckgen che", "check"),
        ("deckgen check --for", "--format"),
        ("deckgen new note ba", "basic"),
        ("deckgen explain not-in", "not-in-source"),
    ],
)
def test_the_shell_completes(typed: str, wanted: str, tmp_path: Path) -> None:
    script = CliRunner().invoke(main, ["completion", "bash"])
    assert script.exit_code == 0
    words = typed.split()
    asked = (
        f"{script.output}\nCOMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; "
        f"_deckgen_completion deckgen; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    shown = shell(asked, tmp_path)
    assert wanted in shown.stdout.split(), shown.stderr


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish")
def test_fish_completes(tmp_path: Path) -> None:
    script = "deckgen completion fish | source; complete -C 'deckgen new note ba'; "
    shown = shell(f"fish -c \"{script} complete -C 'deckgen explain not-in-s'\"", tmp_path)
    assert [line.split("\t")[0] for line in shown.stdout.splitlines()] == ["basic", "not-in-source"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
def test_zsh_completes(tmp_path: Path) -> None:
    """By what its script hands to zsh's own completion, which needs a terminal."""
    told = "_describe() { print -r -- ${(P)3}; }; compdef() { :; }; compadd() { :; }"
    typed = "words=(deckgen new note ba); CURRENT=4"
    asked = f"{told}; source <(deckgen completion zsh); {typed}; _deckgen_completion"
    shown = shell(f"zsh -f -c {shlex.quote(asked)}", tmp_path)
    assert shown.stdout.startswith("basic:A question and its answer"), shown.stderr


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_other_shells_have_their_script(name: str) -> None:
    shown = CliRunner().invoke(main, ["completion", name])
    assert shown.exit_code == 0
    assert f"_DECKGEN_COMPLETE={name}_complete" in shown.output


# pre-commit and GitHub


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with the essay's deck, laid out, its lock up to date."""
    for name in ("cards", "seeds"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    done = shell("deckgen fmt && deckgen build", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path


def test_the_hooks_run(project: Path) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [hook["id"] for hook in hooks] == ["deckgen-fmt", "deckgen-check"]
    for hook in hooks:
        assert hook["language"] == "python"
        files = "" if hook.get("pass_filenames") is False else "cards/1-weizheng.yaml"
        done = shell(f"{hook['entry']} {files}", project)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_checks_and_builds(project: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    inputs = {name: given["default"] for name, given in action["inputs"].items()}
    ran = 0
    for step in action["runs"]["steps"]:
        if "run" not in step or "pip install" in step["run"]:
            continue
        assert step["shell"] == "bash"
        variables = {"LOCKED": "--locked", "SARIF": "problems.sarif"}
        for name, value in step.get("env", {}).items():
            variables.setdefault(name, inputs.get(value.removeprefix("${{ inputs.")[:-3], ""))
        done = shell(step["run"], project, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        ran += 1
    assert ran == 4
    assert (project / inputs["output"]).is_file()
    assert json.loads((project / "problems.sarif").read_text("utf-8"))["version"] == "2.1.0"
