"""A lost device: the slot ends itself, the attempt counts as crashed, and a new slot works."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from farm.catalog import Model
from farm.specs import WriteSpec
from farm.types import Style, TaskKind
from farm.work import Outcome, Work
from pipelines.engine import DeviceLost, Engine, Report
from workers import events
from workers.slot import Slot


class AcceleratorError(RuntimeError):
    """Has the name of torch's error of that kind, which is known by name."""


class Fragile(Engine):
    """Loses its device when it is told to."""

    kinds = frozenset({TaskKind.WRITE})

    def run(self, work: Work, report: Report) -> Outcome:
        if work.spec.prompt == "lose":
            raise DeviceLost("CUDA error: device-side assert triggered")
        if work.spec.prompt == "torch":
            raise AcceleratorError("CUDA error: an illegal memory access was encountered")
        return Outcome(data={"text": "well"})


@pytest.mark.parametrize("prompt", ["lose", "torch"])
def test_the_slot_ends_with_its_device_and_a_new_one_works(tmp_path: Path, prompt: str):
    model = Model(name="fragile", tasks=(TaskKind.WRITE,), engine="fragile")
    slot = Slot({"fragile": "tests.workers.test_device_lost:Fragile"}, memory_gb=1.0)
    try:
        endings = []
        for asked in (prompt, "live"):
            slot.run(model, Work(task="t", model="fragile", spec=WriteSpec(prompt=asked, style=Style(slug="s", name="S")), scratch=tmp_path))
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                event = slot.next_event(0.2)
                if isinstance(event, events.Done | events.Failed | events.Died):
                    endings.append(event)
                    break
        assert [type(event) for event in endings] == [events.Died, events.Done]
        assert slot.deaths == 1
    finally:
        slot.kill()
