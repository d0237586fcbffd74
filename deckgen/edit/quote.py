"""Which texts need quotes in YAML."""

from __future__ import annotations

import re
import unicodedata

# what YAML 1.1 or 1.2 reads as something other than a text: https://yaml.org/type/
_MISREAD = re.compile(
    r"~|=|<<|null|y|n|yes|no|true|false|on|off|[-+]?\.(?:inf|nan)"
    r"|[-+.]?[0-9][-+0-9a-fox_.,:tz \t]*",
    re.IGNORECASE,
)
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=")
_IN_FLOW = re.compile(r"[,\[\]{}?]|:$")  # a question mark stops PyYAML's own parser


def needs_quotes(text: str) -> bool:
    """Whether a text of one line has to be quoted, for deckgen or for other tools.

    Texts that YAML tools take for numbers, dates or truth values need quotes, and so do those
    with characters that nobody would see.
    """
    return (
        not text
        or text != text.strip()
        or text[0] in _INDICATORS
        or text.startswith("...")
        or ": " in text
        or " #" in text
        or text.endswith(":")
        or _MISREAD.fullmatch(text) is not None
        or any(_is_hidden(character) for character in text)
    )


def needs_quotes_inline(text: str) -> bool:
    """Whether a text that needs no quotes elsewhere needs them inside `[…]` or `{…}`."""
    return _IN_FLOW.search(text) is not None


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return character not in " \u3000" and category in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp", "Zs")
