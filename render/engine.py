"""The composer as an engine: a composing task's specification and files in, the film with its captions and poster out."""

from __future__ import annotations

from typing import ClassVar

from farm.catalog import Model
from farm.types import ComposeSpec, EngineError, Outcome, Output, TaskKind, Work
from pipelines.engine import Engine, Report
from render.compose import produce
from render.timeline import Card, Entry, Speech, Timeline


class Composer(Engine):
    """Cuts clips, mixes sound and writes captions into one MP4."""

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.COMPOSE})

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
        """Compose the film.

        Raises EngineError when there is nothing to show or the disk is full, Cancelled when the report says so.
        """
        if not isinstance(work.spec, ComposeSpec):
            raise EngineError(f"the composer composes; it cannot {work.spec.kind.value}", code="wrong_task")
        work.scratch.mkdir(parents=True, exist_ok=True)
        made = produce(timeline_of(work), work.scratch, report)
        return Outcome(
            outputs=(
                Output(name="film", path=made.film, media_type="video/mp4"),
                Output(name="poster", path=made.poster, media_type="image/jpeg"),
                Output(name="captions", path=made.srt, media_type="application/x-subrip"),
                Output(name="captions.vtt", path=made.vtt, media_type="text/vtt"),
            ),
            data=made.data.model_dump(),
        )


def timeline_of(work: Work) -> Timeline:
    """The timeline of a composing task: its cuts with the files that came for them."""
    spec = work.spec
    assert isinstance(spec, ComposeSpec)
    files = work.files
    entries = tuple(
        Entry(
            name=f"shot {cut.index + 1}",
            clip=files.get(f"clip.{cut.index}") if cut.clip else None,
            picture=files.get(f"picture.{cut.index}"),
            frames=max(1, cut.frames),
            transition=cut.transition,
            transition_frames=max(0, cut.transition_frames),
            speech=Speech(file=files.get(f"speech.{cut.index}"), at=max(0.0, cut.speech_at), seconds=cut.speech_seconds, text=cut.narration, words=cut.words)
            if cut.speech_seconds > 0 or cut.words or f"speech.{cut.index}" in files
            else None,
        )
        for cut in spec.cuts
    )
    title = (
        Card(text=spec.title.text, subtitle=spec.title.subtitle, frames=max(1, spec.title.frames), picture=files.get("picture.title")) if spec.title else None
    )
    return Timeline(
        title=title,
        entries=entries,
        score=files.get("score") if spec.score else None,
        size=spec.size,
        fps=spec.fps,
        locale=spec.locale,
        style=spec.style,
        burn_captions=spec.burn_captions,
    )
