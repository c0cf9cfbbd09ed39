"""When silence means that a slot hangs: deadlines by progress, not by length. Pure."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

REMEMBERED = 500  # step times a model; the p99 of more would be that of another day's load


@dataclass
class Deadlines:
    """How long the slot may be silent before it counts as hung, per model; learns from the steps it is told of. Seconds."""

    floor: float = 60.0
    """No model is given less between two steps."""
    factor: float = 10.0
    """How many times its p99 step a model may take for one."""
    unknown: float = 180.0
    """For a model whose steps were never timed here, unless models.yaml says `speed: {step_seconds: …}`."""
    loading: float = 900.0
    """Between two reports of loading: a cold disk, a big checkpoint, a compiler at work."""
    compiling: float = 600.0
    """The floor of a model with a `compile` word: at any step a size may come that is compiled for anew, which takes minutes and tells nobody."""
    _steps: dict[str, deque[float]] = field(default_factory=dict)

    def observed(self, model: str, seconds: float) -> None:
        """A step of `model` took so long."""
        self._steps.setdefault(model, deque(maxlen=REMEMBERED)).append(seconds)

    def p99(self, model: str) -> float | None:
        """The 99th percentile (nearest rank) of the model's latest step times, or None before the first."""
        steps = sorted(self._steps.get(model, ()))
        return steps[math.ceil(0.99 * len(steps)) - 1] if steps else None

    def allowed(self, model: str, *, loading: bool, expected: float | None = None, compiles: bool = False) -> float:
        """Seconds of silence that are still no hang; `expected` is models.yaml's figure for one step, if it has one."""
        if loading:
            return self.loading
        usual, floor = self.p99(model), self.compiling if compiles else self.floor
        if usual is None:
            return max(self.unknown if expected is None else expected * self.factor, floor)
        return max(floor, self.factor * usual)
