"""Counts what a shadow device would have taken: bytes held at a time, by device, and floating-point operations."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils.flop_counter import flop_registry

GRAIN = 512  # bytes: what torch's allocator rounds up to


class Meter:
    """Bytes and operations; `held` and `peak` by the kind of device."""

    def __init__(self) -> None:
        self.held: Counter[str] = Counter()
        self.peak: Counter[str] = Counter()
        self.flops = 0
        self.kernels: Counter[str] = Counter()
        """Which attention was chosen, and how often."""
        self.phase = ""
        self.peaks: dict[str, int] = {}
        """The peak on CUDA within each phase (what runs when: a part's name)."""
        self.phase_flops: Counter[str] = Counter()
        self._seen: dict[int, weakref.ref[Any]] = {}

    def saw(self, tensor: torch.Tensor) -> None:
        """An operation gave `tensor`: its storage is held until nobody needs it."""
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key in self._seen:
            return
        count = -(-storage.nbytes() // GRAIN) * GRAIN
        kind = tensor.device.type

        def gone(_: Any) -> None:
            self._seen.pop(key, None)
            self.held[kind] -= count

        self._seen[key] = weakref.ref(storage, gone)
        self.held[kind] += count
        self.peak[kind] = max(self.peak[kind], self.held[kind])
        if kind != "cpu":
            self.peaks[self.phase] = max(self.peaks.get(self.phase, 0), self.held[kind])

    def ran(self, func: Any, args: Any, kwargs: Any, found: Any) -> None:
        """An operation ran."""
        count = flop_registry.get(func._overloadpacket)
        if count is not None:
            done = int(count(*args, **kwargs, out_val=found))
            self.flops += done
            self.phase_flops[self.phase] += done

    def swell(self, count: int) -> None:
        """Something took `count` bytes of CUDA on top of what is held, and gave them back."""
        self.peak["cuda"] = max(self.peak["cuda"], self.held["cuda"] + count)
        self.peaks[self.phase] = max(self.peaks.get(self.phase, 0), self.held["cuda"] + count)

    @contextmanager
    def during(self, phase: str) -> Iterator[None]:
        """What runs within it is `phase`."""
        before, self.phase = self.phase, phase
        self.peaks[phase] = max(self.peaks.get(phase, 0), self.held["cuda"])
        try:
            yield
        finally:
            self.phase = before

    def fresh(self) -> None:
        """Forget peaks and operations; what is held stays held."""
        self.peak = Counter(self.held)
        self.flops = 0
        self.peaks.clear()
        self.phase_flops.clear()
        self.kernels.clear()
