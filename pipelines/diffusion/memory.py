"""What to do when the device's memory is too small: a ladder of ways to need less, none of which lowers what was ordered."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import Any

import structlog
import torch

from farm.work import EngineError
from pipelines.diffusion.faults import device_lost, doubtful, out_of_memory
from pipelines.diffusion.speed import denoisers, plain
from pipelines.engine import DeviceLost, OutOfMemory

log = structlog.get_logger()


def tiling(pipe: Any, device: str) -> bool:
    """Decode large pictures in overlapping tiles; False where that cannot be."""
    return _told(getattr(pipe, "vae", None), "enable_tiling")


def piecewise(pipe: Any, device: str) -> bool:
    """Decode a clip a few frames at a time; False where the decoder has no such switch, or does so already."""
    vae = getattr(pipe, "vae", None)
    if getattr(vae, "use_framewise_decoding", None) is not False:
        return False
    vae.use_framewise_decoding = True  # type: ignore[union-attr]
    return True


def offload(pipe: Any, device: str) -> bool:
    """Keep on the device only the part that computes: text encoder, denoiser or decoder; False where that cannot be."""
    if not device.startswith("cuda") or offloaded(pipe) or getattr(pipe, "crew", None) is not None:
        return False
    pipe.to("cpu")
    for part in denoisers(pipe):
        part._compiled_call_impl = None  # compiled as a whole, it would not hear of being moved; compiled blocks do not ask
    pipe.enable_model_cpu_offload(device=device)
    return True


def by_layers(pipe: Any, device: str) -> bool:
    """Keep on the device only the layer that computes and the next one; False where that cannot be."""
    if not device.startswith("cuda") or grouped(pipe) or getattr(pipe, "crew", None) is not None:
        return False
    pipe.remove_all_hooks()
    pipe.to("cpu")
    try:
        group(pipe, torch.device(device), streams=True)
    except (ValueError, RuntimeError, NotImplementedError, TypeError) as error:
        log.warning("diffusion.not_by_layers", reason=str(error))
        pipe.enable_model_cpu_offload(device=device)
        return False
    return True


def group(pipe: Any, device: torch.device, *, streams: bool) -> None:
    """Let the layers of every part come to the device one by one; with streams the next one comes while one computes.

    Weights are pinned as they go: all of them pinned at once would double the machine's memory that a model takes.
    """
    for part in denoisers(pipe):
        plain(part)
    pipe.enable_group_offload(
        onload_device=device, offload_device=torch.device("cpu"), offload_type="leaf_level", use_stream=streams, low_cpu_mem_usage=streams
    )


def offloaded(pipe: Any) -> bool:
    """Whether parts of the pipeline come to the device only when they compute."""
    parts = pipe.components.values()
    return bool(getattr(pipe, "hf_device_map", None)) or grouped(pipe) or any(getattr(part, "_hf_hook", None) is not None for part in parts)


def grouped(pipe: Any) -> bool:
    """Whether its layers come one by one."""
    return bool(pipe._maybe_raise_error_if_group_offload_active(raise_error=False))


RUNGS: tuple[tuple[str, Callable[[Any, str], bool]], ...] = (
    ("VAE tiling", tiling),
    ("decoding a few frames at a time", piecewise),
    ("offload of idle parts", offload),
    ("layers brought one by one", by_layers),
)
"""From the cheapest to the slowest; each stays once taken, because the next work of this model would run out of memory just so.

Slicing is none: it parts the pictures of a pass, which are decoded one by one anyway (`pipelines.diffusion.pictures`).
"""


class Ladder:
    """Ways to need less memory, taken one after the other."""

    def __init__(self, pipe: Any, device: str) -> None:
        self._pipe, self._device = pipe, device
        self._next = 0
        self.taken: list[str] = []
        """Rungs that were needed so far, by name."""

    def climb(self) -> str | None:
        """Take the next rung that this pipeline has; its name, or None when none is left."""
        while self._next < len(RUNGS):
            name, take = RUNGS[self._next]
            self._next += 1
            if take(self._pipe, self._device):
                self.taken.append(name)
                free()
                return name
        return None


@contextlib.contextmanager
def told(model: str, device: str) -> Iterator[None]:
    """What is done inside is done on `device`; what happens to that is said in the house's words.

    Raises DeviceLost, OutOfMemory in place of what torch and CUDA raise; other exceptions as they are.
    """
    try:
        ready(device)
        yield
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if device_lost(error) or (doubtful(error) and not answers(device)):
            raise DeviceLost(f"Model {model!r} lost its device: {error}") from error
        if out_of_memory(error):
            log.warning("diffusion.out_of_memory", model=model, device=device, reason=reason)
            raise OutOfMemory(f"Model {model!r} ran out of memory on {device}: {reason}") from error
        if isinstance(error, ValueError) and "attn_mask" in reason:
            raise EngineError(
                f"Model {model!r} masks its attention, which speed.attention as it is in models.yaml cannot ({reason}); take native or cudnn.", code="bad_speed"
            ) from error
        raise


def ready(device: str) -> None:
    """Make a CUDA device the one that is meant where none is named: pinned memory, streams and kernels of others would else open a second context on the
    first device. Single-precision products there may use TF32, as diffusers advises and as cuDNN's convolutions do anyway."""
    if device.startswith("cuda"):
        torch.cuda.set_device(torch.device(device).index or 0)  # "cuda" is the first
        torch.set_float32_matmul_precision("high")


def answers(device: str) -> bool:
    """Whether the device still does what it is told; a lost one fails at everything, whatever it was lost by."""
    if not device.startswith("cuda"):
        return True
    try:
        torch.cuda.synchronize(device)
        torch.ones(1, device=device).add_(1).item()
    except Exception as error:
        return out_of_memory(error)
    return True


def free() -> None:
    """Give unused memory back to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _told(part: Any, method: str) -> bool:
    """Tell a part of the pipeline; False when it has no such method, or one that says it cannot."""
    call = getattr(part, method, None)
    if call is None or getattr(part, "use_" + method.removeprefix("enable_"), None) is True:
        return False
    try:
        call()
    except NotImplementedError:
        return False
    return True
