"""The contact sheet: every card of a deck, as the real engine renders it, on one page."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, FrameLocator, Page

from deckgen.commands import main
from deckgen.engine.preview import page, rendered_cards
from tests.browser import open_browser
from tests.decks import build_deck, written

ROOT = Path(__file__).parent.parent
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DECK = """
    name: A <b>deck</b>
    id: deck
    html: true
    lessons: [First & best, Second]
    notes:
      - id: picture
        kind: basic
        lesson: 1
        front: Which picture is this one here? ![a dot](dot.png)
        back: a red dot
        reverse: true
      - id: typed
        kind: basic
        lesson: 2
        front: Which word is to be typed in?
        back: "*this* one"
        typed: true
      - id: script
        kind: basic
        lesson: 2
        front: Does a script run in here? <script>document.title = "ran"</script>
        back: no </script> <svg onload="parent.document.title = 'ran'"></svg>
      - id: gaps
        kind: cloze
        text: "One {{c1::two}} three {{c2::four}}, and some more words until the line is full"
        extra: |
          Much to be read, so that the frame
          has to be tall.

          - One
          - Two
          - Three
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def requests() -> list[str]:
    return []


@pytest.fixture
def shown(browser: Browser, requests: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a page in a window of a width; what it asks for is collected."""
    contexts = []

    def opened(path: Path, width: int = 1280) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="light"
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("pageerror", lambda error: pytest.fail(str(error)))
        tab.goto(path.resolve().as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sheet of a small deck."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dot.png").write_bytes(PIXEL)
    return sheet_of(written(tmp_path, DECK), tmp_path / "sheet.html")


def sheet_of(deck: Path, target: Path) -> Path:
    done = CliRunner().invoke(main, ["preview", str(deck), "--sheet", str(target)])
    assert done.exit_code == 0, done.output
    return target


def side(tab: Page, card: str, at: int) -> FrameLocator:
    """Return the front (0) or back (1) of a card, e.g. `gaps:1`, when it is loaded."""
    pair = tab.locator(
        ".card-pair", has=tab.locator("figcaption", has_text=re.compile(f"^{card}$"))
    )
    place = pair.locator(".side").nth(at)
    place.scroll_into_view_if_needed()
    tab.wait_for_function("side => side.dataset.shown", arg=place.element_handle())
    return place.frame_locator("iframe")


def cards(tab: Page) -> list[str]:
    """Return the cards that are not filtered away."""
    return tab.locator(".card-pair:visible figcaption").all_inner_texts()


def test_every_card_is_as_the_engine_renders_it(
    sheet: Path, tmp_path: Path, shown: Callable[..., Page]
) -> None:
    tab, alone = shown(sheet), shown(sheet, 390)
    rendered = rendered_cards(build_deck(tmp_path, DECK))
    names = [f"{card.note.removeprefix('deck/')}:{card.ord + 1}" for card in rendered]
    assert cards(tab) == names
    assert names == ["picture:1", "picture:2", "typed:1", "script:1", "gaps:1", "gaps:2"]
    assert tab.locator("h2").all_inner_texts() == ["01 First & best", "02 Second", "99 More"]
    for name, card in zip(names, rendered, strict=True):
        for at, what in enumerate(("question", "answer")):
            alone.set_content(page(card, what, dark=False))
            assert side(tab, name, at).locator("body").inner_text() == alone.inner_text("body")


def test_it_needs_nothing_else_and_runs_no_script_of_a_card(
    sheet: Path, shown: Callable[..., Page], requests: list[str]
) -> None:
    tab = shown(sheet)
    picture = side(tab, "picture:1", 0).locator("img")
    assert picture.evaluate("image => image.naturalWidth") == 1
    side(tab, "script:1", 1)
    assert tab.title() == "A <b>deck</b>: all cards"
    assert side(tab, "script:1", 0).locator("body").evaluate("() => document.title") == ""
    frames = tab.locator("iframe").evaluate_all("all => all.map(frame => frame.sandbox.value)")
    assert set(frames) == {"allow-same-origin"}
    assert {url for url in requests if not url.startswith(("data:", "about:"))} == {sheet.as_uri()}


def test_answers_are_typed_in_as_in_anki(sheet: Path, shown: Callable[..., Page]) -> None:
    tab = shown(sheet)
    assert side(tab, "typed:1", 0).locator("input#typeans").is_visible()
    assert side(tab, "typed:1", 1).locator("code#typeans").inner_text() == "this one"
    assert "type:" not in side(tab, "typed:1", 1).locator("body").inner_text()


def test_frames_are_as_high_as_what_they_show(sheet: Path, shown: Callable[..., Page]) -> None:
    tab = shown(sheet)
    heights = {}
    for at in (0, 1):
        page_of = side(tab, "gaps:1", at).locator("html")
        inner, outer = page_of.evaluate("page => [page.scrollHeight, page.clientHeight]")
        assert inner == outer
        heights[at] = outer
    assert heights[0] + 100 < heights[1]


def test_widths_and_looks_are_switched_by_key_and_button(
    sheet: Path, shown: Callable[..., Page]
) -> None:
    tab = shown(sheet)
    body = side(tab, "gaps:1", 0).locator("body")
    light = body.evaluate("body => getComputedStyle(body).backgroundColor")
    assert body.evaluate("() => innerWidth") == 390
    tab.keyboard.press("w")
    assert side(tab, "gaps:1", 0).locator("body").evaluate("() => innerWidth") == 900
    tab.keyboard.press("d")
    tab.wait_for_function("document.querySelector('[data-shown=dark]')")
    dark = side(tab, "gaps:1", 0).locator("body.nightMode")
    assert dark.evaluate("body => getComputedStyle(body).backgroundColor") != light
    tab.get_by_role("button", name="Dark").click()
    tab.get_by_role("button", name="Desktop").click()
    tab.get_by_role("button", name="Fronts only").click()
    assert tab.get_by_role("button", pressed=True).all_inner_texts() == ["Fronts only f"]
    assert tab.locator(".side:visible").count() == len(cards(tab))
    tab.keyboard.press("f")
    assert tab.locator(".side:visible").count() == 2 * len(cards(tab))


def test_cards_are_filtered(sheet: Path, shown: Callable[..., Page]) -> None:
    tab = shown(sheet)
    tab.keyboard.press("/")
    tab.keyboard.type("RED dot")
    assert cards(tab) == ["picture:1", "picture:2"]
    assert tab.locator(".count").inner_text() == "2 of 6 cards"
    assert tab.locator("h2:visible").all_inner_texts() == ["01 First & best"]
    tab.get_by_label("Filter by text").fill("naturalwidth")
    assert tab.get_by_text("No card is like that.").is_visible()
    tab.get_by_label("Filter by text").fill("")
    tab.get_by_label("Kind").select_option("cloze")
    assert cards(tab) == ["gaps:1", "gaps:2"]
    tab.get_by_label("Kind").select_option("")
    tab.get_by_label("Lesson").select_option("02 Second")
    assert cards(tab) == ["typed:1", "script:1"]


def test_keys_step_through_the_cards(sheet: Path, shown: Callable[..., Page]) -> None:
    tab = shown(sheet)
    reached = []
    for key in "jjjk":
        tab.keyboard.press(key)
        reached.append(tab.evaluate("document.activeElement.firstChild.textContent"))
    assert reached == ["picture:1", "picture:2", "typed:1", "picture:2"]


@pytest.mark.parametrize("width", [360, 1280])
def test_the_essay_s_sheet_stays_light(
    width: int, tmp_path: Path, shown: Callable[..., Page], requests: list[str]
) -> None:
    path = sheet_of(ROOT / "cards", tmp_path / "sheet.html")
    tab = shown(path, width)
    every = tab.locator(".side").count()
    assert every > 500
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    last = tab.locator("figcaption").last.inner_text()
    assert side(tab, last, 1).locator(".deckgen").count() == 1
    assert 0 < tab.locator("iframe").count() < every / 5
    assert requests[:1] == [path.as_uri()]
    assert {url for url in requests[1:] if not url.startswith("about:")} == set()


# The command


def test_without_the_engine_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "anki"]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.startswith("deckgen.engine.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "anki", None)
    target = tmp_path / "sheet.html"
    done = CliRunner().invoke(main, ["preview", str(ROOT / "cards"), "--sheet", str(target)])
    assert done.exit_code == 1
    assert "pip install '.[anki]'" in done.output
    assert not target.exists()


def test_a_deck_with_errors_has_no_sheet(tmp_path: Path) -> None:
    deck = written(tmp_path, DECK.replace("lesson: 2", "lesson: 3"))
    target = tmp_path / "sheet.html"
    done = CliRunner().invoke(main, ["preview", str(deck), "--sheet", str(target)])
    assert done.exit_code == 1
    assert "error[unknown-lesson]" in done.output
    assert "nothing written" in done.output
    assert not target.exists()


MATHEMATICS = r"""
name: Mathematics
id: mathematics
notes:
  - id: sum
    kind: basic
    front: What is $\sum_{i=1}^{n} i$, if $0 < n$ is whole?
    back: |
      It is
      $$\frac{n(n+1)}{2}$$
  - {id: text, kind: basic, front: 'What is \text in `\(\text{x}\)`?', back: '$\text{<b>a</b>}$'}
  - {id: broken, kind: basic, front: 'What is wrong with $\frac{$ here?', back: a brace}
"""


def test_mathematics_is_typeset_and_what_is_none_stays(tmp_path: Path) -> None:
    rendered = {card.note: card for card in rendered_cards(build_deck(tmp_path, MATHEMATICS))}
    total, text, broken = (rendered[f"mathematics/{name}"] for name in ("sum", "text", "broken"))
    assert total.question.count("<math ") == 2
    assert "&lt;" in total.question
    assert 'display="block"' in total.answer
    assert "<mfrac>" in total.answer
    assert not re.search(r"\\[(\[]", total.answer)
    assert "<code>" in text.question
    assert "<math" not in text.question
    assert "<mtext>&lt;b&gt;a&lt;/b&gt;</mtext>" in text.answer
    assert r"\(\frac{\)" in broken.question
