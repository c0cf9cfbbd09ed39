"""Colours as plain numbers: three floats from 0 to 1 (sRGB), and the few operations that painting needs."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Rgb = tuple[float, float, float]
Floats = npt.NDArray[np.float32]
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601: close enough to how light a flat colour looks


@lru_cache(4096)
def rgb(text: str) -> Rgb:
    """Read "#rrggbb" (or "#rgb"); anything else is a mid grey, because a palette may come from a stranger."""
    digits = text.strip().lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * letter for letter in digits)
    try:
        number = int(digits, 16) if len(digits) == 6 else 0x808080
    except ValueError:
        number = 0x808080
    return (number >> 16 & 255) / 255, (number >> 8 & 255) / 255, (number & 255) / 255


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` of `other` in `one`."""
    keep = 1 - share
    return one[0] * keep + other[0] * share, one[1] * keep + other[1] * share, one[2] * keep + other[2] * share


def times(one: Rgb, other: Rgb) -> Rgb:
    """A colour lit by another."""
    return one[0] * other[0], one[1] * other[1], one[2] * other[2]


def lighter(color: Rgb, amount: float) -> Rgb:
    """Towards white (amount > 0) or black (amount < 0)."""
    return mix(color, (1.0, 1.0, 1.0), amount) if amount >= 0 else mix(color, (0.0, 0.0, 0.0), -amount)


def luma(color: Sequence[float]) -> float:
    """How light a colour looks, 0 to 1."""
    return 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]


def shifted(color: Rgb, hue: float = 0.0, light: float = 0.0, saturation: float = 0.0) -> Rgb:
    """Turn the hue (in turns) and add to lightness and saturation."""
    h, lightness, s = colorsys.rgb_to_hls(*(min(1.0, max(0.0, part)) for part in color))
    return colorsys.hls_to_rgb((h + hue) % 1, min(1.0, max(0.0, lightness + light)), min(1.0, max(0.0, s + saturation)))


def argb(color: Rgb, alpha: float = 1.0) -> int:
    """A 32-bit colour as Skia wants it."""
    a, r, g, b = (min(255, max(0, round(part * 255))) for part in (alpha, *color))
    return a << 24 | r << 16 | g << 8 | b
