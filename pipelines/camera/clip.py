"""Writes splice-ready clips: frames in, one MP4 that can be joined to others by copying packets."""

from __future__ import annotations

import fractions
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import av
import numpy as np
from av.video.frame import PictureType
from av.video.stream import VideoStream

from farm.types import SPLICE
from pipelines.camera.plate import Canvas

THREADS = 2  # of x264: as much processor time as one thread and less waiting (benchmarks/camera.py); fixed, so that the bytes are
# What x264 may leave out where all motion is a smooth slide: sub-pixel refinement beyond a first pass, pondering where B-frames go, and the
# macroblock tree, which besides reads memory it never wrote (with b-pyramid=none and these sizes the same frames gave different bytes from run
# to run). The tree had also held the rate down; the zone does that now. The size and fidelity of the shared settings for 40 % less
# processor time; the headers stay the same, so packets still join (benchmarks/camera.py).
THRIFT = ":subme=1:b-adapt=0:mbtree=0:rc-lookahead=0:zones=0,99999,b=0.7"
_BT709 = 1  # AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCOL_SPC_BT709
_LIMITED = 1  # AVCOL_RANGE_MPEG


class ClipWriter:
    """Encodes canvases with `farm.types.SPLICE`; a context manager, and what it wrote is whole when it is left."""

    def __init__(self, path: Path, width: int, height: int, fps: int, key_frames: Collection[int]) -> None:
        self._keys = {0, *key_frames}
        self._fps = fps
        self._count = 0
        self._file = av.open(str(path), "w", format="mp4", options={"video_track_timescale": str(SPLICE.time_base_denominator)})
        stream = cast("VideoStream", self._file.add_stream(SPLICE.codec, rate=fps, options=_options()))
        stream.width, stream.height, stream.pix_fmt = width, height, SPLICE.pixel_format
        stream.time_base = fractions.Fraction(1, SPLICE.time_base_denominator)
        codec = stream.codec_context
        codec.time_base = fractions.Fraction(1, fps)
        codec.thread_count = THREADS
        codec.color_primaries = codec.color_trc = codec.colorspace = _BT709
        codec.color_range = _LIMITED
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._file.mux(self._stream.encode(None))
        finally:
            self._file.close()

    def add(self, canvas: Canvas) -> None:
        """Encode one frame; the canvas is copied."""
        frame = av.VideoFrame(canvas.y.shape[1], canvas.y.shape[0], SPLICE.pixel_format)
        for plane, samples in zip(frame.planes, (canvas.y, canvas.u, canvas.v), strict=True):
            target = np.frombuffer(cast(Any, plane), np.uint8).reshape(-1, plane.line_size)
            target[: samples.shape[0], : samples.shape[1]] = samples
        frame.pts = self._count
        frame.time_base = fractions.Fraction(1, self._fps)
        frame.pict_type = PictureType.I if self._count in self._keys else PictureType.NONE
        frame.color_primaries = frame.color_trc = frame.colorspace = _BT709
        frame.color_range = _LIMITED
        self._file.mux(self._stream.encode(frame))
        self._count += 1


def _options() -> dict[str, str]:
    return {**SPLICE.options, "x264-params": SPLICE.options["x264-params"] + THRIFT}
