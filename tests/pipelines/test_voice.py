"""The voice engine: speech that is level and trimmed, and a time for every written word."""

from __future__ import annotations

import itertools
import os
import shutil
import stat
import wave
from pathlib import Path

import numpy as np
import pytest

from farm.catalog import Model
from farm.specs import SpeakSpec
from farm.types import TaskKind
from farm.work import Cancelled, EngineError, SpeechData, Work
from pipelines.voice.engine import Voice
from pipelines.voice.sound import PEAK, TARGET_LUFS, loudness
from pipelines.voice.text import clean, sentences

HEART = Model(name="heart", tasks=(TaskKind.SPEAK,), engine="voice", locales=("en",))


class Listener:
    def __init__(self, cancel_at: int | None = None) -> None:
        self.steps: list[tuple[int, int]] = []
        self.cancel_at = cancel_at

    def loading(self, fraction: float, note: str = "") -> None:
        pass

    def step(self, step: int, of: int, note: str = "") -> None:
        self.steps.append((step, of))
        if self.cancel_at == step:
            raise Cancelled

    def preview(self, path: Path, media_type: str) -> None:
        pass


@pytest.fixture(scope="module")
def voice() -> Voice:
    engine = Voice(HEART, "cpu")
    engine.load(Listener())
    return engine


def spoken(engine: Voice, tmp_path: Path, text: str, listener: Listener | None = None, **spec: object) -> tuple[np.ndarray, SpeechData]:
    outcome = engine.run(Work(task="t", model="heart", spec=SpeakSpec(text=text, **spec), scratch=tmp_path), listener or Listener())
    (output,) = outcome.outputs
    assert (output.name, output.media_type) == ("speech", "audio/wav")
    with wave.open(str(output.path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 24000, 2)
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    data = SpeechData.model_validate(outcome.data)
    assert data.seconds == pytest.approx(len(sound) / 24000)
    return sound, data


NASTY = [
    "A lighthouse keeper befriends a stranded whale.",
    "On a cold night in 1912, Dr. Smith-Jones paid $5.50 & left at 7:30 pm.",
    '"Where?" she asked — but nobody knew…',
    "Mr. and Mrs. O'Neill-McCarthy's 3rd dog weighs 12.5 kg.",
    "It was 100% true; well, 99.9%, anyway!",
    "Call 555-1234 now, or e-mail me@example.com (ask for Bob).",
    "Chapter IV: Henry VIII & the 1,250 geese.",
    "Zxqvbnt Grblfnrk Wyvernlythe sang.",
    "NASA's ISS orbits at 28,000 km/h.",
    "He said: 'No.' Then: 'NO!!!'",
    "The café's naïve résumé cost £3.99.",
    "Half-a-dozen, twenty-three, and one-half.",
    "1 2 3 4 5 6 7 8 9 10",
    "On 12/05/1999 (or 1999-05-12) it rained.",
    "***Bold*** and _italic_ and `code` and <b>tags</b>.",
    "[A link](http://example.com/x?y=z) in the text.",
    "Wait... what?! Really?? Yes.",
    "The temperature fell to -40 °C on Mt. Everest.",
    "A—B—C; d/e/f; g+h=i.",
    "Emoji 🐳 in 🌊 the middle 🏴‍☠️!",
    "Tabs\tand\nnewlines\r\n\r\nand\u00a0spaces\u200b zero.",
    "I.",
    "a",
    "42",
    "&",
    "U.S.A. vs. U.K. at 5 p.m. sharp",
    "Ünïcödé Straße façade jalapeño",
    "мир こんにちは hello",
    "supercalifragilisticexpialidocious" * 6,
    "“Curly,” he said, ‘quotes’ — and—dashes.",
    "the the the the the the",
    "No. 5, No. 6 and #7 of 1/2 dozen",
    "[odd](/hˈaʊs/) notes",
]


@pytest.mark.parametrize("text", NASTY)
def test_every_written_word_has_its_time(voice: Voice, tmp_path: Path, text: str) -> None:
    sound, data = spoken(voice, tmp_path, text)
    # Every word as written, in order, none lost, none made up
    assert " ".join(word.text for word in data.words).split() == clean(text).split()
    assert data.words
    # One after the other, each for a while, all inside the sound
    assert data.words[0].start >= 0
    assert all(word.end > word.start for word in data.words)
    assert all(after.start >= before.end - 1e-6 for before, after in itertools.pairwise(data.words))
    assert data.words[-1].end <= data.seconds + 0.002
    assert len(sound) > 0
    assert 0.01 < np.abs(sound).max() <= PEAK + 0.01


def test_words_sound_where_their_times_say(voice: Voice, tmp_path: Path) -> None:
    """A long pause lies between two words, not within one: the energy between them is low, and within them high."""
    sound, data = spoken(voice, tmp_path, "Stop. Banana, potato, tomato! Good night.")
    energy = np.square(sound)
    for word in data.words:
        inside = energy[int(word.start * 24000) : int(word.end * 24000)].mean()
        assert inside > 0.2 * energy.mean(), word
    stop, banana = data.words[0], data.words[1]
    assert banana.start - stop.end > 0.25, "a pause between sentences"
    gap = energy[int((stop.end + 0.12) * 24000) : int((banana.start - 0.05) * 24000)]
    assert gap.mean() < 0.01 * energy.mean()


def test_times_of_expanded_numbers_cover_their_words(voice: Voice, tmp_path: Path) -> None:
    _, data = spoken(voice, tmp_path, "In 1912 he paid $5.50 there.")
    times = {word.text: word.end - word.start for word in data.words}
    assert times["1912"] > 2 * times["he"], "nineteen twelve takes longer than he"
    assert times["$5.50"] > 3 * times["In"]


def test_the_same_work_gives_the_same_bytes_and_seeds_differ(voice: Voice, tmp_path: Path) -> None:
    one, words = spoken(voice, tmp_path, "Same text, same sound.", seed=7)
    two, again = spoken(voice, tmp_path, "Same text, same sound.", seed=7)
    other, _ = spoken(voice, tmp_path, "Same text, same sound.", seed=8)
    assert np.array_equal(one, two)
    assert words == again
    assert not np.array_equal(one, other[: len(one)])


def test_silence_is_trimmed_and_loudness_is_even(voice: Voice, tmp_path: Path) -> None:
    for text in ("Hush, she whispered, and the night was very still.", "Run! The whole tower is burning down around us!"):
        sound, data = spoken(voice, tmp_path, text)
        assert loudness(sound.astype(np.float32), 24000) == pytest.approx(TARGET_LUFS, abs=1)
        assert data.words[0].start < 0.15
        assert data.seconds - data.words[-1].end < 0.25


@pytest.mark.parametrize("text", ["", "   ", "🐳🌊✨", "<br/><hr>", "… — !!!", "\x00\x01\x02", "\u202e\u200b"])
def test_nothing_to_say_is_a_short_silence(voice: Voice, tmp_path: Path, text: str) -> None:
    sound, data = spoken(voice, tmp_path, text)
    assert data.words == ()
    assert 0.1 < data.seconds < 1
    assert not sound.any()


def test_long_text_is_spoken_sentence_by_sentence(voice: Voice, tmp_path: Path) -> None:
    listener = Listener()
    spoken(voice, tmp_path, "One came. Two went. Three stayed, all alone.\n\nFour returned.", listener)
    assert listener.steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with pytest.raises(Cancelled):
        spoken(voice, tmp_path, "One. Two. Three. Four.", Listener(cancel_at=2))


def test_an_endless_sentence_is_cut_into_breaths(voice: Voice, tmp_path: Path) -> None:
    text = ", ".join(["and the ship sailed on over the dark water"] * 30)
    assert len(sentences(clean(text))) > 4
    _, data = spoken(voice, tmp_path, text)
    assert len(data.words) == len(text.split())


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"text": "x" * 20_001}, "20001 characters"),
        ({"text": "Hello.", "voice": "nobody"}, "'nobody'.*heart"),
        ({"text": "Hello.", "voice": "emma"}, "'emma'.*heart"),  # a voice that would have to be downloaded
    ],
)
def test_what_cannot_be_spoken_is_said(voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: dict, says: str) -> None:
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "no voices"))
    with pytest.raises(EngineError, match=says) as caught:
        spoken(voice, tmp_path, **spec)
    assert not caught.value.retry
    assert not (tmp_path / "no voices").exists(), "nothing was fetched"


def test_another_language_without_espeak_names_locale_and_remedy(voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"'fr-FR'.*only en.*install espeak-ng"):
        spoken(voice, tmp_path, "Bonjour.", locale="fr-FR")
    assert Voice.missing(HEART) == []
    (lack,) = Voice.missing(HEART.model_copy(update={"locales": ("en", "fr")}))
    assert "fr" in lack
    assert "espeak-ng" in lack


ESPEAK = """#!{python}
import sys, wave, math, struct
if "--voices" in sys.argv:
    print("Pty Language Age/Gender VoiceName File Other\\n 5 fr-fr --/M French roa/fr\\n 5 de --/M German gmw/de\\n 5 cmn --/M Mandarin sit/cmn")
    sys.exit()
text = sys.stdin.buffer.read().decode()
if "kaputt" in text:
    sys.exit("no such thing")
open(sys.argv[0] + ".args", "a").write(repr(sys.argv[1:]) + "\\n")
with wave.open(sys.argv[sys.argv.index("-w") + 1], "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(22050)
    file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 9))) for i in range(2000 * len(text.split()))))
"""


@pytest.fixture
def espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the program, which may not be installed: it hums for every word, and writes down its arguments."""
    import sys

    program = tmp_path / "bin" / "espeak-ng"
    program.parent.mkdir()
    program.write_text(ESPEAK.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def test_other_languages_go_through_espeak(voice: Voice, tmp_path: Path, espeak: Path) -> None:
    _, data = spoken(voice, tmp_path, "-v evil; $(rm) Bonjour le monde.", locale="fr")
    assert [word.text for word in data.words] == ["-v", "evil;", "$(rm)", "Bonjour", "le", "monde."]
    arguments = Path(f"{espeak}.args").read_text()
    assert "'-v', 'fr-fr'" in arguments
    assert "Bonjour" not in arguments, "text goes through the pipe, never into the arguments"


@pytest.mark.parametrize(("locale", "says"), [("xx", r"'xx'.*cmn, de, fr-fr"), ("--help", "'--help'"), ("de; ls", "'de; ls'")])
def test_a_locale_that_espeak_lacks_is_named(voice: Voice, tmp_path: Path, espeak: Path, locale: str, says: str) -> None:
    with pytest.raises(EngineError, match=says):
        spoken(voice, tmp_path, "Hello.", locale=locale)


def test_a_failing_espeak_is_quoted(voice: Voice, tmp_path: Path, espeak: Path) -> None:
    with pytest.raises(EngineError, match="no such thing"):
        spoken(voice, tmp_path, "alles kaputt", locale="de-AT")
    assert not os.environ["PATH"].startswith("/usr"), "the stand-in was asked"


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed here")
def test_the_real_espeak_speaks_german(voice: Voice, tmp_path: Path) -> None:
    _, data = spoken(voice, tmp_path, "Guten Morgen, liebe Sonne. Wie geht es dir?", locale="de-DE")
    assert len(data.words) == 8
    assert 1 < data.seconds < 8


def test_times_agree_with_a_speech_recogniser(voice: Voice, tmp_path: Path) -> None:
    """An independent witness: pocketsphinx's forced alignment of the sound finds the words where we say they are."""
    import pocketsphinx

    text = "the old keeper carried bucket after bucket of cool water until the evening tide came in"
    sound, data = spoken(voice, tmp_path, text)
    slow = np.interp(np.arange(int(len(sound) * 2 / 3)) * 1.5, np.arange(len(sound)), sound)
    raw = (slow * 32767).astype("<i2").tobytes()
    decoder = pocketsphinx.Decoder(samprate=16000, loglevel="FATAL")
    decoder.set_align_text(text)
    decoder.start_utt()
    decoder.process_raw(raw, full_utt=True)
    decoder.end_utt()
    heard = [(piece.word.split("(")[0], piece.start_frame / 100, (piece.end_frame + 1) / 100) for piece in decoder.seg() if piece.word[0].isalpha()]
    assert [word for word, _, _ in heard] == text.split()
    starts = [abs(ours.start - start) for ours, (_, start, _) in zip(data.words, heard, strict=True)]
    ends = [abs(ours.end - end) for ours, (_, _, end) in zip(data.words, heard, strict=True)]
    assert np.median(starts) < 0.04
    assert max(starts) < 0.1
    assert np.median(ends) < 0.04, "only before a pause do the two disagree, about how long a last consonant lasts"
