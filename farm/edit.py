"""Editing one shot: its keyframe's and clip's specifications with another prompt or seed. Pure."""

from __future__ import annotations

import re
from typing import get_args

from farm import seeds
from farm.specs import AnimateSpec, KeyframeSpec
from farm.types import Scene

TIMES: tuple[str, ...] = get_args(Scene.model_fields["time_of_day"].annotation)
WEATHERS: tuple[str, ...] = get_args(Scene.model_fields["weather"].annotation)


def keyframe(spec: KeyframeSpec, prompt: str | None, seed: int | None) -> KeyframeSpec:
    """The keyframe as the edit wants it.

    A prompt takes the place of what the screenplay said of picture, action and scene: a painter that works from those fields follows it as a
    diffusion model does. The scene keeps its place where the prompt names none, its time and weather likewise; who and what is shown stays.
    """
    changes: dict[str, object] = {}
    if prompt is not None:
        said = set(re.findall(r"[a-z]+", prompt.lower()))
        scene: dict[str, object] = {"title": "", "place": "", "description": f"{prompt}. {spec.scene.place or spec.scene.title}"}
        if time := next((one for one in TIMES if one in said), None):
            scene["time_of_day"] = time
        if weather := next((one for one in WEATHERS if one in said), None):
            scene["weather"] = weather
        changes["shot"] = spec.shot.model_copy(update={"picture_prompt": prompt, "action": prompt})
        changes["scene"] = spec.scene.model_copy(update=scene)
        changes["prompt"] = ", ".join(part for part in (prompt, spec.style.prompt) if part)
    if seed is not None:
        changes["seed"] = seed
    return spec.model_copy(update=changes)


def animate(spec: AnimateSpec, seed: int | None) -> AnimateSpec:
    """The clip as the edit wants it: it moves the new picture, by another chance where a seed was given."""
    return spec if seed is None else spec.model_copy(update={"seed": seeds.derive(seed, "animate")})


def again(name: str, shot: int) -> bool:
    """Whether a task must be done again as it is when `shot` looks different: the film, and what lies on either side of the shot."""
    return name in ("compose", "join.end", f"join.{shot}", f"join.{shot + 1}")
