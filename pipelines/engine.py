"""The interface of every engine: the embedded ones and the diffusion ones alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from farm.catalog import Model
from farm.specs import Spec
from farm.types import TaskKind
from farm.work import Cancelled, EngineError, Outcome, Work


class DeviceLost(Exception):
    """The device cannot be used any more by this process (a sticky CUDA error): the slot ends, and a new one is started."""


class OutOfMemory(Exception):
    """The device's memory was too small for this; the engine can still be used. `MemoryError` and torch's `OutOfMemoryError` mean the same.

    Let it out of `load`, `unpark`, `run` and `run_batch`: the slot makes room (others are parked, a batch is halved), asks `relieve`, tries again.
    """


class Report(Protocol):
    """Where an engine tells what it is doing; every call may raise `farm.work.Cancelled`."""

    def loading(self, fraction: float, note: str = "") -> None:
        """Loading a model: `fraction` from 0 to 1."""

    def step(self, step: int, of: int, note: str = "") -> None:
        """Step `step` of `of` is done; call it often (a lease is renewed by progress)."""

    def preview(self, path: Path, media_type: str) -> None:
        """A small picture of how far it is."""


@dataclass(frozen=True)
class Rest:
    """What is left of a work when it needs the device no more: a file to encode. `finish` gives the outcome, or raises what `run` would have raised.

    It is called once, on another thread, while the engine may be at its next work already: it touches nothing of the engine and nothing on the device.
    """

    finish: Callable[[], Outcome]


class Engine(ABC):
    """Loads one model of the catalog onto one device and runs work with it; lives in the slot process.

    Life: `load`, then any number of `run` and `run_batch`, with `park` and `unpark` between them in pairs, then `unload`; then `load` again or never.
    A parked engine is never run. All in one thread. What has a default here need not be written: such an engine is loaded, run alone, unloaded.
    """

    kinds: ClassVar[frozenset[TaskKind]]
    """The tasks that this engine can do."""

    def __init__(self, model: Model, device: str) -> None:
        self.model, self.device = model, device

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """Say what this machine lacks to run `model`, a sentence with the remedy each; empty when it can run."""
        return []

    def load(self, report: Report) -> None:  # noqa: B027 - an engine without weights has nothing to load
        """Bring the model onto the device; called once, before the first `run`.

        After a failure it may be called again: leave nothing of a half-loaded model on the device.
        """

    @abstractmethod
    def run(self, work: Work, report: Report) -> Outcome:
        """Do the work; write files only under `work.scratch`.

        Raises `farm.work.EngineError` for what it understands, `farm.work.Cancelled` when told to stop, OutOfMemory for `relieve` to be asked.
        The same work (spec with its seed, files) gives the same outcome.
        """

    def unload(self) -> None:  # noqa: B027
        """Free the memory of device and machine; the engine may be loaded again."""

    # ---------------------------------------------------------------- staying, going and coming back

    def footprint(self) -> int:
        """Bytes of the device's memory that the weights hold now; 0: not known (the slot measures, or takes models.yaml's `memory_gb`)."""
        return 0

    def park(self) -> bool:
        """Move the weights from the device into the machine's memory (pinned, where the device copies faster from it).

        False: it cannot be done (parts are offloaded already, no memory to pin), nothing was moved; the slot unloads instead. Must not raise for that.
        """
        return False

    def unpark(self, report: Report) -> None:
        """Bring back what `park` moved; `run` then gives what it gave before, to the bit. Raises what `load` raises."""
        raise NotImplementedError(f"{type(self).__name__} parks but does not unpark")

    # ---------------------------------------------------------------- too little memory

    def relieve(self, work: Work) -> str | None:
        """Take the next rung of the ladder of ways to need less memory (slicing, tiling, offload …); called after out-of-memory, before a new try.

        Returns the rung's name for people, None when there is none left. What was ordered (size, frames, steps, seed) never changes. Rungs stay taken.
        """
        return None

    # ---------------------------------------------------------------- several works in one pass

    @classmethod
    def batch_key(cls, model: Model, spec: Spec, roles: frozenset[str]) -> Hashable | None:
        """What must be equal for works to share a pass (kind, size, LoRA, kind of reference …); None: this work goes alone.

        Called in the worker's own process before a work is claimed: without weights, without the heavy libraries, so the module must import without
        them. `spec` is resolved, `roles` are the names of the input files. The model is the same for all.
        """
        return None

    @classmethod
    def batch_limit(cls, model: Model, spec: Spec) -> int:
        """How many works one pass can take at most, whatever pays; what pays is measured by `storyfarm models bench`."""
        return 1

    def run_batch(self, works: Sequence[Work], reports: Sequence[Report]) -> list[Outcome | Exception]:
        """Do works of one `batch_key` in one pass; the answer to each in order, the exception that `run` would have raised among them.

        A report that raises Cancelled ends its own work only: its answer is that Cancelled, and the others go on. What concerns all (OutOfMemory,
        DeviceLost) is raised. Every report hears every step. A work's seed decides its noise alone and in company.
        """
        answers: list[Outcome | Exception] = []
        for work, report in zip(works, reports, strict=True):
            try:
                answers.append(self.run(work, report))
            except (EngineError, Cancelled) as error:
                answers.append(error)
        return answers

    def compute(self, works: Sequence[Work], reports: Sequence[Report]) -> list[Outcome | Rest | Exception]:
        """What the slot calls: `run` for one work, `run_batch` for several; an engine that can leave the last of a work for later overrides it."""
        return [self.run(works[0], reports[0])] if len(works) == 1 else [*self.run_batch(works, reports)]
