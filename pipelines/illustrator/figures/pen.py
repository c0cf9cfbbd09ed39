"""A pen for flat-shaded figures: it fills paths with a soft edge of shadow and remembers the box of what it drew."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import skia

from pipelines.illustrator.figures.drawing import Drawing, Faces, Habitat, recorded

Point = tuple[float, float]
SPACE = 600.0  # half the room that a recording has, in the figure's own units


@lru_cache(maxsize=2048)
def paint_color(color: str, alpha: float = 1.0) -> int:
    """A "#rrggbb" colour as Skia's integer."""
    return (round(alpha * 255) << 24) | int(color[1:7], 16)


@lru_cache(maxsize=2048)
def mix(color: str, other: str, share: float) -> str:
    """`color` with `share` (0 to 1) of `other` in it."""
    pairs = zip(bytes.fromhex(color[1:7]), bytes.fromhex(other[1:7]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def dark(color: str, share: float = 0.22) -> str:
    """A colour in its own shade: darker, and a little towards violet as Noto's shadows are."""
    return mix(color, "#1c1030", share)


def light(color: str, share: float = 0.25) -> str:
    """A colour where the light falls on it."""
    return mix(color, "#fff6e0", share)


def polar(origin: Point, degrees: float, length: float) -> Point:
    """The end of a limb: 0 degrees hangs straight down, positive angles swing to the right."""
    angle = math.radians(degrees)
    return origin[0] + math.sin(angle) * length, origin[1] + math.cos(angle) * length


def lerp(a: Point, b: Point, t: float) -> Point:
    """The point a share `t` of the way from `a` to `b`."""
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def smooth(points: Sequence[Point], roundness: float = 0.5) -> skia.Path:
    """A closed, soft path through points; `roundness` 1 makes a circle of eight points, 0 nearly straight sides.

    A handle's length follows its own side, so that points at uneven distances do not overshoot.
    """
    path, count = skia.Path(), len(points)
    reach = 0.16 + 0.19 * roundness  # 0.35 of a side is what an arc of 45 degrees needs
    tangents = []
    for index in range(count):
        (ax, ay), (bx, by) = points[index - 1], points[(index + 1) % count]
        length = math.hypot(bx - ax, by - ay) or 1.0
        tangents.append(((bx - ax) / length, (by - ay) / length))
    path.moveTo(*points[0])
    for index in range(count):
        (sx, sy), (ex, ey) = points[index], points[(index + 1) % count]
        (tx, ty), (ux, uy) = tangents[index], tangents[(index + 1) % count]
        side = math.hypot(ex - sx, ey - sy) * reach
        path.cubicTo(sx + tx * side, sy + ty * side, ex - ux * side, ey - uy * side, ex, ey)
    path.close()
    return path


def polygon(points: Sequence[Point]) -> skia.Path:
    """A closed path with straight sides."""
    path = skia.Path()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    return path


def oval(x: float, y: float, rx: float, ry: float) -> skia.Path:
    """An ellipse around (x, y)."""
    path = skia.Path()
    path.addOval(skia.Rect(x - rx, y - ry, x + rx, y + ry))
    return path


def box(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> skia.Path:
    """A rectangle, its corners round by `radius`."""
    path = skia.Path()
    path.addRoundRect(skia.Rect(left, top, right, bottom), radius, radius)
    return path


def tube(joints: Sequence[Point], widths: Sequence[float], bend: float = 0.55, steps: int = 7) -> skia.Path:
    """A limb: a closed path along joints (two or more), `widths` thick at each, its inner joints bent softly."""
    line: list[tuple[Point, float]] = [(joints[0], widths[0])]
    for index in range(1, len(joints) - 1):
        before, here, after = joints[index - 1], joints[index], joints[index + 1]
        start, end = lerp(here, before, bend), lerp(here, after, bend)
        for step in range(steps + 1):
            t = step / steps
            point = lerp(lerp(start, here, t), lerp(here, end, t), t)
            share = (t - 0.5) * bend
            other = widths[index - 1] if share < 0 else widths[index + 1]
            line.append((point, widths[index] + (other - widths[index]) * abs(share)))
    line.append((joints[-1], widths[-1]))
    left: list[Point] = []
    right: list[Point] = []
    for index, ((x, y), width) in enumerate(line):
        (ax, ay), (bx, by) = line[max(index - 1, 0)][0], line[min(index + 1, len(line) - 1)][0]
        length = math.hypot(bx - ax, by - ay) or 1.0
        nx, ny = -(by - ay) / length * width / 2, (bx - ax) / length * width / 2
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    outline = polygon(left + right[::-1])
    for (x, y), width in (line[0], line[-1]):
        outline = skia.Op(outline, oval(x, y, width / 2, width / 2), skia.kUnion_PathOp) or outline
    return outline


class Pen:
    """Records a figure in units of a centimetre: x to the right, y down, the ground at 0."""

    def __init__(self) -> None:
        self._recorder = skia.PictureRecorder()
        self.canvas = self._recorder.beginRecording(skia.Rect(-SPACE, -SPACE, SPACE, SPACE))
        self._bounds: skia.Rect | None = None

    def _seen(self, path: skia.Path, margin: float = 0.0) -> None:
        bounds = self.canvas.getTotalMatrix().mapRect(path.computeTightBounds().makeOutset(margin, margin))
        if self._bounds is None:
            self._bounds = skia.Rect(bounds.left(), bounds.top(), bounds.right(), bounds.bottom())
        else:
            self._bounds.join(bounds)

    def fill(self, path: skia.Path, color: str, alpha: float = 1.0) -> None:
        """Fill a path with one colour."""
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=paint_color(color, alpha)))
        if alpha >= 0.3:  # a glow is no part of the figure's box
            self._seen(path)

    def glow(self, x: float, y: float, radius: float, color: str, alpha: float = 0.6) -> None:
        """Light around a lamp or a fire, fading outwards; it does not widen the figure's box."""
        shader = skia.GradientShader.MakeRadial(
            skia.Point(x, y), radius, [paint_color(color, alpha), paint_color(color, alpha * 0.35), paint_color(color, 0.0)], [0.0, 0.5, 1.0]
        )
        self.canvas.drawPath(oval(x, y, radius, radius), skia.Paint(AntiAlias=True, Shader=shader))

    def shade(self, path: skia.Path, color: str, dx: float = 4.0, dy: float = -2.0, depth: float = 0.2) -> None:
        """Fill a path, its lower left edge in shadow as if the light came from the upper right."""
        self.fill(path, color)
        moved = skia.Path(path)
        moved.offset(dx, dy)
        shadow = skia.Op(path, moved, skia.kDifference_PathOp)
        if shadow is not None:
            self.fill(shadow, dark(color, depth))

    def line(self, points: Sequence[Point], color: str, width: float, close: bool = False) -> None:
        """A line of round ends through points."""
        path = polygon(points)
        if not close:
            path = skia.Path()
            path.moveTo(*points[0])
            for point in points[1:]:
                path.lineTo(*point)
        self.stroke(path, color, width)

    def curve(self, start: Point, control: Point, end: Point, color: str, width: float) -> None:
        """One bent line of round ends."""
        path = skia.Path()
        path.moveTo(*start)
        path.quadTo(*control, *end)
        self.stroke(path, color, width)

    def stroke(self, path: skia.Path, color: str, width: float) -> None:
        """Draw along a path."""
        self.canvas.drawPath(
            path,
            skia.Paint(
                AntiAlias=True,
                Color=paint_color(color),
                Style=skia.Paint.kStroke_Style,
                StrokeWidth=width,
                StrokeCap=skia.Paint.kRound_Cap,
                StrokeJoin=skia.Paint.kRound_Join,
            ),
        )
        self._seen(path, width / 2)

    def oval(self, x: float, y: float, rx: float, ry: float, color: str, alpha: float = 1.0) -> None:
        """A filled ellipse."""
        self.fill(oval(x, y, rx, ry), color, alpha)

    def figure(self, drawing: Drawing, x: float, y: float, height: float) -> None:
        """A whole drawing, `height` units high, its foot at (x, y)."""
        drawing.draw(self.canvas, x, y, height)
        half = height * drawing.aspect / 2
        self._seen(box(x - half, y - height, x + half, y))

    def image(self, image: skia.Image, x: float, y: float, width: float, height: float, seen: tuple[float, float, float, float]) -> None:
        """A picture with its left top corner at (x, y); `seen` (left, top, right, bottom) is what of it counts for the figure's box."""
        sampling = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
        self.canvas.drawImageRect(image, skia.Rect.MakeXYWH(x, y, width, height), sampling)
        self._seen(box(*seen))

    @contextmanager
    def at(self, x: float, y: float, degrees: float = 0.0, scale: float = 1.0, flip: bool = False) -> Iterator[None]:
        """Draw with (x, y) as the origin, turned clockwise by `degrees` and scaled."""
        self.canvas.save()
        self.canvas.translate(x, y)
        self.canvas.rotate(degrees)
        self.canvas.scale(-scale if flip else scale, scale)
        yield
        self.canvas.restore()

    @contextmanager
    def inside(self, path: skia.Path) -> Iterator[None]:
        """Draw only within a path; what is drawn so does not widen the box."""
        before = self._bounds and skia.Rect(self._bounds.left(), self._bounds.top(), self._bounds.right(), self._bounds.bottom())
        self.canvas.save()
        self.canvas.clipPath(path, True)
        yield
        self.canvas.restore()
        self._bounds = before
        self._seen(path)

    def drawing(
        self, name: str, habitat: Habitat = "ground", faces: Faces = "right", grounded: bool = False, scale: float = 1.0, deepest: float = 1e9
    ) -> Drawing:
        """What was drawn, as a Drawing; `grounded`: the ground stays at 0 even where nothing touches it; `deepest`: it lies no lower.

        `scale`: metres per 100 units.
        """
        bounds = self._bounds
        if bounds is None:
            raise ValueError(f"nothing was drawn for {name!r}")
        bottom = min(max(bounds.bottom(), 0.0) if grounded else bounds.bottom(), deepest)
        edges = (bounds.left(), bounds.top(), bounds.right(), bottom)
        return recorded(name, self._recorder.finishRecordingAsPicture(), edges, (edges[3] - edges[1]) / 100 * scale, habitat, faces)
