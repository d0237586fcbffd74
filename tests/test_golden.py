"""Golden cases: a deck beside what comes out of it.

`golden/<kind>/<case>.yaml` is a deck of one file, `<case>.txt` its notes as they are rendered.
`golden/problems/<slug>.yaml` (or a folder `<slug>/`, of which `<slug>.yaml` is built if it holds
one) is a deck with that problem, `<slug>.txt` all its problems as they are printed, those of
the rules left out. `golden/rules/<slug>-hit.yaml` is a deck that breaks a rule, `<slug>-hit.txt`
what the rule says of it; `<slug>-miss.yaml` is a deck much like it that the rule lets pass.
`pytest --rewrite-golden` writes the expectations anew: read the diff.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deckgen import rules
from deckgen.build import Compiled, compile_deck, package
from deckgen.commands._output import print_problems
from deckgen.engine.verify import prove
from deckgen.kinds import kinds
from deckgen.package.content import PackagedNote
from deckgen.problem import Code, Problem, has_errors
from tests.decks import content_of

GOLDEN = Path(__file__).parent / "golden"
PROBLEMS, RULES = GOLDEN / "problems", GOLDEN / "rules"

Expect = Callable[[Path, str], None]


def codes(below: str = "deckgen") -> Iterator[tuple[str, Code]]:
    """Yield every code below a package, with the name of its module."""
    root = importlib.import_module(below)
    for found in pkgutil.walk_packages(root.__path__, f"{below}."):
        if not found.name.endswith(".__main__"):
            module = importlib.import_module(found.name)
            for value in vars(module).values():
                if isinstance(value, Code):
                    yield found.name, value


SLUGS = sorted({code.slug for _, code in codes()})
RULE_SLUGS = {code.slug for _, code in codes(rules.__name__)}
KIND_CASES = sorted(GOLDEN.glob("*/*.yaml"))
KIND_CASES = [case for case in KIND_CASES if case.parent not in (PROBLEMS, RULES)]
PROBLEM_CASES = sorted({path.stem for path in PROBLEMS.iterdir()})
HITS = sorted(path.stem.removesuffix("-hit") for path in RULES.glob("*-hit.yaml"))
MISSES = sorted(path.stem.removesuffix("-miss") for path in RULES.glob("*-miss.yaml"))


def named(case: Path) -> str:
    return f"{case.parent.name}-{case.stem}"


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """Compare a text with a golden file, or write it there."""

    def compare(golden: Path, actual: str) -> None:
        if request.config.getoption("--rewrite-golden"):
            golden.write_text(actual, "utf-8")
        assert golden.is_file(), f"no expectation: pytest --rewrite-golden writes {golden.name}"
        assert actual == golden.read_text("utf-8")

    return compare


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[list[Problem]], str]:
    """Print problems as commands do when piped."""

    def text(problems: list[Problem]) -> str:
        capsys.readouterr()
        print_problems(problems, "text")
        return capsys.readouterr().out

    return text


@pytest.mark.parametrize("case", KIND_CASES, ids=named)
def test_notes_are_rendered(case: Path, monkeypatch: pytest.MonkeyPatch, expect: Expect) -> None:
    monkeypatch.chdir(case.parent)
    monkeypatch.setattr(
        "deckgen.build.check", lambda *_, **__: []
    )  # a case of a kind may break rules
    compiled = compile_deck(Path(case.name), 1)
    assert not has_errors(compiled.problems), compiled.problems
    expect(case.with_suffix(".txt"), rendered(compiled))


@pytest.mark.parametrize("case", KIND_CASES, ids=named)
def test_the_engine_takes_them(case: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(case.parent)
    content = content_of(Path(case.name))
    built = tmp_path / "case.apkg"
    built.write_bytes(package(content))
    proof = prove(built)
    assert proof.failures == ()
    assert proof.cards == sum(len(note.cards) for note in content.notes)


@pytest.mark.parametrize("slug", PROBLEM_CASES)
def test_problems_are_told(
    slug: str,
    monkeypatch: pytest.MonkeyPatch,
    expect: Expect,
    printed: Callable[[list[Problem]], str],
) -> None:
    case = PROBLEMS / f"{slug}.yaml"
    if not case.is_file():
        case = PROBLEMS / slug
        case = case / f"{slug}.yaml" if (case / f"{slug}.yaml").is_file() else case
    monkeypatch.chdir(case if case.is_dir() else case.parent)
    problems = compile_deck(Path("." if case.is_dir() else case.name), 1).problems
    shown = [each for each in problems if each.code.slug not in RULE_SLUGS - {slug}]
    assert slug in {each.code.slug for each in shown}
    expect(PROBLEMS / f"{slug}.txt", printed(shown))


@pytest.mark.parametrize("slug", HITS)
def test_a_rule_hits(
    slug: str,
    monkeypatch: pytest.MonkeyPatch,
    expect: Expect,
    printed: Callable[[list[Problem]], str],
) -> None:
    monkeypatch.chdir(RULES)
    problems = compile_deck(Path(f"{slug}-hit.yaml"), 1).problems
    said = [each for each in problems if each.code.slug == slug]
    assert said, problems
    expect(RULES / f"{slug}-hit.txt", printed(said))


@pytest.mark.parametrize("slug", MISSES)
def test_a_rule_lets_pass(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(RULES)
    compiled = compile_deck(Path(f"{slug}-miss.yaml"), 1)
    assert compiled.deck, compiled.problems
    assert compiled.deck.notes
    assert slug not in {each.code.slug for each in compiled.problems}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_code_has_its_case(slug: str) -> None:
    assert slug in PROBLEM_CASES or slug in HITS


def test_every_case_is_of_a_code_or_kind() -> None:
    assert set(PROBLEM_CASES) | set(HITS) | set(MISSES) <= set(SLUGS)
    assert {case.parent.name for case in KIND_CASES} == set(kinds())


def test_every_rule_has_its_pair() -> None:
    assert HITS == MISSES


def test_every_expectation_has_its_case() -> None:
    expectations = set(GOLDEN.glob("*/*.txt"))
    cases = {case.with_suffix(".txt") for case in KIND_CASES}
    cases |= {PROBLEMS / f"{slug}.txt" for slug in PROBLEM_CASES}
    cases |= {RULES / f"{slug}-hit.txt" for slug in HITS}
    assert expectations == cases


def test_no_two_codes_share_a_slug() -> None:
    defined = {id(code): code for _, code in codes()}
    shared = [slug for slug, many in Counter(c.slug for c in defined.values()).items() if many > 1]
    assert shared == []


def test_every_code_explains_itself() -> None:
    for module, code in codes():
        assert code.about.strip(), f"{code.slug} of {module} has no `about`"


def rendered(compiled: Compiled) -> str:
    """Return a compiled deck's notes, each field that is not empty on a line of its own."""
    assert compiled.deck
    assert compiled.content
    description = compiled.content.description
    blocks = [f"description: {description}\n"] if description else []
    kinds_of = [note.kind for note in compiled.deck.notes.values()]
    blocks += map(one_note, compiled.content.notes, kinds_of)
    blocks += [f"media: {name}\n" for name in sorted(compiled.content.media)]
    return "\n".join(blocks)


def one_note(note: PackagedNote, kind: str) -> str:
    names = [field.name for field in note.type.note_type.fields]
    lines = [f"{kind} in {note.deck} ({note.type.name})"]
    lines += [f"tags: {' '.join(note.tags)}"] if note.tags else []
    lines += [f"cards: {' '.join(str(ord_ + 1) for ord_ in note.cards)}"]
    for name, html in zip(names, note.fields, strict=True):
        if html:
            lines.append(f"{name}: " + html.replace("\n", "\n    "))
    return "\n".join(lines) + "\n"
