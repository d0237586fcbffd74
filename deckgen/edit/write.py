"""The syntax of a YAML file becomes its text, in one style."""

from __future__ import annotations

from collections.abc import Iterable

from deckgen.edit.inline import LINE, fitting, key_of, text_of
from deckgen.text.syntax import Alias, Collection, Document, Entry, Remark, Scalar
from deckgen.text.width import width

_MOST_BLANKS = 2


def write(document: Document) -> str:
    """Return the text of a document; every line ends with a line feed."""
    root = document.root
    lines = [*_comments(document.top, 0, first=True)]
    if root.properties:
        lines.append(root.properties)
    return "".join(f"{line}\n" for line in (*lines, *_block(root, 0, first=not lines)))


def _block(node: Collection, indent: int, first: bool = True) -> list[str]:
    """Return the lines of a collection; `first`: no blank line may stand above them."""
    lines: list[str] = []
    for entry in node.entries:
        lines += _comments(entry.before, indent, first)
        mark = "-" if entry.key is None else key_of(entry.key) + ":"
        lines += _entry(entry, " " * indent + mark, indent)
        first = _keeps_blanks(entry)
    while node.end and not node.end[-1]:
        node.end.pop()
    return [*lines, *_comments(node.end, indent, first)]


def _keeps_blanks(entry: Entry) -> bool:
    """Whether blank lines below an entry would be part of its text."""
    value = entry.value
    if isinstance(value, Collection):
        return bool(value.entries) and not value.end and _keeps_blanks(value.entries[-1])
    return isinstance(value, Scalar) and "+" in value.header


def _entry(entry: Entry, head: str, indent: int) -> list[str]:
    """Return the lines of an entry, from its key or dash on."""
    value = entry.value
    if isinstance(value, Alias):
        return _remarked([f"{head} *{value.name}"], entry.remark)
    if value.properties:
        head += f" {value.properties}"
    if isinstance(value, Scalar):
        return _scalar(value, entry, head, indent)
    text = None if entry.header else fitting(value, width(head))
    if text is not None:
        return _remarked([f"{head} {text}"], entry.remark)
    above = _comments(entry.remark.lines, indent) if entry.remark else []
    below = _block(value, indent + 2)
    if entry.key is None and not value.properties:
        return [*above, f"{head} {below[0][indent + 2 :]}", *below[1:]]
    return [*above, *_remarked([head], entry.header), *below]


def _scalar(value: Scalar, entry: Entry, head: str, indent: int) -> list[str]:
    margin = " " * (indent + 2)
    if value.header:
        lines = [margin + line if line else "" for line in value.lines]
        return [*_remarked([f"{head} {value.header}"], value.header_remark), *lines]
    texts = value.lines if len(value.lines) > 1 else filter(None, (text_of(value),))
    lines = [margin + line if line else "" for line in texts]
    is_wide = len(lines) > 1 or (lines and width(head) + width(lines[0]) > LINE)
    if entry.key is not None and value.below and is_wide:
        lines = [head, *lines]
    else:
        lines = [f"{head} {lines[0].strip(' ')}" if lines else head, *lines[1:]]
    return _remarked(lines, entry.remark)


def _remarked(lines: list[str], remark: Remark | None) -> list[str]:
    """Add the comment beside a value to its last line."""
    if remark is None:
        return lines
    *others, last = lines
    last += " " * max(remark.gap, 2)
    margin = " " * width(last)
    return [*others, last + remark.lines[0], *(margin + line for line in remark.lines[1:])]


def _comments(lines: Iterable[str], indent: int, first: bool = False) -> list[str]:
    """Return comments at an indentation; `first`: no blank line may stand above them."""
    kept: list[str] = []
    blanks = _MOST_BLANKS if first else 0
    for line in lines:
        blanks = 0 if line else blanks + 1
        if line or blanks <= _MOST_BLANKS:
            kept.append(" " * indent + line if line else "")
    return kept
