"""Harmony: numerals, voice-leading, scales; and the SoundFont that plays it."""

from __future__ import annotations

import itertools

import midirenderer
import pytest

from pipelines.score import playing, soundfont
from pipelines.score.band import BAND, BRUSH_KEYS
from pipelines.score.composition import PAD_RANGE, Note
from pipelines.score.harmony import SCALES, chord, near, step, voicing
from pipelines.score.moods import MOODS

CHORDS = sorted({name for mood in MOODS.values() for progression in (*mood.opening, *mood.contrast, mood.cadence) for name in progression})


@pytest.mark.parametrize(
    ("name", "tones"),
    [
        ("I", (0, 4, 7)),
        ("vi7", (9, 0, 4, 7)),
        ("bVImaj7", (8, 0, 3, 7)),
        ("iim7b5", (2, 5, 8, 0)),
        ("V7sus4", (7, 0, 2, 5)),
        ("II7", (2, 6, 9, 0)),
        ("iadd9", (0, 3, 7, 2)),
    ],
)
def test_numerals(name: str, tones: tuple[int, ...]) -> None:
    assert chord(name).tones == tones


@pytest.mark.parametrize("name", ["", "H", "Iv", "I13", "i maj"])
def test_no_numeral(name: str) -> None:
    with pytest.raises(ValueError, match="is no chord"):
        chord(name)


@pytest.mark.parametrize("name", CHORDS)
def test_voicings_keep_the_third_and_stay_in_range(name: str) -> None:
    tones = [(50 + tone) % 12 for tone in chord(name).tones]
    keys = voicing(tones, None, *PAD_RANGE, voices=min(4, max(3, len(tones))))
    assert all(PAD_RANGE[0] <= key <= PAD_RANGE[1] for key in keys)
    assert len(set(keys)) == len(keys) >= 3
    assert tones[1] in {key % 12 for key in keys}


def test_voices_move_little() -> None:
    before = None
    moves = []
    for name in ("I", "V", "vi", "IV", "I", "iii", "IV", "V7", "I"):
        keys = voicing([(48 + tone) % 12 for tone in chord(name).tones], before, *PAD_RANGE, voices=3)
        if before:
            moves += [abs(a - b) for a, b in zip(before, keys, strict=True)]
        before = keys
    assert sum(moves) / len(moves) < 2.2
    assert max(moves) <= 5


def test_scales_are_walked_both_ways() -> None:
    up = [step(SCALES["major"], 60, steps, 60) for steps in range(8)]
    assert up == [60, 62, 64, 65, 67, 69, 71, 72]
    assert step(SCALES["major"], 60, -1, 60) == 59
    assert step(SCALES["pentatonic"], 66, 1, 48) == 67
    assert all(near(pitch, 60) % 12 == pitch and abs(near(pitch, 60) - 60) <= 6 for pitch in range(12))


def test_the_soundfont_has_every_instrument_and_survives_a_round_trip() -> None:
    font = soundfont.read(playing.SOUNDFONT)
    assert {(preset.bank, preset.program) for preset in font.presets} >= {(part.bank, part.program) for part in BAND.values()}
    again = soundfont.SoundFont(font.presets, font.instruments, font.samples, font.copyright).dump()
    assert again == playing.SOUNDFONT.read_bytes()
    with pytest.raises(ValueError, match="127"):
        font.keep({(3, 127)})


def test_every_sample_is_unpacked_whole_with_its_loop_inside() -> None:
    font = soundfont.read(playing.SOUNDFONT).keep({(BAND[name].bank, BAND[name].program) for name in ("harp", "flute", "vibraphone")}).unpacked()
    for sample in font.samples:
        assert not sample.vorbis
        assert sample.loop[1] <= len(sample.packed) // 2 + 8, sample.name


@pytest.mark.parametrize("part", BAND)
def test_every_instrument_plays_all_its_range_without_a_crash(part: str) -> None:
    player = BAND[part]
    keys = BRUSH_KEYS if player.bank == 128 else range(player.low, player.high + 1, 6)
    notes = [Note(part, 0.02 * index, 1.5, key, 100) for index, key in enumerate(keys)]
    sound = playing.play(notes, 2.5)
    assert abs(sound).max() > 0.05, "it sounds"


def test_a_panic_of_the_player_is_an_error_not_an_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    PanicException = type("PanicException", (BaseException,), {})

    def panic(*_: object) -> bytes:
        raise PanicException("index out of bounds")

    monkeypatch.setattr(midirenderer, "render_wave_from", panic)
    with pytest.raises(RuntimeError, match="index out of bounds"):
        playing.play([Note("harp", 0, 1, 60, 90)], 1.0)


def test_moods_are_enough_and_their_words_are_their_own() -> None:
    assert len(MOODS) >= 10
    for one, other in itertools.combinations(MOODS.values(), 2):
        assert not set(one.words.split()) & set(other.words.split()), (one.name, other.name)
    for mood in MOODS.values():
        for part in (*mood.melody, *mood.pads, mood.bass[0], *(name for name, _ in mood.figures)):
            assert part in BAND
