"""How one hears of a pipeline's steps, whether it has a callback or not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

After = Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]
"""diffusers' callback_on_step_end: pipeline, index of the step, timestep, tensors by name."""


@contextlib.contextmanager
def heard(pipe: Any, after: After) -> Iterator[dict[str, Any]]:
    """Parameters for the pipeline's call by which `after` is called at the end of each step; where it has none for that, its scheduler is listened to.

    What `after` raises ends the call either way.
    """
    from pipelines.diffusion.loading import accepts

    if accepts(pipe, "callback_on_step_end"):
        yield {"callback_on_step_end": after}
        return
    scheduler, done = pipe.scheduler, 0
    plain = scheduler.step

    def step(*args: Any, **named: Any) -> Any:
        nonlocal done
        found = plain(*args, **named)
        after(pipe, done, None, {"latents": found[0] if isinstance(found, tuple) else found.prev_sample})
        done += 1
        return found

    scheduler.step = step
    try:
        yield {}
    finally:
        del scheduler.step
