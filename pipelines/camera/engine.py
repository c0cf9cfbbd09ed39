"""The engine behind `animate` that needs no video model: a camera that moves through a picture."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from farm.catalog import Model
from farm.specs import AnimateSpec
from farm.types import TaskKind
from farm.work import ClipData, EngineError, Outcome, Output, Work
from pipelines.camera.clip import ClipWriter
from pipelines.camera.flat import FlatScene
from pipelines.camera.layers import LayeredPicture, flat, read
from pipelines.camera.move import Path as CameraPath
from pipelines.camera.plate import TO_YUV, Canvas
from pipelines.camera.scene import Scene
from pipelines.engine import Engine, Report

REPORT_EVERY = 6  # frames
PREVIEW_WIDTH = 480
FASTEST, LONGEST = 120, 24 * 60 * 10  # frames per second; frames of one clip


class Camera(Engine):
    """Films a layered or flat picture: exactly `spec.frames` frames, encoded once, splice-ready."""

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.ANIMATE})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        # One thread: workers run side by side, and the encoder uses what is left (benchmarks/camera.py).
        cv2.setNumThreads(1)

    def run(self, work: Work, report: Report) -> Outcome:
        """Film `work.files["layers"]`, else `work.files["picture"]`; see `pipelines.engine.Engine.run`.

        Raises EngineError for a picture that cannot be read and for a clip of no or too many frames.
        """
        spec = work.spec
        if not isinstance(spec, AnimateSpec):
            raise EngineError(f"the camera animates; it cannot do {spec.kind}: give this task to another model", code="wrong_task")
        if not 1 <= spec.frames <= LONGEST or not 1 <= spec.fps <= FASTEST:
            raise EngineError(
                f"a clip of {spec.frames} frames at {spec.fps} a second cannot be made; ask for 1 to {LONGEST} frames at 1 to {FASTEST} a second",
                code="bad_length",
            )
        report.step(0, spec.frames, "reading the picture")
        picture = _picture(work.files)
        size = (spec.size.width, spec.size.height)
        path = CameraPath(spec.camera, spec.frames, spec.fps, size, picture.bleed, spec.seed)
        scene = Scene(picture, path, spec.seed) if "layers" in work.files else FlatScene(picture, path)
        target = work.scratch / "clip.mp4"
        with ClipWriter(target, *size, spec.fps, spec.key_frames) as clip:
            for index in range(spec.frames):
                canvas = scene.frame(index)
                clip.add(canvas)
                if index == 0:
                    report.preview(_preview(canvas, work.scratch / "preview.jpg"), "image/jpeg")
                if (index + 1) % REPORT_EVERY == 0 or index + 1 == spec.frames:
                    report.step(index + 1, spec.frames, f"frame {index + 1} of {spec.frames}")
        data = ClipData(frames=spec.frames, fps=spec.fps, width=size[0], height=size[1])
        return Outcome(outputs=(Output(name="clip", path=target, media_type="video/mp4"),), data=data.model_dump())


def _picture(files: dict[str, Path]) -> LayeredPicture:
    if "layers" in files:
        return read(files["layers"])
    if "picture" in files:
        return flat(files["picture"])
    raise EngineError(
        f"the camera needs a picture or layers and was given {', '.join(sorted(files)) or 'nothing'}; paint the keyframe first", code="no_picture"
    )


def to_bgr(canvas: Canvas) -> NDArray[np.uint8]:
    """A canvas as an 8-bit BGR picture (BT.709 limited range, as it is encoded)."""
    height, width = canvas.y.shape
    chroma = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in (canvas.u, canvas.v)]
    inverse = np.linalg.inv(TO_YUV[:, :3].astype(np.float64))
    matrix = np.hstack([inverse, -inverse @ TO_YUV[:, 3:].astype(np.float64)])
    return np.asarray(cv2.transform(np.dstack([canvas.y, *chroma]), matrix.astype(np.float32)))


def _preview(canvas: Canvas, path: Path) -> Path:
    picture = to_bgr(canvas)
    height, width = picture.shape[:2]
    if width > PREVIEW_WIDTH:
        picture = np.asarray(cv2.resize(picture, (PREVIEW_WIDTH, max(1, height * PREVIEW_WIDTH // width)), interpolation=cv2.INTER_AREA))
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 82])
    return path
