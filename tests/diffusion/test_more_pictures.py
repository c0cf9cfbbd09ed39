"""Picture pipelines beside the well-known ones keep their promises: the size asked for, every step told, cancelled at a step, the same alone and in company."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from farm.work import Cancelled
from pipelines.diffusion import preview
from pipelines.diffusion.pictures import DiffusionPicture
from tests.diffusion import tiny, tiny_sight
from tests.diffusion.working import Listener, keyframe, painter

NEAR = 2  # levels of 255: batched kernels add up in another order


@pytest.mark.parametrize("name", list(tiny.OTHERS))
def test_every_promise_is_kept(name, weights, tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.diffusion.steps.PREVIEW_EVERY", 0.0)
    model = painter(tiny.saved(name, weights), defaults={"steps": 2, **tiny.DEFAULTS.get(name, {})})
    assert [lack for lack in DiffusionPicture.missing(model) if tiny_sight.TORCHVISION or "torchvision" not in lack] == []
    engine = DiffusionPicture(model, "cpu")
    engine.load(Listener())
    works = [keyframe(tmp_path / f"{number}", seed=number) for number in range(2)]
    report = Listener()
    alone = pixels(engine.run(works[0], report))
    assert alone.shape == (44, 80, 3)
    assert report.steps == [(1, 2), (2, 2)]
    with Image.open(report.previews[-1]) as small:
        assert max(small.size) == preview.LONGEST_SIDE
    first, second = (pixels(one) for one in engine.run_batch(works, [Listener(), Listener()]))
    assert np.abs(first - alone).max() <= NEAR
    assert np.abs(second - alone).max() > NEAR, "another seed, another picture"
    with pytest.raises(Cancelled):
        engine.run(works[1], stopped := Listener(cancel_at=1))
    assert stopped.steps == [(1, 2)]
    assert np.array_equal(alone, pixels(engine.run(works[0], Listener())))


def pixels(outcome) -> np.ndarray:
    assert not isinstance(outcome, Exception), outcome
    with Image.open(outcome.outputs[0].path) as file:
        return np.asarray(file.convert("RGB")).astype(int)
