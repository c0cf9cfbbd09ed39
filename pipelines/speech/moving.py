"""Models of transformers on their device, off it and back."""

from __future__ import annotations

import gc
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipelines.engine import Engine, Report

if TYPE_CHECKING:
    from pipelines.diffusion.parking import Garage


class Resident(Engine):
    """An engine around networks that stay on one device, leave it and come back; torch is imported when it is loaded."""

    _garage: Garage | None = None

    @abstractmethod
    def networks(self) -> list[Any]:
        """Every network that is loaded; none before `load`."""

    def unload(self) -> None:
        """Free the memory of device and machine; whoever inherits drops its networks first."""
        self._garage = None
        free()

    def footprint(self) -> int:
        """Bytes of the weights on the device."""
        from pipelines.diffusion import parking

        return parking.size(self.networks(), self.device)

    def park(self) -> bool:
        """Move the weights into the machine's memory; False where there is no room."""
        from pipelines.diffusion.parking import Garage

        garage = Garage(self.networks())
        if not garage.park():
            return False
        self._garage = garage
        free()
        return True

    def unpark(self, report: Report) -> None:
        """Bring the weights back onto the device. Raises OutOfMemory, DeviceLost."""
        assert self._garage is not None, "park comes before unpark"
        report.loading(0.1, f"back to {self.device}")
        with self.told():
            self._garage.unpark()
        self._garage = None

    @contextmanager
    def told(self) -> Iterator[None]:
        """What happens to the device inside, in the house's words: raises OutOfMemory and DeviceLost in place of torch's."""
        from pipelines.diffusion.memory import told

        with told(self.model.name, self.device):
            yield


def free() -> None:
    """Give unused memory back to the device."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
