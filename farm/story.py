"""A story as it is asked for: everything that both public APIs can wish for, after they have resolved names."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from farm.specs import CaptionLook, Deliverable, Hint
from farm.types import FILM_FPS, AspectRatio, Style, TaskKind

EXPAND_BELOW = 1_000
"""Characters of a trimmed script under which `auto` expands it (the first API's rule)."""

ContentType = Literal["cinematic_story", "news_analysis", "music_video", "persona_channel", "youtube_clone", "ad_spot"]


class NewStory(BaseModel):
    """A story to be made, complete and validated: what `store.stories.create` takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    team: str
    prompt: str
    title: str | None = None
    seconds: float = 30.0
    length_ordered: bool = False  # whether the caller gave it
    enhance: Literal["auto", "always", "off"] = "auto"
    style: Style
    aspect: AspectRatio = AspectRatio.WIDE
    fps: int = FILM_FPS
    models: dict[TaskKind, str]  # the model of every task kind (farm.catalog.Catalog.choose)
    pools: dict[str, tuple[str, ...]]  # for each of those models the pools that serve it
    takes: dict[str, tuple[str, ...]] = {}  # and what it takes besides the obvious (farm.catalog.Model.takes); a model that is not here takes nothing
    motion: bool = True
    music: bool = True
    render_video: bool = True
    content_type: ContentType = "cinematic_story"
    locale: str = "en"
    series: str | None = None
    characters: tuple[Hint, ...] = ()
    locations: tuple[Hint, ...] = ()
    elements: tuple[Hint, ...] = ()
    seed: int = 0
    burn_captions: bool = False
    caption_look: CaptionLook = "plain"  # of captions in the picture
    also: tuple[Deliverable, ...] = ()  # what is made of the film besides it
    lower_thirds: bool | None = None  # whether names are written under who comes into the film; None: in news
    chapters: bool | None = None  # whether scenes of a film have headings; None: in one of two minutes or more
    priority: int = 0
    credits: int = 25
    origin: Literal["sequences", "stories", "enhance"] = "sequences"  # which API it came through; "enhance": only written, and in no list
    webhook_url: str | None = None

    @property
    def expand(self) -> bool:
        """Whether the script is expanded: always, never, or because it is short."""
        return self.enhance == "always" or (self.enhance == "auto" and len(self.prompt.strip()) < EXPAND_BELOW)
