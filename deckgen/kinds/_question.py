"""What a card asks, as plain text: what the rules of card quality look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.render.bare import bare, is_marked, with_clozes

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
    words, gaps_of, hints = with_clozes(text, raw_html(note, deck))
    questions: list[Question] = []
    for number, places in sorted(gaps_of.items()):
        prompt, shown_to = "", 0
        gaps: tuple[str, ...] = ()
        for start, end in places:
            prompt += words[shown_to:start] + GAP
            gaps += (words[start:end],)
            shown_to = end
        prompt += words[shown_to:]
        answer, hint = " ".join(gaps), hints.get(number, "")
        questions.append(Question(ask, prompt, context, answer, at, at, gaps, words, hint))
    return questions


def sequence_questions(
    head: Question, items: Sequence[str], *, ask: str, field: str, window: int | None = None
) -> list[Question]:
    """Return a question for each item, with the items before it visible.

    head: the question that asks for all the items.
    field: where the items were authored.
    window: how many of the items before are visible; without it, all.
    """
    questions: list[Question] = []
    prompt, at = head.prompt, head.at
    recited, verbatim, term = head.recited, head.verbatim, head.term
    for number, item in enumerate(items):
        before = items[max(0, number - window) if window else 0 : number]
        context, answer_at, gaps = "\n".join((head.context, *before)), (field, number), (item,)
        question = Question(
            ask, prompt, context, item, at, answer_at, gaps, "", "", recited, verbatim, term
        )
        questions.append(question)
    return questions
