"""Who stands where: subjects by thirds, by framing and by what they do, on ground, water or in the air."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Protocol

import skia

from pipelines.illustrator.stage import Stage

FRAMING = {"wide": 0.34, "medium": 0.52, "close": 0.8}  # height of a grown person in units
FLYING = re.compile(
    r"\b(fl(?:y|ies|ying|ew|own)\b(?!\s+(?:a|an|the|his|her|their|its)\b)|soar\w*|hover\w*"
    r"|glid(?:e|es|ing)|float\w* (?:up|above|over)|leap\w* over|levitat\w*)\b"
)
SWIMMING = re.compile(r"\b(swim\w*|swam|div(?:e|es|ing)|surfac\w*|sail\w*|row(?:s|ing|ed)?|float\w*|drown\w*|surf\w*)\b")
STRANDED = re.compile(r"\b(strand\w*|beached?|ashore|washed up)\b")


class Drawing(Protocol):
    """Something that can be drawn standing at a point (the figures' room makes these)."""

    @property
    def aspect(self) -> float:
        """Width over height."""

    @property
    def height_m(self) -> float:
        """Metres in the real world."""

    @property
    def habitat(self) -> str:
        """ground, air, water, held, wall."""

    @property
    def faces(self) -> str:
        """left, right, front."""

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """Draw with the feet's centre at (x, y), `height` pixels high."""


@dataclass
class Placed:
    """A drawing with its place in the picture; `box` is left, top, right, bottom in pixels."""

    key: str
    drawing: Drawing
    x: float
    y: float
    height: float
    flip: bool
    medium: str  # ground, water, air, float
    kind: str = "character"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """What it covers."""
        half = self.height * self.drawing.aspect / 2
        return self.x - half, self.y - self.height, self.x + half, self.y


def shown_height(stage: Stage, framing: str, metres: float) -> float:
    """Pixels for something `metres` high: true proportions, pulled together so that a mouse is seen and a whale fits in."""
    person = FRAMING.get(framing, 0.52) * stage.unit
    factor = (max(0.05, metres) / 1.7) ** (0.55 if metres < 1.7 else 0.5)
    return min(person * min(max(factor, 0.26), 1.7), stage.height * 0.8)


def item_height(stage: Stage, framing: str, metres: float) -> float:
    """Pixels for an item: a crown or a flower is small beside its owner, but never too small to see."""
    person = FRAMING.get(framing, 0.52) * stage.unit
    return min(person * min(max((max(0.02, metres) / 1.7) ** 0.75, 0.17), 1.1), stage.height * 0.6)


def arrange(stage: Stage, subjects: list[tuple[str, str, Drawing]], framing: str, action: str, rng: Random) -> list[Placed]:
    """Place (key, kind, drawing) subjects, the most important first; they face each other, and the picture's middle."""
    count = len(subjects)
    if not count:
        return []
    lead = rng.choice((-1, 1))
    if count == 1:
        spots = [0.5 + lead * (0.15 if framing != "close" else 0.08)]
    elif count == 2:
        spots = [0.5 - lead * 0.19, 0.5 + lead * 0.19]
    elif count == 3:
        spots = [0.5 - lead * 0.24, 0.5 + lead * 0.24, 0.5 + lead * 0.02]
    else:
        spots = [0.5 - lead * 0.3, 0.5 + lead * 0.3, 0.5 - lead * 0.09, 0.5 + lead * 0.12][:count]
    flying, swimming = bool(FLYING.search(action)), bool(SWIMMING.search(action))
    placed: list[Placed] = []
    for place, (key, kind, drawing) in enumerate(subjects[:4]):
        shown = item_height if kind == "item" and count > 1 else shown_height
        height = shown(stage, framing, drawing.height_m) * (1.0 if count < 3 else 0.86)
        room = stage.width * (0.62 if count == 1 else 0.44 if count == 2 else 0.32)
        height = min(height, room / max(0.2, drawing.aspect))
        medium = _medium(stage, drawing, place == 0 and flying, swimming, action)
        x = stage.width * spots[place]
        half = height * drawing.aspect / 2
        x = min(max(x, half + stage.width * 0.02), stage.width * 0.98 - half)
        y = _level(stage, medium, height, framing, place, kind)
        toward = 1 if x < stage.width / 2 else -1
        if count > 1 and place < 2:
            toward = 1 if spots[place] < spots[1 - place] else -1
        faces = drawing.faces if drawing.faces in ("left", "right") else ""
        flip = (faces == "left" and toward > 0) or (faces == "right" and toward < 0)
        placed.append(Placed(key, drawing, x, y, height, flip, medium, kind))
    return placed


def _medium(stage: Stage, drawing: Drawing, flying: bool, swimming: bool, action: str) -> str:
    if stage.floats:
        return "float"
    if flying or drawing.habitat == "air":
        return "air"
    if stage.afloat:
        return "water"
    if drawing.habitat == "water" and stage.water and not STRANDED.search(action):
        return "water"
    return "ground"


def _level(stage: Stage, medium: str, height: float, framing: str, place: int, kind: str) -> float:
    if medium == "float":
        return min(stage.height * 0.92, stage.height * (0.54 + 0.05 * place) + height * 0.5)
    if medium == "air":
        return max(height + stage.height * 0.05, stage.height * (0.5 - 0.06 * place))
    if medium == "water":
        if stage.afloat:
            return stage.afloat + stage.unit * 0.03 * place
        top, near = stage.water or (stage.horizon, stage.feet)
        return top + (near - top) * 0.8
    feet = stage.feet + (stage.unit * 0.05 if framing == "close" else 0.0)
    if framing == "wide":
        feet -= (stage.feet - stage.horizon) * 0.12
    return feet + stage.unit * (0.018 if place % 2 else 0.0) + (stage.unit * 0.03 if kind == "item" else 0.0)
