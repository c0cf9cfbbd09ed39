"""Sound as float32 arrays: silence trimmed, loudness evened, peaks held, written as WAV."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

TARGET_LUFS = -19.0  # every shot's speech; the composer sets the film's loudness
PEAK = 0.89  # -1 dBFS
SILENCE_DB = -48.0  # below the loudest 20 ms: room tone and the voice's noise, no speech
LEAD, TAIL = 0.03, 0.09  # seconds of silence left before and after


def trim(sound: Sound, rate: int, lead: float = LEAD, tail: float = TAIL) -> tuple[Sound, float]:
    """Cut silence off both ends but for small margins; returns the sound and how many seconds its beginning lost."""
    hop = max(1, rate // 200)  # 5 ms
    count = len(sound) // hop
    if count < 4:
        return sound, 0.0
    power = np.square(sound[: count * hop].astype(np.float64)).reshape(count, hop).mean(axis=1)
    smooth = np.convolve(power, np.ones(4) / 4, mode="same")
    loudest = float(smooth.max())
    if loudest <= 1e-10:
        return sound, 0.0
    heard = np.flatnonzero(smooth > loudest * 10 ** (SILENCE_DB / 10))
    first = max(0, int(heard[0]) * hop - int(lead * rate))
    last = min(len(sound), (int(heard[-1]) + 1) * hop + int(tail * rate))
    cut = sound[first:last].copy()
    fade = min(len(cut) // 2, max(1, int(0.005 * rate)))
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    cut[:fade] *= ramp
    cut[-fade:] *= ramp[::-1]
    return cut, first / rate


def loudness(sound: Sound, rate: int) -> float:
    """Integrated loudness of a mono sound in LUFS, after ITU-R BS.1770-4 (400 ms blocks, both gates; weighting applied to spectra).

    Returns -inf for silence or for less than one block's worth of it.
    """
    block, hop = int(0.4 * rate), int(0.1 * rate)
    padded = np.pad(sound.astype(np.float64), (0, max(0, block - len(sound))))
    count = 1 + (len(padded) - block) // hop
    blocks = np.lib.stride_tricks.sliding_window_view(padded, block)[::hop][:count]
    weight = _k_weighting(block, rate)
    power = np.empty(count)
    for index, part in enumerate(blocks):
        spectrum = np.abs(np.fft.rfft(part)) ** 2 * weight
        power[index] = (2 * spectrum.sum() - spectrum[0]) / block**2
    with np.errstate(divide="ignore"):
        levels = -0.691 + 10 * np.log10(power)
    heard = power[levels > -70]
    if not len(heard):
        return float("-inf")
    gate = -0.691 + 10 * np.log10(heard.mean()) - 10
    return float(-0.691 + 10 * np.log10(power[(levels > -70) & (levels > gate)].mean()))


def _k_weighting(block: int, rate: int) -> NDArray[np.float64]:
    """Power response of BS.1770's two filters (head shelf, low cut) as analogue prototypes, per bin of a real FFT."""
    s = 2j * np.pi * np.fft.rfftfreq(block, 1 / rate)
    centre, quality, gain = 2 * np.pi * 1681.97, 0.7072, 10 ** (3.99984 / 20)
    shelf = (gain * s**2 + np.sqrt(gain) * centre / quality * s + centre**2) / (s**2 + centre / quality * s + centre**2)
    low, low_quality = 2 * np.pi * 38.135, 0.5003
    cut = s**2 / (s**2 + low / low_quality * s + low**2)
    return np.abs(shelf * cut) ** 2


def level(sound: Sound, rate: int) -> Sound:
    """Bring speech to TARGET_LUFS; peaks above PEAK are turned down by a gain that moves slowly enough not to be heard."""
    now = loudness(sound, rate)
    if not np.isfinite(now):
        return sound
    louder = sound * np.float32(10 ** (min(24.0, TARGET_LUFS - now) / 20))
    peak = float(np.abs(louder).max())
    if peak <= PEAK:
        return louder
    hop = max(1, rate // 400)
    count = -(-len(louder) // hop)
    peaks = np.abs(np.pad(louder, (0, count * hop - len(louder)))).reshape(count, hop).max(axis=1)
    wanted = np.minimum(1.0, PEAK / np.maximum(peaks, 1e-9))
    reach = 8  # 20 ms before and after
    held = np.pad(wanted, reach, mode="edge")
    held = np.lib.stride_tricks.sliding_window_view(held, 2 * reach + 1).min(axis=1)
    window = np.hanning(reach + 2)[1:-1]
    smooth = np.convolve(np.pad(held, reach, mode="edge"), window / window.sum(), mode="same")[reach:-reach]
    gain = np.interp(np.arange(len(louder)), np.arange(count) * hop + hop / 2, smooth).astype(np.float32)
    return np.clip(louder * gain, -PEAK, PEAK)


def write_wav(path: Path, sound: Sound, rate: int) -> None:
    """Write a mono sound, or a stereo one of shape (samples, 2), as 16-bit PCM."""
    pcm = np.round(np.clip(sound, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if pcm.ndim == 1 else pcm.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.tobytes())
