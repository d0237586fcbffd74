"""One thing at a time: short answers, small gaps, few cards from one note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deckgen.deck.deck import Deck
from deckgen.kinds._question import Question
from deckgen.problem import Code, Severity
from deckgen.rules._measure import length, longer, reaches, surely
from deckgen.rules._rule import Asked, Cards, Found, NoteRule, Notes, Of, QuestionRule, every_card

LONG_ANSWER = Code(
    "long-answer",
    Severity.WARNING,
    "An answer is long. A card should ask for one thing that is either known or not: of a long "
    "answer half is remembered, and the card is marked as known all the same. Ask for its parts "
    "on cards of their own, or make it a list or a passage. Answers that are recited (lists, "
    "passages, sayings) may be long. After Wozniak's “minimum information principle”.",
)
OVERLONG_ANSWER = Code(
    "overlong-answer",
    Severity.ERROR,
    "An answer is so long that nobody recalls it as one thing. Split the note, or make it a list "
    "or a passage, whose items are asked one by one.",
)
LONG_FRONT = Code(
    "long-front",
    Severity.WARNING,
    "A front takes long to read at every review. Leave out what does not help to tell what is "
    "asked; explanations belong on the answer (`extra`). After Wozniak's “optimize wording”.",
)
LONG_GAP = Code(
    "long-gap",
    Severity.WARNING,
    "A gap hides much text. Make several smaller gaps, each of the words that matter.",
)
HIDDEN_TEXT = Code(
    "hidden-text",
    Severity.ERROR,
    "A card's gaps hide most of its text, so that what is left does not tell what is missing. "
    "Hide less, or give the gaps different numbers so that they are asked one at a time.",
)
FUNCTION_WORD_GAP = Code(
    "function-word-gap",
    Severity.WARNING,
    "A gap hides function words only (的, 了, 与, the, of): it tests grammar, not the matter. Hide "
    "a word that carries meaning.",
)
BARE_GAP = Code(
    "bare-gap",
    Severity.WARNING,
    "Hardly anything is visible around a gap, so that many words would fit. Show more of the "
    "sentence, or ask a question instead.",
)
LIST_IN_ANSWER = Code(
    "list-in-answer",
    Severity.WARNING,
    "An answer lists several things, which are forgotten one by one and marked together. Make it "
    "a note of `kind: list`, which asks for each with those before it visible. After Wozniak's "
    "“avoid sets, avoid enumerations”.",
)
LONG_LIST_IN_ANSWER = Code(
    "long-list-in-answer",
    Severity.ERROR,
    "An answer lists so many things that it will never be known as a whole. Make it a note of "
    "`kind: list`.",
)
MISSING_COUNT = Code(
    "missing-count",
    Severity.WARNING,
    "A front asks “which are …” and does not say how many, so that the learner cannot tell when "
    "the answer is complete. Write the count: 哪三个.",
)
LONG_LIST = Code(
    "long-list",
    Severity.WARNING,
    "A list has more items than can be kept in mind at once. Split it into groups that mean "
    "something, each a list of its own. After Miller's “seven, plus or minus two”.",
)
MANY_CARDS = Code(
    "many-cards",
    Severity.WARNING,
    "A note makes many cards, which come up together and answer each other. Split it. Passages, "
    "quotations and principles may have many.",
)
TOO_MANY_CARDS = Code(
    "too-many-cards",
    Severity.ERROR,
    "A note makes far too many cards. Split it.",
)

_FUNCTION = re.compile(
    r"(?:[的地得了着和与及以之于而也\W]|\b(?:an?|the|of|to|in|on|at|and|or)\b)+", re.IGNORECASE
)
_SEPARATOR = re.compile(r"[、；;\n]+(?=.)")
_WHICH = re.compile(r"哪些|包括什么|包含什么|\b[Ww](?:hich|hat) are\b")
_COUNT = re.compile(
    r"(?<![第\d])[\d两二三四五六七八九十]|\b(?:two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
_ASKS_WHICH = re.compile("哪些|括什么|含什么|hich are|hat are")
_SHORT_GAP = 6
_MANY_ALLOWED = ("passage", "quotation", "principle")


def long_answers(cards: Cards, limit: float) -> Iterable[int]:
    """Return the answers, gaps among them, that may be longer than a limit."""
    return cards.answers.longer(limit)


def long_answer(question: Question, limit: float) -> str:
    """Complain of an answer that is too long."""
    measured = longer(question.answer, limit)
    if not measured:
        return ""
    return f"the answer is {_long(measured, limit)}: ask for its parts on cards of their own"


def long_fronts(cards: Cards, limit: float) -> Iterable[int]:
    """Return the fronts that may be longer than a limit."""
    return cards.prompts.longer(limit)


def long_front(question: Question, limit: float) -> str:
    """Complain of a front that is too long."""
    measured = longer(question.prompt, limit)
    if not measured:
        return ""
    return f"the front is {_long(measured, limit)}: move what explains into `extra`"


def long_gap(question: Question, limit: float) -> str:
    """Complain of a gap that is too long."""
    for gap in question.gaps:
        if measured := longer(gap, limit):
            return f"the gap “{gap}” is {_long(measured, limit)}: hide only the words that matter"
    return ""


def hidden_texts(cards: Cards, limit: float) -> Iterable[int]:
    """Return the cards that have more than a short gap, or not enough around it."""
    enough = surely(_SHORT_GAP * (1 - limit) / max(limit, 0.01)).search
    return [
        number
        for number, question in enumerate(cards.questions)
        if len(question.answer) > _SHORT_GAP
        or len(question.gaps) > 1
        or not enough(question.prompt)
    ]


def hidden_text(question: Question, limit: float) -> str:
    """Complain of gaps that hide too large a share of their text."""
    # no gap's H is above its plain length
    if reaches(question.prompt, sum(map(len, question.gaps)) * (1 - limit) / max(limit, 0.01)):
        return ""
    hidden = sum(map(length, question.gaps))
    share = hidden / (hidden + length(question.prompt) or 1)
    if share <= limit:
        return ""
    return f"gaps hide {share:.0%} of the text, more than {limit:.0%}: hide less on one card"


def function_word_gaps(cards: Cards, _: float) -> Iterable[int]:
    """Return the cards whose gap begins like a function word, or that have several."""
    return [
        number
        for number, question in enumerate(cards.questions)
        if len(question.gaps) > 1 or _FUNCTION.match(question.answer)
    ]


def function_word_gap(question: Question, _: float) -> str:
    """Complain of a gap of function words alone."""
    for gap in question.gaps:
        if _FUNCTION.fullmatch(gap):
            return f"the gap “{gap}” hides function words only: hide a word that carries meaning"
    return ""


def bare_gaps(cards: Cards, limit: float) -> Iterable[int]:
    """Return the texts with gaps that may be short."""
    return cards.prompts.lacking(surely(limit))


def bare_gap(question: Question, limit: float) -> str:
    """Complain of a gap with hardly anything around it."""
    if reaches(question.prompt, limit):
        return ""
    visible = f"{length(question.prompt)} long (in characters and words), less than {limit:g}"
    return f"the text around the gap is {visible}: show more of the sentence"


def lists_in_answers(cards: Cards, limit: float) -> Iterable[int]:
    """Return the answers with a separator."""
    return cards.answers.holding(_SEPARATOR) if limit > 1 else every_card(cards, limit)


def list_in_answer(question: Question, limit: float) -> str:
    """Complain of an answer that enumerates."""
    count = len(_SEPARATOR.findall(question.answer)) + 1
    if count < limit:
        return ""
    return f"the answer lists {count} things: make it a note of `kind: list`"


def missing_counts(cards: Cards, _: float) -> Iterable[int]:
    """Return the fronts that ask for several things."""
    return cards.prompts.holding(_ASKS_WHICH)


def missing_count(question: Question, _: float) -> str:
    """Complain of a question for several things that does not say how many."""
    asked = _WHICH.search(question.prompt)
    if not asked or _COUNT.search(question.prompt):
        return ""
    return f"“{asked[0]}” does not say how many: write the count, e.g. 哪三个"


def many(notes: Notes, _: Deck, limit: float) -> Iterable[int]:
    """Return the notes with more cards than a limit."""
    return [number for number, each in enumerate(notes.asked) if len(each.questions) > limit]


def long_list(asked: Asked, _: Deck, limit: float) -> Iterator[Found]:
    """Complain of a list of too many items."""
    if len(asked.questions) > limit and not asked.questions[0].verbatim:
        items = [each for each in asked.questions if each.recited and len(each.answer_at) == 2]
        if len(items) > limit:
            field = items[0].answer_at[0]
            yield f"{len(items)} {field} are more than {limit:g}: split them into groups", (field,)


def many_cards(asked: Asked, _: Deck, limit: float) -> Iterator[Found]:
    """Complain of a note that makes too many cards."""
    count = len(asked.questions)
    if count > limit and asked.note.kind not in _MANY_ALLOWED:
        yield f"this note makes {count} cards, more than {limit:g}: split it", ()


def _long(measured: int, limit: float) -> str:
    return f"{measured} long (in characters and words), more than {limit:g}"


RULES = (
    QuestionRule(
        code=LONG_ANSWER,
        of=Of.ANSWER,
        check=long_answer,
        signs=long_answers,
        limit=20,
        hit="{kind: basic, front: 为什么要高度重视群众的意见？, "
        "back: 因为群众生活在最基层，对政策落实的情况感受最深切，反映的问题往往也最真实}",
        mended="{kind: basic, front: 为什么群众反映的问题往往最真实？, back: 因为群众生活在最基层}",
    ),
    QuestionRule(
        code=OVERLONG_ANSWER,
        of=Of.ANSWER,
        check=long_answer,
        signs=long_answers,
        limit=40,
        milder="long-answer",
        hit="{kind: basic, front: 光合作用是怎样进行的？, back: 植物的叶绿体吸收太阳光的能量，"
        "把从空气里吸收的二氧化碳和从根部吸收的水变成葡萄糖，同时把氧气放到空气里去}",
        mended="{kind: basic, front: 光合作用把二氧化碳和水变成哪两样东西？, back: 葡萄糖和氧气}",
    ),
    QuestionRule(
        code=LONG_FRONT,
        of=Of.FRONT,
        check=long_front,
        signs=long_fronts,
        limit=60,
        hit="{kind: basic, back: 法国, front: 巴黎位于塞纳河畔，有两千多年的历史，"
        "城里有埃菲尔铁塔、卢浮宫和巴黎圣母院，每年接待的游客有几千万人，"
        "是欧洲人口最多的城市之一，它是哪个国家的首都？}",
        mended="{kind: basic, front: 巴黎是哪个国家的首都？, back: 法国}",
    ),
    QuestionRule(
        code=LONG_GAP,
        of=Of.GAP,
        check=long_gap,
        signs=long_answers,
        limit=15,
        hit='{kind: cloze, text: "群众的意见之所以可靠，是因为'
        '{{c1::群众生活在最基层，对政策的落实感受最深切}}。"}',
        mended='{kind: cloze, text: "群众的意见之所以可靠，是因为'
        '群众生活在{{c1::最基层}}，对政策的落实{{c2::感受最深切}}。"}',
    ),
    QuestionRule(
        code=HIDDEN_TEXT,
        of=Of.GAP,
        check=hidden_text,
        signs=hidden_texts,
        limit=0.6,
        hit='{kind: cloze, text: "{{c1::密切联系}}{{c1::人民群众}}是{{c1::我们党}}的优势"}',
        mended='{kind: cloze, text: "密切联系{{c1::人民群众}}是我们党的{{c2::优势}}"}',
    ),
    QuestionRule(
        code=FUNCTION_WORD_GAP,
        of=Of.GAP,
        check=function_word_gap,
        signs=function_word_gaps,
        hit='{kind: cloze, text: "水能载舟{{c1::的}}道理"}',
        mended='{kind: cloze, text: "水能{{c1::载}}舟的道理"}',
    ),
    QuestionRule(
        code=BARE_GAP,
        of=Of.GAP,
        check=bare_gap,
        signs=bare_gaps,
        limit=4,
        hit='{kind: cloze, text: "最{{c1::可靠}}"}',
        mended='{kind: cloze, text: "群众反映的问题往往最{{c1::可靠}}"}',
    ),
    QuestionRule(
        code=LIST_IN_ANSWER,
        of=Of.ANSWER,
        check=list_in_answer,
        signs=lists_in_answers,
        limit=3,
        hit="{kind: basic, front: 群众反映的问题往往怎么样？, back: 最真实、最可靠、最准确}",
        mended="{kind: list, prompt: 群众反映的问题往往怎么样？（三个“最”）, "
        "items: [最真实, 最可靠, 最准确]}",
    ),
    QuestionRule(
        code=LONG_LIST_IN_ANSWER,
        of=Of.ANSWER,
        check=list_in_answer,
        signs=lists_in_answers,
        limit=5,
        milder="list-in-answer",
        hit="{kind: basic, front: 五行是指哪五种东西？, back: 金、木、水、火、土}",
        mended="{kind: list, prompt: 五行是指哪五种东西？, items: [金, 木, 水, 火, 土]}",
    ),
    QuestionRule(
        code=MISSING_COUNT,
        of=Of.QUESTION,
        check=missing_count,
        signs=missing_counts,
        hit="{kind: basic, front: 光的原色有哪些？, back: 红绿蓝}",
        mended="{kind: basic, front: 光的三种原色是哪三种？, back: 红绿蓝}",
    ),
    NoteRule(
        code=LONG_LIST,
        check=long_list,
        signs=many,
        limit=7,
        hit="{kind: list, prompt: 太阳系的八大行星由近及远, "
        "items: [水星, 金星, 地球, 火星, 木星, 土星, 天王星, 海王星]}",
        mended="{kind: list, prompt: 太阳系的四颗类地行星由近及远, "
        "items: [水星, 金星, 地球, 火星]}",
    ),
    NoteRule(
        code=MANY_CARDS,
        check=many_cards,
        signs=many,
        limit=8,
        hit='{kind: cloze, text: "{{c1::鼠}}、{{c2::牛}}、{{c3::虎}}、{{c4::兔}}、{{c5::龙}}、'
        '{{c6::蛇}}、{{c7::马}}、{{c8::羊}}、{{c9::猴}}、鸡、狗、猪"}',
        mended='{kind: cloze, text: "{{c1::鼠}}、{{c2::牛}}、{{c3::虎}}、{{c4::兔}}、龙、蛇"}',
    ),
    NoteRule(
        code=TOO_MANY_CARDS,
        check=many_cards,
        signs=many,
        limit=15,
        milder="many-cards",
        hit="{kind: list, prompt: 汉语拼音的前十六个声母, "
        "items: [b, p, m, f, d, t, n, l, g, k, h, j, q, x, zh, ch]}",
        mended="{kind: list, prompt: 汉语拼音的四个唇音声母, items: [b, p, m, f]}",
    ),
)
