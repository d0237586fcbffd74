"""A new note with its keys as a template, for its author to fill in."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Mapping
from typing import Any

from deckgen.deck.note import Note
from deckgen.deck.read import Authored, authored
from deckgen.text.file import TextFile
from deckgen.text.layout import read_syntax
from deckgen.text.parse import parse
from deckgen.text.syntax import Collection
from deckgen.text.tree import Mapping as MappingNode
from deckgen.text.tree import Sequence, content
from deckgen.text.trivia import UnknownLayoutError

_TO_FILL = "…"
_COMMON = ("tags", "source", "evidence", "cue")
_DRAFT = "draft: true  # delete this line when the note is finished"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MAPPING = typing.get_origin(Mapping[str, str])


class CannotAddError(Exception):
    """Tells why a note cannot be added to a file."""


def template(
    kind: type[Note], kind_name: str, name: str, lesson: str = "", language: str = "en"
) -> list[str]:
    """Return the lines of a new note: what its kind needs, and the rest as comments.

    name: its id. language: the deck's, in which the examples are.
    """
    keys = authored(kind)
    own = [key for key in keys.values() if key.name not in authored(Note)]
    lines = [f"id: {name}", f"kind: {kind_name}", _DRAFT]
    lines += [f"lesson: {lesson}"] if lesson else []
    for key in sorted(own, key=lambda key: not key.required):
        lines += [f"# {_about(key, language)}", *_pair(kind, key, language)]
    lines += ["# Any note can have these too, and more that the README lists."]
    lines += [line for each in _COMMON for line in _pair(kind, keys[each], language)]
    return [f"{'  ' if at else '- '}{line}" for at, line in enumerate(lines)]


def add_note(file: TextFile, raw: str, lines: list[str]) -> str:
    """Return a card file's text with a note at the end of its notes, else as it was.

    file: parsed as a mapping without any problem; raw: its text with its own line breaks.
    lines: the note's, as `template` gives them.
    Raises CannotAddError.
    """
    at, margin, above = _place(file)
    written = _LINE.findall(raw)
    break_ = "\r\n" if written and written[0].endswith("\r\n") else "\n"
    if written and not written[-1].endswith(("\r", "\n")):
        written[-1] += break_
    # a blank line would belong to a text that keeps those below it
    for blank in (above, [line for line in above if line]):
        new = [*blank, *(margin + line if line else "" for line in lines)]
        text = "".join([*written[:at], *(f"{line}{break_}" for line in new), *written[at:]])
        result = TextFile(file.path, file.name, text.replace("\r\n", "\n").replace("\r", "\n"))
        if _has_one_more(file, result):
            return text
    raise CannotAddError("its notes are written in a way that leaves no place for another")


def _place(file: TextFile) -> tuple[int, str, list[str]]:
    """Return before which line a note goes, its indentation, and the lines above it."""
    tree, _ = parse(file)
    lines = file.text.count("\n") + (not file.text.endswith("\n"))
    if not isinstance(tree, MappingNode):
        return lines, "  ", ["notes:"]
    try:
        notes = read_syntax(file).root.keyed().get("notes")
    except UnknownLayoutError:
        raise CannotAddError("it is laid out in a way that is not understood") from None
    if isinstance(notes, Collection) and notes.flow and notes.entries:
        raise CannotAddError("its notes stand in brackets: lay it out with deckgen fmt first")
    if isinstance(notes, Collection) and notes.entries:
        before = file.text[: notes.stop]
        at = before.count("\n") + (not before.endswith("\n"))
        return at, " " * notes.column, [""]
    if notes is None:
        return lines, "  ", ["", "notes:"]
    return file.place(tree.keys["notes"]).line, "  ", []


def _about(key: Authored, language: str) -> str:
    example = key.example_in(language) if key.required else ""
    return f"{key.about} For example: {example}" if example else key.about


def _pair(kind: type[Note], key: Authored, language: str) -> list[str]:
    """Return a key with a value to be replaced; where it may be left out, as a comment."""
    sample = _sample(kind, key, language)
    if not key.required:
        return [f"# {key.name}: {sample}"]
    if sample.startswith("["):
        return [f"{key.name}:", f"  - {_TO_FILL}"]
    return [f"{key.name}: {sample}"]


def _sample(kind: type[Note], key: Authored, language: str) -> str:
    """Return a value that a key could have."""
    default = {field.name: field.default for field in dataclasses.fields(kind)}[key.name]
    if default in (True, False):
        return "false" if default else "true"
    wanted = _without_none(key.type)
    example = key.example_in(language)
    if example and not key.required:
        return example
    if typing.get_origin(wanted) is tuple:
        return f"[{_TO_FILL}]"
    if typing.get_origin(wanted) is _MAPPING:
        return f"{{{_TO_FILL}: {_TO_FILL}}}"
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        inner = [each.name for each in authored(wanted).values() if each.required]
        return f"{{{', '.join(f'{name}: {_TO_FILL}' for name in inner)}}}"
    return "1" if wanted is int else _TO_FILL


def _without_none(wanted: Any) -> Any:
    arguments = [each for each in typing.get_args(wanted) if each is not type(None)]
    is_optional = len(arguments) < len(typing.get_args(wanted))
    return arguments[0] if is_optional else wanted


def _has_one_more(file: TextFile, result: TextFile) -> bool:
    """Whether a file's tree is as another one's, but for one note more."""
    (before, _), (after, problems) = parse(file), parse(result)
    if problems or not isinstance(after, MappingNode):
        return False
    old = before.values if isinstance(before, MappingNode) else {}
    notes = after.values.get("notes")
    if not isinstance(notes, Sequence) or not isinstance(notes.values[-1], MappingNode):
        return False
    others = {name: content(value) for name, value in after.values.items() if name != "notes"}
    were = {name: content(value) for name, value in old.items() if name != "notes"}
    known = old.get("notes", "")
    return others == were and content(notes)[:-1] == (content(known) if known else [])
