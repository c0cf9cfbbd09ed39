"""The composer as an engine: a composing task's specification and files in, the film with its captions and poster out."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

from farm.catalog import Model
from farm.types import ComposeSpec, EngineError, JoinSpec, Outcome, Output, TaskKind, Title, Work
from pipelines.engine import Engine, Report
from render import join
from render.compose import produce
from render.join import Pieces
from render.timeline import Card, Entry, Speech, Timeline


class Composer(Engine):
    """Cuts clips, mixes sound and writes captions into one MP4; and joins two clips beforehand."""

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.COMPOSE, TaskKind.JOIN})

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: the H.264 and AAC encoders of PyAV, and the vendored fonts."""
        import av

        from render.lettering import FONTS

        found = [
            f"PyAV has no {name} encoder; install PyAV's own wheel (pip install --force-reinstall av)"
            for name in ("libx264", "aac")
            if name not in av.codecs_available
        ]
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
        made = produce(timeline_of(work), work.scratch, report, pieces_of(work))
        return Outcome(
            outputs=(
                Output(name="film", path=made.film, media_type="video/mp4"),
                Output(name="poster", path=made.poster, media_type="image/jpeg"),
                Output(name="captions", path=made.srt, media_type="application/x-subrip"),
                Output(name="captions.vtt", path=made.vtt, media_type="text/vtt"),
            ),
            data=made.data.model_dump(),
        )


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
    timeline = Timeline(title=_title(spec.title, work), entries=entries, size=spec.size, fps=spec.fps, style=spec.style)
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
