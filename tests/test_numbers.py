"""Card numbers of a sequence's items: what was studied under a number stays under it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.lock.numbers import number_items
from deckgen.lock.record import Numbered

POEM = (
    "知屋漏者在宇下，",
    "知政失者在草野。",
    "知经误者在诸子，",
    "民为邦本，本固邦宁。",
    "坚持以民为本，",
)


def numbers(items: Sequence[Numbered]) -> list[int]:
    return [each.number for each in items if not each.gone]


def after(*versions: Sequence[str], first: int = 1) -> list[int]:
    """Return the numbers of the last of several versions."""
    known: tuple[Numbered, ...] = ()
    for texts in versions:
        known = number_items(texts, known, first)
    return numbers(known)


def test_items_are_numbered_from_the_first() -> None:
    assert after(POEM) == [1, 2, 3, 4, 5]
    assert after(POEM, first=301) == [301, 302, 303, 304, 305]


def test_an_inserted_item_gets_a_new_number() -> None:
    for at in range(len(POEM) + 1):
        more = [*POEM[:at], "一枝一叶总关情。", *POEM[at:]]
        assert after(POEM, more) == [*range(1, at + 1), 6, *range(at + 1, 6)]


def test_a_number_is_not_given_twice() -> None:
    assert after(POEM, POEM[:-1], [*POEM[:-1], "一枝一叶总关情。"]) == [1, 2, 3, 4, 6]


def test_no_number_is_forgotten_when_all_items_go() -> None:
    assert after(POEM, [], ["一枝一叶总关情。"]) == [6]


def test_an_item_that_comes_back_gets_its_number_back() -> None:
    assert after(POEM, POEM[1:], POEM) == [1, 2, 3, 4, 5]
    assert after(POEM, [], POEM[::-1]) == [5, 4, 3, 2, 1]


def test_moved_items_keep_their_numbers() -> None:
    assert after(POEM, POEM[::-1]) == [5, 4, 3, 2, 1]
    assert after(POEM, [POEM[4], *POEM[:4]]) == [5, 1, 2, 3, 4]


@pytest.mark.parametrize("at", range(len(POEM)))
@pytest.mark.parametrize("old_new", ["者的", "，。", "知晓", "以因", "民人", "邦国"])
def test_a_reworded_item_keeps_its_number(at: int, old_new: str) -> None:
    reworded = [*POEM]
    reworded[at] = reworded[at].replace(*old_new)
    assert after(POEM, reworded) == [1, 2, 3, 4, 5]


def test_a_short_item_may_be_reworded_in_its_place() -> None:
    assert after(["民本", "官德", "国法"], ["民心", "官德", "国法"]) == [1, 2, 3]


def test_an_item_that_says_something_else_is_another() -> None:
    assert after(POEM, [*POEM[:2], "一枝一叶总关情！", *POEM[3:]]) == [1, 2, 6, 4, 5]


def test_an_inserted_item_that_is_like_another_does_not_take_its_number() -> None:
    """Parallel sentences are alike; each keeps its own."""
    old = ["坚持以民为本的立场。", "坚持以民为师的立场。"]
    new = ["坚持以民为本的立场。", "坚持以民为舟的立场。", "坚持以民为师的立场。"]
    assert after(old, new) == [1, 3, 2]


def test_of_items_that_are_alike_the_one_that_goes_takes_its_number_along() -> None:
    old = ["放下架子，不当官老爷。", "放下面子，不当官老爷。", "放下身子，不当官老爷。"]
    assert after(old, old[1:]) == [2, 3]
    assert after(old, [old[2], old[0]]) == [3, 1]


def test_long_items_that_differ_at_one_place_are_not_confused() -> None:
    long = "治国有常，而利民为本；政之所兴在顺民心，政之所废在逆民心。" * 3
    old = [f"{long}{at}" for at in range(30)]
    assert after(old, old[::-1]) == [*range(30, 0, -1)]
    assert after(old, old[7:]) == [*range(8, 31)]


def test_an_item_that_moved_and_was_reworded_is_known_again() -> None:
    moved = [POEM[3].replace("，", "、"), *POEM[:3], POEM[4]]
    assert after(POEM, moved) == [4, 1, 2, 3, 5]


def test_the_same_item_twice_has_two_numbers() -> None:
    assert after(["是", "否", "是"]) == [1, 2, 3]
    assert after(["是", "否", "是"], ["是", "是", "否"]) in ([1, 3, 2], [3, 1, 2])


def test_unchanged_items_are_not_looked_at_again() -> None:
    known = number_items(POEM, (), 1)
    assert number_items(POEM, known, 1) is known


WORDS = st.text("民本政官法师舟镜天下知行", min_size=6, max_size=12)


@dataclass
class Past:
    """What each number was given to: the last text, by number."""

    known: tuple[Numbered, ...] = ()
    texts: dict[int, str] = field(default_factory=dict)

    def build(self, texts: Sequence[str]) -> list[int]:
        self.known = number_items(texts, self.known, 1)
        given = numbers(self.known)
        self.texts |= dict(zip(given, texts, strict=True))
        return given


@settings(max_examples=300)
@given(st.lists(WORDS, unique=True, min_size=1, max_size=8), st.data())
def test_through_any_edits_each_item_keeps_its_number(
    texts: list[str], data: st.DataObject
) -> None:
    """Items that are not edited keep their numbers, whatever happens around them."""
    past = Past()
    before = past.build(texts)
    for _ in range(data.draw(st.integers(1, 5))):
        numbered = dict(zip(texts, before, strict=True))
        texts = list(dict.fromkeys(edited(texts, data)))
        shipped = dict(past.texts)
        before = past.build(texts)
        assert len(set(before)) == len(texts)
        for text, number in zip(texts, before, strict=True):
            if text in numbered:
                assert number == numbered[text]
            elif number in shipped:
                # only a text that shares something with the old one may take over its card
                assert pairs(text) & pairs(shipped[number])


def edited(texts: list[str], data: st.DataObject) -> list[str]:
    edit = data.draw(st.sampled_from(["insert", "delete", "shuffle", "reword", "replace"]))
    at = data.draw(st.integers(0, len(texts) - 1)) if texts else 0
    if edit == "insert" or not texts:
        return [*texts[:at], data.draw(WORDS), *texts[at:]]
    if edit == "delete":
        return [*texts[:at], *texts[at + 1 :]]
    if edit == "shuffle":
        return list(data.draw(st.permutations(texts)))
    reworded = texts[at] + data.draw(WORDS)[:2] if edit == "reword" else data.draw(WORDS)
    return [*texts[:at], reworded, *texts[at + 1 :]]


def pairs(text: str) -> set[tuple[str, str]]:
    return set(itertools.pairwise(f"<{text}>"))
