"""A card file becomes the same file in deckgen's style."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deckgen.deck.load import deck_files, deck_of
from deckgen.deck.note import Note
from deckgen.edit.ids import add_ids
from deckgen.edit.modeline import is_modeline, modeline, schema_path, set_modeline
from deckgen.edit.order import arrange
from deckgen.edit.write import write
from deckgen.lock.file import lock_path, read_lock
from deckgen.problem import Problem
from deckgen.text.file import TextFile, read_file
from deckgen.text.layout import read_syntax
from deckgen.text.parse import parse
from deckgen.text.syntax import comments
from deckgen.text.tree import Mapping as MappingNode
from deckgen.text.tree import Sequence, content

Kinds = Mapping[str, type[Note]]


class MeaningChangedError(Exception):
    """Tells that a file would not mean the same: a bug, caught before it does harm."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file in deckgen's style.

    name: how the user called it; path: the file itself, where that was a link.
    ids: how many notes got an id.
    """

    name: str
    path: Path
    before: bytes
    after: bytes
    ids: int = 0

    @property
    def changed(self) -> bool:
        """Whether the file is written otherwise."""
        return self.before != self.after


def format_file(
    path: Path, kinds: Kinds, taken: set[str] | None = None
) -> tuple[Formatted | None, list[Problem]]:
    """Return a card file in deckgen's style; a file with a problem of syntax is left alone.

    taken: where notes without an id get one, the ids that the deck has; new ones are added.
    Raises UnknownLayoutError and MeaningChangedError, as `formatted` does, and OSError.
    """
    file, problems = read_file(path, str(path))
    if file is None:
        return None, problems
    before = path.read_bytes()
    tree, problems = parse(file)
    if problems:
        return None, problems
    if not isinstance(tree, MappingNode) or not tree.values or not _is_card_file(path, tree):
        return Formatted(str(path), path.resolve(), before, before), []
    text, ids = formatted(file, kinds, modeline_of(path), taken)
    first = before.partition(b"\n")[0]
    after = text.replace("\n", "\r\n") if first.endswith(b"\r") else text
    return Formatted(str(path), path.resolve(), before, after.encode(), ids), []


def formatted(
    file: TextFile, kinds: Kinds, line: str = "", taken: set[str] | None = None
) -> tuple[str, int]:
    """Return a file's text in deckgen's style, and how many notes got an id.

    file: parsed as a mapping without any problem.
    line: the modeline that it gets, if any.
    Raises UnknownLayoutError where the file is laid out in a way that is not understood, and
    MeaningChangedError where the result would not be the same notes and comments.
    """
    document = read_syntax(file)
    said = _said(comments(document))
    arrange(document, kinds)
    if line:
        set_modeline(document, line)
    ids = 0 if taken is None else add_ids(document, kinds, taken)
    text = write(document)
    result = TextFile(file.path, file.name, text)
    if not _same(file, result, ids) or _said(comments(read_syntax(result))) != said:
        raise MeaningChangedError
    return text, ids


def known_ids(paths: Iterable[Path]) -> set[str]:
    """Return the ids that the decks of card files have or had, by their files and their locks."""
    known: set[str] = set()
    for deck_file in {_deck_file(path) for path in paths}:
        lock, _ = read_lock(lock_path(deck_file))
        known |= {name for name, _ in lock.notes}
        known |= {name for file in deck_files(deck_file)[0] for name in _ids(file)}
    return known


def modeline_of(path: Path) -> str:
    """Return the line that tells editors a file's schema; nothing where the deck has none."""
    deck_file = _deck_file(path)
    schema = schema_path(deck_file, deck_file == path)
    return modeline(path, schema) if schema.is_file() else ""


def language_of(path: Path) -> str:
    """Return the language of the deck that a card file belongs to; English if there is none."""
    file, _ = read_file(_deck_file(path), str(path))
    tree = parse(file)[0] if file else None
    found = tree.values.get("language") if isinstance(tree, MappingNode) else None
    return found if isinstance(found, str) else "en"


def _is_card_file(path: Path, tree: MappingNode) -> bool:
    """Whether a YAML file is deckgen's: other files of a project are none of its business."""
    if path.stem == "deck" or {"notes", "defaults"} & tree.values.keys():
        return True
    return deck_of(path.absolute()) is None and {"name", "id"} <= tree.values.keys()


def _deck_file(path: Path) -> Path:
    folder = deck_of(path.absolute())
    files = deck_files(folder)[0] if folder else []
    return files[0] if files and files[0].resolve() != path.resolve() else path


def _ids(path: Path) -> Iterator[str]:
    file, _ = read_file(path, str(path))
    tree = parse(file)[0] if file else None
    notes = tree.values.get("notes") if isinstance(tree, MappingNode) else None
    for note in notes.values if isinstance(notes, Sequence) else ():
        name = note.values.get("id") if isinstance(note, MappingNode) else None
        if isinstance(name, str):
            yield name


def _said(found: Iterable[str]) -> Counter[str]:
    return Counter(comment for comment in found if not is_modeline(comment))


def _same(one: TextFile, other: TextFile, ids: int) -> bool:
    """Whether two files have the same tree, but for as many ids as were added."""
    (first, _), (second, problems) = parse(one), parse(other)
    if problems or not isinstance(first, MappingNode) or not isinstance(second, MappingNode):
        return False
    before, after = first.values.get("notes"), second.values.get("notes")
    if ids and isinstance(before, Sequence) and isinstance(after, Sequence):
        for old, new in zip(before.values, after.values, strict=False):
            if isinstance(old, MappingNode) and isinstance(new, MappingNode):
                ids -= "id" not in old.values and new.values.pop("id", None) is not None
    return ids == 0 and content(first) == content(second)
