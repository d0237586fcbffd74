"""Benchmarks, run by hand: `python -m tests.benchmark lint`.

They print times and ratios of one run on one machine; no test depends on a time. A benchmark is a
function in `BENCHMARKS`, which takes how many notes, or saves; its docstring is its help.
"""

from __future__ import annotations

import argparse
import gc
import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

import genanki
import pytest
import yaml
from click.testing import CliRunner
from playwright.sync_api import Page

from deckgen import rules
from deckgen.commands import main as main_command
from deckgen.deck.load import load
from deckgen.kinds import kinds
from deckgen.rules import _similar
from deckgen.text.file import read_file
from deckgen.text.parse import parse
from tests.browser import open_browser

ROUNDS = 3
"""What is timed beside each other is timed so often, in turn: the least counts, noise only adds."""


def lint(notes: int) -> None:
    """Time the rules of card quality beside what they wait for: parsing, and loading with it."""
    with tempfile.TemporaryDirectory() as folder:
        write_deck(Path(folder), notes)
        rounds = [_lint(Path(folder), notes) for _ in range(ROUNDS)]
    parsing, loading, linting, alone = map(min, zip(*rounds, strict=True))
    print(f"lint / parse {linting / parsing:.2f}, lint / load {linting / loading:.2f}")
    print(f"without NumPy {alone / parsing:.2f}, {alone / loading:.2f}")


def _lint(folder: Path, notes: int) -> tuple[float, float, float, float]:
    """Return how many seconds it takes to parse, load and lint a deck, and that without NumPy."""
    with timed("read and parse the YAML text", notes) as parsing:
        for path in sorted(folder.glob("*.yaml")):
            text, _ = read_file(path, path.name)
            assert text
            parse(text)
    with timed("load the deck (parse, notes, links)", notes) as loading:
        deck, problems = load(folder, {name: kind.note for name, kind in kinds().items()})
    assert deck
    assert not problems, problems[:3]
    with timed("lint the deck", notes) as linting:
        rules.check(deck)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_similar, "MANY", math.inf)
        with timed("lint the deck without NumPy", notes) as alone:
            rules.check(deck)
    return parsing(), loading(), linting(), alone()


def build(notes: int) -> None:
    """Time a build beside the script that a user would write: yaml.safe_load and genanki."""
    with tempfile.TemporaryDirectory() as folder:
        deck_folder, target = Path(folder, "cards"), Path(folder, "deck.apkg")
        deck_folder.mkdir()
        write_deck(deck_folder, notes)
        with (deck_folder / "deck.yaml").open("a", encoding="utf-8") as header:
            header.write("lint: {all: warning}\n")  # words by chance give some answers away
        with timed("a script: yaml.safe_load and genanki, nothing checked", notes) as script:
            _script(deck_folder, Path(folder, "script.apkg"))
        with timed("deckgen build", notes) as building:
            _build(deck_folder, target)
        with timed("deckgen build, with the lock of the first", notes) as again:
            _build(deck_folder, target)
    print(f"build / script {building() / script():.2f}, again / script {again() / script():.2f}")


def _build(folder: Path, target: Path) -> None:
    done = CliRunner().invoke(main_command, ["build", str(folder), "--output", str(target)])
    assert done.exit_code == 0, done.output[:2000]


def _script(folder: Path, target: Path) -> None:
    fields = [{"name": "Front"}, {"name": "Back"}]
    sides = [{"name": "Card", "qfmt": "{{Front}}", "afmt": "{{Back}}"}]
    model = genanki.Model(1, "Script", fields, sides)
    deck = genanki.Deck(2, "Script")
    for path in sorted(folder.glob("book-*.yaml")):
        for note in yaml.safe_load(path.read_text("utf-8"))["notes"]:
            values = [str(value) for key, value in note.items() if key not in ("id", "kind")]
            sides_of_note = [values[0], "<br>".join(values[1:])]
            deck.add_note(genanki.Note(model, sides_of_note, guid=note["id"]))
    genanki.Package(deck).write_to_file(target)


def save(saves: int) -> None:
    """Time an edit of the essay's deck, from its write to the card on the preview's page."""
    root = Path(__file__).parent.parent
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        for name in ("cards", "seeds"):
            shutil.copytree(root / name, Path(folder, name))
        shutil.copy(root / "pyproject.toml", folder)
        command = [sys.executable, "-u", "-m", "deckgen", "preview", "--port", "0", "--no-open"]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout
            page = browser.new_page()
            page.goto(server.stdout.readline().split()[0])
            page.wait_for_selector("body[data-shown]")
            times = [_save(page, Path(folder, "cards", "2-fuwu.yaml"), at) for at in range(saves)]
        finally:
            server.terminate()
    middle, slowest = statistics.median(times), max(times)
    print(f"{saves} saves: median {middle:.0f} ms, slowest {slowest:.0f} ms, to the card shown")


def _save(page: Page, path: Path, at: int) -> float:
    """Return the milliseconds from the write of a file to the frame that shows it."""
    page.evaluate(_SHOWN)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    number = next(each for each, line in enumerate(lines) if line.startswith("    front: "))
    lines[number] = f"    front: 第{at}次写下的问题是什么？\n"
    written = time.time() * 1000
    path.write_text("".join(lines), "utf-8")
    while not page.evaluate("window.shownAt"):
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)  # as if somebody read it
    return float(page.evaluate("window.shownAt")) - written


_SHOWN = """() => {
  window.shownAt = 0
  const seen = new MutationObserver(() => requestAnimationFrame(() => {
    window.shownAt = Date.now()
    seen.disconnect()
  }))
  seen.observe(document.body, { attributes: true, attributeFilter: ["data-shown"] })
}"""


@contextmanager
def timed(what: str, notes: int) -> Iterator[Callable[[], float]]:
    """Print how long a block takes; what it yields returns the seconds afterwards."""
    gc.collect()
    start = time.process_time()
    end = start
    yield lambda: end - start
    end = time.process_time()
    print(f"{end - start:7.2f} s  {(end - start) / notes * 1e6:6.1f} µs a note  {what}")


BOOKS = 20
TAILS = [
    f"{of}{asked}"
    for of in ("", "的作用", "的内容", "的影响", "的条件", "的过程", "的特点", "的由来")
    for asked in ("是什么？", "指什么？", "见于哪里？", "有何区别？", "怎样证明？", "怎样划分？")
]


def write_deck(folder: Path, notes: int) -> None:
    """Write a deck in Chinese of so many notes in 20 files, each with a book as its source.

    Words and their frequencies follow Zipf's law, as they do in texts; kinds, keys and lengths are
    mixed as in the deck of `cards/`. The same every time.
    """
    chance = random.Random(20)
    words = Words(chance)
    books = [f"book-{number:02}" for number in range(BOOKS)]
    header = ["name: Benchmark", "id: benchmark", "language: zh-Hans", "sources:"]
    header += [f"  {book}: {book}.txt" for book in books]
    (folder / "deck.yaml").write_text("\n".join(header) + "\n", "utf-8")
    for number, book in enumerate(books):
        count = notes // BOOKS + (number < notes % BOOKS)
        sentences = [words.sentence() for _ in range(count)]
        (folder / f"{book}.txt").write_text("\n".join(sentences), "utf-8")
        lines = [f"defaults: {{source: {book}, tags: [书]}}", "notes:"]
        for at, sentence in enumerate(sentences):
            lines += words.note(f"{book}-{at}", sentence)
        (folder / f"{book}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


class Words:
    """Makes words, sentences and notes by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        # the 3,755 common simplified characters, in the order of GB 2312
        cells = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
        characters = list("".join(cell.decode("gb2312", "ignore") for cell in cells))
        chance.shuffle(characters)
        common = list(accumulate(1 / (rank + 20) for rank in range(len(characters))))
        lengths = (1, 2, 2, 2, 3)
        self.words = [
            "".join(chance.choices(characters, cum_weights=common, k=chance.choice(lengths)))
            for _ in range(30_000)
        ]
        self.authors = self.words[-100:]
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.words))))

    def some(self, count: int) -> str:
        """Return so many words."""
        return "".join(self.chance.choices(self.words, cum_weights=self.weights, k=count))

    def sentence(self) -> str:
        """Return a sentence of two to four clauses."""
        clauses = (self.some(self.chance.randint(2, 5)) for _ in range(self.chance.randint(2, 4)))
        return "，".join(clauses) + "。"

    def note(self, name: str, sentence: str) -> list[str]:
        """Return the lines of a note."""
        kinds = (self.basic, self.cloze, self.concept, self.list_, self.passage, self.quotation)
        kind = self.chance.choices(kinds, (26, 44, 2, 18, 5, 5))[0]
        lines = ["", f"  - id: {name}", f"    kind: {kind.__name__.rstrip('_')}"]
        if self.chance.random() < 0.4:
            lines.append(f"    tags: [{self.some(1)}, {self.some(1)}]")
        if self.chance.random() < 0.8:
            lines.append(f"    cue: {self.some(1)}")
        return [*lines, *kind(sentence), f"    evidence: {sentence}"]

    def basic(self, sentence: str) -> list[str]:
        """Return the fields of a question."""
        front = self.some(self.chance.randint(3, 6)) + self.chance.choice(TAILS)
        return [f"    front: {front}", f"    back: {self.some(3)}", f"    extra: 原文：{sentence}"]

    def cloze(self, sentence: str) -> list[str]:
        """Return the fields of a sentence with two or three gaps."""
        parts = [sentence[at : at + 3] for at in range(0, len(sentence), 3)]
        for number, at in enumerate(range(1, min(len(parts) - 1, 8), 3), 1):
            parts[at] = f"{{{{c{number}::{parts[at]}}}}}"
        return [f"    text: {''.join(parts)}"]

    def concept(self, sentence: str) -> list[str]:
        """Return the fields of a term."""
        term, definition = self.some(2), self.some(7)
        return [f"    term: {term}", f"    definition: {definition}", f"    example: {sentence}"]

    def list_(self, sentence: str) -> list[str]:
        """Return the fields of a list of the sentence's clauses."""
        items = [clause.rstrip("，。") for clause in clauses(sentence)]
        return [f"    prompt: {self.some(4)}分为哪几项？", f"    items: [{', '.join(items)}]"]

    def passage(self, sentence: str) -> list[str]:
        """Return the fields of a passage."""
        return [f"    title: {self.some(3)}", f"    lines: [{', '.join(clauses(sentence))}]"]

    def quotation(self, sentence: str) -> list[str]:
        """Return the fields of a saying."""
        author = self.chance.choice(self.authors)
        work = f"{{title: 《{self.some(2)}》, author: {author}, cite: 第一章, verified: true}}"
        lines = ", ".join(clauses(sentence))
        return [f"    lines: [{lines}]", f"    gloss: {self.some(12)}", f"    work: {work}"]


def clauses(sentence: str) -> list[str]:
    """Return a sentence's clauses with their punctuation."""
    *first, last = sentence.split("，")
    return [*(f"{clause}，" for clause in first), last]


BENCHMARKS: dict[str, Callable[[int], None]] = {each.__name__: each for each in (build, lint, save)}


def main() -> None:
    """Run the benchmark that the command line names."""
    described = "\n".join(f"  {name}: {each.__doc__}" for name, each in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        description=described, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("benchmark", choices=BENCHMARKS)
    parser.add_argument("--notes", type=int, help="how many (default: 100,000 notes, 30 saves)")
    arguments = parser.parse_args()
    usual = 30 if arguments.benchmark == "save" else 100_000
    BENCHMARKS[arguments.benchmark](arguments.notes or usual)


if __name__ == "__main__":
    main()
