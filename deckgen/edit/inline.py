"""Values that stand on one line: which do, and how."""

from __future__ import annotations

import json
import re

from deckgen.edit.quote import needs_quotes, needs_quotes_inline
from deckgen.text.syntax import Alias, Collection, Entry, Node, Scalar
from deckgen.text.width import width

LINE = 80
"""The columns that a line takes at most where it could be broken."""

_WORD = 20
_PUNCTUATION = re.compile(r"[，。；：！？、]|[,;.!?…]$|[,;.!?] ")


def text_of(scalar: Scalar) -> str:
    """Return a text of one line, quoted where it has to be."""
    if scalar.quote and not needs_quotes(scalar.value):
        return scalar.value
    return scalar.lines[0] if scalar.lines else ""


def key_of(key: Scalar | Alias) -> str:
    """Return a key's text, on one line."""
    if isinstance(key, Alias):
        return f"*{key.name} "
    if len(key.lines) == 1 and not key.header:
        text = text_of(key)
    elif "\n" in key.value or needs_quotes(key.value):
        text = json.dumps(key.value, ensure_ascii=False)
    else:
        text = key.value
    return f"{key.properties} {text}".strip()


def fitting(collection: Collection, used: int) -> str | None:
    """Return a collection as `[…]` or `{…}`, or nothing where it goes below its key.

    An anchor before it is not part of that.

    A mapping goes on one line where its author wrote it so and it fits; a list does where it is
    a list of words that fit.

    used: the columns that its line has before it.
    """
    text = _inline_collection(collection)
    if text is None or not collection.entries:
        return text
    if used + 1 + width(text) > LINE:
        return None
    return text if collection.is_mapping or _are_words(collection) else None


def _are_words(collection: Collection) -> bool:
    """Whether a list holds words or short phrases: clauses read better below each other."""
    return all(
        _are_words(value) if isinstance(value, Collection) else _is_word(_inline(value) or "")
        for value in (entry.value for entry in collection.entries)
    )


def _is_word(text: str) -> bool:
    return width(text) <= _WORD and not _PUNCTUATION.search(text)


def _inline(node: Node) -> str | None:
    if isinstance(node, Alias):
        return f"*{node.name}"
    text = _inline_scalar(node) if isinstance(node, Scalar) else _inline_collection(node)
    return None if text is None else f"{node.properties} {text}".strip(" ")


def _inline_scalar(scalar: Scalar) -> str | None:
    if scalar.header or len(scalar.lines) != 1:
        return None
    text = text_of(scalar)
    # quotes for the sake of the brackets only: a list of lines reads better
    bare = text == scalar.value
    return None if bare and needs_quotes_inline(text) else text


def _inline_collection(node: Collection) -> str | None:
    if node.end or any(map(_is_remarked, node.entries)):
        return None
    values = [_inline(entry.value) for entry in node.entries]
    if not node.is_mapping:
        nested = (entry.value for entry in node.entries if isinstance(entry.value, Collection))
        fits = None not in values and not any(each.is_mapping for each in nested)
        return f"[{', '.join(filter(None, values))}]" if fits else None
    if not node.flow or None in values:
        return None
    keys = (key_of(entry.key) for entry in node.entries if entry.key is not None)
    pairs = (f"{key}: {value}" for key, value in zip(keys, values, strict=True))
    return f"{{{', '.join(pairs)}}}"


def _is_remarked(entry: Entry) -> bool:
    return any(entry.before) or entry.header is not None or entry.remark is not None
