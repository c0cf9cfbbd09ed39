"""Speech models that clone a voice from a sample, with random weights: sound, voices, cancelling, the same again."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from farm.work import Cancelled, EngineError
from tests.diffusion import tiny_sounds, tiny_voices  # noqa: F401 - the second adds to the first's models
from tests.diffusion.test_speech import checked, speaking, work
from tests.diffusion.working import Listener
from tests.pipelines.test_voice_cast import pitch

SHORT = {"max_new_tokens": 6}


def sample(path: Path) -> str:
    tone = (np.sin(np.arange(24_000) * 0.05) * 9_000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(tone.tobytes())
    return str(path)


@pytest.mark.parametrize("name", ["vibevoice", "pocket-tts"])
def test_a_voice_is_cloned_or_auditions_and_stays(weights, tmp_path, name):
    voices = {"teller": {}, "mara": {"sample": sample(tmp_path / "mara.wav")}}
    engine = speaking(tiny_sounds.saved(name, weights), voices=voices, voice="teller", generate=SHORT)
    told, data = checked(engine, tmp_path / "a", text="Go on.")
    assert data.word_times == "estimated"
    assert np.abs(told).max() > 500
    again, _ = checked(engine, tmp_path / "b", text="Go on.")
    assert np.array_equal(told, again)
    cloned, _ = checked(engine, tmp_path / "c", text="Go on.", voice="mara")
    assert not np.array_equal(told[: len(cloned)], cloned[: len(told)])
    report = Listener(cancel_at=2)
    with pytest.raises(Cancelled):
        engine.run(work(tmp_path / "d", text="Go on. And on."), report)
    assert all(step < of for step, of in report.steps)


def test_a_voice_can_be_like_one_of_the_embedded_ones(weights, tmp_path):
    voices = {"teller": {"like": "heart"}, "tom": {"like": "bass", "gender": "male"}, "bad": {"like": "zoe"}}
    engine = speaking(tiny_sounds.saved("vibevoice", weights), voices=voices, voice="teller", generate=SHORT)
    given = []
    plain = engine._made.net.generate
    engine._made.net.generate = lambda **inputs: given.append(inputs["input_values"].float().numpy().reshape(-1)) or plain(**inputs)
    for name in ("teller", "tom"):
        checked(engine, tmp_path / name, text="Go on.", voice=name)
    assert len(given) == 2, "no audition"
    woman, man = (pitch(sound) for sound in given)
    assert man < 130
    assert woman > 160
    with pytest.raises(EngineError, match=r"bad.*'zoe'.*baritone"):
        engine.run(work(tmp_path, text="Go on.", voice="bad"), Listener())


def test_a_voice_that_was_heard_before_needs_no_codec_for_it(weights, tmp_path):
    save_file({"voice": torch.ones(5, 8)}, tmp_path / "alba.safetensors")
    save_file({"voice": torch.ones(5, 9)}, tmp_path / "bad.safetensors")
    voices = {"alba": {"latents": str(tmp_path / "alba.safetensors")}, "bad": {"latents": str(tmp_path / "bad.safetensors")}, "none": {}}
    engine = speaking(tiny_sounds.saved("pocket-tts", weights), voices=voices, voice="alba", generate=SHORT)
    given = []
    plain = engine._made.net.generate
    engine._made.net.generate = lambda **inputs: given.append(inputs) or plain(**inputs)
    checked(engine, tmp_path / "a", text="Go on.")
    assert len(given) == 1, "no audition"
    assert torch.equal(given[0]["audio_prompt_latents"], torch.ones(1, 5, 8))
    with pytest.raises(EngineError, match=r"bad.*8 a row.*\[5, 9\]"):
        engine.run(work(tmp_path / "b", text="Go on.", voice="bad"), Listener())
    engine._made._codec.config.encoder_config = None
    with pytest.raises(EngineError, match=r"none.*cannot hear samples.*latents"):
        engine.run(work(tmp_path / "c", text="Go on.", voice="none"), Listener())


def test_phonon_has_only_the_voices_of_its_folder(weights, tmp_path):
    save_file({"voice": torch.ones(1, 5, 12)}, tmp_path / "alba.safetensors")
    voices = {"alba": {"latents": str(tmp_path / "alba.safetensors")}, "mara": {"sample": "mara.wav"}}
    engine = speaking(tiny_sounds.saved("phonon", weights), voices=voices, voice="alba", generate=SHORT)
    sound, _ = checked(engine, tmp_path / "a", text="Go on.")
    assert np.abs(sound).max() > 500
    with pytest.raises(EngineError, match=r"mara.*latents"):
        engine.run(work(tmp_path / "b", text="Go on.", voice="mara"), Listener())


def test_a_model_that_says_nothing_is_named(weights, tmp_path):
    engine = speaking(tiny_sounds.saved("vibevoice", weights), voices={"teller": {}}, generate=SHORT)
    engine._made.net.generate = lambda **_: [None]
    with pytest.raises(EngineError, match=r"teller.*said nothing") as caught:
        engine.run(work(tmp_path, text="Go on."), Listener())
    assert caught.value.code == "no_sound"
