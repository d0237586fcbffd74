"""A collection and its media become the bytes of an .apkg file, and the file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

from deckgen.render.media import Media


def archive(collection: bytes, media: Mapping[str, Media]) -> bytes:
    """Return the bytes of an .apkg: the same for the same input, with fixed times and modes."""
    files = [media[name] for name in sorted(media)]
    names = {str(at): file.name for at, file in enumerate(files)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        _add(package, "collection.anki2", collection)
        _add(package, "media", json.dumps(names, ensure_ascii=False).encode())
        for at, file in enumerate(files):
            _add(package, str(at), file.content)
    return buffer.getvalue()


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    package.writestr(info, content)
