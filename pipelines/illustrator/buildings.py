"""Houses and what stands in their streets: windows, tiles, fronts, blocks, lamps, fences. Feet at (x, y), sizes in pixels."""

from __future__ import annotations

from random import Random

import skia

from pipelines.illustrator.color import lighter, mix, rgb
from pipelines.illustrator.nature import _of
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
