"""The engine behind `score`: composes by rule and plays it with sampled instruments."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import ClassVar

import numpy as np
import structlog

from farm.catalog import Model
from farm.specs import ScoreSpec
from farm.types import TaskKind
from farm.work import EngineError, Outcome, Output, Work
from pipelines.engine import Engine, Report
from pipelines.score.composition import compose
from pipelines.score.moods import choose
from pipelines.score.playing import RATE, SOUNDFONT, Stereo, play

log = structlog.get_logger()

LONGEST = 60 * 30.0  # seconds


class Score(Engine):
    """Composes music in the story's mood, exactly as long as asked; gives a WAV (48 kHz, stereo, 16 bit)."""

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.SCORE})

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: the instruments' file, which is part of the source."""
        return [] if SOUNDFONT.is_file() else [f"The instruments {SOUNDFONT} are not there; install storyfarm again, with its data files"]

    def run(self, work: Work, report: Report) -> Outcome:
        """Compose and play; see `pipelines.engine.Engine.run`.

        Raises EngineError for a length that cannot be composed, and when the instruments' file is gone.
        """
        spec = work.spec
        if not isinstance(spec, ScoreSpec):
            raise EngineError(f"the score composes music; it cannot do {spec.kind}: give this task to another model", code="wrong_task")
        if not 0 < spec.seconds <= LONGEST:
            raise EngineError(f"music of {spec.seconds:g} seconds cannot be composed; ask for more than 0 and at most {LONGEST:g}", code="bad_length")
        mood = choose(spec.mood, spec.prompt, f"{spec.style.slug} {spec.style.name}")
        notes = compose(mood, spec.seconds, spec.beats, spec.seed)
        report.step(1, 3, f"composed: {mood.name}")
        try:
            sound = play(notes, spec.seconds)
        except OSError as error:
            raise EngineError(f"the instruments {SOUNDFONT.name} cannot be read ({error}); install storyfarm again", code="no_instruments") from None
        report.step(2, 3, "played")
        path = work.scratch / "score.wav"
        _write(path, sound)
        report.step(3, 3, "written")
        log.info("score.composed", mood=mood.name, seconds=spec.seconds, notes=len(notes))
        return Outcome(outputs=(Output(name="score", path=path, media_type="audio/wav"),), data={})


def _write(path: Path, sound: Stereo) -> None:
    pcm = np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.tobytes())
