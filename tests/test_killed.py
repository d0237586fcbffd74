"""A build that is killed at any moment breaks nothing, and ships nothing that the lock forgets."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import signal
import time
import zipfile
from pathlib import Path

from deckgen.package.read import read_package
from tests.project import Project, content, moments

KILLS = 50
NOTES = 60


def write(project: Project, round_: int) -> None:
    """Write a deck of which each round changes a third, and adds and removes a note."""
    project.notes(
        *(
            {
                "id": f"note-{number}",
                "front": hashlib.sha256(str(number).encode()).hexdigest(),
                "back": f"round {round_ if number % 3 == round_ % 3 else 0}",
            }
            for number in range(round_, round_ + NOTES)
        )
    )


def check_what_is_there(project: Project) -> None:
    """The lock and the package are whole, and the lock knows every moment of the package."""
    lock = project.lock
    with zipfile.ZipFile(project.package) as archive:
        assert archive.testzip() is None
    shipped = read_package(project.package)
    assert len(shipped.notes) == NOTES
    for note in shipped.notes.values():
        record = lock.notes[note.fields["ID"].removeprefix("deck/"), "basic"]
        assert note.moment <= record.moment
    for type_ in shipped.types.values():
        assert type_.moment <= lock.types["basic"].moment


def killed(project: Project, after: float) -> bool:
    """Build in another process that is killed after so many seconds; return whether it was."""
    builder = multiprocessing.get_context("fork").Process(target=project.build)
    builder.start()
    time.sleep(after)
    assert builder.pid
    os.kill(builder.pid, signal.SIGKILL)
    builder.join()
    return builder.exitcode == -signal.SIGKILL


def test_a_build_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    project = Project(tmp_path / "cards")
    write(project, 0)
    start = time.perf_counter()
    project.build()
    takes = time.perf_counter() - start
    chance = random.Random(50)
    kills = round_ = 0
    while kills < KILLS:
        round_ += 1
        before = content_of(project.package)
        write(project, round_)
        project.clock += 100
        kills += killed(project, chance.uniform(0, 1.5 * takes))
        check_what_is_there(project)
        killed_at = project.lock
        compiled = project.build()
        check_what_is_there(project)
        assert content_of(project.package) == [
            (note.guid, note.fields) for note in content(compiled).notes
        ]
        # whatever came of the killed build, a note that is not as it was shipped gets a new moment
        for name, moment in moments(compiled).items():
            record = killed_at.notes.get((name, "basic"))
            assert record is None or moment >= record.moment
        assert before != content_of(project.package)
        assert not list(tmp_path.rglob("*.tmp"))
    assert round_ < 5 * KILLS, "most builds were done before they were killed"


def content_of(package: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Return each note's GUID and fields."""
    shipped = read_package(package)
    return [(guid, tuple(note.fields.values())) for guid, note in shipped.notes.items()]
