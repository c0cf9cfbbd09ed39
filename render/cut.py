"""The cut: which packets are copied and which frames are made anew, and the making of those, piece by piece, on threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from farm.types import Size
from farm.work import Cancelled
from render.encode import GOP, Coded, Picture, encode
from render.layout import Span
from render.media import Unreadable, is_colour, yuv_of
from render.source import Clip, Source
from render.timeline import Timeline

Burn = Callable[[int, Picture], Picture]
"""Draws the caption of a film frame into it, where there is one."""


class Broken(Exception):
    """The clip of source `source` cannot be decoded where it must be; the message says where."""

    def __init__(self, source: int, message: str) -> None:
        super().__init__(message)
        self.source = source


@dataclass(frozen=True)
class Ready:
    """A span that was encoded before: the clip that holds it, and the span's first frame in there."""

    clip: Clip
    first: int


@dataclass(frozen=True)
class Part:
    """A run of film frames that is either copied from one clip or encoded in one go."""

    span: Span
    copied: bool
    ready: Ready | None = None  # where it is copied from, where that is not the span's own source


@dataclass(frozen=True)
class Made:
    """An encoded part on disk: the file, and length, number and key flag of each coded frame in decoding order."""

    file: Path
    index: tuple[tuple[int, int, bool], ...]

    def read(self) -> Iterator[Coded]:
        """The coded frames in decoding order."""
        with self.file.open("rb") as file:
            for length, number, key in self.index:
                yield Coded(file.read(length), number, key)


def parts(spans: Sequence[Span], sources: Sequence[Source], burned: Callable[[int, int], bool], ready: Mapping[Span, Ready] | None = None) -> list[Part]:
    """Part spans into what can be copied between key frames and what must be encoded.

    `burned(start, end)` says whether a caption is drawn into any of those film frames; `ready` are spans that were encoded before.
    """
    found: list[Part] = []
    for span in spans:
        if ready and span in ready and not burned(span.start, span.start + span.frames):
            found.append(Part(span, True, ready[span]))
            continue
        source = sources[span.source]
        keys = sorted(key for key in source.keys if span.first <= key <= span.first + span.frames) if span.kind == "copy" else []
        if not isinstance(source, Clip) or len(keys) < 2:
            found.extend(Part(piece, False) for piece in _chunks(span))
            continue
        runs = [(span.first, keys[0], False)]
        for low, high in pairwise(keys):
            copied = not burned(span.start + low - span.first, span.start + high - span.first)
            if runs[-1][2] == copied and runs[-1][1] == low:
                runs[-1] = (runs[-1][0], high, copied)
            else:
                runs.append((low, high, copied))
        runs.append((keys[-1], span.first + span.frames, False))
        for low, high, copied in runs:
            if high > low:
                piece = replace(span, first=low, frames=high - low, start=span.start + low - span.first)
                found.extend([Part(piece, True)] if copied else [Part(chunk, False) for chunk in _chunks(piece)])
    return found


def _chunks(span: Span) -> Iterator[Span]:
    """A span in pieces that different threads can encode; a transition stays whole, because its weights run through."""
    if span.kind != "copy":
        yield span
        return
    for at in range(0, span.frames, GOP):
        yield replace(span, first=span.first + at, frames=min(GOP, span.frames - at), start=span.start + at)


@dataclass(frozen=True)
class Bench:
    """Where parts are encoded: the film's shape, its colours of nothing, a folder, and the word to stop."""

    size: Size
    fps: int
    scratch: Path
    black: Picture
    dip: Picture
    stopped: threading.Event
    burn: Burn | None = None

    def make(self, part: Part, sources: Sequence[Source], number: int) -> Made:
        """Encode a part into a file of its own.

        Raises Broken when a clip's frames cannot be decoded, Cancelled when told to stop, OSError when the disk is full.
        """
        file = self.scratch / f"piece-{number}.bin"
        index: list[tuple[int, int, bool]] = []
        with file.open("wb") as out:
            for coded in encode(self._pictures(part.span, sources), self.size, self.fps):
                out.write(coded.data)
                index.append((len(coded.data), coded.number, coded.key))
        return Made(file, tuple(index))

    def _pictures(self, span: Span, sources: Sequence[Source]) -> Iterator[Picture]:
        for number, picture in enumerate(self._mixed(span, sources)):
            if self.stopped.is_set():
                raise Cancelled
            yield self.burn(span.start + number, picture) if self.burn else picture

    def _mixed(self, span: Span, sources: Sequence[Source]) -> Iterator[Picture]:
        pictures = _named(sources, span.source, span.first, span.frames)
        if span.kind == "copy":
            yield from pictures
            return
        if span.kind in ("open", "close"):
            for number, picture in enumerate(pictures):
                weight = (number + 1) / span.frames
                yield mix(self.black, picture, weight if span.kind == "open" else 1 - weight)
            return
        assert span.onto is not None
        following = _named(sources, span.onto, 0, span.frames)
        for number, (before, after) in enumerate(zip(pictures, following, strict=True)):
            weight = (number + 1) / (span.frames + 1)
            if span.kind == "dissolve":
                yield mix(before, after, weight)
            elif span.kind == "wipe":
                yield wipe(before, after, weight, self.size)
            else:
                between = self.black if span.kind == "fade" else self.dip
                yield mix(before, between, weight * 2) if weight < 0.5 else mix(between, after, weight * 2 - 1)


def bench_of(timeline: Timeline, scratch: Path, stopped: threading.Event, burn: Burn | None = None) -> Bench:
    """The bench of a timeline's film: its shape, black, and its style's darkest colour for dips."""
    dip = next((colour for colour in timeline.style.palette[:1] if is_colour(colour)), "#000000")
    return Bench(timeline.size, timeline.fps, scratch, yuv_of("#000000", timeline.size), yuv_of(dip, timeline.size), stopped, burn)


def _named(sources: Sequence[Source], source: int, first: int, frames: int) -> Iterator[Picture]:
    """A source's frames; a fault in them says whose it is."""
    try:
        yield from sources[source].pictures(first, first + frames)
    except Unreadable as error:
        raise Broken(source, str(error)) from error


def mix(before: Picture, after: Picture, weight: float) -> Picture:
    """`before` and `after` mixed; `weight` is the share of `after`, 0 to 1."""
    return cv2.addWeighted(before, 1 - weight, after, weight, 0)  # type: ignore[return-value]


_EDGE = 0.08  # of the picture's width that is soft where one picture pushes the other away


def wipe(before: Picture, after: Picture, weight: float, size: Size) -> Picture:
    """`after` coming in from the left over `before`, with a soft edge; at weight 0 nothing of it is seen, at 1 all."""
    middle = weight * (1 + _EDGE) - _EDGE / 2
    out = np.empty_like(before)
    flat_before, flat_after, flat = before.reshape(-1), after.reshape(-1), out.reshape(-1)
    begin = 0
    for high, wide in ((size.height, size.width), (size.height // 2, size.width // 2), (size.height // 2, size.width // 2)):
        share = np.clip((middle - (np.arange(wide, dtype=np.float32) + 0.5) / wide) / _EDGE + 0.5, 0, 1)
        end = begin + high * wide
        one, two = (plane[begin:end].reshape(high, wide) for plane in (flat_before, flat_after))
        flat[begin:end].reshape(high, wide)[:] = np.rint(one * (1 - share) + two * share).astype(np.uint8)
        begin = end
    return out
