"""Text becomes a located tree, or a located error; with both of PyYAML's parsers the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from deckgen.problem import Problem
from deckgen.text.file import TextFile, decode, read_file
from deckgen.text.parse import parse
from deckgen.text.tree import Mapping, Node, Sequence, line_and_column

C, PYTHON = yaml.CSafeLoader, yaml.SafeLoader
both = pytest.mark.parametrize("loader", [C, PYTHON], ids=["libyaml", "python"])

HAN = st.sampled_from("载舟覆民。，“”《》·—…𠀀𪚥")
LETTER = st.sampled_from("abcxyz é019")
MARK = st.sampled_from("-:#'\"{}[],&*!|>%@`?~<=.\\_$+/")
TEXT = st.text(HAN | LETTER | MARK, max_size=12)
WORD = st.text(HAN | st.sampled_from("abcxyz-"), min_size=1, max_size=6)
TREE = st.recursive(
    TEXT,
    lambda node: st.lists(node, max_size=4) | st.dictionaries(WORD, node, max_size=4),
    max_leaves=20,
)


def text_file(text: str | bytes) -> TextFile:
    raw = text.encode() if isinstance(text, str) else text
    file, problems = decode(raw, Path("cards.yaml"), "cards.yaml")
    assert file, problems
    return file


def tree(text: str | bytes, loader: Any = None) -> Node | None:
    """Parse a text that has no problem."""
    root, problems = parse(text_file(text), loader)
    assert problems == []
    return root


def value(text: str | bytes, loader: Any = None) -> Node:
    """Parse a mapping without problems and return the value of its key `a`."""
    root = tree(text, loader)
    assert isinstance(root, Mapping)
    return root.values["a"]


def problems_of(text: str | bytes, loader: Any = None) -> list[Problem]:
    raw = text.encode() if isinstance(text, str) else text
    file, problems = decode(raw, Path("cards.yaml"), "cards.yaml")
    return problems if file is None else parse(file, loader)[1]


def told(text: str | bytes, loader: Any = None) -> list[str]:
    """Return the problems of a text, each as `line:column slug`."""
    problems = problems_of(text, loader)
    return [f"{each.span.line}:{each.span.column} {each.code.slug}" for each in problems]


def bare(node: Node | None) -> Any:
    """Return a tree without its places."""
    if isinstance(node, Mapping):
        return {key: bare(each) for key, each in node.values.items()}
    if isinstance(node, Sequence):
        return [bare(each) for each in node.values]
    return node


def places(node: Node, found: dict[str, tuple[int, int]] | None = None) -> dict[str, Any]:
    """Return the place of each text in a tree whose texts are all different."""
    found = {} if found is None else found
    if isinstance(node, Mapping):
        found |= {key: line_and_column(at) for key, at in node.keys.items()}
        children = [(each, node.places[key]) for key, each in node.values.items()]
    elif isinstance(node, Sequence):
        children = list(zip(node.values, node.places, strict=True))
    else:
        children = []
    for each, at in children:
        if isinstance(each, str):
            found[each] = line_and_column(at)
        else:
            places(each, found)
    return found


class TestBothParsers:
    """PyYAML's C parser and its Python one, which stands in where the other is not built."""

    @given(
        TREE,
        st.sampled_from([None, True, False]),
        st.sampled_from([None, "'", '"', "|", ">"]),
        st.integers(8, 60),
        st.integers(2, 5),
        st.booleans(),
    )
    def test_what_is_written_as_yaml_is_read_the_same(
        self, root: Any, flow: bool | None, style: str, width: int, indent: int, literal: bool
    ) -> None:
        text = yaml.safe_dump(
            {"a": root},
            default_flow_style=flow,
            default_style=style,
            width=width,
            indent=indent,
            allow_unicode=literal,
        )
        file = text_file(text)
        by_c, problems = parse(file, C)
        by_python, problems_too = parse(file, PYTHON)
        assert problems == problems_too
        assert {each.code.slug for each in problems} <= {"yaml-tag"}
        assert repr(by_c) == repr(by_python)

    @given(TREE)
    def test_what_is_written_as_yaml_comes_back(self, root: Any) -> None:
        text = yaml.safe_dump({"a": root}, allow_unicode=True, width=10_000, default_style='"')
        assert bare(tree(text.replace("!!null", ""))) == {"a": root}

    @given(st.text(HAN | LETTER | MARK | st.sampled_from("\n\n  "), max_size=60))
    def test_what_both_can_read_is_the_same(self, text: str) -> None:
        file = text_file(text)
        by_c, problems = parse(file, C)
        by_python, problems_too = parse(file, PYTHON)
        if not problems and not problems_too:
            assert repr(by_c) == repr(by_python)

    @given(
        st.text(max_size=40) | st.text(st.sampled_from("a:-\n {}[]'\"\\u\tx#|>&*!%?"), max_size=40)
    )
    def test_a_problem_stands_inside_the_file(self, text: str) -> None:
        for loader in (C, PYTHON):
            for problem in problems_of(text.encode("utf-8", "replace"), loader):
                lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
                assert 1 <= problem.span.line <= len(lines)
                assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 1


@both
class TestText:
    """A scalar is the text that the author typed."""

    @pytest.mark.parametrize(
        "typed",
        [
            *(
                "no",
                "NO",
                "yes",
                "on",
                "true",
                "null",
                "~",
                "1.10",
                "0x1f",
                "0o17",
                "1e3",
                "12:30:45",
            ),
            *("2012-11-17", ".inf", "+1", "-5", "=", "<<", "1_000", "a:b", "a#b", "-a", "它's"),
        ],
    )
    def test_a_scalar_is_no_number_date_or_truth(self, typed: str, loader: Any) -> None:
        assert value(f"a: {typed}\n", loader) == typed
        assert value(f"a: {{a: {typed}}}" if ":" not in typed else f"a: {typed}", loader)

    def test_quotes_are_not_part_of_it(self, loader: Any) -> None:
        assert value("a: 'it''s'", loader) == "it's"
        assert value(r'a: "tab\t é \u4e2d \U00020000"', loader) == "tab\t é 中 𠀀"

    def test_an_absent_value_is_an_empty_text(self, loader: Any) -> None:
        assert value("a:\nb: x\n", loader) == ""
        assert value("a:", loader) == ""
        assert value("? a\n", loader) == ""

    def test_a_literal_block_keeps_its_lines(self, loader: Any) -> None:
        assert value("a: |\n  第一行\n  第二行\n\n  end\nb: x", loader) == "第一行\n第二行\n\nend\n"
        assert value("a: |-\n  第一行\n  第二行\n", loader) == "第一行\n第二行"


@both
class TestFolding:
    """A line break inside a text is a space between Latin words, and nothing between Han."""

    @pytest.mark.parametrize(
        ("typed", "read"),
        [
            ("a: 知屋漏者\n  在宇下", "知屋漏者在宇下"),
            ("a: '知屋漏者\n  在宇下'", "知屋漏者在宇下"),
            ('a: "知屋漏者\n  在宇下"', "知屋漏者在宇下"),
            ("a: >-\n  知屋漏者\n  在宇下", "知屋漏者在宇下"),
            ("a: >\n  知屋漏者\n  在宇下\nb: x", "知屋漏者在宇下\n"),
            ("a: [知屋漏者\n  在宇下, x]", ["知屋漏者在宇下", "x"]),
            ("a: {b: 知屋漏者\n  在宇下}", {"b": "知屋漏者在宇下"}),
            ("a:\n  - 知屋漏者\n    在宇下\n  - x", ["知屋漏者在宇下", "x"]),
            ("a:\n  - >1-\n   知屋漏者\n   在宇下", ["知屋漏者在宇下"]),
            ("a:\n  - >2-\n      知\n    屋漏者\n    在宇下", ["  知\n屋漏者在宇下"]),
        ],
    )
    def test_han_is_joined_in_every_style(self, typed: str, read: Any, loader: Any) -> None:
        assert bare(value(typed, loader)) == read

    @pytest.mark.parametrize(
        "style", ["{}", "'{}'", '"{}"', ">-\n  {}"], ids=["plain", "single", "double", "folded"]
    )
    def test_words_keep_a_space(self, style: str, loader: Any) -> None:
        for typed, read in [
            ("two\n  words", "two words"),
            ("汉字\n  word", "汉字 word"),
            ("word\n  汉字", "word 汉字"),
            ("汉字 与\n  汉字", "汉字 与汉字"),
            ("汉 字\n  two\n  words\n  汉\n  字", "汉 字 two words 汉字"),
            ("宇下，\n  知政", "宇下，知政"),
            ("他说：\n  “民本”", "他说：“民本”"),
            ("ひらがな\n  カタカナ", "ひらがなカタカナ"),
            ("𠀀\n  𪚥", "𠀀𪚥"),
            ("한글\n  한글", "한글 한글"),
        ]:
            assert value("a: " + style.format(typed), loader) == read

    def test_a_blank_line_stays_a_line_break(self, loader: Any) -> None:
        assert value("a: 第一段\n\n  第二段\n  接着", loader) == "第一段\n第二段接着"
        assert value("a: >\n  第一段\n\n  第二段\n  接着\n", loader) == "第一段\n第二段接着\n"

    def test_an_indented_line_stays_a_line(self, loader: Any) -> None:
        assert value("a: >\n  第一行\n    缩进\n  第三行\n", loader) == "第一行\n  缩进\n第三行\n"

    def test_typed_spaces_stay(self, loader: Any) -> None:
        assert value('a: "知 \\\n  屋"', loader) == "知 屋"
        assert value("a: 知 屋", loader) == "知 屋"
        assert value("a: 知　屋\n  漏", loader) == "知　屋漏"

    def test_a_private_use_character_stays(self, loader: Any) -> None:
        assert value("a: 知\ue000屋\n  漏\ue001", loader) == "知\ue000屋漏\ue001"


@both
class TestPlaces:
    def test_line_and_column_count_from_one_in_characters(self, loader: Any) -> None:
        found = places(tree("键:\n  - b: 值\n    𠀀𠀁: 'x'\n  - {𪚥: y, d: z}\n", loader) or "")
        assert found == {
            "键": (1, 1),
            "b": (2, 5),
            "值": (2, 8),
            "𠀀𠀁": (3, 5),
            "x": (3, 9),
            "𪚥": (4, 6),
            "y": (4, 9),
            "d": (4, 12),
            "z": (4, 15),
        }

    def test_a_byte_order_mark_takes_no_column(self, loader: Any) -> None:
        assert places(tree(b"\xef\xbb\xbfa: x", loader) or "") == {"a": (1, 1), "x": (1, 4)}

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_every_line_break_counts(self, end: str, loader: Any) -> None:
        found = tree(f"a: x{end}b: y{end}", loader)
        assert places(found or "") == {"a": (1, 1), "x": (1, 4), "b": (2, 1), "y": (2, 4)}

    def test_a_carriage_return_is_not_part_of_a_text(self, loader: Any) -> None:
        assert value("a: |\r\n  x\r\n  y\r\n", loader) == "x\ny\n"

    def test_a_block_starts_at_its_mark(self, loader: Any) -> None:
        assert places(tree("a: |\n  x\n", loader) or "") == {"a": (1, 1), "x\n": (1, 4)}

    def test_a_merged_value_is_where_it_was_written(self, loader: Any) -> None:
        root = tree("d: &d\n  k: v\na:\n  <<: *d\n", loader)
        assert isinstance(root, Mapping)
        merged = root.values["a"]
        assert isinstance(merged, Mapping)
        assert line_and_column(merged.places["k"]) == (2, 6)


@both
class TestAliases:
    def test_an_alias_repeats_a_value(self, loader: Any) -> None:
        root = tree("b: &x [1, 2]\na: *x\nc: &y t\nd: *y\n*y : e\n", loader)
        assert bare(root) == {"b": ["1", "2"], "a": ["1", "2"], "c": "t", "d": "t", "t": "e"}

    def test_an_anchor_can_be_used_again(self, loader: Any) -> None:
        assert bare(tree("b: &x 1\nc: *x\nd: &x 2\na: *x\n", loader))["a"] == "2"

    def test_keys_are_merged(self, loader: Any) -> None:
        text = "b: &x {k: 1, l: 2}\nc: &y {l: 3, m: 4}\na: {<<: [*x, *y], k: own}\n"
        assert bare(value(text, loader)) == {"k": "own", "l": "2", "m": "4"}

    def test_an_own_key_wins_wherever_it_stands(self, loader: Any) -> None:
        assert bare(value("b: &x {k: 1}\na: {k: own, <<: *x}\n", loader)) == {"k": "own"}

    def test_what_is_no_mapping_is_not_merged(self, loader: Any) -> None:
        text = "b: &x {k: 1}\na: {<<: [*x, text]}\n"
        assert bare(value(text, loader)) == {"<<": [{"k": "1"}, "text"]}

    def test_an_alias_to_nowhere(self, loader: Any) -> None:
        assert told("a: *none\n", loader) == ["1:4 unknown-alias"]
        assert told("a: &x [*x]\n", loader) == ["1:8 unknown-alias"]

    def test_an_alias_bomb_of_lists(self, loader: Any) -> None:
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
        assert [each.partition(" ")[2] for each in told("\n".join(lines), loader)] == ["alias-bomb"]

    def test_an_alias_bomb_of_one_long_text(self, loader: Any) -> None:
        text = f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * 10_000)}]\n"
        assert [each.partition(" ")[2] for each in told(text, loader)] == ["alias-bomb"]

    def test_a_long_file_without_aliases_is_no_bomb(self, loader: Any) -> None:
        text = f"a:\n  - {'x' * 400_000}\n" + f"  - {'y' * 400_000}\n" * 3
        assert len(bare(value(text, loader))) == 4


@both
class TestMistakes:
    """Each mistake is told where it is, with its repair."""

    @pytest.mark.parametrize(
        ("text", "expected", "says"),
        [
            ("a: b: c\n", "1:5 yaml-syntax", "': '"),
            ("a: x\n  b: y\n", "2:3 yaml-syntax", "indent it like the keys before it"),
            ("a\nb: y\n", "2:1 yaml-syntax", "end that with a colon"),
            ("a: @x\n", "1:4 yaml-syntax", "cannot begin with '@'"),
            ("a: `x`\n", "1:4 yaml-syntax", "cannot begin with '`'"),
            ("a: %x\n", "1:4 yaml-syntax", "cannot begin with '%'"),
            ("b: y\na: 'x\nc: z\n", "2:4 yaml-syntax", "this ' is never closed"),
            ('b: y\na: "x\nc: z\n', "2:4 yaml-syntax", 'this " is never closed'),
            ("a: '它's'\n", "1:7 yaml-syntax", "''"),
            ('a: "他说"好"了"\n', "1:8 yaml-syntax", '\\"'),
            ("a:\n  - x\n b: y\n", "3:2 yaml-syntax", "fits nothing above it"),
            ("- a\nb: y\n", "2:1 yaml-syntax", "fits nothing above it"),
            ("a: - b\n", "1:4 yaml-syntax", "on the line below its key"),
            ("a: [x,\nb: y\n", "1:4 yaml-syntax", "lacks a ',' or its ']'"),
            ("a: [x, 品{德|dé}, y]\n", "1:9 yaml-syntax", "holds '{' has to be quoted"),
            ("a: {b: x[1], c: y}\n", "1:9 yaml-syntax", "holds '[' has to be quoted"),
            ("front：什么\nback: x\n", "1:6 yaml-syntax", "full-width colon"),
            ("- kind: basic\n  front：什么\n  back: x\n", "2:8 yaml-syntax", "full-width colon"),
            ("a:\n\t- x\n", "2:1 tab-indent", "use spaces"),
            ("a:\n  - x\n  \t- y\nb:\tz\n\tc: y", "3:3 tab-indent", "use spaces"),
            ("- a\n-\tb: c\n  d: e\n", "2:2 tab-indent", "use spaces"),
            ('a: "\\q"\n', "1:5 unknown-escape", "'\\q' is no escape"),
            ('a: "x \\alpha \\mu"\n', "1:14 unknown-escape", "'\\m' is no escape"),
            ('a: "\\xzz"\n', "1:5 unknown-escape", "single quotes"),
            ('a: "\\U00110000"\n', "1:5 unknown-escape", "'\\U00110000' is no escape"),
            ("a: {载|zài}舟\n", "1:4 quote-braces", "'{载|zài}舟'"),
            ("- {a: {载|zài}舟, b: x}\n", "1:7 quote-braces", "'{载|zài}舟'"),
            ("a: [注] 文\n", "1:4 quote-braces", "'[注] 文'"),
            ("a: {{c1::x}} is\n", "1:4 quote-braces", "'{{c1::x}} is'"),
            ("a: {{c1::x}}\n", "1:4 quote-braces", "'{{c1::x}}'"),
            ("- {a: {{c1::x}}, b: y}\n", "1:7 quote-braces", "'{{c1::x}}'"),
            ("a: !%zz x\n", "1:4 yaml-syntax", "begins with '!' has to be quoted"),
            ("a: **重点** x\n", "1:4 yaml-syntax", "begins with '*' has to be quoted"),
            ("a: *重点* x\n", "1:4 yaml-syntax", "begins with '*' has to be quoted"),
            ("- & b\n", "1:3 yaml-syntax", "begins with '&' has to be quoted"),
            ("a: &\n", "1:4 yaml-syntax", "begins with '&' has to be quoted"),
            ("a: x\na: y\n", "2:1 duplicate-key", "'a' stands twice"),
            ("? [a]\n: x\n", "1:3 complex-key", "plain word"),
            ("a: x\n---\nb: y\n", "2:1 multiple-documents", "one document"),
            ("---\n---\n", "2:1 multiple-documents", "one document"),
            ("a: !!int 1\n", "1:4 yaml-tag", "'!!int'"),
            ("a: !!python/object/apply:os.system [x]\n", "1:4 yaml-tag", "!!python"),
            ("!!set {a, b}\n", "1:1 yaml-tag", "'!!set'"),
            ("[" * 33 + "]" * 33, "1:33 too-deep", "32 deep"),
            ("- " * 33 + "x", "1:65 too-deep", "32 deep"),
            ("[" * 100_000, "1:33 too-deep", "32 deep"),
        ],
    )
    def test_it_is_told(self, text: str, expected: str, says: str, loader: Any) -> None:
        problems = problems_of(text, loader)
        assert told(text, loader) == [expected]
        assert says in problems[0].message

    def test_an_unclosed_brace_tells_where_it_was_missed(self, loader: Any) -> None:
        (problem,) = problems_of("a: {b: x,\nc: y\nd: z\n", loader)
        assert (problem.span.line, problem.span.column) == (1, 4)
        assert [place.line for place, _ in problem.related] in ([3], [4])

    def test_the_rest_is_read_where_it_can_be(self, loader: Any) -> None:
        root, problems = parse(text_file("a: 1\na: 2\nb: !x 3\nc: {[d]: 4}\ne: 5\n"), loader)
        assert [each.code.slug for each in problems] == ["duplicate-key", "yaml-tag", "complex-key"]
        assert bare(root) == {"a": "1", "b": "3", "c": {}, "e": "5"}

    def test_a_duplicate_key_names_the_first(self, loader: Any) -> None:
        (problem,) = problems_of("a:\n  b: 1\n  b: 2\n", loader)
        assert [str(place) for place, _ in problem.related] == ["cards.yaml:2:3"]

    @pytest.mark.parametrize("escape", ["\\0", "\\a", "\\x1f", "\\r", "\\u2028", "\\N", "\\ufeff"])
    def test_an_escape_cannot_bring_in_what_anki_cannot_carry(
        self, escape: str, loader: Any
    ) -> None:
        assert told(f'a: "x{escape}"\n', loader) == ["1:4 control-character"]

    def test_a_lone_surrogate(self, loader: Any) -> None:
        assert told('a: "\\ud800"\n', loader)[0] in ("1:4 control-character", "1:5 unknown-escape")

    @pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "---\n...\n", "''"])
    def test_an_empty_file_has_no_tree_and_no_problem(self, text: str, loader: Any) -> None:
        assert tree(text, loader) is None

    def test_one_document_may_be_marked(self, loader: Any) -> None:
        assert bare(tree("%YAML 1.2\n---\na: x\n...\n", loader)) == {"a": "x"}


class TestEncoding:
    def test_gbk(self) -> None:
        raw = "# 好\na: 知屋漏者\n".encode("gb18030")
        (problem,) = problems_of(raw)
        assert told(raw) == ["1:3 not-utf8"]
        assert "iconv -f GB18030" in problem.message

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
    @pytest.mark.parametrize("text", ["a: x\n", "a: 知屋漏者在宇下\nb: x\n"])
    def test_utf_16(self, encoding: str, text: str) -> None:
        (problem,) = problems_of(text.encode(encoding))
        assert problem.code.slug == "not-utf8"
        assert "UTF-16" in problem.message

    def test_a_broken_byte_after_a_byte_order_mark(self) -> None:
        (problem,) = problems_of(b"\xef\xbb\xbfa: \xe4\xb8\nb: x")
        assert told(b"\xef\xbb\xbfa: \xe4\xb8\nb: x") == ["1:4 not-utf8"]
        assert "0xe4" in problem.message

    def test_a_broken_byte_after_windows_line_breaks(self) -> None:
        assert told(b"a: x\r\nb: y\r\nc: \xff\r\n") == ["3:4 not-utf8"]

    @pytest.mark.parametrize(
        "character", ["\0", "\x07", "\x0b", "\x1f", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff"]
    )
    def test_a_control_character(self, character: str) -> None:
        (problem,) = problems_of(f"a: x\nb: 知{character}\n")
        assert told(f"a: x\nb: 知{character}\n") == ["2:5 control-character"]
        assert f"U+{ord(character):04X}" in problem.message

    def test_a_binary_file_does_not_fill_the_screen(self) -> None:
        assert len(problems_of("a\x01bcd" * 10_000)) == 20

    def test_a_file_that_is_none(self, tmp_path: Path) -> None:
        for path in (tmp_path / "none.yaml", tmp_path):
            file, (problem,) = read_file(path, "here")
            assert file is None
            assert problem.code.slug == "unreadable"
            assert str(problem.span) == "here:1:1"
