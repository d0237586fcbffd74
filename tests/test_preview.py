"""The live page: a real server, a real browser, a deck that is edited under them."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser import open_browser

expect.set_options(timeout=20_000)

DECK = """\
name: 潮汐
id: tides
language: zh-Hans
html: true
sources: {book: book.txt}
lessons: [潮汐, 古语]
lint: {all: off, no-gloss: warning, not-in-source: error}
defaults: {lesson: 1}
notes:
  - id: cause
    kind: basic
    source: book
    evidence: 潮汐主要由月球引起。
    tags: [moon]
    front: 引起地球潮汐的主要天体是哪个？
    back: 月球 ![](dot.svg)
  - id: script
    kind: basic
    front: 这张卡片里的脚本能碰到预览工具吗？
    back: |
      不能 <script>
      try { parent.document.title = "reached" } catch {}
      fetch("/state").then(() => { document.title = "reached" })
      parent.postMessage("KeyE", "*")
      </script>
  - id: saying
    kind: quotation
    lesson: 2
    lines: [水能载舟，, 亦能覆舟。]
"""
BOOK = "书上说：潮汐主要由月球引起。太阳其次。\n"
DOT = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle r='9'/></svg>"


@dataclass(frozen=True)
class Shown:
    """A running preview: the deck's file, and where its page is."""

    file: Path
    url: str
    opened: Path

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text("utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@contextmanager
def served(
    folder: Path, temporary: Path | None = None
) -> Iterator[tuple[subprocess.Popen[str], Shown]]:
    """Serve a small deck in a folder; temporary: where the server keeps what it needs meanwhile."""
    cards, opened = folder / "cards", folder / "opened"  # apart: what changes in cards is shown
    cards.mkdir()
    file = cards / "tides.yaml"
    file.write_text(DECK, "utf-8")
    (cards / "book.txt").write_text(BOOK, "utf-8")
    (cards / "dot.svg").write_text(DOT, "utf-8")
    editor = f"{sys.executable} -c \"open(r'{opened}', 'w').write('{{file}}:{{line}}')\""
    command = [sys.executable, "-u", "-m", "deckgen", "preview", str(file)]
    with subprocess.Popen(
        [*command, "--port", "0", "--no-open", "--editor", editor],
        env=os.environ | ({"TMPDIR": str(temporary)} if temporary else {}),
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout
            url = re.match(r"(http://127\.0\.0\.1:\d+/)  shows ", server.stdout.readline())
            assert url
            yield server, Shown(file, url[1], opened)
        finally:
            server.terminate()


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    with served(tmp_path) as (_, shown):
        yield shown


@pytest.fixture
def page(browser: Browser, shown: Shown) -> Iterator[Page]:
    opened = browser.new_page()
    opened.goto(shown.url)
    opened.wait_for_selector("body[data-shown]")
    yield opened
    opened.close()


def card(page: Page) -> FrameLocator:
    return page.frame_locator("#stage iframe.shown")


@pytest.fixture
def hung_up_on() -> Iterator[None]:
    """Have a server hear that its terminal is closed, also where the tests run under nohup."""
    heard = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, heard)


@pytest.mark.usefixtures("hung_up_on")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_behind_however_it_ends(tmp_path: Path, end: signal.Signals) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with (
        served(tmp_path, temporary=temporary) as (server, shown),
        urllib.request.urlopen(f"{shown.url}events") as events,
    ):
        assert events.readline() == b"data: 1\n"
        time.sleep(0.5)  # until it watches
        assert list(temporary.iterdir())
        server.send_signal(end)
        assert server.wait(timeout=20)
    assert not list(temporary.iterdir())


def test_space_flips_and_arrows_move(page: Page) -> None:
    expect(card(page).locator(".question")).to_have_text("引起地球潮汐的主要天体是哪个？")
    expect(card(page).locator(".answer")).to_have_count(0)
    page.keyboard.press("Space")
    expect(card(page).locator(".answer")).to_contain_text("月球")
    page.keyboard.press("ArrowRight")
    expect(card(page).locator("body")).to_contain_text("这张卡片里的脚本")
    card(page).locator("body").click()
    page.keyboard.press("ArrowLeft")
    expect(card(page).locator("body")).to_contain_text("引起地球潮汐")


def test_filters_leave_what_fits(page: Page) -> None:
    rows = page.locator("#notes li")
    expect(rows).to_have_count(3)
    page.locator("#search").fill("覆舟")
    expect(rows).to_have_count(1)
    expect(card(page).locator("body")).to_contain_text("水能载舟，")
    page.locator("#search").fill("")
    page.locator("#kind").select_option("basic")
    expect(rows).to_have_count(2)
    page.locator("#tag").select_option("moon")
    expect(rows).to_have_count(1)
    page.locator("#tag").select_option("")
    page.locator("#kind").select_option("")
    page.locator("#deck").select_option(label="02 古语")
    expect(rows).to_contain_text(["水能载舟"])
    page.locator("#deck").select_option("")
    expect(rows).to_have_count(3)
    page.locator("#troubled").check()
    expect(rows).to_contain_text(["水能载舟"])  # it has no gloss
    page.locator("#search").fill("no such thing")
    expect(page.locator("#stage")).to_contain_text("No card fits the filters.")


def test_all_of_it_is_done_by_keys(page: Page) -> None:
    page.keyboard.press("ArrowDown")
    expect(page.locator("#where")).to_contain_text("script · card 1")
    page.keyboard.press("/")
    page.keyboard.type("覆舟")
    expect(page.locator("#notes li")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#where")).to_contain_text("2/")
    page.keyboard.press("Space")
    expect(page.locator("#where")).to_contain_text("answer")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_be_visible()
    card(page).locator("body").click()
    page.keyboard.press("f")
    expect(page.locator("#stage")).to_have_class("desktop")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#status")).to_contain_text("opened")


def test_a_saved_edit_shows_without_reload(page: Page, shown: Shown) -> None:
    page.evaluate("window.mark = 'not reloaded'")
    shown.edit("主要天体是哪个", "头号天体是哪个")
    expect(card(page).locator(".question")).to_have_text("引起地球潮汐的头号天体是哪个？")
    assert page.evaluate("window.mark") == "not reloaded"


def test_a_problem_is_shown_and_gone_after_the_mend(page: Page, shown: Shown) -> None:
    shown.edit("月球引起。", "太阳引起。")
    problem = page.locator(".problem.error")
    expect(problem).to_contain_text("error[not-in-source]")
    problem.click()
    expect(page.locator("#status")).to_have_text(re.compile(r"opened .*tides\.yaml:\d+:\d+"))
    expect(page.locator("#notes .trouble.error")).to_have_count(1)
    expect(card(page).locator(".question")).to_be_visible()
    expect(page.locator("#notes .trouble.error")).to_have_text("引起地球潮汐的主要天体是哪个？")
    shown.edit("太阳引起。", "月球引起。")
    expect(problem).to_have_count(0)


def test_a_broken_file_says_so_and_comes_back(page: Page, shown: Shown) -> None:
    shown.edit("notes:", "notes: [")
    expect(page.locator("#status")).to_have_text(re.compile("error"))
    shown.edit("notes: [", "notes:")
    expect(page.locator("#notes li")).to_have_count(3)


def test_a_note_that_breaks_keeps_its_place_and_its_last_card(page: Page, shown: Shown) -> None:
    page.keyboard.press("ArrowRight")
    expect(card(page).locator(".question")).to_contain_text("这张卡片里的脚本")
    for old, new in (("front: 这张", "frnt: 这张"), ("notes:", "notes: [")):
        shown.edit(old, new)
        expect(page.locator("#where")).to_have_text("script · as it was before the error")
        expect(page.locator(".problem.error").first).to_be_visible()
        expect(card(page).locator(".question")).to_contain_text("这张卡片里的脚本")
        shown.edit(new, old)
        expect(page.locator("#where")).to_contain_text("script · card 1")
        expect(page.locator("#stage")).to_have_class("phone")
    shown.edit("这张卡片里", "这一张卡片里")
    expect(card(page).locator(".question")).to_contain_text("这一张卡片里的脚本")
    shown.edit("id: script", "id: renamed")
    expect(page.locator("#where")).to_contain_text("cause · card 1")


def test_on_a_small_screen_the_card_comes_first(browser: Browser, shown: Shown) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(shown.url)
    page.wait_for_selector("body[data-shown]")
    for title in ("flip", "card after", "card before"):
        page.get_by_role("button", name=title, exact=True).click()
    expect(card(page).locator(".question")).to_be_in_viewport()
    assert page.evaluate("[scrollY, document.documentElement.scrollWidth]") == [0, 390]
    page.close()


def test_a_passage_that_is_named_twice_is_shown_once(page: Page, shown: Shown) -> None:
    shown.edit("evidence: 潮汐主要由月球引起。", "evidence: [由月球引起。, 潮汐主要由月球]")
    expect(page.locator(".passage mark")).to_have_text(["潮汐主要由月球引起。"])
    expect(page.locator(".passage")).to_have_attribute("lang", "zh-Hans")
    shown.edit("language: zh-Hans", "language: ja")
    expect(page.locator(".passage")).to_have_attribute("lang", "ja")


def test_the_source_stands_beside_its_quotation(page: Page) -> None:
    passage = page.locator(".passage")
    place = passage.locator("small")
    expect(place).to_have_text(re.compile(r"book\.txt:1$"))
    expect(passage).to_have_text(re.compile("^书上说：潮汐主要由月球引起。太阳其次。"))
    expect(passage.locator("mark")).to_have_text("潮汐主要由月球引起。")


def test_a_click_opens_the_line_in_the_editor(page: Page, shown: Shown) -> None:
    page.locator(".place").click()
    expect(page.locator("#status")).to_contain_text("opened")
    for _ in range(100):
        if shown.opened.exists() and shown.opened.read_text():
            break
        page.wait_for_timeout(50)
    line = DECK.split("\n").index("  - id: cause") + 1
    assert shown.opened.read_text() == f"{shown.file}:{line}"


def test_phone_and_desktop_light_and_dark(page: Page) -> None:
    stage = page.locator("#stage")
    expect(stage).to_have_class("phone")
    page.keyboard.press("f")
    expect(stage).to_have_class("desktop")
    before = page.locator("#scheme").text_content()
    page.keyboard.press("d")
    expect(page.locator("#scheme")).not_to_have_text(before or "")
    dark = page.locator("#scheme").text_content() == "dark"
    expect(card(page).locator("body")).to_have_class(
        re.compile("nightMode" if dark else r"^card card1$")
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_picture_is_shown(page: Page, shown: Shown, host: str) -> None:
    page.goto(shown.url.replace("127.0.0.1", host))
    page.keyboard.press("Space")
    picture = card(page).locator(".answer img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 9


def test_scripts_of_cards_do_not_reach_the_tool(page: Page, shown: Shown) -> None:
    page.locator("#search").fill("脚本")
    page.locator("#search").blur()
    page.keyboard.press("Space")
    expect(card(page).locator(".answer")).to_contain_text("不能")
    page.wait_for_timeout(300)
    assert page.title() == "潮汐"
    assert card(page).locator("body").evaluate("() => document.title") != "reached"
    assert not shown.opened.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_its_own_page_is_answered(shown: Shown, headers: dict[str, str], status: int) -> None:
    connection = http.client.HTTPConnection(shown.url.split("/")[2])
    connection.request("GET", "/state", headers=headers)
    answer = connection.getresponse()
    assert answer.status == status
    assert ("潮汐" in answer.read().decode()) is (status == 200)


@pytest.mark.parametrize(
    "path", ["../tides.yaml", "book.txt", "card/cause/0/book.txt", "card/cause/0/..%2Ftides.yaml"]
)
def test_nothing_else_is_served(shown: Shown, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{shown.url}{path}")
    assert refused.value.code == 404
