"""The essay's deck against the real engine, and the proof against packages that are broken."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.decks import DeckId
from anki.scheduler.v3 import Scheduler
from pypinyin import Style, lazy_pinyin

from deckgen.build import Compiled, compile_deck, package
from deckgen.engine.collection import import_package, temporary_collection
from deckgen.engine.verify import Proof, prove
from deckgen.kinds.quotation import Quotation
from deckgen.package.archive import archive
from deckgen.package.collection import collection
from deckgen.package.content import Content, PackagedNote, PackagedType
from deckgen.render.media import Media
from deckgen.render.notetype import Field, NoteType, Template
from tests.decks import some_content

CARDS = Path(__file__).parent.parent / "cards"


@dataclass(frozen=True)
class Essay:
    compiled: Compiled
    content: Content
    package: Path


@pytest.fixture(scope="module")
def essay(tmp_path_factory: pytest.TempPathFactory) -> Essay:
    compiled = compile_deck(CARDS, int(time.time()))
    assert compiled.content is not None, compiled.problems
    built = tmp_path_factory.mktemp("essay") / "mass-line.apkg"
    built.write_bytes(package(compiled.content))
    return Essay(compiled, compiled.content, built)


@pytest.fixture(scope="module")
def proof(essay: Essay) -> Proof:
    return prove(essay.package)


@pytest.fixture
def imported(essay: Essay) -> Iterator[Collection]:
    with temporary_collection() as empty:
        import_package(empty, essay.package)
        yield empty


def test_the_engine_finds_nothing_wrong(proof: Proof) -> None:
    assert proof.failures == ()


def test_it_has_the_notes_and_cards_that_were_authored(essay: Essay, proof: Proof) -> None:
    assert proof.notes == len(essay.content.notes) >= 60
    assert proof.cards == sum(len(note.cards) for note in essay.content.notes) >= 150


def test_all_notes_are_new_once(essay: Essay) -> None:
    with temporary_collection() as empty:
        first = import_package(empty, essay.package)
        again = import_package(empty, essay.package)
    count = len(essay.content.notes)
    assert (first.found, first.new) == (count, count)
    assert (again.found, again.new, again.duplicate) == (count, 0, count)


def test_hard_characters_are_read_as_in_their_sentence(essay: Essay) -> None:
    assert essay.compiled.deck
    notes = essay.compiled.deck.notes.values()
    sayings = [note for note in notes if isinstance(note, Quotation) and note.readings]
    assert len(sayings) == 3
    for saying in sayings:
        text = "".join(saying.lines)
        read = lazy_pinyin(text, style=Style.TONE)
        assert len(read) == len(text)
        for character, reading in saying.readings.items():
            assert {read[at] for at, each in enumerate(text) if each == character} == {reading}


def test_lessons_are_decks_in_the_order_of_study(essay: Essay, proof: Proof) -> None:
    deck = essay.compiled.deck
    assert deck is not None
    name = deck.header.name
    lessons = [f"{name}::{at:02} {lesson}" for at, lesson in enumerate(deck.header.lessons, 1)]
    assert list(proof.decks) == [name, *lessons]


def test_new_cards_come_in_the_order_of_the_files(essay: Essay, imported: Collection) -> None:
    """Anki takes new cards deck by deck, by `due`, then by the order of a note's templates."""
    deck = essay.compiled.deck
    assert deck is not None
    studied = []
    for name in imported.decks.all_names_and_ids(skip_empty_default=True):
        cards = imported.find_cards(f'"deck:{name.name}" -"deck:{name.name}::*"')
        rows = sorted(
            (card.due, card.ord, card.note()["ID"]) for card in map(imported.get_card, cards)
        )
        studied += list(dict.fromkeys(note for _, _, note in rows))
    assert studied == [f"{deck.header.id}/{note}" for note in deck.notes]


def test_the_engine_hands_out_the_first_lesson_first(essay: Essay, imported: Collection) -> None:
    whole, first, *_ = essay.content.decks
    assert isinstance(imported.sched, Scheduler)
    imported.decks.select(imported.decks.id_for_name(whole) or DeckId(0))
    queued = imported.sched.get_queued_cards(fetch_limit=5).cards
    assert len(queued) == 5
    assert {imported.decks.name(DeckId(each.card.deck_id)) for each in queued} == {first}


def test_the_description_arrives(essay: Essay, imported: Collection) -> None:
    deck = imported.decks.by_name(essay.content.decks[0])
    assert deck is not None
    assert deck["desc"] == essay.content.description != ""


def test_retention_arrives_with_the_default_options(essay: Essay, imported: Collection) -> None:
    header = essay.compiled.deck.header if essay.compiled.deck else None
    assert header is not None
    assert header.options.desired_retention is not None
    for name in essay.content.decks:
        deck = imported.decks.by_name(name)
        assert deck is not None
        assert deck["desiredRetention"] == header.options.desired_retention * 100


def test_all_options_arrive_with_presets(essay: Essay) -> None:
    options = essay.compiled.deck.header.options if essay.compiled.deck else None
    assert options is not None
    assert options.new_per_day is not None
    with temporary_collection() as empty:
        wanted = ImportAnkiPackageOptions(with_deck_configs=True)
        empty.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(essay.package), options=wanted)
        )
        for name in essay.content.decks:
            preset = empty.decks.config_dict_for_deck_id(empty.decks.id_for_name(name) or DeckId(0))
            assert preset["name"] == essay.content.decks[0]
            assert preset["new"]["perDay"] == options.new_per_day
            assert preset["desiredRetention"] == pytest.approx(options.desired_retention)


def test_every_word_of_the_source_that_a_card_quotes_arrives(
    essay: Essay, imported: Collection
) -> None:
    """What is verbatim is in Anki as it is in the essay, to the character."""
    source = next(iter(essay.compiled.deck.sources.values())) if essay.compiled.deck else None
    assert source is not None
    quotations = imported.find_notes('"note:* · 引文"')
    assert len(quotations) == 4
    for note_id in quotations:
        assert imported.get_note(note_id)["Quotation"] in source.joined


# The proof can fail: each of these packages is accepted by Anki's import, and is broken.


def note_type(
    front: str = "{{Front}}", back: str = "{{Front}}<hr>{{Back}}", *, cloze: bool = False
) -> PackagedType:
    template = Template("Card", 1, front, back)
    fields = (Field("Front", 1), Field("Back", 2))
    return replace(SOME.notes[0].type, note_type=NoteType(fields, (template,), cloze))


SOME = some_content()
SOUND = replace(SOME.notes[0], guid="sound-note", type=note_type(), fields=("front", "back"))
CLOZE = note_type("{{cloze:Front}}", "{{cloze:Front}}", cloze=True)
GAPPED = replace(SOUND, type=CLOZE, fields=("{{c1::front}}", "back"))


def other_type(packaged: PackagedType) -> PackagedType:
    return replace(packaged, id=packaged.id + 1, name="Other")


def write(folder: Path, *notes: PackagedNote, media: tuple[str, ...] = (), sql: str = "") -> Path:
    files = {name: Media(name, b"content") for name in media}
    raw = collection(replace(SOME, notes=notes, media=files))
    connection = sqlite3.connect(":memory:")
    connection.deserialize(raw)
    connection.executescript(sql)
    built = folder / "broken.apkg"
    built.write_bytes(archive(connection.serialize(), files))
    connection.close()
    return built


def failures_of(built: Path) -> list[str]:
    return list(map(str, prove(built).failures))


def failures(package: Path) -> list[str]:
    return [str(failure) for failure in prove(package).failures]


def test_a_sound_package_is_proven(tmp_path: Path) -> None:
    picture = replace(SOUND, fields=("front", '<img src="seen.png">'))
    gapped = replace(GAPPED, guid="gapped", type=other_type(CLOZE))
    proof = prove(write(tmp_path, picture, gapped, media=("seen.png",)))
    assert proof == Proof(notes=2, cards=2, decks=("Deck",), failures=())


@pytest.mark.parametrize(
    ("note", "failure"),
    [
        (replace(SOUND, type=note_type("{{#Front}}{{Front}}")), "Missing '{{/Front}}'"),
        (replace(SOUND, type=note_type(back="{{#Back}}")), "Missing '{{/Back}}'"),
        (replace(SOUND, type=note_type("{{Frnt}}")), "there is no field called 'Frnt'"),
        (replace(SOUND, type=note_type("{{fruigana:Front}}")), "Anki has no filter 'fruigana'"),
        (
            replace(SOUND, fields=("front", '<img src="gone.png">')),
            "missing media: gone.png",
        ),
        (
            replace(SOUND, fields=("", "back")),
            "note sound-note: its first field is empty",
        ),
        (
            replace(GAPPED, fields=("front", "back")),
            "note sound-note: it is a cloze note and hides nothing",
        ),
        (
            replace(SOUND, cards=()),
            "note sound-note lacks cards that Anki's database check adds: 1",
        ),
        (replace(GAPPED, cards=(0, 1, 4)), "note sound-note has empty cards: 2, 5"),
        (
            replace(GAPPED, fields=("{{c1::front}} {{c2::lost}}", "back")),
            "note sound-note lacks cards that Anki's database check adds: 2",
        ),
    ],
)
def test_a_broken_note_is_no_proof(tmp_path: Path, note: PackagedNote, failure: str) -> None:
    sound = replace(SOUND, guid="beside-it", type=other_type(SOUND.type), fields=("beside", ""))
    said = "\n".join(failures_of(write(tmp_path, sound, note)))
    assert failure in said
    assert "beside-it" not in said


def test_doubles_are_no_proof(tmp_path: Path) -> None:
    """Anki imports both; the same words on two fronts are told apart by nobody."""
    failures = failures_of(write(tmp_path, SOUND, SOUND))
    assert "notes sound-note, sound-note have the same GUID sound-note" in failures
    assert "note sound-note: another note has the same first field" in failures


def test_media_that_no_note_shows_is_no_proof(tmp_path: Path) -> None:
    failures = failures_of(write(tmp_path, SOUND, media=("unseen.png",)))
    assert failures == ["unused media: unseen.png"]


@pytest.mark.parametrize(
    ("sql", "failure"),
    [
        ("UPDATE cards SET did = 77", "Anki's database check repairs: Fixed 1 missing deck."),
        ("UPDATE cards SET ord = 3", "card 4 of note sound-note does not render"),
        (
            "UPDATE cards SET ord = 3",
            "note sound-note has cards that Anki's database check removes: 4",
        ),
        ("UPDATE notes SET mid = 77", "Anki does not import it: "),
        ("UPDATE notes SET flds = 'front'", "Anki does not import it: "),
        ("DELETE FROM cards; DELETE FROM notes", "it holds no notes"),
    ],
)
def test_a_broken_database_is_no_proof(tmp_path: Path, sql: str, failure: str) -> None:
    failures = failures_of(write(tmp_path, SOUND, sql=sql))
    assert any(each.startswith(failure) for each in failures), failures


def test_what_is_no_package_is_no_proof(tmp_path: Path) -> None:
    built = tmp_path / "no.apkg"
    built.write_bytes(b"no zip archive")
    assert len(failures_of(built)) == 1
