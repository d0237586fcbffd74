"""What a real browser shows of sequence cards: nothing of what comes after the gap.

The words of these decks say where they stand: `t2b` is the second word of the second item.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from deckgen.build import compile_deck, write
from deckgen.engine.preview import RenderedCard, page, rendered_cards
from deckgen.engine.verify import prove
from tests.browser import open_browser, visible_text
from tests.decks import MOMENT, build_deck, written

# card numbers, which never change
DEMANDS_FROM, PIVOTS_FROM, GLOSS, WHOLE = 101, 301, 401, 490

_WORD = re.compile(r"t\d+[a-z]")


@dataclass(frozen=True)
class Cards:
    """The cards of one note, by their number, and what is seen of them."""

    tab: Page
    by_number: dict[int, RenderedCard]

    def open(self, number: int, side: str) -> Page:
        self.tab.set_content(page(self.by_number[number], side, dark=False))
        return self.tab

    def words(self, number: int, side: str) -> list[str]:
        """Return the words to be seen on a card, found in two ways that have to agree."""
        tab = self.open(number, side)
        seen = _WORD.findall(visible_text(tab))
        assert _WORD.findall(tab.inner_text("body")) == seen
        return seen


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with open_browser() as browser:
        yield browser.new_page(viewport={"width": 390, "height": 4000})


@pytest.fixture
def cards_of(tab: Page, tmp_path: Path) -> Callable[[str], Cards]:
    def cards(note: str, header: str = "language: zh-Hans") -> Cards:
        note = textwrap.indent(textwrap.dedent(note).strip(), "    ")
        built = build_deck(tmp_path, f"name: Deck\nid: deck\n{header}\nnotes:\n  -\n{note}\n")
        assert prove(built).failures == ()
        return Cards(tab, {card.ord + 1: card for card in rendered_cards(built)})

    return cards


CardsOf = Callable[[str], Cards]

FLAT = """
    id: flat
    kind: list
    prompt: Which four?
    items: [t1a t1b, t2a t2b, t3a t3b, t4a t4b]
"""
BULLETED = FLAT + "    ordered: false\n"
NESTED = r"""
    id: nested
    kind: list
    prompt: Which six?
    items:
      - |
        t1a **t1b *t1c*** `t1d`

        t1e
      - |
        t2a

        - t2b
        - **t2c**
          1. t2d
      - "t3a ~~t3b~~ {t3c|t3d} {t3e|x}"
      - |
        > t4a

        | t4b | t4c |
        |-----|-----|
        | t4d | t4e |
      - |
        ```
        t5a
        t5b }} {{c1::t5c::t5d}}
        ```
      - 't6a :: t6b }} \{{c1::t6c}} < t6d & <b>t6e'
"""


@pytest.mark.parametrize("note", [FLAT, BULLETED, NESTED], ids=["flat", "bulleted", "nested"])
def test_an_item_is_asked_after_those_before_it(cards_of: CardsOf, note: str) -> None:
    cards = cards_of(note)
    whole = cards.words(WHOLE, "answer")
    numbers = sorted({word_item(word) for word in whole})
    assert sorted(cards.by_number) == [*numbers, WHOLE]
    for number in numbers:
        before = [word for word in whole if word_item(word) < number]
        shown = [word for word in whole if word_item(word) <= number]
        assert cards.words(number, "question") == without_readings(before)
        assert cards.words(number, "answer") == shown
    assert cards.words(WHOLE, "question") == []


def word_item(word: str) -> int:
    return int(word[1:-1])


def without_readings(words: list[str]) -> list[str]:
    return [word for word in words if word != "t3d"]


def test_parts_of_items_are_hidden_and_what_comes_after(cards_of: CardsOf) -> None:
    """Parts at the start, in the middle and at the end; two parts; a part that is marked up."""
    cards = cards_of("""
        id: parts
        kind: list
        prompt: Which five?
        items: [t1a t1b t1c, t2a t2b t2c, t3a t3b t3c, t4a **t4b** t4c, t5a t5b t5c]
        hide: [t1a, t2b, [t3a, t3c], [t4b], [t5b, t5c]]
    """)
    hidden = {1: ["t1a"], 2: ["t2b"], 3: ["t3a", "t3c"], 4: ["t4b"], 5: ["t5b", "t5c"]}
    for number, parts in hidden.items():
        shown = [f"t{item}{letter}" for item in range(1, number + 1) for letter in "abc"]
        assert cards.words(number, "question") == [word for word in shown if word not in parts]
        assert cards.words(number, "answer") == shown
    assert cards.words(WHOLE, "question") == []


LINES = [f"t{number}a，t{number}b。" for number in range(1, 8)]


@pytest.mark.parametrize("context", [None, 1, 2, 3, 4, 5])
def test_a_passage_shows_as_many_lines_before_as_it_says(
    cards_of: CardsOf, context: int | None
) -> None:
    said = "" if context is None else f"context: {context}"
    cards = cards_of(f"""
        id: passage
        kind: passage
        title: Passage
        lines: [{", ".join(LINES)}]
        {said}
    """)
    for number in range(1, 8):
        first = 1 if context is None else max(1, number - context)
        before = [f"t{line}{letter}" for line in range(first, number) for letter in "ab"]
        assert cards.words(number, "question") == before
        assert cards.words(number, "answer") == [*before, f"t{number}a", f"t{number}b"]
    assert cards.words(WHOLE, "question") == []
    assert cards.words(WHOLE, "answer") == [f"t{n}{letter}" for n in range(1, 8) for letter in "ab"]


QUOTATION = """
    id: saying
    kind: quotation
    lines: [子曰t1a，, 学而t2a，, 时习t3a。]
    gloss: t8a
    pivots: [t1a, 时习]
    readings: {曰: t9a, 习: t9b}
    work: {title: t8b, cite: t8c, verified: true}
    original: t8d
    occasion: t8e
    pitfalls: [t8f]
"""


def test_a_quotation_asks_line_after_line(cards_of: CardsOf) -> None:
    cards = cards_of(QUOTATION)
    assert cards.words(2, "question") == ["t1a"]
    assert cards.words(2, "answer") == ["t9a", "t1a", "t2a"]
    assert cards.words(3, "question") == ["t1a", "t2a"]
    answer = cards.words(3, "answer")
    assert answer[:5] == ["t9a", "t1a", "t2a", "t9b", "t3a"]
    assert sorted(answer[5:]) == ["t8a", "t8b", "t8c", "t8d", "t8e", "t8f"]


def test_a_pivot_is_hidden_in_the_whole_quotation(cards_of: CardsOf) -> None:
    cards = cards_of(QUOTATION)
    assert cards.words(PIVOTS_FROM, "question") == ["t2a", "t3a"]
    assert cards.words(PIVOTS_FROM, "answer")[:3] == ["t1a", "t2a", "t3a"]
    tab = cards.open(PIVOTS_FROM + 1, "question")
    assert "时习" not in visible_text(tab)
    assert "时习" in visible_text(cards.open(PIVOTS_FROM + 1, "answer"))


def test_the_whole_of_a_quotation_is_recalled_from_its_first_two_characters(
    cards_of: CardsOf,
) -> None:
    cards = cards_of(QUOTATION)
    assert cards.words(WHOLE, "question") == []
    shown = visible_text(cards.open(WHOLE, "question"))
    assert "子曰" in shown
    assert not {"学", "习"} & set(shown)
    assert cards.words(WHOLE, "answer")[:5] == ["t9a", "t1a", "t2a", "t9b", "t3a"]


def test_a_quotation_is_led_to_without_its_words(cards_of: CardsOf) -> None:
    cards = cards_of(QUOTATION)
    assert cards.words(GLOSS, "question") == ["t8a"]
    assert not {"曰", "学", "习"} & set(visible_text(cards.open(GLOSS, "question")))


def test_a_principle_asks_demand_after_demand(cards_of: CardsOf) -> None:
    cards = cards_of("""
        id: principle
        kind: principle
        name: t9a
        domain: t8a
        image: t8b
        claim: t8c
        heading: "{{c1::t7a}}，{{c2::t7b}}{{c3::t7c}}"
        demands: [t1a **t1b**, t2a, t3a, t4a]
    """)
    head, demands = ["t9a", "t8a"], ["t1a", "t1b", "t2a", "t3a", "t4a"]
    for number in range(1, 5):
        before = [word for word in demands if word_item(word) < number]
        shown = [word for word in demands if word_item(word) <= number]
        card = DEMANDS_FROM - 1 + number
        assert cards.words(card, "question") == [*head, *before]
        assert cards.words(card, "answer")[: 2 + len(shown)] == [*head, *shown]
        assert not set(cards.words(card, "answer")) & set(demands[len(shown) :])
    assert cards.words(WHOLE, "question") == head
    assert cards.words(WHOLE, "answer")[:7] == [*head, *demands]


def test_the_hint_comes_in_two_steps_when_it_is_tapped(cards_of: CardsOf) -> None:
    cards = cards_of("""
        id: ladder
        kind: passage
        title: 古语
        lines: [知屋漏者在宇下，, 知政失者在草野。]
    """)
    first, half = "知□□□□□□。", "知政失者□□□。"
    tab = cards.open(2, "question")
    assert "政" not in visible_text(tab)
    assert "□" not in visible_text(tab)
    tab.locator("summary:visible").click()
    assert first in visible_text(tab)
    assert half not in visible_text(tab)
    tab.locator("summary:visible").click()
    assert half in visible_text(tab)
    assert first not in visible_text(tab)
    assert tab.locator("summary:visible").count() == 0
    assert "□" not in visible_text(cards.open(2, "answer"))


def test_what_is_short_has_no_hint(cards_of: CardsOf) -> None:
    cards = cards_of("{id: short, kind: list, prompt: 哪两个？, items: [为政, 服务]}")
    assert cards.open(2, "question").locator("details").count() == 0


def test_readings_wait_for_the_answer(cards_of: CardsOf) -> None:
    cards = cards_of("""
        id: readings
        kind: list
        prompt: 水能怎样？
        items: ["水能{载|zài}舟", "亦能{覆|fù}舟"]
    """)
    assert "zài" not in visible_text(cards.open(2, "question"))
    answer = visible_text(cards.open(2, "answer"))
    assert "zài" in answer
    assert "fù" in answer


@pytest.mark.parametrize(
    ("note", "silent"),
    [
        (FLAT, [1, 2, 3, 4]),
        ("{id: passage, kind: passage, title: Passage, lines: [t1a, t2a]}", [1, 2]),
        (QUOTATION, [2, 3, PIVOTS_FROM, PIVOTS_FROM + 1]),
        (
            "{id: p, kind: principle, name: n, domain: d, demands: [t1a, t2a]}",
            [DEMANDS_FROM, DEMANDS_FROM + 1],
        ),
    ],
    ids=["list", "passage", "quotation", "principle"],
)
def test_no_voice_reads_an_item_card_aloud(
    cards_of: Callable[..., Cards], note: str, silent: list[int]
) -> None:
    cards = cards_of(note, "language: zh-Hans\nspeech: true")
    heard = {number for number, card in cards.by_number.items() if "▶" in card.answer}
    assert WHOLE in heard
    assert not heard & set(silent)
    assert not any("▶" in card.question for card in cards.by_number.values())


def test_an_item_put_in_between_is_asked_in_its_place(tab: Page, tmp_path: Path) -> None:
    """It gets a new number, since the old ones are what the others are studied under."""
    built = tmp_path / "built.apkg"
    for items in ("t1a, t3a, t4a", "t1a, t2a, t3a, t4a"):
        note = f"{{id: list, kind: list, prompt: Which words are these?, items: [{items}]}}"
        deck = written(tmp_path, f"{{name: Deck, id: deck, notes: [{note}]}}")
        write(compile_deck(deck, MOMENT), built)
    cards = Cards(tab, {card.ord + 1: card for card in rendered_cards(built)})
    asked = {1: "t1a", 4: "t2a", 2: "t3a", 3: "t4a"}
    for at, (number, word) in enumerate(asked.items()):
        before = list(asked.values())[:at]
        assert cards.words(number, "question") == before
        assert cards.words(number, "answer") == [*before, word]


def test_three_hundred_items(cards_of: CardsOf) -> None:
    items = ", ".join(f"t{number}a" for number in range(1, 301))
    cards = cards_of(f"{{id: long, kind: list, prompt: All?, items: [{items}]}}")
    assert sorted(cards.by_number) == [*range(1, 301), WHOLE]
    cards.tab.set_viewport_size({"width": 390, "height": 16000})
    for number in (1, 2, 150, 299, 300):
        before = [f"t{item}a" for item in range(1, number)]
        assert cards.words(number, "question") == before
        assert cards.words(number, "answer") == [*before, f"t{number}a"]
    assert len(cards.words(WHOLE, "answer")) == 300
