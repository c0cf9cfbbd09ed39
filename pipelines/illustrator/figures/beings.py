"""Beings that are neither people nor beasts: robots, ghosts, dragons, mermaids, snowmen, aliens, monsters."""
# ruff: noqa: E501 - tables of words and coordinates read best a row a line

from __future__ import annotations

import re
from collections.abc import Callable

from pipelines.illustrator.figures import hats, legends, people, robots
from pipelines.illustrator.figures.drawing import Drawing, Habitat
from pipelines.illustrator.figures.looks import CLOTHS, SKINS, Look, choice
from pipelines.illustrator.figures.marks import INK, eyes, smile
from pipelines.illustrator.figures.pen import Pen, dark, light, mix, oval, polygon, smooth, tube
from pipelines.illustrator.figures.poses import BUILDS, POSES, skeleton

Painter = Callable[[Pen, Look, str, str, str], None]  # pen, look, noun, pose, mood
NAMES = {
    "robot": "robot", "android": "robot", "cyborg": "robot", "droid": "robot", "automaton": "robot", "machine man": "robot", "golem": "golem", "ghost": "ghost", "spirit": "ghost", "phantom": "ghost", "spectre": "ghost", "poltergeist": "ghost",
    "dragon": "dragon", "wyvern": "dragon", "mermaid": "mermaid", "merman": "mermaid", "siren": "mermaid", "snowman": "snowman", "snow man": "snowman", "alien": "alien", "martian": "alien", "extraterrestrial": "alien", "monster": "monster", "beast": "monster",
    "creature": "creature", "blob": "creature", "imp": "monster", "demon": "monster", "yeti": "yeti", "bigfoot": "yeti", "sasquatch": "yeti", "skeleton": "skeleton", "cloud": "", "kraken": "",
}  # fmt: skip


def find(noun: str) -> str | None:
    """The being that a noun names, or None."""
    words = re.findall(r"[a-z]+", noun.lower())
    if words[-2:] in (["tin", "man"], ["tin", "woodman"], ["metal", "man"], ["clockwork", "man"], ["mechanical", "man"]):
        return "robot"
    for word in reversed(words):
        for form in (word, word.removesuffix("s"), word.removesuffix("es")):
            if NAMES.get(form):
                return NAMES[form]
        if word not in (
            "child",
            "boy",
            "girl",
            "chef",
            "cook",
            "king",
            "queen",
            "baby",
            "dog",
            "friend",
            "captain",
            "waiter",
            "gardener",
            "painter",
            "teacher",
        ):
            break
    return next((NAMES[word] for word in words[:-1] if NAMES.get(word) in ("robot", "ghost", "alien", "snowman")), None)


def _ghost(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    pale = "#eef2fb"
    arm = -60 if pose in ("wave", "cheer", "reach", "point", "fight") else -36
    path = smooth(
        [
            (0, -122),
            (24, -112),
            (33, -84),
            (36, -48),
            (40, -20),
            (30, -12),
            (21, -22),
            (12, -9),
            (0, -20),
            (-12, -8),
            (-22, -20),
            (-34, -8),
            (-44, -14),
            (-36, -46),
            (-32, -84),
            (-22, -112),
        ],
        0.85,
    )
    pen.shade(smooth([(26, -76), (44, arm - 30), (56, arm - 26), (50, arm - 14), (34, -58)], 0.8), "#d3dbee", 2, -1)
    pen.shade(path, pale, 9, -4, 0.13)
    pen.shade(smooth([(-18, -72), (-2, arm - 24), (8, arm - 26), (8, arm - 14), (-8, -52)], 0.8), "#fafcff", 3, -2, 0.13)
    eyes(pen, 9, -92, 4.2, mood, 17, "#333a55", pose == "sleep")
    pen.oval(-3, -82, 4, 2.6, "#f2a9b8", 0.6)
    pen.oval(22, -82, 3.4, 2.6, "#f2a9b8", 0.6)
    smile(pen, 10, -80, 11, mood, "#333a55", 2)
    if look.hat in hats.HATS:
        with pen.at(0, -98, 0, 1.3):
            hats.hat(pen, look)


def _snowman(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    snow = "#f7fafd"
    up = -150 if pose in ("wave", "cheer", "point", "reach") else -112
    pen.line([(24, -92), (52, -104), (66, up)], "#6b4428", 3.6)
    pen.line([(60, -112 if up > -130 else -134), (74, -118 if up > -130 else -140)], "#6b4428", 2.6)
    pen.shade(oval(0, -36, 46, 38), snow, 9, -5, 0.13)
    pen.shade(oval(0, -92, 33, 29), snow, 8, -5, 0.13)
    pen.shade(oval(2, -135, 24, 23), snow, 6, -4, 0.13)
    for y in (-104, -90, -76):
        pen.oval(11, y, 3, 3, "#33303c")
    eyes(pen, 9, -140, 2.8, mood, 13, "#33303c", pose == "sleep")
    pen.shade(polygon([(10, -136), (10, -130), (36, -131)]), "#f0852f", 2, -1)
    smile(pen, 8, -125, 14, mood, "#33303c", 2)
    pen.shade(smooth([(-24, -119), (2, -113), (25, -119), (27, -109), (2, -102), (-26, -109)], 0.7), look.scarf, 3, -2)
    pen.shade(smooth([(-20, -112), (-30, -80), (-18, -78), (-10, -108)], 0.5), dark(look.scarf, 0.14), 2, -1)
    pen.line([(-26, -92), (-48, -84), (-64, -104)], "#6b4428", 3.6)
    pen.line([(-54, -90), (-68, -86)], "#6b4428", 2.6)
    with pen.at(1, -135, -4, 1.45):
        hats.HATS[look.hat if look.hat in hats.HATS else "top hat"](pen, look, "#33303c" if look.hat in ("", "top hat") else look.hat_color)


def _alien(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    green = look.skin if look.skin not in SKINS else "#7fc27a"
    body = Look(
        skin=green,
        top=mix(look.top, "#8fa3d0", 0.4),
        bottom=mix(look.top, "#8fa3d0", 0.4),
        upper="jumper",
        lower="breeches",
        style="bald",
        build="slim",
        age="child",
        shoes="#4a5578",
        prop=look.prop,
    )

    def head(own: Pen, asleep: bool) -> None:
        for x in (-7, 9):
            own.line([(x, -18), (x * 1.5, -34)], dark(green, 0.15), 2)
            own.oval(x * 1.5, -35, 3.4, 3.4, "#f2d06a")
        skull = smooth([(1, -24), (18, -18), (23, -4), (15, 10), (4, 17), (-8, 11), (-19, -3), (-15, -18)], 0.95)
        own.shade(skull, green, 5, -3)
        for eye, tilt in ((-2.5, 18), (12.0, -14)):
            with own.at(eye, -2, tilt):
                if asleep:
                    own.line([(-4, 0), (4, 0)], INK, 1.6)
                else:
                    own.oval(0, 0, 4.6, 6.6, "#23202e")
                    own.oval(1.4, -2.6, 1.5, 1.7, "#ffffff")
        smile(own, 6, 9.6, 7, mood, dark(green, 0.5), 1.5)

    people.paint(pen, body, pose, mood, people.Guise(head))


def _monster(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    fearful = mood in ("angry",) or any(word in noun for word in ("demon", "terrible", "evil", "dark"))
    fur = choice(look.top + noun, "monster", ("#7a5ac0", "#4f8fae", "#5a9a6a", "#c0607a")) if not fearful else "#4a3f58"
    up = pose in ("wave", "cheer", "fight", "reach", "point", "dance")
    for x, near in ((22, False), (-18, True)):
        step = 8 if pose in ("walk", "run") else 0
        foot = x + (step if not near else -step)
        pen.shade(tube([(x, -36), (foot, -6)], [28, 24]), fur if near else dark(fur, 0.2), 4, -2)
        pen.shade(smooth([(foot - 14, -8), (foot + 10, -10), (foot + 22, -3), (foot + 20, 0), (foot - 14, 0)], 0.6), fur if near else dark(fur, 0.2), 3, -2)
        for claw in (foot + 10, foot + 17):
            pen.fill(polygon([(claw, -4), (claw + 6, 0), (claw - 1, 0)]), "#fbf3df")
    hand = (74, -128) if up else (64, -44)
    pen.shade(tube([(34, -94), (62, -96 if up else -76), hand], [24, 18, 20]), dark(fur, 0.18), 4, -2)
    points = [
        (-48, -30),
        (-56, -60),
        (-50, -90),
        (-56, -98),
        (-46, -112),
        (-48, -126),
        (-34, -134),
        (-30, -146),
        (-14, -146),
        (0, -154),
        (12, -147),
        (28, -148),
        (34, -136),
        (48, -128),
        (46, -112),
        (54, -98),
        (50, -84),
        (56, -58),
        (48, -28),
        (24, -18),
        (-24, -18),
    ]
    for side in (-1, 1):
        pen.shade(
            smooth([(side * 24 + 4, -138), (side * 44 + 4, -150), (side * 42 + 4, -174), (side * 30 + 4, -160), (side * 14 + 4, -146)], 0.6), "#f2e3b5", 2, -2
        )
    body = smooth(points, 0.55)
    pen.shade(body, fur, 9, -5)
    pen.fill(smooth([(6, -84), (34, -76), (40, -50), (28, -26), (0, -24), (-12, -46), (-8, -72)], 0.9), light(fur, 0.35))
    for x, y in ((-30, -100), (-36, -70), (-28, -48)):
        pen.oval(x, y, 4, 3.2, dark(fur, 0.2))
    if fearful:
        for x in (-4, 24):
            pen.fill(smooth([(x - 9, -116), (x, -121 + (4 if x < 5 else 0)), (x + 9, -116), (x, -108)], 0.7), "#ffd84a")
            pen.oval(x + 1, -114.5, 2, 4, INK)
    elif pose == "sleep":
        eyes(pen, 10, -114, 8, mood, 26, INK, True)
    else:
        for x, r in ((-4, 11), (24, 9.5)):
            pen.oval(x, -116, r, r, "#fdfbf2")
            pen.oval(x + 2.4, -115, r * 0.5, r * 0.55, INK)
            pen.oval(x + 4, -118, r * 0.18, r * 0.18, "#ffffff")
    mouth = smooth([(-12, -96), (12, -93), (36, -97), (30, -84), (12, -78), (-6, -85)], 0.7)
    if mood in ("sad", "afraid"):
        pen.curve((-4, -88), (12, -97), (28, -88), INK, 2.4)
    else:
        pen.fill(mouth, "#5a2333")
        with pen.inside(mouth):
            for x in (-6, 4, 14, 24) if fearful else (-2, 22):
                pen.fill(polygon([(x - 4, -99), (x + 5, -99), (x + 0.5, -87)]), "#fdfaf0")
            pen.oval(14, -80, 12, 5, "#e2675a")
    paw = (-30.0, -150.0) if pose == "cheer" else (-34.0, -46.0)
    pen.shade(tube([(-40, -94), (-62, -104 if pose == "cheer" else -74), paw], [25, 19, 22]), fur, 4, -2)


def _yeti(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    white = "#eef3f8" if "yeti" in noun else "#7a5a40"
    body = Look(skin=white, top=white, bottom=white, upper="leotard", lower="breeches", style="bald", build="giant", extras=frozenset({"barefoot"}), prop="")

    def head(own: Pen, asleep: bool) -> None:
        own.shade(smooth([(0, -26), (10, -22), (20, -14), (23, 0), (17, 14), (4, 20), (-10, 17), (-21, 6), (-21, -10), (-12, -22)], 0.8), white, 5, -3)
        face = smooth([(2, -10), (10, -12), (18, -8), (19, 4), (12, 12), (2, 11), (-5, 3), (-4, -7)], 0.95)
        own.fill(face, "#9fb8d0" if "yeti" in noun else "#c09a78")
        eyes(own, 8, -2, 2.1, mood, 9, INK, asleep)
        smile(own, 8, 5, 8, mood)

    people.paint(pen, body, pose, mood, people.Guise(head, None, ""))


def _skeleton(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    bone = "#f4efe0"
    bones = skeleton(POSES[pose], BUILDS["slim"])
    for joints, near in ((bones.far_arm, False), (bones.far_leg, False), (bones.near_leg, True)):
        tone = bone if near else dark(bone, 0.22)
        for a, b in ((joints[0], joints[1]), (joints[1], joints[2])):
            pen.line([a, b], tone, 5)
            pen.oval(*b, 4.6, 4.6, tone)
    for ankle in (bones.near_leg[2], bones.far_leg[2]):
        pen.shade(
            smooth([(ankle[0] - 5, ankle[1] + 5), (ankle[0] - 3, ankle[1] - 1), (ankle[0] + 13, ankle[1] + 3), (ankle[0] + 13, ankle[1] + 5)], 0.5), bone, 1, -1
        )
    pen.line([bones.hip, bones.neck], bone, 5)
    with pen.at(*bones.hip, bones.lean):
        for index in range(5):
            y = -44 + index * 6
            pen.curve((-12 + index, y), (2, y + 6), (13 - index, y - 1), bone, 3)
        pen.shade(smooth([(-13, -6), (0, -2), (13, -6), (9, 5), (0, 3), (-9, 5)], 0.7), bone, 2, -1)
    with pen.at(*bones.head, bones.nod):
        pen.shade(smooth([(0, -19), (12, -15), (16, -4), (12, 6), (11, 15), (1, 16), (-4, 7), (-14, 3), (-14, -10)], 0.9), bone, 3, -2)
        for x in (2, 11):
            pen.oval(x, -2, 3.6, 4.2, "#33303c")
        pen.fill(polygon([(7.4, 3), (9.4, 7), (5.6, 7)]), "#33303c")
        for x in (2, 5, 8):
            pen.line([(x, 10), (x, 14)], "#8a8578", 1)
        hats.hat(pen, look)
    for a, b in ((bones.near_arm[0], bones.near_arm[1]), (bones.near_arm[1], bones.near_arm[2])):
        pen.line([a, b], bone, 5)
        pen.oval(*b, 4.8, 4.8, bone)


def _creature(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    """A small round somebody for a noun that nothing else fits: believable, friendly, and no wrong icon."""
    skin = choice(look.top + noun, "creature", CLOTHS)
    for x in (-12, 14):
        pen.shade(oval(x, -4, 10, 4.6), dark(skin, 0.24), 2, -1)
    pen.line([(-4, -66), (-8, -82)], dark(skin, 0.2), 3)
    pen.oval(-8, -84, 5, 5, "#f2d06a")
    body = smooth([(0, -70), (24, -60), (33, -34), (26, -8), (0, -3), (-26, -8), (-33, -34), (-24, -60)], 1.0)
    pen.shade(body, skin, 7, -4)
    with pen.inside(body):
        pen.oval(6, -10, 20, 16, light(skin, 0.35))
    hand = -52 if pose in ("wave", "cheer", "reach", "point") else -24
    pen.shade(tube([(-26, -34), (-38, hand)], [10, 9]), skin, 2, -1)
    pen.shade(tube([(29, -34), (42, hand)], [10, 9]), dark(skin, 0.15), 2, -1)
    eyes(pen, 7, -44, 4.6, mood, 19, INK, pose == "sleep")
    smile(pen, 8, -31, 11, mood, INK, 1.8)
    if look.hat in hats.HATS and look.hat:
        with pen.at(2, -50, 4, 1.3):
            hats.hat(pen, look)


BEINGS: dict[str, tuple[Painter, float, Habitat]] = {  # painter, metres per 100 units, where it lives
    "robot": (robots.robot, 0.95, "ground"), "golem": (robots.golem, 1.9, "ground"), "ghost": (_ghost, 1.2, "air"), "snowman": (_snowman, 0.95, "ground"), "mermaid": (legends.mermaid, 1.0, "water"), "dragon": (legends.dragon, 2.2, "ground"),
    "alien": (_alien, 0.85, "ground"), "monster": (_monster, 1.25, "ground"), "yeti": (_yeti, 1.7, "ground"), "skeleton": (_skeleton, 1.0, "ground"), "creature": (_creature, 1.0, "ground"),
}  # fmt: skip


def draw(being: str, look: Look, noun: str, pose: str, mood: str, name: str) -> Drawing:
    """One of BEINGS in a pose.

    Raises KeyError for a being that is not there.
    """
    painter, scale, habitat = BEINGS[being]
    pen = Pen()
    young = any(word in noun for word in ("baby", "little", "small", "tiny", "child"))
    painter(pen, look, noun, pose if pose in POSES else "stand", mood)
    lives: Habitat = "air" if being == "dragon" and pose == "fly" else habitat
    return pen.drawing(name, lives, "right", grounded=being in ("dragon", "monster") and lives == "ground", scale=scale * (0.6 if young else 1.0))
