"""The README tells the truth: its examples are run, and nothing is missing from it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from deckgen.commands import main
from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.kinds import kinds

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = sorted(main.list_commands(None))  # type: ignore[arg-type]
EXAMPLES = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a newcomer clones."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("cards", "seeds"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_section_and_help_with_examples(name: str) -> None:
    assert f"### `deckgen {name}`" in README
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert "deckgen" in shown.output.split("Options:")[0].split("\n", 1)[1]


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_kind_and_each_of_its_keys_stands_in_the_table(name: str) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `{name}` |"))
    own = authored(kinds()[name].note).keys() - authored(Note).keys()
    assert [key for key in own if f"`{key}`" not in row] == []


def test_every_common_key_stands_in_it() -> None:
    assert [key for key in authored(Note) if f"`{key}`" not in README] == []


def test_its_deck_compiles(tmp_path: Path) -> None:
    (deck,) = re.findall(r"```yaml\n(name:.*?)```", README, re.DOTALL)
    (tmp_path / "tides.yaml").write_text(deck, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "deckgen", "check", "tides.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "tides.yaml: 3 notes, 5 cards, no problems\n"


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_examples_run(example: str, project: Path) -> None:
    words = shlex.split(example, comments=True)
    assert words[0] == "deckgen"
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
