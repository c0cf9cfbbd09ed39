"""Composes: a mood, a length and a seed in, notes in seconds out. Pure; the same input gives the same notes."""

from __future__ import annotations

import bisect
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.score.band import BAND
from pipelines.score.figures import accompany, bass, drums
from pipelines.score.harmony import SCALES, Chord, chord, near, step, voicing
from pipelines.score.moods import Mood

RITARDANDO = (1.06, 1.14, 1.26, 1.42)  # how much longer the last beats before the final chord are
PAD_RANGE = (50, 69)  # voices of pads and accompaniment: under and around the narrator's, and soft
SHORTEST = 1.5  # seconds: less than this is one chord


@dataclass(frozen=True)
class Note:
    """One note: seconds, MIDI key, velocity 1 to 127."""

    part: str
    start: float
    length: float
    key: int
    velocity: int


@dataclass(frozen=True)
class Form:
    """The bars of a piece: chord of each, when each beat sounds, when the final chord sounds."""

    chords: tuple[Chord, ...]  # one a bar
    final: Chord
    beats: tuple[float, ...]  # seconds of every beat, and of the final chord
    metre: int
    bars: int

    def time(self, beat: float) -> float:
        """Seconds at a position in beats."""
        whole = min(int(beat), len(self.beats) - 2)
        if len(self.beats) < 2:
            return self.beats[0]
        return self.beats[whole] + (beat - whole) * (self.beats[whole + 1] - self.beats[whole])


def form(mood: Mood, seconds: float, chance: random.Random) -> Form:
    """Lay out bars so that the last one ends, slowing down, where the final chord needs to ring out."""
    ring = seconds * 0.6 if seconds < 2 * SHORTEST else min(4.6, max(1.6, 0.16 * seconds))
    room = seconds - ring
    beat = 60 / chance.uniform(*mood.tempo)
    bars = round(room / (beat * mood.metre)) if seconds >= 2 * SHORTEST else 0
    if bars < 1:
        return Form((), chord(mood.cadence[-1]), (0.0,), mood.metre, 0)
    weights = [1.0] * (bars * mood.metre)
    slowing = RITARDANDO[-min(len(RITARDANDO), len(weights)) :]
    weights[-len(slowing) :] = slowing
    scale = room / sum(weights)
    beats, clock = [], 0.0
    for weight in weights:
        beats.append(clock)
        clock += weight * scale
    names: list[str] = []
    opening, contrast = chance.choice(mood.opening), chance.choice(mood.contrast)
    phrases = (opening, opening, contrast, opening)
    while len(names) < bars:
        names += phrases[len(names) // 4 % 4]
    names = names[:bars]
    if bars >= 2:
        names[-2:] = mood.cadence[:2]
    else:
        names[-1] = mood.cadence[1]
    return Form(tuple(map(chord, names)), chord(mood.cadence[-1]), (*beats, clock), mood.metre, bars)


def compose(mood: Mood, seconds: float, changes: Sequence[float], seed: int) -> list[Note]:
    """Compose `seconds` of music; `changes` are the times at which shots change, where the music breathes."""
    chance = random.Random(f"score {mood.name} {seed}")
    return _Piece(mood, seconds, changes, chance).notes


class _Piece:
    def __init__(self, mood: Mood, seconds: float, changes: Sequence[float], chance: random.Random) -> None:
        self.mood, self.seconds, self.chance = mood, seconds, chance
        self.form = form(mood, seconds, chance)
        self.root = 48 + chance.choice(mood.roots)  # the key's root below middle C
        self.scale = SCALES[mood.scale]
        self.notes: list[Note] = []
        starts = [self.form.time(bar * self.form.metre) for bar in range(self.form.bars)]
        # The bars in which a new shot begins; the music breathes just before them and changes its colour in them.
        self.turns = sorted({min(range(len(starts)), key=lambda bar: abs(starts[bar] - at)) for at in changes if 0 < at < seconds} - {0}) if starts else []
        self.voices = self._voices()
        self._pads()
        self._accompaniment()
        self._bass()
        self._drums()
        self._melody()
        self._ending()
        self.notes.sort(key=lambda note: (note.start, note.part, note.key))

    # -- shape

    def strength(self, bar: float) -> float:
        """How strongly a bar is played: it grows to the height of the story, at three quarters, and comes to rest."""
        u = bar / max(1, self.form.bars)
        rise = math.sin(math.pi / 2 * min(1.0, u / 0.75))
        fall = 1.0 if u < 0.75 else 1.0 - 0.35 * (u - 0.75) / 0.25
        return self.mood.loud * (0.62 + 0.38 * rise) * fall

    def section(self, bar: int) -> int:
        """Which section a bar is in: every second change of shot begins a new one."""
        return bisect.bisect_right(self.turns, bar) // 2

    def breathes(self, bar: int) -> bool:
        """Whether the next bar begins a new shot."""
        return bar + 1 in self.turns

    def add(self, part: str, beat: float, length: float, key: int, strength: float) -> None:
        """Write a note; positions and lengths in beats. Off-beats swing; time and strength are as uneven as a player's."""
        whole, rest = divmod(beat, 1)
        if self.mood.swing != 0.5 and 0.45 < rest < 0.55:
            beat = whole + self.mood.swing
        start = self.form.time(beat) + abs(self.chance.gauss(0, 0.006))
        end = self.form.time(min(beat + length, float(self.form.bars * self.form.metre)))
        self._write(part, start, max(0.08, end - start), key, strength)

    def _write(self, part: str, start: float, length: float, key: int, strength: float) -> None:
        player = BAND[part]
        if player.bank != 128:
            while key < player.low:
                key += 12
            while key > player.high:
                key -= 12
        velocity = round(20 + 92 * min(1.0, max(0.0, strength)) + self.chance.uniform(-4, 4))
        self.notes.append(Note(part, max(0.0, start), length, key, min(120, max(14, velocity))))

    # -- parts

    def _voices(self) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        for harmony in (*self.form.chords, self.form.final):
            tones = [(self.root + tone) % 12 for tone in harmony.tones]
            found.append(voicing(tones, found[-1] if found else None, *PAD_RANGE, voices=min(4, max(3, len(tones)))))
        return found

    def _pads(self) -> None:
        pads = self.chance.sample(self.mood.pads, k=min(2, len(self.mood.pads)))
        for bar in range(self.form.bars):
            level = self.strength(bar)
            first = bar * self.form.metre
            for key in self.voices[bar]:
                held = self.voices[bar + 1] if bar + 1 < self.form.bars else ()
                # A voice that stays is bound over the bar line; the others overlap a little.
                self.add(self._side(pads[0], key, bar), first, self.form.metre * (1.02 if key in held else 0.98), key, level * 0.62)
            if len(pads) > 1 and self.section(bar) % 2 == 1:
                self.add(pads[1], first, self.form.metre * 0.98, self.voices[bar][-1], level * 0.5)

    def _side(self, part: str, key: int, bar: int) -> str:
        """The half of a string section that plays a key of a bar's chord."""
        low = f"{part} low"
        return low if low in BAND and key in self.voices[bar][: len(self.voices[bar]) // 2] else part

    def _accompaniment(self) -> None:
        lead, other = self.chance.sample(self.mood.figures, k=2) if len(self.mood.figures) > 1 else (self.mood.figures[0],) * 2
        for bar in range(self.form.bars):
            if bar == 0 and self.form.bars > 6:
                continue  # the pads begin alone
            part, figure = other if self.section(bar) % 3 == 2 else lead
            level, first = self.strength(bar), bar * self.form.metre
            keys = self.voices[bar]
            for stroke in accompany(figure, self.form.metre, bar):
                if self.breathes(bar) and stroke.at >= self.form.metre - 1:
                    continue
                if stroke.voice < 0:
                    chosen = list(keys)
                else:
                    index = stroke.voice % 4
                    chosen = [keys[min(index, len(keys) - 1)] + (12 if stroke.voice > 3 or index >= len(keys) else 0)]
                for key in chosen:
                    self.add(part, first + stroke.at, stroke.length, key, level * stroke.strength * (0.68 if stroke.voice < 0 else 0.82))

    def _bass(self) -> None:
        part, figure = self.mood.bass
        roots = [near((self.root + harmony.root) % 12, 39) for harmony in (*self.form.chords, self.form.final)]
        for bar in range(self.form.bars):
            root = roots[bar]
            tones = [(tone - self.form.chords[bar].root) % 12 for tone in self.form.chords[bar].tones]
            fifth = root + next((tone for tone in tones if tone in {6, 7, 8}), 7)
            for at, length, key, strength in bass(figure, self.form.metre, root, fifth if fifth < 50 else fifth - 12, roots[bar + 1], bar):
                third = figure == "walking" and at == 1.0 and bar % 2 == 0
                chosen = root + next((tone for tone in tones if tone in {3, 4}), 7) if third else key
                self.add(part, bar * self.form.metre + at, length, chosen, self.strength(bar) * strength * 0.85)

    def _drums(self) -> None:
        if not self.mood.drums:
            return
        begin = 2 if self.form.bars > 6 else 0
        for bar in range(begin, self.form.bars):
            if bar >= self.form.bars - 1 and self.mood.drums != "march":
                continue  # the last bar slows down without a drummer
            for part, at, key, strength in drums(self.mood.drums, self.form.metre, bar):
                if self.breathes(bar) and at > self.form.metre - 1.2 and part != "timpani":
                    continue
                pitch = near((self.root + self.form.chords[bar].root) % 12, 45) if key < 0 else key
                self.add(part, bar * self.form.metre + at, 0.5, pitch, self.strength(bar) * strength)

    def _melody(self) -> None:
        """A motif of two bars, led through the harmony: repeated, moved, turned upside down, and brought home."""
        if self.form.bars < 2:
            return
        parts = self.chance.sample(self.mood.melody, k=min(2, len(self.mood.melody)))
        motif = [self._rhythm() for _ in range(2)]
        contours = [[self.chance.choice((-2, -1, -1, 1, 1, 2)) for _ in rhythm] for rhythm in motif]
        low, high = self.mood.range
        key = float((low + high) / 2)
        begin = 2 if self.form.bars > 6 else 0
        for bar in range(begin, self.form.bars):
            place = (bar - begin) % 4
            phrase = (bar - begin) // 4
            last = bar == self.form.bars - 1
            if place in {0, 1} and not last:
                rhythm, contour = motif[place], contours[place]
            elif place == 2 and self.mood.busy > 0.45 and not last:
                rhythm, contour = motif[0], [-move for move in contours[0]] if phrase % 2 else contours[0]
            else:
                rhythm, contour = [(0.0, self.form.metre - 1.0)], [0]
            if place == 3 and phrase % 2 == 0 and self.chance.random() > self.mood.busy:
                continue
            if self.chance.random() > self.mood.busy + 0.45:
                continue
            part = parts[self.section(bar) % len(parts)]
            tones = {(self.root + tone) % 12 for tone in self.form.chords[bar].tones}
            key = self._bar_of_melody(bar, part, rhythm, contour, tones, key)

    def _bar_of_melody(self, bar: int, part: str, rhythm: list[tuple[float, float]], contour: list[int], tones: set[int], key: float) -> float:
        low, high = self.mood.range
        for (at, length), move in zip(rhythm, contour, strict=True):
            if self.breathes(bar) and at >= self.form.metre - 1:
                continue
            wanted = step(self.scale, round(key), move, self.root)
            if at == int(at) or length >= 1.5:
                wanted = min((near(tone, wanted) for tone in tones), key=lambda option: (abs(option - wanted), option))
            elif wanted % 12 not in tones and any((wanted + nudge) % 12 in tones for nudge in (-1, 1)):
                # A scale tone a half step from a chord tone would rub: take the chord tone.
                wanted += next(nudge for nudge in (-1, 1) if (wanted + nudge) % 12 in tones)
            while wanted > high:
                wanted -= 12
            while wanted < low:
                wanted += 12
            until = min(length, self.form.metre - at - (0.6 if self.breathes(bar) else 0.0))
            accent = 1.05 if at == 0 else 0.95
            self.add(part, bar * self.form.metre + at, until * 0.96, wanted, self.strength(bar) * accent)
            key = 0.75 * wanted + 0.25 * (low + high) / 2  # drawn back to the middle of its range
        return key

    def _rhythm(self) -> list[tuple[float, float]]:
        """One bar of a motif's rhythm, in beats; the quicker the mood, the more notes."""
        quick = self.mood.tempo[0] > 90
        if self.form.metre == 3:
            pool = [
                [(0.0, 2.0), (2.0, 1.0)],
                [(0.0, 1.0), (1.0, 2.0)],
                [(0.0, 1.5), (1.5, 0.5), (2.0, 1.0)],
                [(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)],
                [(0.0, 3.0)],
            ]
        else:
            pool = [
                [(0.0, 2.0), (2.0, 2.0)],
                [(0.0, 1.5), (1.5, 0.5), (2.0, 2.0)],
                [(0.0, 3.0), (3.0, 1.0)],
                [(1.0, 1.0), (2.0, 1.0), (3.0, 1.0)],
                [(0.5, 0.5), (1.0, 1.0), (2.0, 2.0)],
                [(0.0, 1.0), (1.0, 0.5), (1.5, 0.5), (2.0, 2.0)],
            ]
            if quick:
                pool += [[(0.0, 0.5), (0.5, 0.5), (1.0, 1.0), (2.0, 0.5), (2.5, 0.5), (3.0, 1.0)], [(0.0, 1.0), (1.5, 0.5), (2.0, 1.0), (3.0, 0.5), (3.5, 0.5)]]
        return self.chance.choice(pool)

    def _ending(self) -> None:
        """The final chord: bass, pads, a slow arpeggio upwards, and the melody home on the root or third."""
        start = self.form.beats[-1]
        ring = self.seconds - start
        level = self.strength(self.form.bars) * 0.95
        keys = self.voices[-1]
        held = ring * 0.62  # bowed notes end before the sound does, so that the room can ring
        for key in keys:
            self._write(self._side(self.mood.pads[0], key, -1), start, held, key, level * 0.62)
        root = near((self.root + self.form.final.root) % 12, 39)
        self._write(self.mood.bass[0], start, held if BAND[self.mood.bass[0]].sustained else ring * 0.8, root, level * 0.8)
        part = next((name for name, _ in self.mood.figures if not BAND[name].sustained), "harp")
        rising = (*keys, *(key + 12 for key in keys))[:6]
        gap = min(0.11, ring * 0.06)
        for index, key in enumerate(rising):
            self._write(part, start + gap * index, max(0.2, ring * 0.85 - gap * index), key, level * (0.7 - 0.04 * index))
        if self.form.bars:
            home = near((self.root + self.form.final.tones[0 if self.chance.random() < 0.6 else 1]) % 12, sum(self.mood.range) / 2)
            self._write(self.chance.choice(self.mood.melody), start + 0.02, held * 0.9, home, level * 0.85)
