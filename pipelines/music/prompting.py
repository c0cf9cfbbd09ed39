"""What a music model is told: the story's mood in the words that such models were trained on. Pure."""

from __future__ import annotations

from farm.specs import ScoreSpec
from pipelines.score.moods import Mood, choose

LONGEST_PROMPT = 600  # characters: text encoders of music models read about 128 to 256 tokens
_PLAYED = {"pad", "ensemble", "held"}


def mood_of(spec: ScoreSpec) -> Mood:
    """The mood that fits the story best, of those that the embedded score knows too."""
    return choose(spec.mood, spec.prompt, f"{spec.style.slug} {spec.style.name}")


def bpm(mood: Mood) -> int:
    """Beats a minute, in the middle of what goes with the mood."""
    return sum(mood.tempo) // 2


def words(spec: ScoreSpec, template: str = "") -> str:
    """The prompt; `template` may use {mood}, {feeling}, {instruments}, {bpm}, {style} in place of the usual sentence.

    The story's own text stays out: a model of music would take a lighthouse for the name of a song.
    """
    mood = mood_of(spec)
    instruments = ", ".join(dict.fromkeys(part for part in (*mood.melody[:2], mood.figures[0][0], mood.pads[0], mood.bass[0]) if part not in _PLAYED))
    feeling = " ".join(dict.fromkeys([*_plain(spec.mood).split()[:6], *mood.words.split()[:3]]))
    known = {"mood": mood.name, "feeling": feeling, "instruments": instruments, "bpm": bpm(mood), "style": _plain(spec.style.name)}
    text = template or "{feeling} instrumental film score, {instruments}, {bpm} bpm, for a {style} film, no vocals, high quality recording"
    try:
        return text.format(**known)[:LONGEST_PROMPT]
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"defaults.prompt {template!r} cannot be filled in ({error!r}); it may use {', '.join('{' + name + '}' for name in known)}") from None


def _plain(text: str) -> str:
    return " ".join("".join(char if char.isalnum() or char in "-' " else " " for char in text).split())[:120]
