"""Tasks while they run: claim, lease, and what became of them when nobody renewed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from farm.protocol import ProgressEvent
from farm.resolve import Result
from farm.specs import Spec
from farm.states import JOB, STORY, TASK, JobState, StoryState, TaskState, move
from farm.store import ending
from farm.store import tables as t
from farm.store.database import Database
from farm.store.records import Artifact, Backlog, Claim, Completed, Lease, Reaped, Recorded, Renewal
from farm.store.stories import ring
from farm.types import TaskKind

_SPEC: TypeAdapter[Spec] = TypeAdapter(Spec)
_NEVER = 1e12
"""In the place of when a story was begun that has not been: after every one that was."""
_CANDIDATES = 100
"""Tasks that a claim looks at, the best ones: more than workers claim at the same instant. Only where all of them are locked it looks at every one."""
_LOOKED_AT = 4
"""How many times as many tasks are looked at as a batch may take: not every one is alike."""


class Tasks:
    """What workers and reapers do with tasks; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self,
        worker: str,
        pool: str,
        models: Sequence[str],
        warm: Sequence[str],
        lease_seconds: float,
        *,
        parked: Sequence[str] = (),
        memory_gb: float | None = None,
    ) -> Claim | None:
        """The best runnable task that the worker's models can do, under a new lease that counts as an attempt; None when there is none.

        The order: priority of the job; teams with fewer running tasks; a model that is on the device already (`warm`), then one that is in the
        machine's memory (`parked`); stories begun before those that begin later, so that a stream of new ones never starves an old one's last tasks;
        the order within the story; age. Tasks that ran out of memory on a device with as much as `memory_gb` are left to larger ones.
        """
        running = t.tasks.alias("running")
        busy = (
            sa.select(running.c.team, sa.func.count().label("count"))
            .where(t.in_state(running.c.state, TaskState.RUNNING.value))
            .group_by(running.c.team)
            .subquery()
        )
        near = [(t.tasks.c.model.in_(list(names)), place) for place, names in enumerate((warm, parked)) if names]
        order = (
            (-t.tasks.c.priority).label("by_priority"),
            sa.func.coalesce(busy.c.count, 0).label("by_share"),
            (sa.case(*near, else_=2) if near else sa.literal(0)).label("by_place"),
            sa.func.coalesce(t.tasks.c.begun_at, _NEVER).label("by_story"),
            t.tasks.c.rank.label("by_rank"),
            t.tasks.c.created_at.label("by_age"),
        )
        found = (
            sa.select(t.tasks.c.id, *order)
            .select_from(t.tasks.outerjoin(busy, busy.c.team == t.tasks.c.team))
            .where(t.tasks.c.model.in_(list(models)), _claimable(memory_gb))
        )
        with self._database.write() as connection:
            for many in (_CANDIDATES, None):
                rows = connection.execute(_locked(found, order, many, 1, memory_gb)).all()
                if rows or not _more_than(connection, found, many):
                    break
            if not rows:
                return None
            return _take(connection, rows[0], _needs(connection, rows[0].id), worker, lease_seconds)

    def claim_more(self, first: Claim, most: int, alike: Callable[[Spec, Mapping[str, Result]], bool], *, memory_gb: float | None = None) -> list[Claim]:
        """Up to `most` more runnable tasks to be done together with `first`, each under a lease of its own: same kind and model, any story, and `alike`.

        `alike` is asked inside of the transaction, so it must be quick and do no I/O. A task that was on a worker which crashed goes alone from then on,
        and takes nobody with it.
        """
        if most < 1 or first.crashes:
            return []
        order = ((-t.tasks.c.priority).label("by_priority"), t.tasks.c.rank.label("by_rank"), t.tasks.c.created_at.label("by_age"))
        waiting = sa.select(t.tasks.c.id, *order).where(
            t.tasks.c.model == first.model, t.tasks.c.kind == first.kind.value, t.tasks.c.crashes == 0, _claimable(memory_gb)
        )
        with self._database.write() as connection:
            found = []
            for task in connection.execute(_locked(waiting, order, _CANDIDATES + most * _LOOKED_AT, most * _LOOKED_AT, memory_gb)).all():
                needs = _needs(connection, task.id)
                if alike(_SPEC.validate_python(task.spec), needs):
                    found.append((task, needs))
                if len(found) == most:
                    break
            # In the order of jobs, whose rows are locked too when a first task begins: two that claim at once must not wait for each other.
            found.sort(key=lambda one: one[0].job)
            return [_take(connection, task, needs, first.lease.worker, first.lease.seconds) for task, needs in found]

    def renew(self, lease: Lease, progress: ProgressEvent | None = None) -> Renewal:
        """Extend the lease, noting how far the task is; says when the lease is lost, or the task cancelled."""
        noted = {"step": progress.step, "of": progress.of} if progress is not None else {}
        with self._database.write() as connection:
            held = connection.execute(_held(t.tasks.update(), lease).values(lease_until=t.now() + lease.seconds, **noted)).rowcount
            if held:
                return Renewal()
            state = connection.execute(sa.select(t.tasks.c.state).where(t.tasks.c.id == lease.task)).scalar()
            return Renewal(lost=state != TaskState.CANCELLED, cancelled=state == TaskState.CANCELLED)

    def find(self, task_key: str) -> Recorded | None:
        """The result that is there already under `task_key`."""
        with self._database.read() as connection:
            query = sa.select(t.tasks.c.id, t.tasks.c.data).where(t.tasks.c.task_key == task_key, t.in_state(t.tasks.c.state, TaskState.DONE.value)).limit(1)
            done = connection.execute(query).one_or_none()
            if done is None:
                return None
            joined = t.outputs.join(t.artifacts, t.artifacts.c.sha == t.outputs.c.sha)
            rows = connection.execute(
                sa.select(t.outputs.c.name, t.artifacts).select_from(joined).where(t.outputs.c.task == done.id).order_by(t.outputs.c.name)
            )
            return Recorded(tuple((row.name, Artifact(row.sha, row.size, row.media_type)) for row in rows), done.data or {})

    def complete(
        self, lease: Lease, task_key: str, artifacts: Sequence[tuple[str, Artifact]], data: Mapping[str, Any], timings: Mapping[str, Any] | None = None
    ) -> Completed | None:
        """Record a result, once: artifacts, attempt, task, what it lets run, and the settlement if it was the last. None: the lease is void."""
        with self._database.write() as connection:
            task, job = ending.lock(connection, lease)
            if task is None or job is None:
                return None
            return ending.done(connection, task, job, task_key, artifacts, data, timings or {})

    def fail(self, lease: Lease, error: str, *, retry: bool, crashed: bool = False, code: str = "engine_error") -> TaskState | None:
        """Record a failed attempt; the task runs again (with a growing pause) or has failed for good. None: the lease is void."""
        with self._database.write() as connection:
            task, job = ending.lock(connection, lease)
            if task is None or job is None:
                return None
            return ending.failed(connection, task, job, error, code, retry=retry, crashed=crashed)

    def too_big(self, lease: Lease, error: str, memory_gb: float, larger: Sequence[str] = ()) -> TaskState | None:
        """A task did not fit a device with `memory_gb`: it goes back, the attempt not counted, for workers with more; with none it has failed.

        Who has more: pools in which a registered worker does, and those of `larger` (what the catalog knows) that serve the task. None: the lease is void.
        """
        with self._database.write() as connection:
            task, job = ending.lock(connection, lease)
            if task is None or job is None:
                return None
            rows = connection.execute(sa.select(t.workers.c.pool, t.workers.c.device).where(t.workers.c.pool.in_(list(task.pools)))).all()
            more = {row.pool for row in rows if float(row.device.get("memory_gb") or 0) > memory_gb} | (set(larger) & set(task.pools))
            if not more:
                sentence = f"{error} No worker of the pools that serve it ({', '.join(task.pools)}) has more than {memory_gb:g} GB."
                return ending.failed(connection, task, job, sentence, "out_of_memory", retry=False, crashed=False)
            ending.close_attempt(connection, task.id, task.epoch, "released", error=error)
            move(TASK, TaskState(task.state), TaskState.RUNNABLE)
            connection.execute(
                t.tasks.update()
                .where(t.tasks.c.id == task.id)
                .values(
                    state=TaskState.RUNNABLE.value, worker=None, lease_until=None, attempts=t.tasks.c.attempts - 1, above_gb=memory_gb,
                    error=error, error_code="out_of_memory", rung_at=t.now(), not_before=t.now(), step=0, of=0,
                )
            )  # fmt: skip
            ring(connection, sorted(more))
            return TaskState.RUNNABLE

    def release(self, lease: Lease) -> bool:
        """Give a task back as if it had not been claimed: the attempt does not count. False: the lease is void."""
        with self._database.write() as connection:
            given = connection.execute(
                _held(t.tasks.update(), lease).values(
                    state=TaskState.RUNNABLE.value, worker=None, lease_until=None, attempts=t.tasks.c.attempts - 1, rung_at=t.now(), not_before=t.now()
                )
            ).rowcount
            if given:
                ending.close_attempt(connection, lease.task, lease.epoch, "released")
                ring(connection, connection.execute(sa.select(t.tasks.c.pools).where(t.tasks.c.id == lease.task)).scalar_one())
            return bool(given)

    def backlog(self) -> list[Backlog]:
        """What waits for workers and what they do, by model, sorted; models with neither are left out."""
        waited = sa.func.min(t.tasks.c.not_before)
        waiting = sa.select(t.tasks.c.model, sa.func.count(), waited).where(t.in_state(t.tasks.c.state, TaskState.RUNNABLE.value)).group_by(t.tasks.c.model)
        running = sa.select(t.tasks.c.model, sa.func.count()).where(t.in_state(t.tasks.c.state, TaskState.RUNNING.value)).group_by(t.tasks.c.model)
        with self._database.read() as connection:
            now = connection.execute(sa.select(t.now())).scalar_one()
            rows = {model: (count, max(0.0, now - since)) for model, count, since in connection.execute(waiting)}
            busy = {row[0]: row[1] for row in connection.execute(running)}
        return [Backlog(model, rows.get(model, (0, 0.0))[0], busy.get(model, 0), rows.get(model, (0, 0.0))[1]) for model in sorted({*rows, *busy})]

    def reap(self, dead: Sequence[str] = ()) -> list[Reaped]:
        """End the attempts whose lease ran out, and those of workers known to be `dead`, as crashed."""
        gone = sa.or_(t.tasks.c.lease_until < t.now(), t.tasks.c.worker.in_(list(dead)) if dead else sa.false())
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(t.tasks.c.id, t.tasks.c.epoch, t.tasks.c.worker).where(t.in_state(t.tasks.c.state, TaskState.RUNNING.value), gone).limit(200)
            ).all()
        reaped = []
        for row in found:
            with self._database.write() as connection:
                task, job = ending.lock(connection, Lease(row.id, row.epoch, row.worker, 0.0), still=gone)
                if task is None or job is None:
                    continue  # renewed, ended, or reaped by another, meanwhile
                error = f"worker {row.worker} stopped renewing its lease on {task.name}"
                state = ending.failed(connection, task, job, error, "lease_lost", retry=True, crashed=True)
                reaped.append(Reaped(task.id, task.story, task.job, row.worker, task.attempts, state, TaskKind(task.kind), task.shot))
        return reaped


def _held(update: Any, lease: Lease) -> Any:
    return update.where(
        t.tasks.c.id == lease.task, t.tasks.c.epoch == lease.epoch, t.tasks.c.worker == lease.worker, t.tasks.c.state == TaskState.RUNNING.value
    )


def _locked(found: Any, order: Sequence[Any], many: int | None, wanted: int, memory_gb: float | None) -> Any:
    """The rows of the first `wanted` tasks of `found`, by `order` and id, that nobody else has locked, from among the first `many`.

    In two steps, because PostgreSQL sorts all that it may have to lock, with the whole rows; the first `many` it finds in one pass over an index.
    """
    best = found.order_by(*(sa.text(one.name) for one in order), t.tasks.c.id).limit(many).subquery()
    return (
        sa.select(t.tasks)
        .join(best, best.c.id == t.tasks.c.id)
        .where(_claimable(memory_gb))  # again: another may have claimed it meanwhile
        .order_by(*(best.c[one.name] for one in order), best.c.id)
        .limit(wanted)
        .with_for_update(of=t.tasks, skip_locked=True)
    )


def _more_than(connection: Connection, found: Any, many: int | None) -> bool:
    """Whether there are more than those that were looked at, all of which others have locked: then every one is looked at."""
    return many is not None and connection.execute(sa.select(sa.func.count()).select_from(found.limit(many + 1).subquery())).scalar_one() > many


def _claimable(memory_gb: float | None) -> Any:
    now = sa.and_(t.in_state(t.tasks.c.state, TaskState.RUNNABLE.value), t.tasks.c.not_before <= t.now())
    return now if memory_gb is None else sa.and_(now, sa.or_(t.tasks.c.above_gb.is_(None), t.tasks.c.above_gb < memory_gb))


def _take(connection: Connection, task: t.AnyRow, needs: Mapping[str, Result], worker: str, lease_seconds: float) -> Claim:
    """Give a runnable task, locked, to `worker`."""
    move(TASK, TaskState(task.state), TaskState.RUNNING)
    epoch, attempt = task.epoch + 1, task.attempts + 1
    connection.execute(
        t.tasks.update()
        .where(t.tasks.c.id == task.id)
        .values(
            state=TaskState.RUNNING.value, worker=worker, epoch=epoch, attempts=attempt, lease_until=t.now() + lease_seconds,
            started_at=t.now(), ended_at=None, step=0, of=0, error=None, error_code=None,
        )
    )  # fmt: skip
    connection.execute(t.attempts.insert().values(task=task.id, epoch=epoch, number=attempt, worker=worker, started_at=t.now()))
    _began(connection, task)
    return Claim(
        lease=Lease(task.id, epoch, worker, lease_seconds),
        story=task.story,
        job=task.job,
        team=task.team,
        kind=TaskKind(task.kind),
        name=task.name,
        shot=task.shot,
        model=task.model,
        attempt=attempt,
        spec=_SPEC.validate_python(task.spec),
        needs=needs,
        crashes=task.crashes,
    )


def _began(connection: Connection, task: t.AnyRow) -> None:
    """Move job and story along when their first task, and when the film, is begun."""
    if task.kind == TaskKind.KEYFRAME:  # the first task of an edit
        queued = sa.and_(t.jobs.c.id == task.job, t.jobs.c.status == JobState.QUEUED.value)
        begun = connection.execute(t.jobs.update().where(queued).values(status=JobState.GENERATING_VIDEOS.value, started_at=t.now())).rowcount
        if begun:
            _note_begun(connection, task.job)
    following = {TaskKind.WRITE.value: JobState.GENERATING_STORY, TaskKind.COMPOSE.value: JobState.RENDERING_VIDEO}.get(task.kind)
    if following is None:
        return
    job = connection.execute(sa.select(t.jobs).where(t.jobs.c.id == task.job).with_for_update()).one()
    if job.status != following.value:
        move(JOB, JobState(job.status), following)
        connection.execute(
            t.jobs.update().where(t.jobs.c.id == job.id).values(status=following.value, started_at=sa.func.coalesce(t.jobs.c.started_at, t.now()))
        )
        if job.started_at is None:
            _note_begun(connection, job.id)
    story = connection.execute(sa.select(t.stories.c.status).where(t.stories.c.id == task.story)).scalar_one()
    if story == StoryState.DRAFT.value:
        move(STORY, StoryState.DRAFT, StoryState.PROCESSING)
        connection.execute(t.stories.update().where(t.stories.c.id == task.story).values(status=StoryState.PROCESSING.value, updated_at=t.now()))


def _note_begun(connection: Connection, job: str) -> None:
    """Let a job's open tasks come before those of jobs that begin later."""
    began = sa.select(t.jobs.c.started_at).where(t.jobs.c.id == job).scalar_subquery()
    connection.execute(t.tasks.update().where(t.tasks.c.job == job, t.tasks.c.begun_at.is_(None)).values(begun_at=began))


def _needs(connection: Connection, task: str) -> dict[str, Result]:
    joined = t.task_needs.join(t.tasks, t.tasks.c.id == t.task_needs.c.needs)
    rows = connection.execute(
        sa.select(t.task_needs.c.role, t.tasks.c.id, t.tasks.c.state, t.tasks.c.data).select_from(joined).where(t.task_needs.c.task == task)
    ).all()
    outputs: dict[str, dict[str, str]] = {}
    for row in connection.execute(sa.select(t.outputs).where(t.outputs.c.task.in_([row.id for row in rows]))) if rows else ():
        outputs.setdefault(row.task, {})[row.name] = row.sha
    return {row.role: Result(done=row.state == TaskState.DONE, outputs=outputs.get(row.id, {}), data=row.data or {}) for row in rows}
