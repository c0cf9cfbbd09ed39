"""Loudness and true peak by ITU-R BS.1770-5 and EBU R 128, a chunk at a time, and the limiter that keeps the peak."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Sound as shape (samples, 2), 48 kHz, full scale 1.0."""

RATE = 48000
SILENCE = -70.0  # LUFS: the absolute gate of BS.1770; what is below counts as silence
_STEP = RATE // 10  # the 400 ms blocks of the gate overlap by 75 %
_TAPS = 8192  # of the weighting's impulse response: it has decayed to -170 dB by then
_BLOCK = 65536

# The two biquads of the K weighting at 48 kHz (BS.1770-5, annex 1, tables 1 and 2): (b, a).
_WEIGHTING = (
    ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)


@lru_cache(maxsize=1)
def _response() -> NDArray[np.complex64]:
    """Spectrum of the K weighting's impulse response, for convolution by FFT."""
    signal = np.zeros(_TAPS)
    signal[0] = 1.0
    for (b0, b1, b2), (_, a1, a2) in _WEIGHTING:
        x1 = x2 = y1 = y2 = 0.0
        out = np.empty(_TAPS)
        for at, x in enumerate(signal.tolist()):
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x2, x1, y2, y1 = x1, x, y1, y
            out[at] = y
        signal = out
    return np.fft.rfft(signal, _BLOCK).astype(np.complex64)


class Meter:
    """Measures sound that is fed in order, in chunks of any length; memory grows by 8 bytes per 100 ms."""

    def __init__(self) -> None:
        self._tail = np.zeros((_TAPS - 1, 2), dtype=np.float32)  # what the filter still remembers
        self._waiting: list[Samples] = []
        self._held = 0
        self._power: list[NDArray[np.float64]] = []
        self._rest = np.zeros((0, 2), dtype=np.float32)
        self._edge = np.zeros((_HALF * 2, 2), dtype=np.float32)
        self.peak = 0.0  # true peak, linear

    def feed(self, sound: Samples, *, peaks: bool = True) -> None:
        """Take the next samples, shape (n, 2); `peaks` False saves the true peak's time."""
        if peaks and len(sound):
            joined = np.concatenate([self._edge, sound])
            self.peak = max(self.peak, float(true_peaks(joined, self.peak).max()))
            self._edge = joined[-2 * _HALF :]
        self._waiting.append(sound)
        self._held += len(sound)
        hop = _BLOCK - _TAPS + 1
        if self._held >= hop:
            sound = np.concatenate(self._waiting)
            while len(sound) >= hop:
                self._weigh(sound[:hop])
                sound = sound[hop:]
            self._waiting, self._held = [sound], len(sound)

    def _weigh(self, sound: Samples) -> None:
        block = np.concatenate([self._tail, sound])
        spectrum = np.fft.rfft(block, _BLOCK, axis=0) * _response()[:, None]
        weighted = np.fft.irfft(spectrum, _BLOCK, axis=0)[_TAPS - 1 : _TAPS - 1 + len(sound)].astype(np.float32)
        self._tail = block[-(_TAPS - 1) :]
        weighted = np.concatenate([self._rest, weighted])
        steps = len(weighted) // _STEP
        squares = np.square(weighted[: steps * _STEP], dtype=np.float64)
        self._power.append(squares.reshape(steps, _STEP * 2).sum(axis=1) / _STEP)
        self._rest = weighted[steps * _STEP :]

    def loudness(self) -> float:
        """Integrated loudness in LUFS of all that was fed; -70 where nothing is louder than silence."""
        if self._held:
            self._weigh(np.concatenate(self._waiting))
            self._waiting, self._held = [], 0
        power = np.concatenate(self._power) if self._power else np.zeros(0)
        if len(power) < 4:
            return SILENCE
        blocks = (power[:-3] + power[1:-2] + power[2:-1] + power[3:]) / 4
        loud = blocks[blocks > _power(SILENCE)]
        if not len(loud):
            return SILENCE
        gated = loud[loud > loud.mean() / 10]  # the relative gate: 10 LU under
        return max(SILENCE, -0.691 + 10 * math.log10(gated.mean()))

    def true_peak(self) -> float:
        """True peak in dBTP; -120 for silence."""
        return 20 * math.log10(max(self.peak, 1e-6))


def _power(lufs: float) -> float:
    return 10 ** ((lufs + 0.691) / 10)


_HALF = 12  # samples each side that the interpolation looks at
_GRAIN = 1024  # samples that are looked at together
_PHASES = 4  # oversampling at 48 kHz that BS.1770-5, annex 2 asks for


@lru_cache(maxsize=1)
def _interpolators() -> list[NDArray[np.float32]]:
    reach = np.arange(-_HALF, _HALF)
    found = []
    for phase in range(1, _PHASES):
        shift = reach + phase / _PHASES
        window = np.i0(9.0 * np.sqrt(np.clip(1 - (shift / _HALF) ** 2, 0, 1))) / np.i0(9.0)
        taps = np.sinc(shift) * window
        found.append((taps / taps.sum()).astype(np.float32))
    return found


def true_peaks(sound: Samples, above: float = 0.0) -> NDArray[np.float32]:
    """The larger magnitude of both channels at each sample and between it and the next (4 x oversampled), shape (n,).

    Within 12 samples of either end only the samples themselves count. Where no peak can exceed `above` the samples' own are given too:
    a wave rises at most 6 dB over its samples in all but contrived sound, and interpolating is what costs.
    """
    found = np.abs(sound).max(axis=1)
    size = len(found)
    for start, stop in _runs(found, above / 2):
        low, high = max(0, start - _HALF), min(size, stop + _HALF)
        inside = slice(max(start, _HALF), min(stop, size - _HALF))
        for channel in (0, 1):
            line = np.ascontiguousarray(sound[low:high, channel])
            for taps in _interpolators():
                between = np.abs(np.convolve(line, taps, "full")[_HALF - 1 :])
                np.maximum(found[inside], between[inside.start - low : inside.stop - low], out=found[inside])
    return found


def _runs(found: NDArray[np.float32], above: float) -> Iterator[tuple[int, int]]:
    """Runs of whole blocks in which a sample exceeds `above`, a block wider on both sides."""
    if not found.size:
        return
    starts = np.arange(0, len(found), _GRAIN)
    loud = np.maximum.reduceat(found, starts) > above
    loud = np.convolve(loud, [1, 1, 1], "same") > 0 if len(loud) > 2 else loud
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
    for first, last in edges.reshape(-1, 2).tolist():
        start, stop = first * _GRAIN, min(last * _GRAIN, len(found))
        if min(stop, len(found) - _HALF) > max(start, _HALF):
            yield start, stop


LOOK = 480  # samples (10 ms) over which the limiter's gain bends: short enough not to pump, long enough not to crackle
GUARD = 2 * LOOK + 2 * _HALF  # samples on each side of a chunk that decide its gains


def limit(sound: Samples, ceiling: float) -> Samples:
    """Bring down what would exceed `ceiling` (linear, true peak), with a gain that bends over 10 ms on both sides of a peak.

    The gain at a sample is an average of minima that all include that sample's own need, so it is never above the need.
    """
    peaks = true_peaks(sound, ceiling)
    peaks[1:] = np.maximum(peaks[1:], peaks[:-1])  # a peak between two samples concerns both
    if not peaks.size or float(peaks.max()) <= ceiling:
        return sound
    need = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)).astype(np.float64)
    return (sound * bend(need, LOOK)[:, None]).astype(np.float32)


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
