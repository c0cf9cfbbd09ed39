"""The slot process: loads engines and runs one work at a time, told by commands, telling by events.

Started as `python -m workers.slot_child <descriptor> <parent's pid>` by `workers.slot`, with a clean environment. The main thread runs
engines (some native libraries insist on it); a second thread reads commands, so that a Cancel is heard while an engine is busy.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import queue
import resource
import sys
import threading
import time
import traceback
from collections import OrderedDict, deque
from multiprocessing.connection import Connection
from pathlib import Path

from farm.catalog import Model
from farm.types import Cancelled, EngineError
from pipelines.engine import DeviceLost, Engine
from workers import engines, events
from workers.parent import die_with_parent

REPORT_EVERY = 0.05  # seconds between two Step events of one run: twice as often as anybody is told
# A retry does the same again, so these cannot be mended by one.
HOPELESS = (TypeError, ValueError, LookupError, AttributeError, ImportError, NotImplementedError, AssertionError)
EXIT_DEVICE_LOST = 75  # EX_TEMPFAIL of sysexits.h: not the work's fault
OOM_SCORE = "500"  # the kernel should take the slot before it takes the worker (proc(5), oom_score_adj)


class Slot:
    """The engines that are loaded, and the run that is going on."""

    def __init__(self, connection: Connection, boot: events.Boot) -> None:
        self.boot = boot
        self.commands: queue.SimpleQueue[events.Command] = queue.SimpleQueue()
        self.loaded: OrderedDict[str, Engine] = OrderedDict()  # by model name, the most recently used last
        self.cancelled: set[int] = set()
        self.stopping = threading.Event()
        self._connection = connection
        self._sending = threading.Lock()

    def send(self, event: events.Event) -> None:
        """Send one event up; the parent being gone means that it is time to leave."""
        try:
            with self._sending:
                self._connection.send_bytes(event.model_dump_json().encode())
        except OSError:
            os._exit(1)

    def listen(self) -> None:
        """Read commands until the pipe closes; runs in its own thread."""
        while True:
            try:
                command = events.COMMANDS.validate_json(self._connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(1)  # the worker is gone: nobody wants this work any more
            if isinstance(command, events.Cancel):
                self.cancelled.add(command.run)
            elif isinstance(command, events.Stop):
                self.stopping.set()
                self.commands.put(command)
            else:
                self.commands.put(command)

    def serve(self) -> None:
        """Do what the commands say until Stop."""
        threading.Thread(target=self.listen, name="commands", daemon=True).start()
        self.send(events.Ready())
        ahead: deque[Model] = deque()
        while not self.stopping.is_set():
            if ahead and self.commands.empty():  # work goes first
                self.warm(ahead.popleft())
                continue
            command = self.commands.get()
            if isinstance(command, events.Run):
                self.run(command)
            elif isinstance(command, events.Warm):
                ahead.extend(command.models)

    def warm(self, model: Model) -> None:
        """Load a model ahead of its first work, if it fits beside what is loaded."""
        if model.name in self.loaded or self._used() + model.memory_gb > self.boot.memory_gb:
            return
        try:
            self.engine(model, _Quiet())
        except BaseException as error:
            print(f"warming {model.name!r} failed: {error}", file=sys.stderr, flush=True)

    def engine(self, model: Model, report: _Report | _Quiet) -> Engine:
        """The loaded engine of `model`; others are unloaded for it, the least recently used first, when memory is short."""
        if (found := self.loaded.get(model.name)) is not None and found.model == model:
            self.loaded.move_to_end(model.name)
            return found
        self.drop(model.name)  # same name, other definition
        try:
            kind = engines.engine_class(model.engine, self.boot.engines)
        except ImportError as error:
            raise EngineError(f"model {model.name!r}: {error}", code="engine_missing") from error
        except ValueError as error:
            raise EngineError(f"model {model.name!r}: {error}", code="no_engine") from error
        if missing := kind.missing(model):
            raise EngineError(f"model {model.name!r} cannot run here: {' '.join(missing)}", code="model_missing")
        while self.loaded and self._used() + model.memory_gb > self.boot.memory_gb:
            self.drop(next(iter(self.loaded)))
        engine = kind(model, self.boot.device)
        report.loading(0.0, f"loading {model.title or model.name}")
        engine.load(report)
        self.loaded[model.name] = engine
        self.send(events.Warmed(models=tuple(self.loaded)))
        return engine

    def drop(self, name: str) -> None:
        """Unload one engine, if it is loaded."""
        if (engine := self.loaded.pop(name, None)) is not None:
            with contextlib.suppress(Exception):
                engine.unload()
            gc.collect()
            self.send(events.Warmed(models=tuple(self.loaded)))

    def run(self, command: events.Run) -> None:
        """Run one work and answer with Done or Failed, whatever the engine does."""
        report = _Report(self, command.run)
        try:
            report.check()
            began = time.perf_counter()
            engine = self.engine(command.model, report)
            loaded = time.perf_counter()
            report.start()
            outcome = engine.run(command.work, report)
            ended = time.perf_counter()
            answer: events.Event = events.Done(run=command.run, outcome=outcome, load_seconds=loaded - began, run_seconds=ended - loaded)
        except BaseException as error:
            answer = self._failure(command, error)
        self.cancelled.discard(command.run)
        self.send(answer)

    def _failure(self, command: events.Run, error: BaseException) -> events.Failed:
        if isinstance(error, Cancelled):
            return events.Failed(run=command.run, code="cancelled", message="The task was told to stop.", retry=False)
        if isinstance(error, EngineError):
            return events.Failed(run=command.run, code=error.code, message=error.message, retry=error.retry)
        traceback.print_exception(error)  # to the worker's log
        if isinstance(error, DeviceLost) or type(error).__name__ == "AcceleratorError":  # torch's, without importing torch
            # Every later call to the device would fail too; the attempt counts as crashed, and the worker starts a new slot.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(EXIT_DEVICE_LOST)
        # Nobody knows in what state an unforeseen exception left the engine, or the memory it holds.
        self.drop(command.model.name)
        what = f"{type(error).__name__}: {error}"
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":  # torch's, without importing torch
            for name in list(self.loaded):
                self.drop(name)
            return events.Failed(run=command.run, code="out_of_memory", message=f"Model {command.model.name!r} ran out of memory ({what}).", retry=True)
        return events.Failed(
            run=command.run, code="engine_exception", message=f"Engine {command.model.engine!r} failed: {what}", retry=not isinstance(error, HOPELESS)
        )

    def _used(self) -> float:
        return sum(engine.model.memory_gb for engine in self.loaded.values())


class _Quiet:
    """The report of a model loaded ahead of its work: nobody waits for it."""

    def loading(self, fraction: float, note: str = "") -> None: ...

    def step(self, step: int, of: int, note: str = "") -> None: ...

    def preview(self, path: Path, media_type: str) -> None: ...


class _Report:
    """What an engine reports to during one run."""

    def __init__(self, slot: Slot, run: int) -> None:
        self._slot, self._run = slot, run
        self._sent = 0.0
        self._stepped = time.perf_counter()
        self._slowest = 0.0

    def check(self) -> None:
        """Raise Cancelled when this run is not wanted any more."""
        if self._run in self._slot.cancelled or self._slot.stopping.is_set():
            raise Cancelled

    def start(self) -> None:
        """Loading is over: steps are timed from now."""
        self.check()
        self._stepped = time.perf_counter()
        self._slot.send(events.Step(run=self._run, step=0, of=0))

    def loading(self, fraction: float, note: str = "") -> None:
        self.check()
        self._slot.send(events.Loading(run=self._run, fraction=min(1.0, max(0.0, fraction)), note=note))

    def step(self, step: int, of: int, note: str = "") -> None:
        self.check()
        now = time.perf_counter()
        self._slowest, self._stepped = max(self._slowest, now - self._stepped), now
        if now - self._sent >= REPORT_EVERY or step >= of:
            self._slot.send(events.Step(run=self._run, step=step, of=of, note=note, seconds=self._slowest))
            self._sent, self._slowest = now, 0.0

    def preview(self, path: Path, media_type: str) -> None:
        self.check()
        self._slot.send(events.Preview(run=self._run, path=path, media_type=media_type))


def main() -> None:
    """Be a slot until told to stop or orphaned."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    die_with_parent(parent)
    faulthandler.enable()  # a segmentation fault leaves its traceback in the worker's log
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core of a process that holds models would fill the disk
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE, encoding="ascii")
    connection = Connection(descriptor)
    boot = events.COMMANDS.validate_json(connection.recv_bytes())
    if not isinstance(boot, events.Boot):
        sys.exit(f"the first command must be boot, not {boot.type}")
    Slot(connection, boot).serve()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # native libraries' exit handlers have been seen to hang; everything worth keeping is with the worker


if __name__ == "__main__":
    main()
