"""Woods, meadows, hills and other open country."""

from __future__ import annotations

from pipelines.illustrator.heaven import paint_sky, puddles
from pipelines.illustrator.nature import GREENS, broadleaf, bush, flowers, grass, hills, peak, pine, plain, poplar, rock
from pipelines.illustrator.places.coast import front_grass
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.shapes import ridge, smooth
from pipelines.illustrator.stage import Stage


def ground_color(stage: Stage, plainly: str) -> str:
    """Snow covers the ground when it snows."""
    return "#eef2f8" if stage.light.weather == "snow" else plainly


@place("pine forest", "pine forest, conifer, taiga, snowy forest, winter forest, evergreen, pine wood, fir, spruce, winter woods, dark forest")
def pine_forest(stage: Stage) -> None:
    """Ranks of conifers fading into the haze, a clearing in front."""
    stage.set_horizon(0.56, 0.86)
    paint_sky(stage)
    rng, unit, snow = stage.rng("pines"), stage.unit, stage.light.weather == "snow"
    leaf = "#3b6a54" if not snow else "#3f6660"
    hills(stage, "far", 0.1, 0.08, "#58799a", air=0.85)
    for name, air, count, high, base in (("far", 0.62, 34, 0.2, 0.0), ("mid", 0.4, 22, 0.34, -0.015), ("mid", 0.25, 13, 0.48, -0.045)):
        pen = stage.pen(name, air)
        foot = stage.horizon - base * unit
        for x in stage.spread(rng, count):
            pine(pen, x, foot + unit * 0.02, unit * high * rng.uniform(0.7, 1.2), rng, leaf, snow)
        pen.fill(ridge(stage.left, stage.right, foot, unit * 0.01, stage.bottom + 50, rng), ground_color(stage, "#56704a"))
        pen.mist(stage.left, stage.right, foot - unit * high * 0.8, foot + unit * 0.06, 0.5)
    color = ground_color(stage, "#5f7a48")
    plain(stage, color, stage.horizon + unit * 0.06)
    pen = stage.pen("ground")
    for x in (*stage.spread(rng, 3, stage.left, stage.width * 0.16), *stage.spread(rng, 3, stage.width * 0.86, stage.right)):
        y = stage.horizon + unit * rng.uniform(0.09, 0.2)
        pine(pen, x, y, unit * rng.uniform(0.5, 0.72), rng, leaf, snow)
    if not snow:
        grass(pen, stage, rng, 130, stage.horizon + unit * 0.1, stage.bottom, color)
    for _ in range(4):
        rock(
            pen,
            rng.uniform(stage.left, stage.right),
            rng.uniform(stage.horizon + unit * 0.12, stage.feet),
            unit * rng.uniform(0.05, 0.1),
            rng,
            "#7f8486" if not snow else "#aeb7c2",
        )
    puddles(stage)
    front_trunks(stage, "pine")


def front_trunks(stage: Stage, kind: str) -> None:
    """Dark trees at the picture's edges that frame the view."""
    pen, rng, unit = stage.pen("front", 0.0, 0.4), stage.rng("trunks"), stage.unit
    for x, size in ((-0.03, 1.15), (1.03, 1.0)):
        px = stage.width * x
        if kind == "pine":
            pine(pen, px, stage.height + unit * 0.16, unit * size * 1.05, rng, "#2d5244", stage.light.weather == "snow")
        else:
            wide = unit * 0.06 * size
            trunk = smooth(
                [
                    (px - wide * 2.0, stage.bottom),
                    (px - wide, stage.height * 0.7),
                    (px - wide * 0.8, stage.top - unit * 0.2),
                    (px + wide * 0.8, stage.top - unit * 0.2),
                    (px + wide, stage.height * 0.7),
                    (px + wide * 2.2, stage.bottom),
                ]
            )
            pen.form(trunk, "#5a4434")
            for _ in range(9):
                bush(pen, px + rng.uniform(-0.16, 0.16) * unit, stage.height * rng.uniform(0.0, 0.14), unit * rng.uniform(0.14, 0.26), rng, rng.choice(GREENS))
    if stage.light.weather != "snow":
        front_grass(stage, "#4d6b3a", 0.09)


@place("meadow", "meadow, field, grassland, pasture, countryside, prairie, plain, grass, lawn, clearing, picnic, valley of flowers, park")
def meadow(stage: Stage) -> None:
    """Rolling meadows with flowers, trees and far hills."""
    stage.set_horizon(0.55, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("meadow"), stage.unit
    hills(stage, "far", 0.1, 0.07, "#6f93a6", air=0.8)
    hills(stage, "far", 0.03, 0.05, "#6f9a6a", air=0.55)
    hills(stage, "mid", 0.0, 0.03, ground_color(stage, "#7fae58"), air=0.32, bumps=2)
    pen = stage.pen("mid", 0.3)
    for x in stage.spread(rng, 9):
        high = unit * rng.uniform(0.1, 0.2)
        (poplar if rng.random() < 0.3 else broadleaf)(pen, x, stage.horizon + unit * 0.03, high, rng, rng.choice(GREENS))
    color = ground_color(stage, "#84b34f")
    pen = plain(stage, color, stage.horizon + unit * 0.025, rough=0.02)
    x = stage.width * rng.choice((0.06, 0.95))
    broadleaf(pen, x, stage.horizon + unit * 0.16, unit * 0.62, rng, "#5f9440")
    if stage.light.weather != "snow":
        grass(pen, stage, rng, 170, stage.horizon + unit * 0.06, stage.bottom, color)
        flowers(pen, stage, rng, 90, stage.horizon + unit * 0.1, stage.bottom)
    puddles(stage)
    front_grass(stage, "#557a34", 0.13)


@place("forest", "forest, wood, woods, woodland, grove, enchanted forest, fairy forest, glade, thicket, tree, trees")
def forest(stage: Stage) -> None:
    """A broadleaf wood: trunks behind trunks, shafts of light, ferns."""
    stage.set_horizon(0.54, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("forest"), stage.unit
    for name, air, count, high, leaf in (("far", 0.72, 20, 0.36, "#6a9a70"), ("mid", 0.44, 12, 0.56, "#5d9150"), ("mid", 0.3, 8, 0.72, "#4f8345")):
        pen = stage.pen(name, air)
        foot = stage.horizon + unit * (0.02 if name == "far" else 0.05)
        for x in stage.spread(rng, count):
            broadleaf(pen, x, foot, unit * high * rng.uniform(0.85, 1.2), rng, leaf)
        for x in stage.spread(rng, 12):
            bush(pen, x, foot + unit * 0.02, unit * rng.uniform(0.08, 0.16), rng, leaf)
        pen.fill(ridge(stage.left, stage.right, foot, unit * 0.01, stage.bottom + 50, rng), ground_color(stage, "#5f7f48"))
        pen.mist(stage.left, stage.right, foot - unit * 0.3, foot + unit * 0.05, 0.4)
    color = ground_color(stage, "#668a46")
    pen = plain(stage, color, stage.horizon + unit * 0.07, rough=0.016)
    shafts(stage)
    for x in (*stage.spread(rng, 2, stage.left, stage.width * 0.08), *stage.spread(rng, 2, stage.width * 0.93, stage.right)):
        broadleaf(pen, x, stage.horizon + unit * rng.uniform(0.12, 0.2), unit * rng.uniform(0.8, 1.0), rng, rng.choice(GREENS))
    if stage.light.weather != "snow":
        grass(pen, stage, rng, 150, stage.horizon + unit * 0.1, stage.bottom, color)
        flowers(pen, stage, rng, 28, stage.horizon + unit * 0.14, stage.bottom, ("#f3f0ea", "#b58be0", "#f3d25a"))
    for _ in range(3):
        rock(pen, rng.uniform(stage.left, stage.right), rng.uniform(stage.horizon + unit * 0.14, stage.feet), unit * rng.uniform(0.05, 0.1), rng, "#7d8478")
    puddles(stage)
    front_trunks(stage, "leaf")


def shafts(stage: Stage, color: str = "#fff3c4") -> None:
    """Slanting shafts of light through leaves, when the light allows."""
    light = stage.light
    if light.weather not in ("clear", "wind") or light.lamps > 0.9:
        return
    pen, rng, unit = stage.pen("mid"), stage.rng("shafts"), stage.unit
    for _ in range(5):
        x, wide = stage.width * rng.uniform(0.1, 0.9), unit * rng.uniform(0.03, 0.08)
        lean = -light.side * unit * 0.5
        quad = smooth([(x, stage.top), (x + wide, stage.top), (x + wide * 2 + lean, stage.feet), (x + lean - wide, stage.feet)])
        pen.later(lambda quad=quad, x=x, lean=lean: pen.fade(quad, (x, stage.top), (x + lean, stage.feet), [(color, 0.28), (color, 0.0)], emits=True))


@place("mountains", "mountain, mountains, peak, summit, alps, alpine, highland, ridge, cliff top, mountain top, pass, everest")
def mountains(stage: Stage) -> None:
    """Snowy peaks behind forested slopes."""
    stage.set_horizon(0.58, 0.86)
    paint_sky(stage)
    rng, unit = stage.rng("mountains"), stage.unit
    pen = stage.pen("far", 0.74)
    for x in stage.spread(rng, 6):
        peak(pen, x, stage.horizon + unit * 0.1, unit * rng.uniform(0.6, 0.8), unit * rng.uniform(0.28, 0.38), rng, "#7c8aa6", 0.45)
    pen.mist(stage.left, stage.right, stage.horizon - unit * 0.35, stage.horizon + unit * 0.05, 0.75)
    pen = stage.pen("mid", 0.42)
    for x, high in ((0.2, 0.42), (0.86, 0.5), (0.55, 0.3), (-0.16, 0.34), (1.18, 0.36)):
        peak(pen, stage.width * x, stage.horizon + unit * 0.12, unit * high * 1.7, unit * high * rng.uniform(0.95, 1.1), rng, "#66708a", 0.4)
    pen.mist(stage.left, stage.right, stage.horizon - unit * 0.3, stage.horizon + unit * 0.12, 0.55)
    pen.air = 0.3
    for x in stage.spread(rng, 30):
        pine(pen, x, stage.horizon + unit * 0.07, unit * rng.uniform(0.08, 0.14), rng, "#42705c", stage.light.weather == "snow")
    color = ground_color(stage, "#7f9160")
    pen = plain(stage, color, stage.horizon + unit * 0.05, rough=0.035)
    for _ in range(10):
        x = rng.uniform(stage.left, stage.right)
        rock(pen, x, rng.uniform(stage.horizon + unit * 0.1, stage.feet + unit * 0.1), unit * rng.uniform(0.05, 0.16), rng, "#82828a")
    if stage.light.weather != "snow":
        grass(pen, stage, rng, 110, stage.horizon + unit * 0.08, stage.bottom, color)
        flowers(pen, stage, rng, 24, stage.horizon + unit * 0.12, stage.bottom, ("#8f7fd6", "#f3f0ea"))
    puddles(stage)
    pen = stage.pen("front", 0.0, 0.5)
    for x, wide in ((-0.02, 0.42), (1.02, 0.36)):
        rock(pen, stage.width * x, stage.height + stage.bleed_y + unit * 0.05, unit * wide, rng, "#5f6068")
    front_grass(stage, "#5b6d42", 0.08)
