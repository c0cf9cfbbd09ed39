"""The shadow device: fakes that allocate nothing are counted as what they would take, and fail as the device would."""

from __future__ import annotations

import pytest
import torch
import yaml

from benchmarks.gpu import published
from benchmarks.gpu.kernels import chosen
from benchmarks.gpu.meter import GRAIN
from benchmarks.gpu.replay import Replay
from benchmarks.gpu.shadow import shadowed
from benchmarks.gpu.trace import ROOT
from pipelines.diffusion.pictures import DiffusionPicture
from tests.diffusion import tiny
from tests.diffusion.working import Listener, keyframe, painter

CUDA = torch.version.cuda is not None
"""A build for processors cannot make even a fake of CUDA's; there the processor's are counted."""


def test_every_allocation_is_counted_until_nobody_needs_it():
    with shadowed() as shadow:
        one = torch.empty(1_000_000, dtype=torch.float16)
        view = one[10:]
        assert shadow.meter.held["cpu"] == -(-2_000_000 // GRAIN) * GRAIN
        two = one.float()
        assert shadow.meter.peak["cpu"] >= 6_000_000
        del one, two
        assert shadow.meter.held["cpu"] == -(-2_000_000 // GRAIN) * GRAIN  # the view holds it
        del view
        assert shadow.meter.held["cpu"] == 0


def test_small_numbers_are_known_and_large_ones_guessed():
    with shadowed() as shadow:
        steps = torch.linspace(1000, 1, 8)
        steps[0] = 7
        assert (steps == 7).nonzero().item() == 0
        assert torch.tensor([[1, 2], [3, 4]])[torch.tensor([True, False])].tolist() == [[1, 2]]
        assert not shadow.guesses
        assert torch.rand(10**6).max().item() == 0.0
        assert shadow.guesses["item"] == 1
        steps.copy_(torch.rand(10**6)[:8])  # unknown numbers spoil what was known
        assert shadow.value(steps) is None


def test_flux_weighs_what_it_weighs_and_computes_what_it_computes():
    from diffusers import FluxTransformer2DModel

    with shadowed() as shadow, torch.no_grad():
        torch.set_default_dtype(torch.bfloat16)
        try:
            net = FluxTransformer2DModel(guidance_embeds=True, num_layers=2, num_single_layers=2)
        finally:
            torch.set_default_dtype(torch.float32)
        whole = sum(part.numel() for part in net.parameters())
        assert 2 * whole <= shadow.meter.held["cpu"] < 2.01 * whole
        shadow.meter.fresh()
        pixels, words = torch.zeros(1, 64, 64, dtype=torch.bfloat16), torch.zeros(1, 16, 4096, dtype=torch.bfloat16)
        given = {
            "pooled_projections": torch.zeros(1, 768, dtype=torch.bfloat16), "timestep": torch.tensor([0.5]), "guidance": torch.tensor([3.5]),
            "img_ids": torch.zeros(64, 3), "txt_ids": torch.zeros(16, 3),
        }  # fmt: skip
        replayed = Replay(shadow, net.forward)
        first = replayed(pixels, words, **given)[0]
        flops, peak = shadow.meter.flops, shadow.meter.peak["cpu"]
        # Two operations for each weight of the blocks and token; attention and what is computed once a picture come on top.
        blocks = sum(part.numel() for name, part in net.named_parameters() if "blocks" in name and "norm" not in name)
        assert 0.5 < flops / (2 * blocks * 80) < 1.3
        again = replayed(pixels, words, **given)[0]
        assert (again.shape, again.dtype) == (first.shape, first.dtype)
        assert shadow.meter.flops == 2 * flops
        assert shadow.meter.peak["cpu"] < peak + 2 * first.numel() * first.element_size() + GRAIN


def test_an_engine_runs_whole_on_it(tmp_path):
    engine = DiffusionPicture(painter(tiny.saved("flux", tmp_path / "weights"), defaults={"steps": 2}), "cpu")
    ears = Listener()
    with shadowed() as shadow:
        engine.load(ears)
        held = shadow.meter.held["cpu"]
        assert engine.run(keyframe(tmp_path / "work"), ears).outputs[0].path.stat().st_size > 0
        assert [note.split(",")[1].strip() for note in ears.notes] == ["step 1 of 2", "step 2 of 2"]
        assert shadow.meter.peak["cpu"] > held > 0
        assert set(shadow.guesses) <= {"numpy", "item"}


def test_attention_goes_where_cuda_sends_it():
    class Shaped:
        def __init__(self, *shape: int, dtype: torch.dtype = torch.bfloat16) -> None:
            self.shape, self.ndim, self.dtype, self.device = shape, len(shape), dtype, torch.device("cuda", 0)

        def stride(self, axis: int) -> int:
            return 1

    wide = Shaped(1, 8, 64, 128)
    few = Shaped(1, 2, 64, 128)
    assert chosen(wide, wide, wide, None, gqa=False) == "flash"
    assert chosen(wide, few, few, None, gqa=True) == "flash"
    assert chosen(wide, few, few, object(), gqa=True) == "math"  # neither kernel takes a mask and shared heads together
    assert chosen(wide, wide, wide, object(), gqa=False) == "efficient"
    assert chosen(*[Shaped(1, 1, 64, 512)] * 3, None, gqa=False) == "efficient"  # a decoder's single wide head
    assert chosen(*[Shaped(1, 8, 64, 64, dtype=torch.float32)] * 3, None, gqa=False) == "efficient"


@pytest.mark.skipif(not CUDA, reason="needs a build of torch for CUDA, no GPU")
def test_what_lies_on_two_devices_does_not_meet():
    with shadowed() as shadow:
        here, there = torch.ones(4), torch.ones(4, device="cuda")
        with pytest.raises(RuntimeError, match="same device"):
            torch.add(here, there)
        assert (here.to("cuda") + there).device.type == "cuda"
        net = torch.nn.Linear(8, 8)
        weight = net.weight
        net.to("cuda", torch.bfloat16)
        assert (net.weight is weight, weight.device.type, weight.dtype) == (True, "cuda", torch.bfloat16)
        assert shadow.meter.peak["cuda"] > 0


def test_one_side_settles_what_the_other_does_not_tell():
    with shadowed() as shadow:
        unknown = torch.randn(100, 100).sum(0) > 0
        ended = unknown | torch.ones(100, dtype=torch.bool)
        assert shadow.value(unknown) is None
        assert bool(ended.all())
        assert not bool((unknown & ~ended).any())
        assert shadow.value(unknown | torch.zeros(100, dtype=torch.bool)) is None
        assert not shadow.guesses


def test_what_is_of_two_precisions_does_not_multiply():
    with shadowed():
        with pytest.raises(RuntimeError, match="different dtype"):
            torch.nn.Linear(8, 8).to(torch.bfloat16)(torch.ones(1, 8))
        with pytest.raises(RuntimeError, match="should be the same"):
            torch.nn.Conv2d(3, 3, 1).to(torch.float16)(torch.ones(1, 3, 8, 8))
        with pytest.raises(RuntimeError, match="same dtype"):
            torch.nn.functional.scaled_dot_product_attention(*torch.ones(2, 1, 1, 4, 8), torch.ones(1, 1, 4, 8, dtype=torch.float16))


def test_every_part_that_is_written_down_has_a_class_and_a_source():
    from importlib import import_module

    said = yaml.safe_load(published.PATH.read_text(encoding="utf-8"))
    hubs = {model["source"].get("hub") for model in yaml.safe_load((ROOT / "models.yaml").read_text(encoding="utf-8"))["models"].values() if "source" in model}
    for name, repository in said["repositories"].items():
        parts = [*repository.get("parts", {}).values(), *(repository[key] for key in ("model", "encoder") if key in repository)]
        for part in parts:
            if isinstance(part, str):
                assert part in published.READERS, name
                continue
            library, _, kind = part["class"].rpartition(".")
            assert part["from"] in {"scripts", "defaults", "card", "code"}, (name, kind)
            assert hasattr(import_module(library), kind), (name, kind)
    beside = {"h94/IP-Adapter", "descript/dac_44khz", "facebook/wav2vec2-base-960h"}
    assert {name for name in said["repositories"] if name not in hubs} <= beside | {"stabilityai/stable-audio-3-medium"}
