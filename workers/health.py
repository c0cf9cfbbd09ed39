"""What a worker's device is and has: processor cores, memory, CUDA devices; nothing is imported that is not installed."""

from __future__ import annotations

import importlib.util
import os
import platform
import socket
from dataclasses import dataclass
from pathlib import Path

import psutil

from farm.settings import gigabytes
from pipelines import driver

CPU_SHARE = 0.6  # of the machine's memory for loaded engines: the rest is for frames, ffmpeg, the page cache and the other workers
PARKED_SHARE = 0.5  # of the machine's memory, for models that wait there: the rest is for loading others, for frames and the page cache
GPU_SHARE = 0.9  # of the device's memory: activations and the CUDA context need some
GIGABYTE = 1e9
CLOCK_SLACK_SECONDS = 5.0  # between this machine's clock and the database's


@dataclass(frozen=True)
class Device:
    """One device that a worker's slot computes on."""

    name: str
    """As engines are told: "cpu", "cuda:0"."""
    title: str
    """For people: "AMD EPYC, 16 cores", "NVIDIA H200"."""
    memory_gb: float
    """Memory that the device has, or that this process may use of it (container limits count)."""
    cores: int
    """Processor cores that this process may use."""

    @property
    def budget_gb(self) -> float:
        """How much of it loaded engines may take: STORYFARM_MODELS_GB, else a share of all that leaves room for the rest.

        Raises SettingsError for a STORYFARM_MODELS_GB that is no amount.
        """
        said = gigabytes("STORYFARM_MODELS_GB")
        return round(self.memory_gb * (CPU_SHARE if self.name == "cpu" else GPU_SHARE), 2) if said is None else said

    @property
    def parked_gb(self) -> float:
        """How much of the machine's memory models may take that had to leave the device: STORYFARM_PARKED_GB, else a part for each CUDA device.

        None on the CPU, where it is the same memory. Raises SettingsError for a STORYFARM_PARKED_GB that is no amount.
        """
        said = gigabytes("STORYFARM_PARKED_GB")
        if said is not None:
            return said
        return 0.0 if self.name == "cpu" else round(_memory_gb() * PARKED_SHARE / max(1, len(cuda_devices())), 2)


def describe(name: str = "cpu") -> Device:
    """Describe the device `name` ("cpu", "cuda" or "cuda:N").

    Raises ValueError for another name, and RuntimeError when there is no such CUDA device or no torch to see it with.
    """
    if name == "cpu":
        return Device(name="cpu", title=f"{_processor()}, {_cores()} cores", memory_gb=_memory_gb(), cores=_cores())
    kind, _, index = name.partition(":")
    if kind != "cuda" or (index and not index.isdigit()):
        raise ValueError(f"no device {name!r}; a device is cpu, cuda or cuda:N")
    found = cuda_devices()
    position = int(index or 0)
    if not found:
        raise RuntimeError(f"device {name!r} is asked for, but no CUDA device can be used here: {driver.lacking()}")
    if position >= len(found):
        raise RuntimeError(f"device {name!r} is asked for, but there are only {len(found)}: {', '.join(device.title for device in found)}")
    return found[position]


def cuda_devices() -> list[Device]:
    """The CUDA devices that torch sees; empty without torch or without a driver.

    Imports torch where it is installed, but makes no CUDA context: memory sizes come from the driver's properties.
    """
    if importlib.util.find_spec("torch") is None:
        return []
    import torch

    if not torch.cuda.is_available():
        return []
    devices = []
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        devices.append(Device(name=f"cuda:{index}", title=properties.name, memory_gb=round(properties.total_memory / GIGABYTE, 1), cores=_cores()))
    return devices


def here() -> str:
    """Names the place in which process ids mean the same: host, boot and process namespace, so that no container judges another's processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
        return f"{socket.gethostname()}/{boot}-{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def process_gone(pid: int, seen_after: float) -> bool:
    """Whether process `pid` of this place has ended; a process younger than `seen_after` (seconds since 1970) only wears its number."""
    try:
        process = psutil.Process(pid)
        return process.status() == psutil.STATUS_ZOMBIE or process.create_time() > seen_after + CLOCK_SLACK_SECONDS
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False  # not ours to see: its heartbeat will tell


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def _memory_gb() -> float:
    """Memory of the machine, or less where a container's limit (cgroup 2 or 1) says so."""
    total = float(psutil.virtual_memory().total)
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            total = min(total, float(limit.read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return round(total / GIGABYTE, 1)


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
