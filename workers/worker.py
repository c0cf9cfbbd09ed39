"""One worker process: a pool's queue on one side, a slot on the other."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import dramatiq.worker
import psutil
import structlog
from sqlalchemy.exc import SQLAlchemyError

from farm import logs
from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.parent import tied, watch_parent
from farm.profiles import find
from farm.progress import Progress
from farm.settings import Settings
from farm.store import Store
from farm.tickets import Tickets
from farm.types import FILM_SIZES, AspectRatio
from workers import engines, health
from workers.abilities import fitting
from workers.actors import declare
from workers.broker import FarmBroker, listen
from workers.slot import Slot
from workers.swaps import Swaps
from workers.tools import Control, Tools

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 2.0  # five may be missed before the reaper takes the worker for dead
STOP_SECONDS = 8.0  # from "leave now" to the end, whatever hangs; longer than an engine is given to unwind
LOOK_AGAIN_SECONDS = 60.0  # between two looks for what was lacking
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
    cold: Collection[str] = (),
    die_with_parent: bool = False,
    table: Mapping[str, str] | None = None,
) -> int:
    """Serve `pool` until SIGTERM or SIGINT; returns the process's exit code.

    The first signal drains: the running task may end within `grace` seconds, then it is given back, its attempt not counted. The second
    stops at once. `device` ("cpu", "cuda:1") defaults to the pool's first; `warm` loads the pool's models while idle, all but
    those in `cold`; `table` overrides the engines. Raises ValueError for a pool that models.yaml does not have, RuntimeError for a device that is not there.
    """
    if pool not in catalog.pools:
        raise ValueError(f"no pool {pool!r} in {settings.models}; it has {', '.join(sorted(catalog.pools))}")
    described = health.describe(device or ("cuda:0" if catalog.pools[pool].device == "cuda" else "cpu"))
    worker = Worker(settings, catalog, pool, name or _name(pool), described, engines.table() if table is None else table)
    return worker.serve(grace=grace, warm=warm, cold=cold, die_with_parent=die_with_parent)


def _name(pool: str) -> str:
    """A name that no other worker has: the pool, the host, the process, and a random part for containers that are all process 1."""
    return f"{pool}@{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


class Worker:
    """Registers, listens, heartbeats, drains."""

    def __init__(self, settings: Settings, catalog: Catalog, pool: str, name: str, device: health.Device, table: Mapping[str, str]) -> None:
        self.name, self.pool, self.device = name, pool, device
        logs.name_process(worker=name, pool=pool)
        self._catalog = catalog
        served = [catalog.models[name] for name in catalog.pools[pool].models]
        profiles = {model.name: found for model in served if (found := find(settings.home, model, device.title)) is not None}
        fit, self._too_large = fitting(served, device, profiles)
        if not fit:
            raise RuntimeError(f"no model of pool {pool!r} fits {device.title}: {'; '.join(f'{name}: {why}' for name, why in self._too_large.items())}")
        self.models = tuple(fit)
        self._swaps = Swaps()
        # Where slots keep what they compiled, so that the next one need not; torch's own choice is a folder in /tmp that anybody may have made.
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(settings.home.resolve() / "compiled" / "inductor"))
        self._store = Store.open(settings.database_url)
        self._control = Control()
        self._slot = Slot(
            table, device=device.name, memory_gb=device.budget_gb, parked_gb=device.parked_gb,
            needs={name: fit[name] for name in profiles if name in fit}, swapped=self._swaps.hear,
        )  # fmt: skip
        self._broker = FarmBroker(settings.redis_url)
        self._scratch_root = settings.home / "scratch"
        self._signals = 0
        self._wake = threading.Event()
        self._parent = os.getppid()
        self._beaten = 0.0
        self._looked = time.monotonic()
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
            engines=dict(table),
            memory_gb=device.memory_gb,
            models=self.models,
            profiles=profiles,
            ahead=device.name != "cpu",
        )
        self._told: Any = None

    def serve(self, *, grace: float, warm: bool, cold: Collection[str] = (), die_with_parent: bool) -> int:
        """Work until told to leave; returns 0, or 1 when something had to be cut off."""
        self._hear_signals()
        if die_with_parent:
            watch_parent(self._orphaned)
        _sweep(self._scratch_root)
        declare(self._broker, self._tools)
        transport = listen(self._broker)
        for name, why in self._too_large.items():
            log.warning("model does not fit here", model=name, why=why)
        self._slot.survey(self._catalog.models[name] for name in self.models)
        if warm:
            self._slot.load_ahead(self._catalog.models[name] for name in self.models if name not in cold)
        self._register()
        transport.start()
        log.info("worker serves", worker=self.name, pool=self.pool, device=self.device.title, models=self.models)
        while not self._control.draining.is_set():
            self._wake.wait(HEARTBEAT_SECONDS)
            self._beat_if_due()
            self._look_again()
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
        if self._signals > 1 or (tied() and os.getppid() != self._parent):
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

    # ---------------------------------------------------------------- being known

    def _models(self) -> tuple[str, ...]:
        """What it can run as far as is known."""
        return tuple(name for name in self.models if not self._slot.lacks.get(name))

    def _device(self) -> dict[str, Any]:
        """What people and the store are told of the device: its memory, what it holds, how long swaps took, what cannot run here and why."""
        device, slot, film = self.device, self._slot, FILM_SIZES[AspectRatio.WIDE]
        lacks = {**self._too_large, **{name: why[0] for name, why in dict(slot.lacks).items() if why}}
        return {
            "name": device.name, "title": device.title, "memory_gb": device.memory_gb, "cores": device.cores,
            "loaded": list(slot.warm), "parked": list(slot.parked), "swaps": self._swaps.summary(), "lacks": lacks,
            "measured": {
                name: {"seconds": one.seconds(film.width, film.height), "step_seconds": one.step_seconds()} for name, one in self._tools.profiles.items()
            },
        }  # fmt: skip

    def _register(self) -> None:
        """Tell the store who is there; a database that is away is told later, by `_beat`."""
        self._beaten = time.monotonic()
        self._told = (self._models(), self._device())
        try:
            self._store.workers.register(self.name, pool=self.pool, host=health.here(), pid=os.getpid(), models=self._told[0], device=self._told[1])
        except SQLAlchemyError as error:
            log.warning("not registered, the database is away", worker=self.name, error=str(error).splitlines()[0])

    def _beat(self) -> None:
        """Say that this worker lives, and what has changed; register again if it was taken for dead meanwhile."""
        self._beaten = time.monotonic()
        if self._tools.reading.acquire(blocking=False):  # nobody works: hear what the slot said meanwhile
            try:
                self._slot.settle()
            finally:
                self._tools.reading.release()
        models, device = news = (self._models(), self._device())
        same = news == self._told
        try:
            known = self._store.workers.heartbeat(self.name, models=None if same else models, device=None if same else device)
        except SQLAlchemyError as error:
            log.warning("no heartbeat, the database is away", worker=self.name, error=str(error).splitlines()[0])
            return
        self._told = news
        if not known:
            self._register()

    def _look_again(self) -> None:
        """Now and then ask anew for models that lack something: weights may have been fetched meanwhile."""
        lacking = [name for name, why in dict(self._slot.lacks).items() if why]
        if lacking and time.monotonic() - self._looked >= LOOK_AGAIN_SECONDS and self._slot.alive:
            self._looked = time.monotonic()
            self._slot.ask_again(self._catalog.models[name] for name in lacking)

    def _beat_if_due(self) -> None:
        if time.monotonic() - self._beaten >= HEARTBEAT_SECONDS:
            self._beat()


def _sweep(root: Path) -> None:
    """Remove the scratch folders of workers that were killed on this host."""
    for folder in root.glob("worker-*"):
        pid = folder.name.removeprefix("worker-")
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line of `python -m workers`."""
    from farm import catalog as catalogs

    parser = argparse.ArgumentParser(prog="python -m workers", description="Run one worker of a pool.")
    parser.add_argument("--pool", required=True, help="a pool of models.yaml")
    parser.add_argument("--name", help="name of this worker; default: pool, host, process and a random part")
    parser.add_argument("--grace", type=float, default=30.0, help="seconds that the running task may still take after SIGTERM (default 30)")
    parser.add_argument("--device", help="cpu, cuda or cuda:N; default: the pool's")
    parser.add_argument("--no-warm", action="store_true", help="load no model before its first task")
    parser.add_argument("--cold", action="append", default=[], metavar="MODEL", help="a model that is not loaded before its first task; repeatable")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the process that started this one ends")
    options = parser.parse_args(arguments)
    logs.set_up(human=sys.stderr.isatty())
    try:
        settings = Settings.from_environment()
        return run_worker(
            settings,
            catalogs.load(settings.models),
            options.pool,
            name=options.name,
            grace=options.grace,
            device=options.device,
            warm=not options.no_warm,
            cold=options.cold,
            die_with_parent=options.die_with_parent,
        )
    except (catalogs.CatalogError, ValueError, RuntimeError) as error:
        parser.exit(2, f"worker: {error}\n")
