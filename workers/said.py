"""The script that an engine is writing, read from its scratch folder as it grows (pipelines.language.telling)."""

from __future__ import annotations

import codecs
from pathlib import Path

from farm.protocol import LONGEST_TEXT


class Said:
    """Reads a text file that is added to; every character is given once, a broken or absent file gives nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bytes, self._characters = 0, 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def more(self) -> tuple[int, str]:
        """What was added since the last call, LONGEST_TEXT characters at most, and how many characters were before it."""
        at = self._characters
        try:
            with self._path.open("rb") as file:
                file.seek(self._bytes)
                data = file.read(LONGEST_TEXT)  # a character has a byte at least
        except OSError:
            return at, ""
        text = self._decoder.decode(data)
        self._bytes += len(data)
        self._characters += len(text)
        return at, text
