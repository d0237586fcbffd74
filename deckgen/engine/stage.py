"""One card at a time, rendered by the real engine from a note that is nowhere saved."""

from __future__ import annotations

import threading
from types import TracebackType

from anki.collection import Collection
from anki.models import NotetypeDict
from anki.notes import Note

from deckgen.engine.collection import temporary_collection
from deckgen.engine.preview import RenderedCard, as_shown
from deckgen.package.content import PackagedNote, PackagedType


class Stage:
    """Renders cards of a deck that is being edited; use it in a `with` statement.

    It may be used from several threads; cards are rendered one after the other.
    """

    def __init__(self) -> None:
        self._opened = temporary_collection()
        self._types: dict[PackagedType, NotetypeDict] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Stage:
        self._collection: Collection = self._opened.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, error, traceback)

    def render(self, packaged: PackagedNote, ord_: int) -> RenderedCard:
        """Render one card of a note; `ord_` is its zero-based ordinal."""
        with self._lock:
            note = Note(self._collection, self._note_type(packaged.type))
            note.fields = list(packaged.fields)
            note.tags = list(packaged.tags)
            out = note.ephemeral_card(ord=ord_).render_output()
        return RenderedCard(
            note=packaged.guid,
            note_type=packaged.type.name,
            deck=packaged.deck,
            ord=ord_,
            question=as_shown(out.question_text, note, answered=False),
            answer=as_shown(out.answer_text, note, answered=True),
            css=packaged.type.css,
        )

    def _note_type(self, packaged: PackagedType) -> NotetypeDict:
        known = self._types.get(packaged)
        if known is None:
            models = self._collection.models
            known = models.new(f"{packaged.name} {len(self._types)}")
            known["type"] = int(packaged.note_type.cloze)
            known["css"] = packaged.css
            for field in packaged.note_type.fields:
                models.add_field(known, models.new_field(field.name))
            for each in packaged.note_type.templates:
                template = models.new_template(each.name)
                template["qfmt"], template["afmt"] = each.front, each.back
                models.add_template(known, template)
            models.add(known)
            self._types[packaged] = known
        return known
