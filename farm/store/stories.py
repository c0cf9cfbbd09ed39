"""Stories and their jobs: creating, reading, listing, cancelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from farm import plan
from farm.states import JOB, JOB_ENDED, STORY, STORY_ENDED, TASK_ENDED, JobState, StoryState, TaskState, move
from farm.store import tables as t
from farm.store.answers import Remember, remember
from farm.store.database import Database
from farm.store.ledger import hold, refund_all, settle
from farm.store.records import Artifact, Created, StoryDocument, StorySummary, TaskRecord, new_id
from farm.store.webhooks import announce
from farm.story import NewStory
from farm.types import Screenplay, TaskKind

BEGINNING = 400
"""Characters of a prompt that a summary holds: enough for a working title."""
_OPEN_TASKS = [state.value for state in TaskState if state not in TASK_ENDED]


class Stories:
    """The stories of every team; a story of another team is as good as none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, new: NewStory, answer: Remember | None = None) -> Created:
        """Write story, job, first task, credit hold and tickets in one transaction.

        `answer`: what the request is answered is written with them. Raises InsufficientCredits when the team has fewer credits than the job
        costs, AlreadyAnswered when the request was answered before.
        """
        return self.create_all([new], answer)[0]

    def create_all(self, wanted: Sequence[NewStory], answer: Remember | None = None) -> list[Created]:
        """Write several stories of one request in one transaction: all of them, or none (see `create`)."""
        made = [Created(new_id("seq"), new_id("job")) for _ in wanted]
        with self._database.write(durable=True) as connection:
            if answer is not None:
                remember(connection, answer, made)
            for new, one in zip(wanted, made, strict=True):
                _insert(connection, new, one)
        return made

    def document(self, story: str, team: str | None = None) -> StoryDocument | None:
        """Everything about one story; None where there is none of that id, or it is another team's. `team` None: any team's."""
        with self._database.read() as connection:
            return next(iter(documents(connection, [story], team)), None)

    def documents(self, stories: Sequence[str], team: str | None = None) -> list[StoryDocument]:
        """Several stories at once, in the order asked for; those that are not there are left out."""
        with self._database.read() as connection:
            return documents(connection, stories, team)

    def of_job(self, job: str, team: str) -> str | None:
        """The story that a job runs."""
        with self._database.read() as connection:
            return connection.execute(sa.select(t.jobs.c.story).where(t.jobs.c.id == job, t.jobs.c.team == team)).scalar()

    def page(
        self, team: str, *, limit: int = 20, before: str | None = None, offset: int = 0, job_status: str | None = None, origin: str | None = None
    ) -> list[str]:
        """Ids of the team's stories, newest first; `before` is the id of the last one already seen."""
        query = sa.select(t.stories.c.id).where(t.stories.c.team == team, ~t.stories.c.hidden)
        if job_status:
            query = query.join(t.jobs, t.jobs.c.id == t.stories.c.job).where(t.jobs.c.status == job_status)
        if before:
            query = query.where(t.stories.c.id < before)
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(t.stories.c.id.desc()).limit(limit).offset(offset)).scalars())

    def summaries(self, team: str, *, limit: int = 20, before: str | None = None, offset: int = 0, job_status: str | None = None) -> list[StorySummary]:
        """The same page as lists show it: one query, that reads neither screenplays nor tasks."""
        said = t.stories.c.request
        columns = (
            t.stories.c.id, t.stories.c.status, t.jobs.c.status.label("job_status"), t.stories.c.title, t.stories.c.created_at, t.stories.c.updated_at,
            sa.func.substr(said["prompt"].as_string(), 1, BEGINNING).label("prompt"), said["aspect"].as_string().label("aspect"),
            said["locale"].as_string().label("locale"),
        )  # fmt: skip
        mine = self._mine(team, before, job_status, *columns)
        with self._database.read() as connection:
            rows = connection.execute(mine.order_by(t.stories.c.id.desc()).limit(limit).offset(offset))
            return [StorySummary(**{**row._mapping, "status": StoryState(row.status), "job_status": JobState(row.job_status)}) for row in rows]

    @staticmethod
    def _mine(team: str, before: str | None, job_status: str | None, *columns: Any) -> Any:
        """The team's stories with the jobs they show, but not the hidden ones."""
        query = sa.select(*columns).join(t.jobs, t.jobs.c.id == t.stories.c.job).where(t.stories.c.team == team, ~t.stories.c.hidden)
        if job_status:
            query = query.where(t.jobs.c.status == job_status)
        return query.where(t.stories.c.id < before) if before else query

    def count(self, team: str, *, job_status: str | None = None) -> int:
        """How many stories the team has."""
        query = sa.select(sa.func.count()).select_from(t.stories).where(t.stories.c.team == team, ~t.stories.c.hidden)
        if job_status:
            query = query.join(t.jobs, t.jobs.c.id == t.stories.c.job).where(t.jobs.c.status == job_status)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def marks(self, stories: Sequence[str]) -> dict[str, tuple[str, float]]:
        """Status and time of last change of several stories: cheap to ask often."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(t.stories.c.id, t.stories.c.status, t.stories.c.updated_at).where(t.stories.c.id.in_(list(stories))))
            return {row.id: (row.status, row.updated_at) for row in rows}

    def cancel(self, story: str, team: str) -> bool:
        """Stop the story's tasks, settle its job and archive it; again is safe. False where there is none."""

        def work(connection: Connection) -> bool:
            # The job is locked first, as by every task that ends: two transactions never wait for each other.
            shown = sa.select(t.stories.c.job).where(t.stories.c.id == story, t.stories.c.team == team).scalar_subquery()
            query = sa.select(t.jobs).where(t.jobs.c.id == shown)
            job = connection.execute(query.with_for_update()).one_or_none()
            if job is None:
                return False
            found = connection.execute(sa.select(t.stories.c.status).where(t.stories.c.id == story)).one()
            mine = sa.select(t.tasks.c.id).where(t.tasks.c.job == job.id)
            still = sa.and_(t.attempts.c.task.in_(mine), t.attempts.c.ended.is_(None))
            connection.execute(t.attempts.update().where(still).values(ended="cancelled", ended_at=t.now()))
            connection.execute(
                t.tasks.update()
                .where(t.tasks.c.job == job.id, t.tasks.c.state.in_(_OPEN_TASKS))
                .values(state=TaskState.CANCELLED.value, ended_at=t.now(), worker=None, lease_until=None)
            )
            if JobState(job.status) not in JOB_ENDED:
                move(JOB, JobState(job.status), JobState.CANCELLED)
                connection.execute(t.jobs.update().where(t.jobs.c.id == job.id).values(status=JobState.CANCELLED.value, ended_at=t.now()))
                if JobState(job.status) is JobState.QUEUED:
                    refund_all(connection, job, note="cancelled before it started")
                else:  # a refund is for what failed or never started
                    settle(connection, job, 0, 0)
            move(STORY, StoryState(found.status), StoryState.ARCHIVED)
            shown = job.id if not job.former or JobState(job.status) in JOB_ENDED else job.former  # an edit that was cut short is not shown
            values = {"status": StoryState.ARCHIVED.value, "job": shown}
            connection.execute(t.stories.update().where(t.stories.c.id == story).values(**values, updated_at=t.now()))
            if found.status != StoryState.ARCHIVED:
                announce(connection, story)
            return True

        # A claim locks the task before its job: PostgreSQL may have to end one of the two.
        return self._database.write_again(work)

    def ended(self, story: str) -> bool:
        """Whether nothing will happen to the story any more."""
        with self._database.read() as connection:
            status = connection.execute(sa.select(t.stories.c.status).where(t.stories.c.id == story)).scalar()
        return status is None or StoryState(status) in STORY_ENDED

    def unfinished(self) -> int:
        """How many stories are still on their way."""
        with self._database.read() as connection:
            open_states = [state.value for state in StoryState if state not in STORY_ENDED]
            return int(connection.execute(sa.select(sa.func.count()).select_from(t.stories).where(t.stories.c.status.in_(open_states))).scalar_one())


def documents(connection: Connection, stories: Sequence[str], team: str | None) -> list[StoryDocument]:
    """Several stories in the order asked for, as one transaction sees them."""
    query = sa.select(t.stories).where(t.stories.c.id.in_(list(stories)))
    found = {row.id: row for row in connection.execute(query if team is None else query.where(t.stories.c.team == team))}
    ids = list(found)
    shown = [row.job for row in found.values()]
    jobs: dict[str, t.AnyRow] = {row.story: row for row in connection.execute(sa.select(t.jobs).where(t.jobs.c.id.in_(shown)))}
    outputs: dict[str, dict[str, Artifact]] = {}
    joined = t.outputs.join(t.tasks, t.outputs.c.task == t.tasks.c.id).join(t.artifacts, t.artifacts.c.sha == t.outputs.c.sha)
    columns = (t.outputs.c.task, t.outputs.c.name, t.artifacts.c.sha, t.artifacts.c.size, t.artifacts.c.media_type)
    for row in connection.execute(sa.select(*columns).select_from(joined).where(t.tasks.c.job.in_(shown))):
        outputs.setdefault(row.task, {})[row.name] = Artifact(row.sha, row.size, row.media_type)
    tasks: dict[str, list[TaskRecord]] = {}
    columns_of_tasks = [column for column in t.tasks.c if column.name not in ("spec", "pools")]
    for row in connection.execute(sa.select(*columns_of_tasks).where(t.tasks.c.job.in_(shown)).order_by(t.tasks.c.rank, t.tasks.c.id)):
        tasks.setdefault(row.job, []).append(record_of(row, outputs.get(row.id, {})))
    named: dict[str, dict[str, dict[str, str]]] = {}
    for table in (t.characters, t.scenes, t.items, t.shots):
        for one in connection.execute(sa.select(table.c.story, table.c.id, table.c.key).where(table.c.story.in_(ids))):
            named.setdefault(one.story, {}).setdefault(table.name, {})[one.key] = one.id
    return [_document(found[story], jobs[story], tasks.get(jobs[story].id, []), named.get(story, {})) for story in stories if story in found]


def record_of(row: t.AnyRow, outputs: Mapping[str, Artifact]) -> TaskRecord:
    """A row of tasks with its files, as documents show it."""
    return TaskRecord(
        id=row.id,
        kind=TaskKind(row.kind),
        name=row.name,
        shot=row.shot,
        model=row.model,
        state=TaskState(row.state),
        attempts=row.attempts,
        step=row.step,
        of=row.of,
        error=row.error,
        error_code=row.error_code,
        data=row.data or {},
        outputs=outputs,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _document(story: t.AnyRow, job: t.AnyRow, tasks: Sequence[TaskRecord], ids: Mapping[str, Mapping[str, str]]) -> StoryDocument:
    return StoryDocument(
        id=story.id,
        team=story.team,
        status=StoryState(story.status),
        error=story.error,
        title=story.title,
        request=NewStory.model_validate(story.request),
        screenplay=Screenplay.model_validate(story.screenplay) if story.screenplay else None,
        created_at=story.created_at,
        updated_at=story.updated_at,
        job=job.id,
        job_status=JobState(job.status),
        job_error=job.error,
        job_created_at=job.created_at,
        job_started_at=job.started_at,
        job_ended_at=job.ended_at,
        credits=job.credits,
        tasks=tuple(tasks),
        ids=ids,
    )


def _insert(connection: Connection, new: NewStory, made: Created) -> None:
    """A story with its job, first task, hold and tickets."""
    connection.execute(
        t.stories.insert().values(
            id=made.story,
            team=new.team,
            title=new.title or "",
            status=StoryState.DRAFT.value,
            job=made.job,
            hidden=new.origin == "enhance",
            request=new.model_dump(mode="json"),
            created_at=t.now(),
            updated_at=t.now(),
        )
    )
    connection.execute(
        t.jobs.insert().values(
            id=made.job, story=made.story, team=new.team, status=JobState.QUEUED.value, credits=new.credits, priority=new.priority, created_at=t.now()
        )
    )
    hold(connection, new.team, made.job, new.credits)
    insert_plan(connection, new, made.story, made.job, plan.first(new))


def insert_plan(
    connection: Connection,
    new: NewStory,
    story: str,
    job: str,
    planned: Sequence[plan.Planned],
    known: Mapping[str, str] | None = None,
    begun_at: float | None = None,
) -> None:
    """Write planned tasks, what they need, and a ticket for each that can run at once.

    `known` maps names of earlier tasks to their ids; `begun_at` is when the job was begun, if it was.
    """
    ids = {**(known or {}), **{task.name: new_id("task") for task in planned}}
    rows: list[dict[str, Any]] = []
    for task in planned:
        state = TaskState.WAITING if task.needs else TaskState.RUNNABLE
        rows.append(
            {
                "id": ids[task.name],
                "job": job,
                "story": story,
                "team": new.team,
                "kind": task.kind.value,
                "name": task.name,
                "shot": task.shot,
                "model": task.model,
                "pools": list(new.pools.get(task.model, ())),
                "spec": task.spec.model_dump(mode="json"),
                "state": state.value,
                "priority": new.priority,
                "rank": task.rank,
                "begun_at": begun_at,
            }
        )
    if not rows:
        return
    connection.execute(t.tasks.insert().values(created_at=t.now(), not_before=t.now(), rung_at=t.now()), rows)
    needs = [{"task": ids[task.name], "role": role, "needs": ids[need.name], "soft": need.soft} for task in planned for role, need in task.needs.items()]
    if needs:
        connection.execute(t.task_needs.insert(), needs)
    ring(connection, [pool for row in rows if row["state"] == TaskState.RUNNABLE.value for pool in row["pools"]])


def ring(connection: Connection, pools: Sequence[str]) -> None:
    """Write a ticket for each of `pools`; it is sent once the transaction has committed."""
    if pools:
        connection.execute(t.tickets.insert().values(created_at=t.now()), [{"pool": pool} for pool in pools])
