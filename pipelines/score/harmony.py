"""Chords and scales as numbers: roman numerals read, voices led. Pitches are MIDI keys, pitch classes count from the key's root."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMERALS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
_SHAPE = re.compile(r"([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)")
_COLOURS: dict[str, tuple[int, ...]] = {
    "": (),
    "7": (10,),
    "maj7": (11,),
    "6": (9,),
    "9": (10, 14),
    "maj9": (11, 14),
    "add9": (14,),
    "7b9": (10, 13),
    "sus2": (),
    "sus4": (),
    "7sus4": (10,),
    "o": (),
    "o7": (9,),
    "m7b5": (10,),
    "+": (),
    "#11": (11, 18),
}

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "blues": (0, 3, 5, 6, 7, 10),
}


@dataclass(frozen=True)
class Chord:
    """A chord's root and tones as pitch classes above the key's root; `tones` begins with the root."""

    root: int
    tones: tuple[int, ...]


def chord(name: str) -> Chord:
    """Read a roman numeral: "bVI", "iim7b5", "V7sus4" …; upper case is major. Raises ValueError for anything else."""
    found = _SHAPE.fullmatch(name)
    if not found or found.group(3) not in _COLOURS:
        raise ValueError(f"{name!r} is no chord; write a roman numeral with b or # before it and one of {', '.join(filter(None, _COLOURS))} after it")
    sign, numeral, colour = found.groups()
    root = (_NUMERALS[numeral.upper()] + {"b": -1, "#": 1, "": 0}[sign]) % 12
    third = 4 if numeral.isupper() else 3
    fifth = 7
    if colour in {"o", "o7", "m7b5"}:
        third, fifth = 3, 6
    elif colour == "+":
        fifth = 8
    elif colour == "sus2":
        third = 2
    elif colour in {"sus4", "7sus4"}:
        third = 5
    tones = (0, third, fifth, *_COLOURS[colour])
    return Chord(root, tuple((root + tone) % 12 for tone in tones))


def near(pitch_class: int, around: float) -> int:
    """The key of a pitch class that is nearest to `around`."""
    key = round(around)
    below = key - (key - pitch_class) % 12
    return below if abs(below - around) <= abs(below + 12 - around) else below + 12


def voicing(tones: Sequence[int], before: Sequence[int] | None, low: int, high: int, voices: int) -> tuple[int, ...]:
    """Place a chord's tones in `low..high` with the least movement from the voices before; the first tone may be left out of four.

    The third and the colour tones are always there; roots and fifths double when voices are left over. Sorted, no unisons.
    """
    order = list(dict.fromkeys((*tones[1:2], *tones[3:], tones[0], *tones[2:3])))  # the third, colours, root, fifth
    classes = (order * 2)[:voices] if len(order) < voices else order[:voices]
    choices = [[key for key in range(low, high + 1) if key % 12 == pitch_class] for pitch_class in classes]
    centre = (low + high) / 2
    best: tuple[float, tuple[int, ...]] | None = None
    for keys in itertools.product(*choices):
        placed = tuple(sorted(set(keys)))
        if len(placed) < len(classes):
            continue
        gaps = [b - a for a, b in itertools.pairwise(placed)]
        cost = sum(6.0 for gap in gaps if gap > 9) + sum(3.0 for gap in gaps if gap == 1) + sum(1.5 for gap in gaps[:1] if gap < 3)
        cost += 0.15 * abs(sum(placed) / len(placed) - centre)
        if before:
            cost += sum(min(abs(key - other) for other in before) for key in placed) + 0.5 * abs(placed[-1] - before[-1])
        if best is None or (cost, placed) < best:
            best = (cost, placed)
    return best[1] if best else tuple(near(pitch_class, centre) for pitch_class in classes)


def step(scale: Sequence[int], key: int, steps: int, root: int) -> int:
    """Move a key by steps of a scale; a key outside it first falls to the scale tone below."""
    position = (key - root) % 12
    octave = (key - root) // 12
    index = max(i for i, tone in enumerate(scale) if tone <= position) + steps
    return root + 12 * (octave + index // len(scale)) + scale[index % len(scale)]
