"""What the NVIDIA driver and torch say of CUDA on this machine, without a context on any device; torch is imported only where it is installed."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sysconfig
from pathlib import Path

_MAPPED = 102  # CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED (CUDA driver API)
_NEEDED = {12: "525", 13: "580"}
"""The oldest driver on Linux for each CUDA, by its first number (NVIDIA, "CUDA compatibility": within one number newer toolkits run on older drivers)."""


def version() -> tuple[int, int] | None:
    """The newest CUDA that the driver here knows, as (13, 0); None without a driver."""
    library = _library()
    number = ctypes.c_int()
    if library is None or library.cuDriverGetVersion(ctypes.byref(number)) != 0:
        return None
    return number.value // 1000, number.value % 1000 // 10


def maps_memory(index: int) -> bool:
    """Whether device `index` can map memory piece by piece, as torch's expandable segments do; some virtual GPUs cannot."""
    library = _library()
    device, found = ctypes.c_int(), ctypes.c_int()
    if library is None or library.cuInit(0) != 0 or library.cuDeviceGet(ctypes.byref(device), index) != 0:
        return False
    return bool(library.cuDeviceGetAttribute(ctypes.byref(found), _MAPPED, device) == 0 and found.value)


def lacking() -> str | None:
    """Why no CUDA device can be used here, a clause with its remedy; None when there is one."""
    if importlib.util.find_spec("torch") is None:
        return "torch is not installed; install the gpu extra: pip install 'storyfarm[gpu]'"
    import torch

    built = torch.version.cuda
    if built is None:
        return f"torch {torch.__version__} was built without CUDA; install the gpu extra from an index that has builds with it"
    knows = version()
    if knows is None:
        return "there is no NVIDIA driver; install it, and start a container with --gpus all"
    major = int(built.split(".")[0])
    if knows[0] < major:
        needed = f" ({_NEEDED[major]} or newer)" if major in _NEEDED else ""
        return f"the NVIDIA driver knows CUDA {knows[0]}.{knows[1]} and torch {torch.__version__} needs {built}; install a newer driver{needed}"
    if not torch.cuda.is_available() or not torch.cuda.device_count():
        shown = os.environ.get("CUDA_VISIBLE_DEVICES")
        return "the driver shows no device" if shown is None else f"CUDA_VISIBLE_DEVICES is {shown!r}, and no device is that"
    return _unserved(
        torch.cuda.get_arch_list(), [(torch.cuda.get_device_name(at), torch.cuda.get_device_capability(at)) for at in range(torch.cuda.device_count())]
    )


def _unserved(built_for: list[str], devices: list[tuple[str, tuple[int, int]]]) -> str | None:
    """A clause where torch has kernels for none of the devices: code for sm_86 runs on 8.6 and later of 8 (CUDA, "binary compatibility"), PTX on all later."""
    found = []
    for text in built_for:
        kind, _, number = text.rstrip("af").partition("_")
        if number.isdigit():
            found.append((kind, (int(number[:-1]), int(number[-1]))))
    for _, (major, minor) in devices:
        if any((one == (major, one[1]) and one[1] <= minor) if kind == "sm" else one <= (major, minor) for kind, one in found) or not found:
            return None
    seen = ", ".join(f"{name} (compute capability {major}.{minor})" for name, (major, minor) in devices)
    return f"this torch has no kernels for {seen}, only for {', '.join(built_for)}; install one that has"


def _library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None


def compiler() -> str | None:
    """What torch.compile lacks here, a clause with its remedy; None: nothing. Triton builds what starts its kernels in C (triton.runtime.build)."""
    chosen = os.environ.get("CC")
    if not (shutil.which(chosen) if chosen else shutil.which("gcc") or shutil.which("clang")):
        return f"there is no C compiler ({'CC is ' + repr(chosen) if chosen else 'neither gcc nor clang'}); install gcc"
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").is_file():
        return "Python's headers are not installed; install python3-dev"
    return None
