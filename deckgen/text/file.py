"""A text file as it was read: its name, its text, its problems of encoding."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

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
    "A file holds a character that YAML or Anki cannot carry: a control character, a lone "
    "surrogate, or a line separator that is no line break in an editor. Delete it.",
)
UNREADABLE = Code(
    "unreadable",
    Severity.ERROR,
    "A file that the deck names, or the deck itself, cannot be read: it is missing, is a folder, "
    "or its permissions forbid it.",
)

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


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


def read_file(path: Path, name: str) -> tuple[TextFile | None, list[Problem]]:
    """Read a file as UTF-8; without a text there is at least one problem."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem(UNREADABLE, f"cannot read this file: {error.strerror}", Span(name))]
    return decode(raw, path, name)


def decode(raw: bytes, path: Path, name: str) -> tuple[TextFile | None, list[Problem]]:
    """Decode a file's bytes; without a text there is at least one problem."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = TextFile(path, name, _line_breaks(raw[: error.start].decode("utf-8", "replace")))
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8{_guess(raw)}"
        return None, [Problem(NOT_UTF8, message, before.span(len(before.text)))]
    file = TextFile(path, name, _line_breaks(text))
    bad = [
        Problem(
            CONTROL_CHARACTER,
            f"{_character(m[0])} cannot stand here: delete it",
            file.span(m.start()),
        )
        for m in _BAD.finditer(file.text)
    ]
    return (None, bad) if bad else (file, [])


def _line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _character(character: str) -> str:
    name = unicodedata.name(character, "control character")
    return f"U+{ord(character):04X} ({name.lower()})"


def _guess(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ": it looks like UTF-16; save the file as UTF-8"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "; save the file as UTF-8"
    return ": it may be GBK; convert it with `iconv -f GB18030 -t UTF-8`"
