"""The files of a deck become a deck: read, then linked."""

from __future__ import annotations

import functools
import os.path
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deckgen.deck.deck import Deck, Header
from deckgen.deck.link import link
from deckgen.deck.listed import read_lists
from deckgen.deck.located import Located
from deckgen.deck.note import Note
from deckgen.deck.read import MISSING_FIELD, UNKNOWN_KEY, WRONG_SHAPE, authored, read_record
from deckgen.deck.source import project_of, read_sources
from deckgen.problem import (
    Code,
    Problem,
    Severity,
    Span,
    did_you_mean,
    has_errors,
    nearest_word,
)
from deckgen.text.file import ALL_SAVED, UNREADABLE, TextFile, Unsaved, read_file
from deckgen.text.parse import parse
from deckgen.text.tree import Mapping as MappingNode
from deckgen.text.tree import Node, Sequence

NO_DECK = Code(
    "no-deck",
    Severity.ERROR,
    "What was named is no deck: a deck is a folder with a `deck.yaml`, or one file that has "
    "`name`, `id` and `notes`.",
)
PART_OF_DECK = Code(
    "part-of-deck",
    Severity.ERROR,
    "One file of a folder's deck was to be built alone. In Anki it would look as if the other "
    "files' notes had been removed: build the folder.",
)
DECK_IN_DECK = Code(
    "deck-in-deck",
    Severity.ERROR,
    "A file with `name` and `id` is a deck of its own, and it lies in the folder of another deck. "
    "Move it out, or delete its `name` and `id` to make it part of the folder's deck.",
)
UNKNOWN_KIND = Code(
    "unknown-kind",
    Severity.ERROR,
    "A note's `kind` is none that deckgen has. The README lists the kinds and their fields.",
)
UNFILLED = Code(
    "unfilled",
    Severity.ERROR,
    "A note still has the `…` that `deckgen new note` puts where a text belongs. Write the text, "
    "delete the key, or let the note be a draft (`draft: true`) until it is written.",
)
NO_NOTES = Code(
    "no-notes",
    Severity.ERROR,
    "A deck has no notes, or drafts only, so that its package would be empty. Write a note, or "
    "delete `draft: true` from one.",
)
EMPTY_FILE = Code(
    "empty-file",
    Severity.WARNING,
    "A card file holds no notes. Add `notes:`, or delete the file.",
)

Kinds = Mapping[str, type[Note]]
DECK_FILES = ("deck.yaml", "deck.yml")
_CARD_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A card file as it was read, apart from all others.

    tree: nothing where the file has none. unread: the ids of notes that have errors.
    """

    file: TextFile
    tree: MappingNode | None
    notes: tuple[Note, ...]
    unread: frozenset[str]
    problems: tuple[Problem, ...]


Files = dict[TextFile, ReadFile]
"""What was read of each file last time: one that has not changed is not read again."""


def load(
    path: Path, kinds: Kinds, unsaved: Unsaved = ALL_SAVED, known: Files | None = None
) -> tuple[Deck | None, list[Problem]]:
    """Load a deck from a folder with a deck.yaml, or from a single file.

    kinds: the class of each kind of note. unsaved: what counts instead of what is on disk.
    known: what was read last time; afterwards it holds what was read now.
    Without a deck there is at least one error; with one there may be errors too, and it then
    lacks what they forbade.
    """
    files, problems = deck_files(path, unsaved)
    if not files:
        return None, problems
    fresh: Files = {}
    read = functools.partial(_read, kinds=kinds, unsaved=unsaved, known=known or {}, fresh=fresh)
    deck = _load(files[0], files[1:], read, unsaved, problems)
    if known is not None:
        known.clear()
        known.update(fresh)
    return deck, problems


def deck_files(path: Path, unsaved: Unsaved = ALL_SAVED) -> tuple[list[Path], list[Problem]]:
    """Return the files of a deck, its deck.yaml first; a path that is no deck has none."""
    problems: list[Problem] = []
    if path.is_dir():
        header = next((path / name for name in DECK_FILES if (path / name).is_file()), None)
        if header is None:
            message = "this folder has no deck.yaml: `name:` and `id:` in one make it a deck"
            return [], [Problem(NO_DECK, message, Span(str(path)))]
        path = header
    is_folder = path.name in DECK_FILES
    others = _card_files(path.parent, unsaved, problems) if is_folder else []
    return [path, *others], problems


def deck_of(file: Path) -> Path | None:
    """Return the folder whose deck reads a YAML file: the nearest above it with a deck.yaml."""
    for folder in file.parents:
        if any((folder / name).is_file() for name in DECK_FILES):
            inner = file.relative_to(folder).parts
            return None if any(part.startswith(".") for part in inner) else folder
    return None


def natural(text: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts `2-b` before `10-a`."""
    parts = re.split(r"(\d+)", text.casefold())
    return [(1, int(part), "") if part.isdecimal() else (2, 0, part) for part in parts if part]


def _card_files(folder: Path, unsaved: Unsaved, problems: list[Problem]) -> list[Path]:
    def order(path: Path) -> tuple[list[tuple[int, int, str]], str]:
        name = str(path.relative_to(folder))
        return natural(name), name

    return sorted(_walk(folder, unsaved, problems), key=order)


def _walk(folder: Path, unsaved: Unsaved, problems: list[Problem]) -> Iterator[Path]:
    try:
        for path in sorted({*folder.iterdir(), *_unsaved_in(folder, unsaved)}):
            if path.name.startswith(".") or path.name in DECK_FILES:
                continue
            if path.is_dir() and not path.is_symlink():
                if not any((path / name).exists() for name in DECK_FILES):
                    yield from _walk(path, unsaved, problems)
            elif path.suffix in _CARD_ENDINGS:
                yield path
    except OSError as error:
        message = f"cannot read this folder: {error.strerror}"
        problems.append(Problem(UNREADABLE, message, Span(str(folder))))


def _unsaved_in(folder: Path, unsaved: Unsaved) -> Iterator[Path]:
    if unsaved:
        real = Path(os.path.realpath(folder))
        yield from (folder / path.name for path in unsaved if path.parent == real)


def _load(
    path: Path,
    others: list[Path],
    read: Callable[..., ReadFile | None],
    unsaved: Unsaved,
    problems: list[Problem],
) -> Deck | None:
    first = read(path, problems, is_deck=True)
    header = _header(first, problems) if first else None
    parts = [first] if first else []
    lists = header.must_have.values() if header else ()
    listed = {(path.parent / given).resolve() for given in lists}
    for other in others:
        if listed and other.resolve() in listed:
            continue
        part = read(other, problems, is_deck=False)
        if part and part.tree and {"name", "id"} <= part.tree.values.keys():
            message = "this file is a deck of its own (it has name and id): move it elsewhere"
            problems.append(Problem(DECK_IN_DECK, message, Span(part.file.name)))
        elif part:
            parts.append(part)
            problems += _check_part(part)
    problems += [problem for part in parts for problem in part.problems]
    notes = [note for part in parts for note in part.notes]
    unread = {name for part in parts for name in part.unread}
    if header is None:
        return None
    folder, project = path.parent, project_of(path.parent)
    sources, unsourced = read_sources(header.at, header.sources, folder, project, unsaved)
    passages, unlisted = read_lists(
        header.at, header.must_have, header.excused, folder, project, unsaved
    )
    linked, unlinked = link(header, notes, unread)
    problems += [*unsourced, *unlisted, *unlinked]
    if not linked and not has_errors(problems):
        message = "this deck has no notes: write one below `notes:`"
        if notes:
            message = "all the notes of this deck are drafts: finish one"
        problems.append(Problem(NO_NOTES, message, header.at.span()))
    drafts = sum(note.draft for note in notes)
    return Deck(header, folder, project, sources, passages, linked, drafts)


def _read(
    path: Path,
    problems: list[Problem],
    *,
    is_deck: bool,
    kinds: Kinds,
    unsaved: Unsaved,
    known: Files,
    fresh: Files,
) -> ReadFile | None:
    file, unread = read_file(path, str(path), unsaved)
    problems += unread
    if file is None:
        return None
    fresh[file] = known.get(file) or _read_text(file, kinds, is_deck=is_deck)
    return fresh[file]


def _read_text(file: TextFile, kinds: Kinds, *, is_deck: bool) -> ReadFile:
    tree, unparsed = parse(file)
    problems = list(unparsed)
    if isinstance(tree, MappingNode):
        unread: set[str] = set()
        notes = tuple(_notes(file, tree, kinds, problems, unread))
        return ReadFile(file, tree, notes, frozenset(unread), tuple(problems))
    if tree is not None:
        message = "a card file is a mapping: put the notes under `notes:`"
        problems.append(Problem(WRONG_SHAPE, message, Span(file.name)))
    elif not unparsed and not is_deck:
        message = "this file is empty: add `notes:`, or delete it"
        problems.append(Problem(EMPTY_FILE, message, Span(file.name)))
    empty = MappingNode(0, flow=False) if tree is None and not unparsed and is_deck else None
    return ReadFile(file, empty, (), frozenset(), tuple(problems))


def _header(part: ReadFile, problems: list[Problem]) -> Header | None:
    if part.tree is None:
        return None
    keys = part.tree.values
    if part.file.path.name not in DECK_FILES and not {"name", "id"} & keys.keys():
        folder = part.file.path.parent
        if any((folder / name).exists() for name in DECK_FILES):
            message = f"this file is part of the deck in '{folder}': build the folder"
            problems.append(Problem(PART_OF_DECK, message, Span(part.file.name)))
        else:
            message = "this file is no deck: give it `name:` and `id:`"
            problems.append(Problem(NO_DECK, message, Span(part.file.name)))
        return None
    own = MappingNode(part.tree.start, part.tree.flow)
    for name, value in keys.items():
        if name not in ("defaults", "notes"):
            own.set(name, part.tree.keys[name], value, part.tree.places[name])
    at = Located(part.file, own)
    return read_record(Header, at, "the deck", problems, at=at)


def _check_part(part: ReadFile) -> Iterator[Problem]:
    """Yield what is wrong with a file that is not the deck's first."""
    if part.tree is None:
        return
    known = ("defaults", "notes")
    for name in part.tree.values:
        if name not in known:
            message = f"a card file has no key '{name}'{did_you_mean(name, known)}"
            span = part.file.place(part.tree.keys[name])
            said = f"{message} (its keys are {', '.join(known)})"
            yield Problem(UNKNOWN_KEY, said, span, fix=nearest_word(name, known))
    notes = part.tree.values.get("notes", "")
    if notes == "" or (isinstance(notes, Sequence) and not notes.values):
        message = "this file has no notes: add some below `notes:`, or delete it"
        yield Problem(EMPTY_FILE, message, Span(part.file.name))


def _notes(
    file: TextFile, tree: MappingNode, kinds: Kinds, problems: list[Problem], unread: set[str]
) -> Iterator[Note]:
    """Yield a file's notes; the ids of those that have errors go into `unread`."""
    defaults = _defaults(file, tree, kinds, problems)
    listed = tree.values.get("notes")
    if listed is None or listed == "":
        return
    if not isinstance(listed, Sequence):
        message = "'notes' takes a list: begin each note with `- `"
        span = file.place(tree.places["notes"])
        problems.append(Problem(WRONG_SHAPE, message, span))
        return
    for node, at in zip(listed.values, listed.places, strict=True):
        if isinstance(node, MappingNode):
            note = _note(Located(file, node, defaults), kinds, problems)
            if note:
                yield note
            else:
                unread.add(str(node.values.get("id")))
        else:
            message = "a note is a mapping (`kind: basic`, `front: …`)"
            problems.append(Problem(WRONG_SHAPE, message, file.place(at)))


def _defaults(
    file: TextFile, tree: MappingNode, kinds: Kinds, problems: list[Problem]
) -> MappingNode | None:
    defaults = tree.values.get("defaults")
    if not isinstance(defaults, MappingNode):
        if defaults:
            message = "'defaults' takes a mapping (`kind: basic`)"
            span = file.place(tree.places["defaults"])
            problems.append(Problem(WRONG_SHAPE, message, span))
        return None
    known = {name for kind in kinds.values() for name in authored(kind)}
    for name in defaults.values:
        if name not in known or name == "id":
            message = f"no kind has the key '{name}'{did_you_mean(name, known)}"
            near = nearest_word(name, known)
            if name == "id":
                message, near = "an id belongs to one note: it cannot be a default", ""
            span = file.place(defaults.keys[name])
            problems.append(Problem(UNKNOWN_KEY, message, span, fix=near))
    return defaults


def _note(at: Located, kinds: Kinds, problems: list[Problem]) -> Note | None:
    defaults = at.defaults.values if at.defaults else {}
    kind = at.node.values.get("kind", defaults.get("kind"))
    if kind is None:
        known = {name for kind in kinds.values() for name in authored(kind)}
        for name in sorted(at.node.values.keys() - known):
            if nearest_word(name, authored(Note)) == "kind":
                message = f"a note has no key '{name}'; did you mean 'kind'?"
                problems.append(Problem(UNKNOWN_KEY, message, at.key_span(name), fix="kind"))
                return None
        message = f"a note needs the key 'kind': one of {', '.join(kinds)}"
        problems.append(Problem(MISSING_FIELD, message, at.span()))
        return None
    if not isinstance(kind, str) or kind not in kinds:
        hint = did_you_mean(kind, kinds) if isinstance(kind, str) else ""
        called = f"'{kind}'" if isinstance(kind, str) else "that"
        message = f"no kind is called {called}{hint} (the kinds are {', '.join(kinds)})"
        near = nearest_word(kind, kinds) if isinstance(kind, str) else ""
        problems.append(Problem(UNKNOWN_KIND, message, at.span("kind"), fix=near))
        return None
    note = read_record(kinds[kind], at, f"this {kind} note", problems, at=at)
    if note and not note.draft:
        for path in _unfilled(at.node):
            message = f"'{path[0]}' still holds the template's …: write it, or delete the key"
            problems.append(Problem(UNFILLED, message, at.span(*path)))
    return note


def _unfilled(node: Node) -> Iterator[tuple[str | int, ...]]:
    """Yield where in a note a text is to be filled in."""
    if isinstance(node, str):
        if node.strip() == "…":
            yield ()
        return
    inner = node.values.items() if isinstance(node, MappingNode) else enumerate(node.values)
    for key, value in inner:
        yield from ((key, *path) for path in _unfilled(value))
