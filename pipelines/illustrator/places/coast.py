"""Places by and on the sea."""

from __future__ import annotations

from pipelines.illustrator.color import lighter, mix, rgb
from pipelines.illustrator.heaven import paint_sky, puddles
from pipelines.illustrator.nature import bush, palm, rock, sea
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.shapes import blob, oval, poly, ridge, smooth, strokes, tufts, union
from pipelines.illustrator.stage import Stage


def _sand(stage: Stage, shore: float, color: str = "#e2c38f") -> None:
    """Sand up to a curved shore with foam, shells and footprints."""
    pen, rng, unit = stage.pen("ground"), stage.rng("sand"), stage.unit
    edge = ridge(stage.left, stage.right, shore, unit * 0.016, stage.bottom + 50, rng, bumps=2.2)
    wet = ridge(stage.left, stage.right, shore + unit * 0.02, unit * 0.016, stage.bottom + 50, stage.rng("sand"), bumps=2.2)
    foam = ridge(stage.left, stage.right, shore - unit * 0.006, unit * 0.016, stage.bottom + 50, stage.rng("sand"), bumps=2.2)
    pen.fill(foam, "#f6fafa", 0.9)
    pen.fill(edge, mix(rgb(color), rgb("#6f5a48"), 0.42))
    if stage.look.technique == "paper":
        pen.form(wet, color)
    else:
        pen.fade(wet, (0, shore), (0, stage.height), [(lighter(rgb(color), 0.12), 1), (color, 1), (lighter(rgb(color), -0.2), 1)])
    pen.fill(
        strokes(
            [(rng.uniform(stage.left, stage.right), rng.uniform(shore + unit * 0.04, stage.bottom), unit * rng.uniform(0.05, 0.2)) for _ in range(46)],
            unit * 0.0022,
        ),
        lighter(rgb(color), -0.2),
        0.5,
    )
    pen.fill(
        union([oval(rng.uniform(stage.left, stage.right), rng.uniform(shore + unit * 0.05, stage.bottom), unit * 0.003, unit * 0.002) for _ in range(70)]),
        "#8d7452",
        0.6,
    )
    for _ in range(9):
        x, y = rng.uniform(stage.left, stage.right), rng.uniform(shore + unit * 0.06, stage.bottom)
        pen.fill(blob(x, y, unit * 0.009, unit * 0.006, rng), rng.choice(("#f3e4d2", "#e8a48c", "#cfd8dc")))


@place("beach", "beach, seaside, sand, shore, coast, seashore, sandbank, dune beach, bay, lagoon, island, tropical island, cove")
def beach(stage: Stage) -> None:
    """A sandy beach: sea, headland, palms or dune grass at the sides."""
    stage.set_horizon(0.5, 0.87)
    paint_sky(stage)
    rng, unit = stage.rng("beach"), stage.unit
    shore = stage.horizon + (stage.feet - stage.horizon) * 0.5
    pen = stage.pen("far", 0.55)
    head = ridge(stage.left, stage.left + unit * 0.95, stage.horizon - unit * 0.03, unit * 0.07, stage.horizon + 6, rng, bumps=2.0)
    pen.form(head, "#5d7a5a")
    sea(stage, "mid", stage.horizon, shore + unit * 0.08)
    stage.water = (stage.horizon, shore)
    _sand(stage, shore)
    pen = stage.pen("ground")
    for side, x in ((0, stage.width * 0.02), (1, stage.width * 1.0)):
        if rng.random() < 0.75 or side:
            palm(pen, x, stage.feet - unit * 0.03, unit * rng.uniform(0.62, 0.85), rng)
            bush(pen, x + unit * 0.03, stage.feet, unit * 0.2, rng, "#6a8f4a")
    puddles(stage)
    front_grass(stage, "#7f8f4e")


def front_grass(stage: Stage, color: str, high: float = 0.12, gap: tuple[float, float] = (0.26, 0.74)) -> None:
    """Blades at the lower corners, out of the subjects' way."""
    pen, rng, unit = stage.pen("front", 0.0, 0.62), stage.rng("front grass"), stage.unit
    spots = []
    for _ in range(90):
        x = rng.uniform(stage.left, stage.right)
        inside = gap[0] < x / stage.width < gap[1]
        spots.append((x, stage.height + stage.bleed_y + unit * (0.06 if inside else rng.uniform(-0.02, 0.02))))
    pen.fill(tufts(spots, unit * high + stage.bleed_y, rng, 5, 0.35), color)
    pen.fill(tufts(spots[::3], unit * high * 0.8 + stage.bleed_y, rng, 3, 0.4), lighter(rgb(color), 0.18), 0.8)


@place("rocky shore", "rocky shore, cliff, cliffs, reef, rocks, rocky coast, skerry, headland, lighthouse island, rocky island, crag")
def rocky_shore(stage: Stage) -> None:
    """Cliffs and wet boulders over a moving sea."""
    stage.set_horizon(0.48, 0.87)
    paint_sky(stage)
    rng, unit = stage.rng("rocky"), stage.unit
    cliff = stage.pen("far", 0.5)
    side = rng.choice((-1, 1))
    base = stage.width * 0.5 + side * unit * 0.5
    points = [
        (base + side * unit * dx, stage.horizon - unit * dy)
        for dx, dy in ((-0.1, -0.01), (-0.02, 0.08), (0.08, 0.13), (0.2, 0.15), (0.34, 0.26), (0.6, 0.29), (1.4, 0.34), (1.4, -0.01))
    ]
    cliff.form(poly(points), "#76767c")
    cliff.fill(
        poly([(x, y) for x, y in points[1:7]] + [(points[6][0], points[6][1] + unit * 0.025), (points[4][0], points[4][1] + unit * 0.02)]), "#6f8f5c", 0.9
    )
    storm = stage.light.weather in ("storm", "wind", "rain")
    shore = stage.horizon + (stage.feet - stage.horizon) * 0.62
    sea(stage, "mid", stage.horizon, stage.bottom, "#2c6d8c", swell=0.03 if storm else 0.014)
    stage.water = (stage.horizon, shore)
    pen = stage.pen("ground")
    for _ in range(9):
        rock(pen, rng.uniform(stage.left, stage.right), shore + unit * rng.uniform(-0.03, 0.03), unit * rng.uniform(0.12, 0.3), rng, "#64666c")
    spray = [(rng.uniform(stage.left, stage.right), shore + unit * rng.uniform(-0.01, 0.03), unit * rng.uniform(0.05, 0.14)) for _ in range(26)]
    pen.fill(strokes(spray, unit * 0.006), "#f4f8fa", 0.85)
    slab = ridge(stage.left, stage.right, shore + unit * 0.05, unit * 0.02, stage.bottom + 50, rng, bumps=3.4, sharp=0.4)
    pen.form(slab, "#77757a", round_=0.1, drop=0.4)
    for _ in range(11):
        x, y = rng.uniform(stage.left, stage.right), rng.uniform(shore + unit * 0.08, stage.bottom)
        wide = unit * rng.uniform(0.08, 0.2)
        pen.fill(
            poly([(x - wide, y), (x - wide * 0.3, y - wide * 0.14), (x + wide * 0.7, y - wide * 0.1), (x + wide, y + wide * 0.05), (x, y + wide * 0.12)]),
            rng.choice(("#8a888b", "#66656a", "#6f7f5c")),
            0.5,
        )
    for x in (stage.width * 0.0, stage.width * 0.98):
        rock(pen, x, stage.feet + unit * 0.06, unit * rng.uniform(0.3, 0.5), rng, "#5c5c62")
    puddles(stage)


@place("ocean", "ocean, open sea, sea, high seas, waves, deep sea, storm at sea, middle of the sea", medium="water")
def ocean(stage: Stage) -> None:
    """Open water to the horizon, swell after swell."""
    stage.set_horizon(0.52, 0.8)
    paint_sky(stage)
    wild = {"storm": 0.075, "wind": 0.045, "rain": 0.035}.get(stage.light.weather, 0.018)
    sea(stage, "far", stage.horizon, stage.bottom, "#2a6f97", swell=wild * 0.4)
    rolling(stage, "mid", 0.1, wild, "#2b7399")
    rolling(stage, "ground", 0.24, wild * 1.3, "#28698f")
    stage.water = (stage.horizon, stage.bottom)
    stage.afloat = stage.horizon + (stage.height - stage.horizon) * 0.62
    rolling(stage, "front", 0.47, wild * 1.5, "#1f5878")


def rolling(stage: Stage, name: str, down: float, swell: float, color: str) -> None:
    """One row of waves as a layer of its own, with lit crests and foam."""
    pen, rng, unit, light = stage.pen(name), stage.rng(f"rolling {name}"), stage.unit, stage.light
    y = stage.horizon + unit * down
    lit = tuple(part * shade for part, shade in zip(rgb(color), light.ambient, strict=True))
    lit = mix(lit, light.middle, 0.16)  # type: ignore[arg-type]
    wave = ridge(stage.left, stage.right, y, unit * (swell + 0.006), stage.bottom + 50, rng, bumps=5.5 - 5 * down, rough=0.3, step=120)
    if stage.look.technique == "paper":
        pen.form(wave, color)
    else:
        pen.fade(wave, (0, y - unit * swell), (0, y + unit * 0.3), [(mix(lit, light.horizon, 0.4), 1), (lit, 1), (lighter(lit, -0.25), 1)], emits=True)
        pen.line(wave, mix(light.horizon, (1, 1, 1), 0.4), unit * 0.003, 0.5, emits=True)
    marks = [(rng.uniform(stage.left, stage.right), y + unit * rng.uniform(0.03, 0.3), unit * rng.uniform(0.03, 0.14)) for _ in range(44)]
    pen.fill(strokes(marks[::2], unit * 0.003), lighter(mix(lit, light.horizon, 0.5), 0.2), 0.4, emits=True)
    pen.fill(strokes(marks[1::2], unit * 0.004), lighter(lit, -0.35), 0.3, emits=True)
    if swell > 0.03:
        caps = [(rng.uniform(stage.left, stage.right), y + unit * rng.uniform(-0.02, 0.06), unit * rng.uniform(0.04, 0.12)) for _ in range(20)]
        pen.fill(strokes(caps, unit * 0.006), "#eaf2f6", 0.7)


@place("underwater", "underwater, seabed, sea floor, coral reef, coral, kelp forest, under the sea, bottom of the sea, ocean floor, sunken", medium="water")
def underwater(stage: Stage) -> None:
    """Below the surface: shafts of light, reefs, kelp, bubbles."""
    stage.set_horizon(0.62, 0.8)
    stage.floats = True
    light, unit, rng = stage.light, stage.unit, stage.rng("underwater")
    level = 0.45 if light.lamps > 0.6 else 1.0
    top, deep = lighter(rgb("#5fd0d8"), -(1 - level) * 0.6), lighter(rgb("#0b3c6b"), -(1 - level) * 0.6)
    pen = stage.pen("sky")
    whole = poly([(stage.left, stage.top), (stage.right, stage.top), (stage.right, stage.bottom), (stage.left, stage.bottom)])
    pen.fade(whole, (0, stage.top), (0, stage.bottom), [(top, 1), (mix(top, deep, 0.45), 1), (mix(top, deep, 0.8), 1), (deep, 1)], emits=True)
    pen.glow(stage.width * 0.6, stage.top, unit * 1.0, "#d8fff4", 0.6 * level, now=True)
    for place_ in range(8):
        x = stage.width * (0.1 + 0.11 * place_) + rng.uniform(-0.04, 0.04) * unit
        wide, lean = unit * rng.uniform(0.03, 0.09), (x - stage.width * 0.6) * 0.6
        shaft = poly(
            [
                (x - wide * 0.4, stage.top),
                (x + wide * 0.4, stage.top),
                (x + lean + wide * 1.6, stage.height * 0.95),
                (x + lean - wide * 1.6, stage.height * 0.95),
            ]
        )
        pen.fade(shaft, (x, stage.top), (x + lean, stage.height * 0.95), [("#e4fff6", 0.26 * level), ("#e4fff6", 0.0)], emits=True)
    haze = mix(top, deep, 0.6)
    for name, air, base, high, color in (("far", 0.8, 0.02, 0.1, "#3d7f8f"), ("mid", 0.5, -0.06, 0.07, "#56707a")):
        pen = stage.pen(name, air)
        pen.light = _water_light(stage, haze, level)
        pen.form(ridge(stage.left, stage.right, stage.horizon - unit * base, unit * high, stage.bottom + 50, rng, bumps=4), color)
        for x in stage.spread(rng, 9):
            _coral(pen, x, stage.horizon - unit * (base - 0.05), unit * rng.uniform(0.06, 0.15), rng)
    pen = stage.pen("ground", 0.18)
    pen.light = _water_light(stage, haze, level)
    y = stage.horizon + unit * 0.12
    pen.form(ridge(stage.left, stage.right, y, unit * 0.03, stage.bottom + 50, rng, bumps=3), "#c9b587", drop=0.5)
    for x in stage.spread(rng, 8):
        if not 0.3 < x / stage.width < 0.7:
            _coral(pen, x, y + unit * rng.uniform(0.02, 0.16), unit * rng.uniform(0.1, 0.2), rng)
    for _ in range(5):
        rock(pen, rng.uniform(stage.left, stage.right), y + unit * rng.uniform(0.02, 0.1), unit * rng.uniform(0.06, 0.16), rng, "#6f7f86")
    pen = stage.pen("front", 0.0, 0.5)
    pen.light = _water_light(stage, haze, level)
    for x in (0.01, 0.07, 0.93, 0.99):
        for dx in (-0.04, 0.0, 0.04):
            _kelp(pen, stage.width * x + dx * unit, stage.bottom, unit * rng.uniform(0.5, 0.95), rng)
    bubbles = stage.pen("air")
    for x in (0.2, 0.75, 0.85):
        for _ in range(9):
            size = unit * rng.uniform(0.003, 0.011)
            bx, by = stage.width * x + rng.gauss(0, 0.025) * unit, rng.uniform(stage.top, stage.height * 0.8)
            bubbles.line(oval(bx, by, size, size), "#e8ffff", max(1, unit * 0.0015), 0.7, emits=True)
            bubbles.fill(oval(bx - size * 0.3, by - size * 0.3, size * 0.25, size * 0.25), "#ffffff", 0.8, emits=True)


def _water_light(stage: Stage, haze: tuple[float, float, float], level: float):
    from dataclasses import replace

    return replace(stage.light, haze=haze, thickness=1.0, ambient=(0.62 * level, 0.88 * level, 0.95 * level), gray=0.0, sun=rgb("#d8fff4"))


def _coral(pen, x: float, y: float, high: float, rng) -> None:
    color = rng.choice(("#e8697b", "#f0935a", "#c86fb0", "#f2c25a", "#6fc0a0"))
    kind = rng.randrange(3)
    if kind == 0:
        for place_ in range(6):
            lean = (place_ - 2.5) * 0.2
            tip = (x + lean * high * 1.2, y - high * rng.uniform(0.7, 1.0))
            pen.form(
                smooth(
                    [
                        (x - high * 0.06, y),
                        (x + lean * high * 0.5 - high * 0.05, y - high * 0.5),
                        (tip[0] - high * 0.04, tip[1]),
                        (tip[0] + high * 0.06, tip[1]),
                        (x + lean * high * 0.5 + high * 0.06, y - high * 0.5),
                        (x + high * 0.06, y),
                    ]
                ),
                color,
                rim=0.5,
            )
    elif kind == 1:
        pen.form(
            union([blob(x + dx * high, y - high * dy, high * 0.3, high * 0.28, rng) for dx, dy in ((-0.25, 0.2), (0.25, 0.22), (0.0, 0.42))]), color, rim=0.5
        )
    else:
        _kelp(pen, x, y, high * 1.5, rng)


def _kelp(pen, x: float, y: float, high: float, rng) -> None:
    sway, count = rng.choice((-1, 1)) * high * 0.06, 8
    spine = [(x + sway * (1 if place_ % 4 in (1, 2) else -1) * (place_ / count), y - high * place_ / count) for place_ in range(count + 1)]
    pen.line(smooth(spine, False), "#3f7a4a", max(1.5, high * 0.018))
    for place_, (px, py) in enumerate(spine[1:], 1):
        for side in (-1, 1):
            reach = high * 0.12 * (1.1 - place_ / count / 1.4)
            pen.fill(
                smooth(
                    [(px, py), (px + side * reach * 0.6, py - reach * 0.5), (px + side * reach, py - reach * 1.1), (px + side * reach * 0.4, py - reach * 0.1)]
                ),
                rng.choice(("#4f9155", "#3f7a4a", "#6aa860")),
            )
