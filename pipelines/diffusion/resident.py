"""What both diffusion engines share: a pipeline that stays on its device, leaves it and comes back, and needs less memory when told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from farm.catalog import Model
from farm.work import Work
from pipelines.engine import Engine, Report

if TYPE_CHECKING:
    from pipelines.diffusion.memory import Ladder
    from pipelines.diffusion.parking import Garage
    from pipelines.diffusion.preview import Projection


class PipelineEngine(Engine):
    """An engine around one pipeline of diffusers; torch is imported when it is loaded."""

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._pipe: Any = None
        self._ladder: Ladder | None = None
        self._projection: Projection | None = None
        self._garage: Garage | None = None

    def unload(self) -> None:
        """Free the memory of device and machine."""
        from pipelines.diffusion import loading
        from pipelines.diffusion.memory import free

        if self._pipe is not None:
            loading.unload(self._pipe, self.model)
        self._pipe = self._ladder = self._projection = self._garage = None
        free()

    def footprint(self) -> int:
        """Bytes of the weights on the device; 0 where parts come and go."""
        from pipelines.diffusion import memory, parking

        if self._pipe is None or memory.offloaded(self._pipe):
            return 0
        return parking.size(self._modules(), self.device)

    def park(self) -> bool:
        """Move the weights into the machine's memory; False where parts are offloaded already, other devices hold some, or there is no room."""
        from pipelines.diffusion import memory
        from pipelines.diffusion.parking import Garage

        if self._pipe is None or memory.offloaded(self._pipe) or getattr(self._pipe, "crew", None) is not None:
            return False
        garage = Garage(self._modules())
        if not garage.park():
            return False
        self._garage = garage
        memory.free()
        return True

    def unpark(self, report: Report) -> None:
        """Bring the weights back onto the device. Raises OutOfMemory, DeviceLost."""
        from pipelines.diffusion.memory import told

        assert self._garage is not None, "park comes before unpark"
        report.loading(0.1, f"back to {self.device}")
        with told(self.model.name, self.device):
            self._garage.unpark()
        self._garage = None

    def relieve(self, work: Work) -> str | None:
        """The next rung of `pipelines.diffusion.memory.RUNGS` that this pipeline has; None when nothing is left."""
        return self._ladder.climb() if self._ladder is not None else None

    def _modules(self) -> list[Any]:
        """Every network of the pipeline."""
        import torch

        return [part for part in self._pipe.components.values() if isinstance(part, torch.nn.Module)]
