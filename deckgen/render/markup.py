"""Markdown with ruby, cloze and mathematics becomes the HTML of an Anki field.

What wins where they meet: code, mathematics, cloze, ruby, Markdown.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from deckgen.problem import Code, Severity
from deckgen.render.emphasis import HanInline
from deckgen.render.escape import ANKI_BRACKET, escape, escape_attribute, escape_tex
from deckgen.render.media import snippet

BAD_CLOZE = Code(
    "bad-cloze",
    Severity.ERROR,
    "A cloze is malformed: it is misspelt, as `{{c1:…}}` is, and would be shown as it stands; is "
    "not closed in its paragraph, hides nothing, has a number outside 1–500 (above 500 Anki makes "
    "duplicate cards), or stands inside ten others (Anki reads no deeper; `{{c1,2::…}}` counts as "
    "two). Write `{{c1::hidden::hint}}`; a backslash before the "
    "braces shows them as text.",
)
CLOZE_ELSEWHERE = Code(
    "cloze-elsewhere",
    Severity.ERROR,
    "A cloze stands in a field that makes no cloze cards, so Anki would show it raw. Use "
    "`kind: cloze`, or put a backslash before the braces to show them as text.",
)

MAX_CLOZE = 500
MAX_NESTED = 10

_CLOZE = re.compile(r"\{\{c([\d,]*)::")
_NEARLY_CLOZE = re.compile(
    r"(?<!\{)(?:\{\{(?!\{c)[^{}:：\n]{0,4}[:：]{0,2}|\{\s*[cC]\s*\d+\s*[:：]+)"
)
_RUBY = re.compile(r"\{([^{}|\n]+)\|([^{}|\n]+)\}")
_MATH = re.compile(
    r"\$\$(?P<display>(?:[^$`\\]|\\.)+)\$\$"
    r"|(?<!\d)\$(?![\s$])(?P<inline>(?:[^$`\\\n]|\\[^\n])+)(?<!\s)\$(?!\d)",
    re.DOTALL,
)
_TABLE = re.compile(r"^.*\|.*\n(?=.*\|)(?=.*-)[-:| ]++$(?:\n.*\S.*)*", re.MULTILINE)
_PLAIN = re.compile(r"(?![-+=>#\d\s])[^\\`*_{}\[\]<>&$|~!\n:]+(?<!\s)")
_MARK_ALONE = re.compile(r"[-+*_#>`~=]+|\d+[.)]")
_TAG = re.compile(r"<[a-zA-Z][^>]*>")
_SRC = re.compile(r"""(\s(?:src|poster|data)\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)


@dataclass(slots=True)
class Markup:
    """What the rendering of one text needs to know, and what it found.

    cloze: whether the field makes cloze cards.
    html: whether raw HTML goes through.
    media: maps an authored path to the file's name in the package, or to an empty text.
    complaints: codes and messages, without their place.
    """

    cloze: bool = False
    html: bool = False
    media: Callable[[str], str] = str
    complaints: list[tuple[Code, str]] = field(default_factory=list)

    def complain(self, code: Code, message: str) -> None:
        """Note a complaint once."""
        if (code, message) not in self.complaints:
            self.complaints.append((code, message))


def to_html(text: str, markup: Markup) -> str:
    """Render a text; what is one paragraph comes without `<p>`, so that it can stand inline."""
    if _PLAIN.fullmatch(text):
        return text
    if _MARK_ALONE.fullmatch(text):
        return escape(text)
    markdown = _markdown(markup.html)
    if "|" in text and "\n" in text:  # the bar of a ruby does not end a cell
        text = _TABLE.sub(lambda table: _RUBY.sub(r"{\1\\|\2}", table[0]), text)
    env: dict[str, Any] = {"markup": markup}
    tokens = markdown.parse(text, env)
    if [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        tokens = tokens[1:2]
    rendered: str = markdown.renderer.render(tokens, markdown.options, env)
    return rendered.strip() if markup.html else rendered.strip().replace(">\n<", "><")


def ruby(base: str, reading: str) -> str:
    """Return the HTML of a text with its reading above it."""
    return f"<ruby>{escape(base)}<rt>{escape(reading)}</rt></ruby>"


@functools.cache
def _markdown(raw: bool) -> MarkdownIt:
    markdown = MarkdownIt("commonmark")
    markdown.inline = HanInline()
    markdown.configure("commonmark", {"html": raw, "breaks": True})
    markdown.enable(["table", "strikethrough"]).disable(["code", "lheading", "reference"])
    markdown.use(dollarmath_plugin, allow_labels=False)
    markdown.inline.ruler.at("math_inline", _mathematics)
    markdown.inline.ruler.after("backticks", "cloze", _cloze)
    markdown.inline.ruler.after("cloze", "ruby", _ruby)
    for name, rule in _RENDER_RULES.items():
        markdown.add_render_rule(name, rule)
    return markdown


# Inline rules: https://markdown-it-py.readthedocs.io/en/latest/architecture.html


def _mathematics(state: StateInline, silent: bool) -> bool:
    found = _MATH.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        kind = "math_inline" if found["display"] is None else "math_inline_double"
        state.push(kind, "", 0).content = found["inline"] or found["display"]
    state.pos = found.end()
    return True


def _cloze(state: StateInline, silent: bool) -> bool:
    opened = _CLOZE.match(state.src, state.pos, state.posMax)
    markup: Markup = state.env["markup"]
    if not opened:
        nearly = _NEARLY_CLOZE.match(state.src, state.pos, state.posMax)
        if nearly and markup.cloze and not silent:
            message = (
                f"'{nearly[0]}…' is no cloze: write '{{{{c1::…}}}}', or '\\{nearly[0]}' to show it"
            )
            markup.complain(BAD_CLOZE, message)
        return False
    closed = _closing(state, opened.end())
    if closed is None:
        if not silent:
            message = f"'{opened[0]}' is not closed in its paragraph: end it with '}}}}'"
            markup.complain(BAD_CLOZE, message)
        return False
    end, hint_at = closed
    content_end = end if hint_at is None else hint_at
    if not silent:
        numbers = _numbers(markup, opened)
        if not state.src[opened.end() : content_end].strip():
            message = f"'{opened[0]}}}}}' hides nothing: put the text between :: and }}}}"
            markup.complain(BAD_CLOZE, message)
        hint = "" if hint_at is None else state.src[hint_at + 2 : end]
        depth = state.env.get("depth", 0)
        if depth + len(numbers) > MAX_NESTED:
            message = f"clozes are nested more than {MAX_NESTED} deep, which Anki does not read"
            markup.complain(BAD_CLOZE, message)
        state.push("cloze_open", "", 1).meta = {"numbers": numbers}
        outer, state.posMax = state.posMax, content_end
        state.pos, state.env["depth"] = opened.end(), depth + len(numbers)
        state.md.inline.tokenize(state)
        state.posMax, state.env["depth"] = outer, depth
        state.push("cloze_close", "", -1).meta = {"numbers": numbers, "hint": hint}
    state.pos = end + 2
    return True


def _numbers(markup: Markup, opened: re.Match[str]) -> list[int]:
    """Return a cloze's numbers; none where it cannot stand here, so that it shows as text."""
    if not markup.cloze:
        message = (
            f"'{opened[0]}…' makes no card in this field: use kind: cloze, or write '\\{opened[0]}'"
        )
        markup.complain(CLOZE_ELSEWHERE, message)
        return []
    given = opened[1].split(",")
    if not all(len(number) < 9 and 1 <= int(number or 0) <= MAX_CLOZE for number in given):
        markup.complain(BAD_CLOZE, f"'{opened[0]}' needs a number from 1 to {MAX_CLOZE}")
        return []
    return list(dict.fromkeys(map(int, given)))


def _closing(state: StateInline, at: int) -> tuple[int, int | None] | None:
    """Return where a cloze's content ends, and where its hint's `::` stands.

    What stands in code, mathematics, links and other clozes is skipped.
    """
    if state.src.find("}}", at, state.posMax) < 0:
        return None
    start, state.pos = state.pos, at
    hint_at: int | None = None
    while state.pos < state.posMax and not state.src.startswith("}}", state.pos):
        if hint_at is None and state.src.startswith("::", state.pos):
            hint_at = state.pos
            state.pos += 2
        else:
            state.md.inline.skipToken(state)
    end, state.pos = state.pos, start
    return (end, hint_at) if end < state.posMax else None


def _ruby(state: StateInline, silent: bool) -> bool:
    found = _RUBY.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("ruby_text", "ruby", 0).meta = {"base": found[1], "reading": found[2]}
    state.pos = found.end()
    return True


# Render rules take the renderer, the tokens, which of them, the options, and the environment.

_Env = MutableMapping[str, Any]


def _text(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return escape(tokens[at].content)


def _code_inline(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return f"<code>{escape(tokens[at].content)}</code>"


def _fence(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return f"<pre><code>{escape(tokens[at].content)}</code></pre>"


def _line_break(*_: Any) -> str:
    return "<br>"


def _link_open(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    attributes = tokens[at].attrs.items()
    written = "".join(f' {name}="{escape_attribute(str(each))}"' for name, each in attributes)
    return f"<a{written}>"


def _ruby_text(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return ruby(tokens[at].meta["base"], tokens[at].meta["reading"])


def _math_inline(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return rf"\({escape_tex(tokens[at].content)}\)"


def _math_block(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return rf"\[{escape_tex(tokens[at].content)}\]"


def _cloze_open(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return "".join(f"{{{{c{number}::" for number in tokens[at].meta["numbers"])


def _cloze_close(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    hint = tokens[at].meta["hint"]
    end = f"::{escape(hint)}}}}}" if hint else "}}"
    return end * len(tokens[at].meta["numbers"])


def _image(_: RendererHTML, tokens: Sequence[Token], at: int, __: Any, env: _Env) -> str:
    name = env["markup"].media(str(tokens[at].attrs["src"]))
    alt = escape_attribute(tokens[at].content)
    return snippet(name).replace("<img ", f'<img alt="{alt}" ' if alt else "<img ", 1)


def _raw_html(_: RendererHTML, tokens: Sequence[Token], at: int, __: Any, env: _Env) -> str:
    markup: Markup = env["markup"]

    def packaged(found: re.Match[str]) -> str:
        path = html.unescape(found[2].strip("\"'"))
        return f'{found[1]}"{escape_attribute(markup.media(path))}"'

    content = _TAG.sub(lambda tag: _SRC.sub(packaged, tag[0]), tokens[at].content)
    clozes = [_numbers(markup, opened) for opened in _CLOZE.finditer(content)]
    if content.count("}}") < len(clozes):
        markup.complain(BAD_CLOZE, "a cloze is not closed in its HTML: end it with '}}'")
    if not all(clozes) or content.count("}}") < len(clozes):
        content = content.replace("{{", "&#123;&#123;")
    return ANKI_BRACKET.sub("&#91;", content)


_RENDER_RULES: dict[str, Callable[..., str]] = {
    "text": _text,
    "code_inline": _code_inline,
    "fence": _fence,
    "softbreak": _line_break,
    "hardbreak": _line_break,
    "link_open": _link_open,
    "ruby_text": _ruby_text,
    "math_inline": _math_inline,
    "math_inline_double": _math_block,
    "math_block": _math_block,
    "cloze_open": _cloze_open,
    "cloze_close": _cloze_close,
    "image": _image,
    "html_inline": _raw_html,
    "html_block": _raw_html,
}
