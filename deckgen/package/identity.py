"""The numbers and names by which Anki knows a deck again."""

from __future__ import annotations

import hashlib

from genanki import guid_for

from deckgen.lock.record import GUID_PREFIX


def guid_of(deck_id: str, name: str) -> str:
    """Return the GUID of a note: the same for ever, whatever it says and wherever it stands.

    name: what the lock says that the GUID is made of; for a new note its id.
    """
    if name.startswith(GUID_PREFIX):
        return name.removeprefix(GUID_PREFIX)
    return str(guid_for("deckgen", deck_id, name))


def stable_id(*parts: str) -> int:
    """Return a positive 53-bit integer made of the parts.

    Anki's own ids are milliseconds, below 2**53 too: JavaScript reads them without loss.
    """
    digest = hashlib.sha256("\n".join(("deckgen", *parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 11 | 1 << 40
