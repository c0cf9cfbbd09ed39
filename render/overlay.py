"""Laying drawn pictures over frames: captions, names, headings."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from farm.types import Size
from render.encode import Picture


class Overlay:
    """A drawn picture (RGBA, alpha multiplied in) as planes, for mixing into 4:2:0 pictures of `size` at `top` and `left`; cut off at their edges."""

    def __init__(self, pixels: NDArray[np.uint8], size: Size, *, top: int, left: int) -> None:
        if left < 0:
            pixels, left = pixels[:, -left:], 0
        if top < 0:
            pixels, top = pixels[-top:], 0
        self._top, self._left = top // 2 * 2, left // 2 * 2
        rows = min(pixels.shape[0], size.height - self._top) // 2 * 2
        columns = min(pixels.shape[1], size.width - self._left) // 2 * 2
        pixels = pixels[:rows, :columns]
        self._size = size
        alpha = pixels[:, :, 3].astype(np.float32) / 255
        red, green, blue = (pixels[:, :, band].astype(np.float32) for band in range(3))  # alpha multiplied in
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        self._y = _Plane(16 * alpha + luma * (219 / 255), alpha)
        half = (columns // 2, rows // 2)
        small = cv2.resize(alpha, half, interpolation=cv2.INTER_AREA)
        blueness = cv2.resize((blue - luma) / 1.8556 * (224 / 255) + 128 * alpha, half, interpolation=cv2.INTER_AREA)
        redness = cv2.resize((red - luma) / 1.5748 * (224 / 255) + 128 * alpha, half, interpolation=cv2.INTER_AREA)
        self._u, self._v = _Plane(blueness, small), _Plane(redness, small)

    def over(self, picture: Picture) -> Picture:
        """A copy of the picture with this in it."""
        out = picture.copy()
        width, height = self._size.width, self._size.height
        self._y.lay(out[:height], self._top, self._left)
        flat = out[height:].reshape(-1)
        quarter = width * height // 4
        for plane, at in ((self._u, 0), (self._v, quarter)):
            plane.lay(flat[at : at + quarter].reshape(height // 2, width // 2), self._top // 2, self._left // 2)
        return out


class _Plane:
    """One plane of an overlay: what is added, and what is kept of the picture, in 1/255."""

    def __init__(self, added: NDArray[Any], alpha: NDArray[Any]) -> None:
        self._added = np.clip(np.rint(added), 0, 255).astype(np.uint8)
        self._kept = np.rint((1 - alpha) * 255).astype(np.uint8)

    def lay(self, plane: NDArray[np.uint8], top: int, left: int) -> None:
        rows, columns = self._added.shape
        part = plane[top : top + rows, left : left + columns]
        np.copyto(part, cv2.add(cv2.multiply(part, self._kept, scale=1 / 255), self._added))
