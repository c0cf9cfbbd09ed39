"""What the memory of a slot's device says of itself, inside the slot: in use, free, and the most that was in use. Bytes."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import Any

import psutil

from pipelines import driver
from pipelines.engine import OutOfMemory

ALLOCATOR = ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF")
"""Where operators say how torch is to allocate: the new name, and the old one."""
_RESET_PEAK = "5"  # to /proc/self/clear_refs: the peak of resident memory starts anew (proc(5))


class DeviceMemory:
    """One device's memory. Torch is asked only where an engine has imported it: importing it takes seconds, and a slot without it needs none."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._cuda = device.startswith("cuda")

    def used(self) -> int | None:
        """What this process's tensors take on a CUDA device, the process's resident memory on the CPU; None when it cannot be told yet."""
        if not self._cuda:
            return int(psutil.Process().memory_info().rss)
        torch = self._torch()
        return int(torch.cuda.memory_allocated(self.device)) if torch is not None else None

    def free(self) -> int | None:
        """What more this process can have of a CUDA device, other processes' share counted; None on the CPU, where budgets rule, and before torch."""
        torch = self._torch()
        if torch is None:
            return None
        unused = torch.cuda.memory_reserved(self.device) - torch.cuda.memory_allocated(self.device)
        return int(torch.cuda.mem_get_info(self.device)[0] + unused)

    def begin(self) -> None:
        """Measure the peak from now."""
        if self._cuda:
            if (torch := self._torch()) is not None:
                torch.cuda.reset_peak_memory_stats(self.device)
        else:
            with contextlib.suppress(OSError):  # a kernel or container that does not let us: the peak is that of the process's life
                Path("/proc/self/clear_refs").write_text(_RESET_PEAK, encoding="ascii")

    def peak(self) -> int:
        """The most that was in use since `begin`; 0 when it cannot be told."""
        if self._cuda:
            torch = self._torch()
            return int(torch.cuda.max_memory_allocated(self.device)) if torch is not None else 0
        try:
            for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        except (OSError, ValueError):
            pass
        return 0

    def rest(self) -> None:
        """What is there now stays for long: later collections of garbage need not look at it. With torch that is a second each time."""
        gc.collect()
        gc.freeze()

    def release(self, *, thorough: bool = False, pinned: bool = False) -> None:
        """Give what nobody uses any more back to the device; `thorough` looks at what `rest` set aside, too, as after a model has gone.

        `pinned`: and what of the machine's memory was pinned for parked models, which torch would keep for the next one.
        """
        if thorough:
            gc.unfreeze()
        gc.collect()
        if thorough:
            gc.freeze()
        if (torch := self._torch()) is not None:
            torch.cuda.empty_cache()
            if pinned:
                torch.accelerator.empty_host_cache()

    def settle(self) -> None:
        """Wait until the device has done what it was told, so that a time that is taken now is true."""
        if (torch := self._torch()) is not None:
            torch.cuda.synchronize(self.device)

    def _torch(self) -> Any:
        torch: Any = sys.modules.get("torch") if self._cuda else None
        return torch if torch is not None and torch.cuda.is_available() else None


def set_up(device: str) -> None:
    """Choose how torch allocates on a CUDA device; before torch is imported, and where the operator has not chosen.

    Models come and go and every size leaves holes of its own: segments that grow and shrink ("expandable") leave none, where the device can do that.
    """
    kind, _, index = device.partition(":")
    if kind == "cuda" and not any(name in os.environ for name in ALLOCATOR) and driver.maps_memory(int(index or 0)):
        os.environ[ALLOCATOR[0]] = "expandable_segments:True"


def is_full(error: BaseException) -> bool:
    """Whether `error` means that memory was too small, whoever says so."""
    from pipelines.diffusion.faults import out_of_memory  # knows CUDA's ways of saying it, imports no torch

    return isinstance(error, OutOfMemory) or out_of_memory(error) or getattr(error, "code", None) == "out_of_memory"
