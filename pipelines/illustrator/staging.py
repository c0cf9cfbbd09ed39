"""Who stands where: subjects by thirds, by framing and by what they do, on ground, in water or in the air; a close shot crops people at the waist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Protocol

import skia

from pipelines.illustrator.stage import Stage

GROWN = 1.7  # metres: whom a framing's height is meant for
FRAMING = {"wide": (0.36, 0.31), "medium": (0.55, 0.48), "close": (0.8, 0.78)}
"""Height of a grown person: in units, but at least this fraction of the picture's height."""
NEARER = {"wide": 1.28, "medium": 1.3}  # a shot's own share on top, so that shots of one framing differ in size
BUST = 1.5  # how much higher than the picture a grown person is in a close shot: the lower edge is at the waist
FLYING = re.compile(
    r"\b(fl(?:y|ies|ying|ew|own)\b(?!\s+(?:a|an|the|his|her|their|its)\b)|soar\w*|hover\w*"
    r"|glid(?:e|es|ing)|float\w* (?:up|above|over)|leap\w* over|levitat\w*)\b"
)
SWIMMING = re.compile(r"\b(swim\w*|swam|div(?:e|es|ing)|surfac\w*|float\w*|drown\w*|surf\w*|paddl\w*|wad(?:e|es|ing))\b")
BOATING = re.compile(r"\b(sail\w*|row(?:s|ing|ed)?|steer\w*|canoe\w*|raft\w*|boat\w*)\b")
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
    medium: str  # ground, water, air, float, hand, table
    kind: str = "character"
    sunk: float = 0.0  # what fraction of its height is under water
    table: float = 0.0  # height in pixels of the table that it stands on
    order: float = 0.0  # farther ones are painted first

    @property
    def surface(self) -> float:
        """Where the water's surface cuts it, or its foot."""
        return self.y - self.sunk * self.height

    @property
    def box(self) -> tuple[float, float, float, float]:
        """What is seen of it."""
        half = self.height * self.drawing.aspect / 2
        return self.x - half, self.y - self.height, self.x + half, self.surface


def person_height(stage: Stage, framing: str) -> float:
    """Pixels for a grown person, unless the framing crops."""
    units, least = FRAMING.get(framing, FRAMING["medium"])
    return max(units * stage.unit, least * stage.height)


def shown_height(stage: Stage, framing: str, metres: float) -> float:
    """Pixels for something `metres` high: true proportions, pulled together so that a mouse is seen and a whale fits in."""
    factor = (max(0.05, metres) / GROWN) ** (0.55 if metres < GROWN else 0.5)
    return min(person_height(stage, framing) * min(max(factor, 0.28), 1.7), stage.height * 0.84)


def upright(drawing: Drawing) -> bool:
    """Whether it is built like a standing person, so that a close shot may crop it at the waist."""
    return drawing.aspect < 0.8 and 0.95 < drawing.height_m < 2.7 and drawing.habitat not in ("air", "water")


def arrange(stage: Stage, subjects: list[tuple[str, str, Drawing]], framing: str, action: str, rng: Random) -> list[Placed]:
    """Place (key, kind, drawing) subjects, the most important first; they face each other, and the picture's middle.

    Items lie near the first character: see `pipelines.illustrator.keeping`.
    """
    from pipelines.illustrator import keeping  # it builds on this module

    beings = [(key, drawing) for key, kind, drawing in subjects if kind != "item"][:4]
    items = [(key, drawing) for key, kind, drawing in subjects if kind == "item"][:2]
    if not beings:
        return keeping.still_life(stage, items, framing, rng)
    placed = _stand(stage, beings, framing, action, rng, alone=not items)
    return placed + keeping.beside(stage, placed, items, framing, action)


def _spots(count: int, framing: str, alone: bool, lead: int, aside: float) -> list[float]:
    """Where along the width; one alone is `aside` of the middle."""
    if count == 1:
        return [0.5 + lead * (0.05 if framing == "close" else aside if alone else 0.1)]
    if count == 2:
        return [0.5 - lead * 0.19, 0.5 + lead * 0.19]
    if count == 3:
        return [0.5 - lead * 0.27, 0.5 + lead * 0.27, 0.5 + lead * 0.01]
    return [0.5 - lead * 0.33, 0.5 + lead * 0.33, 0.5 - lead * 0.11, 0.5 + lead * 0.12]


def _stand(stage: Stage, beings: list[tuple[str, Drawing]], framing: str, action: str, rng: Random, *, alone: bool) -> list[Placed]:
    count, lead = len(beings), rng.choice((-1, 1))
    spots = _spots(count, framing, alone, lead, rng.uniform(0.08, 0.2))
    nearer = rng.uniform(1.0, NEARER.get(framing, 1.0))
    flying, swimming, boating = (bool(pattern.search(action)) for pattern in (FLYING, SWIMMING, BOATING))
    mediums = [_medium(stage, drawing, place == 0 and flying, swimming, action) for place, (_, drawing) in enumerate(beings)]
    room = stage.width * {1: 0.66, 2: 0.46, 3: 0.32}.get(count, 0.27)
    cropped = _cropped(stage, beings, mediums, room) if framing == "close" else 0.0
    tallest = max([1.0, *(_stature(drawing) for _, drawing in beings if upright(drawing))])
    placed: list[Placed] = []
    for place, (key, drawing) in enumerate(beings):
        medium = mediums[place]
        height = shown_height(stage, framing, drawing.height_m) * (nearer if count < 3 else 0.92)
        if framing == "close" and count == 1 and not cropped:
            height = max(height, stage.height * 0.6)
        height = min(height, room / max(0.2, drawing.aspect))
        y = _level(stage, medium, height, framing, place)
        sunk = 0.0
        if cropped and medium == "ground":
            if upright(drawing):
                height = cropped * _stature(drawing)
                y = stage.height * 0.08 + cropped * tallest
            else:
                y = stage.height * 0.96
        if medium == "water":
            sunk = _depth(drawing, swimming, boating)
            y += sunk * height
        x = stage.width * spots[place]
        half = height * drawing.aspect / 2
        x = min(max(x, half + stage.width * 0.02), stage.width * 0.98 - half)
        toward = 1 if x < stage.width / 2 else -1
        if count > 1 and place < 2:
            toward = 1 if spots[place] < spots[1 - place] else -1
        placed.append(Placed(key, drawing, x, y, height, _turned(drawing, toward), medium, sunk=sunk, order=min(y, stage.height)))
    return placed


def _stature(drawing: Drawing) -> float:
    """Its height against a grown person's, pulled together."""
    return float(min(1.12, (drawing.height_m / GROWN) ** 0.55))


def _turned(drawing: Drawing, toward: int) -> bool:
    return (drawing.faces == "left" and toward > 0) or (drawing.faces == "right" and toward < 0)


def _cropped(stage: Stage, beings: list[tuple[str, Drawing]], mediums: list[str], room: float) -> float:
    """Pixels for a grown person whom the lower edge crops, or 0 where nobody is to be cropped."""
    people = [drawing for (_, drawing), medium in zip(beings, mediums, strict=True) if medium == "ground" and upright(drawing)]
    if not people:
        return 0.0
    room *= 1.25  # in a close shot an elbow may go over the edge's margin
    height = min([BUST * stage.height, *(room / max(0.2, one.aspect) / _stature(one) for one in people)])
    return height if height > 0.95 * stage.height else 0.0


def _depth(drawing: Drawing, swimming: bool, boating: bool) -> float:
    """What fraction of it is under water."""
    if boating or (drawing.habitat == "water" and drawing.aspect >= 0.8):
        return 0.0
    if drawing.aspect < 0.8 and drawing.height_m < 3:
        return 0.5
    return 0.34 if drawing.habitat == "ground" else 0.0


def _medium(stage: Stage, drawing: Drawing, flying: bool, swimming: bool, action: str) -> str:
    if stage.floats:
        return "float"
    if flying or drawing.habitat == "air":
        return "air"
    if stage.afloat or (swimming and stage.water):
        return "water"
    if drawing.habitat == "water" and stage.water and not STRANDED.search(action):
        return "water"
    return "ground"


def _level(stage: Stage, medium: str, height: float, framing: str, place: int) -> float:
    """The height of the picture at which its foot is."""
    if medium == "float":
        return min(stage.height * 0.92, stage.height * (0.54 + 0.05 * place) + height * 0.5)
    if medium == "air":
        return max(height + stage.height * 0.05, stage.height * (0.5 - 0.06 * place))
    if medium == "water":
        if stage.afloat:
            return stage.afloat + stage.unit * 0.03 * place
        top, near = stage.water or (stage.horizon, stage.feet)
        return min(top + (near - top) * 0.8, stage.height * 0.86)
    feet = min(stage.feet + (stage.unit * 0.05 if framing == "close" else 0.0), stage.height * 0.95)
    if framing == "wide":
        feet -= (stage.feet - stage.horizon) * 0.1
    return feet + stage.unit * (0.018 if place % 2 else 0.0)
