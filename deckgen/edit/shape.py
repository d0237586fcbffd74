"""The types of authored values, as JSON Schemas.

Editors read YAML's `1.10` as a number and `true` as a truth value where deckgen reads a text, so
what takes a text takes these too. An empty value is `null` to them, and to deckgen a mistake.
"""

from __future__ import annotations

import functools
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from deckgen.deck.field import LIMITS, WHOLE, WRITTEN, Language, Markup, Name, NoteId, Tag
from deckgen.deck.read import Authored, authored

Schema = dict[str, Any]

_MAPPING = typing.get_origin(Mapping[str, str])


def _whole(wanted: Any) -> str:
    return rf"^\s*(?:{WRITTEN[wanted]})\s*$"


_LINE = r"^\s*\S(?:.*\S)?\s*$"
_WRITTEN_AS = {
    Markup: (r"\S", "a text"),
    Name: (_whole(Name), "a name of a–z, 0–9 and hyphens"),
    NoteId: (_whole(NoteId), "the id of a note: a–z, 0–9 and hyphens"),
    Tag: (_whole(Tag), "a tag, without white space or quotation marks"),
    Language: (_whole(Language), "a language tag, like en, zh-Hans or pt-BR"),
}
# said by what it is not: else editors would propose `true` wherever a text can stand
_TRUTH_VALUE: Schema = {"not": {"type": ["string", "number", "array", "object", "null"]}}


def of_type(wanted: Any, known: Mapping[Any, Iterable[str]], language: str = "") -> Schema:
    """Return the schema of an authored type.

    known: for some types of text the ones that the deck has, which editors then propose.
    language: the deck's.
    """
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    inner = functools.partial(of_type, known=known, language=language)
    if origin in (typing.Union, types.UnionType):
        return inner(next(each for each in arguments if each is not type(None)))
    if wanted is bool:
        return {"type": ["boolean", "string"], **_said("^(?:true|false)$", "true or false")}
    if wanted in LIMITS:
        return _number(wanted)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return _list(inner(arguments[0]))
    if origin is _MAPPING:
        return {"type": "object", "additionalProperties": inner(arguments[1])}
    if hasattr(wanted, "__dataclass_fields__"):
        return _record(wanted, inner, language)
    return proposed(known.get(wanted, ()), _text(wanted))


def described(key: Authored, schema: Schema, language: str) -> Schema:
    """Return the schema of a key, with what the key is for; language: the deck's."""
    shown = key.example_in(language)
    example = f"\n\n```yaml\n{key.name}: {shown}\n```" if shown else ""
    return {"description": key.about, "markdownDescription": key.about + example, **schema}


def proposed(words: Iterable[str], schema: Schema) -> Schema:
    """Return a schema with words that editors propose; others stay possible.

    words: a mapping tells what each of them is.

    The keyword is the language server's own: `examples` would fill its hover, and an `enum` among
    others its error messages.
    """
    about = words if isinstance(words, Mapping) else {}
    snippets = [
        {"label": word, "body": word, **({"description": about[word]} if word in about else {})}
        for word in words
    ]
    return {**schema, "defaultSnippets": snippets} if snippets else schema


def one_of(words: Sequence[str]) -> Schema:
    """Return the schema of a text that is one of some words, or cannot be."""
    return {"enum": [each for word in words for each in _spellings(word)]} if words else {"not": {}}


def _text(wanted: Any) -> Schema:
    written = WRITTEN.get(wanted, "")
    takes = functools.partial(re.fullmatch, written or ".*")
    numbers = "number" if takes("1.5") else "integer" if takes("1") else None
    pattern, what = _WRITTEN_AS.get(wanted, (_LINE, "a text of one line"))
    text = {"type": ["string", *([numbers] if numbers else [])], **_said(pattern, what)}
    return {"anyOf": [text, _TRUTH_VALUE]} if takes("true") else text


def _number(wanted: Any) -> Schema:
    least, most = LIMITS[wanted]
    whole = wanted in WHOLE
    if whole and most < 10:
        digits = f"0*[{least}-{most}]"
    else:
        digits = f"[0-9]{{1,{len(str(most))}}}" if whole else r"[0-9]*\.?[0-9]+"
    what = "a whole number" if whole else "a number"
    return {
        "type": ["integer" if whole else "number", "string"],
        "minimum": least,
        "maximum": most,
        **_said(rf"^\s*{digits}\s*$", f"{what} from {least} to {most}"),
    }


def _said(pattern: str, what: str) -> Schema:
    """Return a pattern, with what editors of the language server's family say of a mismatch."""
    message = f"This takes {what}."
    return {"pattern": pattern, "patternErrorMessage": message, "errorMessage": message}


def _list(item: Schema) -> Schema:
    """Return the schema of a list, which may be one text instead."""
    whole = {"items": item, "minItems": 1}
    first, *others = item.get("anyOf", [item])
    if first["type"] == "object":
        return {"type": "array", **whole}
    # one schema for both, so that editors tell what is wrong with either
    types_ = [kind for kind in first["type"] if kind != "array"]
    message = first["errorMessage"].replace(", or a list.", ".").replace(".", ", or a list.")
    either = {**first, **whole, "type": [*types_, "array"], "errorMessage": message}
    return {"anyOf": [either, *others]} if others else either


def _record(record: Any, inner: Callable[[Any], Schema], language: str) -> Schema:
    keys = authored(record)
    whole = {
        "type": "object",
        "properties": {
            name: described(key, inner(key.type), language) for name, key in keys.items()
        },
        "required": [name for name, key in keys.items() if key.required],
        "additionalProperties": False,
    }
    if not hasattr(record, "lone"):
        return whole
    # a value without a key stands for one of the keys
    return {"anyOf": [*(inner(key.type) for key in keys.values()), whole]}


def _spellings(word: str) -> list[str | int | float | bool]:
    """Return a word, and what an editor may read it as."""
    if word in ("true", "false"):
        return [word, word == "true"]
    for kind in (int, float):
        try:
            return [word, kind(word)]
        except ValueError:
            continue
    return [word]
