"""Text: punctuation of its language, and HTML as a browser takes it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from deckgen.kinds._question import raw_html
from deckgen.problem import Code, Severity
from deckgen.render.bare import bare
from deckgen.rules._rule import TextRule
from deckgen.rules._texts import Text
from deckgen.text.han import HAN

HALF_WIDTH = Code(
    "half-width",
    Severity.WARNING,
    "A punctuation mark between Han characters is an ASCII one. Write the full-width mark "
    "(，。；：？！（）“”). Verbatim fields are left as their source has them.",
)
UNBALANCED = Code(
    "unbalanced",
    Severity.WARNING,
    "A quotation mark or bracket (“” 《》 （）) is not closed, or was not opened. Verbatim fields "
    "are left as their source has them.",
)
ASCII_DOTS = Code(
    "ascii-dots",
    Severity.WARNING,
    "Dots stand for an ellipsis beside Han characters: write ……. Verbatim fields are left as "
    "their source has them.",
)
BROKEN_HTML = Code(
    "broken-html",
    Severity.WARNING,
    "HTML in a text is such that a browser would repair it by guessing: a tag that is not closed, "
    "not opened, or not known, such as `<T>` that was meant as text (write `\\<T>`). Where `html` "
    "is off, a tag is shown as it stands: use Markdown, or turn `html: true` on.",
)

_ASCII_MARK = re.compile(rf"[{HAN}}}*”》）]\s?[,.;:?!()\"]\s?(?:[{HAN}{{*“《（]|\n|$)")
_HALF_WIDTH = re.compile(rf"(?<=[{HAN}”》）])\s?([,.;:?!()\"])\s?(?=[{HAN}“《（]|$)", re.MULTILINE)
_BRACKETS = re.compile(r"[“”《》（）]")
_CLOSING = {"”": "“", "》": "《", "）": "（"}
_DOTS = re.compile(rf"(?<=[{HAN}])\.{{3,}}|\.{{3,}}(?=[{HAN}])")
_SHIELDED = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$\n]+\$|\\<|<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?([a-zA-Z][\w-]*)(?:\s[^<>]*)?/?>")
_TAGS = """
    a abbr acronym address area article aside audio b base bdi bdo big blockquote br button canvas
    caption center cite code col colgroup data dd del details dfn div dl dt em fieldset figcaption
    figure font footer form h1 h2 h3 h4 h5 h6 header hr i iframe img input ins kbd label legend li
    link main map mark math menu meta meter nav object ol optgroup option output p param picture
    pre progress q rb rp rt rtc ruby s samp script section select small source span strike strong
    style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track
    tt u ul var video wbr
"""  # https://html.spec.whatwg.org/multipage/indices.html, with those that are still rendered
_VOID = "area base br col hr img input link meta param source track wbr"
_OPTIONAL_END = "p li dt dd tr td th thead tbody tfoot rt rp option"
_KNOWN = frozenset(_TAGS.split())
_UNCLOSED = frozenset(_VOID.split())
_MAY_STAY_OPEN = frozenset(_OPTIONAL_END.split())


def half_width(text: Text, _: float) -> str:
    """Complain of ASCII punctuation between Han characters."""
    # the first pattern takes markup for Han characters, so that few texts have to be rendered
    found = _ASCII_MARK.search(text.text) and _HALF_WIDTH.search(_seen(text))
    if not found:
        return ""
    around = found.string[max(0, found.start() - 4) : found.end() + 4].strip()
    return f"'{found[1]}' stands between Han characters, in “{around}”: write the full-width mark"


def unbalanced(text: Text, _: float) -> str:
    """Complain of a quotation mark or bracket without its other half."""
    opened: list[str] = []
    for mark in _BRACKETS.findall(text.text):
        if mark not in _CLOSING:
            opened.append(mark)
        elif opened and opened[-1] == _CLOSING[mark]:
            opened.pop()
        else:
            return f"“{mark}” closes nothing: open it, or delete it"
    return f"'{opened[-1]}' is not closed: close it, or delete it" if opened else ""


def ascii_dots(text: Text, _: float) -> str:
    """Complain of dots for an ellipsis."""
    found = _DOTS.search(text.text)
    return f"'{found[0]}' beside Han characters: write ……" if found else ""


def broken_html(text: Text, _: float) -> str:
    """Complain of HTML that is repaired by guessing, or shown."""
    source = _SHIELDED.sub("", text.text)
    if not raw_html(text.note, text.deck):
        for tag in _TAG.finditer(source):
            if tag[1].lower() in _KNOWN:
                return f"'{tag[0]}' is shown as it stands: use Markdown, or set `html: true`"
        return ""
    parser = _Balance()
    parser.feed(source)
    parser.close()
    return parser.complaint()


def _seen(text: Text) -> str:
    return bare(text.text, raw_html(text.note, text.deck))


class _Balance(HTMLParser):
    """Finds the first tag that a browser would repair."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.wrong = ""

    def handle_starttag(self, tag: str, _: object) -> None:
        """Note a tag that is open."""
        if tag not in _KNOWN:
            self.wrong = (
                self.wrong or f"HTML has no tag '<{tag}>': if it is text, write '\\<{tag}>'"
            )
        elif tag not in _UNCLOSED:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, _: object) -> None:
        """Take `<br/>` as void, and let others be as browsers do: open."""
        self.handle_starttag(tag, _)

    def handle_endtag(self, tag: str) -> None:
        """Close a tag, or note that it was not open."""
        while self.opened and self.opened[-1] != tag and self.opened[-1] in _MAY_STAY_OPEN:
            self.opened.pop()
        if self.opened and self.opened[-1] == tag:
            self.opened.pop()
        elif tag in _KNOWN:
            self.wrong = self.wrong or f"'</{tag}>' closes nothing that is open there"

    def complaint(self) -> str:
        """Return what is wrong, or an empty text."""
        unclosed = next((tag for tag in self.opened if tag not in _MAY_STAY_OPEN), "")
        return self.wrong or (f"'<{unclosed}>' is not closed" if unclosed else "")


RULES = (
    TextRule(
        code=HALF_WIDTH,
        check=half_width,
        signs=r'[,.;:?!()"](?<![A-Za-z0-9,.;:?!()"<>/].)',
        hit='{kind: basic, front: "水能载舟,下一句是什么?", back: 亦能覆舟}',
        mended="{kind: basic, front: 水能载舟，下一句是什么？, back: 亦能覆舟}",
    ),
    TextRule(
        code=UNBALANCED,
        check=unbalanced,
        signs="[“”《》（）]",
        hit="{kind: basic, front: “水能载舟的下一句是什么？, back: 亦能覆舟}",
        mended="{kind: basic, front: “水能载舟”的下一句是什么？, back: 亦能覆舟}",
    ),
    TextRule(
        code=ASCII_DOTS,
        check=ascii_dots,
        signs=r"\.\.\.",
        hit="{kind: basic, front: 补全这句话：水能..., back: 载舟}",
        mended="{kind: basic, front: 补全古语：水能……, back: 载舟}",
    ),
    TextRule(
        code=BROKEN_HTML,
        check=broken_html,
        signs="<",
        hit="[{kind: basic, html: true, front: 水能<b>载舟的下一句？, back: 亦能覆舟}, "
        "{kind: basic, front: 百姓<b>如水</b>，君主如什么？, back: 舟}]",
        mended="[{kind: basic, html: true, front: 水能<b>载舟</b>的下一句？, back: 亦能覆舟}, "
        "{kind: basic, front: 百姓**如水**，君主如什么？, back: 舟}]",
    ),
)
