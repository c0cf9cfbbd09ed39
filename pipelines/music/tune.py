"""A story's tune for a model that plays after one: the embedded score's melody as pitch classes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from farm.specs import ScoreSpec
from pipelines.music.prompting import mood_of
from pipelines.score.band import BAND
from pipelines.score.composition import Note, compose

FRAME = 4096 / 32_000  # seconds: MusicGen-melody hears 7.8 frames a second
CLASSES = 12  # C is the first
_DRUMS = 128


def tune(spec: ScoreSpec) -> list[Note]:
    """What the embedded score would play for this story: the same motif wherever it is asked."""
    return compose(mood_of(spec), spec.seconds, spec.beats, spec.seed)


def chroma(notes: Sequence[Note], leads: Sequence[str], start: float, seconds: float) -> NDArray[np.float32]:
    """The pitch class heard in each frame from `start` on, as MusicGen-melody's own ear gives it: (frames, 12), a single 1 in each row.

    The highest note of the instruments in `leads` is heard, else the lowest of all; in silence the last one goes on.
    """
    frames = 1 + int(seconds / FRAME)
    found = np.zeros((frames, CLASSES), np.float32)
    pitched = sorted((note for note in notes if BAND[note.part].bank != _DRUMS), key=lambda note: note.start)
    if not pitched:
        found[:, 0] = 1
        return found
    last = pitched[0].key
    for frame in range(frames):
        at = start + frame * FRAME
        sounding = [note for note in pitched if note.start <= at + FRAME / 2 and note.start + note.length > at - FRAME / 2]
        above = [note.key for note in sounding if note.part in leads]
        if above or sounding:
            last = max(above) if above else min(note.key for note in sounding)
        found[frame, last % CLASSES] = 1
    return found
