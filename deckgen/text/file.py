"""A text file as it was read: its name, its text, its problems of encoding."""

from __future__ import annotations

import codecs
import itertools
import os.path
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from deckgen.problem import Code, Problem, Severity, Span
from deckgen.text.tree import line_and_column

NOT_UTF8 = Code(
    "not-utf8",
    Severity.ERROR,
    "A file is not UTF-8. deckgen reads UTF-8 only (a byte order mark is allowed): save the file "
    "again with that encoding, or convert it with `iconv -f GB18030 -t UTF-8`.",
)
CONTROL_CHARACTER = Code(
    "control-character",
    Severity.ERROR,
    "A file holds a character that YAML or Anki cannot carry, or brings one in by an escape: a "
    "control character, a lone surrogate, a byte order mark inside the text, or a line separator "
    "that is no line break in an editor. Delete it.",
)
UNREADABLE = Code(
    "unreadable",
    Severity.ERROR,
    "A file that the deck names, or the deck itself, cannot be read: it is missing, is a folder, "
    "or its permissions forbid it.",
)

BAD_CHARACTER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""What a file cannot hold, once its line breaks are line feeds."""

Unsaved = Mapping[Path, str]
"""What an editor has of files that it did not save yet, by their resolved paths."""

ALL_SAVED: Unsaved = MappingProxyType({})

_MAX_TOLD = 20


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file's text with line feeds as line breaks; `name` is the path as the user gave it."""

    path: Path
    name: str
    text: str

    def place(self, packed: int) -> Span:
        """Return the span of a packed place of this file's tree."""
        return Span(self.name, *line_and_column(packed))

    def span(self, offset: int = 0) -> Span:
        """Return the place of a zero-based character offset."""
        line = self.text.count("\n", 0, offset)
        return Span(self.name, line + 1, offset - (self.text.rfind("\n", 0, offset) + 1) + 1)

    def between(self, start: int, end: int) -> str:
        """Return the text between two packed places of this file's tree."""
        (first, column), (last, end_column) = line_and_column(start), line_and_column(end)
        lines = self.text.split("\n")[first - 1 : last]
        lines[-1] = lines[-1][: end_column - 1]
        lines[0] = lines[0][column - 1 :]
        return "\n".join(lines)


def read_file(
    path: Path, name: str, unsaved: Unsaved = ALL_SAVED
) -> tuple[TextFile | None, list[Problem]]:
    """Read a file as UTF-8; without a text there is at least one problem."""
    text = unsaved.get(Path(os.path.realpath(path))) if unsaved else None
    if text is not None:
        return decode(text.encode("utf-8", "surrogatepass"), path, name)
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem(UNREADABLE, f"cannot read this file: {error.strerror}", Span(name))]
    return decode(raw, path, name)


def decode(raw: bytes, path: Path, name: str) -> tuple[TextFile | None, list[Problem]]:
    """Decode a file's bytes; without a text there is at least one problem."""
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = TextFile(path, name, _line_breaks(raw[: error.start].decode("utf-8")))
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8{_guess(raw)}"
        return None, [Problem(NOT_UTF8, message, before.span(len(before.text)))]
    if text.count("\0") > len(text) // 4:
        return None, [Problem(NOT_UTF8, f"this is not UTF-8{_guess(raw)}", Span(name))]
    file = TextFile(path, name, _line_breaks(text))
    bad = [
        Problem(
            CONTROL_CHARACTER,
            f"{describe(found[0])} cannot stand here: delete it",
            file.span(found.start()),
        )
        for found in itertools.islice(BAD_CHARACTER.finditer(file.text), _MAX_TOLD)
    ]
    return (None, bad) if bad else (file, [])


def describe(character: str) -> str:
    """Return e.g. `U+2028 (line separator)`."""
    unnamed = "lone surrogate" if "\ud800" <= character <= "\udfff" else "control character"
    name = unicodedata.name(character, unnamed)
    return f"U+{ord(character):04X} ({name.lower()})"


def _line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guess(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in raw:
        return ": it looks like UTF-16; save the file as UTF-8"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "; save the file as UTF-8"
    return ": it may be GBK; convert it with `iconv -f GB18030 -t UTF-8`"
