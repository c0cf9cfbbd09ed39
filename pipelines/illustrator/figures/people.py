"""Whole people: a posed skeleton dressed by a look."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipelines.illustrator.figures import dress, hats, heads, things
from pipelines.illustrator.figures.drawing import Drawing
from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen, Point, box, dark, lerp, light, oval, smooth, tube
from pipelines.illustrator.figures.poses import BUILDS, POSES, Build, Skeleton, aged, skeleton
from pipelines.illustrator.figures.props import PROPS, UPRIGHT

THING = "thing:"
"""Before the name of a thing that is held and is no prop of its own: its picture, small."""
LONG = frozenset(["staff", "spear", "trident", "pitchfork", "crook", "broom", "shovel"])
EASY = frozenset(["stand", "walk", "wave", "talk", "proud", "look", "sad", "shrug"])
"""Poses in which the far arm is free to hold something long."""


def build_of(look: Look) -> Build:
    """The body of a look."""
    base = BUILDS.get(look.build, BUILDS["neutral"])
    return aged(base, look.age)


@dataclass(frozen=True)
class Guise:
    """Another head and a tail on a person's body: an animal on its hind legs, a robot."""

    head: Callable[[Pen, bool], None]  # the pen with the head's middle as origin, asleep or not
    tail: Callable[[Pen, float, float], None] | None = None
    belly: str = ""


def draw(look: Look, pose: str = "stand", mood: str = "", name: str = "person", action: str = "", guise: Guise | None = None) -> Drawing:
    """A person of a look in one of `POSES`, with a guise's head where one is given.

    Raises KeyError for a pose that does not exist.
    """
    pen = Pen()
    paint(pen, look, pose, heads.feeling(mood, action), guise)
    posture = POSES[pose]
    build = build_of(look)
    return pen.drawing(name, "ground", "right", grounded=posture.lift > 0 and posture.lift < 30, scale=build.scale)


def paint(pen: Pen, look: Look, pose: str, mood: str = "calm", guise: Guise | None = None) -> None:
    """Paint a person with the ground at 0, looking to the right."""
    posture = POSES[pose]
    build = build_of(look)
    if look.age == "old" and not posture.turn:
        posture = replace(posture, lean=posture.lean + 5, nod=posture.nod - 3)
    prop = held(look, pose)
    if prop in LONG and pose in EASY:  # a long staff stands before the body, in the other hand
        posture = replace(posture, far_arm=(34, 62), near_arm=posture.near_arm if pose != "talk" else (-8, 16))
    bones = skeleton(posture, build)
    if posture.turn:
        with pen.at(0, -14 * build.girth, posture.turn), pen.at(0, -bones.hip[1]):
            _body(pen, look, build, bones, pose, mood, guise)
        return
    _body(pen, look, build, bones, pose, mood, guise)


def _body(pen: Pen, look: Look, build: Build, bones: Skeleton, pose: str, mood: str, guise: Guise | None) -> None:
    posture = POSES[pose]
    if posture.seat == "stool":
        seat(pen, bones, "indoors" in look.extras)
    if "wings" in look.extras:
        _wings(pen, bones)
    if "tank" in look.extras:
        with pen.at(*bones.hip, bones.lean):
            pen.shade(box(-27, -build.torso + 4, -10, 2, 5), "#c9d0d8", 4, -2)
    dress.cape(pen, look, build, bones)
    if guise is not None and guise.tail is not None:
        guise.tail(pen, bones.hip[0] - 9 * build.girth, bones.hip[1] - 1)
    tilt = bones.lean * 0.45 + bones.nod
    with pen.at(*bones.head, tilt, build.head):
        if guise is None and (
            look.hat not in hats.COVERING or (look.style in ("long", "braid", "ponytail") and look.hat not in ("headscarf", "hood", "toque"))
        ):
            heads.hair_behind(pen, look)
    prop = held(look, pose)
    if prop in LONG and pose in EASY:
        hand = bones.far_arm[2]
        put(pen, prop, (bones.far_arm[0], bones.far_arm[1], (hand[0] + 2, hand[1])), planted=True)
        prop = ""
    far = dress.arm(pen, look, build, bones, near=False)
    if posture.seat == "boat":
        pass  # they are down in the boat
    elif look.lower not in dress.LONG or bones.hip[1] > -60:
        dress.legs(pen, look, build, bones, posture, near=False)
        dress.legs(pen, look, build, bones, posture, near=True)
    else:
        for near in (False, True):
            leg = bones.near_leg if near else bones.far_leg
            dress.shoe(pen, look, bones, leg[2], leg[1], near, posture)
    neck(pen, look, bones)
    if posture.seat == "boat":
        dress.torso(pen, look, build, bones)  # its lap is down in the boat
    elif look.lower in ("gown", "robe", "long-skirt"):
        dress.skirt(pen, look, build, bones)
        dress.torso(pen, look, build, bones)
    else:
        dress.torso(pen, look, build, bones)
        dress.skirt(pen, look, build, bones)
    dress.coat(pen, look, build, bones)
    if posture.seat == "boat":
        _boat(pen, bones)
    if guise is not None:
        if guise.belly and not look.apron:
            with pen.at(*bones.hip, bones.lean):
                pen.fill(smooth([(0, -build.torso + 4), (10, -build.torso + 6), (12 * build.girth, -16), (8, 2), (0, 0), (-3, -18)], 0.8), guise.belly)
        with pen.at(*bones.head, tilt * 0.8, build.head * 1.12):
            guise.head(pen, posture.asleep)
    else:
        head(pen, look, bones, build, tilt, mood, posture.asleep)
    if "scarf" in look.extras:
        _scarf(pen, look, bones, build)
    if prop == "violin" and pose == "play":
        with pen.at(bones.neck[0] + 12, bones.neck[1] + 8, 0):
            PROPS["violin"](pen)
        prop = ""
    if prop in ("flute", "trumpet") and pose == "play":  # at the mouth, both hands on it
        with pen.at(bones.head[0] + 21, bones.head[1] + 12, 8):
            PROPS[prop](pen)
        prop = ""
    shown = bones.near_arm
    if prop and prop not in ("guitar",):
        put(pen, prop, shown)
    elif prop == "guitar":
        with pen.at(bones.hip[0] + 8, bones.hip[1] - 16):
            PROPS["guitar"](pen)
    dress.arm(pen, look, build, bones, near=True)
    if look.prop == "palette":
        with pen.at(*far):
            PROPS["palette"](pen)
    if "shield" in look.extras and pose not in ("sleep", "sit"):
        with pen.at(far[0] + 4, far[1], 0):
            PROPS["shield"](pen)


def held(look: Look, pose: str) -> str:
    """What is in the near hand in a pose."""
    if pose in ("sleep", "climb", "fall", "swim", "hug", "cry", "think", "push", "pull"):
        return ""
    return {
        "row": "oar",
        "read": look.prop if look.prop in ("paper", "map", "book") else "book",
        "carry": look.prop or "box",
        "dig": "shovel",
        "cook": look.prop if look.prop in ("pan", "spoon", "bread", "cup") else "spoon",
    }.get(pose, look.prop if look.prop in PROPS or look.prop.startswith(THING) else "")


def put(pen: Pen, prop: str, arm: tuple[Point, Point, Point], planted: bool = False) -> None:
    """Put a prop into the hand of an arm; `planted`: its end stands on the ground."""
    _, elbow, wrist = arm
    reach = math.hypot(wrist[0] - elbow[0], wrist[1] - elbow[1]) or 1
    hand = (wrist[0] + (wrist[0] - elbow[0]) / reach * 6, wrist[1] + (wrist[1] - elbow[1]) / reach * 6)
    if prop.startswith(THING):
        if (thing := things.find(prop.removeprefix(THING))) is not None:
            high = max(13.0, min(thing.height_m * 100, 34.0 / max(1.0, thing.aspect)))
            pen.figure(thing, hand[0] + 3, hand[1] + high * 0.3, high)
        return
    if prop in ("staff", "spear", "trident", "pitchfork", "crook", "cane", "shovel", "broom"):
        length = {"cane": 70 * 0.96, "broom": 78, "shovel": 72}.get(prop, 72)
        turn = 0.0
        y = hand[1]
        if planted or -hand[1] < length * 1.9:  # it stands on the ground, wherever the hand grips it
            y = -length
        with pen.at(hand[0], y, turn):
            PROPS[prop](pen)
        return
    angle = math.degrees(math.atan2(wrist[0] - elbow[0], -(wrist[1] - elbow[1])))  # of the forearm, 0 upwards
    turn = 0.0 if prop in UPRIGHT else max(-40.0, min(angle * 0.5, 60.0)) if abs(angle) < 140 else 62.0
    with pen.at(*hand, turn):
        PROPS[prop](pen)


def neck(pen: Pen, look: Look, bones: Skeleton) -> None:
    """The neck under the head."""
    pen.fill(tube([lerp(bones.neck, bones.hip, 0.08), lerp(bones.neck, bones.head, 0.55)], [11, 9.6]), dark(look.skin, 0.16))


def head(pen: Pen, look: Look, bones: Skeleton, build: Build, tilt: float, mood: str, asleep: bool) -> None:
    """The head with all that is on it."""
    with pen.at(*bones.head, tilt, build.head):
        if "halo" in look.extras:
            pen.stroke(oval(-1, -29, 12, 3.6), "#ffe27a", 2.6)
        if "helmet" in look.extras:  # a glass globe
            pen.shade(oval(0, 0, 24.5, 24.5), "#e8edf2", 5, -3, 0.16)
            visor = smooth([(3, -16), (18, -14), (22, 0), (18, 13), (3, 16), (-9, 12), (-12, 0), (-9, -12)], 0.9)
            pen.fill(visor, "#2f4a66")
            with pen.inside(visor):
                with pen.at(2.5, 1, 0, 0.92):
                    heads.face(pen, look, mood, asleep)
                    heads.hair(pen, look)
                pen.fill(visor, "#9fd0ee", 0.16)
                pen.curve((-6, -10), (-2, -14), (7, -14.5), "#ffffff", 1.6)
            pen.stroke(visor, "#c3a24a", 2)
            return
        heads.face(pen, look, mood, asleep)
        if look.hat != "knight helmet":
            heads.hair(pen, look)
        if "ears" in look.extras:
            pen.shade(smooth([(-6, 2), (-11, -2), (-22, -9), (-13, 5), (-8, 7)], 0.7), look.skin, 1.5, -1, 0.16)
        heads.beard(pen, look)
        if "nose" in look.extras:
            pen.oval(10.6, 4, 3.6, 3.6, "#e2342f")
        if "clown" in look.extras:
            pen.oval(12.4, -5, 1.2, 3, "#3f8fd0")
        if "glasses" in look.extras:
            heads.spectacles(pen)
        if "patch" in look.extras:
            pen.oval(11.6, -0.8, 3.8, 3.8, "#22201f")
            pen.line([(14.6, -3.4), (4, -9), (-14, -8)], "#22201f", 1.3)
        if "mask" in look.extras:
            mask = smooth([(-4, 3), (7.6, 4.6), (15, 3), (14.6, 12), (7, 16), (-3, 12)], 0.6)
            pen.shade(mask, "#bfe3ee", 2, -1, 0.12)
        if "domino" in look.extras:
            pen.fill(smooth([(-6, -3), (4, -4.4), (15.4, -4), (15, 2), (8, 1.6), (2, 3), (-5, 1)], 0.6), "#22201f")
            for x in (3.2, 11.4):
                pen.oval(x, -0.8, 2, 1.5, "#ffffff")
                pen.oval(x + 0.4, -0.8, 1, 1.2, "#22201f")
        hats.hat(pen, look)
        if "goggles" in look.extras:
            for x in (2.6, 11.6):
                pen.oval(x, -11, 4.8, 4.4, "#9fd6e8")
                pen.stroke(oval(x, -11, 4.8, 4.4), "#8a5a34", 1.8)


def _scarf(pen: Pen, look: Look, bones: Skeleton, build: Build) -> None:
    x, y = bones.neck
    g = build.girth
    pen.shade(smooth([(x - 17 * g, y + 2), (x - 26 * g, y + 26), (x - 15 * g, y + 28), (x - 9 * g, y + 6)], 0.4), dark(look.scarf, 0.14), 2, -1)
    pen.shade(
        smooth([(x - 12 * g, y - 5), (x + 2, y - 1), (x + 13 * g, y - 5), (x + 14 * g, y + 4), (x + 1, y + 8), (x - 13.5 * g, y + 4)], 0.7), look.scarf, 3, -2
    )


def _wings(pen: Pen, bones: Skeleton) -> None:
    x, y = bones.neck
    for lift, tone in ((0, "#d9ecf7"), (10, "#f2fafe")):
        pen.shade(
            smooth(
                [
                    (x - 6, y + 12),
                    (x - 30, y - 26 + lift),
                    (x - 56, y - 30 + lift),
                    (x - 60, y - 8 + lift),
                    (x - 44, y + 14 + lift),
                    (x - 50, y + 34),
                    (x - 30, y + 44),
                    (x - 10, y + 26),
                ],
                0.8,
            ),
            tone,
            4,
            -2,
            0.12,
        )


def seat(pen: Pen, bones: Skeleton, indoors: bool) -> None:
    """What a body sits on: a stool in a room, a low rock elsewhere."""
    x, y = bones.hip[0] - 3, bones.hip[1] + 9
    if indoors:
        for dx in (-13, 11):
            pen.line([(x + dx * 0.8, y + 3), (x + dx, -2)], "#6b4428", 4)
        pen.shade(box(x - 18, y - 1, x + 16, y + 6, 2.5), "#9a6a3e", 3, -2)
        return
    rock = smooth(
        [(x - 30, 0), (x - 33, y * 0.34), (x - 22, y * 0.86), (x - 4, y - 1), (x + 14, y + 1), (x + 21, y * 0.6), (x + 25, y * 0.2), (x + 23, 0)], 0.55
    )
    pen.shade(rock, "#8f8a86", 7, -4)
    with pen.inside(rock):
        pen.fill(smooth([(x - 24, y * 0.9), (x - 4, y - 4), (x + 18, y), (x + 6, y * 0.78), (x - 12, y * 0.74)], 0.6), "#a7a39d")
        pen.line([(x - 12, y * 0.5), (x - 4, y * 0.36), (x - 6, y * 0.2)], "#736e6c", 1.6)


def _boat(pen: Pen, bones: Skeleton) -> None:
    x, y = bones.hip
    hull = smooth(
        [(x - 62, y - 2), (x - 20, y + 4), (x + 50, y + 2), (x + 84, y - 12), (x + 66, y + 26), (x + 40, y + 34), (x - 36, y + 34), (x - 54, y + 24)], 0.5
    )
    pen.shade(hull, "#a8623a", 6, -3)
    with pen.inside(hull):
        pen.curve((x - 66, y + 12), (x, y + 22), (x + 84, y + 2), dark("#a8623a", 0.25), 1.6)
        pen.curve((x - 64, y + 1), (x, y + 9), (x + 84, y - 8), light("#a8623a", 0.35), 4)
