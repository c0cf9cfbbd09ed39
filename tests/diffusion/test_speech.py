"""Speech by real architectures with random weights: sound, word times, voices, cancelling, the same again."""

from __future__ import annotations

import itertools
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from farm.catalog import Model, Source
from farm.specs import Speaker, SpeakSpec
from farm.types import TaskKind
from farm.work import Cancelled, EngineError, SpeechData, Work
from pipelines.speech.aligning import force, resample, spell
from pipelines.speech.kokoro import Kokoro, english, foreign
from pipelines.speech.local import TransformersSpeech
from pipelines.voice import espeak
from tests.diffusion import tiny_sounds
from tests.diffusion.working import Listener

TEXT = "The lamp went out. “Who is there?” asked Mara. Nobody came to the pier!"


def model(folder: Path, **defaults: object) -> Model:
    return Model(name="tiny", tasks=(TaskKind.SPEAK,), engine="transformers-speech", source=Source(folder=folder), defaults=defaults)


def speaking(folder: Path, **defaults: object) -> TransformersSpeech:
    made = TransformersSpeech(model(folder, **defaults), "cpu")
    assert TransformersSpeech.missing(made.model) == []
    made.load(Listener())
    return made


def work(scratch: Path, text: str = TEXT, **fields: object) -> Work:
    scratch.mkdir(parents=True, exist_ok=True)
    return Work(task="t", model="tiny", spec=SpeakSpec.model_validate({"text": text, "seed": 5, **fields}), scratch=scratch)


def heard(path: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2"), file.getframerate()


def checked(engine: TransformersSpeech, scratch: Path, **fields: object) -> tuple[np.ndarray, SpeechData]:
    """Speak, and check what every speech must be."""
    done = engine.run(work(scratch, **fields), Listener())
    sound, rate = heard(done.outputs[0].path)
    data = SpeechData.model_validate(done.data)
    assert data.seconds == pytest.approx(len(sound) / rate)
    assert " ".join(word.text for word in data.words) == str(fields.get("text", TEXT))
    assert all(word.start < word.end for word in data.words)
    assert all(left.end <= right.start + 1e-9 for left, right in itertools.pairwise(data.words))
    assert data.words[-1].end <= data.seconds + 0.01
    return sound, data


def test_vits_speaks_with_the_times_of_its_own_durations(weights, tmp_path):
    engine = speaking(tiny_sounds.saved("vits", weights))
    sound, data = checked(engine, tmp_path / "a")
    assert data.word_times == "model"
    again, _ = checked(engine, tmp_path / "b")
    assert np.array_equal(sound, again)
    other, _ = checked(engine, tmp_path / "c", seed=6)
    assert not np.array_equal(sound, other)


def test_vits_word_times_are_those_of_the_sound(weights, tmp_path):
    """Said alone, a word is as long as its place in the list says: the durations of the same letters, drawn with the same seed."""
    engine = speaking(tiny_sounds.saved("vits", weights))
    said = engine.say("lamp", engine.voices().narrator(None, "en"), "en", 5, lambda fraction: None)
    (word, (start, end)) = said.words[0]
    assert word == "lamp"
    assert 0 <= start < end <= len(said.sound) / said.rate
    assert end > 0.7 * len(said.sound) / said.rate  # all of the sound but the silent tokens around it


def test_numbers_are_not_left_out(weights, tmp_path):
    """A model of letters has no digits: they are spelled before."""
    engine = speaking(tiny_sounds.saved("vits", weights))
    said = engine.say("It was 12 then", engine.voices().narrator(None, "en"), "en", 5, lambda fraction: None)
    assert "twelve" in [word for word, _ in said.words]


def test_each_character_has_a_voice_and_keeps_it(weights, tmp_path):
    voices = {"teller": {"speaker": 0, "gender": "male"}, "ann": {"speaker": 1, "gender": "female"}, "bob": {"speaker": 2, "gender": "male"}}
    engine = speaking(tiny_sounds.saved("vits-3", weights), voices=voices, voice="teller")
    alone, _ = checked(engine, tmp_path / "a")
    cast, data = checked(engine, tmp_path / "b", speakers=[Speaker(name="Mara", gender="female").model_dump()])
    assert not np.array_equal(alone[: len(cast)], cast[: len(alone)])
    assert len(data.words) == 14
    told, _ = checked(engine, tmp_path / "d", narrator=Speaker(name="Mara", gender="female").model_dump())
    asked, _ = checked(engine, tmp_path / "e", voice="ann")
    assert np.array_equal(told, asked), "the only woman's voice is Mara's"
    with pytest.raises(EngineError, match="teller, ann, bob"):
        engine.run(work(tmp_path / "c", voice="zoe"), Listener())


def test_a_recogniser_times_words_that_the_model_does_not(weights, tmp_path, monkeypatch):
    engine = speaking(tiny_sounds.saved("vits", weights), aligner={"en": {"folder": str(tiny_sounds.saved("wav2vec2", weights))}})
    plain = engine.say
    monkeypatch.setattr(engine, "say", lambda *given: type(said := plain(*given))(said.sound, said.rate))
    _, data = checked(engine, tmp_path / "a")
    assert data.word_times == "aligned"
    with_it = engine.footprint()
    assert engine.park()
    engine.unpark(Listener())
    assert 0 < engine.footprint() < with_it, "a recogniser counts, and does not park"
    _, german = checked(engine, tmp_path / "b", locale="de")
    assert german.word_times == "estimated"  # no recogniser for it


def test_cancelling_ends_before_the_next_sentence(weights, tmp_path):
    engine = speaking(tiny_sounds.saved("vits", weights))
    report = Listener(cancel_at=1)
    with pytest.raises(Cancelled):
        engine.run(work(tmp_path), report)
    assert len(report.steps) == 1


def test_parked_and_back_it_says_the_same(weights, tmp_path):
    engine = speaking(tiny_sounds.saved("vits", weights))
    before, _ = checked(engine, tmp_path / "a")
    assert engine.footprint() > 0
    assert engine.park()
    engine.unpark(Listener())
    after, _ = checked(engine, tmp_path / "b")
    assert np.array_equal(before, after)


def test_another_architecture_is_named(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}', encoding="utf-8")
    with pytest.raises(EngineError, match=r"gpt2.*vits"):
        TransformersSpeech(model(tmp_path), "cpu").load(Listener())


@pytest.mark.parametrize("seed", range(12))
def test_forced_alignment_is_the_likeliest_way_there_is(seed):
    """Against every path there is, on small ones."""
    chance = np.random.default_rng(seed)
    frames, letters = int(chance.integers(2, 7)), 3
    logs = np.log(chance.dirichlet(np.ones(letters), frames))
    tokens = [int(one) for one in chance.integers(1, letters, chance.integers(1, 4))]
    paths = {
        path: sum(logs[frame, token] for frame, token in enumerate(path))
        for path in itertools.product(range(letters), repeat=frames)
        if [token for token, _ in itertools.groupby(path) if token] == tokens
    }
    found = force(logs, tokens, 0)
    if not paths:
        assert found is None
        return
    assert found is not None
    way = [0] * frames
    for (first, after), token in zip(found, tokens, strict=True):
        way[first:after] = [token] * (after - first)
    assert paths[tuple(way)] == pytest.approx(max(paths.values()))


def test_letters_are_spelled_as_the_recogniser_writes_them():
    vocabulary = {"|": 1, "A": 2, "E": 3, "É": 4, "O": 5, "'": 6}
    assert spell(["aé", "12", "ö'"], vocabulary, 1) == ([2, 4, 1, 5, 6], [0, 0, -1, 2, 2])


def test_resampling_keeps_a_tone():
    tone = np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000).astype(np.float32)
    assert np.abs(resample(tone, 24_000, 16_000) - np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)).max() < 1e-4


def kokoro(folder: Path, **defaults: object) -> Kokoro:
    made = Kokoro(Model(name="tiny", tasks=(TaskKind.SPEAK,), engine="kokoro", source=Source(folder=folder), defaults=defaults), "cpu")
    assert Kokoro.missing(made.model) == []
    made.load(Listener())
    return made


def test_kokoro_takes_its_word_times_from_its_durations(weights, tmp_path):
    engine = kokoro(tiny_sounds.saved("kokoro", weights), voice="am_adam")
    _, data = checked(engine, tmp_path / "a")
    assert data.word_times == "model"
    said = engine.say("Hello there", engine.voices().narrator(None, "en"), "en", 0, lambda fraction: None)
    (_, (start, end)), (_, (later, _)) = said.words
    assert start == pytest.approx(0.05 - 0.04)  # the pad before it, two ticks of 25 ms, less the lag
    assert later - end == pytest.approx(0.005)  # the space between them, most of it heard as the beginning of the second
    assert engine.say("…", engine.voices().narrator(None, "en"), "en", 0, lambda fraction: None).sound.size == 0


def test_kokoro_can_be_stopped_within_a_sentence(weights, tmp_path):
    """A graph that never ends stands in for a slow one; the real one was stopped 0.07 s after it was told, of a sentence of 30 s."""
    engine = kokoro(tiny_sounds.saved("kokoro", weights))
    session = engine._session

    class Endless:
        def get_inputs(self) -> list[object]:
            return list(session.get_inputs())

        def run(self, names: object, feed: object, options: object) -> list[object]:
            while not options.terminate:
                time.sleep(0.01)
            raise RuntimeError("terminated")

    engine._session = Endless()
    report, began = Listener(cancel_at=3), time.monotonic()
    with pytest.raises(Cancelled):
        engine.run(work(tmp_path), report)
    assert time.monotonic() - began < 5
    assert report.steps[-1][0] >= 3


def test_a_recogniser_leaves_the_device_where_memory_runs_out(tmp_path):
    without, told = TransformersSpeech(model(tmp_path), "cuda:0"), TransformersSpeech(model(tmp_path, aligner={"en": {"hub": "a/b"}}), "cuda:0")
    assert without.relieve(work(tmp_path)) is None
    assert told.relieve(work(tmp_path)) == "the recogniser on the processor"
    assert told.relieve(work(tmp_path)) is None


def test_kokoros_voices_are_told_by_their_names(weights):
    voices = kokoro(tiny_sounds.saved("kokoro", weights)).voices()
    assert voices.names == ("af_heart", "am_adam", "bf_emma")  # Japanese needs readings that are not here
    narrator = voices.narrator(None, "en")
    assert narrator.name == "af_heart"
    assert voices.narrator(None, "en-GB").name == "af_heart"
    assert voices.character(Speaker(name="Tom", gender="male"), "en", narrator).name == "am_adam"
    assert voices.character(Speaker(name="Mara", gender="female"), "en", narrator).name == "bf_emma"
    with pytest.raises(EngineError, match="en-GB, en-US"):
        voices.narrator(None, "de")


@pytest.mark.parametrize("name", ["bark", "csm", "dia"])
def test_models_that_sample_say_the_same_again_and_can_be_stopped(weights, tmp_path, name):
    folder = tiny_sounds.saved(name, weights)
    sound, data = checked(speaking(folder), tmp_path / "a", text="Go on.")
    assert data.word_times == "estimated"
    assert np.abs(sound).max() > 0
    again, _ = checked(speaking(folder), tmp_path / "b", text="Go on.")
    assert np.array_equal(sound, again)
    report = Listener(cancel_at=2)
    with pytest.raises(Cancelled):
        speaking(folder).run(work(tmp_path / "c", text="Go on."), report)
    assert all(step < of for step, of in report.steps)


def test_a_sample_decides_the_voice(weights, tmp_path):
    """The sound that models.yaml names, and no audition, goes into the model; a broken one is named."""
    tone = (np.sin(np.arange(16_000) * 0.3) * 12_000).astype("<i2")
    with wave.open(str(tmp_path / "mara.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(tone.tobytes())
    voice = {"sample": str(tmp_path / "mara.wav"), "text": "Go on home."}
    engine = speaking(tiny_sounds.saved("csm", weights), voices={"mara": voice}, voice="mara")
    given = []
    plain = engine._made.net.generate
    engine._made.net.generate = lambda **inputs: given.append(inputs) or plain(**inputs)
    checked(engine, tmp_path / "a", text="Go on.")
    assert len(given) == 1
    heard_by_it = given[0]["input_values"].float().numpy().reshape(-1)
    assert np.allclose(heard_by_it, resample(tone.astype(np.float32) / 32768, 16_000, 24_000), atol=1e-4)
    broken = speaking(tiny_sounds.saved("csm", weights), voices={"mara": {**voice, "sample": str(tmp_path / "none.wav")}}, voice="mara")
    with pytest.raises(EngineError, match=r"mara.*none\.wav"):
        broken.run(work(tmp_path / "b"), Listener())


def test_a_preset_that_bark_lacks_opens_no_file(weights, tmp_path):
    engine = speaking(tiny_sounds.saved("bark", weights), voices={"mara": {"preset": "/etc/passwd"}}, voice="mara")
    with pytest.raises(EngineError, match="no preset '/etc/passwd'"):
        engine.run(work(tmp_path), Listener())


@pytest.mark.skipif(espeak.program() is None, reason="espeak-ng is not installed here")
def test_other_languages_are_written_in_kokoros_letters():
    phonemes, words = foreign("Gli zii: perché no?", "it")
    assert [word for word, _, _ in words] == ["Gli", "zii:", "perché", "no?"]
    assert "ʣ" in phonemes
    assert "^" not in phonemes
    assert all(phonemes[first:last].strip() for _, first, last in words)
    hindi, _ = foreign("वह लड़का गया।", "hi")
    assert not any(mark in hindi[:-1] for mark in ".-")
    assert english("In 1912.", british=False)[1][-1][0].startswith("1912")


def test_speecht5_speaks_in_the_voice_of_a_vector(weights, tmp_path):
    folder = tiny_sounds.saved("speecht5", weights)
    told = {"vocoder": {"folder": str(folder / "vocoder")}, "voices": {"mara": {"embedding": "mara.safetensors"}, "tom": {"embedding": "tom.safetensors"}}}
    engine = speaking(folder, **told, voice="mara")
    sound, data = checked(engine, tmp_path / "a", text="Go on.")
    assert np.abs(sound).max() > 0
    assert data.word_times == "estimated"
    report = Listener(cancel_at=1)
    with pytest.raises(Cancelled):
        engine.run(work(tmp_path / "b", text="Go on."), report)
    with pytest.raises(EngineError, match=r"tom.*12 numbers"):
        engine.run(work(tmp_path / "c", text="Go on.", voice="tom"), Listener())
    with pytest.raises(EngineError, match=r"defaults\.vocoder"):
        speaking(folder, voices=told["voices"])
