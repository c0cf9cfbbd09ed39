"""Sizes a model can do for sizes that are asked for, and pictures brought from the one to the other. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image

Pair = tuple[int, int]


def fitted(wanted: Pair, multiple: int, pixels: int | None = None, offered: Sequence[str] = ()) -> Pair:
    """The size to generate for a picture of `wanted` (width, height).

    Both sides are multiples of `multiple`; the area is at most about `pixels`; the shape is kept as nearly as that allows. Where the model offers
    certain sizes only ("1280x720"), the one of the nearest shape, then of the nearest area.
    """
    if offered:
        return min(
            (parse(text) for text in offered),
            key=lambda size: (round(abs(math.log(size[0] / size[1] * wanted[1] / wanted[0])), 2), abs(_area(size) - _area(wanted))),
        )
    scale = min(1.0, math.sqrt(pixels / _area(wanted))) if pixels else 1.0
    # Rounded up where nothing limits it: cutting a little off costs no detail, scaling up does.
    turn = math.ceil if scale == 1.0 else round
    width, height = (max(multiple, int(turn(side * scale / multiple)) * multiple) for side in wanted)
    return width, height


def parse(text: str) -> Pair:
    """ "1280x720" as (1280, 720).

    Raises ValueError for another form.
    """
    width, cross, height = text.lower().partition("x")
    if not (cross and width.strip().isdigit() and height.strip().isdigit() and int(width) and int(height)):
        raise ValueError(f"size {text!r} is not of the form 1280x720")
    return int(width), int(height)


def conform(picture: Image.Image, size: Pair) -> Image.Image:
    """Exactly `size`: scaled to cover it, then cut around the middle; RGB."""
    picture = picture.convert("RGB")
    if picture.size == size:
        return picture
    scale = max(size[0] / picture.width, size[1] / picture.height)
    across, down = size[0] / scale, size[1] / scale
    left, top = (picture.width - across) / 2, (picture.height - down) / 2
    return picture.resize(size, Image.Resampling.LANCZOS, box=(left, top, left + across, top + down))


def _area(size: Pair) -> int:
    return size[0] * size[1]
