"""The stories family: generate, job, stories and their assets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel
from starlette.responses import Response

from farm.store import Created
from gateway.call import Call
from gateway.documents import Writer
from gateway.errors import ApiError, Problem
from gateway.models.sequences import WaitQuery
from gateway.models.stories import GenerateAccepted, GenerateStory, StoriesQuery, StoryPage
from gateway.once import Recorder, once
from gateway.records import create_stories, load, numbered_page, story_of, writer
from gateway.requests import from_story
from gateway.route import Reply
from gateway.view import StoryView
from gateway.waiting import hold, seconds_of

POLL_SECONDS = 5
"""How often one should ask for a job that is not waited for."""


async def generate(call: Call) -> Reply | Response:
    """`POST /stories/generate`: 202 with the job."""
    return await once(call, lambda recorder: _generate(call, recorder))


async def _generate(call: Call, recorder: Recorder) -> Reply:
    def accepted(made: Sequence[Created]) -> Reply:
        job = made[0].job
        poll = call.house.table.path("job-status", jobId=job)
        return Reply(GenerateAccepted(job_id=job, status="queued", poll_url=poll), status=202, headers={"location": poll, "retry-after": str(POLL_SECONDS)})

    new = await from_story(call, call.given(GenerateStory))
    return accepted(await create_stories(call.house, [new], recorder.remember(accepted)))


async def job(call: Call) -> Reply:
    """`GET /stories/jobs/{jobId}`: how far it is, at once or after `?wait`."""
    name = call.request.path_params["jobId"]
    seconds = seconds_of(call.asked(WaitQuery).wait)
    story = await story_of(call.house, name, call.team)
    if story is None:
        raise ApiError(Problem.NOT_FOUND, f"there is no job {name!r}")
    if seconds:
        held = await hold(call.house, story, call.team, seconds, lambda view: view.job_advance)
        return Reply(writer(call).job(held.view), headers=held.headers)
    return Reply(writer(call).job(await _there(call, story)))


async def listing(call: Call) -> Reply:
    """`GET /stories`: newest first, by page."""
    query = call.asked(StoriesQuery)
    views, total = await numbered_page(call.house, call.team, query.page, query.limit, query.status)
    words = writer(call)
    return Reply(StoryPage(data=[words.story_summary(view) for view in views], page=query.page, limit=query.limit, total=total))


async def story(call: Call) -> Reply:
    """`GET /stories/{storyId}`: with counts."""
    return await _shown(call, Writer.story)


async def characters(call: Call) -> Reply:
    """`GET /stories/{storyId}/characters`."""
    return await _shown(call, Writer.characters)


async def scenes(call: Call) -> Reply:
    """`GET /stories/{storyId}/scenes`."""
    return await _shown(call, Writer.scenes)


async def items(call: Call) -> Reply:
    """`GET /stories/{storyId}/items`."""
    return await _shown(call, Writer.items)


async def clips(call: Call) -> Reply:
    """`GET /stories/{storyId}/clips`."""
    return await _shown(call, Writer.clips)


async def _shown(call: Call, write: Callable[[Writer, StoryView], BaseModel]) -> Reply:
    return Reply(write(writer(call), await _there(call, call.request.path_params["storyId"])))


async def _there(call: Call, name: str) -> StoryView:
    view = await load(call.house, name, call.team)
    if view is None:
        raise ApiError(Problem.NOT_FOUND, f"there is no story {name!r}")
    return view
