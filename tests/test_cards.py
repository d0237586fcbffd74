"""Which cards a note has: deckgen's rule against the real engine's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from anki.collection import Collection
from anki.decks import DeckId
from anki.errors import CardTypeError
from anki.models import NotetypeDict
from anki.notes import Note
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from deckgen.build import compile_deck, package
from deckgen.engine.collection import import_package, temporary_collection
from deckgen.engine.verify import prove
from deckgen.kinds import kinds
from deckgen.package.cards import card_ords, is_empty
from deckgen.package.content import PackagedNote
from deckgen.render.labels import labels_for
from deckgen.render.notetype import Field, NoteType, Template
from tests.decks import MOMENT, build_deck, some_content, written

DEFAULT_DECK = DeckId(1)
BLANK = (" ", "\t", "\n", "\r", "\v", "\f", "<br>", "<br/>", "<br />", "</br>", "<BR>",
         "<div>", "</div>", "<div >", "<Div/>")  # fmt: skip
NOT_BLANK = ("\u3000", "\xa0", "\u2003", "\x85", "\u200b", "&nbsp;", "<br  />", "<br\t>", "<p></p>",
             "<br class='x'>", "字", "0", "<!---->")  # fmt: skip
MARKS = ("{{c1::", "{{c2::", "{{c1,3::", "{{c12::", "{{c0::", "{{c::", "{{c,::", "{{c1,::",
         "{{c,1::", "{{C1::", "{{c1 ::", "{{c01::", "{{c1:", "{{c１::", "}}", "}", "{", "{{", "::",
         "::提示", "{{c1::甲}}", "{{c2::乙::提示}}", "{{c3,4::丙}}", "{{c5::{{c6::丁}}戊}}",
         "{{c7::}}", "{{c8::<br>}}", r"\({{c9::x_{1}}}\)", "<!--", "-->",
         "{{c20::" * 10, "{{c21::" * 6, "}}" * 6, "}}" * 11)  # fmt: skip

contents = st.lists(st.sampled_from((*BLANK, *NOT_BLANK, *MARKS)), max_size=7).map("".join)


def note_type_of(kind: str) -> NoteType:
    labels = labels_for("zh-Hans", kinds()[kind].labels)
    return kinds()[kind].note_type.with_labels({"language": "zh-Hans", "speech": "", **labels})


@pytest.fixture(scope="module")
def empty() -> Iterator[Collection]:
    with temporary_collection() as collection:
        yield collection


def in_engine(collection: Collection, name: str, note_type: NoteType) -> NotetypeDict:
    """Add a note type to the engine, and return it as it is kept there."""
    models = collection.models
    added = models.new(name)
    added["type"] = int(note_type.cloze)
    for field in note_type.fields:
        models.add_field(added, models.new_field(field.name))
    for template in note_type.templates:
        made = models.new_template(template.name)
        made["qfmt"], made["afmt"] = template.front, template.back
        models.add_template(added, made)
    models.add_dict(added)
    known = models.by_name(name)
    assert known is not None
    return known


def engine_ords(
    collection: Collection, note_type: NotetypeDict, fields: Mapping[str, str]
) -> list[int]:
    """Return which cards the engine makes, less the one that it makes rather than none."""
    note = collection.new_note(note_type)
    for name, value in fields.items():
        note[name] = value
    collection.add_note(note, DEFAULT_DECK)
    report = collection.get_empty_cards().notes
    empties = {card_id for each in report for card_id in each.card_ids}
    ords = sorted(card.ord for card in note.cards() if card.id not in empties)
    if note_type["type"]:
        assert ords == [number - 1 for number in cloze_numbers(collection, note)]
    collection.remove_notes([note.id])
    return ords


def cloze_numbers(collection: Collection, note: Note) -> list[int]:
    return sorted(collection._backend.cloze_numbers_in_note(note._to_backend_note()))


TWO_FRONTS = NoteType(
    (Field("Always", 1), Field("Tried", 2)),
    (Template("Always", 1, "{{Always}}", ""), Template("Tried", 2, "{{Tried}}", "")),
)


@pytest.fixture(scope="module")
def two_fronts(empty: Collection) -> NotetypeDict:
    return in_engine(empty, "two fronts", TWO_FRONTS)


@pytest.mark.parametrize("blank", BLANK)
def test_what_the_engine_takes_for_empty(
    empty: Collection, two_fronts: NotetypeDict, blank: str
) -> None:
    assert is_empty(blank)
    assert engine_ords(empty, two_fronts, {"Always": "a", "Tried": blank * 2}) == [0]


@pytest.mark.parametrize("shown", NOT_BLANK)
def test_what_the_engine_takes_for_text(
    empty: Collection, two_fronts: NotetypeDict, shown: str
) -> None:
    assert not is_empty(shown)
    assert engine_ords(empty, two_fronts, {"Always": "a", "Tried": f"<br>{shown}"}) == [0, 1]


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_has_the_cards_that_the_engine_makes(empty: Collection, kind: str) -> None:
    note_type = note_type_of(kind)
    kept = in_engine(empty, f"tried {kind}", note_type)

    @given(st.dictionaries(st.sampled_from([field.name for field in note_type.fields]), contents))
    @settings(deadline=None)
    def holds(fields: dict[str, str]) -> None:
        assert card_ords(note_type, fields) == engine_ords(empty, kept, fields)

    holds()


# Templates as other people write them.

FIELDS = ("Always", "Front", "Back", "Other field")
FILTERS = ("", "text:", "furigana:", "kana:", "kanji:", "type:", "hint:", "text:hint:",
           "tts zh_CN:", "tts zh_CN voices=Apple_Ting-Ting speed=0.8:", "unheard of:")  # fmt: skip

names = st.sampled_from(FIELDS[1:])
spaces = st.sampled_from(("", " ", "\n"))
comments = st.builds("<!-- {{{{{}}}}} -->".format, names)
replacements = st.builds("{{{{{}{}{}{}}}}}".format, spaces, st.sampled_from(FILTERS), names, spaces)
static = st.sampled_from(("text ", "<hr>", "{one} ", "}}", "-->", "{{Tags}}", "{{ Deck }}"))


def sections(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    fields = st.one_of(names, st.sampled_from(("Tags", "Card", "CardFlag")))
    return st.builds(
        "{{{{{0}{1}{2}}}}}{3}{{{{/{2}}}}}".format,
        st.sampled_from("#^"),
        spaces,
        fields,
        st.lists(inner, max_size=3).map("".join),
    )


@given(
    st.lists(st.recursive(st.one_of(replacements, static, comments), sections, max_leaves=8)),
    st.dictionaries(names, contents),
)
@settings(deadline=None, max_examples=300)
def test_every_template_has_the_cards_that_the_engine_makes(
    empty: Collection, front: list[str], fields: dict[str, str]
) -> None:
    note_type = NoteType(
        tuple(Field(name, at) for at, name in enumerate(FIELDS, 1)),
        (Template("Always", 1, "{{Always}}", ""), Template("Tried", 2, "".join(front), "")),
    )
    fields = {"Always": "always", **fields}
    try:
        kept = in_engine(empty, "tried", note_type)
    except CardTypeError:
        reject()
    try:
        assert card_ords(note_type, fields) == engine_ords(empty, kept, fields)
    finally:
        empty.models.remove(kept["id"])


# What is imported, rather than added: the engine has to find nothing to add or to remove.


@st.composite
def notes(draw: st.DrawFn) -> list[PackagedNote]:
    """A note of each kind, with any content that makes a card."""
    some = SOME.notes[0]
    drawn = []
    for at, kind in enumerate(sorted(kinds())):
        note_type = note_type_of(kind)
        fields = {field.name: draw(contents) for field in note_type.fields}
        packaged = replace(some.type, id=some.type.id + at, name=kind, note_type=note_type)
        cards = tuple(card_ords(note_type, fields))
        if cards:
            values = tuple(fields.values())
            drawn.append(replace(some, guid=kind, type=packaged, fields=values, cards=cards))
    return drawn


SOME = some_content()


@given(notes())
@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_imported_package_has_all_its_cards(tmp_path: Path, notes: list[PackagedNote]) -> None:
    built = tmp_path / "drawn.apkg"
    built.write_bytes(package(replace(SOME, notes=notes)))
    with temporary_collection() as collection:
        import_package(collection, built)
        expected = {note.guid: list(note.cards) for note in notes}
        assert found_cards(collection) == expected
        collection.fix_integrity()
        assert found_cards(collection) == expected
        assert not collection.get_empty_cards().notes


def found_cards(collection: Collection) -> dict[str, list[int]]:
    notes = map(collection.get_note, collection.find_notes(""))
    return {note.guid: sorted(card.ord for card in note.cards()) for note in notes}


def nested(numbers: range) -> str:
    return "".join(f"{{{{c{number}::" for number in numbers) + "text" + "}}" * len(numbers)


def listed(numbers: range) -> str:
    return f"{{{{c{','.join(map(str, numbers))}::text}}}}"


@pytest.mark.parametrize("authored", [nested, listed])
def test_clozes_are_nested_as_deep_as_the_engine_reads(
    tmp_path: Path, authored: Callable[[range], str]
) -> None:
    deck = "{{name: Deck, id: deck, notes: [{{id: note, kind: cloze, text: '{}'}}]}}".format
    proof = prove(build_deck(tmp_path, deck(authored(range(1, 11)))))
    assert (proof.failures, proof.cards) == ((), 10)
    refused = compile_deck(written(tmp_path, deck(authored(range(1, 12)))), MOMENT)
    assert "bad-cloze" in {problem.code.slug for problem in refused.problems}
