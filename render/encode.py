"""Splice-ready encoding: frames in, H.264 packets out whose parameter sets equal those of every clip of the same size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import av
import av.video.frame
import numpy as np
from numpy.typing import NDArray

from farm.types import SPLICE, Size

Picture = NDArray[np.uint8]
"""One frame as planar 4:2:0: shape (height * 3 / 2, width), limited range, BT.709."""

GOP = 48  # frames between key frames in SPLICE: pieces are cut at most this long, so that two threads can share a title card
REORDER = 1  # frames that decoding runs ahead of showing: bframes without a pyramid

# The macroblock tree looks further ahead than most pieces are long, so it gains nothing here; once it was under suspicion of giving other bytes from run to
# run, which did not come true when measured: fades of 6, 12 and 24 frames at 160x96 to 640x360, 16 times alone and 64 times four at once, were the same
# bytes each time with it and without. The headers are the same either way, so packets still join.
_STEADY = ":mbtree=0"
_START_CODE = re.compile(rb"\x00*\x00\x00\x01")
_SLICES = frozenset({1, 5})


@dataclass(frozen=True)
class Coded:
    """One coded frame: length-prefixed slices, its number in showing order, and whether decoding can start here."""

    data: bytes
    number: int
    key: bool


def encode(frames: Iterable[Picture], size: Size, fps: int, *, keys: Iterable[int] = ()) -> Iterator[Coded]:
    """Encode `frames` by the splice settings, in decoding order, with a key frame at 0 and at each of `keys`.

    One thread, so that the bytes do not depend on the machine's cores; callers run several pieces side by side.
    """
    context = _context(size, fps)
    forced = {0, *keys}
    for number, picture in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format=SPLICE.pixel_format)
        frame.pts, frame.time_base = number, Fraction(1, fps)
        frame.pict_type = av.video.frame.PictureType.I if number in forced else av.video.frame.PictureType.NONE
        yield from map(_coded, context.encode(frame))
    yield from map(_coded, context.encode(None))


def _coded(packet: av.Packet) -> Coded:
    """Drop what is in the parameter sets already (and the encoder's note about itself), and prefix lengths as MP4 wants."""
    units = [unit for unit in _START_CODE.split(bytes(packet)) if unit and unit[0] & 31 in _SLICES]
    assert packet.pts is not None
    return Coded(b"".join(len(unit).to_bytes(4, "big") + unit for unit in units), packet.pts, packet.is_keyframe)


def _context(size: Size, fps: int) -> av.VideoCodecContext:
    context = av.CodecContext.create(SPLICE.codec, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = size.width, size.height, SPLICE.pixel_format
    context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
    context.thread_count = 1
    context.options = {**SPLICE.options, "x264-params": SPLICE.options["x264-params"] + _STEADY}
    context.flags |= av.codec.context.Flags.global_header
    context.open()
    return context


@lru_cache(maxsize=16)
def parameter_sets(size: Size, fps: int) -> tuple[bytes, ...]:
    """The SPS and PPS that splice-ready clips of this size and rate carry."""
    units = [unit for unit in _START_CODE.split(_context(size, fps).extradata or b"") if unit]
    return tuple(unit for unit in units if unit[0] & 31 in (7, 8))


def avcc(size: Size, fps: int) -> bytes:
    """The same parameter sets as an MP4's decoder configuration (ISO/IEC 14496-15, 5.3.3)."""
    sps, pps = parameter_sets(size, fps)
    head = bytes([1, sps[1], sps[2], sps[3], 0xFF, 0xE1])
    # High profile: chroma 4:2:0, 8 bits, no SPS extensions
    return head + len(sps).to_bytes(2, "big") + sps + b"\x01" + len(pps).to_bytes(2, "big") + pps + bytes([0xFC | 1, 0xF8, 0xF8, 0])


def sets_in_avcc(extradata: bytes) -> tuple[bytes, ...]:
    """SPS and PPS inside an MP4's decoder configuration; empty where it is something else.

    Raises nothing: hostile bytes give an empty or a differing answer.
    """
    if len(extradata) < 7 or extradata[0] != 1 or extradata[4] & 3 != 3:
        return ()
    found: list[bytes] = []
    at = 5
    for mask in (31, 255):
        if at >= len(extradata):
            return ()
        count = extradata[at] & mask
        at += 1
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            found.append(extradata[at + 2 : at + 2 + length])
            at += 2 + length
    return tuple(found)


def whole(data: bytes | memoryview) -> bool:
    """Whether length-prefixed units fill the packet exactly and hold a slice: a torn or zeroed packet does not."""
    at, sliced = 0, False
    size = len(data)
    while at + 4 < size:
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 0 or data[at + 4] & 0x80:
            return False
        sliced = sliced or data[at + 4] & 31 in _SLICES
        at += 4 + length
    return at == size and sliced
