"""The engine behind `speak`: English by a neural voice, other languages by espeak-ng."""

from __future__ import annotations

import importlib.util
import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import structlog

from farm.catalog import Model
from farm.specs import SpeakSpec
from farm.types import TaskKind, Word
from farm.work import EngineError, Outcome, Output, SpeechData, Work
from pipelines.engine import Engine, Report
from pipelines.speech.quotes import casting
from pipelines.voice import cast, espeak, neural
from pipelines.voice.shade import Shade
from pipelines.voice.sound import Sound, level, trim, write_wav
from pipelines.voice.text import Sentence, Span, clean, match, sentences

log = structlog.get_logger()

RATE = neural.RATE
HEART = "heart"  # the voice that comes with the package
LONGEST_TEXT = 20_000  # characters: about 25 minutes of speech
PAUSES = {"paragraph": 0.45, "sentence": 0.32, "clause": 0.16}  # seconds after a sentence, beyond its own tail
SILENCE = 0.4  # seconds of sound for a text with nothing to say
SHORTEST_WORD = 0.02  # seconds
SPEED = 0.8  # of the voice as it was trained, which reads news (3.5 words a second); a story wants about 3


@dataclass(frozen=True)
class Turn:
    """One sentence and, for each of its words, the shade of whoever says it (None: the voice itself)."""

    sentence: Sentence
    shades: tuple[Shade | None, ...]


Say = Callable[[Turn, int], tuple[Sound, list[Span]]]


class Voice(Engine):
    """Speaks; gives a WAV (24 kHz, mono, 16 bit) and when each word sounds."""

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.SPEAK})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._neural: dict[str, neural.NeuralVoice] = {}

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: the neural voice's package, or, where the model names other locales, espeak-ng."""
        lacks = []
        if importlib.util.find_spec("hibari") is None or importlib.util.find_spec("onnxruntime") is None:
            lacks.append("The Python package hibari-tts is not installed; install it: pip install hibari-tts==0.2.1")
        wanted = str(model.defaults.get("voice") or HEART)
        if not lacks and wanted not in cast.SHADES and wanted not in neural.here():
            lacks.append(f"Voice {wanted!r} is not on this machine, which has {', '.join(sorted(neural.here()))}; change defaults.voice in models.yaml")
        castings: Any = model.defaults.get("names") or {}
        unknown = [voice for voice in castings.values() if voice not in (*cast.SHADES, wanted, HEART)] if isinstance(castings, dict) else [castings]
        if unknown:
            lacks.append(f"Model {model.name!r}: defaults.names gives {unknown[0]!r}; give each name one of {HEART}, {', '.join(cast.SHADES)}")
        others = [locale for locale in model.locales if not _english(locale)]
        if others and espeak.program() is None:
            lacks.append(f"Locales {', '.join(others)} need the program espeak-ng; {espeak.REMEDY}")
        return lacks

    def load(self, report: Report) -> None:
        """Load the default English voice."""
        report.loading(0.0, "voice")
        self._voice(self._trained())
        report.loading(1.0, "voice")

    def unload(self) -> None:
        """Drop the loaded voices."""
        self._neural.clear()

    def run(self, work: Work, report: Report) -> Outcome:
        """Speak `work.spec.text`; see `pipelines.engine.Engine.run`.

        Raises EngineError for a text that is too long, and for a locale or a voice that this machine cannot speak.
        """
        spec = work.spec
        if not isinstance(spec, SpeakSpec):
            raise EngineError(f"the voice speaks; it cannot do {spec.kind}: give this task to another model", code="wrong_task")
        if len(spec.text) > LONGEST_TEXT:
            raise EngineError(
                f"the text has {len(spec.text)} characters, more than the {LONGEST_TEXT} of one shot; cut it into several shots", code="text_too_long"
            )
        sound, words = self._assemble(self._turns(spec), self._speaker(spec, work), spec.seed, report)
        sound = level(sound, RATE)
        path = work.scratch / "speech.wav"
        write_wav(path, sound, RATE)
        data = SpeechData(seconds=len(sound) / RATE, words=words)
        return Outcome(outputs=(Output(name="speech", path=path, media_type="audio/wav"),), data=data.model_dump())

    def _turns(self, spec: SpeakSpec) -> list[Turn]:
        """The text as sentences, with the shade of whoever says each of their words; in other languages than English there are none."""
        dialogue = _english(spec.locale) and self.model.defaults.get("dialogue", True)
        speakers = spec.speakers if dialogue else ()
        teller, shades = self._shades(spec) if _english(spec.locale) else (None, {})
        if dialogue and spec.speaker:
            teller = shades[spec.speaker.name]
        turns: list[Turn] = []
        for paragraph in clean(spec.text).split("\n"):
            said, at = casting(paragraph, speakers), 0
            for sentence in sentences(paragraph):
                who = []
                for word in sentence.words:  # one of them may hold a dash that stands by itself
                    who.append(said[at])
                    at += len(word.split())
                turns.append(Turn(sentence, tuple(shades[one.name] if one else teller for one in who)))
        return turns

    def _shades(self, spec: SpeakSpec) -> tuple[Shade | None, dict[str, Shade | None]]:
        """The narrator's shade, and those of the characters by their names."""
        base, asked = self._base(spec)
        gender = self._voice(base).gender
        voices = cast.voices(self.model.name, base, gender, self.model.defaults.get("names"))
        told_by = spec.narrator if not spec.voice else None
        narrator = voices.character(told_by, "en").name if told_by else asked or base
        teller = cast.shade(narrator, base, gender, told_by.name if told_by else "")
        everybody = (*spec.speakers, *([spec.speaker] if spec.speaker else []))
        shades = {who.name: cast.spoken_by(who, voices, base, gender, narrator) for who in everybody}
        return teller, shades | ({told_by.name: teller} if told_by else {})

    def _base(self, spec: SpeakSpec) -> tuple[str, str]:
        """The trained voice that speaks, and the shade of it that was asked for by name, if any."""
        asked = self._asked_voice(spec)
        return (self._trained(), asked) if asked in cast.SHADES else (asked, "")

    def _assemble(self, parts: list[Turn], say: Say, seed: int, report: Report) -> tuple[Sound, tuple[Word, ...]]:
        """Say sentence after sentence, with pauses between them; word times count from the beginning of the whole."""
        pieces: list[Sound] = []
        words: list[Word] = []
        clock, heard = 0, 0.0
        for index, part in enumerate(parts):
            sound, spans = say(part, seed + index)
            for written, (begins, ends) in zip(part.sentence.words, spans, strict=True):
                start = max(heard, clock / RATE + begins)
                heard = max(start + SHORTEST_WORD, clock / RATE + ends)
                words.append(Word(text=written, start=start, end=heard))
            pieces.append(sound)
            clock += len(sound)
            if index < len(parts) - 1:
                gap = np.zeros(max(int(PAUSES[part.sentence.ends] * RATE), round(heard * RATE) - clock), np.float32)
                pieces.append(gap)
                clock += len(gap)
            report.step(index + 1, len(parts), f"sentence {index + 1} of {len(parts)}")
        if not words:
            report.step(1, 1, "nothing to say")
            return np.zeros(int(SILENCE * RATE), np.float32), ()
        if round(heard * RATE) > clock:  # words squeezed together at the very end
            pieces.append(np.zeros(round(heard * RATE) - clock + 1, np.float32))
        rounded = tuple(Word(text=word.text, start=round(word.start, 3), end=round(word.end, 3)) for word in words)
        return np.concatenate(pieces), rounded

    def _speaker(self, spec: SpeakSpec, work: Work) -> Say:
        """What says one sentence in the locale and voice that were asked for."""
        if _english(spec.locale):
            voice = self._voice(self._base(spec)[0])
            speed = float(self.model.defaults.get("speed", SPEED))
            return lambda part, seed: _say_neural(voice, part, seed, speed)
        path = espeak.program()
        if path is None:
            raise EngineError(
                f"no voice here speaks locale {spec.locale!r}: without espeak-ng there is only en; {espeak.REMEDY}, or ask for en", code="no_such_locale"
            )
        available = espeak.locales(path)
        code = espeak.choose(spec.locale, available)
        if code is None:
            raise EngineError(
                f"no voice here speaks locale {spec.locale!r}; there are en, {', '.join(sorted(available - {'en'}))}: ask for one of these",
                code="no_such_locale",
            )
        return lambda part, seed: _say_espeak(path, code, part.sentence, work)

    def _asked_voice(self, spec: SpeakSpec) -> str:
        name = spec.voice or ""
        return self._default_voice() if name in {"", "default", self.model.name} else name

    def _default_voice(self) -> str:
        return str(self.model.defaults.get("voice") or HEART)

    def _trained(self) -> str:
        """The voice of the package that all others are made of."""
        return HEART if self._default_voice() in cast.SHADES else self._default_voice()

    def _voice(self, name: str) -> neural.NeuralVoice:
        if name not in self._neural:
            self._neural[name] = neural.NeuralVoice(name)
            log.info("voice.loaded", voice=name, pid=os.getpid())
        return self._neural[name]


def _english(locale: str) -> bool:
    return locale.lower().replace("_", "-").split("-")[0] in {"en", "eng", "english"}


def _say_neural(voice: neural.NeuralVoice, part: Turn, seed: int, speed: float) -> tuple[Sound, list[Span]]:
    uttered = voice.utter(part.sentence.text, speed)
    if uttered is None:
        return _trimmed(np.zeros(0, np.float32), part.sentence, [])
    shades = _stretches(part, match(part.sentence.words, uttered.words, uttered.seconds), uttered.seconds) if any(part.shades) else []
    return _trimmed(voice.sound(uttered, seed & 0xFFFFFFFF, shades), part.sentence, uttered.words)


def _stretches(part: Turn, spans: Sequence[Span], seconds: float) -> list[tuple[Span, Shade]]:
    """What of a sentence's sound is in which shade: from the middle of the pause before its words to the middle of the one after."""
    found: list[tuple[Span, Shade]] = []
    begin = 0.0
    for shade, group in itertools.groupby(range(len(spans)), key=lambda number: part.shades[number]):
        last = list(group)[-1]
        end = (spans[last][1] + spans[last + 1][0]) / 2 if last + 1 < len(spans) else seconds
        if shade is not None:
            found.append(((begin, end), shade))
        begin = end
    return found


def _say_espeak(path: str, code: str, part: Sentence, work: Work) -> tuple[Sound, list[Span]]:
    """espeak-ng reports no word times on its command line: they are shared out by the words' length."""
    return _trimmed(espeak.speak(path, code, part.text, work.scratch, RATE), part, [])


def _trimmed(sound: Sound, part: Sentence, spoken: list[tuple[str, Span]]) -> tuple[Sound, list[Span]]:
    """Trim a sentence's silence and give its written words their times in what is left."""
    if not len(sound):
        sound = np.zeros(int(0.15 * RATE), np.float32)
    cut, lost = trim(sound, RATE)
    length = len(cut) / RATE
    moved = [(word, (min(max(start - lost, 0.0), length), min(max(end - lost, 0.0), length))) for word, (start, end) in spoken]
    return cut, match(part.words, moved, length)
