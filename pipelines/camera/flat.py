"""A flat picture filmed with a little depth: the move tilts it in perspective, as if its near side came nearer."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.camera.layers import LayeredPicture
from pipelines.camera.move import PAN, ZOOM, Path
from pipelines.camera.plate import Canvas, Plane, covering, planes_of

DEPTH = 0.45  # how far away the whole picture is taken to be
TILT = 0.035  # of a full move: how much nearer one side comes than the other, as a share of its distance
DENSE = 1.25  # the picture's samples to a frame's: sampled linearly, it stays equally sharp wherever its pixels fall


class FlatScene:
    """One opaque picture; `frame(i)` warps its planes. Same use as `pipelines.camera.scene.Scene`."""

    def __init__(self, picture: LayeredPicture, path: Path) -> None:
        self._path = path
        width, height = path.size
        across, down = round(width * DENSE / 2) * 2, round(height * DENSE / 2) * 2
        y, u, v = planes_of(covering(picture.layers[0].image, path.size))
        self._y = _sized(y, across, down)
        self._u, self._v = (_sized(plane, across // 2, down // 2) for plane in (u, v))
        self._density = (across / width, down / height)
        steepest = max((sum(map(abs, self._tilt(frame))) / 2 for frame in range(path.frames)), default=0.0)
        self._grown = 1 / (1 - steepest) + 2.0 / min(path.size)  # so that the tilt never shows what lies beyond the picture
        self._canvas = Canvas.black(width, height)

    def frame(self, index: int) -> Canvas:
        """Compose frame `index`; the canvas is valid until the next call."""
        canvas, (width, height) = self._canvas, self._path.size
        matrix = self._matrix(index)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cv2.warpPerspective(self._y, _shifted(matrix, self._density, 1, 0.5), (width, height), dst=canvas.y, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        # Chroma samples lie on every second column, and between the rows of every pair.
        chroma = _shifted(matrix, (self._density[0] / 2, self._density[1] / 2), 2, 0.5, 1.0)
        for source, target in ((self._u, canvas.u), (self._v, canvas.v)):
            cv2.warpPerspective(source, chroma, (width // 2, height // 2), dst=target, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return canvas

    def _matrix(self, index: int) -> NDArray[np.float64]:
        """From the frame to the picture, both in frame pixels from their corners."""
        width, height = self._path.size
        place = self._path.place(index, DEPTH)
        across, down = self._tilt(index)
        scale = place.scale * self._grown
        # The point of the picture in the middle of the frame stays there when the picture grows.
        middle_x, middle_y = place.left + width / 2 / place.scale, place.top + height / 2 / place.scale
        moved = np.array([[1 / scale, 0, middle_x - width / 2 / scale], [0, 1 / scale, middle_y - height / 2 / scale], [0, 0, 1]])
        to_middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
        tilted = np.array([[1, 0, 0], [0, 1, 0], [across / width, down / height, 1]])
        return np.linalg.inv(to_middle) @ tilted @ to_middle @ moved

    def _tilt(self, index: int) -> tuple[float, float]:
        """How much nearer the right side (the lower side) is than the middle, in halves."""
        pose = self._path.pose(index)
        return TILT * pose.x / PAN, TILT * (pose.zoom / ZOOM + pose.y / PAN) / 2


def _shifted(matrix: NDArray[np.float64], density: tuple[float, float], step: int, first_x: float, first_y: float | None = None) -> NDArray[np.float64]:
    """A matrix between corners as one between the centres of samples: of every `step`th frame pixel, and of the planes."""
    into = np.array([[step, 0, first_x], [0, step, first_x if first_y is None else first_y], [0, 0, 1]])
    out = np.array([[density[0], 0, -0.5], [0, density[1], -0.5], [0, 0, 1]])
    return out @ matrix @ into


def _sized(plane: Plane, width: int, height: int) -> Plane:
    shrinks = plane.shape[1] > width
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC), np.uint8)
