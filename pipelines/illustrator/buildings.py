"""What people build: houses, windows with light, roofs with tiles, towers, ships, and the landmarks a text may name."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import skia

from pipelines.illustrator.color import lighter, mix, rgb
from pipelines.illustrator.nature import _of, peak
from pipelines.illustrator.pen import Paintable, Pen
from pipelines.illustrator.shapes import arch, box, oval, poly, smooth, strokes, union

WALLS = ("#e9dcc3", "#d9b48f", "#c98f6e", "#dfe3dc", "#b9c7c4", "#e6c98a", "#c7a7a0")
ROOFS = ("#a8503a", "#8c4a3c", "#5d6a7a", "#7a5a48", "#b5653c")


def window(
    pen: Pen, x: float, y: float, wide: float, high: float, rng: Random, *, round_top: bool = False, frame: Paintable = "#f0ebe0", lit: float = 0.7
) -> None:
    """A window with its frame and bars; by night some are lit and glow."""
    make = arch if round_top else box
    edge = max(0.8, wide * 0.1)
    if wide > 5:
        pen.fill(make(x - edge, y - edge, wide + 2 * edge, high + 2 * edge), frame)
    glowing = pen.light.lamps > 0.3 and rng.random() < lit
    pane = make(x, y, wide, high)
    if glowing:
        warm = rng.choice(("#ffd37a", "#ffc25c", "#ffe0a0"))
        if pen.look.technique == "neon":
            warm = rng.choice(("#ffd37a", "#ff7ac8", "#7ae8ff"))
        pen.later(lambda: pen.fill(pane, warm, 0.4 + 0.6 * pen.light.lamps * (1 - 0.5 * pen.air), emits=True))
        if wide > 6:
            pen.glow(x + wide / 2, y + high / 2, max(wide, high) * 1.5, warm, 0.34)
    else:
        pen.fill(pane, mix(rgb("#42586c"), pen.light.middle, 0.35))
        if wide > 5:
            pen.fill(
                poly(
                    [
                        (x + wide * 0.15, y + high * 0.95),
                        (x + wide * 0.6, y + high * 0.05),
                        (x + wide * 0.85, y + high * 0.05),
                        (x + wide * 0.4, y + high * 0.95),
                    ]
                ),
                "#dcecf2",
                0.22,
            )
    if wide > 5:
        bar = max(0.8, wide * 0.07)
        bars = union([box(x + wide / 2 - bar / 2, y, bar, high), box(x, y + high * 0.45, wide, bar)])
        if glowing:
            pen.later(lambda: pen.fill(bars, "#7a5a34", emits=True))
        else:
            pen.fill(bars, frame)


def tiles(pen: Pen, left: float, right: float, top: float, bottom: float, color: Paintable, size: float) -> None:
    """Rows of roof tiles, or of bricks."""
    marks: list[tuple[float, float, float]] = []
    row, y = 0, top + size
    while y < bottom and row < 24:
        x = left + (size * 0.9 if row % 2 else 0)
        while x < right and len(marks) < 500:
            marks.append((x + size * 0.5, y, size * 1.2))
            x += size * 1.8
        y, row = y + size, row + 1
    pen.fill(strokes(marks, max(0.5, size * 0.1)), lighter(_of(color), -0.28), 0.5)


def house(
    pen: Pen,
    x: float,
    y: float,
    wide: float,
    high: float,
    rng: Random,
    *,
    wall: Paintable | None = None,
    roof: Paintable | None = None,
    snow: bool = False,
    timber: bool | None = None,
    chimney: bool = True,
    shop: bool = False,
) -> None:
    """A house, its foot's middle at (x, y): gabled roof with tiles, door, windows, chimney, maybe timber framing or a shop front."""
    wall, roof = wall or rng.choice(WALLS), roof or rng.choice(ROOFS)
    body, left = high * 0.62, x - wide / 2
    gable = rng.random() < 0.5
    if chimney:
        cx = x + wide * rng.choice((-0.24, 0.24))
        pen.form(box(cx - wide * 0.05, y - high * 1.02, wide * 0.1, high * 0.4), "#8f6a58", rim=0.3)
    pen.form(box(left, y - body, wide, body), wall, round_=0.8, rim=0.4)
    if gable:
        shape = poly([(left - wide * 0.07, y - body), (x, y - high), (left + wide * 1.07, y - body)])
        pen.form(poly([(left, y - body), (x, y - high * 0.97), (left + wide, y - body)]), wall, rim=0)
        thick = wide * 0.06
        slopes = union(
            [
                poly([(x, y - high - thick), (x, y - high + thick), (x + s * wide * 0.57, y - body + thick), (x + s * wide * 0.57, y - body - thick * 0.6)])
                for s in (-1, 1)
            ]
        )
        pen.form(slopes, roof)
        window(pen, x - wide * 0.07, y - body - high * 0.16, wide * 0.14, high * 0.12, rng)
    else:
        shape = poly([(left - wide * 0.07, y - body), (left + wide * 0.1, y - high), (left + wide * 0.9, y - high), (left + wide * 1.07, y - body)])
        pen.form(shape, roof)
        if wide > 24:
            tiles(pen, left + wide * 0.06, left + wide * 0.92, y - high, y - body, roof, wide * 0.05)
    if snow:
        pen.fill(
            smooth(
                [
                    (left - wide * 0.06, y - body - high * 0.02),
                    (left + wide * 0.1, y - high * 1.02),
                    (x, y - high * (1.07 if gable else 1.03)),
                    (left + wide * 0.9, y - high * 1.02),
                    (left + wide * 1.06, y - body - high * 0.02),
                    (x, y - high * 0.86),
                ]
            ),
            "#f2f6fb",
            0.95,
        )
    if timber if timber is not None else rng.random() < 0.35:
        beams = skia.Path()
        for t in (0.0, 0.33, 0.66, 0.96):
            beams.addPath(box(left + wide * t, y - body, wide * 0.035, body))
        beams.addPath(box(left, y - body * 0.55, wide, wide * 0.035))
        pen.fill(beams, "#5a4030")
    door = wide * 0.16
    dx = left + wide * (0.42 if wide < high else 0.12)
    if shop:
        pen.fill(box(left + wide * 0.34, y - body * 0.48, wide * 0.58, body * 0.36), "#f0e8d8")
        window(pen, left + wide * 0.37, y - body * 0.46, wide * 0.52, body * 0.32, rng, lit=1.0)
        stripes = 7
        for place in range(stripes):
            ax = left + wide * (0.3 + 0.66 * place / stripes)
            pen.fill(
                poly(
                    [(ax, y - body * 0.62), (ax + wide * 0.66 / stripes, y - body * 0.62), (ax + wide * 0.68 / stripes, y - body * 0.46), (ax, y - body * 0.46)]
                ),
                roof if place % 2 else "#f5efe2",
            )
        dx = left + wide * 0.08
    pen.form(box(dx, y - body * 0.44, door, body * 0.44, door * 0.1), "#6b4632", rim=0.4)
    pen.fill(oval(dx + door * 0.8, y - body * 0.22, door * 0.07, door * 0.07), "#d9b45a")
    rows = 2 if body > wide * 1.0 or shop else 1
    for row in range(rows):
        wy = y - body * (0.88 if row or rows == 1 else 0.5)
        if shop and not row:
            continue
        for t in (0.12, 0.42, 0.7):
            wx = left + wide * t
            if row == 0 and rows > 1 and abs(wx - dx) < door * 1.4:
                continue
            if rows == 1 and abs(wx - dx) < door * 1.3 and body < wide * 0.8:
                continue
            window(pen, wx, wy, wide * 0.17, body * (0.26 if rows > 1 else 0.34), rng)


def block(pen: Pen, x: float, y: float, wide: float, high: float, rng: Random, color: Paintable, *, detail: bool = True) -> None:
    """A tall city building with rows of windows and something on its roof."""
    left = x - wide / 2
    pen.form(box(left, y - high, wide, high), color, round_=0.9, drop=0.3)
    top = rng.randrange(4)
    if top == 0:
        pen.form(box(left + wide * 0.2, y - high * 1.06, wide * 0.5, high * 0.07), lighter(_of(color), -0.1))
    elif top == 1:
        pen.line(poly([(x, y - high), (x, y - high * 1.14)], False), lighter(_of(color), -0.3), max(1.0, wide * 0.02))
        pen.glow(x, y - high * 1.14, wide * 0.18, "#ff5a4a", 0.8 * pen.light.lamps)
    elif top == 2:
        pen.form(poly([(left, y - high), (x, y - high * 1.1), (left + wide, y - high)]), lighter(_of(color), -0.12))
    else:
        pen.form(box(left - wide * 0.03, y - high * 1.012, wide * 1.06, high * 0.025), lighter(_of(color), 0.1))
    if not detail:
        return
    columns = max(2, min(7, round(wide / (pen.unit * 0.024))))
    rows = max(3, min(15, round(high / (pen.unit * 0.036))))
    dark, lit = skia.Path(), skia.Path()
    w, h = wide / columns * 0.5, high / rows * 0.5
    for row in range(rows):
        for column in range(columns):
            wx, wy = left + wide * (column + 0.25) / columns, y - high + high * (row + 0.3) / rows
            (lit if rng.random() < 0.2 + 0.42 * pen.light.lamps and pen.light.lamps > 0.3 else dark).addRect(skia.Rect.MakeXYWH(wx, wy, w, h))
    pen.fill(dark, mix(lighter(_of(color), -0.35), pen.light.middle, 0.25), 0.85)
    warm = rng.choice(("#ffd37a", "#ffe7b0", "#ffc25c")) if pen.look.technique != "neon" else rng.choice(("#ffd37a", "#ff7ac8", "#7ae8ff", "#c79aff"))
    strength = 0.9 * (1 - 0.6 * pen.air)
    pen.later(lambda: pen.fill(lit, warm, strength, emits=True))


def lamp_post(pen: Pen, x: float, y: float, high: float) -> None:
    """A street lamp, lit when it is dark."""
    pen.form(box(x - high * 0.014, y - high * 0.86, high * 0.028, high * 0.86), "#3c4048", rim=0.6)
    pen.fill(box(x - high * 0.04, y - high * 0.03, high * 0.08, high * 0.03), "#3c4048")
    head = poly(
        [(x - high * 0.035, y - high * 0.96), (x + high * 0.035, y - high * 0.96), (x + high * 0.025, y - high * 0.86), (x - high * 0.025, y - high * 0.86)]
    )
    pen.fill(head, "#e8e0c8")
    pen.fill(poly([(x - high * 0.045, y - high * 0.96), (x, y - high), (x + high * 0.045, y - high * 0.96)]), "#3c4048")
    if pen.light.lamps > 0.3:
        warm = "#ffd98a"
        pen.later(lambda: pen.fill(head, "#fff2c8", emits=True))
        pen.glow(x, y - high * 0.91, high * 0.42, warm, 0.7 * pen.light.lamps)
        pen.glow(x, y, high * 0.3, warm, 0.16 * pen.light.lamps)


def fence(pen: Pen, left: float, right: float, y: float, high: float, color: Paintable = "#b08a60") -> None:
    """A fence of boards."""
    boards = skia.Path()
    step = high * 0.42
    x = left
    while x < right:
        boards.addPath(poly([(x, y), (x, y - high * 0.86), (x + step * 0.24, y - high), (x + step * 0.48, y - high * 0.86), (x + step * 0.48, y)]))
        x += step
    pen.fill(union([box(left, y - high * 0.72, right - left, high * 0.1), box(left, y - high * 0.34, right - left, high * 0.1)]), lighter(_of(color), -0.2))
    pen.fill(boards, color)


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
