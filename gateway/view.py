"""A story as both public families show it: shots with their parts, in one read; free of HTTP and SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from farm.script import as_script
from farm.types import Screenplay
from gateway.progress import Progress, percent, seconds_left

PartStatus = Literal["pending", "generating", "completed", "failed"]
TERMINAL = frozenset({"completed", "failed", "archived"})

PART_STATUS: Mapping[str, PartStatus] = {
    "waiting": "pending",
    "runnable": "pending",
    "running": "generating",
    "done": "completed",
    "failed": "failed",
    "skipped": "failed",
    "cancelled": "pending",  # it was never made, and nothing went wrong
}
"""A task's state as the state of what it makes."""


@dataclass(frozen=True)
class File:
    """An artifact as a part of a story."""

    sha: str
    media_type: str


@dataclass(frozen=True)
class Part:
    """What one task makes: its state, its file once there, and what went wrong."""

    status: PartStatus = "pending"
    file: File | None = None
    error: str | None = None


NOTHING = Part()


@dataclass(frozen=True)
class ShotView:
    """One shot: picture, clip and speech."""

    id: str
    index: int
    title: str
    narration: str
    seconds: float
    picture: Part = NOTHING
    clip: Part = NOTHING
    speech: Part = NOTHING


@dataclass(frozen=True)
class FilmView:
    """The finished cut."""

    part: Part = NOTHING
    id: str = ""
    seconds: float | None = None
    at: datetime | None = None
    poster: File | None = None
    beside: Mapping[str, File] = field(default_factory=dict)
    """What was made of it, by output name: captions, and what the order asked for."""


@dataclass(frozen=True)
class StoryLine:
    """What a list says about one story."""

    id: str
    title: str
    status: str
    job_status: str
    aspect: str
    locale: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class StoryView:
    """All that any document says about one story."""

    id: str
    job: str
    title: str
    status: str  # farm.states' story states
    error: str | None
    aspect: str
    locale: str
    created_at: datetime
    updated_at: datetime
    job_status: str
    job_started_at: datetime | None
    job_ended_at: datetime | None
    render_video: bool
    motion: bool
    voice: str | None
    enhanced: bool
    screenplay: Screenplay | None = None
    shots: tuple[ShotView, ...] = ()
    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of characters, scenes and items, by key
    portraits: Mapping[str, Part] = field(default_factory=dict)  # "character.key", "scene.key", "item.key"
    music: Part = NOTHING
    film: FilmView = FilmView()
    tasks: tuple[Progress, ...] = ()
    mark: object = None
    """What the store says differs whenever the story has changed (`store.stories.marks`)."""

    @property
    def terminal(self) -> bool:
        """Whether nothing will happen any more."""
        return self.status in TERMINAL

    @property
    def exportable(self) -> bool:
        """Whether its film can be asked for: it is there, or can be composed (again)."""
        return self.status == "completed" or (self.status == "failed" and self.film.part.status == "failed")

    @property
    def poster(self) -> File | None:
        """The film's poster, else the first picture of a story that has ended."""
        if self.film.poster is not None:
            return self.film.poster
        return next((shot.picture.file for shot in self.shots if shot.picture.file), None) if self.terminal else None

    @property
    def images_ready(self) -> int:
        """Pictures that are there."""
        return sum(shot.picture.status == "completed" for shot in self.shots)

    @property
    def videos_ready(self) -> int:
        """Clips that are there."""
        return sum(shot.clip.status == "completed" for shot in self.shots)

    @property
    def videos_failed(self) -> int:
        """Clips that will not come."""
        return sum(shot.clip.status == "failed" for shot in self.shots)

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100; 100 only when it is completed."""
        return percent(self.tasks, completed=self.status == "completed" or self.job_status == "completed")

    @property
    def seconds_left(self) -> float | None:
        """An estimate of the seconds that are left; None before the story is written and once it has ended."""
        return None if self.terminal else seconds_left(self.tasks)

    @property
    def advance(self) -> tuple[object, ...]:
        """What counts as a change for a long-poll of a sequence."""
        poster = self.poster
        return (
            self.status, self.updated_at, self.music.status, poster.sha if poster else None, self.images_ready, self.videos_ready, self.videos_failed,
        )  # fmt: skip

    @property
    def job_advance(self) -> tuple[object, ...]:
        """What counts as a change for a long-poll of a job."""
        return (self.job_status, self.percent, self.screenplay is None)

    @property
    def enhanced_script(self) -> str | None:
        """The script as the screenwriter expanded it; None where nothing was expanded."""
        return as_script(self.screenplay) if self.enhanced and self.screenplay is not None else None
