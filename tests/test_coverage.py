"""What of a source the cards use: measured, told, and shown on a page."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from deckgen.commands import main
from deckgen.coverage.evidence import shown_share
from deckgen.coverage.measure import measure, measure_source, percent
from deckgen.coverage.sections import sections
from deckgen.deck.deck import Deck
from deckgen.deck.field import Markup, Plain, Verbatim
from deckgen.deck.listed import Listed
from deckgen.deck.load import load
from deckgen.deck.located import Located
from deckgen.deck.source import Source
from deckgen.kinds import kinds
from deckgen.kinds.basic import Basic
from deckgen.problem import Problem, Span
from deckgen.text.file import TextFile
from deckgen.text.passage import joined, offsets
from deckgen.text.tree import Mapping
from tests.browser import open_browser

ROOT = Path(__file__).parent.parent
EDITOR = "editor:{path}:{line}:{column}"


def loaded(path: Path) -> tuple[Deck, list[Problem]]:
    deck, problems = load(path, {name: kind.note for name, kind in kinds().items()})
    assert deck, problems
    return deck, problems


def source_of(text: str) -> Source:
    return Source("source", TextFile(Path("source.txt"), "source.txt", text), joined(text))


def note_of(name: str, evidence: Sequence[str]) -> Basic:
    """Return a note that shows all its evidence."""
    at = Located(TextFile(Path("cards.yaml"), "cards.yaml", ""), Mapping(0, False))
    return Basic(
        at=at,
        kind=Plain("basic"),
        id=name,  # type: ignore[arg-type]
        front=Markup("?"),
        back=Markup(" / ".join(evidence) or "!"),
        evidence=tuple(map(Verbatim, evidence)),
    )


# The map from a joined source back to its file

ODD = "中，“\u3000 \t\né\u0301\u0323ᄀ\u1161\u11a8\uf900\u0958\u0344ab"


@given(st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_characters="\r"))))
def test_each_joined_character_knows_where_it_starts(text: str) -> None:
    one_line, places = joined(text), offsets(text)
    assert len(places) == len(one_line)
    assert places == sorted(places)
    for at, place in enumerate(places):
        # up to where the next one starts, the file has this character, not yet composed
        until = next((later for later in places[at:] if later > place), len(text))
        raw = unicodedata.normalize("NFC", text[place:until])
        assert one_line[at] in raw or (one_line[at] == " " and text[place] in "\n\t\u3000")


def test_offsets_lead_over_paragraphs() -> None:
    text = "　　把身子扑下，\n\n　　树立理念\nAnd so\n on"
    assert joined(text) == "把身子扑下，树立理念And so on"
    assert [text[place] for place in offsets(text)] == [*"把身子扑下，树立理念And so", "\n", *"on"]


# Arithmetic


@st.composite
def covered_sources(draw: st.DrawFn) -> tuple[Source, list[Basic]]:
    source = source_of(draw(st.text("一二三，。 \n\u3000e\u0301", max_size=40)))
    text = source.joined
    bounds = st.integers(0, len(text))
    slices = st.tuples(bounds, bounds).map(lambda ends: text[min(ends) : max(ends)].strip())
    passages = st.lists(slices.filter(bool), max_size=4)
    found = draw(st.lists(passages, max_size=5)) if text.strip() else []
    return source, [note_of(f"n{at}", evidence) for at, evidence in enumerate(found)]


@given(covered_sources())
def test_what_several_notes_use_is_counted_once(case: tuple[Source, list[Basic]]) -> None:
    source, notes = case
    text = source.joined
    coverage = measure_source(source, notes, [], [])
    by_note = {
        note.id: {
            at
            for use in coverage.uses
            if use.note is note and not use.fault
            for found in re.finditer(re.escape(use.ground.text), text)
            for at in range(*found.span())
        }
        for note in notes
    }
    letters = [at for at, character in enumerate(text) if not character.isspace()]
    union = set[int]().union(*by_note.values())
    covered, all_ = coverage.counts(range(len(text)))
    assert all_ == len(letters)
    assert covered == sum(at in union for at in letters)
    assert 0 <= covered <= all_
    assert (percent(covered, all_) == 100) is (covered == all_)
    assert list(coverage.depth) == [
        sum(at in places for places in by_note.values()) for at in range(len(text))
    ]


@given(covered_sources())
def test_stretches_follow_without_a_gap(case: tuple[Source, list[Basic]]) -> None:
    source, notes = case
    coverage = measure_source(source, notes, [], [])
    tiled = [at for stretch in coverage.stretches for at in stretch.place]
    assert tiled == list(range(len(source.joined)))
    pairs = zip(coverage.stretches, coverage.stretches[1:], strict=False)
    assert all(one.notes != other.notes for one, other in pairs)


@given(covered_sources())
def test_a_note_twice_covers_no_more(case: tuple[Source, list[Basic]]) -> None:
    source, notes = case
    again = [note_of(f"{note.id}-again", note.evidence) for note in notes]
    once = measure_source(source, notes, [], [])
    twice = measure_source(source, [*notes, *again], [], [])
    assert once.total() == twice.total()
    assert [2 * depth for depth in once.depth] == list(twice.depth)


# Evidence counts where the cards show it


@pytest.mark.parametrize(
    ("passage", "texts", "share"),
    [
        ("多出精品，少出次品", ["多出精品", "少出次品"], 1),
        ("多出精品，少出次品", ["少出次品，多出精品"], 1),
        ("多出精品，少出次品", ["多出精品"], 3 / 6),
        ("多出精品", ["品精出多"], 0),
        ("本", ["以民为本"], 1),
        ("every river comes to the sea", ["Every river COMES to the sea."], 1),
        ("every river comes to the sea", ["sea, the river comes to every"], 2 / 5),
        ("！", ["！！"], 1),
        ("！", ["人"], 0),
    ],
)
def test_shown_share(passage: str, texts: list[str], share: float) -> None:
    assert shown_share(passage, texts) == pytest.approx(share)


# Sections


def titles(text: str, patterns: Sequence[str] = ()) -> list[str]:
    return [section.title for section in sections(text, offsets(text), patterns)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("title\n　　一、为政\nbody\n　　二、服务\nbody", ["", "一、为政", "二、服务"]),
        ("# One\nbody\n## Two\nbody", ["# One", "## Two"]),
        (
            "第一章 起\nbody\nChapter 2\nbody\nPART IV. The end\nbody",
            ["第一章 起", "Chapter 2", "PART IV. The end"],
        ),
        ("一、这是正文里的一句话。\n#hashtag\nParting is sorrow", [""]),
        ("", [""]),
    ],
)
def test_headings_are_known_by_their_form(text: str, found: list[str]) -> None:
    assert titles(text) == found


def test_a_deck_says_which_lines_are_headings() -> None:
    text = "Preface\nbody\n[1] One? Two\nbody\n一、no heading\nbody"
    assert titles(text, ["Preface", "[1]*?*"]) == ["Preface", "[1] One? Two"]


@given(st.text("一二、# \n\u3000a", max_size=60))
def test_sections_follow_without_a_gap(text: str) -> None:
    found = sections(text, offsets(text))
    assert [at for each in found for at in (*each.heading, *each.body)] == list(
        range(len(joined(text)))
    )


# Listed passages


def listed_of(text: str) -> Listed:
    return Listed(Span("list.tsv"), "a", text, None, goal=False, excuse=None)


@pytest.mark.parametrize(
    ("evidence", "used"),
    [
        (["一二三，四五六"], True),
        (["一二三", "四五六"], True),
        (["一二三"], False),
        (["二三，四五六"], False),
        ([], False),
    ],
)
def test_a_passage_is_used_where_all_its_words_are(evidence: list[str], used: bool) -> None:
    source = source_of("零一二三，四五六。七八。")
    notes = [note_of(f"n{at}", [passage]) for at, passage in enumerate(evidence)]
    (wanted,) = measure_source(source, notes, [listed_of("一二三，四五六。")], []).wanted
    assert wanted.used is used
    assert len(wanted.notes) == len(evidence)


# The essay's deck


def test_the_essay_is_covered() -> None:
    deck, problems = loaded(ROOT / "cards")
    assert problems == []
    (coverage,) = measure(deck)
    covered, all_ = coverage.total()
    assert covered >= 0.7 * all_
    assert len(coverage.wanted) == 87
    assert [
        each.listed.id for each in coverage.wanted if not each.used and not each.listed.excuse
    ] == []
    assert sum(not each.listed.goal for each in coverage.wanted) == 36
    assert [use.ground.text for use in coverage.uses if use.fault] == []


# The command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deck whose source holds what a page would rather not."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "cards").mkdir()
    (tmp_path / "source.txt").write_text(
        "前言\n\n　　一、<b>开头</b>\n\n　　人民是历史的创造者，\n　　党的根基在人民。\n\n"
        "　　二、&amp;结尾\n\n　　水能载舟，亦能覆舟。人民是历史的创造者。",
        "utf-8",
    )
    (tmp_path / "cards/deck.yaml").write_text(
        "name: <i>Deck</i>\nid: deck\nlanguage: zh-Hans\nsources: {text: ../source.txt}\n"
        "must_have: {text: list.tsv}\nexcused: {text: {wish: 只是愿望}}\n",
        "utf-8",
    )
    (tmp_path / "cards/list.tsv").write_text(
        "makers\t2\t人民是历史的创造者\nroots\t1\t党的根基在人民\tgoal\nwish\t1\t结尾\n", "utf-8"
    )
    (tmp_path / "cards/1.yaml").write_text(
        "defaults: {source: text}\nnotes:\n"
        "  - id: makers\n    kind: basic\n    front: 人民是什么？\n"
        "    back: 人民是历史的创造者\n    evidence: 人民是历史的创造者\n"
        "  - id: boat\n    kind: quotation\n    lines: [水能载舟，, 亦能覆舟。]\n"
        "    gloss: 水的力量\n    work: {title: 《荀子·王制》, cite: 荀子}\n"
        "  - id: both\n    kind: cloze\n    text: 人民是历史的创造者，党的{{c1::根基}}在人民\n"
        "    evidence: 人民是历史的创造者，党的根基在人民\n"
        "  - id: none\n    kind: basic\n    front: 这一张什么也不依据？\n    back: 不依据\n",
        "utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path) -> Callable[..., tuple[int, str]]:
    def invoke(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["coverage", *words])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, done.output

    assert project.is_dir()
    return invoke


def test_it_tells_each_section_and_what_is_missing(run: Callable[..., tuple[int, str]]) -> None:
    code, told = run()
    assert code == 0
    rows = [re.split(r" {2,}", line.strip()) for line in told.splitlines() if " % " in line]
    assert [(title, counts, *marks) for title, counts, _, _, *marks in rows] == [
        ("(before the first heading)", "0/2"),
        ("一、<b>开头</b>", "17/18", "★ 1/1", "goals 1/1"),
        ("二、&amp;结尾", "19/20", "★ 0/1", "(1 excused)"),
        ("all", "36/40", "★ 1/2", "(1 excused)", "goals 1/1"),
        ("headings", "0/20"),
    ]
    assert "missing:\n  source.txt:1:1  前言\n" in told


def test_json_tells_the_same(run: Callable[..., tuple[int, str]]) -> None:
    code, told = run("--format", "json")
    (source,) = json.loads(told)["sources"]
    assert code == 0
    assert (source["covered"], source["characters"], source["percent"]) == (36, 40, 90)
    assert source["missing"] == [{"text": "前言", "line": 1, "column": 1}]
    assert source["listed"][0]["places"] == [{"line": 5, "column": 3}, {"line": 10, "column": 13}]
    assert source["listed"][0]["notes"] == ["makers", "both"]
    assert source["listed"][2]["excused"] == "只是愿望"


@pytest.mark.parametrize(("percents", "code"), [("90", 0), ("90.01", 1), ("100", 1), ("0", 0)])
def test_it_fails_under_a_share(
    percents: str, code: int, run: Callable[..., tuple[int, str]]
) -> None:
    assert run("--fail-under", percents)[0] == code


def test_a_must_have_that_no_card_uses_fails(
    project: Path, run: Callable[..., tuple[int, str]]
) -> None:
    with (project / "cards/list.tsv").open("a", encoding="utf-8") as file:
        file.write("preface\t1\t前言\n")
    code, told = run()
    assert code == 1
    assert "cards/list.tsv:4:11: error[uncovered-passage]: no card uses 'preface'" in told
    assert "source.txt:1:1: note: it stands here" in told


def test_wrong_words_are_told(project: Path, run: Callable[..., tuple[int, str]]) -> None:
    assert run("--html", "page.html", "--editor", "vscode://")[0] == 2
    assert run("--fail-under", "101")[0] == 2
    (project / "file").touch()
    code, told = run("--html", "file/page.html")
    assert code == 1
    assert "cannot write file/page.html" in told


def test_without_a_deck_there_is_nothing_to_measure(
    project: Path, run: Callable[..., tuple[int, str]]
) -> None:
    (project / "cards/deck.yaml").write_text("name: [\n", "utf-8")
    assert run()[0] == 1


# The page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def requests() -> list[str]:
    return []


@pytest.fixture
def shown(browser: Browser, requests: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a page at a phone's width or a desktop's; what it asks for is collected."""
    contexts = []

    def opened(path: Path, width: int = 1280) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(path.resolve().as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def page_of(deck: str, target: Path) -> Path:
    words = ["coverage", deck, "--html", str(target), "--editor", EDITOR]
    done = CliRunner().invoke(main, words)
    assert target.is_file(), done.output
    return target


def essay(folder: Path) -> tuple[Path, str]:
    """Write the page of the essay's deck; return it, and the essay."""
    for name in ("cards", "seeds"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "pyproject.toml").touch()
    text = (folder / "seeds/mass-line-essay.txt").read_text("utf-8")
    return page_of(str(folder / "cards"), folder / "page.html"), text


PIECES = """() => [...document.querySelectorAll(".text [id]:not(section)")].map(piece =>
  [piece.id, piece.textContent, piece.dataset.notes ?? "", piece.className])"""


def test_the_heat_map_is_the_source(
    tmp_path: Path, shown: Callable[..., Page], requests: list[str]
) -> None:
    path, text = essay(tmp_path)
    page = shown(path)
    assert page.locator(".text").evaluate("element => element.textContent") == text
    (coverage,) = measure(loaded(tmp_path / "cards")[0])
    notes_at = [stretch.notes for stretch in coverage.stretches for _ in stretch.place]
    letters = 0
    for name, piece, notes, look in page.evaluate(PIECES):
        start, passage = int(name.removeprefix("source0-")), joined(piece)
        assert coverage.source.joined.startswith(passage, start)
        assert set(notes_at[start : start + len(passage)]) == {tuple(notes.split())}
        depth = len(notes.split())
        assert look in ([f"d{min(depth, 5)}"] if depth else ["bare", "blank"])
        letters += len("".join(passage.split()))
    assert letters == len("".join(text.split()))
    assert requests == [path.as_uri()]


def test_its_links_lead_where_they_say(tmp_path: Path, shown: Callable[..., Page]) -> None:
    path, _ = essay(tmp_path)
    page = shown(path)
    links = page.evaluate(
        """() => [...document.querySelectorAll('a[href^="#"]')].map(link => {
          const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
          const rest = document.createRange();
          rest.setStart(target, 0);
          rest.setEndAfter(document.querySelector(".text").lastChild);
          const passage = link.closest(".text") === null && target.closest(".text") !== null;
          return [link.textContent, link.dataset.notes ?? "", target.dataset.note ?? "",
            passage && !target.matches("section") ? rest.toString() : null];
        })"""
    )
    passages = 0
    for text, notes, note, rest in links:
        if notes:  # a stretch leads to the first of its notes
            assert note == notes.split()[0]
        elif note:  # the table of listed passages names notes
            assert note == text
        elif rest is not None and text != "again":
            assert joined(rest).startswith(text)
            passages += 1
    deck, _ = loaded(tmp_path / "cards")
    listed = sum(map(len, deck.listed.values()))
    assert passages >= listed + sum(len(note.evidence) for note in deck.notes.values()) / 2


def test_each_note_leads_to_its_line(tmp_path: Path, shown: Callable[..., Page]) -> None:
    path, _ = essay(tmp_path)
    entries = shown(path).evaluate(
        """() => [...document.querySelectorAll("[data-note]")].map(entry =>
          [entry.dataset.note, entry.querySelector(".place").textContent,
           entry.querySelector(".place").getAttribute("href")])"""
    )
    assert len(entries) > 80
    for name, said, link in entries:
        _, file, line, _ = link.split(":")
        assert unquote(file).endswith(said.rpartition(":")[0])
        assert said.endswith(f":{line}")
        assert f"id: {name}" in Path(unquote(file)).read_text("utf-8").split("\n")[int(line) - 1]


def test_a_stretch_shows_its_notes(tmp_path: Path, shown: Callable[..., Page]) -> None:
    path, _ = essay(tmp_path)
    page = shown(path)
    entries = page.locator("[data-note]")
    everything = entries.count()
    stretch = page.locator('.text [data-notes*=" "]').first
    names = (stretch.get_attribute("data-notes") or "").split()
    stretch.focus()
    page.keyboard.press("Enter")
    assert (
        page.locator("[data-note]:visible").evaluate_all(
            "entries => entries.map(entry => entry.dataset.note)"
        )
        == names
    )
    assert page.locator(".chosen").inner_text().startswith(f"{len(names)} notes rest on this")
    page.keyboard.press("Escape")
    assert page.locator("[data-note]:visible").count() == everything
    stretch.click()
    page.get_by_role("button", name="All notes").click()
    assert page.locator("[data-note]:visible").count() == everything


def test_only_what_is_uncovered_can_be_shown(
    project: Path, shown: Callable[..., Page], requests: list[str]
) -> None:
    page = shown(page_of("cards", project / "page.html"))
    text = (project / "source.txt").read_text("utf-8")
    assert page.locator(".text").evaluate("element => element.textContent") == text
    page.keyboard.press("u")
    assert page.get_by_label("Uncovered only").is_checked()
    assert page.locator(".text").inner_text().split() == ["前言"]
    page.get_by_label("Uncovered only").uncheck()
    assert "水能载舟，亦能覆舟。" in page.locator(".text").inner_text()
    page.locator("summary", has_text="listed passages").click()
    assert "excused: 只是愿望" in page.locator(".listed").inner_text()
    page.locator("summary", has_text="rest on no passage").click()
    assert "none" in page.locator(".groundless").inner_text()
    assert len(requests) == 1


def test_a_covered_source_says_so(project: Path, shown: Callable[..., Page]) -> None:
    source = project / "source.txt"
    source.write_text(source.read_text("utf-8").removeprefix("前言\n"), "utf-8")
    page = shown(page_of("cards", project / "page.html"))
    page.get_by_label("Uncovered only").check()
    assert page.get_by_text("Every word of this source is covered.").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read(
    scheme: str, tmp_path: Path, shown: Callable[..., Page]
) -> None:
    path, _ = essay(tmp_path)
    page = shown(path, 360)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    grounds = [f".swatch.d{depth}" for depth in range(1, 6)]
    pairs = [[".text", ground] for ground in grounds] + [[".place", "body"], [".title", "body"]]
    ratios = page.evaluate(CONTRAST, pairs)
    assert min(ratios) >= 4.5
    page.locator(".text [data-notes]").nth(30).click()
    stretch = page.locator(".text .lit").bounding_box()
    sheet = page.locator(".cards").bounding_box()
    assert stretch
    assert sheet
    assert stretch["y"] + stretch["height"] <= sheet["y"]  # what was chosen is not covered


CONTRAST = """(pairs) => {
  const canvas = document.createElement("canvas").getContext("2d");
  const luminance = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const linear = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" ? ground(element.parentElement) : colour;
  };
  return pairs.map(([text, below]) => {
    const colour = getComputedStyle(document.querySelector(text)).color;
    const both = [luminance(colour), luminance(ground(document.querySelector(below)))];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  });
}"""


@pytest.mark.parametrize(
    ("old", "new"), [("    back: 立场", "   back: 立场"), ("    back: 立场", "    bakc: 立场")]
)
def test_what_no_card_uses_is_not_told_while_a_note_cannot_be_read(
    old: str, new: str, tmp_path: Path
) -> None:
    for name in ("cards", "seeds"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "pyproject.toml").touch()
    file = tmp_path / "cards" / "1-weizheng.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    done = CliRunner().invoke(main, ["check", str(tmp_path / "cards"), "--format", "json"])
    assert [each["code"] for each in json.loads(done.stdout)] in (["yaml-syntax"], ["unknown-key"])
