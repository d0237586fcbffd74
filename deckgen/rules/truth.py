"""Truth to the source: what is said to stand in it does, to the character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.deck.source import Source
from deckgen.kinds._question import Path, shown
from deckgen.kinds.quotation import Quotation
from deckgen.problem import Code, Problem, Severity
from deckgen.render.plain import plain
from deckgen.rules._rule import Asked, Found, NoteRule, Notes
from deckgen.text.find import Finder
from deckgen.text.han import HAN
from deckgen.text.passage import joined, nearest, without_punctuation

NOT_IN_SOURCE = Code(
    "not-in-source",
    Severity.ERROR,
    "A verbatim text (evidence, the lines of a quotation or passage, a principle's heading) does "
    "not stand in its source. The nearest passage is shown, with what differs in 【】: copy it "
    "from there. Line breaks and indents do not count; characters are compared after NFC.",
)
SOURCE_PUNCTUATION = Code(
    "source-punctuation",
    Severity.WARNING,
    "A verbatim text differs from its source in punctuation only. Copy the source's.",
)


BEYOND_SOURCE = Code(
    "beyond-source",
    Severity.ERROR,
    "A note that rests on its source (`origin: essay`, and a `source`) names a 《work》, a year or "
    "a person that the source does not name. Make it `origin: background` with a `cite`, or take "
    "it out. Works are recognised by their 《》; years by 年 behind the number, or as a number "
    "from 1000 to 2099 alone; persons by deck.yaml's `people` and the authors that the deck's "
    "quotations give. What a quotation says under `work` and `original` is background anyway.",
)
NO_CITE = Code(
    "no-cite",
    Severity.ERROR,
    "A note of background does not say where it is from. Give `cite`.",
)
UNVERIFIED = Code(
    "unverified",
    Severity.WARNING,
    "Background, a quotation's `work` among it, was not checked in the place that is cited. Look "
    "it up, and say `verified: true`.",
)
NO_OCCASION = Code(
    "no-occasion",
    Severity.WARNING,
    "A leader's statement comes without its `occasion`: where and when it was made; 原文未注 is an "
    "answer. Such a statement is recognised by an office (总书记, 主席, 总理, President …) with a "
    "verb of saying behind it in the same sentence, in the note's texts or evidence.",
)

_WORK = re.compile("《[^《》]+》")
_YEAR = re.compile(
    r"(?<![\d.])(?:\d{3,4}(?=\s?年)|(?:1\d|20)\d\d(?![\d.,%\w]))|[〇零一二三四五六七八九]{3,4}(?=年)"
)
_DIGITS = re.compile("[1-9][0-9][0-9]")
_PERSON = re.compile(rf"([{HAN}]{{2,4}}|[^\W\d_{HAN}][^（(，,]*\w)\s*(?:[（(].*)?")
_OFFICE = re.compile(
    "总书记|总理|总统|主席|總書記|總理|總統|President|Chairman|Prime Minister|Secretary"
)
_STATEMENT = re.compile(
    rf"(?:{_OFFICE.pattern})[^。.！!？?\n]{{0,60}}?"
    r"(?:指出|强调|強調|说|說|提出|讲话|講話|文章|发表|發表|\b(?:said|stated|stressed)\b)"
)
_BACKGROUND = ("original", "work", "cite", "readings")


def check(deck: Deck) -> Iterator[tuple[Note | None, Problem]]:
    """Yield the verbatim texts that their source does not hold."""
    finders = {name: Finder(source.joined) for name, source in deck.sources.items()}
    for note in deck.notes.values():
        finder = finders.get(note.source or "")
        if not finder or not (note.verbatim or note.evidence):
            continue
        if note.verbatim or not finder.sentences.issuperset(note.evidence):
            for path, text in _verbatim(note):
                # a text of one line is as passages are compared, since it was read so
                passage = joined(text) if "\n" in text else text
                if not finder.has(passage):
                    yield note, _missing(note, path, passage, deck.sources[note.source or ""])


def _verbatim(note: Note) -> Iterator[tuple[Path, str]]:
    for at, passage in enumerate(note.evidence):
        yield ("evidence", at), passage
    for field in note.verbatim:
        value = getattr(note, field)
        if value:
            yield (field,), plain(value) if isinstance(value, str) else "\n".join(value)


def _missing(note: Note, path: Path, passage: str, source: Source) -> Problem:
    near = nearest(passage, source.joined)
    shown = f"; the nearest passage is “{near}”" if near else ""
    if without_punctuation(passage) in without_punctuation(source.joined):
        message = f"only the punctuation differs from the source '{source.name}'{shown}"
        return Problem(SOURCE_PUNCTUATION, message, note.at.span(*path))
    message = f"“{passage}” is not in the source '{source.name}'{shown}"
    return Problem(NOT_IN_SOURCE, message, note.at.span(*path))


def named(notes: Notes, names: _Names, _: float) -> Iterable[int]:
    """Return the notes that may name a work, a year or a person; most do not."""
    return {*notes.texts.holding(_DIGITS), *notes.texts.holding(names.signs)}


def beyond_source(asked: Asked, names: _Names, _: float) -> Iterator[Found]:
    """Complain of a work, year or person in a note that its source does not name."""
    note = asked.note
    source = names.deck.sources.get(note.source) if note.source else None
    if not source or note.origin == "background":
        return
    for text, path in asked.texts:
        if path[0] not in _BACKGROUND:
            for name in _named(shown(note, names.deck, text), names):
                if not _is_named(name, source):
                    message = (
                        f"the source '{source.name}' does not name {name}: mark the note "
                        "`origin: background`, or take the name out"
                    )
                    yield message, path


def backgrounds(notes: Notes, _: Deck, __: float) -> Iterable[int]:
    """Return the notes of background, and those with a work."""
    return [
        number
        for number, (note, _) in enumerate(notes.asked)
        if note.origin == "background" or note.kind == "quotation"
    ]


def no_cite(asked: Asked, _: Deck, __: float) -> Iterator[Found]:
    """Complain of background without its place."""
    if asked.note.origin == "background" and not asked.note.cite:
        yield "this background has no `cite`: say where it is from", ("origin",)


def unverified(asked: Asked, _: Deck, __: float) -> Iterator[Found]:
    """Complain of background that nobody has looked up."""
    note = asked.note
    if note.origin == "background" and not note.verified:
        yield "this background is not verified: look it up, and say `verified: true`", ("origin",)
    if isinstance(note, Quotation) and note.work and not note.work.verified:
        yield "this work is not verified: look it up, and say `verified: true`", ("work",)


def statements(notes: Notes, _: Deck, __: float) -> Iterable[int]:
    """Return the notes that name an office."""
    return {*notes.texts.holding(_OFFICE), *notes.evidence.holding(_OFFICE)}


def no_occasion(asked: Asked, _: Deck, __: float) -> Iterator[Found]:
    """Complain of a leader's statement without its occasion."""
    note = asked.note
    if note.occasion or note.origin == "background":
        return
    passages = [(passage, ("evidence", at)) for at, passage in enumerate(note.evidence)]
    for text, path in (*asked.texts, *passages):
        if found := _STATEMENT.search(text):
            said = f"“{found[0]}” is a leader's statement"
            yield f"{said}: give its `occasion` (原文未注 if the source tells none)", path
            return


class _Names(NamedTuple):
    """The names that notes may not use of themselves.

    people: finds a person's name.
    signs: finds what may be one, or a work, or a year not in digits.
    """

    deck: Deck
    people: re.Pattern[str]
    signs: re.Pattern[str]


def _names(deck: Deck) -> _Names:
    """Return what to look for in a deck: the persons it lists, and the authors it names."""
    people = {str(name) for name in deck.header.people}
    for note in deck.notes.values():
        if isinstance(note, Quotation) and note.work and note.work.author:
            author = _PERSON.fullmatch(note.work.author)
            people |= {author[1]} if author else set()
    longest = [re.escape(name) for name in sorted(people, key=lambda name: (-len(name), name))]
    nobody = "(?!)"  # an empty pattern would find everything
    signs = "|".join(["《", "年", *longest])
    return _Names(deck, re.compile("|".join(longest) or nobody), re.compile(signs))


def _named(text: str, names: _Names) -> list[str]:
    if not (names.signs.search(text) or _DIGITS.search(text)):
        return []
    people = names.people.findall(_WORK.sub("", text))
    return [*_WORK.findall(text), *_YEAR.findall(text), *people]


def _is_named(name: str, source: Source) -> bool:
    """Whether a source has a name; a work also where it has one of the work's chapters."""
    return name in source.joined or name.replace("》", "·") in source.joined


RULES = (
    NoteRule(
        code=BEYOND_SOURCE,
        check=beyond_source,
        signs=named,
        prepare=_names,
        hit="{kind: basic, source: essay, front: 《论衡》把哪里的人说成最知道屋漏？, back: 宇下}",
        mended="{kind: basic, source: essay, origin: background, cite: 《论衡·书解篇》, "
        "verified: true, front: 《论衡》把哪里的人说成最知道屋漏？, back: 宇下}",
    ),
    NoteRule(
        code=NO_CITE,
        check=no_cite,
        signs=backgrounds,
        hit="{kind: basic, origin: background, front: 《论衡》是谁写的书？, back: 王充}",
        mended="{kind: basic, origin: background, cite: 《后汉书·王充传》, verified: true, "
        "front: 《论衡》是谁写的书？, back: 王充}",
    ),
    NoteRule(
        code=UNVERIFIED,
        check=unverified,
        signs=backgrounds,
        hit="{kind: basic, origin: background, cite: 《后汉书·王充传》, "
        "front: 《论衡》是谁写的书？, back: 王充}",
        mended="{kind: basic, origin: background, cite: 《后汉书·王充传》, verified: true, "
        "front: 《论衡》是谁写的书？, back: 王充}",
    ),
    NoteRule(
        code=NO_OCCASION,
        check=no_occasion,
        signs=statements,
        hit='{kind: cloze, text: "总书记强调，要真正把人民群众{{c1::当主人}}。"}',
        mended='{kind: cloze, text: "总书记强调，要真正把人民群众{{c1::当主人}}。", '
        "occasion: 原文未注}",
    ),
)
