"""What all tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("deckgen", deadline=None)  # a busy machine is no bug
settings.load_profile("deckgen")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden",
        action="store_true",
        help="write what comes out as the golden tests' expectations; read the diff",
    )
