"""Pushing to a running Anki, as recorded from a real one (by tests/record_push.py)."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deckgen.commands import main
from deckgen.desktop.connect import AnkiConnect, DesktopError, NoAnswerError, address, greet
from deckgen.desktop.difference import ALTERED, NEWER, SENT_BEFORE, Difference, Past, compare
from deckgen.desktop.inventory import AnkiNote, AnkiType, Inventory, read_notes
from deckgen.desktop.push import empty, open_import, wait
from deckgen.package.content import Content, PackagedNote
from tests.push_deck import DECK_ID, FIRST, MOMENTS, RENAMED, SECOND, content, push
from tests.record_push import RECORDED, SCENARIOS, without_folder

Serve = Callable[[type[BaseHTTPRequestHandler]], str]


class Replay(HTTPServer):
    """Answers as AnkiConnect did, and only when it is asked the same in the same order."""

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Replayed)
        self.exchanges = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
        self.asked = 0
        self.strange: list[Any] = []
        self.package: bytes | None = None

    def answer(self, request: dict[str, Any]) -> Any:
        path = request["params"].get("path")
        if path and Path(path).is_absolute():
            self.package = Path(path).read_bytes()
        request = without_folder(request)
        # a question may be repeated, while the import is waited for
        for at in (self.asked, self.asked - 1):
            if 0 <= at < len(self.exchanges) and self.exchanges[at]["request"] == request:
                self.asked = at + 1
                return self.exchanges[at]["answer"]
        self.strange.append(request)
        return None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def left(self) -> list[str]:
        return [each["request"]["action"] for each in self.exchanges[self.asked :]]


class _Replayed(BaseHTTPRequestHandler):
    server: Replay

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.answer(request)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once: a recorded Anki needs no time."""
    monkeypatch.setattr("deckgen.desktop.push._PAUSE", 0.01)


@pytest.fixture
def replay() -> Iterator[Callable[[str], Replay]]:
    """Start a server that answers as recorded; all that it was asked was asked then too."""
    servers: list[Replay] = []

    def start(name: str) -> Replay:
        servers.append(Replay(name))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
        assert server.strange == []


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server of another kind, and return its address."""
    servers: list[HTTPServer] = []

    def start(handler: type[BaseHTTPRequestHandler]) -> str:
        servers.append(HTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_new_deck_is_imported(tmp_path: Path, replay: Callable[[str], Replay]) -> None:
    anki = replay("first")
    done = push(tmp_path, 1, "--url", anki.url)
    assert done.exit_code == 0, done.output
    assert "imported: 6 new notes\n" in done.output
    assert anki.left == []
    assert anki.package == (tmp_path / "recorded.apkg").read_bytes()
    with zipfile.ZipFile(tmp_path / "recorded.apkg") as package:
        assert "collection.anki2" in package.namelist()


def test_what_anki_has_is_not_imported_again(
    tmp_path: Path, replay: Callable[[str], Replay]
) -> None:
    anki = replay("same")
    done = push(tmp_path, 1, "--url", anki.url)
    assert done.exit_code == 0, done.output
    assert done.output.endswith("Anki has all of this deck already: nothing to import\n")
    assert anki.left == []
    assert anki.package is None


def test_a_dry_run_says_what_would_be_done(tmp_path: Path, replay: Callable[[str], Replay]) -> None:
    anki = replay("dry-run")
    done = push(tmp_path, 2, "--url", anki.url, "--dry-run")
    assert done.exit_code == 0, done.output
    assert done.output == (
        "would import: 1 new note, 1 updated note, 1 restyled note type\n"
        "  new     recorded/added\n"
        "  updated recorded/changed\n"
        "would move 2 cards to Recorded::02 Next\n"
        "left as Anki has it: 1 note\n"
        "  recorded/edited: Anki's copy is newer than the deck's\n"
        "removed from the deck, and still in Anki: 1 note (--prune deletes)\n"
        "  recorded/removed  Who is removed?  (1 card, 1 review)\n"
    )
    assert anki.left == []
    assert not (tmp_path / "recorded.apkg").exists()
    assert "removed removed" not in (tmp_path / "recorded.lock").read_text("utf-8")


def test_an_update_is_imported_then_cards_move_and_removed_notes_go(
    tmp_path: Path, replay: Callable[[str], Replay]
) -> None:
    anki = replay("update")
    done = push(tmp_path, 2, "--url", anki.url, "--prune", "--yes")
    assert done.exit_code == 0, done.output
    assert done.output.partition("click Import there\n")[2] == (
        "imported: 1 new note, 1 updated note, 1 restyled note type\n"
        "moved 2 cards to Recorded::02 Next\n"
        "empty now, and yours to delete in Anki: Recorded::02 Second\n"
        "left as Anki has it: 1 note\n"
        "  recorded/edited: Anki's copy is newer than the deck's\n"
        "removed from the deck, and still in Anki: 1 note\n"
        "  recorded/removed  Who is removed?  (1 card, 1 review)\n"
        "deleted 1 note\n"
    )
    assert anki.left == []


@pytest.mark.parametrize(
    ("options", "stdin", "said"),
    [
        (["--prune"], "y\n", "deleted 1 note"),
        (["--prune"], "n\n", "nothing deleted"),
        (["--prune"], "", "Aborted!"),
        ([], "", "(--prune deletes)"),
        (["--yes"], "", "(--prune deletes)"),
    ],
)
def test_nothing_is_deleted_without_consent(
    options: list[str],
    stdin: str,
    said: str,
    tmp_path: Path,
    replay: Callable[[str], Replay],
) -> None:
    anki = replay("update")
    done = push(tmp_path, 2, "--url", anki.url, *options, stdin=stdin)
    assert said in done.output
    assert anki.left == ([] if stdin == "y\n" else ["deleteNotes"])


def test_an_import_that_nobody_confirms_is_given_up(
    tmp_path: Path, replay: Callable[[str], Replay]
) -> None:
    anki = replay("unwanted")
    done = push(tmp_path, 1, "--url", anki.url, "--timeout", "1")
    assert done.exit_code == 1
    assert "click Import in its window “Import File”" in done.output
    assert anki.left == []


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("profiles", [], "choose a profile in its window"),
        ("no-key", [], "AnkiConnect wants its API key"),
        ("wrong-key", ["--key", "guess"], "AnkiConnect wants its API key"),
        ("denied", [], "AnkiConnect denies permission"),
        ("old", [], "AnkiConnect is from before June 2024: update it"),
    ],
)
def test_a_refusal_says_what_to_do(
    name: str,
    options: list[str],
    message: str,
    tmp_path: Path,
    replay: Callable[[str], Replay],
) -> None:
    anki = replay(name)
    done = push(tmp_path, 1, "--url", anki.url, *options)
    assert done.exit_code == 1
    assert message in done.output
    assert "Traceback" not in done.output
    assert anki.left == []
    assert not (tmp_path / "recorded.apkg").exists()


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_key_is_sent(
    by_variable: bool,
    tmp_path: Path,
    replay: Callable[[str], Replay],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anki = replay("key")
    if by_variable:
        monkeypatch.setenv("ANKICONNECT_KEY", "sesame")
    options = [] if by_variable else ["--key", "sesame"]
    done = push(tmp_path, 1, "--url", anki.url, "--dry-run", *options)
    assert done.exit_code == 0, done.output
    assert "sesame" not in done.output
    assert anki.left == []


def test_every_recording_is_of_a_scenario_and_safe() -> None:
    assert {path.stem for path in RECORDED.glob("*.json")} == SCENARIOS.keys()
    for path in RECORDED.glob("*.json"):
        requests = [each["request"] for each in json.loads(path.read_text("utf-8"))]
        assert requests[0]["action"] == "requestPermission"
        assert {each["version"] for each in requests} == {6}
        assert "importPackage" not in {each["action"] for each in requests}


def test_another_computer_is_asked_only_when_told(
    tmp_path: Path, replay: Callable[[str], Replay]
) -> None:
    anki = replay("same")
    # every address of this computer, and so not only a local one
    url = anki.url.replace("127.0.0.1", "0.0.0.0")
    refused = push(tmp_path, 1, "--url", url)
    assert refused.exit_code == 2
    assert "--allow-remote" in refused.output
    assert anki.asked == 0
    assert push(tmp_path, 1, "--url", url, "--allow-remote").exit_code == 0
    assert anki.left == []


@pytest.mark.parametrize("url", ["127.0.0.1:8765", "ftp://127.0.0.1", "http://", "http://a/b", ""])
def test_an_odd_address_is_wrong_usage(url: str, tmp_path: Path) -> None:
    done = push(tmp_path, 1, "--url", url)
    assert done.exit_code == 2
    assert f"'{url}' is no address like http://127.0.0.1:8765" in done.output


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8765", True),
        ("http://127.9.9.9:80", True),
        ("http://localhost:8765", True),
        ("http://[::1]:8765", True),
        ("https://localhost.example.org:8765", False),
        ("http://192.0.2.1:8765", False),
        ("http://[2001:db8::1]:8765", False),
    ],
)
def test_addresses(url: str, local: bool) -> None:
    assert str(address(url)) == url
    assert address(url).local is local


def test_the_usual_port_is_assumed() -> None:
    assert str(address("http://localhost/")) == "http://localhost:8765"


def test_a_deck_with_errors_is_not_pushed(tmp_path: Path) -> None:
    deck = tmp_path / "deck-of-one.yaml"
    deck.write_text("name: Deck\nid: deck\nnotes:\n  - {kind: basic, front: only}\n", "utf-8")
    done = CliRunner().invoke(main, ["push", str(deck), "--url", "http://127.0.0.1:1"])
    assert done.exit_code == 1
    assert done.output.endswith("; nothing pushed\n")
    assert "missing-field" in done.output


def test_without_anki_it_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens there
        done = push(tmp_path, 1, "--url", f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert done.exit_code == 1
    assert "start Anki, and see that it has the add-on AnkiConnect" in done.output
    assert list(tmp_path.glob("*.apkg")) == []


class _Page(BaseHTTPRequestHandler):
    content = b"<html>no AnkiConnect</html>"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        pass


class _List(_Page):
    content = b"[]"


class _NoText(_Page):
    content = b"\xff\xfe"


class _Old(_Page):
    content = b'{"result": {"permission": "granted", "version": 5}, "error": null}'


class _Unknown(_Page):
    content = b'{"result": null, "error": "unsupported action"}'


class _Odd(_Page):
    content = b'{"result": "granted", "error": null}'


class _Closes(_Page):
    def do_POST(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)


class _Babbles(_Page):
    def do_POST(self) -> None:
        self.wfile.write(b"220 mail.example.org ESMTP\r\n")


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (_Page, "is not AnkiConnect"),
        (_List, "is not AnkiConnect"),
        (_NoText, "is not AnkiConnect"),
        (_Babbles, "is not AnkiConnect"),
        (_Old, "AnkiConnect speaks version 5, not 6: update it"),
        (_Unknown, "AnkiConnect is too old: update it"),
        (_Odd, "something else than expected"),
        (_Closes, "closed the connection"),
    ],
)
def test_other_servers_are_told(
    handler: type[BaseHTTPRequestHandler], message: str, serve: Serve
) -> None:
    with pytest.raises(DesktopError, match=message):
        greet(AnkiConnect(address(serve(handler))))


def test_a_desktop_that_is_busy_is_told() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        connect = AnkiConnect(address(f"http://127.0.0.1:{silent.getsockname()[1]}"), patience=0.1)
        with pytest.raises(NoAnswerError, match="close the dialogs"):
            greet(connect)


def test_waiting_goes_on_while_anki_is_busy() -> None:
    answers: Iterator[bool | NoAnswerError] = iter([False, NoAnswerError("busy"), True])

    def seen() -> bool:
        answer = next(answers)
        if isinstance(answer, NoAnswerError):
            raise answer
        return answer

    left: list[float] = []
    assert wait(seen, 60, left.append)
    assert len(left) == 3
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize("name", ["collection.apkg", "Backup-2026.apkg"])
def test_a_name_that_anki_takes_for_a_backup_is_refused(name: str) -> None:
    nowhere = AnkiConnect(address("http://127.0.0.1:1"))
    with pytest.raises(DesktopError, match="give the package another name"):
        open_import(nowhere, Path(name))


class _Asked(AnkiConnect):
    """Keeps what it is asked, instead of asking."""

    def __init__(self) -> None:
        super().__init__(address("http://127.0.0.1:1"))
        object.__setattr__(self, "asked", [])

    def call(self, action: str, answer: Any, **params: object) -> Any:  # noqa: ARG002
        self.asked.append((action, params))  # type: ignore[attr-defined]
        return []


def test_many_notes_are_asked_for_in_parts() -> None:
    connect = _Asked()
    read_notes(connect, range(1100))
    asked = [params["notes"] for _, params in connect.asked]  # type: ignore[attr-defined]
    assert [len(notes) for notes in asked] == [500, 500, 100]
    assert [note for notes in asked for note in notes] == list(range(1100))


def test_deck_names_are_searched_as_they_are() -> None:
    connect = _Asked()
    assert empty(connect, ['a::b "c" d_e*\\']) == ['a::b "c" d_e*\\']
    ((_, params),) = connect.asked  # type: ignore[attr-defined]
    assert params["query"] == r'"deck:a::b \"c\" d\_e\*\\"'


def anki_note(note: PackagedNote, **changes: Any) -> AnkiNote:
    """Return a note as it is in Anki after its import."""
    names = (field.name for field in note.type.note_type.fields)
    number = zlib.crc32(note.guid.encode())
    there = AnkiNote(
        number=number,
        id=note.fields[-1],
        type=note.type.id,
        fields=dict(zip(names, note.fields, strict=True)),
        tags=note.tags,
        moment=note.moment,
        cards={number + 1: note.deck},
    )
    return dataclasses.replace(there, **changes)


def inventory(had: Content, **changes: dict[str, Any]) -> Inventory:
    """Return what Anki has after an import, some of its notes changed.

    changes: by the id of a note.
    """
    packaged = had.notes[0].type
    there = AnkiType(
        packaged.id,
        tuple(field.name for field in packaged.note_type.fields),
        tuple((each.name, each.front, each.back) for each in packaged.note_type.templates),
        packaged.css,
        packaged.moment,
    )
    notes = (
        anki_note(note, **changes.get(note.fields[-1].removeprefix(f"{DECK_ID}/"), {}))
        for note in had.notes
    )
    return Inventory({note.id: [note] for note in notes}, {there.id: there})


def difference(had: Inventory, past: Past | None = None, version: int = 1) -> Difference:
    return compare(content(version), past or Past(), had)


def test_nothing_differs_after_an_import() -> None:
    found = difference(inventory(content(1)))
    assert not found.arrives
    assert found == Difference((), (), (), {}, {}, (), ())


def test_a_tag_in_other_case_is_the_same() -> None:
    assert not difference(inventory(content(1), moved={"tags": ("Test", "SEA")})).arrives


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"moment": MOMENTS[1] + 1, "tags": ("mine",)}, NEWER),
        ({"tags": ("mine",)}, SENT_BEFORE),
        ({"type": 7}, ALTERED),
    ],
)
def test_notes_that_an_import_leaves(change: dict[str, Any], why: str) -> None:
    found = difference(inventory(content(1), moved=change))
    assert found.kept == {"recorded/moved": why}
    assert not found.arrives


def test_an_older_copy_is_updated() -> None:
    older = {"moment": MOMENTS[1] - 1, "tags": ("mine",)}
    assert difference(inventory(content(1), moved=older)).updated == ("recorded/moved",)


def test_an_altered_note_type_keeps_its_notes() -> None:
    had = inventory(content(1))
    ((id_, type_),) = had.types.items()
    altered = dataclasses.replace(type_, fields=(*type_.fields, "Mine"))
    found = difference(Inventory(had.notes, {id_: altered}), version=2)
    assert set(found.kept.values()) == {ALTERED}
    assert found.new == ("recorded/added",)
    assert not found.types


def test_a_note_that_changed_its_kind_is_new() -> None:
    had = inventory(content(1), moved={"type": 7})
    past = Past(removed=frozenset({("recorded/moved", 7)}))
    found = difference(had, past)
    assert found.new == ("recorded/moved",)
    assert [note.id for note in found.removed] == ["recorded/moved"]


def test_only_what_the_lock_calls_removed_is_removed() -> None:
    had = inventory(content(1))
    (type_,) = had.types
    assert difference(had, version=2).removed == ()
    past = Past(removed=frozenset({("recorded/removed", type_), ("recorded/gone", type_)}))
    assert [note.id for note in difference(had, past, 2).removed] == ["recorded/removed"]


@pytest.mark.parametrize(
    ("deck", "moves"),
    [
        (FIRST, False),
        ("Recorded", True),
        (SECOND, True),
        ("Recorded::07 An older lesson", True),
        ("Recorded::Mine", False),
        ("Recorded::02 Second::Mine", False),
        ("Mine", False),
        ("Before", True),
        ("Before::01 First", False),
    ],
)
def test_cards_move_out_of_the_decks_of_this_deck_alone(deck: str, moves: bool) -> None:
    had = inventory(content(1), changed={"cards": {5: deck}})
    found = difference(had, Past(decks=frozenset({"Before"})))
    assert found.moves == ({FIRST: [5]} if moves else {})


def test_a_deck_that_the_package_lacks_is_left() -> None:
    found = difference(inventory(content(1)), version=2)
    assert {deck: len(cards) for deck, cards in found.moves.items()} == {RENAMED: 2}
    assert found.left == (SECOND,)
