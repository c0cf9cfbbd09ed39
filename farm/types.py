"""The data that every room of the house shares: screenplay, task specifications, work, outcomes.

Everything here is frozen, validated data (pydantic), free of I/O; `pipelines` and `render` may import this module.
Units: seconds are floats, frames are integers, sizes are pixels, times of words are seconds from the start of the sound.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

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


# ---------------------------------------------------------------- what a task is asked


class Hint(Frozen):
    """A character, place or thing that the caller asked for by name."""

    name: str
    description: str = ""
    human: bool | None = None
    reference: str | None = None  # SHA-256 of a checked, re-encoded picture
    references: tuple[str, ...] = ()  # of further ones, in the caller's order
    character: Character | None = None  # as an earlier story showed somebody who is meant


class WriteSpec(Frozen):
    """Write a screenplay of about `seconds` from a prompt or a script."""

    kind: Literal[TaskKind.WRITE] = TaskKind.WRITE
    prompt: str
    title: str | None = None
    seconds: float = 30.0
    speech_seconds: float = 26.0  # how much of it may be spoken: the rest is title, pauses and transitions
    expand: bool = True  # False: keep the script's own words, only cut it into shots
    locale: str = "en"
    content_type: str = "cinematic_story"
    style: Style
    aspect: AspectRatio = AspectRatio.WIDE
    characters: tuple[Hint, ...] = ()
    locations: tuple[Hint, ...] = ()
    elements: tuple[Hint, ...] = ()
    seed: int = 0


class PortraitSpec(Frozen):
    """Paint one character, scene or item by itself. Files in: `reference`, `reference.2` … (maybe). Outputs: `picture`."""

    kind: Literal[TaskKind.PORTRAIT] = TaskKind.PORTRAIT
    character: Character | None = None
    scene: Scene | None = None
    item: Item | None = None
    style: Style
    size: Size
    seed: int = 0


class KeyframeSpec(Frozen):
    """Paint one shot's keyframe. Files in: `reference.<key>`, `reference.<key>.2` … (maybe). Outputs: `picture`, and `layers` from engines that give them."""

    kind: Literal[TaskKind.KEYFRAME] = TaskKind.KEYFRAME
    shot: Shot
    scene: Scene
    characters: tuple[Character, ...] = ()
    items: tuple[Item, ...] = ()
    prompt: str
    negative_prompt: str = ""
    mood: str = ""
    style: Style
    size: Size
    seed: int = 0


class AnimateSpec(Frozen):
    """Make a splice-ready clip of exactly `frames`. Files in: `picture`, maybe `layers`. Outputs: `clip`."""

    kind: Literal[TaskKind.ANIMATE] = TaskKind.ANIMATE
    prompt: str = ""
    camera: str = "push"
    framing: str = "medium"
    mood: str = ""
    size: Size
    fps: int = FILM_FPS
    seconds: float = 0.0  # wanted, while planned; `frames` takes its place
    frames: int = 0  # 0 until the narration's length is known (farm.resolve)
    key_frames: tuple[int, ...] = ()  # frame numbers that must be key frames: where transitions begin and end
    seed: int = 0


class Speaker(Frozen):
    """Who may be heard in a narration: as much of a character as decides its voice."""

    name: str
    gender: Literal["female", "male", "neutral"] = "neutral"
    age: Literal["child", "young", "adult", "old"] = "adult"
    voice: str | None = None


class SpeakSpec(Frozen):
    """Speak `text`. Outputs: `speech` (mono sound). Data: `SpeechData`."""

    kind: Literal[TaskKind.SPEAK] = TaskKind.SPEAK
    text: str
    voice: str | None = None
    locale: str = "en"
    narrator: Speaker | None = None  # who tells it, where it is told in the first person
    speakers: tuple[Speaker, ...] = ()  # whose quoted words get voices of their own, from engines that have several
    seed: int = 0


class ShotTime(Frozen):
    """How long a shot is wanted to be, in seconds, while its narration has not been spoken yet."""

    index: int
    seconds: float


class ScoreSpec(Frozen):
    """Compose music of exactly `seconds`. Outputs: `score` (stereo sound)."""

    kind: Literal[TaskKind.SCORE] = TaskKind.SCORE
    mood: str = ""
    prompt: str = ""
    style: Style
    seconds: float = 0.0  # 0 until the film's length is known (farm.resolve)
    beats: tuple[float, ...] = ()  # where shots change, in seconds: music may breathe there
    shots: tuple[ShotTime, ...] = ()  # while planned; `seconds` and `beats` take their place
    title_frames: int = 0  # likewise
    fps: int = FILM_FPS
    seed: int = 0


class Word(Frozen):
    """One spoken word and when it sounds, in seconds from the start of the speech."""

    text: str  # as written, with its punctuation
    start: float
    end: float


class Title(Frozen):
    """The title card: text over `frames` frames; the opening keyframe may lie under it (file `picture.title`)."""

    text: str
    subtitle: str = ""
    frames: int


class Label(Frozen):
    """Words over a shot: a name and what it is, or a chapter's heading and its number."""

    text: str
    under: str = ""


class Cut(Frozen):
    """One shot in the film, in order. File keys: `clip.<index>`, `speech.<index>`, `picture.<index>`, `sound.<index>`.

    The first `transition_frames` of a cut lie over the last ones of what came before: a film has the frames of its title and its cuts less those shared.
    """

    index: int
    seconds: float = 0.0  # wanted, while planned; `frames` takes its place
    frames: int = 0
    clip: bool = True  # False: no clip (motion off); the still `picture.<index>` is held for `frames`
    speech_at: float = 0.0  # seconds after the cut's first frame
    speech_seconds: float = 0.0  # 0: nothing is said
    narration: str = ""
    words: tuple[Word, ...] = ()
    transition: Literal["cut", "dissolve", "dip", "fade"] = "dissolve"  # into this cut, from what came before
    transition_frames: int = 12
    introduces: Label | None = None  # a lower third: who is seen here for the first time
    chapter: Label | None = None  # the heading of what begins here


CaptionLook = Literal["plain", "boxed", "highlight"]
Deliverable = Literal["strip", "teaser", "gif", "hls", "hevc", "av1", "nvenc", "otio"]
"""What can be made of a film besides itself, in a farm."""


class JoinSpec(Frozen):
    """Encode what lies between two shots, so that the composer only copies it: a transition, the title with its own, or the film's last fade.

    Files in: `clip.before`, `clip.after` (whichever there are), `picture.title` (maybe). Outputs: `piece`.
    """

    kind: Literal[TaskKind.JOIN] = TaskKind.JOIN
    before: int | None = None  # index of the shot before; None: the title
    after: int | None = None  # index of the shot after; None: the film's end
    before_frames: int = 0  # of the clips, 0 until they are there (farm.resolve)
    after_frames: int = 0
    title: Title | None = None
    transition: Literal["cut", "dissolve", "dip", "fade"] = "dissolve"
    transition_frames: int = 12
    size: Size
    fps: int = FILM_FPS
    style: Style


class ComposeSpec(Frozen):
    """Compose the film. Files in: see `Cut`, `score`, `piece.<index>` (by a join, into that cut) and `piece.end`.

    Outputs: `film`, `poster`, `captions` (SRT), `captions.vtt`, and what `also` names (docs/composing.md).
    """

    kind: Literal[TaskKind.COMPOSE] = TaskKind.COMPOSE
    title: Title | None = None
    cuts: tuple[Cut, ...] = ()
    score: bool = False
    size: Size
    fps: int = FILM_FPS
    locale: str = "en"
    burn_captions: bool = False
    caption_look: CaptionLook = "plain"
    also: tuple[Deliverable, ...] = ()
    style: Style


Spec = Annotated[
    WriteSpec | PortraitSpec | KeyframeSpec | AnimateSpec | SpeakSpec | ScoreSpec | JoinSpec | ComposeSpec,
    Field(discriminator="kind"),
]


# ---------------------------------------------------------------- what a task yields


class SpeechData(Frozen):
    """What `speak` reports besides its sound."""

    seconds: float
    words: tuple[Word, ...] = ()
    word_times: Literal["", "model", "aligned", "estimated"] = ""  # where they are from: the voice's own, a recogniser's, shared out by sounds; "": not said


class ClipData(Frozen):
    """What `animate` reports besides its clip."""

    frames: int
    fps: int
    width: int
    height: int


class FilmData(Frozen):
    """What `compose` reports besides its film."""

    seconds: float
    frames: int
    fps: int
    width: int
    height: int
    loudness: float  # LUFS, integrated
    true_peak: float  # dBTP
    left_out: tuple[str, ...] = ()  # what was broken and is not in the film, in human words


class Work(Frozen):
    """What the slot hands to an engine: a resolved specification, its input files, and a scratch folder of its own."""

    task: str
    model: str
    spec: Spec
    files: dict[str, Path] = {}
    scratch: Path


class Output(Frozen):
    """One file that a task made; `name` is its part in the result ("picture", "layers", "clip" …)."""

    name: str
    path: Path
    media_type: str


class Outcome(Frozen):
    """What a task yields: files, and data (the dump of a Screenplay, SpeechData, ClipData, FilmData, or empty)."""

    outputs: tuple[Output, ...] = ()
    data: dict[str, Any] = {}


class EngineError(Exception):
    """A task failed in a way that the engine understands.

    `retry` says whether doing the same again may help; `message` is a sentence for a person, with the value and the remedy.
    """

    def __init__(self, message: str, *, code: str = "engine_error", retry: bool = False) -> None:
        super().__init__(message)
        self.message, self.code, self.retry = message, code, retry


class Cancelled(Exception):
    """Raised by a report when the task was cancelled or its deadline passed: the engine should unwind and leave."""
