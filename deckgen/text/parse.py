"""YAML text becomes a located tree, from PyYAML's events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from deckgen.problem import Code, Problem, Severity, Span
from deckgen.text.complaint import QUOTE_BRACES, UNKNOWN_ESCAPE, complaint, quote_message
from deckgen.text.file import BAD_CHARACTER, CONTROL_CHARACTER, TextFile, describe
from deckgen.text.han import HAN_SIDE
from deckgen.text.tree import Mapping, Node, Sequence, place

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
_MAX_ALIASED = 1_000_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLD = re.compile(rf"(?<=[{HAN_SIDE}])[ \t]*\n[ \t]*(?=[{HAN_SIDE}])")
_MERGE = "<<"
_STRING = "tag:yaml.org,2002:str"
_BEYOND_UNICODE = re.compile(r"\\U(?!0010|000)[0-9a-fA-F]{8}")


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
    builder = _Builder(file, loader or _LOADER)
    try:
        return builder.build(), builder.problems
    except _FatalError as failure:
        return None, [*builder.problems, failure.problem]
    except yaml.MarkedYAMLError as error:
        found = complaint(file, error)
        return None, [each for each in builder.problems if each.span != found.span] + [found]
    except (ValueError, OverflowError):  # the Python parser's chr() of such an escape
        escape = _BEYOND_UNICODE.search(file.text)
        if escape is None:
            raise
        message = f"'{escape[0]}' is no escape: there is no such character"
        return None, [
            *builder.problems,
            Problem(UNKNOWN_ESCAPE, message, file.span(escape.start())),
        ]


class _Builder:
    def __init__(self, file: TextFile, loader: Any) -> None:
        self.file = file
        self.loader = loader
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node] = {}

    def build(self) -> Node | None:
        root: Node | None = None
        documents = 0
        events = yaml.parse(self.file.text, Loader=self.loader)
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
        if event.tag is not None and event.tag not in ("!", _STRING):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag '{tag}' is not read here: delete it"
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
        if event.style == '"':
            self.check_characters(value, event)
        if start.line == end.line or event.style == "|" or " " not in value:
            return value
        raw = self.file.text[start.index : end.index]
        return _without_folds(raw, value, self.loader) if _FOLD.search(raw) else value

    def check_characters(self, value: str, event: Any) -> None:
        """Complain of characters that escapes brought in."""
        for found in dict.fromkeys(BAD_CHARACTER.findall(value)):
            message = (
                f"an escape in here stands for {describe(found)}: write the text in single "
                "quotes, or double the backslash"
            )
            self.problems.append(self.problem(CONTROL_CHARACTER, message, event))

    def sequence(self, event: Any, events: Iterator[Any], depth: int) -> Sequence:
        node = Sequence(_at(event), bool(event.flow_style))
        for child in events:
            if isinstance(child, yaml.SequenceEndEvent):
                node.end = _end(child) if node.flow else 0
                break
            value = self.node(child, events, depth + 1)
            node.values.append(value)
            node.places.append(_at(child))
            self.grow(node, value, child)
        return node

    def mapping(self, event: Any, events: Iterator[Any], depth: int) -> Mapping:
        node = Mapping(_at(event), bool(event.flow_style))
        merged: list[Mapping] = []
        nested_keys: list[Any] = []
        for child in events:
            if isinstance(child, yaml.MappingEndEvent):
                node.end = _end(child) if node.flow else 0
                break
            key = self.node(child, events, depth + 1)
            value_event = next(events)
            value = self.node(value_event, events, depth + 1)
            self.grow(node, value, value_event)
            if not isinstance(key, str):
                nested_keys.append(child)
            elif key == _MERGE and _mappings(value):
                merged += _mappings(value)
            elif key in node.values:
                mend = "delete one" if node.flow else "delete one, or put '- ' before a new item"
                message = f"the key '{key}' stands twice in this mapping: {mend}"
                first = ((self.file.place(node.keys[key]), "first here"),)
                self.problems.append(self.problem(DUPLICATE_KEY, message, child, first))
            else:
                node.set(key, _at(child), value, _value_at(child, value_event))
        self.complain_of_keys(node, event, nested_keys)
        for other in merged:
            for key, value in other.values.items():
                if key not in node.values:
                    node.set(key, other.keys[key], value, other.places[key])
        return node

    def complain_of_keys(self, node: Mapping, event: Any, nested: list[Any]) -> None:
        """Complain of keys that are lists or mappings, as of `{{c1::…}}`, which is YAML, too."""
        first = nested[0] if nested else None
        if isinstance(first, yaml.MappingStartEvent) and node.flow and _at(first) == node.start + 1:
            message = quote_message(self.file.between(node.start, node.end))
            self.problems.append(self.problem(QUOTE_BRACES, message, event))
        else:
            message = "a key has to be a plain word: quote it if its brackets are text"
            self.problems += [self.problem(COMPLEX_KEY, message, key) for key in nested]

    def grow(self, node: Sequence | Mapping, value: Node, event: Any) -> None:
        node.size += len(value) + 1 if isinstance(value, str) else value.size
        if node.size > _MAX_ALIASED and node.size > 4 * len(self.file.text):
            self.fail(ALIAS_BOMB, "the aliases in here repeat each other without end", event)

    def problem(
        self, code: Code, message: str, event: Any, related: tuple[tuple[Span, str], ...] = ()
    ) -> Problem:
        return Problem(code, message, self.file.place(_at(event)), related)

    def fail(self, code: Code, message: str, event: Any) -> NoReturn:
        raise _FatalError(self.problem(code, message, event))


def _at(event: Any) -> int:
    return place(event.start_mark.line, event.start_mark.column)


def _end(event: Any) -> int:
    return place(event.end_mark.line, event.end_mark.column)


def _value_at(key: Any, value: Any) -> int:
    """Return where a value stands; the C parser looks for one that is left out further on."""
    return (
        _end(key) if value.start_mark.line > key.end_mark.line and _is_absent(value) else _at(value)
    )


def _is_absent(event: Any) -> bool:
    return event.start_mark.index == event.end_mark.index and isinstance(event, yaml.ScalarEvent)


def _mappings(value: Node) -> list[Mapping]:
    """Return the mappings that `<<` merges; nothing where the value is something else."""
    candidates = value.values if isinstance(value, Sequence) else [value]
    mappings = [candidate for candidate in candidates if isinstance(candidate, Mapping)]
    return mappings if len(mappings) == len(candidates) else []


def _standing_alone(raw: str) -> str:
    """Return a scalar's text as at a file's start: a told indentation counts from its parent's."""
    told = re.match(r">[-+]?(\d)", raw)
    if told is None:
        return raw
    lines = raw.split("\n")
    margins = [len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.strip(" ")]
    extra = max(min(margins, default=0) - int(told[1]), 0)
    return "\n".join([lines[0], *(line[extra:] for line in lines[1:])])


def _without_folds(raw: str, value: str, loader: Any) -> str:
    """Return a scalar's value without the spaces that folding put between Han characters.

    raw: its own text, in which each line that begins after such a fold gets a mark, so that a
    space of folding can be told from one that the author typed.
    """
    mark = next(each for each in map(chr, range(0xE000, 0xF8FF)) if each not in raw)
    try:
        alone = _FOLD.sub(rf"\g<0>{mark}", _standing_alone(raw))
        events = list(yaml.parse(alone, Loader=loader))
    except yaml.YAMLError:
        return value
    marked = [event.value for event in events if isinstance(event, yaml.ScalarEvent)]
    if len(marked) != 1 or marked[0].replace(mark, "") != value:
        return value
    return re.sub(rf"(?<=[{HAN_SIDE}]) +{mark}", "", marked[0]).replace(mark, "")
