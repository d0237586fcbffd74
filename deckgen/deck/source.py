"""The files that a deck's header names, among them the sources of its verbatim passages."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deckgen.deck.located import Located
from deckgen.problem import Code, Problem, Severity
from deckgen.text.file import ALL_SAVED, TextFile, Unsaved, read_file
from deckgen.text.passage import joined

OUTSIDE_PROJECT = Code(
    "outside-project",
    Severity.ERROR,
    "A source or a media file lies outside the project (the nearest folder above the deck that "
    "holds `.git` or `pyproject.toml`, else the deck's own folder), or is a link that leads out "
    "of it. A deck from a stranger could copy private files into a package that way: move the "
    "file into the project.",
)
UNKNOWN_SOURCE = Code(
    "unknown-source",
    Severity.ERROR,
    "A source is named that is none of deck.yaml's `sources`, or a note with evidence names none.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A source text; `joined` is its text as passages are compared with it."""

    name: str
    file: TextFile
    joined: str


def read_sources(
    at: Located,
    paths: Mapping[str, str],
    folder: Path,
    project: Path,
    unsaved: Unsaved = ALL_SAVED,
) -> tuple[dict[str, Source], list[Problem]]:
    """Read the sources that a deck names."""
    files, problems = read_named(at, "sources", paths, folder, project, unsaved)
    return {name: Source(name, file, joined(file.text)) for name, file in files.items()}, problems


def read_named(
    at: Located,
    key: str,
    paths: Mapping[str, str],
    folder: Path,
    project: Path,
    unsaved: Unsaved = ALL_SAVED,
) -> tuple[dict[str, TextFile], list[Problem]]:
    """Read the files that a key of the deck's header names; paths start at the deck's folder."""
    files: dict[str, TextFile] = {}
    problems: list[Problem] = []
    for name, given in paths.items():
        span = at.span(key, name)
        path = inside(folder / given, project)
        if path is None:
            message = f"'{given}' lies outside the project: move it below {project.name}/"
            if not _is_project(project):
                message += ", or run `git init` in the folder that holds both"
            problems.append(Problem(OUTSIDE_PROJECT, message, span))
            continue
        file, unread = read_file(path, _shown(folder / given, path), unsaved)
        problems += [Problem(each.code, f"'{given}': {each.message}", span) for each in unread]
        if file:
            files[name] = file
    return files, problems


def _shown(given: Path, resolved: Path) -> str:
    """Return a path as people read it, without `..` where that leads to the same file."""
    short = os.path.normpath(given)
    return short if Path(short).resolve() == resolved else str(given)


def inside(path: Path, project: Path) -> Path | None:
    """Return a path with its links resolved, or nothing where it leads out of the project."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    return resolved if resolved.is_relative_to(project) else None


def project_of(folder: Path) -> Path:
    """Return the project that a deck's folder belongs to."""
    folder = folder.resolve()
    return next(filter(_is_project, (folder, *folder.parents)), folder)


def _is_project(folder: Path) -> bool:
    return (folder / ".git").exists() or (folder / "pyproject.toml").is_file()
