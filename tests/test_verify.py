"""Packages of other tools, good and broken, and what `deckgen verify` says of them."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import genanki
import pytest
from anki.collection import (
    Collection,
    DeckIdLimit,
    ExportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from anki.decks import DeckId
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deckgen.build import compile_deck, write
from deckgen.build import package as package_of
from deckgen.commands import main
from deckgen.engine.collection import import_package, temporary_collection
from deckgen.engine.plan import collection_with, outcome
from deckgen.engine.update import study
from deckgen.engine.verify import prove
from deckgen.render.notetype import Field
from tests import push_deck

Verify = Callable[..., Result]


class Model(genanki.Model):  # type: ignore[misc]
    """A note type, also one that genanki would find broken."""

    @property
    def _req(self) -> list[Any]:
        return []


class Note(genanki.Note):  # type: ignore[misc]
    """A note with one card, whatever its note type says."""

    @property
    def cards(self) -> list[genanki.Card]:
        return [genanki.Card(0)]


def model(
    front: str = "{{Front}}",
    back: str = "{{FrontSide}}<hr>{{Back}}",
    *,
    fields: Sequence[str] = ("Front", "Back"),
    cloze: bool = False,
    number: int = 1,
) -> Model:
    return Model(
        1_600_000_000_000 + number,
        f"Other tool's {number}",
        fields=[{"name": name} for name in fields],
        templates=[{"name": "Card", "qfmt": front, "afmt": back}],
        model_type=Model.CLOZE if cloze else Model.FRONT_BACK,
    )


@pytest.fixture(autouse=True, scope="module")
def _tidied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have in a folder of the tests what genanki leaves behind where it writes a package."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("genanki")))
        yield


PLAIN = model()
GAPS = model("{{cloze:Front}}", "{{cloze:Front}}", cloze=True)


def note(front: str, back: str = "back", *, guid: str = "", of: Model = PLAIN) -> Note:
    return Note(of, [front, back], guid=guid or f"guid of {front}")


def packed(
    folder: Path, *notes: Note, media: Sequence[str] = (), name: str = "other", moment: int = 1
) -> Path:
    """Write a package with genanki; each media file's content is its name."""
    deck = genanki.Deck(1_600_000_000_000, "Other::Deck")
    for each in notes:
        deck.add_note(each)
    package = genanki.Package(deck)
    for file in media:
        (folder / file).write_text(file)
        package.media_files.append(str(folder / file))
    target = folder / f"{name}.apkg"
    package.write_to_file(str(target), timestamp=1_700_000_000 + moment)
    return target


def members(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(package: Path, **changes: bytes | None) -> Path:
    """Change, add or leave out members of a package; `_` stands for the dot of a name."""
    kept = {**members(package), **{name.replace("_", "."): new for name, new in changes.items()}}
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in kept.items():
            if content is not None:
                archive.writestr(name, content)
    return package


def altered(package: Path, *statements: str) -> Path:
    """Change a package's database."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(members(package)["collection.anki2"])
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    database = connection.serialize()
    connection.close()
    return rewritten(package, collection_anki2=database)


@pytest.fixture
def verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """Run `deckgen verify` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, ["verify", *map(str, arguments)])

    return run


def test_a_package_of_another_tool_is_proven(verify: Verify, tmp_path: Path) -> None:
    shown = note('<img src="seen.png">one', "two")
    package = packed(tmp_path, shown, note("{{c1::gap}}", of=model_of_gaps()), media=["seen.png"])
    done = verify(package.name)
    assert done.output == "other.apkg: 2 notes, 2 cards, 2 decks: proven\n"
    assert done.exit_code == 0


def model_of_gaps() -> Model:
    return model("{{cloze:Front}}", "{{cloze:Front}}", cloze=True, number=2)


BROKEN: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "same GUID": (
        lambda folder: packed(folder, note("one", guid="x"), note("two", guid="x")),
        "guid",
        "notes x, x have the same GUID x",
    ),
    "no GUID": (
        lambda folder: altered(packed(folder, note("one")), "UPDATE notes SET guid = ''"),
        "guid",
        "note “one” has no GUID",
    ),
    "unclosed template": (
        lambda folder: packed(folder, note("one", guid="x", of=model(back="{{#Front}}{{Back}}"))),
        "render",
        "card 1 of note x does not render: Back template has a problem: Missing '{{/Front}}'",
    ),
    "unknown field": (
        lambda folder: packed(folder, note("one", guid="x", of=model("{{Frnt}}"))),
        "note-type",
        "note type Other tool's 1: Card template 1 in note type 'Other tool's 1' has a problem.",
    ),
    "static front": (
        lambda folder: packed(folder, note("one", guid="x", of=model("What?"))),
        "cards",
        "note x has empty cards: 1",
    ),
    "unknown filter": (
        lambda folder: packed(folder, note("one", guid="x", of=model("{{fruigana:Front}}"))),
        "render",
        "card 1 of note x: Anki has no filter 'fruigana'",
    ),
    "missing media": (
        lambda folder: packed(folder, note('<img src="gone.png">', guid="x")),
        "media",
        "missing media: gone.png",
    ),
    "media that nothing shows": (
        lambda folder: packed(folder, note("one"), media=["unseen.png"]),
        "media",
        "unused media: unseen.png",
    ),
    "empty card": (
        lambda folder: packed(folder, note("<br>", guid="x")),
        "cards",
        "note x has empty cards: 1",
    ),
    "empty first field": (
        lambda folder: packed(folder, note("", guid="x", of=model("{{Back}}"))),
        "fields",
        "note x: its first field is empty",
    ),
    "same first field": (
        lambda folder: packed(folder, note("one", guid="x"), note("one", guid="y")),
        "fields",
        "note y: another note has the same first field",
    ),
    "no cloze": (
        lambda folder: packed(folder, note("nothing hidden", guid="x", of=GAPS)),
        "fields",
        "note x: it is a cloze note and hides nothing",
    ),
    "no card": (
        lambda folder: altered(packed(folder, note("one", guid="x")), "DELETE FROM cards"),
        "integrity",
        "note x lacks cards that Anki's database check adds: 1",
    ),
    "cards of no note": (
        lambda folder: altered(packed(folder, note("one", guid="x")), "UPDATE cards SET nid = 7"),
        "cards",
        "Anki makes 0 cards of its 1",
    ),
    "a card without a template": (
        lambda folder: altered(packed(folder, note("one", guid="x")), "UPDATE cards SET ord = 5"),
        "integrity",
        "note x has cards that Anki's database check removes: 6",
    ),
    "missing deck": (
        lambda folder: altered(packed(folder, note("one", guid="x")), "UPDATE cards SET did = 7"),
        "decks",
        "note x has a card in a deck that the package does not have",
    ),
    "missing note type": (
        lambda folder: altered(packed(folder, note("one", guid="x")), "UPDATE notes SET mid = 7"),
        "fields",
        "note x: the package has no note type 7",
    ),
    "missing field": (
        lambda folder: altered(packed(folder, note("one", guid="x")), "UPDATE notes SET flds = 1"),
        "fields",
        "note x: its note type has 2 fields, and it has 1",
    ),
    "a note number that Anki cannot use": (
        lambda folder: altered(packed(folder, note("one")), "UPDATE notes SET id = 0"),
        "engine",
        "Anki stumbles over it: Your database appears to be in an inconsistent state.",
    ),
    "no notes": (
        packed,
        "import",
        "it holds no notes",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_package_is_not_proven(name: str, verify: Verify, tmp_path: Path) -> None:
    make, check, message = BROKEN[name]
    package = make(tmp_path)
    done = verify(package.name)
    assert f"other.apkg: failure[{check}]: {message}" in done.output
    assert done.exit_code == 1
    assert "Traceback" not in done.output


@pytest.mark.parametrize("name", BROKEN)
def test_only_what_is_broken_fails(name: str, tmp_path: Path) -> None:
    """A sound note beside the broken one is named by no failure."""
    package = BROKEN[name][0](tmp_path)
    guids = {each.guid for failure in prove(package).failures for each in failure.notes}
    assert guids <= {"x", "y", "", "guid of one"}


def exported(folder: Path, name: str, *, legacy: bool) -> Path:
    """Export a note with a picture as Anki itself does."""
    package = folder / name
    with temporary_collection() as collection:
        new = collection.new_note(collection.models.by_name("Basic") or {})
        (Path(collection.media.dir()) / "seen.png").write_text("seen")
        new["Front"], new["Back"] = '<img src="seen.png">', "back"
        collection.add_note(new, DeckId(1))
        if package.suffix == ".colpkg":
            collection.export_collection_package(str(package), True, legacy)
        else:
            options = ExportAnkiPackageOptions(with_media=True, legacy=legacy)
            limit = DeckIdLimit(DeckId(1))
            collection.export_anki_package(out_path=str(package), options=options, limit=limit)
    return package


@pytest.mark.parametrize("legacy", [False, True])
def test_every_format_of_anki_is_read(legacy: bool, verify: Verify, tmp_path: Path) -> None:
    package = exported(tmp_path, "anki.apkg", legacy=legacy)
    assert ("collection.anki21b" in members(package)) is not legacy
    assert verify(package.name).output == "anki.apkg: 1 note, 1 card, 1 deck: proven\n"


def cut_off(package: Path) -> Path:
    package.write_bytes(package.read_bytes()[:-200])
    return package


def overwritten(package: Path) -> Path:
    content = bytearray(package.read_bytes())
    content[200:210] = b"overwrites"
    package.write_bytes(content)
    return package


def holding(package: Path, content: bytes) -> Path:
    package.write_bytes(content)
    return package


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda package: holding(package, b""), "it is empty"),
        (
            lambda package: holding(package, b"not a zip"),
            "it is no .apkg: that is a zip file with an Anki collection in it",
        ),
        (cut_off, "it is cut off: build or download it again"),
        (overwritten, "it is damaged at 'collection.anki2': build or download it again"),
        (
            lambda package: rewritten(package, collection_anki2=None),
            "it is a zip file, and holds no Anki collection",
        ),
        (
            lambda package: rewritten(package, collection_anki2=b"no database"),
            "Anki cannot read it: The provided file is not a valid .apkg file.",
        ),
        (
            lambda package: rewritten(package, meta=b"\x08\x09"),
            "its format is 9, newer than the 3 that Anki ",
        ),
        (
            lambda package: rewritten(package, media=b'{"0": "gone.png"}'),
            "Anki cannot read it: 0 missing from archive",
        ),
        (
            lambda package: package.rename(package.with_suffix(".colpkg")),
            "a .colpkg is a whole collection, which replaces another: export the deck as an .apkg",
        ),
    ],
)
def test_what_is_no_package_is_told(
    make: Callable[[Path], Path], message: str, verify: Verify, tmp_path: Path
) -> None:
    package = make(packed(tmp_path, note("one")))
    done = verify(package.name)
    first, last = done.output.splitlines()
    assert first.startswith(f"{package.name}: failure[file]: {message}")
    assert last == f"{package.name}: 1 failure"
    assert done.exit_code == 1


def test_a_whole_collection_is_no_package(verify: Verify, tmp_path: Path) -> None:
    package = exported(tmp_path, "whole.colpkg", legacy=False)
    assert "a .colpkg is a whole collection" in verify(package.name).output


def test_a_missing_file_is_wrong_usage(verify: Verify) -> None:
    assert verify("gone.apkg").exit_code == 2


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sound")
    return packed(folder, note('<img src="seen.png">'), media=["seen.png"]).read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chosen=st.data())
def test_no_damage_is_a_traceback(
    sound: bytes, tmp_path_factory: pytest.TempPathFactory, chosen: st.DataObject
) -> None:
    """Whatever happens to the bytes of a member, it is told or it does not matter."""
    package = tmp_path_factory.mktemp("damaged") / "damaged.apkg"
    package.write_bytes(sound)
    held = members(package)
    name = chosen.draw(st.sampled_from(sorted(held)))
    content = bytearray(held[name])
    for _ in range(chosen.draw(st.integers(1, 20))):
        at = chosen.draw(st.integers(0, len(content) - 1))
        content[at] = chosen.draw(st.integers(0, 255))
    kept = content[: chosen.draw(st.integers(0, len(content)))]
    with zipfile.ZipFile(package, "w") as archive:
        for each, whole in held.items():
            archive.writestr(each, bytes(kept) if each == name else whole)
    for failure in prove(package, package).failures:
        assert str(failure)


DECK = """\
name: Deck
id: deck
notes:
  - {id: first, kind: basic, front: What is asked in the first note?, back: one}
  - id: second
    kind: basic
    front: What is asked in the second note?
    back: two
"""


def built(folder: Path, text: str = DECK, name: str = "deck") -> Path:
    """Build `cards/` in a folder."""
    deck = folder / "cards" / "deck.yaml"
    deck.parent.mkdir(exist_ok=True)
    deck.write_text(text, "utf-8")
    target = folder / f"{name}.apkg"
    compiled = compile_deck(deck.parent, 1_700_000_000)
    assert compiled.content, compiled.problems
    write(compiled, target)
    return target


def test_a_failure_of_ours_has_its_line(verify: Verify, tmp_path: Path) -> None:
    package = altered(built(tmp_path), "DELETE FROM cards WHERE nid = (SELECT max(id) FROM notes)")
    done = verify(package.name)
    place = str(Path("cards", "deck.yaml")) + ":5:5"
    message = "note deck/second lacks cards that Anki's database check adds: 1"
    assert f"{place}: failure[integrity]: {message}\n" in done.output
    assert f"  {place}: “What is asked in the second note?” (GUID " in done.output
    assert done.output.endswith("deck.apkg: 2 notes, 1 card, 1 deck: 1 failure\n")


def test_the_deck_may_lie_elsewhere(verify: Verify, tmp_path: Path) -> None:
    package = altered(built(tmp_path), "DELETE FROM cards")
    (tmp_path / "cards").rename(tmp_path / "elsewhere")
    assert "deck.yaml" not in verify(package.name).output
    assert str(Path("elsewhere", "deck.yaml")) in verify(package.name, "--deck", "elsewhere").output


def test_a_foreign_package_is_not_led_to_our_lines(verify: Verify, tmp_path: Path) -> None:
    built(tmp_path)
    package = altered(packed(tmp_path, note("one", guid="x")), "DELETE FROM cards")
    done = verify(package.name)
    assert done.output.startswith("other.apkg: failure[integrity]: note x lacks cards")
    assert "  “one” (GUID x)\n" in done.output


def test_programs_get_json(verify: Verify, tmp_path: Path) -> None:
    package = altered(built(tmp_path), "DELETE FROM cards WHERE nid = (SELECT max(id) FROM notes)")
    done = verify(package.name, "--format", "json")
    assert done.exit_code == 1
    told = json.loads(done.output)
    (failure,) = told.pop("failures")
    assert told == {
        "package": "deck.apkg",
        "previous": None,
        "proven": False,
        "notes": 2,
        "cards": 1,
        "decks": ["Deck"],
    }
    assert failure["check"] == "integrity"
    (named,) = failure["notes"]
    assert named.pop("guid")
    assert named == {
        "id": "deck/second",
        "title": "What is asked in the second note?",
        "file": str(Path("cards", "deck.yaml")),
        "line": 5,
        "column": 5,
    }


def test_without_the_engine_it_says_what_to_install(
    verify: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = packed(tmp_path, note("one"))
    for module in [name for name in sys.modules if name.startswith("deckgen.engine")]:
        monkeypatch.delitem(sys.modules, module)
    for module in [name for name in sys.modules if name.split(".")[0] == "anki"]:
        monkeypatch.setitem(sys.modules, module, None)
    done = verify(package.name)
    assert done.exit_code != 0
    assert "pip install '.[anki]'" in done.output


# A new version over a studied copy of the old one


def test_cards_are_studied_through_the_scheduler(tmp_path: Path) -> None:
    package = packed(tmp_path, *(note(f"question {number}") for number in range(30)))
    with temporary_collection() as collection:
        import_package(collection, package)
        study(collection)
        assert collection.db
        assert collection.db.scalar("SELECT count() FROM revlog") == 20
        # some graduate, some are still learnt, some were never seen
        assert set(collection.db.list("SELECT queue FROM cards")) == {0, 1, 2}


def test_an_update_is_proven_over_a_studied_copy(verify: Verify, tmp_path: Path) -> None:
    built(tmp_path, name="old")
    new = DECK.replace("back: two", "back: 2") + "  - {kind: basic, front: A new one?, back: 3}\n"
    built(tmp_path, new)
    done = verify("deck.apkg", "--previous", "old.apkg")
    held = "3 notes, 3 cards, 1 deck"
    assert done.output == f"deck.apkg: {held}: proven, also over old.apkg as it was studied\n"


def test_a_note_type_that_gained_a_field_is_conflicting(verify: Verify, tmp_path: Path) -> None:
    packed(tmp_path, note("one", guid="x"), name="old")
    wider = Note(model(fields=("Front", "Back", "Extra")), ["one", "two", ""], guid="x")
    packed(tmp_path, wider, moment=2)
    done = verify("other.apkg", "--previous", "old.apkg")
    message = "note x is conflicting: its note type changed its fields or templates"
    assert f"failure[update]: {message}\n  “one” (GUID x)\n" in done.output
    assert done.exit_code == 1
    assert verify("other.apkg").exit_code == 0


def test_plan_and_verify_name_the_same_conflicting_notes(tmp_path: Path) -> None:
    old, new = tmp_path / "old.apkg", tmp_path / "new.apkg"
    old.write_bytes(package_of(push_deck.content(1)))
    changed = push_deck.content(2)
    type_ = changed.notes[0].type
    wider = replace(type_.note_type, fields=(*type_.note_type.fields, Field("Extra", 9)))
    notes = [
        replace(each, type=replace(type_, note_type=wider), fields=(*each.fields, ""))
        for each in changed.notes
    ]
    new.write_bytes(package_of(replace(changed, notes=notes)))
    conflicting = {name.guid for each in prove(new, old).failures for name in each.notes}
    with collection_with(old) as collection:
        happens = outcome(collection, new, replace(changed, notes=notes))
    assert set(happens.conflicting) == conflicting
    assert "recorded-changed" in conflicting
    assert happens.new == ("recorded-added",)


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        ("UPDATE cards SET due = due + 1 WHERE ord = 0", "the import changes the schedule of"),
        ("DELETE FROM cards", "the import deletes a card of note x"),
        ("DELETE FROM revlog", "the import changes the reviews that were done"),
        ("UPDATE col SET scm = ls + 1", "the import forces a full sync"),
    ],
)
def test_what_an_update_may_not_do_is_seen(
    spoilt: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No package is known that does these with Anki's default options: Anki is made to."""
    package = packed(tmp_path, note("one", guid="x"))
    original = Collection.import_anki_package

    def spoiling(self: Collection, request: ImportAnkiPackageRequest) -> Any:
        log = original(self, request)
        assert self.db
        if self.db.scalar("SELECT count() FROM revlog"):
            self.db.execute(spoilt)
        return log

    monkeypatch.setattr(Collection, "import_anki_package", spoiling)
    failures = [str(failure) for failure in prove(package, package).failures]
    assert any(each.startswith(message) for each in failures), failures


def test_a_previous_version_that_is_no_package_is_told(verify: Verify, tmp_path: Path) -> None:
    package = packed(tmp_path, note("one"))
    holding(tmp_path / "old.apkg", b"")
    done = verify(package.name, "--previous", "old.apkg")
    assert "failure[update]: the previous package: it is empty" in done.output
