"""What rooms are made of: walls and floor, windows and the light from them, lamps, rugs, a dark edge in front."""

from __future__ import annotations

from random import Random

from pipelines.illustrator.color import lighter, mix, rgb
from pipelines.illustrator.furniture import curtain, hanging_lamp, sky_window
from pipelines.illustrator.pen import Pen
from pipelines.illustrator.shapes import box, oval, poly, strokes, union
from pipelines.illustrator.stage import Stage


def shell(
    stage: Stage, wall: str, floor: str, pattern: str, *, high: float = 0.62, boards: bool = True, checks: bool = False
) -> tuple[Pen, Pen, float, Random]:
    """Wall, skirting and floor; gives the wall's pen, the furniture's, the height of the wall's foot, and random numbers."""
    stage.set_horizon(high - 0.14, 0.9)
    rng, unit, foot = stage.rng("room"), stage.unit, stage.height * high
    pen = stage.pen("far", 0.04)
    whole = box(stage.left - 90, stage.top - 90, stage.right - stage.left + 180, stage.bottom - stage.top + 180)
    pen.fade(whole, (0, stage.top), (0, foot), [(lighter(rgb(wall), -0.3), 1), (wall, 1), (lighter(rgb(wall), 0.06), 1)])
    if pattern == "planks":
        x = stage.left
        while x < stage.right:
            wide = unit * rng.uniform(0.07, 0.1)
            pen.fill(box(x, stage.top, wide, foot - stage.top), lighter(rgb(wall), rng.uniform(-0.14, 0.1)), 0.6)
            pen.fill(box(x, stage.top, unit * 0.003, foot - stage.top), lighter(rgb(wall), -0.45), 0.7)
            pen.fill(strokes([(x + wide * 0.5, rng.uniform(stage.top, foot), wide * 0.4) for _ in range(4)], unit * 0.003), lighter(rgb(wall), -0.35), 0.5)
            x += wide
    elif pattern in ("brick", "stone"):
        size = unit * (0.05 if pattern == "brick" else 0.11)
        y, row = foot, 0
        while y > stage.top:
            x = stage.left - (size if row % 2 else 0)
            while x < stage.right:
                wide = size * (2 if pattern == "brick" else rng.uniform(1.2, 2.0))
                if rng.random() < 0.5:
                    pen.fill(box(x + 1, y - size + 1, wide - 2, size - 2, size * 0.12), lighter(rgb(wall), rng.uniform(-0.2, 0.16)), 0.5)
                x += wide
            pen.fill(box(stage.left, y - size, stage.right - stage.left, max(1.0, unit * 0.002)), lighter(rgb(wall), -0.3), 0.5)
            y, row = y - size, row + 1
    elif pattern == "tiles":
        lines = [box(x * unit * 0.06 + stage.left, stage.top, unit * 0.002, foot - stage.top) for x in range(48)] + [
            box(stage.left, foot - y * unit * 0.06, stage.right - stage.left, unit * 0.002) for y in range(18)
        ]
        pen.fill(union(lines), lighter(rgb(wall), -0.25), 0.4)
    elif pattern == "paper":
        pen.fill(union([box(stage.left + k * unit * 0.08, stage.top, unit * 0.03, foot - stage.top) for k in range(40)]), lighter(rgb(wall), 0.14), 0.4)
    ground = stage.pen("ground", 0.0)
    y0 = foot + unit * 0.004
    area = box(stage.left - 60, y0, stage.right - stage.left + 120, stage.bottom - y0 + 60)
    ground.fade(area, (0, y0), (0, stage.height), [(lighter(rgb(floor), -0.16), 1), (floor, 1), (lighter(rgb(floor), -0.12), 1)])
    cx = stage.width / 2
    if boards:
        seams = union(
            [
                poly(
                    [
                        (cx + k * unit * 0.09, y0),
                        (cx + k * unit * 0.09 + unit * 0.002, y0),
                        (cx + k * unit * 0.2 + unit * 0.006, stage.bottom),
                        (cx + k * unit * 0.2, stage.bottom),
                    ]
                )
                for k in range(-24, 25)
            ]
        )
        ground.fill(seams, lighter(rgb(floor), -0.4), 0.55)
        ground.fill(
            strokes(
                [(rng.uniform(stage.left, stage.right), y0 + (stage.bottom - y0) * rng.random(), unit * rng.uniform(0.05, 0.14)) for _ in range(40)],
                unit * 0.002,
            ),
            lighter(rgb(floor), -0.3),
            0.4,
        )
    else:
        rows = [y0 + (stage.bottom - y0) * (k / 8) ** 1.6 for k in range(9)]
        for row in range(8):
            for k in range(-13, 13):
                if not checks and (row + k) % 3:
                    continue
                if (row + k) % 2 and checks:
                    continue
                spread0, spread1 = (unit * (0.1 + 0.13 * (y - y0) / max(1.0, stage.bottom - y0)) for y in (rows[row], rows[row + 1]))
                quad = poly(
                    [
                        (cx + k * spread0, rows[row]),
                        (cx + (k + 1) * spread0, rows[row]),
                        (cx + (k + 1) * spread1, rows[row + 1]),
                        (cx + k * spread1, rows[row + 1]),
                    ]
                )
                ground.fill(quad, lighter(rgb(floor), -0.3 if checks else 0.1), 0.6 if checks else 0.35)
    ground.fill(box(stage.left, y0 - unit * 0.024, stage.right - stage.left, unit * 0.026), lighter(rgb(wall), -0.35))
    cornice = stage.pen("mid", 0.0, 0.8)  # nearer than the wall: the room has depth
    cornice.form(box(stage.left - 60, stage.top - 60, stage.right - stage.left + 120, stage.height * 0.035 - stage.top + 60), lighter(rgb(wall), -0.3))
    pen.mist(stage.left, stage.right, foot - unit * 0.2, foot + unit * 0.02, 0.2, mix(rgb(wall), (0.1, 0.08, 0.1), 0.8))
    return pen, stage.pen("ground", 0.0), foot + unit * 0.03, rng  # furniture stands on the floor: the same layer


def daylight(stage: Stage, x: float, y: float, wide: float, foot: float) -> None:
    """The patch and shaft of light that a window throws into the room."""
    light, pen, unit = stage.light, stage.pen("ground"), stage.unit
    color, strength = (lighter(light.horizon, 0.25), 0.34) if light.lamps < 0.5 else (rgb("#9fb8ea"), 0.2)
    lean = -light.side * unit * 0.3
    patch = poly(
        [
            (x + lean * 0.6, foot + unit * 0.02),
            (x + wide + lean * 0.6, foot + unit * 0.02),
            (x + wide + lean * 1.3 + unit * 0.05, foot + unit * 0.22),
            (x + lean * 1.3 - unit * 0.05, foot + unit * 0.22),
        ]
    )
    pen.later(lambda: pen.fade(patch, (x, foot), (x, foot + unit * 0.22), [(color, strength), (color, strength * 0.5)], emits=True))
    shaft = poly([(x, y), (x + wide, y), (x + wide + lean * 1.2, foot + unit * 0.2), (x + lean * 1.2 - unit * 0.04, foot + unit * 0.2)])
    pen.later(lambda: pen.fade(shaft, (x, y), (x + lean, foot + unit * 0.2), [(color, strength * 0.55), (color, 0.0)], emits=True))


def windows(
    stage: Stage,
    pen: Pen,
    foot: float,
    spots: tuple[float, ...],
    wide: float = 0.2,
    high: float = 0.28,
    *,
    round_top: bool = False,
    drapes: str = "",
    frame: str = "#e8ddc8",
) -> None:
    """Windows along the wall, at fractions of the width."""
    unit = stage.unit
    for spot in spots:
        x, y = stage.width * spot - unit * wide / 2, foot - unit * (high + 0.2)
        sky_window(pen, x, y, unit * wide, unit * high, round_top=round_top, frame=frame)
        if drapes:
            curtain(pen, x - unit * 0.05, y - unit * 0.04, y + unit * (high + 0.06), unit * 0.09, drapes, 1)
            curtain(pen, x + unit * (wide + 0.05), y - unit * 0.04, y + unit * (high + 0.06), unit * 0.09, drapes, -1)
            pen.fill(box(x - unit * 0.07, y - unit * 0.052, unit * (wide + 0.14), unit * 0.012), "#8a6a3a")
        daylight(stage, x, y, unit * wide, foot)


def lamp_light(stage: Stage, spots: tuple[float, ...] = (0.5,), *, chandelier: bool = False) -> None:
    """Ceiling lamps, lit in the evening."""
    pen = stage.pen("mid")
    for spot in spots:
        hanging_lamp(pen, stage.width * spot, stage.top - 30, stage.height * 0.09, stage.unit * (0.1 if chandelier else 0.07), chandelier=chandelier)
    if stage.light.lamps > 0.4:
        stage.pen("ground").glow(stage.width / 2, stage.feet, stage.unit * 0.6, "#ffd08a", 0.22)


def rug(stage: Stage, color: str) -> None:
    """An oval rug where people stand."""
    pen, unit = stage.pen("ground"), stage.unit
    for reach, tone in ((0.56, color), (0.5, "#efe2c4"), (0.47, color), (0.3, lighter(rgb(color), 0.2))):
        pen.fill(oval(stage.width / 2, stage.feet - unit * 0.02, unit * reach, unit * reach * 0.17), tone)


def edge(stage: Stage, color: str = "#4a3428") -> None:
    """A dark chair back or post at the picture's corner, for depth."""
    pen, unit = stage.pen("front", 0.0, 0.4), stage.unit
    x, y = stage.width * 0.98, stage.height + stage.bleed_y
    pen.form(
        union(
            [
                box(x - unit * 0.1, y - unit * 0.3, unit * 0.02, unit * 0.4),
                box(x + unit * 0.06, y - unit * 0.3, unit * 0.02, unit * 0.4),
                box(x - unit * 0.1, y - unit * 0.3, unit * 0.18, unit * 0.03),
                box(x - unit * 0.1, y - unit * 0.22, unit * 0.18, unit * 0.03),
            ]
        ),
        color,
    )
