"""Paths: polygons, smooth curves, ridges, blobs, tufts. Points are (x, y) in pixels, y down."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

import skia

Point = tuple[float, float]


def poly(points: Sequence[Point], close: bool = True) -> skia.Path:
    """Straight lines through the points."""
    path = skia.Path()
    path.addPoly([skia.Point(x, y) for x, y in points], close)
    return path


def smooth(points: Sequence[Point], close: bool = True) -> skia.Path:
    """A smooth curve that has the points as its control polygon (quadratic B-spline)."""
    path = skia.Path()
    count = len(points)
    if close:
        (ax, ay), (bx, by) = points[-1], points[0]
        path.moveTo((ax + bx) / 2, (ay + by) / 2)
        for place, (x, y) in enumerate(points):
            nx, ny = points[(place + 1) % count]
            path.quadTo(x, y, (x + nx) / 2, (y + ny) / 2)
        path.close()
    else:
        path.moveTo(*points[0])
        for place in range(1, count - 1):
            (x, y), (nx, ny) = points[place], points[place + 1]
            path.quadTo(x, y, (x + nx) / 2, (y + ny) / 2)
        path.lineTo(*points[-1])
    return path


def box(x: float, y: float, width: float, height: float, radius: float = 0.0) -> skia.Path:
    """A rectangle from its top left corner."""
    path = skia.Path()
    if radius:
        path.addRRect(skia.RRect.MakeRectXY(skia.Rect.MakeXYWH(x, y, width, height), radius, radius))
    else:
        path.addRect(skia.Rect.MakeXYWH(x, y, width, height))
    return path


def oval(cx: float, cy: float, rx: float, ry: float) -> skia.Path:
    """An ellipse."""
    path = skia.Path()
    path.addOval(skia.Rect.MakeLTRB(cx - rx, cy - ry, cx + rx, cy + ry))
    return path


def arch(x: float, y: float, width: float, height: float) -> skia.Path:
    """An opening with a round top; (x, y) is the top left of its frame."""
    path, radius = skia.Path(), width / 2
    path.moveTo(x, y + height)
    path.lineTo(x, y + radius)
    path.arcTo(skia.Rect.MakeXYWH(x, y, width, width), 180, 180, False)
    path.lineTo(x + width, y + height)
    path.close()
    return path


def blob(cx: float, cy: float, rx: float, ry: float, rng: Random, rough: float = 0.18, count: int = 9) -> skia.Path:
    """A soft irregular shape, like a bush, a cloud's puff or a pebble."""
    turn = rng.random() * math.tau
    points = []
    for place in range(count):
        angle = turn + place * math.tau / count
        reach = 1 + rng.uniform(-rough, rough)
        points.append((cx + math.cos(angle) * rx * reach, cy + math.sin(angle) * ry * reach))
    return smooth(points)


def union(paths: Sequence[skia.Path]) -> skia.Path:
    """Several paths as one, filled together."""
    whole = skia.Path()
    for path in paths:
        whole.addPath(path)
    return whole


def waves(rng: Random, octaves: int = 4, rough: float = 0.5) -> Callable[[float], float]:
    """A seeded smooth function of one variable, about -1 to 1; one bump is about 1 long."""
    parts = [(2**octave * rng.uniform(0.8, 1.25), rng.random() * math.tau, rough**octave) for octave in range(octaves)]
    norm = sum(weight for *_, weight in parts)

    def value(x: float) -> float:
        return sum(weight * math.sin(x * rate * math.pi + phase) for rate, phase, weight in parts) / norm

    return value


def ridge(
    left: float,
    right: float,
    base: float,
    height: float,
    floor: float,
    rng: Random,
    *,
    bumps: float = 3.0,
    rough: float = 0.45,
    step: int = 60,
    sharp: float = 0.0,
) -> skia.Path:
    """A range of hills (sharp 0) or peaks (sharp 1) from left to right: crest around `base`, filled down to `floor`."""
    shape = waves(rng, 5, rough)
    points: list[Point] = []
    for place in range(step + 1):
        t = place / step
        v = shape(t * bumps)
        v = (1 - sharp) * v + sharp * (1 - 2 * abs(v) ** 0.8)
        points.append((left + (right - left) * t, base - height * v))
    points += [(right, floor), (left, floor)]
    return poly(points)


def tufts(spots: Sequence[Point], height: float, rng: Random, blades: int = 5, spread: float = 0.5) -> skia.Path:
    """Tufts of grass as one path: thin bent blades at each spot."""
    path = skia.Path()
    for x, y in spots:
        for _ in range(blades):
            reach, lean, width = height * rng.uniform(0.5, 1.1), rng.uniform(-spread, spread), height * 0.055
            dx = rng.uniform(-0.25, 0.25) * height
            path.moveTo(x + dx - width, y)
            path.quadTo(x + dx, y - reach * 0.6, x + dx + lean * reach, y - reach)
            path.quadTo(x + dx + width * 2, y - reach * 0.5, x + dx + width, y)
            path.close()
    return path


def strokes(spots: Sequence[tuple[float, float, float]], thick: float) -> skia.Path:
    """Flat lens-shaped dashes (x, y, length) as one path: ripples, wave crests, planks' grain."""
    path = skia.Path()
    for x, y, length in spots:
        path.moveTo(x - length / 2, y)
        path.quadTo(x, y - thick, x + length / 2, y)
        path.quadTo(x, y + thick, x - length / 2, y)
        path.close()
    return path
