"""How long a narrator speaks a text in any script, and how much of a language fits into so many seconds. Pure.

`farm.timing.WORDS_PER_SECOND` was measured on the embedded English voice: 2.75 words, which are 16 letters and spaces, a second. The other figures here are
reckoned from it: words by a language's usual length of a word; signs of scripts that write syllables by how many syllables a second are read aloud
(Coupé, Oh, Dediu and Pellegrino, "Different languages, similar encoding efficiency", Science Advances 2019, table 1), slowed as the English narrator is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from farm import timing

SECONDS_A_LINE = 0.3  # a narration's own start and end, as in the embedded voice
SECONDS_A_PAUSE = 0.15
PAUSES = frozenset(",;:.!?…—،؛؟。、！？，；：।")
SIGNS = {  # a second, by the first word of a sign's Unicode name
    "CJK": 4.3, "HIRAGANA": 7.0, "KATAKANA": 7.0, "HANGUL": 4.8, "THAI": 10.0, "LAO": 10.0, "KHMER": 10.0, "MYANMAR": 10.0,
    "DEVANAGARI": 11.5, "BENGALI": 11.5, "TAMIL": 11.5, "TELUGU": 11.5, "ARABIC": 11.5, "HEBREW": 11.5,
}  # fmt: skip
LETTERS = 16.7  # a second, of every other script
UNSPACED = {"ja": 5.4, "zh": 4.3, "yue": 4.3, "th": 10.0, "lo": 10.0, "km": 10.0, "my": 10.0}
"""Signs a second in languages that do not put spaces between words."""
WORDS = {
    "de": 2.35, "nl": 2.5, "da": 2.55, "sv": 2.5, "no": 2.55, "nb": 2.55, "fi": 1.85, "hu": 2.1, "et": 2.0, "fr": 2.55, "es": 2.7, "it": 2.6, "pt": 2.7,
    "ca": 2.75, "ro": 2.55, "ru": 2.2, "uk": 2.2, "bg": 2.4, "pl": 2.25, "cs": 2.4, "sk": 2.4, "sr": 2.4, "hr": 2.4, "el": 2.4, "tr": 2.1, "ar": 2.1,
    "he": 2.2, "fa": 2.3, "ur": 2.4, "hi": 2.5, "bn": 2.2, "ta": 1.6, "te": 1.7, "ko": 1.6, "vi": 3.4, "id": 2.35, "ms": 2.35, "sw": 2.3,
}  # fmt: skip
"""Words a second of other languages."""


def language(locale: str) -> str:
    """The language of a tag: "pt" of "pt-BR"."""
    return locale.replace("_", "-").split("-")[0].casefold()


def rate(locale: str) -> tuple[float, str]:
    """How much a narrator says in a second, and what it is counted in: "words" or "characters"."""
    tongue = language(locale)
    return (UNSPACED[tongue], "characters") if tongue in UNSPACED else (WORDS.get(tongue, timing.WORDS_PER_SECOND), "words")


def count(texts: Iterable[str], locale: str) -> int:
    """How many words, or characters where words are not spaced, texts have."""
    unspaced = rate(locale)[1] == "characters"
    return sum(sum(not sign.isspace() for sign in text) if unspaced else len(text.split()) for text in texts)


def spoken(text: str) -> float:
    """How long a narrator speaks `text`, in seconds; 0 for nothing."""
    text = " ".join(text.split())
    if not text:
        return 0.0
    pauses = sum(sign in PAUSES for sign in text[:-1])
    return SECONDS_A_LINE + SECONDS_A_PAUSE * pauses + sum(_seconds(sign) for sign in text)


def shot(text: str, wanted: float = 0.0) -> float:
    """How long a shot stands, in seconds: its narration with what is quiet around it, or as long as wanted."""
    said = spoken(text)
    return max(timing.LEAD_SECONDS + said + timing.TAIL_SECONDS if said else 0.0, wanted)


def film(shots: Iterable[float]) -> float:
    """How long a film of shots so long is, in seconds, with its title and the transitions that neighbours share."""
    return timing.TITLE_SECONDS + sum(one - timing.TRANSITION_FRAMES / 24 for one in shots)


@lru_cache(maxsize=4096)
def _seconds(sign: str) -> float:
    if sign in PAUSES:
        return 0.0 if script(sign) in ("IDEOGRAPHIC", "FULLWIDTH") else 1 / LETTERS
    return 1 / SIGNS.get(script(sign), LETTERS)


@lru_cache(maxsize=4096)
def script(sign: str) -> str:
    """The first word of a sign's Unicode name, which for letters is its script: "LATIN", "CJK", "HIRAGANA"."""
    return unicodedata.name(sign, "").split(" ")[0].split("-")[0]
