"""Arithmetic of the film's time: pure functions from spoken seconds to frames."""

from __future__ import annotations

import math
from collections.abc import Sequence

LEAD_SECONDS = 0.5
"""Silence before a shot's narration: as long as the transition into it, so that two voices never meet."""
TAIL_SECONDS = 0.6
"""Silence after a shot's narration: a breath, and the transition out of it."""
TRANSITION_FRAMES = 12
"""Frames that two neighbours share in a dissolve: half a second at 24 fps."""
TITLE_SECONDS = 2.5
"""How long the title card stands, its transition included."""
SHOT_SECONDS = 4.6
"""Usual length of a shot; from it follows how many a film has."""
WORDS_PER_SECOND = 2.75
"""How fast the narrator speaks: 121 words in ten sentences of a story take 42.4 s one by one (2.85/s), 45.3 s with the pauses between them (2.67/s)."""


def shot_frames(speech_seconds: float, wanted_seconds: float, fps: int) -> int:
    """Frames of a shot: as long as wanted, and never shorter than its narration with lead and tail."""
    spoken = LEAD_SECONDS + speech_seconds + TAIL_SECONDS if speech_seconds > 0 else 0.0
    return max(math.ceil(spoken * fps - 1e-6), round(wanted_seconds * fps), 2 * TRANSITION_FRAMES + 2)


def key_frames(frames: int) -> tuple[int, ...]:
    """Where a clip needs key frames: the first frame after the transition in, and the first of the transition out."""
    return tuple(sorted({TRANSITION_FRAMES, frames - TRANSITION_FRAMES}))


def title_frames(fps: int) -> int:
    """Frames of the title card."""
    return round(TITLE_SECONDS * fps)


def film_frames(title: int, cuts: Sequence[tuple[int, int]]) -> int:
    """Frames of a film: its title (0: none) and its cuts, each given as (frames, frames shared with what came before)."""
    return title + sum(frames - shared for frames, shared in cuts)


def speech_seconds(film_seconds: float) -> float:
    """How much of a film of `film_seconds` may be spoken, when it has a title and shots of the usual length."""
    shots = max(1, round((film_seconds - TITLE_SECONDS) / SHOT_SECONDS))
    pauses = LEAD_SECONDS + TAIL_SECONDS - TRANSITION_FRAMES / 24
    return max(2.0, film_seconds - TITLE_SECONDS - shots * pauses)


def film_seconds(speech: float) -> float:
    """How long a film is of which `speech` seconds may be spoken: the inverse of `speech_seconds`, within a tenth of a second and a shot's rounding."""
    pauses = (LEAD_SECONDS + TAIL_SECONDS - TRANSITION_FRAMES / 24) / SHOT_SECONDS
    return TITLE_SECONDS + speech / (1.0 - pauses)
