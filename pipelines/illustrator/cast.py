"""The subjects on their layer: shadows and reflections under them, a glow behind, and the scene's light and grade on them."""

from __future__ import annotations

import numpy as np
import skia

from pipelines.illustrator.color import LUMA, argb, lighter, mix
from pipelines.illustrator.furniture import table
from pipelines.illustrator.shapes import oval, strokes
from pipelines.illustrator.stage import Stage
from pipelines.illustrator.staging import Placed


def paint_cast(stage: Stage, placed: list[Placed]) -> None:
    """Paint the subjects from the farthest to the nearest."""
    if not placed:
        return
    _halo(stage, placed[0])
    for one in sorted(placed, key=lambda each: each.order):
        _under(stage, one)
        _figure(stage, one)
        if one.medium == "water":
            _waterline(stage, one)


def _halo(stage: Stage, one: Placed) -> None:
    """Light behind the subject, so that it stands off the ground it is before."""
    pen = stage.pen("ground")
    left, top, right, bottom = one.box
    light = mix(stage.light.haze, stage.light.sun, 0.5)
    strength = 0.3 if stage.light.lamps > 0.5 or stage.light.weather in ("rain", "storm", "fog") else 0.16
    cx = one.x
    pen.finish()
    canvas = pen.canvas
    canvas.save()
    canvas.resetMatrix()
    canvas.translate(stage.bleed_x, stage.bleed_y)
    pen.glow(cx, (top + bottom) / 2, max(right - left, bottom - top) * 0.85, light, strength, now=True)
    canvas.restore()


def _under(stage: Stage, one: Placed) -> None:
    """The contact shadow and, where the light is low, the long one; a soft one far below what flies."""
    pen = stage.pen("cast")
    half = one.height * one.drawing.aspect / 2
    if one.medium == "table":
        wide = max(half * 2.6, one.table * 1.05)
        pen.shadow(one.x, one.y + one.table, wide * 0.58, stage.unit * 0.02)
        table(pen, one.x, one.y + one.table, wide, one.table)
        pen.shadow(one.x, one.y - one.table * 0.01, half * 1.1, max(2.0, half * 0.16), 0.7)
    elif one.medium == "ground":
        pen.shadow(one.x, one.y - stage.unit * 0.003, max(half * 1.15, stage.unit * 0.05), max(stage.unit * 0.016, half * 0.2))
        if stage.light.shadow > 0.12 and not stage.light.indoors:
            _cast_shadow(stage, one)
    elif one.medium == "air" and stage.light.shadow > 0.1:
        pen.shadow(one.x, stage.feet, half * 0.9, stage.unit * 0.018, 0.4)
    elif one.medium == "water" and not one.sunk:
        _reflection(stage, one)


def _rendered(stage: Stage, one: Placed) -> tuple[np.ndarray, float, float]:
    """The drawing by itself, lit and graded: RGBA (not premultiplied) and its top left corner."""
    pad = stage.unit * 0.02 + one.height * (0.14 if one.kind == "character" else 0.7)  # a lantern shines wider than it is
    left, top, right, bottom = one.box
    bottom = one.y
    x0, y0 = round(left - pad - one.height * 0.1), round(top - pad)
    width, height = round(right + pad + one.height * 0.1) - x0, round(bottom + pad) - y0
    x0, y0, width, height = _within(stage, x0, y0, width, height)
    pixels = np.zeros((height, width, 4), np.uint8)
    canvas = skia.Surface(pixels, skia.kRGBA_8888_ColorType, skia.kUnpremul_AlphaType).getCanvas()
    canvas.translate(-x0, -y0)
    one.drawing.draw(canvas, one.x, one.y, one.height, one.flip)
    seen = pixels[..., 3] > 0
    if seen.any():
        colors = pixels[..., :3][seen].astype(np.float32) / 255
        own = getattr(one.drawing, "own_colors", False)
        if one.kind == "item" and stage.look.technique == "noir" and not own:
            colors = _accented(colors)
        air = 0.06 if one.medium != "water" else 0.14
        lit = stage.light.shade(np.clip(colors, 0, 1), air)
        dim = stage.light.lamps > 0.6 or min(stage.light.ambient) < 0.6  # subjects stay readable in the dark
        keep = (0.36 if stage.look.technique == "noir" else 0.26) if dim else 0.08
        keep = max(keep, 0.5) if own else keep
        pixels[..., :3][seen] = np.round(stage.look.grade(np.clip(lit * (1 - keep) + colors * keep, 0, 1)) * 255).astype(np.uint8)
    if one.sunk:  # a hint of what is under the surface
        row = max(0, round(one.surface) - y0)
        pixels[row:, :, 3] = pixels[row:, :, 3] // 6
    return pixels, x0, y0


def _accented(colors: np.ndarray) -> np.ndarray:
    """An item's colours in red, which is what the noir grade leaves: its own lights and darks stay."""
    light = np.clip(colors @ LUMA, 0, 1)[..., None]
    red = np.concatenate([0.3 + 0.7 * light, light * 0.16, light * 0.13], axis=-1)
    white = np.clip((light - 0.86) * 8, 0, 1)  # highlights and paper's white stay a little lighter
    return (red * (1 - 0.3 * white) + colors * 0.3 * white).astype(np.float32)


def _within(stage: Stage, x0: int, y0: int, width: int, height: int) -> tuple[int, int, int, int]:
    """No more pixels than the layer has."""
    left, top = max(x0, -stage.bleed_x), max(y0, -stage.bleed_y)
    right, bottom = min(x0 + width, stage.width + stage.bleed_x), min(y0 + height, stage.height + stage.bleed_y)
    return left, top, max(1, right - left), max(1, bottom - top)


def _figure(stage: Stage, one: Placed) -> None:
    """Draw it with form: lit from the light's side, dark at the foot, a rim of light on its edge."""
    pixels, x0, y0 = _rendered(stage, one)
    image = skia.Image.fromarray(pixels, skia.kRGBA_8888_ColorType)
    pen, light, look = stage.pen("cast"), stage.light, stage.look
    canvas = pen.canvas
    height, width = pixels.shape[:2]
    bounds = skia.Rect.MakeXYWH(x0, y0, width, height)
    reach = stage.unit * (0.006 if look.technique != "neon" else 0.01)
    if look.technique == "paper":
        edge = skia.ImageFilters.Dilate(stage.unit * 0.0045, stage.unit * 0.0045)
        white = skia.ColorFilters.Blend(argb((0.98, 0.97, 0.94)), skia.BlendMode.kSrcIn)
        shadow = skia.ImageFilters.DropShadow(-light.side * reach, reach * 1.2, reach * 0.8, reach * 0.8, argb((0.05, 0.04, 0.08), 0.5))
        canvas.drawImage(
            image, x0, y0, skia.SamplingOptions(), skia.Paint(ImageFilter=skia.ImageFilters.Compose(shadow, skia.ImageFilters.ColorFilter(white, edge)))
        )
    canvas.saveLayer(bounds, None)
    canvas.drawImage(image, x0, y0)
    left, top, right, bottom = one.box
    strength = {"noir": 0.62, "golden": 0.42, "neon": 0.5, "paper": 0.0, "wash": 0.16}.get(look.technique, 0.26)
    if strength:
        dark = argb(pen.tone(lighter(light.ambient, -0.82), emits=True), strength)
        start, end = ((right, top), (left, bottom)) if light.side > 0 else ((left, top), (right, bottom))
        shade = skia.GradientShader.MakeLinear([start, end], [dark & 0xFFFFFF, dark & 0xFFFFFF, dark], [0.0, 0.5, 1.0])
        canvas.drawRect(bounds, skia.Paint(Shader=shade, BlendMode=skia.BlendMode.kSrcATop, Dither=True))
    glow = _rim_color(stage)
    rim = {"noir": 0.9, "golden": 0.9, "neon": 1.0, "paper": 0.0, "wash": 0.0}.get(look.technique, 0.5 if light.lamps > 0.3 else 0.34)
    if rim:
        canvas.saveLayer(bounds, skia.Paint(BlendMode=skia.BlendMode.kSrcATop, Color=argb((1, 1, 1), rim)))
        solid = skia.ColorFilters.Blend(argb(glow), skia.BlendMode.kSrcIn)
        canvas.drawImage(image, x0, y0, skia.SamplingOptions(), skia.Paint(ColorFilter=solid))
        away = skia.Paint(BlendMode=skia.BlendMode.kDstOut)
        canvas.drawImage(image, x0 - light.side * reach, y0 + reach * 0.6, skia.SamplingOptions(), away)
        canvas.restore()
    canvas.restore()


def _rim_color(stage: Stage) -> tuple[float, float, float]:
    pen = stage.pen("cast")
    if stage.look.technique == "neon" and stage.look.accents:
        return pen.tone(stage.look.accents[0], emits=True)
    return pen.tone(lighter(stage.light.sun, 0.15), emits=True)


def _silhouette(stage: Stage, one: Placed) -> tuple[skia.Image, float, float]:
    """The drawing's shape alone, for shadows."""
    left, top, right, _ = one.box
    bottom = one.y
    pad = one.height * 0.1
    x0, y0 = left - pad, top - pad
    width, height = max(1, round(right - left + 2 * pad)), max(1, round(bottom - top + 2 * pad))
    shrink = min(1.0, 260 / max(width, height))  # shadows are soft: a small picture does
    surface = skia.Surface(max(1, round(width * shrink)), max(1, round(height * shrink)))
    canvas = surface.getCanvas()
    canvas.scale(shrink, shrink)
    canvas.translate(-x0, -y0)
    one.drawing.draw(canvas, one.x, one.y, one.height, one.flip)
    return surface.makeImageSnapshot(), shrink, pad


def _cast_shadow(stage: Stage, one: Placed) -> None:
    """Lay the subject's shape on the ground, away from the light."""
    pen, light = stage.pen("cast"), stage.light
    image, shrink, pad = _silhouette(stage, one)
    tone = pen.tone(lighter(light.ambient, -0.8), emits=True)
    canvas = pen.canvas
    canvas.save()
    canvas.translate(one.x, one.y)
    length = min(0.55, 0.16 + 0.14 * light.length)
    canvas.concat(skia.Matrix.MakeAll(1, light.side * min(1.3, 0.45 * light.length + 0.2), 0, 0, -length, 0, 0, 0, 1))
    canvas.scale(1 / shrink, 1 / shrink)
    canvas.translate(-image.width() / 2, -image.height() + pad * shrink)
    paint = skia.Paint(ColorFilter=skia.ColorFilters.Blend(argb(tone, light.shadow), skia.BlendMode.kSrcIn), ImageFilter=skia.ImageFilters.Blur(3, 3))
    canvas.drawImage(image, 0, 0, skia.SamplingOptions(skia.FilterMode.kLinear), paint)
    canvas.restore()


def _reflection(stage: Stage, one: Placed) -> None:
    """A dim upside-down copy in the water under it."""
    pen = stage.pen("cast")
    image, shrink, pad = _silhouette(stage, one)
    tone = pen.tone(tuple(part * 0.45 for part in stage.light.middle), emits=True)  # type: ignore[arg-type]
    canvas = pen.canvas
    canvas.save()
    canvas.translate(one.x, one.y - one.height * 0.04)
    canvas.scale(1 / shrink, -0.4 / shrink)
    canvas.translate(-image.width() / 2, -image.height() + pad * shrink)
    paint = skia.Paint(ColorFilter=skia.ColorFilters.Blend(argb(tone, 0.4), skia.BlendMode.kSrcIn), ImageFilter=skia.ImageFilters.Blur(2, 1))
    canvas.drawImage(image, 0, 0, skia.SamplingOptions(skia.FilterMode.kLinear), paint)
    canvas.restore()


def _waterline(stage: Stage, one: Placed) -> None:
    """Ripples and a little foam over the part that is in the water."""
    pen, rng = stage.pen("cast"), stage.rng(f"waterline {one.key}")
    half, light = one.height * one.drawing.aspect / 2, stage.light
    deep = tuple(part * shade for part, shade in zip((0.17, 0.44, 0.58), light.ambient, strict=True))
    water = mix(deep, light.middle, 0.2)  # type: ignore[arg-type]
    foot, high = one.surface, min(one.height, stage.unit * 0.6)
    if one.sunk:
        half *= 0.8
    y = foot - high * 0.05
    veil = oval(one.x, foot + high * 0.04, half * 1.1, high * 0.085)
    pen.fade(veil, (0, y - high * 0.02), (0, foot + high * 0.1), [(water, 0.9), (water, 0.75), (water, 0.0)], emits=True)
    marks = [(one.x + rng.uniform(-1.1, 1.1) * half, y + rng.uniform(0.0, 0.1) * high, half * rng.uniform(0.2, 0.6)) for _ in range(9)]
    pen.fill(strokes(marks, stage.unit * 0.0035), lighter(light.horizon, 0.35), 0.75, emits=True)
