"""One attempt: a claimed task from its lease to its recorded result, or to the news of why there is none."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from farm.artifacts import Artifacts
from farm.catalog import Catalog, Model
from farm.progress import Progress
from farm.protocol import ProgressEvent
from farm.resolve import resolve
from farm.store import Store
from farm.store.records import Artifact, Claim
from farm.taskkey import task_key
from farm.tickets import Tickets, flush
from farm.types import Outcome, Output, Work
from workers import events
from workers.deadlines import Deadlines
from workers.lease import Keeper
from workers.slot import Slot, SlotError

log = structlog.get_logger(__name__)
T = TypeVar("T")

AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What SQLAlchemy raises while the database cannot be reached, or is locked."""
PUBLISH_SECONDS = 0.1  # progress events at most ten a second a task
PREVIEW_SECONDS = 1.0  # previews at most one a second a task
LOOK_SECONDS = 0.1  # how often a silent slot's attempt looks whether it is still wanted
CANCEL_SECONDS = 5.0  # from asking an engine to stop to killing the slot: a new slot has to load its models again
LEAVE_SECONDS = 1.0  # the same when the worker leaves anyway
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
            ended = self._give_back()
        except Trouble as trouble:
            ended = self._fail(trouble)
        except AWAY as error:
            ended = self._fail(Trouble(f"The database went away: {str(error).splitlines()[0]}", code="worker_error", retry=True))
        except (OSError, SlotError) as error:  # a full disk, an artifact that is gone
            ended = self._fail(Trouble(f"{type(error).__name__}: {error}", code="worker_error", retry=True))
        except Exception as error:
            self.log.exception("the attempt broke")
            ended = self._fail(Trouble(f"{type(error).__name__}: {error}", code="worker_error", retry=not isinstance(error, ValueError)))
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
        self.log.info("attempt ended", ended=ended, seconds=round(time.monotonic() - began, 3))
        return ended

    def _perform(self, keeper: Keeper) -> str:
        keeper.alive(MOVE_SECONDS)
        spec, shas = resolve(self.claim.spec, self.claim.needs)
        key = task_key(self.claim.kind, self.model, spec, shas)
        recorded = self.tools.store.tasks.find(key)
        if recorded is not None and all(self._there(artifact) for _, artifact in recorded.artifacts):
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

    def _there(self, artifact: Artifact) -> bool:
        """Whether an artifact's bytes are still in the storage, which somebody may have tidied."""
        try:
            return self.tools.artifacts.size(artifact.sha) == artifact.size
        except FileNotFoundError:
            return False

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
                elif now - cancelled_at > (LEAVE_SECONDS if self.tools.control.abandon.is_set() else CANCEL_SECONDS):
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
                    f"{self.model.engine!r} names {output.path} as its {output.name!r}, which is no file in its scratch folder.",
                    code="bad_outcome",
                    retry=False,
                )
        return list(outcome.outputs)

    # ---------------------------------------------------------------- telling

    def _publish(
        self, state: str, *, step: int = 0, of: int = 0, note: str = "", keeper: Keeper | None = None, allowed: float = MOVE_SECONDS, urgent: bool = False
    ) -> None:
        """Tell Redis at once (at most ten times a second) and SQL when the lease is renewed; Redis being away harms nothing."""
        event = ProgressEvent.make(
            story=self.claim.story,
            job=self.claim.job,
            task=self.claim.task,
            kind=self.claim.kind,
            shot=self.claim.shot,
            attempt=self.claim.attempt,
            worker=self.tools.worker,
            state=state,
            step=step,
            of=of,
            note=note,
            preview=self._preview,
        )
        if keeper is not None:
            keeper.alive(allowed, event)
        now = time.monotonic()
        if urgent or now - self._published >= PUBLISH_SECONDS:
            self._published = now
            self.tools.progress.publish(event)

    def _show(self, event: events.Preview) -> None:
        """Put a preview away, to be named by the next progress event; previews may come too often, or be broken: then they are skipped."""
        now = time.monotonic()
        if now - self._previewed < PREVIEW_SECONDS:
            return
        self._previewed = now
        try:
            path = event.path.resolve()
            if path.is_relative_to(self.scratch.resolve()) and path.is_file():
                self._preview = self.tools.artifacts.put(path, event.media_type).sha
        except Exception as error:
            self.log.warning("preview skipped", error=str(error))

    # ---------------------------------------------------------------- recording

    def _complete(self, key: str, artifacts: Sequence[tuple[str, Artifact]], data: Mapping[str, Any], timings: Mapping[str, float]) -> str:
        done = self._record(lambda: self.tools.store.tasks.complete(self.claim.lease, key, artifacts, data, timings))
        if done is None:
            raise Unwanted("the lease is another's")
        self._publish("done", urgent=True)
        self._send()
        return "completed"

    def _fail(self, trouble: Trouble) -> str:
        self.log.warning("attempt failed", code=trouble.code, error=trouble.message, retry=trouble.retry, crashed=trouble.crashed)
        lease = self.claim.lease
        try:
            state = self._record(lambda: self.tools.store.tasks.fail(lease, trouble.message, retry=trouble.retry, crashed=trouble.crashed, code=trouble.code))
        except Unwanted:
            return "discarded"
        if state is None:
            return "discarded"
        self._publish(str(state), note=trouble.message, urgent=True)
        self._send()
        return "failed"

    def _give_back(self) -> str:
        try:
            given = self._record(lambda: self.tools.store.tasks.release(self.claim.lease))
        except Unwanted:
            return "discarded"
        self._send()
        return "given back" if given else "discarded"

    def _send(self) -> None:
        """Send the tickets of what has become runnable; what cannot be sent now is left for the relay."""
        try:
            flush(self.tools.store, self.tools.tickets)
        except AWAY as error:
            self.log.warning("tickets are left for the relay, the database is away", error=str(error).splitlines()[0])

    def _record(self, write: Callable[[], T]) -> T:
        """Write to SQL, waiting with growing pauses while it is away; fenced, so that a late write does no harm.

        Raises Unwanted when it stays away: the lease has run out long since.
        """
        deadline = time.monotonic() + STORE_PATIENCE
        for pause in _pauses():
            try:
                return write()
            except AWAY as error:
                if time.monotonic() + pause > deadline or self.tools.control.abandon.is_set():
                    raise Unwanted(f"the database is away: {str(error).splitlines()[0]}") from error
                self.log.warning("the database is away, waiting", seconds=pause)
                time.sleep(pause)
        raise AssertionError("pauses do not end")


def _pauses() -> Iterator[float]:
    """0.1 s, doubling up to 5 s."""
    pause = 0.1
    while True:
        yield pause
        pause = min(5.0, pause * 2)
