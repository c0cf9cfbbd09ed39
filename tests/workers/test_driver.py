"""What is said where CUDA cannot be used, and how memory is set up where it can; libraries that are not there are stood in for."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import sys
from types import SimpleNamespace

import pytest

from pipelines import driver
from workers import memory


class Library:
    """A driver that knows CUDA `knows` and can map memory or not."""

    def __init__(self, knows: int = 13000, maps: int = 1) -> None:
        self.knows, self.maps = knows, maps

    def cuDriverGetVersion(self, found):
        found._obj.value = self.knows
        return 0

    def cuInit(self, flags):
        return 0

    def cuDeviceGet(self, device, index):
        return 0 if index < 2 else 101

    def cuDeviceGetAttribute(self, found, attribute, device):
        assert attribute == 102
        found._obj.value = self.maps
        return 0


def torch(*, built: str | None = "13.0", devices: tuple[tuple[str, tuple[int, int]], ...] = ()) -> SimpleNamespace:
    cuda = SimpleNamespace(
        is_available=lambda: bool(devices), device_count=lambda: len(devices), get_arch_list=lambda: ["sm_75", "sm_80", "sm_90", "compute_90"],
        get_device_name=lambda at: devices[at][0], get_device_capability=lambda at: devices[at][1],
    )  # fmt: skip
    return SimpleNamespace(__version__="2.13.0", version=SimpleNamespace(cuda=built), cuda=cuda)


@pytest.mark.parametrize(
    ("library", "seen", "words"),
    [
        (None, torch(built=None), "built without CUDA"),
        (None, torch(), "no NVIDIA driver"),
        (Library(12040), torch(), r"knows CUDA 12\.4 and torch 2\.13\.0 needs 13\.0; install a newer driver \(580 or newer\)"),
        (Library(), torch(), "CUDA_VISIBLE_DEVICES is '7', and no device is that"),
        (Library(), torch(devices=(("Tesla V100", (7, 0)),)), r"no kernels for Tesla V100 \(compute capability 7\.0\)"),
        (Library(), torch(devices=(("L40S", (8, 9)),)), None),
        (Library(), torch(devices=(("Tesla V100", (7, 0)), ("B200", (10, 0)))), None),
    ],
)
def test_why_no_device_can_be_used_is_said_with_its_remedy(monkeypatch, library, seen, words):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    monkeypatch.setattr(driver, "_library", lambda: library)
    monkeypatch.setitem(sys.modules, "torch", seen)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    found = driver.lacking()
    if words is None:
        assert found is None
    else:
        assert found is not None
        assert re.search(words, found)


def test_without_torch_that_is_the_reason(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install 'storyfarm[gpu]'" in str(driver.lacking())


@pytest.mark.parametrize(
    ("device", "library", "said", "set_to"),
    [
        ("cuda:1", Library(), {}, "expandable_segments:True"),
        ("cuda:1", Library(maps=0), {}, None),  # a virtual GPU
        ("cuda:2", Library(), {}, None),  # no such device: loading will say so
        ("cuda", None, {}, None),
        ("cpu", Library(), {}, None),
        ("cuda:0", Library(), {"PYTORCH_CUDA_ALLOC_CONF": "max_split_size_mb:512"}, None),
        ("cuda:0", Library(), {"PYTORCH_ALLOC_CONF": ""}, ""),
    ],
)
def test_memory_is_mapped_where_the_device_can_and_the_operator_has_not_chosen(monkeypatch, device, library, said, set_to):
    for name in memory.ALLOCATOR:
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(driver, "_library", lambda: library)
    memory.set_up(device)
    found = os.environ.pop("PYTORCH_ALLOC_CONF", None)
    assert found == set_to


def test_a_machine_without_a_driver_is_asked_in_vain():
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        assert driver.version() is None
        assert not driver.maps_memory(0)


def test_compiling_needs_a_compiler_and_pythons_headers(monkeypatch, tmp_path):
    found = {"gcc": "/usr/bin/gcc"}
    monkeypatch.setattr(driver.shutil, "which", found.get)
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(driver.sysconfig, "get_paths", lambda: {"include": str(tmp_path)})
    assert "python3-dev" in str(driver.compiler())
    (tmp_path / "Python.h").touch()
    assert driver.compiler() is None
    monkeypatch.setenv("CC", "icc")
    assert "CC is 'icc'" in str(driver.compiler())
    monkeypatch.delenv("CC")
    found.clear()
    assert "neither gcc nor clang" in str(driver.compiler())
