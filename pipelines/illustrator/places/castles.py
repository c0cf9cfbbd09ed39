"""A castle from outside."""

from __future__ import annotations

from pipelines.illustrator.heaven import paint_sky, puddles
from pipelines.illustrator.monuments import castle
from pipelines.illustrator.nature import GREENS, broadleaf, flowers, grass, hills, plain
from pipelines.illustrator.places.coast import front_grass
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.wild import ground_color
from pipelines.illustrator.shapes import smooth
from pipelines.illustrator.stage import Stage


@place("castle", "castle, palace, fortress, citadel, kingdom, castle exterior, castle gate, castle wall, stronghold, manor, mansion, temple, ruins")
def castle_exterior(stage: Stage) -> None:
    """A castle on its hill, a road up to the gate."""
    stage.set_horizon(0.58, 0.87)
    paint_sky(stage)
    rng, unit = stage.rng("castle"), stage.unit
    hills(stage, "far", 0.14, 0.1, "#7d8fa6", air=0.85, sharp=0.6)
    hills(stage, "far", 0.06, 0.05, ground_color(stage, "#7fa07a"), air=0.6)
    pen = stage.pen("mid", 0.24)
    hill = smooth(
        [
            (stage.left, stage.horizon + unit * 0.12),
            (stage.width * 0.24, stage.horizon + unit * 0.02),
            (stage.width * 0.5, stage.horizon - unit * 0.08),
            (stage.width * 0.76, stage.horizon),
            (stage.right, stage.horizon + unit * 0.1),
            (stage.right, stage.bottom + 100),
            (stage.left, stage.bottom + 100),
        ]
    )
    castle(pen, stage.width * 0.5, stage.horizon - unit * 0.02, unit * 0.46, rng)
    pen.form(hill, ground_color(stage, "#7da453"))
    for x in stage.spread(rng, 14):
        if abs(x - stage.width / 2) > unit * 0.3:
            broadleaf(pen, x, stage.horizon + unit * 0.07, unit * rng.uniform(0.09, 0.16), rng, rng.choice(GREENS))
    color = ground_color(stage, "#88b052")
    pen = plain(stage, color, stage.horizon + unit * 0.09, rough=0.02)
    pen.fill(
        smooth(
            [
                (stage.width * 0.3, stage.bottom + 80),
                (stage.width * 0.6, stage.height * 0.85),
                (stage.width * 0.48, stage.horizon + unit * 0.1),
                (stage.width * 0.52, stage.horizon + unit * 0.1),
                (stage.width * 0.72, stage.height * 0.85),
                (stage.width * 0.66, stage.bottom + 80),
            ]
        ),
        "#d6bf90",
    )
    grass(pen, stage, rng, 120, stage.horizon + unit * 0.12, stage.bottom, color)
    flowers(pen, stage, rng, 36, stage.horizon + unit * 0.16, stage.bottom)
    puddles(stage)
    front_grass(stage, "#557a34", 0.12)
