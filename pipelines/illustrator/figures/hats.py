"""Hats and what else is worn on a head; the same coordinates as heads.py."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen, box, dark, light, oval, polygon, smooth

GOLD = "#f2b93b"


def _souwester(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(19, -6), (10, -11), (-8, -9), (-18, -2), (-26, 11), (-17, 12), (-10, 3), (-4, -4), (12, -5)], 0.6), dark(color, 0.12))
    pen.shade(smooth([(14, -8), (12, -19), (2, -25), (-9, -23), (-16, -13), (-16.5, -3), (-4, -8)], 0.8), color)
    pen.curve((-3, -24), (-5, -16), (-4, -9), dark(color, 0.2), 1)
    pen.curve((5, -24), (6, -16), (6, -9), dark(color, 0.2), 1)


def _brim(top: list[tuple[float, float]], reach: float, y: float = -9, band: str = "#33261f") -> Callable[[Pen, Look, str], None]:
    def hat(pen: Pen, look: Look, color: str) -> None:
        crown = smooth(top, 0.7)
        pen.shade(crown, color)
        with pen.inside(crown):
            pen.fill(box(-40, y - 5, 40, y + 3), band)
        pen.shade(
            smooth([(reach, y - 1), (reach * 0.5, y + 2.2), (-reach * 0.5, y + 2.4), (-reach - 3, y + 1), (-reach * 0.6, y - 3), (reach * 0.6, y - 3.4)], 0.8),
            light(color, 0.08),
            3,
            -1.6,
        )

    return hat


def _crown(points: int, height: float) -> Callable[[Pen, Look, str], None]:
    def hat(pen: Pen, look: Look, color: str) -> None:
        left, right, base = -13.5, 13.5, -14
        outline: list[tuple[float, float]] = [(left, base)]
        step = (right - left) / points
        for index in range(points):
            x = left + index * step
            outline += [(x - 0.8 if index == 0 else x, base - height), (x + step / 2, base - height * 0.45)]
        outline += [(right + 0.8, base - height), (right, base)]
        pen.shade(polygon(outline), GOLD, 3, -2)
        for index in range(points + 1):
            pen.oval(left + index * step, base - height - 0.6, 1.7, 1.7, "#fbe08a")
        pen.shade(box(left - 0.5, base - 3, right + 0.5, base + 1.6, 1.6), dark(GOLD, 0.1), 2, -1)
        for x, gem in ((-7, "#3f8fd0"), (0, "#d8433f"), (7, "#3f8fd0")):
            pen.oval(x, base - 0.7, 1.6, 1.6, gem)

    return hat


def _pointed(pen: Pen, look: Look, color: str) -> None:
    crown = smooth([(14, -10), (8, -30), (-1, -48), (-14, -58), (-9, -44), (-13, -26), (-16, -9), (-2, -7)], 0.55)
    pen.shade(crown, color, 4, -2)
    with pen.inside(crown):
        pen.fill(polygon([(-30, -17), (30, -20), (30, -13), (-30, -10)]), GOLD if "stars" in look.extras else "#6f4a8f")
        if "stars" in look.extras:
            for x, y, r in ((-3, -30, 2.4), (5, -23.5, 1.6), (-8, -22, 1.5), (-7, -43, 1.6)):
                pen.fill(
                    polygon(
                        [
                            (x, y - r * 1.4),
                            (x + r * 0.4, y - r * 0.4),
                            (x + r * 1.4, y),
                            (x + r * 0.4, y + r * 0.4),
                            (x, y + r * 1.4),
                            (x - r * 0.4, y + r * 0.4),
                            (x - r * 1.4, y),
                            (x - r * 0.4, y - r * 0.4),
                        ]
                    ),
                    "#ffe48a",
                )
    pen.shade(smooth([(27, -9), (12, -5.6), (-12, -5), (-29, -8), (-16, -12), (12, -13)], 0.8), dark(color, 0.08), 3, -1.6)


def _tricorne(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(13, -11), (9, -23), (-3, -25), (-14, -20), (-16, -9)], 0.7), color)
    pen.shade(smooth([(21, -17), (14, -9), (0, -7), (-16, -6), (-27, -17), (-18, -20), (-4, -15), (12, -19)], 0.6), dark(color, 0.1), 3, -2)
    pen.curve((20, -17.5), (0, -12), (-25, -17.5), GOLD, 1.4)
    pen.oval(-1, -19.4, 3, 3, "#f4efe4")
    pen.oval(-2, -19.8, 0.8, 0.9, "#2b2730")
    pen.oval(0.2, -19.8, 0.8, 0.9, "#2b2730")


def _peaked(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(15, -19), (4, -25), (-12, -23), (-19, -15), (-15, -9), (13, -10)], 0.7), color)
    pen.fill(box(-15.5, -12, 14.5, -7.4, 1.5), dark(color, 0.3))
    pen.shade(smooth([(13, -9), (20, -7), (20, -4.6), (12, -5.4), (3, -6.6), (3, -8.6)], 0.7), "#2b2730", 1, -1)
    pen.oval(6.6, -15, 2.6, 2.8, GOLD)


def _flat_cap(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(19, -9), (12, -19), (-2, -23.5), (-15, -17), (-17.5, -6), (-6, -9), (10, -8)], 0.75), color)
    pen.shade(smooth([(12, -10), (21, -8), (20, -5.4), (10, -6.4)], 0.7), dark(color, 0.2), 1, -1)


def _beanie(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(14.5, -9), (13, -19), (3, -25.5), (-9, -24), (-16.5, -14), (-17, -5), (-2, -9)], 0.75), color)
    pen.shade(smooth([(16, -11), (15, -6), (-2, -6), (-18, -1), (-18.4, -6), (-3, -12)], 0.6), light(color, 0.2), 2, -1)
    pen.shade(oval(-2, -27, 4.4, 4.2), light(color, 0.45), 1.5, -1.2)


def _chef(pen: Pen, look: Look, color: str) -> None:
    for x, y, r in ((-9, -28, 9), (9, -28, 9), (0, -33, 10)):
        pen.shade(oval(x, y, r, r * 0.9), "#fbfaf6", 3, -2, 0.1)
    pen.shade(polygon([(-13.5, -27), (13, -27), (12.5, -11), (-14, -10)]), "#fbfaf6", 4, -1, 0.1)
    pen.line([(-13.5, -12.2), (12.6, -13)], "#d9d4cc", 1.4)


def _nurse(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(12, -13), (10, -24), (-11, -24), (-14, -13), (0, -15)], 0.4), "#fbfaf6", 3, -2, 0.1)
    pen.fill(box(-2.2, -22.6, 0.8, -15.6), "#d8433f")
    pen.fill(box(-4.2, -20.6, 2.8, -17.6), "#d8433f")


def _fire(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(14, -9), (11, -22), (0, -27), (-11, -24), (-16.5, -9)], 0.8), color)
    pen.shade(smooth([(20, -7), (2, -6), (-18, -4), (-27, 3), (-22, -6), (-14, -11), (13, -11.5)], 0.6), dark(color, 0.12), 3, -1.4)
    pen.shade(smooth([(11, -24), (14, -12), (4, -12), (4, -22)], 0.4), GOLD, 2, -1)
    pen.curve((-1, -27), (-8, -22), (-10, -11), dark(color, 0.22), 1.4)


def _helmet(pen: Pen, look: Look, color: str) -> None:
    steel = color
    pen.shade(smooth([(15.5, -4), (14, -16), (4, -23.5), (-8, -22), (-16.5, -12), (-17, 4), (-13, 17), (-5, 15), (-4, -2), (4, -6)], 0.7), steel, 4, -2, 0.28)
    pen.shade(smooth([(-3, -6), (16.5, -8), (19, -2), (16, 0), (-3, 1)], 0.4), light(steel, 0.25), 2, -1.4)
    pen.curve((13, -18), (0, -27), (-15, -15), light(steel, 0.4), 1.6)
    plume = look.trim if look.trim != "#f2e6cf" else "#c8343a"
    pen.shade(smooth([(2, -22), (-4, -34), (-18, -36), (-29, -26), (-30, -12), (-22, -20), (-12, -21), (-6, -19)], 0.8), plume, 3, -2)


def _soldier(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(16.5, -7), (14, -19), (2, -25), (-10, -23), (-18, -12), (-19, -4), (0, -6)], 0.75), color)
    pen.curve((16, -7.4), (0, -5), (-19, -3.4), dark(color, 0.25), 1.6)


def _bowler(pen: Pen, look: Look, color: str) -> None:
    _brim([(12.5, -9), (12, -20), (0, -26), (-12, -21), (-14.5, -9)], 19)(pen, look, color)


def _mortar(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(13.5, -9), (13, -17), (-14, -17), (-16, -8), (-2, -9)], 0.5), color)
    pen.shade(polygon([(0, -26), (24, -19), (0, -13), (-24, -19)]), color, 3, -1)
    pen.line([(0, -20), (-17, -17), (-17, -6)], GOLD, 1.2)


def _beret(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(14, -12), (8, -19), (-6, -26), (-22, -22), (-25, -12), (-17, -7), (0, -10)], 0.85), color)
    pen.line([(-8, -25), (-9, -28.6)], dark(color, 0.2), 1.6)


def _headscarf(pen: Pen, look: Look, color: str) -> None:
    pen.shade(
        smooth([(15, -8), (12, -19), (1, -23.5), (-12, -20), (-18, -8), (-17, 6), (-11, 18), (0, 21), (8, 18), (-1, 14), (-6, 5), (-4, -5), (5, -10)], 0.7),
        color,
    )


def _straw(pen: Pen, look: Look, color: str) -> None:
    _brim([(12, -9), (10, -22), (-1, -25), (-12, -22), (-14, -9)], 27, -9, "#b5503c")(pen, look, "#e8c56a")
    pen.curve((18, -9), (0, -7), (-20, -8), "#c79a42", 0.9)


def _bandana(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(15, -8), (12, -18), (1, -23), (-11, -20), (-17.5, -9), (-17, -1), (-3, -8)], 0.75), color)
    pen.shade(smooth([(-15, -4), (-27, -4), (-22, 2), (-26, 9), (-14, 3)], 0.5), dark(color, 0.12), 2, -1)


def _jester(pen: Pen, look: Look, color: str) -> None:
    for points, tone, bell in (
        ([(0, -14), (4, -28), (18, -30), (26, -17), (17, -21), (13, -9)], "#d8433f", (26, -16)),
        ([(2, -14), (-4, -30), (-20, -30), (-29, -14), (-20, -20), (-15, -6)], "#3f6fd0", (-29, -13)),
    ):
        pen.shade(smooth(points, 0.7), tone)
        pen.oval(*bell, 2.8, 2.8, GOLD)


def _hood(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(15, -12), (9, -21), (-4, -25), (-17, -18), (-21, -2), (-18, 15), (-6, 20), (2, 18), (-6, 8), (-6, -5), (4, -14)], 0.75), color)


def _elf(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(14, -9), (10, -21), (-4, -28), (-22, -26), (-33, -14), (-21, -19), (-15, -8), (-16, -3), (-2, -8)], 0.7), color)
    pen.shade(smooth([(15.5, -11), (14.5, -6.5), (-2, -6), (-17, -1.5), (-17.6, -6), (-3, -11.5)], 0.6), light(color, 0.55), 2, -1)
    pen.oval(-33.5, -13, 3.4, 3.4, GOLD)


def _viking(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(15, -8), (12, -20), (0, -26), (-11, -22), (-17, -8), (0, -9)], 0.75), "#9aa3ad")
    for side in (1, -1):
        pen.shade(smooth([(side * 12, -14), (side * 22, -16), (side * 25, -29), (side * 19, -22), (side * 11, -20)], 0.7), "#f1e6cf", 1.5, -1)
    pen.fill(box(-16, -11.4, 15, -8, 1.2), "#6b5a3a")


def _headband(pen: Pen, look: Look, color: str) -> None:
    pen.shade(smooth([(14.6, -11), (15, -7.4), (0, -8), (-16, -3.6), (-16.4, -7), (0, -11.6)], 0.6), color, 1.5, -1)


def _flower(pen: Pen, look: Look, color: str) -> None:
    for x, y, tone in ((-10, -17, "#f27a9a"), (-2, -20, "#ffd45e"), (6, -19, "#f27a9a"), (12, -14, "#fff1f4"), (-15, -10, "#fff1f4")):
        for dx, dy in ((0, -2), (2, 0), (0, 2), (-2, 0)):
            pen.oval(x + dx, y + dy, 1.9, 1.9, tone)
        pen.oval(x, y, 1.3, 1.3, "#e08a2a")


def _veil(pen: Pen, look: Look, color: str) -> None:
    net = smooth([(20, -12), (22, 6), (17, 20), (2, 25), (-16, 21), (-22, 6), (-21, -12)], 0.6)
    pen.fill(net, "#f6f2e6", 0.38)
    with pen.inside(net):
        for step in range(-24, 26, 6):
            pen.line([(step, -14), (step * 0.9, 26)], "#8a8478", 0.4)
        for y in range(-10, 26, 6):
            pen.line([(-24, y), (24, y)], "#8a8478", 0.4)
    _straw(pen, look, color)


HATS: dict[str, Callable[[Pen, Look, str], None]] = {
    "sou'wester": _souwester,
    "fedora": _brim([(11.5, -9), (11, -20), (4, -23.5), (-1, -21), (-7, -24.5), (-13, -20), (-14.5, -9)], 22),
    "cowboy": _brim([(10.5, -9), (10.5, -21), (5, -25), (-1, -22), (-7, -25.5), (-12, -20), (-13.5, -9)], 27, -9.5, "#3c2416"),
    "top hat": _brim([(12, -9), (12.4, -24), (12.8, -36), (0, -37.4), (-14, -36), (-14, -24), (-14.5, -9)], 20, -9.5, "#a83a4a"),
    "bowler": _bowler,
    "straw": _straw,
    "veil": _veil,
    "crown": _crown(5, 11),
    "tiara": _crown(3, 7),
    "pointed": _pointed,
    "tricorne": _tricorne,
    "peaked": _peaked,
    "flat cap": _flat_cap,
    "beanie": _beanie,
    "toque": _chef,
    "nurse": _nurse,
    "fire helmet": _fire,
    "knight helmet": _helmet,
    "army helmet": _soldier,
    "mortarboard": _mortar,
    "beret": _beret,
    "headscarf": _headscarf,
    "bandana": _bandana,
    "jester": _jester,
    "hood": _hood,
    "elf": _elf,
    "viking": _viking,
    "headband": _headband,
    "flowers": _flower,
}
COVERING = frozenset(["sou'wester", "headscarf", "hood", "beanie", "toque", "bandana", "knight helmet", "fire helmet"])


def hat(pen: Pen, look: Look) -> None:
    """Draw the hat of a look, if it has one that we know."""
    if look.hat in HATS:
        HATS[look.hat](pen, look, look.hat_color)
