"""One denoiser over several devices of a host: the pipeline runs here (rank 0), and a process on each further device computes its part of every step.

Only the denoisers are on the other devices: this process sends them the input of each call, all compute a part of the sequence (context parallelism of
diffusers, Ulysses' way: heads and tokens change places around every attention), and this process has the whole output. So cancelling, previews, text
and decoding stay here, and a process that is not called waits.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar

import structlog
import torch
from torch import distributed as dist

from farm.catalog import Model
from farm.work import EngineError
from pipelines.engine import DeviceLost

log = structlog.get_logger()

PATIENCE = 600.0  # seconds that one waits for another: compiling takes minutes, and they do not do it in step
GRACE = 10.0  # seconds to notice by oneself that another is gone
LOST_STATUS = 75  # as of a slot that lost its device (workers.slot_child.EXIT_DEVICE_LOST)
TICK = 2.0  # seconds between two signs of life while others load
UNSHARED = dict.fromkeys(
    ("LTXVideoTransformer3DModel", "LTX2VideoTransformer3DModel"),
    "diffusers 0.42 leaves its tokens' times and its masks, one a head, whole",
)
_meshes: dict[int, Any] = {}
ROOT = Path(__file__).resolve().parents[2]


class Crew:
    """The processes on the other devices; one crew a process, shared by the models that it holds."""

    here: ClassVar[Crew | None] = None

    def __init__(self, count: int, device: str) -> None:
        self.count, self.device = count, device
        self._members: list[tuple[subprocess.Popen[bytes], Connection]] = []
        self._users = 0
        self._over = threading.Event()
        self._folder = tempfile.TemporaryDirectory(prefix="storyfarm-crew-")

    @classmethod
    def of(cls, model: Model, count: int, device: str) -> Crew:
        """The crew of this process, started if it is not there.

        Raises EngineError (bad_speed) when the machine has too few devices or the crew is of another size, DeviceLost when it does not come up.
        """
        if device.startswith("cuda") and ((torch.device(device).index or 0) or torch.cuda.device_count() < count):
            raise EngineError(
                f"Model {model.name!r}: speed.context-parallel is {count}, but this worker is on {device} of {torch.cuda.device_count()} device(s); "
                f"start it on cuda with CUDA_VISIBLE_DEVICES naming {count} of them, or give a smaller number.",
                code="bad_speed",
            )
        if cls.here is not None and cls.here.count != count:
            raise EngineError(
                f"Model {model.name!r}: speed.context-parallel is {count}, but another model of this worker has {cls.here.count}; give all of a pool the same.",
                code="bad_speed",
            )
        if cls.here is None:
            crew = Crew(count, device)
            try:
                crew._start()
            except Exception as error:
                crew._end()
                raise DeviceLost(f"The {count} processes of model {model.name!r} did not find each other: {error}") from error
            cls.here = crew
        cls.here._users += 1
        return cls.here

    def _start(self) -> None:
        for rank in range(1, self.count):
            ours, theirs = Pipe()
            command = [
                sys.executable,
                "-m",
                "pipelines.diffusion.crew_member",
                str(theirs.fileno()),
                str(rank),
                str(self.count),
                self.device,
                self._folder.name,
            ]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
            # Not of a session of its own: whoever kills the slot's group kills these with it.
            self._members.append((subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL), ours))
            theirs.close()
        for process, _ in self._members:
            threading.Thread(target=self._watch, args=(process,), name="crew", daemon=True).start()
        join(0, self.count, self.device, self._folder.name)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """End this process when that one has ended: a kernel of NCCL waits for it for ever, and nothing but the process's end stops a kernel."""
        status = process.wait()
        # Where the others are processors, or the next message finds the pipe closed, it is an exception, and leaves in good order.
        if not self._over.wait(GRACE):
            print(f"The process of another device ended with status {status}; without it nothing goes on here.", file=sys.stderr, flush=True)
            os._exit(LOST_STATUS)

    def release(self) -> None:
        """A model is done with it; the last one ends it."""
        self._users -= 1
        if self._users <= 0:
            self._end()

    def _end(self) -> None:
        Crew.here = None
        self._over.set()
        for _, connection in self._members:
            connection.close()  # which ends the other side
        for process, _ in self._members:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._members = []
        if dist.is_initialized():
            dist.destroy_process_group()
        self._folder.cleanup()

    def tell(self, message: tuple[Any, ...]) -> None:
        """Send every member a message.

        Raises DeviceLost when one is gone.
        """
        for process, connection in self._members:
            try:
                connection.send(message)
            except OSError as error:
                raise DeviceLost(f"The process of another device ended with status {process.poll()}.") from error

    def hear(self, key: str, tick: Callable[[], None]) -> None:
        """Wait until every member has loaded `key`; `tick` is called meanwhile and may raise.

        Raises EngineError with what one of them says, DeviceLost when one is gone.
        """
        for process, connection in self._members:
            deadline = time.monotonic() + PATIENCE
            heard = None
            while heard is None or heard[0] != key:  # what came late for a load that was given up is nobody's
                tick()
                if time.monotonic() > deadline:
                    raise DeviceLost(f"The process of another device did not answer within {PATIENCE:.0f} s.")
                try:
                    heard = connection.recv() if connection.poll(TICK) else None
                except (EOFError, OSError) as error:
                    raise DeviceLost(f"The process of another device ended with status {process.poll()}.") from error
            if heard[1] is not None:
                raise EngineError(heard[1], code="bad_speed")

    def share(self, part: Any, key: str) -> None:
        """Let every call of `part`, which every member holds as `key`, be computed by all."""
        whole = part.forward

        def forward(*args: Any, **named: Any) -> Any:
            tensors: list[torch.Tensor] = []
            self.tell(("forward", key, _flat((args, named), tensors)))
            try:
                for tensor in tensors:
                    dist.broadcast(tensor, 0)
                return whole(*args, **named)
            except Exception as error:
                # Whatever it was, the others are in the middle of what cannot be finished.
                raise DeviceLost(f"The devices of {key} lost step: {error}") from error

        part.forward = forward


def refuse(part: Any) -> None:
    """Say that a denoiser cannot be shared, if it cannot.

    Raises EngineError (bad_speed).
    """
    kind = type(part).__name__
    if not getattr(part, "_cp_plan", None) or kind in UNSHARED:
        why = UNSHARED.get(kind, "diffusers has no plan for it")
        raise EngineError(f"speed.context-parallel does not go with {kind} ({why}); it goes with the Wan, FLUX and Qwen-Image families.", code="bad_speed")


def parallel(part: Any, count: int) -> None:
    """Let a denoiser compute its part of the sequence only."""
    from diffusers import ContextParallelConfig

    with _counted():
        # "Anything": neither tokens nor heads must be a multiple of the number of devices.
        part.enable_parallelism(config=ContextParallelConfig(ulysses_degree=count, ulysses_anything=True, mesh=_meshes[count]))


@contextlib.contextmanager
def _counted() -> Iterator[None]:
    """diffusers divides by the number of accelerators, also where the devices are processors."""
    plain = torch.accelerator.device_count
    if not plain():
        torch.accelerator.device_count = lambda: 1
    try:
        yield
    finally:
        torch.accelerator.device_count = plain


def join(rank: int, count: int, device: str, folder: str) -> None:
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # all are on this machine, and nobody else may speak to them
    os.environ.setdefault("NCCL_SOCKET_IFNAME", "lo")
    backend = "gloo"
    if device.startswith("cuda"):
        torch.cuda.set_device(rank)
        backend = "cpu:gloo,cuda:nccl"
    dist.init_process_group(backend, init_method=f"file://{folder}/meeting", rank=rank, world_size=count, timeout=timedelta(seconds=PATIENCE))
    # Made here, once, because all must make it together; a model that one of them cannot load then leaves nobody waiting.
    mesh = dist.device_mesh.init_device_mesh(torch.device(device).type, (1, count), mesh_dim_names=("ring", "ulysses"))
    mesh["ring", "ulysses"]._flatten()
    _meshes[count] = mesh


class _Tensor:
    """In a message, the place of a tensor that follows it."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.shape, self.dtype, self.kind = tuple(tensor.shape), tensor.dtype, tensor.device.type


def _flat(value: Any, tensors: list[torch.Tensor]) -> Any:
    """`value` with its tensors taken out, in order."""
    if isinstance(value, torch.Tensor):
        tensors.append(value.contiguous())
        return _Tensor(value)
    if isinstance(value, dict):
        return {name: _flat(one, tensors) for name, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_flat(one, tensors) for one in value)
    return value


def filled(value: Any, device: torch.device) -> Any:
    """The reverse: tensors are received in the same order."""
    if isinstance(value, _Tensor):
        found = torch.empty(value.shape, dtype=value.dtype, device=device if value.kind == device.type else value.kind)
        dist.broadcast(found, 0)
        return found
    if isinstance(value, dict):
        return {name: filled(one, device) for name, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(filled(one, device) for one in value)
    return value
