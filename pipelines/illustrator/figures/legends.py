"""Dragons and mermaids."""

from __future__ import annotations

from dataclasses import replace

from pipelines.illustrator.figures import dress, hats, heads, people
from pipelines.illustrator.figures.looks import SKINS, Look, choice
from pipelines.illustrator.figures.marks import INK
from pipelines.illustrator.figures.pen import Pen, dark, light, mix, polygon, smooth, tube
from pipelines.illustrator.figures.poses import BUILDS, POSES, skeleton


def mermaid(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    """A mermaid, or a merman by the noun."""
    posture = POSES[pose if abs(POSES[pose].lean) < 16 and not POSES[pose].turn and not POSES[pose].seat else "float"]
    look = replace(look, upper="leotard", coat="", prop="" if look.prop == "box" else look.prop)
    bones = skeleton(replace(posture, near_leg=(0, 0), far_leg=(0, 0), lift=0), BUILDS["female"])
    hip, shift = bones.hip, (0.0, 0.0)
    scales = "#2f9a8f" if look.top != "#2f9a8f" else "#4f7fc0"
    man = "merman" in noun
    with pen.at(*shift):
        with pen.at(*bones.head, bones.lean * 0.45 + bones.nod):
            heads.hair_behind(pen, look)
        dress.arm(pen, look, BUILDS["female"], bones, near=False)
        fin = smooth([(-40, -8), (-70, -30), (-72, -10), (-64, 2), (-74, 12), (-60, 14), (-44, 2)], 0.7)
        pen.shade(fin, light(scales, 0.2), 4, -2)
        tail = tube([(hip[0], hip[1] - 14), (hip[0] + 14, hip[1] + 40), (-6, -9), (-46, -4)], [25, 27, 19, 9], 0.6)
        people.neck(pen, look, bones)
        pen.shade(
            smooth(
                [
                    (hip[0] - 13, hip[1] - 4),
                    (hip[0] - 10, hip[1] - 22),
                    (bones.neck[0] - 12, bones.neck[1] + 10),
                    (bones.neck[0] - 4, bones.neck[1]),
                    (bones.neck[0] + 6, bones.neck[1]),
                    (bones.neck[0] + 12, bones.neck[1] + 12),
                    (hip[0] + 9, hip[1] - 22),
                    (hip[0] + 13, hip[1] - 4),
                ],
                0.7,
            ),
            look.skin,
            4,
            -2,
            0.14,
        )
        if not man:
            pen.shade(
                smooth(
                    [
                        (bones.neck[0] - 13, bones.neck[1] + 14),
                        (bones.neck[0] + 13, bones.neck[1] + 14),
                        (bones.neck[0] + 11, bones.neck[1] + 25),
                        (bones.neck[0], bones.neck[1] + 22),
                        (bones.neck[0] - 11, bones.neck[1] + 25),
                    ],
                    0.6,
                ),
                "#c98be0",
                2,
                -1,
            )
        pen.shade(tail, scales, 6, -2)
        with pen.inside(tail):
            for row in range(9):
                for column in range(-3, 4):
                    x, y = hip[0] + column * 9 + (row % 2) * 4.5, hip[1] - 8 + row * 9
                    pen.curve((x - 4, y), (x, y + 5), (x + 4, y), dark(scales, 0.2), 1)
        people.head(pen, look, bones, BUILDS["female"], bones.lean * 0.45 + bones.nod, mood, posture.asleep)
        dress.arm(pen, look, BUILDS["female"], bones, near=True)


def dragon(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    """A winged dragon, sitting, flying or asleep."""
    green = look.skin if look.skin not in SKINS else choice(noun + look.top, "dragon", ("#4f9a57", "#b5433a", "#3f7f9e", "#7a4f9e"))
    belly, membrane = "#f2dc9a", mix(green, "#f2a04a", 0.55)
    flying = pose in ("fly", "leap", "fall", "float")
    asleep = pose == "sleep"
    with pen.at(0, -40 if flying else 0, -10 if flying else 0):
        tip = 60 if flying else 12
        _wing(pen, (6, -104), dark(membrane, 0.2), dark(green, 0.25), tip, 0.92)
        pen.shade(tube([(-40, -34), (-92, -18), (-128, -44), (-158, -72)], [44, 28, 16, 5], 0.6), green, 6, -3)
        pen.shade(smooth([(-152, -66), (-176, -76), (-168, -98), (-150, -88)], 0.5), membrane, 3, -2)
        if not flying:
            pen.shade(tube([(24, -56), (36, -28), (28, -6)], [26, 18, 15]), dark(green, 0.22), 3, -1)
            pen.shade(smooth([(18, -8), (44, -8), (52, 0), (18, 0)], 0.5), dark(green, 0.26), 2, -1)
        body = smooth([(-58, -30), (-48, -64), (-14, -92), (20, -98), (42, -76), (40, -42), (16, -18), (-24, -12), (-48, -14)], 0.9)
        for index in range(6):
            x, y = -62 + index * 17, -50 - [0, 18, 32, 42, 50, 56][index]
            pen.fill(polygon([(x - 9, y + 8), (x - 2, y - 12), (x + 9, y + 4)]), membrane)
        neck = tube([(20, -74), (52, -112), (58, -146), (76, -164)], [54, 34, 27, 27], 0.6)
        pen.shade(neck, green, 6, -2)
        for x, y in ((44, -130), (34, -114), (46, -148)):
            pen.fill(polygon([(x - 8, y + 6), (x - 13, y - 8), (x + 5, y - 4)]), membrane)
        pen.shade(body, green, 8, -4)
        with pen.inside(body):
            pen.fill(smooth([(46, -96), (24, -70), (10, -30), (-10, -8), (60, -8), (60, -60)], 0.7), belly)
        with pen.inside(neck):
            pen.fill(tube([(44, -66), (66, -112), (70, -140), (84, -154)], [26, 14, 12, 8], 0.6), belly)
        for step in range(5):
            pen.curve((24 - step * 5, -66 + step * 11), (34 - step * 5, -60 + step * 11), (42 - step * 3, -66 + step * 11), dark(belly, 0.16), 1.6)
        if flying:
            pen.shade(tube([(-26, -26), (-40, -6), (-60, 0)], [30, 18, 14]), green, 4, -2)
            pen.shade(tube([(26, -40), (44, -24), (40, -8)], [20, 13, 10]), green, 3, -2)
        else:
            pen.shade(smooth([(-58, -4), (-60, -34), (-36, -52), (-12, -36), (-8, -6)], 0.9), green, 6, -3)
            pen.shade(smooth([(-50, -9), (-18, -12), (2, -6), (0, 0), (-50, 0)], 0.6), green, 3, -2)
            pen.shade(tube([(14, -52), (22, -26), (14, -6)], [26, 18, 15]), green, 4, -2)
            pen.shade(smooth([(4, -9), (26, -10), (38, -4), (36, 0), (4, 0)], 0.6), green, 3, -2)
            for x in (26, 32, -8, -2):
                pen.fill(polygon([(x, -3), (x + 7, 0), (x, 1)]), "#fbf3df")
        _dragon_head(pen, green, belly, membrane, mood, asleep, look)
        _wing(pen, (-8, -88), membrane, green, tip, 1.0)


def _wing(pen: Pen, at: tuple[float, float], skin: str, bone: str, turn: float, size: float) -> None:
    with pen.at(at[0], at[1], -turn * 0.4, size):
        pen.shade(
            smooth([(0, 0), (-14, -50), (-44, -92), (-72, -84), (-102, -58), (-96, -40), (-84, -22), (-72, -34), (-58, -6), (-46, -20), (-28, 8)], 0.35),
            skin,
            4,
            -2,
        )
        for end in ((-102, -58), (-84, -22), (-58, -6)):
            pen.line([(-44, -92), end], dark(skin, 0.16), 3)
        pen.shade(tube([(2, 2), (-16, -50), (-46, -94)], [13, 9, 5]), bone, 2, -1)


def _dragon_head(pen: Pen, green: str, belly: str, membrane: str, mood: str, asleep: bool, look: Look) -> None:
    with pen.at(84, -172, 4):
        for side, tone in ((4, "#d9c38f"), (-8, "#f2e3b5")):
            pen.shade(smooth([(side - 6, -14), (side - 18, -28), (side - 36, -36), (side - 26, -22), (side - 16, -6)], 0.7), tone, 2, -1)
        pen.shade(smooth([(-16, 4), (-32, 6), (-30, 14), (-22, 14), (-22, 24), (-8, 14)], 0.4), membrane, 2, -1)
        jaw = smooth([(-10, 8), (12, 14), (42, 14), (46, 20), (24, 26), (0, 24), (-12, 16)], 0.8)
        pen.shade(jaw, dark(green, 0.1), 2, -1)
        skull = smooth([(-20, 4), (-18, -14), (-2, -22), (14, -16), (30, -4), (48, -4), (54, 6), (48, 15), (24, 17), (0, 18), (-14, 14)], 0.85)
        pen.shade(skull, green, 4, -3)
        pen.curve((12, 16), (32, 18), (50, 12), INK, 1.8)
        if mood in ("angry", "brave"):
            for x in (20, 32, 43):
                pen.fill(polygon([(x, 15), (x + 6, 14.6), (x + 3, 22)]), "#fdfaf0")
        pen.oval(46, 1, 1.8, 2.6, dark(green, 0.5))
        if asleep:
            pen.curve((0, -3), (5, 1), (10, -3), INK, 1.8)
        else:
            pen.oval(5, -5, 6.4, 7, "#fff4c0")
            pen.oval(7, -4.6, 3.2, 5, INK)
            pen.oval(8.4, -7, 1.3, 1.3, "#ffffff")
            if mood in ("angry", "brave"):
                pen.line([(-2, -14), (13, -9)], dark(green, 0.4), 3)
            elif mood in ("sad", "afraid"):
                pen.line([(-2, -11), (12, -15)], dark(green, 0.4), 3)
        if look.hat in hats.HATS and look.hat:
            with pen.at(0, -12, 6, 1.2):
                hats.hat(pen, look)
