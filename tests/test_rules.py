"""The rules of card quality beside their golden cases: examples, settings, excuses, signs."""

from __future__ import annotations

import dataclasses
import json
import math
import random
import sys
import tempfile
import textwrap
import tracemalloc
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deckgen.build import compile_deck
from deckgen.deck.deck import Deck
from deckgen.deck.load import load
from deckgen.kinds import kinds
from deckgen.kinds._question import GAP
from deckgen.problem import Problem
from deckgen.render.bare import bare, with_clozes
from deckgen.render.markup import Markup, to_html
from deckgen.render.plain import plain
from deckgen.rules import _similar, check, families, rules
from deckgen.rules._measure import length, longer, reaches
from deckgen.rules._rule import NoteRule, QuestionRule, Rule, TextRule, every_card, every_note
from deckgen.rules._run import run
from deckgen.rules._similar import Likeness, character_pairs, similar
from deckgen.text.find import Finder

GOLDEN = Path(__file__).parent / "golden" / "rules"
HEADER = """
    name: Rules
    id: rules
    language: zh-Hans
    sources: {essay: source.txt}
    """
WITH_EXAMPLE = [rule for rule in rules().values() if rule.hit]

Say = Callable[..., list[Problem]]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Return what the rules say of some notes, given as YAML."""
    (tmp_path / "source.txt").write_text("知屋漏者在宇下，知政失者在草野。", "utf-8")
    file = tmp_path / "cards.yaml"

    def said(notes: str, header: str = "") -> list[Problem]:
        listed = notes if notes.startswith("[") else f"[{notes}]"
        file.write_text(f"{textwrap.dedent(HEADER)}{header}\nnotes: {listed}\n", "utf-8")
        deck, problems = load(file, {name: kind.note for name, kind in kinds().items()})
        assert problems == []
        assert deck
        return check(deck)

    return said


def slugs(problems: list[Problem]) -> set[str]:
    return {problem.code.slug for problem in problems}


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code.slug)
def test_an_example_is_one(rule: Rule, say: Say) -> None:
    assert rule.code.slug in slugs(say(rule.hit))
    assert rule.code.slug not in slugs(say(rule.mended))


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code.slug)
def test_a_rule_is_set_and_silenced(rule: Rule, say: Say) -> None:
    slug = rule.code.slug
    assert slug not in slugs(say(rule.hit, f"lint: {{{slug}: off}}"))
    for level in ("hint", "warning", "error"):
        problems = say(rule.hit, f"lint: {{{slug}: {level}}}")
        assert {each.code.severity.value for each in problems if each.code.slug == slug} == {level}


def test_a_module_lists_all_its_rules() -> None:
    for module in families():
        listed = {rule.code.slug for rule in getattr(module, "RULES", ())}
        assert listed or hasattr(module, "check")
    assert all(not rule.milder or rule.milder in rules() for rule in rules().values())


LONG = (
    "{kind: basic, front: 为什么要重视群众的意见？, "
    "back: 因为群众生活在最基层感受最深反映的问题最真实可靠}"
)


def test_a_threshold_is_moved(say: Say) -> None:
    assert "long-answer" in slugs(say(LONG))
    assert "long-answer" not in slugs(say(LONG, "lint: {long-answer: 30}"))
    problems = say(LONG, "lint: {long-answer: {level: hint, limit: 22.5}}")
    (told,) = [each for each in problems if each.code.slug == "long-answer"]
    assert "more than 22.5" in told.message
    assert told.code.severity.value == "hint"


@pytest.mark.parametrize("limit", ["0", "0.000001", "1000"])
@pytest.mark.parametrize("slug", [slug for slug, rule in rules().items() if rule.limit is not None])
def test_any_threshold_is_borne(say: Say, slug: str, limit: str) -> None:
    notes = (
        LONG,
        "{kind: basic, front: 为什么要听取群众的意见？, back: '{载|zài}舟', reverse: true}",
        "{kind: cloze, text: '水能{{c1::载::托}}舟，亦能{{c2::覆}}舟。'}",
        "{kind: list, prompt: 群众的意见分为哪三项？, items: [赞成, 反对, 建议]}",
        "{kind: quotation, lines: [知屋漏者在宇下，, 知政失者在草野。], gloss: 知屋漏者在宇下}",
    )
    found = say(", ".join(notes), f"lint: {{{slug}: {limit}}}")
    assert slugs(found) <= rules().keys()


def test_a_threshold_of_nothing_is_borne(say: Say) -> None:
    note = "{kind: basic, front: 群众路线里的顿号写作什么？, back: 、}"
    assert slugs(say(note, "lint: {answer-in-front: 0}")) == set()


def test_an_english_word_that_is_asked_about_asks_nothing(say: Say) -> None:
    assert "yes-no" not in slugs(say('{kind: basic, front: "had 是哪个词的过去式?", back: have}'))


def test_a_note_is_not_like_itself(say: Say) -> None:
    note = (
        "{kind: basic, contrast: line, cue: 路线, reverse: true, "
        "front: 群众路线是党的什么路线呢, back: 群众路线是党的什么路线}"
    )
    assert "similar-front" not in slugs(say(note))


def test_a_line_break_is_nobodys_name(say: Say) -> None:
    note = '{kind: basic, source: essay, front: 谁知道屋漏？, back: "宇下\\n\\n的人"}'
    assert "beyond-source" not in slugs(say(note))


def test_evidence_in_dropped_cells_of_a_table_counts_nothing(say: Say) -> None:
    back = r'"甲|乙\n-|-\n丙|丁|知屋漏者在宇下|知政失者在草野"'
    evidence = "知屋漏者在宇下，知政失者在草野"
    note = f"{{kind: basic, source: essay, front: 谁知道？, back: {back}, evidence: {evidence}}}"
    assert "uncounted-evidence" in slugs(say(note))


def test_no_limit_above_all_is_reached(say: Say) -> None:
    notes = f"{LONG}, {LONG.replace('{', '{id: again, ', 1)}"
    assert "similar-front" not in slugs(say(notes, "lint: {similar-front: 1.5, same-front: off}"))


def test_all_stands_for_the_rules_that_are_not_named(say: Say) -> None:
    assert slugs(say(LONG, "lint: {all: off}")) == set()
    assert slugs(say(LONG, "lint: {all: off, long-answer: 20}")) == {"long-answer"}
    assert slugs(say(LONG, "lint: {all: off, long-answer: 30}")) == set()


def test_a_number_for_what_has_no_threshold_is_told(say: Say) -> None:
    assert slugs(say(LONG, "lint: {yes-no: 3, long-answer: off}")) == {"bad-value"}
    assert slugs(say(LONG, "lint: {all: 3, long-answer: off}")) == {"bad-value"}


def test_an_excuse_silences_its_rule_for_its_note(say: Say) -> None:
    excused = LONG.replace("{kind", "{excuse: {long-answer: 整句才有意思}, kind")
    assert "long-answer" not in slugs(say(excused))
    other = LONG.replace("重视", "听取")
    assert "long-answer" in slugs(say(f"[{excused}, {other}]"))


def test_the_stronger_rule_speaks_alone(say: Say) -> None:
    longer_still = LONG.replace("因为", "因为" + "甲" * 30)
    assert slugs(say(longer_still)) == {"overlong-answer"}
    excused = longer_still.replace("{kind", "{excuse: {overlong-answer: 背诵}, kind")
    assert slugs(say(excused)) == set()


def test_evidence_is_excused_where_one_check_serves_several_rules(say: Say) -> None:
    note = "{kind: basic, source: essay, front: 谁知道屋漏？, back: 宇下的人, evidence: 不在文中}"
    assert "not-in-source" in slugs(say(note))
    excused = note.replace("{kind", "{excuse: {not-in-source: 别本}, kind")
    assert not {"not-in-source", "unused-excuse"} & slugs(say(excused))


WORDS = """
    群众路线 水能载舟 宇下 这 其 它 吗？ 是否 哪些 包括什么 两 的 了 ， , . : ! ( “ ” 《 》 （ ... <
    <b> {载|zai} 載 1949年 2012 二〇一二年 总书记 指出 is are which ? art start Straße STRASSE the
    of 、甲 ；乙 ＿ A é
"""
EVIDENCE = [
    "水能载舟",
    "群众路线，水能载舟",
    "宇下。",
    "群众路线水能",
    "art of",
    "他处",
    "宇下\n群众路线",
]
TEXTS = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=12).map(" ".join)


@st.composite
def notes_of_chance(draw: st.DrawFn) -> list[dict[str, object]]:
    """Return notes as YAML says them."""
    text = TEXTS.map(lambda drawn: drawn.replace(" ", draw(st.sampled_from(["", " "]))))
    gap = st.tuples(text, text, st.sampled_from(["", "::", "::宇"]), text).map(
        lambda parts: f"{parts[0]}{{{{c1::{parts[1]}{parts[2]}}}}}{parts[3]}"
    )
    kinds_of = (
        st.fixed_dictionaries(
            {"kind": st.just("basic"), "front": text, "back": text},
            optional={"reverse": st.just("true"), "cue": text, "extra": text},
        ),
        st.fixed_dictionaries({"kind": st.just("cloze"), "text": gap}, optional={"cue": text}),
        st.fixed_dictionaries(
            {"kind": st.just("list"), "prompt": text, "items": st.lists(text, min_size=1)}
        ),
        st.fixed_dictionaries(
            {"kind": st.just("quotation"), "lines": st.lists(text, min_size=1, max_size=3)},
            optional={"gloss": text, "pivots": st.lists(text, max_size=2)},
        ),
    )
    common = st.fixed_dictionaries(
        {},
        optional={
            "source": st.just("essay"),
            "evidence": st.lists(st.sampled_from(EVIDENCE), min_size=1, max_size=2),
            "origin": st.just("background"),
            "cite": text,
            "pitfalls": st.lists(text, max_size=2),
        },
    )
    drawn: Any = draw(st.lists(st.tuples(st.one_of(kinds_of), common), min_size=1, max_size=4))
    return [{"id": f"note-{at}", **own, **rest} for at, (own, rest) in enumerate(drawn)]


def without_signs(rule: Rule) -> Rule:
    """Return a rule that looks at everything."""
    if isinstance(rule, QuestionRule):
        return dataclasses.replace(rule, signs=every_card)
    if isinstance(rule, NoteRule):
        return dataclasses.replace(rule, signs=every_note)
    return dataclasses.replace(rule, signs="") if isinstance(rule, TextRule) else rule


def told(
    deck: Deck, limits: float, looking: Callable[[Rule], Rule] = lambda rule: rule
) -> set[str]:
    """Return what the rules say of a deck, thresholds multiplied."""
    some = [
        dataclasses.replace(looking(rule), limit=rule.limit and rule.limit * limits)
        for rule in rules().values()
    ]
    return {f"{rule.code.slug} {problem}" for rule, _, problem in run(deck, some)}


@given(notes_of_chance(), st.sampled_from(["zh-Hans", "en"]), st.sampled_from([1, 0, 0.3, 1.5]))
def test_signs_hide_nothing(notes: list[dict[str, object]], language: str, limits: float) -> None:
    header = {"name": "Signs", "id": "signs", "language": language, "people": ["宇下"]}
    text = json.dumps({**header, "sources": {"essay": "source.txt"}, "notes": notes})
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "source.txt").write_text("".join(EVIDENCE[:5]), "utf-8")
        file = Path(folder) / "cards.yaml"
        file.write_text(text, "utf-8")
        deck, _ = load(file, {name: kind.note for name, kind in kinds().items()})
    if deck:
        assert told(deck, limits) == told(deck, limits, without_signs)


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*-[hm]i*.yaml")), ids=lambda case: case.stem)
def test_signs_hide_nothing_of_golden_cases(case: Path) -> None:
    deck, _ = load(case, {name: kind.note for name, kind in kinds().items()})
    assert deck
    assert told(deck, 1) == told(deck, 1, without_signs)


def test_what_stands_between_texts_is_borne_in_them(tmp_path: Path) -> None:
    file = tmp_path / "cards.yaml"
    note = '{kind: basic, front: "水能载\\0舟的下一句是什么?", cue: "\\0\\0", back: "亦能\\0覆舟"}'
    file.write_text(f"{textwrap.dedent(HEADER)}\nnotes: [{note}]\n", "utf-8")
    (tmp_path / "source.txt").write_text("水能载舟", "utf-8")
    assert "control-character" in slugs(compile_deck(file, 1).problems)


def test_the_deck_of_cards_is_clean() -> None:
    compiled = compile_deck(Path(__file__).parent.parent / "cards", 1)
    assert [each for each in compiled.problems if each.code.slug in rules()] == []


def test_length_counts_han_characters_words_and_numbers() -> None:
    assert length("以民为本，don't panic: 42 times 3.5") == 4 + 3 + 1 + 1 + 2
    assert length("，。…… ＿") == 0
    assert longer("甲乙丙", 2) == 3
    assert longer("甲乙丙", 3) == 0


@given(st.text(alphabet="甲乙ab1 ，_é", max_size=12), st.integers(0, 8))
def test_reaching_is_counting(text: str, least: int) -> None:
    assert reaches(text, least) is (length(text) >= least)


@given(st.text(alphabet="甲乙丙", max_size=80), st.lists(st.text(alphabet="甲乙丙", max_size=12)))
def test_a_finder_finds_what_is_there(text: str, others: list[str]) -> None:
    finder = Finder(text)
    passages = [text[start:end] for start, end in combinations(range(0, len(text), 5), 2)]
    for passage in passages[:40] + others:
        assert finder.has(passage) is (passage in text)


PIECES = [
    "甲",
    "乙a",
    "，",
    "**",
    "{载|zài}",
    "{{c1::",
    "{{c2,3::",
    "::提示",
    "}}",
    "\n",
    "`",
    "<b>",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join).map(str.strip))
@example("{{c1::甲{{c2::乙}}丙::提示}}丁")
@example("2012年：甲-乙")
def test_bare_text_is_what_is_rendered(text: str) -> None:
    markup = Markup(cloze=True)
    rendered = to_html(text, markup)
    if not markup.complaints and "****" not in text:
        assert bare(text).split() == plain(rendered).split()


def test_clozes_are_taken_apart() -> None:
    clozed = with_clozes("水能{{c1::载::托起}}舟，{{c2,3::亦能{{c4::覆}}}}舟")
    assert clozed.text == "水能载舟，亦能覆舟"
    assert clozed.gaps == {1: [(2, 3)], 2: [(5, 8)], 3: [(5, 8)], 4: [(7, 8)]}
    assert clozed.hints == {1: "托起"}


class Wording(NamedTuple):
    """A text, the fronts that are made from it, and how many of its pairs these lack at most."""

    text: str
    fronts: list[str]
    hidden: int = 0


def likenesses(
    found: list[Wording], limit: float, apart: Callable[[int, int], bool] = lambda *_: False
) -> list[Likeness]:
    texts, fronts, hidden = zip(*found, strict=True) if found else ((), (), ())
    return list(similar(texts, hidden, fronts.__getitem__, limit, apart))


@st.composite
def wordings(draw: st.DrawFn) -> Wording:
    """Return a text, with its fronts where it has gaps."""
    text = draw(st.text(alphabet="甲乙丙丁戊己", max_size=12))
    fronts, hidden = [text], 0
    for start, end in draw(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=3)):
        cut = text[: min(start, end)] + GAP + text[max(start, end) :]
        fronts = [*(fronts if hidden else []), cut]
        hidden = max(hidden, abs(start - end) + 1)
    return Wording(text, fronts, hidden)


@pytest.fixture(params=["one by one", "in vectors"])
def join(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have candidates found in one of the two ways, whatever their number."""
    monkeypatch.setattr(_similar, "MANY", 0 if request.param == "in vectors" else math.inf)


def jaccard(text: str, other: str) -> float:
    own, others = character_pairs(text, GAP), character_pairs(other, GAP)
    return len(own & others) / (len(own | others) or 1)


@pytest.mark.usefixtures("join")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it holds for all examples
@given(
    st.lists(wordings(), max_size=30),
    st.sampled_from([0.1, 0.3, 0.5, 0.55, 0.7, 1.0]),
    st.sets(st.integers(0, 29)),
)
def test_what_is_alike_is_what_brute_force_finds(
    found: list[Wording], limit: float, contrasted: set[int]
) -> None:
    def apart(later: int, earlier: int) -> bool:
        return {later, earlier} <= contrasted

    alike = {
        number
        for earlier, later in combinations(range(len(found)), 2)
        if not apart(later, earlier)
        and any(
            jaccard(front, other) >= limit
            for front in found[later].fronts
            for other in found[earlier].fronts
        )
        for number in (earlier, later)
    }
    told = likenesses(found, limit, apart)
    for later, earlier, front, other, measured in told:
        assert later > earlier
        assert not apart(later, earlier)
        assert measured >= limit
        assert measured == jaccard(found[later].fronts[front], found[earlier].fronts[other])
    assert {number for pair in told for number in pair[:2]} == alike


@pytest.mark.usefixtures("join")
def test_many_that_are_alike_are_not_compared_all_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counted(text: str, cut: str = "") -> set[str]:
        nonlocal compared
        compared += 1
        return character_pairs(text, cut)

    monkeypatch.setattr(_similar, "character_pairs", counted)
    texts = [f"{chr(0x4E00 + number)}字的部首和笔画一共有多少" for number in range(2_000)]
    told = likenesses([Wording(text, [text]) for text in texts], 0.5)
    assert {number for pair in told for number in pair[:2]} == set(range(2_000))
    assert compared < 20 * 2_000


@pytest.mark.usefixtures("join")
def test_many_that_are_alike_take_little_memory() -> None:
    texts = [f"{chr(0x4E00 + number)}字的部首和笔画在字典里一共有多少" for number in range(2_000)]
    tracemalloc.start()
    try:
        likenesses([Wording(text, [text]) for text in texts], 0.5)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def words(count: int, seed: int) -> list[Wording]:
    """Return wordings of a few words by chance, so that many share some."""
    chance = random.Random(seed)
    known = [chr(0x4E00 + chance.randrange(300)) + chr(0x4E00 + at) for at in range(300)]
    texts = ["".join(chance.choices(known, k=chance.randint(1, 6))) for _ in range(count)]
    return [Wording(text, [text]) for text in texts]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(words(3_000, seed=1), id="words"),
        pytest.param(
            [Wording(f"第{at}问？", [f"第{at}问？"]) for at in range(3_000)], id="formula"
        ),
        pytest.param([Wording("同一问", ["同一问"])] * 1_200, id="the same"),
        pytest.param([Wording(text, [text]) for text in ("", "甲", "", "乙")], id="no pair"),
        pytest.param([], id="nothing"),
    ],
)
@pytest.mark.parametrize("limit", [0.2, 0.5, 1.0])
def test_both_joins_tell_the_same(
    found: list[Wording], limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apart(later: int, earlier: int) -> bool:
        return (later + earlier) % 5 == 0

    one_by_one = likenesses(found, limit, apart)
    monkeypatch.setattr(_similar, "MANY", 0)
    assert likenesses(found, limit, apart) == one_by_one


def test_many_are_looked_through_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = words(_similar.MANY, seed=2)
    in_vectors = likenesses(found, 0.6)
    monkeypatch.delitem(sys.modules, "deckgen.rules._vector_join")
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert likenesses(found, 0.6) == in_vectors
    assert "deckgen.rules._vector_join" not in sys.modules
