"""Stems: narration, score and the clips' own sound, each decoded once to samples on disk that can be read from anywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import structlog
from av.audio.resampler import AudioResampler

from render.loudness import RATE, Samples
from render.media import Unreadable, open_media

log = structlog.get_logger()

CHUNK = 32 * 15360  # samples: 10.24 s; whole AAC frames (480 of 1,024) and whole hops of 10 ms (1,024)
_BYTES = 4
_EDGE = 192  # samples (4 ms) over which a sound comes and goes, so that one that begins in mid-wave does not click


@dataclass(frozen=True)
class Placed:
    """A sound file at its place in the film, in seconds; cut to `seconds`, coming and going over `rise` and `fall` seconds."""

    name: str  # what a person calls it: "shot 3's narration"
    file: Path
    at: float
    seconds: float | None = None
    rise: float = 0.0
    fall: float = 0.0


class Stem:
    """One lane of sound on disk, as long as the film: planar float32 in chunks; what nothing was written to is silent and takes no room."""

    def __init__(self, file: Path, length: int) -> None:
        self.length = length
        self.sounding: set[int] = set()  # chunks in which something was written
        self._end = 0  # nothing was written from here on
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def add(self, at: int, sound: Samples) -> None:
        """Add sound from sample `at` on; what lies outside the film is dropped.

        Raises OSError when the disk is full.
        """
        low, high = max(0, at), min(at + sound.shape[1], self.length)
        while low < high:
            number, inside = divmod(low, CHUNK)
            size = min(high - low, CHUNK - inside)
            part = sound[:, low - at : low - at + size]
            for row, line in enumerate(part):
                place = ((number * 2 + row) * CHUNK + inside) * _BYTES
                whole = np.array(line, dtype=np.float32)
                if low < self._end:
                    before = os.pread(self._handle, size * _BYTES, place)
                    whole[: len(before) // _BYTES] += np.frombuffer(before, dtype=np.float32)
                _write(self._handle, whole.data.cast("B"), place)
            self.sounding.add(number)
            low += size
        self._end = max(self._end, high)

    def read(self, first: int, last: int) -> Samples:
        """Samples `first` to `last` (exclusive); silence before the film and after it."""
        found = np.zeros((2, last - first), dtype=np.float32)
        at = max(0, first)
        while at < min(last, self.length):
            number, inside = divmod(at, CHUNK)
            size = min(min(last, self.length) - at, CHUNK - inside)
            if number in self.sounding:
                for row in (0, 1):
                    data = os.pread(self._handle, size * _BYTES, ((number * 2 + row) * CHUNK + inside) * _BYTES)
                    found[row, at - first : at - first + len(data) // _BYTES] = np.frombuffer(data, dtype=np.float32)
            at += size
        return found


def _write(handle: int, data: memoryview, place: int) -> None:
    while data:  # a write may be short
        done = os.pwrite(handle, data, place)
        data, place = data[done:], place + done


def lay(stem: Stem, placed: Sequence[Placed], check: Callable[[], None]) -> tuple[str, ...]:
    """Decode files into a stem, in the order of their places; gives what could not be used, in human words.

    `check` is called at every second of sound and may raise to stop. Raises OSError when the disk is full.
    """
    left_out: list[str] = []
    for item in sorted(placed, key=lambda item: item.at):
        start = max(0, round(item.at * RATE))
        most = stem.length - start
        if item.seconds is not None:
            most = min(most, round(item.seconds * RATE))
        if most <= 0:
            continue
        try:
            for at, sound in _shaped(item, most):
                check()
                stem.add(start + at, sound)
        except Unreadable as error:
            note = f"{item.name}: {error}"
            if note not in left_out:
                left_out.append(note)
    return tuple(left_out)


def _shaped(item: Placed, most: int) -> Iterator[tuple[int, Samples]]:
    """The sound with its beginning and end shaped; one part is held back, because only the last one's end is the sound's end."""
    rise, fall = (max(_EDGE, round(seconds * RATE)) for seconds in (item.rise, item.fall))
    waiting: list[Samples] = []
    at = held = 0
    for part in decode(item.file, most):
        waiting.append(part)
        held += part.shape[1]
        if held > fall + RATE:
            joined = np.concatenate(waiting, axis=1)
            ready, rest = joined[:, : held - fall], joined[:, held - fall :]
            yield at, _risen(ready, at, rise)
            at += ready.shape[1]
            waiting, held = [rest], fall
    if held:
        joined = _risen(np.concatenate(waiting, axis=1), at, rise)
        fall = min(fall, held if at else max(1, held // 2))
        joined[:, held - fall :] *= np.sin(np.linspace(np.pi / 2, 0, fall, dtype=np.float32))
        yield at, joined


def _risen(sound: Samples, at: int, rise: int) -> Samples:
    """Sound that begins at sample `at` of its file, risen over the file's first `rise` samples; equal power, so that a crossfade keeps its loudness."""
    size = min(sound.shape[1], max(0, rise - at))
    if size:
        sound = sound.copy()
        sound[:, :size] *= np.sin((at + np.arange(size, dtype=np.float32)) * np.float32(np.pi / 2 / rise))
    return sound


def decode(path: Path, most: int) -> Iterator[Samples]:
    """Sound of a file as 48 kHz stereo parts of about a second, `most` samples in all at most; any rate, channels and codec.

    Surround is mixed down as ITU-R BS.775 says (centre and surrounds 3 dB down, no LFE). A sound track that begins after the file's picture begins
    with silence. Raises Unreadable when nothing can be decoded; what comes before a fault is kept.
    """
    held: list[Samples] = []
    size = given = 0
    for found in _frames(path):
        part = found[:, : most - given]
        held.append(part)
        size += part.shape[1]
        given += part.shape[1]
        if size >= RATE or given >= most:  # a second at a time: a frame of 1,024 samples is too little to work on
            yield _sound(held)
            held, size = [], 0
        if given >= most:
            return
    if held:
        yield _sound(held)
    if not given:
        raise Unreadable("no sound in it can be decoded")


def _frames(path: Path) -> Iterator[Samples]:
    with open_media(path) as container:
        if not container.streams.audio:
            raise Unreadable("there is no sound in it")
        stream = container.streams.audio[0]
        picture = container.streams.video[0] if container.streams.video else None
        origin = float(picture.start_time * picture.time_base) if picture is not None and picture.start_time is not None and picture.time_base else None
        resampler = AudioResampler(format="fltp", layout="stereo", rate=RATE)
        skip = 0
        try:
            for frame in container.decode(stream):
                if origin is not None and frame.pts is not None and frame.time_base:
                    late = round((float(frame.pts * frame.time_base) - origin) * RATE)
                    origin = None
                    skip = max(0, -late)
                    for begin in range(0, late, RATE):
                        yield np.zeros((2, min(RATE, late - begin)), np.float32)
                for part in resampler.resample(frame):
                    sound: Samples = part.to_ndarray()  # type: ignore[assignment]
                    kept = sound[:, skip:]
                    skip = max(0, skip - sound.shape[1])
                    yield kept
            for part in resampler.resample(None):
                yield part.to_ndarray()[:, skip:]  # type: ignore[misc]
        except (av.FFmpegError, ValueError) as error:
            log.warning("sound is broken", file=path.name, error=str(error))


def _sound(parts: list[Samples]) -> Samples:
    # Hostile floats (NaN, infinity, 1e30) would poison the whole mix.
    joined = np.concatenate(parts, axis=1)
    if not np.isfinite(joined.sum()):
        joined = np.nan_to_num(joined, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(joined, -4.0, 4.0, out=joined)
