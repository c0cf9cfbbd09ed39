"""Growing things and ground: trees of many kinds, bushes, grass, flowers, rocks, hills, peaks, water."""

from __future__ import annotations

import math
from random import Random

import skia

from pipelines.illustrator.color import Rgb, lighter, mix, rgb, shifted, times
from pipelines.illustrator.pen import Paintable, Pen
from pipelines.illustrator.shapes import blob, box, oval, poly, ridge, smooth, strokes, tufts, union
from pipelines.illustrator.stage import Stage

GREENS = ("#5e8f3e", "#6fa047", "#4f8345", "#7da652", "#4a7a4c")
AUTUMN = ("#c8722c", "#d99a35", "#a9502b", "#b98a35")


def _of(color: Paintable) -> Rgb:
    return rgb(color) if isinstance(color, str) else color


def broadleaf(pen: Pen, x: float, y: float, high: float, rng: Random, leaf: Paintable = "#5e8f3e", bark: Paintable = "#6b4a33") -> None:
    """A leafy tree with its foot at (x, y): forked trunk, crown of three tones with light on the sun's side."""
    side, green = pen.light.side, _of(leaf)
    wide = high * 0.055
    top = y - high * 0.55
    trunk = smooth(
        [
            (x - wide * 1.7, y),
            (x - wide * 0.8, y - high * 0.12),
            (x - wide * 0.6, top),
            (x + wide * 0.6, top),
            (x + wide * 0.8, y - high * 0.12),
            (x + wide * 1.9, y),
        ]
    )
    pen.form(trunk, bark, rim=0.7)
    branches = skia.Path()
    for sx in (-1, 1):
        branches.addPath(
            poly([(x, y - high * 0.34), (x + sx * high * 0.2, y - high * 0.62), (x + sx * high * 0.18, y - high * 0.63), (x - sx * wide * 0.4, y - high * 0.4)])
        )
    pen.fill(branches, lighter(_of(bark), -0.12))
    dark, middle, bright, spots = [], [], [], []
    cy, radius = y - high * 0.68, high * 0.3
    for place in range(11):
        angle = place * math.tau / 10 + rng.uniform(-0.2, 0.2)
        reach: float = 0.0 if place == 10 else radius * rng.uniform(0.55, 0.82)
        px, py = x + math.cos(angle) * reach * 1.12, cy + math.sin(angle) * reach * 0.86
        size = radius * rng.uniform(0.4, 0.58)
        dark.append(blob(px, py + size * 0.12, size, size * 0.92, rng, 0.1, 10))
        middle.append(blob(px + side * size * 0.16, py - size * 0.14, size * 0.78, size * 0.7, rng, 0.14, 9))
        if math.cos(angle) * side > -0.4 and math.sin(angle) < 0.5:
            bright.append(blob(px + side * size * 0.3, py - size * 0.32, size * 0.44, size * 0.36, rng, 0.2, 8))
        for _ in range(3):
            spot_x = px + rng.uniform(-1, 1) * size
            spot_y = py + rng.uniform(-1, 1) * size
            spots.append(oval(spot_x, spot_y, size * 0.08, size * 0.06))
    pen.form(union(dark), lighter(green, -0.2), round_=0.8, rim=0.5)
    pen.fill(union(middle), green, 0.85)
    pen.fill(union(bright), lighter(shifted(green, hue=-0.02), 0.18), 0.75)
    pen.fill(union(spots), lighter(green, 0.3), 0.4)


def pine(pen: Pen, x: float, y: float, high: float, rng: Random, leaf: Paintable = "#2f5d46", snow: bool = False) -> None:
    """A conifer: ragged tiers, each with a lit side, maybe with snow on it."""
    green, side = _of(leaf), pen.light.side
    wide = high * rng.uniform(0.19, 0.25)
    pen.fill(box(x - high * 0.022, y - high * 0.16, high * 0.044, high * 0.16), "#5a4030")
    tiers = 6 if high > 40 else 4
    body, light_side, caps = skia.Path(), skia.Path(), skia.Path()
    for tier in range(tiers):
        t = tier / tiers
        top, foot = y - high * (1 - t * 0.82), y - high * (0.8 - t * 0.8) + high * 0.03
        reach = wide * (0.28 + 0.9 * t)
        foot = min(foot, y - high * 0.06)
        edge = []
        count = 5
        for place in range(count + 1):
            s = place / count
            edge.append((x - reach + 2 * reach * s, foot + (high * 0.016 if place % 2 else -high * 0.012) - high * 0.018 * (1 - abs(2 * s - 1)) * -1))
        body.addPath(poly([(x, top), *edge[::-1]]))
        light_side.addPath(
            poly([(x, top), (x + side * reach, foot), (x + side * reach * 0.45, foot - high * 0.006), (x + side * reach * 0.16, foot - high * 0.05)])
        )
        caps.addPath(
            poly(
                [
                    (x, top),
                    (x + reach * 0.72, foot - high * 0.05),
                    (x + reach * 0.3, foot - high * 0.07),
                    (x, foot - high * 0.05),
                    (x - reach * 0.35, foot - high * 0.075),
                    (x - reach * 0.74, foot - high * 0.05),
                ]
            )
        )
    body.setFillType(skia.PathFillType.kWinding)
    pen.form(body, green, round_=0.3, rim=0.0)
    pen.fill(light_side, lighter(green, 0.16), 0.6)
    if snow:
        pen.fill(caps, "#f2f6fb", 0.92)


def poplar(pen: Pen, x: float, y: float, high: float, rng: Random, leaf: Paintable = "#4f7d43") -> None:
    """A slim tree such as a poplar or a cypress."""
    points = [
        (x, y - high),
        (x + high * 0.07, y - high * 0.75),
        (x + high * 0.1, y - high * 0.35),
        (x + high * 0.05, y - high * 0.04),
        (x - high * 0.05, y - high * 0.04),
        (x - high * 0.1, y - high * 0.35),
        (x - high * 0.07, y - high * 0.75),
    ]
    pen.fill(box(x - high * 0.014, y - high * 0.1, high * 0.028, high * 0.1), "#5d4734")
    pen.form(smooth(points), leaf, round_=1.0)
    marks = [(x + rng.uniform(-0.05, 0.06) * high, y - high * rng.uniform(0.15, 0.85)) for _ in range(9)]
    pen.fill(tufts(marks, high * 0.09, rng, 3, 0.2), lighter(_of(leaf), 0.18), 0.6)


def birch(pen: Pen, x: float, y: float, high: float, rng: Random, leaf: Paintable = "#8fae4e") -> None:
    """A birch: pale marked trunk, loose leaves."""
    wide = high * 0.024
    pen.form(poly([(x - wide, y), (x - wide * 0.5, y - high * 0.95), (x + wide * 0.5, y - high * 0.95), (x + wide, y)]), "#e6e2d6", rim=0.3)
    pen.fill(
        strokes([(x + rng.uniform(-0.4, 0.4) * wide, y - high * rng.uniform(0.03, 0.8), wide * rng.uniform(0.7, 1.5)) for _ in range(12)], high * 0.006),
        "#3c3630",
        0.8,
    )
    puffs = [
        blob(x + rng.uniform(-0.2, 0.2) * high, y - high * rng.uniform(0.55, 1.0), high * rng.uniform(0.07, 0.14), high * rng.uniform(0.06, 0.1), rng, 0.2)
        for _ in range(9)
    ]
    pen.form(union(puffs), leaf, rim=0.4)
    pen.fill(
        union([blob(x + rng.uniform(-0.16, 0.2) * high, y - high * rng.uniform(0.62, 1.0), high * 0.05, high * 0.035, rng, 0.2) for _ in range(7)]),
        lighter(_of(leaf), 0.2),
        0.7,
    )


def palm(pen: Pen, x: float, y: float, high: float, rng: Random, leaf: Paintable = "#4d8f4f") -> None:
    """A palm with a curved ringed trunk and feathered leaves."""
    lean = rng.choice((-1, 1)) * high * rng.uniform(0.1, 0.24)
    tx, ty, wide = x + lean, y - high * 0.8, high * 0.026
    left = [(x - wide * 1.6, y), (x - wide + lean * 0.3, y - high * 0.4), (tx - wide * 0.7, ty)]
    right = [(tx + wide * 0.7, ty), (x + wide + lean * 0.3, y - high * 0.4), (x + wide * 1.6, y)]
    pen.form(smooth([left[0], *left, *right, right[-1]]), "#8a6a4a", rim=0.6)
    rings = [(x + lean * (t * t * 0.7 + t * 0.3), y - high * 0.8 * t, wide * 1.7) for t in (place / 11 for place in range(1, 11))]
    pen.fill(strokes(rings, high * 0.006), "#5d4430", 0.7)
    for layer, tone in ((0, -0.2), (1, 0.06)):
        for place in range(7):
            angle = math.pi * (0.02 + 0.96 * (place + 0.5 * layer) / 6.5) * -1
            reach = high * rng.uniform(0.3, 0.42)
            ex, ey = tx + math.cos(angle) * reach, ty + math.sin(angle) * reach * 0.55 + reach * 0.34
            mx, my = tx + math.cos(angle) * reach * 0.55, ty + math.sin(angle) * reach * 0.75
            frond = smooth([(tx, ty), (mx, my - reach * 0.06), (ex, ey), (ex, ey), (mx - reach * 0.02, my + reach * 0.14), (tx, ty + reach * 0.02)])
            pen.fill(frond, lighter(_of(leaf), tone))
    pen.fill(union([oval(tx + dx * high, ty + high * 0.02, high * 0.018, high * 0.02) for dx in (-0.02, 0.015, 0.035)]), "#6b4a2c")


def bare(pen: Pen, x: float, y: float, high: float, rng: Random, bark: Paintable = "#4d4038") -> None:
    """A leafless tree."""
    path = skia.Path()

    def branch(bx: float, by: float, angle: float, length: float, width: float, depth: int) -> None:
        ex, ey = bx + math.cos(angle) * length, by + math.sin(angle) * length
        nx, ny = -math.sin(angle) * width, math.cos(angle) * width
        path.addPath(poly([(bx - nx, by - ny), (ex - nx * 0.5, ey - ny * 0.5), (ex + nx * 0.5, ey + ny * 0.5), (bx + nx, by + ny)]))
        if depth:
            for turn in (rng.uniform(-0.75, -0.25), rng.uniform(0.2, 0.75)):
                branch(ex, ey, angle + turn, length * rng.uniform(0.6, 0.8), width * 0.55, depth - 1)

    branch(x, y, -math.pi / 2 + rng.uniform(-0.08, 0.08), high * 0.36, high * 0.03, 4 if high > 60 else 3)
    pen.fill(path, bark)


def bush(pen: Pen, x: float, y: float, wide: float, rng: Random, leaf: Paintable = "#56863f", dots: Paintable | None = None) -> None:
    """A bush, maybe with berries or blossom."""
    puffs = [
        blob(x + (t - 0.5) * wide, y - wide * (0.12 + 0.2 * math.sin(math.pi * t)), wide * rng.uniform(0.2, 0.28), wide * rng.uniform(0.18, 0.26), rng, 0.14)
        for t in (place / 4 for place in range(5))
    ]
    puffs.append(box(x - wide * 0.5, y - wide * 0.16, wide, wide * 0.17, wide * 0.06))
    pen.form(union(puffs), leaf, rim=0.4)
    pen.fill(
        union(
            [
                blob(x + (t - 0.45) * wide * 0.8, y - wide * rng.uniform(0.2, 0.42), wide * 0.12, wide * 0.07, rng, 0.2, 7)
                for t in (place / 4 for place in range(5))
            ]
        ),
        lighter(_of(leaf), 0.16),
        0.7,
    )
    if dots is not None:
        pen.fill(union([oval(x + rng.uniform(-0.5, 0.5) * wide, y - rng.uniform(0.06, 0.45) * wide, wide * 0.022, wide * 0.022) for _ in range(14)]), dots)


def rock(pen: Pen, x: float, y: float, wide: float, rng: Random, color: Paintable = "#7d7a78") -> None:
    """A boulder with a lit facet and cracks."""
    high = wide * rng.uniform(0.5, 0.8)
    side = pen.light.side
    points = [
        (x - wide * 0.5, y),
        (x - wide * 0.46, y - high * 0.45),
        (x - wide * 0.2, y - high * rng.uniform(0.85, 1.0)),
        (x + wide * 0.16, y - high * rng.uniform(0.8, 1.0)),
        (x + wide * 0.44, y - high * 0.5),
        (x + wide * 0.52, y),
    ]
    pen.form(poly(points), color, lift=0.1)
    facet = [
        (x + side * wide * 0.1, y - high * 0.82),
        (x + side * wide * 0.42, y - high * 0.48),
        (x + side * wide * 0.3, y - high * 0.16),
        (x + side * wide * 0.04, y - high * 0.45),
    ]
    pen.fill(poly(facet), lighter(_of(color), 0.22), 0.55)
    pen.line(
        poly([(x - wide * 0.2, y - high * 0.7), (x - wide * 0.1, y - high * 0.4), (x - wide * 0.16, y - high * 0.2)], False),
        lighter(_of(color), -0.4),
        max(1.0, wide * 0.012),
        0.5,
    )


def flowers(
    pen: Pen,
    stage: Stage,
    rng: Random,
    count: int,
    top: float,
    bottom: float,
    colors: tuple[str, ...] = ("#e8564f", "#f5d04c", "#f3f0ea", "#a46bd1", "#f08fb4"),
) -> None:
    """Flowers in the grass, larger the nearer they are."""
    stems: list[tuple[float, float]] = []
    heads: dict[str, list[skia.Path]] = {color: [] for color in colors}
    hearts: list[skia.Path] = []
    for place in range(count):
        y = top + (bottom - top) * rng.random() ** 0.8
        x, size = rng.uniform(stage.left, stage.right), stage.scale_at(y) * 0.035 * rng.uniform(0.8, 1.4)
        color = colors[(place // 5) % len(colors)]
        stems.append((x, y))
        for petal in range(5):
            angle = petal * math.tau / 5
            heads[color].append(oval(x + math.cos(angle) * size * 0.8, y - size * 5 + math.sin(angle) * size * 0.7, size * 0.62, size * 0.55))
        hearts.append(oval(x, y - size * 5, size * 0.5, size * 0.45))
    if stems:
        pen.fill(tufts(stems, stage.unit * 0.025, rng, 2, 0.1), "#4c7a38")
    for color, paths in heads.items():
        if paths:
            pen.fill(union(paths), color)
    if hearts:
        pen.fill(union(hearts), "#f0c040")


def grass(pen: Pen, stage: Stage, rng: Random, count: int, top: float, bottom: float, color: Paintable) -> None:
    """Tufts over the ground, larger the nearer they are: three rows of tones."""
    for row, tone in enumerate((-0.14, 0.14, -0.2)):
        y0 = top + (bottom - top) * row / 3
        spots = [(rng.uniform(stage.left, stage.right), rng.uniform(y0, y0 + (bottom - top) / 3)) for _ in range(count // (row + 1))]
        pen.fill(tufts(spots, max(3.0, stage.scale_at(y0 + (bottom - top) / 6) * 0.09), rng, 4, 0.4), lighter(_of(color), tone), 0.7)


def plain(stage: Stage, color: Paintable, top: float | None = None, *, rough: float = 0.012, layer: str = "ground", far: Paintable | None = None) -> Pen:
    """The ground from the horizon to the picture's foot, hazy far away, with soft patches."""
    pen, rng = stage.pen(layer), stage.rng(f"plain {layer} {color}")
    y = stage.horizon if top is None else top
    path = ridge(stage.left, stage.right, y, stage.unit * rough, stage.bottom + 50, rng, bumps=2.5)
    near = _of(color)
    if stage.look.technique in ("paper",):
        pen.form(path, near)
    else:
        pen.fade(path, (0, y), (0, stage.height), [(mix(near, _of(far), 0.6) if far else lighter(near, 0.1), 1), (near, 1), (lighter(near, -0.24), 1)])
    patches_dark, patches_light = skia.Path(), skia.Path()
    for place in range(16):
        py = y + (stage.bottom - y) * (0.05 + 0.9 * rng.random() ** 1.2)
        wide = stage.scale_at(py) * rng.uniform(0.5, 1.3)
        (patches_dark if place % 2 else patches_light).addPath(blob(rng.uniform(stage.left, stage.right), py, wide, wide * 0.09, rng, 0.3, 10))
    pen.fill(patches_dark, lighter(near, -0.2), 0.2)
    pen.fill(patches_light, lighter(near, 0.2), 0.2)
    if layer == "ground":
        pen.mist(stage.left, stage.right, y + (stage.height - y) * 0.55, y - stage.unit * 0.03, 0.55 * min(1.0, stage.light.thickness))
    return pen


def hills(
    stage: Stage, name: str, base: float, high: float, color: Paintable, *, air: float | None = None, sharp: float = 0.0, bumps: float = 3.0, melt: float = 0.6
) -> skia.Path:
    """A range of hills or peaks on a layer, melting into the haze at its foot; base and high in units above the horizon."""
    pen, rng = stage.pen(name, air), stage.rng(f"hills {name} {base} {color}")
    foot = stage.horizon + stage.unit * 0.1
    path = ridge(
        stage.left, stage.right, stage.horizon - base * stage.unit, high * stage.unit, stage.bottom + 50, rng, bumps=bumps, sharp=sharp, rough=0.5, step=90
    )
    pen.form(path, color, round_=0.0, rim=0.8)
    pen.mist(stage.left, stage.right, stage.horizon - (base + high) * stage.unit, foot, melt * min(1.0, stage.light.thickness + 0.1))
    return path


def peak(pen: Pen, x: float, foot: float, wide: float, high: float, rng: Random, color: Paintable = "#6d7688", snow: float = 0.35) -> None:
    """One mountain: ragged outline, lit and shaded faces, snow down to `snow` of its height."""
    side, top = pen.light.side, foot - high
    left = [(x - wide * 0.5 * t + rng.uniform(-0.02, 0.02) * wide, top + high * t * (0.9 + 0.1 * t)) for t in (place / 7 for place in range(1, 8))]
    right = [(x + wide * 0.5 * t + rng.uniform(-0.02, 0.02) * wide, top + high * t * (0.88 + 0.12 * t)) for t in (place / 7 for place in range(1, 8))]
    spine = [(x + rng.uniform(-0.04, 0.04) * wide * (1 + t), top + high * t) for t in (place / 7 for place in range(1, 8))]
    pen.form(poly([*left[::-1], (x, top), *right]), color, round_=0.2, rim=0.6)
    shaded = left if side > 0 else right
    pen.fill(poly([(x, top), *spine, *shaded[::-1]]), lighter(_of(color), -0.3), 0.55)
    if snow > 0:
        cut = max(1, round(7 * snow))
        edge = []
        lo, hi = left[cut - 1], right[cut - 1]
        for place in range(9):
            s = place / 8
            edge.append((lo[0] + (hi[0] - lo[0]) * s, lo[1] + (hi[1] - lo[1]) * s + (high * 0.05 if place % 2 else -high * 0.05)))
        pen.fill(poly([(x, top), *right[: cut - 1], *edge[::-1], *left[: cut - 1][::-1]]), "#f4f7fb")
        pen.fill(
            poly([(x, top), *spine[: cut - 1], edge[4], *(edge[:4] if side > 0 else edge[5:])[:: -1 if side > 0 else 1], *shaded[: cut - 1][::-1]]),
            "#a9b9d6",
            0.6,
        )


def sea(stage: Stage, name: str, top: float, bottom: float, color: Paintable = "#2f7fa6", *, swell: float = 0.0, glitter: bool = True) -> Pen:
    """Water from `top` to `bottom`: mirrors the horizon far away, ripples that grow, a path of light under the sun."""
    pen, rng, light = stage.pen(name), stage.rng(f"sea {name}"), stage.light
    water, unit = _of(color), stage.unit
    path = poly([(stage.left, top), (stage.right, top), (stage.right, bottom), (stage.left, bottom)])
    lit = times(water, light.ambient)
    far = mix(lit, light.horizon, 0.55)  # type: ignore[arg-type]
    if stage.look.technique == "paper":
        pen.fill(path, mix(lit, light.middle, 0.2), emits=True)  # type: ignore[arg-type]
    else:
        deep = lighter(lit, -0.22)  # type: ignore[arg-type]
        pen.fade(path, (0, top), (0, max(bottom, top + unit * 0.2)), [(far, 1), (mix(lit, light.middle, 0.25), 1), (lit, 1), (deep, 1)], emits=True)  # type: ignore[arg-type, list-item]
    dark_marks: list[tuple[float, float, float]] = []
    light_marks: list[tuple[float, float, float]] = []
    rows = 22
    for row in range(rows):
        t = (row + 0.5) / rows
        y = top + (bottom - top) * t**1.7
        reach = unit * (0.02 + 0.16 * t)
        for _ in range(max(4, round(16 * (1.1 - t)))):
            mark = (rng.uniform(stage.left, stage.right), y + rng.uniform(-0.3, 0.3) * reach * 0.2, reach * rng.uniform(0.5, 1.4))
            (dark_marks if rng.random() < 0.5 else light_marks).append(mark)
    thick = max(0.8, unit * 0.0022)
    pen.fill(strokes(dark_marks, thick * 1.4), lighter(lit, -0.3), 0.4, emits=True)  # type: ignore[arg-type]
    pen.fill(strokes(light_marks, thick), lighter(mix(lit, light.horizon, 0.5), 0.25), 0.5, emits=True)  # type: ignore[arg-type]
    if glitter and light.weather in ("clear", "wind", "cloudy") and not light.indoors:
        x, marks = stage.width * light.sun_x, []
        for row in range(26):
            t = (row + 0.5) / 26
            y = top + (bottom - top) * t**1.4
            marks += [(x + rng.gauss(0, 1) * unit * (0.02 + 0.07 * t), y, unit * (0.012 + 0.06 * t) * rng.uniform(0.5, 1.3)) for _ in range(3)]
        pen.fill(strokes(marks, thick * 1.3), lighter(light.sun, 0.2), 0.75 if light.sun_up < 0.25 or light.time == "night" else 0.5, emits=True)
    if swell:
        for row in range(4):
            t = (row + 0.4) / 4
            y = top + (bottom - top) * t**1.3
            crest = ridge(stage.left, stage.right, y, unit * swell * (0.3 + t), y + unit * swell * (1.5 + 3 * t), rng, bumps=7 - 3 * t, rough=0.35, step=80)
            pen.fade(crest, (0, y - unit * swell), (0, y + unit * swell * (1 + 2 * t)), [(lighter(lit, 0.16), 0.85), (lit, 0.5), (lit, 0)], emits=True)  # type: ignore[list-item]
            foam = [(rng.uniform(stage.left, stage.right), y + rng.uniform(-0.4, 0.3) * unit * swell, unit * rng.uniform(0.03, 0.1)) for _ in range(10)]
            pen.fill(strokes(foam, thick * 2.2), "#f2f7fa", 0.6 * (0.4 + 0.6 * min(light.ambient)), emits=True)
    return pen
