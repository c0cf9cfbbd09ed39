"""What is in the sky and in the air: sun, moon, stars, clouds, rain, snow, fog, lightning, puddles."""

from __future__ import annotations

import math
from random import Random

import skia

from pipelines.illustrator.color import argb, lighter, luma, mix, rgb
from pipelines.illustrator.pen import Pen
from pipelines.illustrator.shapes import blob, box, oval, poly, smooth, union
from pipelines.illustrator.stage import Stage

WET = ("rain", "storm")


def paint_sky(stage: Stage) -> None:
    """The whole sky: gradient, stars, sun or moon with their glow, clouds as the weather has them."""
    pen = stage.sky()
    stars(stage, pen)
    sun(stage, pen)
    clouds(stage)


def stars(stage: Stage, pen: Pen, count: int = 260, strength: float | None = None) -> None:
    """Stars, a few of them bright, thinning towards the horizon."""
    share = stage.light.stars if strength is None else strength
    if share < 0.05:
        return
    rng = stage.rng("stars")
    small, large = skia.Path(), skia.Path()
    floor = stage.horizon if strength is None else stage.bottom
    for place in range(round(count * min(1.0, share + 0.1))):
        x, y = rng.uniform(stage.left, stage.right), stage.top + (floor - stage.top) * rng.random() ** 1.3
        size = stage.unit * rng.uniform(0.0007, 0.0017)
        (large if place % 9 == 0 else small).addCircle(x, y, size * (1.7 if place % 9 == 0 else 1))
    pen.fill(small, "#dfe8ff", 0.62 * share, emits=True)
    pen.fill(large, "#ffffff", 0.95 * share, emits=True)


def sun(stage: Stage, pen: Pen) -> None:
    """The sun or the moon where the time of day has it, veiled by bad weather."""
    light, unit = stage.light, stage.unit
    x, y = stage.width * light.sun_x, stage.horizon - (stage.horizon - stage.height * 0.05) * light.sun_up
    veil = {"cloudy": 0.35, "rain": 0.1, "storm": 0.0, "snow": 0.25, "fog": 0.4}.get(light.weather, 1.0)
    if veil == 0:
        return
    if light.time == "night":
        pen.glow(x, y, unit * 0.34, "#9fb4e8", 0.42 * veil, now=True)
        if veil > 0.3:
            moon = oval(x, y, unit * 0.045, unit * 0.045)
            pen.fill(moon, "#f4f1dc", veil, emits=True)
            for dx, dy, size in ((-0.012, -0.01, 0.011), (0.014, 0.008, 0.008), (-0.004, 0.018, 0.006), (0.012, -0.02, 0.005)):
                pen.fill(oval(x + dx * unit, y + dy * unit, size * unit, size * unit), "#d6d4c4", 0.8 * veil, emits=True)
        return
    low = light.sun_up < 0.2
    warm = "#ffd48a" if low else "#fff6d8"
    pen.glow(x, y, unit * (0.95 if low else 0.6), warm, (0.6 if low else 0.4) * veil, now=True)
    pen.glow(x, y, unit * 0.26, lighter(rgb(warm), 0.35), 0.75 * veil, now=True)
    if veil > 0.3:
        radius = unit * (0.058 if low else 0.036)
        pen.fill(oval(x, y, radius, radius), light.sun, 0.97 * veil, emits=True)


def clouds(stage: Stage) -> None:
    """Clouds on a layer of their own, which creeps: a few heaps in clear weather, banks under a grey sky, streaks in wind."""
    light, rng, unit = stage.light, stage.rng("clouds"), stage.unit
    weather, span = light.weather, stage.horizon - stage.top
    if weather in ("fog",):
        return
    pen = stage.pen("clouds")
    left, _, right, _ = stage.tile
    many = {"clear": 5, "wind": 7, "cloudy": 11, "rain": 13, "storm": 16, "snow": 10}[weather]
    lit = mix(lighter(light.middle, 0.45), light.sun, 0.35)
    low = light.sun_up < 0.2 and light.time != "night"
    if low and weather in ("clear", "wind"):
        lit = mix(light.horizon, rgb("#fff0d0"), 0.3)
    if light.time == "night":
        lit = mix(light.middle, rgb("#7f95c4"), 0.35)
    shade = mix(light.middle, light.zenith, 0.45)
    if weather in ("cloudy", "rain", "storm", "snow"):
        lit, shade = lighter(light.middle, 0.14), lighter(light.zenith, -0.12 if weather == "storm" else -0.03)
    for place in range(many):
        start = rng.uniform(left, right)
        up = rng.uniform(0.08, 0.8)
        y, far = stage.top + span * up, 1 - 0.6 * up
        wide = unit * rng.uniform(0.16, 0.34) * (0.5 + far) * (1.6 if weather in ("rain", "storm", "cloudy") else 1)
        high, seed = wide * rng.uniform(0.26, 0.4), rng.random()
        for x in repeats(start, wide * 1.6, left, right):
            again = Random(seed)
            if weather == "wind" or (weather == "clear" and low):
                streak(pen, x, y, wide * 1.7, wide * 0.09, lit, shade, again)
            else:
                cloud(pen, x, y, wide, high, lit, shade, again, 0.92 if weather != "clear" else 0.8)
            if weather == "storm" and place % 3 == 0:
                cloud(pen, x, stage.top + span * 0.1, wide * 1.6, wide * 0.5, shade, lighter(shade, -0.25), again, 0.9)


def repeats(at: float, reach: float, first: float, last: float) -> list[float]:
    """Where to draw what is at `at` and `reach` large on either side, so that a layer from `first` to `last` tiles with itself."""
    span = last - first
    return [at, *([at + span] if at - reach < first else []), *([at - span] if at + reach > last else [])]


def motions(stage: Stage) -> dict[str, tuple[float, float]]:
    """How the layers that move by themselves travel, in pictures per second (right and down are positive)."""
    light = stage.light
    found = {"clouds": ({"wind": 0.012, "storm": 0.012, "rain": 0.006}.get(light.weather, 0.0035), 0.0)}
    if stage.floats:
        pass  # no weather: bubbles and the like stay
    elif light.weather in WET:
        slant = lean(light.weather) * stage.height / stage.width  # it falls along its own streaks
        found |= {"rain": (slant * 1.05, 1.05), "air": (slant * 1.7, 1.7)}
    elif light.weather == "snow":
        found |= {"rain": (0.006, 0.045), "air": (0.016, 0.095)}
    elif light.weather == "fog":
        found |= {"air": (0.011, 0.0)}
    elif light.weather == "wind":
        found |= {"air": (0.2, 0.03)}
    return {name: way for name, way in found.items() if name in stage.layers}


def lean(weather: str) -> float:
    """How far rain is blown aside for one unit that it falls."""
    return -0.34 if weather == "storm" else -0.16


def cloud(pen: Pen, x: float, y: float, wide: float, high: float, lit: object, shade: object, rng: Random, alpha: float = 0.9) -> None:
    """One heap of cloud with a flat foot: shaded body, lit puffs on the light's side."""
    puffs, tops = [], []
    count = rng.randint(5, 8)
    for place in range(count):
        t = (place + 0.5) / count
        size = high * (0.35 + 0.65 * math.sin(math.pi * t)) * rng.uniform(0.8, 1.15)
        px = x + (t - 0.5) * wide
        puffs.append(oval(px, y - size * 0.5, size * 0.95, size * 0.8))
        tops.append(oval(px + pen.light.side * size * 0.14, y - size * 0.72, size * 0.72, size * 0.56))
    puffs.append(box(x - wide * 0.5, y - high * 0.3, wide, high * 0.42, high * 0.2))
    body = union(puffs)
    tone_a, tone_b = pen.tone(lit, emits=True), pen.tone(shade, emits=True)  # type: ignore[arg-type]
    if pen.look.technique == "paper":
        pen.canvas.save()
        pen.canvas.translate(-pen.light.side * pen.unit * 0.006, pen.unit * 0.008)
        pen.canvas.drawPath(body, skia.Paint(AntiAlias=True, Color=argb((0.05, 0.05, 0.1), 0.16)))
        pen.canvas.restore()
        pen.canvas.drawPath(body, skia.Paint(AntiAlias=True, Color=argb(tone_a)))
        return
    shader = skia.GradientShader.MakeLinear(
        [(0, y - high * 1.1), (0, y + high * 0.14)], [argb(tone_a, alpha), argb(mix(tone_a, tone_b, 0.5), alpha), argb(tone_b, alpha * 0.75)]
    )
    pen.canvas.drawPath(body, skia.Paint(AntiAlias=True, Shader=shader))
    pen.canvas.drawPath(union(tops), skia.Paint(AntiAlias=True, Color=argb(lighter(tone_a, 0.2), 0.3 * alpha)))


def streak(pen: Pen, x: float, y: float, wide: float, high: float, lit: object, shade: object, rng: Random) -> None:
    """A long thin cloud, as in wind or low light."""
    for place in range(3):
        w, dy, dx = wide * rng.uniform(0.4, 0.8), high * (place - 1) * 0.9, rng.uniform(-0.3, 0.3) * wide
        points = [
            (x + dx - w / 2, y + dy),
            (x + dx - w * 0.2, y + dy - high * 0.7),
            (x + dx + w * 0.2, y + dy - high * 0.5),
            (x + dx + w / 2, y + dy),
            (x + dx, y + dy + high * 0.35),
        ]
        pen.fill(smooth(points), mix(lit, shade, place * 0.3), 0.62, emits=True)  # type: ignore[arg-type]


def weather_between(stage: Stage) -> None:
    """Weather behind the subjects: fog banks in the far and mid layers, far rain or snow on a layer of its own."""
    light = stage.light
    if light.indoors or stage.floats:
        return
    if light.weather == "fog":
        for name, alpha, band in (("far", 0.5, 0.16), ("mid", 0.42, 0.2)):
            if name in stage.layers:
                fog_bank(stage, stage.pen(name), stage.horizon + stage.unit * 0.02, stage.unit * band, alpha, name)
    if light.weather in (*WET, "snow"):
        falling(stage, stage.pen("rain"), near=False)
    if light.weather == "storm":
        lightning(stage)


def weather_before(stage: Stage) -> None:
    """Weather in front of everything: streaks, flakes, drifting fog, blown leaves."""
    light = stage.light
    if light.indoors or stage.floats:
        return
    if light.weather in (*WET, "snow"):
        falling(stage, stage.pen("air"), near=True)
    elif light.weather == "fog":
        pen = stage.pen("air")
        fog_bank(stage, pen, stage.height * 0.97, stage.unit * 0.16, 0.4, "near", wrap=True)
        fog_bank(stage, pen, stage.height * 0.62, stage.unit * 0.1, 0.16, "nearer", wrap=True)
    elif light.weather == "wind":
        leaves(stage)


def fog_bank(stage: Stage, pen: Pen, y: float, high: float, alpha: float, name: str, *, wrap: bool = False) -> None:
    """A bank of fog around height `y`, thick in the middle, with soft swells; `wrap`: the layer tiles."""
    rng = stage.rng(f"fog {name}")
    tone = pen.tone(lighter(stage.light.haze, 0.08), emits=True)
    left, _, right, _ = stage.tile if wrap else (stage.left, 0.0, stage.right, 0.0)
    for place in range(7):
        x = left + (right - left) * (place + rng.random()) / 7
        wide, tall = stage.unit * rng.uniform(0.4, 0.7), high * rng.uniform(0.7, 1.25)
        cy = y + rng.uniform(-0.3, 0.3) * high
        shader = skia.GradientShader.MakeRadial((0, 0), wide, [argb(tone, alpha), argb(tone, alpha * 0.6), argb(tone, 0)], [0.0, 0.5, 1.0])
        for at in repeats(x, wide, left, right) if wrap else [x]:
            pen.canvas.save()
            pen.canvas.translate(at, cy)
            pen.canvas.scale(1, tall / wide)
            pen.canvas.drawCircle(0, 0, wide, skia.Paint(Shader=shader, Dither=True))
            pen.canvas.restore()


def falling(stage: Stage, pen: Pen, *, near: bool) -> None:
    """Rain streaks or snow flakes: fine and many far away, large and few near."""
    light, rng, unit = stage.light, stage.rng(f"falling {near}"), stage.unit
    path = skia.Path()
    left, top, right, bottom = stage.tile
    area = math.sqrt((right - left) * (bottom - top)) / unit
    if light.weather == "snow":
        for _ in range(round((110 if near else 240) * area)):
            size = unit * (rng.uniform(0.0025, 0.0075) if near else rng.uniform(0.001, 0.0026))
            x, y = rng.uniform(left, right), rng.uniform(top, bottom)
            for cx in repeats(x, size, left, right):
                for cy in repeats(y, size, top, bottom):
                    path.addCircle(cx, cy, size)
        pen.later(lambda: pen.fill(path, "#ffffff", 0.8 if near else 0.7, emits=True))
        return
    slant = lean(light.weather)
    for _ in range(round((170 if near else 330) * area)):
        x, y = rng.uniform(left, right), rng.uniform(top, bottom)
        length = unit * (rng.uniform(0.05, 0.11) if near else rng.uniform(0.018, 0.045))
        width = unit * (0.0011 if near else 0.0007)
        for ax in repeats(x, length, left, right):
            for ay in repeats(y, length, top, bottom):
                path.addPoly([skia.Point(ax - width, ay), skia.Point(ax + width, ay), skia.Point(ax + slant * length, ay + length)], True)
    color = mix((0.86, 0.91, 0.97), light.middle, 0.25) if luma(light.middle) < 0.6 else (0.93, 0.96, 1.0)
    pen.later(lambda: pen.fill(path, color, 0.4 if near else 0.34, emits=True))


def lightning(stage: Stage) -> None:
    """A forked bolt from the clouds to the horizon, and the sky lit around it."""
    rng, unit = stage.rng("lightning"), stage.unit
    pen = stage.pen("far", 0.0)  # before the clouds, which would hide it
    x, y = stage.width * rng.choice((0.24, 0.3, 0.7, 0.78)), stage.height * 0.12
    pen.glow(x, y + unit * 0.1, unit * 0.85, "#b9c9f2", 0.7)
    bolts, queue = skia.Path(), [(x, y, stage.horizon * 0.98, unit * 0.013, 0)]
    while queue:
        bx, by, end, width, depth = queue.pop()
        points = [(bx, by)]
        while by < end:
            bx, by = bx + rng.uniform(-1, 1) * unit * 0.034, by + unit * rng.uniform(0.02, 0.05)
            points.append((bx, by))
            if depth == 0 and rng.random() < 0.3:
                queue.append((bx, by, min(end, by + unit * rng.uniform(0.08, 0.2)), width * 0.5, 1))
        count = len(points)
        left = [(px - width * (1 - place / count) * 0.5, py) for place, (px, py) in enumerate(points)]
        right = [(px + width * (1 - place / count) * 0.5, py) for place, (px, py) in enumerate(points)]
        bolts.addPath(poly(left + right[::-1]))
    pen.later(lambda: pen.line(bolts, "#b9c8ff", unit * 0.007, 0.35, emits=True))
    pen.later(lambda: pen.fill(bolts, "#ffffff", emits=True))


def leaves(stage: Stage) -> None:
    """Leaves and dust blown across the picture."""
    rng, pen = stage.rng("leaves"), stage.pen("air")
    left, top, right, bottom = stage.tile
    for color, count in (("#c98a3c", 16), ("#8fa84f", 14), ("#e8dcc0", 26)):
        path = skia.Path()
        for _ in range(count):
            x, y, size = rng.uniform(left, right), rng.uniform(top, bottom), stage.unit * rng.uniform(0.004, 0.011)
            if color == "#e8dcc0":
                one = poly([(x, y), (x + size * 9, y - size * 0.6), (x + size * 9, y - size * 0.4)])
            else:
                one = blob(x, y, size, size * 0.45, rng, 0.2, 5)
            for ax in repeats(x, size * 9, left, right):
                for ay in repeats(y, size * 9, top, bottom):
                    path.addPath(one, ax - x, ay - y)
        pen.fill(path, color, 0.3 if color == "#e8dcc0" else 0.9)


def puddles(stage: Stage, count: int = 6) -> None:
    """Puddles that mirror the sky on wet ground."""
    if stage.light.weather not in WET:
        return
    rng, pen = stage.rng("puddles"), stage.pen("ground")
    for _ in range(count):
        y = stage.horizon + (stage.height - stage.horizon) * rng.uniform(0.35, 1.0)
        wide = stage.scale_at(y) * rng.uniform(0.35, 0.9)
        x = rng.uniform(stage.left, stage.right)
        shape = blob(x, y, wide, wide * 0.16, rng, 0.22, 10)
        pen.fill(shape, lighter(stage.light.middle, 0.12), 0.55, emits=True)
        pen.line(oval(x + wide * 0.2, y, wide * 0.22, wide * 0.03), lighter(stage.light.horizon, 0.3), 1.2, 0.5, emits=True)
