"""Small clips and sounds that the composer's tests are made of."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from farm.types import Size
from render.film import write_clip

SMALL = Size(width=160, height=90)
FPS = 24


def numbered(frames: int, *, tone: int = 0) -> Iterator[np.ndarray]:
    """Frames whose brightness counts: luma 40 + 2 * number, chroma `tone`."""
    for number in range(frames):
        picture = np.full((SMALL.height * 3 // 2, SMALL.width), 128 + tone, dtype=np.uint8)
        picture[: SMALL.height] = 40 + 2 * (number % 90)
        yield picture


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four splice-ready clips of 48 frames with key frames at 12 and 36."""
    folder = tmp_path_factory.mktemp("clips")
    files = []
    for index in range(4):
        file = folder / f"{index}.mp4"
        write_clip(file, numbered(48, tone=index * 12), size=SMALL, fps=FPS, keys=(12, 36))
        files.append(file)
    return files


@pytest.fixture
def wav(tmp_path: Path) -> Callable[..., Path]:
    """Writes a WAV of samples, shape (n,) or (n, channels)."""

    def write(name: str, sound: np.ndarray, rate: int = 24000) -> Path:
        file = tmp_path / f"{name}.wav"
        channels = 1 if sound.ndim == 1 else sound.shape[1]
        with wave.open(str(file), "wb") as out:
            out.setnchannels(channels)
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
        return file

    return write


def speech(seconds: float, rate: int = 24000, seed: int = 0) -> np.ndarray:
    """Something that swells and pauses as a voice does."""
    rng = np.random.default_rng(seed)
    at = np.arange(round(seconds * rate)) / rate
    voice = sum(np.sin(2 * np.pi * 130 * k * at + k) / k for k in range(1, 12))
    return 0.12 * voice * np.clip(np.sin(2 * np.pi * 2.7 * at) + 0.4, 0, 1) * (0.6 + 0.4 * np.sin(7 * at)) + 0.002 * rng.standard_normal(len(at))


def lumas(file: Path) -> list[float]:
    """Mean brightness of every frame of a film, as a player would show them."""
    with av.open(str(file)) as container:
        return [float(frame.to_ndarray(format="yuv420p")[: frame.height].mean()) for frame in container.decode(video=0)]


def sound_of(file: Path) -> np.ndarray:
    """The film's sound as players hear it: shape (n, 2), 48 kHz, the encoder's delay taken off by its timestamps."""
    with av.open(str(file)) as container:
        parts, start = [], None
        for frame in container.decode(audio=0):
            start = frame.pts * frame.time_base if start is None else start
            parts.append(frame.to_ndarray().T)
    joined = np.concatenate(parts)
    skip = round(-float(start or 0) * 48000)
    return joined[skip:] if skip > 0 else np.concatenate([np.zeros((-skip, 2), np.float32), joined])
