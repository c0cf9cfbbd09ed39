"""How long the narrator needs for a text, letter by letter.

`farm.timing.WORDS_PER_SECOND` says the same voice's rate by the word, for estimates without a text: whoever changes the voice changes
both (2.85 words a second line by line, 2.75 with short pauses).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from farm import timing

# Measured on hibari's voice "heart" (0.2.1, seed 0): eight sentences of 3 to 18 words, each spoken by itself, 28.8 s for 82 words
# (2.85 words a second). A line fits 0.3 s + 0.06 s a letter + 0.15 s a pause within 8 %.
SECONDS_A_LINE = 0.3
SECONDS_A_CHARACTER = 0.06
SECONDS_A_PAUSE = 0.15

SHOT_SECONDS = 3.0  # a picture needs this long to be read
LONGEST_SHOT = 7.0  # after this a still scene grows dull

_PAUSE = re.compile(r"[,;:.!?…—]+(?=\s)")


def seconds(text: str) -> float:
    """How long the voice speaks `text`, in seconds; 0 for nothing."""
    text = text.strip()
    if not text:
        return 0.0
    return SECONDS_A_LINE + SECONDS_A_CHARACTER * len(text) + SECONDS_A_PAUSE * len(_PAUSE.findall(text))


def shot(text: str) -> float:
    """How long the shot of a narration stays on the screen, in seconds, when no one asks for longer."""
    return max(timing.LEAD_SECONDS + seconds(text) + timing.TAIL_SECONDS if text.strip() else 0.0, SHOT_SECONDS, seconds(text) + 0.4)


def film(shots: Iterable[float]) -> float:
    """How long a film of shots so long is, in seconds, with its title and the transitions that neighbours share."""
    return timing.TITLE_SECONDS + sum(one - timing.TRANSITION_FRAMES / 24 for one in shots)
