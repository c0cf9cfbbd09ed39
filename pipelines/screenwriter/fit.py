"""Makes a film as long as was ordered: tells again with more or less to say, and then lets the pictures stand a little longer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from farm import timing
from farm.specs import WriteSpec
from farm.types import Shot
from pipelines.screenwriter import pace
from pipelines.screenwriter.cut import cut
from pipelines.screenwriter.weave import Beat

GOOD = 0.03  # no further try is made from here on
FAIR = 0.06  # no other plot is tried from here on
POOR = 0.1  # no film should be further off
LONGEST_STAND = 1.3  # a picture stands at most so many times as long as its narration wants
_TRIES = 5


def target(spec: WriteSpec) -> float:
    """How long the film is to be, in seconds: what was ordered, or what the spoken seconds make where a caller gave those alone."""
    if abs(timing.speech_seconds(spec.seconds) - spec.speech_seconds) < 0.5:
        return spec.seconds
    return timing.film_seconds(spec.speech_seconds)


def length(beats: Sequence[Beat]) -> float:
    """How long a film the beats make, in seconds, cut into shots and spoken."""
    return pace.film(pace.shot(piece.text) for piece in cut(list(beats)))


def fitted(tell: Callable[[float], list[Beat]], wanted: float, speech: float) -> tuple[float, list[Beat]]:
    """The telling whose film comes nearest to `wanted` seconds, and by how much of it that is off (0: not at all).

    `tell` gives beats for so many seconds of speech; it is asked first for `speech` of them.
    """
    best: tuple[float, list[Beat]] = (float("inf"), [])
    asked: set[int] = set()
    for _ in range(_TRIES):
        beats = tell(speech)
        film = length(beats)
        best = min(best, (abs(film / wanted - 1), beats), key=lambda pair: pair[0])
        asked.add(round(speech * 10))
        if best[0] <= GOOD:
            break
        speech *= min(1.5, max(0.6, (wanted - timing.TITLE_SECONDS) / max(1.0, film - timing.TITLE_SECONDS)))
        while round(speech * 10) in asked:
            speech *= 1.04 if film < wanted else 0.95
    return best


def stretched(shots: Sequence[Shot], wanted: float) -> list[Shot]:
    """The shots standing longer, each in proportion, where the film would else be shorter than `wanted` seconds."""
    own = [max(pace.shot(shot.narration), shot.seconds) for shot in shots]
    missing = wanted - pace.film(own)
    if missing <= 0.05 or not own:
        return list(shots)
    factor = min(LONGEST_STAND, 1 + missing / sum(own))
    return [shot.model_copy(update={"seconds": round(seconds * factor, 2)}) for shot, seconds in zip(shots, own, strict=True)]
