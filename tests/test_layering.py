"""The layers of deckgen: imports point to the left only, and each library has one door."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

# Each may import what stands above it; what stands on one line is apart from its neighbours.
LAYERS = (
    ("__init__",),
    ("problem", "files"),
    ("text",),
    ("deck",),
    ("render",),
    ("kinds",),
    ("coverage",),
    ("rules",),
    ("lock",),
    ("package",),
    ("assemble", "remember"),
    ("build", "engine", "desktop", "edit"),
    ("codes", "plan", "recover", "preview", "lsp"),
    ("commands",),
    ("__main__",),
)

DOORS = {
    "yaml": "text",
    "markdown_it": "render",
    "mdit_py_plugins": "render",
    "pypinyin": "rules",
    "numpy": "rules",
    "genanki": "package",
    "anki": "engine",
    "latex2mathml": "engine",
    "starlette": "preview",
    "uvicorn": "preview",
    "watchfiles": "preview",
    "lsprotocol": "lsp",
    "pygls": "lsp",
    "click": "commands",
}

PRINTS = re.compile(r"print|input|breakpoint|sys\.(__)?std(in|out|err)(__)?")

GROWING = ("kinds", "rules", "commands")
"""Where a new file is all that a new thing takes."""


@dataclass(frozen=True)
class Module:
    """A module of deckgen, or a package; `imports` holds what it imports, as dotted names."""

    name: str
    tree: ast.Module
    imports: tuple[str, ...]

    @property
    def part(self) -> str:
        """The part of the layout that it belongs to."""
        return part_of(self.name)

    @property
    def private(self) -> bool:
        return self.name.rpartition(".")[2].startswith("_")


def part_of(name: str) -> str:
    return name.split(".")[1] if "." in name else "__init__"


def library_of(name: str) -> str:
    return name.partition(".")[0]


@cache
def modules() -> dict[str, Module]:
    """Return every module of deckgen by its name; a package is called by its own."""
    found = {}
    for path in sorted((PROJECT / "deckgen").rglob("*.py")):
        home = ".".join(path.parent.relative_to(PROJECT).parts)
        name = home if path.stem == "__init__" else f"{home}.{path.stem}"
        tree = ast.parse(path.read_text("utf-8"))
        found[name] = Module(name, tree, tuple(_imports(tree)))
    return found


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            # a name that is put together is one of its own package
            yield from (
                ast.literal_eval(each) for each in node.args if isinstance(each, ast.Constant)
            )


def own_imports(module: Module) -> Iterator[str]:
    """Yield the modules of deckgen that a module imports."""
    for name in module.imports:
        if library_of(name) == "deckgen":
            yield name if name in modules() else name.rpartition(".")[0]


def test_every_part_has_its_layer() -> None:
    """A part that is not in `LAYERS` has no place yet: give it one, there and in the README."""
    known = {part for layer in LAYERS for part in layer}
    assert {module.part for module in modules().values()} == known


def test_imports_point_to_the_left() -> None:
    rank = {part: at for at, layer in enumerate(LAYERS) for part in layer}
    assert [
        f"{module.name} imports {name}"
        for module in modules().values()
        for name in own_imports(module)
        if part_of(name) != module.part and rank[part_of(name)] >= rank[module.part]
    ] == []


def test_every_import_of_deckgen_is_a_module_of_it() -> None:
    imported = {name for module in modules().values() for name in own_imports(module)}
    assert imported <= set(modules())


def test_no_module_needs_itself() -> None:
    graph = {name: set(own_imports(module)) for name, module in modules().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" ← ".join(error.args[1]))


def test_libraries_come_in_by_their_door() -> None:
    assert [
        f"{module.name} imports {name}"
        for module in modules().values()
        for name in module.imports
        if library_of(name) not in ("deckgen", *sys.stdlib_module_names)
        and DOORS.get(library_of(name)) != module.part
    ] == []


def test_every_dependency_has_a_door() -> None:
    """What pyproject.toml asks users to install is used, and what is used is asked for."""
    found = importlib.metadata.packages_distributions()
    assert required() - required("test") == {
        name.lower() for library in DOORS for name in found[library]
    }
    used = {library_of(name) for module in modules().values() for name in module.imports}
    assert set(DOORS) <= used


def test_what_the_tests_pass_with_is_pinned() -> None:
    """Add a new dependency to tests/constraints.txt, at the version that was tried."""
    constraints = (PROJECT / "tests" / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.partition("==")[0].lower() for line in constraints if "==" in line}
    assert required() <= pinned


def required(*extras: str) -> set[str]:
    """Return the names of what pyproject.toml asks for; of these extras, or of all."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    asked = [each for extra in extras or optional for each in optional[extra]]
    names = asked if extras else [*asked, *project["dependencies"]]
    return {re.split(r"[<>=~! \[]", each)[0].lower() for each in names} - {"deckgen"}


def test_only_commands_print() -> None:
    assert [
        f"{module.name}:{node.lineno}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if module.part != "commands"
        and isinstance(node, ast.Name | ast.Attribute)
        and PRINTS.fullmatch(ast.unparse(node))
    ] == []


def test_what_is_private_stays_at_home() -> None:
    """A module's `_name` is its own; a `_module` is one that is not found as a kind or a rule."""
    assert [
        f"{module.name} imports {name}"
        for module in modules().values()
        for name in module.imports
        if re.fullmatch(r"deckgen\..*\._[a-z]\w*", name, re.IGNORECASE) and name not in modules()
    ] == []


def test_a_new_kind_rule_or_command_is_one_new_file() -> None:
    """Those that are found by their file know nothing of one another."""
    assert [
        f"{module.name} imports {name}"
        for module in modules().values()
        if module.part in GROWING and not module.private
        for name in own_imports(module)
        if name.startswith(f"deckgen.{module.part}.") and not modules()[name].private
    ] == []


def test_nothing_is_left_to_chance() -> None:
    assert [
        f"{module.name} imports {name}"
        for module in modules().values()
        for name in module.imports
        if library_of(name) in ("random", "secrets", "uuid")
    ] == []


def test_what_is_heavy_waits_until_it_is_needed() -> None:
    """`deckgen --help` loads every command, and of the libraries click alone."""
    loaded = (
        "import sys; from deckgen.commands import main; main(['--help'], standalone_mode=False);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", loaded], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout
    assert set(DOORS) & set(shown.splitlines()[-1].split()) == {"click"}
