"""What every engine behind `speak` with a real model has in common: sentences, voices, word times, one WAV."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import structlog

from farm.catalog import Model
from farm.specs import SpeakSpec
from farm.types import TaskKind, Word
from farm.work import EngineError, Outcome, Output, SpeechData, Work
from pipelines.engine import Engine, Report
from pipelines.speech.aligning import Aligners
from pipelines.speech.estimate import estimate
from pipelines.speech.quotes import parts
from pipelines.speech.voices import Voice, Voices
from pipelines.voice.sound import Sound, level, trim, write_wav
from pipelines.voice.text import Sentence, Span, clean, match, sentences

log = structlog.get_logger()

LONGEST_TEXT = 20_000  # characters: about 25 minutes of speech
PAUSES = {"paragraph": 0.45, "sentence": 0.32, "clause": 0.16, "turn": 0.22}  # seconds after a sentence, beyond its own tail
SILENCE = 0.4  # seconds of sound for a text with nothing to say
SHORTEST_WORD = 0.02  # seconds
PARTS = 100  # steps that a sentence counts as, so that long ones tell how far they are
Times = Literal["", "model", "aligned", "estimated"]


@dataclass(frozen=True)
class Said:
    """One sentence spoken: mono sound, its rate in Hz, and the words as spoken with their times in seconds, where the model knows them."""

    sound: Sound
    rate: int
    words: Sequence[tuple[str, Span]] = ()


@dataclass(frozen=True)
class Turn:
    """One sentence and who says it."""

    sentence: Sentence
    voice: Voice


class Speech(Engine):
    """Speaks sentence by sentence; gives a WAV (mono, 16 bit, at the model's own rate) and when each word sounds.

    `defaults`: voice, voices, names (pipelines.speech.voices), dialogue (false: the narrator speaks quotations too), aligner.
    """

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.SPEAK})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._aligners = Aligners(model, device)

    @abstractmethod
    def say(self, text: str, voice: Voice, locale: str, seed: int, told: Callable[[float], None]) -> Said:
        """Speak one sentence; `told` hears which fraction is done, as often as there is a step, and may raise Cancelled."""

    def voices(self) -> Voices:
        """The voices there are: those of models.yaml, unless the model brings its own."""
        return Voices.of(self.model)

    def run(self, work: Work, report: Report) -> Outcome:
        """Speak `work.spec.text`; see `pipelines.engine.Engine.run`.

        Raises EngineError for a text that is too long, and for a locale or a voice that the model does not have.
        """
        spec = work.spec
        if not isinstance(spec, SpeakSpec):
            raise EngineError(f"{self.model.name!r} speaks; it cannot do {spec.kind}: give this task to another model", code="wrong_task")
        if len(spec.text) > LONGEST_TEXT:
            raise EngineError(
                f"the text has {len(spec.text)} characters, more than the {LONGEST_TEXT} of one shot; cut it into several shots", code="text_too_long"
            )
        turns = self._turns(spec)
        sound, rate, words, times = self._assemble(turns, spec, report)
        path = work.scratch / "speech.wav"
        write_wav(path, level(sound, rate), rate)
        data = SpeechData(seconds=len(sound) / rate, words=words, word_times=times)
        return Outcome(outputs=(Output(name="speech", path=path, media_type="audio/wav"),), data=data.model_dump())

    def relieve(self, work: Work) -> str | None:
        """The model's own rungs, then the recognisers off the device."""
        return super().relieve(work) or ("the recogniser on the processor" if self._aligners.leave() else None)

    def unload(self) -> None:
        """Free the memory of device and machine."""
        self._aligners.clear()

    def _turns(self, spec: SpeakSpec) -> list[Turn]:
        """The text as sentences, each with its voice."""
        voices = self.voices()
        teller = spec.narrator if not spec.voice else None
        narrator = voices.character(teller, spec.locale) if teller else voices.narrator(spec.voice, spec.locale)
        dialogue = self.model.defaults.get("dialogue", True)
        speakers = spec.speakers if dialogue else ()
        if dialogue and spec.speaker and not (teller and teller.name == spec.speaker.name):
            narrator = voices.character(spec.speaker, spec.locale, narrator)
        turns: list[Turn] = []
        for paragraph in clean(spec.text).split("\n"):
            pieces = parts(paragraph, speakers)
            for number, (text, who) in enumerate(pieces):
                another = who is not None and not (teller and teller.name == who.name)
                voice = voices.character(who, spec.locale, narrator) if who and another else narrator
                said = sentences(text)
                if said and number < len(pieces) - 1 and not text.rstrip("\"'”’»)]").endswith((".", "!", "?", "…")):
                    said[-1] = Sentence(said[-1].words, "turn")  # the same sentence goes on in another voice
                turns += [Turn(sentence, voice) for sentence in said]
        return turns

    def _assemble(self, turns: Sequence[Turn], spec: SpeakSpec, report: Report) -> tuple[Sound, int, tuple[Word, ...], Times]:
        """Say sentence after sentence, with pauses between them; word times count from the beginning of the whole."""
        if not turns:
            report.step(1, 1, "nothing to say")
            return np.zeros(int(SILENCE * 24_000), np.float32), 24_000, (), ""
        pieces: list[Sound] = []
        words: list[Word] = []
        known: set[Times] = set()
        clock, heard, rate, of = 0, 0.0, 0, len(turns) * PARTS
        for index, turn in enumerate(turns):
            note = f"sentence {index + 1} of {len(turns)}"
            before = index * PARTS
            said = self.say(turn.sentence.text, turn.voice, spec.locale, spec.seed + index, _teller(report, before, of, note))
            rate = rate or said.rate
            sound, spans, how = self._timed(said, turn.sentence, spec.locale)
            known.add(how)
            for written, (begins, ends) in zip(turn.sentence.words, spans, strict=True):
                start = max(heard, clock / rate + begins)
                heard = max(start + SHORTEST_WORD, clock / rate + ends)
                words.append(Word(text=written, start=start, end=heard))
            pieces.append(sound)
            clock += len(sound)
            pause = PAUSES[turn.sentence.ends] if index < len(turns) - 1 else 0.0
            gap = max(int(pause * rate), int(np.ceil(heard * rate)) - clock)  # words squeezed together may end after their sound
            if gap > 0:
                pieces.append(np.zeros(gap, np.float32))
                clock += gap
            report.step(before + PARTS, of, note)
        rounded = tuple(Word(text=word.text, start=round(word.start, 3), end=round(word.end, 3)) for word in words)
        times: Times = next((how for how in ("estimated", "aligned", "model") if how in known), "")  # no better than the worst
        return np.concatenate(pieces), rate, rounded, times

    def _timed(self, said: Said, part: Sentence, locale: str) -> tuple[Sound, list[Span], Times]:
        """Trim a sentence's silence and find its written words' times in what is left."""
        whole = np.nan_to_num(said.sound) if len(said.sound) else np.zeros(int(0.15 * said.rate), np.float32)
        cut, lost = trim(np.ascontiguousarray(whole, np.float32), said.rate)
        length = len(cut) / said.rate
        if said.words:
            moved = [(word, (min(max(start - lost, 0.0), length), min(max(end - lost, 0.0), length))) for word, (start, end) in said.words]
            return cut, match(part.words, moved, length), "model"
        aligned = self._aligners.align(cut, said.rate, part.words, locale)
        if aligned is not None:
            return cut, aligned, "aligned"
        return cut, estimate(part.words, length, locale), "estimated"


def _teller(report: Report, before: int, of: int, note: str) -> Callable[[float], None]:
    def told(fraction: float) -> None:
        report.step(before + min(PARTS - 1, int(fraction * PARTS)), of, note)

    return told


def problems(model: Model, *, brings: bool = False) -> list[str]:
    """A sentence for everything in `defaults` of a speech model that cannot be; `brings`: it has voices of its own."""
    from pipelines.speech import voices

    found = voices.problems(model, brings=brings)
    aligner: Any = model.defaults.get("aligner")
    if aligner is not None and not (isinstance(aligner, dict) and all(isinstance(one, dict) for one in aligner.values())):
        found.append(f"Model {model.name!r}: defaults.aligner is {aligner!r}; give each language its source: {{en: {{hub: facebook/wav2vec2-base-960h}}}}.")
    return found
