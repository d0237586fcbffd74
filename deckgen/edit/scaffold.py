"""A new deck: a folder with a few notes, and with what editors, git and CI want to know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from deckgen.edit.ids import slug
from deckgen.edit.modeline import modeline, schema_path
from deckgen.edit.quote import needs_quotes
from deckgen.files import replace_file

_TEMPLATES = files("deckgen.edit") / "templates"
_OF_REPOSITORY = (".github", ".pre-commit-config.yaml")


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A deck to be written.

    files: the texts of its files by their paths below the folder.
    in_repository: whether the folder lies in a git repository, whose CI is its own affair.
    """

    folder: Path
    id: str
    files: dict[Path, str]
    in_repository: bool

    def taken(self) -> list[Path]:
        """Return which of the files are there already."""
        return [path for path in self.files if (self.folder / path).exists()]

    def write(self) -> None:
        """Write the files. Raises OSError."""
        for path, text in self.files.items():
            replace_file(self.folder / path, text.encode())


def scaffold(folder: Path, language: str, name: str = "") -> Scaffold:
    """Return a small working deck with a note of each common kind.

    language: the deck's; its notes are Chinese for simplified Chinese, else English.
    name: the deck's, else the folder's.
    """
    real = folder.resolve()
    in_repository = any((each / ".git").exists() for each in (real, *real.parents))
    name = name or real.name or "deck"
    words = {"name": _quoted(name), "id": slug(name, "deck"), "language": language}
    content = "zh-Hans" if _is_simplified(language) else "en"
    found: dict[Path, str] = {}
    for part in ("common", content):
        for path, text in _texts(_TEMPLATES / part, Path()):
            if in_repository and path.parts[0] in _OF_REPOSITORY:
                continue
            filled = re.sub("%(name|id|language)%", lambda word: words[word[1]], text)
            found[path] = _with_modeline(path, filled) if _is_card_file(path) else filled
    return Scaffold(folder, words["id"], found, in_repository)


def _texts(folder: Traversable, below: Path) -> Iterator[tuple[Path, str]]:
    """Yield the templates of a folder; `dot-` stands for a dot, which would hide them from git."""
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        path = below / each.name.replace("dot-", ".")
        if each.is_dir():
            yield from _texts(each, path)
        else:
            yield path, each.read_text("utf-8")


def _is_card_file(path: Path) -> bool:
    return path.suffix == ".yaml" and len(path.parts) == 1 and not path.name.startswith(".")


def _with_modeline(path: Path, text: str) -> str:
    schema = schema_path(Path("deck.yaml"), path.name == "deck.yaml")
    return f"{modeline(path, schema)}\n{text}"


def _is_simplified(language: str) -> bool:
    parts = language.lower().split("-")
    return parts[0] == "zh" and not {"hant", "tw", "hk", "mo"} & set(parts)


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False) if needs_quotes(name) else name
