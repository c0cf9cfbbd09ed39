"""The speed options of models.yaml, each a word: read and checked here, applied here, nowhere else."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from farm.catalog import Model
from farm.work import EngineError

# The attention backends that need nothing fetched; diffusers' own names for them (diffusers.models.attention_dispatch).
ATTENTION = {
    "native": "native",
    "cudnn": "_native_cudnn",
    "flash": "_native_flash",
    "efficient": "_native_efficient",
    "math": "_native_math",
    "flex": "flex",
    "flash-attn": "flash",
    "flash-attn-3": "_flash_3",
    "sage": "sage",
}
CUDA_ATTENTION = frozenset({"cudnn", "efficient", "flash-attn", "flash-attn-3", "sage"})
"""Those without a kernel for processors: they would fail at the first step."""
PACKAGE_OF = {"flash-attn": "flash_attn", "flash-attn-3": "flash_attn_interface", "sage": "sageattention"}
WORDS: dict[str, tuple[str, ...]] = {
    "compile": ("regional", "full"),
    "attention": tuple(ATTENTION),
    "cache": ("first-block", "taylorseer"),
    "quantize": ("fp8", "fp8-weights", "int8", "int8-weights"),
    "layerwise-casting": ("fp8",),
    "offload": ("model", "group", "sequential"),
    "vae": ("tiling", "slicing"),
}
"""Each option and the words there are; `vae` takes a list of them."""
NUMBERS: dict[str, str] = {
    "cache_threshold": "first-block: how much may change before it computes again",
    "step_seconds": "seconds of a step, for deadlines",
    "context-parallel": "how many devices of this machine share a step",
}
BY_LAYERS = ("group", "sequential")
"""Ways to offload that bring every layer by itself."""
RECOMPILED = 64
"""How often one piece of code may be compiled anew in a process. Torch's own 8 would be used up by two models with a few sizes, batches and LoRAs
(all blocks of all models count together), and `fullgraph` makes the ninth an error."""
GRAIN = 16
"""What both sides of a layer must be multiples of to be multiplied in 8 bits; torchao would leave others (FP8), or send them to the processor (INT8)."""
MODULATION = re.compile(r"(^|\.)(norm\w*\.linear|\w*(mod|modulation)(\.\d+|\.lin\w*)?)$", re.IGNORECASE)
"""Names of the layers in a block that see a time step's few rows, not its tokens: norm1.linear, img_mod.1, adaLN_modulation.0. INT8 is multiplied
from 17 rows on (torch._int_mm)."""
APART = ("cache", "offload", "layerwise-casting")
"""What does not go with several devices: a cache would decide on each by itself, and parts that come and go would do so on the first alone."""
FIRST_BLOCK_THRESHOLD = 0.08  # diffusers' documentation names 0.05 to 0.1 as hardly visible


@dataclass(frozen=True)
class Speed:
    """The options of one model, checked."""

    compile: str | None = None
    attention: str | None = None
    cache: str | None = None
    cache_threshold: float = FIRST_BLOCK_THRESHOLD
    quantize: str | None = None
    casting: str | None = None
    offload: str | None = None
    vae: tuple[str, ...] = ()
    parallel: int = 1

    @classmethod
    def of(cls, model: Model) -> Speed:
        """The options of `model`.

        Raises EngineError (bad_speed) naming the option, the value and the words there are.
        """
        if found := problems(model.name, model.speed):
            raise EngineError(" ".join(found), code="bad_speed")
        said = model.speed
        tiles = said.get("vae", ())
        return cls(
            compile=said.get("compile"),
            attention=said.get("attention"),
            cache=said.get("cache"),
            cache_threshold=float(said.get("cache_threshold", FIRST_BLOCK_THRESHOLD)),
            quantize=said.get("quantize"),
            casting=said.get("layerwise-casting"),
            offload=said.get("offload"),
            vae=(tiles,) if isinstance(tiles, str) else tuple(tiles),
            parallel=int(said.get("context-parallel", 1)),
        )


def problems(name: str, speed: Mapping[str, Any]) -> list[str]:
    """A sentence for every option that cannot be: unknown, a word there is not, a package that is not installed, two that exclude each other."""
    found = []
    for option, value in speed.items():
        if option in NUMBERS:
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                found.append(f"Model {name!r}: speed.{option} is {value!r}; it must be a number above 0 ({NUMBERS[option]}).")
        elif option not in WORDS:
            found.append(f"Model {name!r}: there is no speed option {option!r}; there are {', '.join((*WORDS, *NUMBERS))}.")
        else:
            values = value if option == "vae" and isinstance(value, list | tuple) else [value]
            found += [f"Model {name!r}: speed.{option} is {one!r}; there are {', '.join(WORDS[option])}." for one in values if one not in WORDS[option]]
    if found:
        return found
    if (attention := speed.get("attention")) in PACKAGE_OF and importlib.util.find_spec(PACKAGE_OF[attention]) is None:
        found.append(f"Model {name!r}: speed.attention {attention!r} needs the Python package {PACKAGE_OF[attention]}; install it or say cudnn.")
    if speed.get("quantize") and importlib.util.find_spec("torchao") is None:
        found.append(f"Model {name!r}: speed.quantize needs the Python package torchao; install it: pip install torchao.")
    if speed.get("quantize") and speed.get("layerwise-casting"):
        found.append(f"Model {name!r}: speed.quantize and speed.layerwise-casting both change how weights are kept; take one of them.")
    many = speed.get("context-parallel", 1)
    if many != int(many):
        found.append(f"Model {name!r}: speed.context-parallel is {many!r}; devices are counted in whole numbers.")
    if many > 1:
        wrong = [option for option in APART if speed.get(option)] + (["compile: full"] if speed.get("compile") == "full" else [])
        found += [f"Model {name!r}: speed.{option} does not go with speed.context-parallel; take one of them." for option in wrong]
    if (compiled := speed.get("compile")) and speed.get("layerwise-casting"):
        found.append(
            f"Model {name!r}: speed.layerwise-casting casts weights between the operations, which speed.compile cannot join; take quantize: fp8-weights."
        )
    if compiled and speed.get("offload") in BY_LAYERS:
        found.append(
            f"Model {name!r}: speed.offload {speed['offload']!r} brings layers one by one, which speed.compile joins; take offload: model, or do not compile."
        )
    if compiled == "full" and speed.get("cache"):
        found.append(f"Model {name!r}: speed.cache decides between the blocks, which speed.compile full joins; take compile: regional.")
    if speed.get("compile") == "full" and speed.get("offload") == "model":
        found.append(f"Model {name!r}: speed.compile full does not go with speed.offload {speed['offload']!r}; take compile: regional.")
    return found


def denoisers(pipe: Any) -> list[Any]:
    """The parts of a pipeline that run at every step."""
    return [part for name in ("transformer", "transformer_2", "unet") if (part := getattr(pipe, name, None)) is not None]


def place(pipe: Any, speed: Speed, device: str, say: Callable[[str], None]) -> None:
    """Bring a pipeline onto its device with the options applied, in the only order in which they go together.

    Raises EngineError (bad_speed) for an option that this architecture or device has not.
    """
    for part in denoisers(pipe):
        tune(part, speed, device if not speed.offload else "cpu", say)
    _offload(pipe, speed, device)
    for word in speed.vae:
        _asked(pipe.vae, "vae", word, getattr(pipe.vae, f"enable_{word}", _absent))
    if speed.parallel == 1:  # a crew's members come to the same point each by itself (pipelines.diffusion.loading)
        for part in denoisers(pipe):
            compile_part(part, speed)


def tune(part: Any, speed: Speed, device: str, say: Callable[[str], None]) -> None:
    """The options of one denoiser that come before it is brought to its device.

    Raises EngineError (bad_speed) for one that it has not.
    """
    if speed.quantize:
        say(f"quantizing to {speed.quantize}")
        _quantize(part, speed.quantize, device)
    if speed.casting:
        _asked(part, "layerwise-casting", "fp8", partial(part.enable_layerwise_casting, storage_dtype=_float8(), compute_dtype=part.dtype))
    if speed.attention:
        if speed.attention in CUDA_ATTENTION and not device.startswith("cuda"):
            raise EngineError(f"speed.attention {speed.attention!r} has no kernel for {device!r}; leave it out there, or say native.", code="bad_speed")
        _asked(part, "attention", speed.attention, partial(_attend, part, ATTENTION[speed.attention]))
    if speed.cache:
        _asked(part, "cache", speed.cache, partial(_enable_cache, part, speed))


def compile_part(part: Any, speed: Speed) -> None:
    """The option that comes last.

    Raises EngineError (bad_speed) for a denoiser that has no repeated blocks.
    """
    if speed.compile == "regional":
        _asked(part, "compile", "regional", partial(_regional, part, whole=speed.parallel == 1))
    elif speed.compile == "full":
        _recompile()
        part.compile(fullgraph=True)


def _regional(part: Any, *, whole: bool) -> None:
    """Compile the repeated blocks; where a cache or several devices have hooks on a block, or in it, what those wrap: they decide, count and send outside.

    Not `whole`: what devices say to each other inside of an attention is left out, and the rest of a block compiled in pieces.
    """
    import torch

    _recompile()
    if not whole:
        from diffusers.models import attention_dispatch as dispatch

        together = dispatch._templated_context_parallel_attention
        dispatch._templated_context_parallel_attention = torch.compiler.disable(together)  # as often as one likes: it is wrapped once
    part.compile_repeated_blocks(fullgraph=whole)
    for block in [block for block in part.modules() if block._compiled_call_impl is not None]:
        hooked = [inner for module in block.modules() if (inner := _hooked(module)) is not None]
        if hooked:
            block._compiled_call_impl = None
        for reference, name in hooked:
            setattr(reference, name, torch.compile(getattr(reference, name), fullgraph=whole))


def plain(part: Any) -> None:
    """Take back what `compile_part` did: compiled code cannot be parted again into layers that come one by one."""
    for block in part.modules():
        block._compiled_call_impl = None
        if (inner := _hooked(block)) is not None:
            reference, name = inner
            setattr(reference, name, getattr(getattr(reference, name), "_torchdynamo_orig_callable", getattr(reference, name)))


def _hooked(block: Any) -> tuple[Any, str] | None:
    """Where the innermost of diffusers' hooks on a block keeps the block's own forward; None without hooks."""
    registry = getattr(block, "_diffusers_hook", None)
    if registry is None or not registry._fn_refs:
        return None
    reference = registry._fn_refs[0]
    return reference, "forward" if reference.original_forward is None else "original_forward"


def _recompile() -> None:
    import torch

    torch._dynamo.config.recompile_limit = max(RECOMPILED, torch._dynamo.config.recompile_limit)


def _offload(pipe: Any, speed: Speed, device: str) -> None:
    if speed.offload is None:
        pipe.to(device)
        return
    if not device.startswith("cuda"):
        raise EngineError(f"speed.offload {speed.offload!r} moves parts to a CUDA device and back; on {device!r} leave it out.", code="bad_speed")
    import torch

    if speed.offload == "model":
        pipe.enable_model_cpu_offload(device=device)
    elif speed.offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=device)
    else:
        from pipelines.diffusion.memory import group

        group(pipe, torch.device(device), streams=True)


def _attend(part: Any, backend: str) -> None:
    """Set the backend of this part alone: diffusers would make it that of every model in the process that has none of its own."""
    from diffusers.models.attention_dispatch import _AttentionBackendRegistry as Registry

    before, _ = Registry.get_active_backend()
    try:
        part.set_attention_backend(backend)
    finally:
        Registry.set_active_backend(before)


def _quantize(part: Any, word: str, device: str) -> None:
    from torchao import quantization as ao

    make = {
        # A scale a row: nearer to the original than one for all, and no picture of a pass has a say in another's.
        "fp8": partial(ao.Float8DynamicActivationFloat8WeightConfig, granularity=ao.PerRow()),
        "fp8-weights": ao.Float8WeightOnlyConfig,
        "int8": ao.Int8DynamicActivationInt8WeightConfig,
        "int8-weights": ao.Int8WeightOnlyConfig,
    }
    chosen = quantized(part)
    few = {name for name in chosen if word == "int8" and MODULATION.search(name)}

    def quantize(config: Any, names: set[str]) -> None:
        # Layer after layer is brought to the device and quantized there, so that the whole at full precision never has to fit.
        ao.quantize_(part, config, lambda module, name: name in names, device=device)

    def all_of_it() -> None:
        if few:
            quantize(make["int8-weights"](), few)
        quantize(make[word](), chosen - few)

    _asked(part, "quantize", word, all_of_it)


def quantized(part: Any) -> set[str]:
    """Names of the layers that are quantized: those of the repeated blocks. What comes before and after them is a hundredth of the weights, and delicate."""
    import torch

    blocks = tuple(f"{name}." for name, module in part.named_modules() if type(module).__name__ in (getattr(part, "_repeated_blocks", None) or ()))
    return {
        name
        for name, module in part.named_modules()
        if isinstance(module, torch.nn.Linear) and (not blocks or name.startswith(blocks)) and not (module.in_features % GRAIN or module.out_features % GRAIN)
    }


def _enable_cache(part: Any, speed: Speed) -> None:
    from diffusers import hooks

    part.enable_cache(hooks.FirstBlockCacheConfig(threshold=speed.cache_threshold) if speed.cache == "first-block" else hooks.TaylorSeerCacheConfig())


def _float8() -> Any:
    import torch

    return torch.float8_e4m3fn


def _absent() -> None:
    raise NotImplementedError("it has no such switch")


def _asked(part: Any, option: str, word: str, call: Callable[[], Any]) -> None:
    try:
        call()
    except (NotImplementedError, AttributeError, ValueError, RuntimeError, ImportError, AssertionError) as error:
        from pipelines.diffusion.faults import device_lost, out_of_memory

        if out_of_memory(error) or device_lost(error):
            raise
        reason = str(error).splitlines()[0] if str(error) else repr(error)
        raise EngineError(
            f"speed.{option} {word!r} does not go with {type(part).__name__} here ({reason}); leave it out, or take another word.",
            code="bad_speed",
        ) from error
