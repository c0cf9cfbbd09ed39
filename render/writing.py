"""What is written on the film: captions in their places, and what of them, of names and of headings is drawn into the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from farm.types import Size
from render import captions
from render.encode import Picture
from render.layout import Placed, total
from render.timeline import Entry, Timeline

Shown = Sequence[tuple[Entry | None, Placed]]
"""The film's shots (None: a card) and their places."""

NAME_SECONDS, HEADING_SECONDS = 3.5, 3.0
LEAST_SECONDS = 1.2  # what cannot be read in its shot is not written there
_AFTER = 0.2  # seconds after the transition in


def cues(shown: Shown, size: Size, fps: int) -> list[captions.Cue]:
    """Captions of all shots, in film time."""
    columns = captions.line_width(size)
    found: list[captions.Cue] = []
    starts = []
    for entry, spot in shown:
        speech = entry.speech if entry else None
        words = (speech.words or captions.spread(speech.text, speech.seconds)) if speech else ()
        if speech and words:
            starts.append((spot.start / fps + max(0.0, speech.at), words))
    end = total([spot for _, spot in shown]) / fps
    for number, (start, words) in enumerate(starts):
        until = starts[number + 1][0] - captions.GAP if number + 1 < len(starts) else end
        made = captions.cues(words, start, min(end, max(until, start)), columns)
        if found and made and made[0].start < found[-1].end + captions.GAP:
            made[0] = replace(made[0], start=min(found[-1].end + captions.GAP, made[0].end - 0.04))
        found += made
    return found


class Layer(Protocol):
    """Something that is drawn into the film's frames."""

    def touches(self, start: int, end: int) -> bool:
        """Whether any of the film frames `start` to `end` (exclusive) shows it."""

    def draw(self, number: int, picture: Picture) -> Picture:
        """The picture of film frame `number` with it."""


class Writing:
    """All that is drawn into the picture; false where there is nothing. What this machine has no letters for is left out and named."""

    def __init__(self, timeline: Timeline, shown: Shown, spoken: Sequence[captions.Cue]) -> None:
        self.left_out: list[str] = []
        burned = list(spoken) if timeline.burn_captions else []
        places = zip(shown, [*(spot.overlap for _, spot in shown[1:]), 0], strict=True)
        wanted = [(entry, spot, following) for (entry, spot), following in places if entry and (entry.introduces or entry.chapter)]
        self._layers: list[Layer] = []
        if not burned and not wanted:
            return
        from render.burn import Burner  # only then: they draw
        from render.inscription import Inscriber

        inscribed = [one for entry, spot, following in wanted for one in _inscriptions(entry, spot, following, timeline.fps)]
        kept = [one for one in inscribed if self._can(one.text + one.under, "a name or heading")]
        burned = [cue for cue in burned if self._can(cue.text, "captions, which are in the film as a track,")]
        if kept:
            self._layers.append(Inscriber(kept, timeline.size, timeline.style, raised=bool(burned), locale=timeline.locale))
        if burned:
            self._layers.append(Burner(burned, timeline.size, timeline.fps, timeline.caption_look, timeline.locale))

    def __bool__(self) -> bool:
        return bool(self._layers)

    def touches(self, start: int, end: int) -> bool:
        """Whether anything is drawn into any of the film frames `start` to `end` (exclusive)."""
        return any(layer.touches(start, end) for layer in self._layers)

    def draw(self, number: int, picture: Picture) -> Picture:
        """The picture of film frame `number` with what is written on it."""
        for layer in self._layers:
            picture = layer.draw(number, picture)
        return picture

    def _can(self, text: str, what: str) -> bool:
        from render.lettering import lacking

        sign = lacking(text)
        if sign:
            note = f"{what} cannot be drawn: this machine has no font with {sign!r}; install one (for Chinese, Japanese and Korean: fonts-noto-cjk)"
            if not any(known.startswith(what) for known in self.left_out):
                self.left_out.append(note)
        return not sign


def _inscriptions(entry: Entry, spot: Placed, following: int, fps: int) -> list:
    """A shot's heading, then its name, each in the time between the transitions."""
    from render.inscription import Inscription

    at, end = spot.start + spot.overlap + round(_AFTER * fps), spot.start + spot.frames - following
    found = []
    for kind, label, seconds in (("heading", entry.chapter, HEADING_SECONDS), ("name", entry.introduces, NAME_SECONDS)):
        until = min(end, at + round(seconds * fps))
        if label is not None and until - at >= LEAST_SECONDS * fps:
            found.append(Inscription(kind, label.text, label.under, at, until))  # type: ignore[arg-type]
            at = until
    return found
