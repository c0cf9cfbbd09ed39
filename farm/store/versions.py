"""Versions of a shot: made by an edit, as a job of the same story that does anew only what depends on it."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from farm import edit
from farm.specs import AnimateSpec, KeyframeSpec
from farm.states import STORY, JobState, StoryState, TaskState, move
from farm.store import tables as t
from farm.store.answers import Remember, remember
from farm.store.database import Database
from farm.store.ledger import hold
from farm.store.records import Artifact, Created, StoreError, StoryDocument, TaskRecord, new_id
from farm.store.stories import documents, record_of, ring

_AS_IT_WAS = ("kind", "name", "shot", "model", "pools", "priority", "rank", "team", "story")
_RESULT = ("spec", "state", "attempts", "crashes", "epoch", "task_key", "step", "of", "data", "error", "error_code", "created_at", "started_at", "ended_at")
Answering = Callable[[StoryDocument], Remember | None]
"""Makes of the story as it is then what a request is answered."""


class NotEditable(StoreError):
    """The story, or the version, is in no state for it; the message says in which."""


@dataclass(frozen=True)
class Version:
    """One version of a shot; `keyframe` and `animate` are its tasks, as far as there are such."""

    number: int
    job: str
    job_status: JobState
    error: str | None
    prompt: str
    seed: int
    current: bool
    created_at: float
    keyframe: TaskRecord | None
    animate: TaskRecord | None


class Versions:
    """Versions by story and shot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, story: str, team: str, shot: int) -> builtins.list[Version]:
        """Every version of a shot, the first one first; none where the story is not the team's or has no such shot."""
        with self._database.read() as connection:
            shown = connection.execute(sa.select(t.stories.c.job).where(t.stories.c.id == story, t.stories.c.team == team)).scalar()
            if shown is None:
                return []
            rows = connection.execute(_versions(story, shot)).all()
            known = [dict(row._mapping) for row in rows] or _first(connection, story, shown, shot)
            return [_version(connection, one) for one in known]

    def edit(self, story: str, team: str, shot: int, *, prompt: str | None, seed: int | None, answer: Answering | None = None) -> Created | None:
        """Begin a new version of a shot: its share of the story's credits is held; keyframe, clip and film are made anew. None: no such shot.

        `answer` makes of the story as it is then what the request is answered: kept in the same transaction. Raises NotEditable unless the story has
        completed, InsufficientCredits, AlreadyAnswered.
        """

        def work(connection: Connection) -> Created | None:
            job = _completed(connection, story, team)
            known = _known(connection, story, job, shot) if job is not None else []
            if job is None or not known:
                return None
            number = max(one["number"] for one in known) + 1
            shots = connection.execute(sa.select(sa.func.count()).select_from(t.shots).where(t.shots.c.story == story)).scalar_one()
            price = connection.execute(sa.select(t.stories.c.request).where(t.stories.c.id == story)).scalar_one()["credits"]
            made = _job(connection, story, job, shot, number, -(-price // max(1, shots)))

            def planned(task: Mapping[str, Any]) -> Mapping[str, Any] | None:
                if task["name"] == f"keyframe.{shot}":
                    return edit.keyframe(KeyframeSpec.model_validate(task["spec"]), prompt, seed).model_dump(mode="json")
                if task["name"] == f"animate.{shot}":
                    return edit.animate(AnimateSpec.model_validate(task["spec"]), seed).model_dump(mode="json")
                return task["spec"] if edit.again(task["name"], shot) else None

            specs = _copy(connection, made, job, planned, {})
            keyframe = specs[f"keyframe.{shot}"]
            values = {"story": story, "shot": shot, "number": number, "job": made.job, "prompt": keyframe["shot"]["picture_prompt"], "seed": keyframe["seed"]}
            connection.execute(t.versions.insert().values(**values, current=False, created_at=t.now()))
            _answered(connection, answer, made, team)
            return made

        return self._database.write_again(work)

    def restore(self, story: str, team: str, shot: int, number: int, *, answer: Answering | None = None) -> Created | None:
        """Begin to make a former version current again: the film is composed of what there is, free of credits. None: it is current, or there is none.

        `answer` as in `edit`. Raises NotEditable unless the story has completed and the version is whole, AlreadyAnswered.
        """

        def work(connection: Connection) -> Created | None:
            job = _completed(connection, story, team)
            known = _known(connection, story, job, shot) if job is not None else []
            wanted = next((one for one in known if one["number"] == number), None)
            if job is None or wanted is None or wanted["current"]:
                return None
            status = connection.execute(sa.select(t.jobs.c.status).where(t.jobs.c.id == wanted["job"])).scalar_one()
            if status != JobState.COMPLETED:
                raise NotEditable(f"version {number} was never completed, so it cannot be made current")
            made = _job(connection, story, job, shot, number, 0)
            instead = dict.fromkeys((f"keyframe.{shot}", f"animate.{shot}"), wanted["job"])
            _copy(connection, made, job, lambda task: task["spec"] if edit.again(task["name"], shot) else None, instead)
            _answered(connection, answer, made, team)
            return made

        return self._database.write_again(work)

    def recompose(self, story: str, team: str, *, answer: Answering | None = None) -> Created | None:
        """Begin to compose the film again that could not be composed; nothing else is made anew. None: there is no such story.

        It costs what was given back for the failure: the story's price where the whole job failed, else nothing. `answer` as in `edit`. Raises
        NotEditable unless the story has ended without its film, InsufficientCredits, AlreadyAnswered.
        """

        def work(connection: Connection) -> Created | None:
            job = _shown(connection, story, team)
            if job is None:
                return None
            now = connection.execute(sa.select(t.stories.c.status, t.stories.c.job).where(t.stories.c.id == story)).one()
            if now.status not in (StoryState.COMPLETED, StoryState.FAILED) or now.job != job.id:
                raise NotEditable(f"sequence {story} is {now.status}; its film can be composed again once it has completed or failed")
            state = connection.execute(sa.select(t.tasks.c.state).where(t.tasks.c.job == job.id, t.tasks.c.name == "compose")).scalar()
            if state is None or state == TaskState.DONE:
                raise NotEditable(f"sequence {story} has {'no shots to compose' if state is None else 'its film'}")
            made = _job(connection, story, job, None, None, job.credits if job.status == JobState.FAILED else 0)
            _copy(connection, made, job, lambda task: task["spec"] if task["name"] == "compose" else None, {})
            _answered(connection, answer, made, team)
            return made

        return self._database.write_again(work)


def _answered(connection: Connection, answer: Answering | None, made: Created, team: str) -> None:
    """Keep what the request is answered beside what it did."""
    if answer is not None and (one := answer(documents(connection, [made.story], team)[0])) is not None:
        remember(connection, one, [made])


def made_current(connection: Connection, job: t.AnyRow) -> None:
    """The edit has completed: its version is the one that is shown; part of the transaction that settles it."""
    mine = sa.and_(t.versions.c.story == job.story, t.versions.c.shot == job.shot)
    connection.execute(t.versions.update().where(mine).values(current=t.versions.c.number == job.version))


def _versions(story: str, shot: int) -> Any:
    return sa.select(t.versions).where(t.versions.c.story == story, t.versions.c.shot == shot).order_by(t.versions.c.number)


def _completed(connection: Connection, story: str, team: str) -> t.AnyRow | None:
    """The job that a completed story shows, locked; None where there is no such story."""
    job = _shown(connection, story, team)
    if job is None:
        return None
    now = connection.execute(sa.select(t.stories.c.status, t.stories.c.job).where(t.stories.c.id == story)).one()
    if now.status != StoryState.COMPLETED or now.job != job.id:
        raise NotEditable(f"sequence {story} is {now.status}; a frame can be edited once it has completed")
    return job


def _shown(connection: Connection, story: str, team: str) -> t.AnyRow | None:
    """The job that a story shows, locked."""
    shown = sa.select(t.stories.c.job).where(t.stories.c.id == story, t.stories.c.team == team, ~t.stories.c.hidden).scalar_subquery()
    return connection.execute(sa.select(t.jobs).where(t.jobs.c.id == shown).with_for_update()).one_or_none()


def _known(connection: Connection, story: str, job: t.AnyRow, shot: int) -> list[dict[str, Any]]:
    """The shot's versions; what was there before the first edit is written down as version 1."""
    known = [dict(row._mapping) for row in connection.execute(_versions(story, shot))]
    if not known:
        known = _first(connection, story, job.id, shot)
        if known:
            connection.execute(t.versions.insert().values(**known[0]))
    return known


def _first(connection: Connection, story: str, job: str, shot: int) -> list[dict[str, Any]]:
    task = connection.execute(sa.select(t.tasks.c.spec, t.tasks.c.created_at).where(t.tasks.c.job == job, t.tasks.c.name == f"keyframe.{shot}")).one_or_none()
    if task is None:
        return []
    said = {"prompt": task.spec["shot"]["picture_prompt"], "seed": task.spec["seed"]}
    return [{"story": story, "shot": shot, "number": 1, "job": job, "current": True, "created_at": task.created_at, **said}]


def _job(connection: Connection, story: str, former: t.AnyRow, shot: int | None, version: int | None, price: int) -> Created:
    """The job of an edit, or of a film composed again (`shot` None); the story shows it from now on."""
    made = Created(story, new_id("job"))
    values = {"id": made.job, "story": story, "team": former.team, "status": JobState.QUEUED.value, "credits": price, "priority": former.priority}
    connection.execute(t.jobs.insert().values(**values, former=former.id, shot=shot, version=version, created_at=t.now()))
    hold(connection, former.team, made.job, price)
    status = connection.execute(sa.select(t.stories.c.status).where(t.stories.c.id == story)).scalar_one()
    state = move(STORY, StoryState(status), StoryState.PROCESSING)
    connection.execute(t.stories.update().where(t.stories.c.id == story).values(job=made.job, status=state.value, error=None, updated_at=t.now()))
    return made


def _copy(
    connection: Connection, made: Created, former: t.AnyRow, fresh: Callable[[Mapping[str, Any]], Mapping[str, Any] | None], instead: Mapping[str, str]
) -> dict[str, Any]:
    """Every task of the former job again, with its result, except those that `fresh` gives a specification: they are to be done.

    `instead` names the job that a task's result comes from, where it is another. Returns the specifications of the fresh tasks by name.
    """
    rows = {row.name: dict(row._mapping) for row in connection.execute(sa.select(t.tasks).where(t.tasks.c.job == former.id))}
    results = dict(rows)
    for name, job in instead.items():
        found = connection.execute(sa.select(t.tasks).where(t.tasks.c.job == job, t.tasks.c.name == name)).one_or_none()
        if found is not None:
            results[name] = dict(found._mapping)
    ids = {name: new_id("task") for name in rows}
    specs = {name: spec for name, task in rows.items() if (spec := fresh(task)) is not None}
    by_id = {task["id"]: name for name, task in rows.items()}
    needs = [
        {"task": ids[by_id[need.task]], "role": need.role, "needs": ids[by_id[need.needs]], "soft": need.soft}
        for need in connection.execute(sa.select(t.task_needs).where(t.task_needs.c.task.in_(list(by_id))))
    ]
    waiting = {need["task"] for need in needs if need["needs"] in {ids[name] for name in specs}}
    for name, task in rows.items():
        values = {key: task[key] for key in _AS_IT_WAS}
        if name in specs:
            state = TaskState.WAITING if ids[name] in waiting else TaskState.RUNNABLE
            values |= {"spec": specs[name], "state": state.value, "created_at": t.now()}
        else:
            values |= {key: results[name][key] for key in _RESULT}
        connection.execute(t.tasks.insert().values(**values, id=ids[name], job=made.job, not_before=t.now(), rung_at=t.now()))
        if name in specs and ids[name] not in waiting:
            ring(connection, task["pools"])
    if needs:
        connection.execute(t.task_needs.insert(), needs)
    kept = {results[name]["id"]: ids[name] for name in rows if name not in specs}
    outputs = connection.execute(sa.select(t.outputs).where(t.outputs.c.task.in_(list(kept)))).all()
    if outputs:
        connection.execute(t.outputs.insert(), [{"task": kept[row.task], "name": row.name, "sha": row.sha} for row in outputs])
    return specs


def _version(connection: Connection, one: Mapping[str, Any]) -> Version:
    job = connection.execute(sa.select(t.jobs.c.status, t.jobs.c.error).where(t.jobs.c.id == one["job"])).one()
    tasks: dict[str, TaskRecord] = {}
    names = [f"keyframe.{one['shot']}", f"animate.{one['shot']}"]
    joined = t.outputs.join(t.artifacts, t.artifacts.c.sha == t.outputs.c.sha)
    for row in connection.execute(sa.select(t.tasks).where(t.tasks.c.job == one["job"], t.tasks.c.name.in_(names))).all():
        files = connection.execute(sa.select(t.outputs.c.name, t.artifacts).select_from(joined).where(t.outputs.c.task == row.id))
        tasks[row.kind] = record_of(row, {file.name: Artifact(file.sha, file.size, file.media_type) for file in files})
    return Version(
        number=one["number"], job=one["job"], job_status=JobState(job.status), error=job.error, prompt=one["prompt"], seed=one["seed"],
        current=one["current"], created_at=one["created_at"], keyframe=tasks.get("keyframe"), animate=tasks.get("animate"),
    )  # fmt: skip
