"""What a task is asked: one specification for each kind of task, frozen and free of I/O.

Units as in `farm.types`; a task's input files are named in each docstring, its outputs too.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from farm.types import FILM_FPS, AspectRatio, Character, Frozen, Item, Scene, Shot, Size, Style, TaskKind, Word


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
    length_ordered: bool = False  # whether somebody asked for `seconds`; a script keeps its own length where nobody did
    speech_seconds: float = 26.0  # how much of it may be spoken: the rest is title, pauses and transitions
    expand: bool = True  # False: keep the script's own words, only cut it into shots
    script_only: bool = False  # nothing will be painted of it: somebody waits to read what is told
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
    speaker: Speaker | None = None  # whose line all of the text is, as a script gives it
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
    locale: str = "en"  # of the title
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
