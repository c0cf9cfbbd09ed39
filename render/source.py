"""What the film is made of: clips whose packets can be copied, stills and cards whose frames are made."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol, cast

import av
import numpy as np
from numpy.typing import NDArray

from farm.types import SPLICE, Size
from render.boxes import Table, table
from render.card import held
from render.encode import REORDER, Coded, Picture, parameter_sets, sets_in_avcc, whole
from render.media import Unreadable, open_media, to_yuv


class Source(Protocol):
    """A run of frames that spans are taken from."""

    @property
    def frames(self) -> int:
        """How many frames of it the film uses."""

    @property
    def keys(self) -> frozenset[int]:
        """Frames at which packets can be cut; empty where there are no packets to copy."""

    def pictures(self, first: int, last: int) -> Iterator[Picture]:
        """Decoded frames `first` to `last` (exclusive), in showing order.

        Raises Unreadable when fewer can be had.
        """


@dataclass(frozen=True)
class Clip:
    """A splice-ready clip."""

    file: Path
    frames: int
    keys: frozenset[int]
    table: Table | None = field(default=None, repr=False, compare=False)

    def packets(self, first: int, last: int) -> Iterator[Coded]:
        """Coded frames `first` to `last` in decoding order; both are key frames (or the clip's end).

        Raises Unreadable when a packet is torn.
        """
        return self._demuxed(first, last) if self.table is None else self._read(self.table, first, last)

    def _read(self, table: Table, first: int, last: int) -> Iterator[Coded]:
        """Straight from the file: groups are closed, so a run of frames is a run of packets."""
        try:
            handle = os.open(self.file, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise Unreadable(error.strerror or "it cannot be opened") from None
        try:
            for at in range(first, min(last, len(table.sizes))):
                data = os.pread(handle, table.sizes[at], table.offsets[at])
                if not whole(data):
                    raise Unreadable(f"frame {table.shown[at]} is damaged")
                yield Coded(data, table.shown[at] - first, at in table.keys)
        finally:
            os.close(handle)

    def _demuxed(self, first: int, last: int) -> Iterator[Coded]:
        with open_media(self.file) as container:
            stream = container.streams.video[0]
            for number, packet in _numbered(container, first):
                if number >= last:
                    if packet.is_keyframe:
                        break
                    continue
                if number >= first:
                    data = bytes(packet)
                    if not whole(data):
                        raise Unreadable(f"frame {number} is damaged")
                    yield Coded(data, number - first, packet.is_keyframe)
            del stream

    def pictures(self, first: int, last: int) -> Iterator[Picture]:
        """Decoded frames `first` to `last`, decoding from the key frame before."""
        wanted = first
        with open_media(self.file) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            tick, zero = _tick(stream), stream.start_time or 0
            start = max((key for key in self.keys if key <= first), default=0)
            try:
                if start:
                    container.seek(zero + start * tick, stream=stream, backward=True)
                for frame in container.decode(stream):
                    if frame.pts is None or (frame.pts - zero) // tick < wanted:
                        continue
                    if (frame.pts - zero) // tick != wanted:
                        break
                    yield planes(frame, SPLICE.pixel_format)
                    wanted += 1
                    if wanted >= last:
                        return
            except (av.FFmpegError, ValueError) as error:
                raise Unreadable(f"frame {wanted} cannot be decoded") from error
        raise Unreadable(f"frame {wanted} cannot be decoded")


def _tick(stream: av.VideoStream) -> int:
    rate = stream.average_rate
    assert rate
    assert stream.time_base
    return max(1, round(1 / (rate * stream.time_base)))


def _numbered(container: av.container.InputContainer, first: int) -> Iterator[tuple[int, av.Packet]]:
    stream = container.streams.video[0]
    tick, zero = _tick(stream), stream.start_time or 0
    if first:
        container.seek(zero + first * tick, stream=stream, backward=True)
    try:
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                yield (packet.pts - zero) // tick, packet
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable("the file breaks off") from error


@dataclass(frozen=True)
class Look:
    """What a first look at a clip tells: whether its packets can be copied as they are, its whole frames, and its key frames."""

    conforming: bool
    frames: int
    keys: frozenset[int]
    reason: str = ""
    table: Table | None = field(default=None, repr=False, compare=False)
    sound: bool = False  # whether it has sound of its own


def look(file: Path, size: Size, fps: int) -> Look:
    """Read a clip's packets (not decoding) and judge it against the splice settings.

    Raises Unreadable when it is no video.
    """
    return _glance(file, size, fps) or _demux(file, size, fps)


def _glance(file: Path, size: Size, fps: int) -> Look | None:
    """The look at a clip laid out as ours are, by its table alone; None where the demuxer must look."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would wait for ever
    except (OSError, ValueError):
        return None
    try:
        found = table(handle) if stat.S_ISREG(os.fstat(handle).st_mode) else None
        if found is None or (found.width, found.height, found.rate) != (size.width, size.height, fps):
            return None
        if sets_in_avcc(found.avcc) != parameter_sets(size, fps) or 0 not in found.keys:
            return None
        for at, (number, length, place) in enumerate(zip(found.shown, found.sizes, found.offsets, strict=True)):
            if number + REORDER < at or (at in found.keys) != (number == at and at in found.keys):
                return None
            head = os.pread(handle, 5, place)
            if len(head) < 5 or int.from_bytes(head[:4], "big") + 4 != length or head[4] & 0x9F not in (1, 5):
                return None  # several slices, a torn packet: the thorough look tells
        if _unbroken(found.shown) != len(found.shown):
            return None
        return Look(True, len(found.shown), found.keys, table=found, sound=found.sound)
    except OSError:
        return None
    finally:
        os.close(handle)


def _demux(file: Path, size: Size, fps: int) -> Look:
    with open_media(file) as container:
        if not any(stream.codec_context is not None for stream in container.streams.video[:1]):  # a torn file's stream may have no codec
            raise Unreadable("there is no picture in it")
        stream = container.streams.video[0]
        heard = bool(container.streams.audio)
        reason = _differs(stream, size, fps)
        if reason:
            return Look(False, 0, frozenset(), reason, sound=heard)
        tick, zero = _tick(stream), stream.start_time or 0
        numbers: list[int] = []
        keys: set[int] = set()
        try:
            for packet in container.demux(stream):
                if not packet.size or packet.pts is None:
                    continue
                if packet.is_corrupt or not whole(bytes(packet)):
                    break
                number, rest = divmod(packet.pts - zero, tick)
                if rest or number + REORDER < len(numbers):
                    return Look(False, 0, frozenset(), "its frames are not evenly timed", sound=heard)
                if packet.is_keyframe:
                    if number != len(numbers):
                        return Look(False, 0, frozenset(), "its groups of pictures are open", sound=heard)
                    keys.add(number)
                numbers.append(number)
        except (av.FFmpegError, ValueError):
            pass  # what came before the break counts
        count = _unbroken(numbers)
        if not count or 0 not in keys:
            raise Unreadable("no frame in it is whole")
        return Look(True, count, frozenset(key for key in keys if key < count), sound=heard)


def _unbroken(numbers: list[int]) -> int:
    """How many frames from 0 on are all there."""
    have = set(numbers)
    count = 0
    while count in have:
        count += 1
    return count if len(have) == len(numbers) else 0


def _differs(stream: av.VideoStream, size: Size, fps: int) -> str:
    context = stream.codec_context
    if context.name != "h264":
        return f"its codec is {context.name}"
    if (context.width, context.height) != (size.width, size.height):
        return f"its size is {context.width}x{context.height}"
    if stream.average_rate != Fraction(fps):
        return f"its rate is {stream.average_rate} frames a second"
    if sets_in_avcc(context.extradata or b"") != parameter_sets(size, fps):
        return "its encoder settings differ from the splice settings"
    return ""


@dataclass(frozen=True)
class Still:
    """A picture held with a gentle move."""

    pixels: NDArray[np.uint8]
    frames: int
    keys: frozenset[int] = frozenset()

    def pictures(self, first: int, last: int) -> Iterator[Picture]:
        """Frames `first` to `last`."""
        for pixels in held(self.pixels, self.frames, first, last):
            yield to_yuv(pixels)


def planes(frame: av.VideoFrame, form: str) -> NDArray[np.uint8]:
    """A decoded frame's pixels in a form such as "yuv420p"."""
    return cast("NDArray[np.uint8]", frame.to_ndarray(format=form))
