"""Modules moved between a device and the machine's memory."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Any


def size(modules: Iterable[Any]) -> int:
    """Bytes of the parameters and buffers that lie on a device other than the CPU; on a farm of CPUs, all of them."""
    import torch

    tensors = [tensor for module in modules for tensor in (*module.parameters(), *module.buffers())]
    away = [tensor for tensor in tensors if tensor.device.type != "cpu"]
    return sum(tensor.numel() * tensor.element_size() for tensor in (away if torch.cuda.is_available() else tensors))


def move(modules: Iterable[Any], device: str) -> bool:
    """Move every module; True, so that `park` can answer with it."""
    for module in modules:
        module.to(device)
    free()
    return True


def free() -> None:
    """Give unused memory back to the device."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
