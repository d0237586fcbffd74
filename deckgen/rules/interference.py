"""No interference: fronts differ enough that their answers are not mixed up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import GAP, Question
from deckgen.problem import Code, Severity
from deckgen.rules._columns import normal
from deckgen.rules._rule import Cards, DeckRule, Notes, Reported
from deckgen.rules._similar import Wording, similar

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
    owners: list[Note] = []
    asked_with: list[Sequence[Question]] = []
    wordings: list[Wording] = []
    for asked in notes.asked:
        for wording, questions in _wordings(asked.questions):
            owners.append(asked.note)
            wordings.append(wording)
            asked_with.append(questions)

    def apart(later: int, earlier: int) -> bool:
        note, other = owners[later], owners[earlier]
        if note.contrast and note.contrast == other.contrast:
            return bool(note.cue and other.cue) and note.cue != other.cue
        return note is other

    for found in similar(wordings, limit, apart):
        question = asked_with[found.later][found.front]
        other = asked_with[found.earlier][found.earlier_front]
        message = (
            f"“{question.prompt}” shares {found.measured:.0%} of its character pairs with another "
            f"front (limit {limit:.0%}): reword one, or contrast them with different cues"
        )
        related = ((owners[found.earlier].at.span(*other.at), f"“{other.prompt}”"),)
        yield owners[found.later], (message, question.at), related


def _wordings(questions: Sequence[Question]) -> list[tuple[Wording, Sequence[Question]]]:
    """Return what was worded for a note's fronts, terms left out, with the questions it serves."""
    found: list[tuple[Wording, Sequence[Question]]] = []
    gapped: dict[str, list[Question]] = {}
    seen = ""
    for question in questions:
        prompt = question.prompt
        if question.term or not prompt or prompt is seen:
            continue
        seen = prompt
        if question.words and len(question.gaps) == prompt.count(GAP):
            gapped.setdefault(question.words, []).append(question)
        else:
            found.append((Wording(prompt.casefold(), (prompt,)), (question,)))
    for words, several in gapped.items():
        # a gap makes as many pairs as it has characters, and one with what follows
        hidden = max([len("".join(each.gaps)) + len(each.gaps) for each in several])
        fronts = [each.prompt for each in several]
        found.append((Wording(words.casefold(), fronts, hidden), several))
    return found


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
