"""Beings that are neither people nor beasts: robots, ghosts, dragons, mermaids, snowmen, aliens, monsters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace


from pipelines.illustrator.figures import hats, heads, people
from pipelines.illustrator.figures.drawing import Drawing, Habitat
from pipelines.illustrator.figures.looks import CLOTHS, Look, choice
from pipelines.illustrator.figures.pen import Pen, box, dark, light, mix, oval, polygon, smooth, tube
from pipelines.illustrator.figures.poses import BUILDS, POSES, skeleton

INK = "#2e211f"
Painter = Callable[[Pen, Look, str, str, str], None]  # pen, look, noun, pose, mood
NAMES = {
    "robot": "robot", "android": "robot", "cyborg": "robot", "droid": "robot", "automaton": "robot", "machine man": "robot", "golem": "golem", "ghost": "ghost", "spirit": "ghost", "phantom": "ghost", "spectre": "ghost", "poltergeist": "ghost",
    "dragon": "dragon", "wyvern": "dragon", "mermaid": "mermaid", "merman": "mermaid", "siren": "mermaid", "snowman": "snowman", "snow man": "snowman", "alien": "alien", "martian": "alien", "extraterrestrial": "alien", "monster": "monster", "beast": "monster",
    "creature": "creature", "blob": "creature", "imp": "monster", "demon": "monster", "yeti": "yeti", "bigfoot": "yeti", "sasquatch": "yeti", "skeleton": "skeleton", "cloud": "", "kraken": "",
}  # fmt: skip


def find(noun: str) -> str | None:
    """The being that a noun names, or None."""
    words = re.findall(r"[a-z]+", noun.lower())
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


def _eyes(pen: Pen, x: float, y: float, size: float, mood: str, gap: float = 9.0, color: str = INK, asleep: bool = False) -> None:
    for eye in (x - gap / 2, x + gap / 2):
        if asleep:
            pen.curve((eye - size, y), (eye, y + size), (eye + size, y), color, size * 0.5)
            continue
        pen.oval(eye, y, size, size * 1.25, color)
        pen.oval(eye + size * 0.35, y - size * 0.45, size * 0.35, size * 0.35, "#ffffff")
    up = {"sad": (2, -1), "afraid": (2, -2), "angry": (-2, 2), "brave": (-1, 1)}.get(mood)
    if up:
        pen.line([(x - gap / 2 - size, y - size * 2 + up[0]), (x - gap / 2 + size, y - size * 2 + up[1])], color, size * 0.5)
        pen.line([(x + gap / 2 - size, y - size * 2 + up[1]), (x + gap / 2 + size, y - size * 2 + up[0])], color, size * 0.5)


def _smile(pen: Pen, x: float, y: float, width: float, mood: str, color: str = INK, line: float = 1.6) -> None:
    if mood in ("surprised", "afraid"):
        pen.oval(x, y, width * 0.3, width * 0.4, color)
    else:
        bend = {"sad": -0.5, "angry": -0.4, "happy": 0.8}.get(mood, 0.5)
        pen.curve((x - width / 2, y), (x, y + width * bend), (x + width / 2, y), color, line)


# ---------------------------------------------------------------- robots


def _robot(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    metal = (
        look.skin
        if look.skin not in ("#f6d3b5", "#ecbb94", "#dba277", "#c08457", "#97603b", "#6f442a")
        else choice(noun + look.top, "metal", ("#8fa3b5", "#c98a4a", "#6fae9f", "#b5bcc6"))
    )
    build = choice(look.top + look.hair + noun, "build", ("box", "round", "tall"))
    frame = BUILDS["dwarf" if build == "round" else "child" if build == "box" else "slim"]
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
        pen.shade(box(bones.hip[0] - 18, bones.hip[1] + 8, bones.hip[0] + 14, -0.5, 3), "#9a6a3e", 4, -2)
    limb(bones.far_arm, False, 7.5)
    hand(bones.far_arm[2], False)
    for leg, near in ((bones.far_leg, False), (bones.near_leg, True)):
        limb(leg, near, 8.5)
        foot(leg[2], near)
    t = frame.torso
    with pen.at(*bones.hip, bones.lean):
        if build == "round":
            trunk = smooth([(-24, -t * 0.5), (-15, -t), (15, -t), (24, -t * 0.5), (17, 6), (-17, 6)], 1.0)
        elif build == "box":
            trunk = box(-21, -t, 21, 6, 6)
        else:
            trunk = smooth([(-19, -t - 1), (19, -t - 1), (15, -t * 0.4), (12, 6), (-12, 6), (-15, -t * 0.4)], 0.4)
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
        for x in (-1.5, 10):
            if posture.asleep:
                pen.line([(x - 3, -2.4), (x + 3, -2.4)], glow, 1.8)
            else:
                pen.oval(x, -2.8, 5, 5, glow, 0.25)
                pen.oval(x, -2.8, 3.2, 3.4 if mood != "tired" else 1.6, glow)
                pen.oval(x + 1, -3.9, 1, 1, "#ffffff")
        if mood in ("angry", "sad", "afraid"):
            slope = 2 if mood == "angry" else -2
            pen.line([(-5, -8 - slope), (1.5, -8 + slope)], glow, 1.4)
            pen.line([(7, -8 + slope), (13.5, -8 - slope)], glow, 1.4)
        _smile(pen, 5, 9, 9, mood, "#2b3542", 1.8)
        if look.hat in hats.HATS:
            with pen.at(0, -2, 0, 1.1):
                hats.hat(pen, look)
    if look.apron:
        with pen.at(*bones.hip, bones.lean):
            pen.shade(smooth([(-10, -t * 0.7), (14, -t * 0.7), (17, 8), (15, 22), (-10, 22), (-13, 6)], 0.4), look.apron, 3, -1.4, 0.12)
    if "scarf" in look.extras:
        x, y = bones.neck
        pen.shade(smooth([(x - 17, y - 4), (x, y + 1), (x + 17, y - 4), (x + 17, y + 5), (x, y + 9), (x - 18, y + 5)], 0.7), look.scarf, 3, -2)
    prop = people.held(look, pose)
    if prop:
        people.put(pen, prop, bones.near_arm)
    limb(bones.near_arm, True, 8)
    hand(bones.near_arm[2], True)


# ---------------------------------------------------------------- spirits and legends


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
    _eyes(pen, 9, -92, 4.2, mood, 17, "#333a55", pose == "sleep")
    pen.oval(-3, -82, 4, 2.6, "#f2a9b8", 0.6)
    pen.oval(22, -82, 3.4, 2.6, "#f2a9b8", 0.6)
    _smile(pen, 10, -80, 11, mood, "#333a55", 2)
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
    _eyes(pen, 9, -140, 2.8, mood, 13, "#33303c", pose == "sleep")
    pen.shade(polygon([(10, -136), (10, -130), (36, -131)]), "#f0852f", 2, -1)
    _smile(pen, 8, -125, 14, mood, "#33303c", 2)
    pen.shade(smooth([(-24, -119), (2, -113), (25, -119), (27, -109), (2, -102), (-26, -109)], 0.7), look.scarf, 3, -2)
    pen.shade(smooth([(-20, -112), (-30, -80), (-18, -78), (-10, -108)], 0.5), dark(look.scarf, 0.14), 2, -1)
    pen.line([(-26, -92), (-48, -84), (-64, -104)], "#6b4428", 3.6)
    pen.line([(-54, -90), (-68, -86)], "#6b4428", 2.6)
    with pen.at(1, -135, -4, 1.45):
        hats.HATS[look.hat if look.hat in hats.HATS else "top hat"](pen, look, "#33303c" if look.hat in ("", "top hat") else look.hat_color)


def _mermaid(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    posture = POSES[pose if abs(POSES[pose].lean) < 16 and not POSES[pose].turn and not POSES[pose].seat else "float"]
    look = replace(look, upper="leotard", coat="", prop="" if look.prop == "box" else look.prop)
    bones = skeleton(replace(posture, near_leg=(0, 0), far_leg=(0, 0), lift=0), BUILDS["female"])
    hip, shift = bones.hip, (0.0, 0.0)
    scales = "#2f9a8f" if look.top != "#2f9a8f" else "#4f7fc0"
    man = "merman" in noun
    with pen.at(*shift):
        with pen.at(*bones.head, bones.lean * 0.45 + bones.nod):
            heads.hair_behind(pen, look)
        from pipelines.illustrator.figures import dress

        body = look if not man else look
        far = dress.arm(pen, body, BUILDS["female"], bones, near=False)
        del far
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
        dress.arm(pen, body, BUILDS["female"], bones, near=True)


def _dragon(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    green = (
        look.skin
        if look.skin not in ("#f6d3b5", "#ecbb94", "#dba277", "#c08457", "#97603b", "#6f442a")
        else choice(noun + look.top, "dragon", ("#4f9a57", "#b5433a", "#3f7f9e", "#7a4f9e"))
    )
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


def _alien(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    green = look.skin if look.skin not in ("#f6d3b5", "#ecbb94", "#dba277", "#c08457", "#97603b", "#6f442a") else "#7fc27a"
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
        for x, tilt in ((-2.5, 18), (12, -14)):
            with own.at(x, -2, tilt):
                if asleep:
                    own.line([(-4, 0), (4, 0)], INK, 1.6)
                else:
                    own.oval(0, 0, 4.6, 6.6, "#23202e")
                    own.oval(1.4, -2.6, 1.5, 1.7, "#ffffff")
        _smile(own, 6, 9.6, 7, mood, dark(green, 0.5), 1.5)

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
        _eyes(pen, 10, -114, 8, mood, 26, INK, True)
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
    near = (-30, -150) if pose in ("cheer",) else (-34, -46)
    pen.shade(tube([(-40, -94), (-62, -104 if pose == "cheer" else -74), near], [25, 19, 22]), fur, 4, -2)


def _yeti(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    white = "#eef3f8" if "yeti" in noun else "#7a5a40"
    body = Look(skin=white, top=white, bottom=white, upper="leotard", lower="breeches", style="bald", build="giant", extras=frozenset({"barefoot"}), prop="")

    def head(own: Pen, asleep: bool) -> None:
        own.shade(smooth([(0, -26), (10, -22), (20, -14), (23, 0), (17, 14), (4, 20), (-10, 17), (-21, 6), (-21, -10), (-12, -22)], 0.8), white, 5, -3)
        face = smooth([(2, -10), (10, -12), (18, -8), (19, 4), (12, 12), (2, 11), (-5, 3), (-4, -7)], 0.95)
        own.fill(face, "#9fb8d0" if "yeti" in noun else "#c09a78")
        _eyes(own, 8, -2, 2.1, mood, 9, INK, asleep)
        _smile(own, 8, 5, 8, mood)

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
    _eyes(pen, 7, -44, 4.6, mood, 19, INK, pose == "sleep")
    _smile(pen, 8, -31, 11, mood, INK, 1.8)
    if look.hat in hats.HATS and look.hat:
        with pen.at(2, -50, 4, 1.3):
            hats.hat(pen, look)


def _golem(pen: Pen, look: Look, noun: str, pose: str, mood: str) -> None:
    _robot(pen, Look(skin="#9a9284", top="#7f8a5a", hair=look.hair, prop=look.prop), "golem", pose, mood)


BEINGS: dict[str, tuple[Painter, float, Habitat]] = {  # painter, metres per 100 units, where it lives
    "robot": (_robot, 0.95, "ground"), "golem": (_golem, 1.9, "ground"), "ghost": (_ghost, 1.2, "air"), "snowman": (_snowman, 0.95, "ground"), "mermaid": (_mermaid, 1.0, "water"), "dragon": (_dragon, 2.2, "ground"),
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


__all__ = ["BEINGS", "draw", "find"]
