"""A timeline in, one film out: the steps of composing, in order, with what is broken left out and named."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import av
import structlog
from PIL import Image

from farm.work import Cancelled, EngineError, FilmData
from render import captions, film, join, sound, stems, writing
from render.card import TitleCard
from render.cut import Broken, Made, Part, bench_of, parts
from render.encode import Coded
from render.join import Pieces
from render.layout import Piece, Placed, place, spans, total
from render.media import Unreadable, yuv_of
from render.opening import Opener
from render.source import Clip, Source, Still
from render.timeline import Card, Entry, Timeline

log = structlog.get_logger()

_WAIT = 0.2  # seconds between two looks at whether the film was cancelled


class Report(Protocol):
    """Where progress is told; may raise Cancelled (the part of `pipelines.engine.Report` that composing uses)."""

    def step(self, step: int, of: int, note: str = "") -> None:
        """Step `step` of `of` is done."""


class Quiet:
    """A report that tells nobody."""

    def step(self, step: int, of: int, note: str = "") -> None:
        """Nothing."""


@dataclass(frozen=True)
class Film:
    """What composing made: the film's data, and where film, poster and captions lie."""

    data: FilmData
    film: Path
    poster: Path
    srt: Path
    vtt: Path
    shots: tuple[tuple[Entry | None, Placed], ...] = ()  # what is in the film, and where; None is the title card


@dataclass(frozen=True)
class _Shot:
    """An entry that is in the film, with its source."""

    entry: Entry | None
    source: Source
    piece: Piece
    sound: Path | None = None  # a file with the shot's own sound, from its first frame on


def compose(timeline: Timeline, output: Path, report: Report | None = None, also: Iterable[str] = ()) -> FilmData:
    """Compose a film into `output`, with its captions beside it (`.srt`, `.vtt`), its poster (`.jpg`), and the deliverables named in `also`.

    Nothing is at those places before all is done. Raises EngineError, and whatever the report raises to stop.
    """
    told, also = report or Quiet(), list(also)
    if also:
        from render.deliver import possible

        possible(also)
    with tempfile.TemporaryDirectory(prefix=".compose-", dir=_folder(output)) as scratch:
        folder = Path(scratch)
        made = produce(timeline, folder, told)
        found = _companions(timeline, output, made, folder, told, also)
        for suffix, file in ({".srt": made.srt, ".vtt": made.vtt, ".jpg": made.poster} | found | {output.suffix: made.film}).items():
            _lay(file, output.with_name(output.stem + suffix), folder / f"former{suffix}")
    return made.data


def _companions(timeline: Timeline, output: Path, made: Film, folder: Path, report: Report, also: list[str]) -> dict[str, Path]:
    if not also:
        return {}
    from render.deliver import Cutting, deliver  # only then: it needs the ffmpeg program

    steps = len(also)
    done: list[str] = []

    def tell(note: str) -> None:
        done.append(note)
        report.step(len(done) - 1, steps, note)

    cutting = Cutting(folder, output.stem, timeline, made.data, made.shots, output)
    try:
        return deliver(also, cutting, tell, lambda: report.step(len(done) - 1, steps, done[-1]))
    except OSError as error:
        raise _unwritten(error) from error


def _lay(file: Path, place: Path, former: Path) -> None:
    """Move a finished file (or folder) to its place; a folder that is there gives way."""
    try:
        if file.is_dir() and place.is_dir():
            os.replace(place, former)
        os.replace(file, place)
    except OSError as error:
        raise EngineError(f"{place}: cannot be written: {error.strerror}; move what is in its place away", code="disk") from error


def _unwritten(error: OSError) -> EngineError:
    why = error.strerror or str(error)
    return EngineError(f"the film could not be written: {why}; make room on the disk or point the scratch folder elsewhere", code="disk", retry=True)


def _folder(output: Path) -> Path:
    folder = output.absolute().parent
    if not folder.is_dir():
        raise EngineError(f"{folder}: there is no such folder to write {output.name} to; make it first", code="no_folder")
    return folder


def produce(timeline: Timeline, folder: Path, report: Report, pieces: Pieces = MappingProxyType({})) -> Film:
    """Compose a film and its companions as files in `folder`, which is the composer's own.

    A piece that fits its place is copied; any other is encoded as if there were none.
    Raises EngineError for what is understood (nothing to show, a full disk), Cancelled when the report says so.
    """
    broken: dict[str, str] = {}
    while True:  # a clip that breaks off in the middle is left out, and composing starts again without it
        try:
            return _once(timeline, folder, report, broken, pieces)
        except _Again as again:
            log.warning("clip broke off", shot=again.name, why=again.why)
            broken[again.name] = again.why
        except OSError as error:
            raise _unwritten(error) from error


def _shown(shot: _Shot) -> Entry | None:
    """The entry as it came into the film: without its clip where its picture is held instead."""
    return shot.entry.model_copy(update={"clip": None}) if shot.entry and isinstance(shot.source, Still) else shot.entry


class _Again(Exception):
    """Compose again without the clip of entry `name`."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


def _once(timeline: Timeline, folder: Path, report: Report, broken: dict[str, str], pieces: Pieces) -> Film:
    work = folder / "work"
    work.mkdir()
    stopped = threading.Event()
    pool = ThreadPoolExecutor(max_workers=max(2, min(8, os.cpu_count() or 2)), thread_name_prefix="compose")
    try:
        return _Composition(timeline, folder, work, report, pool, stopped, broken, pieces).run()
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(work, ignore_errors=True)


class _Composition:
    """One film in the making."""

    def __init__(
        self,
        timeline: Timeline,
        folder: Path,
        work: Path,
        report: Report,
        pool: ThreadPoolExecutor,
        stopped: threading.Event,
        broken: dict[str, str],
        pieces: Pieces,
    ) -> None:
        self.timeline, self.folder, self.work, self.report, self.pool, self.stopped = timeline, folder, work, report, pool, stopped
        self.left_out: list[str] = []
        self.broken, self.pieces = broken, pieces
        self.shown: list[_Shot] = []
        self.size, self.fps = timeline.size, timeline.fps
        self._done, self._of, self._told = 0, 1, 0.0

    def run(self) -> Film:
        """Compose once.

        Raises _Again when a clip turns out broken in the middle.
        """
        try:
            return self.attempt()
        except Broken as error:
            entry = self.shown[error.source].entry
            if entry is None or entry.name in self.broken:
                raise EngineError(f"a picture cannot be decoded: {error}; render the shots again", code="clip_broken") from error
            raise _Again(entry.name, str(error)) from error

    def attempt(self) -> Film:
        """The steps: sources, places, sound and pieces side by side, the MP4, poster and captions."""
        self.tell("looking at the clips")
        shots = self.shown = self.sources()
        placed = place([shot.piece for shot in shots])
        frames = total(placed)
        shown = [(shot.entry, spot) for shot, spot in zip(shots, placed, strict=True)]
        cues = writing.cues(shown, self.size, self.fps)
        written = writing.Writing(self.timeline, shown, cues)
        self.left_out += written.left_out
        sources = [shot.source for shot in shots]
        first = shots[0].entry
        opening = self.timeline.closing if first is not None and first.transition == "fade" else 0
        runs = spans(placed, opening=opening, closing=self.timeline.closing)
        ready = join.ready(self.pieces, runs, [shot.entry.name if shot.entry else None for shot in shots], self.size, self.fps)
        cut = parts(runs, sources, written.touches, ready)
        bench = bench_of(self.timeline, self.work, self.stopped, written.draw if written else None)
        hearing = self.pool.submit(sound.track, self.lanes(shots, placed), Fraction(frames, self.fps), self.work, self.check)
        making = {number: self.pool.submit(bench.make, part, sources, number) for number, part in enumerate(cut) if not part.copied}
        picturing = self.pool.submit(self.poster, shots)
        self._done, self._of = 0, len(making) + 3
        self.attend([hearing, picturing, *making.values()])
        track = hearing.result()
        self.left_out += track.left_out
        target = self.folder / "film.mp4"
        try:
            film.write(
                target,
                self.coded(cut, sources, {number: future.result() for number, future in making.items()}),
                track.file,
                cues,
                frames=frames,
                size=self.size,
                fps=self.fps,
                locale=self.timeline.locale,
                title=captions.clean(self.timeline.title.text)[:200] if self.timeline.title else "",
                each=lambda number: self.tell("writing the film") if number % 24 == 0 else None,
            )
        except Unreadable as error:
            raise EngineError(f"a clip changed while the film was written: {error}; compose again", code="clip_changed", retry=True) from error
        poster = picturing.result()
        srt, vtt = self.folder / "film.srt", self.folder / "film.vtt"
        srt.write_text(captions.srt(cues), encoding="utf-8")
        vtt.write_text(captions.vtt(cues), encoding="utf-8")
        self._done = self._of
        self.tell("done", always=True)
        data = FilmData(
            seconds=frames / self.fps,
            frames=frames,
            fps=self.fps,
            width=self.size.width,
            height=self.size.height,
            loudness=track.loudness,
            true_peak=track.true_peak,
            left_out=tuple(self.left_out),
        )
        return Film(data, target, poster, srt, vtt, tuple((_shown(shot), spot) for shot, spot in zip(shots, placed, strict=True)))

    # ------------------------------------------------------------ what is in the film

    def sources(self) -> list[_Shot]:
        """Title and entries as sources; what is broken is left out and named.

        Raises EngineError when nothing is left.
        """
        entries = self.timeline.entries
        opener = Opener(self.timeline, self.work, self.check, self.broken)
        waiting = [(entry, self.pool.submit(opener.open, entry, number)) for number, entry in enumerate(entries)]
        shots: list[_Shot] = []
        for entry, future in waiting:
            self.attend([future])
            opened = future.result()
            if opened.note:
                self.left_out.append(f"{entry.name}: {opened.note}")
                log.warning("shot is broken", shot=entry.name, why=opened.note, kept=opened.source is not None)
            if opened.source is not None:
                shots.append(_Shot(entry, opened.source, Piece(opened.source.frames, entry.transition, entry.transition_frames), opened.sound))
        if not shots:
            broken = "; ".join(self.left_out) or "the timeline has no shots"
            raise EngineError(f"there is nothing to show: {broken}. Render the shots again", code="nothing_to_show")
        if self.timeline.title:
            card = self.card(opener, self.timeline.title, "the title")
            shots.insert(0, _Shot(None, card, Piece(card.frames)))
        if self.timeline.end:
            card = self.card(opener, self.timeline.end, "the end card")
            shots.append(_Shot(None, card, Piece(card.frames, "dissolve", self.fps // 2)))
        return shots

    def card(self, opener: Opener, card: Card, what: str) -> TitleCard:
        """A card's source; what of it cannot be shown is named."""
        source, note = opener.card(card)
        if note:
            self.left_out.append(f"{what}: {note}")
        return source

    def lanes(self, shots: Sequence[_Shot], placed: Sequence[Placed]) -> dict[str, list[stems.Placed]]:
        """What is heard, and where in the film: narrations, the clips' own sound crossing over in transitions, the score."""
        spoken, own = [], []
        overlaps = [*(spot.overlap for spot in placed[1:]), self.timeline.closing]
        for shot, spot, following in zip(shots, placed, overlaps, strict=True):
            start = spot.start / self.fps
            if shot.entry and shot.entry.speech and shot.entry.speech.file:
                spoken.append(stems.Placed(f"{shot.entry.name}'s narration", shot.entry.speech.file, start + shot.entry.speech.at))
            if shot.entry and shot.sound:
                rise, fall = spot.overlap / self.fps, following / self.fps
                own.append(stems.Placed(f"{shot.entry.name}'s own sound", shot.sound, start, spot.frames / self.fps, rise, fall))
        score = [stems.Placed("the score", self.timeline.score, 0.0, fall=sound.FADE_OUT)] if self.timeline.score else []
        return {sound.VOICE: spoken, sound.CLIPS: own, sound.SCORE: score}

    # ------------------------------------------------------------ making

    def coded(self, cut: Sequence[Part], sources: Sequence[Source], made: dict[int, Made]) -> Iterator[Coded]:
        """All coded frames of the film in decoding order, numbered through."""
        for number, part in enumerate(cut):
            span = part.span
            source = sources[span.source]
            if part.ready is not None:
                packets = part.ready.clip.packets(part.ready.first, part.ready.first + span.frames)
            elif part.copied:
                assert isinstance(source, Clip)
                packets = source.packets(span.first, span.first + span.frames)
            else:
                packets = made[number].read()
            for coded in packets:
                yield Coded(coded.data, coded.number + span.start, coded.key)
            if not part.copied:
                made[number].file.unlink()

    def poster(self, shots: Sequence[_Shot]) -> Path:
        """A JPEG of the first shot, a third of the way in."""
        file = self.folder / "poster.jpg"
        picture = yuv_of("#000000", self.size)
        for shot in shots:
            if shot.entry is None:
                continue
            third = shot.source.frames // 3  # or the key frame next to it, which is decoded by itself
            at = min((key for key in shot.source.keys if 0 < key < shot.source.frames), key=lambda key: (abs(key - third), key), default=third)
            try:
                picture = next(iter(shot.source.pictures(at, at + 1)))
                break
            except Unreadable as error:  # what is copied is not decoded, so nobody noticed before
                log.warning("no poster from this shot", shot=shot.entry.name, why=str(error))
        image = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        image.colorspace, image.color_range = 1, 1  # BT.709, limited
        Image.fromarray(image.to_ndarray(format="rgb24")).save(file, quality=90, optimize=True)
        return file

    def check(self) -> None:
        """Raise Cancelled where the film was stopped; for the threads."""
        if self.stopped.is_set():
            raise Cancelled

    def attend(self, futures: Sequence[Future]) -> None:
        """Wait for threads, telling progress and noticing a cancellation; the first fault ends it."""
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=_WAIT, return_when="FIRST_COMPLETED")
            for future in done:
                future.result()
                self._done += 1
            self.tell("mixing sound and making transitions", always=not done)

    def tell(self, note: str, *, always: bool = False) -> None:
        """Report progress, at most ten times a second unless it matters."""
        now = time.monotonic()
        if always or now - self._told >= 0.1:
            self._told = now
            self.report.step(min(self._done, self._of), self._of, note)
