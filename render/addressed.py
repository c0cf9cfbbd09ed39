"""Files that name each other, for a farm: there a file has no neighbours, only an address made of its bytes, so references are by SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

PLAYLIST = "application/vnd.apple.mpegurl"
THUMBNAILS = "text/vtt; of=thumbnails"
"""Media types of texts that hold references: who serves them signs `../<sha>/<name>` for whoever reads them."""


def by_content(text: Path, named: Mapping[str, tuple[Path, str]]) -> None:
    """Rewrite a text in place: each reference in `named` (as it stands there) becomes the address of its file, under the given name."""
    said = text.read_text(encoding="utf-8")
    for reference, (file, name) in named.items():
        with file.open("rb") as opened:
            sha = hashlib.file_digest(opened, "sha256").hexdigest()
        said = said.replace(reference, f"../{sha}/{name}")
    text.write_text(said, encoding="utf-8")
