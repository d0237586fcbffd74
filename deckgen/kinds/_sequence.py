"""What the kinds share whose items are recalled one after the other."""

from __future__ import annotations

from deckgen.render.notetype import REVEAL, TAIL, Field, NoteType, Template, page

WHICH = '<div class="which" hidden>{{cloze:Cards}}</div>'
"""Says which fixed cards exist; never shown."""


def sequence(field: str, ask: str, head: str = "") -> str:
    """Return the part that shows a sequence's gap; the theme hides it on other cards."""
    return (
        f'<div class="sequence">{head}<div class="ask">[[{ask}]]</div>{{{{cloze:{field}}}}}</div>'
    )


def fixed(number: int, ask: str, shown: str, answer: str = "") -> str:
    """Return the part of one fixed card: what is asked, about what, and the answer."""
    return _part(number, f'<div class="ask alone">[[{ask}]]</div>{shown}', answer)


def whole(number: int, ask: str, head: str, answer: str = "") -> str:
    """Return the part of the card that asks for all items, below the same head as each of them."""
    return _part(number, f'{head}<div class="ask whole">[[{ask}]]</div>', answer)


def _part(number: int, front: str, answer: str) -> str:
    answered = f'<hr id="answer">{answer}[[speech]]' if answer else ""
    return f"{{{{#c{number}}}}}{front}{answered}{{{{/c{number}}}}}"


def cloze_template(kind: str, front: str, back: str) -> Template:
    """Return the one template of a cloze-type note that holds quite different cards."""
    return Template(
        "Sequence",
        201,
        page(kind, "front", WHICH + front),
        page(kind, "back", WHICH + back + REVEAL),
    )


def reveal(**rows: int | None) -> str:
    """Return what the answer tells besides, in labelled rows, before notes and origin.

    rows: by the name of a field, the number of the card that asks for it and shows it anyway.
    """
    shown = "".join(_row(name, asked) for name, asked in rows.items())
    return f'<div class="reveal">{shown}</div>'


def _row(name: str, asked: int | None) -> str:
    row = (
        f'{{{{#{name}}}}}<div class="row"><span class="label">[[{name.lower()}]]</span>'
        f"<div>{{{{{name}}}}}</div></div>{{{{/{name}}}}}"
    )
    return row if asked is None else f"{{{{^c{asked}}}}}{row}{{{{/c{asked}}}}}"


def items_note_type(kind: str, head: str, items: str, last: int) -> NoteType:
    """Return the note type of items below a head: a card for each, and the last for the whole.

    head, items: the names of the fields that hold them.
    """
    shown = f'<div class="question {head.lower()}">{{{{{head}}}}}</div>'
    gapped = sequence(items, "ask-item", shown)
    return NoteType(
        fields=(
            Field(head, 101),
            Field(items, 102),
            Field("Whole", 103),
            Field("Count", 104),
            Field("Cards", 105),
            *TAIL,
        ),
        templates=(
            cloze_template(
                kind,
                gapped + whole(last, "ask-whole", shown),
                gapped + whole(last, "ask-whole", shown, "{{Whole}}"),
            ),
        ),
        cloze=True,
    )
