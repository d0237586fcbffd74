"""The pipeline: files → deck → lock → rendered notes → package."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass, field
from pathlib import Path

from deckgen.assemble import Notes, note_types, packaged_content, packaged_notes
from deckgen.deck.deck import Deck
from deckgen.deck.load import Files, load
from deckgen.files import replace_file
from deckgen.kinds import kinds
from deckgen.lock.file import format_lock, lock_path, read_lock
from deckgen.lock.history import History, read_history, recall
from deckgen.lock.identify import identify
from deckgen.lock.record import Lock
from deckgen.lock.settle import Request, Settled
from deckgen.package.archive import archive
from deckgen.package.collection import collection
from deckgen.package.content import Content, PackagedNote
from deckgen.package.identity import guid_of
from deckgen.problem import Problem, has_errors, in_order
from deckgen.remember import number_notes, plain_numbers, settle_notes
from deckgen.render.render import Renderer
from deckgen.rules import check
from deckgen.text.file import ALL_SAVED, Unsaved


@dataclass(slots=True)
class Memory:
    """What need not be compiled again, where a deck is compiled again and again."""

    files: Files = field(default_factory=dict)
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """A deck as far as it could be compiled.

    problems: everything that is wrong, in the order of places.
    content: what goes into the package; nothing while there are errors.
    settled: the lock after this build, and what changed; `lock_file` is where it belongs.
    recognised: sentences that tell which notes were known again without their id.
    rendered: the deck's notes, in its order, also while there are errors elsewhere.
    remembered: whether the lock, or git, remembers a build before this one.
    """

    deck: Deck | None
    problems: list[Problem]
    content: Content | None = None
    lock_file: Path | None = None
    settled: Settled | None = None
    recognised: tuple[str, ...] = ()
    rendered: tuple[PackagedNote, ...] = ()
    remembered: bool = False

    @property
    def lock_changes(self) -> bool:
        """Whether the lock's file does not say what this build would write."""
        return self.lock_file is not None and _text(self.lock_file) != self.lock

    @functools.cached_property
    def lock(self) -> str:
        """The lock's text after this build."""
        return format_lock(self.settled.lock) if self.settled else ""


def compile_deck(
    path: Path,
    moment: int,
    request: Request | None = None,
    lock: Lock | None = None,
    unsaved: Unsaved = ALL_SAVED,
    memory: Memory | None = None,
) -> Compiled:
    """Read, check and render a deck, and settle its moments by its lock.

    moment: the time that changed notes carry, in seconds since 1970.
    lock: what counts as the deck's lock, instead of its file and its history.
    unsaved: what counts as the text of files, instead of what is on disk.
    memory: what is known of the last time; afterwards it knows this time.
    """
    memory = memory or Memory()
    classes = {name: kind.note for name, kind in kinds().items()}
    deck, problems = load(path, classes, unsaved, memory.files)
    if deck is None:
        return Compiled(None, in_order(problems))
    whole = not has_errors(problems)
    request = request or Request()
    lock_file = lock_path(deck.header.at.file.path)
    known, damaged = read_lock(lock_file) if lock is None else (lock, [])
    guid = functools.partial(guid_of, deck.header.id)
    history = read_history(lock_file) if lock is None else History()
    known = recall(known, history)
    identified = identify(deck.notes, known, guid, request.new)
    deck = dataclasses.replace(deck, notes=identified.notes)
    numbers, too_many = number_notes(deck, identified)
    problems += [*damaged, *identified.problems, *too_many, *check(deck, whole=whole)]
    types, renderer = note_types(deck), Renderer(deck, plain_numbers(numbers))
    notes = packaged_notes(deck, types, renderer, identified, memory.notes)
    settled = settle_notes(deck, known, history, notes, types, numbers, identified, moment, request)
    content = packaged_content(deck, notes, types, settled.lock, renderer)
    problems = in_order([*problems, *renderer.problems, *settled.problems])
    return Compiled(
        deck,
        problems,
        None if has_errors(problems) else content,
        lock_file,
        settled,
        identified.recognised,
        tuple(notes),
        bool(known.notes),
    )


def default_package(deck: Deck) -> Path:
    """Return where a deck's package is written, if nobody says otherwise."""
    return Path("dist") / f"{deck.header.id}.apkg"


def package(content: Content) -> bytes:
    """Return the bytes of the .apkg."""
    return archive(collection(content), content.media)


def write(compiled: Compiled, target: Path) -> None:
    """Write the lock, then the package. Raises OSError.

    In this order: a moment that was never shipped harms nobody, one that was shipped and is not
    recorded does.
    """
    if compiled.content is None or compiled.lock_file is None:
        raise ValueError("a deck with errors is not written")
    content = package(compiled.content)
    if compiled.lock_changes:
        replace_file(compiled.lock_file, compiled.lock.encode())
    replace_file(target, content)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
