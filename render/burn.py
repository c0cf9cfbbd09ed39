"""Captions drawn into the picture: plain, in a box, or with the spoken word lit."""

from __future__ import annotations

import bisect
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from farm.types import Size
from render.captions import Cue, join
from render.encode import Picture
from render.lettering import SANS, caption

CaptionLook = Literal["plain", "boxed", "highlight"]
_KEPT = 24  # drawn captions that are remembered: a few for each thread
_SAFE = 0.065  # of the height that stays free below: players' controls and phones' corners lie there


class Burner:
    """Draws each frame's caption; safe to use from several threads."""

    def __init__(self, cues: Sequence[Cue], size: Size, fps: int, look: CaptionLook) -> None:
        self._size, self._look = size, look
        self._cues = list(cues)
        self._begin = [round(cue.start * fps) for cue in cues]
        self._end = [max(begin + 1, round(cue.end * fps)) for begin, cue in zip(self._begin, cues, strict=True)]
        self._fps = fps
        self._drawn: OrderedDict[tuple[int, int], _Overlay] = OrderedDict()
        self._lock = threading.Lock()

    def touches(self, start: int, end: int) -> bool:
        """Whether any of the film frames `start` to `end` (exclusive) shows a caption."""
        at = bisect.bisect_left(self._end, start + 1)
        return at < len(self._begin) and self._begin[at] < end

    def draw(self, number: int, picture: Picture) -> Picture:
        """The picture of film frame `number` with its caption, where it has one."""
        at = bisect.bisect_right(self._begin, number) - 1
        if at < 0 or number >= self._end[at]:
            return picture
        return self._overlay(at, self._lit(at, number)).over(picture)

    def _lit(self, at: int, number: int) -> int:
        """The word being spoken, by its place in the cue; -1 where none is lit."""
        if self._look != "highlight":
            return -1
        now = (number + 0.5) / self._fps
        return bisect.bisect_right([word.start for word in self._cues[at].words], now) - 1

    def _overlay(self, at: int, lit: int) -> _Overlay:
        with self._lock:
            found = self._drawn.get((at, lit))
            if found is None:
                found = self._drawn[at, lit] = _Overlay(self._pixels(at, lit), self._size)
                while len(self._drawn) > _KEPT:
                    self._drawn.popitem(last=False)
            return found

    def _pixels(self, at: int, lit: int) -> NDArray[np.uint8]:
        size, cue = self._size, self._cues[at]
        return caption(
            _runs(cue, lit),
            family=SANS,
            size=max(10.0, min(size.width * 0.046, size.height * 0.056)),
            width=int(size.width * 0.9),
            boxed=self._look == "boxed",
        )


def _runs(cue: Cue, lit: int) -> list[tuple[str, bool]]:
    """The cue's text in runs, each with whether it is lit; together they spell the lines."""
    if lit < 0 or lit >= len(cue.words):
        return [(cue.text, False)]
    before = join([word.text for word in cue.words[:lit]])
    word = cue.words[lit].text
    # Where the word stands in the broken text: the same place, as a line break takes the place of a space (or of nothing).
    text = cue.text
    at = text.find(word, max(0, len(before) - 2))
    if at < 0:
        return [(text, False)]
    return [run for run in ((text[:at], False), (word, True), (text[at + len(word) :], False)) if run[0]]


class _Overlay:
    """A drawn caption as planes, for mixing into 4:2:0 pictures."""

    def __init__(self, pixels: NDArray[np.uint8], size: Size) -> None:
        rows, columns = pixels.shape[0] // 2 * 2, min(pixels.shape[1], size.width) // 2 * 2
        rows = min(rows, size.height)
        left_over = (pixels.shape[1] - columns) // 2
        pixels = pixels[pixels.shape[0] - rows :, left_over : left_over + columns]
        self._top = max(0, round(size.height * (1 - _SAFE) - rows)) // 2 * 2
        self._left = (size.width - columns) // 4 * 2
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
        """A copy of the picture with the caption in it."""
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
