"""Where a shot's items are: in a hand, on a table, at the feet, on the water, in the air; and alone, large, in the middle."""

from __future__ import annotations

import re
from random import Random

import numpy as np
import skia

from pipelines.illustrator.stage import Stage
from pipelines.illustrator.staging import GROWN, STRANDED, Drawing, Placed, person_height, upright

MAKING = re.compile(
    r"\b(bak(?:e|es|ed|ing)|buil[dt]\w*|mak(?:e|es|ing)|made|repair\w*|mend\w*|cook\w*|writ\w*|wrote|paint\w*|draw\w*|drew|fix\w*|craft\w*|carv\w*|sew\w*|knit\w*"
    r"|brew\w*|mix\w*|stud(?:y|ies|ied)|work\w*|polish\w*|test\w*|try|tries|tried|fail\w*|break\w*|broke)\b"
)
SEEKING = re.compile(
    r"\b(search\w*|look\w* (?:for|at)|seek\w*|sought|hunt\w*|los[et]\w*|miss\w*|stare\w*|watch\w*|find\w*|found|see\w*|saw|spot\w*|discover\w*|notic\w*)\b"
)
HOLDING = re.compile(
    r"\b(hold\w*|held|carr(?:y|ies|ied|ying)|bring\w*|brought|giv\w*|gave|offer\w*|show\w*|hand\w*|read\w*|lift\w*|rais\w*|tak\w*|took|pick\w*|steal\w*|stole"
    r"|present\w*|light\w*|lit|wav\w*|clutch\w*|receiv\w*|return\w*|deliver\w*|wear\w*|catch\w*|caught|open\w*|shar\w*)\b"
)
LYING = re.compile(r"\b(sleep\w*|asleep|slept|fall\w*|fell|swim\w*|swam|climb\w*|fl(?:y|ies|ying|ew)|fight\w*|fought|row\w*)\b")


FACE, HEAD = 0.24, 0.085  # of a person's height: what is above the chin, and half a head's width


def portable(drawing: Drawing) -> bool:
    """Whether a hand carries it."""
    return drawing.height_m <= 0.95 if drawing.habitat == "held" else drawing.height_m <= 0.5 and drawing.habitat in ("ground", "wall")


def item_height(stage: Stage, framing: str, metres: float, least: float = 0.18, most: float = 1.2) -> float:
    """Pixels for an item: small beside its owner, but never too small to read; `least` and `most` are fractions of a grown person."""
    factor = (max(0.02, metres) / GROWN) ** 0.78
    return min(person_height(stage, framing) * min(max(factor, least), most), stage.height * 0.6)


def still_life(stage: Stage, items: list[tuple[str, Drawing]], framing: str, rng: Random) -> list[Placed]:
    """Items that have the shot to themselves: large, in the middle, on a table where there is a room."""
    share = {"wide": 0.3, "medium": 0.4}.get(framing, 0.52) * rng.uniform(0.95, 1.2)
    aside = rng.choice((-1, 1)) * rng.uniform(0.0, 0.14 if framing != "close" else 0.05)
    placed: list[Placed] = []
    for place, (key, drawing) in enumerate(items):
        height = min(
            share * stage.height * min(1.25, max(0.8, (drawing.height_m / 0.5) ** 0.15)),
            stage.width * (0.6 if len(items) == 1 else 0.38) / max(0.2, drawing.aspect),
        )
        x = stage.width * (0.5 + aside if len(items) == 1 else 0.31 + 0.38 * place)
        medium, table = "ground", 0.0
        y = min(stage.feet + stage.unit * 0.03, stage.height * 0.94)
        if stage.floats:
            medium, y = "float", stage.height * 0.5 + height / 2
        elif drawing.habitat == "air":
            medium, y = "air", stage.height * 0.45 + height / 2
        elif stage.afloat:
            medium, y = "water", stage.afloat
        elif stage.light.indoors and portable(drawing):
            medium, table = "table", stage.height * 0.3
            y = stage.height * 1.04 - table
        placed.append(Placed(key, drawing, x, y, height, False, medium, "item", table=table, order=y))
    return placed


def beside(stage: Stage, beings: list[Placed], items: list[tuple[str, Drawing]], framing: str, action: str) -> list[Placed]:
    """Items with their owner, the first of `beings`: on the side to which it looks."""
    owner, placed = beings[0], list[Placed]()
    free = owner.medium in ("ground", "float", "air") and upright(owner.drawing) and not LYING.search(action)
    for place, (key, drawing) in enumerate(items):
        toward = _side(stage, owner, beings) * (1 if place == 0 else -1)
        if drawing.habitat == "air" or (drawing.habitat == "water" and stage.water and not portable(drawing)):
            placed.append(_away(stage, key, drawing, owner, toward, framing))
        elif place == 0 and free and _in_hand(stage, drawing, action):
            placed.append(_held(stage, key, drawing, owner, toward, framing))
        elif stage.floats or stage.afloat or owner.medium in ("air", "water"):
            placed.append(_afloat(stage, key, drawing, owner, toward, framing))
        else:
            placed.append(_down(stage, key, drawing, owner, beings, toward, framing, table=stage.light.indoors and portable(drawing)))
    return placed


def _in_hand(stage: Stage, drawing: Drawing, action: str) -> bool:
    if drawing.height_m < 1.0 and HOLDING.search(action) and drawing.habitat != "water":
        return True
    if not portable(drawing) or SEEKING.search(action) or STRANDED.search(action):
        return False
    return not (stage.light.indoors and MAKING.search(action))


def _side(stage: Stage, owner: Placed, beings: list[Placed]) -> int:
    if len(beings) > 1:
        return 1 if beings[1].x > owner.x else -1
    return 1 if owner.x < stage.width / 2 else -1


def reach(drawing: Drawing) -> tuple[float, float]:
    """Where its foremost hand is, for a figure that looks to the right: (right of the middle, above the foot) as fractions of its height."""
    high, wide = 120, max(8, round(120 * drawing.aspect))
    pixels = np.zeros((high, wide, 4), np.uint8)
    canvas = skia.Surface(pixels, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType).getCanvas()
    drawing.draw(canvas, wide / 2, high, high, drawing.faces == "left")
    band = pixels[round(high * 0.24) : round(high * 0.62), :, 3] > 100
    if not band.any():
        return drawing.aspect * 0.3, 0.5
    columns = np.flatnonzero(band.any(axis=0))
    column = int(columns[-1])
    rows = np.flatnonzero(band[:, max(0, column - 3) : column + 1].any(axis=1))
    return (column - 1 - wide / 2) / high, 1 - (0.24 + float(rows.mean()) / high)


def _held(stage: Stage, key: str, drawing: Drawing, owner: Placed, toward: int, framing: str) -> Placed:
    """In the hand; in a close shot before the chest, held from below the edge."""
    looks = -1 if owner.flip else 1
    grown = owner.height / min(1.12, max(0.6, (owner.drawing.height_m / GROWN) ** 0.55))
    height = grown * min(max((drawing.height_m / GROWN) ** 0.78, 0.15), 0.3)
    height = min(height, grown * 0.3 / max(0.3, drawing.aspect), stage.height * 0.29)
    ahead, up = reach(owner.drawing)
    x, y = owner.x + looks * (ahead * owner.height + height * drawing.aspect * 0.12), owner.y - up * owner.height + height * 0.42
    if owner.box[3] > stage.height:
        y = min(y, stage.height * 0.985)
        if owner.y - up * owner.height > stage.height * 0.88:
            x = owner.x + toward * owner.height * 0.13
    one = _inside(stage, Placed(key, drawing, x, y, height, False, "hand", "item", order=owner.order + 0.5))
    return _off_face(stage, one, owner, looks)


def _off_face(stage: Stage, one: Placed, owner: Placed, looks: int) -> Placed:
    """Moved so that it hides no face: out beside the head, or where the picture ends there, down before the chest."""
    chin, reach = owner.y - owner.height * (1 - FACE), one.height * one.drawing.aspect / 2
    clear = reach + owner.height * HEAD
    if one.y - one.height >= chin or one.y <= owner.y - owner.height or abs(one.x - owner.x) >= clear:
        return one
    beside = owner.x + looks * clear
    if stage.width * 0.02 <= beside - reach and beside + reach <= stage.width * 0.98:
        one.x = beside
    else:
        one.y = chin + one.height
    return one


def _away(stage: Stage, key: str, drawing: Drawing, owner: Placed, toward: int, framing: str) -> Placed:
    """What flies or swims by itself, at a distance from its owner."""
    grown = drawing.height_m > 1.2
    height = item_height(stage, framing, drawing.height_m, 0.2, 1.4 if grown else 0.42)
    height = min(height, stage.width * (0.4 if grown else 0.24) / max(0.2, drawing.aspect))
    x = owner.x + toward * (owner.height * owner.drawing.aspect / 2 + height * drawing.aspect * 0.5 + stage.unit * (0.22 if grown else 0.06))
    if drawing.habitat == "air":
        y = max(height + stage.height * 0.06, min(stage.height * 0.46, owner.y - owner.height * 0.62))
        return _inside(stage, Placed(key, drawing, x, y, height, (drawing.faces == "right") == (toward > 0), "air", "item", order=y))
    top, near = stage.water or (stage.horizon, stage.feet)
    y = stage.afloat or min(top + (near - top) * 0.7, stage.height * 0.9)
    return _inside(stage, Placed(key, drawing, x, y, height, False, "water", "item", order=y))


def _afloat(stage: Stage, key: str, drawing: Drawing, owner: Placed, toward: int, framing: str) -> Placed:
    """Where nothing stands: beside its owner."""
    height = item_height(stage, framing, drawing.height_m, most=0.9)
    x = owner.x + toward * (owner.height * owner.drawing.aspect / 2 + height * drawing.aspect * 0.5 + stage.unit * 0.03)
    if stage.floats or owner.medium == "air":
        y, medium = owner.y - owner.height * 0.5 + height * 0.5, "float"
    else:
        y, medium = owner.surface + stage.unit * 0.015, "water"
    return _inside(stage, Placed(key, drawing, x, y, height, False, medium, "item", order=y))


def _down(stage: Stage, key: str, drawing: Drawing, owner: Placed, beings: list[Placed], toward: int, framing: str, *, table: bool) -> Placed:
    """At the feet, or on a small table; in a close shot at the picture's lower edge."""
    close = owner.box[3] > stage.height
    grown = min(owner.height, person_height(stage, framing)) if not close else owner.height / min(1.12, max(0.6, (owner.drawing.height_m / GROWN) ** 0.55))
    person = max(grown, person_height(stage, framing) * 0.8)
    height = person * min(max((drawing.height_m / GROWN) ** 0.78, 0.2 if not close else 0.16), 1.2)
    height = min(height, stage.height * (0.6 if not close else 0.45), stage.width * 0.34 / max(0.2, drawing.aspect))
    wide = height * drawing.aspect
    desk = max(wide * 1.3, person * 0.36) if table else wide
    x = owner.x + toward * (owner.height * owner.drawing.aspect * 0.42 + desk * 0.5 + stage.unit * 0.012)
    if len(beings) > 1:  # between two who face each other, but not in them
        x = min(max(x, owner.x - abs(beings[1].x - owner.x) / 2), owner.x + abs(beings[1].x - owner.x) / 2)
    if close:
        y, high = stage.height * (0.86 if table else 0.97), stage.height * 0.3
    else:
        foot = owner.y + stage.unit * 0.025
        high = person * 0.4 if table else 0.0
        y = foot - high
    one = Placed(key, drawing, x, y, height, False, "table" if table else "ground", "item", table=high if table else 0.0, order=min(y + high, stage.height) + 1)
    return _inside(stage, one, desk)


def _inside(stage: Stage, one: Placed, wide: float = 0.0) -> Placed:
    """Moved to where it is whole in the picture."""
    half = max(wide, one.height * one.drawing.aspect) / 2 + stage.width * 0.02
    one.x = min(max(one.x, half), stage.width - half)
    one.y = max(one.y, one.height + stage.height * 0.02)
    return one
