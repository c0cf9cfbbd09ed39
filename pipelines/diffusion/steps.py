"""What happens between two steps of a denoiser: progress, a preview now and then, and the way out when the task was cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
import torch

from farm.work import Cancelled
from pipelines.diffusion.preview import Projection, clean
from pipelines.engine import Report

log = structlog.get_logger()
PREVIEW_EVERY = 1.5  # seconds
FIRST_PREVIEW = 0.2  # of the steps: before that there is noise only


class Steps:
    """Counts the steps of one work, over several passes where there are several; `place` is the work's among those of a pass; `spread`
    brings latents to a layout that previews are made of."""

    def __init__(
        self, report: Report, of: int, scratch: Path, size: tuple[int, int], projection: Projection | None, what: str, place: int = 0,
        spread: Callable[[Any], Any] | None = None,
    ) -> None:  # fmt: skip
        self._report, self._of, self._scratch, self._size, self._what = report, of, scratch, size, what
        self.place, self._spread = place, spread
        self._projection = projection
        self._before = 0  # steps of earlier passes
        self._shown = 0.0
        self._last: Any = None  # this work's latents after the step before

    def start(self, before: int) -> None:
        """A pass begins, after `before` steps of earlier ones."""
        self._before, self._last = before, None

    def say(self, note: str) -> None:
        """Tell something besides a step."""
        self._report.step(self._before, self._of, note)

    def __call__(self, pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        """diffusers' callback_on_step_end; raises Cancelled out of the pipeline's loop when the task is not wanted any more."""
        done = self._before + index + 1
        self._report.step(done, self._of, f"{self._what}, step {done} of {self._of}")
        self._show(done, tensors.get("latents"), getattr(pipe, "scheduler", None))
        return {}

    def passed(self, index: int) -> None:
        """The same where there are no latents to show."""
        self(None, index, None, {})

    def _show(self, done: int, latents: Any, scheduler: Any) -> None:
        now = time.perf_counter()
        if self._projection is None or not isinstance(latents, torch.Tensor):
            return
        one, before = latents[self.place : self.place + 1], self._last
        self._last = one
        if done < FIRST_PREVIEW * self._of or now - self._shown < PREVIEW_EVERY:
            return
        try:
            one = clean(scheduler, before, one)
            picture = self._projection.picture(self._spread(one) if self._spread else one, self._size)
        except Exception as error:  # a courtesy: the work goes on without
            log.info("diffusion.no_preview", reason=repr(error))
            picture = None
        if picture is None:
            self._projection = None
            return
        path = self._scratch / f"preview{done}.jpg"
        picture.save(path, quality=80)
        self._shown = now
        self._report.preview(path, "image/jpeg")


class Company:
    """The steps of several works in one pass: whoever is cancelled hears no more, and the others go on."""

    def __init__(self, steps: Sequence[Steps]) -> None:
        self._steps = steps
        self.gone: dict[int, Cancelled] = {}
        """Those that were cancelled, by their place in the pass."""

    def __call__(self, pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        """diffusers' callback_on_step_end; raises Cancelled when nobody is left."""
        for place, steps in enumerate(self._steps):
            if place not in self.gone:
                try:
                    steps(pipe, index, timestep, tensors)
                except Cancelled as cancelled:
                    self.gone[place] = cancelled
        if len(self.gone) == len(self._steps):
            raise next(iter(self.gone.values()))
        return {}
