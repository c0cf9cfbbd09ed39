"""Heads: face by mood, hair by style, beards. Origin in the middle of the head, which is about 36 units high and looks to the right."""

from __future__ import annotations

from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen, dark, light, mix, oval, polygon, smooth

INK = "#33231f"
LIPS = "#8c3b32"


def feeling(mood: str, action: str = "") -> str:
    """One of happy, sad, angry, afraid, surprised, calm, tired, brave for the words of a mood and an action."""
    text = f" {action} {mood} ".lower()
    for name, words in {
        "sad": "sad lonely grief sorrow melanchol cry cries weep mourn loss lost miss homesick regret",
        "angry": "angry anger rage fury furious conflict villain menac fight argue shout",
        "afraid": "afraid fear scare terrif dread horror panic anxious worr tense flee escape ordeal danger",
        "surprised": "surpris astonish wonder awe amaz discover find marvel gasp mysterious",
        "brave": "brave determin heroic resolute triumph duel defend battle race contest",
        "tired": "tired weary sleepy exhaust yawn",
        "happy": "happy joy glad warm cheer hope tender love friend playful laugh smile celebrat danc bond luck proud delight comic funny",
    }.items():
        if any(f" {word}" in text for word in words.split()):
            return name
    return "calm"


def face(pen: Pen, look: Look, mood: str, asleep: bool = False) -> None:
    """The skin of the head with ear, eyes, brows, nose and mouth."""
    skin, child = look.skin, look.age == "child"
    head = smooth([(1, -18), (11, -15), (15.5, -6), (15.2, 3), (12.5, 11), (6.5, 17), (-1, 16.5), (-8, 12), (-13, 4), (-14.5, -5), (-9.5, -15)], 0.95)
    pen.shade(head, skin, 4, -3, 0.14)
    blush = mix(skin, "#e8553f", 0.45)
    with pen.inside(head):
        pen.oval(0.5, 6, 3.6, 2.6, blush, 0.5)
        pen.oval(12.8, 6, 2.6, 2.6, blush, 0.5)
    pen.shade(oval(-8.6, 1.5, 3.2, 4.4), mix(skin, "#c0503a", 0.12), 1.2, -1, 0.16)
    brow = INK if look.style == "bald" or look.age == "old" else dark(look.hair, 0.35)
    if look.age == "old":
        brow = look.hair if look.style != "bald" else "#a9a29c"
        pen.curve((-2.4, 3.6), (-0.8, 5.2), (1.6, 5), dark(skin, 0.25), 0.7)
        pen.curve((13.2, 4.6), (14, 4.6), (14.6, 3.8), dark(skin, 0.25), 0.7)
    _eyes(pen, mood, asleep, child)
    _brows(pen, mood, brow, 1.9 if look.woman or child else 2.4)
    pen.curve((8.4, 1.5), (11.2, 4.2), (8.2, 5.2), dark(skin, 0.32), 1.2)
    _mouth(pen, mood, asleep, look)
    if "freckles" in look.extras:
        for x, y in ((-0.5, 4.5), (1.6, 5.4), (12, 4.8), (13.5, 5.6), (0.6, 6.6)):
            pen.oval(x, y, 0.55, 0.55, dark(skin, 0.35))


def _eyes(pen: Pen, mood: str, asleep: bool, child: bool) -> None:
    size = 1.34 if child else 1.12
    for x in (3.2, 11.4):
        if asleep:
            pen.curve((x - 2.2, -0.6), (x, 1.6), (x + 2.2, -0.6), INK, 1.2)
        elif mood == "happy" and not child:
            pen.oval(x, -0.6, 2.05, 2.7, INK)
            pen.oval(x + 0.8, -1.6, 0.8, 0.8, "#ffffff")
        else:
            wide = 1.2 if mood in ("surprised", "afraid") else 1.0
            if wide > 1:
                pen.oval(x, -0.8, 3.0, 3.5, "#ffffff")
            pen.oval(x, -0.6, 1.8 * size, 2.4 * size * (0.75 if mood == "tired" else 1.0), INK)
            pen.oval(x + 0.8, -1.6, 0.7 * size, 0.7 * size, "#ffffff")


def _brows(pen: Pen, mood: str, color: str, width: float) -> None:
    inner, outer, up = {
        "sad": (-2.0, 1.0, 0),
        "afraid": (-2.6, 0.6, 1.2),
        "angry": (2.0, -1.6, 0.6),
        "brave": (1.2, -1.0, 0.3),
        "surprised": (-0.6, 0.0, 2.6),
        "happy": (-0.2, 0.4, 0.8),
    }.get(mood, (0.0, 0.3, 0.2))
    pen.curve((0.2, -5.6 + outer - up), (2.6, -7.4 - up), (5.4, -6 + inner - up), color, width)
    pen.curve((9.6, -6 + inner - up), (12, -7.2 - up), (14, -5.6 + outer - up), color, width)


def _mouth(pen: Pen, mood: str, asleep: bool, look: Look) -> None:
    color = LIPS if not look.woman else "#b23a40"
    if sum(bytes.fromhex(look.skin[1:7])) < 380:
        color = "#5a1f1c" if not look.woman else "#96303a"  # lips that are seen on dark skin
    if asleep or mood in ("calm", "tired"):
        pen.curve((4.4, 9.6), (7.4, 11), (10.4, 9.4), color, 1.4)
    elif mood == "happy":
        mouth = smooth([(3.4, 8.4), (7.4, 9.6), (11.4, 8.2), (10.6, 11.4), (7.6, 13.2), (4.8, 11.8)], 0.8)
        pen.fill(mouth, "#7a2a2a")
        with pen.inside(mouth):
            pen.oval(7.4, 8.4, 4, 1.7, "#ffffff")
            pen.oval(7.6, 13.2, 2.4, 1.6, "#e2675a")
    elif mood == "sad":
        pen.curve((4.6, 11.4), (7.4, 8.8), (10.2, 11), color, 1.5)
    elif mood == "angry":
        pen.curve((4, 11), (7.4, 8.6), (11, 10.4), color, 1.8)
    elif mood in ("afraid", "surprised"):
        pen.oval(7.6, 10.4, 2.2, 2.8, "#7a2a2a")
    else:
        pen.curve((4.6, 10), (8, 10.6), (10.6, 9.2), color, 1.6)


def hair_behind(pen: Pen, look: Look) -> None:
    """What of the hair hangs behind neck and body."""
    color = dark(look.hair, 0.16)
    if look.style == "long":
        pen.shade(smooth([(2, -20), (-12, -17), (-18, -4), (-19, 14), (-21, 34), (-10, 38), (0, 33), (2, 10)], 0.9), color)
    elif look.style == "bob":
        pen.shade(smooth([(2, -20), (-12, -17), (-18, -4), (-19, 10), (-14, 17), (-2, 17), (4, 4)], 0.9), color)
    elif look.style == "ponytail":
        pen.shade(smooth([(-12, -12), (-20, -14), (-28, -4), (-27, 12), (-33, 24), (-22, 20), (-19, 6), (-14, -2)], 0.9), color)
    elif look.style == "braid":
        for index in range(5):
            pen.shade(oval(-15 - index * 0.8, 4 + index * 8, 5.2 - index * 0.4, 5.4), color, 2, -2)
        pen.oval(-19, 44, 2.6, 3.4, "#c8453b")
    elif look.style == "bun":
        pen.shade(oval(-13, -17, 8.2, 7.6), color)
    elif look.style == "afro":
        pen.shade(smooth([(2, -30), (16, -25), (21, -10), (14, 2), (-14, 12), (-24, 4), (-26, -12), (-14, -27)], 1.0), color)


def hair(pen: Pen, look: Look) -> None:
    """The hair over the head."""
    color, style = look.hair, look.style
    crown = [(13.8, -8), (13.5, -15), (6, -21.5), (-6, -21), (-15, -13), (-16.8, -2), (-14, 8), (-9.5, 10)]
    if style == "bald":
        if look.age == "old":
            pen.shade(smooth([(-5, -4), (-9, -9), (-15.5, -6), (-16.5, 2), (-13, 9), (-9, 9.5), (-10, 2), (-6.5, 1)], 0.8), color, 2, -2)
        return
    if style in ("short", "tuft", "spiky"):
        path = smooth([*crown, (-8.4, 2), (-4.6, -1), (-3.6, -8), (4, -11.5)], 0.75)
    elif style == "fringe":
        path = smooth([*crown, (-8.4, 3), (-4.6, -1), (-3, -6.5), (6, -7), (13.2, -5.6)], 0.7)
    elif style == "side":
        path = smooth(
            [
                (15, -9),
                (13, -16),
                (5, -22.5),
                (-7, -21.5),
                (-15.6, -13),
                (-17, -2),
                (-14, 8),
                (-9.5, 9.5),
                (-8.4, 2),
                (-4.6, -1),
                (-2.4, -9),
                (6, -9),
                (11, -12),
            ],
            0.75,
        )
    elif style == "curly":
        for x, y, r in (
            (11, -13, 5.4),
            (3, -18, 6.4),
            (-6, -17.5, 6.4),
            (-13, -11, 6),
            (-15.5, -2, 5),
            (-12.5, 6, 4.6),
            (7, -15, 5.6),
            (-2, -13, 6),
            (-9, -7, 5),
        ):
            pen.shade(oval(x, y, r, r), color, 2, -2, 0.12)
        return
    elif style == "afro":
        for x, y, r in ((12, -15, 6), (3, -20, 7), (-7, -19, 7.4), (-15, -11, 7), (-17, -1, 6), (-8, -9, 6), (2, -14, 6)):
            pen.oval(x, y, r, r, color)
        return
    else:  # long, bob, bun, ponytail, braid: parted over the forehead
        path = smooth(
            [
                (15.4, -5),
                (14, -14),
                (6, -21.5),
                (-6, -21),
                (-15, -13),
                (-17.6, 0),
                (-16, 12),
                (-10.5, 13),
                (-8, 4),
                (-4.4, -3),
                (0, -9),
                (7, -13.2),
                (12.4, -10),
            ],
            0.75,
        )
    pen.shade(path, color, 3, -3, 0.2)
    with pen.inside(path):
        pen.curve((-9, -13), (-2, -20), (8, -17), light(color, 0.18), 2.2)
    if style == "tuft":
        pen.shade(smooth([(6, -20), (10, -27), (1, -25), (-2, -20)], 0.8), color, 1.5, -1)
    elif style == "spiky":
        pen.fill(polygon([(13, -13), (15, -22), (7, -19), (4, -28), (-2, -20.5), (-9, -26), (-11, -17), (-19, -18), (-15, -9)]), color)


def beard(pen: Pen, look: Look) -> None:
    """Beard and moustache."""
    if not look.beard:
        return
    color = look.hair
    if look.beard == "long":
        pen.shade(smooth([(-8, 2), (-5, 7), (2, 6.6), (7.5, 8), (13, 6.2), (15, 4), (14.4, 16), (10, 34), (5, 42), (0, 32), (-7, 18)], 0.75), color, 3, -2)
    elif look.beard in ("full", "short"):
        low = 22 if look.beard == "full" else 18.4
        pen.shade(
            smooth([(-8.6, 1), (-5, 7), (2, 6.8), (7.5, 8), (13, 6.2), (15.2, 3), (14.6, 12), (8.5, low), (0.5, low - 0.5), (-7, 13)], 0.75), color, 3, -2
        )
    if look.beard != "short":
        pen.shade(smooth([(7.6, 6), (11, 5), (15.5, 9.2), (10, 9.6), (7.6, 8.4), (4.4, 9.8), (-1, 9.6), (3.6, 5.2)], 0.8), light(color, 0.1), 1, -1)
    if look.beard in ("full", "long", "short"):
        pen.curve((5.2, 11.4), (7.6, 12.6), (10, 11.2), "#7a2a2a", 1.4)


def spectacles(pen: Pen, color: str = "#4a3a34") -> None:
    """Round glasses."""
    for x in (3.2, 11.6):
        pen.oval(x, -0.4, 4.2, 4.2, "#dff1f7", 0.35)
        pen.stroke(oval(x, -0.4, 4.2, 4.2), color, 1.1)
    pen.line([(-0.8, -0.8), (-8, -1.4)], color, 1.1)
