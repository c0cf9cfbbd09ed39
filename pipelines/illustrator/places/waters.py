"""Lakes, rivers, waterfalls, swamps and the jungle: land that is wet."""

from __future__ import annotations

from pipelines.illustrator.color import lighter, rgb
from pipelines.illustrator.heaven import fog_bank, paint_sky, puddles
from pipelines.illustrator.nature import GREENS, bare, birch, broadleaf, bush, flowers, grass, hills, palm, peak, pine, plain, poplar, rock, sea
from pipelines.illustrator.places.coast import front_grass
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.wild import front_trunks, ground_color, shafts
from pipelines.illustrator.shapes import box, oval, poly, ridge, smooth, tufts, union
from pipelines.illustrator.stage import Stage


def _bank(stage: Stage, color: str, near: float, far: float) -> None:
    """The near bank on the ground layer, below water that lies between `far` and `near` (heights in the picture)."""
    pen, rng, unit = stage.pen("ground"), stage.rng("bank"), stage.unit
    edge = ridge(stage.left, stage.right, near, unit * 0.02, stage.bottom + 50, rng, bumps=2.5)
    pen.fill(ridge(stage.left, stage.right, near - unit * 0.008, unit * 0.02, stage.bottom + 50, stage.rng("bank"), bumps=2.5), "#c9b080", 0.9)
    pen.form(edge, color, round_=0.1)
    reeds = [(rng.uniform(stage.left, stage.right), near + unit * rng.uniform(-0.01, 0.02)) for _ in range(46)]
    pen.fill(tufts(reeds, unit * 0.09, rng, 4, 0.2), "#5d7d3c")


@place("lake", "lake, water, pond, lakeside, lakeshore, frozen lake, loch, reservoir, mountain lake, waterside")
def lake(stage: Stage) -> None:
    """Still water that mirrors the far shore."""
    stage.set_horizon(0.5, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("lake"), stage.unit
    pen = stage.pen("far", 0.62)
    for x in stage.spread(rng, 5):
        peak(pen, x, stage.horizon + unit * 0.02, unit * rng.uniform(0.5, 0.7), unit * rng.uniform(0.18, 0.28), rng, "#7488a2", 0.35)
    pen.mist(stage.left, stage.right, stage.horizon - unit * 0.2, stage.horizon, 0.5)
    near = stage.horizon + (stage.feet - stage.horizon) * 0.62
    frozen = stage.light.weather == "snow"
    sea(stage, "mid", stage.horizon, stage.bottom, "#3f86a0" if not frozen else "#b9d6e4")
    pen = stage.pen("mid", 0.35)
    for x in stage.spread(rng, 40):
        high = unit * rng.uniform(0.05, 0.12)
        pine(pen, x, stage.horizon + unit * 0.008, high, rng, "#3f6c58", frozen)
        mirror = poly([(x - high * 0.18, stage.horizon + unit * 0.012), (x + high * 0.18, stage.horizon + unit * 0.012), (x, stage.horizon + high * 0.8)])
        pen.fill(mirror, "#2d5a5c", 0.3)
    pen.fill(box(stage.left, stage.horizon, stage.right - stage.left, unit * 0.01), ground_color(stage, "#6a8050"))
    stage.water = (stage.horizon, near)
    color = ground_color(stage, "#7a9f4c")
    _bank(stage, color, near, stage.horizon)
    pen = stage.pen("ground")
    birch(pen, stage.width * rng.choice((0.05, 0.95)), near + unit * 0.05, unit * 0.62, rng)
    if not frozen:
        grass(pen, stage, rng, 110, near + unit * 0.04, stage.bottom, color)
        flowers(pen, stage, rng, 30, near + unit * 0.05, stage.bottom)
    for _ in range(5):
        rock(pen, rng.uniform(stage.left, stage.right), near + unit * rng.uniform(-0.01, 0.03), unit * rng.uniform(0.04, 0.1), rng)
    puddles(stage, 3)
    front_grass(stage, "#4c6c34", 0.13)


@place("river", "river, stream, brook, creek, riverbank, river bank, ford, canal, rapids, delta")
def river(stage: Stage) -> None:
    """A river winding from the hills to the foot of the picture."""
    stage.set_horizon(0.52, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("river"), stage.unit
    hills(stage, "far", 0.1, 0.07, "#7396a2", air=0.8)
    hills(stage, "mid", 0.01, 0.05, ground_color(stage, "#6f9a58"), air=0.4)
    pen = stage.pen("mid", 0.3)
    for x in stage.spread(rng, 16):
        (broadleaf if rng.random() < 0.7 else poplar)(pen, x, stage.horizon + unit * 0.03, unit * rng.uniform(0.1, 0.2), rng, rng.choice(GREENS))
    sea(stage, "mid", stage.horizon + unit * 0.03, stage.bottom, "#3d8aa0", glitter=False)
    near = stage.horizon + (stage.feet - stage.horizon) * 0.6
    stage.water = (stage.horizon + unit * 0.03, near)
    color = ground_color(stage, "#7fa84e")
    pen = stage.pen("ground")
    for side in (-1, 1):
        edge = stage.width * 0.5 + side * unit * 0.1
        far_bank = smooth(
            [
                (edge, stage.horizon + unit * 0.03),
                (edge + side * unit * 0.16, stage.horizon + unit * 0.07),
                (edge + side * unit * 0.3, stage.horizon + unit * 0.09),
                (edge + side * unit * 2.5, stage.horizon + unit * 0.17),
                (edge + side * unit * 2.5, stage.horizon + unit * 0.02),
            ]
        )
        pen.form(far_bank, lighter(rgb(color), -0.08))
    _bank(stage, color, near, stage.horizon)
    broadleaf(pen, stage.width * rng.choice((0.03, 0.97)), near + unit * 0.05, unit * 0.6, rng)
    grass(pen, stage, rng, 120, near + unit * 0.04, stage.bottom, color)
    flowers(pen, stage, rng, 40, near + unit * 0.05, stage.bottom)
    for _ in range(7):
        rock(pen, rng.uniform(stage.left, stage.right), near + unit * rng.uniform(-0.08, 0.02), unit * rng.uniform(0.04, 0.1), rng, "#85888a")
    puddles(stage, 3)
    front_grass(stage, "#547636", 0.13)


@place("waterfall", "waterfall, falls, cascade, cataract, spring, grotto with waterfall")
def waterfall(stage: Stage) -> None:
    """Water over a cliff into a pool, with spray."""
    stage.set_horizon(0.56, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("waterfall"), stage.unit
    hills(stage, "far", 0.2, 0.1, "#6f93a0", air=0.8)
    pen = stage.pen("mid", 0.3)
    top, cx, foot = stage.horizon - unit * 0.42, stage.width * 0.5, stage.horizon + unit * 0.05
    for side in (-1, 1):
        wall = poly(
            [
                (cx + side * unit * 0.13, foot + unit * 0.05),
                (cx + side * unit * 0.11, top),
                (cx + side * unit * 0.4, top - unit * 0.06),
                (cx + side * unit * 0.8, top + unit * 0.05),
                (cx + side * unit * 3, top - unit * 0.1),
                (cx + side * unit * 3, foot + unit * 0.05),
            ]
        )
        pen.form(wall, "#6f7470", drop=0.35)
        for _ in range(12):
            x, y = cx + side * unit * rng.uniform(0.16, 1.2), rng.uniform(top + unit * 0.05, foot)
            rock(pen, x, y + unit * 0.05, unit * rng.uniform(0.08, 0.2), rng, rng.choice(("#7d8480", "#666c6a", "#6f7f5c")))
        for x in [cx + side * unit * (0.18 + 0.13 * k) for k in range(9)]:
            (pine if rng.random() < 0.5 else bush)(pen, x, top + unit * rng.uniform(-0.02, 0.02), unit * rng.uniform(0.1, 0.2), rng, "#47724c")
    fall = poly(
        [
            (cx - unit * 0.12, top + unit * 0.01),
            (cx + unit * 0.12, top + unit * 0.01),
            (cx + unit * 0.15, foot + unit * 0.04),
            (cx - unit * 0.15, foot + unit * 0.04),
        ]
    )
    pen.fade(fall, (0, top), (0, foot), [("#bfe2ec", 1), ("#e9f6fa", 1), ("#ffffff", 1)])
    pen.fill(
        union(
            [
                box(
                    cx + unit * rng.uniform(-0.12, 0.12),
                    top + unit * rng.uniform(0.02, 0.2),
                    unit * rng.uniform(0.003, 0.008),
                    unit * rng.uniform(0.1, 0.3),
                    unit * 0.004,
                )
                for _ in range(26)
            ]
        ),
        "#8fc0d2",
        0.6,
    )
    sea(stage, "mid", foot, stage.bottom, "#3f94a4", glitter=False)
    fog_bank(stage, stage.pen("mid"), foot + unit * 0.02, unit * 0.08, 0.45, "spray")
    near = stage.horizon + (stage.feet - stage.horizon) * 0.66
    stage.water = (foot, near)
    color = ground_color(stage, "#6f9a4c")
    _bank(stage, color, near, foot)
    pen = stage.pen("ground")
    for _ in range(7):
        rock(pen, rng.uniform(stage.left, stage.right), near + unit * rng.uniform(-0.05, 0.04), unit * rng.uniform(0.06, 0.16), rng, "#6c7270")
    grass(pen, stage, rng, 100, near + unit * 0.04, stage.bottom, color)
    flowers(pen, stage, rng, 26, near + unit * 0.05, stage.bottom)
    front_trunks(stage, "leaf")


@place("swamp", "swamp, marsh, bog, wetland, bayou, mangrove, mire, everglades")
def swamp(stage: Stage) -> None:
    """Dark water between bare and mossy trees, mist, reeds and lily pads."""
    stage.set_horizon(0.52, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("swamp"), stage.unit
    for name, air, count, high in (("far", 0.75, 22, 0.3), ("mid", 0.45, 11, 0.45)):
        pen = stage.pen(name, air)
        for x in stage.spread(rng, count):
            (bare if rng.random() < 0.55 else broadleaf)(pen, x, stage.horizon + unit * 0.03, unit * high * rng.uniform(0.7, 1.2), rng, "#5a6a4c")
        fog_bank(stage, pen, stage.horizon, unit * 0.08, 0.4, name)
    sea(stage, "mid", stage.horizon + unit * 0.02, stage.bottom, "#4a6a54", glitter=False)
    near = stage.horizon + (stage.feet - stage.horizon) * 0.6
    stage.water = (stage.horizon + unit * 0.02, near)
    pen = stage.pen("mid", 0.2)
    for _ in range(22):
        x, y = rng.uniform(stage.left, stage.right), rng.uniform(stage.horizon + unit * 0.06, near)
        size = unit * rng.uniform(0.015, 0.035)
        pen.fill(oval(x, y, size, size * 0.3), rng.choice(("#6f9a4c", "#5d8a48")))
        if rng.random() < 0.3:
            pen.fill(oval(x, y - size * 0.4, size * 0.3, size * 0.3), "#f0a0c0")
    _bank(stage, "#5d7048", near, stage.horizon)
    pen = stage.pen("ground")
    for x in (0.03, 0.97):
        bare(pen, stage.width * x, near + unit * 0.08, unit * 0.8, rng, "#4a4038")
    grass(pen, stage, rng, 130, near + unit * 0.03, stage.bottom, "#5d7048")
    front_grass(stage, "#3f5030", 0.2)


@place("jungle", "jungle, rainforest, rain forest, tropical forest, amazon, bamboo forest, tropics")
def jungle(stage: Stage) -> None:
    """Giant leaves, palms and vines, light from above."""
    stage.set_horizon(0.52, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("jungle"), stage.unit
    for name, air, count, high, leaf in (("far", 0.7, 16, 0.46, "#6aa07a"), ("mid", 0.4, 9, 0.62, "#4f9158")):
        pen = stage.pen(name, air)
        for x in stage.spread(rng, count):
            (palm if rng.random() < 0.4 else broadleaf)(pen, x, stage.horizon + unit * 0.06, unit * high * rng.uniform(0.8, 1.2), rng, leaf)
        for x in stage.spread(rng, 20):
            bush(pen, x, stage.horizon + unit * 0.07, unit * rng.uniform(0.12, 0.22), rng, leaf)
        pen.mist(stage.left, stage.right, stage.horizon - unit * 0.3, stage.horizon + unit * 0.06, 0.4)
    color = "#5f8f4a"
    pen = plain(stage, color, stage.horizon + unit * 0.07, rough=0.02)
    shafts(stage)
    grass(pen, stage, rng, 150, stage.horizon + unit * 0.1, stage.bottom, color)
    for x in (*stage.spread(rng, 4, stage.left, stage.width * 0.2), *stage.spread(rng, 4, stage.width * 0.8, stage.right)):
        fan_leaf(stage, pen, x, stage.horizon + unit * rng.uniform(0.14, 0.24), unit * rng.uniform(0.16, 0.28), rng)
    flowers(pen, stage, rng, 24, stage.horizon + unit * 0.14, stage.bottom, ("#e8564f", "#f0a03c", "#f08fb4"))
    puddles(stage)
    pen = stage.pen("front", 0.0, 0.45)
    for x in (-0.02, 0.05, 0.95, 1.02):
        fan_leaf(stage, pen, stage.width * x, stage.height + unit * 0.08, unit * rng.uniform(0.34, 0.5), rng)
    for x in (0.02, 0.1, 0.16, 0.86, 0.93, 0.98):
        vine = smooth(
            [
                (stage.width * x, stage.top),
                (stage.width * x + unit * 0.02, stage.height * 0.1),
                (stage.width * x - unit * 0.01, stage.height * rng.uniform(0.2, 0.5)),
            ],
            False,
        )
        pen.line(vine, "#4a7040", unit * 0.008)


def fan_leaf(stage: Stage, pen: object, x: float, y: float, high: float, rng: object) -> None:
    """A plant of long arching leaves."""
    for place_ in range(7):
        lean = (place_ - 3) / 3
        tip = (x + lean * high * 0.9, y - high * (1 - 0.45 * abs(lean)))
        leaf = smooth(
            [(x, y), (x + lean * high * 0.3 - high * 0.06, y - high * 0.5), tip, tip, (x + lean * high * 0.36 + high * 0.07, y - high * 0.42), (x, y)]
        )
        pen.form(leaf, ("#3f8a4c", "#56a058", "#3a7a48")[place_ % 3], rim=0.5)  # type: ignore[attr-defined]
