"""One attempt: a claimed task from its lease to its recorded result, or to the news of why there is none."""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from farm.catalog import Model
from farm.protocol import ProgressEvent
from farm.resolve import resolve
from farm.states import TaskState
from farm.store.records import Artifact, Claim
from farm.taskkey import task_key
from farm.tickets import flush
from farm.types import TaskKind
from farm.work import Outcome, Output, Work
from pipelines.language.telling import SAID
from workers import events
from workers.lease import Keeper
from workers.said import Said
from workers.slot import SlotError
from workers.tools import AWAY, Abandoned, Tools, Trouble, Unwanted

log = structlog.get_logger(__name__)
T = TypeVar("T")

PUBLISH_SECONDS = 0.1  # progress events at most ten a second a task
PREVIEW_SECONDS = 1.0  # previews at most one a second a task
KEPT_PREVIEWS = 10  # of a task, besides the latest: whoever hears of one has so many seconds to fetch it
MOVE_SECONDS = 300.0  # fetching inputs or putting outputs away, each file
STORE_PATIENCE = 120.0  # how long a result waits for a database that is away


class Attempt:
    """One claim being carried out, by itself or as a member of a batch: `prepare`, the slot's answer, `conclude`, and in any case `close`.

    It ends in exactly one of completed, failed, given back, discarded. Raises nothing that an engine, a file, Redis or SQL may cause; SQL staying away
    ends as "discarded", and the reaper brings the task back.
    """

    def __init__(self, tools: Tools, claim: Claim) -> None:
        self.tools, self.claim = tools, claim
        self.model: Model = tools.catalog.models[claim.model]
        self.scratch = tools.scratch / f"{claim.task}-{claim.epoch}"
        self.log = log.bind(story=claim.story, job=claim.job, task=claim.task, kind=claim.kind, model=claim.model, attempt=claim.attempt)
        self.ended: str | None = None
        """How it ended, in one word; None while it goes on."""
        self.keeper = Keeper(tools.store, claim.lease)
        self._began = time.monotonic()
        self._key = ""
        self._published = 0.0
        self._previewed = 0.0
        self._preview: str | None = None
        self._followed: deque[str] = deque()  # earlier previews, which somebody may still be about to fetch
        self._said = Said(self.scratch / SAID)

    def prepare(self) -> Work | None:
        """Fetch what the task needs; the work for the slot, or None when the attempt has ended: failed, unwanted, or an earlier result serves."""
        return self._guarded(self._prepare)

    def conclude(self, answer: events.Done | Exception) -> None:
        """Record what the slot answered, or why there is no answer."""
        self._guarded(lambda: self._conclude(answer))

    def serve(self) -> bool:
        """Record the result that is there under this task key as this attempt's; whether it has ended so, or otherwise."""
        self._guarded(self._serve)
        return self.ended is not None

    def share(self, other: Attempt) -> None:
        """Its work is done in the folder of `other`, which has the same to do."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch = other.scratch
        self._said = Said(self.scratch / SAID)

    def close(self) -> None:
        """Whatever happened: let the lease go, and the scratch folder."""
        self.keeper.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        try:
            while self._followed:  # the latest stays: progress that was told goes on naming it
                self._forget(self._followed.popleft())
        except Exception as error:
            self.log.warning("previews were left behind", error=str(error))

    @property
    def key(self) -> str:
        """The task key, once its inputs are known."""
        return self._key

    @property
    def unwanted(self) -> bool:
        """Whether nobody waits for the result any more, or the worker has to leave."""
        return self.keeper.unwanted or self.tools.control.abandon.is_set()

    def leaving(self) -> Unwanted | Abandoned:
        """Why to stop, for `conclude`."""
        return Unwanted(self._why()) if self.keeper.unwanted else Abandoned()

    # ---------------------------------------------------------------- the two parts

    def _prepare(self) -> Work | None:
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.keeper.alive(MOVE_SECONDS)
        spec, shas = resolve(self.claim.spec, self.claim.needs)
        self._key = task_key(self.claim.kind, self.model, spec, shas)
        if (twin := self.tools.recording.get(self._key)) is not None:  # the same work, done a moment ago
            self.tools.switchboard.wait(twin, MOVE_SECONDS)
        self._serve()
        if self.ended is not None:
            return None
        self._publish("running", note="fetching")
        files = {}
        for role, sha in shas.items():
            self.keeper.alive(MOVE_SECONDS)
            files[role] = self.tools.artifacts.local(sha, self.scratch)
            if self.unwanted:
                raise self.leaving()
        return Work(task=self.claim.task, model=self.model.name, spec=spec, files=files, scratch=self.scratch)

    def _serve(self) -> None:
        recorded = self.tools.store.tasks.find(self._key)
        if recorded is not None and all(self._there(artifact) for _, artifact in recorded.artifacts):
            self.log.info("an earlier result serves", task_key=self._key)
            self._complete(recorded.artifacts, recorded.data, {})

    def _conclude(self, answer: events.Done | Exception) -> None:
        if isinstance(answer, Exception):
            raise answer
        if self.keeper.unwanted:
            raise self.leaving()
        artifacts = []
        for output in self._checked(answer.outcome):  # done is done: a worker that has to leave records it first
            self.keeper.alive(MOVE_SECONDS)
            artifacts.append((output.name, self.tools.artifacts.put(output.path, output.media_type)))
        timings: dict[str, Any] = {"load_seconds": round(answer.load_seconds, 4), "run_seconds": round(answer.run_seconds, 4)}
        if answer.batch > 1:
            timings["batch"] = answer.batch
        if answer.peak_bytes:
            timings["peak_bytes"] = answer.peak_bytes
        if answer.relieved:
            timings["relieved"] = list(answer.relieved)
        self._complete(artifacts, answer.outcome.data, timings)

    def _guarded(self, part: Callable[[], T]) -> T | None:
        """Do a part of the attempt; whatever it raises becomes this attempt's end, and nobody else's."""
        try:
            return part()
        except Unwanted as why:
            self._end("discarded")
            self.log.info("result discarded", why=str(why))
        except Abandoned:
            self._end(self._give_back())
        except Trouble as trouble:
            self._end(self._fail(trouble))
        except AWAY as error:
            self._end(self._fail(Trouble(f"The database went away: {str(error).splitlines()[0]}", code="worker_error", retry=True)))
        except (OSError, SlotError) as error:  # a full disk, an artifact that is gone
            self._end(self._fail(Trouble(f"{type(error).__name__}: {error}", code="worker_error", retry=True)))
        except Exception as error:
            self.log.exception("the attempt broke")
            self._end(self._fail(Trouble(f"{type(error).__name__}: {error}", code="worker_error", retry=not isinstance(error, ValueError))))
        return None

    def _end(self, how: str) -> None:
        self.ended = how
        self.log.info("attempt ended", ended=how, seconds=round(time.monotonic() - self._began, 3))

    def _there(self, artifact: Artifact) -> bool:
        """Whether an artifact's bytes are still in the storage, which somebody may have tidied."""
        try:
            return self.tools.artifacts.size(artifact.sha) == artifact.size
        except FileNotFoundError:
            return False

    def _why(self) -> str:
        return "the lease is another's" if self.keeper.lost.is_set() else "the job was cancelled"

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

    def tell_loading(self, event: events.Loading, allowed: float) -> None:
        """The model is being loaded; `allowed` is how long the slot may be silent now, in seconds."""
        self._publish("loading", step=round(event.fraction * 100), of=100, note=event.note, allowed=allowed)

    def tell_step(self, event: events.Step, allowed: float) -> None:
        """A step is done."""
        self._publish("running", step=event.step, of=event.of, note=event.note, allowed=allowed, urgent=event.step == event.of)

    def _publish(self, state: str, *, step: int = 0, of: int = 0, note: str = "", allowed: float | None = None, urgent: bool = False) -> None:
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
        if allowed is not None:
            self.keeper.alive(allowed, event)
        now = time.monotonic()
        if urgent or now - self._published >= PUBLISH_SECONDS:
            self._published = now
            at, text = self._said.more() if self.claim.kind is TaskKind.WRITE else (0, "")
            self.tools.progress.publish(event.model_copy(update={"text": text, "text_at": at}) if text else event)

    def show(self, event: events.Preview) -> None:
        """Put a preview away, to be named by the next progress event; previews may come too often, or be broken: then they are skipped."""
        now = time.monotonic()
        if now - self._previewed < PREVIEW_SECONDS:
            return
        self._previewed = now
        try:
            path = event.path.resolve()
            if path.is_relative_to(self.scratch.resolve()) and path.is_file():
                earlier, self._preview = self._preview, self.tools.artifacts.put(path, event.media_type).sha
                if earlier not in (None, self._preview):
                    self._followed.append(earlier)
                if len(self._followed) > KEPT_PREVIEWS:
                    self._forget(self._followed.popleft())
        except Exception as error:
            self.log.warning("preview skipped", error=str(error))

    def _forget(self, preview: str) -> None:
        """Remove a preview that others have followed, unless an engine showed what is, or became, somebody's result."""
        if self.tools.store.artifacts.get(preview) is None:
            self.tools.artifacts.remove(preview)

    # ---------------------------------------------------------------- recording

    def _complete(self, artifacts: Sequence[tuple[str, Artifact]], data: Mapping[str, Any], timings: Mapping[str, Any]) -> None:
        done = self._record(lambda: self.tools.store.tasks.complete(self.claim.lease, self._key, artifacts, data, timings))
        if done is None:
            raise Unwanted("the lease is another's")
        self._publish("done", urgent=True)
        self._send()
        self._end("completed")

    def _fail(self, trouble: Trouble) -> str:
        self.log.warning("attempt failed", code=trouble.code, error=trouble.message, retry=trouble.retry, crashed=trouble.crashed)
        try:
            state = self._record(lambda: self._failure(trouble))
        except Unwanted:
            return "discarded"
        if state is None:
            return "discarded"
        self._publish(str(state), note=trouble.message, urgent=True)
        self._send()
        return "failed"

    def _failure(self, trouble: Trouble) -> TaskState | None:
        tasks, lease, memory = self.tools.store.tasks, self.claim.lease, self.tools.memory_gb
        if trouble.code == "out_of_memory" and memory is not None:
            pools = self.tools.catalog.pools.values()
            return tasks.too_big(lease, trouble.message, memory, [pool.name for pool in pools if (pool.memory_gb or 0) > memory])
        return tasks.fail(lease, trouble.message, retry=trouble.retry, crashed=trouble.crashed, code=trouble.code)

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
