"""Four-legged animals drawn in the manner of the set: one rig, many species, looking to the right."""

from __future__ import annotations

from pipelines.illustrator.figures.pen import Pen, Point, dark, light, oval, polar, polygon, smooth, tube
from pipelines.illustrator.figures.species import INK, Species

GAITS: dict[str, tuple[tuple[float, float], ...]] = {  # (angle, bend) of near fore, far fore, near hind, far hind
    "stand": ((2, 0), (-6, 0), (-4, -10), (6, -12)),
    "walk": ((24, 4), (-22, 16), (-24, -4), (20, -26)),
    "run": ((62, 8), (40, 20), (-58, -14), (-38, -26)),
    "leap": ((66, 40), (50, 50), (-52, -4), (-40, -10)),
}


def ears(pen: Pen, kind: Species, near: bool) -> None:
    """One ear, behind the head when it is the far one."""
    x, fur = (-8.0, kind.fur) if near else (7.0, dark(kind.fur, 0.2))
    inner = "#e6a7a0" if kind.ears in ("long", "big") or kind.nose != INK else dark(kind.fur, 0.3)
    if kind.marks == "panda":
        fur = inner = "#2e2c33"
    if kind.ears == "point":
        pen.shade(smooth([(x - 7, -8), (x - 6, -22), (x - 1, -29), (x + 5, -20), (x + 8, -11)], 0.45), fur, 2, -1)
        if near:
            pen.fill(smooth([(x - 3.6, -11), (x - 3, -20), (x - 0.6, -24), (x + 2.6, -18), (x + 4, -12)], 0.45), inner)
    elif kind.ears == "round":
        pen.shade(oval(x, -14, 7, 7), fur, 2, -1)
        if near:
            pen.oval(x + 0.6, -13.4, 4, 4, inner)
    elif kind.ears == "big":
        pen.shade(oval(x - 3, -14, 11, 11), fur, 3, -2)
        if near:
            pen.oval(x - 2, -13.4, 7, 7.4, inner)
    elif kind.ears == "long":
        pen.shade(smooth([(x - 5, -9), (x - 10, -30), (x - 7, -46), (x, -44), (x + 3, -28), (x + 5, -10)], 0.8), fur, 2, -1)
        if near:
            pen.fill(smooth([(x - 2, -13), (x - 6, -30), (x - 5, -40), (x - 1, -38), (x + 0.6, -26), (x + 2, -13)], 0.8), inner)
    elif kind.ears == "floppy":
        tone = dark(fur, 0.3)
        pen.shade(smooth([(x - 2, -14), (x - 10, -10), (x - 13, 6), (x - 7, 12), (x - 1, 4), (x + 4, -10)], 0.8), tone, 2, -1)
    elif kind.ears == "horse":
        pen.shade(smooth([(x - 4, -10), (x - 5, -22), (x - 1, -28), (x + 4, -20), (x + 4, -11)], 0.5), fur, 1.6, -1)


def head(pen: Pen, kind: Species, mood: str, asleep: bool = False) -> None:
    """A head about 34 units high, its middle at the origin."""
    fur, s = kind.fur, kind.snout
    if kind.horn == "twigs":
        for side, tone in ((7.0, "#a88458"), (-4.0, "#c49f6c")):
            pen.line([(side, -12), (side - 5, -26), (side - 2, -42)], tone, 3.4)
            pen.line([(side - 5, -26), (side - 14, -34)], tone, 2.8)
            pen.line([(side - 4, -32), (side + 5, -39)], tone, 2.8)
    if kind.horn == "antlers":
        for side, tone in ((9.0, "#a88458"), (-6.0, "#c49f6c")):
            pen.shade(
                smooth(
                    [
                        (side, -12),
                        (side - 6, -20),
                        (side - 18, -22),
                        (side - 26, -34),
                        (side - 20, -32),
                        (side - 18, -40),
                        (side - 13, -33),
                        (side - 8, -40),
                        (side - 5, -30),
                        (side + 1, -34),
                        (side + 2, -22),
                        (side + 3, -12),
                    ],
                    0.4,
                ),
                tone,
                2,
                -2,
            )
    ears(pen, kind, False)
    if kind.mane and kind.ears == "round":  # a lion
        pen.shade(
            smooth([(4, -29), (16, -24), (22, -12), (20, 4), (14, 18), (2, 26), (-14, 24), (-25, 12), (-28, -4), (-24, -18), (-12, -27)], 1.0), kind.mane, 5, -3
        )
    skull = smooth([(0, -17), (10, -15), (15.5, -7), (16, 3), (11, 12), (0, 15.5), (-11, 12), (-16.5, 3), (-15, -8), (-9, -15)], 0.95)
    horse = kind.ears == "horse" or (kind.hooves and s > 12)
    if horse:
        skull = smooth(
            [(0, -17), (9, -14), (15, -6), (14 + s * 0.7, 4), (13 + s * 0.75, 12), (6 + s * 0.6, 16), (1, 12), (-9, 9), (-14, 0), (-12, -10), (-7, -15)], 0.85
        )
    pen.shade(skull, fur, 4, -3)
    with pen.inside(skull):
        if kind.marks == "stripes":
            for x in (-3, 2, 7):
                pen.fill(polygon([(x - 1.2, -19), (x + 1.4, -19), (x + 0.5, -10)]), dark(fur, 0.5))
            for y in (1, 6):
                pen.fill(polygon([(-18, y - 1), (-18, y + 2), (-9, y + 0.6)]), dark(fur, 0.5))
        elif kind.marks == "mask":
            pen.fill(smooth([(-14, -4), (4, -6), (17, -6), (17, 2), (6, 2.4), (-8, 5)], 0.6), "#3a383f")
            pen.fill(smooth([(4, -18), (8, -18), (9, -4), (6, -4)], 0.4), kind.belly)
        elif kind.marks == "spots":
            for x, y in ((-9, -6), (-4, -12), (3, -13), (-11, 2)):
                pen.oval(x, y, 1.5, 1.3, dark(fur, 0.55))
        elif kind.marks == "blaze":
            pen.fill(smooth([(4, -18), (9, -17), (11, -4), (10, 6), (6, 4), (5, -6)], 0.6), kind.belly)
        if not horse:
            pen.fill(smooth([(-17, 6), (-8, 4), (-1, 3), (4, 7), (16, 5), (18, 18), (-14, 20)], 0.7), kind.belly)  # pale cheeks
    if kind.marks == "panda":
        pen.fill(smooth([(-1, -5), (4, -6.4), (6.6, -2), (4, 3.6), (-1, 3)], 0.9), "#2e2c33")
        pen.oval(11.8, -1.6, 3.6, 4.4, "#2e2c33")
    if kind.horn == "one":
        pen.shade(polygon([(3, -15), (9, -15), (13, -42)]), "#f2c75a", 1.5, -1)
        for step in range(4):
            pen.line([(4.4 + step * 1.8, -19 - step * 5), (9.4 + step * 0.9, -18 - step * 5)], "#d9a53a", 1)
    if kind.mane and kind.ears in ("horse", "long"):
        pen.shade(smooth([(6, -15), (2, -23), (-8, -21), (-17, -12), (-20, 4), (-14, 12), (-12, -2), (-6, -10), (2, -8), (7, -9)], 0.8), kind.mane, 2, -2)
    if horse:
        nose_x, nose_y = 12 + s * 0.72, 9.0
        with pen.inside(skull):
            pen.oval(15 + s * 0.5, 13, 9, 9, kind.belly)
        pen.oval(nose_x, nose_y, 1.3, 1.7, INK)
        if mood == "sad":
            pen.curve((9 + s * 0.5, 14.4), (10 + s * 0.55, 13), (13 + s * 0.6, 13), INK, 1.2)
        else:
            pen.curve((5 + s * 0.5, 12.4), (9 + s * 0.55, 16.2), (13 + s * 0.6, 13.4), INK, 1.3)
    else:
        reach = s * 0.55
        muzzle = smooth([(4, 1), (9 + reach, 1.2), (12 + reach, 5), (9 + reach, 10), (4, 11.5), (-1, 7)], 0.95)
        pen.shade(muzzle, kind.belly if kind.fur != "#3a3742" else light(kind.fur, 0.12), 2, -2, 0.1)
        nose_x = 10 + reach
        if kind.nose == "#d9808a":  # a pig's snout
            pen.shade(oval(nose_x, 5, 5, 6), "#e8949c", 1.6, -1)
            for dy in (-1.6, 1.6):
                pen.oval(nose_x + 1, 5 + dy, 0.9, 1.1, "#b5606a")
        else:
            pen.fill(smooth([(nose_x - 3.2, 1.2), (nose_x + 2.6, 0.8), (nose_x + 3.2, 3), (nose_x, 5), (nose_x - 3, 3.4)], 0.8), kind.nose)
        if mood in ("happy", "brave"):
            pen.curve((nose_x - 8, 7.6), (nose_x - 3, 12), (nose_x + 0.6, 7), INK, 1.3)
        elif mood in ("surprised", "afraid"):
            pen.oval(nose_x - 4, 9.4, 2, 2.4, "#6a2a2a")
        elif mood in ("sad",):
            pen.curve((nose_x - 8, 10.4), (nose_x - 4, 7.6), (nose_x - 0.5, 9), INK, 1.3)
        else:
            pen.curve((nose_x - 7, 8.6), (nose_x - 3, 10.2), (nose_x, 7), INK, 1.2)
    if kind.marks == "wool":
        for curl_x, curl_y, curl in ((-14, -6, 6.5), (-11, -14, 7.5), (-2, -19, 8), (8, -17, 6.5), (-15, 3, 5.5), (1, -12, 6)):
            pen.shade(oval(curl_x, curl_y, curl, curl), "#fffaf0", 2, -2, 0.12)
    if kind.horn in ("cow", "goat"):
        for base, tone in ((5, "#cdbf9f"), (-5, "#e9dfc6")):
            bend: list[Point] = [(base, -14), (base - 3, -24), (base + 5, -30)]
            if kind.horn == "goat":
                bend = [(base, -14), (base - 3, -30), (base - 17, -38)]
            pen.shade(tube(bend, [6, 4.5, 2]), tone, 1, -1)
    if kind.horn == "goat":
        pen.shade(smooth([(9, 14), (15, 15), (14, 28), (10, 32)], 0.5), "#7a5a48", 1, -1)
    if kind.horn == "cow":
        pen.oval(-6, -3, 5, 6.5, kind.mane)
    if kind.marks == "trunk":
        pen.shade(tube([(12, 3), (20, 14), (18, 27), (27, 33)], [14, 11, 8.5, 6.5]), fur, 2, -2)
        for y in (10, 16, 22):
            pen.line([(15.5, y), (20.5, y - 0.6)], dark(fur, 0.2), 1)
        pen.shade(smooth([(7, 9), (11, 8), (18, 17), (16, 19), (9, 14)], 0.6), "#fbf3df", 1, -1)
    ears(pen, kind, True)
    _eyes(pen, kind, mood, asleep, horse)


def _eyes(pen: Pen, kind: Species, mood: str, asleep: bool, horse: bool) -> None:
    for x in (4.0,) if horse else (2.6, 11.4):
        y = -3.4 if horse else -2.4
        if asleep:
            pen.curve((x - 2.4, y), (x, y + 2.2), (x + 2.4, y), INK if kind.marks not in ("panda",) else "#d9d9de", 1.3)
            continue
        if kind.marks in ("panda", "mask") or kind.fur == "#3a3742":
            pen.oval(x, y, 2.9, 3.1, "#f2ead0" if kind.fur != "#3a3742" else "#e0d05a")
        pen.oval(x, y, 2.1, 2.7, INK)
        pen.oval(x + 0.8, y - 1, 0.8, 0.8, "#ffffff")
        up = {"sad": (1.4, -1.4), "afraid": (1.2, -1.8), "angry": (-1.6, 1.4), "brave": (-0.8, 0.8)}.get(mood)
        if up and x < 10:
            pen.line([(x - 2.6, y - 5 + up[0]), (x + 2.4, y - 5 + up[1])], dark(kind.fur, 0.5), 1.4)
            pen.line([(11, y - 5 + up[1]), (14, y - 5 + up[0])], dark(kind.fur, 0.5), 1.4)


def tail(pen: Pen, kind: Species, x: float, y: float, lift: float = 0.0) -> None:
    """A tail that grows at (x, y) to the left."""
    fur = kind.fur
    with pen.at(x, y, lift):
        if kind.tail == "bushy":
            pen.shade(smooth([(2, -3), (-14, -8), (-32, -22), (-46, -22), (-52, -8), (-42, 6), (-24, 10), (2, 6)], 0.8), fur, 4, -3)
            pen.fill(smooth([(-42, -23), (-50, -18), (-52, -6), (-44, 3), (-40, -4), (-44, -10), (-38, -14)], 0.8), kind.belly)
        elif kind.tail == "plume":  # carried high, its tip curled back
            pen.shade(
                smooth([(2, -4), (-12, -10), (-26, -30), (-32, -60), (-24, -86), (-6, -96), (8, -86), (0, -76), (-8, -62), (-8, -40), (-2, -16), (6, 4)], 0.8),
                fur,
                4,
                -3,
            )
            pen.fill(smooth([(-14, -30), (-22, -58), (-14, -80), (-4, -86), (-12, -70), (-14, -50), (-10, -32)], 0.8), light(fur, 0.35))
        elif kind.tail in ("thin", "tuft", "ring", "curl"):
            points: list[Point] = [(2, 0), (-18, 2), (-30, -14), (-28, -34)] if kind.tail != "curl" else [(2, 0), (-14, -4), (-20, -24), (-12, -36)]
            width = 3.6 if kind.tail in ("thin", "tuft") else 7.4 if kind.tail == "ring" else 6
            tone = "#e6a7a0" if kind.ears == "big" else fur
            path = tube(points, [width + 1.5, width, width, width * 0.8], 0.5)
            pen.shade(path, tone, 2, -1)
            if kind.tail == "tuft":
                pen.shade(oval(-28, -36, 6, 7.5), kind.mane or dark(fur, 0.4), 2, -2)
            if kind.tail == "ring" or (kind.tail == "curl" and kind.marks == "stripes"):
                with pen.inside(path):
                    for sx, sy in ((-12, 1), (-24, -8), (-30, -20), (-29, -31), (-17, -14), (-17, -26)):
                        pen.line([(sx - 6, sy - 2), (sx + 6, sy + 2)], dark(fur, 0.5), 3)
        elif kind.tail == "shell":
            shell = smooth([(8, 8), (-16, 6), (-30, -12), (-28, -36), (-12, -52), (8, -50), (16, -20)], 0.9)
            pen.shade(shell, "#7a8a3f", 5, -3)
            with pen.inside(shell):
                for seam in ([(-30, -20), (-12, -24), (14, -18)], [(-20, -50), (-12, -24), (-16, 8)], [(-6, -54), (4, -30), (2, 8)]):
                    pen.line(seam, "#55632c", 2.6)
        elif kind.tail == "puff":
            pen.shade(oval(-4, -2, 8, 7.5), "#fffaf2", 2, -2, 0.1)
        elif kind.tail == "horse":
            pen.shade(smooth([(2, -4), (-14, -8), (-26, 4), (-26, 26), (-34, 42), (-16, 36), (-10, 16), (2, 6)], 0.8), kind.mane, 3, -2)
        else:
            pen.shade(oval(-2, 0, 6, 5), fur, 2, -1)


def _leg(pen: Pen, kind: Species, top: Point, angle: float, bend: float, near: bool, hind: bool) -> None:
    tone = kind.fur if near else dark(kind.fur, 0.22)
    if kind.marks == "panda":
        tone = "#2e2c33" if near else "#201f25"
    upper, lower = 21 * kind.legs, 22 * kind.legs
    knee = polar(top, angle, upper)
    foot = polar(knee, angle + bend, lower)
    thick = (19 if hind else 14) * (0.55 + 0.45 * kind.girth)
    pen.shade(tube([top, knee, foot], [thick, thick * 0.62, thick * 0.48]), tone, 3, -1)
    if kind.paws and kind.marks != "panda":
        pen.shade(
            tube([(knee[0] + (foot[0] - knee[0]) * 0.3, knee[1] + (foot[1] - knee[1]) * 0.3), foot], [thick * 0.58, thick * 0.52]),
            kind.paws if near else dark(kind.paws, 0.2),
            2,
            -1,
        )
    if kind.hooves:
        pen.fill(
            polygon(
                [
                    (foot[0] - thick * 0.26, foot[1] - 2),
                    (foot[0] + thick * 0.26, foot[1] - 2),
                    (foot[0] + thick * 0.36, foot[1] + 5),
                    (foot[0] - thick * 0.32, foot[1] + 5),
                ]
            ),
            "#4a3a34" if near else "#372b27",
        )
    else:
        pen.shade(
            smooth(
                [(foot[0] - 5, foot[1] - 4), (foot[0] + 4, foot[1] - 4), (foot[0] + 10, foot[1] + 1), (foot[0] + 9, foot[1] + 5), (foot[0] - 5, foot[1] + 5)],
                0.7,
            ),
            (kind.paws if kind.paws and kind.marks != "panda" else tone) if near else dark(kind.paws or tone, 0.2 if kind.paws else 0),
            2,
            -1,
        )


def _marks(pen: Pen, kind: Species, body: object, hip: Point, shoulder: Point, thick: float) -> None:
    with pen.inside(body):  # type: ignore[arg-type]
        pen.oval((hip[0] + shoulder[0]) / 2, hip[1] + thick * 0.62, abs(shoulder[0] - hip[0]) * 0.62, thick * 0.34, kind.belly, 0.85)
        if kind.marks == "stripes":
            for step in range(6):
                x = hip[0] - 8 + step * 12
                pen.fill(polygon([(x - 2, hip[1] - thick), (x + 3, hip[1] - thick), (x + 1, hip[1] - thick * 0.02)]), dark(kind.fur, 0.5))
        elif kind.marks == "spots":
            for step in range(14):
                pen.oval(hip[0] - 12 + (step * 17) % 76, hip[1] - thick * 0.36 + (step * 7) % 18, 2.4, 2, dark(kind.fur, 0.55))
        elif kind.marks == "panda":
            pen.fill(
                polygon(
                    [
                        (shoulder[0] - 14, shoulder[1] - thick),
                        (shoulder[0] + 6, shoulder[1] - thick),
                        (shoulder[0] + 10, shoulder[1] + thick),
                        (shoulder[0] - 12, shoulder[1] + thick),
                    ]
                ),
                "#2e2c33",
            )


def four_legged(pen: Pen, kind: Species, pose: str, mood: str, scarf: str = "", hat: object = None) -> None:
    """A whole animal on its legs: stand, walk, run, leap, sit or sleep."""
    g, asleep = kind.girth, pose == "sleep"
    thick = 31 * g
    if asleep:
        tail(pen, kind, -30, -12, 14)
        body = smooth([(-40, -2), (-44, -16), (-32, -30 * g), (-8, -34 * g), (16, -28 * g), (30, -10), (28, -1)], 0.8)
        pen.shade(body, kind.fur, 5, -3)
        _marks(pen, kind, body, (-26, -18), (22, -16), thick * 0.8)
        for x in (-26, 14):
            pen.shade(
                smooth([(x - 12, -9), (x + 10, -10), (x + 20, -5), (x + 18, 0), (x - 12, 0)], 0.7),
                "#2e2c33" if kind.marks == "panda" else kind.paws or kind.fur,
                2,
                -1,
            )
        with pen.at(32, -13 * kind.head, 8, kind.head):
            head(pen, kind, mood, True)
        return
    if pose == "sit":
        tail(pen, kind, -22, -10, 12 if kind.tail != "horse" else 0)
        _leg(pen, kind, (14, -42 * kind.legs), 4, 0, False, False)
        body = tube([(-10, -17), (2, -34), (10, -44 * kind.legs - 10)], [36 * g, 31 * g, 25 * g], 0.5)
        pen.shade(body, kind.fur, 5, -2)
        with pen.inside(body):
            pen.fill(smooth([(14 * g, -60), (22 * g, -44), (16 * g, -18), (8, -16), (6, -40)], 0.8), kind.belly)
            if kind.marks == "stripes":
                for step in range(5):
                    pen.fill(polygon([(-30, -56 + step * 11), (-30, -51 + step * 11), (-8 + step, -50 + step * 11)]), dark(kind.fur, 0.5))
        haunch = smooth([(-24 * g, -4), (-24 * g, -22), (-10, -30), (4, -20), (6, -4)], 0.85)
        pen.shade(haunch, kind.fur if kind.marks != "panda" else "#2e2c33", 4, -2)
        pen.shade(smooth([(-8, -7), (8, -8), (14, -3), (12, 0), (-10, 0)], 0.7), "#2e2c33" if kind.marks == "panda" else kind.paws or kind.fur, 2, -1)
        _leg(pen, kind, (9, -38 * kind.legs), 8, 0, True, False)
        place = (14.0, -44 * kind.legs - 10 - 16 * kind.head)
        if scarf:
            pen.shade(
                smooth([(-2, place[1] + 10), (12, place[1] + 14), (26, place[1] + 11), (25, place[1] + 18), (10, place[1] + 22), (-3, place[1] + 17)], 0.7),
                scarf,
                2,
                -1,
            )
        with pen.at(*place, 0, kind.head):
            head(pen, kind, mood)
            if callable(hat):
                hat(pen)
        return
    gait = GAITS.get(pose, GAITS["stand"])
    lift = {"run": 6.0, "leap": 26.0}.get(pose, 0.0)
    back = -(43 * kind.legs + 5) - (0 if pose not in ("run", "leap") else -9) - lift
    pitch = {"leap": -12.0, "run": -3.0}.get(pose, 0.0)
    hip, shoulder = (-27.0, back), (25.0, back)
    with pen.at(0, back, pitch), pen.at(0, -back):
        _leg(pen, kind, (shoulder[0] + 4, shoulder[1] + 3), *gait[1], near=False, hind=False)
        _leg(pen, kind, (hip[0] + 5, hip[1] + 3), *gait[3], near=False, hind=True)
        tail(pen, kind, hip[0] - 13 * g, hip[1] - 8, 22 if pose in ("run", "leap") else 0)
        n = kind.neck
        place = (
            shoulder[0] + 10 + 12 * n * (1.25 if pose in ("run", "leap") else 1),
            shoulder[1] - 12 * g - 22 * n * (0.7 if pose in ("run", "leap") else 1),
        )
        if kind.mane and kind.ears in ("horse", "long"):
            pen.shade(
                smooth(
                    [
                        (place[0] - 8, place[1] - 12),
                        (place[0] - 22, place[1]),
                        (shoulder[0] - 16, shoulder[1] - 16),
                        (shoulder[0] - 4, shoulder[1] - 6),
                        (place[0], place[1] + 10),
                    ],
                    0.8,
                ),
                kind.mane,
                3,
                -2,
            )
        body = tube([hip, ((hip[0] + shoulder[0]) / 2, back + 2), shoulder], [thick * 1.04, thick * 0.95, thick], 0.5)
        pen.shade(
            tube(
                [(shoulder[0] + 1, shoulder[1] - 3), ((shoulder[0] + place[0]) / 2 + 1, (shoulder[1] + place[1]) / 2 - 1), place],
                [thick * 0.86, thick * 0.66 if n < 1.2 else 19, 19 * kind.head],
            ),
            kind.fur,
            4,
            -2,
        )
        pen.shade(body, kind.fur, 5, -4)
        _marks(pen, kind, body, hip, shoulder, thick)
        _leg(pen, kind, (hip[0] - 2, hip[1] + 4), *gait[2], near=True, hind=True)
        _leg(pen, kind, (shoulder[0] - 2, shoulder[1] + 4), *gait[0], near=True, hind=False)
        if kind.marks != "panda":
            pen.fill(oval(shoulder[0] - 3, shoulder[1] - 1, thick * 0.3, thick * 0.36), kind.fur)
            pen.fill(oval(hip[0] - 1, hip[1] - 1, thick * 0.36, thick * 0.38), kind.fur)
        if scarf:
            sx, sy = place[0] - 7, place[1] + 13 * kind.head
            pen.shade(smooth([(sx - 10, sy + 2), (sx - 24, sy + 14), (sx - 20, sy + 22), (sx - 4, sy + 8)], 0.5), dark(scarf, 0.14), 2, -1)
            pen.shade(smooth([(sx - 12, sy - 3), (sx + 2, sy + 2), (sx + 14, sy - 3), (sx + 14, sy + 5), (sx, sy + 9), (sx - 13, sy + 5)], 0.7), scarf, 2, -1)
        with pen.at(*place, 4 if pose == "walk" else 0, kind.head):
            head(pen, kind, mood)
            if callable(hat):
                hat(pen)


def units(kind: Species) -> float:
    """Metres per 100 units: the rig's back is at 43 * legs + 5, and half the body is above it."""
    return kind.metres / (43 * kind.legs + 5 + 15 * kind.girth) * 100
