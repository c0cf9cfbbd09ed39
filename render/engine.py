"""The composer as an engine: a composing task's specification and files in, the film with its captions and poster out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import structlog

from farm.catalog import Model
from farm.specs import ComposeSpec, JoinSpec, Title
from farm.types import TaskKind
from farm.work import EngineError, Outcome, Output, Work
from pipelines.engine import Engine, Report
from render import join
from render.addressed import PLAYLIST, THUMBNAILS, by_content
from render.compose import Film, produce
from render.join import Pieces
from render.timeline import Card, Entry, Speech, Timeline

log = structlog.get_logger()


class Composer(Engine):
    """Cuts clips, mixes sound and writes captions into one MP4; and joins two clips beforehand."""

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.COMPOSE, TaskKind.JOIN})

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: the H.264 and AAC encoders of PyAV, and the vendored fonts."""
        import av
        import av.filter

        from render.lettering import FONTS

        found = [
            f"PyAV has no {name} encoder; install PyAV's own wheel (pip install --force-reinstall av)"
            for name in ("libx264", "aac")
            if name not in av.codecs_available
        ]
        if "biquad" not in av.filter.filters_available:
            found.append("PyAV has no biquad filter, by which loudness is measured; install PyAV's own wheel (pip install --force-reinstall av)")
        if not any(FONTS.glob("*.ttf")):
            found.append(f"there are no fonts in {FONTS}; install Storyfarm again")
        return found

    def run(self, work: Work, report: Report) -> Outcome:
        """Compose the film, or make a piece of it.

        Raises EngineError when there is nothing to show or the disk is full, Cancelled when the report says so.
        """
        if isinstance(work.spec, JoinSpec):
            return _joined(work, work.spec, report)
        if not isinstance(work.spec, ComposeSpec):
            raise EngineError(f"the composer composes; it cannot {work.spec.kind.value}", code="wrong_task")
        work.scratch.mkdir(parents=True, exist_ok=True)
        also = list(dict.fromkeys((*self.model.defaults.get("also", ()), *work.spec.also)))
        timeline = timeline_of(work)
        made = produce(timeline, work.scratch, report, pieces_of(work))
        companions, lacking = _companions(timeline, made, also, work, report)
        return Outcome(
            outputs=(
                Output(name="film", path=made.film, media_type="video/mp4"),
                Output(name="poster", path=made.poster, media_type="image/jpeg"),
                Output(name="captions", path=made.srt, media_type="application/x-subrip"),
                Output(name="captions.vtt", path=made.vtt, media_type="text/vtt"),
                *companions,
            ),
            data=made.data.model_copy(update={"left_out": (*made.data.left_out, *lacking)}).model_dump(),
        )


_COMPANIONS = {
    "-strip.jpg": ("strip", "image/jpeg"),
    "-strip.vtt": ("strip.vtt", THUMBNAILS),
    "-teaser.webp": ("teaser", "image/webp"),
    "-teaser.gif": ("gif", "image/gif"),
    "-hevc.mp4": ("hevc", "video/mp4"),
    "-av1.mp4": ("av1", "video/mp4"),
    "-nvenc.mp4": ("nvenc", "video/mp4"),
    ".otio": ("otio", "application/json"),
}
"""Output and media type of each deliverable's file, by what follows the film's name."""


def _companions(timeline: Timeline, made: Film, also: Sequence[str], work: Work, report: Report) -> tuple[list[Output], list[str]]:
    """The deliverables as outputs, and what of them could not be made: a film does not fail for want of a teaser."""
    if not also:
        return [], []
    from render.deliver import Cutting, deliver, possible  # only then: they need the ffmpeg program

    # An editor relinks by name: these are the names under which a farm gives the parts.
    shots = tuple((_renamed(entry) if entry else None, spot) for entry, spot in made.shots)
    score = Path("score.wav") if timeline.score else None
    cutting = Cutting(work.scratch, "film", timeline.model_copy(update={"score": score}), made.data, shots, Path("film.mp4"))
    found: list[Output] = []
    lacking: list[str] = []
    for name in also:
        try:
            possible([name])
            files = deliver([name], cutting, lambda note: report.step(0, 1, note), lambda: report.step(0, 1, "making what goes with the film"))
        except EngineError as error:
            if error.retry:
                raise
            log.warning("deliverable left out", name=name, why=error.message)
            lacking.append(f"{name}: {error.message}")
            continue
        except OSError as error:
            raise EngineError(f"{name} could not be written: {error.strerror or error}; make room on the disk", code="disk", retry=True) from error
        if name == "hls":
            found += _streamed(files["-hls"], made)
            continue
        if name == "strip":
            by_content(files["-strip.vtt"], {"film-strip.jpg": (files["-strip.jpg"], "film-strip.jpg")})
        found += [Output(name=_COMPANIONS[suffix][0], path=path, media_type=_COMPANIONS[suffix][1]) for suffix, path in files.items()]
    return found, lacking


def _streamed(folder: Path, made: Film) -> list[Output]:
    """A stream's playlists and media, each naming the others by their bytes."""
    playlists = {part: folder / f"{part}.m3u8" for part in ("film", "captions", "index")}
    by_content(playlists["film"], {"film.m4s": (folder / "film.m4s", "film.m4s")})
    by_content(playlists["captions"], {"captions.vtt": (made.vtt, "captions.vtt")})
    inner = {f"{part}.m3u8": (playlists[part], f"{part}.m3u8") for part in ("captions", "film")}
    by_content(playlists["index"], inner)
    return [
        Output(name="hls", path=playlists["index"], media_type=PLAYLIST),
        Output(name="hls.film", path=playlists["film"], media_type=PLAYLIST),
        Output(name="hls.captions", path=playlists["captions"], media_type=PLAYLIST),
        Output(name="hls.media", path=folder / "film.m4s", media_type="video/mp4"),
    ]


def _renamed(entry: Entry) -> Entry:
    number = int(entry.name.rpartition(" ")[2])
    speech = entry.speech.model_copy(update={"file": Path(f"speech-{number:02d}.wav")}) if entry.speech and entry.speech.file else entry.speech
    clip = Path(f"clip-{number:02d}.mp4") if entry.clip else None
    return entry.model_copy(update={"clip": clip, "picture": Path(f"frame-{number:02d}.png") if entry.picture else None, "speech": speech})


def _joined(work: Work, spec: JoinSpec, report: Report) -> Outcome:
    work.scratch.mkdir(parents=True, exist_ok=True)
    sides = (("before", spec.before, spec.before_frames), ("after", spec.after, spec.after_frames))
    entries = tuple(
        Entry(
            name=_name(index), clip=work.files.get(f"clip.{side}"), frames=max(1, frames), transition=spec.transition, transition_frames=spec.transition_frames
        )
        for side, index, frames in sides
        if index is not None
    )
    timeline = Timeline(title=_title(spec.title, work), entries=entries, size=spec.size, fps=spec.fps, style=spec.style, locale=spec.locale)
    try:
        piece = join.make(timeline, work.scratch, lambda: report.step(0, 1, "joining"))
    except OSError as error:
        raise EngineError(f"a piece could not be written: {error.strerror or error}; make room on the disk", code="disk", retry=True) from error
    report.step(1, 1, "joined")
    return Outcome(outputs=(Output(name="piece", path=piece, media_type="video/mp4"),))


def _name(index: int) -> str:
    return f"shot {index + 1}"


def _title(title: Title | None, work: Work) -> Card | None:
    return Card(text=title.text, subtitle=title.subtitle, frames=max(1, title.frames), picture=work.files.get("picture.title")) if title else None


def pieces_of(work: Work) -> Pieces:
    """The pieces that joins made for a composing task."""
    spec = work.spec
    assert isinstance(spec, ComposeSpec)
    names: list[str | None] = [None, *(_name(cut.index) for cut in spec.cuts), None]
    keys = [*(str(cut.index) for cut in spec.cuts), "end"]
    return {pair: work.files[f"piece.{key}"] for key, pair in zip(keys, pairwise(names), strict=True) if f"piece.{key}" in work.files}


def timeline_of(work: Work) -> Timeline:
    """The timeline of a composing task: its cuts with the files that came for them."""
    spec = work.spec
    assert isinstance(spec, ComposeSpec)
    files = work.files
    entries = tuple(
        Entry(
            name=_name(cut.index),
            clip=files.get(f"clip.{cut.index}") if cut.clip else None,
            picture=files.get(f"picture.{cut.index}"),
            frames=max(1, cut.frames),
            transition=cut.transition,
            transition_frames=max(0, cut.transition_frames),
            speech=Speech(file=files.get(f"speech.{cut.index}"), at=max(0.0, cut.speech_at), seconds=cut.speech_seconds, text=cut.narration, words=cut.words)
            if cut.speech_seconds > 0 or cut.words or f"speech.{cut.index}" in files
            else None,
            sound=files.get(f"sound.{cut.index}", True),
            introduces=cut.introduces,
            chapter=cut.chapter,
        )
        for cut in spec.cuts
    )
    return Timeline(
        title=_title(spec.title, work),
        entries=entries,
        score=files.get("score") if spec.score else None,
        size=spec.size,
        fps=spec.fps,
        locale=spec.locale,
        style=spec.style,
        burn_captions=spec.burn_captions,
        caption_look=spec.caption_look,
    )
