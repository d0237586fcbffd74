"""Markdown with ruby, cloze and mathematics becomes fields that Anki shows as they were meant."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from html.parser import HTMLParser
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deckgen.build import compile_deck
from deckgen.render import markup
from deckgen.render.escape import escape, escape_attribute
from deckgen.render.markup import Markup, to_html
from deckgen.render.plain import plain

ANKI_MARK = re.compile(r"\{\{|\}\}|\[(?:sound:|anki:|/?latex\]|/?\$)", re.IGNORECASE)
CARRIED = st.characters(
    exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"
)
ANY = st.text(CARRIED, max_size=40)
FRAGMENT = st.sampled_from(
    [
        *(
            "{{c1::",
            "{{c2,3::",
            "{{c0::",
            "{{c999999999999::",
            "}}",
            "::",
            "{",
            "}",
            "|",
            "{{Front}}",
        ),
        *(
            "[sound:a.mp3]",
            "[anki:play:q:0]",
            "[latex]",
            "[$]",
            "[/$]",
            "[",
            "]",
            "(",
            ")",
            "![",
            "](",
        ),
        *(
            "$",
            "$$",
            "\\(",
            "\\[",
            "\\",
            "`",
            "``",
            "```\n",
            "*",
            "**",
            "_",
            "~~",
            "<",
            ">",
            "&",
            "&lt;",
        ),
        *(
            "<b>",
            "</b>",
            "<!--",
            "http://a.b",
            "<http://a.b>",
            "\n",
            "\n\n",
            "- ",
            "1. ",
            "# ",
            "> ",
        ),
        *(
            "|-|-|\n",
            "a",
            "载",
            "舟",
            "，",
            "“",
            " ",
            "　",
            "0",
            "!",
            '"',
            "'",
            "=",
            "---",
            "{载|zài}",
        ),
    ]
)
MARKED = st.lists(FRAGMENT, max_size=24).map("".join)


def show(text: str) -> str:
    """Render a text that has nothing to complain of."""
    found = Markup()
    rendered = to_html(text, found)
    assert found.complaints == []
    return rendered


def gaps(text: str) -> str:
    """Render a text with clozes that has nothing to complain of."""
    found = Markup(cloze=True)
    rendered = to_html(text, found)
    assert found.complaints == []
    return rendered


def complaints(text: str, *, cloze: bool = False, html: bool = False) -> list[str]:
    found = Markup(cloze=cloze, html=html)
    to_html(text, found)
    return [code.slug for code, _ in found.complaints]


def stripped(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", rendered))


class Balance(HTMLParser):
    """Finds tags that are not closed in their order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.opened: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "img"):
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag != "hr":
            self.wrong.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.opened or self.opened.pop() != tag:
            self.wrong.append(tag)


def unbalanced(rendered: str) -> list[str]:
    parser = Balance()
    parser.feed(rendered)
    parser.close()
    return parser.wrong + parser.opened


class TestSafeText:
    @pytest.mark.parametrize(
        ("typed", "rendered"),
        [
            ("a < b", "a &lt; b"),
            ("AT&T", "AT&amp;T"),
            ("<T>", "&lt;T&gt;"),
            ("a<b>c</b>", "a&lt;b&gt;c&lt;/b&gt;"),
            ("<!-- x -->", "&lt;!-- x --&gt;"),
            ("{{Front}}", "&#123;&#123;Front&#125;&#125;"),
            ("[sound:x.mp3]", "&#91;sound:x.mp3]"),
            ("[SOUND:x.mp3]", "&#91;SOUND:x.mp3]"),
            ("[latex]x[/latex]", "&#91;latex]x&#91;/latex]"),
            ("std::vector", "std&#58;&#58;vector"),
            ("x}}", "x&#125;&#125;"),
            ("https://example.org/a?b=c", "https://example.org/a?b=c"),
            ("C:\\Users", "C:\\Users"),
            ("5 * 3 * 2", "5 * 3 * 2"),
            ("snake_case_name", "snake_case_name"),
            ("costs $5 and $6", "costs $5 and $6"),
            ("5 $", "5 $"),
        ],
    )
    def test_it_appears_as_typed(self, typed: str, rendered: str) -> None:
        assert show(typed) == rendered
        assert stripped(rendered) == typed

    @pytest.mark.parametrize(
        "mark", ["+", "-", "*", "#", "##", ">", "**", "---", "***", "___", "```", "~~~", "1.", "2)"]
    )
    def test_a_mark_alone_is_a_text(self, mark: str) -> None:
        assert stripped(show(mark)) == mark

    @given(ANY)
    def test_whatever_a_field_holds_is_shown(self, text: str) -> None:
        assert stripped(escape(text)) == text
        assert html.unescape(escape_attribute(text)) == text

    @given(ANY | MARKED)
    def test_no_escaped_text_is_a_mark_to_anki(self, text: str) -> None:
        for written in (escape(text), escape_attribute(text)):
            assert not ANKI_MARK.search(written)
            assert not re.search("[<>]", re.sub("</?span>", "", written))
        assert '"' not in escape_attribute(text)
        assert "\\(" not in escape(text)
        assert "\\[" not in escape(text)

    @given(ANY | MARKED)
    def test_no_text_makes_a_cloze_sound_or_template(self, text: str) -> None:
        found = Markup()
        rendered = to_html(text, found)
        assert "{{" not in rendered
        assert "}}" not in rendered
        assert not ANKI_MARK.search(rendered) or found.complaints
        if "$" not in text:
            assert not re.search(
                r"\\[(\[]", re.sub(r"<code>.*?</code>", "", rendered, flags=re.DOTALL)
            )

    @given(ANY | MARKED)
    def test_no_html_makes_a_cloze_or_sound(self, text: str) -> None:
        rendered = to_html(text, Markup(html=True))
        assert not re.search(r"\{\{c\d", rendered)
        assert not re.search(r"\[sound:|\[anki:|\[latex\]", rendered)

    @given(ANY | MARKED)
    def test_the_html_is_well_formed(self, text: str) -> None:
        assert unbalanced(to_html(text, Markup())) == []
        assert unbalanced(to_html(text, Markup(cloze=True))) == []

    @given(MARKED)
    def test_every_cloze_is_closed_and_asked_for(self, text: str) -> None:
        rendered = to_html(text, Markup(cloze=True))
        assert rendered.count("{{") == rendered.count("}}")
        made = set(re.findall(r"\{\{c(\d+)::", rendered))
        asked = {n for group in re.findall(r"\{\{c([\d,]+)::", text) for n in group.split(",")}
        assert made <= asked
        assert rendered.count("{{") == len(re.findall(r"\{\{c\d+::", rendered))


class TestFastPath:
    """Most texts are plain; those are not put through the Markdown library."""

    @given(ANY | st.text(st.sampled_from("ab 载，.1-+=#>):'\"/@%^?;"), max_size=12))
    def test_it_gives_what_the_slow_one_gives(self, text: str) -> None:
        fast = to_html(text, Markup())
        with mock.patch.object(markup, "_PLAIN", re.compile("(?!)")):
            assert to_html(text, Markup()) == fast

    def test_it_is_taken(self) -> None:
        with mock.patch.object(markup, "_markdown", side_effect=AssertionError):
            assert (
                show("党的根本工作路线是什么？（十六字）") == "党的根本工作路线是什么？（十六字）"
            )


class TestWholeWay:
    """From a card file to the field of the package."""

    @given(ANY)
    def test_a_front_shows_its_text(
        self, tmp_path_factory: pytest.TempPathFactory, text: str
    ) -> None:
        shown = unicodedata.normalize("NFC", text).strip()
        assume(shown not in ("", "…"))  # a front is wanted
        assume(not re.search(r"[\\`*_{}\[\]~$!]|&#?\w+;|<[^>\s]*[:@]|^[-+#>=\d]", shown))
        path = tmp_path_factory.mktemp("deck") / "deck-file.yaml"
        front = json.dumps(text, ensure_ascii=False)
        path.write_text(
            f"name: D\nid: d\nnotes: [{{id: a, kind: basic, front: {front}, back: b}}]\n", "utf-8"
        )
        with mock.patch("deckgen.build.check", return_value=[]):  # the rules want better cards
            compiled = compile_deck(path, 1)
        assert compiled.content, compiled.problems
        (note,) = compiled.content.notes
        assert stripped(note.fields[0]) == shown
        assert plain(note.fields[0]) == shown


class TestPrecedence:
    """Code, mathematics, cloze, ruby, Markdown."""

    @pytest.mark.parametrize(
        ("typed", "rendered"),
        [
            ("`$x$`", "<code>$x$</code>"),
            ("$a`b$`c", "$a<code>b$</code>c"),
            ("`{{c1::x}}`{{c1::y}}", "<code>&#123;&#123;c1&#58;&#58;x&#125;&#125;</code>{{c1::y}}"),
            ("`{载|zài}`{{c1::y}}", "<code>&#123;载|zài&#125;</code>{{c1::y}}"),
            ("`**x**`{{c1::y}}", "<code>**x**</code>{{c1::y}}"),
            ("${{c1::x}}$ {{c1::y}}", r"\({ {c1&#58;&#58;x} } \) {{c1::y}}"),
            ("$x {{c1::y$ z}}", r"\(x { {c1&#58;&#58;y\) z&#125;&#125;"),
            ("${a|b}$", r"\({a|b} \)"),
            ("$a*b*c$", r"\(a*b*c\)"),
            ("{{c1::`a}}b`}}", "{{c1::<code>a&#125;&#125;b</code>}}"),
            ("{{c1::`a::b`}}", "{{c1::<code>a&#58;&#58;b</code>}}"),
            ("{{c1::$a::b$}}", r"{{c1::\(a&#58;&#58;b\)}}"),
            ("{{c1::$x^{2}$}}", r"{{c1::\(x^{2} \)}}"),
            ("{{c1::{载|zài}::提示}}", "{{c1::<ruby>载<rt>zài</rt></ruby>::提示}}"),
            ("{{c1::**b**}}", "{{c1::<strong>b</strong>}}"),
            ("**{{c1::b}}**", "<strong>{{c1::b}}</strong>"),
            ("{{c1::**a}} b**", "{{c1::**a}} b**"),
            ("**a {{c1::b** c}}", "**a {{c1::b** c}}"),
            ("{{c1::[a](http://x/::y)}}", '{{c1::<a href="http://x/&#58;&#58;y">a</a>}}'),
            ("**{载|zài}**{{c1::x}}", "<strong><ruby>载<rt>zài</rt></ruby></strong>{{c1::x}}"),
            ("{*载*|zài}{{c1::x}}", "<ruby>*载*<rt>zài</rt></ruby>{{c1::x}}"),
        ],
    )
    def test_what_wins(self, typed: str, rendered: str) -> None:
        assert gaps(typed) == rendered

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            (r"\`x`", "`x`"),
            (r"\$x$", "$x$"),
            (r"\{{c1::x}}", "{{c1::x}}"),
            (r"\{载|zài}", "{载|zài}"),
            (r"\*x*", "*x*"),
            (r"\# x", "# x"),
            (r"1\. x", "1. x"),
            (r"\[sound:x.mp3]", "[sound:x.mp3]"),
            (r"\\(x\\)", r"\(x\)"),
            (r"\<b>", "<b>"),
            (r"\&lt;", "&lt;"),
            (r"{{c1::a\::b}}", "a::b"),
            (r"{{c1::a\}}b}}", "a}}b"),
            (r"`` ` ``", "`"),
            (r"$a \$ b$", r"\(a \$ b\)"),
        ],
    )
    def test_each_has_an_escape(self, typed: str, shown: str) -> None:
        assert plain(gaps(typed)) == shown
        assert "\\(" not in gaps(typed) or typed.startswith("$")


class TestCloze:
    @pytest.mark.parametrize(
        ("typed", "rendered"),
        [
            ("{{c1::x}}", "{{c1::x}}"),
            ("{{c1::x::hint}}", "{{c1::x::hint}}"),
            ("{{c1::x::}}", "{{c1::x}}"),
            ("{{c1::x::a::b}}", "{{c1::x::a&#58;&#58;b}}"),
            ("{{c1::x::a < b}}", "{{c1::x::a &lt; b}}"),
            ("{{c1,2::x}}", "{{c1::{{c2::x}}}}"),
            ("{{c1,1::x}}", "{{c1::x}}"),
            ("{{c01::x}}", "{{c1::x}}"),
            ("{{c1,2::x::h}}", "{{c1::{{c2::x::h}}::h}}"),
            ("{{c1::a {{c2::b}} c}}", "{{c1::a {{c2::b}} c}}"),
            ("{{c1::a\nb}}", "{{c1::a<br>b}}"),
            ("- {{c1::a}}\n- {{c2::b}}", "<ul><li>{{c1::a}}</li><li>{{c2::b}}</li></ul>"),
            ("{{c500::x}}", "{{c500::x}}"),
            ("{{c1::![](a.png)}}", '{{c1::<img src="a.png">}}'),
        ],
    )
    def test_it_is_what_anki_reads(self, typed: str, rendered: str) -> None:
        assert gaps(typed) == rendered

    @pytest.mark.parametrize(
        "typed",
        [
            *("{{c1::x", "{{c1::a\n\nb}}", "{{c1::}}", "{{c1:: }}", "{{c1::::hint}}", "{{c0::x}}"),
            *("{{c501::x}}", "{{c::x}}", "{{c1,::x}}", "{{c,::x}}", f"{{{{c{'9' * 5000}::x}}}}"),
            "{{c1::" * 11 + "x" + "}}" * 11,
        ],
    )
    def test_a_malformed_one_is_told_once(self, typed: str) -> None:
        assert complaints(typed, cloze=True) == ["bad-cloze"]

    @pytest.mark.parametrize("typed", ["{{c1::x}}", "a\n\n- {{c2::b::h}}", "**{{c1::x}}**"])
    def test_elsewhere_it_is_told_and_shown_as_text(self, typed: str) -> None:
        assert complaints(typed) == ["cloze-elsewhere"]
        assert "{{" not in to_html(typed, Markup())

    def test_a_wrong_number_makes_no_card(self) -> None:
        assert to_html("{{c0::a}} {{c1::b}}", Markup(cloze=True)) == "a {{c1::b}}"

    @pytest.mark.parametrize(
        "text",
        [
            *("{{c1::" * 3000, "{{c1::" * 3000 + "}}", "{{c1::" * 3000 + "}}" * 3000),
            *("[" * 5000, "**a" * 5000, "{a|" * 5000, "{{c1::[`$**" * 1000, "$a " * 5000),
        ],
        ids=str.__len__,
    )
    def test_a_hostile_text_ends(self, text: str) -> None:
        assert to_html(text, Markup(cloze=True))


class TestHtml:
    """Raw HTML, where a note or deck asks for it."""

    def render(self, text: str, *, cloze: bool = False) -> str:
        return to_html(text, Markup(cloze=cloze, html=True, media=lambda path: f"packaged-{path}"))

    def test_it_goes_through(self) -> None:
        assert self.render("a <b>b</b> < c") == "a <b>b</b> &lt; c"
        assert self.render("<div>\n<i>x</i>\n</div>") == "<div>\n<i>x</i>\n</div>"

    @pytest.mark.parametrize(
        ("typed", "rendered"),
        [
            ('<img src="a.png">', '<img src="packaged-a.png">'),
            ("<img src=a.png>", '<img src="packaged-a.png">'),
            ("<IMG SRC = 'a.png'>", '<IMG SRC = "packaged-a.png">'),
            ('<img alt="x" src="a&amp;b.png">', '<img alt="x" src="packaged-a&amp;b.png">'),
            ("<video poster=a.png src=b.mp4></video>", None),
            ("<div><img src='a.png'> src=b.png</div>", None),
        ],
    )
    def test_its_media_is_packaged(self, typed: str, rendered: str | None) -> None:
        written = self.render(typed)
        assert written == rendered or rendered is None
        assert set(re.findall(r"(?:src|poster) ?= ?\"([^\"]*)\"", written.lower())) <= {
            *("packaged-a.png", "packaged-b.mp4", "packaged-a&amp;b.png"),
        }
        assert "packaged-" in written

    def test_a_cloze_in_a_block_is_a_cloze(self) -> None:
        assert self.render("<div>{{c1::x}}</div>", cloze=True) == "<div>{{c1::x}}</div>"
        assert self.render("{{c1::<b>x</b>}}", cloze=True) == "{{c1::<b>x</b>}}"

    @pytest.mark.parametrize(
        ("typed", "slug"),
        [
            ("<div>{{c0::x}}</div>", "bad-cloze"),
            ("<div>{{c1::x</div>", "bad-cloze"),
            (f"<div>{{{{c{'9' * 5000}::x}}}}</div>", "bad-cloze"),
        ],
    )
    def test_a_malformed_cloze_is_told(self, typed: str, slug: str) -> None:
        assert complaints(typed, cloze=True, html=True) == [slug]

    def test_a_cloze_elsewhere_is_told(self) -> None:
        assert complaints("<div>{{c1::x}}</div>", html=True) == ["cloze-elsewhere"]
        assert complaints("<b title='{{c1::x}}'>y</b>", html=True) == ["cloze-elsewhere"]

    def test_a_sound_tag_is_text(self) -> None:
        assert self.render("<div>[sound:x.mp3]</div>") == "<div>&#91;sound:x.mp3]</div>"


class TestMarkdown:
    @pytest.mark.parametrize(
        ("typed", "rendered"),
        [
            ("**“以民为本”**是", "<strong>“以民为本”</strong>是"),
            ("是**“以民为本”**", "是<strong>“以民为本”</strong>"),
            ("是**“以民为本”**的", "是<strong>“以民为本”</strong>的"),
            ("**以民为本**。**以民为师**", "<strong>以民为本</strong>。<strong>以民为师</strong>"),
            ("**（一）**为政", "<strong>（一）</strong>为政"),
            ("！**民**", "！<strong>民</strong>"),
            ("《*论衡*》", "《<em>论衡</em>》"),
            ("民~~本~~师", "民<s>本</s>师"),
            ("a**b**c", "a<strong>b</strong>c"),
            ("民 ** 本 ** 师", "民 ** 本 ** 师"),
            ("以_民_本", "以_民_本"),
            ("民**本", "民**本"),
        ],
    )
    def test_emphasis_beside_han(self, typed: str, rendered: str) -> None:
        assert show(typed) == rendered

    @pytest.mark.parametrize(
        ("typed", "rendered"),
        [
            ("a\nb", "a<br>b"),
            ("a  \nb", "a<br>b"),
            ("a\\\nb", "a<br>b"),
            ("a\n\nb", "<p>a</p><p>b</p>"),
            ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
            ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
            ("> a", "<blockquote><p>a</p></blockquote>"),
            ("```py\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
            ("[a](http://b.c)", '<a href="http://b.c">a</a>'),
            ('[a](b "c::d \'{{c1::e}}")', None),
            ("[a](javascript:b)", "[a](javascript:b)"),
            ("[a]: http://b.c", "[a]: http://b.c"),
            ("    a", "a"),
            ("a\n===", "a<br>==="),
        ],
    )
    def test_blocks_and_links(self, typed: str, rendered: str | None) -> None:
        written = show(typed)
        assert written == rendered or rendered is None
        assert not ANKI_MARK.search(written)

    @pytest.mark.parametrize(
        ("typed", "rendered"),
        [
            ("$x$", r"\(x\)"),
            ("$x$ = 4", r"\(x\) = 4"),
            ("面积$S$为", r"面积\(S\)为"),
            ("$a<b$", r"\(a&lt;b\)"),
            (r"$\frac{{a}}{b}$", r"\(\frac{ {a} }{b} \)"),
            ("a $$x$$ b", r"a \[x\] b"),
            ("$$\nx\n+ y\n$$", "\\[\nx\n+ y\n\\]"),
            ("$$x$$ (1)", r"\[x\] (1)"),
            ("$ x $", "$ x $"),
            ("$[sound:x.mp3]$", r"\(&#91;sound:x.mp3]\)"),
        ],
    )
    def test_mathematics(self, typed: str, rendered: str) -> None:
        assert show(typed) == rendered

    @pytest.mark.parametrize(
        ("typed", "rendered"),
        [
            ("{载|zài}舟", "<ruby>载<rt>zài</rt></ruby>舟"),
            ("{载舟|zài zhōu}", "<ruby>载舟<rt>zài zhōu</rt></ruby>"),
            ("{a|b}{c|d}", "<ruby>a<rt>b</rt></ruby><ruby>c<rt>d</rt></ruby>"),
            ("{<|&}", "<ruby>&lt;<rt>&amp;</rt></ruby>"),
            ("{载}", "&#123;载&#125;"),
            ("{|x}", "&#123;|x&#125;"),
            (
                "a\n\n- {一|yī}\n- b",
                "<p>a</p><ul><li><ruby>一<rt>yī</rt></ruby></li><li>b</li></ul>",
            ),
            ("{a|b|c}", "&#123;a|b|c&#125;"),
        ],
    )
    def test_ruby(self, typed: str, rendered: str) -> None:
        assert show(typed) == rendered

    def test_ruby_in_a_table(self) -> None:
        row = "<td><ruby>一<rt>yī</rt></ruby></td><td><ruby>二<rt>èr</rt></ruby></td>"
        for typed in ("a|b\n-|-\n{一|yī}|{二|èr}", "| a | b |\n|:-|-:|\n| {一|yī} | {二|èr} |"):
            assert row in re.sub(r' style="[^"]*"', "", show(typed))

    def test_media(self) -> None:
        found = Markup(media=lambda path: f"packaged-{path}")
        assert to_html('![a "b"](c.png)', found) == (
            '<img alt="a &quot;b&quot;" src="packaged-c.png">'
        )
        assert to_html("![](d.mp3)", found) == "[sound:packaged-d.mp3]"


class TestPlain:
    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("a **b** `c`", "a b c"),
            ("{载|zài}舟", "载舟"),
            ("{{c1::a::hint}} b {{c2::{{c3::c}}}}", "a b c"),
            ("a\nb", "a\nb"),
            ("a\n\nb", "a\nb"),
            ("- a\n- b", "a\nb"),
            ("a|b\n-|-\nc|d", "a b\nc d"),
            ("a < b & c::d {e}", "a < b & c::d {e}"),
            ("[a](http://b.c)", "a"),
            ("![](a.mp3) x", "x"),
            ("![alt](a.png) x", "x"),
        ],
    )
    def test_it_is_what_a_reader_sees(self, typed: str, shown: str) -> None:
        assert plain(to_html(typed, Markup(cloze=True))) == shown
