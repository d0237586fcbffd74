"""How much of a source the notes of a deck rest on."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from deckgen.coverage.evidence import Ground, fault, grounds
from deckgen.coverage.sections import Section, sections
from deckgen.deck.deck import Deck
from deckgen.deck.listed import Listed
from deckgen.deck.note import Note
from deckgen.deck.source import Source
from deckgen.problem import Span
from deckgen.text.passage import joined, offsets, without_punctuation


@dataclass(frozen=True, slots=True)
class Use:
    """A passage that a note rests on.

    places: where it stands in the source.
    fault: why it covers nothing; empty where it counts.
    """

    note: Note
    ground: Ground
    places: tuple[range, ...]
    fault: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """The longest stretch of a source that the same notes rest on.

    place: its characters in the joined source.
    notes: their ids, in the order of study.
    """

    place: range
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A listed passage, where it stands in the source, and the notes that use some of it.

    used: whether cards use all its words in one of its places.
    """

    listed: Listed
    places: tuple[range, ...]
    notes: tuple[str, ...]
    used: bool


@dataclass(frozen=True, eq=False)
class Coverage:
    """What of one source the notes use.

    Places are ranges of characters of the joined source.

    headings: patterns of the lines that are headings, see `sections`.
    uses: all the passages of the notes that name this source, in the order of study.
    stretches: without a gap from its beginning to its end.
    """

    source: Source
    headings: tuple[str, ...]
    uses: tuple[Use, ...]
    stretches: tuple[Stretch, ...]
    wanted: tuple[Wanted, ...]

    @cached_property
    def offsets(self) -> Sequence[int]:
        """For each character of the joined source, where in its file it starts."""
        return offsets(self.source.file.text)

    @cached_property
    def sections(self) -> list[Section]:
        """The source's sections, without a gap."""
        return sections(self.source.file.text, self.offsets, self.headings)

    @cached_property
    def depth(self) -> Sequence[int]:
        """For each character of the joined source, how many notes rest on it."""
        return [len(stretch.notes) for stretch in self.stretches for _ in stretch.place]

    def counts(self, place: range) -> tuple[int, int]:
        """Return how many characters of a place are covered, and how many it has; no spaces."""
        text = self.source.joined
        visible = [at for at in place if not text[at].isspace()]
        return sum(self.depth[at] > 0 for at in visible), len(visible)

    def total(self) -> tuple[int, int]:
        """Return how many characters outside headings are covered, and how many there are."""
        return self._sum(section.body for section in self.sections)

    def headings_total(self) -> tuple[int, int]:
        """Return how many characters of headings are covered, and how many there are."""
        return self._sum(section.heading for section in self.sections)

    def _sum(self, places: Iterable[range]) -> tuple[int, int]:
        counts = [self.counts(place) for place in places]
        return sum(covered for covered, _ in counts), sum(all_ for _, all_ in counts)

    def span(self, at: int) -> Span:
        """Return the place in the source's file of a character of the joined source."""
        return self.source.file.span(self.offsets[at])

    def missing(self, place: range) -> list[range]:
        """Return the stretches of a place that no note rests on and that hold words."""
        return list(bare(self.stretches, place, self.source.joined))


def percent(covered: int, all_: int) -> int:
    """Return how much of all is covered in whole percents; 100 only where nothing is missing."""
    return 100 * covered // all_ if all_ else 100


def measure(deck: Deck, *, listed_only: bool = False) -> list[Coverage]:
    """Return what of each of a deck's sources its notes use.

    listed_only: leave the sources out of which no passages are listed.
    """
    by_source: defaultdict[str, list[Note]] = defaultdict(list)
    for note in deck.notes.values():
        if note.source:
            by_source[note.source].append(note)
    return [
        measure_source(
            source,
            by_source[name],
            deck.listed.get(name, ()),
            deck.header.headings.get(name, ()),
        )
        for name, source in deck.sources.items()
        if name in deck.listed or not listed_only
    ]


def measure_source(
    source: Source, notes: Sequence[Note], listed: Sequence[Listed], headings: Sequence[str]
) -> Coverage:
    """Return what of a source some notes use.

    notes: in the order of study. headings: patterns of lines, see `sections`.
    """
    text = source.joined
    uses: list[Use] = []
    for note in notes:
        for ground in grounds(note):
            places = tuple(_places(ground.text, text))
            why = fault(ground, text) if places else "it does not stand in the source"
            uses.append(Use(note, ground, places, why))
    order = {note.id or "": number for number, note in enumerate(notes)}
    stretches = tuple(_stretches(uses, order, len(text)))
    wanted = tuple(_wanted(each, text, stretches, order) for each in listed)
    return Coverage(source, tuple(headings), tuple(uses), stretches, wanted)


def _places(passage: str, text: str) -> list[range]:
    places: list[range] = []
    at = text.find(passage) if passage else -1
    while at >= 0:
        places.append(range(at, at + len(passage)))
        at = text.find(passage, at + len(passage))
    return places


def _stretches(uses: Sequence[Use], order: dict[str, int], length: int) -> Iterator[Stretch]:
    changes: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for use in uses:
        for place in use.places if not use.fault else ():
            changes[place.start].append((use.note.id or "", 1))
            changes[place.stop].append((use.note.id or "", -1))
    active: Counter[str] = Counter()
    start, notes = 0, tuple[str, ...]()
    for at in sorted({*changes, length}):
        for note, change in changes[at]:
            active[note] += change
            if not active[note]:
                del active[note]
        now = tuple(sorted(active, key=order.__getitem__))
        if now != notes or at == length:
            if at > start:
                yield Stretch(range(start, at), notes)
            start, notes = at, now


def _wanted(
    listed: Listed, text: str, stretches: Sequence[Stretch], order: dict[str, int]
) -> Wanted:
    places = _places(joined(listed.text), text)
    users = {note for place in places for each in within(stretches, place) for note in each.notes}
    used = any(not any(bare(stretches, place, text)) for place in places)
    return Wanted(listed, tuple(places), tuple(sorted(users, key=order.__getitem__)), used)


def within(stretches: Sequence[Stretch], place: range) -> Iterator[Stretch]:
    """Yield what of some stretches, which follow without a gap, lies within a place."""
    first = bisect_right(stretches, place.start, key=lambda each: each.place.start) - 1
    for each in stretches[max(first, 0) :]:
        cut = range(max(each.place.start, place.start), min(each.place.stop, place.stop))
        if each.place.start >= place.stop:
            break
        if cut:
            yield Stretch(cut, each.notes)


def bare(stretches: Sequence[Stretch], place: range, text: str) -> Iterator[range]:
    """Yield where within a place words stand that no note rests on."""
    for each in within(stretches, place):
        if not each.notes and without_punctuation(text[each.place.start : each.place.stop]):
            yield each.place
