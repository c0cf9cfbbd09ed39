"""SpeechT5: a spectrogram frame by frame in the voice of an x-vector, made sound by a vocoder of its own repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from farm.catalog import Model, Source
from farm.types import TaskKind
from farm.work import EngineError
from pipelines import weights as places
from pipelines.speech.architectures import OFFLINE, Architecture, Weights
from pipelines.speech.engine import Said
from pipelines.speech.phonemes import spelled
from pipelines.speech.voices import Voice

FRAMES = 31.25  # decoder steps for a second: 62.5 frames of a spectrogram, two a step (16 kHz, hop 256)


class SpeechT5(Architecture):
    """`defaults.vocoder` says where the vocoder lies ({hub: …} or {folder: …}). Voices: `embedding`, a safetensors file with one x-vector."""

    def __init__(self, weights: Weights) -> None:
        import transformers

        super().__init__(weights)
        self._tokens: Any = transformers.AutoTokenizer.from_pretrained(weights.folder, **OFFLINE)
        self.net = weights.read(transformers.SpeechT5ForTextToSpeech)
        self._vocoder: Any = weights.read(transformers.SpeechT5HifiGan, self._vocoder_folder())
        self.rate = int(self._vocoder.config.sampling_rate)

    def pulses(self) -> tuple[Any, ...]:
        return (self.net.speecht5.decoder.wrapped_decoder,)

    def steps(self, text: str) -> int:
        return max(1, int(self._seconds(text) * FRAMES))

    def parts(self) -> tuple[Any, ...]:
        return (self.net, self._vocoder)

    def say(self, text: str, voice: Voice, locale: str) -> Said:
        given = self._tokens(spelled(text, locale), return_tensors="pt")
        vector = self._vector(voice)
        made = self.net.generate_speech(given["input_ids"].to(self.net.device), vector, vocoder=self._vocoder)
        return Said(made.float().cpu().numpy().reshape(-1), self.rate)

    def _vector(self, voice: Voice) -> Any:
        """The voice as the network takes it: (1, speaker_embedding_dim)."""
        import torch
        from safetensors.numpy import load_file

        name, wide = voice.settings.get("embedding"), int(self.net.config.speaker_embedding_dim)
        wanted = f"model {self.weights.name!r}, voice {voice.name!r}: give in `embedding` a safetensors file with one vector of {wide} numbers"
        if not name:
            raise EngineError(wanted, code="bad_defaults")
        path = Path(str(name))
        try:
            found = list(load_file(path if path.is_absolute() else self.weights.folder / path).values())
        except Exception as error:  # safetensors' own error has no base but Exception
            raise EngineError(f"{wanted}; {path} cannot be read: {error}", code="bad_defaults") from error
        if len(found) != 1 or found[0].size != wide:
            raise EngineError(f"{wanted}; {path.name} has {[list(one.shape) for one in found]}", code="bad_defaults")
        return torch.from_numpy(np.asarray(found[0], np.float32).reshape(1, wide)).to(self.net.device, self.net.dtype)

    def _vocoder_folder(self) -> Path:
        said = self.weights.defaults.get("vocoder")
        if not isinstance(said, dict):
            raise EngineError(f"Model {self.weights.name!r}: say in defaults.vocoder where its vocoder lies, {{hub: …}} or {{folder: …}}", code="bad_defaults")
        part = Model(name=self.weights.name, tasks=(TaskKind.SPEAK,), engine="transformers-speech", source=Source.model_validate(said))
        folder = places.find(part)
        places.refuse_unsafe(part, folder)
        return folder
