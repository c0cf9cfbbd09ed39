"""The farm's progress stream as the gateway hands it on: which story, what to tell, and whether a state changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from redis.exceptions import RedisError

from farm import progress
from farm.protocol import ProgressEvent
from farm.types import TaskKind
from gateway.house import House

log = structlog.get_logger()
_WHILE_IT_RUNS = frozenset({"loading"})


@dataclass(frozen=True)
class Note:
    """One event for an event stream: its position, and what it says (docs/api.md)."""

    position: str
    data: dict[str, Any]
    text: str = ""  # a part of a script that is being written, from its character `text_at` on: for who asked for the script
    text_at: int = 0
    preview: str | None = None  # SHA-256 of a small picture of how far the task is


async def follow(url: str) -> AsyncIterator[tuple[str, Note | None, bool]]:
    """(story, note, whether a state changed) for every event from now on; an empty story says that the stream is there and quiet.

    Raises redis.RedisError when Redis goes away.
    """
    async for one in progress.follow(url):
        if one is None:
            yield "", None, False
        else:
            yield one.event.story, _note(one), changed(one.event)


def changed(event: ProgressEvent) -> bool:
    """Whether an event tells of a change of state, rather than of steps within one."""
    return event.state not in _WHILE_IT_RUNS and not (event.state == "running" and event.of)


async def tell_cancelled(house: House, story: str, job: str) -> None:
    """Wake whoever waits for a story that was cancelled (see `tell_changed`)."""
    await tell_changed(house, story, job, "cancelled")


async def tell_changed(house: House, story: str, job: str, state: Literal["cancelled", "runnable"]) -> None:
    """Wake whoever waits for a story that a caller has changed, at every gateway; without Redis their sweeps find it."""
    event = ProgressEvent(story=story, job=job, task="", kind=TaskKind.COMPOSE, worker="gateway", state=state)
    house.waiters.notice(story, Note("", _data(event)), changed=True)
    if house.redis is not None:
        try:
            await house.redis.xadd(progress.STREAM, {"event": event.dump()}, maxlen=progress.LENGTH, approximate=True)
        except (RedisError, OSError) as error:
            log.warning("a changed story is not told of: Redis does not answer", story=story, error=str(error))


async def missed(house: House, position: str | None, story: str) -> list[Note]:
    """What a client that comes back with `Last-Event-ID` has missed, as far as it is still kept."""
    if not position or house.redis is None:
        return []
    try:
        return [_note(one) for one in await progress.since(house.redis, position, story)]
    except RedisError:
        return []


def _note(one: progress.Read) -> Note:
    return Note(one.position, _data(one.event), one.event.text, one.event.text_at, one.event.preview)


def _data(event: ProgressEvent) -> dict[str, Any]:
    return {"task": event.kind.value, "frame": event.shot, "state": event.state, "step": event.step, "of": event.of, "note": event.note}
