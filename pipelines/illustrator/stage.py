"""The stage: a picture's size, horizon and ground, its layers from far to near, and how they become files."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

import numpy as np
import skia

from pipelines.illustrator.color import argb, mix
from pipelines.illustrator.light import Light
from pipelines.illustrator.look import Look
from pipelines.illustrator.pen import Pen

BLEED = 0.1  # of each side: what the camera may move before an edge shows; exact in pixels for most film sizes
DEPTHS = {"sky": 0.0, "clouds": 0.03, "far": 0.16, "mid": 0.36, "rain": 0.5, "ground": 0.6, "cast": 0.64, "front": 0.92, "air": 1.0}
AIR = {"sky": 0.0, "clouds": 0.0, "far": 0.62, "mid": 0.34, "rain": 0.0, "ground": 0.08, "cast": 0.04, "front": 0.0, "air": 0.0}
ORDER = tuple(DEPTHS)
UNMOVED = ("clouds", "rain", "cast", "front", "air")  # the view neither pans nor zooms these: some move by themselves and must tile

UNTURNED = ("rain", "cast", "air")  # nor turns a mirrored view: subjects are placed in the picture, and weather moves along its own streaks


@dataclass
class View:
    """How a shot looks at its place: panned by `pan` (fractions of the width), nearer by `zoom`, blurred where it is close."""

    pan: float = 0.0
    zoom: float = 1.0
    blur: float = 0.0
    tilt: float = 0.0  # the horizon moved down by this fraction of the height
    mirrored: bool = False  # seen from the other side


@dataclass
class Layer:
    """One sheet of the picture: premultiplied RGBA pixels larger than the picture by the bleed, and its pen."""

    name: str
    pixels: np.ndarray
    surface: skia.Surface
    pen: Pen


@dataclass
class Stage:
    """A place being painted. Coordinates are the picture's pixels; painting goes on beyond its edges by the bleed and the pan."""

    width: int
    height: int
    light: Light
    look: Look
    view: View
    seed: str
    layers: dict[str, Layer] = field(default_factory=dict)
    horizon: float = 0.0
    feet: float = 0.0  # where subjects stand
    water: tuple[float, float] | None = None  # from the far shore to the near one
    floats: bool = False  # subjects float: underwater, in space, above clouds
    afloat: float = 0.0  # waterline for things on the water, where the place is mostly water

    def __post_init__(self) -> None:
        self.bleed_x, self.bleed_y = round(self.width * BLEED), round(self.height * BLEED)
        margin = self.width * 0.16
        self.left, self.right = -self.bleed_x - margin, self.width + self.bleed_x + margin
        self.top, self.bottom = -self.bleed_y - self.height * 0.06, self.height + self.bleed_y + self.height * 0.06
        self.unit = 0.75 * math.sqrt(self.width * self.height)
        self.set_horizon(0.56)

    def set_horizon(self, fraction: float, feet: float = 0.86) -> None:
        """Put the horizon at a fraction of the height (moved by the view's tilt) and the subjects' feet at another."""
        tall = self.height / self.width
        if tall > 1.2:  # in a tall frame the ground would else be a huge empty floor
            fraction, feet = fraction + 0.04, feet - 0.06
        self.horizon, self.feet = self.height * (fraction + self.view.tilt), self.height * feet

    def rng(self, purpose: str) -> Random:
        """Random numbers that depend on the place and the purpose alone, so that every shot of a scene shows the same place."""
        return Random(f"{self.seed}/{purpose}")

    def scale_at(self, y: float) -> float:
        """Pixels per metre for things that stand on the ground at height `y` of the picture."""
        return max(0.5, (y - self.horizon) / max(1.0, self.feet - self.horizon)) * self.unit * 0.27

    def pen(self, name: str, air: float | None = None, dark: float = 1.0) -> Pen:
        """The pen of a layer, which is made when first asked for; `air` and `dark` hold until the next call."""
        layer = self.layers.get(name)
        if layer is None:
            layer = self.layers[name] = self._new(name)
        layer.pen.air = AIR[name] if air is None else air
        layer.pen.dark = dark
        return layer.pen

    def _new(self, name: str) -> Layer:
        pixels = np.zeros((self.height + 2 * self.bleed_y, self.width + 2 * self.bleed_x, 4), np.uint8)
        surface = skia.Surface(pixels, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
        canvas = surface.getCanvas()
        canvas.translate(self.bleed_x, self.bleed_y)
        if self.view.mirrored and name not in UNTURNED:
            canvas.translate(self.width, 0)
            canvas.scale(-1, 1)
        if name not in UNMOVED:
            near = 0.3 + 0.7 * DEPTHS[name] / DEPTHS["ground"]
            zoom = 1 + (self.view.zoom - 1) * near
            if name == "sky":
                zoom = 1 + (self.view.zoom - 1) * 0.25
            canvas.translate(self.width / 2 - self.view.pan * self.width * (near if name != "sky" else 0.1), self.horizon)
            canvas.scale(zoom, zoom)
            canvas.translate(-self.width / 2, -self.horizon)
        return Layer(name, pixels, surface, Pen(canvas, self.light, self.look, AIR[name], self.unit))

    # ------------------------------------------------------------ common parts

    @property
    def tile(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a whole layer: what moves by itself repeats with this size."""
        return -self.bleed_x, -self.bleed_y, self.width + self.bleed_x, self.height + self.bleed_y

    def sky(self) -> Pen:
        """The sky's gradient behind everything."""
        pen, light = self.pen("sky"), self.light
        stops = [light.zenith, mix(light.zenith, light.middle, 0.6), light.middle, mix(light.middle, light.horizon, 0.7), light.horizon]
        tones = [argb(pen.tone(stop, emits=True)) for stop in stops]
        shader = skia.GradientShader.MakeLinear([(0, self.top), (0, max(self.horizon, self.height * 0.45))], tones, [0.0, 0.25, 0.55, 0.82, 1.0])
        pen.canvas.drawRect(skia.Rect.MakeLTRB(self.left, self.top, self.right, self.bottom), skia.Paint(Shader=shader, Dither=True))
        return pen

    def spread(self, rng: Random, count: int, left: float | None = None, right: float | None = None) -> list[float]:
        """`count` places from left to right, evenly with jitter."""
        a, b = self.left if left is None else left, self.right if right is None else right
        gap = (b - a) / max(1, count)
        return [a + gap * (place + 0.5 + rng.uniform(-0.38, 0.38)) for place in range(count)]
