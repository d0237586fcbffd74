"""The preview's web application."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import mimetypes
import threading
from collections.abc import AsyncIterator, Mapping
from importlib import resources
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from deckgen.engine.preview import page
from deckgen.engine.stage import Stage
from deckgen.preview.editor import open_editor
from deckgen.preview.guard import Guard
from deckgen.preview.live import Live, state
from deckgen.preview.watch import changes
from deckgen.problem import Span

_CARD_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src {origin} data:; media-src {origin}; "
    "frame-ancestors {origin}"
)
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGES = {
    "": ("index.html", "text/html"),
    "style.css": ("style.css", "text/css"),
    "script.js": ("script.js", "text/javascript"),
}
_KEYS = """<script>
addEventListener("keydown", event => {
  if (event.target.closest("input, textarea, summary")) return
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (!["Space", "ArrowLeft", "ArrowRight", "Slash", "KeyF", "KeyD"].includes(event.code)) return
  event.preventDefault()
  parent.postMessage(event.code, "*")
})
</script>"""
"""Passes on from a card's frame keys that show something, not the one that starts a program.

The arrows up and down scroll the card.
"""


_HEARTBEAT_S = 15.0


class Preview:
    """The application over one deck.

    port: where it is served. editor: the command that opens a place; nothing for none.
    """

    def __init__(self, live: Live, stage: Stage, port: int, editor: str) -> None:
        self._live = live
        self._stage = stage
        self._editor = editor
        self._changed = asyncio.Condition()
        self._stop = asyncio.Event()
        self._unwatch = threading.Event()
        self._unwatched = ""
        self.app = Starlette(
            routes=[
                Route("/state", self._state),
                Route("/events", self._events),
                Route("/card/{note}/{ord:int}/{side}", self._card),
                Route("/card/{note}/{ord:int}/{name:path}", self._media),
                Route("/open", self._open, methods=["POST"]),
                Route("/{name:path}", self._page),
            ],
            middleware=[Middleware(Guard, port=port)],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._watch())
        yield
        self._stop.set()
        self._unwatch.set()
        async with self._changed:
            self._changed.notify_all()
        await watching

    async def _watch(self) -> None:
        heard = changes(self._live.wanted, self._unwatch)
        try:
            while await run_in_threadpool(next, heard, False):
                await run_in_threadpool(self._live.refresh)
                async with self._changed:
                    self._changed.notify_all()
        except OSError as error:  # the system watches so many files, and no more
            self._unwatched = f"changes are not seen, load the page again for them: {error}"

    async def _page(self, request: Request) -> Response:
        found = _PAGES.get(request.path_params["name"])
        if found is None:
            return Response("there is no such page", 404)
        name, kind = found
        content = (resources.files("deckgen.preview") / "page" / name).read_bytes()
        headers = {"Content-Security-Policy": _PAGE_POLICY, "Cache-Control": "no-store"}
        return Response(content, media_type=kind, headers=headers)

    async def _state(self, _: Request) -> Response:
        if self._unwatched:
            await run_in_threadpool(self._live.refresh)
        told = await run_in_threadpool(state, self._live.version)
        more = {"editor": bool(self._editor), "unwatched": self._unwatched}
        return JSONResponse({**told, **more})

    async def _events(self, _: Request) -> Response:
        return StreamingResponse(self._versions(), media_type="text/event-stream")

    async def _versions(self) -> AsyncIterator[str]:
        known = 0
        while not self._stop.is_set():
            newer = functools.partial(self._is_newer_than, known)
            async with self._changed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait_for(newer), _HEARTBEAT_S)
            known = self._live.version.number
            yield f"data: {json.dumps(known)}\n\n"

    def _is_newer_than(self, known: int) -> bool:
        return self._stop.is_set() or self._live.version.number != known

    async def _card(self, request: Request) -> Response:
        side = request.path_params["side"]
        note = self._live.version.notes.get(request.path_params["note"])
        ord_ = request.path_params["ord"]
        if side not in ("question", "answer"):
            return await self._media(request)
        if note is None or ord_ not in note.cards:
            return HTMLResponse("this card is gone", 404)
        card = await run_in_threadpool(self._stage.render, note, ord_)
        shown = page(card, side, dark="dark" in request.query_params) + _KEYS
        # the guard let only this server's own names through
        policy = _CARD_POLICY.format(origin=f"http://{request.headers['host']}")
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return HTMLResponse(shown, headers=headers)

    async def _media(self, request: Request) -> Response:
        content = self._live.version.compiled.content
        name = request.path_params.get("name") or request.path_params.get("side", "")
        media = content.media.get(name) if content else None
        if media is None:
            return Response("there is no such file", 404)
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
        kind = mimetypes.guess_type(media.name)[0]
        return Response(media.content, media_type=kind, headers=headers)

    async def _open(self, request: Request) -> Response:
        span = self._place(request.query_params)
        if span is None:
            return JSONResponse({"error": "it is gone"}, 404)
        if not self._editor:
            return JSONResponse({"error": "no editor is known: start with --editor"}, 409)
        try:
            open_editor(self._editor, Path(span.file).resolve(), span.line, span.column)
        except OSError as error:
            return JSONResponse({"error": f"the editor does not start: {error.strerror}"}, 500)
        return JSONResponse({"opened": str(span)})

    def _place(self, wanted: Mapping[str, str]) -> Span | None:
        """Return the place of a note, by its id, or of a problem, by its number."""
        compiled = self._live.version.compiled
        if compiled.deck and wanted.get("note") in compiled.deck.notes:
            return compiled.deck.notes[wanted["note"]].at.span()
        number = wanted.get("problem", "")
        if number.isdecimal() and int(number) < len(compiled.problems):
            return compiled.problems[int(number)].span
        return None
