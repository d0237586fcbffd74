"""No interference: fronts differ enough that their answers are not mixed up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import GAP, Question
from deckgen.problem import Code, Severity
from deckgen.rules._rule import Asked, DeckRule, Found, Related
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

_GAP_MARK = "0"


def same_front(notes: Sequence[Asked], _: Deck, __: float) -> Iterator[tuple[Note, Found, Related]]:
    """Complain of a front that an earlier note has, too, with another answer."""
    first: dict[tuple[str, str], tuple[Note, Question]] = {}
    for note, questions in notes:
        for question in questions:
            front = _normal(f"{question.prompt}\t{question.context}")
            earlier, other = first.setdefault((question.ask, front), (note, question))
            if earlier is not note and _normal(question.answer) != _normal(other.answer):
                message = (
                    f"“{question.prompt or question.context.strip()}” is asked twice, with "
                    "different answers: reword one, or give them different cues"
                )
                related = ((earlier.at.span(*other.at), "the same front"),)
                yield note, (message, question.at), related


def similar_front(
    notes: Sequence[Asked], _: Deck, limit: float
) -> Iterator[tuple[Note, Found, Related]]:
    """Complain of a front that is much like an earlier note's."""
    fronts = [
        (_normal(question.prompt), note, question)
        for note, questions in notes
        for question in _fronts(questions)
    ]

    def apart(later: int, earlier: int) -> bool:
        text, note, question = fronts[later]
        other_text, other_note, other = fronts[earlier]
        if note is other_note:
            return True
        if note.contrast and note.contrast == other_note.contrast:
            return bool(note.cue and other_note.cue) and note.cue != other_note.cue
        return text == other_text and _is_same_front(question, other)

    for later, earlier, measured in similar([text for text, *_ in fronts], limit, apart):
        note, question = fronts[later][1:]
        other_note, other = fronts[earlier][1:]
        message = (
            f"“{question.prompt}” shares {measured:.0%} of its character pairs with another "
            f"front (limit {limit:.0%}): reword one, or contrast them with different cues"
        )
        related = ((other_note.at.span(*other.at), f"“{other.prompt}”"),)
        yield note, (message, question.at), related


def _is_same_front(question: Question, other: Question) -> bool:
    """Whether the other rule complains of two questions with the same prompt."""
    return (
        question.ask == other.ask
        and _normal(question.context) == _normal(other.context)
        and _normal(question.answer) != _normal(other.answer)
    )


def _fronts(questions: Sequence[Question]) -> list[Question]:
    """Return those of a note's questions whose wording an author chose, each prompt once."""
    once = {question.prompt: question for question in questions if not question.term}
    return [question for prompt, question in once.items() if prompt]


def _normal(text: str) -> str:
    """Return a text's letters, digits and gaps alone, in lower case."""
    if GAP in text:
        text = text.replace(GAP, _GAP_MARK)
    return "".join(filter(str.isalnum, text)).lower()


RULES = (
    DeckRule(
        code=SAME_FRONT,
        check=same_front,
        hit="[{kind: basic, front: 群众路线是什么？, back: 根本工作路线}, "
        "{kind: basic, front: 群众路线是什么？, back: 党的生命线}]",
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
