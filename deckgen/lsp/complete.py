"""What may come where a cursor stands."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from deckgen.deck.field import Language, NoteId, Tag
from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.kinds import kinds
from deckgen.lsp.analysis import Known
from deckgen.lsp.cursor import Cursor
from deckgen.lsp.describe import describe_key
from deckgen.lsp.expected import Expected, Keys
from deckgen.lsp.notes import is_verbatim, listed_texts, source_of
from deckgen.lsp.passages import continuing
from deckgen.rules import rules
from deckgen.text.tree import Node

What = Literal["key", "kind", "note", "tag", "word", "passage"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be written.

    value: the key or value; detail: a few words beside it; about: Markdown.
    """

    value: str
    what: What
    detail: str = ""
    about: str = ""


def proposals(
    cursor: Cursor,
    expected: Expected,
    taken: set[str],
    known: Known,
    defaults: Mapping[str, Node],
) -> Iterator[Proposal]:
    """Yield what may be written at a cursor, the likeliest first.

    taken: the keys that stand beside it.
    """
    name, type_ = expected.name, expected.type
    if expected.keys is not None:
        yield from _keys(expected.keys, taken, known.language)
    elif type_ is None:
        yield from (each for each in _free_keys(name, known) if each.value not in taken)
    elif is_verbatim(cursor, expected, defaults):
        source, last = source_of(cursor, known, defaults), cursor.path[-1]
        before = "\n".join(listed_texts(cursor)[:last]) if isinstance(last, int) else ""
        for passage in continuing(cursor.typed, before, source) if source else ():
            yield Proposal(passage, "passage", f"{len(passage)} characters")
    else:
        yield from _values(name, type_, known)


def _keys(keys: Keys, taken: set[str], language: str) -> Iterator[Proposal]:
    common = authored(Note)

    def order(name: str) -> tuple[bool, bool, bool]:
        return not keys[name].required, name != "id", name in common

    for name in sorted(keys, key=order):
        if name not in taken:
            detail = "required" if keys[name].required else ""
            yield Proposal(name, "key", detail, describe_key(keys[name], language))


def _free_keys(name: str, known: Known) -> Iterator[Proposal]:
    """Yield the keys of a mapping whose keys are names of something."""
    if name in ("excuse", "lint"):
        for slug, rule in rules().items():
            yield Proposal(slug, "word", rule.code.severity.value, rule.code.about)
    elif name in ("headings", "must_have", "excused"):
        yield from _sources(known)


def _values(name: str, type_: Any, known: Known) -> Iterable[Proposal]:
    if typing.get_origin(type_) is Literal:
        return [Proposal(word, "word") for word in typing.get_args(type_)]
    if type_ is bool:
        return [Proposal(word, "word") for word in ("true", "false")]
    if type_ is NoteId:
        return _notes(name, known)
    if type_ is Tag:
        return _tags(known)
    if type_ is Language:
        return [Proposal(word, "word") for word in ("en", "zh-Hans", "zh-Hant")]
    by_name: Mapping[str, Callable[[Known], Iterable[Proposal]]] = {
        "kind": _kinds,
        "lesson": _lessons,
        "source": _sources,
        "contrast": _contrasts,
    }
    return by_name[name](known) if name in by_name else ()


def _kinds(_: Known) -> Iterator[Proposal]:
    for name, kind in kinds().items():
        about = (kind.note.__doc__ or "").partition("\n")[0]
        yield Proposal(name, "kind", about=about)


def _notes(name: str, known: Known) -> Iterator[Proposal]:
    """Yield the deck's notes, those first whose kind is called like the key."""
    for id_, note in sorted(known.notes.items(), key=lambda each: each[1].kind != name):
        yield Proposal(id_, "note", note.title, note.kind)


def _tags(known: Known) -> Iterator[Proposal]:
    used = Counter(tag for note in known.notes.values() for tag in note.tags)
    for tag, count in used.most_common():
        yield Proposal(tag, "tag", f"{count} note{'' if count == 1 else 's'}")


def _lessons(known: Known) -> Iterator[Proposal]:
    lessons = known.header.lessons if known.header else ()
    for number, lesson in enumerate(lessons, 1):
        yield Proposal(str(number), "word", lesson)
    for lesson in lessons:
        yield Proposal(lesson, "word")


def _sources(known: Known) -> Iterator[Proposal]:
    for name, path in (known.header.sources if known.header else {}).items():
        yield Proposal(name, "word", path)


def _contrasts(known: Known) -> Iterator[Proposal]:
    groups = Counter(note.contrast for note in known.notes.values() if note.contrast)
    for group, count in groups.items():
        yield Proposal(group, "word", f"{count} note{'' if count == 1 else 's'}")
