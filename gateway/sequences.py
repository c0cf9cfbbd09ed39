"""The sequences family: create, status, list, cancel, exports."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from starlette.responses import Response

from farm import store
from farm.store import InsufficientCredits, NotEditable, Remember, StoryDocument
from gateway.call import Call
from gateway.errors import ApiError, Problem
from gateway.feed import tell_cancelled, tell_changed
from gateway.models.sequences import (
    Created,
    CreatedSequences,
    CreateSequence,
    Export,
    ExportAnswer,
    Exports,
    PageQuery,
    SequencePage,
    Waited,
    WaitQuery,
)
from gateway.once import Recorder, once
from gateway.records import asleep, cancel_story, create_stories, load, page_of, send_tickets, view_of, writer
from gateway.requests import from_sequence
from gateway.route import Reply
from gateway.view import StoryView
from gateway.waiting import hold, seconds_of

log = structlog.get_logger()


def no_sequence(story: str) -> ApiError:
    """There is none of that id for this team."""
    return ApiError(Problem.NOT_FOUND, f"there is no sequence {story!r}")


async def create(call: Call) -> Reply | Response:
    """`POST /sequences`: one sequence for each analysis model; 202."""
    seconds = seconds_of(call.asked(WaitQuery).wait)  # before anything is created
    return await once(call, lambda recorder: _create(call, seconds, recorder))


async def _create(call: Call, seconds: float, recorder: Recorder) -> Reply:
    wanted, words = await from_sequence(call, call.given(CreateSequence)), writer(call)

    def plain(made: Sequence[store.Created]) -> Reply:
        return _created(call, [words.created(one.story, one.job) for one in made], None)

    made = await create_stories(call.house, wanted, recorder.remember(plain))
    missing = await asleep(call.house, wanted)
    if missing:
        log.warning("no live worker serves what a sequence needs; it waits", models=missing, stories=[one.story for one in made])
    views = [await _there(call, one.story) for one in made]
    if seconds:
        held = await asyncio.gather(*(hold(call.house, view.id, call.team, seconds, lambda view: view.advance, before=view) for view in views))
        views = [one.view for one in held]
        entries: list[Created] | list[Waited] = [
            Waited(id=one.view.id, workflow_run_id=one.view.job, state=words.sequence(one.view), wait_changed=one.changed, wait_done=one.done) for one in held
        ]
    else:
        views = list(await asyncio.gather(*(_written(call, view) for view in views)))
        entries = [words.created(view.id, view.job) for view in views]
    return _created(call, entries, next((view.enhanced_script for view in views if view.enhanced_script), None), missing)


def _created(call: Call, entries: list[Created] | list[Waited], script: str | None, missing: Sequence[str] = ()) -> Reply:
    table = call.house.table
    links = {"self": table.link("create-sequence"), "root": table.link("root")}
    return Reply(
        CreatedSequences(sequences=entries, enhanced_script=script, links=links),
        status=202,
        headers={
            **({"location": table.path("sequence-status", id=entries[0].id)} if len(entries) == 1 else {}),
            **({"x-waiting-for": ", ".join(missing)} if missing else {}),
        },
    )


async def _there(call: Call, story: str) -> StoryView:
    view = await load(call.house, story, call.team)
    if view is None:
        raise no_sequence(story)
    return view


async def _written(call: Call, view: StoryView) -> StoryView:
    """Give the screenwriter a moment, so that the enhanced script can be in the answer; the sequence is created all the same."""
    if not view.enhanced or call.house.enhance_grace <= 0:
        return view
    held = await hold(call.house, view.id, call.team, call.house.enhance_grace, lambda view: view.screenplay is not None, before=view)
    return held.view


async def status(call: Call) -> Reply:
    """`GET /sequences/{id}`: the status document, at once or after `?wait`."""
    story = call.request.path_params["id"]
    seconds = seconds_of(call.asked(WaitQuery).wait)
    if not seconds:
        view = await load(call.house, story, call.team)
        if view is None:
            raise no_sequence(story)
        return Reply(writer(call).sequence(view))
    held = await hold(call.house, story, call.team, seconds, lambda view: view.advance)
    return Reply(writer(call).sequence(held.view), headers=held.headers)


async def listing(call: Call) -> Reply:
    """`GET /sequences`: newest first, by cursor."""
    query = call.asked(PageQuery)
    views, following = await page_of(call.house, call.team, query.limit, query.cursor)
    table, words = call.house.table, writer(call)
    links = {"self": table.link("sequences"), "create-sequence": table.link("create-sequence")}
    if following:
        links["next"] = table.link("sequences", query=f"?limit={query.limit}&cursor={following}")
    return Reply(SequencePage(sequences=[words.summary(view) for view in views], links=links))


async def cancel(call: Call) -> Reply:
    """`DELETE /sequences/{id}`: stop its tasks and archive it; again is safe."""
    story = call.request.path_params["id"]
    if not await cancel_story(call.house, story, call.team):
        raise no_sequence(story)
    view = await _there(call, story)
    await tell_cancelled(call.house, story, view.job)
    return Reply(writer(call).sequence(view))


async def exports(call: Call) -> Reply:
    """`GET /sequences/{id}/exports`: the finished cut, or how far it is."""
    story = call.request.path_params["id"]
    seconds = seconds_of(call.asked(WaitQuery).wait)
    headers: dict[str, str] = {}
    if seconds:
        held = await hold(call.house, story, call.team, seconds, lambda view: (view.film.part.status, view.film.id))
        view, headers = held.view, held.headers
    else:
        view = await _there(call, story)
    made, table = writer(call).export(view), call.house.table
    links = {"self": table.link("exports", id=story), "poll": table.link("exports", wait=True, id=story), "sequence": table.link("sequence-status", id=story)}
    if view.exportable:
        links["create-export"] = table.link("create-export", id=story)
    return Reply(Exports(sequence_id=story, exports=[made] if made else [], links=links), headers=headers)


async def create_export(call: Call) -> Reply | Response:
    """`POST /sequences/{id}/exports`: the stitched film, 200 when it is ready, else 202; 409 while a video is missing or failed."""
    return await once(call, lambda recorder: _create_export(call, recorder))


async def _create_export(call: Call, recorder: Recorder) -> Reply:
    story = call.request.path_params["id"]
    view = await _there(call, story)
    refusal = _cannot_export(view)
    if refusal:
        raise ApiError(Problem.CONFLICT, refusal)
    made = writer(call).export(view)
    if made is None or made.status == "failed":
        made = await _recomposed(call, view, recorder)
    return _exported(call, story, made)


def _exported(call: Call, story: str, made: Export) -> Reply:
    table = call.house.table
    links = {"self": table.link("exports", id=story), "poll": table.link("exports", wait=True, id=story), "sequence": table.link("sequence-status", id=story)}
    return Reply(ExportAnswer(export=made, links=links), status=200 if made.status == "ready" else 202)


async def _recomposed(call: Call, view: StoryView, recorder: Recorder) -> Export:
    """The export of a film that is being composed again, whoever asked for that first."""
    reason = f"sequence {view.id} has no film"

    def answer(document: StoryDocument) -> Remember | None:
        begun = writer(call).export(view_of(document))
        return recorder.remember(lambda _: _exported(call, view.id, begun)) if begun is not None else None

    try:
        again = await call.house.threads.call(call.house.store.versions.recompose, view.id, call.team, answer=answer)
    except NotEditable as error:  # another request may have been first
        again, reason = None, str(error)
    except InsufficientCredits as error:
        raise ApiError(Problem.CREDITS, str(error)) from None
    if again is not None:
        await send_tickets(call.house)
        await tell_changed(call.house, view.id, again.job, "runnable")
    made = writer(call).export(await _there(call, view.id))
    if made is None or made.status == "failed":
        raise ApiError(Problem.CONFLICT, reason)
    return made


def _cannot_export(view: StoryView) -> str:
    """Why there can be no export yet; empty when there can."""
    if view.status == "archived" and view.film.part.status != "completed":
        return f"sequence {view.id} was archived before its film was composed"
    if not view.shots:
        return f"sequence {view.id} is {view.status} and has no videos yet"
    if not view.motion:
        missing = len(view.shots) - view.images_ready
        return f"{missing} of {len(view.shots)} pictures are missing or failed" if missing else ""
    if view.videos_failed:
        return f"{view.videos_failed} of {len(view.shots)} videos failed"
    missing = len(view.shots) - view.videos_ready
    return f"{missing} of {len(view.shots)} videos are not ready yet" if missing else ""
