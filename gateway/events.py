"""The event stream of a sequence: a snapshot from SQL, then what happens, until it has ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from gateway.artifacts import PREVIEW
from gateway.call import Call
from gateway.documents import Writer
from gateway.errors import ApiError, Problem
from gateway.feed import Note, missed
from gateway.records import load, writer
from gateway.view import StoryView

HEARTBEAT_SECONDS = 10.0
_STREAM = {"cache-control": "no-store", "x-accel-buffering": "no"}


def frame(event: str, data: dict[str, Any], position: str | None = None) -> bytes:
    """One server-sent event; the data is one line of JSON with its type inside, too."""
    lines = f"id: {position}\n" if position else ""
    body = json.dumps({"type": event, **data}, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\n{lines}data: {body}\n\n".encode()


async def events(call: Call) -> Response:
    """`GET …/events`: see docs/api.md."""
    story = call.request.path_params["id"]
    view = await load(call.house, story, call.team)
    if view is None:
        raise ApiError(Problem.NOT_FOUND, f"there is no sequence {story!r}")
    return StreamingResponse(_events(call, story), media_type="text/event-stream", headers=_STREAM)


async def _events(call: Call, story: str) -> AsyncIterator[bytes]:
    house, words = call.house, writer(call)
    with house.waiters.listen(story) as listener, house.waiters.enter(story) as room:
        seen = room.generation
        view = await load(house, story, call.team)
        if view is None:
            return
        room.mark = room.mark or view.mark
        told = words.snapshot(view)
        yield frame("snapshot", told)
        for note in await missed(house, call.request.headers.get("last-event-id"), story):
            yield _progress(note, view, words)
        while not view.terminal and not house.waiters.stopping.is_set():
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await listener.bell.wait()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            listener.bell.clear()
            while listener.queue:
                yield _progress(listener.queue.popleft(), view, words)
            if room.generation != seen or listener.lost:
                listener.lost, seen = False, room.generation
                view = await room.read(lambda: _read(call, story))
                now = words.snapshot(view)
                if now != told:
                    told = now
                    yield frame("snapshot", told)
        if view.terminal:
            yield frame("end", words.snapshot(view))


async def _read(call: Call, story: str) -> StoryView:
    view = await load(call.house, story, call.team)
    if view is None:
        raise ApiError(Problem.NOT_FOUND, f"there is no sequence {story!r} any more")
    return view


def _progress(note: Note, view: StoryView, words: Writer) -> bytes:
    seen = words.base + words.address(note.preview, PREVIEW) if note.preview else None
    return frame("progress", {**note.data, "preview": seen, "percent": view.percent, "secondsLeft": view.seconds_left}, note.position)
