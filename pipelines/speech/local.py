"""The engine behind `speak` with transformers' text-to-speech models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from farm.catalog import Model
from farm.work import EngineError
from pipelines import weights
from pipelines.engine import Report
from pipelines.speech.engine import Said, Speech, problems
from pipelines.speech.moving import Resident
from pipelines.speech.voices import Voice

PULSE = 0.9  # of the estimated steps is told at most, until the sentence is there


class TransformersSpeech(Speech, Resident):
    """Speaks with any class of pipelines.speech.architectures; the same work gives the same speech on the same kind of device.

    `defaults`: those of `Speech`, and speed, dtype, generate (arguments of the model's generate), and what the architecture's voices need.
    """

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._made: Any = None

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: packages, weights; and what is wrong with the voices."""
        return weights.lacking(("torch", "transformers")) + weights.missing(model, "config.json") + problems(model)

    def load(self, report: Report) -> None:
        """Bring the weights onto the device.

        Raises EngineError for weights that are not there, cannot be read or are not safe, and for an architecture that is not known.
        """
        import torch

        from pipelines.speech.architectures import Weights, architecture, model_type

        folder = weights.find(self.model)
        weights.refuse_unsafe(self.model, folder)
        kind = model_type(self.model.name, folder)
        report.loading(0.05, f"reading {folder.name}")
        dtype = getattr(torch, str(self.model.defaults.get("dtype") or "float32"))
        try:
            with self.told():
                self._made = architecture(kind, Weights(self.model.name, folder, self.device, dtype, self.model.defaults))
        except (OSError, ValueError, KeyError, AttributeError, ImportError, TypeError) as error:
            raise EngineError(f"Model {self.model.name!r} cannot be read from {folder}: {error}", code="bad_model") from error
        report.loading(0.95, "ready")

    def unload(self) -> None:
        """Free the memory of device and machine."""
        self._aligners.clear()
        self._made = None
        Resident.unload(self)

    def park(self) -> bool:
        """Move the weights into the machine's memory; recognisers are read anew when they are needed."""
        self._aligners.clear()
        return super().park()

    def networks(self) -> list[Any]:
        """Every network that is loaded."""
        return [*self._made.parts(), *self._aligners.networks()] if self._made is not None else []

    def say(self, text: str, voice: Voice, locale: str, seed: int, told: Callable[[float], None]) -> Said:
        """Speak one sentence with torch seeded for it; see `Speech.say`."""
        import torch

        assert self._made is not None, "load comes before run"
        devices = [torch.device(self.device)] if self.device.startswith("cuda") else []
        with self.told(), torch.inference_mode(), torch.random.fork_rng(devices=devices), _pulsing(self._made, text, told):
            torch.manual_seed(seed)  # generate() takes no generator
            said: Said = self._made.say(text, voice, locale)
        return said


@contextmanager
def _pulsing(made: Any, text: str, told: Callable[[float], None]) -> Iterator[None]:
    """Tell of every step while a sentence is made; what `told` raises ends the model's loop."""
    of, done = max(1, made.steps(text)), 0

    def pulse(module: Any, given: Any) -> None:
        nonlocal done
        done += 1
        told(PULSE * min(1.0, done / of))

    hooks = [module.register_forward_pre_hook(pulse) for module in made.pulses()]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
