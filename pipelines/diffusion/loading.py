"""Brings one pipeline of the catalog from its folder onto its device, with scheduler, LoRAs and speed options."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

import structlog

from farm.catalog import Model
from farm.work import EngineError
from pipelines import driver, weights
from pipelines.diffusion.speed import Speed, place, problems
from pipelines.engine import DeviceLost, Report

log = structlog.get_logger()

PACKAGES = ("torch", "diffusers", "transformers", "accelerate")
DTYPES = ("bfloat16", "float16", "float32")


def missing(model: Model) -> list[str]:
    """What this machine lacks to run the pipeline `model`, a sentence with its remedy each."""
    lacks = weights.lacking(PACKAGES) + weights.missing(model, "model_index.json") + problems(model.name, model.speed)
    if model.defaults.get("loras"):
        lacks += weights.lacking(("peft",))
    if not lacks and (seeing := _seeing(model)):
        lacks += [f"{lack[:-1]}: {seeing} prepares pictures with it." for lack in weights.lacking(("torchvision",))]
    if model.device == "cuda" and model.speed.get("compile") and (without := driver.compiler()):
        lacks.append(f"Model {model.name!r}: speed.compile cannot be: {without}, or leave compile out.")
    if model.device == "cuda" and not lacks and (why := driver.lacking()):
        lacks.append(f"Model {model.name!r} needs a CUDA device, and none can be used here: {why}; or run it in a pool on a machine with one.")
    return lacks


def load(model: Model, device: str, report: Report, *, pipeline: str | None = None) -> Any:
    """Load the pipeline of `model`; `pipeline` names the class to use in place of that of its model_index.json.

    Raises EngineError for weights that are not there, cannot be read or are not safe, and for settings that do not go with them.
    """
    import diffusers
    import torch

    kind: Any
    folder = weights.find(model)
    weights.refuse_unsafe(model, folder)
    named = pipeline or str(model.defaults.get("pipeline") or weights.pipeline_class(model, folder))
    kind = getattr(diffusers, named, None)
    if not (inspect.isclass(kind) and issubclass(kind, diffusers.DiffusionPipeline)):
        raise EngineError(
            f"Model {model.name!r} needs the pipeline {named!r}, which diffusers {diffusers.__version__} has not; take another version of either.",
            code="bad_model",
        )
    speed = Speed.of(model)
    if speed.parallel > 1 and model.defaults.get("loras"):
        raise EngineError(f"Model {model.name!r}: defaults.loras does not go with speed.context-parallel; take one of them.", code="bad_speed")
    diffusers.utils.logging.disable_progress_bar()
    report.loading(0.05, f"reading {folder.name if model.source.folder else model.source.hub}")
    try:
        pipe: Any = kind.from_pretrained(  # type: ignore[attr-defined]
            str(folder), dtype=_dtype(model, device, torch), local_files_only=True, use_safetensors=True, variant=model.defaults.get("variant")
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"Model {model.name!r} cannot be read from {folder}: {error}", code="bad_model") from error
    pipe.set_progress_bar_config(disable=True)
    _schedule(model, pipe)
    _guide(model, pipe)
    _loras(model, pipe)
    report.loading(0.6, f"to {device}")
    place(pipe, speed, device, lambda note: report.loading(0.6, note))
    if speed.parallel > 1:
        _shared(model, pipe, folder, speed, device, report)
    report.loading(0.95, "ready")
    return pipe


def _shared(model: Model, pipe: Any, folder: Path, speed: Speed, device: str, report: Report) -> None:
    """Let several devices compute every step of this pipeline's denoisers; `pipe.crew` is what must be told when it is unloaded."""
    from pipelines.diffusion.crew import Crew, parallel, refuse
    from pipelines.diffusion.speed import compile_part, denoisers

    for part in denoisers(pipe):
        refuse(part)
    report.loading(0.7, f"to {speed.parallel} devices")
    crew = Crew.of(model, speed.parallel, device)
    try:
        for name, part in ((name, part) for name in ("transformer", "transformer_2", "unet") if (part := getattr(pipe, name, None)) is not None):
            key = f"{model.name}/{name}"
            options = {"torch_dtype": part.dtype, "local_files_only": True, "use_safetensors": True, "variant": model.defaults.get("variant")}
            crew.tell(("load", key, type(part).__name__, str(folder / name), options, speed))
            crew.hear(key, lambda: report.loading(0.8, "the other devices are loading"))
            parallel(part, speed.parallel)
            compile_part(part, speed)
            crew.share(part, key)
    except BaseException:
        crew.release()
        raise
    pipe.crew = crew


def unload(pipe: Any, model: Model) -> None:
    """Let go of what a pipeline holds outside of this process."""
    crew = getattr(pipe, "crew", None)
    if crew is not None:
        pipe.crew = None
        with contextlib.suppress(DeviceLost):
            crew.tell(("drop", f"{model.name}/"))
        crew.release()


def accepts(pipe: Any, name: str) -> bool:
    """Whether the pipeline's call has a parameter `name`."""
    return name in inspect.signature(pipe.__call__).parameters


def default(pipe: Any, name: str) -> Any:
    """What the pipeline's call takes for `name` when nothing is said; None where it has no such parameter."""
    parameter = inspect.signature(pipe.__call__).parameters.get(name)
    return None if parameter is None or parameter.default is inspect.Parameter.empty else parameter.default


def settings(model: Model, pipe: Any) -> dict[str, Any]:
    """The call's parameters from `defaults`: steps, guidance, true_cfg, and `call`, which passes others by their own names.

    Raises EngineError (bad_defaults) for a name that the pipeline does not have.
    """
    said = model.defaults
    names = {"steps": "num_inference_steps", "guidance": "guidance_scale", "true_cfg": "true_cfg_scale"}
    call = {parameter: said[word] for word, parameter in names.items() if said.get(word) is not None and accepts(pipe, parameter)}
    for name, value in dict(said.get("call") or {}).items():
        if not accepts(pipe, name):
            raise EngineError(
                f"Model {model.name!r}: defaults.call has {name!r}, which {type(pipe).__name__} does not take; correct models.yaml.", code="bad_defaults"
            )
        call[name] = value
    return call


def _dtype(model: Model, device: str, torch: Any) -> Any:
    """`defaults.dtype`: one for all parts, or one for each of some by its name and, as "default", for the others."""
    usual = "bfloat16" if device.startswith("cuda") else "float32"
    said = model.defaults.get("dtype") or usual
    names = {"default": usual, **said} if isinstance(said, dict) else {"default": said}
    for name in names.values():
        if name not in DTYPES:
            raise EngineError(f"Model {model.name!r}: defaults.dtype is {said!r}; there are {', '.join(DTYPES)}.", code="bad_defaults")
    found = {part: getattr(torch, name) for part, name in names.items()}
    return found if len(found) > 1 else found["default"]


def _schedule(model: Model, pipe: Any) -> None:
    """Another scheduler, or other options of the same, where `defaults` says so."""
    name, options = model.defaults.get("scheduler"), dict(model.defaults.get("scheduler_options") or {})
    if not name and not options:
        return
    import diffusers

    kind: Any = getattr(diffusers, str(name), None) if name else type(pipe.scheduler)
    if not (inspect.isclass(kind) and issubclass(kind, diffusers.SchedulerMixin)):
        fitting = sorted(one.__name__ for one in getattr(pipe.scheduler, "compatibles", ()))
        raise EngineError(
            f"Model {model.name!r}: there is no scheduler {name!r}; with this model go {', '.join(fitting) or 'diffusers’ schedulers'}.", code="bad_defaults"
        )
    pipe.scheduler = kind.from_config(pipe.scheduler.config, **options)  # type: ignore[attr-defined]


def _guide(model: Model, pipe: Any) -> None:
    """`defaults.guidance` for pipelines that keep it in a part of theirs, not in the call (HunyuanVideo 1.5)."""
    guider = getattr(pipe, "guider", None)
    if guider is not None and model.defaults.get("guidance") is not None:
        pipe.guider = guider.new(guidance_scale=float(model.defaults["guidance"]))


def _loras(model: Model, pipe: Any) -> None:
    """Load the LoRA of each style (`defaults.loras: {style: {file, scale}}`) under the style's name; none is switched on yet."""
    loras = model.defaults.get("loras") or {}
    if not loras:
        return
    for style, entry in loras.items():
        path = Path(str(entry.get("file") if isinstance(entry, dict) else entry))
        if not path.is_file() or path.suffix != weights.SAFE:
            raise EngineError(
                f"Model {model.name!r}: the LoRA of style {style!r} is {path}, which is no {weights.SAFE} file here; put it there.", code="model_missing"
            )
        try:
            pipe.load_lora_weights(str(path.parent), weight_name=path.name, adapter_name=adapter(style), local_files_only=True)
        except (ValueError, KeyError, RuntimeError, AttributeError) as error:
            raise EngineError(f"Model {model.name!r}: the LoRA {path} does not go with {type(pipe).__name__}: {error}", code="bad_model") from error
    pipe.disable_lora()


def adapter(style: str) -> str:
    """A style's slug as an adapter's name: those are names of modules, which have no dots."""
    return "style_" + re.sub(r"\W", "_", style)


def wear(model: Model, pipe: Any, style: str) -> None:
    """Switch on the LoRA of `style` and of every style ("*"), and the others off."""
    loras = model.defaults.get("loras") or {}
    if not loras:
        return
    worn = [name for name in (style, "*") if name in loras]
    if not worn:
        pipe.disable_lora()
        return
    pipe.enable_lora()
    scales = [float(loras[name].get("scale", 1.0)) if isinstance(loras[name], dict) else 1.0 for name in worn]
    pipe.set_adapters([adapter(name) for name in worn], adapter_weights=scales)


SEEING = ("PixtralProcessor", "Qwen2VLProcessor", "Qwen2_5_VLProcessor")
"""Parts of transformers that import torchvision."""


def _seeing(model: Model) -> str | None:
    """The part of the pipeline that needs torchvision, if it has one."""
    try:
        index = json.loads((weights.find(model) / "model_index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, EngineError):
        return None  # told elsewhere, with its remedy
    return next((entry[1] for entry in index.values() if isinstance(entry, list) and len(entry) == 2 and entry[1] in SEEING), None)
