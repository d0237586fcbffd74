"""The moment of a build."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

_LATEST = 2**32 - 1


def moment(environment: Mapping[str, str]) -> int:
    """Return `SOURCE_DATE_EPOCH`, or the clock, in whole seconds since 1970.

    Raises ValueError where the variable is no such number
    (https://reproducible-builds.org/specs/source-date-epoch/).
    """
    given = environment.get("SOURCE_DATE_EPOCH")
    if given is None:
        return int(time.time())
    if not re.fullmatch("[0-9]{1,10}", given) or not 0 < int(given) <= _LATEST:
        raise ValueError(f"SOURCE_DATE_EPOCH is '{given}', not seconds since 1970 (1 to {_LATEST})")
    return int(given)
