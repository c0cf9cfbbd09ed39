"""A clip written on a thread of its own, while its next pass is computed: frames in, one splice-ready MP4."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pipelines.camera.clip import ClipWriter
from pipelines.camera.plate import Canvas, planes_of
from pipelines.diffusion.lengths import Frame, resampled
from pipelines.diffusion.sizes import Pair, conform
from pipelines.engine import Report

REPORT_EVERY = 6  # frames
PREVIEW_WIDTH = 480
LOOK_SECONDS = 0.5


class Writing:
    """A clip of `frames` frames at `fps` a second, made of frames at `own` a second; at most `ahead` of those wait to be written."""

    def __init__(self, path: Path, size: Pair, fps: int, frames: int, keys: tuple[int, ...], *, own: float, way: str, ahead: int, report: Report) -> None:
        self._path, self._size, self._fps, self._frames, self._keys = path, size, fps, frames, keys
        self._own, self._way, self._report = own, way, report
        self._queue: queue.Queue[Frame | None] = queue.Queue(ahead)
        self._error: BaseException | None = None
        self._given_up = self._ended = False
        self._last = 0
        self._thread = threading.Thread(target=self._write, name="writing", daemon=True)
        self._thread.start()

    def add(self, frame: Frame) -> None:
        """One more frame; waits while too many wait. Raises what the writing raised."""
        while self._error is None:
            try:
                return self._queue.put(frame, timeout=LOOK_SECONDS)
            except queue.Full:
                continue
        raise self._error

    def finish(self, steps: int) -> None:
        """All frames are there: wait until the clip is whole, telling of it as the last of `steps` steps. Raises what the writing raised."""
        self._last = steps
        self._queue.put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def give_up(self) -> None:
        """Nobody wants the clip."""
        self._given_up = True
        self._queue.put(None)
        self._thread.join()

    def _write(self) -> None:
        try:
            # Continued, a clip would drift in size: frames are brought to the film's size as they are written, never before.
            with ClipWriter(self._path, *self._size, self._fps, self._keys) as clip:
                for index, frame in enumerate(resampled(self._source(), self._own, self._fps, self._frames, self._way)):
                    picture = conform(Image.fromarray(frame), self._size)
                    clip.add(canvas(np.asarray(picture)))
                    if index == 0:
                        self._show(picture)
                    if self._last and index % REPORT_EVERY == REPORT_EVERY - 1:
                        self._report.step(self._last, self._last, f"frame {index + 1} of {self._frames}")
        except BaseException as error:
            self._error = error
        while not self._ended:  # more than was needed, or after a failure: whoever adds must not wait for ever
            self._ended = self._queue.get() is None

    def _source(self) -> Iterator[Frame]:
        while (frame := self._queue.get()) is not None:
            yield frame
        self._ended = True
        if self._given_up:
            raise InterruptedError("nobody wants it any more")

    def _show(self, picture: Image.Image) -> None:
        small = picture.copy()
        small.thumbnail((PREVIEW_WIDTH, PREVIEW_WIDTH))
        small.save(self._path.with_name("preview.jpg"), quality=82)
        self._report.preview(self._path.with_name("preview.jpg"), "image/jpeg")


def canvas(picture: Frame) -> Canvas:
    """An RGB frame (even sides) as planes for the encoder; chroma lies on the even columns and between the rows (ITU-T H.264, chroma_loc 0)."""
    height, width = picture.shape[:2]
    y, u, v = planes_of(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2BGRA), np.uint8))
    kernel = np.array([[0.25, 0.5, 0.25]], np.float32)
    halves = [cv2.resize(cv2.filter2D(plane, -1, kernel)[:, ::2], (width // 2, height // 2), interpolation=cv2.INTER_AREA) for plane in (u, v)]
    return Canvas(y, *(np.asarray(half, np.uint8) for half in halves))
