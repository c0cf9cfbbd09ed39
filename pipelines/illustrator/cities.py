"""What one knows a city by from afar: it stands behind the houses. Feet at (x, y), `high` pixels to the top."""

from __future__ import annotations

from random import Random

from pipelines.illustrator.color import lighter
from pipelines.illustrator.monuments import Builder
from pipelines.illustrator.nature import _of, peak
from pipelines.illustrator.pen import Paintable, Pen
from pipelines.illustrator.shapes import box, oval, poly, smooth, union


def eiffel(pen: Pen, x: float, y: float, high: float, rng: Random, color: Paintable = "#7c6a5c") -> None:
    """An iron tower on four bowed legs, with two platforms and a mast."""
    legs = [
        smooth(
            [
                (x + side * high * 0.2, y),
                (x + side * high * 0.12, y - high * 0.2),
                (x + side * high * 0.05, y - high * 0.45),
                (x + side * high * 0.014, y - high * 0.93),
                (x, y - high * 0.93),
                (x, y - high * 0.42),
                (x + side * high * 0.035, y - high * 0.3),
                (x + side * high * 0.09, y - high * 0.1),
                (x + side * high * 0.11, y),
            ]
        )
        for side in (-1, 1)
    ]
    pen.form(union(legs), color, round_=0.6)
    arch = [(-0.13, 0.14), (0.0, 0.21), (0.13, 0.14), (0.12, 0.18), (0.0, 0.25), (-0.12, 0.18)]
    pen.form(smooth([(x + dx * high, y - dy * high) for dx, dy in arch]), color)
    for at, wide, thick in ((0.2, 0.29, 0.028), (0.42, 0.15, 0.022), (0.9, 0.05, 0.02)):
        pen.form(box(x - high * wide / 2, y - high * (at + thick), high * wide, high * thick), lighter(_of(color), -0.1))
    pen.fill(box(x - high * 0.004, y - high, high * 0.008, high * 0.08), color)
    if high > 60:
        dark = lighter(_of(color), -0.25)
        for step in range(7):
            t = 0.26 + step * 0.085
            half = high * (0.085 * (1 - t) ** 1.2 + 0.006)
            line = max(1.0, high * 0.004)
            pen.line(poly([(x - half, y - high * t), (x + half, y - high * (t + 0.075))], False), dark, line, 0.6)
            pen.line(poly([(x + half, y - high * t), (x - half, y - high * (t + 0.075))], False), dark, line, 0.6)
    if pen.light.lamps > 0.3:
        pen.glow(x, y - high * 0.5, high * 0.5, "#ffcf7a", 0.4 * pen.light.lamps)
        pen.glow(x, y - high * 0.96, high * 0.12, "#fff0c0", 0.8 * pen.light.lamps)


def clock_tower(pen: Pen, x: float, y: float, high: float, rng: Random, color: Paintable = "#b99a6a") -> None:
    """A square tower with a clock on each side and a steep roof."""
    wide = high * 0.15
    pen.form(box(x - wide / 2, y - high * 0.7, wide, high * 0.7), color)
    for at in (-0.3, 0.0, 0.3):
        pen.fill(box(x + at * wide - wide * 0.04, y - high * 0.66, wide * 0.08, high * 0.62), lighter(_of(color), -0.22), 0.6)
    pen.form(box(x - wide * 0.6, y - high * 0.82, wide * 1.2, high * 0.15), lighter(_of(color), 0.06))
    face = oval(x, y - high * 0.745, wide * 0.42, wide * 0.42)
    pen.fill(face, "#f7f1dc")
    if pen.light.lamps > 0.3:
        pen.later(lambda: pen.fill(face, "#fff1c0", emits=True))
        pen.glow(x, y - high * 0.745, wide * 1.5, "#ffd98a", 0.6 * pen.light.lamps)
    pen.line(poly([(x, y - high * 0.745 - wide * 0.3), (x, y - high * 0.745), (x + wide * 0.2, y - high * 0.735)], False), "#3a3026", max(1.0, wide * 0.06))
    pen.form(
        poly([(x - wide * 0.6, y - high * 0.82), (x - wide * 0.2, y - high * 0.9), (x + wide * 0.2, y - high * 0.9), (x + wide * 0.6, y - high * 0.82)]),
        "#5a6a6a",
    )
    pen.form(poly([(x - wide * 0.22, y - high * 0.9), (x, y - high), (x + wide * 0.22, y - high * 0.9)]), "#4c5a5c")


def spire(pen: Pen, x: float, y: float, high: float, rng: Random, color: Paintable = "#93a0b0") -> None:
    """A skyscraper in steps with a needle on top."""
    for at, wide, top in ((0.0, 0.26, 0.5), (0.4, 0.19, 0.7), (0.65, 0.13, 0.82), (0.8, 0.06, 0.9)):
        pen.form(box(x - high * wide / 2, y - high * top, high * wide, high * (top - at)), color)
        if wide > 0.1:
            for k in range(5):
                pen.fill(
                    box(x - high * wide * (0.4 - k * 0.17), y - high * (top - 0.015), high * wide * 0.06, high * (top - at - 0.02)),
                    lighter(_of(color), -0.2),
                    0.5,
                )
    pen.fill(box(x - high * 0.006, y - high, high * 0.012, high * 0.11), color)
    if pen.light.lamps > 0.3:
        pen.glow(x, y - high * 0.86, high * 0.14, "#ffe0a0", 0.7 * pen.light.lamps)


def fuji(pen: Pen, x: float, y: float, high: float, rng: Random) -> None:
    """One wide mountain with a white top."""
    peak(pen, x, y, high * 1.9, high * 0.72, rng, "#7187a6", 0.42)


def dome(pen: Pen, x: float, y: float, high: float, rng: Random, color: Paintable = "#f1ebe0") -> None:
    """A white tomb under an onion dome, between four thin towers."""
    for side in (-0.56, 0.56, -0.4, 0.4):
        pen.form(box(x + side * high - high * 0.018, y - high * 0.66, high * 0.036, high * 0.66), lighter(_of(color), -0.05))
        pen.form(
            smooth([(x + side * high - high * 0.03, y - high * 0.66), (x + side * high, y - high * 0.74), (x + side * high + high * 0.03, y - high * 0.66)]),
            color,
        )
    pen.form(box(x - high * 0.32, y - high * 0.4, high * 0.64, high * 0.4), color)
    onion = [(-0.16, 0.4), (-0.24, 0.6), (-0.1, 0.78), (0.0, 0.9), (0.1, 0.78), (0.24, 0.6), (0.16, 0.4)]
    pen.form(smooth([(x + dx * high, y - dy * high) for dx, dy in onion]), color)
    pen.line(poly([(x, y - high * 0.86), (x, y - high)], False), "#c9a24a", max(1.0, high * 0.012))
    for at, wide, tall in ((0.0, 0.16, 0.32), (-0.22, 0.09, 0.2), (0.22, 0.09, 0.2)):
        cx = x + at * high
        niche = [(-0.5, 0.0), (-0.5, 0.8), (0.0, 1.15), (0.5, 0.8), (0.5, 0.0)]
        pen.fill(smooth([(cx + dx * high * wide, y - dy * high * tall) for dx, dy in niche]), lighter(_of(color), -0.3))


def leaning(pen: Pen, x: float, y: float, high: float, rng: Random, color: Paintable = "#efe7d6") -> None:
    """A round tower in storeys that leans."""
    lean = 0.09
    for floor in range(8):
        t0, t1 = floor / 8, (floor + 1) / 8
        half = high * (0.11 if floor < 7 else 0.08)
        a, b = x + lean * high * t0 * 1.6, x + lean * high * t1 * 1.6
        pen.form(poly([(a - half, y - high * t0), (b - half, y - high * t1), (b + half, y - high * t1), (a + half, y - high * t0)]), color, round_=1.2)
        for k in range(5):
            cx = (a + b) / 2 + (k - 2) * half * 0.4
            pen.fill(box(cx - half * 0.1, y - high * (t1 - 0.025), half * 0.2, high * 0.085), lighter(_of(color), -0.28), 0.7)


def ball_tower(pen: Pen, x: float, y: float, high: float, rng: Random, color: Paintable = "#c6cbd0") -> None:
    """A television tower: a thin shaft, a ball, a striped mast."""
    pen.form(poly([(x - high * 0.03, y), (x - high * 0.012, y - high * 0.62), (x + high * 0.012, y - high * 0.62), (x + high * 0.03, y)]), color)
    pen.form(oval(x, y - high * 0.66, high * 0.06, high * 0.06), lighter(_of(color), 0.1), round_=1.2)
    for k in range(6):
        pen.fill(box(x - high * 0.008, y - high * (0.72 + (k + 1) * 0.046), high * 0.016, high * 0.046), "#c8403a" if k % 2 else "#efefef")
    if pen.light.lamps > 0.3:
        pen.glow(x, y - high * 0.66, high * 0.14, "#ffe6b0", 0.6 * pen.light.lamps)
        pen.glow(x, y - high, high * 0.06, "#ff6a5a", 0.9 * pen.light.lamps)


CITIES: dict[str, tuple[Builder, float]] = {
    # word: its builder, and its height in units where it stands behind the houses
    "paris": (eiffel, 0.86), "eiffel": (eiffel, 0.86), "france": (eiffel, 0.7),
    "london": (clock_tower, 0.76), "ben": (clock_tower, 0.76),
    "manhattan": (spire, 0.9), "york": (spire, 0.9), "nyc": (spire, 0.9), "brooklyn": (spire, 0.8),
    "tokyo": (fuji, 0.62), "fuji": (fuji, 0.62), "kyoto": (fuji, 0.6), "japan": (fuji, 0.6),
    "mahal": (dome, 0.56), "agra": (dome, 0.56), "delhi": (dome, 0.56), "india": (dome, 0.5),
    "pisa": (leaning, 0.6), "berlin": (ball_tower, 0.9),
}  # fmt: skip
