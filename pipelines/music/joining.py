"""Sound of several passes made one: crossfaded, cut to the sample, faded, kept from clipping.

Stereo, float32, shape (2, samples). Pure but for PyAV's resampler.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Stereo = NDArray[np.float32]
PEAK = 0.89  # -1 dBFS
FADE_IN, FADE_OUT = 0.08, 2.5  # seconds
SHARE = 0.2  # of a short piece its fades take at most


def stereo(sound: NDArray[np.floating]) -> Stereo:
    """Sound of any shape a model gives ((samples,), (1, samples), (2, samples), with a batch of one before) as two channels."""
    flat = np.asarray(sound, np.float32)
    while flat.ndim > 2:
        flat = flat[0]
    if flat.ndim == 1:
        flat = flat[None]
    two = np.repeat(flat[:1], 2, axis=0) if len(flat) == 1 else flat[:2]
    return np.ascontiguousarray(np.nan_to_num(two, nan=0.0, posinf=0.0, neginf=0.0))


def crossfade(before: Stereo, after: Stereo, samples: int) -> Stereo:
    """`after` laid over the last `samples` of `before`, at equal power: for passes that know nothing of each other."""
    samples = max(0, min(samples, before.shape[1], after.shape[1]))
    if not samples:
        return np.concatenate([before, after], axis=1)
    turn = np.linspace(0, np.pi / 2, samples, dtype=np.float32)
    over = before[:, -samples:] * np.cos(turn) + after[:, :samples] * np.sin(turn)
    return np.concatenate([before[:, :-samples], over, after[:, samples:]], axis=1)


def blend(before: Stereo, after: Stereo, samples: int) -> Stereo:
    """The same for a pass that repeats the last `samples` of what came before: such sounds add up, so that their shares must too."""
    samples = max(0, min(samples, before.shape[1], after.shape[1]))
    if not samples:
        return np.concatenate([before, after], axis=1)
    share = np.linspace(0, 1, samples, dtype=np.float32)
    return np.concatenate([before[:, :-samples], before[:, -samples:] * (1 - share) + after[:, :samples] * share, after[:, samples:]], axis=1)


def resample(sound: Stereo, rate: int, wanted: int) -> Stereo:
    """The sound at another rate."""
    if rate == wanted:
        return sound
    import av

    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=wanted)
    pieces = []
    block = rate * 10
    for start in range(0, sound.shape[1], block):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[:, start : start + block]), format="fltp", layout="stereo")
        frame.rate = rate
        pieces += [made.to_ndarray() for made in resampler.resample(frame)]
    pieces += [made.to_ndarray() for made in resampler.resample(None)]
    return np.concatenate(pieces, axis=1).astype(np.float32) if pieces else np.zeros((2, 0), np.float32)


def finish(sound: Stereo, rate: int, seconds: float) -> Stereo:
    """Exactly `seconds` long, its beginning and end faded, its highest peak at PEAK at most; the mean of each channel taken out."""
    length = round(seconds * rate)
    cut = sound[:, :length]
    if cut.shape[1] < length:
        cut = np.pad(cut, ((0, 0), (0, length - cut.shape[1])))
    cut = cut - cut.mean(axis=1, keepdims=True) if length else cut
    for at, fade in ((0, FADE_IN), (1, FADE_OUT)):
        samples = min(int(fade * rate), int(length * SHARE))
        if samples:
            ramp = np.sin(np.linspace(0, np.pi / 2, samples, dtype=np.float32)) ** 2
            if at == 0:
                cut[:, :samples] *= ramp
            else:
                cut[:, -samples:] *= ramp[::-1]
    peak = float(np.abs(cut).max()) if length else 0.0
    return cut * np.float32(PEAK / peak) if peak > PEAK else cut
