"""The diffusion engines on a CUDA device, tiny weights: the same code as on the CPU, and what only a device has. Run: pytest tests/gpu -m gpu"""

from __future__ import annotations

import importlib.util

import pytest

if importlib.util.find_spec("torch") is None or importlib.util.find_spec("diffusers") is None:
    pytest.skip("needs torch and diffusers (the gpu extra)", allow_module_level=True)

import torch
from PIL import Image, ImageChops

from pipelines.diffusion.pictures import DiffusionPicture
from pipelines.diffusion.video import DiffusionVideo
from pipelines.engine import OutOfMemory
from tests.diffusion import tiny
from tests.diffusion.working import Listener, clip, keyframe, mover, painter

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    return tmp_path_factory.mktemp("weights")


def painted(model, scratch) -> Image.Image:
    engine = DiffusionPicture(model, "cuda")
    engine.load(Listener())
    outcome = engine.run(keyframe(scratch), Listener())
    engine.unload()
    return Image.open(outcome.outputs[0].path).convert("RGB")


@pytest.mark.parametrize("name", list(tiny.PICTURES))
def test_the_same_work_gives_the_same_picture_again(weights, tmp_path, name):
    model = painter(tiny.saved(name, weights), device="cuda", defaults=tiny.DEFAULTS.get(name, {}))
    assert ImageChops.difference(painted(model, tmp_path / "a"), painted(model, tmp_path / "b")).getbbox() is None


@pytest.mark.parametrize("speed", [{"offload": "model"}, {"offload": "sequential"}, {"offload": "group"}])
def test_offloading_changes_no_pixel(weights, tmp_path, speed):
    folder = tiny.saved("sdxl", weights)
    plain = painted(painter(folder, device="cuda"), tmp_path / "plain")
    assert ImageChops.difference(plain, painted(painter(folder, device="cuda", speed=speed), tmp_path / "speed")).getbbox() is None


@pytest.mark.parametrize("name", list(tiny.VIDEOS))
def test_clips_are_made(weights, tmp_path, name):
    Image.effect_noise((80, 44), 60).convert("RGB").save(tmp_path / "keyframe.png")
    defaults = {"pixels": 64 * 32, "multiple": 32, "longest": 9, **tiny.DEFAULTS.get(name, {})}
    engine = DiffusionVideo(mover(tiny.saved(name, weights), device="cuda", defaults=defaults), "cuda")
    engine.load(Listener())
    assert engine.run(clip(tmp_path, tmp_path / "keyframe.png", 13), Listener()).data["frames"] == 13


def test_a_real_out_of_memory_is_told_as_such_and_the_engine_lives_on(weights, tmp_path):
    engine = DiffusionPicture(painter(tiny.saved("sd", weights), device="cuda", defaults={"pixels": None}), "cuda")
    engine.load(Listener())
    before = torch.cuda.memory_reserved() / torch.cuda.get_device_properties(0).total_memory
    work = keyframe(tmp_path / "a", size=(4096, 4096))
    torch.cuda.set_per_process_memory_fraction(min(1.0, before + 1e-4))
    try:
        with pytest.raises(OutOfMemory):
            engine.run(work, Listener())
        assert engine.relieve(work) == "VAE tiling"
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert engine.run(keyframe(tmp_path / "b"), Listener()).outputs


@pytest.mark.parametrize("speed", [{}, {"layerwise-casting": "fp8"}])
def test_parked_weights_leave_the_device_and_come_back_to_the_bit(weights, tmp_path, speed):
    engine = DiffusionPicture(painter(tiny.saved("flux", weights), device="cuda", speed=speed), "cuda")
    engine.load(Listener())
    before = Image.open(engine.run(keyframe(tmp_path / "a"), Listener()).outputs[0].path).convert("RGB")
    held = torch.cuda.memory_allocated()
    assert engine.footprint() > 0
    assert engine.park()
    assert torch.cuda.memory_allocated() < held
    assert engine.footprint() == 0
    engine.unpark(Listener())
    after = Image.open(engine.run(keyframe(tmp_path / "b"), Listener()).outputs[0].path).convert("RGB")
    assert ImageChops.difference(before, after).getbbox() is None
