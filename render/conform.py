"""Foreign clips made to fit: any rate, size, pixel shape, turn, depth and colour, as frames of the film's own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from farm.types import SPLICE, Size
from render.encode import Picture
from render.fields import whole_pictures
from render.media import PIXELS, Unreadable, open_media, to_yuv
from render.source import planes

_HD = 720  # lines from which on unnamed colours are BT.709's; below they are BT.601's, as players take them
_UNNAMED, _BT709 = 2, 1  # ITU-T H.273, tables 2 to 4
_FULL = 2  # of a frame's colour range: 0 to 255
_PQ, _HLG = 16, 18
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


def foreign(file: Path, size: Size, fps: int, frames: int) -> Iterator[Picture]:
    """Exactly `frames` frames of any clip, scaled and cropped to `size`, at `fps`; the last one is held where it is short.

    Fields become pictures, pixels that are not square are made so, a camera's turn is undone, high dynamic range is brought down. Raises Unreadable
    when not one frame can be decoded.
    """
    with open_media(file) as container:
        if not any(stream.codec_context is not None for stream in container.streams.video[:1]):
            raise Unreadable("there is no picture in it")
        stream = container.streams.video[0]
        shape = _pixel(stream)
        given, picture = 0, None
        last: av.VideoFrame | None = None
        origin: Fraction | None = None
        try:
            for number, frame in enumerate(whole_pictures(file, stream, _small_enough(container.decode(stream)))):
                at = frame.pts * frame.time_base if frame.pts is not None and frame.time_base else Fraction(number) / (stream.average_rate or fps)
                origin = at if origin is None else origin
                until = min(frames, int((at - origin) * fps + Fraction(1, 2)))
                if last is not None and given < until:
                    picture = fitted(last, size, shape)  # only what is shown: where a clip has more frames than the film, many are not
                    yield from repeat(picture, until - given)
                    given = until
                if given >= frames:
                    return
                last = frame
        except (av.FFmpegError, ValueError) as error:
            if last is None:
                raise Unreadable("no frame in it can be decoded") from error
        with contextlib.suppress(av.FFmpegError, ValueError):  # then what came before it is held
            picture = fitted(last, size, shape) if last is not None else None
    if picture is None:
        raise Unreadable("no frame in it can be decoded")
    yield from repeat(picture, frames - given)


def _small_enough(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    for frame in frames:
        if frame.width * frame.height > PIXELS:
            raise Unreadable(f"its pictures are too large: {frame.width}x{frame.height}")
        yield frame


def _pixel(stream: av.VideoStream) -> float:
    """How many times as wide as high a pixel is shown; 1 where the file does not say, or nothing that can be."""
    told = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    return float(told) if told and 0.1 <= told <= 10 else 1.0


def fitted(frame: av.VideoFrame, size: Size, pixel: float = 1.0) -> Picture:
    """A frame as it is meant to be seen, scaled to fill `size` and cropped about its middle."""
    turn = round(frame.rotation / 90) * 90 % 360
    bright = frame.color_trc in (_PQ, _HLG)
    same = (frame.width, frame.height) == (size.width, size.height) and frame.format.name == SPLICE.pixel_format
    if same and not turn and pixel == 1 and not bright and frame.color_range != _FULL and _matrix(frame) == Colorspace.ITU709:
        return planes(frame, SPLICE.pixel_format)
    wide, high = frame.width * pixel, float(frame.height)
    across, down = (size.width, size.height) if turn % 180 == 0 else (size.height, size.width)  # what the frame fills before it is turned
    scale = max(across / wide, down / high)
    width, height = max(across, round(wide * scale)), max(down, round(high * scale))
    shrunk = cast(
        "av.VideoFrame",
        frame.reformat(width, height, "rgb48le" if bright else "bgr24", src_colorspace=_matrix(frame), interpolation="AREA" if scale < 1 else "BICUBIC"),
    )
    left, top = (width - across) // 2, (height - down) // 2
    pixels = np.ascontiguousarray(shrunk.to_ndarray()[top : top + down, left : left + across])
    shown = brought_down(cast("NDArray[np.uint16]", pixels), hlg=frame.color_trc == _HLG) if bright else cast("NDArray[np.uint8]", pixels)
    return to_yuv(cast("NDArray[np.uint8]", cv2.rotate(shown, _TURNS[turn])) if turn else shown)


def _matrix(frame: av.VideoFrame) -> int:
    """The colour matrix that a frame names, or that players take for one of its size."""
    named = int(frame.colorspace)
    if named == _UNNAMED:
        return Colorspace.ITU709 if frame.height >= _HD else Colorspace.ITU601
    return named


# BT.2020 to BT.709 primaries, linear light (ITU-R BT.2087-0, annex 2), rows R, G, B.
_PRIMARIES = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32)
_WHITE = 203.0  # cd/m2 of diffuse white (ITU-R BT.2408), which comes to three quarters of the range: above it there is room for highlights
_TOP = 1000.0  # cd/m2 that are still told apart; what is brighter is white


def brought_down(pixels: NDArray[np.uint16], *, hlg: bool) -> NDArray[np.uint8]:
    """High dynamic range (PQ or HLG, BT.2020 primaries; RGB, 16 bit) as BT.709 (BGR, 8 bit): colours keep their hue, highlights roll off."""
    light = _light(hlg)[pixels]
    light = np.maximum(cv2.transform(light, _PRIMARIES), 0)
    brightest = light.max(axis=2)
    top = np.float32(_TOP / _WHITE)
    mapped = brightest * (1 + brightest / top**2) / (1 + brightest)  # Reinhard et al. 2002, equation 4: `top` comes out as 1
    light *= (mapped / np.maximum(brightest, 1e-6))[:, :, None]
    coded = _coded()[np.clip(light * 4095, 0, 4095).astype(np.uint16)]
    return np.ascontiguousarray(coded[:, :, ::-1])


@lru_cache(maxsize=2)
def _light(hlg: bool) -> NDArray[np.float32]:
    """Light of each 16 bit code, diffuse white being 1 (ITU-R BT.2100-2, tables 4 and 5; HLG for a display of 1,000 cd/m2)."""
    signal = np.linspace(0, 1, 65536)
    if hlg:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
        return (1000 * scene**1.2 / _WHITE).astype(np.float32)
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = signal ** (1 / m2)
    return (10000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1) / _WHITE).astype(np.float32)


@lru_cache(maxsize=1)
def _coded() -> NDArray[np.uint8]:
    """The 8 bit code of each of 4,096 steps of light, by the curve that displays of BT.709 pictures undo (gamma 2.4, ITU-R BT.1886)."""
    return np.rint(255 * np.linspace(0, 1, 4096) ** (1 / 2.4)).astype(np.uint8)
