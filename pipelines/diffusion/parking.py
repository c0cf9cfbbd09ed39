"""Weights off the device and back: moved storage by storage, so that what shares memory shares it again and every tensor stays the object it was.

Compiled graphs, hooks and quantized tensors (which are wrappers around plain ones) hold their tensors by identity: only what lies under them moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import structlog
import torch
from torch.utils._python_dispatch import is_traceable_wrapper_subclass

log = structlog.get_logger()

SLAB = 256 * 2**20  # bytes: torch rounds pinned memory up to a power of two, so weights are packed into blocks of one
LINE = 64  # bytes
CGROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current", "inactive_file"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Of each kind: its folder, the files with limit and use, and the line of memory.stat with what is only cached."""
SPARE = 2 * 2**30  # bytes of the machine's memory that are left to others


@dataclass(frozen=True)
class _Place:
    """What a tensor is of its storage."""

    tensor: torch.Tensor
    dtype: torch.dtype
    offset: int
    size: torch.Size
    stride: tuple[int, ...]


@dataclass(frozen=True)
class _Storage:
    """Memory that tensors share, as it was on its device: what of it they use."""

    device: torch.device
    begin: int  # bytes from the storage's beginning to the first that is used
    count: int  # bytes from there to the last that is used
    lead: int  # bytes from the beginning of a cache line to the first that is used
    places: list[_Place]


def tensors(modules: Iterable[torch.nn.Module]) -> Iterator[torch.Tensor]:
    """Every plain tensor under the parameters and buffers of `modules`, each once."""
    seen: set[int] = set()
    for module in modules:
        for whole in (*module.parameters(), *module.buffers()):
            for tensor in _plain(whole):
                if id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield tensor


def size(modules: Iterable[torch.nn.Module], device: str) -> int:
    """Bytes that `modules` use on `device`'s kind of device; what shares memory counts once."""
    kind = torch.device(device).type
    return sum(storage.count for storage in _storages(modules) if storage.device.type == kind)


class Garage:
    """Where the weights of some modules wait while they are off their device."""

    def __init__(self, modules: Iterable[torch.nn.Module]) -> None:
        self._modules = list(modules)
        self._slabs: list[torch.Tensor] = []
        self._parked: list[_Storage] = []

    @torch.no_grad()
    def park(self) -> bool:
        """Move the weights into the machine's memory, pinned where a CUDA device is there to copy from it; False, and nothing moved, when it lacks room."""
        storages = _storages(self._modules)
        total = sum(storage.count for storage in storages)
        if not total or total + SPARE > available() + _idle():
            return False
        try:
            slabs = [torch.empty(min(SLAB, total - at), dtype=torch.uint8, pin_memory=torch.cuda.is_available()) for at in range(0, total, SLAB)]
        except (RuntimeError, MemoryError) as error:  # locked memory may be limited
            log.warning("diffusion.not_parked", gigabytes=round(total / 1e9, 2), reason=str(error).splitlines()[0])
            return False
        at = 0
        for storage in storages:
            _copy(_used(storage), slabs, at, out=True)
            at += storage.count
        _settle()
        for storage in storages:
            for place in storage.places:
                place.tensor.data = torch.empty(0, dtype=place.dtype)
        self._parked, self._slabs = storages, slabs
        return True

    @torch.no_grad()
    def unpark(self) -> None:
        """Bring the weights back to where they were, bit by bit the same.

        Raises torch's OutOfMemoryError when the device has no room; then they wait as before.
        """
        ready = [_room(storage) for storage in self._parked]
        at = 0
        for room, storage in zip(ready, self._parked, strict=True):
            _copy(room, self._slabs, at, out=False)
            at += storage.count
        _settle()
        for room, storage in zip(ready, self._parked, strict=True):
            for place in storage.places:
                offset = (room.storage_offset() - storage.begin) // place.dtype.itemsize + place.offset
                empty = torch.empty(0, dtype=place.dtype, device=storage.device)
                place.tensor.data = empty.set_(room.untyped_storage(), offset, place.size, place.stride)
        self._parked, self._slabs = [], []  # torch keeps the slabs pinned for the next garage: pinning costs more than copying


def available() -> int:
    """Bytes of the machine's memory that can still be had: as the kernel reckons, or less where a container's limit (cgroup 2 or 1) says so."""
    found = int(psutil.virtual_memory().available)
    for folder, limit, used, cached in CGROUPS:
        try:
            most = int((folder / limit).read_text(encoding="ascii"))
            holds = int((folder / used).read_text(encoding="ascii"))
            stat = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines())
        except (OSError, ValueError):  # no such group, or "max"
            continue
        # What files left in the cache is given up when memory is wanted.
        found = min(found, most - holds + int(stat.get(cached, 0)))
    return max(0, found)


def _idle() -> int:
    """Bytes of pinned memory that torch holds for whoever wants some next: slabs of models that came back or went, which a new garage takes first."""
    if not torch.cuda.is_available():
        return 0
    stats = torch.cuda.host_memory_stats()
    return max(0, int(stats.get("allocated_bytes.current", 0)) - int(stats.get("active_bytes.current", 0)))


def _plain(tensor: torch.Tensor) -> Iterator[torch.Tensor]:
    if is_traceable_wrapper_subclass(tensor):
        names, _ = tensor.__tensor_flatten__()
        for name in names:
            yield from _plain(getattr(tensor, name))
    elif tensor.device.type != "meta" and tensor.numel():
        yield tensor


def _room(storage: _Storage) -> torch.Tensor:
    """Memory for a storage on its device. On the CPU it lies to the cache line as it did: vector loops then give the same sums, to the bit."""
    if storage.device.type != "cpu" or any(storage.lead % place.dtype.itemsize for place in storage.places):
        return torch.empty(storage.count, dtype=torch.uint8, device=storage.device)
    whole = torch.empty(storage.count + LINE, dtype=torch.uint8)
    shift = (storage.lead - whole.data_ptr()) % LINE
    return whole[shift : shift + storage.count]


def _storages(modules: Iterable[torch.nn.Module]) -> list[_Storage]:
    groups: dict[tuple[torch.device, int], list[torch.Tensor]] = {}
    for tensor in tensors(modules):
        groups.setdefault((tensor.device, tensor.untyped_storage().data_ptr()), []).append(tensor)
    found = []
    for (device, address), group in groups.items():
        begin = min(one.storage_offset() * one.itemsize for one in group)
        end = max((one.storage_offset() + _span(one)) * one.itemsize for one in group)
        places = [_Place(one, one.dtype, one.storage_offset(), one.shape, one.stride()) for one in group]
        found.append(_Storage(device, begin, end - begin, (address + begin) % LINE, places))
    return found


def _span(tensor: torch.Tensor) -> int:
    """How many elements of its storage lie between a tensor's first and last, both counted."""
    return 1 + sum((count - 1) * stride for count, stride in zip(tensor.shape, tensor.stride(), strict=True))


def _used(storage: _Storage) -> torch.Tensor:
    """The bytes of a storage that are used."""
    memory = storage.places[0].tensor.untyped_storage()
    return torch.empty(0, dtype=torch.uint8, device=storage.device).set_(memory)[storage.begin : storage.begin + storage.count]  # type: ignore[call-overload, no-any-return]


def _copy(whole: torch.Tensor, slabs: list[torch.Tensor], at: int, *, out: bool) -> None:
    """Copy all of `whole` to (or from) its place `at` in the row of slabs."""
    done, count = 0, whole.numel()
    while done < count:
        slab, start = slabs[(at + done) // SLAB], (at + done) % SLAB
        step = min(count - done, SLAB - start)
        here, there = whole[done : done + step], slab[start : start + step]
        (there if out else here).copy_(here if out else there, non_blocking=True)
        done += step


def _settle() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()  # the current device is the engine's (pipelines.diffusion.memory.ready)
