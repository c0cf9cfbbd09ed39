"""The engine behind `keyframe` and `portrait` with a diffusion model: any text-to-image pipeline of diffusers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from farm.catalog import Model
from farm.types import EngineError, KeyframeSpec, Outcome, Output, PortraitSpec, TaskKind, Work
from pipelines.diffusion import prompts
from pipelines.diffusion.sizes import conform, fitted
from pipelines.engine import Engine, Report

if TYPE_CHECKING:
    from PIL import Image

    from pipelines.diffusion.memory import Ladder
    from pipelines.diffusion.preview import Projection

MULTIPLE = 16  # pixels: 8 of the encoder times 2 of the transformer's patches; what nearly every architecture asks for
LONGEST_PROMPT = 4_000  # characters: every encoder reads less


class DiffusionPicture(Engine):
    """Paints with the pipeline that the model's folder names; the same work gives the same picture.

    `defaults`: steps, guidance, true_cfg, negative_prompt, pixels (area it was trained for), multiple, dtype, variant, scheduler,
    scheduler_options, loras, reference, without_reference, call (docs/models.md).
    """

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.KEYFRAME, TaskKind.PORTRAIT})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._pipe: Any = None
        self._plain: Any = None
        self._ladder: Ladder | None = None
        self._projection: Projection | None = None

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: packages, weights, a device; and speed options that there are not."""
        from pipelines.diffusion import loading

        return loading.missing(model)

    def load(self, report: Report) -> None:
        """Bring the pipeline onto the device.

        Raises EngineError for weights that are not there or not safe, for settings that do not go with them, and when even that is too much memory.
        """
        from pipelines.diffusion import loading, references
        from pipelines.diffusion.memory import Ladder
        from pipelines.diffusion.preview import measure

        pipe = loading.load(self.model, self.device, report)
        references.prepare(self.model, pipe)
        self._pipe, self._plain = pipe, self._without(pipe)
        self._ladder = Ladder(self.model.name, pipe, self.device)
        self._projection = measure(pipe)

    def unload(self) -> None:
        """Free the device's memory."""
        from pipelines.diffusion.memory import free

        self._pipe = self._plain = self._ladder = self._projection = None
        free()

    def run(self, work: Work, report: Report) -> Outcome:
        """Paint; gives `picture`, a PNG of exactly the size asked for. See `pipelines.engine.Engine.run`."""
        from pipelines.diffusion import loading
        from pipelines.diffusion.steps import Steps

        spec = work.spec
        if not isinstance(spec, KeyframeSpec | PortraitSpec):
            raise EngineError(f"{self.model.name!r} paints pictures; it cannot do {spec.kind}: give this task to another model", code="wrong_task")
        assert self._ladder is not None, "load comes before run"
        wanted = (spec.size.width, spec.size.height)
        size = fitted(wanted, self._multiple(), self.model.defaults.get("pixels"), self.model.sizes)
        pipe, call = self._call(spec, work, size)
        steps = Steps(report, int(call.get("num_inference_steps") or 1), work.scratch, size, self._projection, "painting")
        loading.wear(self.model, self._pipe, spec.style.slug)
        picture = self._ladder.run(lambda: self._paint(pipe, call, spec.seed, steps), steps.say)
        path = work.scratch / "picture.png"
        conform(picture, wanted).save(path, compress_level=3)
        return Outcome(outputs=(Output(name="picture", path=path, media_type="image/png"),))

    def _call(self, spec: KeyframeSpec | PortraitSpec, work: Work, size: tuple[int, int]) -> tuple[Any, dict[str, Any]]:
        """The pipeline to call and its parameters, all but generator and callback."""
        from pipelines.diffusion import loading, references

        shown = references.shown(self.model, self._pipe, work.files)
        pipe = self._pipe if shown or self._plain is None else self._plain
        call = {**loading.settings(self.model, pipe), **shown, "width": size[0], "height": size[1]}
        call.setdefault("num_inference_steps", 30)
        text = prompts.keyframe(spec) if isinstance(spec, KeyframeSpec) else prompts.portrait(spec)
        call["prompt"] = text[:LONGEST_PROMPT]
        unwanted = [getattr(spec, "negative_prompt", "") or spec.style.negative_prompt, str(self.model.defaults.get("negative_prompt") or "")]
        # Pipelines with a guidance of their own beside the distilled one read it only when that is on.
        reads = loading.accepts(pipe, "negative_prompt") and (not loading.accepts(pipe, "true_cfg_scale") or float(call.get("true_cfg_scale") or 1.0) > 1)
        if reads and any(unwanted):
            call["negative_prompt"] = ", ".join(part for part in unwanted if part)[:LONGEST_PROMPT]
        elif reads and float(call.get("true_cfg_scale") or 1.0) > 1:
            call["negative_prompt"] = " "  # without one they switch their guidance off
        return pipe, call

    def _paint(self, pipe: Any, call: dict[str, Any], seed: int, steps: Any) -> Image.Image:
        import torch

        try:
            # On the CPU, whatever the device: the same noise everywhere. Anew at each attempt: a generator that was drawn from gives other noise.
            made = pipe(**call, generator=torch.Generator("cpu").manual_seed(seed), callback_on_step_end=steps, output_type="pil")
        finally:
            pipe.maybe_free_model_hooks()
        found: Image.Image = made.images[0]
        return found

    def _without(self, pipe: Any) -> Any:
        """The pipeline for works without reference pictures, where the model's own cannot do without: `defaults.without_reference` names it."""
        name = self.model.defaults.get("without_reference")
        if not name:
            return None
        import diffusers

        kind = getattr(diffusers, str(name), None)
        if kind is None:
            raise EngineError(
                f"Model {self.model.name!r}: defaults.without_reference names {name!r}, which diffusers has not; correct models.yaml.", code="bad_defaults"
            )
        plain = kind.from_pipe(pipe)
        plain.set_progress_bar_config(disable=True)
        return plain

    def _multiple(self) -> int:
        return int(self.model.defaults.get("multiple") or max(MULTIPLE, getattr(self._pipe, "vae_scale_factor", 8)))
