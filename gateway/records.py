"""The store as the handlers ask it: off the event loop, one team at a time, as views."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

import structlog
from redis.exceptions import RedisError

from farm.store import Created, InsufficientCredits, Remember, StoryDocument, StorySummary, TaskRecord
from farm.story import NewStory
from farm.tickets import flush
from farm.types import TaskKind
from gateway.call import Call
from gateway.documents import Writer
from gateway.errors import ApiError, Problem, invalid
from gateway.house import House
from gateway.progress import Progress
from gateway.view import NOTHING, PART_STATUS, File, FilmView, Part, ShotView, StoryLine, StoryView

log = structlog.get_logger()
_ID = re.compile(r"[a-z]{1,8}_[0-9a-z]{1,48}")
_TITLE_LENGTH = 80
SILENT_SECONDS = 15.0
"""Without a heartbeat for this long, a worker does not count as there; they come every 2 s."""
MEASURED_SECONDS = 30.0
"""How long what the workers' devices were measured to do is taken for known."""


def plausible(name: str) -> bool:
    """Whether a text can be an id of ours; nothing else is worth a query."""
    return _ID.fullmatch(name) is not None


async def load(house: House, story: str, team: str) -> StoryView | None:
    """A team's story, or None."""
    if not plausible(story):
        return None
    return await house.threads.call(_loaded, house, story, team)


def _loaded(house: House, story: str, team: str) -> StoryView | None:
    document = house.store.stories.document(story, team)
    return view_of(document, _measured(house)) if document is not None else None


def _measured(house: House) -> Mapping[str, float]:
    """Seconds that a work takes by model, where `storyfarm models bench` measured it on a device that serves; the slowest, asked for now and then."""
    asked, known = house.measured
    if time.monotonic() - asked > MEASURED_SECONDS:
        found: dict[str, float] = {}
        for worker in house.store.workers.list():
            for model, one in worker.device.get("measured", {}).items():
                if one.get("seconds"):
                    found[model] = max(found.get(model, 0.0), float(one["seconds"]))
        house.measured = (time.monotonic(), found)
        return found
    return known


async def story_of(house: House, job: str, team: str) -> str | None:
    """The story that a team's job runs, or None."""
    return await house.threads.call(house.store.stories.of_job, job, team) if plausible(job) else None


async def page_of(house: House, team: str, limit: int, cursor: str | None) -> tuple[list[StoryLine], str | None]:
    """A page of stories, newest first, and the cursor of the next one.

    Raises ApiError (400) for a cursor that we did not give.
    """
    if cursor is not None and not plausible(cursor):
        raise invalid("cursor", "is not one of ours; follow _links.next, or leave it out for the first page")
    found = await house.threads.call(house.store.stories.summaries, team, limit=limit + 1, before=cursor)
    return [line_of(one) for one in found[:limit]], found[limit - 1].id if len(found) > limit else None


async def numbered_page(house: House, team: str, page: int, limit: int, status: str | None) -> tuple[list[StoryLine], int]:
    """A page of stories by number, newest first, and how many there are in all."""
    found = await house.threads.call(house.store.stories.summaries, team, limit=limit, offset=(page - 1) * limit, job_status=status)
    total = await house.threads.call(house.store.stories.count, team, job_status=status)
    return [line_of(one) for one in found], total


async def marks_of(house: House, stories: Collection[str]) -> Mapping[str, object]:
    """What differs whenever a story has changed, for many stories in one query."""
    return await house.threads.call(house.store.stories.marks, list(stories))


async def create_stories(house: House, wanted: Sequence[NewStory], answer: Remember | None = None) -> list[Created]:
    """Write the stories, and what the request is answered, in one transaction; send their tickets.

    Raises ApiError (402) when the team's credits do not last for all of them, AlreadyAnswered; then none is created.
    """
    try:
        made = await house.threads.call(house.store.stories.create_all, wanted, answer)
    except InsufficientCredits as error:
        raise ApiError(Problem.CREDITS, str(error)) from None
    for new, one in zip(wanted, made, strict=True):
        log.info("story accepted", story=one.story, job=one.job, team=new.team, credits=new.credits)
    await send_tickets(house)
    return made


async def asleep(house: House, wanted: Sequence[NewStory]) -> list[str]:
    """Models that these stories need and no live worker serves now, sorted: their tasks wait until one comes (a pool may be scaled up at night)."""
    needed: set[str] = set()
    for new in wanted:
        kinds = {TaskKind.WRITE} if new.origin == "enhance" else set(new.models) - _UNUSED.get((new.motion, new.music), frozenset())
        needed |= {new.models[kind] for kind in kinds}
    served = await house.threads.call(_served, house)
    return sorted(needed - served)


_UNUSED: Mapping[tuple[bool, bool], frozenset[TaskKind]] = {
    (False, False): frozenset({TaskKind.ANIMATE, TaskKind.SCORE}),
    (False, True): frozenset({TaskKind.ANIMATE}),
    (True, False): frozenset({TaskKind.SCORE}),
}
"""What is not made, by motion and music."""


def _served(house: House) -> set[str]:
    silent = {worker.name for worker in house.store.workers.silent(SILENT_SECONDS)}
    return {model for worker in house.store.workers.list() if worker.name not in silent for model in worker.models}


async def send_tickets(house: House) -> None:
    """The fast path: what the outbox holds, at once. What fails here, the relay sends."""
    try:
        await house.threads.call(flush, house.store, house.tickets)
    except (RedisError, OSError) as error:
        log.warning("tickets are left for the relay: Redis does not answer", error=str(error))


async def cancel_story(house: House, story: str, team: str) -> bool:
    """Stop and archive; False where there is none."""
    return plausible(story) and await house.threads.call(house.store.stories.cancel, story, team)


def writer(call: Call) -> Writer:
    """Writes documents with the addresses that this caller can reach."""
    return Writer(table=call.house.table, base=call.base_url, address=call.house.artifacts.address)


# ------------------------------------------------------------ from the store's records to a view


def view_of(document: StoryDocument, measured: Mapping[str, float] = MappingProxyType({})) -> StoryView:
    """A story's document as a view."""
    request, play = document.request, document.screenplay
    tasks = {task.name: task for task in document.tasks}
    numbers = document.ids.get("shots", {})
    shots = tuple(
        ShotView(
            id=numbers.get(str(shot.index), f"{document.id}.{shot.index}"),
            index=shot.index,
            title=shot.title,
            narration=shot.narration,
            seconds=_clip_seconds(tasks.get(f"animate.{shot.index}")) or shot.seconds,
            picture=part_of(tasks.get(f"keyframe.{shot.index}"), "picture"),
            clip=part_of(tasks.get(f"animate.{shot.index}"), "clip"),
            speech=part_of(tasks.get(f"speak.{shot.index}"), "speech"),
        )
        for shot in (play.shots if play else ())
    )
    return StoryView(
        id=document.id,
        job=document.job,
        title=document.title or (play.title if play else "") or _working_title(request.prompt),
        status=document.status.value,
        error=document.error or document.job_error,
        aspect=request.aspect.value,
        locale=request.locale,
        created_at=_moment(document.created_at),
        updated_at=_moment(document.updated_at),
        job_status=document.job_status.value,
        job_started_at=_moment(document.job_started_at) if document.job_started_at else None,
        job_ended_at=_moment(document.job_ended_at) if document.job_ended_at else None,
        render_video=request.render_video,
        motion=request.motion,
        voice=request.models.get(TaskKind.SPEAK),
        enhanced=request.expand,
        screenplay=play,
        shots=shots,
        ids=document.ids,
        portraits={task.name.removeprefix("portrait."): part_of(task, "picture") for task in document.tasks if task.kind is TaskKind.PORTRAIT},
        music=part_of(tasks.get("score"), "score"),
        film=_film(tasks.get("compose")),
        tasks=tuple(_progress(task, measured) for task in document.tasks),
        mark=(document.status.value, document.updated_at),
    )


def line_of(one: StorySummary) -> StoryLine:
    """A story's summary as a line of a list."""
    return StoryLine(
        id=one.id,
        title=one.title or _working_title(one.prompt),
        status=one.status.value,
        job_status=one.job_status.value,
        aspect=one.aspect,
        locale=one.locale,
        created_at=_moment(one.created_at),
        updated_at=_moment(one.updated_at),
    )


def part_of(task: TaskRecord | None, output: str) -> Part:
    """What a task makes, as a part of a story."""
    if task is None:
        return NOTHING
    made = task.outputs.get(output)
    status = PART_STATUS[task.state.value]
    error = (task.error or "something it needs failed") if status == "failed" else None
    return Part(status=status, file=File(made.sha, made.media_type) if made else None, error=error)


def _film(task: TaskRecord | None) -> FilmView:
    if task is None:
        return FilmView()
    poster = task.outputs.get("poster")
    return FilmView(
        part=part_of(task, "film"),
        id="exp_" + task.id.partition("_")[2],
        seconds=task.data.get("seconds"),
        at=_moment(task.ended_at) if task.ended_at else None,
        poster=File(poster.sha, poster.media_type) if poster else None,
        beside={name: File(made.sha, made.media_type) for name, made in task.outputs.items() if name not in ("film", "poster")},
    )


def _progress(task: TaskRecord, measured: Mapping[str, float]) -> Progress:
    took = task.ended_at - task.started_at if task.ended_at and task.started_at else None
    fraction = task.step / task.of if task.of else 0.0
    return Progress(kind=task.kind, state=task.state.value, fraction=fraction, seconds=took, expected=measured.get(task.model))


def _clip_seconds(task: TaskRecord | None) -> float | None:
    frames, fps = (task.data.get("frames"), task.data.get("fps")) if task is not None else (None, None)
    return frames / fps if frames and fps else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _working_title(prompt: str) -> str:
    """What a story is called until it is written: how its prompt begins."""
    line = " ".join(prompt.split())
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"
