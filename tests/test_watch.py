"""deckgen build --watch: a package after each save, and none after what is no save."""

from __future__ import annotations

import atexit
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import watchfiles
from click.testing import CliRunner

from deckgen.build import compile_deck
from deckgen.commands import main
from deckgen.preview.watch import Wanted, changes

DECK = """\
name: Tides
id: tides
sources: {book: ../book.txt}
lint: {all: off, not-in-source: error}
"""
CARDS = """\
defaults: {kind: basic, source: book}
notes:
  - {id: cause, front: Which body causes most of the tides?, back: the Moon, evidence: The Moon}
"""


class Watch:
    """A running `deckgen build . --watch` in a deck's own folder."""

    def __init__(self, folder: Path, *options: str, deck: str = ".") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "deckgen", "build", deck, "--watch", *options],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # a shell's background jobs, and so their children, have Ctrl-C ignored
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        atexit.register(self.process.kill)  # also where a test fails before its end
        self._said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._said.put(line.rstrip("\n"))

    def until(self, words: str) -> list[str]:
        """Return what is said up to a line with these words."""
        said: list[str] = []
        while not said or words not in said[-1]:
            try:
                said.append(self._said.get(timeout=20))
            except queue.Empty:
                raise AssertionError(f"{words!r} was not said, but {said}") from None
        return said

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(10) == 0

    def is_quiet(self, seconds: float) -> bool:
        try:
            return not self._said.get(timeout=seconds)
        except queue.Empty:
            return True


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    folder.mkdir()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "book.txt").write_text("The Moon pulls at the sea.\n", "utf-8")
    (folder / "deck.yaml").write_text(DECK, "utf-8")
    (folder / "1.yaml").write_text(CARDS, "utf-8")
    return folder


@pytest.fixture(params=[(), ("-o", "dist/t.zip")], ids=["apkg", "zip"])
def watch(request: pytest.FixtureRequest, cards: Path) -> Iterator[Watch]:
    watching = Watch(cards, *request.param)
    yield watching
    watching.end()


def test_a_package_in_the_decks_folder_is_no_change_of_it(watch: Watch, cards: Path) -> None:
    watch.until("1 note, 1 card")
    assert (cards / "deck.lock").is_file()
    for path in (".hidden/index", ".1.yaml.swp", "1.yaml~"):
        (cards / path).parent.mkdir(exist_ok=True)
        (cards / path).write_text("x", "utf-8")
    assert watch.is_quiet(1.0)
    (cards / "1.yaml").write_text(CARDS.replace("the Moon", "it is the Moon"), "utf-8")
    assert "1 changed, 0 untouched" in watch.until("1 note, 1 card")
    assert watch.is_quiet(1.0)


def test_a_broken_file_keeps_the_last_package_and_says_so(cards: Path) -> None:
    watch, package = Watch(cards), cards / "dist" / "tides.apkg"
    watch.until("1 note, 1 card")
    before = package.read_bytes()
    (cards / "1.yaml").write_text(CARDS + "  - [", "utf-8")
    said = watch.until("stays as it was")
    assert any("error[yaml-syntax]" in line for line in said)
    assert package.read_bytes() == before
    (cards / "1.yaml").write_text(CARDS + "  - {id: b, front: Is it so?, back: yes}\n", "utf-8")
    watch.until("2 notes, 2 cards")
    assert package.read_bytes() != before
    watch.end()


def test_a_source_beside_the_folder_counts_replaced_or_gone(cards: Path) -> None:
    watch, book = Watch(cards), cards.parent / "book.txt"
    watch.until("1 note, 1 card")
    for text in ("The Sun pulls.\n", "The Moon pulls.\n", "The Sun pulls.\n"):
        new = cards.parent / "new.txt"
        new.write_text(text, "utf-8")
        new.replace(book)  # as most editors save
        watch.until("stays as it was" if "Sun" in text else "1 note, 1 card")
    book.unlink()
    watch.until("stays as it was")
    book.write_text("The Moon is back.\n", "utf-8")
    watch.until("1 note, 1 card")
    watch.end()


def test_a_source_that_is_named_later_is_watched_too(cards: Path) -> None:
    other = cards.parent / "other.txt"
    other.write_text("The Sun.\n", "utf-8")
    watch = Watch(cards)
    watch.until("1 note, 1 card")
    (cards / "deck.yaml").write_text(DECK.replace("book.txt", "other.txt"), "utf-8")
    watch.until("stays as it was")
    other.write_text("The Moon.\n", "utf-8")
    watch.until("1 note, 1 card")
    watch.end()


def test_of_a_files_folder_only_its_own_is_watched(tmp_path: Path) -> None:
    """The folder may be anything, such as somebody's home with all that is in it."""
    deck, picture = tmp_path / "moon.yaml", tmp_path / "media" / "moon.svg"
    picture.parent.mkdir()
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    note = "{id: a, kind: basic, front: Which body is this?, back: '![](media/moon.svg)'}"
    deck.write_text(f"name: Moon\nid: moon\nlint: {{all: off}}\nnotes:\n  - {note}\n", "utf-8")
    elsewhere = tmp_path / "work" / "deep"
    elsewhere.mkdir(parents=True)
    watch = Watch(tmp_path, deck=deck.name)
    watch.until("1 note, 1 card")
    (elsewhere / "other.yaml").write_text("a: b", "utf-8")
    assert watch.is_quiet(1.0)
    for colour in ("red", "blue"):
        picture.write_text(f"<svg xmlns='http://www.w3.org/2000/svg' fill='{colour}'/>", "utf-8")
        assert "1 changed, 0 untouched" in watch.until("1 note, 1 card")
    deck.write_text(deck.read_text("utf-8").replace("Which body", "What"), "utf-8")
    assert "1 changed, 0 untouched" in watch.until("1 note, 1 card")
    watch.end()


def test_what_cannot_be_watched_is_said(cards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def limited(*_: object, **__: object) -> Iterator[object]:
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr(watchfiles, "watch", limited)
    shown = CliRunner().invoke(main, ["build", str(cards), "--watch"])
    assert shown.exit_code == 1
    assert f"cannot watch {cards}: OS file watch limit reached." in shown.output


def test_a_source_that_changes_while_it_is_read_is_heard_of(cards: Path) -> None:
    wanted, stop = Wanted(cards), threading.Event()
    heard = changes(wanted, stop)
    assert next(heard)
    compiled = compile_deck(cards, 1)
    (cards.parent / "book.txt").write_text("The Moon, meanwhile.\n", "utf-8")
    wanted.learn(compiled)
    assert next(heard)
    stop.set()
    assert list(heard) == []
