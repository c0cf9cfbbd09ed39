"""How many frames a model is asked for, pass by pass, and how its frames per second become the film's. Pure, but for the pixels in between."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]  # (height, width, 3), RGB

WAYS = ("flow", "blend", "nearest")
SAME = 1e-3  # frames: nearer than this to a frame is that frame


def allowed(frames: int, step: int, longest: int, shortest: int = 1) -> int:
    """The shortest length of the form step·n + 1, n ≥ 1, of at least `frames` and `shortest` frames; at most the longest of that form within `longest`."""
    most = max(1, (longest - 1) // step)
    return step * min(most, max(1, math.ceil((max(frames, shortest) - 1) / step))) + 1


def passes(frames: int, step: int, longest: int, shared: int = 1, shortest: int = 1) -> list[int]:
    """Lengths of the passes that together give at least `frames` frames; each after the first begins with the last `shared` frames of the one before."""
    lengths: list[int] = []
    have = 0
    while have < frames:
        over = shared if lengths else 0
        length = allowed(frames - have + over, step, longest, shortest)
        have += length - over
        lengths.append(length)
    return lengths


def sharing(context: int, step: int, longest: int) -> int:
    """How many frames of a pass begin the next one: those that the model takes, where its passes are long enough for as many new ones; else one."""
    return context if context > 1 and allowed(longest, step, longest) >= 2 * context else 1


def joined(ends: Sequence[Frame], begins: Sequence[Frame]) -> list[Frame]:
    """The frames that two passes share, led over from the first to the second: the first of them is the first pass's."""
    steps = len(ends)
    return [np.asarray(cv2.addWeighted(a, 1 - index / steps, b, index / steps, 0.0), np.uint8) for index, (a, b) in enumerate(zip(ends, begins, strict=True))]


def needed(frames: int, fps: float, own: float) -> int:
    """How many frames at `own` a second are needed to show `frames` frames at `fps` a second."""
    return max(1, math.ceil((frames - 1) * own / fps - SAME) + 1)


def resampled(source: Iterable[Frame], own: float, fps: float, frames: int, way: str = "flow") -> Iterator[Frame]:
    """Exactly `frames` frames at `fps` a second out of `source` at `own` a second; the last one is held if the source is short.

    Frames in between are made by moving pixels along the optical flow ("flow"), by mixing ("blend"), or are the nearest one ("nearest").
    """
    between = {"flow": _flow, "blend": _blend, "nearest": _nearest}[way]
    stream = iter(source)
    before, after, at = next(stream), next(stream, None), 0  # `before` is frame `at`, `after` the next one
    mover: Callable[[float], Frame] | None = None
    for index in range(frames):
        moment = index * own / fps
        while after is not None and moment >= at + 1 - SAME:
            before, after, at, mover = after, next(stream, None), at + 1, None
        if after is None or moment - at <= SAME:
            yield before
        else:
            mover = mover or between(before, after)
            yield mover(moment - at)


def _nearest(a: Frame, b: Frame) -> Callable[[float], Frame]:
    return lambda part: a if part < 0.5 else b


def _blend(a: Frame, b: Frame) -> Callable[[float], Frame]:
    return lambda part: np.asarray(cv2.addWeighted(a, 1 - part, b, part, 0.0), np.uint8)


def _flow(a: Frame, b: Frame) -> Callable[[float], Frame]:
    """Both frames moved to the moment along the flow between them, then mixed; flow by dense inverse search (Kroeger et al., 2016)."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (a, b)]
    ahead = search.calc(grey[0], grey[1], None)  # type: ignore[call-overload]
    back = search.calc(grey[1], grey[0], None)  # type: ignore[call-overload]
    height, width = grey[0].shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))

    def at(part: float) -> Frame:
        # The flow at the pixel where something will be is taken for that where it is now: good for the small motion between two frames.
        moved = [
            cv2.remap(frame, columns - flow[..., 0] * share, rows - flow[..., 1] * share, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for frame, flow, share in ((a, ahead, part), (b, back, 1 - part))
        ]
        return np.asarray(cv2.addWeighted(moved[0], 1 - part, moved[1], part, 0.0), np.uint8)

    return at
