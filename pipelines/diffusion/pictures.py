"""The engine behind `keyframe` and `portrait` with a diffusion model: any text-to-image pipeline of diffusers."""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import cv2
import numpy as np

from farm.catalog import Model
from farm.specs import KeyframeSpec, PortraitSpec, Spec
from farm.types import TaskKind
from farm.work import Cancelled, EngineError, Outcome, Output, Work
from pipelines.diffusion import prompts
from pipelines.diffusion.resident import PipelineEngine
from pipelines.diffusion.sizes import Pair, conform, fitted
from pipelines.engine import Report, Rest

if TYPE_CHECKING:
    from PIL import Image

    from pipelines.diffusion.upscale import Upscaler

MULTIPLE = 16  # pixels: 8 of the encoder times 2 of the transformer's patches; what nearly every architecture asks for
LONGEST_PROMPT = 4_000  # characters: every encoder reads less
MOST_TOGETHER = 8  # works of one pass: what pays is measured, and never was more (docs/models.md)
SCARCELY = 1.05  # times: smaller enlargements are left to the resampling that gives the exact size anyway
PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)
"""A painted picture has noise that no dictionary finds again: run lengths alone take a third of the time of zlib's level 3, for smaller files."""
PLAIN_TWINS = {"QwenImageEditPipeline": "QwenImagePipeline", "QwenImageEditPlusPipeline": "QwenImagePipeline"}
"""Pipelines that cannot do without a picture beside the prompt, and the ones that paint with the same weights from a prompt alone."""

Pictured = KeyframeSpec | PortraitSpec


class DiffusionPicture(PipelineEngine):
    """Paints with the pipeline that the model's folder names; the same work gives the same picture.

    `defaults`: steps, guidance, true_cfg, negative_prompt, pixels (area it was trained for), multiple, dtype, variant, scheduler,
    scheduler_options, loras, reference, without_reference, upscale, call (docs/models.md).
    """

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.KEYFRAME, TaskKind.PORTRAIT})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._plain: Any = None
        self._upscaler: Upscaler | None = None

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: packages, weights, a device; and speed options that there are not."""
        from pipelines.diffusion import loading, references, upscale

        return loading.missing(model) + references.missing(model) + upscale.missing(model)

    def load(self, report: Report) -> None:
        """Bring the pipeline onto the device.

        Raises EngineError for weights that are not there or not safe and for settings that do not go with them, OutOfMemory, DeviceLost.
        """
        from pipelines.diffusion import loading, references, upscale
        from pipelines.diffusion.memory import Ladder, told
        from pipelines.diffusion.preview import measure

        self.unload()
        with told(self.model.name, self.device):
            pipe = loading.load(self.model, self.device, report)
            references.prepare(self.model, pipe)
            self._upscaler = upscale.load(self.model, self.device)
            self._projection = measure(pipe)
        self._pipe, self._plain = pipe, self._without(pipe)
        self._ladder = Ladder(pipe, self.device)

    def unload(self) -> None:
        """Free the memory of device and machine."""
        self._plain = self._upscaler = None
        super().unload()

    # ---------------------------------------------------------------- one work, or several in one pass

    def run(self, work: Work, report: Report) -> Outcome:
        """Paint; gives `picture`, a PNG of exactly the size asked for. See `pipelines.engine.Engine.run`."""
        (found,) = self.run_batch([work], [report])
        if isinstance(found, Exception):
            raise found
        return found

    @classmethod
    def batch_key(cls, model: Model, spec: Spec, roles: frozenset[str]) -> Hashable | None:
        """Size, LoRAs, and whether anything is unwanted. Alone go works with references, which a pass has one set of, and those of an adaptive cache."""
        if not isinstance(spec, Pictured) or model.speed.get("cache") == "first-block":
            return None
        if "reference" in model.takes and any(role.split(".")[0] == "reference" for role in roles):
            return None
        loras = model.defaults.get("loras") or {}
        worn = tuple(name for name in (spec.style.slug, "*") if name in loras)
        return ("picture", spec.size.width, spec.size.height, worn, bool(_unwanted(model, spec)))

    @classmethod
    def batch_limit(cls, model: Model, spec: Spec) -> int:
        """How many works one pass can take."""
        return MOST_TOGETHER

    def run_batch(self, works: Sequence[Work], reports: Sequence[Report]) -> list[Outcome | Exception]:
        """Paint works of one `batch_key` in one pass, each with the noise of its own seed. See `pipelines.engine.Engine.run_batch`."""
        return [found.finish() if isinstance(found, Rest) else found for found in self.compute(works, reports)]

    def compute(self, works: Sequence[Work], reports: Sequence[Report]) -> list[Outcome | Rest | Exception]:
        """The same, with the files still to be written: the device need not wait for that."""
        from pipelines.diffusion import loading, long_prompts
        from pipelines.diffusion.memory import told
        from pipelines.diffusion.steps import Company, Steps

        specs = [self._painted(work) for work in works]
        assert self._ladder is not None, "load comes before run"
        wanted = (specs[0].size.width, specs[0].size.height)
        size = fitted(wanted, self._multiple(), self.model.defaults.get("pixels"), self.model.sizes)
        pipe, call = self._call(specs, works[0], size)
        of = int(call.get("num_inference_steps") or 1)
        steps = [
            Steps(report, of, work.scratch, size, self._projection, "painting", place) for place, (work, report) in enumerate(zip(works, reports, strict=True))
        ]
        gone: dict[int, Cancelled] = {}
        kept: dict[int, Image.Image] = {}
        with told(self.model.name, self.device):
            loading.wear(self.model, self._pipe, specs[0].style.slug)
            for places, part in long_prompts.alike(pipe, call, len(specs)):
                for place, one in enumerate(places):
                    steps[one].place = place
                company = Company([steps[one] for one in places])
                try:
                    made = self._paint(pipe, part, [specs[one].seed for one in places], company)
                except Cancelled:  # all of them, and nobody else
                    made = []
                gone |= {places[place]: why for place, why in company.gone.items()}
                kept |= {places[place]: self._enlarged(picture, wanted) for place, picture in enumerate(made) if place not in company.gone}
        if len(gone) == len(specs):
            raise next(iter(gone.values()))
        return [gone.get(place) or Rest(partial(_save, kept[place], wanted, works[place])) for place in range(len(works))]

    def _painted(self, work: Work) -> Pictured:
        if not isinstance(work.spec, Pictured):
            raise EngineError(f"{self.model.name!r} paints pictures; it cannot do {work.spec.kind}: give this task to another model", code="wrong_task")
        return work.spec

    def _call(self, specs: Sequence[Pictured], first: Work, size: Pair) -> tuple[Any, dict[str, Any]]:
        """The pipeline to call and its parameters, all but generators and callback; what differs between works is a list."""
        from pipelines.diffusion import loading, references

        shown = references.shown(self.model, self._pipe, specs[0], first.files)
        pipe = self._pipe if references.given(shown) or self._plain is None else self._plain
        call = {**loading.settings(self.model, pipe), **shown, "width": size[0], "height": size[1]}
        call.setdefault("num_inference_steps", 30)
        told = [(prompts.keyframe(spec) if isinstance(spec, KeyframeSpec) else prompts.portrait(spec))[:LONGEST_PROMPT] for spec in specs]
        call["prompt"] = told[0] if len(told) == 1 else told
        # Pipelines with a guidance of their own beside the distilled one read what is unwanted only when that is on.
        own = loading.accepts(pipe, "true_cfg_scale")
        strength = float(call.get("true_cfg_scale", loading.default(pipe, "true_cfg_scale")) or 1.0) if own else 0.0
        if loading.accepts(pipe, "negative_prompt") and (not own or strength > 1):
            unwanted = [_unwanted(self.model, spec)[:LONGEST_PROMPT] for spec in specs]
            if any(unwanted) or own:  # without one they switch their guidance off
                unwanted = [text or " " for text in unwanted] if own else unwanted
                call["negative_prompt"] = unwanted[0] if len(unwanted) == 1 else unwanted
        return pipe, call

    def _paint(self, pipe: Any, call: dict[str, Any], seeds: Sequence[int], company: Any) -> list[Image.Image]:
        import torch
        from PIL import Image

        from pipelines.diffusion.pace import Pace
        from pipelines.diffusion.watching import heard

        if len(seeds) > 1 and hasattr(pipe.vae, "enable_slicing"):
            pipe.vae.enable_slicing()  # decoded one by one: no slower, and no more memory than a picture alone
        # On the CPU, whatever the device: the same noise everywhere. Anew at each attempt: a generator that was drawn from gives other noise.
        noise = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
        try:
            with heard(pipe, Pace(company, self.device)) as told:
                made = pipe(**call, **told, generator=noise[0] if len(noise) == 1 else noise, output_type="pt")
        finally:
            self._pipe.maybe_free_model_hooks()  # it holds the hooks, whichever pipeline was called
        # Made bytes where they are: a quarter of the way's load, and no work for the processor while the device waits.
        images = made.images if hasattr(made, "images") else made.image  # Kandinsky's word
        pixels = (images.float() * 255).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        return [Image.fromarray(one) for one in pixels]

    def _enlarged(self, picture: Image.Image, wanted: Pair) -> Image.Image:
        if self._upscaler is None or max(wanted[0] / picture.width, wanted[1] / picture.height) < SCARCELY:
            return picture
        return self._upscaler.enlarge(picture)

    def _without(self, pipe: Any) -> Any:
        """The pipeline for works without reference pictures, where the model's own cannot do without (`defaults.without_reference` may name it)."""
        name = self.model.defaults.get("without_reference") or PLAIN_TWINS.get(type(pipe).__name__)
        if not name:
            return None
        import diffusers

        kind = getattr(diffusers, str(name), None)
        if kind is None:
            raise EngineError(
                f"Model {self.model.name!r}: defaults.without_reference names {name!r}, which diffusers has not; correct models.yaml.", code="bad_defaults"
            )
        # Not `from_pipe`, which converts every part to float32, the shared ones too: twice the memory, and no longer what was loaded.
        given = {**pipe.config, **pipe.components}
        try:
            plain = kind(**{part: given[part] for part in inspect.signature(kind.__init__).parameters if part in given})
        except (TypeError, ValueError) as error:
            raise EngineError(
                f"Model {self.model.name!r}: {name} cannot be made of the parts of {type(pipe).__name__} ({error}); correct defaults.without_reference.",
                code="bad_defaults",
            ) from error
        plain.set_progress_bar_config(disable=True)
        return plain

    def _multiple(self) -> int:
        return int(self.model.defaults.get("multiple") or max(MULTIPLE, getattr(self._pipe, "vae_scale_factor", 8)))

    # ---------------------------------------------------------------- memory

    def relieve(self, work: Work) -> str | None:
        """Smaller tiles of the upscaler, then the rungs of `pipelines.diffusion.memory.RUNGS`; None when nothing is left."""
        return (self._upscaler.relieve() if self._upscaler is not None else None) or super().relieve(work)

    def _modules(self) -> list[Any]:
        return [*super()._modules(), *([self._upscaler.module] if self._upscaler is not None else [])]


def _unwanted(model: Model, spec: Pictured) -> str:
    """What the picture should not show: of the shot or the style, then of the model."""
    parts = [getattr(spec, "negative_prompt", "") or spec.style.negative_prompt, str(model.defaults.get("negative_prompt") or "")]
    return ", ".join(part for part in parts if part)


def _save(picture: Image.Image, wanted: Pair, work: Work) -> Outcome:
    path = work.scratch / "picture.png"
    pixels = cv2.cvtColor(np.asarray(conform(picture, wanted)), cv2.COLOR_RGB2BGR)
    if not cv2.imwrite(str(path), pixels, PNG):
        raise OSError(f"{path} could not be written")
    return Outcome(outputs=(Output(name="picture", path=path, media_type="image/png"),))
