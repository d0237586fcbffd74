"""The numbers and names by which Anki knows a deck again."""

from __future__ import annotations

import hashlib

from genanki import guid_for


def note_guid(deck_id: str, note_id: str) -> str:
    """Return the GUID of a note: the same for ever, whatever it says and wherever it stands."""
    return str(guid_for("deckgen", deck_id, note_id))


def stable_id(*parts: str) -> int:
    """Return a positive 53-bit integer made of the parts.

    Anki's own ids are milliseconds, below 2**53 too: JavaScript reads them without loss.
    """
    digest = hashlib.sha256("\n".join(("deckgen", *parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 11 | 1 << 40
