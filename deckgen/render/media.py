"""Media files that cards show or play, named by their content."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from deckgen.problem import Code, Severity

MISSING_MEDIA = Code(
    "missing-media",
    Severity.ERROR,
    "A text shows a media file that does not exist. Paths start at the deck's folder.",
)
REMOTE_MEDIA = Code(
    "remote-media",
    Severity.ERROR,
    "A card would load a picture or sound from the internet: it would be missing offline, and "
    "tell somebody when the card is studied. Save the file in the deck's folder.",
)
UNKNOWN_MEDIA = Code(
    "unknown-media",
    Severity.ERROR,
    "A media file has an ending that Anki does not show or play.",
)

_SOUNDS = {"mp3", "ogg", "oga", "opus", "wav", "m4a", "flac", "aac", "mp4", "webm", "mkv", "mov"}
_PICTURES = {"png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "tif", "tiff"}
_UNSAFE = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Media:
    """A media file as it goes into the package.

    name: its name there: the stem, and eight hexadecimal digits of its content's SHA-256, so
    that changed bytes are a new file and two files of one name stay two.
    path: where it was read from.
    """

    name: str
    content: bytes
    path: Path | None = field(default=None, compare=False)


def snippet(name: str) -> str:
    """Return what shows or plays a packaged file in a field: an image, or Anki's sound tag."""
    ending = name.rpartition(".")[2]
    return f"[sound:{name}]" if ending in _SOUNDS else f'<img src="{name}">'


def is_remote(path: str) -> bool:
    """Whether a path is a URL."""
    return re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+:|//", path) is not None


def is_known(path: str) -> bool:
    """Whether Anki shows or plays files of this ending."""
    return path.rpartition(".")[2].lower() in _SOUNDS | _PICTURES


def read_media(path: Path) -> Media:
    """Read a media file. Raises OSError."""
    content = path.read_bytes()
    stem = _UNSAFE.sub("-", unicodedata.normalize("NFC", path.stem)).strip("-") or "media"
    digest = hashlib.sha256(content).hexdigest()[:8]
    return Media(f"{stem[:60]}-{digest}{path.suffix.lower()}", content, path)
