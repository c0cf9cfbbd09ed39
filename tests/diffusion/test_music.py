"""Music by real architectures with random weights: exact lengths, passes joined, cancelling, the same again."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from farm.catalog import Model, Source
from farm.specs import ScoreSpec
from farm.types import TaskKind
from farm.work import Cancelled, EngineError, Work
from pipelines.music import joining, prompting, tune
from pipelines.music.diffusing import DiffusionMusic
from pipelines.music.engine import Music
from pipelines.music.local import TransformersMusic
from pipelines.score.composition import Note
from pipelines.score.playing import play
from tests.diffusion import tiny_sounds
from tests.diffusion.working import STYLE, Listener

KINDS = {
    "musicgen": (TransformersMusic, {"longest": 8, "overlap": 2}),
    "musicgen-melody": (TransformersMusic, {"longest": 8, "overlap": 2}),
    "stable-audio": (DiffusionMusic, {"steps": 2, "longest": 8, "overlap": 2}),
    "stable-audio-3": (DiffusionMusic, {"steps": 2, "longest": 8, "overlap": 2}),
    "ace-step": (DiffusionMusic, {"steps": 2, "longest": 8, "overlap": 2}),
    "longcat-audio": (DiffusionMusic, {"steps": 2, "longest": 8, "overlap": 2}),
}


def playing(name: str, weights: Path, **defaults: object) -> Music:
    kind, usual = KINDS[name]
    model = Model(name="tiny", tasks=(TaskKind.SCORE,), engine="music", source=Source(folder=tiny_sounds.saved(name, weights)), defaults={**usual, **defaults})
    assert kind.missing(model) == []
    made: Music = kind(model, "cpu")
    made.load(Listener())
    return made


def work(scratch: Path, seconds: float, seed: int = 5) -> Work:
    scratch.mkdir(parents=True, exist_ok=True)
    return Work(
        task="t", model="tiny", spec=ScoreSpec(mood="hopeful", prompt="A keeper lights a lamp", style=STYLE, seconds=seconds, seed=seed), scratch=scratch
    )


def heard(path: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2), file.getframerate()


@pytest.mark.parametrize("name", KINDS)
def test_music_is_as_long_as_asked_and_again_the_same(weights, tmp_path, name):
    engine = playing(name, weights)
    report = Listener()
    sound, rate = heard(engine.run(work(tmp_path / "a", 9.87), report).outputs[0].path)
    assert rate in (44_100, 48_000)
    assert len(sound) == round(9.87 * rate)
    assert 0 < np.abs(sound).max() <= round(joining.PEAK * 32767) + 1
    assert sound[:, 0].std() > 0
    steps = [step for step, _ in report.steps]
    assert steps == sorted(steps)
    assert steps[-1] == report.steps[-1][1]
    again, _ = heard(engine.run(work(tmp_path / "b", 9.87), Listener()).outputs[0].path)
    assert np.array_equal(sound, again)
    assert engine.park()
    engine.unpark(Listener())
    other, _ = heard(engine.run(work(tmp_path / "c", 3.0, seed=6), Listener()).outputs[0].path)
    assert len(other) == round(3.0 * rate)


@pytest.mark.parametrize("name", ["musicgen", "stable-audio"])
def test_cancelling_ends_at_the_next_step(weights, tmp_path, name):
    report = Listener(cancel_at=1)
    with pytest.raises(Cancelled):
        playing(name, weights).run(work(tmp_path, 5.0), report)
    assert len(report.steps) == 1


def test_a_second_pass_goes_on_from_the_sound_of_the_first(weights, tmp_path, monkeypatch):
    engine = playing("musicgen", weights)
    given = []
    plain = engine.make

    def make(spec, prompt, part, told):
        sound = plain(spec, prompt, part, told)
        given.append((part.before, sound))
        return sound

    monkeypatch.setattr(engine, "make", make)
    engine.run(work(tmp_path, 9.0), Listener())
    (nothing, first), (before, second) = given
    assert nothing is None
    assert np.array_equal(before, first[:, -2 * engine.rate :])
    assert second.shape[1] > before.shape[1]


def test_the_melody_of_the_story_is_played_on_through_the_passes(weights, tmp_path, monkeypatch):
    engine = playing("musicgen-melody", weights)
    given, parts = [], []
    plain, make = engine._net.generate, engine.make
    monkeypatch.setattr(engine._net, "generate", lambda **inputs: given.append(inputs["input_features"]) or plain(**inputs))
    monkeypatch.setattr(engine, "make", lambda spec, prompt, part, told: parts.append(part) or make(spec, prompt, part, told))
    done = work(tmp_path, 12.0)
    engine.run(done, Listener())
    first, second = (one[0].numpy() for one in given)
    whole = tune.chroma(tune.tune(done.spec), prompting.mood_of(done.spec).melody, 0.0, 12.0)
    assert np.array_equal(first, whole[: len(first)])
    assert parts[1].start == pytest.approx(6.0, abs=0.3), "it begins where the overlap does"
    assert np.array_equal(second, tune.chroma(tune.tune(done.spec), prompting.mood_of(done.spec).melody, parts[1].start, parts[1].seconds)[: len(second)])
    assert len(np.unique(whole.argmax(axis=1))) > 3, "a tune, not a drone"
    silent = playing("musicgen-melody", weights, melody=False)
    plain = silent._net.generate
    monkeypatch.setattr(silent._net, "generate", lambda **inputs: given.append(inputs.get("input_features")) or plain(**inputs))
    silent.run(work(tmp_path / "b", 5.0), Listener())
    assert given[-1] is None


def test_the_tune_is_written_as_the_models_own_ear_hears_it():
    """Single notes played by the embedded band, heard through the filters that MusicGen-melody was trained with."""
    from transformers.audio_utils import chroma_filter_bank

    notes = [Note("piano", number * 0.8, 0.75, key, 100) for number, key in enumerate((60, 64, 67, 70, 62, 69))]
    rate, wide = 48_000, 16_384
    sound = play(notes, 5.0).mean(axis=1)
    filters = chroma_filter_bank(sampling_rate=rate, num_frequency_bins=wide, tuning=0, num_chroma=tune.CLASSES)
    written = tune.chroma(notes, ("piano",), 0.0, 4.8).argmax(axis=1)
    agreed = 0
    for frame, pitch in enumerate(written):
        middle = min(max(wide // 2, round(frame * tune.FRAME * rate)), len(sound) - wide // 2)
        power = np.abs(np.fft.rfft(sound[middle - wide // 2 : middle + wide // 2] * np.hanning(wide))) ** 2
        agreed += int((filters @ power).argmax()) == pitch
    assert agreed > 0.7 * len(written), "a window is as long as three frames: at the joins it hears the neighbour"


def test_where_memory_runs_out_passes_become_shorter(weights, tmp_path, monkeypatch):
    engine, asked = playing("musicgen", weights, longest=20), work(tmp_path, 17.0)
    assert engine.relieve(asked) == "passes of 8 s"
    assert engine.relieve(asked) is None, "shorter ones are no music"
    parts, make = [], engine.make
    monkeypatch.setattr(engine, "make", lambda spec, prompt, part, told: parts.append(part.seconds) or make(spec, prompt, part, told))
    sound, rate = heard(engine.run(asked, Listener()).outputs[0].path)
    assert len(sound) == 17 * rate
    assert max(parts) < 9
    ladder = playing("stable-audio", weights, longest=20)
    assert ladder.relieve(asked) != "passes of 8 s", "what changes no sound comes first"


def test_a_length_that_cannot_be_is_named(weights, tmp_path):
    with pytest.raises(EngineError, match="1800"):
        playing("stable-audio", weights).run(work(tmp_path, 4000.0), Listener())


def test_the_prompt_names_mood_and_instruments_and_keeps_the_story_out():
    spec = ScoreSpec(mood="hopeful", prompt="A keeper lights a lamp", style=STYLE.model_copy(update={"slug": "ink", "name": "Ink {0}"}), seconds=9)
    said = prompting.words(spec)
    assert "hopeful" in said
    assert "piano" in said
    assert "bpm" in said
    assert "keeper" not in said
    assert prompting.words(spec, "{mood} at {bpm}") == "warm at 80"
    with pytest.raises(ValueError, match="instruments"):
        prompting.words(spec, "{colour}")


def test_passes_are_joined_at_equal_power_without_a_step():
    rate = 8_000
    chance = np.random.default_rng(1)
    before, after = (chance.normal(0, 0.1, (2, rate * 4)).astype(np.float32) for _ in range(2))
    joined = joining.crossfade(before, after, rate)
    assert joined.shape == (2, rate * 7)
    over = joined[:, 3 * rate : 4 * rate].std()
    assert over == pytest.approx(0.1, rel=0.05)
    same = joining.blend(before, np.concatenate([before[:, -rate:], after], axis=1), rate)
    assert np.allclose(same[:, : 4 * rate], before, atol=1e-6)


def test_music_is_cut_faded_and_kept_from_clipping():
    rate = 48_000
    loud = np.ones((2, rate * 5), np.float32) * np.sin(np.arange(rate * 5) * 0.05).astype(np.float32) * 3
    done = joining.finish(loud, rate, 4.5)
    assert done.shape == (2, round(4.5 * rate))
    assert np.abs(done).max() <= joining.PEAK + 1e-6
    assert np.abs(done[:, :10]).max() < 0.001
    assert np.abs(done[:, -10:]).max() < 0.001
    assert joining.finish(loud[:, :rate], rate, 2.0).shape == (2, 2 * rate)
    tone = np.sin(2 * np.pi * 440 * np.arange(32_000) / 32_000).astype(np.float32)
    other = joining.resample(joining.stereo(tone), 32_000, 48_000)
    wanted = np.sin(2 * np.pi * 440 * np.arange(other.shape[1]) / 48_000)
    assert abs(other.shape[1] - 48_000) < 100
    assert np.abs(other[0, 1000:-1000] - wanted[1000:-1000]).max() < 0.01
