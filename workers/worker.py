"""One worker process: a pool's queue on one side, a slot on the other."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import psutil
import structlog
from sqlalchemy.exc import SQLAlchemyError

from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.settings import Settings
from farm.store import Store
from workers import engines, health
from workers.actors import declare
from workers.attempt import Control, Tools
from workers.broker import FarmBroker, listen
from workers.parent import watch_parent
from workers.slot import Slot

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 2.0  # five may be missed before the reaper takes the worker for dead
STOP_SECONDS = 8.0  # from "leave now" to the end, whatever hangs; longer than an engine is given to unwind
ORPHAN_SECONDS = 10.0  # the same when the parent is gone: then the process ends itself


def run_worker(
    settings: Settings,
    catalog: Catalog,
    pool: str,
    *,
    name: str | None = None,
    grace: float = 30.0,
    device: str | None = None,
    warm: bool = True,
    die_with_parent: bool = False,
    table: Mapping[str, str] | None = None,
) -> int:
    """Serve `pool` until SIGTERM or SIGINT; returns the process's exit code.

    The first signal drains: the running task may end within `grace` seconds, then it is given back, its attempt not counted. The second
    stops at once. `device` ("cpu", "cuda:1") defaults to the pool's first; `warm` loads the pool's models while idle; `table` overrides
    the engines. Raises ValueError for a pool that models.yaml does not have, RuntimeError for a device that is not there.
    """
    if pool not in catalog.pools:
        raise ValueError(f"no pool {pool!r} in {settings.models}; it has {', '.join(sorted(catalog.pools))}")
    described = health.describe(device or ("cuda:0" if catalog.pools[pool].device == "cuda" else "cpu"))
    worker = Worker(settings, catalog, pool, name or _name(pool), described, engines.table() if table is None else table)
    return worker.serve(grace=grace, warm=warm, die_with_parent=die_with_parent)


def _name(pool: str) -> str:
    """A name that no other worker has: the pool, the host, the process, and a random part for containers that are all process 1."""
    return f"{pool}@{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


class Worker:
    """Registers, listens, heartbeats, drains."""

    def __init__(self, settings: Settings, catalog: Catalog, pool: str, name: str, device: health.Device, table: Mapping[str, str]) -> None:
        self.name, self.pool, self.device = name, pool, device
        self.models = catalog.pools[pool].models
        self._catalog = catalog
        self._store = Store.open(settings.database_url)
        self._control = Control()
        self._slot = Slot(table, device=device.name, memory_gb=device.budget_gb)
        self._broker = FarmBroker(settings.redis_url)
        self._scratch_root = settings.home / "scratch"
        self._signals = 0
        self._wake = threading.Event()
        self._parent = os.getppid()
        self._tools = Tools(
            store=self._store,
            artifacts=Artifacts.open(settings.artifacts_url, settings.secret),
            progress=Progress(settings.redis_url),
            tickets=Tickets(settings.redis_url),
            slot=self._slot,
            catalog=catalog,
            worker=name,
            pool=pool,
            scratch=self._scratch_root / f"worker-{os.getpid()}",
            control=self._control,
        )

    def serve(self, *, grace: float, warm: bool, die_with_parent: bool) -> int:
        """Work until told to leave; returns 0, or 1 when something had to be cut off."""
        self._hear_signals()
        if die_with_parent:
            watch_parent(self._orphaned)
        _sweep(self._scratch_root)
        declare(self._broker, self._tools)
        transport = listen(self._broker)
        if warm:
            self._slot.load_ahead(self._catalog.models[name] for name in self.models)
        self._register()
        transport.start()
        log.info("worker serves", worker=self.name, pool=self.pool, device=self.device.title, models=self.models)
        while not self._control.draining.is_set():
            self._wake.wait(HEARTBEAT_SECONDS)
            if not self._control.draining.is_set():
                self._beat()
        clean = self._drain(transport, grace)
        self._slot.stop(grace=1.0)
        with contextlib.suppress(SQLAlchemyError):
            self._store.workers.forget(self.name)
        self._store.close()
        shutil.rmtree(self._tools.scratch, ignore_errors=True)
        log.info("worker left", worker=self.name, clean=clean)
        return 0 if clean else 1

    # ---------------------------------------------------------------- leaving

    def _hear_signals(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._signalled)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        """First signal: drain. Second, or the parent gone: now. Only sets events, because it interrupts anything."""
        self._signals += 1
        self._control.draining.set()
        if self._signals > 1 or os.getppid() != self._parent:
            self._control.abandon.set()
        self._wake.set()

    def _orphaned(self) -> None:
        """The parent is gone, and with it perhaps queue and database: give the task back if that still goes, and end in any case."""
        log.warning("the parent is gone, leaving", worker=self.name)
        self._control.draining.set()
        self._control.abandon.set()
        self._wake.set()
        time.sleep(ORPHAN_SECONDS)
        os._exit(1)

    def _drain(self, transport: dramatiq.worker.Worker, grace: float) -> bool:
        """Let the running task end within `grace` seconds, then have it given back; whether everything ended by itself."""
        log.info("worker drains", worker=self.name, grace=grace)
        with contextlib.suppress(SQLAlchemyError):
            self._store.workers.drain(self.name)
        stopper = threading.Thread(target=transport.stop, name="stopper", daemon=True)
        stopper.start()
        deadline = time.monotonic() + grace
        while stopper.is_alive() and time.monotonic() < deadline and not self._control.abandon.is_set():
            self._wake.clear()
            self._wake.wait(0.05)
            self._beat_if_due()
        if not stopper.is_alive():
            return True
        self._control.abandon.set()
        stopper.join(STOP_SECONDS)
        return not stopper.is_alive()
