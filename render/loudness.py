"""Loudness and true peak by ITU-R BS.1770-5 and EBU R 128, and the gain curve that keeps a peak. Pure but for the filter's library."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Sound as shape (2, samples), 48 kHz, full scale 1.0: one row a channel, so that every sum runs through memory in order."""

RATE = 48000
SILENCE = -70.0  # LUFS: the absolute gate of BS.1770; what is below counts as silence
HOP = RATE // 100  # samples of a power: 10 ms
PEAK_HOP = RATE // 1000  # samples of a peak: 1 ms
LEAD = 4096  # samples that the weighting must have heard before what is measured: its memory has decayed to -170 dB by then
_STEP = 10  # hops: the 400 ms blocks of the gate overlap by 75 %

# The two biquads of the K weighting at 48 kHz (BS.1770-5, annex 1, tables 1 and 2).
_WEIGHTING = (
    "b0=1.53512485958697:b1=-2.69169618940638:b2=1.19839281085285:a0=1:a1=-1.69065929318241:a2=0.73248077421585:precision=f64",
    "b0=1:b1=-2:b2=1:a0=1:a1=-1.99004745483398:a2=0.99007225036621:precision=f64",
)


def weigh(sound: Samples) -> NDArray[np.float64]:
    """The sound through the K weighting, from silence on; shape (2, samples). Give it LEAD samples more than you use."""
    if not sound.shape[1]:
        return np.zeros((2, 0))
    graph = av.filter.Graph()
    last = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
    first = last
    for number, settings in enumerate(_WEIGHTING):
        following = graph.add("biquad", settings, name=f"k{number}")
        last.link_to(following)
        last = following
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    first.push(frame(sound, 0))
    first.push(None)
    found = []
    while True:
        try:
            found.append(graph.pull().to_ndarray())  # type: ignore[union-attr]
        except (av.BlockingIOError, av.EOFError):
            break
    return np.concatenate(found, axis=1).astype(np.float64, copy=False)


def frame(sound: Samples, at: int) -> av.AudioFrame:
    """Sound as a frame of the media library, beginning at sample `at`."""
    made = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound, dtype=np.float32), format="fltp", layout="stereo")
    made.sample_rate, made.pts, made.time_base = RATE, at, Fraction(1, RATE)
    return made


def powers(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over both channels of one times two in each whole or begun hop of 10 ms; shape (hops,)."""
    hops = -(-one.shape[1] // HOP)
    if one.shape[1] != hops * HOP:
        one, two = (np.pad(sound, ((0, 0), (0, hops * HOP - sound.shape[1]))) for sound in (one, two))
    return np.einsum("chs,chs->h", one.reshape(2, hops, HOP), two.reshape(2, hops, HOP))


def integrated(power: NDArray[np.float64]) -> float:
    """Integrated loudness in LUFS of K-weighted power in hops of 10 ms; -70 where nothing is louder than silence."""
    steps = len(power) // _STEP
    tenths = power[: steps * _STEP].reshape(steps, _STEP).sum(axis=1) / (_STEP * HOP)
    if len(tenths) < 4:
        return SILENCE
    blocks = (tenths[:-3] + tenths[1:-2] + tenths[2:-1] + tenths[3:]) / 4
    loud = blocks[blocks > 10 ** ((SILENCE + 0.691) / 10)]
    if not len(loud):
        return SILENCE
    gated = loud[loud > loud.mean() / 10]  # the relative gate: 10 LU under
    return max(SILENCE, -0.691 + 10 * math.log10(gated.mean()))


def decibels(value: float) -> float:
    """A linear peak in dB; -120 for silence."""
    return 20 * math.log10(max(value, 1e-6))


def measure(sound: Samples) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) of a whole sound."""
    weighted = weigh(sound)
    return integrated(powers(weighted, weighted)), decibels(float(peaks(sound).max(initial=0.0)))


_HALF = 12  # samples each side that the interpolation looks at
_PHASES = 4  # oversampling at 48 kHz that BS.1770-5, annex 2 asks for
_RISE = 0.5  # a wave rises at most 6 dB over its samples in all but contrived sound


@lru_cache(maxsize=1)
def _interpolators() -> NDArray[np.float32]:
    """Taps for a quarter, a half and three quarters of the way to the next sample; shape (3, 24)."""
    reach = np.arange(-_HALF + 1, _HALF + 1)
    found = []
    for phase in range(1, _PHASES):
        shift = reach - phase / _PHASES
        taps = np.sinc(shift) * (np.i0(9.0 * np.sqrt(np.clip(1 - (shift / _HALF) ** 2, 0, 1))) / np.i0(9.0))
        found.append(taps / taps.sum())
    return np.stack(found).astype(np.float32)


def peaks(sound: Samples, above: float = 0.0, rise: float = _RISE) -> NDArray[np.float32]:
    """The true peak (linear, 4 x oversampled, both channels) in each hop of 1 ms; a peak between two hops counts in both. Shape (hops,).

    Between samples is looked only where a peak may exceed `above`, because interpolating is what costs: `rise` is how small the samples beside
    such a peak may be, as a share of it. Within 12 samples of either end only the samples themselves count.
    """
    size = sound.shape[1]
    hops = -(-size // PEAK_HOP)
    found = np.zeros(hops * PEAK_HOP, dtype=np.float32)
    np.maximum(np.abs(sound[0]), np.abs(sound[1]), out=found[:size])
    top = found.reshape(hops, PEAK_HOP).max(axis=1) if hops else np.zeros(0, np.float32)
    loud = found[:size] > above * rise
    pairs = np.flatnonzero(loud[:-1] | loud[1:])  # between which two samples a peak may stand
    pairs = pairs[(pairs >= _HALF - 1) & (pairs < size - _HALF)]
    taps, windows = _interpolators(), np.lib.stride_tricks.sliding_window_view(sound, 2 * _HALF, axis=1) if len(pairs) else sound
    for begin in range(0, len(pairs), 1 << 14):  # so that memory stays flat
        at = pairs[begin : begin + (1 << 14)]
        between = np.maximum(*(np.abs(taps @ line[at - (_HALF - 1)].T).max(axis=0) for line in windows))
        np.maximum.at(top, at // PEAK_HOP, between)
        np.maximum.at(top, (at + 1) // PEAK_HOP, between)
    return top


REACH = 10  # points (10 ms) over which the limiter's gain bends: short enough not to pump, long enough not to crackle


def held(need: NDArray[np.float64]) -> NDArray[np.float64]:
    """The limiter's gain where hops begin and end: nowhere above the need of either hop beside a point; shape (hops + 1,).

    Between two points gain is drawn as a line, so no sample has more than its hop needs.
    """
    points = np.ones(len(need) + 1)
    low = np.flatnonzero(need < 1)
    if not len(low):
        return points
    wide = 4 * REACH
    breaks = np.flatnonzero(np.diff(low) > 2 * wide)
    for first, last in zip(np.concatenate([[low[0]], low[breaks + 1]]), np.concatenate([low[breaks], [low[-1]]]), strict=True):
        begin, end = max(0, first - wide), min(len(need), last + 1 + wide)
        part = need[begin:end]
        points[begin : end + 1] = bend(np.minimum(np.append(part, part[-1]), np.insert(part, 0, part[0])), REACH)
    return points


def bend(need: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """A smooth curve that is nowhere above `need`: the running minimum over ±reach, averaged over ±reach."""
    padded = np.pad(need, 2 * reach, mode="edge")
    lowest, width = padded, 1
    target = 2 * reach + 1
    while width < target:  # minima over doubling windows
        step = min(width, target - width)
        lowest = np.minimum(lowest[: len(lowest) - step], lowest[step:])
        width += step
    summed = np.concatenate([[0.0], np.cumsum(lowest)])
    return (summed[target:] - summed[:-target]) / target


def drawn(points: NDArray[np.floating], hop: int, size: int) -> NDArray[np.float32]:
    """A curve given at every hop's edges as a line through `size` samples; needs one point more than hops."""
    hops = -(-size // hop)
    low, high = points[:hops].astype(np.float32), points[1 : hops + 1].astype(np.float32)
    share = np.arange(hop, dtype=np.float32) / np.float32(hop)
    curve = (high - low)[:, None] * share
    curve += low[:, None]
    return curve.reshape(-1)[:size]
