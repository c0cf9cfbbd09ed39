"""A picture's plates, placed by the camera's path and laid over one another: one frame after the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.camera.layers import Layer, LayeredPicture
from pipelines.camera.move import Path
from pipelines.camera.plate import Canvas, Plate, covering, make

TOGETHER = 0.3  # pixels: layers that never move further apart are drawn as one
GRAIN_LEVELS = 7.0  # standard deviation of the luma at grain 1, in 8-bit levels
FAINTEST = 0.5  # levels: less would be lost in the encoder, at a price
GRAIN_PATTERNS = 4
GRAIN_ROOM = 64  # pixels over which a pattern is shifted from frame to frame


@dataclass(frozen=True)
class Plane:
    """A plate at a depth, with its own motion in frame pixels per second."""

    plate: Plate
    depth: float
    motion: tuple[float, float]


class Scene:
    """Everything that is seen in one clip; `frame(i)` composes it."""

    def __init__(self, picture: LayeredPicture, path: Path, seed: int) -> None:
        self._path = path
        self._width, self._height = path.size
        self._planes = [self._plane(group, picture.bleed) for group in _together(picture.layers, path)]
        self._dark = _vignette(path.size, picture.vignette) if picture.vignette > 0 else None
        self._grain = _grain(path.size, picture.grain, seed) if picture.grain * GRAIN_LEVELS >= FAINTEST else []
        self._chance = np.random.default_rng(seed & 0xFFFFFFFF)
        self._shifts = self._chance.integers(0, GRAIN_ROOM, size=(path.frames, 2)) if self._grain else None
        # The same buffer serves every frame: whoever wants to keep one copies it.
        self._canvas = Canvas.black(self._width, self._height)

    def frame(self, index: int) -> Canvas:
        """Compose frame `index`; the canvas is valid until the next call."""
        canvas, seconds = self._canvas, index / self._path.fps
        places, hidden = [], []
        for plane in self._planes:
            place = self._path.place(index, plane.depth)
            left = _wrapped(place.left - plane.motion[0] * seconds, plane.plate.period[0], plane.plate.begins[0])
            top = _wrapped(place.top - plane.motion[1] * seconds, plane.plate.period[1], plane.plate.begins[1])
            places.append((place.scale, left, top))
            hidden.append(plane.plate.covered(place.scale, top, self._height))
        for number, (plane, (scale, left, top)) in enumerate(zip(self._planes, places, strict=True)):
            for rows in _visible((0, self._height), hidden[number + 1 :]):
                own = hidden[number]
                for part in _visible(rows, [own]):
                    plane.plate.draw(canvas, scale, left, top, part, blend=plane.plate.rest is not None)
                inside = (max(rows[0], own[0]), min(rows[1], own[1]))
                if inside[1] > inside[0]:
                    plane.plate.draw(canvas, scale, left, top, inside, blend=False)
        self._finish(canvas, index)
        return canvas

    def _plane(self, group: list[Layer], bleed: float) -> Plane:
        largest = max(self._path.largest(layer.depth) for layer in group)
        moving = group[0].motion
        wraps = (moving[0] != 0, moving[1] != 0)
        plates = [make(covering(layer.image, self._path.size), self._path.size, bleed, largest, wraps=wraps) for layer in group]
        merged = plates[0]
        for plate in plates[1:]:
            merged = plate.over(merged)
        depth = sum(layer.depth for layer in group) / len(group)
        return Plane(merged.ready(), depth, (moving[0] * self._width, moving[1] * self._height))

    def _finish(self, canvas: Canvas, index: int) -> None:
        """Vignette and grain: what belongs to the lens and the film, not to the scene."""
        if self._dark is not None:
            for plane, (keep, add) in zip((canvas.y, canvas.u, canvas.v), self._dark, strict=True):
                cv2.multiply(plane, keep, dst=plane, scale=1 / 255)
                cv2.add(plane, add, dst=plane)
        if self._grain and self._shifts is not None:
            lighter, darker = self._grain[index % len(self._grain)]
            dy, dx = self._shifts[index]
            part = np.s_[dy : dy + self._height, dx : dx + self._width]
            cv2.add(canvas.y, lighter[part], dst=canvas.y)
            cv2.subtract(canvas.y, darker[part], dst=canvas.y)


def _together(layers: tuple[Layer, ...], path: Path) -> list[list[Layer]]:
    """Group neighbouring layers whose depths are too near to be told apart in this move."""
    groups = [[layers[0]]]
    for back, front in pairwise(layers):
        still = back.motion == front.motion == (0.0, 0.0)
        if still and path.apart(groups[-1][0].depth, front.depth) < TOGETHER:
            groups[-1].append(front)
        else:
            groups.append([front])
    return groups


def _visible(rows: tuple[int, int], hidden: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of `rows` without those that are hidden."""
    left = [rows]
    for begin, end in hidden:
        if end > begin:
            left = [part for low, high in left for part in ((low, min(high, begin)), (max(low, end), high)) if part[1] > part[0]]
    return left


def _wrapped(position: float, period: float, first: float) -> float:
    """Move a position by whole periods to where the plate begins."""
    return position if period <= 0 else first + (position - first) % period


def _vignette(size: tuple[int, int], amount: float) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Per plane: what to multiply by, and what to add; together they multiply the colour by 1 - amount * r^3.

    r is the distance from the middle, 1 at the corners.
    """
    found = []
    for share, floor in ((1, 16), (2, 128), (2, 128)):
        width, height = size[0] // share, size[1] // share
        x = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1
        y = (np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1
        r = np.sqrt((x[None] ** 2 + y[:, None] ** 2) / 2)
        keep = 1 - amount * r**3
        found.append((np.round(keep * 255).astype(np.uint8), np.round((1 - np.round(keep * 255) / 255) * floor).astype(np.uint8)))
    return found


def _grain(size: tuple[int, int], amount: float, seed: int) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Film grain: patterns of soft noise a little larger than the frame, as what to add and what to take away."""
    chance = np.random.default_rng((seed & 0xFFFFFFFF) + 1)
    patterns = []
    for _ in range(GRAIN_PATTERNS):
        noise = chance.standard_normal((size[1] + GRAIN_ROOM, size[0] + GRAIN_ROOM), np.float32)
        soft = cv2.GaussianBlur(noise, (3, 3), 0.7)
        levels = np.rint(soft / float(soft.std()) * (GRAIN_LEVELS * amount)).astype(np.int16)
        patterns.append((np.clip(levels, 0, 255).astype(np.uint8), np.clip(-levels, 0, 255).astype(np.uint8)))
    return patterns
