"""A device that is not there: real architectures at full size on "cuda" without a GPU and without memory.

torch's FakeTensorMode knows of every tensor what it would be (shape, numbers' precision, device) and holds none of its numbers. On top of it `Shadow` adds what
the engines need to run from end to end: numbers of small tensors (timesteps, token ids, masks: what control flow depends on) are computed beside on the
processor; what is asked of large ones is guessed and counted; attention goes to the kernel that CUDA would choose; and every allocation is told to a `Meter`.
A tensor on the wrong device, of the wrong precision or shape fails as it would on a GPU. Times, kernels and numbers are not shown.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import torch
from torch._subclasses.fake_tensor import DataDependentOutputException, DynamicOutputShapeException, FakeTensor, FakeTensorMode
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only
from torch.utils.weak import WeakIdKeyDictionary

from benchmarks.gpu import runtime
from benchmarks.gpu.kernels import attend
from benchmarks.gpu.meter import Meter

aten: Any = torch.ops.aten
KNOWN, COUNTED = 2**13, 2**18  # elements: a tensor of at most so many (of whole numbers or truths) has its numbers computed, where they follow from known ones
UNTOLD = (aten.mm.default, aten.addmm.default, aten.bmm.default, aten.convolution.default, aten.empty.memory_format)  # nothing is decided by these
ALIKE = (
    aten.mm.default, aten.addmm.default, aten.bmm.default, aten.baddbmm.default, aten.linear.default, aten.convolution.default,
    aten.native_layer_norm.default, aten.native_group_norm.default, aten.cudnn_batch_norm.default,
)  # fmt: skip
"""Operations whose kernels on CUDA take one precision only; torch's fakes do not look."""
SETTLED = {aten.bitwise_or.Tensor: 1, aten.bitwise_and.Tensor: 0}
"""Operations that one side alone may settle: generation has ended when it is long enough, whatever was said."""
GUESSED: dict[torch.dtype, Any] = {torch.bool: False}


class _Fakes(FakeTensorMode):
    """Fakes of a device that torch does not find."""

    avoid_device_init = True


class Shadow(TorchDispatchMode):
    """Runs what is called within it on fakes; `meter` counts what it would have taken, `guesses` what was asked of numbers that nobody knows."""

    def __init__(self, meter: Meter | None = None) -> None:
        super().__init__()
        self.meter = meter or Meter()
        self.guesses: Counter[str] = Counter()
        self.fake = _Fakes()
        self._known: Any = WeakIdKeyDictionary()
        self._spoilt: dict[int, Any] = {}  # storages of known numbers into which unknown ones were written
        self.mask: torch.Tensor | None = None
        """The last mask with which scores were blotted out: where it is False, a token may be drawn."""

    # ---------------------------------------------------------------- numbers

    def value(self, tensor: Any) -> torch.Tensor | None:
        """The numbers of a fake, on the CPU; None where they are not known."""
        if not isinstance(tensor, FakeTensor):
            return tensor if isinstance(tensor, torch.Tensor) else None
        found = self._known.get(tensor)
        return None if found is None or found.untyped_storage()._cdata in self._spoilt else found

    def know(self, tensor: Any, value: torch.Tensor) -> None:
        """Keep the numbers of a fake."""
        if isinstance(tensor, FakeTensor) and value.numel() <= _knowable(value):
            self._known[tensor] = value

    def faked(self, real: torch.Tensor, device: Any = None) -> Any:
        """A tensor of the processor as a fake (on `device`); its numbers stay known."""
        with self.fake:
            made = torch.empty_strided(real.size(), real.stride(), dtype=real.dtype, device=device or real.device)
        if real.numel() <= _knowable(real):
            with runtime.outside():
                self.know(made, real.detach().clone())
        self.meter.saw(made)
        return made

    def guess(self, what: str, dtype: torch.dtype) -> Any:
        """What is said where a number is asked for that nobody knows."""
        self.guesses[what] += 1
        return GUESSED.get(dtype, 0.0 if dtype.is_floating_point else 0)

    # ---------------------------------------------------------------- operations

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in runtime.PLAIN:
            return func(*args, **kwargs)
        if func is aten.lift_fresh.default or func is aten.lift.default:
            return args[0] if isinstance(args[0], FakeTensor) else self.faked(args[0])
        given = _tensors(args, kwargs)
        if not all(isinstance(one, FakeTensor) for one in given):
            args, kwargs = tree_map_only(torch.Tensor, lambda one: one if isinstance(one, FakeTensor) else self.faked(one), (args, kwargs))
            given = _tensors(args, kwargs)
        if _composite(func):
            with self:
                found = func.decompose(*args, **kwargs)
            if found is not NotImplemented:
                return found
        if func is aten._local_scalar_dense.default:
            known = self.value(args[0])
            if known is None:
                return self.guess("item", args[0].dtype)
            with runtime.outside():
                return known.item()
        if func is aten.index.Tensor:
            args = (args[0], self._numbered(args[1]))
            given = _tensors(args, kwargs)
        if func is aten.masked_fill.Scalar and args[2] == float("-inf"):
            allowed = self.value(args[1])
            self.mask = self.mask if allowed is None else allowed  # what top_p leaves out hangs on scores that nobody knows
        return self._run(func, args, kwargs, given)

    def _run(self, func: Any, args: Any, kwargs: Any, given: list[Any]) -> Any:
        if func in ALIKE and len({one.dtype for one in given}) > 1:
            raise RuntimeError(f"{func} got tensors of different dtype: {', '.join(str(one.dtype) for one in given)}; CUDA has no kernel for that")
        known = all(one.numel() <= _knowable(one) and self.value(one) is not None for one in given)
        try:
            found = func(*args, **({**kwargs, "generator": None} if kwargs.get("generator") is not None else kwargs))
        except (DynamicOutputShapeException, DataDependentOutputException):
            if not known and func is aten.equal.default:
                return self.guess("equal", torch.bool)
            if not known and func is aten.nonzero.default:  # the end was not said yet
                self.guesses["nonzero"] += 1
                return self.faked(torch.empty((0, given[0].ndim), dtype=torch.int64), given[0].device)
            if not known:
                raise
            return tree_map_only(torch.Tensor, lambda one: self.faked(one, given[0].device), self._real(func, args, kwargs))
        self.meter.ran(func, args, kwargs, found)
        made = [found] if isinstance(found, FakeTensor) else [one for one in tree_flatten(found)[0] if isinstance(one, FakeTensor)]
        for one in made:
            self.meter.saw(one)
        if known and func not in UNTOLD and all(one.numel() <= _knowable(one) for one in made):
            for one, real in zip(made, _tensors((self._real(func, args, kwargs),), {}), strict=False):
                if one.shape == real.shape:
                    self.know(one, real)
        elif func is aten.all.default:  # whether all is well: taken to be so
            self.guesses["all"] += 1
            with runtime.outside():
                self.know(found, torch.tensor(True))
        elif func in SETTLED:
            self._settle(found, [self.value(one) for one in given], SETTLED[func])
        elif func._schema.is_mutable:
            self._spoil(func, args)
        return found

    def _settle(self, found: Any, values: list[torch.Tensor | None], by: int) -> None:
        """Whatever the other side is: all is 1 with an "or" of 1, 0 with an "and" of 0."""
        with runtime.outside():
            if any(value is not None and value.numel() == found.numel() and bool((value == by).all()) for value in values):
                self.know(found, torch.full(found.shape, by, dtype=found.dtype))

    def _real(self, func: Any, args: Any, kwargs: Any) -> Any:
        """The same operation with the known numbers, on the processor."""
        args, kwargs = tree_map_only(FakeTensor, self.value, (args, kwargs))
        if kwargs.get("device") is not None:
            kwargs = {**kwargs, "device": torch.device("cpu")}
        kwargs = {name: False if name in ("pin_memory", "non_blocking") else value for name, value in kwargs.items()}
        args = tuple(torch.device("cpu") if isinstance(one, torch.device) else one for one in args)
        with runtime.outside():
            return func(*args, **kwargs)

    def _spoil(self, func: Any, args: Any) -> None:
        """Unknown numbers were written into what was known."""
        for argument, one in zip(func._schema.arguments, args, strict=False):
            if argument.alias_info is not None and argument.alias_info.is_write and isinstance(one, FakeTensor) and one in self._known:
                storage = self._known[one].untyped_storage()
                self._spoilt[storage._cdata] = storage

    def _numbered(self, indices: Any) -> list[Any]:
        """Indices in which masks are replaced by the numbers of their places."""
        found: list[Any] = []
        for one in indices:
            if one is None or one.dtype not in (torch.bool, torch.uint8):
                found.append(one)
                continue
            value = self.value(one)
            if value is None:
                self.guesses["mask"] += 1
            with runtime.outside():
                value = torch.ones(one.shape, dtype=torch.bool) if value is None else value
                places = [place.clone() for place in value.nonzero().unbind(1)]
            found += [self.faked(place, one.device) for place in places]
        return found


def _tensors(args: Any, kwargs: Any) -> list[Any]:
    """Every tensor among an operation's arguments."""
    found: list[Any] = []
    for one in (*args, *kwargs.values()):
        if isinstance(one, torch.Tensor):
            found.append(one)
        elif isinstance(one, list | tuple | dict):
            found += [inner for inner in tree_flatten(one)[0] if isinstance(inner, torch.Tensor)]
    return found


def _knowable(tensor: Any) -> int:
    """How many elements a tensor may have whose numbers are computed beside."""
    return KNOWN if tensor.dtype.is_floating_point or tensor.dtype.is_complex else COUNTED


@cache
def _composite(func: Any) -> bool:
    return bool(torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), "CompositeImplicitAutograd"))


class Calls(TorchFunctionMode):
    """What never comes down to an operation: numbers that leave torch, attention's choice of a kernel, `data` that is exchanged."""

    def __init__(self, shadow: Shadow) -> None:
        super().__init__()
        self.shadow = shadow

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        handler = CALLS.get(func)
        return handler(self.shadow, func, *args, **kwargs) if handler else func(*args, **kwargs)


def _numpy(shadow: Shadow, func: Any, tensor: Any, *args: Any, **named: Any) -> Any:
    if not isinstance(tensor, FakeTensor):
        return func(tensor, *args, **named)
    if tensor.device.type != "cpu":
        raise TypeError(f"can't convert {tensor.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.")
    if tensor.dtype == torch.bfloat16:
        raise TypeError("Got unsupported ScalarType BFloat16")
    value = shadow.value(tensor)
    with runtime.outside():
        if value is None:
            shadow.guesses["numpy"] += 1
            value = torch.full(tensor.shape, 0.5 if tensor.dtype.is_floating_point else 0, dtype=tensor.dtype)
        return value.detach().numpy()


def _tolist(shadow: Shadow, func: Any, tensor: Any) -> Any:
    value = shadow.value(tensor)
    with runtime.outside():
        if value is None:
            shadow.guesses["tolist"] += 1
            value = torch.zeros(tensor.shape, dtype=tensor.dtype)
        return value.tolist()


def _array(shadow: Shadow, func: Any, tensor: Any, dtype: Any = None, *rest: Any) -> Any:
    found = _numpy(shadow, torch.Tensor.numpy, tensor)
    return found if dtype is None else found.astype(dtype)


def _set_data(shadow: Shadow, func: Any, tensor: Any, other: Any) -> None:
    func(tensor, other)
    if isinstance(tensor, FakeTensor) and isinstance(other, FakeTensor):
        tensor.fake_device = other.fake_device
        value = shadow.value(other)
        if value is not None:
            shadow.know(tensor, value)


def _multinomial(shadow: Shadow, func: Any, chances: Any, *args: Any, **named: Any) -> Any:
    found = func(chances, *args, **named)
    if shadow.mask is not None and found.shape[-1] == 1 and shadow.mask.shape == chances.shape:
        with runtime.outside():
            allowed = (~shadow.mask).int().argmax(dim=-1, keepdim=True)
        shadow.know(found, allowed)
    return found


def _attend(shadow: Shadow, func: Any, *args: Any, **named: Any) -> Any:
    return attend(shadow.meter, *args, **named)


def _float(shadow: Shadow, func: Any, tensor: Any) -> Any:
    value = shadow.value(tensor)
    with runtime.outside():
        return shadow.guess("item", tensor.dtype) if value is None else func(value)


CALLS: dict[Any, Callable[..., Any]] = {
    torch.Tensor.numpy: _numpy,
    torch.Tensor.tolist: _tolist,
    torch.Tensor.__float__: _float,
    torch.Tensor.__array__: _array,
    torch.Tensor.data.__set__: _set_data,  # type: ignore[attr-defined]
    torch.multinomial: _multinomial,
    torch.nn.functional.scaled_dot_product_attention: _attend,
}


@contextlib.contextmanager
def shadowed(meter: Meter | None = None, *, gigabytes: float = 141.0) -> Iterator[Shadow]:
    """Within it "cuda" is a device of `gigabytes` (decimal) that computes nothing; gives the `Shadow`."""
    shadow = Shadow(meter)
    with shadow.fake, runtime.pretended(shadow, gigabytes), shadow, Calls(shadow):
        yield shadow
