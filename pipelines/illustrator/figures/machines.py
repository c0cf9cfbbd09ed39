"""What is made to look alive: animals of brass that are wound up with a key, and a rover on six wheels."""

from __future__ import annotations

import math
import re
from functools import lru_cache

import skia

from pipelines.illustrator.figures.drawing import Drawing, recorded
from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen, box, dark, light, oval, paint_color, polygon, smooth

MADE = re.compile(r"\b(mechanical|clockwork|wind-?up|brass|robot(?:ic)?|steam(?:punk|-powered)?|tin|iron|copper|automaton|toy)\b")
METALS = {"tin": "#9fb0bd", "iron": "#7f8790", "robot": "#9fb4c4", "robotic": "#9fb4c4", "copper": "#c8713c"}
BRASS = "#c9953a"
GLOW = "#aef3ff"


def metal_of(words: str) -> str:
    """The colour of the metal that a description names, brass where it says only that it is made, "" where it is alive."""
    match = MADE.search(words.lower())
    return METALS.get(match.group(1), BRASS) if match else ""


def _ramp(metal: str) -> skia.ColorFilter:
    """Lights and darks kept, in metal; the brightest, which are the eyes' whites, glow."""
    low, middle, high = (bytes.fromhex(tone[1:7]) for tone in (dark(metal, 0.72), metal, light(metal, 0.72)))

    def table(channel: int) -> list[int]:
        found = []
        for value in range(256):
            share = value / 132 if value < 132 else (value - 132) / 123
            a, b = (low, middle) if value < 132 else (middle, high)
            found.append(round(a[channel] + (b[channel] - a[channel]) * share))
        return found[:250] + [bytes.fromhex(GLOW[1:])[channel]] * 6

    gray = skia.ColorFilters.Matrix([0.42, 0.42, 0.16, 0, 0] * 3 + [0, 0, 0, 1, 0])
    return skia.ColorFilters.Compose(skia.TableColorFilter.MakeARGB(list(range(256)), table(0), table(1), table(2)), gray)


def gear(x: float, y: float, radius: float, teeth: int = 9) -> skia.Path:
    """A cog wheel's outline with its hole."""
    path, step = skia.Path(), math.tau / teeth
    points = []
    for index in range(teeth):
        for turn, reach in ((-0.26, 0.8), (-0.16, 1.0), (0.16, 1.0), (0.26, 0.8)):
            angle = (index + turn) * step
            points.append((x + math.cos(angle) * radius * reach, y + math.sin(angle) * radius * reach))
    path.addPath(polygon(points))
    path.addCircle(x, y, radius * 0.3, skia.PathDirection.kCCW)
    return path


def _fill(canvas: skia.Canvas, path: skia.Path, color: str, blend: skia.BlendMode = skia.BlendMode.kSrcOver) -> None:
    canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=paint_color(color), BlendMode=blend))


def clockwork(alive: Drawing, metal: str) -> Drawing:
    """The same figure of metal: plates, rivets and wheels on its body, a key in its back."""
    left, top, right, bottom = alive.box
    wide, high = right - left, bottom - top
    size = math.sqrt(wide * high)
    middle, waist = left + wide * 0.5, top + high * 0.6
    recorder = skia.PictureRecorder()
    canvas = recorder.beginRecording(skia.Rect.MakeLTRB(left - size, top - size, right + size, bottom + size))
    back = -1 if alive.faces != "left" else 1
    kx, ky = middle + back * wide * 0.3, top + high * 0.4
    canvas.save()
    canvas.translate(kx, ky)
    canvas.rotate(-38 * -back)
    canvas.scale(size / 100, size / 100)
    _fill(canvas, box(-3.4, -34, 3.4, 6), dark(metal, 0.4))
    for side in (-1, 1):
        ring = skia.Path(oval(side * 10, -39, 11, 9))
        ring.addPath(oval(side * 10, -39, 5.2, 4))
        ring.setFillType(skia.PathFillType.kEvenOdd)
        _fill(canvas, ring, light(metal, 0.2) if side > 0 else metal)
    canvas.restore()
    canvas.saveLayer(None, None)
    canvas.saveLayer(None, skia.Paint(ColorFilter=_ramp(metal)))
    canvas.drawPicture(alive.picture)
    canvas.restore()
    on = skia.BlendMode.kSrcATop  # only where the body is
    seam = skia.Paint(AntiAlias=True, Color=paint_color(dark(metal, 0.5)), Style=skia.Paint.kStroke_Style, StrokeWidth=size * 0.016, BlendMode=on)
    for share in (0.46, 0.78):
        line = skia.Path()
        line.moveTo(left, top + high * share)
        line.quadTo(middle, top + high * (share + 0.06), right, top + high * share)
        canvas.drawPath(line, seam)
    for x, y, radius, tone in ((middle - wide * 0.04, waist, 0.115, dark(metal, 0.3)), (middle + wide * 0.1, waist + high * 0.1, 0.07, light(metal, 0.3))):
        _fill(canvas, gear(x, y, size * radius), tone, on)
    for index in range(9):
        x = left + wide * (0.14 + 0.09 * index)
        for share in (0.43, 0.81):
            _fill(canvas, oval(x, top + high * (share + 0.05 * (1 - ((x - middle) / (wide / 2)) ** 2)), size * 0.011, size * 0.011), light(metal, 0.5), on)
    canvas.restore()
    edge = size * 0.16
    seen = (min(left, kx - edge), min(top, ky - size * 0.42), max(right, kx + edge), bottom)
    grown = (seen[3] - seen[1]) / high
    return recorded(alive.name, recorder.finishRecordingAsPicture(), seen, alive.height_m * grown, alive.habitat, alive.faces)


@lru_cache(maxsize=32)
def rover(look: Look, waving: bool, mood: str) -> Drawing:
    """A rover as somebody: six wheels, a deck of solar cells, a mast with two camera eyes."""
    pen, body, cells = Pen(), "#e8e2d4", "#33508a"
    for x in (-52, 0, 52):
        pen.line([(x, -16), (x * 0.55, -44)], "#5d626c", 6)
    for x in (-52, 0, 52):
        pen.shade(oval(x, -16, 16, 16), "#3c3f49", 3, -2)
        pen.shade(oval(x, -16, 7, 7), "#aab2bd", 1, -1)
        for step in range(8):
            angle = step * math.tau / 8
            pen.line([(x + math.cos(angle) * 13, -16 + math.sin(angle) * 13), (x + math.cos(angle) * 16, -16 + math.sin(angle) * 16)], "#8d95a2", 2.4)
    pen.shade(box(-50, -66, 50, -40, 6), body, 5, -3)
    pen.fill(box(-44, -56, -14, -46, 2), "#d9913a")
    for x in (4, 18, 32):
        pen.oval(x, -51, 4, 4, "#8d95a2")
    pen.shade(polygon([(-70, -70), (58, -70), (66, -76), (-62, -76)]), cells, 3, -1)
    for x in (-44, -18, 8, 34):
        pen.line([(x, -70), (x + 6, -76)], light(cells, 0.4), 1.4)
    pen.line([(34, -72), (34, -116)], "#8d95a2", 6)
    with pen.at(36, -124, {"sad": 12, "afraid": 8, "happy": -8}.get(mood, 0)):
        pen.shade(box(-20, -14, 22, 12, 6), body, 4, -2)
        for x in (-6, 12):
            pen.oval(x, -1, 8, 8, "#2c3140")
            pen.oval(x, -1, 5, 5, GLOW)
            pen.oval(x + 1.4, -2.6, 1.6, 1.6, "#ffffff")
    arm = [(50, -54), (74, -84 if waving else -62), (92, -108 if waving else -48)]
    pen.line(arm, "#8d95a2", 6)
    pen.shade(
        smooth([(arm[-1][0] - 6, arm[-1][1]), (arm[-1][0], arm[-1][1] - 9), (arm[-1][0] + 9, arm[-1][1] - 2), (arm[-1][0] + 2, arm[-1][1] + 7)], 0.6), "#d9913a"
    )
    pen.line([(-50, -76), (-58, -112)], "#8d95a2", 2.4)
    pen.shade(oval(-58, -114, 9, 5), body, 1, -1)
    return pen.drawing("rover", "ground", "right", scale=0.9)
