"""The film's sound: narration, the clips' own sound and the score in one balance, one loudness, one AAC track of exactly the film's length.

Each file is decoded once, into a stem (`render.stems`); everything after that is done in chunks that know nothing of each other, side by side, and comes to
the same bytes however many threads there are. Loudness is arithmetic on the stems' K-weighted powers, hop by hop, so that gains, ducking and limiter are
settled before the mix is made, and it is encoded once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray

from render import aac
from render.loudness import HOP, LEAD, PEAK_HOP, RATE, SILENCE, Samples, bend, decibels, drawn, held, integrated, peaks, powers, weigh
from render.stems import CHUNK, Placed, Stem, lay

log = structlog.get_logger()

LOUDNESS = -14.0  # LUFS, what the video platforms play at
CEILING = -1.6  # dBTP before coding: AAC overshoots by some tenths, and the film may not pass -1
PEAK = -1.0  # dBTP of the finished track
VOICE, CLIPS, SCORE = "voice", "clips", "score"
LEVEL: Mapping[str, float] = {VOICE: -16.0, CLIPS: -21.0, SCORE: -23.0}
"""LUFS of each lane where nobody speaks, before the whole is levelled: music 7 LU under the voice, what is seen a little above the music."""
DUCK: Mapping[str, float] = {CLIPS: 10.0, SCORE: 10.0}
"""dB that a lane steps back under the voice: music comes to 17 LU below speech, within the 15 to 20 of broadcast practice."""
RAISED: Mapping[str, float] = {VOICE: 30.0, CLIPS: 12.0, SCORE: 30.0}
"""dB of gain at most: what is quieter than that is noise, not sound; a clip's faint room is left faint."""
MOST = 30.0  # dB of the whole
FADE_OUT = 1.5  # seconds over which the score ends
_AHEAD, _HOLD = 15, 45  # hops: what is under the voice steps back 150 ms before a word, and stays back over pauses of 450 ms
_BEND = 12
_SPEAKING = 24.0  # dB under the voice's loudness is breath and room
_TRIES = 12
_WIDE = 50  # hops of 1 ms on each side of a peak that came out too high that are brought down with it

T = TypeVar("T")


@dataclass(frozen=True)
class Track:
    """A finished sound track: an MP4 with AAC, its measured loudness (LUFS) and true peak (dBTP), and what could not be used."""

    file: Path
    loudness: float
    true_peak: float
    left_out: tuple[str, ...]


def track(lanes: Mapping[str, Sequence[Placed]], seconds: Fraction, scratch: Path, check: Callable[[], None]) -> Track:
    """Mix, level and encode the film's sound; `lanes` are VOICE, CLIPS and SCORE.

    `check` is called several times a second and may raise to stop. Raises OSError when the disk is full.
    """
    length, target = round(seconds * RATE), scratch / "sound.mp4"
    if not any(lanes.values()):
        aac.write(aac.silence(length), length, target)
        return Track(target, SILENCE, -120.0, ())
    stems = {name: Stem(scratch / f"{name}.f32", length) for name, placed in lanes.items() if placed}
    pool = ThreadPoolExecutor(max_workers=max(2, min(4, os.cpu_count() or 2)), thread_name_prefix="sound")
    try:
        laid = [pool.submit(lay, stem, lanes[name], check) for name, stem in stems.items()]
        left_out = tuple(note for future in laid for note in future.result())
        made = _Mix(stems, length, pool, check).encoded(target)
        return Track(target, *made, left_out)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, stem in stems.items():
            stem.close()
            (scratch / f"{name}.f32").unlink(missing_ok=True)


class _Mix:
    """The stems on their way into one track."""

    def __init__(self, stems: Mapping[str, Stem], length: int, pool: ThreadPoolExecutor, check: Callable[[], None]) -> None:
        self.stems, self.length, self.pool, self.check = stems, length, pool, check
        self.chunks = -(-length // CHUNK)
        self.gains: dict[str, float] = {}
        self.duck = np.ones(1)
        self.cut = np.ones(1)  # the limiter's gain where hops of 1 ms begin
        self.gain = 1.0

    def encoded(self, target: Path) -> tuple[float, float]:
        """Balance, level, encode; gives loudness and true peak of what a player will hear."""
        power = self.balance()
        loudness = integrated(power)
        level = 0.0 if loudness <= SILENCE else min(LOUDNESS - loudness, MOST)
        top = 10 ** (CEILING / 20)
        told, found, allowed = level - 1.0, np.zeros(0, np.float32), np.zeros(0)  # up to which level peaks are told rightly: looking is what costs
        for _ in range(_TRIES):
            if level > told:
                told = level + 1.0
                found = np.concatenate(list(self.each(partial(self.peaks, top / _linear(told)), range(self.chunks))))
                allowed = np.full(len(found), top)
            self.gain = _linear(level)
            self.cut = held(np.minimum(1.0, allowed / np.maximum(found * self.gain, 1e-9)))
            off = LOUDNESS - integrated(power * self.gain**2 * _eased(self.cut, len(power))) if loudness > SILENCE else 0.0
            if abs(off) < 0.05 or level + off > MOST + 6:
                break
            level += off  # what the limiter took is given back
        pieces = list(self.each(self.piece, range(self.chunks)))
        for _ in range(_TRIES):
            before = self.cut
            lowered = [self.lower(allowed, found, number, piece) for number, piece in enumerate(pieces)]  # every one of them, not up to the first
            if not any(lowered):
                break
            self.cut = held(np.minimum(1.0, allowed / np.maximum(found * self.gain, 1e-9)))
            again = [number for number in range(self.chunks) if self.moved(before, number)]
            log.info("peaks came out of the coder too high", pieces=len(again))
            for number, piece in zip(again, self.each(self.piece, again), strict=True):
                pieces[number] = piece
        aac.write((packet for piece in pieces for packet in piece.packets), self.length, target)
        heard = integrated(np.concatenate([piece.power for piece in pieces]))
        return round(heard, 2), round(decibels(max(float(piece.peaks.max(initial=0.0)) for piece in pieces)), 2)

    # ------------------------------------------------------------ side by side

    def each(self, work: Callable[[int, int], T], chunks: Iterable[int]) -> Iterable[T]:
        """Do work on chunks, given as first and last sample, on threads; results in order."""

        def one(number: int) -> T:
            self.check()
            return work(number * CHUNK, min(self.length, (number + 1) * CHUNK))

        return self.pool.map(one, chunks)

    def powers(self, first: int, last: int) -> tuple[dict[tuple[str, str], NDArray[np.float64]], NDArray[np.float64]]:
        """Of a chunk: K-weighted power of each pair of lanes, and the voice's own level, hop by hop."""
        weighted = {
            name: weigh(stem.read(first - LEAD, last))[:, LEAD:]
            for name, stem in self.stems.items()
            if stem.sounding & {first // CHUNK - 1, first // CHUNK}  # what rang just before may ring on
        }
        pairs = [(one, two) for one in weighted for two in weighted if one <= two]
        level = np.zeros(-(-(last - first) // HOP))
        if VOICE in weighted:
            voice = self.stems[VOICE].read(first, last)
            both = np.pad(voice[0] + voice[1], (0, len(level) * HOP - voice.shape[1])).reshape(len(level), HOP)
            level = np.sqrt(np.einsum("hs,hs->h", both, both) / HOP, dtype=np.float64) / 2
        return {(one, two): powers(weighted[one], weighted[two]) for one, two in pairs}, level

    def mixed(self, first: int, last: int) -> Samples:
        """The balanced mix from sample `first` to `last`, before levelling."""
        mix = np.zeros((2, last - first), dtype=np.float32)
        begin = first // HOP
        hops = -(-last // HOP) - begin
        points = self.duck[begin : begin + hops + 1]
        for name, stem in self.stems.items():
            if not stem.sounding & set(range(first // CHUNK, last // CHUNK + 1)):
                continue
            sound = stem.read(first, last)
            sound *= np.float32(self.gains[name])
            if name in DUCK and (points < 1).any():
                sound *= drawn(_under(points, name), HOP, hops * HOP)[first - begin * HOP :][: last - first]
            mix += sound
        return mix

    def peaks(self, above: float, first: int, last: int) -> NDArray[np.float32]:
        """True peaks of the mix in hops of 1 ms, told rightly from `above` on."""
        low = first - PEAK_HOP if first else first
        found = peaks(self.mixed(low, last + PEAK_HOP if last < self.length else last), above, rise=0.7)
        return found[(first - low) // PEAK_HOP :][: -(-(last - first) // PEAK_HOP)]

    def levelled(self, first: int, last: int) -> Samples:
        """The mix with its gain and under its ceiling."""
        mix = self.mixed(first, last)
        mix *= np.float32(self.gain)
        begin = first // PEAK_HOP
        hops = -(-last // PEAK_HOP) - begin
        points = self.cut[begin : begin + hops + 1]
        if (points < 1).any():
            mix *= drawn(points, PEAK_HOP, hops * PEAK_HOP)[first - begin * PEAK_HOP :][: last - first]
        return mix

    def piece(self, first: int, last: int) -> aac.Coded:
        """A chunk encoded, and heard as it will sound."""
        return aac.encode(self.levelled, first, last, ends=last == self.length, above=10 ** (PEAK / 20))

    def lower(self, allowed: NDArray[np.float64], found: NDArray[np.float32], number: int, piece: aac.Coded) -> bool:
        """Allow less around peaks that came out of the coder above PEAK; whether there are any."""
        highest = 10 ** (PEAK / 20)
        hops = np.flatnonzero(piece.peaks > highest)
        for hop in hops.tolist():
            middle = (number * CHUNK - aac.FRAME) // PEAK_HOP + hop
            near = slice(max(0, middle - _WIDE), max(0, middle + _WIDE))
            if len(allowed[near]):
                now = min(float(allowed[near].max()), float(found[near].max()) * self.gain)
                allowed[near] = np.minimum(allowed[near], now * highest / float(piece.peaks[hop]) * 0.98)
        return len(hops) > 0

    def moved(self, before: NDArray[np.float64], number: int) -> bool:
        """Whether a chunk's gain differs from what it was encoded with."""
        low, high = max(0, number * CHUNK - aac.LEADING * aac.FRAME) // PEAK_HOP, (number + 1) * CHUNK // PEAK_HOP + 1
        return not np.array_equal(before[low:high], self.cut[low:high])

    # ------------------------------------------------------------ the balance

    def balance(self) -> NDArray[np.float64]:
        """Bring every lane to its place; gives the mix's K-weighted power, hop by hop."""
        found = list(self.each(self.powers, range(self.chunks)))
        hops = sum(len(level) for _, level in found)
        own = {name: np.zeros(hops) for name in self.stems}
        self._scatter(found, {(name, name): power for name, power in own.items()})
        for name, power in own.items():
            loudness = integrated(power)
            self.gains[name] = _linear(min(LEVEL[name] - loudness, RAISED[name])) if loudness > SILENCE else 1.0
        speaking = np.concatenate([level for _, level in found]) * self.gains.get(VOICE, 0.0) > 10 ** ((LEVEL[VOICE] - _SPEAKING) / 20)
        self.duck = _ducked(speaking)
        mixed = np.zeros(hops)
        middle = (self.duck[:-1] + self.duck[1:]) / 2
        at = 0
        for pairs, level in found:
            part = slice(at, at + len(level))
            at += len(level)
            for (one, two), power in pairs.items():
                share = self.gains[one] * self.gains[two] * power * (1 if one == two else 2)
                for name in (one, two):
                    if name in DUCK:
                        share = share * _under(middle[part], name)
                mixed[part] += share
        return mixed

    @staticmethod
    def _scatter(found: Sequence[tuple[dict[tuple[str, str], NDArray[np.float64]], NDArray[np.float64]]], into: dict[tuple[str, str], NDArray]) -> None:
        at = 0
        for pairs, level in found:
            for pair, power in into.items():
                if pair in pairs:
                    power[at : at + len(level)] = pairs[pair]
            at += len(level)


def _ducked(speaking: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much of itself a lane keeps where hops begin: 1 where nobody speaks, 0 deep under the voice; shape (hops + 1,).

    It goes ahead of words and holds over short pauses: a running minimum that reaches further back than forward, then a smooth bend.
    """
    wanted = np.where(speaking, 0.0, 1.0)
    hops = len(wanted)
    padded = np.concatenate([np.ones(_HOLD), wanted, np.ones(_AHEAD)])
    stretched = np.ones(hops)
    for delay in range(-_AHEAD, _HOLD + 1, 5):
        np.minimum(stretched, padded[_HOLD - delay : _HOLD - delay + hops], out=stretched)
    curve = bend(stretched, _BEND)
    return np.append(curve, curve[-1:])


def _under(curve: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """A lane's gain where the voice leaves `curve` of it."""
    return 1 - (1 - curve) * (1 - 10 ** (-DUCK[name] / 20))


def _eased(cut: NDArray[np.float64], hops: int) -> NDArray[np.float64]:
    """Mean square of the limiter's gain in each hop of 10 ms."""
    each = HOP // PEAK_HOP
    middle = np.square((cut[:-1] + cut[1:]) / 2)
    found: NDArray[np.float64] = np.pad(middle, (0, hops * each - len(middle)), constant_values=1.0).reshape(hops, each).mean(axis=1)
    return found


def _linear(level: float) -> float:
    return float(10 ** (level / 20))
