"""The instruments of the band: where they are in the SoundFont, how loud they play, where they sit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One instrument: SoundFont bank and program, channel volume (0 to 127), place (0 left, 64 middle, 127 right), and its range in MIDI keys."""

    program: int
    volume: int
    pan: int
    low: int
    high: int
    bank: int = 0
    sustained: bool = False  # notes ring as long as they are held (bowed, blown), not struck or plucked
    reverb: int = 70


BRUSHES = Part(40, 88, 74, 27, 87, bank=128, reverb=40)
KICK, SNARE, SWISH, HAT, RIDE = 36, 38, 40, 44, 51  # keys of the brush kit
BRUSH_KEYS = (KICK, SNARE, SWISH, HAT, RIDE)

BAND: dict[str, Part] = {
    "piano": Part(0, 92, 60, 28, 96, bank=8, reverb=64),
    "celesta": Part(8, 108, 78, 60, 103, reverb=84),
    "glockenspiel": Part(9, 56, 82, 72, 103, reverb=84),
    "music box": Part(10, 84, 72, 60, 98, reverb=84),
    "vibraphone": Part(11, 100, 80, 53, 89, reverb=70),
    "bells": Part(14, 60, 40, 55, 84, reverb=90),
    "guitar": Part(24, 86, 46, 40, 81),
    "jazz guitar": Part(26, 108, 46, 40, 84),
    "bass": Part(32, 88, 62, 28, 55, reverb=30),
    "cello": Part(42, 84, 84, 36, 72, sustained=True),
    "contrabass": Part(43, 78, 74, 28, 55, sustained=True, reverb=50),
    "tremolo": Part(44, 62, 52, 43, 88, sustained=True),
    "pizzicato": Part(45, 78, 50, 36, 88),
    "harp": Part(46, 104, 38, 31, 98, reverb=84),
    "timpani": Part(47, 92, 64, 36, 60),
    "strings": Part(49, 70, 34, 36, 91, sustained=True, reverb=80),
    "ensemble": Part(48, 72, 36, 36, 91, sustained=True, reverb=76),
    # The lower voices of a string pad sit on the other side, as violas and cellos do.
    "strings low": Part(49, 70, 94, 36, 91, sustained=True, reverb=80),
    "ensemble low": Part(48, 72, 92, 36, 91, sustained=True, reverb=76),
    "choir": Part(52, 64, 66, 43, 79, sustained=True, reverb=100),
    "voices": Part(53, 88, 66, 43, 79, sustained=True, reverb=100),
    "muted trumpet": Part(59, 66, 54, 54, 84, sustained=True),
    "horns": Part(60, 68, 44, 41, 72, sustained=True, reverb=84),
    "oboe": Part(68, 70, 58, 58, 88, sustained=True),
    "clarinet": Part(71, 69, 70, 50, 87, sustained=True),
    "flute": Part(73, 73, 54, 60, 93, sustained=True),
    "pad": Part(89, 90, 64, 36, 84, sustained=True, reverb=90),
    "kalimba": Part(108, 88, 76, 55, 88),
    "taiko": Part(116, 100, 58, 36, 60),
    "brushes": BRUSHES,
}
