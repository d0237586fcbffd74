"""deckgen fmt: one style, the same meaning, every comment."""

from __future__ import annotations

import contextlib
import re
import stat
from collections import Counter
from pathlib import Path
from textwrap import dedent
from unittest import mock

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from deckgen.build import Compiled, compile_deck, write
from deckgen.commands import main
from deckgen.deck.note import Note
from deckgen.deck.read import authored
from deckgen.edit.fmt import MeaningChangedError, formatted
from deckgen.edit.ids import slug
from deckgen.edit.order import note_keys
from deckgen.edit.quote import needs_quotes, needs_quotes_inline
from deckgen.kinds import kinds
from deckgen.text.file import TextFile
from deckgen.text.trivia import UnknownLayoutError
from tests.card_files import WORDS, as_file, card_files
from tests.decks import MOMENT

CARDS = Path(__file__).parent.parent / "cards"
NOTES = {name: kind.note for name, kind in kinds().items()}


def fmt(text: str) -> str:
    """Format a file's text."""
    file = as_file(dedent(text).lstrip("\n").encode())
    assert file is not None
    return formatted(file, NOTES)[0]


def expect(text: str, expected: str) -> None:
    """Hold what formatting makes of a text, and that it then stays so."""
    wanted = dedent(expected).lstrip("\n")
    assert fmt(text) == wanted
    assert fmt(wanted) == wanted


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["fmt", *map(str, words)])


def compiled(folder: Path, raw: bytes) -> Compiled:
    deck = folder / "generated.yaml"
    deck.write_bytes(raw)
    return compiled_deck(deck)


def compiled_deck(deck: Path) -> Compiled:
    """Compile a deck; the rules of quality have nothing to do with layout."""
    with mock.patch("deckgen.build.check", return_value=[]):
        return compile_deck(deck, MOMENT)


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=card_files())
def test_a_thousand_files_mean_the_same_and_keep_every_comment(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = as_file(raw)
    assume(file is not None)
    assert file is not None
    text, _ = formatted(file, NOTES)
    # each comment is a number that stands nowhere else
    comments = r"\bc\d{3}\b"
    assert Counter(re.findall(comments, text)) == Counter(re.findall(comments, file.text))
    again, _ = formatted(TextFile(file.path, file.name, text), NOTES)
    assert again == text
    folder = tmp_path_factory.getbasetemp()
    before, after = compiled(folder, raw), compiled(folder, text.encode())
    assert (before.content is None) == (after.content is None)
    assert before.content == after.content
    slugs = Counter(problem.code.slug for problem in before.problems)
    assert Counter(problem.code.slug for problem in after.problems) == slugs


PIECES = (
    *(
        "a",
        "b: ",
        "notes:",
        "defaults: ",
        "kind: basic",
        "front: f",
        "<<: ",
        "党",
        "，",
        "党\n  党",
    ),
    *("\n", "\n  ", "\n- ", "\n  - ", "- ", "- - ", "? ", ": ", "[", "]", "{", "}", ", ", "{}"),
    *(
        "&a ",
        "*a",
        '"',
        "'",
        '"q"',
        "|\n",
        ">-\n",
        "|2+\n",
        "\\\n",
        "!!str ",
        "! ",
        "---\n",
        "...\n",
    ),
    *("# c001", " # c002\n", "%YAML 1.2\n---\n", "\t", "~", "@", "😀", "\r\n"),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join))
def test_what_is_not_understood_is_left_alone(text: str) -> None:
    file = as_file(text.encode())
    assume(file is not None)
    assert file is not None
    with contextlib.suppress(UnknownLayoutError, MeaningChangedError):
        result, _ = formatted(file, NOTES)
        assert formatted(TextFile(file.path, file.name, result), NOTES)[0] == result


def test_most_generated_files_are_decks(tmp_path: Path) -> None:
    """Else the test above would say little."""
    built = []

    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(raw=card_files())
    def build(raw: bytes) -> None:
        built.append(compiled(tmp_path, raw).content is not None)

    build()
    assert sum(built) > len(built) / 2


def test_the_deck_of_the_essay_means_the_same() -> None:
    for path in CARDS.glob("*.yaml"):
        text = fmt(path.read_text("utf-8"))
        assert fmt(text) == text
        assert yaml.load(text, yaml.BaseLoader) == yaml.load(
            path.read_text("utf-8"), yaml.BaseLoader
        )


def test_keys_come_into_their_order_with_their_comments() -> None:
    expect(
        """
        # about the file
        notes:
          - back: b    # beside back
            # about front
            front: f

            kind: basic
            # about the id
            id: a
            evidence: 原文
            tags: [甲]
            # at the end
        id: deck
        name: 牌组
        """,
        """
        # about the file
        name: 牌组
        id: deck
        notes:
          # about the id
          - id: a

            kind: basic
            tags: [甲]
            # about front
            front: f
            back: b    # beside back
            evidence: 原文
            # at the end
        """,
    )


def test_records_have_their_order_and_free_mappings_keep_theirs() -> None:
    expect(
        """
        notes:
          - kind: quotation
            readings: {舟: zhōu, 载: zài}
            work: {verified: true, title: 《论衡》}
            lines: [水能载舟]
        """,
        """
        notes:
          - kind: quotation
            lines: [水能载舟]
            work: {title: 《论衡》, verified: true}
            readings: {舟: zhōu, 载: zài}
        """,
    )


def test_an_alias_stays_below_what_it_repeats() -> None:
    expect(
        "notes: [{kind: basic, back: &x b, front: *x, id: a}]",
        """
        notes:
          - kind: basic
            back: &x b
            front: *x
            id: a
        """,
    )
    expect(
        """
        notes:
        - &a {kind: basic, front: &f q, back: r}
        - tags: [甲]
          <<: *a
          back: *f
        """,
        """
        notes:
          - &a
            kind: basic
            front: &f q
            back: r
          - <<: *a
            tags: [甲]
            back: *f
        """,
    )


def test_quotes_stay_where_yaml_needs_them() -> None:
    expect(
        """
        notes:
          - "kind": 'basic'
            front: "人民首创精神要怎样？"
            back: 'it''s "so"'
            extra: "{载|zài}舟"
            cue: "no"
            pitfalls: ["1.10", 'a: b', "甲\\t乙", "- x", " x", "c #d"]
            evidence: ['2012-11-17', "\\"e\\"", '甲 [乙]', "甲, 乙"]
        """,
        """
        notes:
          - kind: basic
            cue: "no"
            front: 人民首创精神要怎样？
            back: it's "so"
            extra: "{载|zài}舟"
            evidence:
              - '2012-11-17'
              - "\\"e\\""
              - 甲 [乙]
              - 甲, 乙
            pitfalls: ["1.10", 'a: b', "甲\\t乙", "- x", " x", "c #d"]
        """,
    )


def test_words_are_listed_on_a_line_and_clauses_below_each_other() -> None:
    expect(
        """
        notes:
        - kind: list
          tags:
          - 甲
          - 'b'

          - c::d
          prompt: p
          items: ["a, b", c]
          pitfalls: [知屋漏者在宇下，, x]
          hide:
          - [甲, 乙]
          - - 丙
          evidence: [把工作当事业干把单位当家庭看把职员当兄弟待]
        """,
        """
        notes:
          - kind: list
            tags: [甲, b, c::d]
            prompt: p
            items:
              - a, b
              - c
            hide: [[甲, 乙], [丙]]
            evidence:
              - 把工作当事业干把单位当家庭看把职员当兄弟待
            pitfalls:
              - 知屋漏者在宇下，
              - x
        """,
    )


def test_the_lines_of_a_text_stay_as_its_author_broke_them() -> None:
    text = """
        notes:
          - kind: basic
            front: |
              一
                缩进

              三
            back:
              党的生命线
              是群众路线
            extra: "a \\
              b\\ \\

              c"
            cite: >-
              folded
              text
            pitfalls:
              - 党的
                生命线
              - |2+
                  深

              - y
    """
    assert fmt(text).replace("cite: >-\n      folded\n      text\n    ", "") == dedent(text).lstrip(
        "\n"
    ).replace("cite: >-\n      folded\n      text\n    ", "")


def test_comments_in_brackets_keep_their_place() -> None:
    expect(
        """
        notes:
          - {kind: basic, # the kind
             # above the front
             front: f, back: b} # beside the note
          - kind: list
            prompt: p
            items: [a, # first
              b # second
              ] # beside the list
            tags: [ # nothing
              甲]
        """,
        """
        notes:
          # beside the note
          - kind: basic  # the kind
            # above the front
            front: f
            back: b
          - kind: list
            tags:
              # nothing
              - 甲
            prompt: p
            # beside the list
            items:
              - a  # first
              - b  # second
        """,
    )


def test_a_comment_below_a_comment_beside_goes_with_it() -> None:
    expect(
        """
        notes:
          - kind: basic
            back: b   # one
                      # two
            front: f
        """,
        """
        notes:
          - kind: basic
            front: f
            back: b   # one
                      # two
        """,
    )


def test_blank_lines_stay_two_at_most() -> None:
    expect(
        "\n\n\n# top\n\n\n\n\nnotes:\n\n  - kind: basic\n    front: f\n\n    back: b\n\n\n\n\n"
        "  # next\n\n  - kind: basic\n    front: g\n    back: b\n\n\n",
        "# top\n\n\nnotes:\n  - kind: basic\n    front: f\n\n    back: b\n\n\n"
        "  # next\n\n  - kind: basic\n    front: g\n    back: b\n",
    )


def test_every_key_of_every_kind_has_its_place() -> None:
    for name, kind in NOTES.items():
        keys = note_keys([kind])
        assert sorted(keys) == sorted(authored(kind)), name
        assert keys[:2] == ("id", "kind")
    assert set(note_keys(NOTES.values())) >= set(authored(Note))


@given(st.lists(st.sampled_from((*WORDS, " ", "\t", ":", "#", "字")), max_size=5).map("".join))
def test_what_needs_no_quotes_is_a_text_to_other_tools(text: str) -> None:
    if not needs_quotes(text):
        assert yaml.safe_load(f"key: {text}") == {"key": text}
        assert yaml.safe_load(f"{text}: value") == {text: "value"}
        if not needs_quotes_inline(text):
            assert yaml.safe_load(f"[{text}, {text}]") == [text, text]


def test_what_other_tools_misread_needs_quotes() -> None:
    misread = "y Y n no off On TRUE ~ null 1 -1 1_000 0o7 0x1f 1e3 .5 1:30 .inf = <<"
    assert all(map(needs_quotes, misread.split()))


# the command


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "deck.yaml").write_text("name: D\nid: d\n", "utf-8")
    (folder / "1.yaml").write_text("notes:\n- {kind: basic, back: b, front: f}\n", "utf-8")
    return folder


DONE = "notes:\n  - kind: basic\n    front: f\n    back: b\n"


def test_it_writes_what_changes(deck: Path) -> None:
    shown = run(deck)
    assert shown.exit_code == 0
    assert shown.output == f"{deck / '1.yaml'}: formatted\n1 file formatted, 1 unchanged\n"
    assert (deck / "1.yaml").read_text("utf-8") == DONE
    assert run(deck).output == "0 files formatted, 2 unchanged\n"
    assert sorted(path.name for path in deck.iterdir()) == ["1.yaml", "deck.yaml"]


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_it_can_look_only(deck: Path, option: str) -> None:
    before = (deck / "1.yaml").read_bytes()
    shown = run(deck, option)
    assert shown.exit_code == 1
    assert (deck / "1.yaml").read_bytes() == before
    assert ("+    front: f\n" in shown.output) == (option == "--diff")
    run(deck)
    assert run(deck, option).exit_code == 0


def test_a_file_with_a_mistake_is_left_alone_and_the_others_are_not(deck: Path) -> None:
    broken = deck / "2.yaml"
    broken.write_text("notes:\n  - front: a: b\n", "utf-8")
    shown = run(deck)
    assert shown.exit_code == 1
    assert f"{broken}:2:13: error[" in shown.output
    assert broken.read_text("utf-8") == "notes:\n  - front: a: b\n"
    assert (deck / "1.yaml").read_text("utf-8") == DONE


def test_wrong_usage_is_two(tmp_path: Path) -> None:
    assert run(tmp_path / "none").exit_code == 2


def test_line_breaks_stay_and_a_byte_order_mark_goes(deck: Path) -> None:
    path = deck / "1.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + b"notes:\r\n- {kind: basic, back: b, front: f}")
    run(deck)
    assert path.read_bytes() == DONE.replace("\n", "\r\n").encode()


def test_links_and_permissions_stay(deck: Path) -> None:
    real = deck.parent / "real.yaml"
    (deck / "1.yaml").rename(real)
    real.chmod(0o600)
    (deck / "1.yaml").symlink_to(real)
    run(deck)
    assert (deck / "1.yaml").is_symlink()
    assert real.read_text("utf-8") == DONE
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_other_yaml_files_are_none_of_its_business(tmp_path: Path) -> None:
    other = tmp_path / "workflow.yaml"
    other.write_text("on: push\nname: 'x'\njobs:\n    a: []\n", "utf-8")
    assert run(other).output == "0 files formatted, 1 unchanged\n"


def test_a_schema_puts_its_line_into_the_files(deck: Path) -> None:
    schemas = deck / ".deckgen"
    schemas.mkdir()
    for name in ("deck", "cards"):
        (schemas / f"{name}.schema.json").write_text("{}", "utf-8")
    (deck / "part").mkdir()
    below = deck / "part" / "2.yaml"
    below.write_text("# yaml-language-server: $schema=../../.deckgen/old.json\n" + DONE, "utf-8")
    own = deck / "3.yaml"
    own.write_text("# yaml-language-server: $schema=mine.json\n" + DONE, "utf-8")
    run(deck)
    first = {path.name: path.read_text("utf-8").splitlines()[0] for path in deck.rglob("*.yaml")}
    line = "# yaml-language-server: $schema="
    assert first == {
        "deck.yaml": f"{line}.deckgen/deck.schema.json",
        "1.yaml": f"{line}.deckgen/cards.schema.json",
        "2.yaml": f"{line}../.deckgen/cards.schema.json",
        "3.yaml": f"{line}mine.json",
    }
    assert run(deck, "--check").exit_code == 0


# ids


def test_ids_are_readable_and_taken_once(deck: Path) -> None:
    (deck / "1.yaml").write_text(
        dedent("""\
            defaults: {kind: basic}
            notes:
              # the first
              - front: What is *ebb*?
                back: b
              - {id: what-is-flow, front: x, back: y}
              - {kind: cloze, text: "What is {{c1::flow}}"}
              - {front: 人民首创精神要怎样？, back: 发挥}
              - {front: 人民首创精神要怎样？, back: 发扬}
            """),
        "utf-8",
    )
    assert run(deck, "--ids").output.endswith("1 file formatted, 1 unchanged, 4 ids added\n")
    text = (deck / "1.yaml").read_text("utf-8")
    names = re.findall(r"id: (\S+)", text)
    assert names[:3] == ["what-is-ebb", "what-is-flow", "what-is-flow-2"]
    assert re.fullmatch(r"basic-[0-9a-f]{6}", names[3])
    assert names[4] == f"{names[3]}-2"
    assert "  # the first\n  - id: what-is-ebb\n" in text
    assert run(deck, "--ids").output == "0 files formatted, 2 unchanged, 0 ids added\n"


def test_a_title_gives_the_same_id_everywhere() -> None:
    assert slug("Ça m'étonne — “très” fort!", "basic") == "ca-metonne-tres-fort"
    assert slug("word " * 20, "basic") == "word-word-word-word-word-word-word-word"
    assert slug("人民首创精神要怎样？", "basic") == "basic-d0282e"
    assert slug("？！", "cloze").startswith("cloze-")


def test_notes_that_are_repeated_get_no_id(deck: Path) -> None:
    (deck / "1.yaml").write_text(
        "notes:\n- &a {kind: basic, front: f, back: b}\n- {<<: *a, front: g}\n", "utf-8"
    )
    run(deck, "--ids")
    assert "id:" not in (deck / "1.yaml").read_text("utf-8")


def test_a_note_that_was_built_keeps_its_history(deck: Path, tmp_path: Path) -> None:
    first = compiled_deck(deck)
    write(first, tmp_path / "d.apkg")
    run(deck, "--ids")
    second = compiled_deck(deck)
    assert first.content is not None
    assert second.content is not None
    assert [note.guid for note in second.content.notes] == [
        note.guid for note in first.content.notes
    ]
    assert "id: f\n" in (deck / "1.yaml").read_text("utf-8")
