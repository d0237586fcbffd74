"""A mapping of the tree becomes a frozen dataclass, with every problem of it."""

from __future__ import annotations

import dataclasses
import functools
import re
import types
import typing
import unicodedata
from collections.abc import Callable, Hashable
from collections.abc import Mapping as Mapping_
from typing import Any, Literal, TypeVar, cast

from deckgen.deck.field import (
    LIMITS,
    WHOLE,
    WRITTEN,
    Language,
    Markup,
    Name,
    NoteId,
    Plain,
    Tag,
    Verbatim,
)
from deckgen.deck.located import Located
from deckgen.problem import Code, Problem, Severity, did_you_mean, nearest_word
from deckgen.text.complaint import QUOTE_BRACES, quote_message
from deckgen.text.tree import Mapping, Node, Sequence

MISSING_FIELD = Code(
    "missing-field",
    Severity.ERROR,
    "A note, or another mapping, lacks a key that it cannot do without. Add the key; "
    "the README's table of kinds marks the required ones with a star.",
)
EMPTY_FIELD = Code(
    "empty-field",
    Severity.ERROR,
    "A key is there, but its value is empty. Fill it, or delete the key where it is optional.",
)
UNKNOWN_KEY = Code(
    "unknown-key",
    Severity.ERROR,
    "A key that deckgen does not know here: usually a typing error, or a field of another kind.",
)
WRONG_SHAPE = Code(
    "wrong-shape",
    Severity.ERROR,
    "A value has another shape than its key asks for: a list where a text is wanted, a text where "
    "a mapping is wanted, and so on.",
)
BAD_VALUE = Code(
    "bad-value",
    Severity.ERROR,
    "A value is not among those that its key takes: `true` or `false`, a number in a range, "
    "one of a few words.",
)
BAD_NAME = Code(
    "bad-name",
    Severity.ERROR,
    "An id is made of a–z, 0–9 and hyphens only, since Anki's search reads `_` and `*` as "
    "wildcards and an id has to be found again there.",
)
BAD_TAG = Code(
    "bad-tag",
    Severity.ERROR,
    "An Anki tag holds no white space and no quotation marks: Anki would read it as two tags. "
    "Join its words by a hyphen.",
)
LINE_BREAK = Code(
    "line-break",
    Severity.ERROR,
    "A value of one line holds a line break. Write it on one line, or use a list with one line "
    "in each item.",
)

_TEXTS = (str, Plain, Markup, Verbatim, Name, NoteId, Tag, Language)
_SHAPES = {str: "a text", Sequence: "a list", Mapping: "a mapping"}


@dataclasses.dataclass(frozen=True, slots=True)
class Authored:
    """One key that authors may write: its name, type and default."""

    name: str
    type: Any
    required: bool
    about: str
    example: str
    zh: str
    shown: bool

    def example_in(self, language: str) -> str:
        """Return a value as YAML, for a deck in a language; nothing where there is no example."""
        return self.zh if language.lower().startswith("zh") else self.example


def authored(record: type[Any]) -> dict[str, Authored]:
    """Return the authored keys of a dataclass, in the order of their declaration."""
    return _authored(cast(Hashable, record))


@functools.cache
def _authored(record: Any) -> dict[str, Authored]:
    hints = typing.get_type_hints(record)
    return {
        field.name: Authored(
            field.name,
            hints[field.name],
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
            field.metadata["about"],
            field.metadata["example"],
            field.metadata["zh"],
            field.metadata["shown"],
        )
        for field in dataclasses.fields(record)
        if "about" in field.metadata
    }


_T = TypeVar("_T")
_BAD: Any = object()
_Convert = Callable[[Node, "_Context", tuple[str | int, ...]], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class _Context:
    located: Located
    problems: list[Problem]

    def bad(self, code: Code, message: str, path: tuple[str | int, ...], fix: str = "") -> Any:
        self.problems.append(Problem(code, message, self.located.span(*path), fix=fix))
        return _BAD


def read_record(
    record: type[_T], located: Located, what: str, problems: list[Problem], **given: Any
) -> _T | None:
    """Read a dataclass from its mapping, or return nothing where an error forbids it.

    what: how messages call it, e.g. `this quotation note`.
    problems: where every problem of the record is added.
    given: values that are not authored.
    """
    context = _Context(located, problems)
    keys = authored(record)
    values = dict(given)
    node, defaults = located.node.values, located.defaults.values if located.defaults else {}
    sound = True
    meant: set[str] = set()
    for name in node:
        if name not in keys:
            near = nearest_word(name, keys)
            message = f"{what} has no key '{name}'{did_you_mean(name, keys)}"
            if located.node.flow and node[name] == "":
                message = (
                    f"{what} has no key '{name}': if it belongs to the text before, quote that"
                )
            else:
                meant.add(near)
            problems.append(Problem(UNKNOWN_KEY, message, located.key_span(name), fix=near))
    for name, convert in _converters(cast(Hashable, record)).items():
        value = node.get(name, defaults.get(name))
        if value is not None:
            values[name] = read = convert(value, context, (name,))
            sound = sound and read is not _BAD
        elif keys[name].required:
            sound = False
            if name not in meant:  # one that is misspelt is told of there
                message = f"{what} needs the key '{name}': {keys[name].about}"
                problems.append(Problem(MISSING_FIELD, message, located.span()))
    return record(**values) if sound else None


@functools.cache
def _converters(record: Any) -> dict[str, _Convert]:
    return {key.name: _converter(key.type) for key in authored(record).values()}


def _converter(wanted: Any) -> _Convert:
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        return _converter(next(each for each in arguments if each is not type(None)))
    if wanted in _TEXTS:
        return functools.partial(_text, wanted)
    if wanted is bool:
        return _boolean
    if wanted in LIMITS:
        return functools.partial(_number, int if wanted in WHOLE else float, LIMITS[wanted])
    if origin is Literal:
        return functools.partial(_choice, arguments)
    if origin is tuple:
        return functools.partial(_list, _converter(arguments[0]))
    if origin is typing.get_origin(Mapping_[str, str]):
        return functools.partial(_mapping, _converter(arguments[1]))
    return functools.partial(_nested, wanted)


def _text(kind: Any, node: Node, context: _Context, path: tuple[str | int, ...]) -> Any:
    if not isinstance(node, str):
        return _not_a_text(node, context, path)
    text = unicodedata.normalize("NFC", node).strip()
    label = f"'{path[-1]}'" if isinstance(path[-1], str) else "this item"
    if not text:
        return context.bad(EMPTY_FIELD, f"{label} is empty: fill it or delete it", path)
    if kind is not Markup and "\n" in text:
        return context.bad(LINE_BREAK, f"{label} is one line, and holds a line break", path)
    if kind not in WRITTEN or re.fullmatch(WRITTEN[kind], text):
        return text
    if kind in (Name, NoteId):
        name = _as_name(text)
        example = f", e.g. '{name}'" if name else ""
        message = f"'{text}' is no id: use a–z, 0–9 and hyphens{example}"
        return context.bad(BAD_NAME, message, path, name)
    if kind is Tag and (several := re.split(r"\s*[,，、]\s*", text))[1:]:
        written = f"[{', '.join(several)}]"
        return context.bad(BAD_TAG, f"'{text}' is one tag: write a list, {written}", path)
    if kind is Tag:
        message = f"the tag '{text}' holds white space or a quote: join its words by a hyphen"
        return context.bad(BAD_TAG, message, path, re.sub(r"[\s\"]", "-", text).strip("-"))
    message = f"'{text}' is no language tag: write it like en, zh-Hans or pt-BR"
    return context.bad(BAD_VALUE, message, path)


def _not_a_text(node: Sequence | Mapping, context: _Context, path: tuple[str | int, ...]) -> Any:
    if node.flow:
        written = context.located.file.between(node.start, node.end)
        return context.bad(QUOTE_BRACES, quote_message(written), path)
    message = f"'{path[0]}' takes a text, and this is {_SHAPES[type(node)]}"
    return context.bad(WRONG_SHAPE, message, path)


def _boolean(node: Node, context: _Context, path: tuple[str | int, ...]) -> Any:
    if node in ("true", "false"):
        return node == "true"
    return context.bad(BAD_VALUE, f"'{path[-1]}' takes true or false", path)


def _number(
    kind: type[int | float], limits: tuple[float, float], node: Node, context: _Context, path: Any
) -> Any:
    try:
        number = kind(node) if isinstance(node, str) else None
    except ValueError:
        number = None
    least, most = limits
    if number is None or not least <= number <= most:
        what = "a whole number" if kind is int else "a number"
        message = f"'{path[-1]}' takes {what} from {least} to {most}"
        return context.bad(BAD_VALUE, message, path)
    return number


def _choice(words: tuple[str, ...], node: Node, context: _Context, path: Any) -> Any:
    if node in words:
        return node
    hint = did_you_mean(node, words) if isinstance(node, str) else ""
    near = nearest_word(node, words) if isinstance(node, str) else ""
    return context.bad(BAD_VALUE, f"'{path[-1]}' is one of: {', '.join(words)}{hint}", path, near)


def _list(convert: _Convert, node: Node, context: _Context, path: tuple[str | int, ...]) -> Any:
    if isinstance(node, str):
        value = convert(node, context, path)
        return _BAD if value is _BAD else (value,)
    if not isinstance(node, Sequence):
        if node.flow:
            return _not_a_text(node, context, path)
        return context.bad(WRONG_SHAPE, f"'{path[0]}' takes a list, and this is a mapping", path)
    if not node.values:
        return context.bad(EMPTY_FIELD, f"'{path[0]}' is empty: fill it or delete it", path)
    values = [convert(value, context, (*path, at)) for at, value in enumerate(node.values)]
    return _BAD if _BAD in values else tuple(values)


def _mapping(convert: _Convert, node: Node, context: _Context, path: tuple[str | int, ...]) -> Any:
    if not isinstance(node, Mapping):
        message = f"'{path[-1]}' takes a mapping (`name: value`)"
        return context.bad(WRONG_SHAPE, message, path)
    values = {
        unicodedata.normalize("NFC", name): convert(value, context, (*path, name))
        for name, value in node.values.items()
    }
    return _BAD if _BAD in values.values() else types.MappingProxyType(values)


def _nested(record: type[Any], node: Node, context: _Context, path: tuple[str | int, ...]) -> Any:
    if isinstance(node, str) and hasattr(record, "lone"):
        at, lone = context.located.place(*path), node
        node = Mapping(at, flow=False)
        node.set(record.lone(lone), at, lone, at)
    if not isinstance(node, Mapping):
        message = f"'{path[-1]}' takes a mapping with the keys {', '.join(authored(record))}"
        return context.bad(WRONG_SHAPE, message, path)
    inner = Located(context.located.file, node)
    value = read_record(record, inner, f"'{path[-1]}'", context.problems)
    return _BAD if value is None else value


def _as_name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
