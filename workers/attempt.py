"""One attempt: a claimed task from its lease to its recorded result, or to the news of why there is none."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from farm.artifacts import Artifacts
from farm.catalog import Catalog, Model
from farm.progress import Progress
from farm.store import Claim, Store
from farm.tickets import Tickets
from farm.types import Outcome, Work
from workers import events
from workers.deadlines import Deadlines
from workers.lease import Keeper
from workers.slot import Slot, SlotError

log = structlog.get_logger(__name__)

PUBLISH_SECONDS = 0.1  # progress events at most ten a second a task
PREVIEW_SECONDS = 1.0  # previews at most one a second a task
LOOK_SECONDS = 0.1  # how often a silent slot's attempt looks whether it is still wanted
CANCEL_SECONDS = 5.0  # from asking an engine to stop to killing the slot
MOVE_SECONDS = 300.0  # fetching inputs or putting outputs away, each file
STORE_PATIENCE = 120.0  # how long a result waits for a database that is away


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


class Trouble(Exception):
    """The attempt failed; `crashed` when the slot was lost on it, `retry` when another attempt may do better."""

    def __init__(self, message: str, *, code: str, retry: bool, crashed: bool = False) -> None:
        super().__init__(message)
        self.message, self.code, self.retry, self.crashed = message, code, retry, crashed


class Unwanted(Exception):
    """The lease is lost or the job cancelled: nobody waits for this result."""


class Abandoned(Exception):
    """The worker has to leave: the task goes back, the attempt does not count."""


class Attempt:
    """One claim being carried out; `carry_out` ends in exactly one of completed, failed, given back, discarded."""

    def __init__(self, tools: Tools, claim: Claim) -> None:
        self.tools, self.claim = tools, claim
        self.model: Model = tools.catalog.models[claim.model]
        self.scratch = tools.scratch / f"{claim.task}-{claim.epoch}"
        self.log = log.bind(task=claim.task, kind=claim.kind, model=claim.model, attempt=claim.attempt)
        self._published = 0.0
        self._previewed = 0.0
        self._preview: str | None = None

    def carry_out(self) -> str:
        """Do the task and record how it ended; returns that in one word, for the log and the tests.

        Raises nothing that an engine, a file, Redis or SQL may cause; SQL staying away ends as "discarded", and the reaper brings the task back.
        """
        began = time.monotonic()
        try:
            self.scratch.mkdir(parents=True, exist_ok=True)
            with Keeper(self.tools.store, self.claim.lease) as keeper:
                ended = self._perform(keeper)
        except Unwanted as why:
            ended = "discarded"
            self.log.info("result discarded", why=str(why))
        except Abandoned:
            ended = self._record(lambda: self.tools.store.tasks.release(self.claim.lease), "given back")
        except Trouble as trouble:
            ended = self._fail(trouble)
        except (OSError, ValueError, SlotError) as error:  # a full disk, an artifact that is gone
            ended = self._fail(Trouble(f"{type(error).__name__}: {error}", code="worker_error", retry=True))
        except Exception as error:
            self.log.exception("the attempt broke")
            ended = self._fail(Trouble(f"{type(error).__name__}: {error}", code="worker_error", retry=True))
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
        self.log.info("attempt ended", ended=ended, seconds=round(time.monotonic() - began, 3))
        return ended

    def _perform(self, keeper: Keeper) -> str:
        keeper.alive(MOVE_SECONDS)
        spec, shas = resolve(self.claim.spec, self.claim.needs)
        key = task_key(self.claim.kind, self.model, spec, shas)
        if (recorded := self.tools.store.tasks.find(key)) is not None:
            self.log.info("an earlier result serves", task_key=key)
            return self._complete(key, recorded.artifacts, recorded.data, {})
        self._publish("running", note="fetching")
        files = {}
        for role, sha in shas.items():
            keeper.alive(MOVE_SECONDS)
            files[role] = self.tools.artifacts.local(sha, self.scratch)
            self._check(keeper)
        work = Work(task=self.claim.task, model=self.model.name, spec=spec, files=files, scratch=self.scratch)
        done = self._run(work, keeper)
        artifacts = []
        for output in self._checked(done.outcome):
            keeper.alive(MOVE_SECONDS)
            artifacts.append((output.name, self.tools.artifacts.put(output.path, output.media_type)))
        timings = {"load_seconds": round(done.load_seconds, 4), "run_seconds": round(done.run_seconds, 4)}
        return self._complete(key, artifacts, done.outcome.data, timings)

    # ---------------------------------------------------------------- in the slot

    def _run(self, work: Work, keeper: Keeper) -> events.Done:
        """Run the work in the slot until it is done; raise Trouble, Unwanted or Abandoned."""
        slot, deadlines, name = self.tools.slot, self.tools.deadlines, self.model.name
        expected = self.model.speed.get("step_seconds")
        slot.settle()
        run = slot.run(self.model, work)
        allowed = deadlines.allowed(name, loading=True)
        last = time.monotonic()
        cancelled_at: float | None = None
        while True:
            keeper.alive(allowed - (time.monotonic() - last))
            event = slot.next_event(LOOK_SECONDS)
            now = time.monotonic()
            stop = keeper.unwanted or self.tools.control.abandon.is_set()
            match event:
                case events.Done(run=number) if number == run:
                    if keeper.unwanted:
                        raise Unwanted(self._why(keeper))
                    return event  # done is done: a worker that has to leave records it first
                case events.Failed(run=number) if number == run:
                    if stop:
                        self._leave(keeper)
                    raise Trouble(event.message, code=event.code, retry=event.retry)
                case events.Died():
                    if stop:
                        self._leave(keeper)
                    raise Trouble(f"The slot died while running {name!r}: {event.reason}.", code="slot_died", retry=True, crashed=True)
                case events.Loading(run=number) if number == run:
                    last, allowed = now, deadlines.allowed(name, loading=True)
                    self._publish("loading", step=round(event.fraction * 100), of=100, note=event.note, keeper=keeper, allowed=allowed)
                case events.Step(run=number) if number == run:
                    if event.step and event.seconds:
                        deadlines.observed(name, event.seconds)
                    last, allowed = now, deadlines.allowed(name, loading=False, expected=expected)
                    self._publish("running", step=event.step, of=event.of, note=event.note, keeper=keeper, allowed=allowed, urgent=event.step == event.of)
                case events.Preview(run=number) if number == run:
                    last = now
                    self._show(event)
            if stop:
                if cancelled_at is None:
                    cancelled_at = now
                    slot.cancel(run)
                elif now - cancelled_at > CANCEL_SECONDS:
                    slot.kill()
                    self._leave(keeper)
            elif now - last > allowed:
                slot.kill()
                raise Trouble(f"{name!r} gave no sign of progress for {allowed:.0f} s; its slot was killed.", code="hung", retry=True, crashed=True)

    def _leave(self, keeper: Keeper) -> None:
        if keeper.unwanted:
            raise Unwanted(self._why(keeper))
        raise Abandoned

    def _check(self, keeper: Keeper) -> None:
        if keeper.unwanted or self.tools.control.abandon.is_set():
            self._leave(keeper)

    @staticmethod
    def _why(keeper: Keeper) -> str:
        return "the lease is another's" if keeper.lost.is_set() else "the job was cancelled"

    def _checked(self, outcome: Outcome) -> list[Output]:
        """The outcome's files, each of which must lie in this attempt's scratch folder: an engine may hand out nothing else."""
        root = self.scratch.resolve()
        for output in outcome.outputs:
            path = output.path.resolve()
            if not (path.is_relative_to(root) and path.is_file()):
                raise Trouble(
                    f"{self.model.engine!r} names {output.path} as its {output.name!r}, which is no file in its scratch folder.", code="bad_outcome", retry=False
                )
        return list(outcome.outputs)
