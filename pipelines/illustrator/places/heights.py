"""Space, other worlds and the sky above the clouds."""

from __future__ import annotations

from random import Random

from pipelines.illustrator.color import lighter, mix, rgb
from pipelines.illustrator.heaven import cloud, paint_sky, stars
from pipelines.illustrator.nature import rock
from pipelines.illustrator.pen import Pen
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.shapes import blob, box, oval, poly, ridge, smooth, strokes, union
from pipelines.illustrator.stage import Stage


def black(stage: Stage, top: str = "#05060f", foot: str = "#141a38") -> Pen:
    """Empty space with stars and a band of light."""
    pen, rng, unit = stage.pen("sky"), stage.rng("black"), stage.unit
    whole = box(stage.left - 99, stage.top - 99, stage.right - stage.left + 198, stage.bottom - stage.top + 198)
    pen.fade(whole, (0, stage.top), (0, stage.bottom), [(top, 1), (foot, 1)], emits=True)
    for color in ("#5a3f9a", "#2f5fa8", "#a8487f"):
        pen.glow(stage.width * rng.random(), stage.height * rng.random() * 0.7, unit * rng.uniform(0.4, 0.7), color, 0.3, now=True)
    stars(stage, pen, 420, 1.0)
    return pen


def globe(pen: Pen, x: float, y: float, radius: float, base: str, land: str, rng: Random, *, ring: bool = False) -> None:
    """A planet with its lit side, its night side and its air."""
    pen.glow(x, y, radius * 1.5, lighter(rgb(base), 0.3), 0.45, now=True)
    disc = oval(x, y, radius, radius)
    pen.fill(disc, base, emits=True)
    pen.canvas.save()
    pen.canvas.clipPath(disc, True)
    for _ in range(7):
        pen.fill(
            blob(x + rng.uniform(-1, 1) * radius, y + rng.uniform(-1, 1) * radius, radius * rng.uniform(0.2, 0.45), radius * rng.uniform(0.12, 0.3), rng, 0.3),
            land,
            0.9,
            emits=True,
        )
    for _ in range(6):
        pen.fill(
            strokes([(x + rng.uniform(-1, 1) * radius, y + rng.uniform(-1, 1) * radius, radius * rng.uniform(0.5, 1.1))], radius * 0.04),
            "#ffffff",
            0.5,
            emits=True,
        )
    pen.fade(
        disc, (x + radius * 0.5, y - radius * 0.6), (x - radius * 0.8, y + radius * 0.8), [("#04050c", 0.0), ("#04050c", 0.25), ("#04050c", 0.9)], emits=True
    )
    pen.canvas.restore()
    if ring:
        pen.canvas.save()
        pen.canvas.translate(x, y)
        pen.canvas.rotate(-16)
        pen.line(oval(0, 0, radius * 1.7, radius * 0.36), "#e8d2a8", radius * 0.12, 0.55, emits=True)
        pen.canvas.restore()


@place("space", "space, outer space, stars, galaxy, orbit, cosmos, universe, asteroid, asteroid belt, comet, nebula, milky way, solar system", medium="space")
def space(stage: Stage) -> None:
    """Deep space: a planet, a far ringed one, rocks drifting."""
    stage.set_horizon(0.6, 0.82)
    stage.floats = True
    rng, unit = stage.rng("space"), stage.unit
    black(stage)
    globe(stage.pen("far", 0.0), stage.width * 0.8, stage.height * 0.24, unit * 0.12, "#d9a066", "#c07f4c", rng, ring=True)
    globe(stage.pen("mid", 0.0), stage.width * 0.22, stage.height * 1.06, unit * 0.46, "#3f86c8", "#6fae6a", rng)
    pen = stage.pen("ground", 0.0)
    for x, y, size in ((0.08, 0.3, 0.07), (0.93, 0.66, 0.09), (0.62, 0.12, 0.04), (0.36, 0.16, 0.03)):
        rock(pen, stage.width * x, stage.height * y, unit * size, rng, "#8a8288")


@place("moon", "moon, moon surface, lunar, moonscape, on the moon, lunar surface")
def moon(stage: Stage) -> None:
    """The moon's grey plains and craters, the earth above."""
    stage.set_horizon(0.54, 0.86)
    rng, unit = stage.rng("moon"), stage.unit
    black(stage, "#020308", "#0b1024")
    globe(stage.pen("far", 0.0), stage.width * 0.77, stage.height * 0.2, unit * 0.11, "#3f86c8", "#6fae6a", rng)
    _ground(stage, rng, unit, "#a5a6ac", craters=True)


@place("planet", "planet, mars, crater, martian, alien planet, other planet, planet surface, alien world, exoplanet, red planet, strange world")
def planet(stage: Stage) -> None:
    """A strange world: coloured sky, spires, two moons."""
    stage.set_horizon(0.56, 0.86)
    rng, unit = stage.rng("planet"), stage.unit
    night = stage.light.lamps > 0.6
    pen = stage.pen("sky")
    sky = [("#1c1440", 1), ("#7a3f78", 1), ("#e88a5c", 1), ("#ffd0a0", 1)] if not night else [("#070618", 1), ("#2a1a52", 1), ("#6a3a72", 1)]
    pen.fade(
        box(stage.left - 99, stage.top - 99, stage.right - stage.left + 198, stage.bottom - stage.top + 198),
        (0, stage.top),
        (0, stage.horizon),
        sky,
        emits=True,
    )
    stars(stage, pen, 200, 0.7)
    globe(pen, stage.width * 0.2, stage.height * 0.22, unit * 0.13, "#d9a0a8", "#b87888", rng, ring=True)
    globe(pen, stage.width * 0.74, stage.height * 0.13, unit * 0.045, "#a8d0c8", "#7fb0a8", rng)
    _ground(stage, rng, unit, "#b86a4a", craters=False)


def _ground(stage: Stage, rng: Random, unit: float, color: str, *, craters: bool) -> None:
    for name, air, base, high in (("far", 0.4, 0.03, 0.05), ("mid", 0.2, -0.01, 0.05)):
        pen = stage.pen(name, air if not craters else 0.0)
        pen.form(
            ridge(stage.left, stage.right, stage.horizon - unit * base, unit * high, stage.bottom + 60, rng, bumps=3, sharp=0.3),
            lighter(rgb(color), -0.12 if craters else 0.0),
        )
        if not craters:
            for x in stage.spread(rng, 8):
                tall = unit * rng.uniform(0.06, 0.26) * (1.3 if name == "mid" else 0.8)
                pen.form(
                    smooth(
                        [
                            (x - tall * 0.24, stage.horizon + unit * 0.06),
                            (x - tall * 0.1, stage.horizon - tall * 0.5),
                            (x, stage.horizon - tall),
                            (x + tall * 0.12, stage.horizon - tall * 0.5),
                            (x + tall * 0.26, stage.horizon + unit * 0.06),
                        ]
                    ),
                    lighter(rgb(color), -0.1),
                )
    pen = stage.pen("ground", 0.0)
    y = stage.horizon + unit * 0.06
    pen.fade(
        ridge(stage.left, stage.right, y, unit * 0.02, stage.bottom + 60, rng),
        (0, y),
        (0, stage.height),
        [(lighter(rgb(color), 0.1), 1), (color, 1), (lighter(rgb(color), -0.4), 1)],
    )
    for _ in range(16):
        cy = y + (stage.bottom - y) * rng.random() ** 1.1
        size, cx = stage.scale_at(cy) * rng.uniform(0.16, 0.5), rng.uniform(stage.left, stage.right)
        pen.fill(oval(cx, cy, size, size * 0.24), lighter(rgb(color), 0.22))
        pen.fill(oval(cx, cy + size * 0.02, size * 0.93, size * 0.2), lighter(rgb(color), -0.35))
        pen.fill(oval(cx + size * 0.05, cy + size * 0.07, size * 0.8, size * 0.13), lighter(rgb(color), -0.16))
    for _ in range(8):
        rock(
            pen, rng.uniform(stage.left, stage.right), rng.uniform(y + unit * 0.04, stage.feet), unit * rng.uniform(0.03, 0.09), rng, lighter(rgb(color), -0.15)
        )
    pen = stage.pen("front", 0.0, 0.5)
    for x, wide in ((-0.02, 0.42), (1.02, 0.36)):
        rock(pen, stage.width * x, stage.height + stage.bleed_y + unit * 0.06, unit * wide, rng, color)


@place("above the clouds", "sky, clouds, above the clouds, heaven, cloud, in the air, sky island, hot air balloon, airplane, flight, air", medium="air")
def above(stage: Stage) -> None:
    """High in the sky: seas of cloud in three depths."""
    stage.set_horizon(0.62, 0.8)
    stage.floats = True
    paint_sky(stage)
    rng, unit, light = stage.rng("above"), stage.unit, stage.light
    lit = mix(lighter(light.middle, 0.5), light.sun, 0.4)
    shade = mix(light.middle, light.zenith, 0.35)
    for name, y, size, count in (("far", 0.0, 0.3, 14), ("mid", 0.12, 0.46, 11), ("ground", 0.24, 0.64, 9)):
        pen = stage.pen(name, 0.0)
        base = stage.horizon + unit * y
        for x in stage.spread(rng, count):
            cloud(pen, x, base, unit * size * rng.uniform(0.8, 1.2), unit * size * rng.uniform(0.3, 0.4), lit, shade, rng, 0.96)
        pen.fade(
            box(stage.left - 80, base - unit * size * 0.05, stage.right - stage.left + 160, stage.bottom - base + 90),
            (0, base),
            (0, stage.height),
            [(mix(lit, shade, 0.55), 1), (mix(lit, shade, 0.85), 1)],
            emits=True,
        )
    pen = stage.pen("front", 0.0)
    for x in (0.02, 0.98):
        cloud(pen, stage.width * x, stage.height + unit * 0.06, unit * 0.7, unit * 0.24, lit, shade, rng, 0.96)


@place(
    "spaceship",
    "spaceship, spacecraft, space station, rocket, starship, cockpit, bridge of a spaceship, control room, ufo, space shuttle, submarine",
    indoors=True,
)
def spaceship(stage: Stage) -> None:
    """A ship's bridge: a wide window on the stars, consoles with lights."""
    stage.set_horizon(0.55, 0.88)
    rng, unit = stage.rng("spaceship"), stage.unit
    black(stage)
    globe(stage.pen("sky"), stage.width * 0.66, stage.height * 0.36, unit * 0.17, "#4a90c8", "#7fb07a", rng, ring=True)
    pen = stage.pen("mid", 0.05)
    frame = union([box(stage.left - 90, stage.top - 90, stage.right - stage.left + 180, stage.horizon - stage.top + unit * 0.1 + 90)])
    panes = [
        poly(
            [
                (stage.width * a, stage.height * 0.12),
                (stage.width * b, stage.height * 0.12),
                (stage.width * b + unit * lean, stage.horizon - unit * 0.04),
                (stage.width * a + unit * lean2, stage.horizon - unit * 0.04),
            ]
        )
        for a, b, lean2, lean in ((-0.12, 0.22, -0.06, -0.02), (0.25, 0.75, -0.01, 0.01), (0.78, 1.12, 0.02, 0.06))
    ]
    whole = union([frame, *panes])
    whole.setFillType(whole.getFillType().kEvenOdd)
    pen.fade(whole, (0, stage.top), (0, stage.horizon), [("#5a6474", 1), ("#3c4452", 1), ("#5a6678", 1)])
    for pane in panes:
        pen.line(pane, "#8fa0b4", unit * 0.008)
    y = stage.horizon + unit * 0.0
    for k in range(9):
        x = stage.left + (stage.right - stage.left) * (k + 0.5) / 9
        pen.form(poly([(x - unit * 0.14, y + unit * 0.12), (x - unit * 0.12, y), (x + unit * 0.12, y), (x + unit * 0.14, y + unit * 0.12)]), "#4a5464")
        screen, color = box(x - unit * 0.09, y + unit * 0.018, unit * 0.1, unit * 0.055, unit * 0.008), rng.choice(("#4fe0e8", "#7aff9c", "#ffb04a", "#8a9cff"))
        pen.later(lambda screen=screen, color=color: pen.fill(screen, color, 0.85, emits=True))
        pen.glow(x - unit * 0.04, y + unit * 0.04, unit * 0.12, color, 0.4)
        dots = union([oval(x + unit * (0.03 + 0.02 * (j % 3)), y + unit * (0.025 + 0.02 * (j // 3)), unit * 0.005, unit * 0.005) for j in range(9)])
        pen.later(lambda dots=dots: pen.fill(dots, "#ff6a5a", 0.9, emits=True))
    pen = stage.pen("ground", 0.0)
    top = y + unit * 0.11
    pen.fade(
        box(stage.left, top, stage.right - stage.left, stage.bottom - top + 60), (0, top), (0, stage.height), [("#6a7484", 1), ("#4a5260", 1), ("#2f3642", 1)]
    )
    cx = stage.width / 2
    pen.line(
        union(
            [poly([(cx + k * unit * 0.12, top), (cx + k * unit * 0.34, stage.bottom)], False) for k in range(-12, 13)]
            + [poly([(stage.left, top + unit * d), (stage.right, top + unit * d)], False) for d in (0.05, 0.13, 0.25)]
        ),
        "#2a303a",
        unit * 0.004,
    )
    for k in (-1, 1):
        strip = poly([(cx + k * unit * 0.3, top), (cx + k * unit * 0.31, top), (cx + k * unit * 0.86, stage.bottom), (cx + k * unit * 0.82, stage.bottom)])
        pen.later(lambda strip=strip: pen.fill(strip, "#6fe8ff", 0.7, emits=True))
