"""What PyYAML says of a file that is not YAML becomes a problem that names the repair."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml

from deckgen.problem import Code, Problem, Severity
from deckgen.text.file import TextFile

YAML_SYNTAX = Code(
    "yaml-syntax",
    Severity.ERROR,
    "The file is not YAML: something is not closed, indented or quoted as YAML asks. The rest of "
    "the file is not read; the other files are.",
)
TAB_INDENT = Code(
    "tab-indent",
    Severity.ERROR,
    "A line is indented by a tab. YAML takes spaces only: set your editor to indent YAML by two "
    "spaces.",
)
UNKNOWN_ESCAPE = Code(
    "unknown-escape",
    Severity.ERROR,
    'Inside "double quotes" a backslash starts an escape, and YAML does not know this one. Write '
    "the text in 'single quotes', or double the backslash.",
)
QUOTE_BRACES = Code(
    "quote-braces",
    Severity.ERROR,
    "A text begins with a brace or bracket, which YAML reads as a mapping or a list. Put the whole "
    "text into quotes.",
)

_FULL_WIDTH_COLON = re.compile(r"^\s*(?:- +)*[a-z-]+(?P<colon>：)")
_BRACED_VALUE = re.compile(r"(?:^\s*(?:- +)+|: +)(?P<value>[{\[].*)$")
_BRACE_BEFORE = re.compile(r"(?:: +|, *|- +|\[ *)(?P<value>(?P<open>[{\[])[^{}\[\]]*[}\]] *)$")
_CLOSED_QUOTE = re.compile(r"['\"] *$")
_ESCAPE = re.compile(r"\\(?:x[^\"\\]{0,2}|u[^\"\\]{0,4}|U[^\"\\]{0,8}|[^\n])?")


@dataclass(frozen=True, slots=True)
class _Failure:
    """Where PyYAML gave up: offsets of its two marks in the text, and what it said."""

    file: TextFile
    at: int
    since: int
    said: str
    context: str

    @property
    def before(self) -> str:
        """The failing line as far as it could be read."""
        text = self.file.text
        return text[text.rfind("\n", 0, self.at) + 1 : self.at]

    @property
    def line(self) -> str:
        """The failing line."""
        return self.before + self.file.text[self.at :].partition("\n")[0]

    def problem(self, code: Code, message: str, at: int) -> Problem:
        return Problem(code, message, self.file.span(at))


def complaint(file: TextFile, error: yaml.MarkedYAMLError) -> Problem:
    """Return the problem of a file that PyYAML cannot read."""
    mark, since = error.problem_mark, error.context_mark
    end = len(file.text)
    at = min(mark.index, end) if mark else 0
    failure = _Failure(
        file,
        at,
        min(since.index, end) if since else at,
        error.problem or "this is not YAML",
        error.context or "",
    )
    for explain in _EXPLANATIONS:
        problem = explain(failure)
        if problem:
            return problem
    context = f" ({failure.context})" if failure.context else ""
    return failure.problem(YAML_SYNTAX, f"{failure.said}{context}", at)


def quote_message(value: str) -> str:
    """Say that a value has to be quoted, with the value as it should stand."""
    quoted = value.strip().replace("'", "''")
    return f"YAML reads a leading brace or bracket as structure; quote the text: '{quoted}'"


def _tab(failure: _Failure) -> Problem | None:
    indent = failure.line[: len(failure.line) - len(failure.line.lstrip())]
    if "\t" in indent:
        at = failure.at - len(failure.before) + indent.index("\t")
    elif failure.line[len(failure.before) :].startswith("\t"):
        at = failure.at
    else:
        return None
    return failure.problem(TAB_INDENT, "a tab indents this line: use spaces", at)


def _escape(failure: _Failure) -> Problem | None:
    if not re.search("escape|hexdecimal|hexadecimal", failure.said):
        return None
    at = failure.file.text.rfind("\\", 0, failure.at + 1)
    escape = _ESCAPE.match(failure.file.text, at)
    shown = escape[0] if escape else "\\"
    message = f"'{shown}' is no escape: write the text in single quotes, or double the backslash"
    return failure.problem(UNKNOWN_ESCAPE, message, at)


def _full_width_colon(failure: _Failure) -> Problem | None:
    for start, line in _lines_near(failure):
        found = _FULL_WIDTH_COLON.match(line)
        if found:
            message = "'：' is a full-width colon: write ': ' (a colon and a space) after a key"
            return failure.problem(YAML_SYNTAX, message, start + found.start("colon"))
    return None


def _braces(failure: _Failure) -> Problem | None:
    """Explain a text that begins with a brace, as in `front: {载|zài} is` or `{front: {x} y}`."""
    inline = _BRACE_BEFORE.search(failure.before)
    if inline and failure.since < failure.at - len(inline["value"]):
        rest = re.match(r"[^,}\]\n]*", failure.file.text[failure.at :])
        value = inline["value"] + (rest[0] if rest else "")
        at = failure.at - len(inline["value"])
        if "expected ','" in failure.said:
            return failure.problem(QUOTE_BRACES, quote_message(value), at)
    for start, line in _lines_near(failure):
        braced = _BRACED_VALUE.search(line)
        if braced and (
            braced["value"].startswith("{{")
            or not braced["value"].rstrip().endswith(("}", "]", ",", "{", "["))
        ):
            at = start + braced.start("value")
            return failure.problem(QUOTE_BRACES, quote_message(braced["value"]), at)
    return None


def _lines_near(failure: _Failure) -> Iterator[tuple[int, str]]:
    """Yield the lines of the two marks and those before them, each with where it starts."""
    text = failure.file.text
    starts = [text.rfind("\n", 0, at) + 1 for at in (failure.since, failure.at)]
    starts += [text.rfind("\n", 0, start - 1) + 1 for start in starts if start]
    for start in dict.fromkeys(starts):
        yield start, text[start:].partition("\n")[0]


def _unclosed_quote(failure: _Failure) -> Problem | None:
    if "quoted scalar" not in failure.context:
        return None
    mark = failure.file.text[failure.since : failure.since + 1]
    message = f"this {mark} is never closed: end the text with another one"
    return failure.problem(YAML_SYNTAX, message, failure.since)


def _after_quote(failure: _Failure) -> Problem | None:
    quote = _CLOSED_QUOTE.search(failure.before)
    rest = failure.line[len(failure.before) :]
    if not quote or not rest.strip():
        return None
    mark = quote[0][0]
    repair = "write '' for ' inside it" if mark == "'" else 'write \\" for " inside it'
    message = f"the quoted text ends at the {mark} before this: {repair}, or use the other quotes"
    return failure.problem(YAML_SYNTAX, message, failure.at)


def _colon(failure: _Failure) -> Problem | None:
    if "mapping values are not allowed" not in failure.said:
        return None
    if re.search(r"[^\s:-]: +\S", failure.before):
        message = "a text that holds ': ' has to be quoted, or it reads as another key"
        return failure.problem(YAML_SYNTAX, message, failure.at)
    indent = len(failure.before) - len(failure.before.lstrip(" -"))
    message = (
        "this key cannot stand here: indent it like the keys before it; if the line above is a "
        "key, end that with a colon"
    )
    return failure.problem(YAML_SYNTAX, message, failure.at - len(failure.before) + indent)


def _no_colon(failure: _Failure) -> Problem | None:
    if "expected ':'" not in failure.said:
        return None
    message = "a key needs ': ' (a colon and a space) after it"
    return failure.problem(YAML_SYNTAX, message, failure.since)


def _bad_start(failure: _Failure) -> Problem | None:
    if "cannot start any token" not in failure.said:
        return None
    character = failure.file.text[failure.at : failure.at + 1]
    message = f"a text cannot begin with '{character}': put it in quotes"
    return failure.problem(YAML_SYNTAX, message, failure.at)


def _property(failure: _Failure) -> Problem | None:
    """Explain `**bold**` and the like: YAML's marks for tags, anchors and aliases."""
    if not re.search(r"an? (?:tag|anchor|alias|directive)$", failure.context):
        return None
    character = failure.file.text[failure.since : failure.since + 1]
    message = f"a text that begins with '{character}' has to be quoted"
    return failure.problem(YAML_SYNTAX, message, failure.since)


def _entry(failure: _Failure) -> Problem | None:
    if "sequence entries are not allowed" not in failure.said:
        return None
    message = "a list begins on the line below its key; quote a text that begins with '- '"
    return failure.problem(YAML_SYNTAX, message, failure.at)


def _unclosed_flow(failure: _Failure) -> Problem | None:
    opened = failure.file.text[failure.since : failure.since + 1]
    if "while parsing a flow" not in failure.context or opened not in ("{", "["):
        return None
    closing = "}" if opened == "{" else "]"
    found = failure.file.text[failure.at : failure.at + 1]
    if found in ("{", "["):
        message = f"inside {opened}…{closing} a text that holds '{found}' has to be quoted"
        return failure.problem(YAML_SYNTAX, message, failure.at)
    message = f"the '{opened}' here lacks a ',' or its '{closing}' further on"
    return Problem(
        YAML_SYNTAX,
        message,
        failure.file.span(failure.since),
        ((failure.file.span(failure.at), "it was missed here"),),
    )


def _indent(failure: _Failure) -> Problem | None:
    if "while parsing a block" not in failure.context:
        return None
    message = "this fits nothing above it: indent it like the keys or items it belongs to"
    return failure.problem(YAML_SYNTAX, message, failure.at)


_EXPLANATIONS: tuple[Callable[[_Failure], Problem | None], ...] = (
    _tab,
    _property,
    _escape,
    _full_width_colon,
    _braces,
    _unclosed_quote,
    _after_quote,
    _colon,
    _no_colon,
    _bad_start,
    _entry,
    _unclosed_flow,
    _indent,
)
