"""How far the host may run ahead of the device: one step, so that progress is true and a cancel comes in time, and the device never waits for the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

Callback = Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]


class Pace:
    """diffusers' callback_on_step_end around another: at the end of each step it waits for the one before.

    Steps are only queued when the callback comes: without this a host could be at the last while the device is at the first few. A step is still queued
    behind the one waited for, so the device goes on without a gap.
    """

    def __init__(self, callback: Callback, device: str) -> None:
        self._callback = callback
        self._cuda = device.startswith("cuda")
        self._before: Any = None

    def __call__(self, pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        """A step is queued."""
        self.step()
        return self._callback(pipe, index, timestep, tensors)

    def step(self) -> None:
        """Wait for the step before this one."""
        if not self._cuda:
            return
        queued = torch.cuda.Event(blocking=True)  # a processor that sleeps meanwhile, for others to use
        queued.record()
        if self._before is not None:
            self._before.synchronize()
        self._before = queued
