"""Captions drawn into the picture: plain, in a box, or with the spoken word lit."""

from __future__ import annotations

import bisect
import threading
from collections import OrderedDict
from collections.abc import Sequence

from farm.specs import CaptionLook
from farm.types import Size
from render.captions import Cue, join, line_width
from render.encode import Picture
from render.lettering import SANS, caption
from render.overlay import Overlay

_KEPT = 24  # drawn captions that are remembered: a few for each thread
_LETTER = 0.6  # of the type's size that a letter takes on a line, with some to spare: an upright film's captions fill its width
SAFE = 0.065  # of the height that stays free below: players' controls and phones' corners lie there


class Burner:
    """Draws each frame's caption; safe to use from several threads."""

    def __init__(self, cues: Sequence[Cue], size: Size, fps: int, look: CaptionLook, locale: str = "") -> None:
        self._size, self._look, self._locale = size, look, locale
        self._cues = list(cues)
        self._begin = [round(cue.start * fps) for cue in cues]
        self._end = [max(begin + 1, round(cue.end * fps)) for begin, cue in zip(self._begin, cues, strict=True)]
        self._fps = fps
        self._drawn: OrderedDict[tuple[int, int], Overlay] = OrderedDict()
        self._lock = threading.Lock()

    def touches(self, start: int, end: int) -> bool:
        """Whether any of the film frames `start` to `end` (exclusive) shows a caption."""
        at = bisect.bisect_left(self._end, start + 1)
        return at < len(self._begin) and self._begin[at] < end

    def draw(self, number: int, picture: Picture) -> Picture:
        """The picture of film frame `number` with its caption, where it has one."""
        at = bisect.bisect_right(self._begin, number) - 1
        if at < 0 or number >= self._end[at]:
            return picture
        return self._overlay(at, self._lit(at, number)).over(picture)

    def _lit(self, at: int, number: int) -> int:
        """The word being spoken, by its place in the cue; -1 where none is lit."""
        if self._look != "highlight":
            return -1
        now = (number + 0.5) / self._fps
        return bisect.bisect_right([word.start for word in self._cues[at].words], now) - 1

    def _overlay(self, at: int, lit: int) -> Overlay:
        with self._lock:
            found = self._drawn.get((at, lit))
            if found is None:
                found = self._drawn[at, lit] = self._made(at, lit)
                while len(self._drawn) > _KEPT:
                    self._drawn.popitem(last=False)
            return found

    def _made(self, at: int, lit: int) -> Overlay:
        size, cue = self._size, self._cues[at]
        width = size.width * 0.9
        pixels = caption(
            _runs(cue, lit),
            family=SANS,
            size=max(10.0, min(width / (line_width(size) * _LETTER), size.height * 0.056)),
            width=int(width),
            boxed=self._look == "boxed",
            locale=self._locale,
        )
        return Overlay(pixels, size, top=round(size.height * (1 - SAFE) - pixels.shape[0]), left=(size.width - pixels.shape[1]) // 2)


def _runs(cue: Cue, lit: int) -> list[tuple[str, bool]]:
    """The cue's text in runs, each with whether it is lit; together they spell the lines."""
    if lit < 0 or lit >= len(cue.words):
        return [(cue.text, False)]
    before = join([word.text for word in cue.words[:lit]])
    word = cue.words[lit].text.strip()
    # Where the word stands in the broken text: the same place, as a line break takes the place of a space (or of nothing).
    text = cue.text
    at = text.find(word, max(0, len(before) - 2))
    if at < 0:
        return [(text, False)]
    return [run for run in ((text[:at], False), (word, True), (text[at + len(word) :], False)) if run[0]]
