"""A plate: one layer as premultiplied YUV planes, ready to be scaled into a frame over and over.

Why planes: blending is linear, so it may be done on the very samples that are encoded; that leaves no colour conversion
per frame, and a quarter of the chroma. Why `cv2.resize` and not a warp: a move of the camera is scale and shift only, and a
resize costs a third of a warp (benchmarks/camera.py). A resize can begin only at whole pixels; so each rectangle begins
where, a few pixels outside, the frame's grid meets the plate's grid to within a few hundredths of a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

DENSITY = 1.3  # plate pixels per frame pixel: more shows no more detail
MARGIN = 40  # plate pixels added around, for the search of meeting grids; even
REACH = 30  # frame pixels over which grids are made to meet
MEETING = 0.02  # pixels: near enough
BAND = 72  # frame rows in which a plate's width is looked up; even

# BT.709 from full-range B, G, R to limited-range Y, Cb, Cr (ITU-R BT.709-6, items 3.2 to 3.4; 8 bit).
_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
_Y, _C = 219 / 255, 224 / 255
TO_YUV = np.array(
    [
        [_KB * _Y, _KG * _Y, _KR * _Y, 16],
        [0.5 * _C, -_KG / (2 * (1 - _KB)) * _C, -_KR / (2 * (1 - _KB)) * _C, 128],
        [-_KB / (2 * (1 - _KR)) * _C, -_KG / (2 * (1 - _KR)) * _C, 0.5 * _C, 128],
    ],
    np.float32,
)


@dataclass
class Canvas:
    """One frame in the making: Y at full size, U and V at half."""

    y: Plane
    u: Plane
    v: Plane

    @classmethod
    def black(cls, width: int, height: int) -> Canvas:
        """A black frame; both sides even."""
        half = (height // 2, width // 2)
        return cls(np.full((height, width), 16, np.uint8), np.full(half, 128, np.uint8), np.full(half, 128, np.uint8))


@dataclass
class Plate:
    """Premultiplied planes of a layer, and what is left of whatever lies behind: 255 minus alpha.

    `left`, `top`: picture coordinates (frame pixels, unmoved) of the planes' first pixel; `density`: plate pixels per frame pixel.
    """

    y: Plane
    u: Plane
    v: Plane
    rest: Plane | None  # None: opaque everywhere
    rest_half: Plane | None
    left: float
    top: float
    density: tuple[float, float]
    period: tuple[float, float] = (0.0, 0.0)  # frame pixels after which a moving plate repeats; 0: it does not move
    begins: tuple[float, float] = (0.0, 0.0)  # picture coordinates of the layer's own first pixel
    first: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))  # per row: first column that is not clear
    last: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))  # per row: column after the last one
    solid: tuple[int, int] = (0, 0)  # rows that hide everything behind

    def over(self, back: Plate) -> Plate:
        """This plate laid over another of the same shape: one plate instead of two."""
        if self.rest is None or self.rest_half is None:
            return self
        y, u, v = (
            np.asarray(cv2.add(front, _times(behind, left)), np.uint8)
            for front, behind, left in ((self.y, back.y, self.rest), (self.u, back.u, self.rest_half), (self.v, back.v, self.rest_half))
        )
        rest = None if back.rest is None else _times(self.rest, back.rest)
        half = None if back.rest_half is None else _times(self.rest_half, back.rest_half)
        return Plate(y, u, v, rest, half, self.left, self.top, self.density, self.period, self.begins)

    def ready(self) -> Plate:
        """Crop to what is not clear and look up which columns and rows matter; call it once, after merging."""
        height, width = self.y.shape
        if self.rest is None or not self.rest.any():
            opaque = Plate(self.y, self.u, self.v, None, None, self.left, self.top, self.density, self.period, self.begins)
            opaque.first, opaque.last, opaque.solid = np.zeros(height, np.int32), np.full(height, width, np.int32), (0, height)
            return opaque
        seen = self.rest < 255
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        if not len(rows):
            rows, columns = np.array([0]), np.array([0])
        y0, y1 = max(0, rows[0] - MARGIN) // 2 * 2, min(height, rows[-1] + 1 + MARGIN + 1) // 2 * 2
        x0, x1 = max(0, columns[0] - MARGIN) // 2 * 2, min(width, columns[-1] + 1 + MARGIN + 1) // 2 * 2
        whole, half = np.s_[y0:y1, x0:x1], np.s_[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2]
        assert self.rest_half is not None
        cropped = Plate(
            np.ascontiguousarray(self.y[whole]),
            np.ascontiguousarray(self.u[half]),
            np.ascontiguousarray(self.v[half]),
            np.ascontiguousarray(self.rest[whole]),
            np.ascontiguousarray(self.rest_half[half]),
            self.left + x0 / self.density[0],
            self.top + y0 / self.density[1],
            self.density,
            self.period,
            self.begins,
        )
        seen = seen[whole]
        cropped.first = np.where(seen.any(axis=1), seen.argmax(axis=1), seen.shape[1]).astype(np.int32)
        cropped.last = np.where(seen.any(axis=1), seen.shape[1] - seen[:, ::-1].argmax(axis=1), 0).astype(np.int32)
        full = x0 == 0 and x1 >= width - 1
        cropped.solid = _longest(np.logical_not(self.rest[whole].any(axis=1))) if full else (0, 0)
        return cropped

    def covered(self, scale: float, top: float, height: int) -> tuple[int, int]:
        """Frame rows (even) that this plate hides entirely, when it is placed so."""
        if self.solid[1] <= self.solid[0]:
            return (0, 0)
        step = self.density[1] / scale
        origin = (top - self.top) * self.density[1]
        low = max(0, int(np.ceil((self.solid[0] + 2 - origin) / step)) + 1)
        high = min(height, int(np.floor((self.solid[1] - 2 - origin) / step)) - 1)
        if self.solid[0] == 0 and origin >= 0:
            low = 0
        if self.solid[1] == self.y.shape[0] and origin + height * step <= self.y.shape[0]:
            high = height
        low, high = (low + 1) // 2 * 2, high // 2 * 2
        return (low, high) if high > low else (0, 0)

    def draw(self, canvas: Canvas, scale: float, left: float, top: float, rows: tuple[int, int], *, blend: bool = True) -> None:
        """Draw into `rows` (even) of the canvas; `left`, `top`: the picture coordinates at the frame's corner; scale: frame over picture."""
        width = canvas.y.shape[1]
        step_x, step_y = self.density[0] / scale, self.density[1] / scale
        origin_x, origin_y = (left - self.left) * self.density[0], (top - self.top) * self.density[1]
        for y0, y1, x0, x1 in self._parts(rows, width, origin_x, origin_y, step_x, step_y, blend):
            rest, rest_half = (self.rest, self.rest_half) if blend else (None, None)
            _draw([self.y], rest, [canvas.y], (y0, y1, x0, x1), (origin_y, origin_x), (step_y, step_x))
            # H.264's usual chroma lies on the even columns, and between the rows (ITU-T H.264, figure 6-1 with chroma_loc 0).
            origin = (origin_y / 2, (origin_x - 0.5 * step_x) / 2)
            _draw([self.u, self.v], rest_half, [canvas.u, canvas.v], (y0 // 2, y1 // 2, x0 // 2, x1 // 2), origin, (step_y, step_x))

    def _parts(
        self, rows: tuple[int, int], width: int, origin_x: float, origin_y: float, step_x: float, step_y: float, blend: bool
    ) -> list[tuple[int, int, int, int]]:
        """The rectangles of the frame in which there is something to draw; neighbours are joined when that adds little."""
        if not blend or self.rest is None:
            return [(rows[0], rows[1], 0, width)] if rows[1] > rows[0] else []
        parts: list[tuple[int, int, int, int]] = []
        count = len(self.first)
        filled = np.flatnonzero(self.last)
        if not len(filled):
            return []
        # Never begin where the plate has no rows: rows start and end with what is not clear.
        rows = (
            max(rows[0], int((filled[0] - 2 - origin_y) / step_y) // 2 * 2),
            min(rows[1], (int((filled[-1] + 3 - origin_y) / step_y) + 3) // 2 * 2),
        )
        for y0 in range(rows[0], rows[1], BAND):
            y1 = min(y0 + BAND, rows[1])
            low = max(0, int(origin_y + y0 * step_y) - 2)
            high = min(count, int(origin_y + y1 * step_y) + 3)
            if high <= low:
                continue
            begin, end = int(self.first[low:high].min()), int(self.last[low:high].max())
            if end <= begin:
                continue
            x0 = max(0, int((begin - origin_x) / step_x) - 3) // 2 * 2
            x1 = min(width, (int((end - origin_x) / step_x) + 5) // 2 * 2)
            if x1 <= x0:
                continue
            if parts and parts[-1][1] == y0:
                before = parts[-1]
                joined = (before[0], y1, min(before[2], x0), max(before[3], x1))
                extra = (joined[1] - joined[0]) * (joined[3] - joined[2]) - (before[1] - before[0]) * (before[3] - before[2]) - (y1 - y0) * (x1 - x0)
                if extra < 30_000:  # pixels that cost as much as the calls for one more rectangle
                    parts[-1] = joined
                    continue
            parts.append((y0, y1, x0, x1))
        return parts


def make(image: NDArray[np.uint8], size: tuple[int, int], bleed: float, scale: float, *, wraps: tuple[bool, bool] = (False, False)) -> Plate:
    """Make a plate of a BGRA image that covers a picture of `size` and `bleed` beyond each side.

    `scale` is the largest at which it will be drawn: the plate is made a little denser, so that it is always scaled down
    (sharper than scaling up, and its grid always meets the frame's).
    """
    width, height = size
    dense = max(DENSITY, 1.03 * scale)
    across, down = (round(side * (1 + 2 * bleed) * dense / 2) * 2 for side in size)
    density = (across / (width * (1 + 2 * bleed)), down / (height * (1 + 2 * bleed)))
    alpha = np.asarray(cv2.extractChannel(image, 3), np.uint8)
    planes = planes_of(image)
    opaque = bool(alpha.min() == 255)
    if not opaque:
        planes = [_times(plane, alpha) for plane in planes]
    y = _scaled(planes[0], across, down)
    u, v = (_scaled(plane, across // 2, down // 2) for plane in planes[1:])
    rest = rest_half = None
    if not opaque:
        clear = np.asarray(cv2.bitwise_not(alpha), np.uint8)
        rest, rest_half = _scaled(clear, across, down), _scaled(clear, across // 2, down // 2)
    period = (across / density[0] if wraps[0] else 0.0, down / density[1] if wraps[1] else 0.0)
    whole = [_surrounded(plane, wraps, part) for plane, part in ((y, MARGIN), (u, MARGIN // 2), (v, MARGIN // 2))]
    rests = [None if plane is None else _surrounded(plane, wraps, part) for plane, part in ((rest, MARGIN), (rest_half, MARGIN // 2))]
    left, top = -bleed * width - MARGIN / density[0], -bleed * height - MARGIN / density[1]
    return Plate(whole[0], whole[1], whole[2], rests[0], rests[1], left, top, density, period, (-bleed * width, -bleed * height))


def planes_of(image: NDArray[np.uint8]) -> list[Plane]:
    """Y, U and V of a BGRA image, all at its size; alpha is left out."""
    colours = cv2.transform(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR), TO_YUV)
    return [np.asarray(plane, np.uint8) for plane in cv2.split(colours)]


def covering(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Crop an image around its middle to the frame's shape."""
    height, width = image.shape[:2]
    wanted = size[0] / size[1]
    if abs(width / height / wanted - 1) < 0.01:
        return image
    if width / height > wanted:
        keep = max(1, round(height * wanted))
        return image[:, (width - keep) // 2 : (width - keep) // 2 + keep]
    keep = max(1, round(width / wanted))
    return image[(height - keep) // 2 : (height - keep) // 2 + keep]


def _times(plane: Plane, share: Plane) -> Plane:
    """A plane times a share of 255."""
    return np.asarray(cv2.multiply(plane, share, scale=1 / 255), np.uint8)


def _scaled(plane: Plane, width: int, height: int) -> Plane:
    if plane.shape == (height, width):
        return plane
    # Below half the size linear sampling would skip pixels. Upwards cubic keeps a fifth more detail than linear, and rings alike in colour and alpha.
    across = plane.shape[1]
    way = cv2.INTER_AREA if 2 * width <= across else cv2.INTER_CUBIC if width > across else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, (width, height), interpolation=way), np.uint8)


def _surrounded(plane: Plane, wraps: tuple[bool, bool], margin: int) -> Plane:
    """Repeat a plane in the directions in which it wraps, then extend its edges by the margin."""
    tiled = np.tile(plane, (2 if wraps[1] else 1, 2 if wraps[0] else 1))
    return np.asarray(cv2.copyMakeBorder(tiled, margin, margin, margin, margin, cv2.BORDER_REPLICATE), np.uint8)


def _longest(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """The longest run of true values, as (begin, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    if not len(edges):
        return (0, 0)
    best = int(np.argmax(edges[1::2] - edges[::2]))
    return int(edges[2 * best]), int(edges[2 * best + 1])


def _draw(
    planes: list[Plane], rest: Plane | None, targets: list[Plane], part: tuple[int, int, int, int], origin: tuple[float, float], step: tuple[float, float]
) -> None:
    """Scale the part of each plane that falls on `part` of its target, and lay it over what is there."""
    y0, y1, x0, x1 = part
    height, width = planes[0].shape
    from_y, skip_y, take_y = _meet(origin[0], step[0], y0, y1, height)
    from_x, skip_x, take_x = _meet(origin[1], step[1], x0, x1, width)
    source = np.s_[from_y : from_y + take_y, from_x : from_x + take_x]
    taken = np.s_[skip_y : skip_y + y1 - y0, skip_x : skip_x + x1 - x0]
    place = np.s_[y0:y1, x0:x1]
    left = None if rest is None else cv2.resize(rest[source], None, fx=1 / step[1], fy=1 / step[0], interpolation=cv2.INTER_LINEAR)[taken]
    for plane, target in zip(planes, targets, strict=True):
        scaled = cv2.resize(plane[source], None, fx=1 / step[1], fy=1 / step[0], interpolation=cv2.INTER_LINEAR)[taken]
        if left is None:
            target[place] = scaled
        else:
            behind = target[place]
            cv2.add(cv2.multiply(behind, left, scale=1 / 255), scaled, dst=behind)


def _meet(origin: float, step: float, begin: int, end: int, length: int) -> tuple[int, int, int]:
    """Where to start reading a plate so that frame pixel `begin` is sampled where it should be.

    Returns the plate's first pixel, how many frame pixels to drop, and how many plate pixels to read.
    """
    best, back, start = 9.0, 0, 0
    for tried in range(REACH):
        exact = origin + step * (begin - tried)
        if exact < -0.5:
            break
        whole = round(exact)
        wrong = abs(exact - whole)
        if wrong < best and exact <= length - 2:
            best, back, start = wrong, tried, whole
            if wrong < MEETING:
                break
    take = int(np.ceil(step * (end - begin + back))) + 2
    return start, back, min(take, length - start)
