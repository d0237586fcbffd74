"""Characters: those of the deck's script, each in its ordinary code point."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.resources import files

from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.kinds._question import Path
from deckgen.problem import Code, Severity
from deckgen.rules._rule import Asked, DeckRule, Found, Related
from deckgen.text.tree import Mapping, Node
from deckgen.text.tree import Sequence as SequenceNode

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

_COMPATIBILITY = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
_NOT_SHOWN = ("id", "guid", "kind", "lesson", "source", "excuse", "draft")
_ORIGINAL = ("evidence", "original", "work", "cite", "readings", "tags")


def compatibility_character(
    notes: Sequence[Asked], _: Deck, __: float
) -> Iterator[tuple[Note, Found, Related]]:
    """Complain of code points that only look like Han characters."""
    for note, path, character in _places(notes, _COMPATIBILITY):
        if path[0] not in _NOT_SHOWN:
            ordinary = unicodedata.normalize("NFKC", character)
            write = f": write {ordinary}" if ordinary != character else ""
            message = f"“{character}” (U+{ord(character):04X}) is no ordinary character{write}"
            yield note, (message, path), ()


def traditional(
    notes: Sequence[Asked], deck: Deck, _: float
) -> Iterator[tuple[Note, Found, Related]]:
    """Complain of traditional characters in a simplified deck."""
    if deck.header.language.lower() not in ("zh", "zh-hans", "zh-cn", "zh-sg", "zh-hans-cn"):
        return
    simplified, pattern = _simplified()
    for note, path, character in _places(notes, pattern):
        if path[0] not in (*_NOT_SHOWN, *_ORIGINAL, *note.verbatim):
            message = f"“{character}” is traditional: write {simplified[character]}"
            yield note, (message, path), ()


def _places(notes: Sequence[Asked], pattern: re.Pattern[str]) -> Iterator[tuple[Note, Path, str]]:
    """Yield where the first of some characters stands in each text of the notes, as authored."""
    names = {asked.note.at.file.name: asked.note.at.file for asked in notes}
    # most files hold none of them, and are searched once
    suspicious = {name for name, file in names.items() if pattern.search(file.text)}
    for note, _ in notes:
        if note.at.file.name in suspicious:
            for path, text in _texts(note.at.node, ()):
                if found := pattern.search(text):
                    yield note, path, found[0]


def _texts(node: Node, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.values.items():
            yield from _texts(value, (*path, key))
    elif isinstance(node, SequenceNode):
        for at, value in enumerate(node.values):
            yield from _texts(value, (*path, at))


@functools.cache
def _simplified() -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the simplified character for each traditional one, and what finds these."""
    lines = files(__package__).joinpath("traditional.txt").read_text("utf-8").split("\n")
    pairs = "".join(line for line in lines if not line.startswith("#"))
    table = dict(zip(pairs[::2], pairs[1::2], strict=True))
    return table, re.compile(f"[{''.join(table)}]")


RULES = (
    DeckRule(
        code=COMPATIBILITY_CHARACTER,
        check=compatibility_character,
        hit="{kind: basic, front: ⽔能载舟的下一句是什么？, back: 亦能覆舟}",
        mended="{kind: basic, front: 水能载舟的下一句是什么？, back: 亦能覆舟}",
    ),
    DeckRule(
        code=TRADITIONAL,
        check=traditional,
        hit="{kind: basic, front: 水能載舟的下一句是什么？, back: 亦能覆舟}",
        mended="{kind: basic, front: 水能载舟的下一句是什么？, back: 亦能覆舟}",
    ),
)
