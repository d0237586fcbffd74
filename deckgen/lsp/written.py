"""Values as they are written in a place of a file."""

from __future__ import annotations

import json
import re

from deckgen.edit.quote import needs_quotes, needs_quotes_inline

_WORD = re.compile(r"\w[\w-]*")


def written(value: str, quote: str, inline: bool) -> str:
    """Return a value of one line as YAML.

    quote: the kind of quotes that stand there, if any do; others come only where they have to.
    inline: whether it stands inside `[…]` or `{…}`.
    """
    if not quote and _WORD.fullmatch(value):
        return value
    if quote == '"':
        return json.dumps(value, ensure_ascii=False)
    if quote == "'" or needs_quotes(value) or (inline and needs_quotes_inline(value)):
        return "'" + value.replace("'", "''") + "'"
    return value
