"""When each word sounds, heard by a recogniser: forced alignment of known words to a CTC model of the wav2vec 2.0 kind."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from farm.catalog import Model, Source
from farm.work import EngineError
from pipelines.speech.voices import language
from pipelines.voice.sound import Sound
from pipelines.voice.text import Span, match

log = structlog.get_logger()
ANY = "any"  # the aligner for languages that have none of their own
Floats = NDArray[np.floating[Any]]


class Aligners:
    """The recognisers of one speech model, a language each (`defaults.aligner: {en: {hub: …}, any: {…}}`), loaded when first needed."""

    def __init__(self, model: Model, device: str) -> None:
        self._model, self._device = model, device
        self._loaded: dict[str, Aligner | None] = {}

    def leave(self) -> bool:
        """Listen on the processor from now on; False where there is no recogniser, or none on another device."""
        if self._device == "cpu" or not self._model.defaults.get("aligner"):
            return False
        self._device = "cpu"
        self._loaded.clear()
        return True

    def clear(self) -> None:
        """Drop what is loaded."""
        self._loaded.clear()

    def networks(self) -> list[Any]:
        """Those that are loaded."""
        return [one.net for one in self._loaded.values() if one is not None]

    def align(self, sound: Sound, rate: int, words: Sequence[str], locale: str) -> list[Span] | None:
        """Spans of the words in seconds; None where no recogniser is there for the language, or it cannot place them."""
        said = dict(self._model.defaults.get("aligner") or {})
        key = next((key for key in (locale, language(locale), ANY) if key in said), None)
        if key is None or not words:
            return None
        if key not in self._loaded:
            self._loaded[key] = self._load(said[key])
        aligner = self._loaded[key]
        return aligner.align(sound, rate, words) if aligner else None

    def _load(self, said: Mapping[str, Any]) -> Aligner | None:
        """The recogniser, or None where it is not on this machine: the speech is made all the same, with estimated times."""
        from pipelines import weights

        part = self._model.model_copy(update={"source": Source.model_validate(dict(said))})
        try:
            folder = weights.find(part)
            weights.refuse_unsafe(part, folder)
            return Aligner(folder, self._device)
        except (EngineError, OSError, ValueError, KeyError, ImportError) as error:
            log.warning("speech.no_aligner", model=self._model.name, source=dict(said), reason=str(error)[:300])
            return None


class Aligner:
    """One loaded recogniser."""

    def __init__(self, folder: Path, device: str) -> None:
        import transformers

        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        self.net: Any = transformers.AutoModelForCTC.from_pretrained(folder, use_safetensors=True, **options).to(device).eval()
        self._hear: Any = transformers.AutoFeatureExtractor.from_pretrained(folder, **options)
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder, **options)
        self._vocabulary: dict[str, int] = tokenizer.get_vocab()
        self._blank = int(self.net.config.pad_token_id if self.net.config.pad_token_id is not None else tokenizer.pad_token_id)
        self._gap = self._vocabulary.get(getattr(tokenizer, "word_delimiter_token", None) or "|")
        self._device = device

    def align(self, sound: Sound, rate: int, words: Sequence[str]) -> list[Span] | None:
        """Spans of the words in seconds, none empty and none overlapping; None where the sound is too short for them."""
        import torch

        own = int(self._hear.sampling_rate)
        heard = self._hear(resample(sound, rate, own), sampling_rate=own, return_tensors="pt")
        with torch.inference_mode():
            logits = self.net(heard["input_values"].to(self._device, self.net.dtype)).logits[0].float()
            chances = torch.log_softmax(logits, dim=-1).cpu().numpy()
        tokens, owners = spell(words, self._vocabulary, self._gap)
        path = force(chances, tokens, self._blank)
        if path is None:
            return None
        seconds = len(sound) / rate
        frame = seconds / len(chances)
        spoken: list[tuple[str, Span]] = []
        for number, word in enumerate(words):
            frames = [span for span, owner in zip(path, owners, strict=True) if owner == number]
            if frames:
                spoken.append((word, (frames[0][0] * frame, frames[-1][1] * frame)))
        return match(words, spoken, seconds) if spoken else None


def spell(words: Sequence[str], vocabulary: Mapping[str, int], gap: int | None) -> tuple[list[int], list[int]]:
    """The tokens of the words' letters and, beside each, the number of its word (-1: the gap between two words)."""
    tokens: list[int] = []
    owners: list[int] = []
    for number, word in enumerate(words):
        letters = [token for char in word for token in _letter(char, vocabulary)]
        if letters and tokens and gap is not None:
            tokens.append(gap)
            owners.append(-1)
        tokens += letters
        owners += [number] * len(letters)
    return tokens, owners


def _letter(char: str, vocabulary: Mapping[str, int]) -> list[int]:
    """A character as tokens: itself in either case, else without its accents; none where the recogniser does not write it."""
    for form in (char, char.lower(), char.upper()):
        if form in vocabulary and form.strip():
            return [vocabulary[form]] if form.isalpha() or form == "'" else []
    bare = [part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) != "Mn"]
    return [token for part in bare if part != char for token in _letter(part, vocabulary)]


def force(chances: Floats, tokens: Sequence[int], blank: int) -> list[tuple[int, int]] | None:
    """The likeliest way through a CTC model's frames that writes exactly `tokens`: each one's first frame and the frame after its last.

    `chances`: log-probabilities, (frames, vocabulary). None where there are fewer frames than the tokens need (one each, and a blank between equal ones).
    """
    count = len(tokens)
    repeats = sum(left == right for left, right in pairwise(tokens))
    frames = len(chances)
    if not count or frames < count + repeats:
        return None
    states = np.full(2 * count + 1, blank, np.int64)
    states[1::2] = tokens
    skips = np.zeros(len(states), bool)  # a state that may be reached over the blank before it
    skips[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(len(states), -np.inf)
    score[:2] = chances[0, states[:2]]
    back = np.zeros((frames, len(states)), np.int8)
    for frame in range(1, frames):
        choices = np.full((3, len(states)), -np.inf)
        choices[0] = score
        choices[1, 1:] = score[:-1]
        choices[2, 2:] = np.where(skips[2:], score[:-2], -np.inf)
        back[frame] = choices.argmax(axis=0)
        score = choices.max(axis=0) + chances[frame, states]
    at = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    if not np.isfinite(score[at]):
        return None
    first, last = [0] * count, [0] * count
    for frame in range(frames - 1, -1, -1):
        if at % 2:
            first[at // 2] = frame
            last[at // 2] = max(last[at // 2], frame + 1)
        at -= int(back[frame, at])
    return list(zip(first, last, strict=True))


def resample(sound: Sound, rate: int, wanted: int) -> Sound:
    """The sound at another rate, its spectrum cut or widened; exact for what both rates can hold."""
    if rate == wanted or not len(sound):
        return sound
    length = max(1, round(len(sound) * wanted / rate))
    spectrum = np.fft.rfft(sound.astype(np.float64))
    kept = np.zeros(length // 2 + 1, np.complex128)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    found: Sound = (np.fft.irfft(kept, length) * (length / len(sound))).astype(np.float32)
    return found
