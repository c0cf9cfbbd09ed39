"""Speech models that speak on in the voice of a sample: CSM and Dia."""

from __future__ import annotations

import hashlib
import wave
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import structlog

from farm.work import EngineError
from pipelines.speech.aligning import resample
from pipelines.speech.architectures import OFFLINE, Architecture, Weights
from pipelines.speech.engine import Said
from pipelines.speech.voices import Voice
from pipelines.voice.cast import SHADES, shade
from pipelines.voice.neural import RATE, NeuralVoice
from pipelines.voice.sound import Sound, level, trim

log = structlog.get_logger()

AUDITION = "The evening was quiet, and the whole town had gone down to the water."
"""What a voice without a sample says once, so that everything after is said in the same voice."""
LONGEST_SAMPLE = 20.0  # seconds
HEART, SPEED = "heart", 0.8  # as the embedded narrator speaks


class Prompted(Architecture):
    """A model that is given a sample of a voice and its words, and goes on.

    Voices: `sample` (a WAV) and `text` (its words), or `like` (the sample is spoken by the embedded voice in one of its shades), or neither: it auditions.
    """

    frames: float
    """Steps for a second of sound."""
    told_words: ClassVar[bool] = True
    """Whether a sample is worth nothing without its words."""

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights)
        self._samples: dict[str, tuple[Sound, str] | None] = {}

    @abstractmethod
    def speak(self, text: str, sample: tuple[Sound, str] | None, voice: Voice) -> Sound:
        """Sound of the text, in the voice of the sample where one is given."""

    def say(self, text: str, voice: Voice, locale: str) -> Said:
        import torch

        if voice.name not in self._samples:
            sample = self._sample(voice)
            if sample is None and not voice.settings.get("latents"):
                with torch.random.fork_rng(devices=[self.net.device] if self.net.device.type == "cuda" else []):
                    torch.manual_seed(int.from_bytes(hashlib.sha256(voice.name.encode()).digest()[:4], "big"))
                    sample = self._spoken(AUDITION, None, voice), AUDITION
                log.info("speech.auditioned", model=self.weights.name, voice=voice.name, seconds=round(len(sample[0]) / self.rate, 2))
            self._samples[voice.name] = sample
        return Said(self._spoken(text, self._samples[voice.name], voice), self.rate)

    def _spoken(self, text: str, sample: tuple[Sound, str] | None, voice: Voice) -> Sound:
        sound = self.speak(text, sample, voice)
        if not len(sound):
            raise EngineError(
                f"model {self.weights.name!r}, voice {voice.name!r} said nothing for {text[:60]!r}; give the voice another sample, or take another model",
                code="no_sound",
                retry=True,
            )
        return sound

    def steps(self, text: str) -> int:
        return max(1, int(self._seconds(text) * self.frames))

    def most(self, text: str) -> int:
        """How many steps a text may take: generous, for a model that never ends must be ended."""
        return int(2 * self._seconds(text) * self.frames)

    def _sample(self, voice: Voice) -> tuple[Sound, str] | None:
        """The sample that models.yaml names, at the model's rate; None: there is none."""
        name = voice.settings.get("sample")
        if not name:
            return (resample(likeness(self.weights.name, voice), RATE, self.rate), AUDITION) if voice.settings.get("like") else None
        path = Path(str(name))
        path = path if path.is_absolute() else self.weights.folder / path
        words = " ".join(str(voice.settings.get("text") or "").split())
        if not words and self.told_words:
            raise EngineError(f"model {self.weights.name!r}, voice {voice.name!r}: say in `text` what is spoken in {path.name}", code="bad_defaults")
        try:
            with wave.open(str(path), "rb") as file:
                if file.getsampwidth() != 2:
                    raise ValueError(f"{8 * file.getsampwidth()} bits a sample; 16 are read")
                rate, channels = file.getframerate(), file.getnchannels()
                pcm = np.frombuffer(file.readframes(int(LONGEST_SAMPLE * rate)), "<i2").reshape(-1, channels).mean(axis=1)
        except (OSError, EOFError, ValueError, wave.Error) as error:
            raise EngineError(f"model {self.weights.name!r}, voice {voice.name!r}: {path} cannot be read as a WAV: {error}", code="bad_defaults") from error
        return resample((pcm / 32768).astype(np.float32), rate, self.rate), words

    def _generate(self) -> dict[str, Any]:
        return dict(self.weights.defaults.get("generate") or {})


def likeness(model: str, voice: Voice) -> Sound:
    """AUDITION at RATE by the embedded voice, in the shade that the voice is to be like: a man's, a child's or whoever's, without a recording of anybody.

    Raises EngineError (bad_defaults) where there is no such shade, (model_missing) where the embedded voice is not installed.
    """
    name = str(voice.settings["like"])
    if name != HEART and name not in SHADES:
        raise EngineError(f"model {model!r}, voice {voice.name!r}: `like` is {name!r}; there are {HEART}, {', '.join(SHADES)}", code="bad_defaults")
    try:
        embedded = NeuralVoice(HEART)
    except ImportError as error:
        raise EngineError(
            f"model {model!r}, voice {voice.name!r}: `like` needs hibari-tts ({error}); install it, or give a `sample`", code="model_missing"
        ) from error
    uttered = embedded.utter(AUDITION, SPEED)
    assert uttered is not None, "the audition has sounds"
    wanted = shade(name, HEART, embedded.gender, voice.name)
    sound, _ = trim(embedded.sound(uttered, 0, [((0.0, uttered.seconds), wanted)] if wanted else ()), RATE)
    return level(sound, RATE)


class Csm(Prompted):
    """CSM: a conversation, goes on in the voice of its earlier turns. Voices: `speaker` (0), and those of `Prompted`."""

    def __init__(self, weights: Weights) -> None:
        import transformers

        super().__init__(weights)
        self._processor: Any = transformers.AutoProcessor.from_pretrained(weights.folder, **OFFLINE)
        self.net = weights.read(transformers.CsmForConditionalGeneration)
        self.rate = int(self.net.config.codec_config.sampling_rate)
        self.frames = float(self.net.config.codec_config.frame_rate)

    def pulses(self) -> tuple[Any, ...]:
        return (self.net.backbone_model,)

    def speak(self, text: str, sample: tuple[Sound, str] | None, voice: Voice) -> Sound:
        who = str(int(voice.settings.get("speaker") or 0))
        turns: list[dict[str, Any]] = [{"role": who, "content": [{"type": "text", "text": text}]}]
        if sample is not None:
            turns.insert(0, {"role": who, "content": [{"type": "text", "text": sample[1]}, {"type": "audio", "path": sample[0]}]})
        given = dict(self._processor.apply_chat_template(turns, tokenize=True, return_dict=True))
        given = {name: value.to(self.net.device, self.net.dtype) if value.is_floating_point() else value.to(self.net.device) for name, value in given.items()}
        made = self.net.generate(**given, **{"output_audio": True, "max_new_tokens": self.most(text), **self._generate()})
        sound: Sound = made[0].float().cpu().numpy().reshape(-1)
        return sound


class Dia(Prompted):
    """Dia: text and sound of a sample, then the text. Voices: those of `Prompted`."""

    def __init__(self, weights: Weights) -> None:
        import transformers

        super().__init__(weights)
        self._processor: Any = transformers.AutoProcessor.from_pretrained(weights.folder, **OFFLINE)
        self.net = weights.read(transformers.DiaForConditionalGeneration)
        self._processor.audio_tokenizer.to(self.net.device).eval()
        codec = self._processor.audio_tokenizer.config
        self.rate, self.frames = int(codec.sampling_rate), float(codec.sampling_rate / codec.hop_length)

    def pulses(self) -> tuple[Any, ...]:
        return (self.net.model.decoder,)

    def parts(self) -> tuple[Any, ...]:
        return (self.net, self._processor.audio_tokenizer)

    def speak(self, text: str, sample: tuple[Sound, str] | None, voice: Voice) -> Sound:
        words = f"[S1] {sample[1]} {text}" if sample is not None else f"[S1] {text}"
        given = self._processor(text=[words], audio=sample[0] if sample is not None else None, return_tensors="pt", padding=True)
        before = self._processor.get_audio_prompt_len(given["decoder_attention_mask"]) if sample is not None else None
        given = given.to(self.net.device)
        made = self.net.generate(**given, **{"max_new_tokens": self.most(text), **self._generate()})
        sound: Sound = self._processor.batch_decode(made, audio_prompt_len=before)[0].float().cpu().numpy().reshape(-1)
        return sound
