"""The lists of passages that a deck's cards have to use.

A list is a `.tsv` file with a passage on each line (its id, how often it stands in the source, its
text, and `goal` where no card has to use it), or a YAML list of mappings with the same keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deckgen.deck.field import Name, Verbatim, key
from deckgen.deck.located import Located
from deckgen.deck.read import WRONG_SHAPE, read_record
from deckgen.deck.source import read_named
from deckgen.problem import Code, Problem, Severity, Span, did_you_mean
from deckgen.text.file import ALL_SAVED, TextFile, Unsaved
from deckgen.text.parse import parse
from deckgen.text.tree import Mapping as MappingNode
from deckgen.text.tree import Sequence

BAD_LIST_LINE = Code(
    "bad-list-line",
    Severity.ERROR,
    "A line of a list of passages (`must_have`) cannot be read. Separated by tabs it has the "
    "passage's id, how often it stands in the source, its text and, where no card has to use it, "
    "the word `goal`; no two lines have the same id.",
)
UNKNOWN_PASSAGE = Code(
    "unknown-passage",
    Severity.ERROR,
    "deck.yaml excuses (`excused`) a passage that is not on the source's list (`must_have`).",
)

_COLUMNS = "an id, how often it stands there, and its text"


@dataclass(frozen=True, slots=True)
class Listed:
    """A passage that the cards have to use.

    span: where it is listed.
    times: how often it stands in its source, if the list says so.
    goal: whether the cards may do without it.
    excuse: why no card has to use it.
    """

    span: Span
    id: str
    text: str
    times: int | None
    goal: bool
    excuse: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A passage as a list has it."""

    span: Span
    id: Name = key("What the passage is called in messages and excuses.")
    text: Verbatim = key("The passage, as it stands in the source.")
    times: int | None = key("How often it stands there.", None)
    goal: bool = key("Only warn if no card uses it.", False)


def read_lists(
    at: Located,
    paths: Mapping[str, str],
    excused: Mapping[str, Mapping[str, str]],
    folder: Path,
    project: Path,
    unsaved: Unsaved = ALL_SAVED,
) -> tuple[dict[str, tuple[Listed, ...]], list[Problem]]:
    """Read the lists that a deck names by source; paths start at the deck's folder."""
    files, problems = read_named(at, "must_have", paths, folder, project, unsaved)
    listed: dict[str, tuple[Listed, ...]] = {}
    for name, file in files.items():
        reasons = excused.get(name, {})
        entries = list(_read(file, problems))
        listed[name] = tuple(
            Listed(each.span, each.id, each.text, each.times, each.goal, reasons.get(each.id))
            for each in entries
        )
    for name, passages in listed.items():
        ids = [each.id for each in passages]
        for passage in excused.get(name, ()):
            if passage not in ids:
                message = f"no listed passage is called '{passage}'{did_you_mean(passage, ids)}"
                span = at.span("excused", name, passage)
                problems.append(Problem(UNKNOWN_PASSAGE, message, span))
    return listed, problems


def _read(file: TextFile, problems: list[Problem]) -> Iterator[_Entry]:
    read = _from_yaml if file.path.suffix in (".yaml", ".yml") else _from_lines
    seen: dict[str, Span] = {}
    for entry in read(file, problems):
        first = seen.setdefault(entry.id, entry.span)
        if first is entry.span:
            yield entry
        else:
            message = f"the id '{entry.id}' is taken: give this passage another"
            problems.append(Problem(BAD_LIST_LINE, message, entry.span, ((first, "first here"),)))


def _from_lines(file: TextFile, problems: list[Problem]) -> Iterator[_Entry]:
    for number, line in enumerate(file.text.split("\n"), 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        wrong = _wrong(cells)
        if wrong:
            problems.append(Problem(BAD_LIST_LINE, wrong, Span(file.name, number)))
            continue
        span = Span(file.name, number, len("\t".join(line.split("\t")[:2])) + 2)
        name, times, text = cells[:3]
        yield _Entry(
            span=span, id=Name(name), text=Verbatim(text), times=int(times), goal=len(cells) > 3
        )


def _wrong(cells: list[str]) -> str:
    """Return what is wrong with a line's cells, if anything is."""
    if not 3 <= len(cells) <= 4 or not all(cells):
        return f"a line has {_COLUMNS}, separated by tabs; this one has {len(cells)} columns"
    if not cells[1].isdecimal():
        return f"'{cells[1]}' is no number: the second column is how often the passage stands there"
    if cells[3:] not in ([], ["goal"]):
        return f"'{cells[3]}' says nothing: write 'goal', or end the line after the passage"
    return ""


def _from_yaml(file: TextFile, problems: list[Problem]) -> Iterator[_Entry]:
    tree, unparsed = parse(file)
    problems += unparsed
    if not isinstance(tree, Sequence):
        if not unparsed:
            message = "a list of passages is a list: begin each passage with `- id: `"
            problems.append(Problem(WRONG_SHAPE, message, Span(file.name)))
        return
    for node, at in zip(tree.values, tree.places, strict=True):
        if not isinstance(node, MappingNode):
            message = "a listed passage is a mapping (`id: 1a`, `text: …`)"
            problems.append(Problem(WRONG_SHAPE, message, file.place(at)))
            continue
        located = Located(file, node)
        entry = read_record(_Entry, located, "this passage", problems, span=located.span("text"))
        if entry:
            yield entry
