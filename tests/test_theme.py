"""What a real browser makes of the theme: every word can be read, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from deckgen.engine.preview import RenderedCard, page, rendered_cards
from deckgen.kinds import kinds
from tests.browser import inks, open_browser, visible_text
from tests.decks import build_deck

EVERYTHING = r"""
    name: Everything
    id: everything
    language: zh-Hans
    notes:
      - id: asked
        kind: basic
        front: 问 **重** *斜* ~~删~~ `code` [链接](https://example.org)
        back: |
          答

          > 引文

          | 头 | 头 |
          |----|----|
          | 格 | 格 |

          - 一
          1. 二
        extra: 补充
        reverse: true
        cue: 线索
        occasion: 场合
        pitfalls: [易误]
      - {id: typed, kind: basic, front: 打, back: 字, typed: true}
      - {id: gapped, kind: cloze, text: "一{{c1::二}}三{{c2::四::提示}}五", extra: 补充}
      - id: known
        kind: concept
        term: 词
        definition: 义
        example: 例
        origin: background
        cite: 出处
        verified: false
      - id: principle
        kind: principle
        name: 名
        domain: 域
        image: 象
        claim: 主张
        heading: "甲{{c1::乙}}丙"
        demands: [要求一二三, 要求四五六]
      - id: saying
        kind: quotation
        lines: [知屋漏者在宇下，, 知政失者在草野。]
        gloss: 释义
        pivots: [宇下, 草野]
        principle: principle
        readings: {宇: yǔ}
        work: {author: 王充, era: 东汉, title: 《论衡》, cite: 卷二十八, verified: false}
        original: 原文
      - {id: listed, kind: list, prompt: 哪三项？, items: [第一项目, "第{二|èr}项目", 第三项目]}
      - {id: bulleted, kind: list, prompt: 哪两项？, items: [这一项目, 那一项目], ordered: false}
      - {id: recited, kind: passage, title: 题, lines: [第一句话，, 第二句话。]}
"""

# the least contrast of small text: https://www.w3.org/TR/WCAG22/#contrast-minimum
READABLE = 4.5


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with open_browser() as browser:
        yield browser.new_page(viewport={"width": 390, "height": 1500})


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> list[RenderedCard]:
    cards = rendered_cards(build_deck(tmp_path_factory.mktemp("everything"), EVERYTHING))
    assert len({card.note_type for card in cards}) == len(kinds())
    return cards


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_word_stands_out_from_its_ground(
    tab: Page, cards: list[RenderedCard], dark: bool
) -> None:
    seen: set[str] = set()
    for card in cards:
        for side in ("question", "answer"):
            tab.set_content(page(card, side, dark=dark))
            for ink in inks(tab):
                assert ink.contrast >= READABLE, (card.note, side, ink)
                seen.add(ink.where)
    wanted = {
        "question",
        "answer",
        "cloze",
        "label",
        "cue",
        "ask",
        "badge",
        "origin",
        "place",
        "rt",
    }
    assert wanted <= seen
    assert {"summary::after", "item::before"} <= seen


@pytest.mark.parametrize(
    ("language", "lines", "text"),
    [
        ("en", "Georgia", "system-ui"),
        ("ja", "Georgia", "system-ui"),
        ("zh-Hans", '"LXGW WenKai"', '"PingFang SC"'),
        ("zh-Hant-HK", '"LXGW WenKai"', '"PingFang TC"'),
    ],
)
def test_each_language_has_its_own_type(
    tab: Page, cards: list[RenderedCard], language: str, lines: str, text: str
) -> None:
    card = next(card for card in cards if 'class="deckgen quotation' in card.question)
    tab.set_content(page(card, "question", dark=False))
    tab.locator(".deckgen").evaluate("(e, language) => { e.lang = language }", language)

    def first(selector: str) -> str:
        family = tab.locator(selector).first.evaluate("e => getComputedStyle(e).fontFamily")
        return str(family).split(",")[0]

    assert first(".quotation .items, .classic") == lines
    assert first(".deckgen") == text


def test_dark_cards_are_dark(tab: Page, cards: list[RenderedCard]) -> None:
    grounds = []
    for dark in (False, True):
        tab.set_content(page(cards[0], "question", dark=dark))
        grounds.append(sum(inks(tab)[0].ground) / 3)
    assert grounds[0] > 200
    assert grounds[1] < 60


def test_the_night_hides_and_shows_the_same(tab: Page, cards: list[RenderedCard]) -> None:
    for card in cards:
        for side in ("question", "answer"):
            seen = []
            for dark in (False, True):
                tab.set_content(page(card, side, dark=dark))
                seen.append(visible_text(tab))
            assert seen[0] == seen[1] != ""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_card_is_wider_than_its_screen(tab: Page, cards: list[RenderedCard], width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 1500})
    for card in cards:
        for side in ("question", "answer"):
            tab.set_content(page(card, side, dark=False))
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, card.note


def test_lines_of_chinese_are_not_too_long_to_read(tab: Page, cards: list[RenderedCard]) -> None:
    """At most 40 characters, however wide the screen is."""
    tab.set_viewport_size({"width": 2000, "height": 1500})
    for card in cards:
        tab.set_content(page(card, "answer", dark=False))
        for measured in tab.locator(".question:visible, .answer:visible, .items:visible").all():
            width, size = measured.evaluate(
                "e => [e.clientWidth, parseFloat(getComputedStyle(e).fontSize)]"
            )
            assert width / size <= 40
