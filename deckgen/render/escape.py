"""Text becomes HTML that Anki shows exactly as typed."""

from __future__ import annotations

import html
import re

_BRACES = str.maketrans({"{": "&#123;", "}": "&#125;"})
_DOUBLE_COLON = re.compile(r":(?=:|$)|(?<=:):")
_ANKI_BRACKET = re.compile(r"\[(?=sound:|anki:|/?latex\]|/?\$)")


def escape(text: str) -> str:
    """Escape HTML, and what Anki would read as cloze, sound or LaTeX."""
    escaped = html.escape(text, quote=False).translate(_BRACES)
    if ":" in escaped:
        escaped = _DOUBLE_COLON.sub("&#58;", escaped)
    return _ANKI_BRACKET.sub("&#91;", escaped) if "[" in escaped else escaped


def escape_attribute(text: str) -> str:
    """Escape a text for an attribute in double quotes."""
    return escape(text).replace('"', "&quot;")
