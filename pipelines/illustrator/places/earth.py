"""Under the ground and out of it: cave and volcano."""

from __future__ import annotations

import skia

from pipelines.illustrator.color import lighter, mix, rgb
from pipelines.illustrator.heaven import paint_sky
from pipelines.illustrator.monuments import volcano
from pipelines.illustrator.nature import hills, plain, rock
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.shapes import blob, box, poly, ridge, strokes, union
from pipelines.illustrator.stage import Stage


@place("volcano", "volcano, lava, lava field, eruption, hell, underworld, magma")
def volcanic(stage: Stage) -> None:
    """A volcano over black ground with cracks of lava."""
    stage.set_horizon(0.56, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("volcano"), stage.unit
    hills(stage, "far", 0.06, 0.08, "#6f5f68", air=0.7, sharp=0.6)
    volcano(stage.pen("mid", 0.3), stage.width * rng.choice((0.34, 0.66)), stage.horizon + unit * 0.06, unit * 0.5, rng)
    pen = plain(stage, "#4c3f42", stage.horizon + unit * 0.04, rough=0.03)
    for _ in range(9):
        y = rng.uniform(stage.horizon + unit * 0.08, stage.bottom)
        x, reach = rng.uniform(stage.left, stage.right), stage.scale_at(y) * rng.uniform(0.4, 1.0)
        crack = poly(
            [
                (x - reach, y),
                (x - reach * 0.4, y - reach * 0.05),
                (x, y + reach * 0.03),
                (x + reach * 0.6, y - reach * 0.04),
                (x + reach, y),
                (x + reach * 0.5, y + reach * 0.03),
                (x, y + reach * 0.08),
                (x - reach * 0.5, y + reach * 0.03),
            ]
        )
        pen.later(lambda crack=crack: pen.fill(crack, "#ff8a35", 0.95, emits=True))
        pen.glow(x, y, reach * 0.9, "#ff6a2a", 0.35)
    for _ in range(10):
        rock(pen, rng.uniform(stage.left, stage.right), rng.uniform(stage.horizon + unit * 0.08, stage.feet), unit * rng.uniform(0.04, 0.13), rng, "#3d3438")
    pen = stage.pen("front", 0.0, 0.5)
    for x, wide in ((-0.02, 0.4), (1.02, 0.36)):
        rock(pen, stage.width * x, stage.height + stage.bleed_y + unit * 0.05, unit * wide, rng, "#4a3c40")


@place("cave", "cave, cavern, grotto, mine, tunnel, crystal cave, lair, den, dragon's lair, underground, dungeon cave")
def cave(stage: Stage) -> None:
    """A cavern with stalactites, crystals that glow and light from its mouth."""
    stage.set_horizon(0.54, 0.86)
    rng, unit = stage.rng("cave"), stage.unit
    pen = stage.sky()
    pen.fill(box(stage.left, stage.top, stage.right - stage.left, stage.bottom - stage.top), "#251d3a", emits=True)
    mouth = (stage.width * 0.52, stage.horizon - unit * 0.08)
    pen.glow(*mouth, unit * 0.62, mix(stage.light.middle, (1, 0.95, 0.8), 0.3), 0.95, now=True)
    pen.fill(blob(*mouth, unit * 0.16, unit * 0.2, rng, 0.14, 12), lighter(stage.light.horizon, 0.1), 0.95, emits=True)
    for name, air, reach, color in (("far", 0.3, 0.27, "#6a5a8f"), ("mid", 0.08, 0.42, "#46406f")):
        pen = stage.pen(name, air)
        hole = blob(mouth[0], mouth[1] + unit * 0.02, unit * reach * 1.15, unit * reach, rng, 0.16, 14)
        hole.setFillType(skia.PathFillType.kEvenOdd)
        rockwall = union([box(stage.left - 80, stage.top - 80, stage.right - stage.left + 160, stage.bottom - stage.top + 160), hole])
        rockwall.setFillType(skia.PathFillType.kEvenOdd)
        pen.fade(rockwall, mouth, (mouth[0], stage.top), [(lighter(rgb(color), 0.16), 1), (color, 1), (lighter(rgb(color), -0.45), 1)])
        pen.line(hole, lighter(stage.light.horizon, 0.1), unit * 0.006, 0.35, emits=True)
        for x in stage.spread(rng, 12):
            y0 = mouth[1] - unit * reach * (1.1 if abs(x - mouth[0]) > unit * reach else 0.86)
            long = unit * rng.uniform(0.08, 0.24)
            pen.form(
                poly([(x - long * 0.2, y0 - unit * 0.05), (x + long * 0.2, y0 - unit * 0.05), (x + rng.uniform(-0.02, 0.02) * unit, y0 + long)]),
                lighter(rgb(color), -0.12),
            )
    pen = stage.pen("ground")
    pen.form(ridge(stage.left, stage.right, stage.horizon + unit * 0.1, unit * 0.03, stage.bottom + 50, rng, bumps=3), "#6f5b78", drop=0.5)
    pen.fill(
        union(
            [
                blob(rng.uniform(stage.left, stage.right), rng.uniform(stage.horizon + unit * 0.13, stage.bottom), unit * 0.14, unit * 0.016, rng)
                for _ in range(12)
            ]
        ),
        "#3f3557",
        0.6,
    )
    pen.glow(mouth[0], stage.horizon + unit * 0.16, unit * 0.5, mix(lighter(stage.light.horizon, 0.1), rgb("#ffc46a"), 0.45), 0.34)
    wide = unit * 0.34
    pool = blob(stage.width * 0.3, stage.horizon + unit * 0.2, wide, unit * 0.03, rng, 0.12, 12)
    pen.fade(pool, (0, stage.horizon + unit * 0.16), (0, stage.horizon + unit * 0.24), [("#58c8d8", 0.85), ("#2f6f9f", 0.8)], emits=True)
    glints = [(stage.width * 0.3 + rng.uniform(-0.8, 0.8) * wide, stage.horizon + unit * rng.uniform(0.185, 0.215), unit * 0.05) for _ in range(9)]
    pen.fill(strokes(glints, unit * 0.002), "#d8f6ff", 0.6, emits=True)
    for x in (0.06, 0.17, 0.83, 0.94):
        cx, cy, color = stage.width * x, stage.horizon + unit * rng.uniform(0.14, 0.24), rng.choice(("#6fe0e8", "#b58cff", "#7affc0"))
        for lean, size in ((-0.5, 0.6), (0.0, 1.0), (0.45, 0.7)):
            high = unit * 0.15 * size
            crystal = poly(
                [
                    (cx + lean * high * 0.5 - high * 0.13, cy),
                    (cx + lean * high - high * 0.16, cy - high * 0.75),
                    (cx + lean * high, cy - high),
                    (cx + lean * high + high * 0.16, cy - high * 0.72),
                    (cx + lean * high * 0.5 + high * 0.13, cy),
                ]
            )
            pen.later(
                lambda crystal=crystal, color=color, cy=cy, high=high: pen.fade(
                    crystal, (0, cy - high), (0, cy), [(lighter(rgb(color), 0.5), 0.95), (color, 0.9), (lighter(rgb(color), -0.4), 0.9)], emits=True
                )
            )
        pen.glow(cx, cy - unit * 0.07, unit * 0.24, color, 0.5)
    pen = stage.pen("front", 0.0, 0.5)
    for x, wide in ((-0.02, 0.5), (1.02, 0.44)):
        rock(pen, stage.width * x, stage.height + stage.bleed_y + unit * 0.06, unit * wide, rng, "#4a4152")
    for x in (0.03, 0.12, 0.9, 0.98):
        long = unit * rng.uniform(0.14, 0.26) + stage.bleed_y
        pen.form(poly([(stage.width * x - unit * 0.06, stage.top), (stage.width * x + unit * 0.06, stage.top), (stage.width * x, stage.top + long)]), "#4a4152")
