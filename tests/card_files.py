"""A Hypothesis strategy of card files as people, and worse, may lay them out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml
from hypothesis import strategies as st

from deckgen.text.file import TextFile, decode
from deckgen.text.parse import parse
from deckgen.text.tree import Mapping

# fmt: off
WORDS = (
    "党的生命线", "群众", "“引文”", "《论衡》", "知屋漏者在宇下，", "、", "：", "—", "😀", "é",
    "e\u0301", "a", "word", "no", "yes", "true", "~", "null", "1.10", "2012-11-17", "12:30", "0x1F",
    "50%", "it's", 'say "hi"', "#hash", "a:b", "x,y", "{载|zài}", "**粗**", "*star*", "`code`",
    "$x^2$", "@at", "&amp;", "!", "?", "=", "|", ">", "[1]", "<<", "...", "---", "-d", "//",
    "back\\slash", "\u3000",
)
# fmt: on


_T = TypeVar("_T")
Write = Callable[[int], str]
Pairs = list[tuple[str, Write]]


def as_file(raw: bytes) -> TextFile | None:
    """Return a file's text where deckgen reads it as a mapping without a problem."""
    file, problems = decode(raw, Path("deck.yaml"), "deck.yaml")
    if file is None or problems:
        return None
    tree, problems = parse(file)
    return file if isinstance(tree, Mapping) and not problems else None


@st.composite
def card_files(draw: st.DrawFn) -> bytes:
    """Draw a deck of one file; now and then it is no YAML."""
    text = _Author(draw).deck()
    if draw(_seldom):
        text = text.removesuffix("\n")
    if draw(_seldom):
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if draw(_seldom) else b"") + text.encode()


_seldom = st.sampled_from((False, False, False, False, False, True))
_often = st.booleans()


@dataclass
class _Author:
    """Writes a file, choosing at every place among the ways in which YAML lets it be written."""

    draw: st.DrawFn
    marks: int = 0
    anchors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def deck(self) -> str:
        pairs: Pairs = [
            ("name", lambda at: self.scalar(at, ("牌组",))),
            ("id", lambda at: self.scalar(at, ("deck-1",), styles=("plain", "single", "double"))),
            ("notes", self.note_list),
        ]
        if self.seldom():
            pairs.append(("description", self.text))
        if self.often():
            pairs.append(("lessons", lambda at: self.words(at, ("第一课", "第二课", "Three: 3"))))
        options: Pairs = [("desired_retention", _word("0.9")), ("new_per_day", _word("8"))]
        if self.seldom():
            pairs.append(("options", lambda at: self.pairs(at, options)))
        defaults: Pairs = [("tags", self.tags), ("kind", _word("basic")), ("cue", self.text)]
        if self.often():
            pairs.append(("defaults", lambda at: self.pairs(at, defaults)))
        top = self.lines_between(0) if self.often() else ""
        if self.seldom():
            top += self.pick(("---\n", "--- # " + self.mark() + "\n", "%YAML 1.1\n---\n"))
        body = self.block(0, self.shuffled(pairs))
        end = self.lines_between(0) if self.often() else ""
        return top + body + end + (f"...\n# {self.mark()}\n" if self.seldom() else "")

    def note_list(self, at: int) -> str:
        count = self.pick((1, 2, 3))
        return self.items(at, [self.note] * count)

    def note(self, at: int) -> str:
        if self.notes and self.seldom():
            return f" *{self.pick(self.notes)}"
        kinds = (self.basic, self.cloze, self.concept, self.items_of, self.quotation)
        own = self.pick((*kinds, self.principle, self.passage))()
        pairs = self.shuffled(own + self.common())
        name = ""
        if self.seldom():
            name = f"n{len(self.notes)}"
            self.notes.append(name)
        elif self.notes and self.seldom():
            pairs.insert(0, ("<<", lambda _: f" *{self.pick(self.notes)}"))
        return self.pairs(at, pairs, anchor=name)

    def common(self) -> Pairs:
        unique = f"n-{self.mark()}"
        candidates: Pairs = [
            ("id", lambda at: self.scalar(at, (unique,), styles=("plain", "single", "double"))),
            ("tags", self.tags),
            ("pitfalls", self.texts),
            ("cue", self.text),
            ("cite", lambda at: self.scalar(at, ("某书", "p. 3"))),
            ("lesson", _word("1")),
            ("excuse", lambda at: self.pairs(at, [("answer-length", self.line)])),
            ("draft", lambda _: " " + self.pick(("true", "false"))),
            ("evidence", self.lines),
        ]
        return [pair for pair in candidates if self.seldom()]

    def title(self) -> Write:
        unique = f"t{self.mark()}"
        return lambda at: self.scalar(at, (unique, self.pick(WORDS)), styles=("plain", "double"))

    def basic(self) -> Pairs:
        pairs = [("kind", _word("basic")), ("front", self.title()), ("back", self.text)]
        if self.seldom():
            pairs.append(("reverse", _word("true")))
        if self.often():
            pairs.append(("extra", self.text))
        return pairs

    def cloze(self) -> Pairs:
        return [
            ("kind", _word("cloze")),
            ("text", lambda at: self.scalar(at, (f"t{self.mark()}", "{{c1::隐}}", "{{c2::b::h}}"))),
        ]

    def concept(self) -> Pairs:
        return [("kind", _word("concept")), ("term", self.title()), ("definition", self.text)]

    def items_of(self) -> Pairs:
        pairs = [("kind", _word("list")), ("prompt", self.title()), ("items", self.texts)]
        if self.often():
            pairs.append(("ordered", _word("false")))
        return pairs

    def passage(self) -> Pairs:
        return [("kind", _word("passage")), ("title", self.title()), ("lines", self.lines)]

    def principle(self) -> Pairs:
        return [
            ("kind", _word("principle")),
            ("name", self.title()),
            ("image", self.line),
            ("demands", self.texts),
        ]

    def quotation(self) -> Pairs:
        unique = f"知屋漏者{self.mark()}，"
        work: Pairs = [
            ("verified", _word("true")),
            ("title", self.line),
            ("author", self.line),
        ]
        return [
            ("kind", _word("quotation")),
            ("lines", lambda at: self.words(at, (unique, "在宇下。"))),
            ("pivots", lambda at: self.words(at, ("宇下",))),
            ("readings", lambda at: self.pairs(at, [("宇", _word("yǔ")), ("漏", self.quoted)])),
            ("work", lambda at: self.pairs(at, self.shuffled(work))),
        ]

    def quoted(self, _: int) -> str:
        return " 'lòu'" if self.often() else ' "lòu"'

    def line(self, at: int) -> str:
        words = [self.pick(WORDS) for _ in range(self.pick((1, 2, 4)))]
        return self.scalar(at, ["行", *words], styles=("plain", "single", "double"))

    def text(self, at: int) -> str:
        words = [self.pick(WORDS) for _ in range(self.pick((1, 2, 3, 12)))]
        return self.scalar(at, words)

    def texts(self, at: int) -> str:
        if self.seldom():
            return self.text(at)
        return self.items(at, [self.text] * self.pick((1, 2, 3)))

    def tags(self, at: int) -> str:
        return self.words(at, ("甲", "b-c", "c::d"))

    def lines(self, at: int) -> str:
        return self.items(at, [self.line] * self.pick((1, 2, 3)))

    def words(self, at: int, words: Sequence[str]) -> str:
        def styled(word: str) -> Write:
            return lambda inner: self.scalar(inner, (word,), styles=("plain", "single", "double"))

        return self.items(at, [styled(word) for word in words])

    # what follows writes YAML: each value begins with the space after its key or dash

    def pairs(self, at: int, pairs: Pairs, anchor: str = "") -> str:
        anchor = anchor or (f"m{self.mark()}" if self.seldom() and at >= 0 else "")
        properties = f" &{anchor}" if anchor else ""
        if at < 0 or self.seldom():
            written = [f"{self.key(name)}:{value(-1)}" for name, value in pairs]
            return f"{properties} {{{self.joined(written, at)}}}"
        inner = self.deeper(at)
        return f"{properties}{self.remark()}\n{self.block(inner, pairs)}".removesuffix("\n")

    def items(self, at: int, items: Sequence[Write]) -> str:
        anchor = f" &l{self.mark()}" if self.seldom() and at >= 0 else ""
        if at < 0 or self.seldom():
            return f"{anchor} [{self.joined([item(-1).strip(' ') for item in items], at)}]"
        inner = self.pick((at, at + 2, at + 4, at + 1)) if at else self.pick((0, 2))
        margin = " " * inner
        lines = [f"{margin}-{item(inner)}{self.remark()}\n" for item in items]
        compact = (
            line.replace(f"-\n{margin}  ", "- ", 1) if self.often() else line for line in lines
        )
        return f"{anchor}{self.remark()}\n{self.between(compact, inner)}".removesuffix("\n")

    def block(self, at: int, pairs: Pairs) -> str:
        margin = " " * at
        lines = []
        for name, value in pairs:
            mark = "? " if self.seldom() and self.seldom() else ""
            colon = f"\n{margin}:" if mark else ":"
            lines.append(f"{margin}{mark}{self.key(name)}{colon}{value(at)}{self.remark()}\n")
        return self.between(lines, at)

    def between(self, lines: Iterable[str], at: int) -> str:
        text = ""
        for line in lines:
            text += (self.lines_between(at) if self.seldom() else "") + line
        return text + (self.lines_between(at) if self.seldom() else "")

    def joined(self, written: list[str], at: int) -> str:
        """Join what stands between brackets."""
        if self.seldom():
            break_ = "\n" + " " * (max(at, 0) + 5)
            remark = f" # {self.mark()}" if self.often() else ""
            return break_ + f",{remark}{break_}".join(written) + remark + break_
        comma = "," if self.seldom() and written else ""
        return self.pick((", ", " , ", ",  ")).join(written) + comma

    def key(self, name: str) -> str:
        return self.pick((name, name, name, name, f'"{name}"', f"'{name}'"))

    def scalar(
        self,
        at: int,
        words: Sequence[str],
        styles: Sequence[str] = ("plain", "plain", "single", "double", "|", ">"),
    ) -> str:
        if self.anchors and self.seldom() and self.seldom():
            return f" *{self.pick(self.anchors)} "
        style = self.pick([each for each in styles if at >= 0 or each not in "|>"])
        if self.seldom() and at >= 0 and style not in "|>":
            name = f"a{self.mark()}"
            self.anchors.append(name)
            return f" &{name}{self.styled(style, at, words)}"
        return self.styled(style, at, words)

    def styled(self, style: str, at: int, words: Sequence[str]) -> str:
        if style in ("|", ">"):
            return self.block_scalar(style, at, words)
        break_ = "\n" + " " * (max(at, 0) + self.pick((1, 2, 5)))
        if not (at >= 0 and self.seldom()):
            break_ = " "
        gap = self.pick((break_, " ", "\n" + break_ if "\n" in break_ else "  "))
        if style == "single":
            return " '" + gap.join(words).replace("'", "''") + "'"
        if style == "double":
            parts = [json.dumps(word, ensure_ascii=self.seldom())[1:-1] for word in words]
            gap = self.pick((gap, "\\n", "\\" + break_ if "\n" in break_ else gap))
            return ' "' + gap.join(parts) + '"'
        text = gap.join(words)
        lead = break_ if "\n" in break_ and self.seldom() else " "
        quoted = json.dumps(" ".join(words), ensure_ascii=False)
        return lead + text if _is_plain(text, at) else f" {quoted}"

    def block_scalar(self, style: str, at: int, words: Sequence[str]) -> str:
        depth = self.pick((1, 2, 4))
        marks = self.pick(("", "", "-", "+", str(depth), f"{depth}-", f"+{depth}"))
        margin = " " * (at + depth)
        remark = f"  # {self.mark()}" if self.seldom() else ""
        gaps = [
            self.pick((" ", " ", "\n" + margin, "\n\n" + margin, "\n  " + margin)) for _ in words
        ]
        text = "".join(word + gap for word, gap in zip(words, gaps, strict=True)).rstrip()
        lead = "  " if any(digit in marks for digit in "124") and self.seldom() else ""
        tail = self.pick(("", "", "\n", "\n\n", f"\n{margin}", f"\n{margin}  "))
        return f" {style}{marks}{remark}\n{margin}{lead}{text}{tail}"

    def remark(self) -> str:
        """Comment beside what was written; below a block scalar it is another thing."""
        return f"{self.pick((' ', '   '))}# {self.mark()}" if self.seldom() else ""

    def lines_between(self, at: int) -> str:
        lines = [
            self.pick(("", f"{' ' * self.pick((0, at, at, at, at + 2, at + 7))}# {self.mark()}"))
            for _ in range(self.pick((1, 1, 2, 3)))
        ]
        return "".join(f"{line}\n" for line in lines)

    def deeper(self, at: int) -> int:
        return at + self.pick((2, 2, 2, 1, 4))

    def mark(self) -> str:
        self.marks += 1
        return f"c{self.marks:03}"

    def seldom(self) -> bool:
        return self.draw(_seldom)

    def often(self) -> bool:
        return self.draw(_often)

    def pick(self, choices: Sequence[_T]) -> _T:
        return self.draw(st.sampled_from(choices))

    def shuffled(self, pairs: Pairs) -> Pairs:
        return self.draw(st.permutations(pairs)) if self.often() else pairs


def _word(name: str) -> Write:
    return lambda _: f" {name}"


def _is_plain(text: str, at: int) -> bool:
    """Whether YAML reads a text without quotes as one text."""
    written = f"k: {text}" if at >= 0 else f"[{text}]"
    try:
        value = yaml.load(written, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return False
    inner = value.get("k") if isinstance(value, dict) and len(value) == 1 else value
    inner = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
    return isinstance(inner, str) and inner.split() == text.split()
