"""Works to measure models with: one ordinary task of each kind, made here, with its input files."""

from __future__ import annotations

from pathlib import Path

from farm.catalog import Model
from farm.specs import AnimateSpec, KeyframeSpec, PortraitSpec, ScoreSpec, SpeakSpec, Spec, WriteSpec
from farm.types import Character, Scene, Shot, Size, Style, TaskKind
from farm.work import EngineError, Work

NO_SIZE = (0, 0)
PROMPT = "A lighthouse on a rocky shore at dusk, a keeper in a yellow coat beside a stranded whale, warm light from the lamp room"
TEXT = "The lamp had burned for forty years, and tonight, for the first time, it was the whale that showed him the way home."
PICTURE_SIZES = ((512, 512), (1024, 1024))
CLIP_SIZE = (832, 480)
SCORE_SECONDS = 10.0
_STYLE = Style(slug="bench", name="Bench", prompt="cinematic, soft light")
_SCENE = Scene(key="shore", title="The shore", place="rocky shore", time_of_day="dusk")


def kind(model: Model) -> TaskKind:
    """The task that `model` is measured with: the first that it does.

    Raises EngineError for a composer, which has no step, size or weights to measure.
    """
    found = model.tasks[0]
    if found is TaskKind.COMPOSE:
        raise EngineError(f"{model.name} composes films; benchmarks/compose.py measures that", code="wrong_task")
    return found


def sizes(model: Model) -> list[tuple[int, int]]:
    """The sizes that `model` is measured at: its own, else ordinary ones of its kind."""
    if (task := kind(model)) not in (TaskKind.KEYFRAME, TaskKind.PORTRAIT, TaskKind.ANIMATE):
        return [NO_SIZE]
    own = [(int(width), int(height)) for size in model.sizes for width, _, height in [size.partition("x")]]
    return own or ([CLIP_SIZE] if task is TaskKind.ANIMATE else list(PICTURE_SIZES))


def roles(model: Model) -> frozenset[str]:
    """Names of the input files that the work of `model` has."""
    return frozenset({"picture"}) if kind(model) is TaskKind.ANIMATE else frozenset()


def spec(model: Model, size: tuple[int, int], frames: int, seed: int = 0) -> Spec:
    """One ordinary task for `model`; `frames` is a clip's length."""
    area = Size(width=size[0], height=size[1]) if size != NO_SIZE else Size(width=512, height=512)
    match kind(model):
        case TaskKind.WRITE:
            locale = model.locales[0] if model.locales else "en"
            return WriteSpec(prompt=f"{PROMPT}. Story {seed}.", seconds=30, style=_STYLE, locale=locale, seed=seed)
        case TaskKind.PORTRAIT:
            keeper = Character(key="keeper", name="Tom", noun="lighthouse keeper", description="an old man in a yellow coat")
            return PortraitSpec(character=keeper, style=_STYLE, size=area, seed=seed)
        case TaskKind.KEYFRAME:
            shot = Shot(index=0, scene="shore", picture_prompt=PROMPT, action="looks at the sea")
            return KeyframeSpec(shot=shot, scene=_SCENE, prompt=PROMPT, style=_STYLE, size=area, seed=seed)
        case TaskKind.ANIMATE:
            return AnimateSpec(prompt="waves roll in, the lamp turns", size=area, frames=frames, seconds=frames / 24, seed=seed)
        case TaskKind.SPEAK:
            return SpeakSpec(text=TEXT, locale=model.locales[0] if model.locales else "en", seed=seed)
        case _:
            return ScoreSpec(mood="tender", prompt="strings and a piano", style=_STYLE, seconds=SCORE_SECONDS, seed=seed)


def works(model: Model, size: tuple[int, int], count: int, folder: Path, frames: int) -> list[Work]:
    """So many works with scratch folders of their own under `folder`, seeds 0, 1 …"""
    made = []
    for seed in range(count):
        scratch = folder / str(seed)
        scratch.mkdir(parents=True)
        files = {role: _picture(folder / f"{role}-{seed}.png", size, seed) for role in roles(model)}
        made.append(Work(task=f"bench-{seed}", model=model.name, spec=spec(model, size, frames, seed), files=files, scratch=scratch))
    return made


def _picture(path: Path, size: tuple[int, int], seed: int) -> Path:
    """A picture with large and small shapes, so that what moves pixels has something to hold on to."""
    import numpy as np
    from PIL import Image

    make = np.random.default_rng(seed)
    coarse = Image.fromarray(make.integers(0, 255, (9, 16, 3), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    fine = Image.fromarray(make.integers(0, 60, (size[1] // 4, size[0] // 4, 3), np.uint8)).resize(size)
    Image.blend(coarse, fine, 0.2).save(path)
    return path
