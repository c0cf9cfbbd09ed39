"""An engine whose device is made too small for it, to see the ladder climbed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from farm.work import Outcome, Work
from pipelines.diffusion.pictures import DiffusionPicture
from pipelines.engine import OutOfMemory, Report, Rest


class Tight(DiffusionPicture):
    """`defaults.tight`: on CUDA the gigabytes that may be had of the device while it paints; on the CPU how often the first tries fail."""

    failed: ClassVar[int] = 0

    def compute(self, works: Sequence[Work], reports: Sequence[Report]) -> list[Outcome | Rest | Exception]:
        """Paint with less memory than there is."""
        import torch

        tight = float(self.model.defaults["tight"])
        if not self.device.startswith("cuda"):
            if Tight.failed < tight:
                Tight.failed += 1
                raise OutOfMemory("injected")
            return super().compute(works, reports)
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction(min(1.0, tight * 1e9 / torch.cuda.get_device_properties(0).total_memory))
        try:
            return super().compute(works, reports)
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
