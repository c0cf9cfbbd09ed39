"""Works for the engines under test, and a report that remembers what it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from farm.catalog import Model, Source
from farm.specs import AnimateSpec, KeyframeSpec
from farm.types import Character, Scene, Shot, Size, Style, TaskKind
from farm.work import Cancelled, Work

STYLE = Style(slug="noir", name="Noir", prompt="film noir", negative_prompt="bright")


class Listener:
    """A report that remembers, and cancels at a step if it is told to."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.steps: list[tuple[int, int]] = []
        self.notes: list[str] = []
        self.loads: list[float] = []
        self.previews: list[Path] = []
        self.cancel_at = cancel_at

    def loading(self, fraction: float, note: str = "") -> None:
        self.loads.append(fraction)

    def step(self, step: int, of: int, note: str = "") -> None:
        self.steps.append((step, of))
        self.notes.append(note)
        if self.cancel_at is not None and step >= self.cancel_at:
            raise Cancelled

    def preview(self, path: Path, media_type: str) -> None:
        self.previews.append(path)


def painter(folder: Path, **fields: Any) -> Model:
    """A picture model in `folder`."""
    defaults = {"steps": 3, "pixels": 64 * 64, **fields.pop("defaults", {})}
    given = {
        "name": "tiny",
        "tasks": (TaskKind.KEYFRAME, TaskKind.PORTRAIT),
        "engine": "diffusion-picture",
        "source": Source(folder=folder),
        "defaults": defaults,
    }
    return Model(**{**given, **fields})


def mover(folder: Path, **fields: Any) -> Model:
    """A video model in `folder`."""
    defaults = {"steps": 2, "pixels": 64 * 64, **fields.pop("defaults", {})}
    given = {"name": "tiny-video", "tasks": (TaskKind.ANIMATE,), "engine": "diffusion-video", "source": Source(folder=folder), "defaults": defaults}
    return Model(**{**given, **fields})


def keyframe(scratch: Path, *, size: tuple[int, int] = (80, 44), seed: int = 7, files: dict[str, Path] | None = None, style: Style = STYLE,
             prompt: str = "a keeper lights the lamp") -> Work:  # fmt: skip
    scratch.mkdir(parents=True, exist_ok=True)
    spec = KeyframeSpec(
        shot=Shot(index=0, scene="pier"), scene=Scene(key="pier", title="Pier", place="foggy pier"), prompt=prompt,
        characters=(Character(key="k", name="Mara", description="an old keeper in a red coat"),), style=style,
        size=Size(width=size[0], height=size[1]), seed=seed,
    )  # fmt: skip
    return Work(task="t", model="tiny", spec=spec, files=files or {}, scratch=scratch)


def clip(scratch: Path, picture: Path, frames: int, *, size: tuple[int, int] = (80, 44), fps: int = 24, keys: tuple[int, ...] = ()) -> Work:
    scratch.mkdir(parents=True, exist_ok=True)
    spec = AnimateSpec(prompt="waves roll", size=Size(width=size[0], height=size[1]), frames=frames, fps=fps, key_frames=keys, seed=3)
    return Work(task="t", model="tiny-video", spec=spec, files={"picture": picture}, scratch=scratch)
