"""Every word of `speed`, on the CPU where it can run, else its refusal; and how near its picture comes to the plain one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from farm.work import EngineError
from pipelines.diffusion import memory
from pipelines.diffusion.pictures import DiffusionPicture
from tests.diffusion import tiny
from tests.diffusion.working import Listener, keyframe, painter

STEPS = 6  # TaylorSeer foretells from the fourth on


def engine(weights, name="flux", **fields) -> DiffusionPicture:
    made = DiffusionPicture(painter(tiny.saved(name, weights), defaults={**tiny.DEFAULTS.get(name, {}), "steps": STEPS}, **fields), "cpu")
    made.load(Listener())
    return made


def pixels(made, work) -> np.ndarray:
    return np.asarray(Image.open(made.run(work, Listener()).outputs[0].path)).astype(int)


@pytest.fixture(scope="module")
def plain(weights, tmp_path_factory) -> np.ndarray:
    return pixels(engine(weights), keyframe(tmp_path_factory.mktemp("plain")))


@pytest.mark.parametrize(
    ("speed", "near"),
    [
        ({"attention": "native"}, 0),
        ({"attention": "math"}, 1),
        ({"attention": "flash"}, 1),
        ({"quantize": "fp8-weights"}, 16),
        ({"quantize": "int8"}, 4),
        ({"quantize": "int8-weights"}, 4),
        ({"layerwise-casting": "fp8"}, 16),
        ({"cache": "first-block"}, 4),
        ({"cache": "taylorseer"}, 4),
    ],
)
def test_a_word_paints_nearly_the_same_picture_and_again_the_same(weights, tmp_path, plain, speed, near):
    made = engine(weights, speed=speed)
    found = pixels(made, keyframe(tmp_path / "a"))
    assert np.abs(found - plain).max() <= near
    assert np.array_equal(pixels(made, keyframe(tmp_path / "b")), found), "nothing of a work stays in a cache for the next"


@pytest.mark.parametrize("speed", [{"quantize": "int8-weights"}, {"layerwise-casting": "fp8"}, {"cache": "taylorseer"}])
def test_a_word_goes_with_parking(weights, tmp_path, speed):
    made = engine(weights, speed=speed)
    found = pixels(made, keyframe(tmp_path / "a"))
    assert made.park()
    made.unpark(Listener())
    assert np.array_equal(pixels(made, keyframe(tmp_path / "b")), found)


def test_a_cancelled_work_leaves_nothing_in_a_cache(weights, tmp_path):
    from farm.work import Cancelled

    made = engine(weights, speed={"cache": "taylorseer"})
    found = pixels(made, keyframe(tmp_path / "a"))
    with pytest.raises(Cancelled):
        made.run(keyframe(tmp_path / "b", seed=99), Listener(cancel_at=4))
    assert np.array_equal(pixels(made, keyframe(tmp_path / "c")), found)


@pytest.mark.parametrize(
    ("speed", "words"),
    [
        ({"attention": "cudnn"}, "no kernel for 'cpu'"),
        ({"attention": "efficient"}, "no kernel for 'cpu'"),
        ({"attention": "sage"}, "needs the Python package sageattention"),
        ({"quantize": "fp8"}, "compute capability"),
        ({"offload": "group"}, "moves parts to a CUDA device"),
        ({"offload": "sequential"}, "moves parts to a CUDA device"),
    ],
)
def test_a_word_that_needs_another_device_is_refused(weights, speed, words):
    with pytest.raises(EngineError, match=words) as caught:
        engine(weights, speed=speed)
    assert caught.value.code == "bad_speed"


def test_one_model_s_attention_is_not_another_s(weights):
    from diffusers.models.attention_dispatch import _AttentionBackendRegistry

    before = _AttentionBackendRegistry.get_active_backend()
    made = engine(weights, speed={"attention": "math"})
    assert _AttentionBackendRegistry.get_active_backend() == before
    used = {one.processor._attention_backend for one in made._pipe.transformer.modules() if hasattr(getattr(one, "processor", None), "_attention_backend")}
    assert {str(getattr(one, "value", one)) for one in used} == {"_native_math"}


def test_blocks_are_compiled_each_by_itself(weights, tmp_path, plain, monkeypatch):
    """By a compiler that only looks: the real one takes half a minute (`python -m benchmarks.gpu.run` measures it)."""
    graphs = []

    def looking(graph, inputs):
        graphs.append(graph)
        return graph.forward

    compiled = torch.nn.Module.compile
    monkeypatch.setattr(torch.nn.Module, "compile", lambda module, *args, **named: compiled(module, *args, **{**named, "backend": looking}))
    made = engine(weights, speed={"compile": "regional"})
    assert np.abs(pixels(made, keyframe(tmp_path / "a")) - plain).max() <= 1
    assert len(graphs) == 2, "one of each kind of block"
    pixels(made, keyframe(tmp_path / "b", seed=3))
    assert made.park()
    made.unpark(Listener())
    pixels(made, keyframe(tmp_path / "c"))
    assert len(graphs) == 2, "and not again"


def test_layers_that_come_one_by_one_paint_the_same(weights, tmp_path, plain):
    made = engine(weights)
    memory.group(made._pipe, torch.device("cpu"), streams=False)
    assert memory.offloaded(made._pipe)
    assert made.footprint() == 0
    assert not made.park(), "they come and go already"
    assert np.array_equal(pixels(made, keyframe(tmp_path)), plain)
