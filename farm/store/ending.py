"""How a task ends, and with the last one its job: the parts of the transactions of `complete`, `fail` and `reap`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from farm import plan
from farm.screenplay import BadScreenplay, check
from farm.states import JOB, JOB_ENDED, STORY, TASK, TASK_ENDED, JobState, StoryState, TaskState, move
from farm.store import tables as t
from farm.store.ledger import refund_all, settle
from farm.store.records import Artifact, Completed, Lease, new_id
from farm.store.stories import insert_plan, ring
from farm.store.versions import made_current
from farm.store.webhooks import announce
from farm.story import NewStory
from farm.types import Screenplay, TaskKind
from farm.wanted import honoured

MOST_ATTEMPTS = 3
"""Attempts of a task, and crashed ones among them, after which it has failed."""
_FIRST_PAUSE_SECONDS = 1.0
"""Before the second attempt; doubles with each."""
_ENDED = [state.value for state in TASK_ENDED]
_BROKEN = [TaskState.FAILED.value, TaskState.SKIPPED.value, TaskState.CANCELLED.value]
_LONGEST_ERROR = 2_000


def lock(connection: Connection, lease: Lease, still: Any = None) -> tuple[t.AnyRow | None, t.AnyRow | None]:
    """The leased task and its job, locked: the job first, so that two tasks of one job end one after the other; Nones when the lease is void."""
    held = sa.and_(t.tasks.c.id == lease.task, t.tasks.c.epoch == lease.epoch, t.tasks.c.worker == lease.worker, t.tasks.c.state == TaskState.RUNNING.value)
    if still is not None:
        held = sa.and_(held, still)
    name = connection.execute(sa.select(t.tasks.c.job).where(held)).scalar()
    if name is None:
        return None, None
    job = connection.execute(sa.select(t.jobs).where(t.jobs.c.id == name).with_for_update()).one()
    task = connection.execute(sa.select(t.tasks).where(held).with_for_update()).one_or_none()
    return task, job


def done(
    connection: Connection,
    task: t.AnyRow,
    job: t.AnyRow,
    task_key: str,
    artifacts: Sequence[tuple[str, Artifact]],
    data: Mapping[str, Any],
    timings: Mapping[str, Any],
) -> Completed:
    """Record a locked task's result and what follows from it."""
    play: Screenplay | None = None
    if task.kind == TaskKind.WRITE:
        try:
            play = check(dict(data))
        except BadScreenplay as error:
            failed(connection, task, job, str(error), "bad_screenplay", retry=True, crashed=False)
            return _now(connection, job)
    _end(connection, task, TaskState.DONE, task_key=task_key, data=dict(data))
    close_attempt(connection, task.id, task.epoch, "done", timings=timings)
    for name, artifact in artifacts:
        record_artifact(connection, artifact)
        connection.execute(t.outputs.insert().values(task=task.id, name=name, sha=artifact.sha))
    if play is not None:
        _written(connection, task, job, play)
    _follow(connection, [task.id])
    _touch(connection, task.story)
    _finish(connection, job)
    return _now(connection, job)


def failed(connection: Connection, task: t.AnyRow, job: t.AnyRow, error: str, code: str, *, retry: bool, crashed: bool) -> TaskState:
    """Record a locked task's failed attempt; it runs again, or has failed and takes with it what cannot be without it."""
    error = error[:_LONGEST_ERROR]
    close_attempt(connection, task.id, task.epoch, "crashed" if crashed else "failed", error=error)
    crashes = task.crashes + crashed
    if retry and task.attempts < MOST_ATTEMPTS and crashes < MOST_ATTEMPTS:
        move(TASK, TaskState(task.state), TaskState.RUNNABLE)
        pause = 0.0 if crashed else _FIRST_PAUSE_SECONDS * 2 ** (task.attempts - 1)
        connection.execute(
            t.tasks.update()
            .where(t.tasks.c.id == task.id)
            .values(
                state=TaskState.RUNNABLE.value, worker=None, lease_until=None, crashes=crashes, error=error, error_code=code,
                not_before=t.now() + pause, rung_at=t.now(), step=0, of=0,
            )
        )  # fmt: skip
        if not pause:
            ring(connection, task.pools)  # with a pause, the relay rings when it is over
        return TaskState.RUNNABLE
    if crashes >= MOST_ATTEMPTS:
        code, error = "quarantined", f"{crashes} workers were lost on it; the last error: {error}"
    _end(connection, task, TaskState.FAILED, error=error, error_code=code, crashes=crashes)
    _follow(connection, [task.id])
    _touch(connection, task.story)
    _finish(connection, job)
    return TaskState.FAILED


def close_attempt(connection: Connection, task: str, epoch: int, ended: str, *, error: str | None = None, timings: Mapping[str, Any] | None = None) -> None:
    """Write down how an attempt ended."""
    values = {"ended": ended, "error": error, "timings": dict(timings) if timings else None, "ended_at": t.now()}
    connection.execute(t.attempts.update().where(t.attempts.c.task == task, t.attempts.c.epoch == epoch).values(values))


def record_artifact(connection: Connection, artifact: Artifact) -> None:
    """Write down an artifact, once."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values = {"sha": artifact.sha, "size": artifact.size, "media_type": artifact.media_type, "created_at": t.now()}
    connection.execute(insert(t.artifacts).values(values).on_conflict_do_nothing())


# ---------------------------------------------------------------- what follows


def _end(connection: Connection, task: t.AnyRow, state: TaskState, **values: Any) -> None:
    move(TASK, TaskState(task.state), state)
    connection.execute(t.tasks.update().where(t.tasks.c.id == task.id).values(state=state.value, lease_until=None, ended_at=t.now(), **values))


def _written(connection: Connection, task: t.AnyRow, job: t.AnyRow, play: Screenplay) -> None:
    """The story is written: keep it, and plan everything else."""
    story = connection.execute(sa.select(t.stories.c.request, t.stories.c.title).where(t.stories.c.id == task.story)).one()
    new = NewStory.model_validate(story.request)
    play = honoured(new, play)
    connection.execute(
        t.stories.update()
        .where(t.stories.c.id == task.story)
        .values(screenplay=play.model_dump(mode="json"), title=story.title or play.title, updated_at=t.now())
    )
    for table, prefix, group in (
        (t.characters, "char", [(one.key, one) for one in play.characters]),
        (t.scenes, "scene", [(one.key, one) for one in play.scenes]),
        (t.items, "item", [(one.key, one) for one in play.items]),
        (t.shots, "shot", [(str(one.index), one) for one in play.shots]),
    ):
        rows = [
            {"id": new_id(prefix), "story": task.story, "position": position, "key": key, "content": one.model_dump(mode="json")}
            for position, (key, one) in enumerate(group)
        ]
        if rows:
            connection.execute(table.insert(), rows)
    insert_plan(connection, new, task.story, task.job, plan.expand(new, play), known={task.name: task.id}, begun_at=job.started_at)
    move(JOB, JobState(job.status), JobState.GENERATING_VIDEOS)
    connection.execute(t.jobs.update().where(t.jobs.c.id == job.id).values(status=JobState.GENERATING_VIDEOS.value))


def _follow(connection: Connection, ended: list[str]) -> None:
    """Let run what waited for `ended` and has all it needs; skip what needs something that will never be there, and what needs that."""
    needed, waiting = t.tasks.alias("needed"), t.tasks.alias("waiting")
    gone = sa.case((sa.and_(~t.task_needs.c.soft, needed.c.state.in_(_BROKEN)), 1), else_=0)
    there = sa.case((needed.c.state.in_(_ENDED), 1), else_=0)
    while ended:
        dependants = sa.select(t.task_needs.c.task).where(t.task_needs.c.needs.in_(ended))
        joined = t.task_needs.join(needed, needed.c.id == t.task_needs.c.needs).join(waiting, waiting.c.id == t.task_needs.c.task)
        rows = connection.execute(
            sa.select(t.task_needs.c.task, sa.func.count().label("all"), sa.func.sum(there).label("there"), sa.func.sum(gone).label("gone"))
            .select_from(joined)
            .where(waiting.c.state == TaskState.WAITING.value, t.task_needs.c.task.in_(dependants))
            .group_by(t.task_needs.c.task)
        ).all()
        skipped = [row.task for row in rows if row.gone]
        free = [row.task for row in rows if not row.gone and row.there == row.all]
        if skipped:
            values = {"state": TaskState.SKIPPED.value, "ended_at": t.now(), "error": "something that it needs failed", "error_code": "skipped"}
            connection.execute(t.tasks.update().where(t.tasks.c.id.in_(skipped)).values(values))
        if free:
            connection.execute(t.tasks.update().where(t.tasks.c.id.in_(free)).values(state=TaskState.RUNNABLE.value, rung_at=t.now(), not_before=t.now()))
            pools = connection.execute(sa.select(t.tasks.c.pools).where(t.tasks.c.id.in_(free))).scalars()
            ring(connection, [pool for served in pools for pool in served])
        ended = skipped


def _finish(connection: Connection, job: t.AnyRow) -> None:
    """Settle the job, if its last task has ended."""
    if JobState(job.status) in JOB_ENDED:
        return
    columns = (t.tasks.c.kind, t.tasks.c.state, t.tasks.c.shot, t.tasks.c.error)
    tasks = connection.execute(sa.select(*columns).where(t.tasks.c.job == job.id)).all()
    if any(task.state not in _ENDED for task in tasks):
        return
    new = NewStory.model_validate(connection.execute(sa.select(t.stories.c.request).where(t.stories.c.id == job.story)).scalar_one())
    shown = TaskKind.ANIMATE if new.motion else TaskKind.KEYFRAME
    clips = [task for task in tasks if task.kind == shown and (job.version is None or task.shot == job.shot)]  # of an edit, its own only
    lost = sum(task.state != TaskState.DONE for task in clips)
    error = _why_failed(tasks, clips, lost, film=new.render_video)
    if error is None:
        settle(connection, job, lost, len(clips))
        if job.version is not None:
            made_current(connection, job)
        _close(connection, job, JobState.COMPLETED, StoryState.COMPLETED, None)
    elif job.former:
        refund_all(connection, job, note="the job failed" if job.shot is None else "the edit failed")
        former = connection.execute(sa.select(t.jobs.c.status).where(t.jobs.c.id == job.former)).scalar_one()
        if job.shot is not None:
            error = f"Frame {job.shot + 1} could not be changed, and is shown as it was: {error}"
        connection.execute(t.stories.update().where(t.stories.c.id == job.story).values(job=job.former))
        _close(connection, job, JobState.FAILED, StoryState.COMPLETED if former == JobState.COMPLETED else StoryState.FAILED, error[:_LONGEST_ERROR])
    else:
        refund_all(connection, job, note="the job failed")
        _close(connection, job, JobState.FAILED, StoryState.FAILED, error[:_LONGEST_ERROR])


def _why_failed(tasks: Iterable[t.AnyRow], clips: Sequence[t.AnyRow], lost: int, *, film: bool) -> str | None:
    """Why a job whose tasks have all ended has failed, in a sentence; None when it has completed."""
    for task in tasks:
        if task.kind == TaskKind.WRITE and task.state != TaskState.DONE:
            return f"The story could not be written: {task.error}"
    if clips and lost == len(clips):
        first = next((clip.error for clip in clips if clip.state == TaskState.FAILED), None) or _first_error(tasks)
        return f"None of the {lost} shots could be made: {first}" if lost > 1 else f"The shot could not be made: {first}"
    for task in tasks:
        if film and task.kind == TaskKind.COMPOSE and task.state != TaskState.DONE:
            return f"The film could not be composed: {task.error}"
    return None


def _first_error(tasks: Iterable[t.AnyRow]) -> str:
    return next((task.error for task in tasks if task.state == TaskState.FAILED and task.error), "no reason was given")


def _close(connection: Connection, job: t.AnyRow, state: JobState, story_state: StoryState, error: str | None) -> None:
    status = connection.execute(sa.select(t.jobs.c.status).where(t.jobs.c.id == job.id)).scalar_one()
    move(JOB, JobState(status), state)
    connection.execute(t.jobs.update().where(t.jobs.c.id == job.id).values(status=state.value, error=error, ended_at=t.now()))
    story = connection.execute(sa.select(t.stories.c.status).where(t.stories.c.id == job.story)).scalar_one()
    move(STORY, StoryState(story), story_state)
    connection.execute(t.stories.update().where(t.stories.c.id == job.story).values(status=story_state.value, error=error, updated_at=t.now()))
    announce(connection, job.story)


def _touch(connection: Connection, story: str) -> None:
    connection.execute(t.stories.update().where(t.stories.c.id == story).values(updated_at=t.now()))


def _now(connection: Connection, job: t.AnyRow) -> Completed:
    row = connection.execute(sa.select(t.stories.c.status, t.jobs.c.status.label("job")).select_from(t.jobs.join(t.stories)).where(t.jobs.c.id == job.id)).one()
    return Completed(StoryState(row.status), JobState(row.job))
