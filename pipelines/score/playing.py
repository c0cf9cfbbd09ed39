"""Plays: notes through MIDI and a SoundFont into stereo sound of an exact length."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import midirenderer
import numpy as np
from midiutil import MIDIFile
from numpy.typing import NDArray

from pipelines.score import soundfont
from pipelines.score.band import BAND
from pipelines.score.composition import Note

SOUNDFONT = Path(__file__).parent / "data" / "bandstand.sf3"
RATE = 48_000  # what midirenderer gives
PEAK = 0.80  # -1.9 dBFS
RMS = 10 ** (-21 / 20)  # of the louder half of the piece: a bed for a voice; the composer mixes it
FADE = 0.6  # seconds over which what still rings is faded to nothing
SILENT = 256  # samples at the very end
_REVERB, _VOLUME, _PAN = 91, 7, 10  # MIDI controllers

Stereo = NDArray[np.float32]  # shape (samples, 2)


def play(notes: Sequence[Note], seconds: float) -> Stereo:
    """Play notes; returns 48 kHz stereo of exactly round(seconds * 48000) samples that ends in silence."""
    length = round(seconds * RATE)
    parts = tuple(sorted({note.part for note in notes}))
    try:
        rendered = midirenderer.render_wave_from(_font(parts), _midi(notes, parts, seconds))
    except Exception:
        raise
    except BaseException as error:
        # A panic of the player is no Exception; it must not pass for a signal to end the process.
        if type(error).__name__ != "PanicException":
            raise
        raise RuntimeError(f"the MIDI player failed ({error})") from None
    with wave.open(io.BytesIO(rendered)) as file:
        if file.getframerate() != RATE or file.getnchannels() != 2:
            raise RuntimeError(f"midirenderer gave {file.getnchannels()} channels at {file.getframerate()} Hz, not 2 at {RATE}; install midirenderer 0.1.3")
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    sound = np.zeros((length, 2), np.float32)
    sound[: min(length, len(pcm))] = pcm[:length]
    return _finished(sound / np.float32(32768))


def _finished(sound: Stereo) -> Stereo:
    """Set the level, hold the peaks, and let the end die away."""
    block = RATE // 10
    count = max(1, len(sound) // block)
    powers = np.square(sound[: count * block]).reshape(count, -1).mean(axis=1) if len(sound) >= block else np.square(sound).mean(keepdims=True).reshape(-1)
    loud = float(np.sqrt(np.sort(powers)[len(powers) // 2 :].mean()))
    if loud > 1e-6:
        sound = sound * np.float32(min(RMS / loud, 8.0))
    peak = float(np.abs(sound).max(initial=0.0))
    if peak > PEAK:
        # Above half the ceiling the curve bends: a few transients are rounded instead of the whole being turned down.
        knee = PEAK / 2
        over = np.abs(sound) > knee
        sound[over] = np.sign(sound[over]) * (knee + (PEAK - knee) * np.tanh((np.abs(sound[over]) - knee) / (PEAK - knee)))
    fade = min(len(sound), round(FADE * RATE))
    silent = min(SILENT, len(sound) // 4)
    if fade > silent:
        shape = np.zeros(fade, np.float32)
        shape[: fade - silent] = np.cos(np.linspace(0, np.pi / 2, fade - silent)) ** 2
        sound[len(sound) - fade :] *= shape[:, None]
    return sound


@lru_cache(maxsize=4)
def _font(parts: tuple[str, ...]) -> bytes:
    """A SoundFont of only these instruments, as PCM: small to unpack, quick to read."""
    wanted = {(BAND[part].bank, BAND[part].program) for part in parts}
    return _whole().keep(wanted).unpacked().dump()


@lru_cache(maxsize=1)
def _whole() -> soundfont.SoundFont:
    return soundfont.read(SOUNDFONT)


def _midi(notes: Sequence[Note], parts: Sequence[str], seconds: float) -> bytes:
    """Notes as a MIDI file in which one beat is one second."""
    file = MIDIFile(1, file_format=0, ticks_per_quarternote=960, deinterleave=False)
    file.addTempo(0, 0, 60)
    melodic = iter([channel for channel in range(16) if channel != 9])
    channels = {part: 9 if BAND[part].bank == 128 else next(melodic) for part in parts}
    for part, channel in channels.items():
        player = BAND[part]
        if player.bank not in {0, 128}:
            file.addControllerEvent(0, channel, 0, 0, player.bank)
        file.addProgramChange(0, channel, 0, player.program)
        for controller, value in ((_VOLUME, player.volume), (_PAN, player.pan), (_REVERB, player.reverb)):
            file.addControllerEvent(0, channel, 0, controller, value)
    for note in notes:
        file.addNote(0, channels[note.part], note.key, note.start, note.length, note.velocity)
    file.addControllerEvent(0, 0, seconds + 0.05, 11, 127)  # the player goes on until here
    target = io.BytesIO()
    file.writeFile(target)
    return target.getvalue()
