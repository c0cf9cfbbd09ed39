"""Buildings, ships and vehicles that Noto lacks, drawn in its manner; units are centimetres, the ground (or the waterline's foot) at 0."""

from __future__ import annotations

import math

from pipelines.illustrator.figures.pen import Pen, box, dark, light, oval, polar, polygon, smooth, tube

WOOD, STONE, GOLD = "#a8713f", "#b9b4ae", "#f2b93b"


def lighthouse(pen: Pen) -> None:
    """A striped tower on rocks."""
    pen.shade(smooth([(-46, 0), (-52, -12), (-34, -22), (-8, -26), (20, -24), (44, -14), (54, 0)], 0.7), "#7d8591", 6, -4)
    tower = polygon([(-24, -20), (24, -20), (15, -150), (-15, -150)])
    pen.shade(tower, "#f6f1ea", 9, 0, 0.16)
    with pen.inside(tower):
        for low, high in ((-20, -50), (-80, -108), (-134, -152)):
            pen.fill(box(-30, high, 30, low), "#d8433f")
        pen.fill(polygon([(-30, -10), (-14, -10), (-8, -160), (-30, -160)]), "#1c1030", 0.16)
    pen.shade(smooth([(-6, -20), (-6, -34), (1, -40), (8, -34), (8, -20)], 0.5), "#5a3a2c", 2, -1)
    for y in (-66, -120):
        pen.fill(box(-3, y - 9, 5, y, 2), "#4a5a72")
    pen.shade(box(-21, -157, 21, -149, 2), "#4f5660", 3, -1)
    pen.fill(box(-11, -178, 11, -156, 1), "#ffe48a")
    pen.oval(0, -167, 6, 7, "#fffbe6")
    for x in (-10, 0, 10):
        pen.line([(x, -178), (x, -157)], "#4f5660", 1.8)
    pen.line([(-20, -163), (20, -163)], "#4f5660", 1.4)
    for x in (-19, 19):
        pen.line([(x, -163), (x, -156)], "#4f5660", 1.4)
    pen.shade(smooth([(-15, -177), (0, -194), (15, -177)], 0.4), "#c8382f", 4, -2)
    pen.oval(0, -194, 2.6, 2.6, GOLD)


def windmill(pen: Pen) -> None:
    """A tower mill with four lattice sails."""
    body = polygon([(-30, 0), (30, 0), (19, -96), (-19, -96)])
    pen.shade(body, "#e9dcc3", 11, 0, 0.18)
    pen.shade(smooth([(-9, 0), (-9, -20), (0, -28), (9, -20), (9, 0)], 0.5), "#7a4a2c", 3, -1)
    for y in (-46, -74):
        pen.fill(box(-5, y - 11, 5, y, 4), "#5f7a94")
    pen.line([(-28, -38), (28, -38)], WOOD, 3.4)
    pen.shade(smooth([(-23, -94), (-17, -112), (0, -122), (17, -112), (23, -94)], 0.6), "#b5503c", 6, -3)
    for turn in (38, 128, 218, 308):
        with pen.at(2, -104, turn):
            pen.line([(0, 0), (0, -84)], "#6b4428", 3.4)
            pen.fill(box(2, -82, 20, -18), "#fbf6ea")
            for step in range(5):
                pen.line([(0, -82 + step * 16), (20, -82 + step * 16)], "#8a5a34", 1.6)
            pen.line([(20, -82), (20, -18)], "#8a5a34", 1.6)
            pen.line([(11, -82), (11, -18)], "#8a5a34", 1.2)
    pen.shade(oval(2, -104, 6, 6), "#6b4428", 2, -2)


def well(pen: Pen) -> None:
    """A stone well with a roof and a bucket."""
    for x in (-36, 36):
        pen.shade(box(x - 4, -128, x + 4, -40), "#8a5a34", 3, 0)
    pen.line([(-36, -96), (36, -96)], "#6b4428", 5)
    pen.line([(4, -96), (4, -72)], "#e3d3b0", 2)
    pen.shade(smooth([(-7, -74), (15, -74), (12, -54), (-4, -54)], 0.2), WOOD, 3, -1)
    wall = smooth([(-46, -52), (46, -52), (43, -4), (30, 0), (-30, 0), (-43, -4)], 0.2)
    pen.shade(wall, STONE, 8, -2)
    with pen.inside(wall):
        for row in range(4):
            y = -46 + row * 13
            pen.line([(-50, y + 6), (50, y + 6)], dark(STONE, 0.25), 1.6)
            for column in range(6):
                x = -50 + column * 20 + (row % 2) * 10
                pen.line([(x, y - 7), (x, y + 6)], dark(STONE, 0.25), 1.6)
    pen.shade(box(-50, -58, 50, -48, 4), light(STONE, 0.3), 4, -2)
    pen.shade(polygon([(-58, -118), (0, -166), (58, -118), (46, -114), (-46, -114)]), "#b5503c", 7, -3)


def tower(pen: Pen) -> None:
    """A round stone tower with a pointed roof."""
    body = polygon([(-28, 0), (28, 0), (25, -150), (-25, -150)])
    pen.shade(body, STONE, 10, 0)
    with pen.inside(body):
        for x, y in ((-16, -30), (6, -52), (-10, -84), (12, -112), (-18, -128), (14, -24)):
            pen.fill(box(x, y, x + 12, y + 6, 1.5), dark(STONE, 0.18))
    pen.shade(smooth([(-9, 0), (-9, -22), (0, -32), (9, -22), (9, 0)], 0.5), "#6b4428", 3, -1)
    for y in (-78, -120):
        pen.fill(smooth([(-5, y), (-5, y - 12), (0, y - 18), (5, y - 12), (5, y)], 0.5), "#ffe08a")
    pen.shade(box(-32, -162, 32, -148, 2), light(STONE, 0.2), 4, -2)
    pen.shade(polygon([(-36, -160), (0, -226), (36, -160)]), "#5a6fae", 10, 0)
    pen.line([(0, -224), (0, -246)], "#6b4428", 2.4)
    pen.fill(polygon([(1, -246), (24, -239), (1, -231)]), "#d8433f")


def galleon(pen: Pen) -> None:
    """A wooden sailing ship."""
    for x, top, size in ((-48, -176, 0.8), (8, -204, 1.0), (62, -164, 0.74)):
        pen.line([(x, -40), (x, top)], "#6b4428", 5)
        for low, wide in ((-64, 34 * size), (-122 if size > 0.9 else -114, 26 * size)):
            high = low - 46 * size
            pen.shade(
                smooth(
                    [
                        (x - wide * 0.8, high),
                        (x + wide * 0.8, high),
                        (x + wide * 1.35, (low + high) / 2),
                        (x + wide, low),
                        (x - wide, low),
                        (x - wide * 0.6, (low + high) / 2),
                    ],
                    0.4,
                ),
                "#fbf3df",
                7,
                -2,
                0.13,
            )
            pen.line([(x - wide * 0.9, high), (x + wide * 0.9, high)], "#6b4428", 3)
        pen.fill(polygon([(x, top), (x - 20, top + 5), (x, top + 11)]), "#d8433f")
    pen.line([(84, -50), (132, -78)], "#6b4428", 4)
    hull = smooth([(-104, -66), (-74, -64), (-70, -44), (60, -40), (110, -54), (92, -16), (70, 0), (-72, 0), (-94, -18)], 0.35)
    pen.shade(hull, "#8a5530", 9, -4)
    with pen.inside(hull):
        pen.fill(box(-130, -33, 130, -27), GOLD)
        for y in (-20, -11):
            pen.line([(-110, y), (110, y)], dark("#8a5530", 0.25), 1.6)
        for x in range(-60, 70, 26):
            pen.fill(box(x, -25, x + 10, -16, 1), "#3a2418")
    for x in (-96, -86):
        pen.fill(box(x, -56, x + 6, -48, 1), "#ffe08a")


def rowboat(pen: Pen) -> None:
    """A small wooden boat with its oars."""
    hull = smooth([(-80, -38), (-30, -30), (34, -30), (88, -46), (70, -10), (44, 0), (-46, 0), (-68, -10)], 0.4)
    pen.shade(smooth([(-76, -36), (-30, -40), (34, -40), (82, -44), (40, -26), (-30, -26)], 0.5), dark(WOOD, 0.3), 3, -1)
    pen.shade(hull, WOOD, 7, -3)
    with pen.inside(hull):
        pen.curve((-80, -22), (0, -14), (88, -28), dark(WOOD, 0.28), 1.8)
        pen.curve((-80, -36), (2, -27), (88, -43), light(WOOD, 0.35), 4.4)
    pen.line([(-20, -36), (-66, -4)], "#c99a5c", 4)
    pen.shade(smooth([(-60, -12), (-66, -4), (-84, 8), (-88, 2), (-72, -10)], 0.5), "#c99a5c", 2, -1)


def raft(pen: Pen) -> None:
    """Logs, a mast and a patched sail."""
    pen.line([(4, -14), (4, -130)], "#6b4428", 5)
    pen.shade(smooth([(8, -126), (12, -40), (64, -46), (52, -90)], 0.3), "#f4ead2", 7, -2, 0.13)
    pen.fill(polygon([(24, -74), (38, -76), (40, -62), (26, -60)]), "#c8745a")
    for index in range(7):
        x = -78 + index * 24
        pen.shade(box(x - 10, -17, x + 14, 0, 8), WOOD if index % 2 else light(WOOD, 0.12), 5, -3)
    pen.line([(-84, -8), (82, -8)], "#e3d3b0", 3)


def submarine(pen: Pen) -> None:
    """A round yellow submarine."""
    pen.line([(10, -86), (10, -118), (24, -118)], "#8d99a6", 5)
    pen.shade(smooth([(-26, -72), (-20, -96), (24, -96), (32, -72)], 0.3), dark("#f2b93b", 0.1), 4, -2)
    pen.shade(smooth([(-92, -44), (-118, -74), (-122, -40), (-118, -8)], 0.3), "#d8433f", 4, -2)
    hull = smooth([(-104, -40), (-80, -66), (-10, -80), (60, -74), (96, -40), (60, -8), (-10, 0), (-80, -14)], 0.9)
    pen.shade(hull, "#f2b93b", 10, -6)
    for x in (-44, 0, 44):
        pen.shade(oval(x, -44, 16, 16), "#8d99a6", 3, -2)
        pen.oval(x, -44, 11, 11, "#6fc3e8")
        pen.curve((x - 6, -48), (x - 3, -53), (x + 3, -53), "#e6f7ff", 2)
    for x in (-72, -22, 22, 70):
        pen.oval(x, -22, 2, 2, dark("#f2b93b", 0.35))


def cart(pen: Pen) -> None:
    """A wooden cart with hay."""
    pen.line([(50, -44), (118, -34)], "#8a5a34", 5)
    pen.shade(smooth([(-58, -62), (-44, -96), (-10, -108), (28, -100), (52, -62)], 0.8), "#e3b94f", 7, -4)
    for x, y in ((-30, -84), (-4, -96), (20, -80), (34, -72), (-14, -76)):
        pen.line([(x, y), (x + 9, y - 7)], "#c9952f", 2)
    body = polygon([(-64, -66), (60, -66), (52, -34), (-56, -34)])
    pen.shade(body, WOOD, 6, -2)
    for y in (-58, -46):
        pen.line([(-62, y), (58, y)], dark(WOOD, 0.25), 1.6)
    for x in (-24, 26):
        with pen.at(x, -27):
            wheel(pen, 27)


def wheel(pen: Pen, radius: float = 40) -> None:
    """A spoked wheel around the origin."""
    for turn in range(0, 180, 30):
        pen.line([polar((0, 0), turn, radius * 0.9), polar((0, 0), turn + 180, radius * 0.9)], "#8a5a34", radius * 0.09)
    pen.stroke(oval(0, 0, radius * 0.88, radius * 0.88), "#6b4428", radius * 0.2)
    pen.stroke(oval(0, 0, radius * 0.91, radius * 0.91), "#8a5a34", radius * 0.06)
    pen.shade(oval(0, 0, radius * 0.2, radius * 0.2), "#5a3a24", 2, -1)


def hot_air_balloon(pen: Pen) -> None:
    """A striped balloon and its basket."""
    bag = smooth([(0, -330), (70, -312), (108, -250), (98, -180), (50, -112), (20, -78), (-20, -78), (-50, -112), (-98, -180), (-108, -250), (-70, -312)], 0.95)
    pen.shade(bag, "#e0553f", 16, -8)
    with pen.inside(bag):
        for middle, wide in ((-62, 24), (0, 30), (62, 24)):
            pen.fill(
                smooth(
                    [(middle * 0.25, -334), (middle + wide, -240), (middle * 0.4 + wide * 0.4, -74), (middle * 0.4 - wide * 0.4, -74), (middle - wide, -240)],
                    0.7,
                ),
                "#f7d56a" if middle else "#fbf3df",
            )
        pen.fill(smooth([(-130, -340), (-60, -330), (-80, -230), (-40, -120), (-14, -70), (-130, -70)], 0.6), "#1c1030", 0.12)
    for x in (-20, 20):
        pen.line([(x, -78), (x * 0.9, -42)], "#6b4428", 2.2)
    pen.shade(smooth([(-25, -44), (25, -44), (20, 0), (-20, 0)], 0.2), "#b9813f", 5, -2)
    for y in (-32, -20, -9):
        pen.line([(-22, y), (22, y)], dark("#b9813f", 0.25), 1.6)
    pen.shade(box(-28, -48, 28, -40, 4), "#8a5a34", 3, -1)


def cannon(pen: Pen) -> None:
    """An old ship's cannon."""
    with pen.at(0, -52, -12):
        barrel = smooth([(-52, -17), (-40, -20), (64, -13), (72, -17), (78, -15), (78, 15), (72, 17), (64, 13), (-40, 20), (-52, 17), (-58, 0)], 0.3)
        pen.shade(barrel, "#4d525e", 6, -5)
        for x in (-30, 18, 62):
            pen.line([(x, -18), (x, 18)], "#6b727f", 4)
        pen.oval(-63, 0, 6, 6, "#4d525e")
        pen.oval(78, 0, 3.4, 11, "#23262e")
    pen.shade(polygon([(-60, -16), (-44, -46), (22, -38), (40, -16)]), WOOD, 5, -2)
    for x in (-36, 24):
        with pen.at(x, -22):
            wheel(pen, 22)


def throne(pen: Pen) -> None:
    """A gilded throne with a red cushion."""
    pen.shade(smooth([(-30, -40), (-34, -130), (-18, -150), (0, -160), (18, -150), (34, -130), (30, -40)], 0.3), GOLD, 7, -3)
    pen.shade(smooth([(-21, -48), (-24, -124), (0, -144), (24, -124), (21, -48)], 0.4), "#b5303c", 5, -3)
    for x in (-34, 34):
        pen.shade(oval(x, -134, 6, 6), GOLD, 2, -2)
        pen.shade(box(x - 6, -72, x + 6, 0, 2), GOLD, 3, -1)
        pen.shade(box(x - 10, -78, x + 10, -68, 5), light(GOLD, 0.25), 3, -1)
    pen.shade(box(-30, -54, 30, -40, 6), "#c8404a", 4, -3)
    pen.shade(box(-30, -41, 30, -28, 2), dark(GOLD, 0.1), 3, -1)
    pen.oval(0, -160, 5, 5, "#3f8fd0")


def machine(pen: Pen) -> None:
    """A marvellous machine: brass, dials, pipes and a lever."""
    pen.line([(-52, -70), (-74, -70), (-74, -116)], "#8d99a6", 8)
    pen.shade(smooth([(-84, -132), (-64, -132), (-68, -114), (-80, -114)], 0.2), "#b9813f", 2, -1)
    pen.line([(40, -92), (52, -136)], "#6b727f", 5)
    pen.shade(oval(53, -140, 8, 8), "#d8433f", 2, -2)
    pen.shade(smooth([(-26, -92), (-20, -124), (14, -124), (20, -92)], 0.7), "#9fd6e8", 4, -3)
    pen.curve((-3, -98), (-10, -112), (2, -118), "#f2d06a", 2.4)
    pen.shade(box(-58, -94, 58, -10, 9), "#c08a4a", 8, -4)
    for x in (-46, 40):
        pen.shade(box(x - 4, -12, x + 14, 0, 3), "#6b4428", 3, -1)
    pen.shade(oval(-24, -54, 23, 23), "#8a5a34", 3, -2)
    pen.oval(-24, -54, 18, 18, "#fbf3df")
    for turn in range(0, 360, 45):
        pen.line([polar((-24, -54), turn, 13), polar((-24, -54), turn, 16)], "#6b4428", 1.6)
    pen.line([(-24, -54), (-14, -64)], "#d8433f", 2.6)
    for x, y, tone in ((18, -72, "#d8433f"), (32, -72, "#f2c23b"), (46, -72, "#4f9f57")):
        pen.shade(oval(x, y, 5, 5), tone, 1.4, -1.4)
    with pen.at(31, -38):
        for turn in range(0, 360, 45):
            pen.line([(0, 0), polar((0, 0), turn, 18)], "#8d99a6", 7)
        pen.shade(oval(0, 0, 13, 13), "#a9b4c0", 3, -2)
        pen.oval(0, 0, 5, 5, "#5a626e")


def streetlamp(pen: Pen) -> None:
    """An old street lamp, lit."""
    pen.glow(0, -262, 74, "#ffe08a", 0.7)
    pen.shade(polygon([(-15, 0), (15, 0), (8, -18), (-8, -18)]), "#3c424e", 3, -1)
    pen.shade(tube([(0, -14), (0, -236)], [9, 6]), "#3c424e", 2, 0)
    pen.line([(-16, -222), (16, -222)], "#3c424e", 4)
    pen.fill(polygon([(-11, -238), (11, -238), (18, -282), (-18, -282)]), "#ffe9a6")
    pen.oval(0, -260, 7, 11, "#fffdf0")
    for x in (-11, 11):
        pen.line([(x, -238), (x * 1.64, -282)], "#3c424e", 2.6)
    pen.shade(smooth([(-22, -281), (-10, -298), (10, -298), (22, -281)], 0.4), "#3c424e", 3, -1)
    pen.oval(0, -301, 4, 4, "#3c424e")


def seagull(pen: Pen) -> None:
    """A gull on the wing."""
    pen.shade(smooth([(6, -20), (-14, -52), (-44, -62), (-64, -54), (-40, -46), (-24, -20)], 0.6), "#b9c3cf", 3, -2)
    body = smooth([(-46, -8), (-20, -24), (12, -28), (26, -36), (38, -32), (40, -22), (24, -8), (-4, -2), (-30, -2)], 0.8)
    pen.shade(body, "#fbfbf8", 4, -3, 0.12)
    pen.fill(polygon([(38, -31), (54, -25), (39, -23)]), "#f2a93b")
    pen.oval(32, -30, 2, 2.4, "#2e211f")
    pen.shade(smooth([(14, -20), (22, -58), (46, -84), (66, -86), (48, -66), (30, -18)], 0.6), "#d3dae2", 3, -2)
    pen.fill(smooth([(46, -84), (66, -86), (56, -76)], 0.4), "#3a3f4a")
    pen.fill(smooth([(-44, -62), (-64, -54), (-50, -54)], 0.4), "#3a3f4a")


def star_points(x: float, y: float, radius: float, count: int = 5) -> list[tuple[float, float]]:
    """The outline of a star."""
    return [
        (
            x + math.sin(math.pi * index / count) * radius * (1 if index % 2 == 0 else 0.45),
            y - math.cos(math.pi * index / count) * radius * (1 if index % 2 == 0 else 0.45),
        )
        for index in range(count * 2)
    ]
