"""What a slot hands to an engine and what comes back: work, outputs, outcomes, and how a task fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from farm.specs import Spec
from farm.types import Frozen, Word


class SpeechData(Frozen):
    """What `speak` reports besides its sound."""

    seconds: float
    words: tuple[Word, ...] = ()
    word_times: Literal["", "model", "aligned", "estimated"] = ""  # where they are from: the voice's own, a recogniser's, shared out by sounds; "": not said


class ClipData(Frozen):
    """What `animate` reports besides its clip."""

    frames: int
    fps: int
    width: int
    height: int


class FilmData(Frozen):
    """What `compose` reports besides its film."""

    seconds: float
    frames: int
    fps: int
    width: int
    height: int
    loudness: float  # LUFS, integrated
    true_peak: float  # dBTP
    left_out: tuple[str, ...] = ()  # what was broken and is not in the film, in human words


class Work(Frozen):
    """What the slot hands to an engine: a resolved specification, its input files, and a scratch folder of its own."""

    task: str
    model: str
    spec: Spec
    files: dict[str, Path] = {}
    scratch: Path


class Output(Frozen):
    """One file that a task made; `name` is its part in the result ("picture", "layers", "clip" …)."""

    name: str
    path: Path
    media_type: str


class Outcome(Frozen):
    """What a task yields: files, and data (the dump of a Screenplay, SpeechData, ClipData, FilmData, or empty)."""

    outputs: tuple[Output, ...] = ()
    data: dict[str, Any] = {}


class EngineError(Exception):
    """A task failed in a way that the engine understands.

    `retry` says whether doing the same again may help; `message` is a sentence for a person, with the value and the remedy.
    """

    def __init__(self, message: str, *, code: str = "engine_error", retry: bool = False) -> None:
        super().__init__(message)
        self.message, self.code, self.retry = message, code, retry


class Cancelled(Exception):
    """Raised by a report when the task was cancelled or its deadline passed: the engine should unwind and leave."""
