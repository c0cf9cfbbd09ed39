"""The pen that paints one layer: every colour goes through light, air and grade, every form through the style's technique."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import skia

from pipelines.illustrator.color import Rgb, argb, lighter, luma, mix, rgb, shifted

if TYPE_CHECKING:
    from pipelines.illustrator.light import Light
    from pipelines.illustrator.look import Look

Paintable = str | Rgb


class Pen:
    """Paints on a canvas through `air` (0 near to 1 far) in a light and a look."""

    def __init__(self, canvas: skia.Canvas, light: Light, look: Look, air: float, unit: float) -> None:
        self.canvas, self.light, self.look, self.air, self.unit = canvas, light, look, air, unit
        self.dark = 1.0  # a factor on lightness: foreground frames are darker
        self._tones: dict[tuple[Rgb, float, float, bool], Rgb] = {}
        self._glowing: list[Callable[[], None]] = []

    # ------------------------------------------------------------ colour

    def tone(self, color: Paintable, *, emits: bool = False) -> Rgb:
        """The colour as it appears: in this light, through this air, under the style's grade."""
        plain = rgb(color) if isinstance(color, str) else color
        key = (plain, self.air, self.dark, emits)
        found = self._tones.get(key)
        if found is None:
            row = np.array([plain], np.float32)
            if not emits:
                row = self.light.shade(row * self.dark, self.air)
            graded = self.look.grade(np.clip(row, 0, 1))[0]
            found = self._tones[key] = (float(graded[0]), float(graded[1]), float(graded[2]))
        return found

    def _paint(self, tone: Rgb, alpha: float) -> skia.Paint:
        return skia.Paint(AntiAlias=True, Color=argb(tone, alpha))

    # ------------------------------------------------------------ plain marks

    def fill(self, path: skia.Path, color: Paintable, alpha: float = 1.0, *, emits: bool = False) -> None:
        """Fill a path flatly."""
        self.canvas.drawPath(path, self._paint(self.tone(color, emits=emits), alpha))

    def line(self, path: skia.Path, color: Paintable, width: float, alpha: float = 1.0, *, emits: bool = False, butt: bool = False) -> None:
        """Stroke a path."""
        paint = self._paint(self.tone(color, emits=emits), alpha)
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
        paint.setStrokeCap(skia.Paint.kButt_Cap if butt else skia.Paint.kRound_Cap)
        self.canvas.drawPath(path, paint)

    def fade(
        self, path: skia.Path, start: tuple[float, float], end: tuple[float, float], stops: Sequence[tuple[Paintable, float]], *, emits: bool = False
    ) -> None:
        """Fill with a linear gradient from `start` to `end` through evenly spaced (colour, alpha) stops."""
        colors = [argb(self.tone(color, emits=emits), alpha) for color, alpha in stops]
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Dither=True, Shader=skia.GradientShader.MakeLinear([start, end], colors)))

    def glow(self, x: float, y: float, radius: float, color: Paintable, alpha: float = 0.6, *, now: bool = False) -> None:
        """A soft light around a point, laid over the layer when it is done (or at once)."""

        def draw() -> None:
            tone = self.tone(color, emits=True)
            strength = min(1.0, alpha * (1 + 0.6 * self.look.glow) * (1.25 if self.look.technique == "neon" else 1.0))
            stops = [argb(tone, strength), argb(tone, strength * 0.42), argb(tone, strength * 0.12), argb(tone, 0)]
            shader = skia.GradientShader.MakeRadial((x, y), max(1.0, radius), stops, [0.0, 0.28, 0.6, 1.0])
            self.canvas.drawRect(skia.Rect.MakeLTRB(x - radius, y - radius, x + radius, y + radius), skia.Paint(Shader=shader, Dither=True))

        if now:
            draw()
        else:
            matrix = self.canvas.getTotalMatrix()
            self._glowing.append(lambda: self._under(matrix, draw))

    def later(self, draw: Callable[..., object]) -> None:
        """Paint something that gives light of its own after everything else in the layer."""
        matrix = self.canvas.getTotalMatrix()
        self._glowing.append(lambda: self._under(matrix, draw))

    def _under(self, matrix: skia.Matrix, draw: Callable[..., object]) -> None:
        self.canvas.save()
        self.canvas.setMatrix(matrix)
        draw()
        self.canvas.restore()

    def finish(self) -> None:
        """Lay the lights over the layer."""
        for draw in self._glowing:
            draw()
        self._glowing.clear()

    # ------------------------------------------------------------ forms

    def form(self, path: skia.Path, color: Paintable, *, round_: float = 0.5, rim: float = 1.0, lift: float = 0.12, drop: float = 0.22) -> None:
        """Fill a body the way the style does: lit from the light's side, shaded on the other, edged, cut or washed.

        `round_` is how strongly it is modelled from side to side, `rim` the strength of its lit edge, `lift` and `drop`
        how much lighter it gets at the top and darker at the foot.
        """
        bounds = path.getBounds()
        if bounds.width() <= 0 or bounds.height() <= 0:
            return
        plain = rgb(color) if isinstance(color, str) else color
        if bounds.height() < 9 or bounds.width() < 3:
            self.fill(path, plain)
            return
        getattr(self, "_" + self.look.technique)(path, plain, bounds, round_, rim, lift, drop)

    def _shaded(self, path: skia.Path, plain: Rgb, bounds: skia.Rect, round_: float, lift: float, drop: float) -> None:
        """A gradient across the form, from the light's side at the top to the other at the foot."""
        side = self.light.side
        bright, dark = self.tone(lighter(plain, lift)), self.tone(lighter(shifted(plain, light=-0.02), -drop))
        middle = self.tone(plain)
        lean = min(bounds.width(), bounds.height() * 1.2) * 0.5 * round_ * side
        start, end = (bounds.centerX() + lean, bounds.top()), (bounds.centerX() - lean, bounds.bottom())
        shader = skia.GradientShader.MakeLinear([start, end], [argb(bright), argb(middle), argb(dark)], [0.0, 0.45, 1.0])
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Dither=True, Shader=shader))

    def _edge(self, path: skia.Path, tone: Rgb, width: float, alpha: float, dx: float, dy: float) -> None:
        """Light the edge that faces (-dx, -dy): the path without itself moved by (dx, dy)."""
        self.canvas.save()
        self.canvas.clipPath(path, True)
        paint = skia.Paint(AntiAlias=True, Color=argb(tone, alpha), Style=skia.Paint.kStroke_Style, StrokeWidth=width)
        self.canvas.translate(dx, dy)
        self.canvas.drawPath(path, paint)
        self.canvas.restore()

    def _film(self, path: skia.Path, plain: Rgb, bounds: skia.Rect, round_: float, rim: float, lift: float, drop: float) -> None:
        self._shaded(path, plain, bounds, round_, lift, drop)
        width = self.unit * 0.0045
        if rim and bounds.height() > 26:
            self._edge(path, self.tone(lighter(mix(plain, self.light.sun, 0.35), 0.22)), width, 0.5 * rim, -self.light.side * width * 0.5, width * 0.4)

    def _gouache(self, path: skia.Path, plain: Rgb, bounds: skia.Rect, round_: float, rim: float, lift: float, drop: float) -> None:
        self._shaded(path, plain, bounds, round_, lift * 1.2, drop * 0.9)
        if rim and bounds.height() > 26:
            width = self.unit * 0.006
            self._edge(path, self.tone(shifted(lighter(plain, -0.3), hue=-0.03)), width, 0.3 * rim, self.light.side * width * 0.5, -width * 0.5)
            self._edge(path, self.tone(lighter(plain, 0.3)), width, 0.4 * rim, -self.light.side * width * 0.6, width * 0.5)

    def _golden(self, path: skia.Path, plain: Rgb, bounds: skia.Rect, round_: float, rim: float, lift: float, drop: float) -> None:
        self._shaded(path, plain, bounds, round_ * 1.3, lift + 0.04, drop + 0.16)
        if rim and bounds.height() > 20:
            width = self.unit * 0.007
            self._edge(
                path, self.tone(mix(plain, rgb("#ffd98a"), 0.75)), width, 0.75 * rim * (1 - 0.6 * self.air), -self.light.side * width * 0.5, width * 0.35
            )

    def _noir(self, path: skia.Path, plain: Rgb, bounds: skia.Rect, round_: float, rim: float, lift: float, drop: float) -> None:
        near = 1 - 0.75 * self.air
        self.fill(path, lighter(plain, -0.5 * near))
        self.canvas.save()
        self.canvas.clipPath(path, True)
        shift = min(bounds.width() * 0.3, self.unit * 0.09) * self.light.side
        self.canvas.translate(shift, -min(bounds.height() * 0.06, self.unit * 0.02))
        self._shaded(path, lighter(plain, 0.06), bounds, 0.2, 0.12, 0.28)
        self.canvas.restore()
        if rim and bounds.height() > 26:
            width = self.unit * 0.004
            self._edge(path, self.tone(lighter(plain, 0.5)), width, 0.65 * rim * near, -self.light.side * width * 0.5, width * 0.3)

    def _wash(self, path: skia.Path, plain: Rgb, bounds: skia.Rect, round_: float, rim: float, lift: float, drop: float) -> None:
        tone, pale = self.tone(plain), self.tone(lighter(plain, 0.3))
        start, end = (bounds.left(), bounds.top()), (bounds.left() + bounds.width() * 0.3, bounds.bottom())
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=argb(mix(tone, (1, 0.99, 0.96), 0.5), 0.92)))
        stops = [argb(tone, 0.75), argb(pale, 0.5), argb(mix(tone, self.tone(lighter(plain, -0.25)), 0.6), 0.85)]
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Dither=True, Shader=skia.GradientShader.MakeLinear([start, end], stops)))
        if rim and bounds.height() > 16:
            paint = skia.Paint(
                AntiAlias=True, Color=argb(self.tone(lighter(plain, -0.32)), 0.4 * rim), Style=skia.Paint.kStroke_Style, StrokeWidth=self.unit * 0.003
            )
            self.canvas.drawPath(path, paint)

    def _neon(self, path: skia.Path, plain: Rgb, bounds: skia.Rect, round_: float, rim: float, lift: float, drop: float) -> None:
        self._shaded(path, lighter(plain, -0.12), bounds, round_, lift * 0.5, drop + 0.3)
        if not rim or bounds.height() <= 20:
            return
        accents = self.look.accents or (rgb("#ff3fa4"), rgb("#2fe6ff"))
        first, second = accents[0], accents[1 % len(accents)]
        width, near = self.unit * 0.005, 1 - 0.65 * self.air
        tones = [self.tone(mix(plain, first, 0.85), emits=True), self.tone(mix(plain, second, 0.85), emits=True)]
        side = self.light.side
        self._edge(path, tones[0], width * 4, 0.2 * rim * near, -side * width, width * 0.5)
        self._edge(path, tones[0], width, 0.9 * rim * near, -side * width * 0.5, width * 0.4)
        self._edge(path, tones[1], width, 0.5 * rim * near, side * width * 0.5, -width * 0.2)

    def _paper(self, path: skia.Path, plain: Rgb, bounds: skia.Rect, round_: float, rim: float, lift: float, drop: float) -> None:
        tone = self.tone(plain)
        reach = self.unit * 0.004 * min(1.6, 0.6 + bounds.height() / self.unit)
        for step, alpha in ((3.0, 0.07), (2.0, 0.09), (1.0, 0.12)):
            self.canvas.save()
            self.canvas.translate(-self.light.side * reach * step, reach * step)
            self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=argb((0.08, 0.06, 0.1), alpha)))
            self.canvas.restore()
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=argb(tone)))
        if rim:
            width = max(1.0, self.unit * 0.0026)
            self._edge(path, lighter(tone, 0.45), width, 0.6 * rim, -self.light.side * width * 0.4, width * 0.6)

    # ------------------------------------------------------------ air

    def mist(self, left: float, right: float, top: float, bottom: float, alpha: float, color: Rgb | None = None) -> None:
        """Haze on what is painted so far, from nothing at `top` to `alpha` at `bottom` (a far ridge melts at its foot)."""
        tone = self.tone(color or self.light.haze, emits=True)
        if self.look.technique == "paper":
            alpha *= 0.25
        shader = skia.GradientShader.MakeLinear([(0, top), (0, bottom)], [argb(tone, 0), argb(tone, alpha)])
        paint = skia.Paint(Shader=shader, Dither=True, BlendMode=skia.BlendMode.kSrcATop)
        self.canvas.drawRect(skia.Rect.MakeLTRB(left, min(top, bottom), right, max(top, bottom)), paint)

    def shadow(self, x: float, y: float, width: float, depth: float, strength: float = 1.0) -> None:
        """A soft contact shadow on the ground, and a cast one where the light is low and strong."""
        tone = self.tone(lighter(self.light.ambient, -0.85), emits=True)
        stops = [argb(tone, 0.5 * strength), argb(tone, 0.3 * strength), argb(tone, 0)]
        self.canvas.save()
        self.canvas.translate(x, y)
        self.canvas.scale(1, max(0.05, depth / max(1.0, width)))
        self.canvas.drawCircle(0, 0, width, skia.Paint(Shader=skia.GradientShader.MakeRadial((0, 0), max(1.0, width), stops, [0.0, 0.45, 1.0])))
        self.canvas.restore()

    def is_dark(self) -> bool:
        """Whether lamps are lit."""
        return self.light.lamps > 0.4 or luma(self.light.ambient) < 0.5
