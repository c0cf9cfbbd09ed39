"""Speech models that draw continuous sound in the voice of a sample whose words they need not know: VibeVoice, Pocket TTS and Phonon."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from farm.work import EngineError
from pipelines.speech.architectures import OFFLINE, Weights
from pipelines.speech.prompted import Prompted
from pipelines.speech.voices import Voice
from pipelines.voice.sound import Sound


class Cloning(Prompted):
    """A model with a processor that reads a sound and a text."""

    told_words = False

    def __init__(self, weights: Weights) -> None:
        import transformers

        super().__init__(weights)
        self._processor: Any = transformers.AutoProcessor.from_pretrained(weights.folder, **OFFLINE)
        self.rate = int(self._processor.feature_extractor.sampling_rate)

    def _read(self, content: list[dict[str, Any]], role: str) -> Any:
        """What the network is given."""
        options = {"return_tensors": "pt", "sampling_rate": self.rate}
        return self._processor.apply_chat_template([{"role": role, "content": content}], tokenize=True, return_dict=True, processor_kwargs=options)


class VibeVoice(Cloning):
    """VibeVoice: a language model that asks a diffusion head for every 133 ms of sound. Voices: those of `Prompted`.

    `generate` may say `guidance_scale` (1.3 is its authors') and `num_diffusion_steps`.
    """

    def __init__(self, weights: Weights) -> None:
        import transformers

        super().__init__(weights)
        self.net = weights.read(transformers.VibeVoiceForConditionalGeneration)
        self.frames = self.rate / float(self.net.config.audio_config.hop_length)

    def pulses(self) -> tuple[Any, ...]:
        return (self.net.model.semantic_tokenizer_encoder,)  # hears every piece of sound once

    def speak(self, text: str, sample: tuple[Sound, str] | None, voice: Voice) -> Sound:
        content: list[dict[str, Any]] = [{"type": "text", "text": text}]
        if sample is not None:
            content.append({"type": "audio", "path": sample[0]})
        given = self._read(content, "0").to(self.net.device, self.net.dtype)
        made = self.net.generate(**given, **{"max_new_tokens": self.most(text), **self._generate()})
        return _sound(made[0])


class PocketTts(Cloning):
    """Pocket TTS, small enough for a CPU. Voices: those of `Prompted`, or `latents`, a safetensors file with a voice that the codec has heard already."""

    kind: ClassVar[str] = "PocketTTSForConditionalGeneration"

    def __init__(self, weights: Weights) -> None:
        import transformers

        super().__init__(weights)
        self.net = weights.read(getattr(transformers, self.kind))
        self._codec: Any = self._processor.audio_tokenizer
        if self._codec is None:
            raise EngineError(f"Model {weights.name!r} names no codec in its processor's configuration; pull it again with its codec", code="bad_model")
        self._codec.to(self.net.device).eval()
        self.frames = float(self.net.config.frame_rate)

    def pulses(self) -> tuple[Any, ...]:
        return (self.net.model,)

    def parts(self) -> tuple[Any, ...]:
        return (self.net, self._codec)

    def speak(self, text: str, sample: tuple[Sound, str] | None, voice: Voice) -> Sound:
        latents = self._latents(voice)
        heard = latents is not None or sample is not None
        content: list[dict[str, Any]] = [*([{"type": "audio", "path": sample[0] if sample else ""}] if heard else []), {"type": "text", "text": text}]
        if latents is not None:
            prompt = self._processor.apply_chat_template([{"role": "user", "content": content}], tokenize=False)
            given = self._processor(text=prompt, audio_prompt_latents=[latents], return_tensors="pt")
        else:
            given = self._read(content, "user")
        made = self.net.generate(**given.to(self.net.device), **{"max_new_tokens": self.most(text), **self._generate()})
        return _sound(self._processor.decode(made[0]))

    def _sample(self, voice: Voice) -> tuple[Sound, str] | None:
        if voice.settings.get("latents"):
            return None
        if self._codec.config.encoder_config is None:
            raise EngineError(
                f"model {self.weights.name!r}, voice {voice.name!r}: its codec cannot hear samples; give in `latents` a voice of its own folder",
                code="bad_defaults",
            )
        return super()._sample(voice)

    def _latents(self, voice: Voice) -> Any:
        """The voice as its codec heard it, (frames, dimensions); None: models.yaml names none."""
        from safetensors.torch import load_file

        name = voice.settings.get("latents")
        if not name:
            return None
        path = Path(str(name))
        wanted = f"model {self.weights.name!r}, voice {voice.name!r}: give in `latents` a safetensors file with one table of numbers"
        try:
            found = list(load_file(path if path.is_absolute() else self.weights.folder / path).values())
        except Exception as error:  # safetensors' own error has no base but Exception
            raise EngineError(f"{wanted}; {path} cannot be read: {error}", code="bad_defaults") from error
        wide = int(getattr(self.net.config, "audio_prompt_dim", 0) or self.net.config.latent_dim)
        if len(found) != 1 or found[0].squeeze(0).ndim != 2 or found[0].shape[-1] != wide:
            raise EngineError(f"{wanted}, {wide} a row; {path.name} has {[list(one.shape) for one in found]}", code="bad_defaults")
        return found[0].squeeze(0).float()


class Phonon(PocketTts):
    """Phonon, Pocket TTS's smaller sister. Voices: `latents` only, for samples are heard by a codec that does not come with it."""

    kind = "GradiumPhononTTSForConditionalGeneration"

    def _sample(self, voice: Voice) -> tuple[Sound, str] | None:
        if voice.settings.get("latents"):
            return None
        raise EngineError(f"model {self.weights.name!r}, voice {voice.name!r}: give in `latents` a voice of its own folder", code="bad_defaults")


def _sound(made: Any) -> Sound:
    import numpy as np

    if made is None:
        return np.zeros(0, np.float32)
    found: Sound = made.float().cpu().numpy().reshape(-1)
    return found
