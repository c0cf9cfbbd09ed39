"""The engine behind `animate` with a video model: the keyframe set in motion, encoded splice-ready, exactly as long as asked."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from farm.catalog import Model
from farm.specs import AnimateSpec
from farm.types import TaskKind
from farm.work import ClipData, EngineError, Outcome, Output, Work
from pipelines import weights
from pipelines.diffusion.layouts import spread
from pipelines.diffusion.lengths import WAYS, Frame, joined, needed, passes, sharing
from pipelines.diffusion.resident import PipelineEngine
from pipelines.diffusion.sizes import Pair, conform, fitted
from pipelines.diffusion.sounding import Track
from pipelines.diffusion.video_kinds import VIDEO_KINDS, VideoKind, class_for, lost
from pipelines.diffusion.writing import Writing
from pipelines.engine import OutOfMemory, Report, Rest

if TYPE_CHECKING:
    from pipelines.diffusion.steps import Steps

LONGEST, FASTEST = 24 * 60 * 10, 120  # frames of one clip; frames a second
GREY = (128, 128, 128)  # what a masked frame shows: the middle of the range, as these models were trained
SEED_STEP = 0x9E3779B1  # between the seeds of passes: an odd number near 2^32 over the golden ratio, so that neighbours' seeds do not meet
MOVES = {
    "push": "the camera slowly pushes in",
    "pull": "the camera slowly pulls back",
    "pan-left": "the camera pans left",
    "pan-right": "the camera pans right",
    "rise": "the camera rises",
    "sink": "the camera sinks",
    "drift": "the camera drifts gently",
    "still": "the camera does not move",
}


Passed = tuple[list[Frame], tuple[NDArray[np.float32], int] | None]
"""What one pass gives: its frames, and the sound and its rate where the model makes one."""


class DiffusionVideo(PipelineEngine):
    """Animates with the pipeline that the model's folder names; the same work gives the same clip.

    `defaults`: those of `DiffusionPicture`, and fps, longest, step (lengths step·n + 1), context, interpolate (flow, blend, nearest), camera_words,
    sound.
    """

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.ANIMATE})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._kind: VideoKind | None = None

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: packages, weights, a device; and speed options that there are not."""
        from pipelines.diffusion import loading

        lacks = loading.missing(model)
        if not lacks and "Wan" in str(model.defaults.get("pipeline") or weights.pipeline_class(model, weights.find(model))):
            lacks = weights.lacking(("ftfy",))  # diffusers cleans these models' prompts with it, and does not say so before it needs it
        return lacks

    def load(self, report: Report) -> None:
        """Bring the pipeline onto the device.

        Raises EngineError for weights that are not there, not safe or of an architecture that is not known and for settings that do not go with them;
        OutOfMemory, DeviceLost.
        """
        from pipelines.diffusion import loading
        from pipelines.diffusion.memory import Ladder, told
        from pipelines.diffusion.preview import measure

        folder = weights.find(self.model)
        saved = weights.pipeline_class(self.model, folder)
        index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
        name = str(self.model.defaults.get("pipeline") or class_for(saved, index))
        if name not in VIDEO_KINDS:
            raise EngineError(f"Model {self.model.name!r} is a {name}; pictures are animated by {', '.join(VIDEO_KINDS)}.", code="bad_model")
        self._way()
        self._kind = VIDEO_KINDS[name]
        self.unload()
        with told(self.model.name, self.device):
            pipe = loading.load(self.model, self.device, report, pipeline=name)
            self._projection = measure(pipe)
        self._pipe, self._ladder = pipe, Ladder(pipe, self.device)

    def run(self, work: Work, report: Report) -> Outcome:
        """Animate `work.files["picture"]`; gives `clip` with exactly `spec.frames` frames. See `pipelines.engine.Engine.run`."""
        return self.compute([work], [report])[0].finish()

    def compute(self, works: Sequence[Work], reports: Sequence[Report]) -> list[Rest]:  # type: ignore[override]  # never several, and never done at once
        """The same, with the last frames still to be written: the device need not wait for that, nor between two passes."""
        (work,), (report,) = works, reports
        spec = work.spec
        if not isinstance(spec, AnimateSpec):
            raise EngineError(f"{self.model.name!r} animates; it cannot do {spec.kind}: give this task to another model", code="wrong_task")
        if not 1 <= spec.frames <= LONGEST or not 1 <= spec.fps <= FASTEST:
            raise EngineError(
                f"a clip of {spec.frames} frames at {spec.fps} a second cannot be made; ask for 1 to {LONGEST} frames at 1 to {FASTEST} a second",
                code="bad_length",
            )
        if "picture" not in work.files:
            raise EngineError(
                f"{self.model.name!r} animates a picture and was given {', '.join(sorted(work.files)) or 'nothing'}; paint the keyframe first",
                code="no_picture",
            )
        size, track, rate = (spec.size.width, spec.size.height), Track(), self._fps()
        plan = self._plan(spec)
        writing = Writing(
            work.scratch / "clip.mp4", size, spec.fps, spec.frames, spec.key_frames, own=rate, way=self._way(), ahead=max(plan.lengths), report=report
        )  # fmt: skip
        try:
            for frame in self._frames(work, spec, _opened(work), plan, track, report):
                writing.add(frame)
        except BaseException:
            writing.give_up()
            raise
        return [Rest(partial(_finished, work, spec, writing, plan.steps, track))]

    def _plan(self, spec: AnimateSpec) -> _Plan:
        """How the clip is made: settings, size and the lengths of its passes."""
        from pipelines.diffusion import loading

        assert self._ladder is not None, "load comes before run"
        assert self._kind is not None
        said = self.model.defaults
        size = fitted((spec.size.width, spec.size.height), int(said.get("multiple") or self._kind.multiple), said.get("pixels"), self.model.sizes)
        call = {**self._kind.extra, **loading.settings(self.model, self._pipe)}
        call.setdefault("num_inference_steps", 30)
        longest = min(int(said.get("longest") or self._kind.longest), self.model.max_frames or LONGEST)
        step = int(said.get("step") or self._kind.step)
        shared = sharing(int(said.get("context") or self._kind.context), step, longest)
        lengths = passes(needed(spec.frames, spec.fps, self._fps()), step, longest - lost(self._pipe), shared, self._kind.shortest)
        return _Plan(size, call, shared, tuple(lengths))

    def _frames(self, work: Work, spec: AnimateSpec, picture: Image.Image, plan: _Plan, track: Track, report: Report) -> Generator[Frame, None, None]:
        """The model's own frames, pass after pass, each continued from the last frames of the one before; their sound goes to `track`."""
        from pipelines.diffusion.steps import Steps

        assert self._kind is not None
        said, size, each, shared, lengths = self.model.defaults, plan.size, plan.each, plan.shared, plan.lengths
        shape = (getattr(self._pipe, "vae_spatial_compression_ratio", 8), getattr(self._pipe.vae.config, "latent_channels", None), size)
        layout = self._kind.layout
        steps = Steps(report, plan.steps, work.scratch, size, self._projection, "animating", spread=lambda latents: spread(latents, layout, *shape))
        ends: list[Frame] = [np.asarray(conform(picture, size))]
        for number, length in enumerate(lengths):
            steps.start(number * each)
            asked = {**plan.call, **self._asked(spec, [Image.fromarray(frame) for frame in ends], length + lost(self._pipe), size)}
            seed = (spec.seed + number * SEED_STEP) % 2**63
            made, sound = self._passed(work, asked, seed, steps, first=not number)
            steps.passed(each - 1)
            if sound is not None and said.get("sound", True):
                track.add(*sound, at=(sum(lengths[:number]) - shared * number) / self._fps())
            shown = [*joined(ends, made[:shared]), *made[shared:]] if number else made
            ends = shown[-shared:]
            yield from shown if number == len(lengths) - 1 else shown[:-shared]

    def _asked(self, spec: AnimateSpec, begins: list[Image.Image], length: int, size: Pair) -> dict[str, Any]:
        """One pass's parameters; `begins` are the frames that it begins with."""
        kind, said = self._kind, self.model.defaults
        assert kind is not None
        from pipelines.diffusion.loading import accepts

        asked: dict[str, Any] = {}
        match kind.starts:
            case "image":
                asked |= {"image": begins[-1], kind.length: length}
            case "still":
                asked["video"] = [begins[-1]] * length
            case "conditions":
                asked |= {"conditions": [_condition(self._pipe, begins)], kind.length: length}
            case "masked":
                unknown = length - len(begins)
                asked["video"] = [*begins, *[Image.new("RGB", size, GREY)] * unknown]
                asked["mask"] = [*[Image.new("L", size, 0)] * len(begins), *[Image.new("L", size, 255)] * unknown]
                asked[kind.length] = length
        if kind.sized:
            asked |= {"width": size[0], "height": size[1]}
        if kind.sounds and accepts(self._pipe, "sample_audio"):  # weights without the parts for sound serve, too
            asked["sample_audio"] = bool(said.get("sound", True)) and getattr(self._pipe, "vocoder", None) is not None
        if kind.rate:
            asked[kind.rate] = round(self._fps())
        if kind.prompted:
            move = MOVES.get(spec.camera, "") if said.get("camera_words", True) else ""
            asked["prompt"] = ", ".join(part for part in (spec.prompt.strip(), move, spec.mood) if part)
            if said.get("negative_prompt") and accepts(self._pipe, "negative_prompt"):
                asked["negative_prompt"] = str(said["negative_prompt"])
        return asked

    def _passed(self, work: Work, asked: dict[str, Any], seed: int, steps: Steps, *, first: bool) -> Passed:
        """What one pass gives. Memory that runs out in the first is the slot's to find; in a later one, with others done, the ladder is climbed here."""
        from pipelines.diffusion.memory import told

        while True:
            try:
                with told(self.model.name, self.device):
                    return self._pass(asked, seed, steps)
            except OutOfMemory as full:
                if first:
                    raise
                reason = full
                reason.__cause__ = reason.__traceback__ = None  # they hold what that pass had on the device
            if (rung := self.relieve(work)) is None:
                raise reason
            steps.say(f"{reason}; once more with {rung}")

    def _pass(self, asked: dict[str, Any], seed: int, steps: Steps) -> Passed:
        import torch

        from pipelines.diffusion.pace import Pace
        from pipelines.diffusion.watching import heard

        try:
            with heard(self._pipe, Pace(steps, self.device)) as told_of:
                made = self._pipe(**asked, **told_of, generator=torch.Generator("cpu").manual_seed(seed), output_type="pt")
        finally:
            self._pipe.maybe_free_model_hooks()
        shown = made.frames[0].float()  # frames, channels, rows, columns
        if not torch.isfinite(shown).all():
            raise EngineError(
                f"Model {self.model.name!r} gave numbers that are none (NaN); set another defaults.dtype (bfloat16, float32) in models.yaml.",
                code="not_a_number",
            )
        # Made bytes where they are: a quarter of the way's load, and no work for the processor while the device waits.
        frames = list((shown * 255).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy())
        assert self._kind is not None
        return frames, _heard(self._pipe, made) if self._kind.sounds else None

    def _fps(self) -> float:
        assert self._kind is not None
        return float(self.model.defaults.get("fps") or self._kind.fps)

    def _way(self) -> str:
        way = str(self.model.defaults.get("interpolate") or "flow")
        if way not in WAYS:
            raise EngineError(f"Model {self.model.name!r}: defaults.interpolate is {way!r}; there are {', '.join(WAYS)}.", code="bad_defaults")
        return way


@dataclass(frozen=True)
class _Plan:
    """How one clip is made."""

    size: Pair
    call: dict[str, Any]
    shared: int
    lengths: tuple[int, ...]

    @property
    def each(self) -> int:
        """Steps of a pass, and one for decoding."""
        return int(self.call["num_inference_steps"]) + 1

    @property
    def steps(self) -> int:
        """Of the whole clip."""
        return self.each * len(self.lengths)


def _finished(work: Work, spec: AnimateSpec, writing: Writing, steps: int, track: Track) -> Outcome:
    """What is left when the device is done: the clip's last frames, and its sound."""
    writing.finish(steps)
    outputs = [Output(name="clip", path=work.scratch / "clip.mp4", media_type="video/mp4")]
    if track.heard:
        track.write(work.scratch / "sound.wav", spec.frames / spec.fps)
        outputs.append(Output(name="sound", path=work.scratch / "sound.wav", media_type="audio/wav"))
    data = ClipData(frames=spec.frames, fps=spec.fps, width=spec.size.width, height=spec.size.height)
    return Outcome(outputs=tuple(outputs), data=data.model_dump())


def _condition(pipe: Any, begins: list[Image.Image]) -> Any:
    """The frames a pass begins with, as the conditions of this generation of LTX are written."""
    if type(pipe).__name__.startswith("LTX2"):
        from diffusers.pipelines.ltx2.pipeline_ltx2_condition import LTX2VideoCondition

        return LTX2VideoCondition(frames=begins, index=0)
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition

    return LTXVideoCondition(video=begins, frame_index=0)


def _heard(pipe: Any, made: Any) -> tuple[NDArray[np.float32], int] | None:
    """The sound of a pass, and its samples a second; None where there is none."""
    if made.audio is None:
        return None
    sound = made.audio[0]
    rate = getattr(pipe.vocoder.config, "output_sampling_rate", None) or pipe.audio_sample_rate  # LTX-2's vocoder sounds at a rate of its own
    return (sound if isinstance(sound, np.ndarray) else sound.detach().float().cpu().numpy()), int(rate)


def _opened(work: Work) -> Image.Image:
    try:
        with Image.open(work.files["picture"]) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise EngineError(f"the keyframe {work.files['picture'].name} cannot be read: {error}", code="bad_input") from error
