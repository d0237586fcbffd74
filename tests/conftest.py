"""What all tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

# a busy machine is no bug; and what a change broke should fail for that change, not by chance:
# `pytest --hypothesis-profile=explore` looks for faults in other examples than every other run
settings.register_profile("deckgen", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("deckgen")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden",
        action="store_true",
        help="write what comes out as the golden tests' expectations; read the diff",
    )
