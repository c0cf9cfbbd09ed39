"""The interface of every engine: the embedded ones and the diffusion ones alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Protocol

from farm.catalog import Model
from farm.types import Outcome, TaskKind, Work


class DeviceLost(Exception):
    """The device cannot be used any more by this process (a sticky CUDA error): the slot ends, and a new one is started."""


class Report(Protocol):
    """Where an engine tells what it is doing; every call may raise `farm.types.Cancelled`."""

    def loading(self, fraction: float, note: str = "") -> None:
        """Loading a model: `fraction` from 0 to 1."""

    def step(self, step: int, of: int, note: str = "") -> None:
        """Step `step` of `of` is done; call it often (a lease is renewed by progress)."""

    def preview(self, path: Path, media_type: str) -> None:
        """A small picture of how far it is."""


class Engine(ABC):
    """Loads one model of the catalog onto one device and runs work with it; lives in the slot process."""

    kinds: ClassVar[frozenset[TaskKind]]
    """The tasks that this engine can do."""

    def __init__(self, model: Model, device: str) -> None:
        self.model, self.device = model, device

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """Say what this machine lacks to run `model`, a sentence with the remedy each; empty when it can run."""
        return []

    def load(self, report: Report) -> None:  # noqa: B027 - an engine without weights has nothing to load
        """Bring the model onto the device; called once, before the first `run`."""

    @abstractmethod
    def run(self, work: Work, report: Report) -> Outcome:
        """Do the work; write files only under `work.scratch`.

        Raises `farm.types.EngineError` for what it understands, `farm.types.Cancelled` when told to stop.
        The same work (spec with its seed, files) gives the same outcome.
        """

    def unload(self) -> None:  # noqa: B027
        """Free the device's memory; the engine may be loaded again."""
