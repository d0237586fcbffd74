"""deckgen verify: prove a package in the real Anki."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from deckgen.engine.failure import Failure
    from deckgen.engine.verify import Proof
    from deckgen.problem import Span

_DECK = Path("cards")


@click.command("verify")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--previous",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="OLD.apkg",
    help="Import this older version first, study some of it, and let the new one come over it.",
)
@click.option(
    "--deck",
    type=click.Path(exists=True, path_type=Path),
    help="The deck that the package was built from: failures then name its lines (default: cards, "
    "where the package is of that deck).",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or for programs.",
)
def COMMAND(package: Path, previous: Path | None, deck: Path | None, style: str) -> None:
    """Prove an Anki package (.apkg), deckgen's or another tool's, in the real engine.

    The package is imported into an empty collection, and everything is looked for that Anki
    gets wrong without a word: notes that are lost, duplicate, empty or without cards, cards in
    no deck, broken templates, missing or useless media, whatever Anki's own check of the
    database and of empty cards finds. Every card is rendered. Imported again, nothing may change.
    With --previous, it may cost nobody a review, and force no full sync.

    This needs the extra: pip install '.[anki]'. The exit code is 0 when the package is
    proven, 1 when it is not, 2 for wrong usage.

    \b
    Examples:
      deckgen verify dist/mass-line.apkg
      deckgen verify dist/mass-line.apkg --previous released.apkg
      deckgen verify ~/Downloads/other.apkg --format json
    """
    from deckgen.commands._extra import extra
    from deckgen.commands._working import working

    prover = extra("deckgen.engine.verify", "anki")
    with working(f"proving {package}"):
        proof: Proof = prover.prove(package, previous)
    places = _places(proof, deck)
    if style == "json":
        _print_json(package, previous, proof, places)
    else:
        _print_text(package, previous, proof, places)
    if proof.failures:
        raise SystemExit(1)


def _places(proof: Proof, given: Path | None) -> Mapping[str, Span]:
    """Return the YAML place of each failing note that is of the deck, by its `ID` field."""
    from deckgen.build import compile_deck

    wanted = {name.id for failure in proof.failures for name in failure.notes}
    folder = given or (_DECK if _DECK.is_dir() else None)
    if folder is None or not wanted:
        return {}
    deck = compile_deck(folder, moment=1).deck
    if deck is None:
        return {}
    ids = {f"{deck.header.id}/{note_id}": note for note_id, note in deck.notes.items()}
    return {id_: note.at.span() for id_, note in ids.items() if id_ in wanted}


def _print_text(
    package: Path, previous: Path | None, proof: Proof, places: Mapping[str, Span]
) -> None:
    from deckgen.commands._output import count, visible

    for failure in proof.failures:
        at = next((str(places[name.id]) for name in failure.notes if name.id in places), package)
        slug = click.style(f"failure[{failure.check}]", fg="red", bold=True)
        place = click.style(visible(str(at)), bold=True)
        click.echo(f"{place}: {slug}: {visible(failure.message)}")
        for line in _notes(failure, places):
            click.echo(f"  {visible(line)}")
    held = (count(proof.notes, "note"), count(proof.cards, "card"), count(len(proof.decks), "deck"))
    proven = f"proven, also over {previous} as it was studied" if previous else "proven"
    verdict = count(len(proof.failures), "failure") if proof.failures else proven
    click.echo(
        f"{package}: {', '.join(held)}: {verdict}" if proof.notes else f"{package}: {verdict}"
    )


def _notes(failure: Failure, places: Mapping[str, Span]) -> Iterator[str]:
    for name in failure.notes:
        place = f"{places[name.id]}: " if name.id in places else ""
        yield f"{place}“{name.title}” (GUID {name.guid})"


def _print_json(
    package: Path, previous: Path | None, proof: Proof, places: Mapping[str, Span]
) -> None:
    import json

    told = {
        "package": str(package),
        "previous": str(previous) if previous else None,
        "proven": not proof.failures,
        "notes": proof.notes,
        "cards": proof.cards,
        "decks": list(proof.decks),
        "failures": [_as_json(failure, places) for failure in proof.failures],
    }
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _as_json(failure: Failure, places: Mapping[str, Span]) -> dict[str, object]:
    notes: list[dict[str, object]] = []
    for name in failure.notes:
        told: dict[str, object] = {"guid": name.guid, "id": name.id, "title": name.title}
        if span := places.get(name.id):
            told |= {"file": span.file, "line": span.line, "column": span.column}
        notes.append(told)
    return {"check": failure.check, "message": failure.message, "notes": notes}
