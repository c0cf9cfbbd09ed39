"""AAC in pieces: each encoded by itself, side by side, so that together they are one track; the bytes do not depend on how many threads there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from render.loudness import LEAD, PEAK_HOP, RATE, Samples, frame, peaks, powers, weigh

BITRATE = 192_000
# The default coder ("twoloop") spends 18 ms on a second of a real film's sound, this one 7; at this rate its noise is no nearer to being heard: 40 bands of
# frames of 2,048, noise to a mask 13 dB under the band: mean -33 dB with both, the worst 1 % at -4.7 dB with the default and -13.3 dB with this one.
_CODER = "fast"
FRAME = 1024  # samples in an AAC frame, and the encoder's delay
LEADING = 8  # frames that a piece's encoder has heard before the first that is kept: its judgement of what comes rests on two or three
_FED = 8 * FRAME  # samples given to the encoder at a time: its buffer moves all it holds for every frame it takes
_AFTER = 24  # samples after a piece that its last true peak needs


@dataclass(frozen=True)
class Coded:
    """A piece of a track: its packets, and what a player will hear of it: K-weighted power in hops of 10 ms, true peaks in hops of 1 ms.

    Both begin FRAME samples before the piece's first sample: the frame before is only whole with the piece's first packet.
    """

    packets: tuple[bytes, ...]
    power: NDArray[np.float64]
    peaks: NDArray[np.float32]


def encode(read: Callable[[int, int], Samples], first: int, last: int, *, ends: bool, above: float) -> Coded:
    """Encode samples `first` to `last` (exclusive) of the sound that `read` gives, and hear what became of it; peaks under `above` may be told too small.

    `first` is a whole number of frames and hops, and so is `last` but for the piece that `ends` the track.
    """
    lead = min(LEADING, first // FRAME)
    coder = _coder()
    packets = [bytes(packet) for packet in _packets(coder, read(first - lead * FRAME, last))]
    until = len(packets) if ends else lead + (last - first) // FRAME
    # One packet more, because a wave's crest may stand between this piece's last sample and the next.
    heard = _decode(packets[: until + 1], coder.extradata or b"")[:, : until * FRAME + _AFTER]
    begin = lead * FRAME
    weighted = weigh(heard[:, max(0, begin - LEAD) : until * FRAME])[:, min(begin, LEAD) :]
    before = min(begin, PEAK_HOP)
    found = peaks(heard[:, begin - before :], above)[before // PEAK_HOP :]
    return Coded(tuple(packets[lead:until]), powers(weighted, weighted), found)


def _coder() -> av.AudioCodecContext:
    coder = av.CodecContext.create("aac", "w")
    assert isinstance(coder, av.AudioCodecContext)
    coder.sample_rate, coder.bit_rate, coder.time_base = RATE, BITRATE, Fraction(1, RATE)
    coder.layout, coder.format = "stereo", "fltp"  # type: ignore[assignment]
    coder.flags |= av.codec.context.Flags.bitexact
    coder.options = {"aac_coder": _CODER}
    coder.open()
    return coder


def _packets(coder: av.AudioCodecContext, sound: Samples) -> Iterator[av.Packet]:
    for at in range(0, sound.shape[1], _FED):
        yield from coder.encode(frame(sound[:, at : at + _FED], at))
    yield from coder.encode(None)


def _decode(packets: Iterable[bytes], description: bytes) -> Samples:
    decoder = av.CodecContext.create("aac", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.extradata = description
    found = [part.to_ndarray() for data in packets for part in decoder.decode(av.Packet(data))]
    found += [part.to_ndarray() for part in decoder.decode(None)]
    return np.concatenate(found, axis=1)  # type: ignore[arg-type]


def silence(length: int) -> Iterable[bytes]:
    """The packets of a silent track of `length` samples: one coded frame of silence, again and again."""
    coder = _coder()
    packets = [bytes(packet) for packet in _packets(coder, np.zeros((2, 4 * FRAME), np.float32))]
    return (packets[2] for _ in range(-(-length // FRAME) + 1))


def write(packets: Iterable[bytes], length: int, target: Path) -> None:
    """Put a track's packets into an MP4 of exactly `length` samples.

    Raises OSError when the disk is full.
    """
    with av.open(str(target), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("aac", rate=RATE)
        stream.bit_rate, stream.layout = BITRATE, "stereo"  # type: ignore[misc, assignment]
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for at, data in zip(range(-FRAME, length, FRAME), packets, strict=True):
            packet = av.Packet(data)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, RATE), True
            packet.pts = packet.dts = at
            packet.duration = min(FRAME, length - at)
            container.mux_one(packet)
