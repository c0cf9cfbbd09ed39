"""Drawings for the characters and items of a shot, and honest stand-ins for what nobody can draw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import skia

from farm.types import Character, EngineError, Item, Shot
from pipelines.illustrator.color import argb, rgb
from pipelines.illustrator.look import Look
from pipelines.illustrator.shapes import box, oval, smooth, union
from pipelines.illustrator.staging import Drawing

try:
    from pipelines.illustrator.figures import cast as figures
    from pipelines.illustrator.figures import things
except ImportError:  # the figures' room is not there yet
    figures = things = None  # type: ignore[assignment]

MAX_PIXELS = 40_000_000


@dataclass
class Silhouette:
    """A plain grey shape of its class, for what has no drawing: a figure in a cloak, or a covered thing."""

    human: bool
    aspect: float = 0.4
    height_m: float = 1.7
    habitat: str = "ground"
    faces: str = "front"

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """A cloaked figure, or a thing under a cloth."""
        dark = skia.Paint(AntiAlias=True, Color=argb(rgb("#5b6172")))
        pale = skia.Paint(AntiAlias=True, Color=argb(rgb("#767d92")))
        w = height * self.aspect / 2
        if self.human:
            canvas.drawPath(
                smooth(
                    [
                        (x - w, y),
                        (x - w * 0.8, y - height * 0.5),
                        (x - w * 0.5, y - height * 0.82),
                        (x + w * 0.5, y - height * 0.82),
                        (x + w * 0.8, y - height * 0.5),
                        (x + w, y),
                        (x, y + height * 0.02),
                    ]
                ),
                dark,
            )
            canvas.drawPath(union([oval(x, y - height * 0.86, height * 0.09, height * 0.11)]), pale)
        else:
            canvas.drawPath(
                smooth(
                    [
                        (x - w * 1.1, y),
                        (x - w * 0.9, y - height * 0.7),
                        (x - w * 0.4, y - height),
                        (x + w * 0.4, y - height),
                        (x + w * 0.9, y - height * 0.7),
                        (x + w * 1.1, y),
                    ]
                ),
                pale,
            )
            canvas.drawPath(box(x - w * 1.0, y - height * 0.06, w * 2, height * 0.06, height * 0.03), dark)


@dataclass
class Photograph:
    """A reference picture as a cut-out with a pale edge."""

    image: skia.Image
    height_m: float = 1.5
    habitat: str = "ground"
    faces: str = "front"

    @property
    def aspect(self) -> float:
        """Width over height."""
        return min(2.2, self.image.width() / max(1, self.image.height()))

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """The picture on a card, its foot at (x, y)."""
        width, edge = height * self.aspect, height * 0.03
        frame = skia.Rect.MakeXYWH(x - width / 2, y - height, width, height)
        canvas.drawRect(frame, skia.Paint(AntiAlias=True, Color=argb((0.98, 0.97, 0.94))))
        inner = frame.makeInset(edge, edge)
        canvas.drawImageRect(self.image, inner, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear))


def photograph(path: Path | None) -> skia.Image | None:
    """Read a reference picture; None when there is none.

    Raises EngineError for a file that is no picture or is larger than 40 megapixels.
    """
    if path is None:
        return None
    image = skia.Image.MakeFromEncoded(skia.Data.MakeFromFileName(str(path))) if path.exists() else None
    if image is None:
        raise EngineError(f"the reference picture {path.name!r} cannot be read; give a PNG, JPEG or WebP picture", code="bad_reference")
    if image.width() * image.height() > MAX_PIXELS:
        raise EngineError(f"the reference picture {path.name!r} is {image.width()}×{image.height()}; give one of at most 40 megapixels", code="bad_reference")
    return image


def character_drawing(character: Character, shot: Shot, look: Look, files: dict[str, Path]) -> Drawing:
    """What a character looks like in this shot."""
    reference = photograph(files.get(f"reference.{character.key}"))
    if reference is not None and not character.human:
        return Photograph(reference)
    drawing = figures.draw_character(character, shot.action, shot.mood) if figures is not None else None
    if drawing is None:
        drawing = Silhouette(character.human)
    return drawing


def item_drawing(item: Item, files: dict[str, Path]) -> Drawing | None:
    """What an item looks like, or None when it has no drawing."""
    reference = photograph(files.get(f"reference.{item.key}"))
    if reference is not None:
        return Photograph(reference, height_m=0.6)
    return things.find(item.name) if things is not None else None
