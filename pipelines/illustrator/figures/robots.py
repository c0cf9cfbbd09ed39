"""Robots of three builds, posed like people."""

from __future__ import annotations

from dataclasses import replace

from pipelines.illustrator.figures import hats, people
from pipelines.illustrator.figures.looks import SKINS, Look, choice
from pipelines.illustrator.figures.marks import smile
from pipelines.illustrator.figures.pen import Pen, box, dark, light, oval, smooth, tube
from pipelines.illustrator.figures.poses import BUILDS, POSES, skeleton

FRAMES = {
    "round": replace(BUILDS["dwarf"], head=1.5, torso=48),
    "box": replace(BUILDS["child"], head=1.5, torso=44, thigh=27, shin=26),
    "tall": replace(BUILDS["slim"], head=1.34, torso=50, thigh=32, shin=31),
}
"""Big heads on short, chunky bodies: a robot is known from afar."""


def robot(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    """A robot: its metal, build and lamps are its own in every shot."""
    metal = look.skin if look.skin not in SKINS else choice(noun + look.top, "metal", ("#8fa3b5", "#c98a4a", "#6fae9f", "#b5bcc6"))
    build = choice(look.top + look.hair + noun, "build", ("box", "round", "tall"))
    frame = FRAMES[build]
    posture = POSES[pose]
    bones = skeleton(posture, frame)
    accent = look.top
    glow = "#7fe3ff"

    def limb(joints: tuple[tuple[float, float], tuple[float, float], tuple[float, float]], near: bool, width: float) -> None:
        tone = metal if near else dark(metal, 0.26)
        a, b, c = joints
        for start, end in ((a, b), (b, c)):
            pen.shade(tube([start, end], [width, width * 0.9]), dark(tone, 0.08), 2, -1)
        for point, size in ((a, width * 0.75), (b, width * 0.72)):
            pen.shade(oval(*point, size, size), light(tone, 0.12), 1.6, -1.4)

    def hand(wrist: tuple[float, float], near: bool) -> None:
        tone = accent if near else dark(accent, 0.25)
        pen.shade(oval(*wrist, 6.4, 6.4), tone, 2, -1)
        pen.curve((wrist[0] - 1, wrist[1] + 5), (wrist[0] + 9, wrist[1] + 9), (wrist[0] + 7, wrist[1] + 1), dark(metal, 0.3), 3)
        pen.curve((wrist[0] - 1, wrist[1] + 5), (wrist[0] - 6, wrist[1] + 12), (wrist[0] + 1, wrist[1] + 12), dark(metal, 0.3), 3)

    def foot(ankle: tuple[float, float], near: bool) -> None:
        tone = accent if near else dark(accent, 0.25)
        pen.shade(
            smooth(
                [
                    (ankle[0] - 9, ankle[1] + 5),
                    (ankle[0] - 8, ankle[1] - 3),
                    (ankle[0] + 3, ankle[1] - 6),
                    (ankle[0] + 15, ankle[1] + 1),
                    (ankle[0] + 15, ankle[1] + 5),
                ],
                0.5,
            ),
            tone,
            2.4,
            -1.4,
        )

    if posture.seat == "stool":
        people.seat(pen, bones, "indoors" in look.extras)
    limb(bones.far_arm, False, 9.5)
    hand(bones.far_arm[2], False)
    for leg, near in ((bones.far_leg, False), (bones.near_leg, True)):
        limb(leg, near, 11.5)
        foot(leg[2], near)
    t = frame.torso
    with pen.at(*bones.hip, bones.lean):
        if build == "round":
            trunk = smooth([(-31, -t * 0.46), (-20, -t), (20, -t), (31, -t * 0.46), (22, 8), (-22, 8)], 1.0)
        elif build == "box":
            trunk = box(-28, -t, 28, 7, 9)
        else:
            trunk = smooth([(-27, -t - 1), (27, -t - 1), (23, -t * 0.4), (17, 7), (-17, 7), (-23, -t * 0.4)], 0.4)
        pen.shade(trunk, metal, 6, -3)
        pen.shade(box(-8, -t * 0.72, 13, -t * 0.3, 3), light(metal, 0.4), 2, -1)
        pen.oval(-3, -t * 0.56, 3, 3, "#f26b5e")
        pen.oval(5, -t * 0.56, 3, 3, "#f2c23b")
        pen.line([(-5, -t * 0.4), (10, -t * 0.4)], dark(metal, 0.3), 1.6)
        for x in (-14, 15):
            pen.oval(x, 1, 1.4, 1.4, dark(metal, 0.35))
            pen.oval(x, -t + 6, 1.4, 1.4, dark(metal, 0.35))
    pen.line([bones.neck, bones.head], dark(metal, 0.35), 8)
    with pen.at(*bones.head, bones.lean * 0.4 + bones.nod, frame.head):
        if look.hat not in hats.HATS:
            pen.line([(-2, -18), (-4, -30)], dark(metal, 0.3), 2)
            pen.oval(-4, -32, 3.6, 3.6, accent)
        if build == "round":
            skull = oval(0, -2, 20, 18)
        elif build == "box":
            skull = box(-19, -19, 19, 15, 7)
        else:
            skull = smooth([(-14, -20), (14, -20), (16, 0), (9, 16), (-9, 16), (-15, 0)], 0.6)
        pen.shade(oval(-19 if build != "tall" else -15, -2, 4.4, 6.4), dark(metal, 0.25), 1, -1)
        pen.shade(skull, light(metal, 0.1), 5, -3)
        visor = smooth([(-9, -9), (4, -11), (16, -9), (16, 3), (4, 5), (-9, 3)], 0.8)
        with pen.inside(skull):
            pen.fill(visor, "#23303f")
        for eye in (-1.5, 10.0):
            if posture.asleep:
                pen.line([(eye - 3, -2.4), (eye + 3, -2.4)], glow, 1.8)
            else:
                pen.glow(eye, -2.8, 11, glow, 0.7)
                pen.oval(eye, -2.8, 4.1, 4.4 if mood != "tired" else 1.8, glow)
                pen.oval(eye + 1, -3.9, 1, 1, "#ffffff")
        if mood in ("angry", "sad", "afraid"):
            slope = 2 if mood == "angry" else -2
            pen.line([(-5, -8 - slope), (1.5, -8 + slope)], glow, 1.4)
            pen.line([(7, -8 + slope), (13.5, -8 - slope)], glow, 1.4)
        smile(pen, 5, 9, 9, mood, "#2b3542", 1.8)
        if look.hat in hats.HATS:
            with pen.at(0, -2, 0, 1.1):
                hats.hat(pen, look)
    if look.apron:
        with pen.at(*bones.hip, bones.lean):
            pen.line([(-16, -t), (-12, -t * 0.7)], look.apron, 4)
            pen.line([(19, -t), (16, -t * 0.7)], look.apron, 4)
            pen.shade(smooth([(-15, -t * 0.74), (19, -t * 0.74), (25, 4), (21, 22), (-16, 22), (-21, 4)], 0.4), look.apron, 3, -1.4, 0.12)
            pen.shade(box(-7, -t * 0.3, 12, -2, 3), look.apron, 2, -1, 0.16)
    if "scarf" in look.extras:
        nx, ny = bones.neck
        pen.shade(smooth([(nx - 17, ny - 4), (nx, ny + 1), (nx + 17, ny - 4), (nx + 17, ny + 5), (nx, ny + 9), (nx - 18, ny + 5)], 0.7), look.scarf, 3, -2)
    prop = people.held(look, pose)
    if prop:
        people.put(pen, prop, bones.near_arm)
    limb(bones.near_arm, True, 10)
    hand(bones.near_arm[2], True)


def golem(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    """A being of clay."""
    robot(pen, Look(skin="#9a9284", top="#7f8a5a", hair=look.hair, prop=look.prop), "golem", pose, mood)
