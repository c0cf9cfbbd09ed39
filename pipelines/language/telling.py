"""The script as far as it has been written: read out of an answer that is still coming, and left where the worker finds it for who listens."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import structlog
from pydantic_core import from_json

from pipelines.language.reading import without_thoughts

log = structlog.get_logger()

SAID = "said.txt"
"""In the work's scratch folder: the script so far, UTF-8, only ever added to."""
LONGEST_SAID = 200_000  # characters
EVERY = 0.1  # seconds: no more often than progress is published


def so_far(answer: str) -> str:
    """The narrations in an unfinished answer, joined as `farm.script.as_script` joins those of the finished screenplay; empty while there is none.

    What it gives only ever grows while `answer` does: the shot whose scene is not known yet is waited for.
    """
    text = without_thoughts(answer)
    begin = text.find("{")
    if begin < 0:
        return ""
    found: Any = None
    for end in (len(text), text.rfind("}") + 1):  # behind the whole of it there may be a fence or words
        try:
            found = from_json(text[begin:end], allow_partial="trailing-strings")
            break
        except ValueError:
            continue
    shots = found.get("shots") if isinstance(found, dict) else None
    if not isinstance(shots, list):
        return ""
    told, scene = "", None
    for number, shot in enumerate(shots):
        if not isinstance(shot, dict) or not isinstance(place := shot.get("scene"), str) or "narration" not in shot:
            break
        words = " ".join(str(shot["narration"]).split())
        # Keys end the string before them: while a shot's own narration is the last thing there is, another word of it may come.
        if words:
            told += (" " if place == scene else "\n\n") + words if told else words
        scene = place
        if number == len(shots) - 1:
            break
    return told


class Telling:
    """Hears a model's answer grow and writes the script in it down; a second try after a broken answer adds only what continues the first."""

    def __init__(self, scratch: Path) -> None:
        self._path, self._told, self._heard = scratch / SAID, "", 0.0

    def hear(self, answer: str, *, last: bool = False) -> None:
        """The answer so far. Nothing that goes wrong here harms the work."""
        now = time.monotonic()
        if not last and now - self._heard < EVERY:
            return
        self._heard = now
        told = so_far(answer)[:LONGEST_SAID]
        if len(told) <= len(self._told) or not told.startswith(self._told):
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(told[len(self._told) :])
        except OSError as error:
            log.warning("language.not_told", error=str(error))
            return
        self._told = told
