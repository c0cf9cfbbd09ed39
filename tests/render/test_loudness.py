"""Loudness and peaks agree with ffmpeg's, and the limiter keeps its ceiling."""

from __future__ import annotations

import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest

from render.loudness import HOP, PEAK_HOP, RATE, REACH, SILENCE, bend, drawn, held, measure, peaks


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
    return np.stack([line, line * 0.8]).astype(np.float32)


@pytest.mark.parametrize("name", sounds())
def test_measures_agree_with_ffmpeg(name):
    sound = stereo(sounds()[name])
    loudness, peak = measure(sound)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-nostats", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0"]
    interleaved = np.ascontiguousarray(sound.T).tobytes()
    told = subprocess.run([*command, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"], input=interleaved, capture_output=True, check=True)
    said = told.stderr.decode()
    assert loudness == pytest.approx(float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]), abs=0.1)
    assert peak == pytest.approx(float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1]), abs=0.25)


def test_silence_is_silence():
    assert measure(np.zeros((2, RATE), np.float32)) == (SILENCE, pytest.approx(-120))
    assert measure(np.zeros((2, 0), np.float32)) == (SILENCE, pytest.approx(-120))


def test_peaks_are_looked_for_only_where_they_matter():
    """Above the mark the answer is the thorough one; under it, no more than the samples' own is promised."""
    rng = np.random.default_rng(1)
    sound = (rng.standard_normal((2, RATE)) * np.linspace(0.05, 0.5, RATE)).astype(np.float32)
    thorough, quick = peaks(sound), peaks(sound, above=0.8)
    assert (quick[thorough > 0.8] == thorough[thorough > 0.8]).all()
    assert (quick <= thorough).all()
    assert (quick < thorough).any()  # something was saved


def test_limiter_keeps_true_peaks_under_the_ceiling():
    rng = np.random.default_rng(1)
    sound = (rng.standard_normal((2, RATE)) * 0.5).astype(np.float32)
    found = peaks(sound)
    limited = sound * drawn(held(np.minimum(1.0, 0.6 / found.astype(np.float64))), PEAK_HOP, RATE)
    assert found.max() > 1.5
    assert np.abs(limited).max() <= 0.6 + 1e-6
    assert peaks(limited).max() <= 0.6 * 1.03


def test_limiter_leaves_quiet_sound_alone():
    need = np.ones(3000)
    need[1000] = 0.5
    points = held(need)
    assert (points[:900] == 1).all()
    assert (points[1100:] == 1).all()
    assert points[1000] == points[1001] == 0.5


def test_bend_is_never_above_the_need():
    need = np.ones(5000)
    need[[100, 101, 2500, 4999]] = [0.2, 0.9, 0.5, 0.3]
    curve = bend(need, REACH)
    assert len(curve) == len(need)
    assert (curve <= need + 1e-9).all()
    assert np.abs(np.diff(curve)).max() < 1.2 / REACH
    points = held(need)
    assert (np.maximum(points[:-1], points[1:]) <= need + 1e-9).all()  # no sample of a hop has more than the hop needs


def test_a_curve_is_drawn_through_its_points():
    assert drawn(np.array([0.0, 1.0, 0.0]), HOP, 2 * HOP)[[0, HOP // 2, HOP, 2 * HOP - HOP // 4]] == pytest.approx([0, 0.5, 1, 0.25])
