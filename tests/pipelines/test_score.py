"""The score engine: music of an exact length that ends, does not clip, and differs by mood."""

from __future__ import annotations

import itertools
import wave
from pathlib import Path

import numpy as np
import pytest

from farm.catalog import Model
from farm.specs import ScoreSpec
from farm.types import Style, TaskKind
from farm.work import EngineError, Outcome, Work
from pipelines.score.band import BAND
from pipelines.score.composition import compose, form
from pipelines.score.engine import Score
from pipelines.score.moods import MOODS, choose

BANDSTAND = Model(name="bandstand", tasks=(TaskKind.SCORE,), engine="score")
PLAIN = Style(slug="plain", name="Plain")


class Listener:
    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []

    def loading(self, fraction: float, note: str = "") -> None:
        pass

    def step(self, step: int, of: int, note: str = "") -> None:
        self.steps.append((step, of))

    def preview(self, path: Path, media_type: str) -> None:
        pass


def scored(tmp_path: Path, **spec: object) -> tuple[Outcome, np.ndarray]:
    asked = ScoreSpec(**{"style": PLAIN, "seconds": 10.0, "mood": "warm", **spec})
    outcome = Score(BANDSTAND, "cpu").run(Work(task="t", model="bandstand", spec=asked, scratch=tmp_path), Listener())
    (output,) = outcome.outputs
    assert (output.name, output.media_type) == ("score", "audio/wav")
    with wave.open(str(output.path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 48000, 2)
        return outcome, np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32767


@pytest.mark.parametrize("seconds", [0.01, 0.5, 2.9, 3.1, 7.77777, 31.4159])
def test_music_is_exactly_as_long_as_asked_and_ends_in_silence(tmp_path: Path, seconds: float) -> None:
    _, sound = scored(tmp_path, seconds=seconds)
    assert len(sound) == round(seconds * 48000)
    assert not sound[-min(256, len(sound) // 4) :].any()
    assert np.abs(sound).max() < 0.95


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_sounds_does_not_clip_and_rings_out(tmp_path: Path, mood: str) -> None:
    _, sound = scored(tmp_path, mood=mood, seconds=16.0, beats=(4.0, 8.0, 12.0), seed=11)
    level = np.sqrt(np.square(sound).reshape(-1, 4800, 2).mean(axis=(1, 2)))  # tenths of a second
    assert np.abs(sound).max() <= 0.82
    assert 0.02 < level.mean() < 0.2
    assert (level[3:140] > 0.002).mean() > 0.95, "no hole in the middle"
    assert level[-1] < 0.1 * level[80:140].mean() + 1e-4, "it dies away"
    assert abs(sound.mean()) < 0.005, "no constant offset"
    assert 0.5 < np.std(sound[:, 0]) / np.std(sound[:, 1]) < 2, "both ears"


def test_the_same_work_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, _ = scored(tmp_path / "a", seed=5)
    two, _ = scored(tmp_path / "b", seed=5)
    assert one.outputs[0].path.read_bytes() == two.outputs[0].path.read_bytes()


def test_moods_and_seeds_compose_different_music() -> None:
    pieces = {(mood, seed): tuple((round(note.start, 2), note.key) for note in compose(MOODS[mood], 20, (), seed)) for mood in MOODS for seed in range(4)}
    assert len(set(pieces.values())) == len(pieces)
    keys = {min(note.key % 12 for note in compose(MOODS["warm"], 20, (), seed) if note.part == "contrabass") for seed in range(8)}
    assert len(keys) > 1, "stories of one mood stand in different keys"


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("seconds", [3.2, 12.0, 40.0])
def test_notes_are_playable(mood: str, seconds: float) -> None:
    for seed in range(3):
        notes = compose(MOODS[mood], seconds, (4.0, 9.5, 15.0), seed)
        assert notes
        for note in notes:
            part = BAND[note.part]
            assert 0 <= note.start < seconds
            assert note.start + note.length <= seconds + 0.01
            assert part.low <= note.key <= part.high or part.bank == 128
            assert 1 <= note.velocity <= 127


@pytest.mark.parametrize("mood", MOODS)
def test_a_piece_slows_down_and_ends_on_its_final_chord(mood: str) -> None:
    import random

    laid_out = form(MOODS[mood], 30.0, random.Random(3))
    lengths = [b - a for a, b in itertools.pairwise(laid_out.beats)]
    assert lengths[-1] > 1.3 * lengths[0]
    assert all(after >= before - 1e-9 for before, after in itertools.pairwise(lengths))
    assert 1.5 < 30.0 - laid_out.beats[-1] < 5, "time to ring out"
    low, high = MOODS[mood].tempo
    assert low * 0.8 < 60 / lengths[0] < high * 1.25
    last = [note for note in compose(MOODS[mood], 30.0, (), 3) if note.start > 30 - 5 and note.length > 0.8]
    classes = {(note.key - min(last, key=lambda n: n.key).key) % 12 for note in last if note.start >= max(n.start for n in last) - 1.5}
    assert classes & {3, 4}, "a chord with its third, above its root"


def test_the_music_breathes_before_a_new_shot() -> None:
    mood = MOODS["warm"]
    for seed in range(4):
        quiet = compose(mood, 30.0, (), seed)
        starts = sorted({round(note.start, 1) for note in quiet if note.part == mood.bass[0]})
        change = starts[len(starts) // 2]
        breathing = compose(mood, 30.0, (change,), seed)
        before = [note for note in breathing if change - 0.7 < note.start < change - 0.05 and note.part not in {"strings", "strings low", "contrabass"}]
        still = [note for note in quiet if change - 0.7 < note.start < change - 0.05 and note.part not in {"strings", "strings low", "contrabass"}]
        assert len(before) <= len(still)
    assert any(compose(mood, 30.0, (), seed) != compose(mood, 30.0, (12.0,), seed) for seed in range(4))


@pytest.mark.parametrize(
    ("mood", "prompt", "style", "expected"),
    [
        ("melancholy and lonely", "", "", "sad"),
        ("MYSTERIOUS!", "", "", "mysterious"),
        ("", "A detective walks through the rain", "Cinematic Noir", "noir"),
        ("hopeful", "An epic battle", "storybook", "warm"),
        ("hopeful", "", "cinematic-noir Cinematic Noir", "noir"),
        ("wondering", "", "", "wonder"),
        ("determined", "", "", "adventurous"),
        ("", "", "", "warm"),
        ("\x00🎵" * 50, "x" * 10_000, "", "warm"),
        ("suspenseful", "", "", "tense"),
    ],
)
def test_the_mood_is_heard_in_the_storys_words(mood: str, prompt: str, style: str, expected: str) -> None:
    assert choose(mood, prompt, style).name == expected


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_an_impossible_length_is_named(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(EngineError, match="seconds cannot be composed"):
        scored(tmp_path, seconds=seconds)


def test_beats_may_be_nonsense(tmp_path: Path) -> None:
    _, sound = scored(tmp_path, seconds=6.0, beats=(-5.0, 0.0, 3.0, 3.0, 1e9, float("inf"), float("nan")))
    assert len(sound) == 288000


def test_steps_are_reported(tmp_path: Path) -> None:
    listener = Listener()
    Score(BANDSTAND, "cpu").run(Work(task="t", model="bandstand", spec=ScoreSpec(style=PLAIN, seconds=3.0), scratch=tmp_path), listener)
    assert listener.steps == [(1, 3), (2, 3), (3, 3)]
