"""The slot process: loads engines and runs one work at a time, told by commands, telling by events.

Started as `python -m workers.slot_child <descriptor> <parent's pid>` by `workers.slot`, with a clean environment. The main thread runs
engines (some native libraries insist on it); a second thread reads commands, so that a Cancel is heard while an engine is busy.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import queue
import resource
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from multiprocessing.connection import Connection
from pathlib import Path

from farm.catalog import Model
from farm.parent import die_with_parent
from farm.work import Cancelled, EngineError
from pipelines.engine import Engine
from workers import engines, events
from workers.memory import DeviceMemory, is_full, set_up
from workers.passes import Pass, is_lost
from workers.residency import GIGABYTE, Residency, too_big

# A retry does the same again, so these cannot be mended by one.
HOPELESS = (TypeError, ValueError, LookupError, AttributeError, ImportError, NotImplementedError, AssertionError)
EXIT_DEVICE_LOST = 75  # EX_TEMPFAIL of sysexits.h: not the work's fault
REST_THREADS = 4  # of the processor, beside the thread that keeps the device busy
OOM_SCORE = "500"  # the kernel should take the slot before it takes the worker (proc(5), oom_score_adj)


class Slot:
    """The engines that are loaded, and the run that is going on."""

    def __init__(self, connection: Connection, boot: events.Boot) -> None:
        self.boot = boot
        self.commands: queue.SimpleQueue[events.Command] = queue.SimpleQueue()
        self.memory = DeviceMemory(boot.device)
        self.models = Residency(
            memory=self.memory, device_bytes=boot.memory_gb * GIGABYTE, parked_bytes=boot.parked_gb * GIGABYTE, make=self.make,
            tell=self.send, changed=self.say_warm, measured=boot.needs,
        )  # fmt: skip
        self.rests = Rests()
        self.cancelled: set[tuple[int, int]] = set()  # run and member
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
                self.cancelled.update((command.run, member) for member in command.members)
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
        unknown: deque[Model] = deque()
        while not self.stopping.is_set():
            if (unknown or ahead) and self.commands.empty():  # work goes first
                if unknown:
                    self.survey(unknown.popleft())
                else:
                    self.warm(ahead.popleft())
                continue
            command = self.commands.get()
            if isinstance(command, events.Run):
                self.run(command)
            elif isinstance(command, events.Warm):
                ahead.extend(command.models)
            elif isinstance(command, events.Survey):
                unknown.extend(command.models)
            elif isinstance(command, events.Park):
                self.park(command.model)
        self.rests.finish()

    def say_warm(self) -> None:
        """Tell which models are where."""
        self.send(events.Warmed(models=self.models.ready(), parked=self.models.parked()))

    def survey(self, model: Model) -> None:
        """Tell what this machine lacks for `model`."""
        try:
            lacks = engines.engine_class(model.engine, self.boot.engines).missing(model)
        except Exception as error:
            lacks = [f"Its engine {model.engine!r} cannot be used: {error}."]
        self.send(events.Surveyed(model=model.name, lacks=tuple(lacks)))

    def warm(self, model: Model) -> None:
        """Load a model ahead of its first work, if it fits beside what is loaded."""
        if model.name in self.models.held or not self.models.fits_beside(model):
            return
        try:
            self.models.bring(model, _Quiet())
        except BaseException as error:
            print(f"warming {model.name!r} failed: {error}", file=sys.stderr, flush=True)

    def park(self, name: str) -> None:
        """Take a model off the device."""
        if name in self.models.ready():
            self.models.evict(name)
        else:
            self.say_warm()

    def make(self, model: Model) -> Engine:
        """An engine for `model`, not loaded yet.

        Raises EngineError when there is no such engine, or this machine lacks something for it.
        """
        try:
            kind = engines.engine_class(model.engine, self.boot.engines)
        except ImportError as error:
            raise EngineError(f"model {model.name!r}: {error}", code="engine_missing") from error
        except ValueError as error:
            raise EngineError(f"model {model.name!r}: {error}", code="no_engine") from error
        if missing := kind.missing(model):
            raise EngineError(f"model {model.name!r} cannot run here: {' '.join(missing)}", code="model_missing")
        return kind(model, self.boot.device)

    def run(self, command: events.Run) -> None:
        """Run works and answer each with Done or Failed, whatever the engine does."""
        Pass(self, command).carry_out()
        for one in [one for one in list(self.cancelled) if one[0] <= command.run]:
            self.cancelled.discard(one)

    def failure(self, run: int, member: int, model: Model, error: BaseException) -> events.Failed:
        """What is told of an exception; one that leaves the device unusable ends this process instead."""
        if isinstance(error, Cancelled | EngineError):
            return self.told(run, member, model, error)
        if is_lost(error):
            traceback.print_exception(error)  # to the worker's log
            # Every later call to the device would fail too; the attempt counts as crashed, and the worker starts a new slot.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(EXIT_DEVICE_LOST)
        # Nobody knows in what state an unforeseen exception left the engine, or the memory it holds.
        self.models.drop(model.name)
        return self.told(run, member, model, error)

    def told(self, run: int, member: int, model: Model, error: BaseException) -> events.Failed:
        """What is told of an exception, whatever it means for the engine."""
        if isinstance(error, Cancelled):
            return events.Failed(run=run, member=member, code="cancelled", message="The task was told to stop.", retry=False)
        if isinstance(error, EngineError):
            return events.Failed(run=run, member=member, code=error.code, message=error.message, retry=error.retry)
        traceback.print_exception(error)  # to the worker's log
        what = f"{type(error).__name__}: {error}"
        if is_full(error):
            return self.told(run, member, model, too_big(model, self.boot.device, (), what))
        return events.Failed(
            run=run, member=member, code="engine_exception", message=f"Engine {model.engine!r} failed: {what}", retry=not isinstance(error, HOPELESS)
        )


class Rests:
    """What works have left for the processor, done on threads beside the next works; those of two runs at most, because they hold what they encode."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max(1, min(REST_THREADS, os.cpu_count() or 1)), thread_name_prefix="rest")
        self._left: dict[int, list[Future[None]]] = {}

    def leave(self, run: int, rest: Callable[[], None]) -> None:
        """Have it done; waits for those of runs before the last one."""
        for earlier in [one for one in self._left if one < run - 1]:
            wait(self._left.pop(earlier))
        self._left.setdefault(run, []).append(self._threads.submit(rest))

    def finish(self) -> None:
        """Wait for all."""
        self._threads.shutdown()


class _Quiet:
    """The report of a model loaded ahead of its work: nobody waits for it."""

    def loading(self, fraction: float, note: str = "") -> None: ...

    def step(self, step: int, of: int, note: str = "") -> None: ...

    def preview(self, path: Path, media_type: str) -> None: ...


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
    set_up(boot.device)
    Slot(connection, boot).serve()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # native libraries' exit handlers have been seen to hang; everything worth keeping is with the worker


if __name__ == "__main__":
    main()
