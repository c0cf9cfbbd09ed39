"""Birds that are somebody: one rig, many kinds; they stand, walk, fly, swim, sleep, and use their wings as hands. They look to the right."""
# ruff: noqa: E501, SIM905 - tables of words and coordinates read best a row a line

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pipelines.illustrator.figures import hats
from pipelines.illustrator.figures.drawing import Drawing
from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen, Point, dark, light, oval, polygon, smooth, tube
from pipelines.illustrator.figures.props import PROPS

INK = "#2e211f"


@dataclass(frozen=True)
class Bird:
    """What tells one bird from another; lengths in units of a body about 60 high."""

    back: str
    breast: str
    beak: str = "#f0a53a"
    feet: str = "#e8963a"
    bill: str = "cone"  # cone, hook, flat, long
    legs: float = 12
    neck: float = 0  # how much longer than a songbird's
    upright: float = 0.3  # 0 lies level like a duck, 1 stands like a penguin
    girth: float = 1.0
    metres: float = 0.36  # as a character: true to life a robin would not be seen
    marks: str = ""  # owl, hood, mask, tufts
    wing: str = ""


BIRDS: dict[str, Bird] = {
    "owl": Bird("#8a6442", "#ecd8b4", "#e0a03a", "#c98f4a", "hook", 6, 0, 0.9, 1.25, 0.55, "owl"),
    "crow": Bird("#413f50", "#575466", "#4d4a55", "#3a3740", "cone", 16, 2, 0.35, 0.95, 0.45),
    "raven": Bird("#383750", "#4c4b63", "#4a4752", "#33313a", "hook", 16, 2, 0.35, 1.05, 0.55),
    "magpie": Bird("#2f3a52", "#f7f5f0", "#3a3a42", "#3a3740", "cone", 15, 1, 0.35, 0.92, 0.42),
    "penguin": Bird("#2d3645", "#fbf8f0", "#e89a3a", "#e89a3a", "cone", 4, 4, 1.0, 1.08, 0.9, "hood"),
    "duck": Bird("#f4efe2", "#fffdf6", "#f0952f", "#f0952f", "flat", 8, 10, 0.1, 1.1, 0.5),
    "duckling": Bird("#f6d24f", "#fdeba0", "#f0952f", "#f0952f", "flat", 8, 2, 0.3, 1.15, 0.36),
    "goose": Bird("#e9e6e0", "#ffffff", "#f0952f", "#f0952f", "flat", 12, 30, 0.15, 1.1, 0.85),
    "swan": Bird("#fbfbf8", "#ffffff", "#e8762f", "#4a484f", "flat", 6, 40, 0.05, 1.15, 1.0),
    "stork": Bird("#fbfaf6", "#ffffff", "#e0502f", "#e0502f", "long", 52, 26, 0.3, 0.95, 1.2, "", "#33323c"),
    "heron": Bird("#8fa3b8", "#e9edf0", "#e0a53a", "#8a7a4a", "long", 52, 30, 0.3, 0.9, 1.1, "tufts"),
    "crane": Bird("#c9ced4", "#f1f2f2", "#4a4a52", "#4a4a52", "long", 54, 32, 0.3, 0.92, 1.3, "", "#3a3a44"),
    "pelican": Bird("#f6f1e8", "#ffffff", "#f2b23a", "#e0963a", "long", 10, 22, 0.25, 1.2, 0.9),
    "robin": Bird("#8a6a4c", "#e2602f", "#4d4238", "#8a5a3a", "cone", 14, 0, 0.4, 1.12, 0.34),
    "sparrow": Bird("#a87a50", "#e9dcc8", "#5a4a3c", "#b5835a", "cone", 12, 0, 0.35, 1.08, 0.34),
    "nightingale": Bird("#a8744a", "#f0e3cf", "#6b5240", "#b5835a", "cone", 15, 1, 0.42, 0.98, 0.34),
    "bird": Bird("#4f8fc8", "#f2ead8", "#f0a53a", "#c98a4a", "cone", 13, 0, 0.4, 1.05, 0.36),
    "canary": Bird("#f2c93a", "#f9e48a", "#e8963a", "#d9924a", "cone", 12, 0, 0.4, 1.05, 0.32),
    "swallow": Bird("#34507f", "#f6efe2", "#3a3a44", "#5a4a44", "cone", 8, 0, 0.3, 0.88, 0.32, "mask"),
    "pigeon": Bird("#8d97a8", "#b9c0cc", "#6b6570", "#d9707a", "cone", 10, 3, 0.3, 1.08, 0.36),
    "dove": Bird("#fbfaf6", "#ffffff", "#e0a08a", "#e08f86", "cone", 10, 3, 0.3, 1.0, 0.36),
    "seagull": Bird("#b5c0cc", "#fdfdfb", "#f0a53a", "#f0a53a", "hook", 12, 3, 0.25, 1.0, 0.45, "", "#8d9aa8"),
    "parrot": Bird("#3fa05a", "#f2c93a", "#4a4a52", "#8d8780", "hook", 8, 2, 0.6, 1.0, 0.45, "mask", "#3f7fd0"),
    "eagle": Bird("#6b4a30", "#7a5638", "#f2b93a", "#f2b93a", "hook", 12, 3, 0.5, 1.12, 0.9, "white"),
    "hawk": Bird("#8a6444", "#ead9bd", "#e0a53a", "#e0a53a", "hook", 12, 2, 0.5, 1.02, 0.6),
    "ostrich": Bird("#3a3740", "#55505c", "#e0a08a", "#d9a08a", "cone", 60, 60, 0.2, 1.3, 2.0),
    "flamingo": Bird("#f48fb0", "#f9b5c9", "#4a3f48", "#e87f9f", "hook", 56, 44, 0.2, 0.9, 1.3),
}  # fmt: skip
HELD = {"read": "book", "cook": "spoon", "carry": "basket", "give": "bouquet"}
WORN_BAGS = frozenset(["bag"])
FLYING = frozenset(["fly", "leap", "fall", "float"])
HANDS = frozenset(
    "wave cheer point reach hold carry give work cook read play throw dig steer row fight hug talk think dance proud stretch sing bow push pull climb eat listen shrug".split()
)
ALL_UP = frozenset(["cheer", "dance", "sing", "stretch", "fight", "leap"])


def _wing(pen: Pen, at: Point, tone: str, pose: str, near: bool, lean: float) -> None:
    x, y = at
    if pose in FLYING:
        x -= 9
        side = 1 if near else -0.55
        pen.shade(
            smooth(
                [
                    (x - 12, y + 4),
                    (x - 34 * (1 if near else 0.6), y - 34),
                    (x - 40 * (1 if near else 0.4), y - 66),
                    (x - 22, y - 58),
                    (x - 14, y - 70),
                    (x - 2, y - 54),
                    (x + 8, y - 60),
                    (x + 12, y - 36),
                    (x + 14, y),
                ],
                0.6,
            ),
            tone if near else dark(tone, 0.2),
            3 * side,
            -2,
        )
        return
    if pose in ALL_UP or (pose == "wave" and near):
        turn = -50.0 if near else 48.0
    elif pose in HANDS:
        turn = 118 if near else 100
    else:
        turn = 183 + (1 - lean) * 58
        if not near:
            return
    with pen.at(x, y, turn):
        long = 38 if pose in HANDS else 42
        pen.shade(
            smooth([(-8, 2), (-11, -long * 0.4), (-8, -long * 0.85), (-1, -long), (4, -long * 0.82), (9, -long * 0.45), (8, 2)], 0.8),
            tone if near else dark(tone, 0.2),
            2,
            -1,
        )
        for step in (-3, 2):
            pen.line([(step, -long * 0.55), (step, -long * 0.85)], dark(tone, 0.16), 1.4)


def _legs(pen: Pen, kind: Bird, pose: str, hips: float) -> None:
    stride = 9 if pose in ("walk", "run", "dance") else 3
    for near in (False, True):
        x = -7 if near else 7
        foot = x + (stride if near else -stride)
        tone = kind.feet if near else dark(kind.feet, 0.2)
        if pose in FLYING or pose == "swim":
            pen.line([(x - 10, -hips - 4), (x - 26, -hips + 5)], tone, 3)
            continue
        pen.line([(x, -hips - 8), ((x + foot) / 2 - 2, -hips * 0.5 - 3), (foot, -2)], tone, 3.4)
        pen.shade(smooth([(foot - 6, 0), (foot - 3, -4), (foot + 6, -4.6), (foot + 13, -1.4), (foot + 12, 0)], 0.5), tone, 1.4, -1)


def _head(pen: Pen, kind: Bird, pose: str, mood: str) -> None:
    asleep, owl = pose == "sleep", kind.marks == "owl"
    size = 1.22 if owl else 1.0
    skull = oval(0, 0, 21 * size, 19.5 * size)
    if kind.bill == "long":
        pen.shade(polygon([(14, -5), (58, 4), (14, 7)]), kind.beak, 1, -2)
    if owl:
        for x in (-17.0, 13.0):
            pen.shade(smooth([(x - 6, -14), (x - 3, -33), (x + 9, -17)], 0.4), kind.back, 2, -1)
    if kind.marks == "tufts":
        pen.shade(smooth([(-8, -14), (-34, -24), (-42, -18), (-12, -7)], 0.6), dark(kind.back, 0.4), 1, -1)
    pen.shade(skull, "#fdfcf8" if kind.marks == "white" else kind.back, 4, -3)
    eyes: tuple[tuple[float, float], ...] = ((4.0, 5.8), (14.0, 5.0))
    if owl:
        for x, r in ((-4.0, 14.5), (16.0, 12.5)):
            pen.shade(oval(x, -1, r, r + 1), kind.breast, 2, -1, 0.12)
        eyes = ((-2.5, 9.4), (15.5, 8.4))
    elif kind.marks in ("hood", "mask"):
        with pen.inside(skull):
            pen.fill(smooth([(0, 20), (-3, 6), (4, -3), (12, -6), (24, -4), (26, 20)], 0.8), kind.breast if kind.marks == "hood" else light(kind.breast, 0.2))
    elif kind.marks != "white":
        with pen.inside(skull):
            pen.fill(smooth([(2, 22), (4, 9), (14, 6), (26, 6), (26, 22)], 0.8), kind.breast)
    for x, r in eyes:
        y = -2 if owl else -5
        if asleep or pose == "cry":
            pen.curve((x - r * 0.6, y), (x, y + r * 0.6), (x + r * 0.6, y), INK, 1.8)
            continue
        pen.oval(x, y, r, r, "#f6c53a" if owl else "#ffffff")
        pen.oval(x + 0.8, y, r * 0.6, r * 0.68, INK)
        pen.oval(x + r * 0.34, y - r * 0.3, r * 0.22, r * 0.22, "#ffffff")
        slope = {"sad": -2.4, "afraid": -2.4, "angry": 2.6, "brave": 1.6}.get(mood)
        if slope:
            sign = 1 if x == eyes[0][0] else -1
            pen.line([(x - r * 0.8, y - r - 1.5 - slope * sign), (x + r * 0.8, y - r - 1.5 + slope * sign)], dark(kind.back, 0.5), 2)
    tip = 5.5 if owl else 19.0
    if kind.bill == "hook":
        pen.shade(
            smooth([(tip - 4, -1), (tip + 8, -1), (tip + 11, 7), (tip + 5, 13), (tip - 2, 8)] if not owl else [(2.5, 0), (9.5, 0), (7, 12), (5, 12)], 0.6),
            kind.beak,
            1.4,
            -1,
        )
    elif kind.bill == "flat":
        pen.shade(smooth([(15, 0), (27, -1), (39, 3), (38, 8), (26, 9), (15, 10)], 0.6), kind.beak, 2, -1)
        pen.curve((17, 5.5), (27, 7 if mood != "sad" else 4), (38, 5), dark(kind.beak, 0.3), 1.2)
    elif kind.bill == "cone":
        open_ = pose in ("sing", "talk", "cheer") or mood == "happy"
        pen.fill(polygon([(17, 1), (34, 6 if open_ else 4), (17, 9)]), dark(kind.beak, 0.24))
        pen.shade(polygon([(16, -3), (36, 3), (16, 5)]), kind.beak, 1, -1)
    with_blush = kind.marks != "owl"
    if with_blush:
        pen.oval(4, 5, 3.6, 2.4, "#f08a7a", 0.4)


DEEPEST = 5.0
"""How far a tail may hang under the feet of a bird that stands; its curves' control points lie lower than anything that is seen."""


def draw(name: str, pose: str, mood: str, wearing: dict[str, str], feathers: str | None) -> Drawing:
    """One of BIRDS in a pose; `wearing`: scarf, apron, vest, cape as colours, hat by name; `feathers`: "#rrggbb" of its back."""
    kind = BIRDS[name]
    if feathers and kind.marks != "hood" and name not in ("swan", "dove", "stork", "seagull"):
        kind = replace(kind, back=feathers)
    pen = Pen()
    swims, flies, sleeps = pose == "swim", pose in FLYING, pose == "sleep"
    up = max(kind.upright, 0.85) if (pose in HANDS or wearing.get("apron")) and not flies else 0.0 if swims else 0.1 if flies else kind.upright
    hips = 0.0 if swims or sleeps else kind.legs + (14 if flies else 0)
    long, wide = 34 + 10 * up, 23 * kind.girth
    tone = kind.wing or dark(kind.back, 0.12)
    middle = (0.0, -hips - wide * (1 - up * 0.2) - 12 * up - 2)
    tilt = -68 * up
    shoulder = (middle[0] + (1 - up) * 12 - up * 2, middle[1] - up * 20 - 4)
    rise = kind.neck * (0.5 if sleeps else 1.0)
    head = (middle[0] + (1 - up) * 24 + up * 5 + rise * 0.3, middle[1] - 21 - up * 24 - rise)
    if not swims and not sleeps:
        _legs(pen, kind, pose, hips)
    _wing(pen, (shoulder[0] + 10, shoulder[1]), tone, pose, False, up)
    trail = 1 - 0.5 * up  # a tail that would reach the ground is short
    steep = math.sin(math.radians(-tilt))
    if not swims and not flies and not sleeps and steep > 0.3:
        trail = max(0.05, min(trail, ((2 - middle[1]) / (steep * long) - 0.7) / 0.88))  # and no lower than the feet
    with pen.at(*middle, tilt):
        pen.shade(
            smooth([(-long * 0.7, -9), (-long * (0.7 + 0.8 * trail), -10 - 8 * (1 - up)), (-long * (0.7 + 0.88 * trail), 2), (-long * 0.8, 11)], 0.5),
            tone,
            3,
            -2,
        )
    if wearing.get("cape"):
        pen.shade(smooth([(shoulder[0] - 6, shoulder[1] - 12), (shoulder[0] - 34, -hips - 6), (shoulder[0] - 8, -hips - 2)], 0.4), wearing["cape"], 3, -2)
    if rise > 6:
        pen.shade(
            tube([(middle[0] + 12 - up * 10, middle[1] - 6 - up * 14), (head[0] - 10, (middle[1] + head[1]) / 2), head], [wide * 0.9, 17, 17]), kind.back, 3, -2
        )
    with pen.at(*middle, tilt):
        body = smooth(
            [
                (-long, 0),
                (-long * 0.7, -wide * 0.8),
                (0, -wide),
                (long * 0.75, -wide * 0.8),
                (long, 0),
                (long * 0.7, wide * 0.85),
                (0, wide),
                (-long * 0.7, wide * 0.7),
            ],
            0.95,
        )
        pen.shade(body, kind.back, 5, -3)
        with pen.inside(body):
            pen.fill(
                smooth(
                    [(-long * 0.9, wide * 1.2), (-long * 0.4, wide * 0.3), (long * 0.3, wide * 0.12), (long * 1.1, -wide * 0.1), (long * 1.2, wide * 1.2)], 0.7
                ),
                kind.breast,
            )
    if kind.marks == "owl":
        for x, y in ((6, -8), (14, -2), (4, 6), (13, 10)):
            pen.curve((middle[0] + x - 3, middle[1] + y), (middle[0] + x, middle[1] + y + 3), (middle[0] + x + 3, middle[1] + y), dark(kind.breast, 0.25), 1.6)
    if wearing.get("vest"):
        pen.shade(
            smooth(
                [
                    (shoulder[0] - 18, shoulder[1] - 4),
                    (shoulder[0] + 14, shoulder[1] - 2),
                    (shoulder[0] + 18, middle[1] + 18),
                    (shoulder[0] - 22, middle[1] + 18),
                ],
                0.5,
            ),
            wearing["vest"],
            3,
            -2,
        )
    if wearing.get("apron"):
        pen.shade(
            smooth(
                [
                    (middle[0] + 2, middle[1] - 22),
                    (middle[0] + 20, middle[1] - 16),
                    (middle[0] + 25, middle[1] + 12),
                    (middle[0] + 16, middle[1] + 28),
                    (middle[0] - 2, middle[1] + 28),
                ],
                0.5,
            ),
            wearing["apron"],
            3,
            -1,
            0.12,
        )
    if wearing.get("scarf"):
        sx, sy = (head[0] - 1, head[1] + 19)
        pen.shade(smooth([(sx - 17, sy - 3), (sx - 26, sy + 24), (sx - 15, sy + 25), (sx - 8, sy + 2)], 0.4), dark(wearing["scarf"], 0.14), 2, -1)
    with pen.at(*head, -8 if pose in ("sing", "look", "fly") else 14 if pose in ("sad", "bow", "sleep", "read", "cry") else 0):
        _head(pen, kind, pose, mood)
        if wearing.get("hat") in hats.HATS:
            with pen.at(-1, -7, 0, 1.05):
                hats.hat(pen, Look(hat=wearing["hat"], hat_color=wearing.get("hat color", "#3f5f8f")))
    if wearing.get("scarf"):
        pen.shade(smooth([(sx - 19, sy - 6), (sx, sy), (sx + 17, sy - 6), (sx + 17, sy + 3), (sx, sy + 8), (sx - 20, sy + 2)], 0.7), wearing["scarf"], 2, -1)
    prop = HELD.get(pose, "") if wearing.get("prop", "") not in WORN_BAGS or pose == "read" else ""
    if wearing.get("prop") in WORN_BAGS:  # over the shoulder, where a wing cannot drop it
        hip = (middle[0] + 16, middle[1] + 8)
        pen.line([(shoulder[0] - 10, shoulder[1] - 12), hip], "#6b4428", 3)
        with pen.at(hip[0], hip[1] - 2, 0, 0.8):
            PROPS["bag"](pen)
    elif not prop and pose in HANDS:
        prop = wearing.get("prop", "") if wearing.get("prop") in PROPS else ""
    if prop:
        with pen.at(shoulder[0] + 33, shoulder[1] + 16, 0, 0.8):
            PROPS[prop](pen)
    _wing(pen, shoulder, tone, pose, True, up)
    stands = not swims and not flies and not sleeps
    drawing = pen.drawing(name, "water" if swims else "air" if pose == "fly" else "ground", "right", deepest=DEEPEST if stands else 1e9)
    standing = 0.72 * (kind.metres / 0.9) ** 0.2
    return replace(drawing, height_m=max(0.2, kind.metres * min(1.5, drawing.height_m / standing)))
