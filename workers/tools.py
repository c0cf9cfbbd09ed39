"""What a worker's attempts work with, and how an attempt may end before its time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.profiles import DeviceProfile
from farm.progress import Progress
from farm.store import Store
from farm.tickets import Tickets
from workers.deadlines import Deadlines
from workers.engines import table
from workers.slot import Slot
from workers.switchboard import Switchboard

AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What SQLAlchemy raises while the database cannot be reached, or is locked."""


@dataclass
class Control:
    """How the worker tells its attempts to end."""

    draining: threading.Event = field(default_factory=threading.Event)
    """Claim nothing more."""
    abandon: threading.Event = field(default_factory=threading.Event)
    """Give the running task back, now."""


@dataclass
class Tools:
    """What a worker's attempts work with."""

    store: Store
    artifacts: Artifacts
    progress: Progress
    tickets: Tickets
    slot: Slot
    catalog: Catalog
    worker: str
    pool: str
    scratch: Path
    deadlines: Deadlines = field(default_factory=Deadlines)
    control: Control = field(default_factory=Control)
    engines: dict[str, str] = field(default_factory=table)
    """Engine name to "module:Class", as the slot has it."""
    memory_gb: float | None = None
    """Memory of the device, where it decides which tasks fit."""
    reading: threading.Lock = field(default_factory=threading.Lock)
    """Held by whoever reads what the slot says."""
    models: tuple[str, ...] | None = None
    """Models of the pool that fit this device; None: all of them."""
    profiles: dict[str, DeviceProfile] = field(default_factory=dict)
    """What was measured of the pool's models on this device, by model."""

    recording: dict[str, threading.Event] = field(default_factory=dict)
    """Task keys whose results are being made or put away by this worker now; set once they are recorded, or will not be."""
    ahead: bool = False
    """Whether the next task is claimed, and its inputs fetched, while the last of this one is computed: a device that waits costs more than a claim that
    an idle worker might have had a moment later."""
    switchboard: Switchboard = field(init=False)
    """Where the slot is heard."""

    def __post_init__(self) -> None:
        self.switchboard = Switchboard(self.slot)

    def able(self) -> tuple[str, ...]:
        """Names of the pool's models that this worker can run as far as is known: they fit, and nothing is lacking for them."""
        models = self.catalog.pools[self.pool].models if self.models is None else self.models
        return tuple(name for name in models if name not in self.slot.unknown and not self.slot.lacks.get(name))


class Trouble(Exception):
    """The attempt failed; `crashed` when the slot was lost on it, `retry` when another attempt may do better."""

    def __init__(self, message: str, *, code: str, retry: bool, crashed: bool = False) -> None:
        super().__init__(message)
        self.message, self.code, self.retry, self.crashed = message, code, retry, crashed


class Unwanted(Exception):
    """The lease is lost or the job cancelled: nobody waits for this result."""


class Abandoned(Exception):
    """The worker has to leave: the task goes back, the attempt does not count."""
