"""Real engines in a real slot, tiny weights: several models by budget, passes of several works. On a CUDA device where there is one, else on the CPU."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

if importlib.util.find_spec("torch") is None or importlib.util.find_spec("diffusers") is None:
    pytest.skip("needs torch and diffusers (the gpu extra)", allow_module_level=True)

import numpy as np
import torch
from PIL import Image

from farm.catalog import Model
from farm.work import Work
from tests.diffusion import tiny
from tests.diffusion.working import keyframe, painter
from workers import events
from workers.engines import table
from workers.slot import Slot

DEVICE = "cuda:0" if torch.cuda.is_available() else "cpu"


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("weights")


class Heard:
    """A slot whose swaps are kept."""

    def __init__(self, **budgets: float) -> None:
        self.swaps: list[tuple[str, str]] = []
        self.slot = Slot(table(), device=DEVICE, swapped=lambda swap: self.swaps.append((swap.what, swap.model)), **budgets)

    def paint(self, model: Model, folder: Path, *seeds: int) -> list[np.ndarray]:
        """Pictures with these seeds, in one pass."""
        works: list[Work] = [keyframe(folder / f"{model.name}-{len(self.swaps)}-{seed}", seed=seed) for seed in seeds]
        run, done = self.slot.run(model, *works), {}
        while len(done) < len(seeds):
            event = self.slot.next_event(60)
            assert event is not None
            assert not isinstance(event, events.Died | events.Failed), event
            if isinstance(event, events.Done) and event.run == run:
                assert event.batch == len(seeds)
                done[event.member] = np.asarray(Image.open(event.outcome.outputs[0].path).convert("RGB"), np.int16)
        return [done[number] for number in range(len(seeds))]


def test_two_models_take_turns_and_paint_what_they_painted_before(weights, tmp_path):
    first, second = (painter(tiny.saved(name, weights), name=name, memory_gb=1.0) for name in ("sdxl", "flux"))
    heard = Heard(memory_gb=1.0, parked_gb=4.0)
    try:
        before = [heard.paint(model, tmp_path, 3)[0] for model in (first, second)]
        heard.slot.park(first.name)
        heard.slot.park(second.name)
        after = [heard.paint(model, tmp_path, 3)[0] for model in (first, second)]
    finally:
        heard.slot.stop()
    kinds = [what for what, _ in heard.swaps]
    assert kinds.count("load") == 2, heard.swaps
    assert kinds.count("unpark") == 2
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def test_a_picture_in_company_is_the_picture_alone(weights, tmp_path):
    model = painter(tiny.saved("flux", weights), name="flux", memory_gb=1.0)
    heard = Heard(memory_gb=4.0)
    try:
        alone = [heard.paint(model, tmp_path / "alone", seed)[0] for seed in (3, 4)]
        together = heard.paint(model, tmp_path / "together", 3, 4)
    finally:
        heard.slot.stop()
    for one, other in zip(alone, together, strict=True):
        assert abs(one - other).max() <= 1
    assert abs(together[0] - together[1]).max() > 8, "their seeds differ"
