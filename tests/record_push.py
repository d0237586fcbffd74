"""Records what AnkiConnect really answers, for tests/test_push.py to replay.

    python -m tests.record_push first         # a fresh profile; click Import in Anki
    python -m tests.record_push same
    python -m tests.record_push dry-run
    python -m tests.record_push update        # click Import
    python -m tests.record_push unwanted      # close the import window, do not import
    python -m tests.record_push profiles      # with Anki's profile chooser open
    python -m tests.record_push key           # with "apiKey": "sesame" in AnkiConnect's config
    python -m tests.record_push no-key
    python -m tests.record_push wrong-key
    python -m tests.record_push denied        # with "ignoreOriginList": ["http://example.org"]
    python -m tests.record_push old           # with an AnkiConnect from before June 2024

They run in this order, against a desktop Anki with AnkiConnect and a profile that nobody needs:
`deckgen push` talks to a proxy, which passes everything on to AnkiConnect and writes it down.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from tests.push_deck import DECK_ID, push

RECORDED = Path(__file__).parent / "recorded"
ANKI = "127.0.0.1", 8765


@dataclass(frozen=True)
class Scenario:
    """What is pushed, and how; `headers` are added on the way."""

    version: int
    options: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


SCENARIOS = {
    "first": Scenario(1),
    "same": Scenario(1),
    "dry-run": Scenario(2, ("--dry-run",)),
    "update": Scenario(2, ("--prune", "--yes")),
    "unwanted": Scenario(1, ("--timeout", "5")),
    "profiles": Scenario(1),
    "key": Scenario(1, ("--key", "sesame", "--dry-run")),
    "no-key": Scenario(1),
    "wrong-key": Scenario(1, ("--key", "guess")),
    "denied": Scenario(1, headers={"Origin": "http://example.org"}),
    "old": Scenario(1),
}


class Recorder(HTTPServer):
    """Passes requests on to AnkiConnect, and keeps them with their answers."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.headers = headers
        self.exchanges: list[dict[str, Any]] = []

    def keep(self, request: bytes, answer: bytes) -> None:
        exchange = {"request": without_folder(json.loads(request)), "answer": json.loads(answer)}
        if exchange not in self.exchanges[-1:]:
            self.exchanges.append(exchange)


class _Handler(BaseHTTPRequestHandler):
    server: Recorder

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = ask(request, self.server.headers)
        self.server.keep(request, answer)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


def without_folder(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request in which a path is a mere name, since folders differ."""
    params = dict(request["params"])
    if "path" in params:
        params["path"] = Path(params["path"]).name
    return {**request, "params": params}


def ask(request: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection = HTTPConnection(*ANKI, timeout=60)
    connection.request("POST", "/", request, {"Content-Type": "application/json", **headers})
    response = connection.getresponse()
    return response.status, response.read()


def anki(action: str, **params: object) -> Any:
    request = {"action": action, "version": 6, "params": params}
    return json.loads(ask(json.dumps(request).encode(), {})[1])["result"]


def study() -> None:
    """Be the learner: edit a note, put another into a deck of one's own, review a third."""
    edited, apart, removed = (
        anki("findNotes", query=f'"ID:{DECK_ID}/{name}"') for name in ("edited", "apart", "removed")
    )
    anki("updateNoteFields", note={"id": edited[0], "fields": {"Back": "this; I edited it"}})
    anki("changeDeck", cards=anki("findCards", query=f"nid:{apart[0]}"), deck="The learner's")
    cards = anki("findCards", query=f"nid:{removed[0]}")
    anki("answerCards", answers=[{"cardId": card, "ease": 3} for card in cards])


def main(name: str) -> None:
    scenario = SCENARIOS[name]
    if name == "dry-run":
        study()
    recorder = Recorder(scenario.headers)
    threading.Thread(target=recorder.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{recorder.server_port}"
    with tempfile.TemporaryDirectory() as folder:
        result = push(Path(folder), scenario.version, "--url", url, *scenario.options)
    recorder.shutdown()
    print(f"exit code {result.exit_code}\n{result.output}", end="")
    recording = json.dumps(recorder.exchanges, ensure_ascii=False, indent=1) + "\n"
    (RECORDED / f"{name}.json").write_text(recording, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
