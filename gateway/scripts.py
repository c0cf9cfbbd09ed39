"""Expanding a script: a story that is only written, told as an event stream while its caller listens."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from farm.store import Created
from gateway.call import Call
from gateway.errors import ApiError, Problem
from gateway.feed import Note, tell_cancelled
from gateway.models.scripts import EnhanceScript
from gateway.models.sequences import CreateSequence
from gateway.once import Recorder, begun
from gateway.records import cancel_story, create_stories, load
from gateway.requests import from_sequence
from gateway.view import StoryView

HEARTBEAT_SECONDS = 5.0
_STREAM = {"cache-control": "no-store", "x-accel-buffering": "no"}
_WORD = re.compile(r"\s*\S+")
_PART = re.compile(r"\s*\S+|\s+")  # of a text that may end between or within words
_AT_ONCE = 8  # words written before the connection is looked at again
_PRIORITY = 1  # somebody is listening


async def enhance(call: Call) -> Response:
    """`POST /scripts/enhance`: see docs/api.md."""
    body = call.given(EnhanceScript)
    asked = CreateSequence.model_validate({**body.model_dump(by_alias=True, exclude_none=True), "enhance": "always"})

    async def make(recorder: Recorder) -> Created:
        new = (await from_sequence(call, asked, heard=False))[0].model_copy(update={"origin": "enhance", "credits": 0, "priority": _PRIORITY, "motion": False})
        return (await create_stories(call.house, [new], recorder.remember_story()))[0]

    made, again = await begun(call, make)
    headers = _STREAM | ({"idempotency-replayed": "true"} if again else {})
    keep = "idempotency-key" in call.request.headers  # who sent one may come back and hear it all
    return StreamingResponse(_told(call, made, keep=keep), media_type="text/event-stream", headers=headers)


async def _told(call: Call, made: Created, *, keep: bool) -> AsyncIterator[bytes]:
    """The script as it is written, or word by word once it is; then the end. When nobody listens any more, it is not written either, unless `keep`."""
    ended, told = False, ""
    try:
        async for view in _awaited(call, made.story):
            if view is None:
                yield b": still writing\n\n"
                continue
            if isinstance(view, Note):
                if len(told) == view.text_at:  # a part that is missing, or comes from another worker's try, is made good at the end
                    told += view.text
                    yield b"".join(_event(None, {"delta": part}) for part in _PART.findall(view.text))
                continue
            ended = view.terminal
            script = view.enhanced_script
            if view.status != "completed" or script is None:
                why = view.error or ("the gateway is being stopped; try again" if not ended else f"the script was not written: it is {view.status}")
                yield _event("error", {"code": (Problem.INTERNAL if ended else Problem.UNAVAILABLE).value[1], "message": why})
                return
            words = _WORD.findall(script[len(told) :]) if script.startswith(told) else []
            for start in range(0, len(words), _AT_ONCE):
                yield b"".join(_event(None, {"delta": word}) for word in words[start : start + _AT_ONCE])
            yield _event("done", {"enhancedScript": script, "_links": _links(call, script)})
    finally:
        if not ended and not keep:  # in a task of its own: this one is being cancelled
            task = asyncio.create_task(_stop(call, made))
            call.house.background.add(task)
            task.add_done_callback(call.house.background.discard)


async def _awaited(call: Call, story: str) -> AsyncIterator[StoryView | Note | None]:
    """The story once it has ended, or as it is when the gateway stops; before that notes with parts of its script, and None every few seconds."""
    waiters = call.house.waiters
    with waiters.enter(story) as room, waiters.listen(story) as listener:
        while True:
            seen = room.generation
            view = await load(call.house, story, call.team)
            if view is None:
                raise ApiError(Problem.NOT_FOUND, f"there is no story {story!r} any more")
            room.mark = room.mark or view.mark
            ended = view.terminal or waiters.stopping.is_set()
            while True:
                listener.bell.clear()
                while listener.queue:
                    if (note := listener.queue.popleft()).text:
                        yield note
                if ended or room.generation != seen:
                    break
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await listener.bell.wait()
                except TimeoutError:
                    yield None
                    break
            if ended:
                yield view
                return


async def _stop(call: Call, made: Created) -> None:
    await cancel_story(call.house, made.story, call.team)
    await tell_cancelled(call.house, made.story, made.job)


def _links(call: Call, script: str) -> dict[str, Any]:
    table = call.house.table
    create = table.link("create-sequence", examples=[{"script": script, "enhance": "off"}])
    links = {"self": table.link("enhance-script"), "create-sequence": create, "root": table.link("root")}
    return {name: link.model_dump(mode="json") for name, link in links.items()}


def _event(name: str | None, data: dict[str, Any]) -> bytes:
    line = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return (f"event: {name}\n" if name else "").encode() + f"data: {line}\n\n".encode()
