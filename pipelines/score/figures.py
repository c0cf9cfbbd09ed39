"""Figures: what an accompaniment, a bass or a drummer plays in one bar. Positions and lengths are beats of the bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.score.band import HAT, KICK, RIDE, SNARE, SWISH


@dataclass(frozen=True)
class Stroke:
    """One note of a figure: when, for how long, which voice of the chord (-1: all of them), how strong (1 is normal)."""

    at: float
    length: float
    voice: int
    strength: float = 1.0


def accompany(figure: str, metre: int, step: int) -> list[Stroke]:
    """The strokes of a figure in a bar of `metre` beats; `step` counts bars, so that a figure may vary. Voices above 3 are an octave up."""
    order: tuple[int, ...]
    eighths = [i / 2 for i in range(2 * metre)]
    match figure:
        case "rolling":
            order = (0, 1, 2, 3, 2, 1, 2, 1) if step % 2 == 0 else (0, 2, 1, 3, 2, 3, 1, 2)
            return [Stroke(at, 1.2, order[i % 8], 1.1 if at == 0 else 0.85) for i, at in enumerate(eighths)]
        case "harp":
            order = (0, 1, 2, 3, 4, 3, 2, 1) if metre == 4 else (0, 1, 2, 4, 3, 2)
            return [Stroke(at, 2.0, order[i % len(order)], 1.1 if at == 0 else 0.8) for i, at in enumerate(eighths)]
        case "broken":
            order = (0, 2, 1, 2) if step % 2 == 0 else (0, 2, 3, 1)
            return [Stroke(float(i), 1.6, order[i % 4], 1.0 if i == 0 else 0.8) for i in range(metre)]
        case "waltz":
            return [Stroke(float(i), 0.9, -1, 0.7) for i in range(1, metre)]
        case "offbeat":
            return [Stroke(i + 0.5 if metre == 3 else float(i), 0.35, -1, 0.85) for i in range(1, metre, 2 if metre == 4 else 1)]
        case "pulse":
            return [Stroke(at, 0.45, -1, 1.0 if at == int(at) else 0.7) for at in eighths]
        case "ostinato":
            order = (0, 1, 0, 2, 0, 1, 0, 3)
            return [Stroke(at, 0.45, order[(i + step % 2 * 2) % 8], 1.15 if i % 4 == 0 else 0.85) for i, at in enumerate(eighths)]
        case "comp":
            patterns = (((1.5, 0.4), (3.0, 0.6)), ((0.0, 0.8), (2.5, 0.4)), ((1.0, 0.5), (2.5, 1.0)))
            return [Stroke(at, length, -1, 0.75) for at, length in patterns[step % 3] if at < metre]
        case "sparse":
            plucked = (((0.5, 3), (2.5, 1)), ((1.0, 2), (1.5, 3)), ((2.0, 3),), ((0.5, 1), (1.0, 2), (1.5, 4)))
            return [Stroke(at, 2.0, voice, 0.9) for at, voice in plucked[step % 4] if at < metre]
        case _:
            return [Stroke(0.0, float(metre), -1)]


def bass(figure: str, metre: int, root: int, fifth: int, following: int, step: int) -> list[tuple[float, float, int, float]]:
    """A bass line's bar as (at, length, key, strength); `following` is the next bar's root."""
    match figure:
        case "root-fifth":
            second = (2.0, 1.8, fifth, 0.85) if metre == 4 else (2.0, 0.9, fifth, 0.75)
            return [(0.0, 1.9, root, 1.0), second]
        case "pulse":
            return [(i / 2, 0.42, root if i % 8 != 6 else fifth, 1.0 if i % 4 == 0 else 0.75) for i in range(2 * metre)]
        case "walking":
            # Root, third or fifth, fifth, then a half step into the next root.
            toward = 1 if following < fifth else -1
            middle = (root + (3 if step % 2 == 0 else 7), fifth)
            keys = [root, middle[0], middle[1], following + toward][:metre]
            return [(float(i), 0.92, key, 1.0 if i % 2 == 0 else 0.88) for i, key in enumerate(keys)]
        case _:
            return [(0.0, metre * 0.98, root, 1.0)]


def drums(figure: str, metre: int, step: int) -> list[tuple[str, float, int, float]]:
    """A drummer's bar as (instrument, at, key, strength)."""
    strokes: list[tuple[str, float, int, float]] = []
    match figure:
        case "brushes":
            for beat in range(metre):
                strokes.append(("brushes", float(beat), RIDE, 0.5 if beat % 2 == 0 else 0.6))
                if beat % 2 == 1:
                    strokes += [("brushes", beat + 0.5, RIDE, 0.36), ("brushes", float(beat), HAT, 0.5)]
                strokes.append(("brushes", float(beat), SWISH, 0.42))
            if step % 4 == 3:
                strokes.append(("brushes", metre - 0.5, SNARE, 0.5))
        case "light":
            strokes = [("brushes", float(beat), SNARE if beat % 2 else KICK, 0.45 if beat % 2 else 0.5) for beat in range(metre)]
            strokes += [("brushes", beat + 0.5, HAT, 0.35) for beat in range(metre)]
        case "heart":
            strokes = [("taiko", 0.0, 40, 0.7), ("taiko", 0.5, 40, 0.45)]
        case "march":
            strokes = [("timpani", 0.0, -1, 0.7)]
            if step % 2 == 1:
                strokes += [("timpani", metre - 1.0, -1, 0.5), ("timpani", metre - 0.5, -1, 0.6)]
        case "taiko":
            hits: Sequence[tuple[float, float]] = (
                ((0.0, 1.0), (1.5, 0.6), (2.0, 0.75), (3.0, 0.55), (3.5, 0.65)) if metre == 4 else ((0.0, 1.0), (1.5, 0.6), (2.0, 0.7))
            )
            strokes = [("taiko", at, 43 if i % 2 == 0 else 40, strength) for i, (at, strength) in enumerate(hits) if step % 2 == 1 or i < 3]
        case _:
            pass
    return strokes
