"""Every word of `speed`, on the CPU where it can run, else its refusal; and how near its picture comes to the plain one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from farm.work import EngineError
from pipelines.diffusion import memory
from pipelines.diffusion import speed as speeds
from pipelines.diffusion.pictures import DiffusionPicture
from pipelines.diffusion.speed import problems
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


@pytest.fixture
def graphs(monkeypatch) -> list:
    """What is compiled, by a compiler that only looks: the real one takes half a minute (`python -m benchmarks.gpu.run` measures it)."""
    found: list = []

    def looking(graph, inputs):
        found.append(graph)
        return graph.forward

    compiled = torch.compile
    monkeypatch.setattr(torch, "compile", lambda *args, **named: compiled(*args, **{**named, "backend": looking}))
    torch._dynamo.reset()
    return found


def test_blocks_are_compiled_each_by_itself(weights, tmp_path, plain, graphs):
    made = engine(weights, speed={"compile": "regional"})
    assert np.abs(pixels(made, keyframe(tmp_path / "a")) - plain).max() <= 1
    assert len(graphs) == 2, "one of each kind of block"
    pixels(made, keyframe(tmp_path / "b", seed=3))
    assert made.park()
    made.unpark(Listener())
    pixels(made, keyframe(tmp_path / "c"))
    assert len(graphs) == 2, "and not again"
    pixels(made, keyframe(tmp_path / "d", size=(64, 64)))
    pixels(made, keyframe(tmp_path / "e", size=(44, 80)))
    assert len(graphs) == 4, "and once more for all other sizes"
    assert torch._dynamo.config.recompile_limit >= 64, "or the eighth kind of block would be an error"


@pytest.mark.parametrize("cache", ["first-block", "taylorseer"])
def test_a_cache_goes_with_compiled_blocks_and_both_with_layers_that_come_one_by_one(weights, tmp_path, plain, graphs, cache):
    made = engine(weights, speed={"compile": "regional", "cache": cache})
    found = pixels(made, keyframe(tmp_path / "a"))
    assert np.abs(found - plain).max() <= 4
    assert graphs, "compiled it is"
    count = len(graphs)
    memory.group(made._pipe, torch.device("cpu"), streams=False)  # the last rung
    assert np.abs(pixels(made, keyframe(tmp_path / "b")) - found).max() <= 1
    assert len(graphs) == count


@pytest.mark.parametrize(
    "speed",
    [
        {"compile": "regional", "layerwise-casting": "fp8"},
        {"compile": "regional", "offload": "group"},
        {"compile": "full", "offload": "sequential"},
        {"compile": "full", "cache": "taylorseer"},
    ],
)
def test_what_cannot_be_compiled_is_said_with_what_to_take(weights, speed):
    (sentence,) = problems("m", speed)
    assert "take " in sentence
    with pytest.raises(EngineError, match="take "):
        engine(weights, speed=speed)


def test_only_what_eight_bits_can_multiply_is_quantized(weights):
    made = engine(weights, speed={"quantize": "int8"})
    linears = [(name, module.weight) for name, module in made._pipe.transformer.named_modules() if isinstance(module, torch.nn.Linear)]
    kinds = {name: weight.act_quant_kwargs for name, weight in linears if type(weight).__name__ == "Int8Tensor"}
    assert kinds, "blocks are quantized"
    assert all("blocks." in name for name in kinds), "what comes before and after them is not"
    few = {name for name in kinds if name.endswith(("norm1.linear", "norm1_context.linear", "norm.linear"))}
    assert few
    assert {name for name, activations in kinds.items() if activations is None} == few, "a time step is one row: INT8 is multiplied from 17 on"
    assert speeds.quantized(torch.nn.Sequential(torch.nn.Linear(24, 32), torch.nn.Linear(32, 32))) == {"1"}


def test_layers_that_come_one_by_one_paint_the_same(weights, tmp_path, plain):
    made = engine(weights)
    memory.group(made._pipe, torch.device("cpu"), streams=False)
    assert memory.offloaded(made._pipe)
    assert made.footprint() == 0
    assert not made.park(), "they come and go already"
    assert np.array_equal(pixels(made, keyframe(tmp_path)), plain)
