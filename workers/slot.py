"""The slot as its worker sees it: a child process that holds the models, spoken to in typed messages.

The child is spawned, not forked (CUDA and threads do not survive a fork), gets an environment without credentials, and dies with the worker.
Whatever an engine does to it, an exception, a crash, an out-of-memory, comes out of `next_event` as an event.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from farm.catalog import Model
from farm.settings import slot_variables
from farm.work import Work
from workers import events

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parent.parent
# What an engine may need to know of its surroundings. An allow list, because secrets have any name.
PASSED = frozenset(
    "PATH HOME USER LANG LANGUAGE TZ TMPDIR TEMP TMP LD_LIBRARY_PATH LD_PRELOAD VIRTUAL_ENV CC CXX SSL_CERT_FILE SSL_CERT_DIR".split()  # noqa: SIM905
    + "HF_HOME HF_HUB_CACHE HF_HUB_OFFLINE TRANSFORMERS_OFFLINE".split()  # noqa: SIM905
)
PASSED_PREFIXES = (
    "LC_",
    "PYTHON",
    "CUDA_",
    "CUBLAS",
    "CUDNN_",
    "NVIDIA_",
    "NCCL_",
    "OMP_",
    "MKL_",
    "OPENBLAS_",
    "TORCH",
    "PYTORCH_",
    "TRITON_",
    "XDG_",
    "FONTCONFIG_",
)
LINE_LIMIT = 2000  # characters of one line of an engine's output that go to the log
LINGER_SECONDS = 5.0  # from the pipe's end to the process's end
SPAWN_SECONDS = 60.0  # a cold disk and a busy machine; an ordinary start takes under half a second


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What of `environment` a slot gets: nothing of STORYFARM_*, no keys; STORYFARM_SLOT_ENV names more, separated by commas."""
    named = slot_variables(environment)
    passed = {name: value for name, value in environment.items() if name in PASSED or name in named or name.startswith(PASSED_PREFIXES)}
    inherited = [part for part in passed.get("PYTHONPATH", "").split(os.pathsep) if part and part != str(ROOT)]
    passed["PYTHONPATH"] = os.pathsep.join([str(ROOT), *inherited])
    passed["PYTHONUNBUFFERED"] = "1"
    return passed


class SlotError(Exception):
    """The slot process could not be started."""


class Slot:
    """One child process, started when first needed and again after a death."""

    def __init__(
        self,
        engines: Mapping[str, str],
        *,
        device: str = "cpu",
        memory_gb: float = 4.0,
        parked_gb: float = 0.0,
        needs: Mapping[str, events.Need] | None = None,
        swapped: Callable[[events.Swapped], None] = lambda swap: None,
    ) -> None:
        self._boot = events.Boot(engines=dict(engines), device=device, memory_gb=memory_gb, parked_gb=parked_gb, needs=dict(needs or {}))
        self._swapped = swapped
        self._connection: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()
        self._runs = 0
        self._latest: dict[str, Any] = {}  # what was sent down last: what the slot prints is most likely about that
        self._sending = threading.Lock()
        self.warm: tuple[str, ...] = ()
        """Names of the models that the slot has on its device, as far as its events have been read."""
        self.parked: tuple[str, ...] = ()
        """Names of those that it has in the machine's memory."""
        self.lacks: dict[str, tuple[str, ...]] = {}
        """What this machine lacks for the models that were surveyed, a sentence each."""
        self.unknown: set[str] = set()
        """Names of models that are still to be surveyed."""
        self.deaths = 0
        """How many children have ended without being told to."""

    @property
    def pid(self) -> int | None:
        """Process id of the child that is there now."""
        return self._process.pid if self._process and not self._ended.is_set() else None

    @property
    def alive(self) -> bool:
        """Whether there is a child."""
        return self.pid is not None

    @property
    def connected(self) -> bool:
        """Whether there is something to be heard: a child, or the end of one."""
        return self._connection is not None

    def start(self) -> None:
        """Start the child if there is none; returns when the process exists, which is before it is ready.

        Raises SlotError when it cannot be started.
        """
        if self.alive:
            return
        self._close()
        self._connection, theirs = Pipe(duplex=True)
        self._ended = threading.Event()
        started: deque[subprocess.Popen[bytes] | OSError] = deque()
        spawned = threading.Event()
        # A thread of its own starts the child and stays with it: the kernel's death signal comes when the starting thread ends.
        threading.Thread(target=self._keep, args=(theirs, started, spawned, self._ended), name="slot-keeper", daemon=True).start()
        if not spawned.wait(SPAWN_SECONDS):
            raise SlotError(f"the slot process did not start within {SPAWN_SECONDS:.0f} s")
        found = started[0]
        if isinstance(found, OSError):
            self._connection = None
            raise SlotError(f"the slot process could not be started: {found}")
        self._process = found
        self._send(self._boot)

    def _keep(self, theirs: Connection, started: deque[subprocess.Popen[bytes] | OSError], spawned: threading.Event, ended: threading.Event) -> None:
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers.slot_child", str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                env=clean_environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # its programs (ffmpeg …) are killed with it, and Ctrl-C in a terminal reaches the worker alone
            )
        except OSError as error:
            started.append(error)
            spawned.set()
            return
        finally:
            theirs.close()
        started.append(process)
        spawned.set()
        assert process.stdout is not None
        with process.stdout as output:
            while line := output.readline(LINE_LIMIT):
                if text := line.decode(errors="replace").rstrip():
                    log.info("slot output", slot=process.pid, **self._latest, line=text)
        process.wait()
        ended.set()

    def load_ahead(self, models: Iterable[Model]) -> None:
        """Have these models loaded while there is nothing to do."""
        self.start()
        self._send(events.Warm(models=tuple(models)))

    def survey(self, models: Iterable[Model]) -> None:
        """Have it found out what this machine lacks for these models; `unknown` and `lacks` tell, as events are read."""
        asked = tuple(models)
        self.unknown |= {model.name for model in asked}
        self.start()
        self._send(events.Survey(models=asked))

    def ask_again(self, models: Iterable[Model]) -> None:
        """Survey models anew whose lacks are known; until then those count."""
        self._send(events.Survey(models=tuple(models)))

    def run(self, model: Model, *works: Work) -> int:
        """Send works that may share a pass down and return the run's number; read `next_event` until each has Done or Failed, or Died.

        Raises SlotError when no child can be started.
        """
        self.start()
        self._runs += 1
        self._latest = {"model": model.name, "tasks": [work.task for work in works]}
        self._send(events.Run(run=self._runs, model=model, works=works))
        return self._runs

    def cancel(self, run: int, members: Iterable[int] = (0,)) -> None:
        """Ask the engine to stop these works at their next report."""
        self._send(events.Cancel(run=run, members=tuple(members)))

    def park(self, model: str) -> None:
        """Take a model off the device; Warmed tells when that is done."""
        self._send(events.Park(model=model))

    def _send(self, command: events.Command) -> None:
        # A child that is gone or going tells so through its end, in `next_event`.
        with contextlib.suppress(OSError), self._sending:
            if self._connection is not None:
                self._connection.send_bytes(command.model_dump_json().encode())

    def next_event(self, timeout: float) -> events.Event | None:
        """The next event, or None when `timeout` seconds brought none; Died when the child is gone."""
        connection = self._connection
        if connection is None:
            return events.Died(reason="there is no slot process")
        try:
            if not connection.poll(timeout):
                return None
            event = events.EVENTS.validate_json(connection.recv_bytes())
        except (EOFError, OSError):
            return self._died()
        except ValidationError as error:
            # What is not an event means that the child is not to be trusted any further.
            log.error("slot sent nonsense", error=str(error))
            self.kill()
            return events.Died(reason="the slot sent something that is not an event and was killed")
        if isinstance(event, events.Warmed):
            self.warm, self.parked = event.models, event.parked
        elif isinstance(event, events.Surveyed):
            self.unknown.discard(event.model)
            self.lacks[event.model] = event.lacks
        elif isinstance(event, events.Swapped):
            log.info("model swapped", slot=self.pid, model=event.model, what=event.what, seconds=event.seconds, gigabytes=round(event.bytes / 1e9, 3))
            self._swapped(event)
        return event

    def settle(self) -> None:
        """Read what the slot said while idle, so that `warm` is true and a death while idle is noticed."""
        while self._connection is not None and self.next_event(0) is not None:
            pass

    def _died(self) -> events.Died:
        process = self._process
        code = None
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(LINGER_SECONDS)
            self._kill_group(process.pid)  # itself if it lingers, and the programs that it started
            self._ended.wait(LINGER_SECONDS)
        self.deaths += 1
        self._close()
        return events.Died(reason=_ending(code))

    def kill(self) -> None:
        """End the child at once, with every program that it started."""
        if self._process is not None and not self._ended.is_set():
            self._kill_group(self._process.pid)
            self._ended.wait(10)
        self._close()

    def stop(self, grace: float = 2.0) -> None:
        """Ask the child to leave, and end it when it has not left within `grace` seconds."""
        if self.alive:
            self._send(events.Stop())
            deadline = time.monotonic() + grace
            while self.alive and time.monotonic() < deadline:
                self._ended.wait(0.05)
        self.kill()

    def _kill_group(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # the child leads a session of its own, so its group has its number

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self.warm = self.parked = ()
        self.unknown.clear()  # the next child is not asked again: what it lacks, a run will tell


def _ending(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "the slot process does not answer"
    if code >= 0:
        return f"the slot process exited with status {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    hint = " (killed from outside, perhaps because memory ran out)" if -code == signal.SIGKILL else ""
    return f"the slot process was ended by {name}{hint}"
