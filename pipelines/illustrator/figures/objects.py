"""Things that Noto lacks and stories need, drawn in its manner: units are centimetres, the ground is at 0."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.illustrator.figures.drawing import Drawing, Habitat
from pipelines.illustrator.figures.pen import Pen

NAMES: dict[str, tuple[Callable[[Pen], None], Habitat]] = {}


def draw(name: str) -> Drawing:
    """The Drawing of one of `NAMES` (spaces or hyphens).

    Raises KeyError for another name.
    """
    painter, habitat = NAMES[name.replace("-", " ")]
    pen = Pen()
    painter(pen)
    return pen.drawing(name, habitat, "front")
