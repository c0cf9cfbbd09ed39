"""The sound that some video models make with their frames: of all passes of a clip, one track."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.music.joining import Stereo, crossfade, resample, stereo
from pipelines.voice.sound import write_wav

RATE = 48_000  # samples a second of what is written
EDGE = 0.01  # seconds over which the track begins and ends: no click where it meets silence


class Track:
    """Grows with each pass's sound, laid where its frames lie; where two overlap, the one gives way to the other at equal power."""

    def __init__(self) -> None:
        self._sound: Stereo = np.zeros((2, 0), np.float32)
        self.heard = False
        """Whether any pass had a sound."""

    def add(self, sound: NDArray[np.floating], rate: int, at: float) -> None:
        """A pass's sound, of any shape that models give, from second `at` of the clip on; a later pass begins later."""
        piece, begin = resample(stereo(sound), rate, RATE), round(at * RATE)
        if not piece.shape[1]:
            return
        if (gap := begin - self._sound.shape[1]) > 0:
            self._sound = np.pad(self._sound, ((0, 0), (0, gap)))
        self._sound = crossfade(self._sound, piece, self._sound.shape[1] - begin)
        self.heard = True

    def write(self, path: Path, seconds: float) -> None:
        """Exactly so many seconds as a WAV (48 kHz, stereo, 16 bit): cut, or silent to the end; kept below full scale."""
        length = round(seconds * RATE)
        cut = np.pad(self._sound[:, :length], ((0, 0), (0, max(0, length - self._sound.shape[1]))))
        if edge := min(round(EDGE * RATE), length // 2):
            ramp = np.linspace(0, 1, edge, dtype=np.float32)
            cut[:, :edge] *= ramp
            cut[:, -edge:] *= ramp[::-1]
        write_wav(path, (cut / max(1.0, float(np.abs(cut).max(initial=0.0)))).T, RATE)
