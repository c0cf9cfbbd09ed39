"""What belongs to a shot's setting though nobody holds it: the shop that is opened, the tram that somebody drives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import skia

from pipelines.illustrator.figures import things
from pipelines.illustrator.places import Place
from pipelines.illustrator.stage import Stage
from pipelines.illustrator.staging import GROWN, Drawing, Placed, person_height
from pipelines.illustrator.words import LIMIT

LARGE = (
    "shop|store|bakery|bookshop|bookstore|stall|kiosk|inn|tavern|café|cafe|teahouse|pharmacy|tent|igloo|caravan|carriage|wagon"
    "|tram|bus|train|locomotive|taxi|truck|van|car|tractor|ambulance|fire engine|rocket"
)
BUILT = "house|cottage|barn|home|building|hut|cabin|mill|windmill|shop|bakery|castle|ship|tower"
NAMED = re.compile(rf"\b((?:[a-z]+ )?(?:{LARGE}))\b")
DRIVEN = re.compile(r"^(?:[a-z]+ )*?([a-z]+) (?:driver|conductor|pilot)$")
OWN = {"market": ("stall", "tent"), "railway station": ("train", "locomotive"), "city street": ("car", "shop", "store"), "town street": ("shop", "store")}
"""What a place's painter already draws."""
TOO_LARGE = 2.2  # metres
BURNING = re.compile(rf"\b(?:burning|blazing|flaming) ((?:[a-z]+ )?(?:{BUILT}))\b|\b({BUILT}) (?:is )?(?:on fire|in flames|ablaze)")
ROOF = 1.22  # how much higher a building is with its flames
LEAST = 1.4  # metres: what is smaller is an item


@dataclass
class Burning:
    """A building in flames: fire from its windows and its roof."""

    house: Drawing
    habitat: str = "ground"
    faces: str = "front"

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.house.aspect / ROOF

    @property
    def height_m(self) -> float:
        """Metres, with the flames over the roof."""
        return self.house.height_m * ROOF

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """The house with its feet at (x, y), `height` with its flames."""
        fire, high = things.drawing("fire"), height / ROOF
        wide = high * self.house.aspect
        glow = skia.GradientShader.MakeRadial((x, y - high * 0.6), high, [0x99FF8A2A, 0x33FF5A1A, 0x00FF5A1A])
        canvas.drawRect(skia.Rect.MakeXYWH(x - high, y - high * 1.6, high * 2, high * 1.7), skia.Paint(Shader=glow))
        for side, size in ((-0.2, 0.5), (0.22, 0.44)):
            fire.draw(canvas, x + side * wide, y - high * 0.76, high * size)
        self.house.draw(canvas, x, y, high, flip)
        for side, up, size in ((-0.27, 0.12, 0.3), (0.26, 0.1, 0.34), (0.0, 0.46, 0.3), (-0.36, 0.5, 0.22), (0.34, 0.52, 0.24)):
            fire.draw(canvas, x + side * wide, y - high * up, high * size)


def setting(place: Place, texts: Iterable[str], nouns: Iterable[str]) -> Drawing | None:
    """The one large thing that the texts name (shop, tent, tram), or that somebody's trade needs; None indoors and where there is none."""
    if place.indoors or place.medium != "ground":
        return None
    texts = list(texts)
    if (match := next((found for text in texts if (found := BURNING.search(text[:LIMIT].lower()))), None)) is not None:
        house = things.find(match.group(1) or match.group(2))
        if house is not None and house.height_m >= LEAST:
            return Burning(house)
    phrases = [phrase for text in texts for phrase in NAMED.findall(text[:LIMIT].lower())]
    phrases += [match.group(1) for noun in nouns if (match := DRIVEN.match(noun[:LIMIT].lower()))]
    for phrase in phrases:
        if phrase.split()[-1] in OWN.get(place.name, ()) and phrase.split()[0] in (*OWN[place.name], "a", "an", "the", "in", "of"):
            continue
        drawing = things.find(phrase)
        if drawing is not None and drawing.height_m >= LEAST and drawing.habitat == "ground":
            return drawing
    return None


def split(subjects: list[tuple[str, str, Drawing]]) -> tuple[list[tuple[str, str, Drawing]], Drawing | None]:
    """Subjects less the first item that is too large to stand beside somebody, and that item (a train that is not held but stood before)."""
    if not any(kind == "character" for _, kind, _ in subjects):
        return subjects, None
    large = next((one for one in subjects if one[1] == "item" and one[2].height_m >= TOO_LARGE and one[2].habitat == "ground"), None)
    return [one for one in subjects if one is not large], large[2] if large else None


def behind(stage: Stage, drawing: Drawing, placed: list[Placed], framing: str) -> Placed:
    """It stands behind the subjects, on the side that they leave free."""
    beings = [one for one in placed if one.kind == "character"]
    height = min(person_height(stage, framing) * (drawing.height_m / GROWN) ** 0.8, stage.height * 0.68, stage.width * 0.62 / max(0.3, drawing.aspect))
    y = stage.feet - (stage.feet - stage.horizon) * 0.28
    x = 0.5
    if len(beings) == 1:
        x = 0.7 if beings[0].x < stage.width / 2 else 0.3
    return Placed("setting", drawing, stage.width * x, y, height, False, "ground", "setting", order=-1.0)
