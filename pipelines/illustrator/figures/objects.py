"""Things that Noto lacks and stories need, drawn in its manner: units are centimetres, the ground is at 0."""
# ruff: noqa: E501 - tables of words and coordinates read best a row a line

from __future__ import annotations

from collections.abc import Callable

from pipelines.illustrator.figures import keepsakes, shops, works
from pipelines.illustrator.figures.drawing import Drawing, Habitat
from pipelines.illustrator.figures.pen import Pen, box, dark, light, oval, polygon, smooth, tube
from pipelines.illustrator.figures.props import PROPS

WOOD, GOLD, STEEL = "#a8713f", "#f2b93b", "#c3ccd4"


def _prop(name: str) -> Callable[[Pen], None]:
    return PROPS[name]


def _campfire(pen: Pen) -> None:
    pen.glow(0, -34, 78, "#ffb84a", 0.6)
    for points, tone in (
        ([(-30, -8), (-34, -36), (-16, -52), (-10, -84), (8, -62), (20, -70), (32, -36), (28, -8)], "#f2762e"),
        ([(-20, -8), (-22, -30), (-6, -40), (0, -62), (14, -40), (22, -26), (18, -8)], "#fbb03b"),
        ([(-10, -8), (-10, -22), (2, -40), (11, -22), (9, -8)], "#ffe89a"),
    ):
        pen.fill(smooth(points, 0.7), tone)
    pen.shade(tube([(-44, -2), (36, -18)], [12, 11]), "#7a4a2c", 3, -2)
    pen.shade(tube([(44, -2), (-34, -17)], [12, 11]), "#8a5a34", 3, -2)
    for x in (-50, -30, 30, 50):
        pen.shade(oval(x, -4, 11, 7), "#9a9691", 3, -2)


def _torch(pen: Pen) -> None:
    pen.shade(tube([(0, 0), (0, -46)], [6, 9]), "#8a5a34", 2, -1)
    pen.shade(box(-8, -52, 8, -42, 2), "#4d525e", 2, -1)
    pen.fill(smooth([(-10, -52), (-11, -66), (0, -92), (11, -66), (10, -52)], 0.6), "#f2762e")
    pen.fill(smooth([(-5, -52), (-6, -62), (0, -76), (6, -62), (5, -52)], 0.6), "#ffd84a")


def _clock(pen: Pen) -> None:
    pen.shade(box(-28, -14, 28, 0, 2), dark(WOOD, 0.25), 4, -1)
    pen.shade(box(-21, -140, 21, -12, 3), dark(WOOD, 0.12), 6, -2)
    pen.fill(box(-13, -128, 13, -28, 3), "#3a2418")
    pen.line([(0, -128), (4, -56)], GOLD, 2)
    pen.shade(oval(4, -52, 8, 8), GOLD, 2, -2)
    pen.shade(smooth([(-28, -138), (-28, -186), (0, -208), (28, -186), (28, -138)], 0.3), WOOD, 6, -3)
    pen.oval(0, -166, 20, 20, GOLD)
    pen.oval(0, -166, 17, 17, "#fdf7e6")
    pen.line([(0, -166), (0, -178)], "#33261f", 2.4)
    pen.line([(0, -166), (8, -161)], "#33261f", 2.4)


def _table(pen: Pen) -> None:
    for x, tone in ((-48, dark(WOOD, 0.25)), (48, dark(WOOD, 0.25)), (-60, WOOD), (60, WOOD)):
        pen.shade(box(x - 5, -70, x + 5, 0, 1), tone, 3, 0)
    pen.shade(box(-66, -72, 66, -60, 1), dark(WOOD, 0.12), 4, -1)
    pen.shade(box(-76, -80, 76, -70, 3), light(WOOD, 0.14), 4, -2)


def _easel(pen: Pen) -> None:
    pen.line([(0, -176), (-40, 0)], WOOD, 6)
    pen.line([(0, -176), (40, 0)], WOOD, 6)
    pen.line([(0, -176), (10, -4)], dark(WOOD, 0.3), 5)
    pen.shade(box(-48, -150, 48, -66, 1), "#fdf9ee", 4, -2, 0.12)
    with pen.inside(box(-43, -145, 43, -71)):
        pen.fill(box(-50, -150, 50, -60), "#a9d8ee")
        pen.oval(22, -128, 10, 10, "#ffd84a")
        pen.oval(-20, -70, 44, 26, "#7fb069")
        pen.oval(34, -66, 36, 20, "#5f9a57")
    pen.shade(box(-40, -66, 40, -59, 2), light(WOOD, 0.1), 3, -1)


def _treasure_map(pen: Pen) -> None:
    pen.shade(smooth([(-46, -62), (-20, -68), (14, -62), (46, -68), (44, -36), (47, -4), (16, 0), (-16, -6), (-45, 0), (-43, -32)], 0.25), "#ecd6a2", 5, -3)
    pen.fill(smooth([(-30, -46), (-10, -54), (8, -44), (2, -26), (-22, -24)], 0.8), "#a8c08a")
    for x, y in ((-16, -36), (-6, -28), (6, -24), (16, -28), (24, -36)):
        pen.line([(x, y), (x + 4, y - 1)], "#8a5a34", 2)
    pen.line([(28, -48), (36, -40)], "#c8343a", 3.4)
    pen.line([(36, -48), (28, -40)], "#c8343a", 3.4)
    pen.line([(-32, -14), (-24, -14)], "#8a5a34", 1.4)
    pen.line([(-28, -18), (-28, -9)], "#8a5a34", 1.4)


def _crate(pen: Pen) -> None:
    pen.shade(box(-38, -66, 38, 0, 2), WOOD, 6, -2)
    for y in (-50, -33, -16):
        pen.line([(-36, y), (36, y)], dark(WOOD, 0.25), 1.6)
    for x in (-33, 33):
        pen.shade(box(x - 5, -66, x + 5, 0, 1), light(WOOD, 0.18), 2, -1)
    pen.line([(-28, -5), (28, -61)], light(WOOD, 0.18), 8)
    for y in (-66, -9):
        pen.shade(box(-38, y, 38, y + 9, 1), light(WOOD, 0.18), 3, -1)


def _barrel(pen: Pen) -> None:
    body = smooth([(-26, 0), (-35, -45), (-26, -90), (26, -90), (35, -45), (26, 0)], 0.5)
    pen.shade(body, WOOD, 8, -2)
    with pen.inside(body):
        for x in (-18, -6, 6, 18):
            pen.curve((x * 0.9, 0), (x * 1.35, -45), (x * 0.9, -90), dark(WOOD, 0.25), 1.6)
        for y in (-78, -60, -28, -10):
            pen.line([(-40, y), (40, y)], "#5d6470", 5)
    pen.shade(oval(0, -90, 26, 5.4), dark(WOOD, 0.2), 2, -1)


def _cauldron(pen: Pen) -> None:
    for x in (-24, 24):
        pen.shade(tube([(x, -14), (x * 1.2, -2)], [9, 7]), "#33363f", 2, -1)
    pen.shade(smooth([(-36, -60), (-46, -36), (-34, -12), (0, -6), (34, -12), (46, -36), (36, -60)], 0.8), "#454955", 8, -4)
    pen.shade(oval(0, -62, 41, 9), "#5a5f6c", 3, -1)
    pen.oval(0, -62, 35, 6.4, "#7fc45a")
    for x, y, r in ((-14, -68, 5), (4, -74, 6.5), (18, -67, 4), (8, -88, 4)):
        pen.oval(x, y, r, r, "#a5dc7a")
        pen.oval(x - r * 0.3, y - r * 0.3, r * 0.3, r * 0.3, "#e6ffd0")


def _potion(pen: Pen) -> None:
    pen.fill(smooth([(-6, -32), (-18, -18), (-17, -4), (0, 0), (17, -4), (18, -18), (6, -32), (6, -44), (-6, -44)], 0.7), "#dcecf2")
    pen.shade(smooth([(-15, -19), (-17, -8), (-12, -2), (0, 0), (12, -2), (17, -8), (15, -19)], 0.6), "#a65ad0", 3, -2)
    for x, y, r in ((-6, -12, 2.2), (4, -8, 1.6), (7, -14, 1.4)):
        pen.oval(x, y, r, r, "#e3bdf5")
    pen.shade(box(-8, -46, 8, -42, 2), "#b9cdd6", 1, -1)
    pen.shade(box(-5, -54, 5, -45, 1.6), "#a8713f", 1.6, -1)
    pen.curve((-11, -12), (-12, -20), (-7, -26), "#ffffff", 1.8)


def _bottle(pen: Pen) -> None:
    pen.shade(smooth([(-13, 0), (-14, -34), (-5, -46), (-5, -60), (5, -60), (5, -46), (14, -34), (13, 0)], 0.35), "#9fd0b9", 4, -2)
    pen.shade(box(-7, -28, 8, -8, 2), "#fbf0d2", 2, -1)
    pen.line([(-7, -18), (8, -18)], "#c8343a", 2)
    pen.shade(box(-4.4, -68, 4.4, -58, 1.4), "#a8713f", 1.6, -1)
    pen.line([(-9, -34), (-9, -10)], "#e6f7ee", 2)


def _spinning_wheel(pen: Pen) -> None:
    for x in (-50, -6, 44):
        pen.line([(x * 0.7, -48), (x, -2)], dark(WOOD, 0.15), 6)
    pen.shade(polygon([(-56, -46), (52, -58), (52, -50), (-56, -38)]), WOOD, 3, -1)
    pen.line([(-16, -44), (-18, -84)], WOOD, 6)
    with pen.at(-18, -84):
        works.wheel(pen, 40)
    pen.line([(42, -54), (42, -96)], WOOD, 5)
    pen.shade(smooth([(34, -92), (42, -132), (52, -92)], 0.7), "#f7eedb", 3, -2)
    pen.line([(42, -96), (-18, -46)], "#f2d06a", 1.4)


def _telescope(pen: Pen) -> None:
    for x in (-34, 4, 36):
        pen.line([(0, -84), (x, -1)], dark(WOOD, 0.1), 5)
    pen.shade(oval(0, -88, 8, 8), "#5d6470", 2, -2)
    with pen.at(0, -94, -28):
        pen.shade(polygon([(-56, -6), (-10, -8), (-10, 8), (-56, 6)]), GOLD, 3, -3)
        pen.shade(polygon([(-12, -10), (40, -13), (40, 13), (-12, 10)]), "#b5683a", 4, -4)
        pen.shade(polygon([(38, -15), (58, -17), (58, 17), (38, 15)]), GOLD, 4, -4)
        pen.line([(-12, -10), (-12, 10)], "#6b4428", 3)
        pen.fill(box(-64, -5, -54, 5, 2), "#4d525e")


def _anvil(pen: Pen) -> None:
    pen.shade(smooth([(-26, 0), (-24, -22), (24, -22), (26, 0)], 0.1), "#8a5a34", 5, -2)
    pen.shade(
        smooth([(-60, -66), (-22, -70), (40, -70), (40, -56), (16, -50), (14, -34), (28, -22), (-26, -22), (-14, -34), (-18, -50), (-44, -56)], 0.3),
        "#5d6470",
        5,
        -4,
    )
    pen.line([(-40, -67), (38, -68)], "#8d96a3", 2.6)


def _pumpkin(pen: Pen) -> None:
    for x, rx in ((-26, 22), (26, 22), (-13, 22), (13, 22), (0, 20)):
        pen.shade(oval(x, -30, rx, 30), "#ee8a2f", 5, -3)
    pen.shade(tube([(0, -56), (2, -66), (12, -74)], [9, 7, 6]), "#6f8a3a", 2, -1)
    pen.curve((2, -62), (-16, -76), (-24, -62), "#6f8a3a", 2)


def _wheel(pen: Pen) -> None:
    with pen.at(0, -44):
        works.wheel(pen, 44)


def _music_box(pen: Pen) -> None:
    pen.shade(polygon([(-32, -40), (30, -40), (36, -78), (-26, -78)]), "#8a3f5a", 3, -2)
    pen.fill(polygon([(-27, -44), (27, -44), (31, -73), (-22, -73)]), "#f3c6d2")
    pen.shade(box(-34, -42, 32, 0, 3), "#a84f6f", 5, -2)
    pen.fill(box(-30, -28, 28, -22, 2), GOLD)
    pen.line([(32, -20), (44, -20), (44, -30)], GOLD, 3.4)
    pen.line([(0, -42), (0, -50)], "#fdf3e0", 2)
    pen.fill(smooth([(-12, -50), (0, -54), (12, -50), (0, -47)], 0.5), "#fbe3ec")
    pen.line([(0, -52), (0, -62)], "#fbe3ec", 4)
    pen.oval(0, -66, 3.4, 3.6, "#f0c9a5")
    pen.curve((-8, -68), (0, -62), (8, -68), "#f0c9a5", 1.8)


def _snow_globe(pen: Pen) -> None:
    pen.oval(0, -46, 36, 36, "#bfe3f2", 0.85)
    with pen.inside(oval(0, -46, 36, 36)):
        pen.oval(0, -8, 40, 20, "#fbfdff")
        pen.fill(polygon([(-16, -26), (0, -62), (16, -26)]), "#4f8f67")
        pen.shade(box(-3, -28, 3, -20), "#7a4a2c", 1, 0)
        for x, y in ((-22, -54), (-10, -70), (12, -66), (24, -48), (-24, -36), (20, -32), (2, -74)):
            pen.oval(x, y, 2, 2, "#ffffff")
    pen.curve((-25, -50), (-22, -70), (-6, -75), "#ffffff", 3)
    pen.shade(smooth([(-34, 0), (-28, -18), (28, -18), (34, 0)], 0.3), "#8a4f3a", 5, -2)


def _black_hole(pen: Pen) -> None:
    pen.glow(0, -60, 120, "#ff9a3c", 0.55)
    for rx, ry, tone, alpha in ((118, 30, "#7a2f1c", 0.9), (110, 26, "#d8602a", 0.95), (98, 21, "#ffb04a", 0.95), (84, 16, "#fff0c4", 0.95)):
        pen.oval(0, -60, rx, ry, tone, alpha)
    pen.oval(0, -60, 53, 53, "#ffcf7a", 0.9)
    pen.oval(0, -60, 49, 49, "#e8752c")
    pen.oval(0, -60, 44, 44, "#06040c")
    with pen.inside(box(-130, -60, 130, 0)):
        for rx, ry, tone in ((110, 25, "#e8752c"), (100, 20, "#ffb860"), (88, 14, "#fff3d0")):
            pen.oval(0, -59, rx, ry, tone, 0.96)
        pen.oval(0, -63, 62, 11, "#06040c")


def _galaxy(pen: Pen) -> None:
    pen.glow(0, -55, 130, "#8f7ae8", 0.5)
    for rx, ry, tone, alpha in (
        (120, 44, "#3f3a8a", 0.5),
        (96, 33, "#6a5ac8", 0.55),
        (66, 22, "#b49af0", 0.7),
        (36, 14, "#f0dcff", 0.9),
        (16, 8, "#ffffff", 1.0),
    ):
        pen.oval(0, -55, rx, ry, tone, alpha)
    for k in range(4):
        side = 1 if k % 2 else -1
        pen.curve(
            (side * 20, -55 - side * 6), (side * (60 + 18 * (k // 2)), -55 - side * 52), (side * (112 - 20 * (k // 2)), -55 + side * 6), "#d8c8ff", 4 - k // 2
        )
    for x, y in ((-90, -70), (-60, -40), (-30, -82), (40, -30), (70, -78), (100, -52), (-104, -48), (16, -90)):
        pen.oval(x, y, 2.4, 2.4, "#ffffff")


_EVERY: dict[str, tuple[Callable[[Pen], None], Habitat, float]] = {  # painter, where it lives, metres per 100 units
    "lighthouse": (works.lighthouse, "ground", 9.0), "windmill": (works.windmill, "ground", 5.0), "well": (works.well, "ground", 1.3), "tower": (works.tower, "ground", 6.0), "galleon": (works.galleon, "water", 6.0),
    "rowboat": (works.rowboat, "water", 2.2), "raft": (works.raft, "water", 2.0), "submarine": (works.submarine, "water", 3.0), "cart": (works.cart, "ground", 1.5), "hot air balloon": (works.hot_air_balloon, "air", 4.0),
    "cannon": (works.cannon, "ground", 1.1), "throne": (works.throne, "ground", 1.1), "machine": (works.machine, "ground", 1.4), "streetlamp": (works.streetlamp, "ground", 1.2), "seagull": (works.seagull, "air", 0.6),
    "campfire": (_campfire, "ground", 1.0), "torch": (_torch, "held", 0.7), "grandfather clock": (_clock, "ground", 1.0), "table": (_table, "ground", 1.0), "easel": (_easel, "ground", 1.0), "treasure map": (_treasure_map, "held", 0.7),
    "crate": (_crate, "ground", 1.0), "barrel": (_barrel, "ground", 1.0), "cauldron": (_cauldron, "ground", 0.9), "potion": (_potion, "held", 0.5), "bottle": (_bottle, "held", 0.5), "spinning wheel": (_spinning_wheel, "ground", 0.9),
    "telescope": (_telescope, "ground", 1.2), "anvil": (_anvil, "ground", 0.9), "pumpkin": (_pumpkin, "ground", 0.6), "wooden wheel": (_wheel, "ground", 1.0), "music box": (_music_box, "held", 0.4), "snow globe": (_snow_globe, "held", 0.3),
    "sword": (_prop("sword"), "held", 1.3), "shield": (_prop("shield"), "held", 1.8), "spear": (_prop("spear"), "held", 1.2), "staff": (_prop("staff"), "held", 1.2), "lantern": (_prop("lantern"), "held", 1.2), "guitar": (_prop("guitar"), "held", 1.0),
    "market stall": (shops.market_stall, "ground", 1.1), "cottage": (shops.cottage, "ground", 2.4), "cabin": (shops.cabin, "ground", 2.2), "stone bridge": (shops.stone_bridge, "ground", 3.0), "garden gate": (shops.garden_gate, "ground", 1.0),
    "igloo": (shops.igloo, "ground", 2.0), "pyramid": (shops.pyramid, "ground", 14.0), "wheelbarrow": (shops.wheelbarrow, "ground", 1.0), "sundial": (shops.sundial, "ground", 0.9), "weather vane": (shops.weather_vane, "ground", 1.0),
    "mailbox": (shops.mailbox, "ground", 0.9), "swing": (shops.swing, "ground", 1.2), "rocking chair": (shops.rocking_chair, "ground", 0.95), "young tree": (shops.tree, "ground", 1.6), "planted seed": (shops.growing(0), "ground", 0.6),
    "seedling": (shops.growing(1), "ground", 0.6), "bud": (shops.growing(2), "ground", 0.6), "tulip": (shops.growing(3), "ground", 0.6), "violin": (keepsakes.violin, "held", 0.8), "violin bow": (keepsakes.bow, "held", 1.0),
    "cello": (keepsakes.cello, "ground", 0.8), "music stand": (keepsakes.music_stand, "ground", 1.0), "mechanical bird": (keepsakes.mechanical_bird, "held", 0.5), "paper boat": (keepsakes.paper_boat, "water", 0.5),
    "birdcage": (keepsakes.birdcage, "held", 0.6), "ship in a bottle": (keepsakes.ship_in_a_bottle, "held", 0.5), "sword in stone": (keepsakes.sword_in_stone, "ground", 1.0), "jar of fireflies": (keepsakes.jar_of_fireflies, "held", 0.4),
    "pocket watch": (keepsakes.pocket_watch, "held", 0.35), "glass slipper": (keepsakes.glass_slipper, "held", 0.45), "stained glass window": (keepsakes.stained_glass, "wall", 1.4), "paper lantern": (keepsakes.paper_lantern, "held", 0.5),
    "piano": (keepsakes.upright_piano, "ground", 1.0), "drum kit": (keepsakes.drum_kit, "ground", 1.0), "magic carpet": (keepsakes.magic_carpet, "air", 1.4), "quilt": (keepsakes.quilt, "ground", 1.2),
    "sandcastle": (keepsakes.sandcastle, "ground", 0.7), "black hole": (_black_hole, "air", 4.0), "galaxy": (_galaxy, "air", 4.0), "ink bottle": (keepsakes.ink_bottle, "held", 0.3),
}  # fmt: skip
_EVERY.update({kind: (shops.shop(kind), "ground", 1.7) for kind in shops.GOODS})
NAMES = frozenset(_EVERY)


def draw(name: str) -> Drawing:
    """The Drawing of one of `NAMES` (spaces or hyphens).

    Raises KeyError for another name.
    """
    plain = name.replace("-", " ")
    painter, habitat, scale = _EVERY[plain]
    pen = Pen()
    painter(pen)
    return pen.drawing(plain, habitat, "front", scale=scale)
