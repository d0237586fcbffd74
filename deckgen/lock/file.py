"""The lock's file: a line for each note, so that git merges it line by line.

    deckgen-lock 1
    deck-id mass-line
    type quotation m=1700000000 structure=… style=…
    note wulou quotation m=1700000000 c=… r=… s=… deck=… lines=1:…,2:…,-3:…
    end

`-3` is the number of an item that is gone; `name=` stands where the name is not the id, `wording=`
where the note has no id of its own. A doubled line, or a conflict marker that git left, is valid
input: the highest moment counts, card numbers are united, and where two lines of a note disagree
its content counts as unknown, so that it is sent again.
"""

from __future__ import annotations

import itertools
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from deckgen.lock.record import Lock, NoteKey, NoteRecord, Numbered, TypeRecord
from deckgen.problem import Code, Problem, Severity, Span
from deckgen.text.file import TextFile, read_file

DAMAGED_LOCK = Code(
    "damaged-lock",
    Severity.ERROR,
    "A line of deck.lock cannot be read, or the file is cut off. The lock knows when each note "
    "last changed; without it updates would not arrive. Take it back from git "
    "(`git checkout -- deck.lock`), or make it again from the package that was last shipped: "
    "`deckgen lock --from OLD.apkg --force`.",
)
NEWER_LOCK = Code(
    "newer-lock",
    Severity.ERROR,
    "deck.lock was written by a newer version of deckgen, and this one cannot read it. Update "
    "deckgen.",
)

VERSION = 1
HEAD = "deckgen-lock"
_END = "end"
_COMMENT = "# Written by deckgen build: commit it, do not edit it."
_REPAIR = "take it back from git, or make it again with `deckgen lock --from OLD.apkg --force`"
_MAX_TOLD = 20

_HEAD = re.compile(rf"{HEAD} (\d+)")
_DECK = re.compile(r"deck-id ([a-z0-9-]+)")
_TYPE = re.compile(r"type ([a-z0-9-]+) m=([0-9]{1,10}) structure=([0-9a-f]*) style=([0-9a-f]*)")
_ITEM = r"-?[1-9][0-9]{0,2}:[0-9a-f]{8,}"
_NOTE = re.compile(
    r"(note|removed) ([a-z0-9-]+) ([a-z0-9-]+) m=([0-9]{1,10})"
    r" c=([0-9a-f]*) r=([0-9a-f]*) s=([0-9a-f]*)"
    r"(?: name=(\S+))?(?: wording=([a-z0-9-]+))? deck=(\S+)"
    rf"((?: [a-z_]+={_ITEM}(?:,{_ITEM})*)*)"
)
_MARKER = re.compile(r"(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?: .*)?")
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
    lines = [line.strip() for line in file.text.split("\n")]
    if newer := next(_newer_versions(lines, file), None):
        return Lock(), [newer]
    notes: dict[NoteKey, NoteRecord] = {}
    types: dict[str, TypeRecord] = {}
    deck_id = ""
    damaged: list[int] = []
    for number, line in enumerate(lines, 1):
        if note := parse_note(line):
            notes[note.key] = _united(notes.get(note.key), note)
        elif type_ := parse_type(line):
            types[type_.kind] = _newest(types.get(type_.kind), type_)
        elif deck := _DECK.fullmatch(line):
            deck_id = deck[1]
        elif not _says_nothing(line):
            damaged.append(number)
    return Lock(deck_id, notes, types), [
        *_damages(lines, damaged, file),
        *_cut_off(lines, file),
    ]


def format_lock(lock: Lock) -> str:
    """Return a lock's text."""
    lines = [f"{HEAD} {VERSION}", _COMMENT, f"deck-id {lock.deck_id}"]
    lines += [format_type(lock.types[kind]) for kind in sorted(lock.types)]
    lines += [format_note(lock.notes[key]) for key in sorted(lock.notes)]
    return "\n".join([*lines, _END, ""])


def _newer_versions(lines: list[str], file: TextFile) -> Iterator[Problem]:
    for number, line in enumerate(lines, 1):
        head = _HEAD.fullmatch(line)
        if head and int(head[1]) > VERSION:
            message = f"the lock has version {head[1]}, and this deckgen reads {VERSION}: update it"
            yield Problem(NEWER_LOCK, message, Span(file.name, number))


def _says_nothing(line: str) -> bool:
    return line in ("", _END, _COMMENT) or any(each.fullmatch(line) for each in (_MARKER, _HEAD))


def _damages(lines: list[str], damaged: list[int], file: TextFile) -> Iterator[Problem]:
    for number in itertools.islice(damaged, _MAX_TOLD):
        message = f"this line of the lock cannot be read ('{lines[number - 1][:40]}'): {_REPAIR}"
        yield Problem(DAMAGED_LOCK, message, Span(file.name, number))


def _cut_off(lines: list[str], file: TextFile) -> Iterator[Problem]:
    if _END not in lines:
        message = f"the lock is cut off (its last line is not '{_END}'): {_REPAIR}"
        yield Problem(DAMAGED_LOCK, message, Span(file.name, len(lines)))


def format_type(record: TypeRecord) -> str:
    """Return a note type's line."""
    pins = f"structure={record.structure} style={record.style}"
    return f"type {record.kind} m={record.moment} {pins}"


def format_note(record: NoteRecord) -> str:
    """Return a note's line."""
    name = f" name={_quoted(record.name)}" if record.name != record.id else ""
    wording = f" wording={record.wording}" if record.wording else ""
    numbers = "".join(
        f" {field}=" + ",".join(map(_item, items))
        for field, items in sorted(record.numbers.items())
    )
    return (
        f"{'removed' if record.removed else 'note'} {record.id} {record.kind} m={record.moment} "
        f"c={record.content} r={record.rendered} s={record.sketch}"
        f"{name}{wording} deck={_quoted(record.deck)}{numbers}"
    )


def _item(each: Numbered) -> str:
    return f"{'-' if each.gone else ''}{each.number}:{each.mark}{each.sketch}"


def _quoted(text: str) -> str:
    return _UNSAFE.sub(lambda found: urllib.parse.quote(found[0]), text)


def parse_note(line: str) -> NoteRecord | None:
    """Return what a note's line says, unless it gives a number to two items."""
    found = _NOTE.fullmatch(line)
    if found is None:
        return None
    numbers: dict[str, tuple[Numbered, ...]] = {}
    for word in found[11].split():
        field, _, items = word.partition("=")
        numbers[field] = tuple(map(_numbered, items.split(",")))
        if len({each.number for each in numbers[field]}) < len(numbers[field]):
            return None
    return NoteRecord(
        id=found[2],
        kind=found[3],
        name=urllib.parse.unquote(found[8] or found[2]),
        moment=int(found[4]),
        content=found[5],
        rendered=found[6],
        sketch=found[7],
        deck=urllib.parse.unquote(found[10]),
        wording=found[9] or "",
        numbers=numbers,
        removed=found[1] == "removed",
    )


def _numbered(item: str) -> Numbered:
    number, _, text = item.partition(":")
    return Numbered(abs(int(number)), text[:8], text[8:], gone=number.startswith("-"))


def parse_type(line: str) -> TypeRecord | None:
    """Return what a note type's line says."""
    found = _TYPE.fullmatch(line)
    return TypeRecord(found[1], int(found[2]), found[3], found[4]) if found else None


def _united(one: NoteRecord | None, other: NoteRecord) -> NoteRecord:
    """Return what two lines of one note say together."""
    if one is None or one == other:
        return other
    older, newer = sorted((one, other), key=lambda record: record.moment)
    return replace(
        newer,
        content=newer.content if newer.content == older.content else "",
        removed=one.removed and other.removed,
        numbers=united_numbers(newer, older),
    )


def united_numbers(one: NoteRecord, other: NoteRecord) -> dict[str, tuple[Numbered, ...]]:
    """Return a record's numbers, and those of items that the other has besides, as gone."""
    numbers = dict(one.numbers)
    for field, items in other.numbers.items():
        known = {each.number for each in numbers.get(field, ())}
        more = (replace(each, gone=True) for each in items if each.number not in known)
        numbers[field] = (*numbers.get(field, ()), *more)
    return numbers


def _newest(one: TypeRecord | None, other: TypeRecord) -> TypeRecord:
    """Return what two lines of one note type say together."""
    if one is None or one == other:
        return other
    newest = one if one.moment > other.moment else other
    return newest if one.style == other.style else replace(newest, style="")
