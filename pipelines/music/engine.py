"""What every engine behind `score` with a real model has in common: passes joined to the length of the film."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog

from farm import seeds
from farm.catalog import Model
from farm.specs import ScoreSpec
from farm.types import TaskKind
from farm.work import EngineError, Outcome, Output, Work
from pipelines.engine import Engine, Report
from pipelines.music import joining, prompting
from pipelines.music.joining import Stereo
from pipelines.voice.sound import write_wav

log = structlog.get_logger()

LONGEST = 60 * 30.0  # seconds
RATES = (44_100, 48_000)
SHORTEST_PASS = 4.0  # seconds: less than this is no music, it is made longer and cut
OVERLAP = 4.0  # seconds that two passes share
PARTS = 1000  # steps of the whole, whatever the passes


@dataclass(frozen=True)
class Part:
    """One pass: how long it is to be, its seed, the sound that it goes on from, and where in the piece it begins, in seconds."""

    seconds: float
    seed: int
    before: Stereo | None = None
    start: float = 0.0


class Music(Engine):
    """Makes music in the story's mood, exactly as long as asked; gives a WAV (44.1 or 48 kHz, stereo, 16 bit).

    `defaults`: longest (seconds of one pass), overlap (seconds shared by two), prompt (its wording).
    """

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.SCORE})
    continues: ClassVar[bool] = False
    """Whether a pass can go on from the sound before it; else passes are crossfaded."""

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._most = LONGEST
        """Seconds that a pass may have since memory ran out."""

    def relieve(self, work: Work) -> str | None:
        """The rungs of the model's own, then shorter passes: more joins, the same length."""
        if rung := super().relieve(work):
            return rung
        wanted = work.spec.seconds if isinstance(work.spec, ScoreSpec) else LONGEST
        half = min(self.limit(), self._most, max(wanted, SHORTEST_PASS)) / 2
        if half < 2 * SHORTEST_PASS:
            return None
        self._most = half
        return f"passes of {half:.0f} s"

    @abstractmethod
    def make(self, spec: ScoreSpec, prompt: str, part: Part, told: Callable[[float], None]) -> Stereo:
        """One pass of at least `part.seconds`, at `rate`; it begins with the whole of `part.before`, where one is given. `told` hears the fraction done."""

    @property
    @abstractmethod
    def rate(self) -> int:
        """Samples a second of what `make` gives."""

    @abstractmethod
    def limit(self) -> float:
        """How many seconds one pass can have."""

    def run(self, work: Work, report: Report) -> Outcome:
        """Make the music; see `pipelines.engine.Engine.run`.

        Raises EngineError for a length that there cannot be, OutOfMemory, DeviceLost.
        """
        spec = work.spec
        if not isinstance(spec, ScoreSpec):
            raise EngineError(f"{self.model.name!r} makes music; it cannot do {spec.kind}: give this task to another model", code="wrong_task")
        if not 0 < spec.seconds <= LONGEST:
            raise EngineError(f"music of {spec.seconds:g} seconds cannot be made; ask for more than 0 and at most {LONGEST:g}", code="bad_length")
        try:
            prompt = prompting.words(spec, str(self.model.defaults.get("prompt") or ""))
        except ValueError as error:
            raise EngineError(f"Model {self.model.name!r}: {error}", code="bad_defaults") from None
        sound = self._whole(spec, prompt, report)
        rate = self.rate if self.rate in RATES else RATES[-1]
        sound = joining.finish(joining.resample(sound, self.rate, rate), rate, spec.seconds)
        path = work.scratch / "score.wav"
        write_wav(path, sound.T, rate)
        report.step(PARTS, PARTS, "written")
        log.info("music.made", model=self.model.name, seconds=spec.seconds, prompt=prompt[:200])
        return Outcome(outputs=(Output(name="score", path=path, media_type="audio/wav"),), data={})

    def _whole(self, spec: ScoreSpec, prompt: str, report: Report) -> Stereo:
        """Passes until there is enough, each told from its own seed."""
        wanted, limit = max(spec.seconds, SHORTEST_PASS), max(min(self.limit(), self._most), 2 * SHORTEST_PASS)
        overlap = min(float(self.model.defaults.get("overlap") or OVERLAP), limit / 3)
        shared = int(overlap * self.rate)
        sound: Stereo | None = None
        number = 0
        while sound is None or sound.shape[1] < round(wanted * self.rate):
            done = 0.0 if sound is None else sound.shape[1] / self.rate
            seconds = min(limit, wanted - done + (overlap if sound is not None else 0.0))
            seconds = min(limit, max(seconds, SHORTEST_PASS + (overlap if sound is not None else 0.0)))
            before = sound[:, -shared:] if sound is not None and self.continues else None
            start = max(0.0, done - overlap) if sound is not None else 0.0
            part = Part(seconds, seeds.derive(spec.seed, f"pass.{number}") if number else spec.seed, before, start)
            made = self._pass(spec, prompt, part, _teller(report, done, seconds, wanted, number))
            if made.shape[1] <= (shared if sound is not None else 0):
                raise EngineError(
                    f"model {self.model.name!r} gave {made.shape[1] / self.rate:.1f} s of sound where {seconds:.1f} were asked for; take another model",
                    code="no_sound",
                    retry=True,
                )
            join = joining.blend if before is not None else joining.crossfade
            sound = made if sound is None else join(sound, made, shared)
            number += 1
        return sound

    def _pass(self, spec: ScoreSpec, prompt: str, part: Part, told: Callable[[float], None]) -> Stereo:
        from pipelines.diffusion.memory import told as in_our_words

        with in_our_words(self.model.name, self.device):
            return self.make(spec, prompt, part, told)


def _teller(report: Report, done: float, seconds: float, wanted: float, number: int) -> Callable[[float], None]:
    """Progress of one pass as progress of the whole."""

    def told(fraction: float) -> None:
        reached = (done + seconds * min(1.0, fraction)) / wanted
        report.step(min(PARTS - 1, max(1, int(reached * PARTS))), PARTS, f"pass {number + 1}" if number or reached > 1 else "playing")

    return told


def problems(model: Model) -> list[str]:
    """A sentence for everything in `defaults` of a music model that cannot be."""
    found = []
    for word in ("longest", "overlap"):
        value: Any = model.defaults.get(word)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value <= 0):
            found.append(f"Model {model.name!r}: defaults.{word} is {value!r}; it must be a number of seconds above 0.")
    return found
