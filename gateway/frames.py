"""Editing one frame of a finished sequence, and going back to a former version of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from starlette.responses import Response

from farm.store import InsufficientCredits, NotEditable, Remember, StoryDocument
from farm.store.versions import Version
from gateway.call import Call
from gateway.errors import ApiError, Problem
from gateway.feed import tell_changed
from gateway.models import frames as shown
from gateway.models.sequences import ItemStatus, Media, Video
from gateway.once import Recorder, once
from gateway.records import load, part_of, plausible, send_tickets, view_of, writer
from gateway.route import Reply
from gateway.sequences import no_sequence
from gateway.view import ShotView, StoryView

_STATUS: dict[str, ItemStatus] = {"completed": "completed", "failed": "failed", "cancelled": "failed", "queued": "pending"}


async def edit(call: Call) -> Reply | Response:
    """`PATCH /sequences/{id}/frames/{frameId}`: 202 with the status document."""
    return await once(call, lambda recorder: _edit(call, recorder))


async def _edit(call: Call, recorder: Recorder) -> Reply:
    body = call.given(shown.EditFrame)
    view, shot = await _frame(call)
    versions, answer = call.house.store.versions, _answer(call, recorder)
    try:
        made = await call.house.threads.call(versions.edit, view.id, call.team, shot.index, prompt=body.prompt, seed=body.seed, answer=answer)
    except NotEditable as error:
        raise ApiError(Problem.CONFLICT, str(error)) from None
    except InsufficientCredits as error:
        raise ApiError(Problem.CREDITS, str(error)) from None
    if made is None:
        raise no_frame(view.id, shot.id)
    return await _begun(call, view.id, made.job)


def _answer(call: Call, recorder: Recorder) -> Callable[[StoryDocument], Remember | None]:
    """What a request is answered that has begun a job of the story: its status document."""
    return lambda document: recorder.remember(lambda _: Reply(writer(call).sequence(view_of(document)), status=202))


async def versions(call: Call) -> Reply:
    """`GET …/frames/{frameId}/versions`."""
    view, shot = await _frame(call)
    found = await call.house.threads.call(call.house.store.versions.list, view.id, call.team, shot.index)
    table = call.house.table
    links = {
        "self": table.link("frame-versions", id=view.id, frameId=shot.id),
        "edit": table.link("edit-frame", id=view.id, frameId=shot.id),
        "sequence": table.link("sequence-status", id=view.id),
    }
    return Reply(shown.Versions(sequence_id=view.id, frame_id=shot.id, versions=[_version(call, view, shot, one) for one in found], links=links))


async def make_current(call: Call) -> Reply | Response:
    """`POST …/versions/{number}/current`: 202 while the film is composed again, 200 where it is current already."""
    return await once(call, lambda recorder: _make_current(call, recorder))


async def _make_current(call: Call, recorder: Recorder) -> Reply:
    view, shot = await _frame(call)
    text = call.request.path_params["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    store = call.house.store.versions
    found = {one.number: one for one in await call.house.threads.call(store.list, view.id, call.team, shot.index)}
    if number not in found:
        raise ApiError(Problem.NOT_FOUND, f"frame {shot.id} has no version {text[:20]!r}; there are {', '.join(map(str, found))}")
    try:
        made = await call.house.threads.call(store.restore, view.id, call.team, shot.index, number, answer=_answer(call, recorder))
    except NotEditable as error:
        raise ApiError(Problem.CONFLICT, str(error)) from None
    return await _begun(call, view.id, made.job) if made is not None else Reply(writer(call).sequence(view))


def no_frame(story: str, frame: str) -> ApiError:
    """The sequence has none of that id."""
    return ApiError(Problem.NOT_FOUND, f"sequence {story} has no frame {frame[:80]!r}")


async def _frame(call: Call) -> tuple[StoryView, ShotView]:
    story, frame = call.request.path_params["id"], call.request.path_params["frameId"]
    view = await load(call.house, story, call.team)
    if view is None:
        raise no_sequence(story)
    shot = next((shot for shot in view.shots if shot.id == frame), None) if plausible(frame) else None
    if shot is None:
        raise no_frame(story, frame)
    return view, shot


async def _begun(call: Call, story: str, job: str) -> Reply:
    await send_tickets(call.house)
    await tell_changed(call.house, story, job, "runnable")
    view = await load(call.house, story, call.team)
    if view is None:
        raise no_sequence(story)
    return Reply(writer(call).sequence(view), status=202)


def _version(call: Call, view: StoryView, shot: ShotView, one: Version) -> shown.Version:
    words, table = writer(call), call.house.table
    picture, clip = part_of(one.keyframe, "picture"), part_of(one.animate, "clip")
    name = f"{shot.index + 1:02d}-v{one.number}"
    links = {"frame": table.link("frame-versions", id=view.id, frameId=shot.id)}
    status = _STATUS.get(one.job_status.value, "generating")
    if status == "completed" and not one.current:
        links["make-current"] = table.link("make-version-current", id=view.id, frameId=shot.id, number=str(one.number))
    return shown.Version(
        number=one.number,
        status=cast(ItemStatus, status),
        current=one.current,
        prompt=one.prompt,
        seed=one.seed,
        error=one.error,
        image=Media(status=picture.status, url=words.url(picture.file, f"frame-{name}")),
        video=Video(status=clip.status, url=words.url(clip.file, f"clip-{name}"), error=clip.error),
        created_at=datetime.fromtimestamp(one.created_at, UTC),
        links=links,
    )
