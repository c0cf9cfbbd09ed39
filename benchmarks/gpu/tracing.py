"""One entry of models.yaml, run through its own engine on a shadow device: what it holds, what it peaks at, what a step computes."""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.gpu import published
from benchmarks.gpu.replay import Replay
from benchmarks.gpu.shadow import Shadow, shadowed
from farm.catalog import Model, Source
from farm.types import Character, TaskKind
from farm.work import EngineError, Work
from workers import samples
from workers.engines import table

BF16_FLOPS, BYTES_A_SECOND = 790e12, 4.3e12
"""What an H200 does at most: dense bf16 of large matrices as measured on such devices, and its memory's rate. Nobody computes a step faster."""
SIZE = (1280, 720)  # of a film
CONTEXT = 0.6e9  # bytes: the CUDA context with its kernels (about 0.5 GB on Hopper) and cuBLAS' workspace
SPREAD = 0.15  # of what comes on top of the weights: blocks rounded up, holes between them, convolutions' workspaces
STEPS = 2
TOKENS = 6000  # pipelines.language.local's longest answer


class Ears:
    """A report that hears steps and previews, and what was said of them."""

    def __init__(self) -> None:
        self.steps = self.previews = 0
        self.said: list[str] = []

    def loading(self, fraction: float, note: str = "") -> None:
        """Loading goes on."""

    def step(self, step: int, of: int, note: str = "") -> None:
        """A step is done."""
        self.steps += 1
        self.said.append(note)

    def preview(self, path: Path, media_type: str) -> None:
        """A preview is there."""
        self.previews += 1


@dataclass
class Traced:
    """What was found of one entry; bytes, floating-point operations, seconds."""

    name: str
    what: str = ""
    size: str = ""
    speed: dict[str, Any] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    """Bytes of every part, wherever it lies."""
    held: int = 0
    """On the device, loaded and idle."""
    peak: int = 0
    phases: dict[str, int] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    """Peaks of passes of several works, and with references, by what they are."""
    others: dict[str, int | str] = field(default_factory=dict)
    """Peaks of one work with other speed options."""
    step_flops: int = 0
    step_bytes: int = 0
    """Weights that a step reads."""
    kernels: dict[str, int] = field(default_factory=dict)
    guesses: dict[str, int] = field(default_factory=dict)
    took: float = 0.0
    error: str = ""

    @property
    def need(self) -> float:
        """Gigabytes of a device on which it runs: the peak, the CUDA context, and a part of the peak above the weights for what an allocator cannot use."""
        most = max([self.peak, *(peak for what, peak in self.batches.items() if "reference" in what)])
        there = {"model": max(self.weights.values(), default=0)}.get(self.speed["offload"], 0) if "offload" in self.speed else self.held
        above = most - min(there, most)
        return math.ceil((most + CONTEXT + SPREAD * above) / 1e8) / 10

    @property
    def limit(self) -> float:
        """Seconds that a step takes at least on an H200."""
        return max(self.step_flops / BF16_FLOPS, self.step_bytes / BYTES_A_SECOND)

    def dump(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def trace(model: Model, *, batches: bool = True, others: bool = True) -> Traced:
    """Run one ordinary work of `model` at its published size; what fails is in `error`."""
    began = time.perf_counter()
    found = Traced(model.name, speed=_plain(model.speed))
    try:
        with tempfile.TemporaryDirectory() as place:
            amp = "torch.cuda.amp.common.amp_definitely_not_available"  # asked once, when the module that an autocast decorates is read
            with mock.patch(amp, return_value=False), mock.patch("torch.cuda.is_bf16_supported", return_value=True):
                folder = published.folder(published.repository(model), Path(place) / "weights", model.defaults.get("variant"))
            published.beside(model, Path(place) / "hub")
            said = {**model.defaults, **({"steps": STEPS} if "steps" in model.defaults else {}), "interpolate": "nearest", **SHORT.get(model.engine, {})}
            if few := published.repositories()[published.repository(model)].get("tokens"):
                said["generate"] = {"max_new_tokens": few}
            model = model.model_copy(update={"source": Source(folder=folder), "speed": found.speed, "defaults": said})
            with mock.patch.dict("os.environ", {"HF_HUB_CACHE": str(Path(place) / "hub")}):
                _alone(model, Path(place) / "alone", found)
                if TaskKind.KEYFRAME in model.tasks and (batches or "reference" in model.takes):
                    _together(model, Path(place) / "together", found, (2, 4) if batches else ())
                if others:
                    _otherwise(model, Path(place) / "other", found)
    except KeyError as error:
        found.error = f"no configuration of {error} in benchmarks/gpu/published.yaml"
    except Exception as error:
        found.error = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    found.took = time.perf_counter() - began
    return found


def _alone(model: Model, scratch: Path, found: Traced) -> None:
    """One work: weights, phases, operations."""
    with _loaded(model) as (shadow, engine):
        found.weights = weights(engine)
        found.held = shadow.meter.held["cuda"]
        work, found.what, found.size = _work(model, engine, scratch)
        shadow.meter.fresh()
        with _phases(shadow, engine) as calls:
            ears = _run(shadow, engine, [work])
        if not ears.steps:
            raise RuntimeError("no step was told")
        meter = shadow.meter
        if found.speed.get("offload") == "group":  # the second step's layers are called past what tells the phases
            meter.phase_flops["transformer"] += meter.phase_flops.pop("", 0)
        meter.peak["cuda"] += (more := _memory(model, engine, shadow))
        if more:
            meter.peaks["model"] = max(meter.peaks.get("model", 0), meter.peak["cuda"])
        found.peak, found.phases = meter.peak["cuda"], {name: peak for name, peak in meter.peaks.items() if name not in ("", "step")}
        denoised = [name for name in meter.phase_flops if name in DENOISERS]
        if calls.get("step"):
            found.step_flops = sum(meter.phase_flops[name] for name in denoised) // calls["step"]
        found.step_bytes = max((found.weights.get(name, 0) for name in denoised), default=0)
        found.kernels, found.guesses = dict(meter.kernels), dict(shadow.guesses)


def _together(model: Model, scratch: Path, found: Traced, counts: tuple[int, ...]) -> None:
    """Several works in one pass, and one with references."""
    with _loaded(model) as (shadow, engine):
        for count in counts:
            works = samples.works(model, SIZE, count, scratch / str(count), 1)
            found.batches[f"{count} together"] = _peak(shadow, engine, works)
        if "reference" in model.takes:
            works = samples.works(model, SIZE, 1, scratch / "references", 1)
            found.batches["4 references"] = _peak(shadow, engine, [_referred(works[0], 4)])


def _otherwise(model: Model, scratch: Path, found: Traced) -> None:
    """The same work with other speed options: none, tiles, parts offloaded, layers brought one by one."""
    if model.engine not in ("diffusion-picture", "diffusion-video") or found.error:
        return
    for name, speed in OTHERS.items():
        if speed == found.speed:
            continue
        try:
            with _loaded(model.model_copy(update={"speed": speed})) as (shadow, engine):
                work, _, _ = _work(model, engine, scratch / name.replace(" ", "-"))
                found.others[name] = _peak(shadow, engine, [work])
        except EngineError as error:
            found.others[name] = error.message


OTHERS: Mapping[str, dict[str, Any]] = {"no options": {}, "tiles": {"vae": ["tiling"]}, "offload, tiles": {"offload": "model", "vae": ["tiling"]}}
SHORT: Mapping[str, dict[str, Any]] = {
    "transformers-language": {"max_tokens": 4, "attempts": 1},
    "transformers-speech": {"generate": {"max_new_tokens": 4}},
    "transformers-music": {"longest": 0.5, "overlap": 0.1},
}
"""What says itself word by word is cut short: a token takes as much as the next; what its memory of earlier ones grows to is added (`_memory`)."""
SECONDS_SAID = 30.0  # of a sentence, at most: pipelines.speech.architectures bounds it by its words
TOKENS_A_SECOND = 90  # of the quickest codec that speaks (DAC at 44.1 kHz has 86)


def _memory(model: Model, engine: Any, shadow: Shadow) -> int:
    """Bytes that a whole answer takes more than the short one: keys and values of every token, and the codec that turns all of them into sound."""
    if model.engine not in SHORT:
        return 0
    import torch

    net = engine.networks()[0]
    config = getattr(net.config, "decoder_config", None) or getattr(net.config, "decoder", None) or net.config.get_text_config()
    layers = len([kind for kind in getattr(config, "layer_types", None) or [] if kind == "full_attention"]) or config.num_hidden_layers
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    token = 2 * layers * heads * size * next(net.parameters()).itemsize
    if model.engine == "transformers-language":
        return token * TOKENS
    if model.engine == "transformers-speech":
        return 2 * token * int(SECONDS_SAID * TOKENS_A_SECOND)  # with guidance two answers at once
    from pipelines.music.local import LONGEST

    codec, meter = net.audio_encoder, shadow.meter
    count = int(LONGEST * codec.config.frame_rate)
    before, held = Counter(meter.peak), meter.held["cuda"]
    meter.peak["cuda"] = held
    with torch.inference_mode():
        codes = torch.zeros((1, 1, net.config.decoder.num_codebooks // net.config.decoder.audio_channels, count), dtype=torch.long, device=engine.device)
        codec.decode(codes, [None])  # of stereo one side after the other
    swell = meter.peak["cuda"] - held
    meter.peak["cuda"] = before["cuda"]
    return max(0, held + swell - before["cuda"]) + 2 * token * count


DENOISERS = ("transformer", "transformer_2", "unet", "model")


def _plain(speed: Mapping[str, Any]) -> dict[str, Any]:
    """The options that change memory: compilation, and other devices, are left out."""
    return {option: value for option, value in speed.items() if option not in ("compile", "context-parallel", "step_seconds")}


@contextlib.contextmanager
def _loaded(model: Model) -> Iterator[tuple[Shadow, Any]]:
    module, _, name = table()[model.engine].partition(":")
    engine = getattr(importlib.import_module(module), name)(model, "cuda:0")
    with shadowed() as shadow:
        engine.load(Ears())
        yield shadow, engine
        engine.unload()


def weights(engine: Any) -> dict[str, int]:
    """Bytes of every part of a loaded engine."""
    pipe = getattr(engine, "_pipe", None)
    parts = pipe.components if pipe is not None else {"model": next(iter(engine.networks()), None)}
    import torch

    found = {}
    for name, part in parts.items():
        if isinstance(part, torch.nn.Module):
            storages = {one.untyped_storage()._cdata: one.untyped_storage().nbytes() for one in (*part.parameters(), *part.buffers())}
            found[name] = sum(storages.values())
    return found


@contextlib.contextmanager
def _phases(shadow: Shadow, engine: Any) -> Iterator[dict[str, int]]:
    """Within it the meter knows which part computes; gives how often each was called."""
    import torch

    from pipelines.diffusion.memory import grouped as by_layers

    calls: dict[str, int] = {}
    pipe = getattr(engine, "_pipe", None)
    parts = dict(pipe.components) if pipe is not None else {"model": next(iter(engine.networks()), None)}
    grouped = pipe is not None and by_layers(pipe)  # its layers come in another order the second time

    def told(name: str, plain: Any) -> Any:
        @functools.wraps(plain)  # generate() looks at the parameters
        def call(*args: Any, **named: Any) -> Any:
            calls[name] = calls.get(name, 0) + 1
            with shadow.meter.during(name):
                return plain(*args, **named)

        return call

    with contextlib.ExitStack() as stack:
        for name, part in parts.items():
            if part is None or not hasattr(part, "parameters"):
                continue
            for method in ("encode", "decode") if name == "vae" else ():
                if hasattr(part, method):
                    stack.enter_context(mock.patch.object(part, method, told(f"{name} {method}", getattr(part, method))))
            if pipe is None:
                stack.enter_context(mock.patch.object(part, "forward", told(name, part.forward)))
                continue
            method = "_old_forward" if hasattr(part, "_old_forward") else "forward"  # within accelerate's hook, which brings the weights
            once = Replay(shadow, getattr(part, method)) if not grouped else getattr(part, method)
            stack.enter_context(mock.patch.object(part, method, told(name, once)))
            for inner in (getattr(part, "encoder", None), getattr(part, "decoder", None)) if name == "vae" else ():
                if isinstance(inner, torch.nn.Module):
                    stack.enter_context(mock.patch.object(inner, "forward", Replay(shadow, inner.forward)))
        scheduler = getattr(pipe, "scheduler", None)
        if scheduler is not None:
            stack.enter_context(mock.patch.object(type(scheduler), "step", told("step", type(scheduler).step)))
        stack.enter_context(mock.patch("pipelines.diffusion.video.Writing", Unwritten))
        if engine.model.engine == "transformers-music":
            stack.enter_context(mock.patch("pipelines.music.engine.SHORTEST_PASS", 0.25))
        yield calls


class Unwritten:
    """In place of a clip that is encoded: the end of the way, which no device sees."""

    def __init__(self, *args: Any, **named: Any) -> None:
        pass

    def add(self, frame: Any) -> None:
        """A frame."""

    def finish(self, steps: int) -> None:
        """The last one."""

    def give_up(self) -> None:
        """No clip."""


def _run(shadow: Shadow, engine: Any, works: list[Work]) -> Ears:
    ears = [Ears() for _ in works]
    for answer in engine.run_batch(works, ears):
        if isinstance(answer, Exception) and engine.model.engine not in SHORT:  # what was cut short need not be whole
            raise answer
    return ears[0]


def _peak(shadow: Shadow, engine: Any, works: list[Work]) -> int:
    shadow.meter.fresh()
    with _phases(shadow, engine):
        _run(shadow, engine, works)
    return shadow.meter.peak["cuda"]


def _work(model: Model, engine: Any, scratch: Path) -> tuple[Work, str, str]:
    """One work as a film asks for it, what it is, and the size at which the model itself makes it."""
    from pipelines.diffusion.sizes import fitted

    said = model.defaults
    frames = 1
    if model.engine == "diffusion-video":
        longest = min(int(said.get("longest") or engine._kind.longest), model.max_frames or 10**6)
        longest = (longest - 1) // engine._kind.step * engine._kind.step + 1
        frames = math.floor((longest - 1) * 24 / engine._fps()) + 1
        size = fitted(SIZE, int(said.get("multiple") or engine._kind.multiple), said.get("pixels"), model.sizes)
        text = f"{longest} frames {size[0]}x{size[1]}"
    elif model.engine == "diffusion-picture":
        size = fitted(SIZE, engine._multiple(), said.get("pixels"), model.sizes)
        text = f"{size[0]}x{size[1]}"
    else:
        text = "prompt and answer"
    (work,) = samples.works(model, SIZE if model.engine.startswith("diffusion-") else samples.NO_SIZE, 1, scratch, frames)
    if model.engine == "transformers-music":
        text = "30 s"  # one short pass, and what a whole one takes more
        work = Work(task=work.task, model=work.model, spec=work.spec.model_copy(update={"seconds": engine.limit()}), files=work.files, scratch=work.scratch)
    if model.engine == "diffusion-music":
        text = f"{engine.limit():.0f} s"
        work = Work(task=work.task, model=work.model, spec=work.spec.model_copy(update={"seconds": engine.limit()}), files=work.files, scratch=work.scratch)
    return work, samples.kind(model).value, text


def _referred(work: Work, count: int) -> Work:
    """The same work with so many reference pictures."""
    people = tuple(Character(key=f"k{number}", name=f"Person {number}") for number in range(count))
    files = {f"reference.{one.key}": samples._picture(work.scratch / f"{one.key}.png", (1024, 1024), number) for number, one in enumerate(people)}
    return Work(task=work.task, model=work.model, spec=work.spec.model_copy(update={"characters": people}), files=files, scratch=work.scratch)


def quiet() -> None:
    """Nothing but figures on the screen."""
    import logging
    import warnings

    import diffusers
    import structlog
    import transformers

    warnings.filterwarnings("ignore")
    diffusers.utils.logging.set_verbosity_error()
    transformers.utils.logging.set_verbosity_error()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
