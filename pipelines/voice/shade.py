"""One voice made another: the neural voice's spectrum, before it is sound, given another pitch and another length of throat. Pure.

The network gives, for each frame of 12.5 ms, how strong the harmonics of its pulse train are (`lh`, `th`), and two kinds of noise (`ln`; `lr`, `phi`). The
noise has no pitch (its periodicity at the voice's own was measured as -0.06, the harmonics' as 0.96), so the pitch can be moved without a trace of the old
one, and durations stay what they are, to the sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOP = 300  # samples a frame
BIN = 20.0  # Hz between two rows of a spectrum
TOP = 12_000.0  # Hz of the last row
HIGHEST = 11_000.0  # Hz: the pulse train has no harmonics above
VOICED = 40.0  # Hz: a frame with less has no pitch
LOWEST = 68.0  # Hz: below, single pulses are heard
KNEE = 0.6  # of the spectrum is stretched as a throat would; above it the rest is fitted in, so that hisses stay where they are heard as such
EVEN = 0.34  # how much softer each harmonic is the more of them there are: all shades are as loud as the voice itself within 1.1 LU
QUIET = -8.0  # natural logarithm: no harmonic
TREMBLES = 5.2  # a second: an old voice's tremor

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Shade:
    """How a voice differs from the one that was trained."""

    pitch: float = 0.0  # semitones
    size: float = 1.0  # formants' frequencies as multiples: below 1 a longer throat
    span: float = 1.0  # how far the melody moves, as a multiple in semitones
    breath: float = 0.0  # decibels more noise while there is a pitch
    tremor: float = 0.0  # semitones to each side


@dataclass(frozen=True)
class Spectrum:
    """What the network gives, in the order that its synthesiser takes it; arrays of (601, frames), `f0` of (frames,)."""

    lh: Floats
    th: Floats
    ln: Floats
    lr: Floats
    phi: Floats
    f0: Floats


def shaded(whole: Spectrum, parts: Sequence[tuple[int, int, Shade]], centre: float) -> Spectrum:
    """The same with `parts` (first frame, the one after the last, shade) in other voices; `centre`: Hz around which the melody moves."""
    lh, th, ln, lr, f0 = (array.copy() for array in (whole.lh, whole.th, whole.ln, whole.lr, whole.f0))
    voiced = np.flatnonzero(whole.f0 > VOICED)
    if not len(voiced):
        return whole
    # Between voiced sounds the nearest pitch goes on: a window may reach from there into a voiced frame.
    near = voiced[np.rint(np.interp(np.arange(len(f0)), voiced, np.arange(len(voiced)))).astype(int)]
    pitch = np.maximum(whole.f0[near], LOWEST)
    for first, after, shade in parts:
        frames = slice(first, after)
        if first < after:
            lh[:, frames], th[:, frames] = _harmonics(whole.lh[:, frames], whole.th[:, frames], pitch[frames], shade)
            hum = np.where(whole.f0[frames] > VOICED, shade.breath * np.log(10) / 20, 0.0).astype(np.float32)
            ln[:, frames], lr[:, frames] = (_moved(array[:, frames], shade.size) + hum for array in (whole.ln, whole.lr))
            f0[frames] = _melody(whole.f0[frames], shade, centre, first)
    return Spectrum(lh, th, ln, lr, whole.phi, f0)


def _harmonics(lh: Floats, th: Floats, pitch: Floats, shade: Shade) -> tuple[Floats, Floats]:
    """Strength and phase as the old voice's harmonics draw them over the spectrum (only there does the network mean something), stretched by the throat."""
    rows = len(lh)
    place = _from(np.arange(rows) * BIN, shade.size)[:, None] / pitch[None]  # in harmonics of the old voice
    most = np.floor(HIGHEST / pitch)[None]
    low = np.clip(np.floor(place), 1, most)
    high, share = np.clip(low + 1, 1, most), np.clip(place - low, 0, 1).astype(np.float32)
    loud = np.exp(np.minimum(lh, 7.0))
    loud = np.log((loud + np.roll(loud, 1, axis=0) + np.roll(loud, -1, axis=0)) / 3)

    def at(array: Floats, number: NDArray[np.floating]) -> Floats:
        found: Floats = np.take_along_axis(array, np.clip(np.rint(number * pitch / BIN), 0, rows - 1).astype(int), axis=0)
        return found

    strength = (1 - share) * at(loud, low) + share * at(loud, high)
    strength += np.float32(EVEN * shade.pitch * np.log(2) / 12)  # a lower voice has more harmonics
    strength[place > most + 0.5] = QUIET
    return strength, at(th, np.clip(np.rint(place), 1, most))


def _moved(noise: Floats, size: float) -> Floats:
    """The noise's spectrum stretched by the throat."""
    place = _from(np.arange(len(noise)) * BIN, size) / BIN
    low = np.clip(np.floor(place).astype(int), 0, len(noise) - 2)
    share = (place - low).astype(np.float32)[:, None]
    found: Floats = (1 - share) * noise[low] + share * noise[low + 1]
    return found


def _from(hertz: NDArray[np.floating], size: float) -> NDArray[np.floating]:
    """Which of the old voice's frequencies is heard at each of these: straight up to the knee, from there on to the same end."""
    knee = KNEE * TOP * min(1.0, size)
    return np.where(hertz < knee, hertz / size, knee / size + (hertz - knee) * (TOP - knee / size) / (TOP - knee))


def _melody(f0: Floats, shade: Shade, centre: float, first: int) -> Floats:
    """The pitch of each frame; frames without one keep none."""
    seconds = (first + np.arange(len(f0))) * (BIN / 1600)  # 12.5 ms a frame
    bent = shade.pitch + shade.tremor * np.sin(2 * np.pi * TREMBLES * seconds)
    moved = centre * np.maximum(f0, 1.0) ** shade.span / centre**shade.span * 2 ** (bent / 12)
    return np.where(f0 > VOICED, np.maximum(moved, LOWEST), f0).astype(np.float32)
