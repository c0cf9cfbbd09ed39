"""The meter agrees with ffmpeg's, and the limiter keeps its ceiling."""

from __future__ import annotations

import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest

from render.loudness import LOOK, RATE, SILENCE, Meter, bend, limit, true_peaks


def sounds() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(4)
    at = np.arange(RATE * 6) / RATE
    return {
        "tone": 0.1 * np.sin(2 * np.pi * 997 * at),
        "noise with pauses": 0.2 * rng.standard_normal(len(at)) * (np.sin(2 * np.pi * 0.4 * at) > 0),
        "bass": 0.5 * np.sin(2 * np.pi * 40 * at),
        "quarter rate": 0.7 * np.sin(2 * np.pi * RATE / 4 * at + np.pi / 4) * np.clip(np.minimum(at, 6 - at), 0, 1),  # samples miss its peaks by 3 dB
    }


def stereo(line: np.ndarray) -> np.ndarray:
    return np.stack([line, line * 0.8], axis=1).astype(np.float32)


@pytest.mark.parametrize("name", sounds())
def test_meter_agrees_with_ffmpeg(name):
    sound = stereo(sounds()[name])
    meter = Meter()
    for part in np.array_split(sound, [1000, 70_000, 70_001]):  # chunks of any size
        meter.feed(part)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-nostats", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0"]
    told = subprocess.run([*command, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"], input=sound.tobytes(), capture_output=True, check=True)
    said = told.stderr.decode()
    assert meter.loudness() == pytest.approx(float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]), abs=0.1)
    assert meter.true_peak() == pytest.approx(float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1]), abs=0.25)


def test_silence_is_silence():
    meter = Meter()
    meter.feed(np.zeros((RATE, 2), np.float32))
    assert meter.loudness() == SILENCE
    assert Meter().loudness() == SILENCE


def test_limiter_keeps_true_peaks_under_the_ceiling():
    rng = np.random.default_rng(1)
    sound = (rng.standard_normal((RATE, 2)) * 0.5).astype(np.float32)
    limited = limit(sound, 0.6)
    assert true_peaks(sound).max() > 1.5
    assert np.abs(limited).max() <= 0.6 + 1e-6
    assert true_peaks(limited).max() <= 0.6 * 1.03


def test_limiter_leaves_quiet_sound_alone():
    sound = np.full((RATE, 2), 0.1, np.float32)
    assert limit(sound, 0.8) is sound


def test_bend_is_never_above_the_need():
    need = np.ones(5000)
    need[[100, 101, 2500, 4999]] = [0.2, 0.9, 0.5, 0.3]
    curve = bend(need, LOOK)
    assert len(curve) == len(need)
    assert (curve <= need + 1e-9).all()
    assert np.abs(np.diff(curve)).max() < 1.2 / LOOK
