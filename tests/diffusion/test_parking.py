"""Weights off the device and back, to the bit: shared, quantized and compiled ones too."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest
import torch
from PIL import Image, ImageChops
from torch import nn

from pipelines.diffusion import parking
from pipelines.diffusion.parking import Garage
from pipelines.diffusion.pictures import DiffusionPicture
from pipelines.diffusion.video import DiffusionVideo
from tests.diffusion import tiny
from tests.diffusion.working import Listener, clip, keyframe, mover, painter


@pytest.fixture
def network():
    torch.manual_seed(0)
    found = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.BatchNorm1d(64)).eval()
    found[2].weight = found[0].weight
    found[3].register_buffer("shared", found[0].bias.data[:32])  # a view: its storage is the bias's
    return found


def there_and_back(network, run):
    x = torch.randn(3, 64)
    with torch.inference_mode():
        before = run(x)
    held, shapes = parking.size([network], "cpu"), [tuple(one.shape) for one in network.parameters()]
    garage = Garage([network])
    assert garage.park()
    assert parking.size([network], "cpu") == 0
    garage.unpark()
    assert (parking.size([network], "cpu"), [tuple(one.shape) for one in network.parameters()]) == (held, shapes)
    with torch.inference_mode():
        assert torch.equal(run(x), before)


def test_weights_come_back_as_they_were_and_share_what_they_shared(network, monkeypatch):
    monkeypatch.setattr(parking, "SLAB", 4096)  # a weight is larger than a slab
    there_and_back(network, network)
    assert network[2].weight is network[0].weight
    assert network[3].shared.untyped_storage().data_ptr() == network[0].bias.untyped_storage().data_ptr()


def test_quantized_weights_come_back(network):
    from torchao.quantization import Int8WeightOnlyConfig, quantize_

    other = copy.deepcopy(network)
    quantize_(other, Int8WeightOnlyConfig())
    assert type(other[0].weight).__name__ == "Int8Tensor"
    there_and_back(other, other)


def test_a_compiled_network_is_not_compiled_again(network):
    graphs = []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    there_and_back(network, torch.compile(network, backend=backend))
    assert len(graphs) == 1


def test_without_room_nothing_is_moved(network, monkeypatch):
    monkeypatch.setattr(parking, "SPARE", 2**60)
    before = parking.size([network], "cpu")
    assert not Garage([network]).park()
    assert parking.size([network], "cpu") == before


@pytest.mark.parametrize("name", ["sdxl", "qwen"])
def test_a_parked_painter_paints_the_same_again(weights, tmp_path, name):
    engine = DiffusionPicture(painter(tiny.saved(name, weights)), "cpu")
    engine.load(Listener())
    first = Image.open(engine.run(keyframe(tmp_path / "a"), Listener()).outputs[0].path)
    held = engine.footprint()
    assert held > 10_000
    for _ in range(2):
        assert engine.park()
        assert engine.footprint() == 0
        engine.unpark(Listener())
    assert engine.footprint() == held
    assert ImageChops.difference(first, Image.open(engine.run(keyframe(tmp_path / "b"), Listener()).outputs[0].path)).getbbox() is None


def test_a_parked_animator_animates_the_same_again(weights, tmp_path):
    Image.effect_noise((80, 44), 60).convert("RGB").save(tmp_path / "k.png")
    engine = DiffusionVideo(mover(tiny.saved("wan-experts", weights), defaults={"pixels": 64 * 32, "multiple": 16}), "cpu")
    engine.load(Listener())
    first = engine.run(clip(tmp_path / "a", tmp_path / "k.png", 5), Listener()).outputs[0].path.read_bytes()
    assert engine.park()
    engine.unpark(Listener())
    assert engine.run(clip(tmp_path / "b", tmp_path / "k.png", 5), Listener()).outputs[0].path.read_bytes() == first


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"memory.max": "max", "memory.current": "5", "memory.stat": "inactive_file 1"}, None),
        ({"memory.max": "9000", "memory.current": "7000", "memory.stat": "anon 1\ninactive_file 1500\nfile 9"}, 3500),
        ({"memory.max": "9000", "memory.current": "9500", "memory.stat": "inactive_file 100"}, 0),
        ({}, None),
    ],
)
def test_a_containers_limit_counts_and_what_it_only_caches_does_not(monkeypatch, tmp_path, files, left):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(parking, "CGROUPS", ((tmp_path, "memory.max", "memory.current", "inactive_file"),))
    monkeypatch.setattr(parking.psutil, "virtual_memory", lambda: SimpleNamespace(available=10**12))
    assert parking.available() == (10**12 if left is None else left)


def test_pinned_memory_that_torch_holds_idle_counts_as_room(network, monkeypatch):
    """A stand-in for torch's statistics: what is allocated and not active is taken first."""
    monkeypatch.setattr(parking, "available", lambda: 0)
    assert not Garage([network]).park()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "host_memory_stats", lambda: {"allocated_bytes.current": 6 * 2**30, "active_bytes.current": 3 * 2**30})
    assert parking._idle() == 3 * 2**30
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    empty = torch.empty

    def unpinned(*shape, pin_memory=False, **named):
        return empty(*shape, **named)

    monkeypatch.setattr(torch, "empty", unpinned)
    assert Garage([network]).park()
