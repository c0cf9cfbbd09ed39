"""Pictures larger than a model was trained for: painted at its size, enlarged by a network of the Real-ESRGAN kind, exactly as large as asked."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image

from farm.work import EngineError
from pipelines.diffusion import upscale
from pipelines.diffusion.pictures import DiffusionPicture
from tests.diffusion import tiny
from tests.diffusion.working import Listener, keyframe, painter

pytest.importorskip("einops")
if importlib.util.find_spec("spandrel") is None:
    pytest.skip("spandrel is not installed", allow_module_level=True)


def with_spandrel() -> None:
    """Import it. It imports every architecture it has, and two that enlarge nothing ask for torchvision: where that is not, their names stand in."""
    names = ["torchvision", "torchvision.transforms", "torchvision.transforms.functional"] if importlib.util.find_spec("torchvision") is None else []
    for name in names:
        sys.modules[name] = ModuleType(name)
        for part in ("InterpolationMode", "rotate", "normalize"):
            setattr(sys.modules[name], part, None)
    importlib.import_module("spandrel")
    for name in names:
        del sys.modules[name]


with_spandrel()


@pytest.fixture
def network(tmp_path) -> Path:
    """Real-ESRGAN's network (x4), small: one block of blocks, eight channels."""
    from safetensors.torch import save_file
    from spandrel.architectures.ESRGAN import ESRGAN

    torch.manual_seed(5)
    made = ESRGAN(in_nc=3, out_nc=3, num_filters=8, num_blocks=1, scale=4)
    made.model[-1].weight.data *= 100  # random weights paint nearly flat
    made.model[-1].bias.data.fill_(0.5)
    folder = tmp_path / "upscaler"
    folder.mkdir()
    save_file({name: tensor.contiguous() for name, tensor in made.state_dict().items()}, folder / "small.safetensors")
    return folder


def model(weights, network, **said):
    given = {"folder": str(network), "file": "small.safetensors", **said}
    return painter(tiny.saved("sd", weights), defaults={"upscale": given})


def loaded(found) -> DiffusionPicture:
    engine = DiffusionPicture(found, "cpu")
    engine.load(Listener())
    return engine


def test_a_large_picture_is_painted_small_enlarged_and_exact(weights, network, tmp_path):
    found = model(weights, network)
    assert DiffusionPicture.missing(found) == []
    engine = loaded(found)
    sizes = []
    enlarge = engine._upscaler.enlarge
    engine._upscaler.enlarge = lambda picture: sizes.append((picture.size, (large := enlarge(picture)).size)) or large
    outcome = engine.run(keyframe(tmp_path / "a", size=(200, 112)), Listener())
    assert Image.open(outcome.outputs[0].path).size == (200, 112)
    assert sizes == [((80, 48), (320, 192))]
    plain = loaded(painter(tiny.saved("sd", weights))).run(keyframe(tmp_path / "b", size=(200, 112)), Listener())
    assert outcome.outputs[0].path.read_bytes() != plain.outputs[0].path.read_bytes()


def test_a_picture_of_the_model_s_own_size_is_not_enlarged(weights, network, tmp_path):
    engine = loaded(model(weights, network))
    engine._upscaler.enlarge = None
    engine.run(keyframe(tmp_path, size=(80, 44)), Listener())


def test_tiles_give_what_the_whole_gives(weights, network, monkeypatch):
    monkeypatch.setattr(upscale, "SMALLEST", 16)
    found = upscale.load(model(weights, network), "cpu")
    picture = Image.effect_noise((100, 70), 90).convert("RGB")
    whole = np.asarray(found.enlarge(picture)).astype(int)
    found._tile = 32
    tiled = np.asarray(found.enlarge(picture)).astype(int)
    assert whole.shape == (280, 400, 3)
    assert np.abs(whole - tiled).max() <= 1
    assert whole.std() > 1, "there is something to compare"


def test_numbers_too_large_for_16_bits_are_computed_in_32(weights, network):
    found = upscale.load(model(weights, network), "cpu")
    picture = Image.effect_noise((24, 20), 90).convert("RGB")
    first, *_, last, _ = found.module.parameters()
    first.data *= 2e5 / first.data.abs().max() / 4  # what lies between is too large for 16 bits, the weights are not
    last.data /= 2e5
    wanted = np.asarray(found.enlarge(picture)).astype(int)
    narrow = upscale.Upscaler(found._network, "cpu", torch.float16)
    assert np.abs(np.asarray(narrow.enlarge(picture)).astype(int) - wanted).max() <= 8, "the weights themselves were rounded"
    assert narrow._dtype == torch.float32


def test_too_little_memory_halves_the_tiles_before_anything_else(weights, network, tmp_path):
    engine = loaded(model(weights, network))
    work = keyframe(tmp_path)
    assert [engine.relieve(work) for _ in range(4)] == ["tiles of 256 pixels", "tiles of 128 pixels", "VAE tiling", None]


def test_the_upscaler_is_parked_with_the_rest(weights, network):
    engine, plain = loaded(model(weights, network)), loaded(painter(tiny.saved("sd", weights)))
    assert engine.footprint() > plain.footprint()
    assert engine.park()
    assert engine.footprint() == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"file": "none.safetensors"}, "there is no upscaler"),
        ({"file": "small.pth"}, "only such are read"),
        ({"folder": "/nowhere"}, "no folder /nowhere"),
        ({"size": 4}, "folder, hub, revision, fetch, files, file, tile"),
        ({"hub": "somebody/upscaler"}, "not in the hub cache"),
    ],
)
def test_what_cannot_be_is_named(weights, network, said, words):
    assert words in DiffusionPicture.missing(model(weights, network, **said))[0]
    with pytest.raises(EngineError, match=words):
        loaded(model(weights, network, **said))


def test_weights_of_something_else_are_named(weights, network):
    from safetensors.torch import save_file

    save_file({"a.weight": torch.zeros(3)}, network / "small.safetensors")
    with pytest.raises(EngineError, match="no network that spandrel knows"):
        loaded(model(weights, network))
