"""The decks whose files are open: compiled again as they are written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from deckgen.build import Memory
from deckgen.lsp.analysis import Analysis, analyse, deck_for, real

PAUSE = 0.1
"""Seconds without a change after which a deck is compiled."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is open in the editor.

    uri: what the editor calls it. written: its text as the editor has it.
    deck: the deck that it is read for, if any.
    """

    uri: str
    path: Path
    version: int
    written: str
    deck: Path | None


@dataclass(slots=True, eq=False)
class _Desk:
    """A deck with files that are open.

    wanted: counts the changes; done: how many of them `analysis` knows.
    """

    path: Path
    wanted: int = 1
    done: int = 0
    analysis: Analysis | None = None
    memory: Memory = field(default_factory=Memory)
    timer: asyncio.TimerHandle | None = None
    compiling: asyncio.Lock = field(default_factory=asyncio.Lock)


class Desks:
    """The open documents, with their decks; every method belongs to one event loop.

    documents: what is open, by its resolved path.
    tell: is called with each new analysis, and with the documents that it is of.
    forget: is called with a deck of which no file is open any more.
    failed: is called with an exception that compiling raised, which is a bug.
    """

    def __init__(
        self,
        tell: Callable[[Analysis, Mapping[Path, Document]], None],
        forget: Callable[[Path], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._tell, self._forget, self._failed = tell, forget, failed
        self.documents: dict[Path, Document] = {}
        self._desks: dict[Path, _Desk] = {}
        self._worker = ThreadPoolExecutor(1, "deckgen")
        self._tasks: set[asyncio.Task[None]] = set()

    def document(self, path: Path) -> Document | None:
        """Return an open document."""
        return self.documents.get(real(path))

    def put(self, uri: str, path: Path, version: int, text: str) -> None:
        """Take up a document that was opened or changed."""
        before = self.documents.get(real(path))
        document = Document(uri, path, version, text, deck_for(path, text))
        self.documents[real(path)] = document
        if document.deck:
            self._desks.setdefault(document.deck, _Desk(document.deck))
        self._drop_unused()
        for desk in self._reading(document):
            self._schedule(desk, PAUSE if before else 0)

    def close(self, path: Path) -> None:
        """Forget a document that was closed: what is on disk counts again."""
        document = self.documents.pop(real(path), None)
        self._drop_unused()
        for desk in self._reading(document) if document else ():
            self._schedule(desk, 0)

    def refresh(self) -> None:
        """Compile every deck again, since files changed on disk."""
        for desk in self._desks.values():
            self._schedule(desk, PAUSE)

    async def latest(self, document: Document) -> Analysis | None:
        """Return a deck's analysis without its latest changes; the first one is waited for."""
        desk = self._desks.get(document.deck) if document.deck else None
        if desk and desk.analysis is None:
            await self._compile(desk)
        return desk.analysis if desk else None

    async def current(self, document: Document) -> Analysis | None:
        """Return a deck's analysis with its latest changes."""
        desk = self._desks.get(document.deck) if document.deck else None
        if desk:
            await self._compile(desk)
        return desk.analysis if desk else None

    def _reading(self, document: Document) -> Iterator[_Desk]:
        """Yield the desks of the decks that read a document."""
        for desk in self._desks.values():
            reads = desk.analysis.reads if desk.analysis else frozenset()
            if desk.path == document.deck or real(document.path) in reads:
                yield desk

    def _drop_unused(self) -> None:
        used = {document.deck for document in self.documents.values()}
        for path in [path for path in self._desks if path not in used]:
            desk = self._desks.pop(path)
            if desk.timer:
                desk.timer.cancel()
            self._forget(path)

    def _schedule(self, desk: _Desk, pause: float) -> None:
        desk.wanted += 1
        if desk.timer:
            desk.timer.cancel()
        desk.timer = asyncio.get_running_loop().call_later(pause, self._start, desk)

    def _start(self, desk: _Desk) -> None:
        task = asyncio.create_task(self._compile(desk))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _compile(self, desk: _Desk) -> None:
        """Bring a desk up to date; what changes meanwhile is left to its own timer."""
        async with desk.compiling:
            if desk.done == desk.wanted:
                return
            wanted, documents = desk.wanted, dict(self.documents)
            unsaved = {path: document.written for path, document in documents.items()}
            loop, desk.done = asyncio.get_running_loop(), wanted
            try:
                desk.analysis = await loop.run_in_executor(
                    self._worker, analyse, desk.path, unsaved, desk.analysis, desk.memory
                )
                if desk.wanted == wanted and self._desks.get(desk.path) is desk:
                    self._tell(desk.analysis, documents)
            except Exception as error:  # a bug must not end the editor's session
                self._failed(error)
