"""Hills, farms, gardens; dry and cold land."""

from __future__ import annotations

import skia

from pipelines.illustrator.buildings import fence
from pipelines.illustrator.color import lighter, rgb
from pipelines.illustrator.heaven import paint_sky, puddles
from pipelines.illustrator.monuments import barn, windmill
from pipelines.illustrator.nature import GREENS, broadleaf, bush, flowers, grass, hills, peak, plain, poplar, rock
from pipelines.illustrator.places.coast import front_grass
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.wild import ground_color
from pipelines.illustrator.shapes import blob, box, oval, poly, ridge, smooth, strokes, union
from pipelines.illustrator.stage import Stage


@place(
    "hills",
    "hills, hill, hilltop, country road, country lane, dirt road, footpath, crossroads, savanna, "
    "savannah, serengeti, steppe, hillside, downs, moor, heath, valley, highlands, knoll, dale, glen",
)
def rolling_hills(stage: Stage) -> None:
    """Hill behind hill, each with its trees, a path winding up."""
    stage.set_horizon(0.6, 0.87)
    paint_sky(stage)
    rng, unit = stage.rng("hills"), stage.unit
    for name, base, high, color, air in (
        ("far", 0.2, 0.06, "#7d9fb0", 0.9),
        ("far", 0.13, 0.06, "#79a285", 0.7),
        ("mid", 0.07, 0.06, "#79a862", 0.5),
        ("mid", 0.01, 0.045, "#86b456", 0.3),
    ):
        hills(stage, name, base, high, ground_color(stage, color), air=air, bumps=2.4)
        pen = stage.pen(name, air)
        for x in stage.spread(rng, 8):
            (poplar if rng.random() < 0.4 else broadleaf)(
                pen, x, stage.horizon - unit * (base - 0.01), unit * (0.05 + 0.1 * (1 - air)), rng, rng.choice(GREENS)
            )
    color = ground_color(stage, "#8aba50")
    pen = plain(stage, color, stage.horizon + unit * 0.04, rough=0.05)
    path = smooth(
        [
            (stage.width * 0.36, stage.bottom),
            (stage.width * 0.62, stage.height * 0.84),
            (stage.width * 0.4, stage.horizon + unit * 0.16),
            (stage.width * 0.5, stage.horizon + unit * 0.06),
            (stage.width * 0.52, stage.horizon + unit * 0.06),
            (stage.width * 0.46, stage.horizon + unit * 0.16),
            (stage.width * 0.8, stage.height * 0.85),
            (stage.width * 0.66, stage.bottom),
        ]
    )
    pen.fill(path, "#d9c08c", 0.85)
    if stage.light.weather != "snow":
        grass(pen, stage, rng, 190, stage.horizon + unit * 0.08, stage.bottom, color)
        flowers(pen, stage, rng, 50, stage.horizon + unit * 0.12, stage.bottom)
    broadleaf(pen, stage.width * rng.choice((0.04, 0.96)), stage.horizon + unit * 0.17, unit * 0.55, rng)
    puddles(stage)
    front_grass(stage, "#5d8436", 0.12)


@place("farm", "farm, farmyard, barnyard, field of wheat, wheat field, cornfield, orchard, vineyard, ranch, barn, crops, plantation, stable")
def farm(stage: Stage) -> None:
    """Fields in rows, a barn, a fence and hay."""
    stage.set_horizon(0.52, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("farm"), stage.unit
    hills(stage, "far", 0.07, 0.05, "#86a78e", air=0.75)
    hills(stage, "mid", 0.0, 0.03, "#a9b85c", air=0.35)
    pen = stage.pen("mid", 0.26)
    side = rng.choice((0.16, 0.84))
    windmill(pen, stage.width * (1 - side), stage.horizon + unit * 0.04, unit * 0.2, rng)
    for x in stage.spread(rng, 6):
        broadleaf(pen, x, stage.horizon + unit * 0.05, unit * rng.uniform(0.1, 0.16), rng, rng.choice(GREENS))
    color = ground_color(stage, "#c9b25a")
    pen = plain(stage, color, stage.horizon + unit * 0.04, rough=0.012)
    vanish, rows = stage.width * 0.5, skia.Path()
    for place_ in range(-26, 27):
        x0, x1 = vanish + place_ * unit * 0.03, vanish + place_ * unit * 0.24
        rows.addPath(
            poly([(x0, stage.horizon + unit * 0.05), (x0 + unit * 0.008, stage.horizon + unit * 0.05), (x1 + unit * 0.07, stage.bottom), (x1, stage.bottom)])
        )
    pen.fill(rows, lighter(rgb(color), -0.22), 0.4)
    yard = smooth(
        [
            (stage.left, stage.feet - unit * 0.14),
            (stage.width * 0.3, stage.feet - unit * 0.2),
            (stage.width * 0.75, stage.feet - unit * 0.18),
            (stage.right, stage.feet - unit * 0.12),
            (stage.right, stage.bottom + 200),
            (stage.left, stage.bottom + 200),
        ]
    )
    pen.form(yard, ground_color(stage, "#86a850"), rim=0.3)
    barn(pen, stage.width * side, stage.feet - unit * 0.15, unit * 0.36, rng)
    fence(pen, stage.left, stage.right, stage.feet - unit * 0.09, unit * 0.07)
    for x in (0.36, 0.72):
        cx, cy, size = stage.width * x, stage.feet - unit * 0.12, unit * 0.045
        pen.form(oval(cx, cy, size * 1.2, size), "#d9b24c")
        pen.line(oval(cx, cy, size * 0.7, size * 0.55), "#a8843a", max(1, unit * 0.002))
    grass(pen, stage, rng, 120, stage.feet - unit * 0.06, stage.bottom, "#86a850")
    puddles(stage)
    front_grass(stage, "#a88c3a", 0.13)


@place("garden", "garden, rose garden, flower garden, greenhouse, backyard, yard, vegetable garden, courtyard, botanical garden, maze")
def garden(stage: Stage) -> None:
    """Hedges, a gravel path, beds of flowers, an arch of roses and a fountain."""
    stage.set_horizon(0.5, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("garden"), stage.unit
    pen = stage.pen("far", 0.5)
    for x in stage.spread(rng, 14):
        broadleaf(pen, x, stage.horizon + unit * 0.02, unit * rng.uniform(0.18, 0.3), rng, rng.choice(GREENS))
    pen = stage.pen("mid", 0.24)
    pen.form(box(stage.left, stage.horizon - unit * 0.06, stage.right - stage.left, unit * 0.16), "#4a7a42", rim=0.5)
    for x in stage.spread(rng, 26):
        bush(pen, x, stage.horizon + unit * 0.06, unit * 0.11, rng, "#548a48", rng.choice((None, "#e8697b", "#f4efe6")))
    cx = stage.width * 0.5
    pen.line(
        smooth(
            [
                (cx - unit * 0.12, stage.horizon + unit * 0.09),
                (cx - unit * 0.12, stage.horizon - unit * 0.12),
                (cx, stage.horizon - unit * 0.26),
                (cx + unit * 0.12, stage.horizon - unit * 0.12),
                (cx + unit * 0.12, stage.horizon + unit * 0.09),
            ],
            False,
        ),
        "#7a5a44",
        unit * 0.012,
    )
    for place_ in range(26):
        t = place_ / 25
        ax, ay = cx - unit * 0.12 * (1 - 2 * t), stage.horizon - unit * (0.05 + 0.19 * (1 - (2 * t - 1) ** 2))
        pen.fill(blob(ax, ay, unit * 0.02, unit * 0.018, rng), rng.choice(("#548a48", "#66994f", "#e0566b", "#f08fa4")))
    color = ground_color(stage, "#7fae52")
    pen = plain(stage, color, stage.horizon + unit * 0.07, rough=0.003)
    pen.fade(
        poly(
            [
                (cx - unit * 0.08, stage.horizon + unit * 0.07),
                (cx + unit * 0.08, stage.horizon + unit * 0.07),
                (cx + unit * 0.55, stage.bottom),
                (cx - unit * 0.55, stage.bottom),
            ]
        ),
        (0, stage.horizon),
        (0, stage.bottom),
        [("#e6d8b8", 1), ("#cbb48a", 1)],
    )
    pen.fill(
        union([oval(cx + rng.uniform(-0.4, 0.4) * unit, rng.uniform(stage.horizon + unit * 0.2, stage.bottom), unit * 0.005, unit * 0.003) for _ in range(70)]),
        "#a08a62",
        0.6,
    )
    for side in (-1, 1):
        for row in range(4):
            y = stage.horizon + unit * (0.12 + 0.1 * row)
            for k in range(6):
                bx = cx + side * (unit * (0.2 + 0.12 * row) + k * unit * (0.07 + 0.03 * row))
                bush(pen, bx, y, unit * (0.07 + 0.03 * row), rng, rng.choice(GREENS), rng.choice(("#e8564f", "#f5d04c", "#f3f0ea", "#a46bd1", "#f08fb4")))
    grass(pen, stage, rng, 80, stage.horizon + unit * 0.1, stage.bottom, color)
    flowers(pen, stage, rng, 70, stage.feet - unit * 0.02, stage.bottom)
    puddles(stage)
    front_grass(stage, "#48733a", 0.12)


@place("desert", "desert, dunes, sand dune, oasis, sahara, pyramids, wasteland, egypt, caravan")
def desert(stage: Stage) -> None:
    """Dunes with lit and shaded faces, ripples, a far rock or two."""
    stage.set_horizon(0.54, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("desert"), stage.unit
    for name, base, high, color, air in (("far", 0.05, 0.05, "#d9a878", 0.7), ("mid", 0.0, 0.06, "#e0ac6a", 0.45), ("mid", -0.05, 0.05, "#e3b06a", 0.28)):
        pen = stage.pen(name, air)
        crest = ridge(stage.left, stage.right, stage.horizon - unit * base, unit * high, stage.bottom + 50, rng, bumps=2.2, rough=0.3, step=90)
        pen.form(crest, color, round_=0.0)
        for _ in range(4):
            x, wide = rng.uniform(stage.left, stage.right), unit * rng.uniform(0.3, 0.5)
            y = stage.horizon - unit * base
            pen.fill(
                smooth([(x, y - unit * high * 0.5), (x + wide * 0.2, y + unit * 0.03), (x + wide, y + unit * 0.14), (x - wide * 0.5, y + unit * 0.12)]),
                lighter(rgb(color), -0.25),
                0.3,
            )
        pen.mist(stage.left, stage.right, stage.horizon - unit * (base + high), stage.horizon + unit * 0.1, 0.4)
    pen = plain(stage, "#e8b96f", stage.horizon + unit * 0.11, rough=0.05, far="#d99a5c")
    marks = [
        (rng.uniform(stage.left, stage.right), stage.horizon + unit * 0.16 + (stage.bottom - stage.horizon) * rng.random(), unit * rng.uniform(0.06, 0.2))
        for _ in range(90)
    ]
    pen.fill(strokes(marks, unit * 0.0028), "#b98448", 0.5)
    for _ in range(4):
        rock(
            pen,
            rng.choice((rng.uniform(stage.left, stage.width * 0.2), rng.uniform(stage.width * 0.8, stage.right))),
            rng.uniform(stage.horizon + unit * 0.16, stage.feet),
            unit * rng.uniform(0.06, 0.14),
            rng,
            "#b08058",
        )
    cactus_x = stage.width * rng.choice((0.08, 0.92))
    high, base_y = unit * 0.3, stage.feet - unit * 0.06
    trunk = union(
        [
            box(cactus_x - unit * 0.02, base_y - high, unit * 0.04, high, unit * 0.02),
            box(cactus_x - unit * 0.09, base_y - high * 0.72, unit * 0.03, high * 0.3, unit * 0.015),
            box(cactus_x - unit * 0.09, base_y - high * 0.47, unit * 0.09, unit * 0.03, unit * 0.015),
            box(cactus_x + unit * 0.06, base_y - high * 0.85, unit * 0.03, high * 0.28, unit * 0.015),
            box(cactus_x, base_y - high * 0.62, unit * 0.09, unit * 0.03, unit * 0.015),
        ]
    )
    trunk.setFillType(skia.PathFillType.kWinding)
    pen.form(trunk, "#5f8a58")
    pen = stage.pen("front", 0.0, 0.6)
    pen.form(ridge(stage.left, stage.right, stage.height + unit * 0.01, unit * 0.05, stage.bottom + 60, rng, bumps=1.2), "#b07c46")


@place("canyon", "canyon, gorge, ravine, mesa, badlands, wild west, grand canyon, chasm, western desert")
def canyon(stage: Stage) -> None:
    """Banded rock walls on both sides, mesas behind, a river bed."""
    stage.set_horizon(0.54, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("canyon"), stage.unit

    def mesa(name: str, air: float, left: float, right: float, high: float, foot: float, color: str) -> None:
        pen = stage.pen(name, air)
        skirt = (right - left) * 0.14
        top = foot - high
        body = poly(
            [
                (left - skirt, foot),
                (left, top + high * 0.36),
                (left + skirt * 0.2, top + rng.uniform(0, 0.05) * high),
                (right - skirt * 0.2, top),
                (right, top + high * 0.4),
                (right + skirt, foot),
            ]
        )
        pen.form(body, color, drop=0.3)
        pen.canvas.save()
        pen.canvas.clipPath(body, True)
        for t in (0.12, 0.2, 0.34, 0.46, 0.6, 0.72, 0.86):
            pen.fill(
                ridge(left - skirt, right + skirt, top + high * t, high * 0.012, top + high * (t + 0.05), rng, bumps=5),
                lighter(rgb(color), rng.choice((-0.22, 0.2, -0.12))),
                0.5,
            )
        cracks = union(
            [poly([(x, top), (x + unit * 0.006, top), (x + rng.uniform(-0.01, 0.01) * unit, foot)]) for x in [rng.uniform(left, right) for _ in range(7)]]
        )
        pen.fill(cracks, lighter(rgb(color), -0.45), 0.5)
        pen.canvas.restore()

    for t, wide, high in ((0.3, 0.3, 0.16), (0.62, 0.22, 0.2), (0.9, 0.3, 0.14), (0.05, 0.26, 0.18)):
        mesa("far", 0.66, stage.width * t - unit * wide / 2, stage.width * t + unit * wide / 2, unit * high, stage.horizon + 4, "#b8674a")
    mesa("mid", 0.32, stage.left, stage.width * 0.27, unit * 0.4, stage.horizon + unit * 0.08, "#c06c44")
    mesa("mid", 0.32, stage.width * 0.76, stage.right, unit * 0.48, stage.horizon + unit * 0.08, "#b5603e")
    stage.pen("mid").mist(stage.left, stage.right, stage.horizon - unit * 0.2, stage.horizon + unit * 0.09, 0.4)
    pen = plain(stage, "#cf8a58", stage.horizon + unit * 0.05, rough=0.02)
    for _ in range(12):
        rock(
            pen,
            rng.uniform(stage.left, stage.right),
            rng.uniform(stage.horizon + unit * 0.09, stage.feet + unit * 0.1),
            unit * rng.uniform(0.03, 0.1),
            rng,
            "#a86044",
        )
    for _ in range(7):
        bush(
            pen,
            rng.uniform(stage.left, stage.right),
            rng.uniform(stage.horizon + unit * 0.09, stage.feet + unit * 0.1),
            unit * rng.uniform(0.04, 0.09),
            rng,
            "#8a9058",
        )
    pen = stage.pen("front", 0.0, 0.5)
    for x, wide in ((-0.01, 0.46), (1.01, 0.4)):
        rock(pen, stage.width * x, stage.height + stage.bleed_y + unit * 0.06, unit * wide, rng, "#a05a3c")


@place("snowfield", "snowfield, snow, arctic, antarctica, tundra, ice, iceberg, north pole, south pole, glacier, frozen land, igloo, winter, ski slope")
def snowfield(stage: Stage) -> None:
    """Drifts of snow, ice peaks, blue shadows."""
    stage.set_horizon(0.54, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("snow"), stage.unit
    pen = stage.pen("far", 0.6)
    for x in stage.spread(rng, 6):
        peak(pen, x, stage.horizon + unit * 0.04, unit * rng.uniform(0.4, 0.6), unit * rng.uniform(0.12, 0.24), rng, "#9fb4cc", 0.7)
    pen.mist(stage.left, stage.right, stage.horizon - unit * 0.2, stage.horizon + unit * 0.03, 0.5)
    pen = stage.pen("mid", 0.3)
    for x in (0.1, 0.85):
        cx, size = stage.width * x, unit * rng.uniform(0.16, 0.24)
        berg = poly(
            [
                (cx - size, stage.horizon + unit * 0.05),
                (cx - size * 0.6, stage.horizon - size * 0.6),
                (cx - size * 0.1, stage.horizon - size * 0.9),
                (cx + size * 0.4, stage.horizon - size * 0.5),
                (cx + size, stage.horizon + unit * 0.05),
            ]
        )
        pen.form(berg, "#bfe0ee")
        pen.fill(
            poly(
                [
                    (cx - size * 0.1, stage.horizon - size * 0.9),
                    (cx + size * 0.1, stage.horizon),
                    (cx - size * 0.4, stage.horizon + unit * 0.04),
                    (cx - size * 0.6, stage.horizon - size * 0.6),
                ]
            ),
            "#7fb4d4",
            0.6,
        )
    hills(stage, "mid", -0.02, 0.03, "#e6eef6", air=0.26, bumps=2)
    pen = plain(stage, "#f0f4f9", stage.horizon + unit * 0.06, rough=0.035, far="#d3e0ee")
    for _ in range(16):
        y = rng.uniform(stage.horizon + unit * 0.1, stage.bottom)
        x, wide = rng.uniform(stage.left, stage.right), stage.scale_at(y) * rng.uniform(0.5, 1.2)
        pen.fill(smooth([(x - wide, y), (x - wide * 0.2, y - wide * 0.1), (x + wide, y), (x, y + wide * 0.05)]), "#b9cbe4", 0.4)
        pen.fill(
            smooth(
                [(x - wide * 0.9, y - wide * 0.01), (x - wide * 0.2, y - wide * 0.11), (x + wide * 0.6, y - wide * 0.03), (x - wide * 0.2, y - wide * 0.07)]
            ),
            "#ffffff",
            0.8,
        )
    sparks = union(
        [oval(rng.uniform(stage.left, stage.right), rng.uniform(stage.horizon + unit * 0.1, stage.bottom), unit * 0.0016, unit * 0.0016) for _ in range(80)]
    )
    pen.later(lambda: pen.fill(sparks, "#ffffff", 0.9, emits=True))
    pen = stage.pen("front", 0.0, 0.85)
    pen.form(ridge(stage.left, stage.right, stage.height + unit * 0.015, unit * 0.04, stage.bottom + 60, rng, bumps=1.3), "#c3d2e6")
