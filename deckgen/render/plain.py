"""HTML becomes the text that a reader sees."""

from __future__ import annotations

import html
import re

_HIDDEN = re.compile(r"<(rt|details)\b.*?</\1>|\[sound:[^\]]*\]", re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/li|/tr|/div|/h\d)\b[^>]*>")
_CELL = re.compile(r"</t[dh]>(?=<t)")
_TAG = re.compile(r"<[^>]*>")
_CLOZE = re.compile(r"\{\{c[\d,]+::|::[^{}]*\}\}|\}\}")


def plain(rendered: str) -> str:
    """Return a field's text without markup, readings and hints; line breaks stay."""
    return html.unescape(_CLOZE.sub("", visible(rendered))).strip()


def visible(rendered: str) -> str:
    """Return a field without tags and readings; its clozes and HTML's escapes stay."""
    if "<" in rendered or "[" in rendered:
        lines = _BREAK.sub("\n", _HIDDEN.sub("", rendered))
        return _TAG.sub("", _CELL.sub(" ", lines))
    return rendered
