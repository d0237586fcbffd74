"""The same input makes the same bytes, whoever builds it, where and when."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
EPOCH = "1700000000"

MEDIA_DECK = {
    "deck.yaml": "{name: Media, id: media, lessons: [One, Two], options: {new_per_day: 3}}",
    "10-last.yaml": """
        defaults: {kind: basic, tags: [z, a, m], lesson: 2}
        notes:
          - {id: tone, front: What sounds?, back: "![](tone.mp3) ![](b.png)"}
    """,
    "2-first.yaml": """
        defaults: {kind: basic, tags: [b, a]}
        notes:
          - {id: picture, front: What is it?, back: "![](b.png) ![](a.png)", lesson: One}
          - {id: none, kind: cloze, text: "{{c2::two}} {{c1::one}}"}
    """,
    "a.png": "picture a",
    "b.png": "picture b",
    "tone.mp3": "tone",
}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


ESSAY = {
    f"{folder}/{name}": content
    for folder in ("cards", "seeds")
    for name, content in files_of(PROJECT / folder).items()
    if name != "deck.lock"
}
DECKS: dict[str, tuple[str, Mapping[str, bytes]]] = {
    "essay": ("cards", {"pyproject.toml": b"", **ESSAY}),
    "media": ("deck", {f"deck/{name}": text.encode() for name, text in MEDIA_DECK.items()}),
}


def build(
    project: Path, deck: str, built: Path, *, working: Path, **environment: str | None
) -> None:
    """Run `deckgen build` in a fresh process; None takes a variable away."""
    changed = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, **environment}
    subprocess.run(
        [sys.executable, "-m", "deckgen", "build", str(project / deck), "-o", str(built)],
        cwd=working,
        env={name: value for name, value in changed.items() if value is not None},
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )


def lay_out(project: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return project


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", sorted(DECKS))
def test_it_matters_not_who_builds_where_and_when(tmp_path: Path, name: str) -> None:
    deck, files = DECKS[name]
    here = lay_out(tmp_path / "here", files)
    there = lay_out(tmp_path / "elsewhere" / "deep", dict(sorted(files.items(), reverse=True)))
    first, second = tmp_path / "first.apkg", tmp_path / "second.apkg"
    build(here, deck, first, working=here, PYTHONHASHSEED="1", TZ="UTC", LANG="C.UTF-8")
    build(
        there,
        deck,
        second,
        working=tmp_path,
        PYTHONHASHSEED="4242",
        TZ="Asia/Shanghai",
        LANG="zh_CN.GB18030",
        LC_ALL="C",
        TMPDIR=str(there),
        HOME=str(there),
    )
    assert digest(first) == digest(second)
    assert files_of(here) == files_of(there)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deck with media, built."""
    project = lay_out(tmp_path_factory.mktemp("project"), DECKS["media"][1])
    (project / "temporary").mkdir()
    build(
        project, "deck", project / "built.apkg", working=project, TMPDIR=str(project / "temporary")
    )
    return project


@contextlib.contextmanager
def database(package: Path, folder: Path) -> Iterator[sqlite3.Connection]:
    with zipfile.ZipFile(package) as archive:
        stored = Path(archive.extract("collection.anki2", folder))
    with contextlib.closing(sqlite3.connect(stored)) as connection:
        yield connection


def test_the_archive_tells_no_time_and_no_rights(project: Path) -> None:
    with zipfile.ZipFile(project / "built.apkg") as archive:
        members = archive.infolist()
    assert [each.filename for each in members] == ["collection.anki2", "media", "0", "1", "2"]
    assert {each.date_time for each in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {each.external_attr >> 16 for each in members} == {0o644}
    assert {(each.create_system, each.extra, each.comment) for each in members} == {(3, b"", b"")}
    assert {each.compress_type for each in members} == {zipfile.ZIP_DEFLATED}


def test_media_stand_in_the_order_of_their_names(project: Path) -> None:
    with zipfile.ZipFile(project / "built.apkg") as archive:
        names = json.loads(archive.read("media"))
        contents = [archive.read(at).decode() for at in names]
    assert list(names) == ["0", "1", "2"]
    assert list(names.values()) == sorted(names.values())
    assert contents == ["picture a", "picture b", "tone"]


def test_nothing_is_left_over(project: Path, tmp_path: Path) -> None:
    assert list((project / "temporary").iterdir()) == []
    assert {path.name for path in project.iterdir()} == {"built.apkg", "deck", "temporary"}
    with zipfile.ZipFile(project / "built.apkg") as archive:
        everything = b"".join(archive.read(each) for each in archive.namelist())
    assert str(project).encode() not in everything
    with database(project / "built.apkg", tmp_path) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        for table in ("revlog", "graves"):
            assert connection.execute(f"SELECT count() FROM {table}").fetchone() == (0,)


def test_notes_carry_the_moment_that_is_given(project: Path, tmp_path: Path) -> None:
    with database(project / "built.apkg", tmp_path) as connection:
        assert connection.execute("SELECT DISTINCT mod FROM notes").fetchall() == [(int(EPOCH),)]
        (models,) = connection.execute("SELECT models FROM col").fetchone()
    assert {model["mod"] for model in json.loads(models).values()} == {int(EPOCH)}


def test_without_a_moment_notes_carry_the_clock(tmp_path: Path) -> None:
    lay_out(tmp_path, DECKS["media"][1])
    before = int(time.time())
    build(tmp_path, "deck", tmp_path / "built.apkg", working=tmp_path, SOURCE_DATE_EPOCH=None)
    after = int(time.time())
    with database(tmp_path / "built.apkg", tmp_path) as connection:
        moments = {moment for (moment,) in connection.execute("SELECT mod FROM notes")}
    assert moments
    assert all(before <= moment <= after for moment in moments)


def test_built_again_later_nothing_has_changed(tmp_path: Path) -> None:
    lay_out(tmp_path, DECKS["media"][1])
    first, later = tmp_path / "first.apkg", tmp_path / "later.apkg"
    build(tmp_path, "deck", first, working=tmp_path)
    build(tmp_path, "deck", later, working=tmp_path, SOURCE_DATE_EPOCH="1700009999")
    assert digest(first) == digest(later)
