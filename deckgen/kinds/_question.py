"""What a card asks, as plain text: what the rules of card quality look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.render.bare import Stretch, bare, is_marked, with_clozes

GAP = "＿"
"""Stands in a prompt where a card has a gap."""

Path = tuple[str | int, ...]


class Question(NamedTuple):
    """One card: what its front shows and what has to be known; a tuple, since there are many.

    ask: what is asked, where two cards that show the same may ask different things.
    prompt: the text that asks, with `＿` for each gap.
    context: what else the front shows: the cue, the items before the gap.
    answer: what the back adds.
    at, answer_at: where the prompt and the answer were authored, as paths below the note.
    gaps: the hidden stretches of the prompt.
    words: the prompt with its gaps filled, where it has gaps.
    hint: what the author put into the gap.
    recited: whether the answer is the next item of a sequence, or all of it.
    verbatim: whether a recited text is fixed by its source.
    term: whether the prompt is a name or a saying, whose words are fixed.
    reverse: whether the card asks from a note's answer to its question.
    """

    ask: str
    prompt: str
    context: str
    answer: str
    at: Path
    answer_at: Path
    gaps: tuple[str, ...] = ()
    words: str = ""
    hint: str = ""
    recited: bool = False
    verbatim: bool = False
    term: bool = False
    reverse: bool = False


def shown(note: Note, deck: Deck, text: str | None) -> str:
    """Return a note's Markdown as its reader sees it; nothing where there is none."""
    if not text or not is_marked(text):
        return text or ""
    return bare(text, raw_html(note, deck))


def raw_html(note: Note, deck: Deck) -> bool:
    """Whether raw HTML goes through in a note."""
    return deck.header.html if note.html is None else note.html


def gap_questions(
    note: Note, deck: Deck, text: str, ask: str, at: Path, context: str
) -> list[Question]:
    """Return a question for each cloze number of a note's text."""
    stretches, hints = with_clozes(text, raw_html(note, deck))
    words = "".join([shown for shown, _ in stretches])
    questions: list[Question] = []
    for number, hidden in sorted(_hidden(stretches).items()):
        prompt, shown_to = "", 0
        for start, end in hidden:
            prompt += words[shown_to:start] + GAP
            shown_to = end
        prompt += words[shown_to:]
        gaps = tuple([words[start:end] for start, end in hidden])
        answer, hint = " ".join(gaps), hints.get(number, "")
        questions.append(Question(ask, prompt, context, answer, at, at, gaps, words, hint))
    return questions


def _hidden(stretches: Iterable[Stretch]) -> dict[int, list[tuple[int, int]]]:
    """Return for each cloze number where in the text its gaps start and end."""
    hidden: dict[int, list[tuple[int, int]]] = {}
    at = 0
    for text, numbers in stretches:
        end = at + len(text)
        for number in numbers:
            gaps = hidden.setdefault(number, [])
            if gaps and gaps[-1][1] == at:
                gaps[-1] = gaps[-1][0], end
            elif not gaps or gaps[-1][1] != end:
                gaps.append((at, end))
        at = end
    return hidden


def sequence_questions(
    head: Question, items: Sequence[str], *, ask: str, field: str, window: int | None = None
) -> list[Question]:
    """Return a question for each item, with the items before it visible.

    head: the question that asks for all the items.
    field: where the items were authored.
    window: how many of the items before are visible; without it, all.
    """
    questions: list[Question] = []
    recited, verbatim, term = head.recited, head.verbatim, head.term
    for at, item in enumerate(items):
        before = items[max(0, at - window) if window else 0 : at]
        context = "\n".join((head.context, *before))
        asked = ask, head.prompt, context, item, head.at, (field, at), (item,)
        questions.append(Question(*asked, "", "", recited, verbatim, term))
    return questions
