"""Characters: those of the deck's script, each in its ordinary code point."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import NamedTuple

from deckgen.deck.deck import Deck
from deckgen.kinds._question import Path
from deckgen.problem import Code, Severity
from deckgen.rules._rule import Asked, DeckRule, Found, NoteRule, Notes, Reported
from deckgen.text.tree import Mapping, Node

COMPATIBILITY_CHARACTER = Code(
    "compatibility-character",
    Severity.ERROR,
    "A text holds a radical or a compatibility character (U+2E80–2FDF, U+F900–FAFF), which looks "
    "like a Han character and is none: it is not found by searches, and often has another shape "
    "on a phone. It comes from copying out of PDF files: type the ordinary character.",
)
TRADITIONAL = Code(
    "traditional",
    Severity.WARNING,
    "A traditional character stands in a deck in simplified Chinese (`language: zh-Hans`), "
    "outside the fields that quote a source or an original wording. Those that 通用规范汉字表 "
    "itself has, such as 徵 (魏徵) or 乾 (乾坤), are not meant; the table is Unihan's.",
)

_ORDINARY = "\0-\u2e7f\u2fe0-\uf8ff\ufb00-\U0002f7ff\U0002fa20-\U0010ffff"
# told by what they are not, which is fast: nearly all characters are in the first two ranges
_COMPATIBILITY = re.compile(f"[^{_ORDINARY}]")
_NOT_SHOWN = ("id", "guid", "kind", "lesson", "source", "excuse", "draft")
_ORIGINAL = ("original", "work", "cite", "readings")


def compatibility_character(notes: Notes, _: Deck, __: float) -> Iterator[Reported]:
    """Complain of code points that only look like Han characters."""
    files = {id(asked.note.at.file): asked.note.at.file for asked in notes.asked}
    # most files hold none, and are searched once; as they were typed, since NFC replaces some
    suspicious = {number for number, file in files.items() if _COMPATIBILITY.search(file.text)}
    if not suspicious:
        return
    for note in [asked.note for asked in notes.asked if id(asked.note.at.file) in suspicious]:
        for path, text in _typed(note.at.node, ()):
            found = _COMPATIBILITY.search(text)
            if found and path[0] not in _NOT_SHOWN:
                ordinary = unicodedata.normalize("NFKC", found[0])
                write = f": write {ordinary}" if ordinary != found[0] else ""
                name = f"“{found[0]}” (U+{ord(found[0]):04X})"
                yield note, (f"{name} is no ordinary character{write}", path), ()


def _typed(node: Node, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.values.items():
            yield from _typed(value, (*path, key))
    else:
        for at, value in enumerate(node.values):
            yield from _typed(value, (*path, at))


def traditionals(notes: Notes, table: _Table | None, _: float) -> Iterable[int]:
    """Return the notes with a traditional character."""
    return notes.texts.holding(table.finder) if table else ()


def traditional(asked: Asked, table: _Table | None, _: float) -> Iterator[Found]:
    """Complain of traditional characters in a simplified deck."""
    if not table:
        return
    for text, path in asked.texts:
        found = table.finder.search(text)
        if found and path[0] not in _ORIGINAL:
            yield f"“{found[0]}” is traditional: write {table.simplified[found[0]]}", path


class _Table(NamedTuple):
    """The simplified character for each traditional one, and what finds these."""

    simplified: dict[str, str]
    finder: re.Pattern[str]


def _table(deck: Deck) -> _Table | None:
    """Return the table, if the deck is in simplified Chinese."""
    simplified = ("zh", "zh-hans", "zh-cn", "zh-sg", "zh-hans-cn")
    return _read_table() if deck.header.language.lower() in simplified else None


@functools.cache
def _read_table() -> _Table:
    lines = files(__package__).joinpath("traditional.txt").read_text("utf-8").split("\n")
    pairs = "".join(line for line in lines if not line.startswith("#"))
    simplified = dict(zip(pairs[::2], pairs[1::2], strict=True))
    return _Table(simplified, re.compile(f"[{''.join(simplified)}]"))


RULES = (
    DeckRule(
        code=COMPATIBILITY_CHARACTER,
        check=compatibility_character,
        hit="{kind: basic, front: ⽔能载舟的下一句是什么？, back: 亦能覆舟}",
        mended="{kind: basic, front: 水能载舟的下一句是什么？, back: 亦能覆舟}",
    ),
    NoteRule(
        code=TRADITIONAL,
        check=traditional,
        signs=traditionals,
        prepare=_table,
        hit="{kind: basic, front: 水能載舟的下一句是什么？, back: 亦能覆舟}",
        mended="{kind: basic, front: 水能载舟的下一句是什么？, back: 亦能覆舟}",
    ),
)
