"""Emphasis beside Han characters and full-width punctuation.

CommonMark lets `**` open or close only by rules made for spaces between words, so that
`**“以民为本”**是` would keep its asterisks. Beside Han characters and their punctuation only
white space forbids it here, as https://github.com/tats-u/markdown-cjk-friendly proposes.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from deckgen.text.han import HAN_SIDE

_HAN_SIDE = re.compile(f"[{HAN_SIDE}]")


class _HanState(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 - the library's
        scanned = super().scanDelims(start, canSplitWord)
        before = self.src[start - 1] if start else " "
        end = start + scanned.length
        after = self.src[end] if end < self.posMax else " "
        if canSplitWord and (_HAN_SIDE.match(before) or _HAN_SIDE.match(after)):
            return Scanned(not after.isspace(), not before.isspace(), scanned.length)
        return scanned


class HanInline(ParserInline):
    """An inline parser whose emphasis knows Han characters."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Parse inline Markdown into tokens."""
        state = _HanState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens
