"""Two versions of a small deck, for pushing: what is recorded with them does not age.

Their packages are written out here, not rendered, so that a recording stays true when kinds and
themes change.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any
from unittest import mock

from click.testing import CliRunner, Result

from deckgen.build import Compiled, compile_deck, write
from deckgen.commands import main
from deckgen.package.content import Content, PackagedNote, PackagedType
from deckgen.package.identity import stable_id
from deckgen.render.notetype import Field, NoteType, Template

DECK_ID = "recorded"
FIRST, SECOND = "Recorded::01 First", "Recorded::02 Second"
RENAMED = "Recorded::02 Next"
MOMENTS = {1: 1_700_000_000, 2: 1_700_000_100}

_YAML = """
name: Recorded
id: recorded
lessons: [First, {second}]
defaults: {{kind: basic}}
notes:
"""
_NOTES = {
    1: {
        "changed": ("Which sea is salty?", "all", FIRST),
        "edited": ("What did the learner edit?", "this", FIRST),
        "moved": ("Which note moves?", "this one", FIRST),
        "second": ("Whose lesson is renamed?", "mine", SECOND),
        "apart": ("Which note lies in another deck?", "me", FIRST),
        "removed": ("Who is removed?", "I am", FIRST),
    },
    2: {
        "changed": ("Which sea is salt?", "every sea", FIRST),
        "edited": ("What did the learner edit?", "this, and the author too", FIRST),
        "moved": ("Which note moves?", "this one", RENAMED),
        "second": ("Whose lesson is renamed?", "mine", RENAMED),
        "apart": ("Which note lies in another deck?", "me", FIRST),
        "added": ("Who is new?", "I am", FIRST),
    },
}
_TYPE = NoteType(
    fields=(Field("Front", 1), Field("Back", 2), Field("ID", 3)),
    templates=(Template("Card", 4, "{{Front}}", "{{FrontSide}}<hr>{{Back}}"),),
)


def content(version: int) -> Content:
    """Return the package's content, version 1 or 2."""
    packaged = PackagedType(
        id=stable_id("note type", DECK_ID, "basic"),
        name="Recorded · Basic",
        note_type=_TYPE,
        css=f".card {{ font-size: {20 + version}px; }}",
        moment=MOMENTS[version],
    )
    return Content(
        decks=("Recorded", FIRST, SECOND if version == 1 else RENAMED),
        description="",
        preset=None,
        notes=[
            _packaged(name, packaged, version, changed=_NOTES[1].get(name, note)[:2] != note[:2])
            for name, note in _NOTES[version].items()
        ],
        media={},
        moment=MOMENTS[version],
    )


def _packaged(name: str, packaged: PackagedType, version: int, *, changed: bool) -> PackagedNote:
    front, back, deck = _NOTES[version][name]
    is_new = name not in _NOTES[1]
    return PackagedNote(
        guid=f"recorded-{name}",
        type=packaged,
        deck=deck,
        fields=(front, back, f"{DECK_ID}/{name}"),
        tags=("sea", "test"),
        cards=(0,),
        moment=MOMENTS[2 if changed or is_new else 1],
    )


def push(folder: Path, version: int, *options: str, stdin: str = "") -> Result:
    """Run `deckgen push` with a version of the deck, whose lock knows the version before.

    The deck is compiled indeed; its content alone is replaced by the one above.
    """
    deck = folder / "recorded.yaml"
    if version == 2:
        deck.write_text(_yaml(1), "utf-8")
        write(compile_deck(deck, MOMENTS[1]), folder / "before.apkg")
    deck.write_text(_yaml(version), "utf-8")

    def compiled(*given: Any, **named: Any) -> Compiled:
        whole = compile_deck(*given, **named)
        assert whole.content, whole.problems
        return dataclasses.replace(whole, problems=[], content=content(version))

    output = str(folder / "recorded.apkg")
    with mock.patch("deckgen.recover.compile_deck", compiled):
        arguments = ["push", str(deck), "--output", output, *options]
        return CliRunner().invoke(main, arguments, input=stdin)


def _yaml(version: int) -> str:
    notes = "".join(
        f"  - {{id: {name}, lesson: {1 if deck == FIRST else 2}, front: '{front}', "
        f"back: '{back}'}}\n"
        for name, (front, back, deck) in _NOTES[version].items()
    )
    return _YAML.format(second="Second" if version == 1 else "Next") + notes
