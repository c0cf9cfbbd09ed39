"""The engine behind `score` with transformers' MusicGen and MusicGen-melody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from farm.catalog import Model
from farm.specs import ScoreSpec
from farm.work import EngineError
from pipelines import weights
from pipelines.engine import Report
from pipelines.music import tune
from pipelines.music.engine import Music, Part, problems
from pipelines.music.joining import Stereo, stereo
from pipelines.music.prompting import mood_of
from pipelines.speech.moving import Resident

LONGEST = 30.0  # seconds that the released weights were trained on
GUIDANCE = 3.0  # of the model's own documentation
KINDS = {"musicgen": "MusicgenForConditionalGeneration", "musicgen_melody": "MusicgenMelodyForConditionalGeneration"}


class TransformersMusic(Music, Resident):
    """Makes music token by token; a pass goes on from the last seconds of the one before (MusicGen), or is crossfaded with it and follows the same tune
    (MusicGen-melody, which plays after the story's own motif as the embedded score has it).

    `defaults`: those of `Music`, and guidance, temperature, top_k, dtype, melody.
    """

    continues: ClassVar[bool] = True

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._net: Any = None
        self._tokenizer: Any = None

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: packages and weights."""
        return weights.lacking(("torch", "transformers")) + weights.missing(model, "config.json") + problems(model)

    def load(self, report: Report) -> None:
        """Bring the weights onto the device.

        Raises EngineError for weights that are not there, cannot be read or are not safe, OutOfMemory.
        """
        import json

        import torch
        import transformers

        folder = weights.find(self.model)
        weights.refuse_unsafe(self.model, folder)
        report.loading(0.05, f"reading {folder.name}")
        dtype = str(self.model.defaults.get("dtype") or ("float16" if self.device.startswith("cuda") else "float32"))
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            kind = str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"])
            if kind not in KINDS:
                raise EngineError(f"Model {self.model.name!r} is a {kind!r}; transformers-music knows {', '.join(KINDS)}.", code="bad_model")
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
            net = getattr(transformers, KINDS[kind]).from_pretrained(folder, dtype=getattr(torch, dtype), use_safetensors=True, **options)
        except (OSError, ValueError, KeyError, AttributeError, ImportError, TypeError) as error:
            raise EngineError(f"Model {self.model.name!r} cannot be read from {folder}: {error}", code="bad_model") from error
        report.loading(0.6, f"to {self.device}")
        with self.told():
            self._net = net.to(self.device).eval()
        self.continues = kind == "musicgen"  # type: ignore[misc]  # of these weights
        report.loading(0.95, "ready")

    def unload(self) -> None:
        """Free the memory of device and machine."""
        self._net = self._tokenizer = None
        super().unload()

    def networks(self) -> list[Any]:
        """Every network that is loaded."""
        return [self._net] if self._net is not None else []

    @property
    def rate(self) -> int:
        """Samples a second."""
        return int(self._net.config.audio_encoder.sampling_rate)

    def limit(self) -> float:
        """Seconds of one pass: what it was trained on, or models.yaml says."""
        return float(self.model.defaults.get("longest") or LONGEST)

    def make(self, spec: ScoreSpec, prompt: str, part: Part, told: Callable[[float], None]) -> Stereo:
        """One pass; see `Music.make`."""
        import math

        import torch
        from transformers import StoppingCriteriaList

        said = self.model.defaults
        codec = self._net.config.audio_encoder
        delay = int(self._net.config.decoder.num_codebooks)  # each codebook is a step behind the one before it
        most = math.ceil((part.seconds - (part.before.shape[1] / self.rate if part.before is not None else 0.0)) * float(codec.frame_rate)) + delay
        given = self._given(prompt, part.before) | self._melody(spec, part)
        chance = {"do_sample": True, "temperature": float(said.get("temperature") or 1.0), "top_k": int(said.get("top_k") or 250)}
        devices = [torch.device(self.device)] if self.device.startswith("cuda") else []
        with torch.inference_mode(), torch.random.fork_rng(devices=devices):
            torch.manual_seed(part.seed)  # generate() takes no generator
            made = self._net.generate(
                **given,
                **chance,
                guidance_scale=float(said.get("guidance") or GUIDANCE),
                max_new_tokens=most,
                stopping_criteria=StoppingCriteriaList([_Told(told, most)]),
            )
        return stereo(made[0].float().cpu().numpy())

    def _given(self, prompt: str, before: Stereo | None) -> dict[str, Any]:
        """The model's inputs; sound that came before as its codec's prompt, in as many channels as the model has."""
        import torch

        read = self._tokenizer([prompt], padding=True, return_tensors="pt")
        given = {name: value.to(self.device) for name, value in read.items()}
        if before is not None:
            channels = int(self._net.config.decoder.audio_channels)
            sound = before if channels == 2 else before.mean(axis=0, keepdims=True)
            given["input_values"] = torch.from_numpy(np.ascontiguousarray(sound))[None].to(self.device, self._net.dtype)
        return given

    def _melody(self, spec: ScoreSpec, part: Part) -> dict[str, Any]:
        """The story's tune, for weights that play after one; `defaults.melody: false` leaves it out."""
        import torch

        classes = int(getattr(self._net.config, "num_chroma", 0))
        if classes != tune.CLASSES or not self.model.defaults.get("melody", True):
            return {}
        heard = tune.chroma(tune.tune(spec), mood_of(spec).melody, part.start, part.seconds)[: int(self._net.config.chroma_length)]
        return {"input_features": torch.from_numpy(heard)[None].to(self.device, self._net.dtype)}


class _Told:
    """A stopping criterion that never stops: it reports each token, and lets Cancelled out."""

    def __init__(self, told: Callable[[float], None], most: int) -> None:
        self._told, self._most, self._done = told, most, 0

    def __call__(self, tokens: Any, scores: Any, **_: Any) -> Any:
        import torch

        self._done += 1
        self._told(self._done / self._most)
        return torch.zeros(tokens.shape[0], dtype=torch.bool, device=tokens.device)
