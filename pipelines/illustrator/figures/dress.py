"""Bodies and what they wear, over a posed skeleton: limbs, torso, skirts, coats, capes, shoes."""
# ruff: noqa: E501 - tables of words and coordinates read best a row a line

from __future__ import annotations

import math

import skia

from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen, Point, box, dark, lerp, light, oval, polygon, smooth, tube
from pipelines.illustrator.figures.poses import SOLE, Build, Pose, Skeleton

LONG = frozenset(("gown", "robe"))
STEEL = "#a9b4c0"


def legs(pen: Pen, look: Look, build: Build, bones: Skeleton, pose: Pose, near: bool) -> None:
    """One leg with its shoe."""
    hip, knee, ankle = bones.near_leg if near else bones.far_leg
    g = build.girth
    shade = 0.0 if near else 0.24
    bare = look.lower in ("shorts", "skirt", "tutu")
    cloth = dark(look.bottom, shade) if shade else look.bottom
    skin = dark(look.skin, shade * 0.8) if shade else look.skin
    if look.lower == "tutu":
        skin = dark("#f7c9d4", shade)
    shoe(pen, look, bones, ankle, knee, near, pose)
    if bare:
        pen.shade(tube([hip, knee, ankle], [15 * g, 11.5 * g, 7.5 * g]), skin, 3, -1, 0.14)
        if look.lower == "shorts":
            pen.shade(tube([hip, lerp(hip, knee, 0.9)], [17.5 * g, 16 * g]), cloth, 4, -1)
        if "socks" in look.extras:
            pen.fill(tube([lerp(knee, ankle, 0.5), ankle], [9.6 * g, 8.2 * g]), "#f4efe6")
    else:
        wide = 10.5 if look.lower in ("trousers", "robe", "gown") else 8.5
        pen.shade(tube([hip, knee, ankle], [17.5 * g, 13.5 * g, wide * g]), cloth, 4, -1)
        if look.upper == "armour":
            pen.shade(oval(*knee, 7.4 * g, 7.4 * g), dark(light(STEEL, 0.2), shade), 2, -2)
    if look.boots:
        pen.shade(tube([lerp(knee, ankle, 0.42), ankle], [12.5 * g, 10.5 * g]), dark(look.shoes, shade), 3, -1)
        top = lerp(knee, ankle, 0.42)
        pen.line([(top[0] - 5.4 * g, top[1]), (top[0] + 5.4 * g, top[1])], light(look.shoes, 0.2), 2.6)


def shoe(pen: Pen, look: Look, bones: Skeleton, ankle: Point, knee: Point, near: bool, pose: Pose) -> None:
    """A shoe at an ankle, its sole on the ground unless the toes point down."""
    color = look.shoes if near else dark(look.shoes, 0.26)
    tip = pose.toes[0 if near else 1]
    if pose.asleep:
        tip = 0
    with pen.at(*ankle, tip):
        if look.lower == "tutu" or "barefoot" in look.extras:
            tone = look.skin if "barefoot" in look.extras else "#f2a9b8"
            pen.shade(smooth([(-5, -3), (-5.4, SOLE), (4, SOLE), (14, SOLE), (13, SOLE - 3), (5, -1), (4, -4)], 0.5), dark(tone, 0 if near else 0.2), 2, -1)
            return
        pen.shade(smooth([(-6, -4), (-6.6, 1), (-6.4, SOLE), (6, SOLE), (15, SOLE), (15.4, SOLE - 3.4), (9.5, -1), (5.6, -4)], 0.55), color, 3, -1.6)
        pen.fill(box(-6.4, SOLE - 1.5, 15.6, SOLE, 0.7), dark(color, 0.4))


def arm(pen: Pen, look: Look, build: Build, bones: Skeleton, near: bool) -> Point:
    """One arm with its hand; answers where the hand is."""
    shoulder, elbow, wrist = bones.near_arm if near else bones.far_arm
    g = build.girth
    shade = 0.0 if near else 0.22
    sleeve = look.coat or (STEEL if look.upper == "armour" else look.top)
    if look.upper == "vest":
        sleeve = look.trim
    cloth = dark(sleeve, shade) if shade else light(sleeve, 0.07)  # the near arm stands off the body
    skin = dark(look.skin, shade * 0.8) if shade else look.skin
    reach = math.hypot(wrist[0] - elbow[0], wrist[1] - elbow[1]) or 1
    away = ((wrist[0] - elbow[0]) / reach, (wrist[1] - elbow[1]) / reach)
    hand = (wrist[0] + away[0] * 4, wrist[1] + away[1] * 4)
    short = look.upper in ("leotard", "t-shirt")
    if short:
        pen.shade(tube([shoulder, elbow, wrist], [10 * g, 8.6 * g, 6.6 * g]), skin, 3, -1, 0.14)
    angle = math.degrees(math.atan2(-away[0], away[1]))
    with pen.at(*hand, angle):  # the palm hangs along +y; the thumb is on the front side
        glove = "#fbfaf6" if "gloves" in look.extras else STEEL if look.upper == "armour" else skin
        tone = dark(glove, shade) if glove != skin else skin
        thumb = smooth([(1, -4), (5.6, -1), (6.6, 3.4), (4.4, 4), (1.6, 1.4)], 0.8)
        pen.fill(thumb, tone)
        pen.shade(smooth([(-3.6, -5), (3.4, -5), (4.4, 0), (3.8, 5.6), (0.6, 8), (-3, 6.6), (-4.4, 0.6)], 0.8), tone, 1.6, -1, 0.14)
    if look.upper == "t-shirt":
        pen.shade(tube([shoulder, lerp(shoulder, elbow, 0.75)], [12.6 * g, 12.6 * g]), cloth, 3, -1)
    elif not short:
        wide = 15 if look.lower == "robe" or look.upper == "kimono" else 10.5 if look.coat else 8.6
        pen.shade(tube([shoulder, elbow, wrist], [13 * g, 11 * g, wide * g]), cloth, 3.4, -1)
        cuff = lerp(elbow, wrist, 0.9)
        if look.coat or look.lower == "robe":
            pen.line(
                [
                    (cuff[0] - away[1] * wide * 0.48 * g, cuff[1] + away[0] * wide * 0.48 * g),
                    (cuff[0] + away[1] * wide * 0.48 * g, cuff[1] - away[0] * wide * 0.48 * g),
                ],
                dark(cloth, 0.2),
                2,
            )
        if look.upper == "armour":
            pen.shade(oval(*shoulder, 8.6 * g, 8 * g), dark(light(STEEL, 0.25), shade), 3, -2)
        if look.upper == "striped":
            arm_path = tube([shoulder, elbow, wrist], [13 * g, 11 * g, wide * g])
            with pen.inside(arm_path):
                for step in (0.25, 0.55, 0.85):
                    for a, b in ((shoulder, elbow), (elbow, wrist)):
                        x, y = lerp(a, b, step)
                        length = math.hypot(b[0] - a[0], b[1] - a[1]) or 1
                        nx, ny = -(b[1] - a[1]) / length * 8, (b[0] - a[0]) / length * 8
                        pen.line([(x - nx, y - ny), (x + nx, y + ny)], dark(look.trim, shade), 2.4)
    return hand


def torso_outline(look: Look, build: Build) -> list[Point]:
    """The trunk in its own coordinates: (0, 0) the hip, the neck at (0, -torso)."""
    t, g = build.torso, build.girth
    s, h = build.shoulders * g, build.hips * g
    waist = 10.4 if look.woman else 12.4
    if "belly" in look.extras:
        waist += 7
    return [
        (-5 * g, -t - 1), (-13.5 * s, -t + 4), (-15 * s, -t + 14), (-waist * g, -t * 0.42), (-13.8 * h, -3), (-12.4 * h, 7),
        (12.4 * h, 7), (13.8 * h, -3), (waist * g + 0.5, -t * 0.42), (15 * s, -t + 15), (13.5 * s, -t + 4), (5 * g, -t - 1),
    ]  # fmt: skip


def torso(pen: Pen, look: Look, build: Build, bones: Skeleton) -> None:
    """The trunk with shirt, belt, sash, apron; drawn in the frame of the spine."""
    t, g = build.torso, build.girth
    outline = torso_outline(look, build)
    body = smooth(outline, 0.7)
    with pen.at(*bones.hip, bones.lean):
        color = STEEL if look.upper == "armour" else look.top
        pen.shade(body, color, 5, -2)
        with pen.inside(body):
            if look.upper == "striped":
                for step in range(7):
                    y = -t + 5 + step * 8
                    pen.curve((-20 * g, y), (2, y + 5), (20 * g, y - 1), look.trim, 3.4)
            elif look.upper == "vest":
                pen.fill(polygon([(-3, -t - 2), (10, -t - 2), (7, -t * 0.45), (2, -t * 0.3)]), look.trim)
                for index in range(3):
                    pen.oval(3.6, -t * 0.42 + index * 6 + 4, 1, 1, light(look.top, 0.4))
            elif look.upper == "suit":
                pen.fill(polygon([(-3.5, -t - 2), (10.5, -t - 2), (5.4, -t * 0.35)]), "#f7f4ee")
                pen.fill(polygon([(3.4, -t + 2), (6.4, -t + 2), (7, -t * 0.45), (5.2, -t * 0.37), (3.6, -t * 0.45)]), look.trim)
                pen.line([(-4, -t), (5, -t * 0.33), (5, 8)], dark(look.top, 0.3), 1.4)
                pen.line([(11, -t), (5.4, -t * 0.33)], dark(look.top, 0.3), 1.4)
            elif look.upper == "tunic":
                pen.fill(polygon([(-3, -t - 2), (10, -t - 2), (4, -t + 12)]), look.trim)
            elif look.upper == "jumper":
                pen.fill(box(-20, 2, 20, 9), dark(look.top, 0.14))
                pen.curve((-5, -t + 1), (3, -t + 6), (10, -t + 0.5), dark(look.top, 0.2), 3.2)
            elif look.upper == "armour":
                pen.curve((2, -t), (5, -t * 0.5), (3, 4), dark(STEEL, 0.25), 1.4)
                for y in (-t * 0.36, -t * 0.2, -t * 0.06):
                    pen.curve((-18 * g, y), (2, y + 4), (18 * g, y), dark(STEEL, 0.3), 1.3)
                pen.curve((8 * g, -t + 6), (11 * g, -t + 14), (10 * g, -t * 0.5), light(STEEL, 0.5), 2.2)
            elif look.upper == "kimono":
                pen.line([(-5, -t), (8, -t * 0.4)], look.trim, 3)
                pen.line([(9, -t), (-2, -t * 0.4)], look.trim, 3)
            elif look.upper != "fur":
                pen.curve((-4.6, -t + 0.5), (3, -t + 5.5), (9, -t), dark(color, 0.22), 2)
            if look.sash:
                pen.fill(polygon([(-22, -t * 0.34), (22, -t * 0.38), (22, -t * 0.2), (-22, -t * 0.14)]), look.sash)
            elif look.lower in ("trousers", "shorts", "breeches", "skirt") and look.upper not in ("jumper", "leotard", "armour", "fur") and not look.coat:
                pen.fill(box(-22, -1.5, 22, 3.6), "#3a2a22")
                pen.fill(box(3, -2, 8, 4, 1), "#e0b650")
            if "badge" in look.extras:
                pen.fill(polygon([(9, -t + 13), (12.4, -t + 14.4), (11.8, -t + 18.6), (9, -t + 20.6), (6.2, -t + 18.6), (5.6, -t + 14.4)]), "#f2b93b")
            if "straps" in look.extras:
                pen.line([(-7, -t - 1), (-4, 6)], look.bottom, 4)
                pen.line([(10, -t - 1), (10, 6)], look.bottom, 4)
                pen.fill(box(-8, -t * 0.5, 13, 10, 2), look.bottom)
        if look.apron:
            pen.shade(
                smooth([(-4, -t * 0.72), (10, -t * 0.74), (13, -t * 0.36), (15, 8), (14, 28), (-8, 28), (-10, 6), (-9, -t * 0.36)], 0.5),
                look.apron,
                3,
                -1.4,
                0.14,
            )
            pen.line([(-13 * g, -t * 0.3), (14 * g, -t * 0.32)], dark(look.apron, 0.2), 1.6)
        if "tank" in look.extras:  # a suit for places without air
            pen.shade(box(-6, -t * 0.74, 13, -t * 0.42, 3), "#aab4c0", 2, -1)
            for x, tone in ((-1, "#d8433f"), (4, "#f2c23b"), (9, "#4f9fd0")):
                pen.oval(x, -t * 0.62, 1.9, 1.9, tone)
            pen.line([(-3, -t * 0.5), (10, -t * 0.5)], "#6b7684", 1.6)
            pen.line([(-13 * g, -t * 0.12), (13 * g, -t * 0.14)], look.trim, 4)
        if "stethoscope" in look.extras:
            pen.curve((-5, -t + 1), (4, -t * 0.35), (8, -t * 0.62), "#3b4450", 1.8)
            pen.curve((9, -t + 1), (12, -t * 0.6), (8, -t * 0.42), "#3b4450", 1.8)
            pen.oval(8, -t * 0.4, 2.6, 2.6, "#c9d0d6")
        if "tie" in look.extras:
            pen.fill(polygon([(3, -t + 3), (0, -t + 6), (0, -t), (6, -t + 6), (6, -t)]), "#c8343a")
        if "epaulettes" in look.extras:
            pen.shade(box(-16 * g, -t + 2, -6 * g, -t + 6.5, 2), "#f2b93b", 1, -1)
            pen.shade(box(9 * g, -t + 2, 16 * g, -t + 6, 2), "#f2b93b", 1, -1)


def skirt(pen: Pen, look: Look, build: Build, bones: Skeleton) -> None:
    """Skirts, gowns and robes: cloth from the waist over whatever the legs do."""
    if look.lower not in ("skirt", "long-skirt", "gown", "robe", "tutu"):
        return
    g = build.girth
    hip = bones.hip
    color = look.bottom if look.lower not in LONG else look.top if look.lower == "robe" else look.bottom
    knees = (bones.near_leg[1], bones.far_leg[1])
    ankles = (bones.near_leg[2], bones.far_leg[2])
    if look.lower == "tutu":
        pen.shade(
            smooth(
                [
                    (hip[0] - 12, hip[1] - 4),
                    (hip[0] - 34, hip[1] + 3),
                    (hip[0] - 30, hip[1] + 9),
                    (hip[0], hip[1] + 13),
                    (hip[0] + 32, hip[1] + 8),
                    (hip[0] + 35, hip[1] + 2),
                    (hip[0] + 12, hip[1] - 4),
                ],
                0.7,
            ),
            "#f7c3d2",
            3,
            -3,
            0.14,
        )
        return
    ends = [lerp(hip, knee, 0.92) for knee in knees] if look.lower == "skirt" else [lerp(knee, ankle, 0.9) for knee, ankle in zip(knees, ankles, strict=True)]
    flare = {"skirt": 10.0, "long-skirt": 9.0, "gown": 19.0, "robe": 8.0}[look.lower] * g
    path = skia.Path()
    standing = abs(knees[0][1] - hip[1]) > 22 and abs(knees[1][1] - hip[1]) > 22
    for (_, knee, ankle), end in () if standing else zip((bones.near_leg, bones.far_leg), ends, strict=True):  # the cloth follows the legs
        part = tube([hip, knee, end] if look.lower != "skirt" else [hip, end], [26 * g, 24 * g, 22 * g] if look.lower != "skirt" else [26 * g, 24 * g])
        path = skia.Op(path, part, skia.kUnion_PathOp) if not path.isEmpty() else part
        del ankle
    left, right = min(ends), max(ends)
    low = max(left[1], right[1])
    t = math.radians(bones.lean)
    waist = (hip[0] + math.sin(t) * 14, hip[1] - math.cos(t) * 14)
    if standing or abs(knees[0][1] - hip[1]) > 22 or abs(knees[1][1] - hip[1]) > 22:
        veil = smooth([
            (waist[0] - 11 * g, waist[1]), (hip[0] - 16 * g, hip[1] + 6), (left[0] - flare - 2, low - 6), (left[0] - flare, low + 2), ((left[0] + right[0]) / 2, low + 3.5),
            (right[0] + flare, low + 2), (right[0] + flare + 1, low - 6), (hip[0] + 16 * g, hip[1] + 6), (waist[0] + 11 * g, waist[1]),
        ], 0.6)  # fmt: skip
        path = veil if path.isEmpty() else skia.Op(path, veil, skia.kUnion_PathOp) or path
    pen.shade(path, color, 6, -2)
    with pen.inside(path):
        for share in (0.3, 0.62):
            x = left[0] + (right[0] - left[0]) * share
            pen.curve((hip[0] - 6 + share * 14, hip[1] + 12), (x - 3, (hip[1] + low) / 2), (x - 4 + share * 6, low), dark(color, 0.16), 1.6)
        if look.lower in LONG:
            pen.curve((left[0] - flare - 4, low - 2), ((left[0] + right[0]) / 2, low + 2), (right[0] + flare + 4, low - 2), look.trim, 4.5)


def coat(pen: Pen, look: Look, build: Build, bones: Skeleton) -> None:
    """An open coat to the knees over the trunk, in the frame of the spine."""
    if not look.coat:
        return
    t, g = build.torso, build.girth
    s = build.shoulders * g
    spread = max(0.0, bones.near_leg[1][0] - bones.hip[0], bones.far_leg[1][0] - bones.hip[0]) * 0.35
    behind = max(0.0, bones.hip[0] - bones.near_leg[1][0], bones.hip[0] - bones.far_leg[1][0]) * 0.45
    sitting = min(bones.near_leg[1][1], bones.far_leg[1][1]) - bones.hip[1] < 20
    low = 10.0 if sitting else 32.0 if "short coat" not in look.extras else 10.0
    with pen.at(*bones.hip, bones.lean):
        shape = smooth(
            [
                (-4 * g, -t - 2),
                (-13.8 * s, -t + 4),
                (-16 * s, -t + 15),
                (-14 * g, -t * 0.4),
                (-17 * g, 4),
                (-21 * g - behind, low),
                (-1, low + 4),
                (3.4, low),
                (4, -t * 0.3),
                (3, -t + 8),
            ],
            0.55,
        )
        front = smooth(
            [
                (6 * g, -t - 2),
                (13.8 * s, -t + 4),
                (16 * s, -t + 16),
                (14 * g, -t * 0.4),
                (16 * g, 4),
                (19 * g + spread, low - 2),
                (9, low),
                (7, -t * 0.3),
                (7, -t + 8),
            ],
            0.55,
        )
        pen.shade(front, dark(look.coat, 0.14), 3, -1)
        pen.shade(shape, look.coat, 5, -2)
        pen.fill(polygon([(-4, -t - 2), (-8, -t + 6), (3, -t + 17), (3.6, -t + 9)]), light(look.coat, 0.16))
        pen.fill(polygon([(8, -t - 1), (11.6, -t + 6), (7, -t + 15), (6.4, -t + 8)]), light(look.coat, 0.06))
        for index in range(3):
            pen.oval(0.4, -t * 0.42 + index * 11, 1.5, 1.5, light(look.coat, 0.5))
        pen.line([(-13 * g, 2), (-5 * g, 3.4)], dark(look.coat, 0.25), 1.8)
        if "belt" in look.extras:
            pen.fill(polygon([(-15 * g, -t * 0.3), (4.4, -t * 0.26), (4.4, -t * 0.14), (-15.4 * g, -t * 0.18)]), dark(look.coat, 0.25))


def cape(pen: Pen, look: Look, build: Build, bones: Skeleton) -> None:
    """A cape behind everything, blown a little back."""
    if not look.cape:
        return
    neck, g = bones.neck, build.girth
    low = min(-4.0, max(bones.hip[1] + 54 * build.thigh / 40, neck[1] + 60)) if bones.hip[1] < -50 else -3.0
    pen.shade(
        smooth([(neck[0] + 9 * g, neck[1] + 2), (neck[0] - 13 * g, neck[1] + 3), (neck[0] - 24 * g, neck[1] + 34), (neck[0] - 36 * g, low - 4), (neck[0] - 22 * g, low + 1), (bones.hip[0] + 6 * g, low - 2), (bones.hip[0] + 12 * g, neck[1] + 40)], 0.7),
        look.cape, 5, -2,
    )  # fmt: skip
