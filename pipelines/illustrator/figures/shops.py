"""Shop fronts, stalls, small houses and what stands in gardens: no letters anywhere, a sign shows what is sold; centimetres, the ground at 0."""
# ruff: noqa: E501 - tables of words and coordinates read best a row a line

from __future__ import annotations

import math
from collections.abc import Callable

import skia

from pipelines.illustrator.figures.pen import Pen, Point, box, dark, light, oval, polar, polygon, smooth, tube
from pipelines.illustrator.figures.props import PROPS

WOOD, STONE, GOLD, IRON = "#a8713f", "#b9b4ae", "#f2b93b", "#454955"
Painter = Callable[[Pen], None]


def _lamp(pen: Pen) -> None:
    PROPS["lantern"](pen)


def _loaf(pen: Pen) -> None:
    with pen.at(0, 20):
        PROPS["bread"](pen)


def _books(pen: Pen) -> None:
    for x, tone, high in ((-12, "#b5453c", 24), (-5, "#3f6f9e", 20), (2, "#4f8f57", 25), (9, "#c9963a", 21)):
        pen.shade(box(x - 3, 27 - high, x + 3, 27, 0.8), tone, 1.4, -0.6)


def _flowers(pen: Pen) -> None:
    pen.shade(polygon([(-8, 14), (8, 14), (6, 27), (-6, 27)]), "#b5653a", 2, -1)
    for x, y, tone in ((-8, 6, "#f27a9a"), (0, 0, "#ffd45e"), (8, 6, "#c87ad0"), (0, 9, "#f2564a")):
        pen.line([(0, 15), (x, y)], "#4f8f47", 1.6)
        pen.oval(x, y, 5, 5, tone)
        pen.oval(x, y, 1.8, 1.8, "#fff1c9")


def _toy(pen: Pen) -> None:
    for x, y, r in ((-6, 3, 3.6), (6, 3, 3.6), (0, 7, 8), (0, 20, 9)):
        pen.shade(oval(x, y, r, r), "#c98a4e", 2, -1)
    pen.oval(0, 21, 5, 6, "#f0d3a3")
    for x in (-3, 3):
        pen.oval(x, 6, 1.2, 1.4, "#2e211f")


def _clock(pen: Pen) -> None:
    pen.shade(oval(0, 14, 12, 12), GOLD, 2, -1)
    pen.oval(0, 14, 9.6, 9.6, "#fdf7e6")
    pen.line([(0, 8), (0, 14), (4, 16)], "#33261f", 1.6)


def _cup(pen: Pen) -> None:
    with pen.at(0, 20, 0, 1.7):
        PROPS["cup"](pen)


def _sweet(pen: Pen) -> None:
    for x, tone in ((-8, "#f27a9a"), (0, "#5fb0d0"), (8, "#f2b93b")):
        pen.line([(x, 27), (x, 12)], "#f6efe0", 1.6)
        pen.shade(oval(x, 8, 5, 5), tone, 1.4, -1)


def _fiddle(pen: Pen) -> None:
    with pen.at(0, 12, -50, 0.8):
        PROPS["violin"](pen)


def _potion(pen: Pen) -> None:
    with pen.at(0, 22, 0, 1.2):
        PROPS["flask"](pen)


def _hat(pen: Pen) -> None:
    pen.shade(box(-8, 4, 8, 22, 1.5), "#33303f", 2, -1)
    pen.shade(oval(0, 23, 14, 3.4), "#33303f", 2, -1)
    pen.fill(box(-8, 16, 8, 20), "#b5456f")


def _fruit(pen: Pen) -> None:
    for x, y, tone in ((-8, 22, "#d8433f"), (2, 22, "#e0a030"), (10, 22, "#7fae4a"), (-3, 14, "#e0603a"), (6, 14, "#d8433f")):
        pen.shade(oval(x, y, 5.4, 5.4), tone, 1.6, -1)


GOODS: dict[str, tuple[Painter, str, str, str]] = {  # what is shown, awning, wall, wood
    "lantern shop": (_lamp, "#d9a03a", "#6b5a6f", "#5a3a2c"), "bakery": (_loaf, "#d9774b", "#f0dcb8", "#8a5a34"), "bookshop": (_books, "#4f7f5a", "#d9c7a3", "#5a3a2c"),
    "flower shop": (_flowers, "#d9718f", "#f2e6cf", "#5f8a5a"), "toy shop": (_toy, "#3f8fb5", "#f6d98a", "#b5453c"), "clock shop": (_clock, "#5a6fb5", "#d9cdb5", "#5a4632"), "café": (_cup, "#8a5a44", "#ead9bd", "#4f3a30"),
    "sweet shop": (_sweet, "#e58fae", "#fbe6ea", "#7a5ac0"), "music shop": (_fiddle, "#7a3f5a", "#e3d3b5", "#5a3424"), "potion shop": (_potion, "#6f4a9e", "#8f86a0", "#3f3450"), "hat shop": (_hat, "#b5456f", "#e9dccb", "#4a4058"),
    "shop": (_fruit, "#c8453b", "#efe0c2", "#6b4a34"),
}  # fmt: skip


def shop(kind: str) -> Painter:
    """A shop front: an awning, a lit window full of the goods, a door, and a hanging sign with a picture of them."""
    goods, awning, wall, wood = GOODS[kind]

    def paint(pen: Pen) -> None:
        pen.shade(polygon([(-150, -238), (150, -238), (128, -306), (-128, -306)]), "#7a4f4a", 10, -4)
        for row in range(4):
            y = -300 + row * 17
            pen.line([(-130 - row * 5, y + 10), (130 + row * 5, y + 10)], dark("#7a4f4a", 0.18), 2)
        pen.shade(box(84, -336, 108, -286, 2), "#9a6a5a", 4, -1)
        pen.shade(box(-138, -240, 138, 0, 2), wall, 12, -2, 0.12)
        pen.shade(box(-142, -16, 142, 0, 2), "#8d8780", 4, -2)
        for x in (-76, 0, 76):  # upstairs
            pen.shade(box(x - 20, -228, x + 20, -184, 3), wood, 3, -1)
            pen.fill(box(x - 16, -224, x + 16, -188, 1), "#ffe2a0")
            pen.line([(x, -224), (x, -188)], wood, 2.6)
        pen.shade(box(-128, -152, 44, -20, 3), wood, 5, -2)
        pane = box(-120, -144, 36, -46, 2)
        pen.fill(pane, "#ffe7b0")
        with pen.inside(pane):
            pen.fill(box(-120, -60, 36, -46), light(wood, 0.25))
            pen.fill(box(-120, -104, 36, -99), light(wood, 0.15))
            for row, (y, step, size) in enumerate(((-62, 44, 1.35), (-106, 38, 1.05))):
                for index in range(5):
                    with pen.at(-112 + index * step + row * 10, y - 27 * size, 0, size):
                        goods(pen)
        for x in (-68, -16):
            pen.line([(x, -144), (x, -46)], wood, 3)
        pen.shade(box(56, -148, 118, -8, 3), dark(wood, 0.12), 5, -2)
        pen.fill(box(66, -138, 108, -82, 3), "#ffe2a0")
        pen.line([(87, -138), (87, -82)], dark(wood, 0.12), 3)
        pen.oval(64, -66, 3.6, 3.6, GOLD)
        stripes = 11
        for index in range(stripes):
            a, b = -142 + index * 284 / stripes, -142 + (index + 1) * 284 / stripes
            tone = awning if index % 2 == 0 else "#fbf6ea"
            pen.fill(polygon([(a * 0.93, -180), (b * 0.93, -180), (b, -142), (a, -142)]), tone)
            pen.shade(smooth([(a, -143), (b, -143), (b - 2, -132), ((a + b) / 2, -127), (a + 2, -132)], 0.6), dark(tone, 0.06), 2, -1)
        pen.line([(138, -206), (178, -206)], IRON, 4)
        pen.line([(150, -206), (150, -198)], IRON, 2)
        pen.line([(170, -206), (170, -198)], IRON, 2)
        pen.shade(box(138, -198, 184, -144, 6), light(wood, 0.3), 4, -2)
        pen.fill(box(142, -194, 180, -148, 4), "#fbf3df")
        with pen.at(161, -190, 0, 1.3):
            goods(pen)

    return paint


def market_stall(pen: Pen) -> None:
    """A striped roof over crates of fruit."""
    for x in (-92, 92):
        pen.shade(box(x - 5, -186, x + 5, 0, 1), WOOD, 3, -1)
    pen.shade(box(-104, -82, 104, -6, 3), WOOD, 6, -2)
    for y in (-62, -42, -22):
        pen.line([(-102, y), (102, y)], dark(WOOD, 0.25), 2)
    for start, tone in ((-94, "#d8433f"), (-44, "#e8a63a"), (6, "#7fae4a"), (56, "#9a5ab0")):
        for row in range(3):
            for index in range(4 - row):
                pen.shade(oval(start + 7 + index * 11 + row * 5.5, -90 - row * 9, 6.6, 6.6), tone, 2, -1.4)
    for index in range(10):
        a, b = -118 + index * 23.6, -118 + (index + 1) * 23.6
        tone = "#3f8f8a" if index % 2 == 0 else "#fbf6ea"
        pen.fill(polygon([(a * 0.8, -232), (b * 0.8, -232), (b, -178), (a, -178)]), tone)
        pen.shade(smooth([(a, -179), (b, -179), (b - 2, -166), ((a + b) / 2, -160), (a + 2, -166)], 0.6), dark(tone, 0.06), 2, -1)


def cottage(pen: Pen) -> None:
    """A thatched cottage with roses at the door."""
    pen.shade(box(70, -236, 98, -170, 2), "#9a8f86", 4, -1)
    pen.shade(box(-120, -118, 120, 0, 3), "#f2e6cf", 10, -2, 0.12)
    pen.shade(smooth([(-146, -104), (-112, -178), (-84, -214), (84, -214), (112, -178), (146, -104), (60, -116), (-60, -116)], 0.25), "#c79a52", 10, -5)
    for x in (-84, -42, 0, 42, 84):
        pen.curve((x, -206), (x * 1.1, -160), (x * 1.25, -122), dark("#c79a52", 0.18), 2.4)
    for x in (-76, 76):
        pen.shade(box(x - 26, -90, x + 26, -38, 4), "#7a5a3c", 3, -1)
        pen.fill(box(x - 21, -85, x + 21, -43, 2), "#ffe2a0")
        pen.line([(x, -85), (x, -43)], "#7a5a3c", 3)
        pen.line([(x - 21, -64), (x + 21, -64)], "#7a5a3c", 3)
        for dx, tone in ((-20, "#f27a9a"), (-8, "#ffd45e"), (6, "#f2564a"), (19, "#f27a9a")):
            pen.oval(x + dx, -38, 7, 5, "#5f9a57")
            pen.oval(x + dx, -41, 4.4, 4.4, tone)
    pen.shade(smooth([(-22, 0), (-22, -66), (0, -84), (22, -66), (22, 0)], 0.35), "#3f7f8a", 4, -2)
    pen.oval(13, -34, 3, 3, GOLD)
    for x, y in ((-32, -20), (-30, -46), (-26, -70), (32, -18), (30, -44), (26, -68), (-8, -90), (10, -90)):
        pen.oval(x, y, 9, 9, "#5f9a57")
        pen.oval(x + 2, y - 2, 3.6, 3.6, "#e58fae")


def cabin(pen: Pen) -> None:
    """A log cabin, its window lit."""
    pen.shade(box(56, -216, 86, -150, 2), "#8d8780", 4, -1)
    for index in range(7):
        y = -index * 17
        pen.shade(tube([(-116, y - 9), (116, y - 9)], [17, 17]), "#9a6538" if index % 2 else "#a8713f", 2, -2)
        for x in (-120, 120):
            pen.oval(x, y - 9, 8, 8, "#d9a76a")
            pen.stroke(oval(x, y - 9, 4, 4), "#a8713f", 1.4)
    pen.shade(polygon([(-142, -112), (0, -206), (142, -112)]), "#5d6b4a", 8, -4)
    pen.line([(-142, -112), (0, -206), (142, -112)], "#3f4a34", 7)
    pen.shade(box(-92, -86, -34, -36, 3), "#5a3a24", 3, -1)
    pen.fill(box(-87, -81, -39, -41, 1), "#ffd978")
    pen.line([(-63, -81), (-63, -41)], "#5a3a24", 3)
    pen.shade(box(10, -90, 62, 0, 3), "#5a3a24", 4, -2)
    pen.oval(20, -42, 3, 3, GOLD)


def stone_bridge(pen: Pen) -> None:
    """A humped stone bridge over a stream."""
    pen.fill(smooth([(-90, 0), (-60, -26), (0, -34), (60, -26), (90, 0)], 0.8), "#5fa6c4")
    arch = smooth([(-62, 0), (-50, -42), (0, -68), (50, -42), (62, 0)], 0.75)
    body = smooth([(-176, 0), (-176, -40), (-96, -84), (0, -108), (96, -84), (176, -40), (176, 0), (120, 2), (-120, 2)], 0.4)
    pen.canvas.save()
    pen.canvas.clipPath(arch, skia.ClipOp.kDifference, True)
    pen.shade(body, STONE, 8, -4)
    for row in range(5):
        for index in range(-7, 8):
            x, y = index * 26 + (row % 2) * 13, -12 - row * 18
            if -y < 100 - abs(x) * 0.5:
                pen.stroke(box(x - 12, y - 8, x + 12, y + 8, 3), dark(STONE, 0.2), 1.4)
    pen.canvas.restore()
    for degrees in range(-78, 79, 13):
        key = polar((0, 0), 180 - degrees, 66)
        with pen.at(key[0] * 0.96, key[1] * 1.06, degrees):
            pen.shade(box(-7, -8, 7, 7, 2), light(STONE, 0.2), 2, -1)
    pen.line([(-178, -44), (-96, -90), (0, -114), (96, -90), (178, -44)], light(STONE, 0.15), 11)


def garden_gate(pen: Pen) -> None:
    """A wooden gate between two stone posts with roses."""
    for x in (-84, 84):
        pen.shade(box(x - 15, -128, x + 15, 0, 2), STONE, 4, -2)
        pen.shade(box(x - 19, -138, x + 19, -126, 3), light(STONE, 0.2), 3, -1)
        pen.shade(oval(x, -148, 12, 12), light(STONE, 0.1), 3, -2)
    for index, x in enumerate((-58, -35, -12, 12, 35, 58)):
        top = -118 + (abs(index - 2.5) ** 2) * 5
        pen.shade(smooth([(x - 8, -4), (x - 8, top), (x, top - 12), (x + 8, top), (x + 8, -4)], 0.1), "#6f9a8a", 3, -1)
    for y in (-76, -26):
        pen.shade(box(-68, y - 6, 68, y + 6, 2), dark("#6f9a8a", 0.1), 2, -1)
    pen.oval(50, -62, 4, 4, GOLD)
    for index in range(9):
        with pen.at(-94 + index * 23.5, -150 - math.sin(index / 8 * math.pi) * 42):
            pen.oval(0, 0, 15, 12, "#5f9a57")
            pen.oval(4, -2, 5, 5, "#e0607f")
            pen.oval(-6, 3, 4, 4, "#f7b3c4")


def igloo(pen: Pen) -> None:
    """A dome of snow bricks."""
    dome = smooth([(-100, 0), (-96, -44), (-64, -88), (0, -106), (64, -88), (96, -44), (100, 0)], 0.85)
    pen.shade(dome, "#eef5fa", 12, -6, 0.14)
    with pen.inside(dome):
        for row in range(6):
            y = -row * 20
            pen.curve((-104, y), (0, y - 10), (104, y), "#b9d0e0", 2)
            for index in range(-6, 7):
                x = index * 30 + (row % 2) * 15
                pen.line([(x, y - 4), (x * 0.94, y - 23)], "#b9d0e0", 2)
    door = smooth([(4, 0), (4, -36), (34, -54), (64, -36), (64, 0)], 0.7)
    pen.shade(smooth([(-8, 0), (-8, -42), (34, -68), (76, -42), (76, 0)], 0.7), "#dbe9f2", 5, -3, 0.12)
    pen.fill(door, "#33496a")
    with pen.inside(door):
        pen.oval(36, 4, 26, 30, "#f2a94a", 0.7)


def pyramid(pen: Pen) -> None:
    """A stone pyramid with a lit and a shaded side."""
    pen.fill(polygon([(-150, 0), (20, -176), (70, 0)]), "#e8c47a")
    pen.fill(polygon([(70, 0), (20, -176), (150, -10)]), "#b98d4a")
    for row in range(1, 11):
        t = row / 11
        y = -176 * (1 - t)
        pen.line([(20 - 170 * t, y), (20 + 50 * t, y)], dark("#e8c47a", 0.14), 1.6)
        pen.line([(20 + 50 * t, y), (20 + 130 * t, y - 10 * t)], dark("#b98d4a", 0.14), 1.6)
    pen.fill(polygon([(-34, 0), (-28, -34), (-6, -34), (0, 0)]), "#5a4128")


def wheelbarrow(pen: Pen) -> None:
    """A garden wheelbarrow with flowers in it."""
    for x, tone in ((-10, "#f27a9a"), (8, "#ffd45e"), (26, "#c87ad0"), (-26, "#ffd45e"), (42, "#f2564a")):
        pen.line([(x * 0.7, -44), (x, -74)], "#4f8f47", 2.4)
        pen.oval(x, -76, 8, 8, tone)
        pen.oval(x, -76, 3, 3, "#fff1c9")
    pen.line([(-98, -52), (52, -22)], WOOD, 5.4)
    pen.line([(-46, -40), (-56, -2)], dark(WOOD, 0.2), 5)
    pen.shade(polygon([(-54, -62), (66, -62), (46, -26), (-34, -26)]), "#5f9a6a", 6, -3)
    pen.shade(oval(62, -17, 17, 17), "#3f3a40", 2, -1)
    pen.oval(62, -17, 10, 10, "#c3ccd4")
    pen.oval(62, -17, 3, 3, "#3f3a40")


def sundial(pen: Pen) -> None:
    """A stone pillar with a plate and its shadow finger."""
    pen.shade(box(-30, -12, 30, 0, 2), STONE, 4, -1)
    pen.shade(smooth([(-17, -10), (-12, -50), (-18, -84), (18, -84), (12, -50), (17, -10)], 0.4), light(STONE, 0.15), 5, -2)
    pen.shade(oval(0, -88, 44, 13), light(STONE, 0.1), 4, -2)
    pen.oval(0, -92, 38, 10, "#e3dccb")
    for degrees in range(0, 360, 30):
        x, y = polar((0, 0), degrees, 1)
        pen.line([(x * 30, -92 + y * 7.6), (x * 35, -92 + y * 9)], "#6b5a4a", 1.8)
    pen.fill(polygon([(0, -92), (30, -90), (0, -90)]), "#8a8078")
    pen.shade(polygon([(-16, -92), (12, -92), (12, -126)]), "#c98f3a", 2, -1)


def weather_vane(pen: Pen) -> None:
    """A copper cock on an arrow above a roof ridge."""
    pen.shade(polygon([(-60, 0), (0, -34), (60, 0)]), "#b5503c", 5, -3)
    pen.line([(0, -26), (0, -116)], IRON, 4)
    pen.line([(-34, -62), (34, -62)], IRON, 3)
    for x in (-36, 36):
        pen.oval(x, -62, 4, 4, GOLD)
    pen.line([(-52, -92), (48, -92)], "#c9843a", 3.4)
    pen.fill(polygon([(46, -100), (62, -92), (46, -84)]), "#c9843a")
    pen.fill(polygon([(-62, -102), (-44, -92), (-62, -82)]), "#c9843a")
    pen.shade(
        smooth([(-34, -118), (-40, -146), (-22, -134), (-6, -116), (10, -118), (14, -142), (22, -150), (30, -140), (24, -104), (4, -96), (-18, -98)], 0.6),
        "#d99a44",
        3,
        -2,
    )
    pen.fill(smooth([(14, -150), (18, -160), (23, -153), (28, -158), (30, -146)], 0.6), "#c8343a")
    pen.fill(polygon([(29, -146), (40, -142), (29, -138)]), GOLD)


def mailbox(pen: Pen) -> None:
    """A round-topped mailbox on a post, its flag up."""
    pen.shade(box(-6, -92, 6, 0, 1), WOOD, 3, -1)
    pen.shade(smooth([(-44, -92), (-44, -116), (-28, -134), (28, -134), (44, -116), (44, -92)], 0.3), "#3f78b0", 6, -3)
    pen.shade(smooth([(22, -92), (22, -118), (33, -132), (44, -118), (44, -92)], 0.6), light("#3f78b0", 0.25), 3, -2)
    pen.line([(-12, -108), (-12, -146)], "#c8343a", 3.4)
    pen.fill(box(-12, -148, 6, -136, 1), "#d8433f")
    pen.shade(polygon([(26, -108), (62, -118), (64, -100), (28, -92)]), "#fbf6ea", 2, -1, 0.1)


def swing(pen: Pen) -> None:
    """A wooden swing hanging from a branch."""
    pen.shade(smooth([(-110, -196), (-40, -206), (60, -200), (110, -212), (112, -200), (60, -188), (-40, -192), (-110, -184)], 0.6), "#7a5236", 4, -2)
    for x, y in ((-90, -206), (-60, -214), (86, -218), (108, -208), (64, -206)):
        pen.oval(x, y, 22, 14, "#6fa05a")
    for x in (-34, 34):
        pen.line([(x * 0.9, -196), (x, -44)], "#d9c08a", 3)
    pen.shade(box(-44, -46, 44, -38, 2), WOOD, 3, -1)
    pen.shade(oval(0, -2, 46, 4), "#8fa86a", 2, -1)


def rocking_chair(pen: Pen) -> None:
    """A rocking chair with a cushion."""
    pen.curve((-62, -12), (0, 14), (60, -14), "#7a4a2c", 6)
    for x, top in ((-34, -118), (26, -74)):
        pen.line([(x, 0), (x - (8 if x < 0 else 0), top)], WOOD, 7)
    for y in (-112, -96, -80, -64):
        pen.line([(-42, y), (-34, y)], WOOD, 4)
    pen.shade(smooth([(-46, -126), (-34, -128), (-28, -54), (-38, -54)], 0.3), WOOD, 3, -1)
    pen.line([(-38, -74), (32, -74)], dark(WOOD, 0.1), 7)
    pen.shade(smooth([(-36, -50), (34, -50), (36, -40), (-38, -40)], 0.4), "#c8605a", 3, -1)
    pen.shade(box(-38, -41, 34, -33, 2), WOOD, 3, -1)


def growing(stage: int) -> Painter:
    """A flower in earth at a stage of its growth: 0 seed, 1 sprout, 2 bud, 3 in flower."""

    def paint(pen: Pen) -> None:
        pen.shade(smooth([(-40, 0), (-28, -12), (0, -18), (28, -12), (40, 0)], 0.8), "#6b4a34", 4, -2)
        if stage == 0:
            pen.shade(smooth([(-7, -20), (0, -32), (7, -20), (0, -14)], 0.8), "#c9924a", 2, -1)
            return
        high = (0, 26, 62, 86)[stage]
        pen.line([(0, -12), (0, -12 - high)], "#5f9a47", 5)
        leaf = high * 0.6 + 10
        for side in (-1, 1):
            pen.shade(
                smooth([(0, -16), (side * leaf * 0.35, -22 - leaf * 0.3), (side * leaf * 0.6, -20 - leaf), (side * leaf * 0.16, -18 - leaf * 0.5)], 0.8),
                "#6fb04f" if side > 0 else "#5a9a44",
                2,
                -2,
            )
        if stage == 2:
            pen.shade(smooth([(-9, -66), (-8, -86), (0, -98), (8, -86), (9, -66), (0, -60)], 0.7), "#d9566a", 3, -2)
        elif stage == 3:
            top = -96
            for dx, tone in ((-15, "#c8344f"), (15, "#c8344f")):
                pen.shade(smooth([(dx * 0.3, top + 14), (dx * 1.5, top), (dx * 1.4, top - 36), (dx * 0.5, top - 22)], 0.7), tone, 3, -2)
            pen.shade(smooth([(-13, top + 8), (-14, top - 16), (0, top - 42), (14, top - 16), (13, top + 8), (0, top + 16)], 0.7), "#e8506a", 4, -3)

    return paint


def tree(pen: Pen) -> None:
    """A young tree with a tuft of leaves."""
    pen.shade(tube([(0, 0), (2, -70), (0, -120)], [16, 11, 6]), "#7a5236", 3, -1)
    spots: tuple[tuple[Point, float], ...] = (((-34, -124), 34.0), ((34, -128), 34.0), ((0, -160), 42.0), ((-8, -118), 30.0))
    for (x, y), r in spots:
        pen.shade(oval(x, y, r, r * 0.9), "#6fa85a", 7, -5)
