"""The stadium: stands full of people, floodlights, the pitch with its goal."""

from __future__ import annotations

from pipelines.illustrator.color import lighter, rgb
from pipelines.illustrator.heaven import paint_sky, puddles
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.wild import ground_color
from pipelines.illustrator.shapes import box, oval, poly, smooth, union
from pipelines.illustrator.stage import Stage

SHIRTS = ("#d8504a", "#3f7fbf", "#f0d04c", "#f3efe6", "#4f9f57", "#2f3f5f", "#e88a3a")


@place(
    "stadium",
    "stadium, football stadium, soccer stadium, football field, soccer field, football pitch, pitch, sports field, world cup, world cup match, cup match, "
    "league match, championship match, football match, soccer match, arena, race track, running track, olympics, baseball field, cricket ground, ballpark",
)
def stadium(stage: Stage) -> None:
    """Rows of people under a roof, four masts of lights, mown stripes, lines and a goal."""
    stage.set_horizon(0.5, 0.87)
    paint_sky(stage)
    rng, unit, left, right = stage.rng("stadium"), stage.unit, stage.left, stage.right
    foot, top = stage.horizon + unit * 0.03, stage.horizon - unit * 0.26
    for t in (0.08, 0.36, 0.66, 0.94):
        _mast(stage, stage.width * t, top - unit * 0.16)
    pen = stage.pen("mid", 0.24)
    wide = right - left
    pen.form(
        smooth([(left, top - unit * 0.02), (left + wide / 2, top - unit * 0.08), (right, top - unit * 0.02), (right, foot), (left, foot)]), "#6f7686", rim=0.2
    )
    rows = 11
    for row in range(rows):
        y = top + (foot - unit * 0.055 - top) * (row + 0.6) / rows
        size = unit * (0.0085 + 0.0012 * row)
        crowd: dict[str, list[tuple[float, float]]] = {}
        x = left + rng.uniform(0, size * 3)
        while x < right:
            if rng.random() < 0.86:
                crowd.setdefault(rng.choice(SHIRTS), []).append((x, y + rng.uniform(-0.2, 0.2) * size))
            x += size * 2.5
        for shirt, spots in crowd.items():
            pen.fill(union([box(x - size, y, size * 2, size * 1.9, size * 0.7) for x, y in spots]), lighter(rgb(shirt), -0.16))
        heads = [spot for spots in crowd.values() for spot in spots]
        pen.fill(union([oval(x, y - size * 0.35, size * 0.62, size * 0.7) for x, y in heads[::2]]), "#e2b08a")
        pen.fill(union([oval(x, y - size * 0.35, size * 0.62, size * 0.7) for x, y in heads[1::2]] or [oval(0, -99, 1, 1)]), "#9a6846")
    boards = ("#e8c84a", "#3f6fae", "#d8504a", "#4f9f67")
    x, k = left, 0
    while x < right:
        pen.form(box(x, foot - unit * 0.05, unit * 0.3, unit * 0.055), boards[k % 4], rim=0.3)
        x, k = x + unit * 0.3, k + 1
    _pitch(stage, foot)
    _goal(stage, stage.width * 0.5, foot + unit * 0.045)
    puddles(stage, 4)


def _mast(stage: Stage, x: float, y: float) -> None:
    pen, unit = stage.pen("far", 0.4), stage.unit
    pen.form(poly([(x - unit * 0.006, stage.horizon), (x - unit * 0.004, y), (x + unit * 0.004, y), (x + unit * 0.006, stage.horizon)]), "#5a6070")
    panel = box(x - unit * 0.05, y - unit * 0.06, unit * 0.1, unit * 0.06, unit * 0.006)
    pen.form(panel, "#4a505e")
    lamps = union(
        [oval(x + (column - 1.5) * unit * 0.024, y - unit * (0.016 + 0.026 * row), unit * 0.009, unit * 0.009) for column in range(4) for row in range(2)]
    )
    pen.fill(lamps, "#f4f2e4")
    if stage.light.lamps > 0.25:
        pen.later(lambda: pen.fill(lamps, "#fffbe8", emits=True))
        pen.glow(x, y - unit * 0.03, unit * 0.26, "#fff6d8", 0.75 * stage.light.lamps)


def _pitch(stage: Stage, foot: float) -> None:
    """Stripes that run towards one point, and the lines of the penalty area."""
    pen, unit = stage.pen("ground"), stage.unit
    green = ground_color(stage, "#5fa548")
    pen.fade(
        box(stage.left, foot, stage.right - stage.left, stage.bottom - foot + 60),
        (0, foot),
        (0, stage.height),
        [(lighter(rgb(green) if isinstance(green, str) else green, 0.06), 1), (green, 1)],
    )
    middle, reach = stage.width / 2, stage.bottom - foot
    for k in range(-9, 9, 2):
        a, b = middle + k * unit * 0.19, middle + (k + 1) * unit * 0.19
        c, d = middle + (k + 1) * unit * 0.46, middle + k * unit * 0.46
        pen.fill(poly([(a, foot), (b, foot), (c, foot + reach), (d, foot + reach)]), lighter(rgb(green) if isinstance(green, str) else green, 0.14), 0.5)
    line = unit * 0.007
    pen.fill(box(stage.left, foot + unit * 0.04, stage.right - stage.left, line * 0.8), "#f4f6ee", 0.9)
    for half, deep, thick in ((0.34, 0.07, 0.8), (0.62, 0.16, 1.0)):
        goal, near = foot + unit * 0.042, foot + unit * (0.04 + deep)
        corners = [(-half, goal), (-half * 1.14, near), (half * 1.14, near), (half, goal)]
        pen.line(poly([(middle + unit * dx, y) for dx, y in corners], False), "#f4f6ee", line * thick, 0.9)
    pen.fill(oval(middle, foot + unit * 0.155, unit * 0.012, unit * 0.005), "#f4f6ee", 0.95)


def _goal(stage: Stage, x: float, y: float) -> None:
    pen, unit = stage.pen("mid", 0.16), stage.unit
    wide, high = unit * 0.42, unit * 0.15
    for k in range(1, 16):
        at = x - wide / 2 + wide * k / 16
        pen.line(poly([(at, y), (at + (x - at) * 0.06, y - high)], False), "#eef2f4", max(0.7, unit * 0.0014), 0.5)
    for k in range(1, 6):
        pen.line(poly([(x - wide / 2, y - high * k / 6), (x + wide / 2, y - high * k / 6)], False), "#eef2f4", max(0.7, unit * 0.0014), 0.5)
    pen.line(poly([(x - wide / 2, y), (x - wide / 2, y - high), (x + wide / 2, y - high), (x + wide / 2, y)], False), "#fbfbf8", unit * 0.011)
