"""Finding the face in a reference picture, photographed or drawn, and the person in a square of it.

Two small networks of MediaPipe's (data/LICENSE-mediapipe.txt) run in OpenCV: BlazeFace for near faces, 1 ms, and a segmentation, 6 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from pipelines.illustrator.references.pictures import Pixels

DATA = Path(__file__).parent / "data"
SIDE, ANCHORS = 128, 896  # of BlazeFace's input and output
GRIDS = ((16, 2), (8, 6))  # cells a side, anchors in each cell
SURE = 0.6  # the least score of a face; a cat's comes to 0.58, a face drawn by our own figures' room to 0.77 and more
FARTHER = 0.15  # more sureness asked of a part of the picture: a polished spoon comes to 0.62
SMALL = 20.0  # pixels: a smaller face would be a blur on a figure


@dataclass(frozen=True)
class Face:
    """A face: its middle and size (brow to chin) in pixels, how far it leans (degrees, clockwise) and looks aside (-1 left to 1 right)."""

    score: float
    x: float
    y: float
    size: float
    roll: float
    aside: float

    @property
    def worth(self) -> float:
        """How good a likeness it gives: sure and large."""
        return self.score * min(1.0, self.size / 96)


@lru_cache(1)
def _anchors() -> np.ndarray:
    return np.array([((x + 0.5) / side, (y + 0.5) / side) for side, count in GRIDS for y in range(side) for x in range(side) for _ in range(count)], np.float32)


@lru_cache(2)
def _network(name: str) -> cv2.dnn.Net:
    return cv2.dnn.readNetFromTFLite(str(DATA / name))


def find(rgb: Pixels, least: float = SURE) -> Face | None:
    """The surest face of a picture, or None."""
    height, width = rgb.shape[:2]
    side = max(height, width)
    found = _surest(rgb, 0, 0, side, least)
    if found is None and side >= 3 * SIDE:  # a whole person: the face is too small for the network unless one goes nearer
        part = round(side * 0.5)
        tries = [(x, y) for y in (0, height // 4) for x in (width // 2 - part // 2, width // 4 - part // 2, 3 * width // 4 - part // 2)]
        close = [face for x, y in tries if (face := _surest(rgb, x, y, part, least + FARTHER)) is not None]
        found = max(close, key=lambda face: face.score, default=None)
    return found if found is not None and found.size >= SMALL else None


def _surest(rgb: Pixels, left: int, top: int, side: int, least: float) -> Face | None:
    """In the square part from (left, top); what lies outside the picture is black."""
    height, width = rgb.shape[:2]
    if (left, top) == (0, 0) and side >= max(height, width):
        left, top = (width - side) // 2, (height - side) // 2
    square: Pixels = np.zeros((side, side, 3), np.uint8)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + side), min(height, top + side)
    square[y0 - top : y1 - top, x0 - left : x1 - left] = rgb[y0:y1, x0:x1]
    network = _network("face.tflite")
    network.setInput((cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None])
    scores = 1 / (1 + np.exp(-np.clip(network.forward("classificators").reshape(ANCHORS), -50, 50)))
    best = int(scores.argmax())
    if scores[best] < least:
        return None
    raw = network.forward("regressors").reshape(ANCHORS, 16)[best] / SIDE
    anchor = _anchors()[best]
    middle, size = (anchor + raw[:2]) * side + (left, top), float(raw[2:4].mean()) * side
    points = (anchor + raw[4:].reshape(6, 2)) * side + (left, top)  # its right and left eye, nose, mouth, right and left ear
    (rx, ry), (lx, ly), (nose, _), _, (right_ear, _), (left_ear, _) = (tuple(map(float, point)) for point in points)
    between = (right_ear + left_ear) / 2
    aside = (nose - between) / max(1.0, abs(left_ear - right_ear) / 2)
    return Face(float(scores[best]), float(middle[0]), float(middle[1]), size, float(np.degrees(np.arctan2(ly - ry, lx - rx))), float(np.clip(aside, -1, 1)))


def person(square: Pixels) -> np.ndarray:
    """How surely each pixel of a square RGB picture is of a person: floats 0 to 1 of its size."""
    network = _network("person.tflite")
    network.setInput((cv2.resize(square, (256, 256), interpolation=cv2.INTER_AREA).astype(np.float32) / 255).transpose(2, 0, 1)[None])
    mask = network.forward().reshape(256, 256)
    return cv2.resize(mask, (square.shape[1], square.shape[0]), interpolation=cv2.INTER_LINEAR)
