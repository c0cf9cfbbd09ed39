"""The engine behind `speak` with Kokoro's weights (ONNX): many voices in six languages, quick on a CPU, and its own durations for word times."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from farm.catalog import Model
from farm.work import EngineError
from pipelines import weights
from pipelines.engine import Report
from pipelines.speech.engine import Said, Speech, problems
from pipelines.speech.phonemes import ipa
from pipelines.speech.voices import Voice, Voices, language
from pipelines.voice import espeak
from pipelines.voice.neural import _with_output
from pipelines.voice.text import Span

log = structlog.get_logger()

RATE = 24_000
TICK = 600  # samples of one unit of the duration predictor
LAG, ONSET = 0.04, 0.045
"""Seconds by which the sound comes before its phoneme's place, and by which more a word is heard to begin in the gap before it: medians of about 50 words in
three voices against a speech recogniser's forced alignment."""
LONGEST = 510  # phonemes in one pass: rows of a voice's style table
STYLE = 256
DURATIONS = ("/encoder/Clip_output_0", "/encoder/Cast_output_0")
"""Inner tensors that hold the ticks of each phoneme, by the exports that are about; checked at each use against the sound's length."""
LOCALES = {"a": "en-US", "b": "en-GB", "e": "es", "f": "fr", "h": "hi", "i": "it", "p": "pt-BR"}
"""By the first letter of a voice's name; Japanese (j) and Chinese (z) need readings that nothing here makes."""
ASKED_EVERY = 0.2  # seconds
SLOWEST = 0.05  # seconds for a phoneme, on one slow core
SEXES = {"f": "female", "m": "male"}
NARRATOR = "af_heart"
# espeak-ng's affricates and diphthongs as single letters of Kokoro's alphabet; the tie is written ^.
LETTERS = {
    "a^ɪ": "I", "a^ʊ": "W", "d^z": "ʣ", "d^ʒ": "ʤ", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q", "t^s": "ʦ", "t^ʃ": "ʧ", "ɔ^ɪ": "Y", "^": "", "-": "",
}  # fmt: skip


class Kokoro(Speech):
    """Speaks with Kokoro through onnxruntime; the same work gives the same speech.

    The folder has `voices/*.bin`, `tokenizer.json` (or `config.json`) and the graph that `defaults.file` names (onnx/model.onnx). Other `defaults`: speed,
    threads, and those of `Speech`; a voice's gender and language are told by its name where models.yaml does not say.
    """

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._session: Any = None
        self._folder = Path()
        self._vocabulary: dict[str, int] = {}
        self._durations = False

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: packages, weights, and espeak-ng where the model names other languages than English."""
        lacks = weights.lacking(("onnxruntime", "hibari")) + weights.missing(model, _file(model)) + problems(model, brings=True)
        others = sorted({locale for locale in model.locales if language(locale) != "en"})
        if others and espeak.program() is None:
            lacks.append(f"Locales {', '.join(others)} need the program espeak-ng; {espeak.REMEDY}")
        return lacks

    def load(self, report: Report) -> None:
        """Read graph and alphabet.

        Raises EngineError for weights that are not there or cannot be read.
        """
        import onnxruntime

        self._folder = weights.find(self.model)
        path = self._folder / _file(self.model)
        report.loading(0.05, f"reading {path.name}")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = int(self.model.defaults.get("threads") or 0)
        providers = ["CUDAExecutionProvider", "CPUExecutionProvider"] if self.device.startswith("cuda") else ["CPUExecutionProvider"]
        providers = [one for one in providers if one in onnxruntime.get_available_providers()]
        try:
            self._vocabulary = _alphabet(self._folder)
            graph = path.read_bytes()
            inner = next((name for name in DURATIONS if name.encode() in graph), None)
            self._session = onnxruntime.InferenceSession(_with_output(graph, inner) if inner else graph, options, providers=providers)
            self._durations = inner is not None
        except Exception as error:  # onnxruntime's own classes have no common base but Exception
            raise EngineError(f"Model {self.model.name!r} cannot be read from {path}: {error}", code="bad_model") from error
        report.loading(1.0, "ready")

    def unload(self) -> None:
        """Free the memory of device and machine."""
        super().unload()
        self._session = None

    def voices(self) -> Voices:
        """Every voice in the folder whose language can be spoken; what models.yaml says of one goes before what its name says."""
        said = dict(self.model.defaults.get("voices") or {})
        names = [path.stem for path in sorted((self._folder / "voices").glob("*.bin")) if path.stem[:1] in LOCALES]
        if not names:
            raise EngineError(f"Model {self.model.name!r}: {self._folder} has no voices/*.bin; run `storyfarm models pull {self.model.name}`", code="bad_model")
        voices = [_voice(name, said.get(name) or {}) for name in names]
        narrator = str(self.model.defaults.get("voice") or (NARRATOR if NARRATOR in names else names[0]))
        if narrator not in names:
            raise EngineError(f"Model {self.model.name!r}: there is no voice {narrator!r} in {self._folder}/voices ({', '.join(names)})", code="bad_defaults")
        return Voices(self.model.name, voices, narrator, dict(self.model.defaults.get("names") or {}))

    def say(self, text: str, voice: Voice, locale: str, seed: int, told: Callable[[float], None]) -> Said:
        """Speak one sentence; see `Speech.say`. The model has no noise of its own: the seed changes nothing."""
        assert self._session is not None, "load comes before run"
        phonemes, words = english(text, british=voice.locale == "en-GB") if language(voice.locale) == "en" else foreign(text, voice.locale)
        at = [position for position, char in enumerate(phonemes) if char in self._vocabulary][:LONGEST]
        if not at:
            return Said(np.zeros(0, np.float32), RATE)
        ids = [0, *(self._vocabulary[phonemes[position]] for position in at), 0]
        style = _styles(self._folder / "voices" / f"{voice.name}.bin")[len(at) - 1]
        tokens = self._session.get_inputs()[0].name  # "tokens" or "input_ids"
        feed = {tokens: np.asarray([ids], np.int64), "style": style[None], "speed": np.asarray([self.model.defaults.get("speed") or 1.0], np.float32)}
        made = self._run(feed, len(at), told)
        sound = np.asarray(made[0], np.float32).reshape(-1)
        ticks = np.asarray(made[-1], np.float64).reshape(-1) if self._durations else np.zeros(0)
        if len(ticks) != len(ids) or abs(ticks.sum() * TICK - len(sound)) > TICK:
            return Said(sound, RATE)
        ends = np.cumsum(ticks) * (TICK / RATE)
        begins = {position: float(ends[index]) for index, position in enumerate(at)}  # ids[0] is a pad, so ends[index] is where this one begins
        stops = {position: float(ends[index + 1]) for index, position in enumerate(at)}
        spoken: list[tuple[str, Span]] = []
        for word, first, last in words:
            inside = [position for position in range(first, last) if position in begins and phonemes[position] not in ' ;:,.!?—…"“”()']
            if inside:
                begin, before = begins[inside[0]], inside[0] - 1
                gap = begins.get(before, begin) if phonemes[before : before + 1] == " " else begin
                spoken.append((word, (max(0.0, max(gap, begin - ONSET) - LAG), max(0.0, stops[inside[-1]] - LAG))))
        return Said(sound, RATE, spoken)

    def _run(self, feed: Mapping[str, Any], phonemes: int, told: Callable[[float], None]) -> list[Any]:
        """The graph's outputs; meanwhile `told` is asked several times a second, and what it raises ends the run."""
        import onnxruntime

        options = onnxruntime.RunOptions()
        began = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(self._session.run, None, feed, options)
            try:
                while not wait((running,), timeout=ASKED_EVERY).done:
                    told(min(0.95, (time.monotonic() - began) / (phonemes * SLOWEST)))
            except BaseException:
                options.terminate = True
                raise
        made: list[Any] = running.result()
        return made


def english(text: str, *, british: bool) -> tuple[str, list[tuple[str, int, int]]]:
    """Phonemes of an English sentence, and its words as spoken, each with its part of the phonemes."""
    from hibari.g2p.normalize import normalize

    converter = _converter(british)
    phonemes, words, word, begin = "", [], "", 0
    for token in converter.phonemize_tokens(converter.tokenize(normalize(text))):
        word += token.text
        phonemes += token.phonemes or ""
        if token.whitespace:
            words.append((word, begin, len(phonemes)))
            phonemes += " "
            word, begin = "", len(phonemes)
    if word:
        words.append((word, begin, len(phonemes)))
    return phonemes, words


def foreign(text: str, locale: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The same for other languages, by espeak-ng; its words are those written where it gives as many."""
    phonemes = ipa(text, locale, tie="^")
    for old, new in LETTERS.items():
        phonemes = phonemes.replace(old, new)
    phonemes = re.sub(r"\.(?=\S)", "", phonemes)  # part of a sound's sign (the Hindi ɽ), where Kokoro would pause
    spans, start = [], 0
    for piece in phonemes.split(" "):
        spans.append((piece, start, start + len(piece)))
        start += len(piece) + 1
    written = text.split()
    return phonemes, [(written[number] if len(written) == len(spans) else piece, first, last) for number, (piece, first, last) in enumerate(spans)]


def _voice(name: str, said: Mapping[str, Any]) -> Voice:
    """A voice by its name, af_heart: American (a), female (f); models.yaml may say more, such as its age."""
    told = {"gender": SEXES.get(name[1:2], "neutral"), "locale": LOCALES[name[0]], **said}
    return Voice(name, str(told["gender"]), str(told.get("age") or "adult"), str(told["locale"]))


def _file(model: Model) -> str:
    return str(model.defaults.get("file") or "onnx/model.onnx")


def _alphabet(folder: Path) -> dict[str, int]:
    """Phonemes and their numbers, from the tokenizer's file or the original configuration."""
    for name, dig in (("tokenizer.json", lambda found: found["model"]["vocab"]), ("config.json", lambda found: found["vocab"])):
        if (path := folder / name).is_file():
            found = dig(json.loads(path.read_text(encoding="utf-8")))
            return {str(char): int(number) for char, number in found.items()}
    raise ValueError(f"there is neither tokenizer.json nor config.json in {folder}")


@lru_cache(maxsize=64)
def _styles(path: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A voice's styles, a row for each length in phonemes: (510, 256)."""
    table = np.fromfile(path, "<f4")
    if table.size != LONGEST * STYLE:
        raise EngineError(f"{path.name} is not a voice of Kokoro: {table.size} numbers, {LONGEST * STYLE} expected; pull the model again", code="bad_model")
    return table.reshape(LONGEST, STYLE)


@lru_cache(maxsize=2)
def _converter(british: bool) -> Any:
    from hibari.g2p import G2P

    return G2P(british=british)
