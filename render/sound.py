"""The film's sound: narration at its places, the score ducked under it, one loudness, one AAC track of exactly the film's length."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import structlog
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from render.loudness import GUARD, RATE, SILENCE, Meter, Samples, bend, limit
from render.media import Unreadable, open_media

log = structlog.get_logger()

LOUDNESS = -14.0  # LUFS, what the video platforms play at
CEILING = -1.6  # dBTP before coding: AAC overshoots by some tenths, and the film may not pass -1
PEAK = -1.0  # dBTP of the finished track
VOICE = -16.0  # LUFS of narration before the whole is levelled
SCORE = -23.0  # LUFS of music where nobody speaks: 7 LU under the voice
DUCK = 10.0  # dB that music steps back under the voice: 17 LU below speech, within the 15 to 20 of broadcast practice
MOST = 30.0  # dB of gain at most: what is quieter than that is noise, not sound
BITRATE = 192_000
FADE_OUT = 1.5  # seconds
CHUNK = 10 * RATE
_CODED = 1024  # samples in an AAC frame, and the encoder's delay
_HOP = RATE // 100  # the ducking curve has a point each 10 ms
_AHEAD, _HOLD = 15, 45  # points: music steps back 150 ms before a word, and stays back over pauses of 450 ms
_BEND = 12


@dataclass(frozen=True)
class Spoken:
    """A narration's file and when it starts in the film, in seconds."""

    name: str
    file: Path
    at: float


@dataclass(frozen=True)
class Track:
    """A finished sound track: an MP4 with AAC, its measured loudness (LUFS) and true peak (dBTP), and what could not be used."""

    file: Path
    loudness: float
    true_peak: float
    left_out: tuple[str, ...]


def decode(path: Path, most: int) -> Iterator[Samples]:
    """Sound of a file as 48 kHz stereo chunks, `most` samples in all at most; any rate, channels and codec.

    Raises Unreadable when nothing can be decoded; what comes before a fault is kept.
    """
    held: list[NDArray[np.float32]] = []
    size = given = 0
    for part in _frames(path):
        held.append(part)
        size += len(part)
        given += len(part)
        if size >= RATE or given >= most:  # a second at a time: a frame of 1,024 samples is too little to work on
            yield _sound(held)
            held, size = [], 0
        if given >= most:
            return
    if held:
        yield _sound(held)
    if not given:
        raise Unreadable("no sound in it can be decoded")


def _frames(path: Path) -> Iterator[NDArray[np.float32]]:
    with open_media(path) as container:
        if not container.streams.audio:
            raise Unreadable("there is no sound in it")
        resampler = AudioResampler(format="fltp", layout="stereo", rate=RATE)
        try:
            for frame in container.decode(container.streams.audio[0]):
                for part in resampler.resample(frame):
                    yield part.to_ndarray().T  # type: ignore[misc]
            for part in resampler.resample(None):
                yield part.to_ndarray().T  # type: ignore[misc]
        except (av.FFmpegError, ValueError) as error:
            log.warning("sound is broken", file=path.name, error=str(error))


def _sound(parts: list[NDArray[np.float32]]) -> Samples:
    # Hostile floats (NaN, infinity, 1e30) would poison the whole mix.
    return np.clip(np.nan_to_num(np.concatenate(parts), copy=False, nan=0.0, posinf=0.0, neginf=0.0), -4.0, 4.0)


class Voices:
    """All narration as one stream: chunks of the film's length, each file decoded when its time comes."""

    def __init__(self, spoken: list[Spoken], length: int) -> None:
        self.length = length
        self.left_out: list[str] = []
        self._places = sorted(((max(0, round(item.at * RATE)), item) for item in spoken), key=lambda place: place[0])

    def chunks(self) -> Iterator[Samples]:
        """The narration in order, chunks of 10 s."""
        pending = list(self._places)
        sounding: list[tuple[int, Samples]] = []
        for start in range(0, self.length, CHUNK):
            end = min(start + CHUNK, self.length)
            while pending and pending[0][0] < end:
                at, item = pending.pop(0)
                try:
                    sounding.append((at, _soften(np.concatenate(list(decode(item.file, self.length - at)))[: self.length - at])))
                except Unreadable as error:
                    self._say(f"{item.name}'s narration: {error}")
            out = np.zeros((end - start, 2), dtype=np.float32)
            for at, sound in sounding:
                low, high = max(at, start), min(at + len(sound), end)
                if high > low:
                    out[low - start : high - start] += sound[low - at : high - at]
            sounding = [(at, sound) for at, sound in sounding if at + len(sound) > end]
            yield out

    def _say(self, note: str) -> None:
        if note not in self.left_out:
            self.left_out.append(note)


def _soften(sound: Samples) -> Samples:
    """Fade the first and last 4 ms, so that a file that begins in mid-wave does not click."""
    edge = min(192, len(sound) // 2)
    if edge:
        ramp = np.linspace(0, 1, edge, dtype=np.float32)[:, None]
        sound[:edge] *= ramp
        sound[-edge:] *= ramp[::-1]
    return sound


class Music:
    """The score as chunks of the film's length: cut or followed by silence, faded out at the film's end."""

    def __init__(self, file: Path | None, length: int) -> None:
        self.file, self.length = file, length
        self.left_out: list[str] = []

    def chunks(self) -> Iterator[Samples]:
        """The score in order, chunks of 10 s."""
        held = np.zeros((0, 2), dtype=np.float32)
        parts: Iterator[Samples] = decode(self.file, self.length) if self.file else iter(())
        fade = min(self.length, round(FADE_OUT * RATE))
        for start in range(0, self.length, CHUNK):
            size = min(CHUNK, self.length - start)
            found = [held]
            have = len(held)
            try:
                while have < size and (part := next(parts, None)) is not None:
                    found.append(part)
                    have += len(part)
            except Unreadable as error:
                note = f"the score: {error}"
                self.left_out = [note]
                parts = iter(())
            joined = np.concatenate(found)
            chunk, held = joined[:size], joined[size:]
            if len(chunk) < size:
                chunk = np.concatenate([chunk, np.zeros((size - len(chunk), 2), dtype=np.float32)])
            left = self.length - start - np.arange(size)
            yield chunk * np.clip(left / fade, 0, 1).astype(np.float32)[:, None] if left[-1] < fade else chunk


def track(spoken: list[Spoken], score: Path | None, seconds: Fraction, scratch: Path, check: Callable[[], None]) -> Track:
    """Mix, level and encode the film's sound.

    `check` is called at every chunk and may raise to stop. Raises OSError when the disk is full.
    """
    length = round(seconds * RATE)
    if not spoken and score is None:
        return _silence(length, scratch / "sound.mp4")
    voices, music = Voices(spoken, length), Music(score, length)
    voice_gain, music_gain, curve = _stems(voices, music, check)
    mixed = scratch / "mix.f32"
    meter = Meter()
    with mixed.open("wb") as out:
        for number, (voice, tune) in enumerate(zip(voices.chunks(), music.chunks(), strict=True)):
            check()
            at = (number * CHUNK + np.arange(len(tune))) / _HOP
            mix = voice * np.float32(voice_gain) + tune * (music_gain * np.interp(at, np.arange(len(curve)), curve)).astype(np.float32)[:, None]
            out.write(mix.tobytes())
            meter.feed(mix)
    made = _level(mixed, length, meter.loudness(), meter.peak, scratch / "sound.mp4", check)
    mixed.unlink()
    left_out = tuple(voices.left_out + music.left_out)
    return Track(made[0], made[1], made[2], left_out)


def _stems(voices: Voices, music: Music, check: Callable[[], None]) -> tuple[float, float, NDArray[np.float64]]:
    """Gains that bring narration and score to their places, and the ducking curve (a gain each 10 ms)."""
    voice_meter, music_meter = Meter(), Meter()
    levels: list[NDArray[np.float64]] = []
    for voice, tune in zip(voices.chunks(), music.chunks(), strict=True):
        check()
        voice_meter.feed(voice, peaks=False)
        music_meter.feed(tune, peaks=False)
        points = -(-len(voice) // _HOP)
        padded = np.zeros(points * _HOP)
        padded[: len(voice)] = voice[:, 0] + voice[:, 1]
        levels.append(np.sqrt(np.square(padded).reshape(points, _HOP).mean(axis=1)) / 2)
    voice_loudness = voice_meter.loudness()
    voice_gain = _gain(VOICE - voice_loudness) if voice_loudness > SILENCE else 1.0
    music_loudness = music_meter.loudness()
    music_gain = _gain(SCORE - music_loudness) if music_loudness > SILENCE else 1.0
    level = np.concatenate(levels) * voice_gain if levels else np.zeros(1)
    spoken = level > 10 ** ((VOICE - 24) / 20)  # 24 dB under the voice's loudness is breath and room
    wanted = np.where(spoken, 10 ** (-DUCK / 20), 1.0)
    # Look ahead of words and hold over short pauses: a running minimum that reaches further back than forward, then a smooth bend.
    shifted = np.concatenate([wanted, np.ones(_AHEAD)])
    stretched = np.ones(len(wanted))
    for delay in range(-_AHEAD, _HOLD + 1, 5):
        moved = shifted[-delay : -delay + len(wanted)] if delay <= 0 else np.concatenate([np.ones(delay), wanted])[: len(wanted)]
        np.minimum(stretched, moved, out=stretched)
    return voice_gain, music_gain, bend(stretched, _BEND)


def _gain(decibels: float) -> float:
    return float(10 ** (min(decibels, MOST) / 20))


def _level(mixed: Path, length: int, loudness: float, peak: float, target: Path, check: Callable[[], None]) -> tuple[Path, float, float]:
    """Find the gain that gives the loudness once the limiter has worked, encode, and measure what was encoded; `peak` is the mix's own, linear."""
    ceiling = CEILING
    gain = 0.0 if loudness <= SILENCE else min(LOUDNESS - loudness, MOST)
    for _ in range(4):
        if peak * 10 ** (gain / 20) <= 10 ** (ceiling / 20):
            break  # the limiter has nothing to do, so the loudness is known: what was measured, and the gain
        meter = Meter()
        for chunk in _limited(mixed, length, gain, ceiling):
            check()
            meter.feed(chunk, peaks=False)
        off = LOUDNESS - meter.loudness() if loudness > SILENCE else 0.0
        if abs(off) < 0.1 or gain + off > MOST + 6:
            break
        gain += off
    for _ in range(3):
        _encode(_limited(mixed, length, gain, ceiling, peak), target, check)
        meter = Meter()
        for chunk in decode(target, length):
            check()
            meter.feed(chunk)
        over = meter.true_peak() - PEAK
        if over <= 0:
            break
        ceiling -= over + 0.2
    return target, round(meter.loudness(), 2), round(meter.true_peak(), 2)


def _limited(mixed: Path, length: int, gain: float, ceiling: float, peak: float = math.inf) -> Iterator[Samples]:
    """The mix with its gain and under its ceiling, chunk by chunk; each chunk sees enough of its neighbours to be seamless."""
    factor, top = np.float32(10 ** (gain / 20)), 10 ** (ceiling / 20)
    calm = peak * factor <= top
    with mixed.open("rb") as file:
        for start in range(0, length, CHUNK):
            low, high = max(0, start - GUARD), min(length, start + CHUNK + GUARD)
            file.seek(low * 8)
            sound = np.frombuffer(file.read((high - low) * 8), dtype=np.float32).reshape(-1, 2) * factor
            yield (sound if calm else limit(sound, top))[start - low : min(start + CHUNK, length) - low]


def _silence(length: int, target: Path) -> Track:
    """A silent track: one coded frame of silence, again and again."""
    with av.open(str(target), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("aac", rate=RATE)
        stream.bit_rate, stream.layout = BITRATE, "stereo"  # type: ignore[misc, assignment]
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 4096), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        coded = bytes([*stream.encode(frame), *stream.encode(None)][2])
        for at in range(-_CODED, length, _CODED):
            packet = av.Packet(coded)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, RATE), True
            packet.pts = packet.dts = at
            packet.duration = min(_CODED, length - at)
            container.mux_one(packet)
    return Track(target, SILENCE, -120.0, ())


def _encode(chunks: Iterator[Samples], target: Path, check: Callable[[], None]) -> None:
    with av.open(str(target), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("aac", rate=RATE)
        stream.bit_rate, stream.layout = BITRATE, "stereo"  # type: ignore[misc, assignment]
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        at = 0
        for chunk in chunks:
            for begin in range(0, len(chunk), RATE):
                check()
                part = chunk[begin : begin + RATE]
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part.T), format="fltp", layout="stereo")
                frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
                at += len(part)
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
