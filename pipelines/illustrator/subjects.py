"""Drawings for the characters and items of a shot, and honest stand-ins for what nobody can draw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import skia

from farm.types import Character, EngineError, Item, Shot
from pipelines.illustrator.color import argb, rgb
from pipelines.illustrator.figures import cast as figures
from pipelines.illustrator.figures import things
from pipelines.illustrator.shapes import smooth
from pipelines.illustrator.staging import Drawing

MAX_PIXELS = 40_000_000


@dataclass
class Covered:
    """A thing under a cloth: for an item that has no drawing, so that nothing wrong is shown."""

    aspect: float = 1.0
    height_m: float = 0.5
    habitat: str = "ground"
    faces: str = "front"

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """The cloth, gathered at the top, its hem on the ground."""
        w = height * self.aspect / 2
        cloth = smooth(
            [(x - w, y), (x - w * 0.8, y - height * 0.6), (x - w * 0.4, y - height), (x + w * 0.35, y - height), (x + w * 0.8, y - height * 0.6), (x + w, y)]
        )
        canvas.drawPath(cloth, skia.Paint(AntiAlias=True, Color=argb(rgb("#b9a98c"))))
        fold = skia.Paint(AntiAlias=True, Color=argb(rgb("#8f7f66")), Style=skia.Paint.kStroke_Style, StrokeWidth=max(1.0, height * 0.02))
        for lean in (-0.5, -0.15, 0.25, 0.6):
            canvas.drawPath(
                smooth([(x + lean * w * 0.5, y - height * 0.85), (x + lean * w * 0.8, y - height * 0.4), (x + lean * w, y - height * 0.02)], False), fold
            )


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


def character_drawing(character: Character, shot: Shot, files: dict[str, Path], outdoors: bool | None = None) -> Drawing:
    """What a character looks like in this shot."""
    reference = photograph(files.get(f"reference.{character.key}"))
    if reference is not None:
        return Photograph(reference)
    return figures.draw_character(character, shot.action, shot.mood, outdoors)


def item_drawing(item: Item, files: dict[str, Path]) -> Drawing:
    """What an item looks like: its reference picture, its drawing, or a thing under a cloth."""
    reference = photograph(files.get(f"reference.{item.key}"))
    if reference is not None:
        return Photograph(reference, height_m=0.6)
    return things.find(item.name) or Covered()
