"""No free lunch, no riddle: a front does not give its answer away, and says what it asks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import repeat
from operator import contains

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import Question
from deckgen.problem import Code, Severity
from deckgen.rules._columns import Column
from deckgen.rules._measure import length, longer, reaches, surely
from deckgen.rules._rule import Cards, DeckRule, Notes, Of, QuestionRule, Reported
from deckgen.text.han import HAN, is_han

ANSWER_IN_FRONT = Code(
    "answer-in-front",
    Severity.ERROR,
    "The answer stands on the front of its own card, in the question, the cue or the visible part "
    "of the text. The card is then answered by reading. Reword the front, or hide the other place "
    "too (the same cloze number).",
)
VAGUE_FRONT = Code(
    "vague-front",
    Severity.WARNING,
    "A front begins with a word that points to something the card does not show (这, 该, 它, 上述, "
    "其, this, it). Cards come up alone and in any order: name the thing.",
)
SHORT_FRONT = Code(
    "short-front",
    Severity.WARNING,
    "A front has so few words that it hardly tells what is asked. Write the whole question, or "
    "give the note a `cue`. Terms, names and sayings, which are asked for in the template's own "
    "words, may be short.",
)
YES_NO = Code(
    "yes-no",
    Severity.WARNING,
    "A yes-or-no question can be answered by guessing, and teaches little. Ask for the thing "
    "itself: not “Is Paris the capital?” but “Which city is the capital?”.",
)
AMBIGUOUS_REVERSE = Code(
    "ambiguous-reverse",
    Severity.ERROR,
    "A reversed card shows an answer that belongs to several questions, so that it cannot be told "
    "which of them is meant. Drop `reverse`, or make the answers differ.",
)
LONG_REVERSE = Code(
    "long-reverse",
    Severity.WARNING,
    "A reversed card shows a long answer and asks what was asked: a riddle that takes long to "
    "read. Drop `reverse`, and write a question of its own for the other direction.",
)
REVEALING_HINT = Code(
    "revealing-hint",
    Severity.WARNING,
    "A hint shows much of its answer, so that the rest is guessed. Hint at the meaning, or at the "
    "first character only.",
)

_EDGE = " \t\n，。、；：？！“”‘’（）《》〈〉…—·,.;:?!\"'()[]＿"
_POINTING = "这该它上其tTiI“‘（("
_VAGUE = re.compile(
    r"[“‘（(]*(这|该|它|上述|其(?![他它次实余])|(?:this|these|those|its?)\b)", re.IGNORECASE
)
_YES_NO = re.compile(
    r"吗[？?]|是否|是不是"
    r"|^[“‘\"']?(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should)\b"
    rf"[^?{HAN}]*\?[”’\"']?\s*$",
    re.IGNORECASE,
)


def answers_in_fronts(cards: Cards, _: float) -> Iterable[int]:
    """Return the cards that hide several things, or whose front shows what is hidden."""
    hidden = Column([each.gaps[0] if each.gaps else each.answer for each in cards.questions])
    sought = map(str.strip, hidden.casefolded.texts, repeat(_EDGE))
    stands = map(contains, cards.fronts.casefolded.texts, sought)
    return [
        number
        for number, (question, found) in enumerate(zip(cards.questions, stands, strict=True))
        if (found or len(question.gaps) > 1) and not (question.verbatim and question.recited)
    ]


def answer_in_front(question: Question, limit: float) -> str:
    """Complain of an answer, at least so long, that the front shows."""
    if question.verbatim and question.recited:
        return ""
    for answer in question.gaps or (question.answer,):
        sought = answer.strip(_EDGE).casefold()
        for front in (question.prompt, question.context):
            shown = front.casefold()
            found = sought and sought in shown and reaches(sought, limit)
            if found and _stands_in(sought, shown):
                return f"the answer “{answer}” stands on the front: reword it, or hide both places"
    return ""


def _stands_in(sought: str, front: str) -> bool:
    """Whether a text stands in another as words of its own: `art` does not in `start`."""
    start = r"\b" if sought[0].isascii() else ""
    end = r"\b" if sought[-1].isascii() else ""
    return re.search(start + re.escape(sought) + end, front) is not None


def vague_fronts(cards: Cards, _: float) -> Iterable[int]:
    """Return the fronts that begin as one that points to something may."""
    return [
        number
        for number, question in enumerate(cards.questions)
        if question.prompt[:1] in _POINTING
    ]


def vague_front(question: Question, _: float) -> str:
    """Complain of a front that begins by pointing to what is not there."""
    found = _VAGUE.match(question.prompt)
    if not found or (question.verbatim and question.gaps):
        return ""
    return f"the front begins with “{found[1]}”: name the thing, since cards come up alone"


def short_fronts(cards: Cards, limit: float) -> Iterable[int]:
    """Return the fronts that may be short."""
    return cards.prompts.lacking(surely(limit))


def short_front(question: Question, limit: float) -> str:
    """Complain of a front of few words, where only its own words ask."""
    by_template = question.ask and not question.recited
    if by_template or question.verbatim or reaches(question.prompt, limit):
        return ""
    measured = length(question.prompt) + length(question.context)
    if measured >= limit:
        return ""
    less = f"{measured} long (in characters and words), less than {limit:g}"
    return f"the front is {less}: write the whole question, or give a cue"


def yes_no_questions(cards: Cards, _: float) -> Iterable[int]:
    """Return the fronts with a word that asks for yes or no, and those that may be in English."""
    return [
        number
        for number, prompt in enumerate(cards.prompts.texts)
        if "吗" in prompt
        or "是否" in prompt
        or "是不是" in prompt
        or prompt[:1].isascii()
        or prompt[:1] in "“‘"
    ]


def yes_no(question: Question, _: float) -> str:
    """Complain of a question that yes or no answers."""
    if not _YES_NO.search(question.prompt):
        return ""
    return "yes or no answers this: ask for the thing itself"


def reversed_cards(cards: Cards, _: float) -> Iterable[int]:
    """Return the cards that ask from answer to question."""
    return [number for number, question in enumerate(cards.questions) if question.reverse]


def long_reverse(question: Question, limit: float) -> str:
    """Complain of a long text on a reversed card's front."""
    if not question.reverse or not (measured := longer(question.prompt, limit)):
        return ""
    more = f"{measured} long (in characters and words), more than {limit:g}"
    return f"the answer that the reversed card shows is {more}: drop `reverse`"


def hints(cards: Cards, _: float) -> Iterable[int]:
    """Return the cards with a hint."""
    return [number for number, question in enumerate(cards.questions) if question.hint]


def revealing_hint(question: Question, limit: float) -> str:
    """Complain of a hint that shows too large a share of the answer."""
    if not question.hint:
        return ""
    answer = [c for c in question.answer.casefold() if c.isalnum()]
    hint = [c for c in question.hint.casefold() if c.isalnum()]
    blocks = SequenceMatcher(None, answer, hint, autojunk=False).get_matching_blocks()
    # a single letter in common is chance, unless both begin with it
    shown = sum(
        size for at, _, size in blocks if size > 1 or (size and (at == 0 or is_han(answer[at])))
    )
    share = shown / (len(answer) or 1)
    if share <= limit:
        return ""
    return f"the hint shows {share:.0%} of the answer, more than {limit:.0%}: hint at its meaning"


def ambiguous_reverse(notes: Notes, _: Deck, __: float) -> Iterator[Reported]:
    """Complain of reversed cards whose text answers another question, too."""
    cards = notes.cards
    reversed_ = [
        (cards.notes[number], question)
        for number, question in enumerate(cards.questions)
        if question.reverse
    ]
    backs = {question.prompt.casefold() for _, question in reversed_}
    fronts: dict[str, dict[str, Note]] = defaultdict(dict)
    for note, question in zip(cards.notes, cards.questions, strict=True) if backs else ():
        if not question.gaps and not question.reverse and question.answer.casefold() in backs:
            answered = fronts[question.answer.casefold()]
            answered.setdefault(question.prompt.casefold(), note)
    for note, question in reversed_:
        others = fronts[question.prompt.casefold()]
        other = next((each for each in others.values() if each is not note), None)
        if len(others) > 1 and other:
            message = (
                f"“{question.prompt}” answers {len(others)} questions: drop `reverse`, or make "
                "the answers differ"
            )
            related = ((other.at.span(), "it answers this, too"),)
            yield note, (message, ("reverse",)), related


RULES = (
    QuestionRule(
        code=ANSWER_IN_FRONT,
        of=Of.CARD,
        check=answer_in_front,
        signs=answers_in_fronts,
        limit=2,
        hit="{kind: basic, front: 巴黎在法国，法国的首都是哪里？, back: 巴黎}",
        mended="{kind: basic, front: 法国的首都是哪里？, back: 巴黎}",
    ),
    QuestionRule(
        code=VAGUE_FRONT,
        of=Of.FRONT,
        check=vague_front,
        signs=vague_fronts,
        hit="{kind: basic, front: 这句话说明什么道理？, back: 群众最有发言权}",
        mended="{kind: basic, front: “知屋漏者在宇下”说明什么道理？, back: 群众最有发言权}",
    ),
    QuestionRule(
        code=SHORT_FRONT,
        of=Of.QUESTION,
        check=short_front,
        signs=short_fronts,
        limit=6,
        hit="{kind: basic, front: 首都？, back: 巴黎}",
        mended="{kind: basic, front: 法国的首都是哪里？, back: 巴黎}",
    ),
    QuestionRule(
        code=YES_NO,
        of=Of.QUESTION,
        check=yes_no,
        signs=yes_no_questions,
        hit="{kind: basic, front: 巴黎是法国的首都吗？, back: 对}",
        mended="{kind: basic, front: 法国的首都是哪里？, back: 巴黎}",
    ),
    DeckRule(
        code=AMBIGUOUS_REVERSE,
        check=ambiguous_reverse,
        hit="[{kind: basic, front: 法国的首都是哪里？, back: 巴黎, reverse: true}, "
        "{kind: basic, front: 卢浮宫在哪座城市？, back: 巴黎}]",
        mended="[{kind: basic, front: 法国的首都是哪里？, back: 巴黎}, "
        "{kind: basic, front: 卢浮宫在哪座城市？, back: 巴黎}]",
    ),
    QuestionRule(
        code=LONG_REVERSE,
        of=Of.QUESTION,
        check=long_reverse,
        signs=reversed_cards,
        limit=15,
        hit="{kind: basic, front: 人民首创精神要怎样对待？, reverse: true, "
        "back: 坚持人民主体地位，充分尊重和发挥它}",
        mended="{kind: basic, front: 人民首创精神要怎样对待？, reverse: true, back: 充分发挥}",
    ),
    QuestionRule(
        code=REVEALING_HINT,
        of=Of.GAP,
        check=revealing_hint,
        signs=hints,
        limit=0.4,
        hit='{kind: cloze, text: "知屋漏者在宇下，{{c1::知政失者在草野::知政失者……}}"}',
        mended='{kind: cloze, text: "知屋漏者在宇下，{{c1::知政失者在草野::下半句}}"}',
    ),
)
