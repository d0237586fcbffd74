"""What git remembers of a lock is the same, whether it is read anew or only since last time."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deckgen.lock import history
from deckgen.lock.file import format_lock
from deckgen.lock.history import History, read_history
from deckgen.lock.record import Lock, NoteRecord, Numbered, TypeRecord

RECORDS = st.builds(
    NoteRecord,
    id=st.sampled_from(["one", "two", "three"]),
    kind=st.just("list"),
    name=st.just(""),
    moment=st.integers(1, 4),
    content=st.sampled_from(["a1", "b2"]),
    rendered=st.sampled_from(["a1", "b2"]),
    sketch=st.just("00ff"),
    deck=st.just("Deck"),
    numbers=st.sampled_from(
        [{}, {"items": (Numbered(1, "0" * 8, "aa"),)}, {"items": (Numbered(2, "1" * 8, "bb"),)}]
    ),
    removed=st.booleans(),
)
LOCKS = st.builds(
    lambda records, moment: Lock(
        "deck",
        {(each.id, each.kind): _named(each) for each in records},
        {"list": TypeRecord("list", moment, "aa", "bb")},
    ),
    st.lists(RECORDS, max_size=3),
    st.integers(1, 3),
)
STEPS = st.lists(st.sampled_from(["commit", "commit", "branch", "merge", "back"]), max_size=8)


def _named(record: NoteRecord) -> NoteRecord:
    return NoteRecord(
        **{key: getattr(record, key) for key in record.__slots__} | {"name": record.id}
    )


class Repository:
    """A repository in a new folder, with nothing but a lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = folder / "deck.lock"
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "author@example.org")
        self.git("config", "user.name", "Author")
        self.write(Lock("deck"))

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout

    def write(self, lock: Lock) -> None:
        self.lock.write_text(format_lock(lock), "utf-8")
        self.git("add", "deck.lock")
        self.git("commit", "-q", "--allow-empty", "-m", "built")

    def merge(self, branch: str) -> None:
        self.git("merge", "-q", "-X", "ours", "-m", "merged", branch)

    def kept(self) -> Path:
        return self.folder / ".git" / "deckgen"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.fixture
def forgetful(repository: Repository) -> Repository:
    """Return a repository whose lock had a note once, of moment 7, and has none now."""
    record = NoteRecord("one", "list", "one", 7, "aa", "bb", "00ff", "Deck")
    repository.write(Lock("deck", {record.key: record}))
    repository.write(Lock("deck"))
    return repository


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, data=st.data())
def test_it_is_what_all_commits_say(steps: list[str], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory(prefix="deckgen-") as folder:
        repository, branches = Repository(Path(folder)), ["main"]
        for step in steps:
            if step == "branch":
                branches.append(f"branch-{len(branches)}")
                repository.git("checkout", "-q", "-b", branches[-1])
            elif step == "commit":
                repository.write(data.draw(LOCKS))
            elif step == "merge":
                repository.merge(data.draw(st.sampled_from(branches)))
            else:
                repository.git("checkout", "-q", data.draw(st.sampled_from(branches)))
            since = read_history(repository.lock)
            assert read_history(repository.lock) == since
            shutil.rmtree(repository.kept())
            assert moments(read_history(repository.lock)) == moments(since)


def moments(found: History) -> object:
    """Return what a build goes by; a merged branch may count as newer or as older."""
    return {
        name: (
            record.moment,
            record.content,
            {item.number for item in record.numbers.get("items", ())},
        )
        for name, record in found.notes.items()
    }, found.types


def test_only_new_commits_are_read(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    ranges: list[str] = []
    read = history._log

    def noting(path: Path, commits: str) -> str | None:
        ranges.append(commits)
        return read(path, commits)

    monkeypatch.setattr(history, "_log", noting)
    read_history(repository.lock)
    first = repository.git("rev-parse", "HEAD").strip()
    read_history(repository.lock)
    repository.write(Lock("deck"))
    read_history(repository.lock)
    assert ranges == ["HEAD", f"{first}..HEAD"]


def test_what_is_kept_may_be_lost_or_damaged(forgetful: Repository) -> None:
    assert read_history(forgetful.lock).notes["one"].moment == 7
    (kept,) = forgetful.kept().iterdir()
    for damage in (b"", b"\xff\xfe", b"0123456789abcdef\nnote", b"HEAD\n"):
        kept.write_bytes(damage)
        assert read_history(forgetful.lock).notes["one"].moment == 7


def test_a_repository_without_a_commit_remembers_nothing(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert read_history(tmp_path / "deck.lock") == History()


def test_no_repository_and_no_git_remember_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_history(tmp_path / "deck.lock") == History()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_history(tmp_path / "deck.lock") == History()


def test_two_locks_of_one_repository_are_two(forgetful: Repository) -> None:
    other = forgetful.folder / "other.lock"
    assert read_history(other) == History()
    assert read_history(forgetful.lock).notes["one"].moment == 7


def test_a_shallow_clone_keeps_nothing_since_more_may_come(
    forgetful: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    forgetful.git("commit", "-q", "--allow-empty", "-m", "more")
    clone = tmp_path_factory.mktemp("clone")
    origin = f"file://{forgetful.folder}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", origin, clone], check=True)
    assert read_history(clone / "deck.lock") == History()
    subprocess.run(["git", "fetch", "-q", "--unshallow"], cwd=clone, check=True)
    assert read_history(clone / "deck.lock").notes["one"].moment == 7


def test_what_git_could_not_tell_is_asked_again(
    forgetful: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(history, "_log", lambda *_: None)
        assert read_history(forgetful.lock) == History()
    assert read_history(forgetful.lock).notes["one"].moment == 7
