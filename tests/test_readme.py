"""The README tells the truth: its examples are run, and nothing is missing from it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
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


def synopses(name: str) -> list[str]:
    """Return how a command is called, and its subcommands, in a line each."""
    context = click.Context(main)
    command = main.get_command(context, name)
    assert command
    if not isinstance(command, click.Group):
        return [_synopsis(f"deckgen {name}", command)]
    resolved = command.resolve_command(context, ["DIR"])[1]
    assert resolved
    inner = [(f"deckgen {name} {each}", found) for each, found in command.commands.items()]
    return [_synopsis(*each) for each in [(f"deckgen {name}", resolved), *inner]]


def _synopsis(called: str, command: click.Command) -> str:
    context = click.Context(command)
    words = [called]
    for each in command.params:
        if isinstance(each, click.Option) and not each.hidden:
            given = "|".join([*each.opts[-1:], *each.secondary_opts])
            what = "" if each.is_flag else f"\u00a0{each.make_metavar(context).strip('[]')}"
            words.append(f"{given}{what}" if each.required else f"[{given}{what}]")
            words[-1] += "…" if each.multiple else ""
    words += [each.make_metavar(context) for each in command.get_params(context)
              if isinstance(each, click.Argument)]  # fmt: skip
    return " ".join(words)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_synopsis(name: str) -> None:
    section = README.partition(f"### `deckgen {name}`\n\n```\n")[2]
    wanted = " ".join(synopses(name)).replace("\u00a0", " ")
    assert " ".join(section.partition("```")[0].split()) == wanted


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


def test_what_it_tells_ci_to_use_is_there() -> None:
    blocks = [
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    ]
    (step,) = next(block for block in blocks if isinstance(block, list))
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert step["with"].keys() <= action["inputs"].keys()
    (repo,) = next(block["repos"] for block in blocks if "repos" in block)
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [hook["id"] for hook in repo["hooks"]] == [hook["id"] for hook in hooks]


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
