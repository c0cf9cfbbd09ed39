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
    clouds(stage, pen)


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


def clouds(stage: Stage, pen: Pen) -> None:
    """Clouds: a few heaps in clear weather, banks under a grey sky, streaks in wind."""
    light, rng, unit = stage.light, stage.rng("clouds"), stage.unit
    weather, span = light.weather, stage.horizon - stage.top
    if weather in ("fog",):
        return
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
        x = rng.uniform(stage.left, stage.right)
        up = rng.uniform(0.08, 0.8)
        y, far = stage.top + span * up, 1 - 0.6 * up
        wide = unit * rng.uniform(0.16, 0.34) * (0.5 + far) * (1.6 if weather in ("rain", "storm", "cloudy") else 1)
        if weather == "wind" or (weather == "clear" and low):
            streak(pen, x, y, wide * 1.7, wide * 0.09, lit, shade, rng)
        else:
            cloud(pen, x, y, wide, wide * rng.uniform(0.26, 0.4), lit, shade, rng, 0.92 if weather != "clear" else 0.8)
        if weather == "storm" and place % 3 == 0:
            cloud(pen, x, stage.top + span * 0.1, wide * 1.6, wide * 0.5, shade, lighter(shade, -0.25), rng, 0.9)


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
    """Weather behind the subjects: fog banks and far rain or snow, laid into the mid and ground layers."""
    light = stage.light
    if light.indoors:
        return
    if light.weather == "fog":
        for name, alpha, band in (("far", 0.5, 0.16), ("mid", 0.42, 0.2)):
            if name in stage.layers:
                fog_bank(stage, stage.pen(name), stage.horizon + stage.unit * 0.02, stage.unit * band, alpha, name)
    if light.weather in (*WET, "snow"):
        pen = stage.pen("mid")
        falling(stage, pen, near=False)
    if light.weather == "storm":
        lightning(stage)


def weather_before(stage: Stage) -> None:
    """Weather in front of everything: streaks, flakes, drifting fog, blown leaves."""
    light = stage.light
    if light.indoors:
        return
    if light.weather in (*WET, "snow"):
        falling(stage, stage.pen("air"), near=True)
    elif light.weather == "fog":
        pen = stage.pen("air")
        fog_bank(stage, pen, stage.height * 0.97, stage.unit * 0.16, 0.4, "near")
        fog_bank(stage, pen, stage.height * 0.62, stage.unit * 0.1, 0.16, "nearer")
    elif light.weather == "wind":
        leaves(stage)


def fog_bank(stage: Stage, pen: Pen, y: float, high: float, alpha: float, name: str) -> None:
    """A bank of fog around height `y`, thick in the middle, with soft swells."""
    rng = stage.rng(f"fog {name}")
    tone = pen.tone(lighter(stage.light.haze, 0.08), emits=True)
    for place in range(7):
        x = stage.left + (stage.right - stage.left) * (place + rng.random()) / 7
        wide, tall = stage.unit * rng.uniform(0.4, 0.7), high * rng.uniform(0.7, 1.25)
        cy = y + rng.uniform(-0.3, 0.3) * high
        pen.canvas.save()
        pen.canvas.translate(x, cy)
        pen.canvas.scale(1, tall / wide)
        shader = skia.GradientShader.MakeRadial((0, 0), wide, [argb(tone, alpha), argb(tone, alpha * 0.6), argb(tone, 0)], [0.0, 0.5, 1.0])
        pen.canvas.drawCircle(0, 0, wide, skia.Paint(Shader=shader, Dither=True))
        pen.canvas.restore()


def falling(stage: Stage, pen: Pen, *, near: bool) -> None:
    """Rain streaks or snow flakes: fine and many far away, large and few near."""
    light, rng, unit = stage.light, stage.rng(f"falling {near}"), stage.unit
    path = skia.Path()
    area = math.sqrt((stage.right - stage.left) * (stage.bottom - stage.top)) / unit
    if light.weather == "snow":
        for _ in range(round((110 if near else 240) * area)):
            size = unit * (rng.uniform(0.0025, 0.0075) if near else rng.uniform(0.001, 0.0026))
            path.addCircle(rng.uniform(stage.left, stage.right), rng.uniform(stage.top, stage.bottom), size)
        pen.later(lambda: pen.fill(path, "#ffffff", 0.8 if near else 0.7, emits=True))
        return
    lean = -0.34 if light.weather == "storm" else -0.16
    for _ in range(round((170 if near else 330) * area)):
        x, y = rng.uniform(stage.left, stage.right), rng.uniform(stage.top, stage.bottom)
        length = unit * (rng.uniform(0.05, 0.11) if near else rng.uniform(0.018, 0.045))
        width = unit * (0.0011 if near else 0.0007)
        path.addPoly([skia.Point(x - width, y), skia.Point(x + width, y), skia.Point(x + lean * length, y + length)], True)
    color = mix((0.86, 0.91, 0.97), light.middle, 0.25) if luma(light.middle) < 0.6 else (0.93, 0.96, 1.0)
    pen.later(lambda: pen.fill(path, color, 0.4 if near else 0.34, emits=True))


def lightning(stage: Stage) -> None:
    """A forked bolt from the clouds to the horizon, and the sky lit around it."""
    rng, unit = stage.rng("lightning"), stage.unit
    pen = stage.pen("sky")
    x, y = stage.width * rng.choice((0.2, 0.78, 0.85)), stage.top + (stage.horizon - stage.top) * 0.16
    pen.glow(x, y + unit * 0.1, unit * 0.75, "#aebfe6", 0.6, now=True)
    bolts, queue = skia.Path(), [(x, y, stage.horizon * 0.97, unit * 0.006, 0)]
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
    for color, count in (("#c98a3c", 16), ("#8fa84f", 14), ("#e8dcc0", 26)):
        path = skia.Path()
        for _ in range(count):
            x, y, size = rng.uniform(stage.left, stage.right), rng.uniform(stage.top, stage.bottom), stage.unit * rng.uniform(0.004, 0.011)
            if color == "#e8dcc0":
                path.addPath(poly([(x, y), (x + size * 9, y - size * 0.6), (x + size * 9, y - size * 0.4)]))
            else:
                path.addPath(blob(x, y, size, size * 0.45, rng, 0.2, 5))
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
