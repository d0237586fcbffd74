"""Text becomes HTML that Anki shows exactly as typed."""

from __future__ import annotations

import html
import re

_BRACES = str.maketrans({"{": "&#123;", "}": "&#125;"})
_DOUBLE_COLON = re.compile(r":(?=:|$)|(?<=:):")

ANKI_BRACKET = re.compile(r"\[(?=sound:|anki:|/?latex\]|/?\$)", re.IGNORECASE)
"""What begins a tag of Anki's own: a sound, its place in a rendered card, LaTeX."""

_MATHJAX = re.compile(r"\\([(\[])")


def escape(text: str) -> str:
    """Escape HTML, and what Anki would read as cloze, sound, LaTeX or mathematics."""
    escaped = _escape(text)
    # MathJax reads the text after HTML's escapes, but no mark of it across elements
    return _MATHJAX.sub(r"\\<span>\1</span>", escaped) if "\\" in escaped else escaped


def escape_attribute(text: str) -> str:
    """Escape a text for an attribute in double quotes."""
    return _escape(text).replace('"', "&quot;")


def escape_tex(source: str) -> str:
    """Escape TeX for a field: its braces stay, apart from each other."""
    # doubled braces would begin or end a cloze
    spaced = re.sub(r"(?<=[{])(?=[{])|(?<=[}])(?=[}]|$)", " ", source)
    return _without_marks(html.escape(spaced, quote=False))


def _without_marks(markup: str) -> str:
    """Escape what Anki would read in HTML as the hint of a cloze, sound or LaTeX."""
    if ":" in markup:
        markup = _DOUBLE_COLON.sub("&#58;", markup)
    return ANKI_BRACKET.sub("&#91;", markup) if "[" in markup else markup


def _escape(text: str) -> str:
    return _without_marks(html.escape(text, quote=False).translate(_BRACES))
