"""Characters that speak with the embedded voice: other pitches and throats, the same words at the same times."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.specs import Speaker, SpeakSpec
from farm.work import EngineError, SpeechData
from pipelines.voice import cast
from pipelines.voice.engine import Voice
from pipelines.voice.shade import Shade, Spectrum, _from, shaded
from tests.pipelines.test_voice import HEART, Listener, spoken

TOM, MARA, BO = Speaker(name="Tom", gender="male"), Speaker(name="Mara", gender="female", age="old"), Speaker(name="Bo", gender="male", age="child")
LINE = "We carry the lamp along the winding river,"
DIALOGUE = f"“{LINE}” said Tom, and all of us were really very worried."


@pytest.fixture(scope="module")
def voice() -> Voice:
    engine = Voice(HEART, "cpu")
    engine.load(Listener())
    return engine


def pitch(sound: np.ndarray, low: float = 60, high: float = 450) -> float:
    """The median pitch in Hz, by autocorrelation in frames of 50 ms that are clearly periodic."""
    found = []
    for start in range(0, len(sound) - 1200, 600):
        frame = sound[start : start + 1200] - sound[start : start + 1200].mean()
        if np.square(frame).mean() < 0.2 * np.square(sound).mean():
            continue
        spectrum = np.abs(np.fft.rfft(frame * np.hanning(1200), 4096)) ** 2
        window = np.abs(np.fft.rfft(np.hanning(1200), 4096)) ** 2
        like = np.fft.irfft(spectrum)[:600] / np.maximum(np.fft.irfft(window)[:600], 1e-9)
        lags = slice(int(24_000 / high), int(24_000 / low))
        at = int(np.argmax(like[lags]))
        if like[lags][at] > 0.5 * like[0]:
            found.append(24_000 / (at + lags.start))
    return float(np.median(found))


def of(sound: np.ndarray, data: SpeechData, first: int, after: int) -> np.ndarray:
    """The sound of some of the words."""
    return sound[round(data.words[first].start * 24_000) : round(data.words[after - 1].end * 24_000)]


def test_a_quoted_man_speaks_lower_and_the_narrator_as_before(voice: Voice, tmp_path: Path) -> None:
    words = len(LINE.split())
    plain, told = spoken(voice, tmp_path, DIALOGUE)
    played, heard = spoken(voice, tmp_path, DIALOGUE, speakers=(TOM, MARA))
    assert heard.words == told.words
    assert len(played) == len(plain)
    assert pitch(of(plain, told, 0, words)) > 160
    assert 90 < pitch(of(played, heard, 0, words)) < 140
    assert pitch(of(played, heard, words, len(told.words))) == pytest.approx(pitch(of(plain, told, words, len(told.words))), rel=0.03)
    silent, _ = spoken(voice, tmp_path, "Nobody said a word of it.", speakers=(TOM, MARA))
    assert np.array_equal(silent, spoken(voice, tmp_path, "Nobody said a word of it.")[0]), "where nobody is quoted, not a sample is another"


@pytest.mark.parametrize("name", ["alto", "baritone", "girl", "grandfather"])
def test_a_shade_has_its_pitch_and_can_be_followed(voice: Voice, tmp_path: Path, name: str) -> None:
    """An independent witness: the recogniser's forced alignment finds the same words in it, where they are said to be."""
    import pocketsphinx

    text = "the old keeper carried bucket after bucket of cool water until the evening tide came in"
    before, _ = spoken(voice, tmp_path, text)
    sound, data = spoken(voice, tmp_path, text, voice=name)
    assert 12 * np.log2(pitch(sound) / pitch(before)) == pytest.approx(cast.SHADES[name][2].pitch, abs=1.2)
    slow = np.interp(np.arange(int(len(sound) * 2 / 3)) * 1.5, np.arange(len(sound)), sound)
    decoder = pocketsphinx.Decoder(samprate=16000, loglevel="FATAL")
    decoder.set_align_text(text)
    decoder.start_utt()
    decoder.process_raw((slow * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    heard = [(piece.word.split("(")[0], piece.start_frame / 100) for piece in decoder.seg() if piece.word[0].isalpha()]
    assert [word for word, _ in heard] == text.split()
    assert np.median([abs(ours.start - start) for ours, (_, start) in zip(data.words, heard, strict=True)]) < 0.05


def test_everybody_keeps_a_voice_of_their_own() -> None:
    among = cast.voices("heart", "heart", "female")
    found = {who.name: cast.spoken_by(who, among, "heart", "female") for who in (TOM, MARA, BO, Speaker(name="Ann", gender="female"))}
    assert all(shade is not None for shade in found.values()), "the narrator's voice is nobody else's"
    assert found["Tom"].pitch < -6 < found["Mara"].pitch < 0 < found["Bo"].pitch
    assert found["Mara"].tremor > 0
    assert found["Tom"] == cast.spoken_by(TOM.model_copy(update={"name": " TOM "}), among, "heart", "female")
    men = {cast.spoken_by(Speaker(name=name, gender="male"), among, "heart", "female") for name in ("Tom", "Jo", "Cy", "Dan", "Gus", "Hal", "Ian", "Ken")}
    assert len(men) == 8, "two of one shade are still two"
    assert cast.spoken_by(Speaker(name="Ann", voice="bass"), among, "heart", "female").pitch < -9
    assert cast.spoken_by(Speaker(name="Ann", voice="heart"), among, "heart", "female") is None
    man = cast.spoken_by(TOM, cast.voices("heart", "fenrir", "male"), "fenrir", "male")
    assert abs(man.pitch) < 3, "a man's shade over a man's voice"


def test_who_tells_it_in_the_first_person_is_heard(voice: Voice, tmp_path: Path) -> None:
    sound, _ = spoken(voice, tmp_path, "I have lived along the river all my life.", narrator=TOM)
    assert pitch(sound) < 140
    text = "I called loudly. “We are ready,” I heard Tom say."
    assert np.array_equal(spoken(voice, tmp_path, text, narrator=TOM)[0], spoken(voice, tmp_path, text, narrator=TOM, speakers=(TOM,))[0])
    with pytest.raises(EngineError, match=r"'zoe'.*heart.*baritone"):
        spoken(voice, tmp_path, "Hello.", voice="zoe")


def test_a_line_of_a_script_is_its_speakers(voice: Voice, tmp_path: Path) -> None:
    text = "We are leaving, all of us, along the river."
    told, times = spoken(voice, tmp_path, text)
    said, again = spoken(voice, tmp_path, text, speaker=TOM)
    assert [word.end - word.start for word in again.words[:-1]] == pytest.approx([word.end - word.start for word in times.words[:-1]], abs=0.002)
    assert pitch(said) < 145 < pitch(told)
    (turn,) = voice._turns(SpeakSpec(text=text, speaker=TOM))
    (quoted,) = voice._turns(SpeakSpec(text="“We are leaving,” said Tom.", speakers=(TOM,)))
    assert set(turn.shades) == {quoted.shades[0]}, "the same voice as in quotation marks"


def test_models_yaml_decides_the_narrator_and_castings(tmp_path: Path) -> None:
    model = HEART.model_copy(update={"defaults": {"voice": "baritone", "names": {"Tom": "bass"}}})
    assert Voice.missing(model) == []
    engine = Voice(model, "cpu")
    engine.load(Listener())
    told, shades = engine._shades(SpeakSpec(text="", speakers=(TOM, Speaker(name="Cy", gender="male"), Speaker(name="Ann", gender="female"))))
    assert told == cast.SHADES["baritone"][2]
    assert shades["Tom"].span == cast.SHADES["bass"][2].span
    assert shades["Cy"].span != told.span, "not the narrator's"
    assert pitch(spoken(engine, tmp_path, "We are leaving along the river.")[0]) < 140
    (lack,) = Voice.missing(HEART.model_copy(update={"defaults": {"names": {"Tom": "zoe"}}}))
    assert "'zoe'" in lack


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="aM \"“”„«».,!?:-'Tom Mara\n—…😀\u0301", max_size=80))
def test_whatever_is_quoted_every_word_has_somebody(text: str) -> None:
    engine = Voice(HEART, "cpu")
    engine._shades = lambda spec: (None, {"Tom": Shade(pitch=-9.0), "Mara": None})  # type: ignore[method-assign]  # without loading the voice
    for turn in engine._turns(SpeakSpec(text=text, speakers=(TOM, MARA))):
        assert len(turn.shades) == len(turn.sentence.words)


def test_a_shade_changes_only_its_own_frames() -> None:
    chance = np.random.default_rng(3)
    whole = Spectrum(*(chance.normal(0, 1, (601, 40)).astype(np.float32) for _ in range(5)), np.full(40, 200, np.float32))
    whole.f0[[0, 20]] = 0
    made = shaded(whole, [(5, 15, Shade(pitch=-12.0, size=0.85)), (30, 90, Shade(size=1.2))], 200.0)
    for name in ("lh", "th", "ln", "lr", "f0"):
        before, after = getattr(whole, name), getattr(made, name)
        assert after.dtype == np.float32
        assert np.isfinite(after).all()
        assert np.array_equal(before[..., 15:30], after[..., 15:30])
        assert np.array_equal(before[..., :5], after[..., :5])
    assert np.allclose(made.f0[5:15], 100)
    assert made.f0[0] == 0
    silent = Spectrum(*(np.zeros((601, 4), np.float32) for _ in range(5)), np.zeros(4, np.float32))
    assert shaded(silent, [(0, 4, Shade(pitch=5.0))], 200.0) is silent
    for size in (0.8, 1.0, 1.2):
        ways = _from(np.arange(0, 12_001.0, 20), size)
        assert all(before < after for before, after in itertools.pairwise(ways))
        assert ways[-1] == pytest.approx(12_000)
