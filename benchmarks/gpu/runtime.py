"""The parts of torch.cuda, and of loading, that a shadow device answers for."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

import torch

PLAIN: frozenset[Any] = frozenset({torch.ops.prim.device.default})


@contextlib.contextmanager
def outside() -> Iterator[None]:
    """Within it tensors are real ones again."""
    from torch.utils._python_dispatch import _disable_current_modes

    with _disable_current_modes(), torch._C.DisableTorchFunction():
        yield


class Generator(torch.Generator):
    """Noise is drawn by the processor, whatever device is named."""

    def __new__(cls, device: Any = "cpu") -> Generator:
        return super().__new__(cls, device="cpu")

    def __init__(self, device: Any = "cpu") -> None:
        pass


class Stream:
    """A stream, an event, a context: all in order here."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self.device = torch.device("cuda", 0)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *args: Any) -> None:
        return None

    def _nothing(self, *args: Any, **named: Any) -> None:
        return None

    synchronize = wait_stream = wait_event = record = wait = record_event = _nothing

    def query(self) -> bool:
        """Done already."""
        return True


@contextlib.contextmanager
def pretended(shadow: Any, gigabytes: float) -> Iterator[None]:
    """torch.cuda, module conversions and `from_pretrained` as they are on a machine with one GPU."""
    total = int(gigabytes * 1e9)
    meter = shadow.meter

    def nothing(*args: Any, **named: Any) -> None:
        return None

    properties = SimpleNamespace(name="shadow", total_memory=total, major=9, minor=0, multi_processor_count=132, uuid="shadow")
    answers: dict[str, Any] = {
        "is_available": lambda: True, "device_count": lambda: 1, "current_device": lambda: 0, "set_device": nothing, "is_initialized": lambda: True,
        "get_device_capability": lambda *args: (9, 0), "get_device_properties": lambda *args: properties, "get_device_name": lambda *args: "shadow",
        "mem_get_info": lambda *args: (total - meter.held["cuda"], total), "empty_cache": nothing, "synchronize": nothing, "ipc_collect": nothing,
        "memory_allocated": lambda *args: meter.held["cuda"], "max_memory_allocated": lambda *args: meter.peak["cuda"],
        "memory_reserved": lambda *args: meter.held["cuda"], "reset_peak_memory_stats": nothing, "is_bf16_supported": lambda *args, **named: True,
        "Stream": Stream, "Event": Stream, "current_stream": Stream, "default_stream": Stream, "stream": lambda stream: stream or Stream(),
        "get_rng_state": lambda *args: None, "set_rng_state": nothing, "manual_seed_all": nothing, "manual_seed": nothing, "_lazy_init": nothing,
    }  # fmt: skip
    with contextlib.ExitStack() as stack:
        for name, answer in answers.items():
            stack.enter_context(mock.patch.object(torch.cuda, name, answer))
        stack.enter_context(mock.patch.object(torch.nn.Module, "_apply", _apply))
        stack.enter_context(mock.patch.object(torch.Tensor, "pin_memory", lambda tensor, *args: tensor))
        stack.enter_context(mock.patch.object(torch.Tensor, "record_stream", nothing))
        stack.enter_context(mock.patch.object(torch, "Generator", Generator))
        with contextlib.suppress(ImportError):
            import llguidance.torch as masks

            for name in ("allocate_token_bitmask", "fill_next_token_bitmask"):  # a compiled library writes into what lies at an address
                stack.enter_context(mock.patch.object(masks, name, _really(getattr(masks, name))))
        stack.enter_context(_built(shadow))
        yield


def _really(plain: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        with outside():
            return plain(*args, **named)

    return call


def _apply(self: Any, fn: Callable[[Any], Any], recurse: bool = True) -> Any:
    """`torch.nn.Module._apply` without its ways for tensors of other kinds: every tensor stays the object it is."""
    for child in self.children() if recurse else ():
        child._apply(fn)
    with torch.no_grad():
        for parameter in self._parameters.values():
            if parameter is not None:
                parameter.data = fn(parameter)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
    return self


@contextlib.contextmanager
def _built(shadow: Any) -> Iterator[None]:
    """Networks are built from their config.json where they would be read from weights."""
    import diffusers
    import transformers

    def diffused(cls: Any, folder: Any, *args: Any, **named: Any) -> Any:
        config = cls.load_config(folder, subfolder=named.get("subfolder"))
        return _made(lambda: cls.from_config(config), _dtype(named), getattr(cls, "_keep_in_fp32_modules", None) or (), half_only=False)

    adapted = diffusers.UNet2DConditionModel._load_ip_adapter_weights

    def given(unet: Any, states: Any, low_cpu_mem_usage: bool = False) -> None:
        adapted(unet, states, low_cpu_mem_usage=False)  # the other way takes parameters apart, which fakes do not bear

    def transformed(cls: Any, folder: Any, *args: Any, **named: Any) -> Any:
        config = named.get("config")
        if not isinstance(config, transformers.PretrainedConfig):
            config = cls.config_class.from_pretrained(folder, subfolder=named.get("subfolder") or "")
        config = copy.deepcopy(config)
        if named.get("attn_implementation"):
            config._attn_implementation = named["attn_implementation"]
        dtype = _dtype(named, getattr(config, "dtype", None))
        model = _made(lambda: cls._from_config(config, dtype=dtype), dtype, getattr(cls, "_keep_in_fp32_modules", None) or (), half_only=True)
        if model.can_generate():
            with contextlib.suppress(OSError):
                model.generation_config = transformers.GenerationConfig.from_pretrained(folder)
        return model

    with (
        mock.patch("diffusers.loaders.ip_adapter.safe_open", _Opened),
        mock.patch.object(diffusers.UNet2DConditionModel, "_load_ip_adapter_weights", given),
        mock.patch.object(diffusers.ModelMixin, "from_pretrained", classmethod(diffused)),
        mock.patch.object(transformers.PreTrainedModel, "from_pretrained", classmethod(transformed)),
    ):
        yield


class _Opened:
    """safetensors' file, whose tensors are made of what lies on the disk."""

    def __init__(self, path: Any, framework: str, device: Any = "cpu") -> None:
        from safetensors import safe_open

        with outside():
            self._file = safe_open(path, framework=framework, device="cpu")

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *args: Any) -> None:
        return None

    def keys(self) -> Any:
        """Names of the tensors."""
        return self._file.keys()

    def get_tensor(self, name: str) -> torch.Tensor:
        """One of them."""
        with outside():
            return self._file.get_tensor(name)


def _dtype(named: dict[str, Any], own: Any = None) -> torch.dtype:
    found = named.get("torch_dtype", named.get("dtype"))
    if found in (None, "auto"):
        found = own if isinstance(own, torch.dtype) else torch.float32
    return getattr(torch, found) if isinstance(found, str) else found


def _made(build: Callable[[], Any], dtype: torch.dtype, wide: Any, *, half_only: bool) -> Any:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device("cpu"):
            model = build()
    finally:
        torch.set_default_dtype(before)
    if wide and (dtype == torch.float16 or not half_only):
        for name, parameter in model.named_parameters():
            if any(part in name.split(".") for part in wide):
                parameter.data = parameter.data.float()
    return model.eval()
