"""A join: what lies between two shots (or the title and the first, or the last and the film's end) encoded as the composer would, as a clip of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import structlog

from farm.types import Size
from farm.work import EngineError
from render import film
from render.cut import Broken, Made, Ready, bench_of, parts
from render.encode import Coded
from render.layout import Piece, Span, place, spans
from render.media import Unreadable
from render.opening import Opener
from render.source import Clip, Source, look
from render.timeline import Timeline

log = structlog.get_logger()

Pieces = Mapping[tuple[str | None, str | None], Path]
"""What joins made beforehand, by the names of the shots before and after; None is the title, and the film's end."""


def make(timeline: Timeline, folder: Path, check: Callable[[], None]) -> Path:
    """Encode the piece of a timeline of one or two shots into `folder`: with a title, the title and what leads out of it; with two entries, their
    transition; with one, its end.

    `check` may raise to stop. Raises EngineError where a shot has nothing to show: then the composer, which leaves it out, needs no piece.
    """
    opener = Opener(timeline, folder, check, {})
    sources: list[Source] = []
    pieces: list[Piece] = []
    if timeline.title:
        sources.append(opener.card(timeline.title)[0])
        pieces.append(Piece(timeline.title.frames))
    for number, entry in enumerate(timeline.entries):
        opened = opener.open(entry, number)
        if opened.source is None:
            raise EngineError(f"{entry.name}: {opened.note}; without it nothing is joined, and the film goes on without it", code="nothing_to_join")
        sources.append(opened.source)
        pieces.append(Piece(opened.source.frames, entry.transition, entry.transition_frames))
    runs = spans(place(pieces), closing=timeline.closing if len(sources) == 1 else 0)
    wanted = [run for run in runs if (run.source == 0 if timeline.title else run.kind != "copy")]
    if not wanted:
        raise EngineError("a cut has nothing to join", code="nothing_to_join")
    target = folder / "piece.mp4"
    bench = bench_of(timeline, folder, _Asked(check))
    cut = parts(wanted, sources, lambda start, end: True)  # nothing is copied: a piece holds what the film must encode
    try:
        made = []
        for number, part in enumerate(cut):
            made.append((bench.make(part, sources, number), part.span.start - wanted[0].start))
    except Broken as error:
        raise EngineError(f"{error}; nothing is joined here", code="clip_broken") from error
    film.write_coded(target, _through(made), size=timeline.size, fps=timeline.fps)
    return target


class _Asked(threading.Event):
    """The word to stop, asked for at every frame."""

    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__()
        self._check = check

    def is_set(self) -> bool:
        """Never, but `check` may raise."""
        self._check()
        return False


def _through(made: list[tuple[Made, int]]) -> Iterator[Coded]:
    """The coded frames of all parts, numbered from the piece's first."""
    for part, start in made:
        for coded in part.read():
            yield Coded(coded.data, coded.number + start, coded.key)


def ready(pieces: Pieces, runs: Sequence[Span], names: Sequence[str | None], size: Size, fps: int) -> dict[Span, Ready]:
    """The film's spans that joins have encoded; a piece that is no clip of ours, or not as long as its place, is not used.

    `names` are those of the sources' shots, None for a card.
    """
    found: dict[Span, Ready] = {}
    for whole, between in _places(runs, names):
        file = pieces.get(between)
        if file is None:
            continue
        try:
            seen = look(file, size, fps)
        except Unreadable as error:
            log.warning("piece cannot be used", between=between, why=str(error))
            continue
        if not seen.conforming or seen.frames != sum(run.frames for run in whole):
            log.warning("piece does not fit", between=between, frames=seen.frames, why=seen.reason)
            continue
        clip = Clip(file, seen.frames, seen.keys | {seen.frames}, seen.table)
        found |= {run: Ready(clip, run.start - whole[0].start) for run in whole}
    return found


def _places(runs: Sequence[Span], names: Sequence[str | None]) -> Iterator[tuple[list[Span], tuple[str | None, str | None]]]:
    """Where pieces may lie: the title with what leads out of it, transitions between shots, the last shot's end."""
    if names[0] is None and len(names) > 1:
        yield [run for run in runs if run.source == 0], (None, names[1])
    for run in runs:
        before, after = names[run.source], names[run.onto] if run.onto is not None else None
        if before is not None and (run.kind == "close" or after is not None):
            yield [run], (before, after)
