"""The data that every room shares: what a story is. What a task is asked: `farm.specs`; what it yields: `farm.work`.

Everything here is frozen, validated data (pydantic), free of I/O; `pipelines` and `render` may import this module.
Units: seconds are floats, frames are integers, sizes are pixels, times of words are seconds from the start of the sound.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """Base of all shared data: immutable, and strict about names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskKind(StrEnum):
    """What one worker does at a time."""

    WRITE = "write"
    PORTRAIT = "portrait"
    KEYFRAME = "keyframe"
    ANIMATE = "animate"
    SPEAK = "speak"
    SCORE = "score"
    JOIN = "join"
    COMPOSE = "compose"


class AspectRatio(StrEnum):
    """The shapes of picture that the public APIs offer."""

    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"
    PORTRAIT = "4:5"


class Size(Frozen):
    """A picture's size in pixels; both sides even, because H.264 in 4:2:0 needs it."""

    width: Annotated[int, Field(ge=16, le=8192, multiple_of=2)]
    height: Annotated[int, Field(ge=16, le=8192, multiple_of=2)]


FILM_SIZES: dict[AspectRatio, Size] = {
    AspectRatio.WIDE: Size(width=1280, height=720),
    AspectRatio.TALL: Size(width=720, height=1280),
    AspectRatio.SQUARE: Size(width=960, height=960),
    AspectRatio.PORTRAIT: Size(width=864, height=1080),
}
FILM_FPS = 24


class SpliceSettings(Frozen):
    """How every clip is encoded, so that clips can be joined by copying packets.

    One SPS/PPS for all clips of one size: same codec options, one time base, closed GOPs, no B-frames across a cut,
    a key frame at frame 0 and wherever a transition begins or ends (docs/architecture.md, "Splice-ready clips").
    """

    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    time_base_denominator: int = 12288  # 512 ticks a frame at 24 fps
    options: dict[str, str] = {
        "preset": "veryfast",
        "crf": "20",
        "profile": "high",
        "x264-params": "keyint=48:min-keyint=1:scenecut=0:open-gop=0:bframes=2:b-pyramid=none:force-cfr=1:colorprim=bt709:transfer=bt709:colormatrix=bt709",
    }


SPLICE = SpliceSettings()


# ---------------------------------------------------------------- what a story is


class Style(Frozen):
    """A named look: words for a diffusion model, palette and grade for a painter."""

    slug: str
    name: str
    description: str = ""
    prompt: str = ""  # appended to a picture prompt
    negative_prompt: str = ""
    palette: tuple[str, ...] = ()  # "#rrggbb", from darkest to lightest, then accents
    grade: dict[str, float] = {}  # e.g. contrast, saturation, warmth, grain, vignette, haze, glow; 0 is neutral
    aspect: AspectRatio | None = None


class Character(Frozen):
    """Somebody the story shows; `key` is unique in a screenplay, `description` is what one would see."""

    key: str
    name: str
    noun: str = ""  # what it is: "lighthouse keeper", "whale", "robot chef"
    role: Literal["protagonist", "antagonist", "supporting"] = "supporting"
    description: str = ""
    human: bool = True
    gender: Literal["female", "male", "neutral"] = "neutral"
    age: Literal["child", "young", "adult", "old"] = "adult"
    look: dict[str, str] = {}  # e.g. {"coat": "#8a2b2b", "hair": "grey", "hat": "sou'wester"}; stable for the whole story
    voice: str | None = None
    reference: str | None = None  # SHA-256 of a reference picture
    references: tuple[str, ...] = ()  # of further ones (files `reference.<key>.2`, `.3` …)


class Scene(Frozen):
    """A place at a time: where shots happen."""

    key: str
    title: str
    description: str = ""
    place: str = ""  # the plain noun phrase: "foggy harbour", "castle hall"
    time_of_day: Literal["dawn", "morning", "day", "afternoon", "sunset", "dusk", "night"] = "day"
    weather: Literal["clear", "cloudy", "rain", "storm", "snow", "fog", "wind"] = "clear"
    lighting: str = ""
    indoors: bool = False
    reference: str | None = None
    references: tuple[str, ...] = ()


class Item(Frozen):
    """A thing that matters to the story."""

    key: str
    name: str
    description: str = ""
    significance: str = ""
    reference: str | None = None
    references: tuple[str, ...] = ()


class Shot(Frozen):
    """One planned unit of the film: what is said, what is seen, how it moves and for how long."""

    index: int
    title: str = ""
    scene: str  # key
    characters: tuple[str, ...] = ()  # keys, the most important first
    items: tuple[str, ...] = ()  # keys
    narration: str = ""
    speaker: str = ""  # key of the character whose line all of the narration is; else the narrator tells it, and quotations are found in it
    picture_prompt: str = ""
    motion_prompt: str = ""
    action: str = ""  # the verb phrase shown: "repairs the lamp"; poses and staging follow it
    framing: Literal["wide", "medium", "close"] = "medium"
    camera: Literal["push", "pull", "pan-left", "pan-right", "rise", "sink", "drift", "still"] = "push"
    mood: str = ""
    seconds: float = 4.0  # wanted; the clip grows with its narration


class Screenplay(Frozen):
    """What `write` yields: a whole story as data, valid by construction (see `farm.screenplay.check`)."""

    title: str
    logline: str = ""
    locale: str = "en"
    mood: str = ""
    characters: tuple[Character, ...] = ()
    scenes: tuple[Scene, ...]
    items: tuple[Item, ...] = ()
    shots: tuple[Shot, ...]


class Word(Frozen):
    """One spoken word and when it sounds, in seconds from the start of the speech."""

    text: str  # as written, with its punctuation
    start: float
    end: float
