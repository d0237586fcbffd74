"""YAML text becomes a located tree, from PyYAML's events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from deckgen.problem import Code, Problem, Severity
from deckgen.text.file import TextFile
from deckgen.text.han import HAN_SIDE
from deckgen.text.tree import Mapping, Node, Sequence, place

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
DUPLICATE_KEY = Code(
    "duplicate-key",
    Severity.ERROR,
    "A mapping has the same key twice. YAML libraries would silently keep the last: delete one, "
    "or make it a list.",
)
COMPLEX_KEY = Code(
    "complex-key",
    Severity.ERROR,
    "A key is a list or a mapping; deckgen's keys are plain words. Quote the key if its brackets "
    "are meant as text.",
)
MULTIPLE_DOCUMENTS = Code(
    "multiple-documents",
    Severity.ERROR,
    "A file holds several YAML documents (separated by `---`). A card file is one document: "
    "delete the separator or split the file.",
)
YAML_TAG = Code(
    "yaml-tag",
    Severity.ERROR,
    "A value carries a YAML tag such as `!!python/object`. deckgen reads text, lists and mappings "
    "only: delete the tag.",
)
UNKNOWN_ALIAS = Code(
    "unknown-alias",
    Severity.ERROR,
    "`*name` repeats a value that was marked `&name` before; no such mark exists above it. A text "
    "that begins with `*` or `&` has to be quoted.",
)
ALIAS_BOMB = Code(
    "alias-bomb",
    Severity.ERROR,
    "Aliases of aliases make a tree far larger than the file. Write the values out.",
)
TOO_DEEP = Code(
    "too-deep",
    Severity.ERROR,
    "Lists or mappings are nested more than 32 deep; no card file needs that.",
)

_MAX_DEPTH = 32
_MAX_ALIASED = 100_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLD = re.compile(rf"(?<=[{HAN_SIDE}])[ \t]*\n[ \t]*(?=[{HAN_SIDE}])")
_BRACED_VALUE = re.compile(r"(?:^\s*(?:- +)*|: +|- +)(?P<value>[{\[].*)$")
_MERGE = "<<"


class _FatalError(Exception):
    """Carries the problem that ends the reading of a file; never leaves this module."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def parse(file: TextFile, loader: Any = None) -> tuple[Node | None, list[Problem]]:
    """Parse a file into its tree; an empty file has no tree and no problem.

    loader: a PyYAML loader class; the C parser where it is built in, else the Python one.
    Scalars are the text as typed. A syntax error stops the file; every other problem is
    collected.
    """
    builder = _Builder(file)
    try:
        return builder.build(yaml.parse(file.text, Loader=loader or _LOADER)), builder.problems
    except _FatalError as failure:
        return None, [*builder.problems, failure.problem]
    except yaml.MarkedYAMLError as error:
        return None, [*builder.problems, _syntax_problem(file, error)]


class _Builder:
    def __init__(self, file: TextFile) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node] = {}

    def build(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "a second document starts here: a card file is one document"
                    self.fail(MULTIPLE_DOCUMENTS, message, event)
            elif isinstance(event, yaml.NodeEvent):
                root = self.node(event, events, 1)
        return None if root == "" else root

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event)
        elif depth > _MAX_DEPTH:
            self.fail(TOO_DEEP, f"nested more than {_MAX_DEPTH} deep", event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(event, events, depth)
        else:
            node = self.mapping(event, events, depth)
        if event.tag is not None and event.tag not in ("!", "tag:yaml.org,2002:str"):
            message = f"the tag '{event.tag}' is not read here: delete it"
            self.problems.append(self.problem(YAML_TAG, message, event))
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            message = f"no '&{event.anchor}' stands above; quote the text if the * is meant"
            self.fail(UNKNOWN_ALIAS, message, event)
        return self.anchors[event.anchor]

    def scalar(self, event: Any) -> str:
        value: str = event.value
        start, end = event.start_mark, event.end_mark
        if start.line == end.line or event.style == "|" or " " not in value:
            return value
        raw = self.file.text[start.index : end.index]
        joined = _FOLD.sub("", raw)
        return value if joined == raw else _reparse(joined, value)

    def sequence(self, event: Any, events: Iterator[Any], depth: int) -> Sequence:
        node = Sequence(_at(event), bool(event.flow_style))
        for child in events:
            if isinstance(child, yaml.SequenceEndEvent):
                break
            value = self.node(child, events, depth + 1)
            node.values.append(value)
            node.places.append(_at(child))
            self.grow(node, value, child)
        return node

    def mapping(self, event: Any, events: Iterator[Any], depth: int) -> Mapping:
        node = Mapping(_at(event), bool(event.flow_style))
        merged: list[Mapping] = []
        for child in events:
            if isinstance(child, yaml.MappingEndEvent):
                break
            key = self.node(child, events, depth + 1)
            value_event = next(events)
            value = self.node(value_event, events, depth + 1)
            self.grow(node, value, value_event)
            if not isinstance(key, str):
                message = "a key has to be a plain word: quote it if its brackets are text"
                self.problems.append(self.problem(COMPLEX_KEY, message, child))
            elif key == _MERGE and not isinstance(value, str):
                merged += _mappings(value)
            elif key in node.values:
                message = f"the key '{key}' stands twice in this mapping: delete one"
                first = self.file.name, node.keys[key]
                self.problems.append(self.problem(DUPLICATE_KEY, message, child, first))
            else:
                node.set(key, _at(child), value, _at(value_event))
        for other in merged:
            for key, value in other.values.items():
                if key not in node.values:
                    node.set(key, other.keys[key], value, other.places[key])
        return node

    def grow(self, node: Sequence | Mapping, value: Node, event: Any) -> None:
        node.size += 1 if isinstance(value, str) else value.size
        if node.size > _MAX_ALIASED and node.size > 2 * len(self.file.text):
            self.fail(ALIAS_BOMB, "the aliases in here repeat each other without end", event)

    def problem(
        self, code: Code, message: str, event: Any, first: tuple[str, int] | None = None
    ) -> Problem:
        span = self.file.place(_at(event))
        related = ((self.file.place(first[1]), "first here"),) if first else ()
        return Problem(code, message, span, related)

    def fail(self, code: Code, message: str, event: Any) -> NoReturn:
        raise _FatalError(self.problem(code, message, event))


def _at(event: Any) -> int:
    return place(event.start_mark.line, event.start_mark.column)


def _mappings(value: Node) -> list[Mapping]:
    candidates = value.values if isinstance(value, Sequence) else [value]
    return [candidate for candidate in candidates if isinstance(candidate, Mapping)]


def _reparse(raw: str, fallback: str) -> str:
    """Return the value of one scalar's raw text, or the fallback where it stands not alone."""
    try:
        events = list(yaml.parse(raw, Loader=_LOADER))
    except yaml.YAMLError:
        return fallback
    scalars = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    return scalars[0].value if len(scalars) == 1 and len(events) == 5 else fallback


def _syntax_problem(file: TextFile, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    at = place(mark.line, mark.column) if mark else 0
    said = error.problem or "not YAML"
    lines = file.text.split("\n")
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    lead = line[: len(line) - len(line.lstrip())]
    if "\t" in lead or ("'\\t'" in said):
        at = place(mark.line, max(lead.find("\t"), 0)) if mark else at
        return Problem(TAB_INDENT, "a tab indents this line: use spaces", file.place(at))
    if "escape" in said:
        message = f"{said}: write the text in single quotes, or double the backslash"
        return Problem(UNKNOWN_ESCAPE, message, file.place(at))
    for number in _suspects(error):
        braced = _BRACED_VALUE.search(lines[number]) if number < len(lines) else None
        if (braced and not braced["value"].endswith(("}", "]", ",", "{", "["))) or (
            braced and braced["value"].startswith("{{")
        ):
            at = place(number, braced.start("value"))
            return Problem(QUOTE_BRACES, quote_message(braced["value"]), file.place(at))
    context = f" ({error.context})" if error.context else ""
    return Problem(YAML_SYNTAX, f"{said}{context}", file.place(at))


def _suspects(error: yaml.MarkedYAMLError) -> list[int]:
    marks = (error.context_mark, error.problem_mark)
    lines = [mark.line for mark in marks if mark]
    return list(dict.fromkeys(lines + [line - 1 for line in lines if line]))


def quote_message(value: str) -> str:
    """Say that a value has to be quoted, with the value as it should stand."""
    quoted = value.strip().replace("'", "''")
    return f"YAML reads a leading brace or bracket as structure; quote the text: '{quoted}'"
