"""The illustrator as an engine: keyframes and portraits, painted on the CPU."""

from __future__ import annotations

from typing import ClassVar

import structlog

from farm.specs import KeyframeSpec, PortraitSpec
from farm.types import TaskKind
from farm.work import EngineError, Outcome, Output, Work
from pipelines.engine import Engine, Report
from pipelines.illustrator.files import timed_write
from pipelines.illustrator.paint import paint_keyframe, paint_portrait

log = structlog.get_logger()


class Illustrator(Engine):
    """Paints layered vector pictures; needs no weights and no device."""

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.KEYFRAME, TaskKind.PORTRAIT})

    def run(self, work: Work, report: Report) -> Outcome:
        """Paint `work.spec`: outputs `picture` (PNG) and `layers` (ZIP, docs/architecture.md).

        Raises EngineError for a task that is not a keyframe or a portrait, or a reference picture that cannot be read.
        """
        spec = work.spec
        if not isinstance(spec, KeyframeSpec | PortraitSpec):
            raise EngineError(f"the illustrator paints keyframes and portraits, not {spec.kind!r}; give this task to another engine", code="wrong_task")
        report.step(0, 2, "painting")
        painting = paint_keyframe(spec, work.files) if isinstance(spec, KeyframeSpec) else paint_portrait(spec, work.files)
        report.step(1, 2, f"{painting.place}, {len(painting.sheets)} layers")
        work.scratch.mkdir(parents=True, exist_ok=True)
        picture, layers = work.scratch / "picture.png", work.scratch / "layers.zip"
        timed_write(painting, picture, layers)
        log.debug("painted", task=work.task, place=painting.place, **{key: round(value, 3) for key, value in painting.seconds.items()})
        report.step(2, 2, "done")
        return Outcome(outputs=(Output(name="picture", path=picture, media_type="image/png"), Output(name="layers", path=layers, media_type="application/zip")))
