"""Which of the notes that are gone a note is like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from deckgen.lock.record import NoteRecord
from deckgen.lock.sketch import SHORT, hashes, likeness, shortened

_MOST_CANDIDATES = 32
_MOST_OTHERS = 200


class Alike:
    """Finds records by sketches; among notes made after one pattern, none is alike."""

    def __init__(self, gone: Sequence[NoteRecord], others: Sequence[NoteRecord]) -> None:
        """Take the records that may be found, and those that tell how alike notes are anyway."""
        self._by_hash: dict[tuple[str, str], list[NoteRecord]] = defaultdict(list)
        for record in gone:
            for each in hashes(record.sketch):
                self._by_hash[record.kind, each].append(record)
        every = max(1, len(others) // _MOST_OTHERS)
        self._others = sorted(others, key=lambda record: record.key)[::every]

    def like(self, sketch: str, kind: str) -> Iterator[tuple[float, NoteRecord]]:
        """Yield how like a note each record is that is more like it than any that is not gone.

        sketch: the note's, a long one.
        """
        candidates = self._candidates(sketch, kind)
        if not candidates:
            return
        usual = max(
            (_likeness(sketch, other) for other in self._others if other.kind == kind),
            default=0.0,
        )
        for record in candidates:
            alike = _likeness(sketch, record)
            if alike > usual or alike == 1:
                yield alike, record

    def _candidates(self, sketch: str, kind: str) -> list[NoteRecord]:
        """Return the records that share the rarest hashes with a sketch."""
        found: dict[tuple[str, str], NoteRecord] = {}
        sharing = (self._by_hash.get((kind, each), []) for each in sorted(hashes(sketch)))
        for records in sorted(sharing, key=len):
            for record in records[:_MOST_CANDIDATES]:
                found[record.key] = record
            if len(found) >= _MOST_CANDIDATES:
                break
        return list(found.values())


def _likeness(sketch: str, record: NoteRecord) -> float:
    if record.wording:
        return likeness(sketch, record.sketch)
    return likeness(shortened(sketch, SHORT), record.sketch)
