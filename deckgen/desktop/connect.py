"""One request to AnkiConnect: its question, its answer, and what can stand in between."""

from __future__ import annotations

import http.client
import ipaddress
import json
import urllib.parse
from dataclasses import dataclass
from typing import Any, TypeVar

VERSION = 6
"""The version of AnkiConnect's interface that is spoken here."""

PORT = 8765
"""Where AnkiConnect listens unless its configuration says otherwise."""

ADD_ON = "AnkiConnect (Tools → Add-ons → Get Add-ons…, code 2055492159)"

_UPDATE = "update it in Anki: Tools → Add-ons → Check for Updates"
_SAID = {
    "valid api key must be provided": (
        "AnkiConnect wants its API key: give the one from the add-on's configuration (apiKey) "
        "with --key or ANKICONNECT_KEY"
    ),
    "collection is not available": (
        "Anki has no collection open: choose a profile in its window, or wait for its sync to end"
    ),
    "unsupported action": f"AnkiConnect is too old: {_UPDATE}",
}
"""AnkiConnect's error texts that have a repair."""

_Answer = TypeVar("_Answer")


class DesktopError(Exception):
    """The desktop cannot be reached, or refuses; the message says what to do."""


class NoAnswerError(DesktopError):
    """The desktop is there and does not answer in time: it is busy, or asks something itself."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where AnkiConnect listens."""

    host: str
    port: int = PORT
    secure: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether this is the computer that deckgen runs on."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def address(url: str) -> Address:
    """Read `http://host:port`. Raises ValueError where it is anything else."""
    parts = urllib.parse.urlsplit(url)
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or extra:
        raise ValueError(f"'{url}' is no address like http://127.0.0.1:8765")
    return Address(parts.hostname, parts.port or PORT, parts.scheme == "https")


@dataclass(frozen=True, slots=True)
class AnkiConnect:
    """A door to one AnkiConnect.

    patience: how many seconds to wait for one answer.
    """

    address: Address
    key: str | None = None
    patience: float = 30.0

    def call(self, action: str, answer: type[_Answer], **params: object) -> _Answer:
        """Have AnkiConnect do something. Raises DesktopError.

        answer: the type that the result has to be of.
        """
        request: dict[str, object] = {"action": action, "version": VERSION, "params": params}
        if self.key:
            request["key"] = self.key
        said = _as_json(self._post(json.dumps(request).encode()), self.address)
        if said.get("error") is not None:
            error = str(said["error"])
            raise DesktopError(_SAID.get(error, f"AnkiConnect answers '{action}' with: {error}"))
        result = said.get("result")
        if not isinstance(result, answer):
            raise DesktopError(f"AnkiConnect answers '{action}' with something else than expected")
        return result

    def _post(self, body: bytes) -> bytes:
        at = self.address
        door = http.client.HTTPSConnection if at.secure else http.client.HTTPConnection
        connection = door(at.host, at.port, timeout=self.patience)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            return connection.getresponse().read()
        except TimeoutError:
            message = (
                f"Anki did not answer within {self.patience:g} seconds: close the dialogs that are "
                "open in it, or wait until its sync or database check is done"
            )
            raise NoAnswerError(message) from None
        except ConnectionRefusedError:
            raise DesktopError(
                f"nothing answers at {at}: start Anki, and see that it has the add-on {ADD_ON}"
            ) from None
        except ConnectionError:
            raise DesktopError(f"{at} closed the connection: was Anki quit?") from None
        except http.client.HTTPException:
            raise DesktopError(_stranger(at)) from None
        except OSError as error:
            raise DesktopError(f"cannot reach {at}: {error.strerror or error}") from None
        finally:
            connection.close()


def greet(connect: AnkiConnect) -> None:
    """Make sure that AnkiConnect lets us in and speaks our version. Raises DesktopError."""
    said = connect.call("requestPermission", dict)
    if said.get("permission") != "granted":
        raise DesktopError(
            "AnkiConnect denies permission: see its configuration (Tools → Add-ons → AnkiConnect "
            "→ Config)"
        )
    version = said.get("version")
    if not isinstance(version, int) or version < VERSION:
        raise DesktopError(f"AnkiConnect speaks version {version}, not {VERSION}: {_UPDATE}")
    if said.get("requireApikey") and not connect.key:
        raise DesktopError(_SAID["valid api key must be provided"])


def _as_json(content: bytes, at: Address) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not {"result", "error"} <= said.keys():
        raise DesktopError(_stranger(at))
    return said


def _stranger(at: Address) -> str:
    return f"what answers at {at} is not AnkiConnect: is another program using its port?"
