"""The stories family: what a request may say, and what it is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gateway.models.base import LETTER, LOCALE, Answer, Moment, Query, Request

ContentType = Literal["cinematic_story", "news_analysis", "music_video", "persona_channel", "youtube_clone", "ad_spot"]
JobStatus = Literal["queued", "generating_story", "generating_videos", "rendering_video", "completed", "failed"]
Aspect = Literal["9:16", "16:9", "1:1", "4:5"]


class GenerateStory(Request):
    """Generate a video from a prompt; only `prompt` is required."""

    prompt: Annotated[str, Field(min_length=1, max_length=5000, pattern=LETTER, description="What the story is about.")]
    aspect_ratio: Aspect | None = Field(None, description="Default 9:16.")
    render_video: bool | None = Field(None, description="false (default): the first clip; true: all clips in one composed MP4.")
    title: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(None, description="Display name for the story.")
    content_type: ContentType | None = Field(None, description="How the story is told; default cinematic_story.")
    locale: Annotated[str, Field(max_length=35, pattern=LOCALE)] | None = Field(None, description="Language code (BCP 47); default en.")
    series_id: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(None, description="A series whose characters keep their faces.")


class GenerateAccepted(Answer):
    """A job that was accepted."""

    job_id: str
    status: JobStatus
    poll_url: str


class Job(Answer):
    """How far a job is."""

    job_id: str
    status: JobStatus
    progress: Annotated[int, Field(ge=0, le=100)]
    story_id: str | None
    render_video: bool
    video_url: str | None
    error: str | None
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None


class StoriesQuery(Query):
    """A page of stories, newest first."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    status: JobStatus | None = None


class StoryCounts(Answer):
    """How much a story has."""

    characters: int
    scenes: int
    items: int
    clips: int


class StorySummary(Answer):
    """A story in a list."""

    id: str
    title: str
    status: JobStatus
    aspect_ratio: Aspect
    locale: str
    created_at: Moment


class Story(StorySummary):
    """A story with its counts."""

    counts: StoryCounts


class StoryPage(Answer):
    """A page of stories."""

    data: list[StorySummary]
    page: int
    limit: int
    total: int


class Character(Answer):
    """Somebody in the story."""

    id: str
    name: str
    role: str
    description: str
    image_url: str | None
    voice_name: str | None
    order: int


class Characters(Answer):
    """A story's characters."""

    data: list[Character]


class Scene(Answer):
    """A place at a time."""

    id: str
    order: int
    title: str
    description: str
    time_of_day: str
    weather: str
    lighting: str
    image_url: str | None


class Scenes(Answer):
    """A story's scenes."""

    data: list[Scene]


class Item(Answer):
    """A thing that matters."""

    id: str
    name: str
    description: str
    significance: str
    image_url: str | None


class Items(Answer):
    """A story's items."""

    data: list[Item]


class Clip(Answer):
    """One shot: its words, video, still and sound."""

    id: str
    order: int
    narration: str
    duration: float
    video_url: str | None
    image_url: str | None
    audio_url: str | None
    status: Literal["pending", "generating", "completed", "failed"]


class Clips(Answer):
    """A story's clips."""

    data: list[Clip]


class StoryErrorBody(Answer):
    """What went wrong."""

    code: str
    message: str
    status: int


class StoryError(Answer):
    """An error in this family's dialect."""

    error: StoryErrorBody
