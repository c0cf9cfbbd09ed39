"""What stands in rooms: shelves with things that fit, tables, beds, stoves, pictures, lamps; feet at (x, y), sizes in pixels."""

from __future__ import annotations

from random import Random

import skia

from pipelines.illustrator.color import LUMA, lighter, mix, rgb, times
from pipelines.illustrator.figures import things
from pipelines.illustrator.pen import Paintable, Pen
from pipelines.illustrator.shapes import arch, blob, box, oval, poly, smooth, strokes, union

BOOKS = ("#a8433a", "#3f6f8f", "#d9a441", "#5d7f4a", "#7a4f86", "#e6dcc4", "#2f4a5c")


def put(pen: Pen, what: str, x: float, y: float, high: float) -> None:
    """A thing from the figures' room, in this light and grade; nothing when there is no such drawing."""
    drawing = things.find(what)
    if drawing is None:
        return
    r, g, b = (min(1.2, part * (1 - 0.4 * pen.air)) for part in pen.light.ambient)
    grey = 1.0 if pen.look.technique == "noir" else 0.12
    rows = []
    for part, tint in enumerate((r, g, b)):
        rows += [tint * (float(LUMA[k]) * grey + (1 - grey if k == part else 0)) for k in range(3)] + [0, 0]
    half = high * drawing.aspect * 0.6 + 4
    bounds = skia.Rect.MakeLTRB(x - half, y - high * 1.2, x + half, y + high * 0.1 + 2)
    pen.canvas.saveLayer(bounds, skia.Paint(ColorFilter=skia.ColorFilters.Matrix([*rows, 0, 0, 0, 1, 0])))
    drawing.draw(pen.canvas, x, y, high)
    pen.canvas.restore()


def shelf(pen: Pen, x: float, y: float, wide: float, high: float, rng: Random, rows: int = 4, what: tuple[str, ...] = (), wood: Paintable = "#7a5236") -> None:
    """A case of shelves with books, jars and the things named in `what`."""
    pen.form(box(x - wide / 2, y - high, wide, high), wood)
    pen.fill(box(x - wide * 0.46, y - high * 0.97, wide * 0.92, high * 0.93), lighter(rgb(wood) if isinstance(wood, str) else wood, -0.45))
    step = high * 0.94 / rows
    for row in range(rows):
        base, at = y - high * 0.03 - row * step, x - wide * 0.44
        while at < x + wide * 0.42:
            if what and rng.random() < 0.3:
                size = step * 0.7
                put(pen, rng.choice(what), at + size * 0.5, base, size)
                at += size * 1.15
                continue
            w, h = step * rng.uniform(0.1, 0.2), step * rng.uniform(0.55, 0.82)
            if at + w > x + wide * 0.45:
                break
            color = rng.choice(BOOKS)
            pen.fill(box(at, base - h, w, h), color)
            if w > 3:
                pen.fill(box(at, base - h * 0.8, w, h * 0.06), "#e8d9a8", 0.8)
            at += w + (step * 0.12 if rng.random() < 0.12 else 0.6)
        pen.fill(box(x - wide * 0.47, base, wide * 0.94, max(1.5, high * 0.015)), lighter(rgb(wood) if isinstance(wood, str) else wood, 0.1))


def board(pen: Pen, x: float, y: float, wide: float, what: tuple[str, ...], size: float, rng: Random) -> None:
    """A wall board with things on it."""
    pen.form(box(x - wide / 2, y, wide, size * 0.14), "#7a5236")
    count = max(2, round(wide / size / 1.15))
    for place in range(count):
        put(pen, what[(place + rng.randrange(3)) % len(what)], x - wide / 2 + wide * (place + 0.5) / count, y, size * rng.uniform(0.75, 1.0))


def table(pen: Pen, x: float, y: float, wide: float, high: float, wood: Paintable = "#8a5c38", cloth: Paintable | None = None) -> None:
    """A table with its legs."""
    for dx in (-0.44, 0.38):
        pen.form(box(x + dx * wide, y - high, wide * 0.06, high), wood, rim=0.4)
    pen.form(box(x - wide / 2, y - high * 1.06, wide, high * 0.16, high * 0.03), wood)
    if cloth:
        pen.form(
            poly(
                [
                    (x - wide * 0.5, y - high * 1.06),
                    (x + wide * 0.5, y - high * 1.06),
                    (x + wide * 0.52, y - high * 0.62),
                    (x + wide * 0.3, y - high * 0.7),
                    (x, y - high * 0.62),
                    (x - wide * 0.3, y - high * 0.7),
                    (x - wide * 0.52, y - high * 0.62),
                ]
            ),
            cloth,
        )


def counter(pen: Pen, x: float, y: float, wide: float, high: float, color: Paintable, top: Paintable = "#e6dccb", doors: int = 3) -> None:
    """A counter or cupboards with doors."""
    pen.form(box(x - wide / 2, y - high, wide, high), color)
    for place in range(doors):
        dx = x - wide / 2 + wide * (place + 0.08) / doors
        pen.line(box(dx, y - high * 0.84, wide * 0.84 / doors, high * 0.74, high * 0.03), lighter(pen_color(color), -0.25), max(1.0, high * 0.018))
        pen.fill(oval(dx + wide * 0.72 / doors, y - high * 0.5, high * 0.02, high * 0.02), "#d9b45a")
    pen.form(box(x - wide * 0.51, y - high * 1.07, wide * 1.02, high * 0.1, high * 0.02), top)


def pen_color(color: Paintable) -> tuple[float, float, float]:
    """A colour as numbers."""
    return rgb(color) if isinstance(color, str) else color


def picture(pen: Pen, x: float, y: float, wide: float, high: float, rng: Random) -> None:
    """A framed landscape on the wall; (x, y) is its middle."""
    pen.form(box(x - wide / 2, y - high / 2, wide, high), "#b08a4a")
    pen.fill(box(x - wide * 0.42, y - high * 0.4, wide * 0.84, high * 0.8), rng.choice(("#a8c8d8", "#e6cfa0", "#c8b0c4")))
    pen.fill(
        smooth(
            [
                (x - wide * 0.42, y + high * 0.4),
                (x - wide * 0.42, y),
                (x - wide * 0.1, y - high * 0.2),
                (x + wide * 0.15, y + high * 0.1),
                (x + wide * 0.42, y - high * 0.05),
                (x + wide * 0.42, y + high * 0.4),
            ]
        ),
        rng.choice(("#5f7f5c", "#7a6a8c", "#4f7288")),
    )
    pen.fill(oval(x + wide * 0.18, y - high * 0.2, high * 0.07, high * 0.07), "#f5e0a0")


def bed(pen: Pen, x: float, y: float, wide: float, rng: Random, cover: Paintable = "#5f7fa8") -> None:
    """A bed seen from its side."""
    pen.form(box(x - wide / 2, y - wide * 0.46, wide * 0.05, wide * 0.46, wide * 0.02), "#7a5236")
    pen.form(box(x + wide * 0.46, y - wide * 0.3, wide * 0.05, wide * 0.3, wide * 0.02), "#7a5236")
    pen.form(box(x - wide * 0.47, y - wide * 0.24, wide * 0.95, wide * 0.16), "#f0ebe0")
    pen.form(
        smooth([(x - wide * 0.47, y - wide * 0.24), (x - wide * 0.4, y - wide * 0.34), (x - wide * 0.22, y - wide * 0.34), (x - wide * 0.18, y - wide * 0.24)]),
        "#ffffff",
    )
    pen.form(
        smooth(
            [
                (x - wide * 0.24, y - wide * 0.26),
                (x, y - wide * 0.3),
                (x + wide * 0.47, y - wide * 0.26),
                (x + wide * 0.48, y - wide * 0.04),
                (x - wide * 0.2, y - wide * 0.05),
            ]
        ),
        cover,
    )
    pen.fill(strokes([(x + wide * 0.12, y - wide * t, wide * 0.5) for t in (0.12, 0.19)], wide * 0.006), lighter(pen_color(cover), 0.3), 0.7)


def sofa(pen: Pen, x: float, y: float, wide: float, color: Paintable = "#8a4f4a") -> None:
    """A sofa with cushions."""
    pen.form(box(x - wide * 0.46, y - wide * 0.42, wide * 0.92, wide * 0.3, wide * 0.07), lighter(pen_color(color), -0.08))
    pen.form(box(x - wide * 0.42, y - wide * 0.24, wide * 0.84, wide * 0.16, wide * 0.04), color)
    for s in (-1, 1):
        pen.form(box(x + s * wide * 0.45 - wide * 0.06, y - wide * 0.3, wide * 0.12, wide * 0.26, wide * 0.05), color)
        pen.form(blob(x + s * wide * 0.28, y - wide * 0.27, wide * 0.09, wide * 0.08, Random(3), 0.05, 8), "#d9b45a")
        pen.fill(box(x + s * wide * 0.4 - wide * 0.015, y - wide * 0.05, wide * 0.03, wide * 0.05), "#4a3428")


def fireplace(pen: Pen, x: float, y: float, wide: float, rng: Random) -> None:
    """A hearth with a fire that lights the room."""
    pen.form(box(x - wide / 2, y - wide * 0.95, wide, wide * 0.95), "#9a8578")
    pen.form(box(x - wide * 0.58, y - wide * 1.0, wide * 1.16, wide * 0.1), "#6b4632")
    pen.fill(arch(x - wide * 0.32, y - wide * 0.62, wide * 0.64, wide * 0.62), "#2a2024")
    flames = union(
        [
            smooth(
                [
                    (x + dx * wide - wide * 0.09, y - wide * 0.05),
                    (x + dx * wide - wide * 0.08, y - wide * 0.2),
                    (x + dx * wide, y - wide * h),
                    (x + dx * wide + wide * 0.09, y - wide * 0.18),
                    (x + dx * wide + wide * 0.09, y - wide * 0.05),
                ]
            )
            for dx, h in ((-0.14, 0.34), (0.02, 0.46), (0.16, 0.3))
        ]
    )
    pen.later(lambda: pen.fill(flames, "#ff9a3a", emits=True))
    pen.later(lambda: pen.fill(oval(x, y - wide * 0.12, wide * 0.12, wide * 0.1), "#ffe08a", emits=True))
    pen.glow(x, y - wide * 0.2, wide * 1.5, "#ffb05a", 0.5)


def hanging_lamp(pen: Pen, x: float, top: float, y: float, size: float, *, chandelier: bool = False) -> None:
    """A lamp from the ceiling with its cone of light."""
    pen.line(poly([(x, top), (x, y)], False), "#3a3230", max(1.0, size * 0.05))
    if chandelier:
        pen.line(
            smooth([(x - size, y), (x - size * 0.6, y + size * 0.3), (x, y + size * 0.36), (x + size * 0.6, y + size * 0.3), (x + size, y)], False),
            "#b08a3a",
            size * 0.08,
        )
        for dx in (-1, -0.5, 0, 0.5, 1):
            cy = y + size * (0.36 - 0.36 * dx * dx)
            pen.fill(box(x + dx * size - size * 0.04, cy - size * 0.26, size * 0.08, size * 0.26), "#f3ead2")
            pen.glow(x + dx * size, cy - size * 0.32, size * 0.55, "#ffd98a", 0.7)
    else:
        pen.form(poly([(x - size * 0.2, y), (x + size * 0.2, y), (x + size * 0.6, y + size * 0.5), (x - size * 0.6, y + size * 0.5)]), "#c8803c")
        pen.glow(x, y + size * 0.55, size * 1.3, "#ffe0a0", 0.8)


def curtain(pen: Pen, x: float, top: float, foot: float, wide: float, color: Paintable, side: int) -> None:
    """A curtain gathered to one side."""
    pen.form(
        smooth(
            [
                (x, top),
                (x + side * wide, top),
                (x + side * wide * 0.8, (top + foot) / 2),
                (x + side * wide * 0.45, top + (foot - top) * 0.7),
                (x + side * wide * 0.7, foot),
                (x, foot),
            ]
        ),
        color,
    )
    folds = union(
        [
            smooth([(x + side * wide * t, top), (x + side * wide * t * 0.8, top + (foot - top) * 0.5), (x + side * wide * t * 0.6, foot)], False)
            for t in (0.2, 0.45, 0.7)
        ]
    )
    pen.line(folds, lighter(pen_color(color), -0.3), max(1.0, wide * 0.03), 0.6)


def sky_window(pen: Pen, x: float, y: float, wide: float, high: float, *, round_top: bool = False, frame: Paintable = "#e8ddc8", bars: int = 2) -> None:
    """A window that shows the hour's sky and lets its light in; (x, y) is its top left."""
    make = arch if round_top else box
    edge, light = max(2.0, wide * 0.07), pen.light
    pen.form(make(x - edge, y - edge, wide + 2 * edge, high + 2 * edge), frame)
    pane = make(x, y, wide, high)
    pen.fade(pane, (x, y), (x, y + high), [(light.zenith, 1), (light.middle, 1), (light.horizon, 1)], emits=True)
    pen.canvas.save()
    pen.canvas.clipPath(pane, True)
    pen.fill(
        smooth(
            [(x - wide, y + high * 1.1), (x, y + high * 0.78), (x + wide * 0.4, y + high * 0.7), (x + wide, y + high * 0.84), (x + wide * 2, y + high * 1.1)]
        ),
        mix(light.haze, times((0.35, 0.5, 0.35), light.middle), 0.6),
        emits=True,
    )  # type: ignore[arg-type]
    if light.time == "night":
        pen.fill(oval(x + wide * 0.7, y + high * 0.24, wide * 0.09, wide * 0.09), "#f4f1dc", emits=True)
        pen.fill(
            union([oval(x + wide * t, y + high * u, 1.2, 1.2) for t, u in ((0.2, 0.2), (0.35, 0.45), (0.5, 0.12), (0.15, 0.6), (0.85, 0.5))]),
            "#ffffff",
            0.9,
            emits=True,
        )
    if light.weather in ("rain", "storm"):
        pen.line(
            union(
                [
                    poly(
                        [(x + wide * (0.1 * k), y + high * ((k * 37) % 50) / 100), (x + wide * (0.1 * k - 0.03), y + high * (((k * 37) % 50) / 100 + 0.16))],
                        False,
                    )
                    for k in range(1, 10)
                ]
            ),
            "#e4eef6",
            1.2,
            0.7,
            emits=True,
        )
    elif light.weather == "snow":
        pen.fill(
            union([oval(x + wide * ((k * 61) % 97) / 97, y + high * ((k * 37) % 89) / 89, wide * 0.015, wide * 0.015) for k in range(24)]),
            "#ffffff",
            emits=True,
        )
    pen.canvas.restore()
    bar = max(1.5, wide * 0.035)
    marks = [box(x + wide * (k + 1) / bars - bar / 2, y, bar, high) for k in range(bars - 1)]
    pen.fill(union([*marks, box(x, y + high * 0.48, wide, bar)]), frame)
    if light.lamps < 0.7 or light.time == "night":
        pen.glow(x + wide / 2, y + high / 2, max(wide, high) * 1.1, lighter(light.horizon, 0.2), 0.42 if light.lamps < 0.5 else 0.2)
