"""An element's reference picture (a logo, a poster, a product) on a board that stands in the scene: whole, undistorted, readable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import skia

from pipelines.illustrator.color import argb, rgb
from pipelines.illustrator.references import cutting
from pipelines.illustrator.references.pictures import Picture, opaque, plain, read

SIGN = re.compile(
    r"\b(logo|sign|poster|brand|label|banner|emblem|badge|flag|billboard|map|painting|photo\w*|picture|chart|graph|diagram|screen\w*|advert\w*|page|text|title)\b"
)
WOOD, DARK, PAPER = "#8a5f3c", "#5f3f28", "#fbf7ec"
PANEL = 0.68  # of the board's height
WIDEST, NARROWEST = 2.4, 0.45  # width over height of a board; another picture keeps its shape on paper of that size


def is_sign(picture: Picture, words: str) -> bool:
    """Whether a picture belongs on a board: its words say so, or nothing whole stands out of it that could stand by itself."""
    if SIGN.search(words.lower()):
        return True
    subject = cutting.subject(picture)
    return subject is None or not subject.whole


@dataclass
class Board:
    """A picture on a board with two legs."""

    image: skia.Image
    height_m: float = 1.7
    habitat: str = "ground"
    faces: str = "front"
    own_colors: bool = True  # a brand's colours are no dress: the scene's light and a style's accents touch them little

    @property
    def panel(self) -> float:
        """Width over height of the panel."""
        return min(WIDEST, max(NARROWEST, self.image.width() / self.image.height()))

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.panel * PANEL

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """The board, its feet at (x, y); never mirrored."""
        high, wide = height * PANEL, height * PANEL * self.panel
        top, edge = y - height, height * 0.022
        wood, dark = (skia.Paint(AntiAlias=True, Color=argb(rgb(color))) for color in (WOOD, DARK))
        for side in (-1, 1):
            canvas.drawRect(skia.Rect.MakeXYWH(x + side * wide * 0.36 - edge, top + high * 0.5, edge * 2, height - high * 0.5), dark)
        canvas.drawRoundRect(skia.Rect.MakeXYWH(x - wide / 2, top, wide, high), edge, edge, wood)
        paper = skia.Rect.MakeXYWH(x - wide / 2 + edge * 1.6, top + edge * 1.6, wide - edge * 3.2, high - edge * 3.2)
        canvas.drawRect(paper, skia.Paint(AntiAlias=True, Color=argb(rgb(PAPER))))
        inner = paper.makeInset(edge * 0.6, edge * 0.6)
        scale = min(inner.width() / self.image.width(), inner.height() / self.image.height())
        shown = skia.Rect.MakeXYWH(0, 0, self.image.width() * scale, self.image.height() * scale)
        shown.offset(inner.centerX() - shown.width() / 2, inner.centerY() - shown.height() / 2)
        canvas.drawImageRect(self.image, shown, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear))


@lru_cache(16)
def _image(picture: Picture) -> skia.Image:
    return skia.Image.fromarray(opaque(plain(read(picture))), skia.kRGBA_8888_ColorType)


def board(picture: Picture) -> Board:
    """A board with the picture on it."""
    return Board(_image(picture))
