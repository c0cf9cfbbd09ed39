"""The composer's input: what is shown, said and played, when, and from which files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from farm.specs import CaptionLook, Label
from farm.types import FILM_FPS, Frozen, Size, Style, Word
from farm.work import EngineError
from render.layout import Transition

_LARGEST = 32 << 20  # bytes of a timeline file: 50,000 shots with their words
_LONGEST = 12 * 3600  # seconds of film
Seconds = Annotated[float, Field(ge=-86400, le=86400, allow_inf_nan=False)]


class Card(Frozen):
    """A title or end card: text over `frames` frames, the picture blurred under it where there is one."""

    text: str
    subtitle: str = ""
    frames: Annotated[int, Field(ge=1, le=24 * 60)] = 60
    picture: Path | None = None


class Speech(Frozen):
    """What is said in a shot: its sound, when it begins (seconds after the shot's first frame), and its words' times."""

    file: Path | None = None
    at: Seconds = 0.0
    seconds: Seconds = 0.0
    text: str = ""
    words: tuple[Word, ...] = ()


class Entry(Frozen):
    """One shot of the film, in order: a clip (or a picture that is held), how long, and how the film comes into it."""

    name: str  # what a person calls it: "shot 3"
    clip: Path | None = None
    picture: Path | None = None
    frames: Annotated[int, Field(ge=1, le=24 * 3600)]
    transition: Transition = "dissolve"
    transition_frames: Annotated[int, Field(ge=0, le=240)] = 12
    speech: Speech | None = None
    sound: bool | Path = True  # whether the clip's own sound is heard, under the speech; or a sound file in its place
    introduces: Label | None = None  # a lower third: who is seen
    chapter: Label | None = None  # the heading of what begins with this shot


class Timeline(Frozen):
    """A whole film as data. Paths are as the process sees them; `load` reads them relative to the file they stand in."""

    title: Card | None = None
    end: Card | None = None  # the end card: like the title's, after the last shot
    entries: tuple[Entry, ...] = ()
    score: Path | None = None
    size: Size = Size(width=1280, height=720)
    fps: Annotated[int, Field(ge=1, le=120)] = FILM_FPS
    locale: str = "en"
    style: Style = Style(slug="plain", name="Plain")
    closing: Annotated[int, Field(ge=0, le=240)] = 12  # frames of the film's last fade, to black
    burn_captions: bool = False
    caption_look: CaptionLook = "plain"

    @model_validator(mode="after")
    def _bearable(self) -> Timeline:
        seconds = sum(entry.frames for entry in self.entries) / self.fps
        if seconds > _LONGEST:
            raise ValueError(f"its shots last {seconds / 3600:,.1f} hours; {_LONGEST // 3600} are the most, cut it into several films")
        return self


def load(path: Path) -> Timeline:
    """Read a timeline from JSON; relative files are looked up beside it.

    Raises EngineError naming the file, the place in it and the value.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise EngineError(f"{path}: the timeline is larger than {_LARGEST >> 20} MB; cut the film into several", code="bad_timeline")
        timeline = Timeline.model_validate_json(text)
    except (OSError, ValueError) as error:
        if isinstance(error, ValidationError):
            problems = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'the file'}: {item['msg']}{_found(item)}" for item in error.errors()[:8])
            raise EngineError(f"{path}: is no timeline: {problems}. docs/composing.md describes every field", code="bad_timeline") from None
        why = getattr(error, "strerror", None) or str(error)
        raise EngineError(f"{path}: the timeline cannot be read: {why}; give the path of a JSON file", code="bad_timeline") from None
    base = path.absolute().parent

    def beside(file: Path | None) -> Path | None:
        return base / file if file is not None else None

    entries = tuple(
        entry.model_copy(
            update={
                "clip": beside(entry.clip),
                "picture": beside(entry.picture),
                "sound": beside(entry.sound) if isinstance(entry.sound, Path) else entry.sound,
                "speech": entry.speech.model_copy(update={"file": beside(entry.speech.file)}) if entry.speech else None,
            }
        )
        for entry in timeline.entries
    )
    cards = {
        name: card.model_copy(update={"picture": beside(card.picture)}) for name, card in (("title", timeline.title), ("end", timeline.end)) if card is not None
    }
    return timeline.model_copy(update={"entries": entries, **cards, "score": beside(timeline.score)})


def _found(item: Any) -> str:
    """The value that is wrong, where showing it helps."""
    value = item["input"]
    if isinstance(value, bytes | dict | list | tuple | Frozen):
        return ""
    text = repr(value)
    return f" (found {text if len(text) <= 60 else text[:57] + '...'})"
