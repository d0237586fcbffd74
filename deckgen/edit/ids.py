"""Notes without an id get one: readable, and taken by no other note."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from deckgen.deck.note import Note
from deckgen.render.bare import bare
from deckgen.text.syntax import Collection, Document, Entry, Node, Scalar

_LONGEST = 40
_MERGE = "<<"


def add_ids(document: Document, kinds: Mapping[str, type[Note]], taken: set[str]) -> int:
    """Give each note of a file that has no id one, and return how many got one.

    taken: the ids of the deck's other notes, to which the new ones are added. Notes that take
    part in aliases are left out: what is repeated would have one id twice.
    """
    keys = document.root.keyed()
    notes, defaults = keys.get("notes"), keys.get("defaults")
    default_kind = _word(defaults, "kind")
    count = 0
    for entry in notes.entries if isinstance(notes, Collection) else ():
        note = entry.value
        if not isinstance(note, Collection) or note.properties or not note.is_mapping:
            continue
        kind = _word(note, "kind") or default_kind
        title = _title(note, kinds[kind]) if kind in kinds else ""
        if title and not {"id", _MERGE} & note.keyed().keys():
            name = unused(slug(title, kind), taken)
            taken.add(name)
            note.entries.insert(0, Entry(Scalar(name, (name,)), Scalar("id", ("id",))))
            count += 1
    return count


def slug(title: str, kind: str) -> str:
    """Return an id made of a title's words; of a title in another script, a stable number.

    The number comes from kind and title, so that it is the same wherever it is made.
    """
    text = unicodedata.normalize("NFKD", bare(title))
    if any(character.isalpha() and not _is_latin(character) for character in text):
        return _numbered(title, kind)
    letters = "".join(each for each in text if not unicodedata.combining(each) and each not in "'’")
    words = re.findall(r"[a-z0-9]+", letters.lower())
    name = ""
    for word in words:
        if name and len(name) + 1 + len(word) > _LONGEST:
            break
        name = f"{name}-{word}".strip("-")
    return name[:_LONGEST] or _numbered(title, kind)


def _numbered(title: str, kind: str) -> str:
    return f"{kind}-{hashlib.sha256(f'{kind} {title}'.encode()).hexdigest()[:6]}"


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN ")


def unused(name: str, taken: set[str]) -> str:
    """Return an id, with a number at its end where it is taken."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _title(note: Collection, kind: type[Note]) -> str:
    value = note.keyed().get(kind.titled_by)
    if isinstance(value, Collection):
        texts = (entry.value for entry in value.entries)
        return "".join(text.value.strip() for text in texts if isinstance(text, Scalar))
    return value.value.strip() if isinstance(value, Scalar) else ""


def _word(node: Node | None, key: str) -> str:
    value = node.keyed().get(key) if isinstance(node, Collection) else None
    return value.value if isinstance(value, Scalar) else ""
