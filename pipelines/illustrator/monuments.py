"""Buildings and mountains that one knows from afar, and the words that name them. Feet at (x, y), sizes in pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import skia

from pipelines.illustrator.buildings import house, tiles, window
from pipelines.illustrator.color import lighter, mix, rgb
from pipelines.illustrator.nature import _of, peak
from pipelines.illustrator.pen import Paintable, Pen
from pipelines.illustrator.shapes import arch, box, oval, poly, smooth, strokes, union


def crenels(x: float, y: float, wide: float, high: float) -> skia.Path:
    """Battlements along the top of a wall."""
    count = max(3, round(wide / high / 1.5))
    step = wide / (2 * count - 1)
    return union([box(x + 2 * place * step, y - high, step, high * 1.2) for place in range(count)])


def tower(pen: Pen, x: float, y: float, high: float, rng: Random, stone: Paintable = "#a9a39a", roof: Paintable | None = "#7a4a56", flag: bool = True) -> None:
    """A round stone tower with battlements or a pointed roof."""
    wide = high * 0.26
    pen.form(poly([(x - wide * 0.56, y), (x - wide * 0.5, y - high * 0.78), (x + wide * 0.5, y - high * 0.78), (x + wide * 0.56, y)]), stone, round_=1.4)
    pen.form(
        union([box(x - wide * 0.62, y - high * 0.84, wide * 1.24, high * 0.08), crenels(x - wide * 0.62, y - high * 0.83, wide * 1.24, high * 0.05)]),
        stone,
        round_=1.2,
    )
    if wide > 14:
        tiles(pen, x - wide * 0.45, x + wide * 0.4, y - high * 0.75, y - high * 0.05, stone, wide * 0.16)
    if roof:
        pen.form(poly([(x - wide * 0.6, y - high * 0.84), (x, y - high * 1.22), (x + wide * 0.6, y - high * 0.84)]), roof, round_=1.2)
    if flag:
        top = y - high * (1.22 if roof else 0.88)
        pen.line(poly([(x, top), (x, top - high * 0.12)], False), "#4a3c34", max(1.0, wide * 0.03))
        pen.fill(
            smooth(
                [
                    (x, top - high * 0.12),
                    (x + wide * 0.25, top - high * 0.13),
                    (x + wide * 0.5, top - high * 0.1),
                    (x + wide * 0.25, top - high * 0.07),
                    (x, top - high * 0.06),
                ]
            ),
            "#c8402f",
        )
    for t in (0.3, 0.56):
        window(pen, x - wide * 0.08, y - high * t, wide * 0.16, high * 0.09, rng, round_top=True, frame=lighter(_of(stone), -0.25))


def castle(pen: Pen, x: float, y: float, high: float, rng: Random, stone: Paintable = "#a8a2a0") -> None:
    """A castle: curtain wall with a gate between towers, a keep behind."""
    tower(pen, x - high * 0.16, y - high * 0.1, high * 0.86, rng, lighter(_of(stone), -0.06))
    tower(pen, x + high * 0.22, y - high * 0.1, high * 0.72, rng, lighter(_of(stone), -0.04), "#56607c")
    pen.form(box(x - high * 0.3, y - high * 0.5, high * 0.62, high * 0.5), lighter(_of(stone), -0.03), rim=0.4)
    pen.form(crenels(x - high * 0.3, y - high * 0.49, high * 0.62, high * 0.05), stone, rim=0.3)
    pen.form(
        union([box(x - high * 0.62, y - high * 0.3, high * 1.24, high * 0.3), crenels(x - high * 0.62, y - high * 0.295, high * 1.24, high * 0.045)]),
        stone,
        round_=0.6,
    )
    if high > 60:
        tiles(pen, x - high * 0.6, x + high * 0.58, y - high * 0.29, y - high * 0.02, stone, high * 0.04)
    for dx in (-0.62, 0.62):
        tower(pen, x + dx * high, y + high * 0.02, high * 0.55, rng, stone, "#7a4a56" if dx < 0 else "#56607c")
    gate = arch(x - high * 0.09, y - high * 0.22, high * 0.18, high * 0.22)
    pen.fill(arch(x - high * 0.11, y - high * 0.25, high * 0.22, high * 0.25), lighter(_of(stone), -0.2))
    pen.fill(gate, "#3a2c26")
    pen.fill(strokes([(x, y - high * t, high * 0.16) for t in (0.04, 0.09, 0.14)], high * 0.004), "#8a6a48", 0.8)
    for dx in (-0.2, -0.06, 0.1, 0.2):
        window(pen, x + dx * high, y - high * 0.42, high * 0.035, high * 0.07, rng, round_top=True)


def lighthouse(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """A banded lighthouse on a rock, with its beam when the light is low."""
    base, top, wide = y - high * 0.05, y - high * 0.78, high * 0.1
    rocks = smooth(
        [
            (x - high * 0.28, y + high * 0.02),
            (x - high * 0.22, y - high * 0.05),
            (x - high * 0.08, y - high * 0.09),
            (x + high * 0.1, y - high * 0.08),
            (x + high * 0.24, y - high * 0.03),
            (x + high * 0.3, y + high * 0.02),
        ]
    )
    pen.form(rocks, "#6c6a6c")

    def band(t0: float, t1: float) -> skia.Path:
        w0, w1 = wide * (1 - 0.42 * t0), wide * (1 - 0.42 * t1)
        y0, y1 = base + (top - base) * t0, base + (top - base) * t1
        return poly([(x - w0, y0), (x - w1, y1), (x + w1, y1), (x + w0, y0)])

    pen.form(band(0, 1), "#f2ece0", round_=1.6)
    for t in (0.06, 0.4, 0.74):
        pen.form(band(t, t + 0.18), "#c8392f", round_=1.6, rim=0.5)
    for t in (0.3, 0.64):
        window(pen, x - wide * 0.1, base + (top - base) * t - high * 0.04, wide * 0.2, high * 0.04, rng, lit=1.0)
    pen.fill(box(x - wide * 0.2, base - high * 0.085, wide * 0.4, high * 0.085, wide * 0.1), "#5a3a30")
    pen.form(box(x - wide * 0.78, top - high * 0.012, wide * 1.56, high * 0.025), "#3e434c")
    rails = [box(x + wide * t, top - high * 0.045, wide * 0.05, high * 0.035) for t in (-0.74, -0.5, 0.46, 0.7)]
    pen.fill(union([*rails, box(x - wide * 0.76, top - high * 0.047, wide * 1.52, high * 0.006)]), "#3e434c")
    room = box(x - wide * 0.42, top - high * 0.1, wide * 0.84, high * 0.09)
    pen.fill(room, "#dfe9ea")
    pen.form(
        smooth(
            [
                (x - wide * 0.6, top - high * 0.1),
                (x - wide * 0.34, top - high * 0.15),
                (x, top - high * 0.18),
                (x + wide * 0.34, top - high * 0.15),
                (x + wide * 0.6, top - high * 0.1),
                (x, top - high * 0.095),
            ]
        ),
        "#b8342c",
    )
    pen.fill(union([box(x - wide * 0.03 + wide * t, top - high * 0.1, wide * 0.05, high * 0.09) for t in (-0.39, 0, 0.37)]), "#3e434c")
    if pen.light.lamps > 0.2 or pen.light.weather in ("storm", "fog", "rain"):
        ly = top - high * 0.055
        pen.later(lambda: pen.fill(oval(x, ly, wide * 0.3, high * 0.032), "#fff4c4", emits=True))
        for side, strength in ((-1, 0.5), (1, 0.6)):
            beam = poly([(x, ly - high * 0.012), (x + side * high * 2.2, ly - high * 0.28), (x + side * high * 2.2, ly + high * 0.16), (x, ly + high * 0.012)])
            pen.later(
                lambda beam=beam, side=side, strength=strength: pen.fade(
                    beam, (x, ly), (x + side * high * 1.9, ly), [("#fff0b8", strength), ("#fff0b8", strength * 0.3), ("#fff0b8", 0.0)], emits=True
                )
            )
        pen.glow(x, ly, high * 0.4, "#fff0b8", 0.85)


def windmill(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """A windmill with lattice sails."""
    wide = high * 0.17
    pen.form(poly([(x - wide, y), (x - wide * 0.6, y - high * 0.62), (x + wide * 0.6, y - high * 0.62), (x + wide, y)]), "#e8dfd0", round_=1.4)
    pen.form(
        smooth([(x - wide * 0.75, y - high * 0.61), (x - wide * 0.5, y - high * 0.74), (x + wide * 0.5, y - high * 0.74), (x + wide * 0.75, y - high * 0.61)]),
        "#8c4a3c",
    )
    pen.form(box(x - wide * 0.25, y - high * 0.17, wide * 0.5, high * 0.17, wide * 0.2), "#6b4632", rim=0.3)
    for t in (0.3, 0.46):
        window(pen, x - wide * 0.15, y - high * t, wide * 0.3, high * 0.07, rng)
    hub, turn = (x, y - high * 0.66), rng.uniform(0.15, 0.6)
    for place in range(4):
        angle = turn + place * math.pi / 2
        c, s = math.cos(angle), math.sin(angle)
        reach, w = high * 0.44, high * 0.075

        def at(along: float, across: float, c: float = c, s: float = s) -> tuple[float, float]:
            return hub[0] + c * along - s * across, hub[1] + s * along + c * across

        pen.line(poly([at(0, 0), at(reach, 0)], False), "#5a4030", max(1.2, high * 0.014))
        pen.fill(poly([at(reach * 0.2, 0), at(reach * 0.2, w), at(reach, w), at(reach, 0)]), "#f2ead8", 0.85)
        grid = union(
            [
                poly([at(reach * t, 0), at(reach * t, w), at(reach * t + high * 0.006, w), at(reach * t + high * 0.006, 0)])
                for t in (0.2, 0.36, 0.52, 0.68, 0.84, 0.98)
            ]
        )
        pen.fill(grid, "#7a5a44")
    pen.fill(oval(*hub, high * 0.022, high * 0.022), "#4a3428")


def barn(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """A red barn with a gambrel roof, cross-braced doors and a silo."""
    wide = high * 1.15
    pen.form(box(x + wide * 0.56, y - high * 1.05, high * 0.3, high * 1.05, high * 0.04), "#b9bec2", round_=1.5)
    pen.form(
        smooth([(x + wide * 0.55, y - high * 1.03), (x + wide * 0.62, y - high * 1.2), (x + wide * 0.78, y - high * 1.2), (x + wide * 0.84, y - high * 1.03)]),
        "#8c949c",
    )
    outline = [
        (x - wide / 2, y),
        (x - wide / 2, y - high * 0.55),
        (x - wide * 0.36, y - high * 0.84),
        (x, y - high),
        (x + wide * 0.36, y - high * 0.84),
        (x + wide / 2, y - high * 0.55),
        (x + wide / 2, y),
    ]
    pen.form(poly(outline), "#b0402f", round_=0.8)
    pen.fill(union([box(x - wide / 2 + wide * t, y - high * 0.56, wide * 0.008, high * 0.56) for t in (0.1, 0.2, 0.3, 0.7, 0.8, 0.9)]), "#7f2c22", 0.7)
    pen.line(poly(outline[1:6], False), "#5e5450", max(1.5, high * 0.05))
    pen.fill(box(x - wide * 0.2, y - high * 0.42, wide * 0.4, high * 0.42), "#f1e8da")
    pen.fill(union([box(x - wide * 0.18, y - high * 0.4, wide * 0.17, high * 0.4), box(x + wide * 0.01, y - high * 0.4, wide * 0.17, high * 0.4)]), "#a5382a")
    for dx in (-0.18, 0.01):
        a = x + wide * dx
        pen.line(
            union([poly([(a, y), (a + wide * 0.17, y - high * 0.4)], False), poly([(a, y - high * 0.4), (a + wide * 0.17, y)], False)]),
            "#f1e8da",
            max(1.0, high * 0.018),
        )
    window(pen, x - wide * 0.06, y - high * 0.72, wide * 0.12, high * 0.14, rng)


def pyramid(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """A stepped stone pyramid with a lit and a shaded face."""
    wide, side = high * 0.85, pen.light.side
    pen.form(poly([(x - wide, y), (x, y - high), (x + wide, y)]), "#d9b678", round_=0.4, drop=0.1)
    pen.fill(poly([(x, y - high), (x - side * wide, y), (x - side * wide * 0.25, y)]), "#8a6a44", 0.6)
    rows = [(x, y - high * t, 2 * wide * (1 - t)) for t in (place / 13 for place in range(1, 13))]
    pen.fill(union([box(cx - length / 2, cy, length, max(0.6, high * 0.006)) for cx, cy, length in rows]), "#8f7046", 0.45)


def volcano(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """A volcano with a glowing crater, lava and smoke."""
    rim = high * 0.16
    outline = [
        (x - high * 1.0, y),
        (x - high * 0.45, y - high * 0.45),
        (x - rim, y - high),
        (x - rim * 0.4, y - high * 0.95),
        (x + rim * 0.5, y - high * 0.96),
        (x + rim, y - high),
        (x + high * 0.5, y - high * 0.42),
        (x + high * 1.05, y),
    ]
    for place in range(7):
        size = high * (0.12 + 0.05 * place)
        cx, cy = x + rng.uniform(-0.08, 0.12) * high * (1 + place * 0.5), y - high * (1.08 + 0.13 * place)
        pen.fill(oval(cx, cy, size, size * 0.7), mix(rgb("#5b5358"), rgb("#9a8f94"), place / 7), 0.5)
    pen.form(poly(outline), "#5c4a4a", round_=0.8)
    pen.fill(poly([(x, y - high * 0.95), (x - pen.light.side * high * 0.95, y), (x - pen.light.side * high * 0.2, y)]), "#3c2f33", 0.45)
    lava = skia.Path()
    for dx, foot in ((-0.05, 0.45), (0.06, 0.25), (0.0, 0.7)):
        lava.addPath(
            smooth(
                [
                    (x + dx * high - rim * 0.2, y - high * 0.96),
                    (x + dx * high * 2.4, y - high * (0.96 - foot * 0.5)),
                    (x + dx * high * 4, y - high * (0.96 - foot)),
                    (x + dx * high * 3, y - high * (1 - foot * 0.5)),
                    (x + dx * high + rim * 0.3, y - high * 0.96),
                ]
            )
        )
    lava.addPath(oval(x, y - high * 0.965, rim * 0.8, high * 0.02))
    pen.later(lambda: pen.fill(lava, "#ff7a2a", emits=True))
    pen.glow(x, y - high, high * 0.55, "#ff7a3a", 0.75)


def church(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """A church with a steeple and pointed windows."""
    pen.form(box(x - high * 0.1, y - high * 0.36, high * 0.55, high * 0.36), "#ddd5c6", rim=0.4)
    pen.form(
        poly([(x - high * 0.12, y - high * 0.35), (x - high * 0.04, y - high * 0.54), (x + high * 0.4, y - high * 0.54), (x + high * 0.48, y - high * 0.35)]),
        "#6a5a5e",
    )
    pen.form(box(x - high * 0.26, y - high * 0.62, high * 0.2, high * 0.62), "#e6decf", round_=1.0)
    pen.form(poly([(x - high * 0.28, y - high * 0.61), (x - high * 0.16, y - high), (x - high * 0.04, y - high * 0.61)]), "#5b6a78")
    for dx in (0.02, 0.16, 0.3):
        window(pen, x + dx * high, y - high * 0.28, high * 0.06, high * 0.17, rng, round_top=True)
    window(pen, x - high * 0.19, y - high * 0.52, high * 0.06, high * 0.1, rng, round_top=True)
    pen.fill(arch(x - high * 0.205, y - high * 0.16, high * 0.09, high * 0.16), "#5a3a2c")


def big_mountain(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """One great mountain."""
    peak(pen, x, y, high * 1.7, high, rng)


def cottage(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """A small timbered house."""
    house(pen, x, y, high * 1.1, high, rng, wall="#ead9b8", roof="#8c5a3c", timber=True)


def ship(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """A tall ship at anchor with furled and full sails."""
    wide = high * 0.95
    for dx, t in ((-0.25, 0.82), (0.05, 1.0), (0.3, 0.75)):
        mx = x + dx * wide
        pen.fill(box(mx - high * 0.01, y - high * t, high * 0.02, high * t), "#5a4030")
        for s0, s1, w in ((0.94, 0.66, 0.12), (0.62, 0.34, 0.17)):
            sail = smooth(
                [
                    (mx - w * wide, y - high * t * s0),
                    (mx + w * wide, y - high * t * s0),
                    (mx + w * wide * 1.1, y - high * t * (s0 + s1) / 2),
                    (mx + w * wide, y - high * t * s1),
                    (mx, y - high * t * (s1 + 0.05)),
                    (mx - w * wide, y - high * t * s1),
                    (mx - w * wide * 0.85, y - high * t * (s0 + s1) / 2),
                ]
            )
            pen.form(sail, "#efe4cc", round_=1.0)
    pen.form(
        smooth(
            [
                (x - wide * 0.5, y - high * 0.24),
                (x - wide * 0.48, y - high * 0.16),
                (x, y - high * 0.14),
                (x + wide * 0.5, y - high * 0.22),
                (x + wide * 0.62, y - high * 0.28),
                (x + wide * 0.4, y),
                (x - wide * 0.36, y + high * 0.01),
                (x - wide * 0.5, y - high * 0.1),
            ]
        ),
        "#7a4f34",
    )
    pen.fill(strokes([(x, y - high * 0.08, wide * 0.8)], high * 0.008), "#d9b45a")


Builder = Callable[[Pen, float, float, float, Random], None]


LANDMARKS: dict[str, tuple[Builder, float]] = {
    # word: its builder, and its height in units where it stands on the middle ground
    "lighthouse": (lighthouse, 0.44), "windmill": (windmill, 0.36), "mill": (windmill, 0.34), "castle": (castle, 0.36), "fortress": (castle, 0.34),
    "palace": (castle, 0.36), "tower": (tower, 0.42), "pyramid": (pyramid, 0.3), "barn": (barn, 0.2), "volcano": (volcano, 0.36), "church": (church, 0.34),
    "chapel": (church, 0.26), "cathedral": (church, 0.42), "mountain": (big_mountain, 0.4), "cottage": (cottage, 0.2),
    "hut": (cottage, 0.17), "cabin": (cottage, 0.18),
    "house": (cottage, 0.22), "farmhouse": (cottage, 0.22), "ship": (ship, 0.34), "temple": (church, 0.3),
}  # fmt: skip
