"""Word times for speech whose times nobody knows: the sound shared out among the words by their phonemes, pauses where punctuation is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pipelines.speech.voices import language
from pipelines.voice.text import Span

_PAUSE = {",": 2.0, ";": 3.0, ":": 3.0, "—": 2.0, "–": 2.0, ".": 4.0, "!": 4.0, "?": 4.0, "…": 4.0}
"""How many phonemes a pause is as long as, by the word's last character."""
_ONSET = 1.0  # phonemes: what a word costs however short it is
_DIGIT = 4  # phonemes of a digit spoken out


def estimate(words: Sequence[str], seconds: float, locale: str) -> list[Span]:
    """A span for each word, in order, filling `seconds`; a guess, good to a few tenths of a second in a sentence."""
    if not words:
        return []
    sounding = [_ONSET + _phonemes(word, language(locale)) for word in words]
    pauses = [_PAUSE.get(word.rstrip("\"'”’»)]")[-1:], 0.0) for word in words]
    pauses[-1] = 0.0  # the sound ends with the last word
    tick = seconds / (sum(sounding) + sum(pauses))
    spans, clock = [], 0.0
    for length, pause in zip(sounding, pauses, strict=True):
        spans.append((clock * tick, (clock + length) * tick))
        clock += length + pause
    return spans


def _phonemes(word: str, code: str) -> int:
    letters = [char for char in word if char.isalnum()]
    if any(char.isdigit() for char in letters):
        return sum(_DIGIT if char.isdigit() else 1 for char in letters)
    if code == "en" and letters:
        return max(1, sum(char not in "ˈˌ ː.ʔ" for char in _english(word.casefold().strip("\"'“”‘’.,;:!?…()"))))
    return len(letters) or 1


@lru_cache(maxsize=10_000)
def _english(word: str) -> str:
    """Phonemes of one English word, by the embedded voice's dictionary; its letters where that is not installed."""
    converter = _converter()
    return "".join(token.phonemes or "" for token in converter.phonemize_tokens(converter.tokenize(word))) if converter and word else word


@lru_cache(maxsize=1)
def _converter() -> Any:
    try:
        from hibari.g2p import G2P
    except ImportError:
        return None
    return G2P(british=False)
