"""The engine behind `score` with diffusers' pipelines that make sound: Stable Audio, ACE-Step, LongCat-Audio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from farm.catalog import Model
from farm.specs import ScoreSpec
from farm.work import EngineError
from pipelines.diffusion.resident import PipelineEngine
from pipelines.engine import Report
from pipelines.music.engine import Music, Part, problems
from pipelines.music.joining import Stereo, stereo
from pipelines.music.prompting import bpm, mood_of


@dataclass(frozen=True)
class Kind:
    """How one class of pipeline is asked: the parameter for the length, seconds of a pass where models.yaml says none, and what its call takes besides."""

    seconds: str
    longest: float
    extra: tuple[tuple[str, str], ...] = ()


KINDS: dict[str, Kind] = {
    "StableAudioPipeline": Kind("audio_end_in_s", 47.0),
    "StableAudio3Pipeline": Kind("duration", 180.0),
    "AceStepPipeline": Kind("audio_duration", 240.0, (("lyrics", "[Instrumental]"),)),
    "LongCatAudioDiTPipeline": Kind("audio_duration_s", 30.0),
}


class DiffusionMusic(Music, PipelineEngine):
    """Makes music with the pipeline that the model's folder names; a film longer than one pass is crossfaded from several.

    `defaults`: those of `Music`, and steps, guidance, negative_prompt, dtype, scheduler, call (pipelines.diffusion.loading).
    """

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._kind = Kind("", 0.0)

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: packages, weights, a device; and speed options that there are not."""
        from pipelines.diffusion import loading

        return loading.missing(model) + problems(model)

    def load(self, report: Report) -> None:
        """Bring the pipeline onto the device.

        Raises EngineError for weights that are not there or not safe, and for a pipeline that makes no sound.
        """
        from pipelines.diffusion import loading
        from pipelines.diffusion.memory import Ladder

        pipe = loading.load(self.model, self.device, report)
        name = type(pipe).__name__
        if name not in KINDS:
            raise EngineError(f"Model {self.model.name!r} is a {name}; diffusion-music knows {', '.join(KINDS)}.", code="bad_model")
        self._pipe, self._kind, self._ladder = pipe, KINDS[name], Ladder(pipe, self.device)

    @property
    def rate(self) -> int:
        """Samples a second: the decoder's."""
        for word in ("sampling_rate", "sample_rate"):
            if found := getattr(self._pipe.vae.config, word, None):
                return int(found)
        raise EngineError(f"Model {self.model.name!r}: its decoder does not say at how many samples a second it sounds; pull it again.", code="bad_model")

    def limit(self) -> float:
        """Seconds of one pass."""
        said = self.model.defaults.get("longest")
        longest = float(said or self._kind.longest)
        if type(self._pipe).__name__ == "StableAudioPipeline":  # its length is fixed in the weights
            longest = min(longest, self._pipe.transformer.config.sample_size * self._pipe.vae.hop_length / self.rate)
        return longest

    def make(self, spec: ScoreSpec, prompt: str, part: Part, told: Callable[[float], None]) -> Stereo:
        """One pass; see `Music.make`."""
        import torch

        from pipelines.diffusion import loading

        call = {**dict(self._kind.extra), **loading.settings(self.model, self._pipe), self._kind.seconds: part.seconds, "prompt": prompt}
        if loading.accepts(self._pipe, "bpm"):
            call.setdefault("bpm", bpm(mood_of(spec)))
        unwanted = str(self.model.defaults.get("negative_prompt") or "")
        if unwanted and loading.accepts(self._pipe, "negative_prompt"):
            call["negative_prompt"] = unwanted
        steps = int(call.get("num_inference_steps") or 0) or None
        call |= self._callbacks(told, steps)
        made = self._pipe(**call, generator=torch.Generator("cpu").manual_seed(part.seed), output_type="pt")
        sound = made.audios
        return stereo(sound if isinstance(sound, np.ndarray) else sound.float().cpu().numpy())

    def _callbacks(self, told: Callable[[float], None], steps: int | None) -> dict[str, Any]:
        """The pipeline's own way to be heard between two steps."""
        from pipelines.diffusion import loading

        def of() -> int:
            return steps or int(getattr(self._pipe, "num_timesteps", 0) or getattr(self._pipe, "_num_timesteps", 0) or 100)

        if loading.accepts(self._pipe, "callback_on_step_end"):

            def after(pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
                told((index + 1) / of())
                return {}

            return {"callback_on_step_end": after}
        return {"callback": lambda index, timestep, latents: told((index + 1) / of()), "callback_steps": 1}
