"""Every code is explained."""

import pytest
from click.testing import CliRunner, Result

from deckgen.codes import all_codes
from deckgen.commands import main
from deckgen.rules import rules
from tests.test_golden import SLUGS


def explain(*words: str) -> Result:
    return CliRunner().invoke(main, ["explain", *words])


def test_it_knows_every_code_of_the_program() -> None:
    assert list(all_codes()) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_a_code_is_explained(slug: str) -> None:
    told = explain(slug)
    assert told.exit_code == 0
    code = all_codes()[slug]
    assert told.output.startswith(f"{code.severity.value}[{slug}]")
    assert "".join(code.about.split()) in "".join(told.output.split())
    assert (f"lint: {{{slug}: " in told.output) is (slug in rules())


def test_without_a_slug_all_are_listed() -> None:
    told = explain()
    assert told.exit_code == 0
    listed = [line.split()[0] for line in told.output.splitlines() if line.startswith("  ")]
    assert sorted(listed) == SLUGS


def test_an_unknown_one_is_wrong_usage() -> None:
    told = explain("tab-indnt")
    assert told.exit_code == 2
    assert "did you mean 'tab-indent'?" in told.output


def test_only_what_is_of_a_note_can_be_excused_there() -> None:
    assert "In a note, `excuse: {long-answer: " in explain("long-answer").output
    assert "In a note" not in explain("uncovered-passage").output
