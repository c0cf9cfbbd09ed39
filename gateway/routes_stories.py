"""The rows of the route table for the second API: stories, what is in them, and series that share characters."""

from __future__ import annotations

from gateway import series, stories
from gateway.errors import Problem
from gateway.models import sequences as seq
from gateway.models import series as ser
from gateway.models import stories as sto
from gateway.route import Answered, Route, first

_JOB_LINK = {"operationId": "job_status", "parameters": {"jobId": "$response.body#/jobId"}}
_MADE = (Problem.CREDITS, Problem.NOT_FOUND, Problem.CONFLICT, Problem.KEY_REUSED)
_YOH_EXAMPLE = {"prompt": "A dragon teaches a young knight how to fly", "aspectRatio": "16:9"}


def _of_story(operation: str) -> dict[str, object]:
    return {"operationId": operation, "parameters": {"storyId": "$response.body#/id"}}


STORIES = (
    Route(
        name="generate-story",
        method="POST",
        path="/api/v1/stories/generate",
        summary="Generate a video from a prompt",
        description="25 credits, refunded if the job fails after all retries. Poll the job every 5 seconds, or wait for it.",
        handler=stories.generate,
        answers={202: Answered("Accepted.", sto.GenerateAccepted, headers={"Retry-After": "Seconds until the first poll."}, links={"job": _JOB_LINK})},
        scope="stories:generate",
        body=sto.GenerateStory,
        problems=_MADE,
        rate="generation",
        examples={"dragon": _YOH_EXAMPLE},
    ),
    Route(
        name="job-status",
        method="GET",
        path="/api/v1/stories/jobs/{jobId}",
        summary="How far a job is",
        handler=stories.job,
        answers={200: Answered("The job.", sto.Job, links={"story": {"operationId": "story", "parameters": {"storyId": "$response.body#/storyId"}}})},
        scope="stories:read",
        query=seq.WaitQuery,
    ),
    Route(
        name="stories",
        method="GET",
        path="/api/v1/stories",
        summary="List stories, newest first",
        handler=stories.listing,
        answers={200: Answered("A page.", sto.StoryPage, links={"story": first("story", "storyId", "data/0/id")})},
        scope="stories:read",
        query=sto.StoriesQuery,
    ),
    Route(
        name="story",
        method="GET",
        path="/api/v1/stories/{storyId}",
        summary="A story with its counts",
        handler=stories.story,
        answers={200: Answered("The story.", sto.Story, links={name: _of_story(name) for name in ("characters", "scenes", "items", "clips")})},
        scope="stories:read",
    ),
    Route(
        name="characters",
        method="GET",
        path="/api/v1/stories/{storyId}/characters",
        summary="A story's characters",
        handler=stories.characters,
        answers={200: Answered("Its characters.", sto.Characters)},
        scope="assets:read",
    ),
    Route(
        name="scenes",
        method="GET",
        path="/api/v1/stories/{storyId}/scenes",
        summary="A story's scenes",
        handler=stories.scenes,
        answers={200: Answered("Its scenes.", sto.Scenes)},
        scope="assets:read",
    ),
    Route(
        name="items",
        method="GET",
        path="/api/v1/stories/{storyId}/items",
        summary="A story's items",
        handler=stories.items,
        answers={200: Answered("Its items.", sto.Items)},
        scope="assets:read",
    ),
    Route(
        name="clips",
        method="GET",
        path="/api/v1/stories/{storyId}/clips",
        summary="A story's clips",
        handler=stories.clips,
        answers={200: Answered("Its clips.", sto.Clips)},
        scope="assets:read",
    ),
)

SERIES = (
    Route(
        name="ensure-character-image",
        method="POST",
        path="/api/v1/series-assets/ensure-character-image",
        summary="Register a character's picture for a series",
        description="Later stories of the series show the character by this picture. The same name again is safe; a new picture takes the old one's place.",
        handler=series.ensure,
        answers={200: Answered("Registered.", ser.EnsuredCharacterImage, links={"series": first("series", "id", "seriesId")})},
        scope="stories:generate",
        body=ser.EnsureCharacterImage,
        rate="generation",
        examples={"axon": {"seriesId": "robot-kitchen", "characterName": "Chef Axon", "imageUrl": "https://cdn.example.com/characters/chef-axon.jpg"}},
    ),
    Route(
        name="series-list",
        method="GET",
        path="/api/v1/series",
        summary="List series, newest first",
        handler=series.listing,
        answers={200: Answered("A page.", ser.SeriesPage, links={"series": first("series", "id", "data/0/id")})},
        scope="stories:read",
        query=ser.SeriesQuery,
    ),
    Route(
        name="series",
        method="GET",
        path="/api/v1/series/{id}",
        summary="A series with its characters",
        handler=series.one,
        answers={200: Answered("The series.", ser.Series)},
        scope="stories:read",
    ),
)
