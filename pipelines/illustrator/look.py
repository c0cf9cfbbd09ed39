"""A style made paintable: its technique (how shapes are laid down) and its grade (what happens to every colour)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from farm.types import Style
from pipelines.illustrator.color import LUMA, Floats, Rgb, luma, rgb

Technique = Literal["film", "noir", "gouache", "wash", "golden", "neon", "paper"]

TECHNIQUES: tuple[tuple[Technique, str], ...] = (
    ("noir", r"noir|black.and.white|monochrom|film noir|detective"),
    ("wash", r"water.?colou?r|aquarelle|ink wash|\bwash\b"),
    ("paper", r"paper|cut.?out|origami|collage|felt"),
    ("neon", r"neon|cyber|synth|vapou?rwave|glow.?wave"),
    ("golden", r"golden|sun.?set|sun.?lit|magic hour|warm light"),
    ("gouache", r"story.?book|gouache|children|picture book|fairy|crayon|painted|cartoon|whims"),
)
"""Words of a style (slug, name, description, prompt) that decide its technique; the first that fits, else "film"."""

BASE: dict[Technique, dict[str, float]] = {
    "film": {"contrast": 0.1, "saturation": 0.0, "warmth": 0.0, "vignette": 0.3, "grain": 0.12, "pull": 0.28},
    "noir": {"contrast": 0.5, "saturation": -1.0, "warmth": 0.0, "vignette": 0.5, "grain": 0.45, "pull": 0.0},
    "gouache": {"contrast": 0.05, "saturation": 0.08, "warmth": 0.1, "vignette": 0.18, "grain": 0.05, "pull": 0.3},
    "wash": {"contrast": 0.0, "saturation": 0.14, "warmth": 0.04, "vignette": 0.0, "grain": 0.0, "pull": 0.22},
    "golden": {"contrast": 0.14, "saturation": 0.1, "warmth": 0.28, "vignette": 0.35, "grain": 0.12, "pull": 0.26},
    "neon": {"contrast": 0.2, "saturation": 0.35, "warmth": -0.06, "vignette": 0.4, "grain": 0.1, "pull": 0.42},
    "paper": {"contrast": 0.06, "saturation": 0.1, "warmth": 0.05, "vignette": 0.1, "grain": 0.0, "pull": 0.4},
}
"""Each technique's own grade; a style's `grade` adds to it (0 is neutral)."""


@dataclass(frozen=True)
class Look:
    """How to paint: technique, palette ramp by lightness, accents, and numbers of the grade."""

    technique: Technique
    ramp_at: tuple[float, ...]
    ramp: tuple[Rgb, ...]
    accents: tuple[Rgb, ...]
    contrast: float
    saturation: float
    warmth: float
    grain: float
    vignette: float
    haze: float
    glow: float
    pull: float

    def grade(self, colors: Floats) -> Floats:
        """Grade colours: an array (n, 3) of floats 0 to 1 gives one of the same shape."""
        light = colors @ LUMA
        graded: npt.NDArray[np.floating] = colors
        if self.ramp and self.pull:
            target = np.stack([np.interp(light, self.ramp_at, [color[part] for color in self.ramp]) for part in range(3)], axis=-1)
            red, green, blue = graded[..., 0], graded[..., 1], graded[..., 2]  # by parts: reducing along three numbers is ten times slower
            spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
            share = (self.pull * (1 - 0.55 * np.clip(spread * 1.6, 0, 1)))[..., None]  # strong local colours keep their own hue
            graded = graded * (1 - share) + target.astype(np.float32) * share
        if self.technique == "noir":
            return _noir(graded, self.contrast, self.accents[0] if self.accents else rgb("#c8281e"))
        light = (graded @ LUMA)[..., None]
        graded = light + (graded - light) * (1 + self.saturation)
        if self.technique == "golden":  # leaves turn deep and olive, not acid
            red, green, blue = graded[..., 0], graded[..., 1], graded[..., 2]
            leaf = (np.clip((green / (red + 0.02) - 0.95) * 6, 0, 1) * np.clip((green - blue) * 4, 0, 1))[..., None]
            graded = graded * (1 - leaf * np.array([0.16, 0.1, -0.22], np.float32))
        graded = 0.46 + (graded - 0.46) * (1 + self.contrast)
        if self.technique == "neon":
            graded = graded * (0.62 + 0.5 * light) + np.array([0.03, 0.0, 0.07], np.float32) * (1 - light)
        elif self.technique == "wash":
            graded = 0.86 * graded + 0.14 * np.array([1.0, 0.985, 0.95], np.float32)
        warm = self.warmth
        if warm:
            graded = graded * np.array([1 + 0.16 * warm, 1 + 0.03 * warm, 1 - 0.3 * warm], np.float32)
        return np.clip(graded, 0, 1).astype(np.float32)


def _noir(colors: Floats, contrast: float, accent: Rgb) -> Floats:
    """Near monochrome, cool shadows and warm lights; what is truly red keeps the style's accent."""
    light = np.clip(colors @ LUMA, 0, 1)
    curve = light * light * (3 - 2 * light)
    strength = min(1.0, 0.9 * contrast + 0.15)
    value = (light * (1 - strength) + curve * strength) * 0.9 + 0.06
    shadow, glow = np.array([0.88, 0.98, 1.2], np.float32), np.array([1.03, 1.0, 0.94], np.float32)
    mono = value[..., None] * (shadow + (glow - shadow) * value[..., None])
    redness = (colors[..., 0] - np.maximum(colors[..., 1], colors[..., 2])) / (colors[..., 0] + 0.06)  # of its own lightness: red by night is red
    keep = np.clip((redness - 0.5) * 5, 0, 0.92)[..., None]
    strong = np.array(accent, np.float32) * np.clip(0.35 + 1.3 * light, 0.3, 1.25)[..., None]
    return np.clip(mono * (1 - keep) + strong * keep, 0, 1).astype(np.float32)


def look_of(style: Style) -> Look:
    """Make any style paintable, a stranger's as well: technique from its words, ramp and accents from its palette."""
    words = " ".join((style.slug, style.name, style.description, style.prompt)).lower()[:4000]
    technique: Technique = next((name for name, pattern in TECHNIQUES if re.search(pattern, words)), "film")
    base = BASE[technique]
    numbers = {key: _clip(base.get(key, 0.0) + float(style.grade.get(key, 0.0))) for key in (*base, "haze", "glow")}
    if "pull" in style.grade:
        numbers["pull"] = min(1.0, max(0.0, float(style.grade["pull"])))
    colors = [rgb(color) for color in style.palette[:16]]
    ramp, accents = _split(colors)
    stops = [luma(color) for color in ramp]
    if ramp:
        darkest, lightest = ramp[0], ramp[-1]
        ramp = [tuple(part * 0.35 for part in darkest), *ramp, tuple(1 - (1 - part) * 0.4 for part in lightest)]  # type: ignore[list-item]
        stops = [0.0, *(min(0.97, max(0.02, stop)) for stop in stops), 1.0]
    return Look(technique=technique, ramp_at=tuple(stops), ramp=tuple(ramp), accents=tuple(accents), **numbers)


def _split(colors: list[Rgb]) -> tuple[list[Rgb], list[Rgb]]:
    """A palette's run from dark to light, and the accents after it."""
    ramp: list[Rgb] = []
    for place, color in enumerate(colors):
        if ramp and luma(color) < luma(ramp[-1]) - 0.02:
            return ramp, colors[place:]
        ramp.append(color)
    return ramp, []


def _clip(value: float) -> float:
    return 0.0 if math.isnan(value) else min(1.5, max(-1.0, value))
