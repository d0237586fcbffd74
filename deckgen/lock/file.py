"""The lock's file: a line for each note, so that git merges it line by line.

    deckgen-lock 1
    deck-id mass-line
    type quotation m=1700000000 structure=… style=…
    note wulou quotation m=1700000000 c=… r=… s=… name=wulou deck=… lines=1:…,2:… lines^2

A doubled line, or a conflict marker that git left, is valid input: the highest moment counts,
card numbers are united, and where two lines of a note disagree its content counts as unknown, so
that it is sent again.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from deckgen.lock.record import Lock, NoteKey, NoteRecord, Numbered, TypeRecord
from deckgen.problem import Code, Problem, Severity
from deckgen.text.file import TextFile, read_file

DAMAGED_LOCK = Code(
    "damaged-lock",
    Severity.ERROR,
    "A line of deck.lock cannot be read. The lock knows when each note last changed; without it "
    "updates would not arrive. Take the line back from git (`git checkout -- deck.lock`), or make "
    "the lock again from the package that was last shipped: `deckgen lock --from OLD.apkg`.",
)
NEWER_LOCK = Code(
    "newer-lock",
    Severity.ERROR,
    "deck.lock was written by a newer version of deckgen, and this one cannot read it. Update "
    "deckgen.",
)

VERSION = 1
HEAD = "deckgen-lock"
_COMMENT = "# Written by deckgen build: commit it, do not edit it."
_MARKER = re.compile(r"(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?: .*)?")
_NOTE = re.compile(r"(note|removed) ([a-z0-9-]+) ([a-z0-9-]+) m=(\d{1,10})((?: \S+)*)")
_TYPE = re.compile(r"type ([a-z0-9-]+) m=(\d{1,10}) structure=([0-9a-f]*) style=([0-9a-f]*)")
_ITEMS = re.compile(r"([a-z]+)=((?:\d{1,3}:[0-9a-f]*(?:,|$))*)")
_HIGHEST = re.compile(r"([a-z]+)\^(\d{1,3})")
_UNSAFE = re.compile(r"[%\s]")


def lock_path(deck_file: Path) -> Path:
    """Return where the lock of a deck lies: beside its deck.yaml, or its single file."""
    if deck_file.stem == "deck":
        return deck_file.with_name("deck.lock")
    return deck_file.with_suffix(".lock")


def read_lock(path: Path) -> tuple[Lock, list[Problem]]:
    """Read a lock; a missing one is an empty one."""
    if not path.exists():
        return Lock(), []
    file, problems = read_file(path, str(path))
    return parse_lock(file) if file else (Lock(), problems)


def parse_lock(file: TextFile) -> tuple[Lock, list[Problem]]:
    """Read a lock from its text."""
    problems: list[Problem] = []
    notes: dict[NoteKey, NoteRecord] = {}
    types: dict[str, TypeRecord] = {}
    deck_id, offset = "", 0
    for line in file.text.split("\n"):
        said = line.strip()
        if note := _NOTE.fullmatch(said):
            record = _note(note)
            notes[record.key] = _united(notes.get(record.key), record)
        elif type_ := _TYPE.fullmatch(said):
            types[type_[1]] = _newer(types.get(type_[1]), _type(type_))
        elif said.startswith("deck-id "):
            deck_id = said.removeprefix("deck-id ")
        elif said.startswith(f"{HEAD} "):
            problems += _version_problems(said, file, offset)
        elif said and not said.startswith("#") and not _MARKER.fullmatch(said):
            message = f"this line of the lock cannot be read: '{said[:40]}'"
            problems.append(Problem(DAMAGED_LOCK, message, file.span(offset)))
        offset += len(line) + 1
    return Lock(deck_id, notes, types), problems


def format_lock(lock: Lock) -> str:
    """Return a lock's text."""
    lines = [f"{HEAD} {VERSION}", _COMMENT, f"deck-id {lock.deck_id}"]
    for kind in sorted(lock.types):
        each = lock.types[kind]
        lines.append(f"type {kind} m={each.moment} structure={each.structure} style={each.style}")
    lines += [" ".join(_words(lock.notes[key])) for key in sorted(lock.notes)]
    return "\n".join(lines) + "\n"


def _words(record: NoteRecord) -> Iterator[str]:
    yield "removed" if record.removed else "note"
    yield from (record.id, record.kind, f"m={record.moment}")
    yield f"c={record.content}"
    yield f"r={record.rendered}"
    yield f"s={record.sketch}"
    yield f"name={_quoted(record.name)}"
    if record.wording:
        yield f"wording={record.wording}"
    yield f"deck={_quoted(record.deck)}"
    for field, items in sorted(record.numbers.items()):
        yield f"{field}=" + ",".join(f"{each.number}:{each.sketch}" for each in items)
        yield f"{field}^{record.highest[field]}"


def _quoted(text: str) -> str:
    return _UNSAFE.sub(lambda found: urllib.parse.quote(found[0]), text)


def _note(found: re.Match[str]) -> NoteRecord:
    words = found[5].split()
    plain = dict(word.split("=", 1) for word in words if "=" in word)
    numbers = {
        name: tuple(_numbered(value))
        for name, value in plain.items()
        if name not in ("c", "r", "s", "name", "wording", "deck")
        and _ITEMS.fullmatch(f"{name}={value}")
    }
    highest = {each[1]: int(each[2]) for each in map(_HIGHEST.fullmatch, words) if each}
    return NoteRecord(
        id=found[2],
        kind=found[3],
        name=urllib.parse.unquote(plain.get("name", found[2])),
        moment=int(found[4]),
        content=plain.get("c", ""),
        rendered=plain.get("r", ""),
        sketch=plain.get("s", ""),
        deck=urllib.parse.unquote(plain.get("deck", "")),
        wording=plain.get("wording", ""),
        numbers=numbers,
        highest={name: max(highest.get(name, 0), _top(items)) for name, items in numbers.items()},
        removed=found[1] == "removed",
    )


def _numbered(value: str) -> Iterator[Numbered]:
    for pair in filter(None, value.split(",")):
        number, _, sketch = pair.partition(":")
        yield Numbered(int(number), sketch)


def _top(items: Iterable[Numbered]) -> int:
    return max((each.number for each in items), default=0)


def _type(found: re.Match[str]) -> TypeRecord:
    return TypeRecord(found[1], int(found[2]), found[3], found[4])


def _united(one: NoteRecord | None, other: NoteRecord) -> NoteRecord:
    """Return what two lines of one note say together."""
    if one is None:
        return other
    older, newer = sorted((one, other), key=lambda record: record.moment)
    agreed = older.content == newer.content
    numbers, highest = dict(newer.numbers), dict(newer.highest)
    for field, items in older.numbers.items():
        known = {each.number for each in numbers.get(field, ())}
        more = tuple(each for each in items if each.number not in known)
        numbers[field] = (*numbers.get(field, ()), *more)
        highest[field] = max(highest.get(field, 0), older.highest[field])
    return replace(
        newer,
        content=newer.content if agreed else "",
        removed=one.removed and other.removed,
        numbers=numbers,
        highest=highest,
    )


def _newer(one: TypeRecord | None, other: TypeRecord) -> TypeRecord:
    """Return what two lines of one note type say together."""
    if one is None or one == other:
        return other
    newest = one if one.moment > other.moment else other
    return newest if one.style == other.style else replace(newest, style="")


def _version_problems(said: str, file: TextFile, offset: int) -> Iterator[Problem]:
    version = said.removeprefix(f"{HEAD} ")
    if version != str(VERSION):
        message = f"the lock has version {version}, and this deckgen reads {VERSION}: update it"
        yield Problem(NEWER_LOCK, message, file.span(offset))
