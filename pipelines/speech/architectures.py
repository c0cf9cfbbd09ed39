"""transformers' classes of text-to-speech model: how each is loaded, told what to say in which voice, and how its answer becomes sound."""

from __future__ import annotations

import importlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from farm.work import EngineError
from pipelines.speech.engine import Said
from pipelines.speech.voices import Voice
from pipelines.voice.sound import Sound
from pipelines.voice.text import Span

OFFLINE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
SECONDS_A_WORD = 0.42  # of slow narration; bounds how long a model may go on
SECONDS_MORE = 3.0


@dataclass(frozen=True)
class Weights:
    """Where a model lies, and how it is to be loaded."""

    name: str
    folder: Path
    device: str
    dtype: Any
    defaults: Mapping[str, Any]

    def read(self, kind: Any, folder: Path | None = None, **options: Any) -> Any:
        """A model class's weights on the device, ready to be used."""
        return kind.from_pretrained(folder or self.folder, dtype=self.dtype, use_safetensors=True, **OFFLINE, **options).to(self.device).eval()


class Architecture(ABC):
    """One class of model, loaded."""

    rate: int

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.net: Any = None
        """The module that holds the weights."""

    @abstractmethod
    def say(self, text: str, voice: Voice, locale: str) -> Said:
        """Speak one sentence; randomness comes from torch's generator, which the caller has seeded."""

    def pulses(self) -> tuple[Any, ...]:
        """Modules that run once a step; none where all is done in one."""
        return ()

    def steps(self, text: str) -> int:
        """About how many steps a text takes."""
        return 1

    def parts(self) -> tuple[Any, ...]:
        """Every module that holds weights."""
        return (self.net,)

    def _seconds(self, text: str) -> float:
        return SECONDS_MORE + SECONDS_A_WORD * max(len(text.split()), len(text) / 6)


class Vits(Architecture):
    """VITS (MMS-TTS): all at once, with its own durations, so the time of every letter is known. Voices: `speaker`, a number."""

    def __init__(self, weights: Weights) -> None:
        import transformers

        super().__init__(weights)
        self._tokens: Any = transformers.AutoTokenizer.from_pretrained(weights.folder, **OFFLINE)
        self.net = weights.read(transformers.VitsModel)
        self.rate = int(self.net.config.sampling_rate)

    def say(self, text: str, voice: Voice, locale: str) -> Said:
        import torch

        spoken = self._spoken(text, locale)
        ids = torch.tensor([self._tokens.convert_tokens_to_ids(self._tokens._tokenize(spoken))], device=self.net.device)
        if not spoken or not ids.numel():
            return Said(np.zeros(0, np.float32), self.rate)
        durations: list[Any] = []
        hook = self.net.duration_predictor.register_forward_hook(lambda module, given, logs: durations.append(logs))
        speed = float(self.weights.defaults.get("speed", self.net.config.speaking_rate))
        speaker = voice.settings.get("speaker")
        try:
            made = self.net(input_ids=ids, attention_mask=torch.ones_like(ids), speaker_id=None if speaker is None else int(speaker), speaking_rate=speed)
        except ValueError as error:
            raise EngineError(f"model {self.weights.name!r}, voice {voice.name!r}: {error}", code="bad_defaults") from error
        finally:
            hook.remove()
        sound: Sound = made.waveform[0].float().cpu().numpy()
        # The same sum as in VitsModel.forward: frames of each token, rounded up.
        ends = np.cumsum(np.ceil(np.exp(durations[-1][0, 0].float().cpu().numpy()) / speed)) * float(np.prod(self.net.config.upsample_rates)) / self.rate
        return Said(sound, self.rate, _by_letters(spoken, ends, blanks=bool(self._tokens.add_blank)))

    def _spoken(self, text: str, locale: str) -> str:
        """The text in the model's own letters: phonemes where it was trained on them."""
        from pipelines.speech.phonemes import ipa, spelled

        if self._tokens.phonemize:
            return "".join(char for char in ipa(text, locale) if char in self._tokens.encoder)
        self._tokens.phonemize = False
        prepared, _ = self._tokens.prepare_for_tokenization(spelled(text, locale))
        return str(prepared)


def _by_letters(spoken: str, ends: np.ndarray[Any, Any], *, blanks: bool) -> list[tuple[str, Span]]:
    """Words with their times, of letters with the end of each in seconds; `blanks`: a silent token before and after each letter."""
    letter_ends = ends[1::2] if blanks else ends
    letter_begins = ends[0::2] if blanks else np.concatenate([[0.0], ends[:-1]])
    words: list[tuple[str, Span]] = []
    start = 0
    for word in spoken.split(" "):
        if word:
            words.append((word, (float(letter_begins[start]), float(letter_ends[start + len(word) - 1]))))
        start += len(word) + 1
    return words


class Bark(Architecture):
    """Bark: three models in turn, no seed of a voice but its presets. Voices: `preset`, such as v2/en_speaker_6."""

    def __init__(self, weights: Weights) -> None:
        import transformers

        super().__init__(weights)
        presets = "speaker_embeddings_path.json"
        self._processor: Any = transformers.BarkProcessor.from_pretrained(
            weights.folder, speaker_embeddings_dict_path=presets if (weights.folder / presets).is_file() else None, local_files_only=True
        )
        self.net = weights.read(transformers.BarkModel)
        self.rate = int(self.net.generation_config.sample_rate)

    def pulses(self) -> tuple[Any, ...]:
        return (self.net.semantic, self.net.coarse_acoustics)

    def steps(self, text: str) -> int:
        semantic = self._seconds(text) * float(self._semantic().get("semantic_rate_hz", 49.9))
        return int(semantic * 4)  # two coarse codes for each of 75 frames a second, after 50 semantic ones

    def say(self, text: str, voice: Voice, locale: str) -> Said:
        preset = voice.settings.get("preset")
        known = self._processor.available_voice_presets
        if preset is not None and preset not in known:  # else numpy would be asked to open a file of that name
            raise EngineError(
                f"model {self.weights.name!r}, voice {voice.name!r}: there is no preset {preset!r}; there are {', '.join(known[:12]) or 'none'}",
                code="bad_defaults",
            )
        given = self._processor(text, voice_preset=preset, return_tensors="pt").to(self.net.device)
        most = int(self._seconds(text) * float(self._semantic().get("semantic_rate_hz", 49.9)))
        made = self.net.generate(**given, semantic_max_new_tokens=most, **dict(self.weights.defaults.get("generate") or {}))
        return Said(made.reshape(-1).float().cpu().numpy(), self.rate)

    def _semantic(self) -> dict[str, Any]:
        return dict(self.net.generation_config.semantic_config)


TABLE = {
    "vits": "pipelines.speech.architectures:Vits",
    "bark": "pipelines.speech.architectures:Bark",
    "speecht5": "pipelines.speech.speecht5:SpeechT5",
    "csm": "pipelines.speech.prompted:Csm",
    "dia": "pipelines.speech.prompted:Dia",
    "vibevoice": "pipelines.speech.cloning:VibeVoice",
    "pocket_tts": "pipelines.speech.cloning:PocketTts",
    "gradium_phonon_tts": "pipelines.speech.cloning:Phonon",
}
"""By the `model_type` of a folder's config.json."""


def architecture(name: str, weights: Weights) -> Architecture:
    """The architecture `name` of TABLE with its weights read."""
    module, _, attribute = TABLE[name].partition(":")
    kind: Callable[[Weights], Architecture] = getattr(importlib.import_module(module), attribute)
    return kind(weights)


def model_type(name: str, folder: Path) -> str:
    """The architecture of the weights in `folder`.

    Raises EngineError (bad_model) where config.json does not say, or says one that there is not.
    """
    path = folder / "config.json"
    try:
        found = str(json.loads(path.read_text(encoding="utf-8"))["model_type"])
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"Model {name!r}: {path} cannot be read as a model's configuration ({error!r}); pull it again.", code="bad_model") from error
    if found not in TABLE:
        raise EngineError(f"Model {name!r} is a {found!r}; transformers-speech knows {', '.join(TABLE)}: take one of these.", code="bad_model")
    return found
