"""What is asked of the device itself, and what is made ready for it; a stand-in for torch.cuda shows the calls and their order, no more."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from farm.work import EngineError
from pipelines.diffusion.memory import told
from pipelines.diffusion.pace import Pace
from pipelines.diffusion.video import DiffusionVideo
from pipelines.engine import DeviceLost, OutOfMemory
from tests.diffusion import tiny
from tests.diffusion.working import Listener, clip, mover


@pytest.fixture(autouse=True)
def chosen(monkeypatch):
    """Devices that were made the current one."""
    found: list[int] = []
    monkeypatch.setattr(torch.cuda, "set_device", found.append)
    yield found
    torch.set_float32_matmul_precision("highest")


def test_whatever_names_no_device_takes_the_engines_own(chosen):
    with told("m", "cuda:3"):
        assert chosen == [3]
        assert torch.get_float32_matmul_precision() == "high"
    with told("m", "cuda"), told("m", "cpu"):  # torch takes no device without a number
        assert chosen == [3, 0]


@pytest.mark.parametrize(
    ("says", "becomes"),
    [
        (None, RuntimeError),  # it answers: the call was refused, the device is well
        (torch.OutOfMemoryError("CUDA out of memory."), RuntimeError),
        (RuntimeError("CUDA error: unspecified launch failure"), DeviceLost),
    ],
)
def test_an_error_that_leaves_it_open_has_the_device_asked(monkeypatch, says, becomes):
    asked = []

    def synchronize(device):
        asked.append(device)
        if says is not None:
            raise says

    monkeypatch.setattr(torch.cuda, "synchronize", synchronize)
    ones = torch.ones

    def on_the_processor(*shape, device=None):
        return ones(*shape)

    monkeypatch.setattr(torch, "ones", on_the_processor)
    with pytest.raises(becomes) as caught, told("m", "cuda:0"):
        raise RuntimeError("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED")
    assert type(caught.value) is becomes
    assert asked == ["cuda:0"]


def test_an_error_that_says_what_it_is_has_nobody_asked(monkeypatch):
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: pytest.fail("asked"))
    with pytest.raises(OutOfMemory), told("m", "cuda:0"):
        raise RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")
    with pytest.raises(DeviceLost), told("m", "cuda:0"):
        raise RuntimeError("CUDA error: device-side assert triggered")


def test_the_host_runs_one_step_ahead_and_no_more(monkeypatch):
    """A stand-in for CUDA's events: which step is waited for, and when."""
    seen: list[str] = []

    class Event:
        def __init__(self, blocking: bool) -> None:
            assert blocking
            self.step = sum(one.startswith("queued") for one in seen) + 1

        def record(self) -> None:
            seen.append(f"queued {self.step}")

        def synchronize(self) -> None:
            seen.append(f"waited for {self.step}")

    monkeypatch.setattr(torch.cuda, "Event", Event)
    on_cuda = Pace(lambda pipe, index, timestep, tensors: seen.append(f"told {index + 1}") or {}, "cuda:0")
    for index in range(3):
        assert on_cuda(None, index, None, {}) == {}
    assert seen == ["queued 1", "told 1", "queued 2", "waited for 1", "told 2", "queued 3", "waited for 2", "told 3"]
    Pace(lambda *given: {}, "cpu")(None, 0, None, {})
    assert len(seen) == 8


def test_an_attention_that_cannot_mask_is_named_with_those_that_can():
    with pytest.raises(EngineError, match="take native or cudnn") as caught, told("m", "cpu"):
        raise ValueError("`attn_mask` is not supported for native flash attention")
    assert caught.value.code == "bad_speed"


def test_parts_may_have_precisions_of_their_own(weights, tmp_path):
    Image.effect_noise((80, 44), 60).convert("RGB").save(tmp_path / "k.png")
    said = {"pixels": 64 * 32, "multiple": 16, "dtype": {"default": "bfloat16", "vae": "float32"}}
    engine = DiffusionVideo(mover(tiny.saved("wan", weights), defaults=said), "cpu")
    engine.load(Listener())
    assert (engine._pipe.vae.dtype, engine._pipe.transformer.dtype) == (torch.float32, torch.bfloat16)
    assert engine.run(clip(tmp_path / "a", tmp_path / "k.png", 5), Listener()).data["frames"] == 5
    wrong = DiffusionVideo(mover(tiny.saved("wan", weights), defaults={**said, "dtype": {"vae": "float64"}}), "cpu")
    with pytest.raises(EngineError, match="float64"):
        wrong.load(Listener())
