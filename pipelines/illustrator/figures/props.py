"""What a hand can hold: each drawn with the grip at the origin, upright, in units of a centimetre."""
# ruff: noqa: E501 - tables of words and coordinates read best a row a line

from __future__ import annotations

from collections.abc import Callable

from pipelines.illustrator.figures.pen import Pen, box, dark, light, oval, polygon, smooth

WOOD, STEEL, GOLD = "#8a5a34", "#c3ccd4", "#f2b93b"


def _rod(length: float, color: str = WOOD, width: float = 3.4, low: float = 0.3) -> Callable[[Pen], None]:
    def prop(pen: Pen) -> None:
        pen.line([(0, length * low), (0, -length * (1 - low))], color, width)
        pen.line([(0.8, length * low), (0.8, -length * (1 - low))], light(color, 0.2), width * 0.25)

    return prop


def _lantern(pen: Pen) -> None:
    pen.glow(0, 18, 26, "#ffd970", 0.55)
    pen.stroke(oval(0, 4.6, 4.4, 4.6), "#4a4038", 1.5)
    pen.fill(polygon([(-7, 12), (0, 7), (7, 12)]), "#4a4038")
    pen.fill(box(-6, 12, 6, 25, 1.5), "#ffe89a")
    pen.fill(smooth([(0, 14), (2.6, 19), (0, 23.4), (-2.6, 19)], 0.9), "#ff9f2e")
    pen.line([(-6, 12), (-6, 25)], "#4a4038", 1.3)
    pen.line([(6, 12), (6, 25)], "#4a4038", 1.3)
    pen.fill(box(-7.6, 24, 7.6, 27.6, 1.4), "#4a4038")


def _staff(pen: Pen) -> None:
    _rod(140, "#7a4f2c", 4, 0.52)(pen)
    pen.glow(0, -72, 16, "#9fe3ff", 0.5)
    pen.shade(oval(0, -72, 6.4, 6.4), "#58c3f0", 2, -2)
    pen.curve((-1, -62), (-9, -70), (-4, -79), "#7a4f2c", 3)
    pen.curve((1, -62), (9, -70), (5, -78), "#7a4f2c", 3)


def _sword(pen: Pen) -> None:
    pen.shade(polygon([(-2.8, -6), (2.8, -6), (2.4, -56), (0, -62), (-2.4, -56)]), STEEL, 2.6, 0, 0.2)
    pen.line([(-9, -6), (9, -6)], GOLD, 3.4)
    pen.line([(0, -5), (0, 5)], "#5a3a24", 3.6)
    pen.oval(0, 7, 2.6, 2.6, GOLD)


def _cutlass(pen: Pen) -> None:
    pen.shade(smooth([(-2.4, -5), (-1, -26), (7, -50), (8, -36), (4, -18), (2.6, -5)], 0.6), STEEL, 2.4, 0, 0.2)
    pen.curve((-4, -5), (9, -3), (3, 6), GOLD, 2.8)
    pen.line([(0, -5), (0, 5)], "#5a3a24", 3.4)


def _spear(pen: Pen) -> None:
    _rod(150, WOOD, 3.2, 0.5)(pen)
    pen.shade(polygon([(0, -96), (5, -80), (0, -74), (-5, -80)]), STEEL, 2, 0)


def _trident(pen: Pen) -> None:
    _rod(140, "#c99a35", 3.4, 0.5)(pen)
    pen.curve((-9, -86), (-9, -70), (0, -68), GOLD, 3)
    pen.curve((9, -86), (9, -70), (0, -68), GOLD, 3)
    pen.line([(0, -68), (0, -90)], GOLD, 3)


def _book(pen: Pen) -> None:
    with pen.at(4, -4, -14):
        pen.shade(polygon([(-13, -8), (0, -5), (0, 9), (-13, 6)]), "#a8413a", 2, -1)
        pen.shade(polygon([(13, -9), (0, -5), (0, 9), (13, 5)]), "#c2554a", 2, -1)
        pen.fill(polygon([(-12, -9.4), (0, -6.6), (12, -10.4), (12, -8), (0, -4), (-12, -7)]), "#fbf3df")


def _paper(pen: Pen) -> None:
    with pen.at(3, -6, -8):
        pen.shade(box(-8, -12, 8, 10, 1), "#fbf3df", 2, -1, 0.12)
        for y in (-8, -4, 0, 4):
            pen.line([(-5, y), (5, y)], "#b7a78a", 1)


def _map(pen: Pen) -> None:
    with pen.at(4, -6, -8):
        pen.shade(box(-15, -11, 15, 11, 1), "#ead4a0", 2, -1)
        pen.curve((-10, 5), (-2, -9), (5, 0), "#a8643a", 1.4)
        pen.line([(6, -3), (10, 1)], "#c8343a", 1.8)
        pen.line([(10, -3), (6, 1)], "#c8343a", 1.8)


def _glass(pen: Pen) -> None:
    pen.line([(0, 4), (0, -9)], "#5a3a24", 3)
    pen.oval(0, -18, 8.6, 8.6, "#d8f0f8", 0.6)
    pen.stroke(oval(0, -18, 8.6, 8.6), "#6b727a", 2.2)


def _wrench(pen: Pen) -> None:
    pen.line([(0, 6), (0, -20)], "#8d99a6", 4)
    pen.stroke(smooth([(-5, -30), (-5, -22), (0, -20), (5, -22), (5, -30)], 0.4), "#8d99a6", 3.2)


def _hammer(pen: Pen) -> None:
    _rod(34, WOOD, 3.2, 0.2)(pen)
    pen.shade(box(-9, -34, 9, -25, 2), "#79838e", 2, -2)


def _pitchfork(pen: Pen) -> None:
    _rod(130, WOOD, 3.2, 0.52)(pen)
    for x in (-7, 0, 7):
        pen.line([(x, -62), (x, -80)], "#8d99a6", 2)
    pen.line([(-7, -62), (7, -62)], "#8d99a6", 2.6)


def _broom(pen: Pen) -> None:
    _rod(120, WOOD, 3.2, 0.42)(pen)
    pen.shade(smooth([(-3, 46), (3, 46), (12, 76), (0, 79), (-12, 76)], 0.5), "#e0b04a", 3, -1)
    pen.line([(-5, 53), (5, 53)], "#b5503c", 2.6)


def _spoon(pen: Pen) -> None:
    _rod(40, "#b07a45", 2.8, 0.2)(pen)
    pen.shade(oval(0, -34, 4.4, 6), "#b07a45", 1.6, -1)


def _pan(pen: Pen) -> None:
    pen.line([(0, 0), (12, 0)], "#3b3b42", 3.4)
    pen.shade(smooth([(11, -3), (38, -3), (35, 6), (14, 6)], 0.4), "#4a4a54", 2, -2)
    pen.oval(24.5, -3.4, 11, 2.4, "#f7d56a")


def _brush(pen: Pen) -> None:
    pen.line([(0, 7), (0, -14)], "#c08a4a", 2.4)
    pen.fill(box(-1.9, -18, 1.9, -13), "#b9c1c8")
    pen.fill(smooth([(-2.2, -18), (2.2, -18), (0, -27)], 0.6), "#3f7fd0")


def _palette(pen: Pen) -> None:
    pen.shade(smooth([(-4, 0), (2, -10), (16, -12), (22, -4), (18, 6), (8, 8), (2, 6)], 0.8), "#d9a765", 2, -2)
    for x, y, tone in ((5, -6, "#d8433f"), (11, -8, "#f2c23b"), (17, -5, "#3f8fd0"), (15, 2, "#4f9f57")):
        pen.oval(x, y, 2.3, 2.1, tone)


def _violin(pen: Pen) -> None:
    with pen.at(0, 0, 62):
        pen.line([(0, 0), (0, -26)], "#4a2c1c", 3)
        pen.shade(smooth([(-4, 0), (-8, 6), (-5, 13), (-9, 22), (0, 29), (9, 22), (5, 13), (8, 6), (4, 0)], 0.9), "#b5652a", 3, -2)
        pen.line([(0, -20), (0, 22)], "#3a2418", 1)
    pen.line([(-24, -12), (34, 4)], "#e9d8b8", 1.6)


def _guitar(pen: Pen) -> None:
    with pen.at(0, 2, 60):
        pen.line([(0, 2), (0, -50)], "#5a3a24", 4)
        pen.fill(box(-3.4, -58, 3.4, -48, 1), "#3a2418")
        pen.shade(smooth([(-6, -4), (-11, 4), (-8, 13), (-14, 25), (0, 36), (14, 25), (8, 13), (11, 4), (6, -4)], 0.9), "#d08a3e", 3, -2)
        pen.oval(0, 13, 4.4, 4.4, "#4a2c1c")


def _flute(pen: Pen) -> None:
    with pen.at(0, 0, 78):
        _rod(46, "#c9a24a", 3, 0.6)(pen)


def _trumpet(pen: Pen) -> None:
    pen.line([(-12, -2), (22, -6)], GOLD, 3.2)
    pen.shade(polygon([(20, -8), (34, -16), (34, 3), (20, -4)]), GOLD, 2, -1)
    pen.stroke(box(-4, -3, 12, 5, 4), dark(GOLD, 0.1), 2)


def _fishing(pen: Pen) -> None:
    with pen.at(0, 0, 34):
        _rod(110, "#9a6a3a", 2.6, 0.12)(pen)
    pen.curve((54, -80), (60, -40), (58, 0), "#e8e8ec", 0.9)
    pen.oval(58, 2, 2.6, 3, "#d8433f")


def _bag(pen: Pen) -> None:
    pen.curve((-5, 9), (0, 0), (5, 9), "#3a2a22", 2)
    pen.shade(smooth([(-13, 9), (13, 9), (14, 24), (-14, 24)], 0.25), "#6b4428", 3, -2)
    pen.fill(box(-2, 13, 2, 17, 0.6), GOLD)


def _syringe(pen: Pen) -> None:
    pen.fill(box(-1, -15, 7, 5, 1), "#f7f4ee")
    pen.line([(3, -12), (3, 2)], "#b9c1c8", 1)


def _clipboard(pen: Pen) -> None:
    with pen.at(4, -5, -10):
        pen.shade(box(-9, -13, 9, 12, 1.6), "#a87a48", 2, -1)
        pen.fill(box(-7, -10, 7, 10, 0.6), "#fbfaf6")
        for y in (-6, -2, 2, 6):
            pen.line([(-5, y), (5, y)], "#b9b4ac", 0.9)
        pen.fill(box(-4, -15, 4, -10.4, 1), "#8d99a6")


def _flask(pen: Pen) -> None:
    pen.shade(polygon([(-2.4, -18), (2.4, -18), (2.4, -10), (9, 4), (-9, 4), (-2.4, -10)]), "#dff3ee", 2, -1, 0.1)
    pen.fill(polygon([(-5, -4), (5, -4), (9, 4), (-9, 4)]), "#4fc487")
    pen.oval(-1, -1, 1.2, 1.2, "#c6f5dc")


def _wand(pen: Pen) -> None:
    pen.line([(0, 5), (0, -24)], "#5a3f7a", 2.4)
    x, y, r = 0, -29, 6
    pen.fill(
        polygon(
            [
                (x, y - r * 1.3),
                (x + r * 0.36, y - r * 0.4),
                (x + r * 1.3, y - r * 0.3),
                (x + r * 0.55, y + r * 0.3),
                (x + r * 0.8, y + r * 1.2),
                (x, y + r * 0.65),
                (x - r * 0.8, y + r * 1.2),
                (x - r * 0.55, y + r * 0.3),
                (x - r * 1.3, y - r * 0.3),
                (x - r * 0.36, y - r * 0.4),
            ]
        ),
        "#ffd84a",
    )


def _shield(pen: Pen) -> None:
    pen.shade(smooth([(-15, -18), (0, -21), (15, -18), (14, 4), (0, 22), (-14, 4)], 0.5), "#3f6fae", 4, -2)
    pen.fill(polygon([(-3, -19), (3, -19), (3, 17), (0, 20), (-3, 17)]), GOLD)
    pen.fill(polygon([(-14, -8), (14, -8), (14, -2), (-14, -2)]), GOLD)


def _bow(pen: Pen) -> None:
    pen.curve((-4, -36), (18, 0), (-4, 36), "#7a4f2c", 3)
    pen.line([(-4, -36), (-4, 36)], "#e9d8b8", 0.9)


def _basket(pen: Pen) -> None:
    pen.curve((-11, 14), (0, -14), (11, 14), "#a8713a", 2.4)
    for x, tone in ((-5, "#d8433f"), (3, "#e0a030"), (8, "#d8433f")):
        pen.oval(x, 12, 4.4, 4.4, tone)
    pen.shade(smooth([(-14, 12), (14, 12), (11, 26), (-11, 26)], 0.3), "#c98f4a", 3, -2)


def _umbrella(pen: Pen) -> None:
    pen.line([(0, 8), (0, -46)], "#5a3a24", 2.4)
    pen.shade(smooth([(-40, -40), (-24, -66), (0, -74), (24, -66), (40, -40), (20, -46), (0, -41), (-20, -46)], 0.6), "#b5456f", 5, -2)


def _box(pen: Pen) -> None:
    pen.shade(box(-6, -16, 22, 8, 1), "#c08a52", 3, -2)
    pen.fill(box(5, -16, 11, 8), "#e3c48e")


def _cup(pen: Pen) -> None:
    pen.stroke(oval(6, -3, 3.4, 3.4), "#e6e2da", 1.8)
    pen.shade(smooth([(-5, -8), (6, -8), (5, 3), (-4, 3)], 0.3), "#fbfaf6", 2, -1, 0.12)


def _bread(pen: Pen) -> None:
    pen.shade(smooth([(-16, 0), (-12, -8), (12, -10), (18, -2), (12, 5), (-12, 6)], 0.9), "#d99a4e", 3, -2)
    for x in (-8, 0, 8):
        pen.line([(x - 2, -6), (x + 2, 0)], "#f0cf96", 1.8)


def _bouquet(pen: Pen) -> None:
    pen.fill(polygon([(-2, 8), (2, 8), (8, -10), (-8, -10)]), "#5f9f57")
    for x, y, tone in ((-7, -14, "#f27a9a"), (0, -19, "#ffd45e"), (7, -14, "#f27a9a"), (0, -11, "#fff1f4")):
        pen.oval(x, y, 5, 5, tone)
        pen.oval(x, y, 1.8, 1.8, "#e08a2a")


def _camera(pen: Pen) -> None:
    pen.shade(box(-10, -13, 10, 3, 2), "#3b3f48", 2, -2)
    pen.oval(2, -5, 5, 5, "#8fb6cc")
    pen.oval(2, -5, 2.6, 2.6, "#20252c")


def _phone(pen: Pen) -> None:
    pen.shade(box(-3.6, -13, 3.6, 2, 1.4), "#2b2f38", 1, -1)


def _ball(color: str, size: float) -> Callable[[Pen], None]:
    def prop(pen: Pen) -> None:
        pen.shade(oval(2, -size * 0.4, size, size), color, 3, -2)

    return prop


def _oar(pen: Pen) -> None:
    with pen.at(0, 0, -38):
        pen.line([(0, -36), (0, 60)], "#a8713a", 3)
        pen.shade(smooth([(-4, 56), (4, 56), (5.4, 82), (-5.4, 82)], 0.5), "#c08a52", 2, -1)


def _spyglass(pen: Pen) -> None:
    with pen.at(0, 0, 76):
        pen.shade(polygon([(-2.6, 4), (2.6, 4), (4.4, -30), (-4.4, -30)]), "#a8713a", 1.6, -1)
        for y in (2, -13, -29):
            pen.line([(-4.2, y), (4.2, y)], GOLD, 2.4)


PROPS: dict[str, Callable[[Pen], None]] = {
    "lantern": _lantern, "staff": _staff, "cane": _rod(70, "#6b4428", 3.4, 0.96), "crook": _rod(140, "#8a5a34", 3.4, 0.52), "sword": _sword, "cutlass": _cutlass, "spear": _spear,
    "trident": _trident, "book": _book, "paper": _paper, "map": _map, "magnifier": _glass, "wrench": _wrench, "hammer": _hammer, "pitchfork": _pitchfork, "broom": _broom, "spoon": _spoon,
    "pan": _pan, "brush": _brush, "palette": _palette, "violin": _violin, "guitar": _guitar, "flute": _flute, "trumpet": _trumpet, "rod": _fishing, "bag": _bag, "syringe": _syringe,
    "clipboard": _clipboard, "flask": _flask, "wand": _wand, "shield": _shield, "bow": _bow, "basket": _basket, "umbrella": _umbrella, "box": _box, "cup": _cup, "bread": _bread,
    "bouquet": _bouquet, "camera": _camera, "phone": _phone, "ball": _ball("#e0603a", 12), "crystal": _ball("#9fd6f2", 9), "oar": _oar, "spyglass": _spyglass, "shovel": _broom,
}  # fmt: skip
UPRIGHT = frozenset(
    [
        "lantern",
        "staff",
        "cane",
        "crook",
        "spear",
        "trident",
        "pitchfork",
        "broom",
        "bag",
        "basket",
        "umbrella",
        "shield",
        "bouquet",
        "cup",
        "box",
        "rod",
        "shovel",
        "fishing",
    ]
)  # these hang or stand whatever the arm does


def _shovel(pen: Pen) -> None:
    _rod(100, WOOD, 3.2, 0.5)(pen)
    pen.shade(smooth([(-7, 48), (7, 48), (8, 60), (0, 72), (-8, 60)], 0.5), "#8d99a6", 2, -2)
    pen.line([(-5, -50), (5, -50)], WOOD, 3.4)


def _chalk(pen: Pen) -> None:
    pen.line([(0, 2), (5, -12)], "#fdfcf8", 4)


def _chain(pen: Pen) -> None:
    for index in range(7):
        pen.stroke(oval(0.8 * index, index * 5.0, 2.4, 3.2), GOLD, 1.6)
    pen.shade(oval(5, 38, 6, 6), GOLD, 1.6, -1)


def _hose(pen: Pen) -> None:
    pen.curve((0, 2), (-14, 40), (-34, 58), "#a8453a", 5)
    pen.shade(polygon([(-3, 4), (3, 4), (2, -16), (-2, -16)]), STEEL, 1.4, -1)


def _whistle(pen: Pen) -> None:
    pen.shade(oval(2, -3, 5, 5), STEEL, 1.6, -1)
    pen.fill(box(2, -8, 13, -4, 1), STEEL)
    pen.oval(2, -3, 1.8, 1.8, "#4a4d55")


def _horseshoe(pen: Pen) -> None:
    pen.curve((-7, 4), (-12, -18), (0, -19), "#8d96a3", 4.4)
    pen.curve((7, 4), (12, -18), (0, -19), "#8d96a3", 4.4)


def _button(pen: Pen) -> None:
    pen.shade(oval(3, -3, 6, 6), "#e0a53a", 1.6, -1)
    for x, y in ((1.4, -4.6), (4.6, -4.6), (1.4, -1.4), (4.6, -1.4)):
        pen.oval(x, y, 0.9, 0.9, "#5a3a1c")


def _pipe(pen: Pen) -> None:
    pen.curve((-2, 0), (8, 3), (13, -4), "#5a3424", 3)
    pen.shade(box(9, -13, 18, -3, 2), "#7a4a2c", 1.6, -1)


def _smoker(pen: Pen) -> None:
    pen.oval(12, -28, 8, 6, "#e9edf0", 0.6)
    pen.oval(18, -38, 11, 8, "#e9edf0", 0.4)
    pen.shade(polygon([(4, -14), (16, -24), (14, -8)]), STEEL, 1.4, -1)
    pen.shade(box(-6, -14, 10, 10, 2), STEEL, 3, -1)
    pen.shade(box(-13, -10, -6, 8, 1), "#8a5a34", 1.4, -1)


def _scales(pen: Pen) -> None:
    pen.line([(0, 6), (0, -30)], GOLD, 3)
    pen.line([(-20, -28), (20, -28)], GOLD, 2.6)
    for x in (-18, 18):
        pen.line([(x - 8, -10), (x, -28), (x + 8, -10)], "#c9a24a", 1)
        pen.shade(smooth([(x - 10, -10), (x + 10, -10), (x + 5, -4), (x - 5, -4)], 0.5), GOLD, 1.4, -1)


PROPS |= {
    "shovel": _shovel, "chalk": _chalk, "chain": _chain, "hose": _hose, "whistle": _whistle, "horseshoe": _horseshoe, "button": _button, "pipe": _pipe, "smoker": _smoker, "scales": _scales,
}  # fmt: skip
