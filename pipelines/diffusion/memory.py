"""What to do when the device's memory is too small: a ladder of ways to need less, none of which lowers what was ordered."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
import torch

from farm.types import EngineError
from pipelines.diffusion.faults import device_lost, out_of_memory
from pipelines.engine import DeviceLost

log = structlog.get_logger()
T = TypeVar("T")


def slicing(pipe: Any, device: str) -> bool:
    """Decode one picture of a batch after the other; False where that cannot be."""
    return _told(getattr(pipe, "vae", None), "enable_slicing")


def tiling(pipe: Any, device: str) -> bool:
    """Decode large pictures in overlapping tiles; False where that cannot be."""
    return _told(getattr(pipe, "vae", None), "enable_tiling")


def offload(pipe: Any, device: str) -> bool:
    """Keep on the device only the part that computes: text encoder, denoiser or decoder; False where that cannot be."""
    if not device.startswith("cuda") or getattr(pipe, "hf_device_map", None) or _offloaded(pipe):
        return False
    pipe.to("cpu")
    pipe.enable_model_cpu_offload(device=device)
    return True


LADDER: tuple[tuple[str, Callable[[Any, str], bool]], ...] = (("VAE slicing", slicing), ("VAE tiling", tiling), ("offload of idle parts", offload))
"""From the cheapest to the slowest; each stays once taken, because the next work of this model would run out of memory just so."""


class Ladder:
    """Runs an attempt again on the next rung as long as memory runs out and there is one."""

    def __init__(self, model: str, pipe: Any, device: str) -> None:
        self._model, self._pipe, self._device = model, pipe, device
        self._next = 0
        self.taken: list[str] = []
        """Rungs that were needed so far, by name."""

    def run(self, attempt: Callable[[], T], say: Callable[[str], None]) -> T:
        """Call `attempt` until it succeeds; `say` hears what is tried next.

        Raises EngineError (out_of_memory, to be retried: another pool may have more) when no rung is left, DeviceLost when the device is.
        """
        while True:
            try:
                return attempt()
            except Exception as error:
                if device_lost(error):
                    raise DeviceLost(f"Model {self._model!r} lost its device: {error}") from error
                if not out_of_memory(error):
                    raise
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            free()  # outside of the except block: the traceback would hold what is to be freed
            rung = self._climb()
            log.warning("diffusion.out_of_memory", model=self._model, device=self._device, reason=reason, next=rung)
            if rung is None:
                raise EngineError(
                    f"Model {self._model!r} ran out of memory on {self._device} even with {', '.join(self.taken) or 'nothing left to save'} ({reason}); "
                    "give it a pool whose device has more memory, or set speed.offload or speed.quantize in models.yaml.",
                    code="out_of_memory",
                    retry=True,
                )
            say(f"out of memory: trying again with {rung}")

    def _climb(self) -> str | None:
        while self._next < len(LADDER):
            name, take = LADDER[self._next]
            self._next += 1
            if take(self._pipe, self._device):
                self.taken.append(name)
                return name
        return None


def free() -> None:
    """Give unused memory back to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _told(part: Any, method: str) -> bool:
    """Tell a part of the pipeline; False when it has no such method, or one that says it cannot."""
    call = getattr(part, method, None)
    if call is None:
        return False
    try:
        call()
    except NotImplementedError:
        return False
    return True


def _offloaded(pipe: Any) -> bool:
    return any(getattr(part, "_hf_hook", None) is not None for part in pipe.components.values())
