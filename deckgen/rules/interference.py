"""No interference: fronts differ enough that their answers are not mixed up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import GAP, Question
from deckgen.problem import Code, Severity
from deckgen.rules._columns import normal
from deckgen.rules._rule import Asked, Cards, DeckRule, Notes, Reported
from deckgen.rules._similar import similar

SAME_FRONT = Code(
    "same-front",
    Severity.ERROR,
    "Two notes ask the same (apart from case, spaces and punctuation) and want different answers, "
    "so that one of them is always wrong. Reword one, or give them different cues.",
)
SIMILAR_FRONT = Code(
    "similar-front",
    Severity.WARNING,
    "Two fronts are so alike that they will be mixed up: of the pairs of neighbouring characters "
    "in both, the share that they have in common (Jaccard's index) reaches the limit. Reword one "
    "by what sets it apart. Where the likeness is the point, put both into a `contrast` group "
    "and give each another `cue`. After Wozniak's “combat interference”.",
)

_LEAST = 0.01
"""Below such a limit nearly all fronts would be alike, and above 0 it has to be."""


def same_front(notes: Notes, _: Deck, __: float) -> Iterator[Reported]:
    """Complain of a front that an earlier note has, too, with another answer."""
    cards = notes.cards
    first: dict[tuple[str, str], int] = {}
    for number, (question, front) in enumerate(zip(cards.questions, cards.normal, strict=True)):
        other = first.setdefault((question.ask, front), number)
        if other != number and cards.notes[other] is not cards.notes[number]:
            yield from _asked_twice(cards, number, other)


def _asked_twice(cards: Cards, number: int, other: int) -> Iterator[Reported]:
    """Yield what is wrong with a card whose front is the same as another's."""
    question, earlier = cards.questions[number], cards.questions[other]
    if normal(question.answer) != normal(earlier.answer):
        message = (
            f"“{question.prompt or question.context.strip()}” is asked twice, with "
            "different answers: reword one, or give them different cues"
        )
        related = ((cards.notes[other].at.span(*earlier.at), "the same front"),)
        yield cards.notes[number], (message, question.at), related


def similar_front(notes: Notes, _: Deck, limit: float) -> Iterator[Reported]:
    """Complain of fronts that are much like another note's, at the later one."""
    if limit > 1:
        return
    worded = _Worded(notes.asked)
    least = max(limit, _LEAST)
    for found in similar(worded.texts, worded.hidden, worded.fronts, least, worded.apart):
        question = worded.questions[found.later][found.front]
        other = worded.questions[found.earlier][found.earlier_front]
        message = (
            f"“{question.prompt}” shares {found.measured:.0%} of its character pairs with another "
            f"front (limit {limit:.0%}): reword one, or contrast them with different cues"
        )
        related = ((worded.notes[found.earlier].at.span(*other.at), f"“{other.prompt}”"),)
        yield worded.notes[found.later], (message, question.at), related


class _Worded:
    """What was worded for notes' fronts, side by side: terms left out, gaps filled.

    texts, hidden: see `similar`.
    questions: those that a text serves; several only where each cuts other gaps into it.
    notes: whose they are.
    """

    def __init__(self, asked: Iterable[Asked]) -> None:
        self.texts: list[str] = []
        self.hidden: list[int] = []
        self.questions: list[list[Question]] = []
        self.notes: list[Note] = []
        for note, questions in asked:
            seen = words = ""
            for question in questions:
                prompt = question.prompt
                if prompt is seen or not prompt or question.term:
                    continue
                seen = prompt
                gapped = question.words and len(question.gaps) == prompt.count(GAP)
                # a gap makes as many pairs as it has characters, and one with what follows
                gaps = question.gaps if gapped else ()
                hidden = len("".join(gaps).casefold()) + len(gaps)
                if gapped and question.words == words:
                    self.questions[-1].append(question)
                    self.hidden[-1] = max(self.hidden[-1], hidden)
                else:
                    words = question.words if gapped else ""
                    self.texts.append((words or prompt).casefold())
                    self.hidden.append(hidden)
                    self.questions.append([question])
                    self.notes.append(note)

    def fronts(self, number: int) -> Sequence[str]:
        """Return the fronts that a text makes."""
        return [question.prompt for question in self.questions[number]]

    def apart(self, later: int, earlier: int) -> bool:
        """Whether two texts may be alike: of one note, or contrasted under other cues."""
        note, other = self.notes[later], self.notes[earlier]
        contrasted = note.contrast and note.contrast == other.contrast
        return note is other or bool(
            contrasted and note.cue and other.cue and note.cue != other.cue
        )


RULES = (
    DeckRule(
        code=SAME_FRONT,
        check=same_front,
        milder="similar-front",
        hit="[{id: work, kind: basic, front: 群众路线是什么？, back: 根本工作路线}, "
        "{id: life, kind: basic, front: 群众路线是什么？, back: 党的生命线}]",
        mended="[{kind: basic, cue: 工作, front: 群众路线是什么？, back: 根本工作路线}, "
        "{kind: basic, cue: 存亡, front: 群众路线是党的什么“线”？, back: 生命线}]",
    ),
    DeckRule(
        code=SIMILAR_FRONT,
        check=similar_front,
        limit=0.5,
        hit="[{kind: basic, front: 工作作风要怎么样？, back: 扎实}, "
        "{kind: basic, front: 领导作风要怎么样？, back: 务实}]",
        mended="[{kind: basic, cue: 工作, contrast: zuofeng, "
        "front: 工作作风要怎么样？, back: 扎实}, "
        "{kind: basic, cue: 领导, contrast: zuofeng, front: 领导作风要怎么样？, back: 务实}]",
    ),
)
