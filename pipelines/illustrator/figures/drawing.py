"""What a place can put into a picture: a figure that knows its proportions, its real height and where it lives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import skia

Habitat = Literal["ground", "air", "water", "held", "wall"]
Faces = Literal["left", "right", "front"]


@dataclass(frozen=True)
class Drawing:
    """A figure to draw at any size; immutable, and the same picture every time.

    `aspect` is width / height of its box; `height_m` the box's height in metres in the real world (of this pose: a sitting person is lower).
    """

    name: str
    aspect: float
    height_m: float
    habitat: Habitat
    faces: Faces
    picture: skia.Picture = field(repr=False, compare=False)
    box: tuple[float, float, float, float] = field(repr=False)  # left, top, right, bottom of the picture's own coordinates

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """Draw the figure `height` pixels high with the middle of its feet at (x, y) pixels; `flip` mirrors it."""
        left, top, right, bottom = self.box
        scale = height / (bottom - top)
        canvas.save()
        canvas.translate(x, y)
        canvas.scale(-scale if flip else scale, scale)
        canvas.translate(-(left + right) / 2, -bottom)
        canvas.drawPicture(self.picture)
        canvas.restore()


def recorded(
    name: str, picture: skia.Picture, box: tuple[float, float, float, float], height_m: float, habitat: Habitat = "ground", faces: Faces = "right"
) -> Drawing:
    """A Drawing of a recorded picture whose visible part is `box`."""
    left, top, right, bottom = box
    return Drawing(name, (right - left) / (bottom - top), height_m, habitat, faces, picture, box)
