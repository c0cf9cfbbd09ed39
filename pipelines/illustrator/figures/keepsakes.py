"""Small things that stories are about: instruments, toys, treasures; units are centimetres, the ground at 0."""

from __future__ import annotations

from pipelines.illustrator.figures.pen import Pen, box, dark, light, oval, polar, polygon, smooth, tube

WOOD, GOLD, STEEL, BRASS = "#a8713f", "#f2b93b", "#c3ccd4", "#d9a441"


def bow(pen: Pen) -> None:
    """The bow of a violin, upright."""
    pen.line([(4, 0), (1, -70)], "#6b3a20", 2.6)
    pen.line([(7, -3), (4, -68)], "#f6efe0", 1.4)
    pen.shade(box(2.4, -10, 9, -3, 1), "#2b2320", 1, -1)


def violin(pen: Pen) -> None:
    """A violin, upright, its bow leaning on it."""
    _fiddle(pen, "#b5602a", 1.0)
    with pen.at(30, 0, -16, 1.15):
        bow(pen)


def cello(pen: Pen) -> None:
    """A cello on its spike with its bow."""
    pen.line([(0, -8), (0, 0)], STEEL, 2)
    with pen.at(0, -6, 0, 1.5):
        _fiddle(pen, "#9a4f24", 1.18)
    with pen.at(58, 0, -14, 1.7):
        bow(pen)


def _fiddle(pen: Pen, wood: str, wide: float) -> None:
    def x(value: float) -> float:
        return value * wide

    body = smooth(
        [
            (0, 0),
            (x(17), -4),
            (x(21), -17),
            (x(13), -27),
            (x(11), -33),
            (x(16), -43),
            (x(13), -53),
            (0, -57),
            (x(-13), -53),
            (x(-16), -43),
            (x(-11), -33),
            (x(-13), -27),
            (x(-21), -17),
            (x(-17), -4),
        ],
        0.9,
    )
    pen.shade(body, wood, 5, -3)
    with pen.inside(body):
        pen.oval(x(6), -40, 6, 16, light(wood, 0.35), 0.35)
    pen.shade(box(-3, -96, 3, -30, 1), "#2f221d", 1, -1)
    for side in (-1, 1):
        pen.curve((side * x(8), -30), (side * x(5), -22), (side * x(9), -14), "#2f1a12", 1.6)
        for y in (-104, -98):
            pen.line([(0, y), (side * 8, y - 1)], "#2f221d", 2.2)
    pen.shade(box(-3, -108, 3, -95, 1.4), wood, 1, -1)
    pen.stroke(oval(0, -110, 3.4, 3.4), wood, 2.4)
    pen.shade(polygon([(-4, -3), (4, -3), (2.6, -18), (-2.6, -18)]), "#2f221d", 1, -1)
    pen.line([(-7, -23), (7, -23)], "#e0b878", 2.4)
    for dx in (-1.6, 0, 1.6):
        pen.line([(dx, -96), (dx, -16)], "#efe6d2", 0.6)


def music_stand(pen: Pen) -> None:
    """A music stand with a sheet on it."""
    for dx in (-26, 26, 5):
        pen.line([(0, -26), (dx, 0)], "#3b3f48", 3.4)
    pen.line([(0, -22), (0, -98)], "#3b3f48", 4)
    pen.shade(polygon([(-40, -146), (38, -146), (42, -96), (-44, -96)]), "#4d525e", 4, -2)
    pen.shade(polygon([(-31, -150), (29, -150), (32, -99), (-34, -99)]), "#fdf9ee", 3, -1, 0.1)
    for y in (-140, -126, -112):
        for line in range(4):
            pen.line([(-26, y + line * 2.4), (26, y + line * 2.4)], "#b9b2a4", 0.7)
        for dx, dy in ((-18, 4), (-4, 1), (10, 5), (20, 2)):
            pen.oval(dx, y + dy, 2.2, 1.7, "#2b2730")
            pen.line([(dx + 2, y + dy), (dx + 2, y + dy - 7)], "#2b2730", 0.9)
    pen.shade(box(-46, -98, 44, -93, 1), "#3b3f48", 1, -1)


def mechanical_bird(pen: Pen) -> None:
    """A bird of brass plates and rivets with a key in its back."""
    pen.line([(2, -16), (0, -2), (14, -2)], dark(BRASS, 0.3), 3.4)
    pen.line([(-10, -16), (-12, -2), (2, -2)], dark(BRASS, 0.4), 3.4)
    for degrees in (-112, -100, -88):
        tip = polar((-24, -36), degrees, 50)
        pen.shade(tube([(-24, -34), tip], [10, 7]), dark(BRASS, 0.16), 2, -1)
    pen.line([(-12, -58), (-14, -74)], dark(STEEL, 0.2), 4)
    for dx in (-9, 9):
        pen.stroke(oval(-14 + dx, -82, 7.5, 7.5), "#c9853a", 4)
    body = smooth([(-36, -34), (-26, -54), (-4, -62), (18, -58), (30, -40), (22, -20), (0, -12), (-24, -18)], 0.9)
    pen.shade(body, BRASS, 7, -4)
    with pen.inside(body):
        pen.curve((10, -64), (-2, -38), (12, -8), dark(BRASS, 0.25), 1.6)
        for x, y in ((14, -50), (8, -40), (8, -28), (13, -18)):
            pen.oval(x, y, 1.4, 1.4, dark(BRASS, 0.4))
    wing = smooth([(10, -46), (-6, -54), (-30, -44), (-40, -28), (-20, -22), (2, -28)], 0.7)
    pen.shade(wing, "#b8763a", 4, -3)
    with pen.inside(wing):
        for x in (-26, -14, -2):
            pen.curve((x, -20), (x + 2, -36), (x + 12, -50), light("#b8763a", 0.3), 1.8)
    with pen.at(-8, -38):
        for step in range(8):
            tooth = polar((0, 0), step * 45, 9)
            pen.oval(*tooth, 2.6, 2.6, "#8a949e")
        pen.shade(oval(0, 0, 8.4, 8.4), "#aab4bd", 2, -1)
        pen.oval(0, 0, 3, 3, "#5d6470")
    pen.shade(oval(28, -66, 19, 18), light(BRASS, 0.18), 5, -3)
    pen.fill(polygon([(44, -72), (64, -64), (44, -58)]), "#c96f3a")
    pen.line([(44, -64.6), (60, -64)], dark("#c96f3a", 0.3), 1.2)
    pen.oval(33, -70, 6.4, 6.4, "#3a2a20")
    pen.oval(33, -70, 4.6, 4.6, "#7fe3ff")
    pen.oval(34.6, -72, 1.6, 1.6, "#ffffff")
    pen.line([(24, -83), (20, -92)], dark(BRASS, 0.2), 3)
    pen.line([(29, -84), (29, -94)], dark(BRASS, 0.2), 3)


def paper_boat(pen: Pen) -> None:
    """A boat folded of paper."""
    pen.fill(polygon([(-46, -36), (0, -76), (0, -26)]), "#fdfbf4")
    pen.fill(polygon([(46, -36), (0, -76), (0, -26)]), "#dfe3e6")
    pen.fill(polygon([(-64, -38), (64, -38), (40, 0), (-40, 0)]), "#f4f2ea")
    pen.fill(polygon([(-64, -38), (0, -18), (-40, 0)]), "#fdfbf4")
    pen.fill(polygon([(64, -38), (0, -18), (40, 0)]), "#cfd5da")
    pen.line([(-64, -38), (0, -18), (64, -38)], "#b9c1c8", 1.4)


def birdcage(pen: Pen) -> None:
    """A domed cage with a perch."""
    pen.stroke(oval(0, -112, 6, 6), BRASS, 3)
    pen.oval(0, -52, 36, 40, "#fff6da", 0.32)
    for dx in (-36, -24, -12, 0, 12, 24, 36):
        pen.curve((dx, -8), (dx * 1.12, -92), (0, -106), BRASS, 2.6)
    for y in (-40, -70):
        pen.curve((-38, y), (0, y + 6), (38, y), BRASS, 2.4)
    pen.line([(-16, -34), (16, -34)], WOOD, 4)
    pen.line([(-16, -34), (-16, -88)], dark(BRASS, 0.2), 1.2)
    pen.line([(16, -34), (16, -88)], dark(BRASS, 0.2), 1.2)
    pen.shade(smooth([(-42, -12), (42, -12), (38, 0), (-38, 0)], 0.2), dark(BRASS, 0.12), 4, -2)


def ship_in_a_bottle(pen: Pen) -> None:
    """A small ship in a bottle that lies on a stand."""
    for x in (-34, 30):
        pen.shade(polygon([(x - 10, 0), (x + 10, 0), (x + 6, -12), (x - 6, -12)]), WOOD, 2, -1)
    glass = smooth([(-66, -36), (-62, -60), (-40, -66), (30, -64), (48, -50), (74, -46), (74, -30), (48, -26), (30, -12), (-40, -10), (-62, -14)], 0.5)
    pen.fill(glass, "#cfe9ee", 0.85)
    with pen.inside(glass):
        pen.fill(smooth([(-70, -20), (-40, -24), (0, -20), (40, -24), (80, -20), (80, 0), (-70, 0)], 0.5), "#3f8fb5")
    pen.shade(polygon([(-34, -30), (22, -30), (14, -19), (-26, -19)]), "#8a4f2c", 2, -1)
    for x, high in ((-18, -56), (2, -60)):
        pen.line([(x, -30), (x, high)], "#5a3424", 1.8)
        pen.shade(smooth([(x + 1, -32), (x + 15, -40), (x + 1, high + 2)], 0.4), "#fbf6ea", 2, -1, 0.12)
    pen.shade(box(72, -46, 86, -30, 2), "#a8713f", 2, -1)
    pen.curve((-56, -54), (-20, -62), (22, -58), "#ffffff", 2.4)


def sword_in_stone(pen: Pen) -> None:
    """A sword standing in a rock, shining a little."""
    pen.glow(0, -92, 66, "#fff0b0", 0.5)
    pen.shade(polygon([(-6, -40), (6, -40), (6, -118), (-6, -118)]), STEEL, 5, 0)
    pen.line([(0, -44), (0, -116)], "#eef3f7", 1.6)
    pen.shade(box(-24, -124, 24, -115, 3), GOLD, 3, -1)
    pen.line([(0, -124), (0, -146)], "#7a2f2a", 7)
    pen.oval(0, -150, 6.5, 6.5, GOLD)
    pen.oval(0, -150, 2.6, 2.6, "#d8433f")
    pen.shade(smooth([(-66, 0), (-62, -22), (-38, -44), (-8, -52), (20, -48), (52, -32), (66, 0)], 0.6), "#8d8f99", 9, -5)
    pen.line([(-20, -40), (-30, -22), (-24, -12)], dark("#8d8f99", 0.2), 2)
    pen.fill(smooth([(28, -38), (52, -30), (58, -18), (40, -24)], 0.7), "#6f9a57")


def jar_of_fireflies(pen: Pen) -> None:
    """A jar full of small lights."""
    pen.glow(0, -40, 70, "#ffe27a", 0.6)
    jar = smooth([(-30, 0), (-34, -30), (-32, -62), (-20, -74), (20, -74), (32, -62), (34, -30), (30, 0)], 0.35)
    pen.fill(jar, "#d3ecdf", 0.8)
    for x, y in ((-14, -22), (8, -34), (-8, -50), (16, -56), (16, -16), (-20, -38)):
        pen.oval(x, y, 7, 7, "#fff3b0", 0.6)
        pen.oval(x, y, 3.4, 3.4, "#ffd02e")
        pen.oval(x - 3, y - 2, 2, 1.4, "#4a4038")
    pen.curve((-26, -12), (-30, -40), (-24, -60), "#ffffff", 2.6)
    pen.shade(box(-22, -86, 22, -73, 3), "#b5834a", 3, -1)


def pocket_watch(pen: Pen) -> None:
    """A gold watch on its chain."""
    for step in range(9):
        pen.stroke(oval(8 + step * 6.4, -88 + (step - 4) ** 2 * 0.9 - 10, 4, 3), GOLD, 2)
    pen.shade(box(-5, -82, 5, -70, 2), GOLD, 2, -1)
    pen.stroke(oval(0, -86, 7, 6), GOLD, 3)
    pen.shade(oval(0, -36, 36, 36), GOLD, 6, -4)
    pen.oval(0, -36, 29, 29, "#fdf7e6")
    for degrees in range(0, 360, 30):
        a, b = polar((0, -36), degrees, 22), polar((0, -36), degrees, 26)
        pen.line([a, b], "#5a4632", 2.4 if degrees % 90 == 0 else 1.3)
    pen.line([(0, -36), (-9, -48)], "#2b2730", 3)
    pen.line([(0, -36), (12, -53)], "#2b2730", 2)
    pen.oval(0, -36, 2.6, 2.6, "#c8343a")


def glass_slipper(pen: Pen) -> None:
    """A shoe of glass on a cushion."""
    pen.shade(smooth([(-66, -6), (-58, -26), (0, -30), (58, -26), (66, -6), (40, 0), (-40, 0)], 0.6), "#7a3f8a", 6, -3)
    for x in (-66, 66):
        pen.oval(x, -8, 4, 4, GOLD)
    pen.glow(0, -50, 56, "#d0f0ff", 0.6)
    pen.fill(
        smooth([(-44, -78), (-34, -80), (-24, -58), (4, -46), (34, -42), (46, -32), (30, -26), (-6, -30), (-24, -40), (-34, -28), (-40, -28)], 0.55), "#bfe6f5"
    )
    pen.fill(smooth([(-36, -72), (-28, -58), (-4, -46), (16, -42), (0, -40), (-26, -50)], 0.6), "#8fc4de")
    pen.curve((-8, -38), (18, -36), (38, -34), "#ffffff", 2.4)
    pen.line([(-38, -60), (-38, -38)], "#ffffff", 2)


def stained_glass(pen: Pen) -> None:
    """A pointed window of coloured panes with a rose in it."""
    frame = smooth([(-40, 0), (-40, -90), (-24, -130), (0, -152), (24, -130), (40, -90), (40, 0)], 0.2)
    pen.shade(frame, "#8d8780", 4, -2)
    pane = smooth([(-33, -6), (-33, -88), (-19, -122), (0, -140), (19, -122), (33, -88), (33, -6)], 0.2)
    pen.fill(pane, "#3f6fae")
    with pen.inside(pane):
        tones = ("#d8433f", "#f2b93b", "#3f9a6a", "#7a5ac0", "#5fb0d0", "#e0762f")
        for row in range(7):
            for index in range(4):
                pen.fill(box(-34 + index * 17, -22 - row * 18, -17 + index * 17, -4 - row * 18), tones[(row * 3 + index * 2 + row // 2) % 6])
        pen.oval(0, -84, 24, 24, "#2b2730")
        for step in range(8):
            x, y = polar((0, -84), step * 45, 14)
            pen.oval(x, y, 7, 7, tones[step % 2 * 3])
        pen.oval(0, -84, 8, 8, "#ffe48a")
        for x in (-17, 0, 17):
            pen.line([(x, 0), (x, -60)], "#2b2730", 1.8)
        for row in range(4):
            pen.line([(-40, -22 - row * 18 + 18), (40, -22 - row * 18 + 18)], "#2b2730", 1.6)


def paper_lantern(pen: Pen) -> None:
    """A round lantern of red paper, lit from within."""
    pen.glow(0, -46, 74, "#ffb05a", 0.6)
    pen.line([(0, -92), (0, -108)], "#4a3a30", 2.4)
    pen.shade(box(-14, -92, 14, -84, 2), "#3b302b", 2, -1)
    body = smooth([(-12, -86), (-38, -66), (-44, -46), (-38, -26), (-12, -10), (12, -10), (38, -26), (44, -46), (38, -66), (12, -86)], 0.9)
    pen.shade(body, "#e2502f", 6, -3)
    with pen.inside(body):
        pen.oval(0, -46, 28, 30, "#ffc45e", 0.65)
        for y in (-74, -60, -46, -32, -20):
            pen.curve((-46, y), (0, y + 7), (46, y), dark("#e2502f", 0.2), 1.4)
    pen.shade(box(-12, -12, 12, -6, 2), "#3b302b", 2, -1)
    for x in (-4, 0, 4):
        pen.line([(x, -6), (x, 8)], GOLD, 1.8)


def upright_piano(pen: Pen) -> None:
    """An upright piano with candles and notes."""
    wood = "#6b3f2a"
    pen.shade(box(-74, -126, 74, 0, 3), wood, 8, -3)
    pen.shade(box(-80, -132, 80, -122, 2), light(wood, 0.15), 4, -1)
    pen.fill(box(-64, -114, 64, -80, 2), dark(wood, 0.2))
    pen.shade(polygon([(-26, -110), (24, -110), (28, -76), (-30, -76)]), "#fdf9ee", 2, -1, 0.1)
    for y in (-102, -94, -86):
        pen.line([(-20, y), (18, y)], "#b9b2a4", 1)
    pen.shade(box(-84, -74, 84, -56, 2), light(wood, 0.1), 4, -2)
    pen.fill(box(-76, -72, 76, -62, 1), "#fbfaf6")
    for index in range(19):
        x = -72 + index * 8
        pen.line([(x, -72), (x, -62)], "#b9b4ac", 0.8)
        if index % 7 not in (2, 6):
            pen.fill(box(x - 2.4 + 4, -72, x + 2.4 + 3, -66), "#22201f")
    for x in (-72, 66):
        pen.shade(box(x - 3, -56, x + 7, 0, 1), light(wood, 0.08), 2, -1)
    for x in (-7, 7):
        pen.line([(x, -8), (x + 2, -2)], GOLD, 4)
    for x in (-52, 52):
        pen.shade(box(x - 3, -152, x + 3, -132, 1), "#fbf3df", 1, -1)
        pen.glow(x, -158, 18, "#ffd970", 0.7)
        pen.fill(smooth([(x - 3, -153), (x, -164), (x + 3, -153)], 0.7), "#ffb03a")


def drum_kit(pen: Pen) -> None:
    """A bass drum, two toms, a snare and cymbals."""
    for x, y, turn in ((-72, -118, -12), (74, -112, 12)):
        pen.line([(x * 0.86, 0), (x * 0.95, y)], "#6b727a", 3)
        with pen.at(x, y, turn):
            pen.shade(oval(0, 0, 30, 5.4), GOLD, 3, -1)
            pen.oval(0, -3, 6, 3, dark(GOLD, 0.2))
    for x in (-20, 22):
        pen.shade(smooth([(x - 19, -104), (x + 19, -104), (x + 17, -76), (x - 17, -76)], 0.2), "#c8343a", 4, -2)
        pen.shade(oval(x, -104, 19, 6), "#fbf3df", 2, -1)
    for x, tone in ((-64, "#c8343a"), (66, "#c8343a")):
        pen.line([(x, -40), (x, 0)], "#6b727a", 3)
        pen.shade(box(x - 22, -62, x + 22, -40, 2), tone, 4, -2)
        pen.shade(oval(x, -62, 22, 6), "#fbf3df", 2, -1)
    pen.shade(oval(0, -40, 42, 40), "#c8343a", 6, -4)
    pen.oval(0, -40, 35, 34, "#fbf3df")
    pen.fill(polygon([(0, -62), (7, -46), (22, -44), (10, -34), (14, -18), (0, -27), (-14, -18), (-10, -34), (-22, -44), (-7, -46)]), GOLD)


def magic_carpet(pen: Pen) -> None:
    """A patterned carpet in flight, its edges waving."""
    cloth = smooth([(-92, -22), (-50, -40), (0, -30), (50, -40), (96, -30), (72, -6), (28, -14), (-24, -4), (-74, -8)], 0.5)
    pen.shade(cloth, "#8a2f5a", 6, -4)
    with pen.inside(cloth):
        pen.stroke(smooth([(-78, -22), (-46, -34), (0, -25), (48, -34), (80, -27), (64, -12), (26, -19), (-22, -10), (-66, -13)], 0.5), GOLD, 3)
        for x in (-42, 0, 40):
            pen.fill(polygon([(x, -30), (x + 13, -22), (x, -14), (x - 13, -22)]), "#3fb0ac")
            pen.fill(polygon([(x, -26), (x + 6, -22), (x, -18), (x - 6, -22)]), GOLD)
    for x, y in ((-94, -22), (-88, -17), (-82, -12), (98, -30), (90, -22), (82, -14)):
        pen.line([(x, y), (x + (-9 if x < 0 else 9), y + 7)], GOLD, 2)


def quilt(pen: Pen) -> None:
    """A patchwork quilt hanging from a line."""
    pen.line([(-80, -104), (80, -104)], "#8a6444", 5)
    tones = ("#c8605a", "#5a8fb5", "#e0b04a", "#6fa05a", "#b58fc8", "#f2e6cf")
    pen.shade(box(-66, -108, 66, -2, 3), "#f6efe0", 4, -2, 0.1)
    for row in range(4):
        for index in range(5):
            x, y = -62 + index * 25, -102 + row * 25
            tone = tones[(row * 2 + index * 3 + row * index) % 6]
            pen.fill(box(x, y, x + 23, y + 23, 1), tone)
            if (row + index) % 2:
                pen.fill(polygon([(x + 11.5, y + 3), (x + 20, y + 11.5), (x + 11.5, y + 20), (x + 3, y + 11.5)]), light(tone, 0.45))
            else:
                pen.oval(x + 11.5, y + 11.5, 4, 4, light(tone, 0.5))


def sandcastle(pen: Pen) -> None:
    """A castle of sand with a bucket and a paper pennant."""
    sand = "#e3c07f"
    pen.shade(smooth([(-96, 0), (-78, -14), (0, -20), (78, -14), (96, 0)], 0.8), light(sand, 0.2), 4, -2)
    for x, high, half in ((-46, -62, 17), (46, -62, 17), (0, -92, 22)):
        pen.shade(polygon([(x - half * 1.2, -10), (x + half * 1.2, -10), (x + half, high), (x - half, high)]), sand, 6, -2)
        for dx in (-half * 0.8, 0, half * 0.8):
            pen.shade(box(x + dx - 5, high - 9, x + dx + 5, high + 1, 1), sand, 2, -1)
        pen.fill(smooth([(x - 5, -34), (x - 5, -46), (x, -52), (x + 5, -46), (x + 5, -34)], 0.5), dark(sand, 0.35))
    pen.shade(box(-40, -40, 40, -10), dark(sand, 0.05), 3, -1)
    pen.fill(smooth([(-9, -10), (-9, -26), (0, -34), (9, -26), (9, -10)], 0.6), dark(sand, 0.4))
    pen.line([(0, -100), (0, -126)], WOOD, 2)
    pen.fill(polygon([(0, -126), (22, -119), (0, -112)]), "#d8433f")
    pen.shade(polygon([(66, -22), (90, -22), (86, 0), (70, 0)]), "#3f8fd0", 3, -1)
    pen.curve((66, -22), (78, -40), (90, -22), "#3f8fd0", 2)


def ink_bottle(pen: Pen) -> None:
    """A bottle of blue ink with a quill in it."""
    pen.shade(smooth([(4, -40), (26, -84), (52, -110), (48, -80), (30, -58), (8, -38)], 0.6), "#f4f1ea", 3, -2)
    pen.line([(0, -34), (50, -108)], "#c9c2b2", 1.6)
    pen.fill(smooth([(-28, 0), (-30, -22), (-14, -34), (-10, -40), (10, -40), (14, -34), (30, -22), (28, 0)], 0.3), "#bfd6e6")
    pen.shade(smooth([(-26, -2), (-27, -20), (27, -20), (26, -2)], 0.2), "#28395c", 4, -2)
    pen.shade(box(-11, -46, 11, -39, 2), "#8a949e", 2, -1)
    pen.line([(-20, -8), (-20, -18)], "#6f8fc0", 2)
