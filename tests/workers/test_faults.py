"""What CUDA and torch say, and what it means: full, lost, or to be asked."""

from __future__ import annotations

import pytest

from pipelines.diffusion.faults import device_lost, doubtful, out_of_memory
from workers.passes import is_lost


class AcceleratorError(RuntimeError):
    """Has the name of torch's error of that kind, which is known by name, and CUDA's number."""

    def __init__(self, text: str, code: int | None = None) -> None:
        super().__init__(text)
        if code is not None:
            self.error_code = code


class OutOfMemoryError(RuntimeError):
    """Has the name of torch's."""


FULL = [
    OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    MemoryError(),
    AcceleratorError("CUDA error: out of memory", 2),
    RuntimeError("CUDA driver error: out of memory"),
    RuntimeError("Triton Error [CUDA]: out of memory"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
    RuntimeError("GET was unable to find an engine to execute this computation"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 80 bytes."),
]
LOST = [
    AcceleratorError("CUDA error: an illegal memory access was encountered", 700),
    AcceleratorError("CUDA error: device-side assert triggered", 710),
    AcceleratorError("CUDA error: what nobody has seen yet"),
    AcceleratorError("CUDA error: what nobody has seen yet", 987),
    RuntimeError("CUDA error: unspecified launch failure"),
    RuntimeError("Triton Error [CUDA]: misaligned address"),
    RuntimeError("NCCL Error 5: invalid usage"),
    RuntimeError("CUDA error: uncorrectable ECC error encountered"),
]
OPEN = [
    AcceleratorError("CUDA error: no kernel image is available for execution on the device", 209),
    AcceleratorError("CUDA error: invalid argument", 1),
    RuntimeError("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED"),
    RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx`"),
    RuntimeError("cuDNN Frontend error: [cudnn_frontend] Error: No execution plans support the graph."),
]
NEITHER = [ValueError("CUDA error: said by somebody else"), RuntimeError("sizes of tensors must match"), KeyError("transformer")]


@pytest.mark.parametrize(
    ("errors", "meaning"), [(FULL, "full"), (LOST, "lost"), (OPEN, "open"), (NEITHER, "neither")], ids=lambda found: found if isinstance(found, str) else ""
)
def test_each_error_means_one_thing(errors, meaning):
    for error in errors:
        found = {"full": out_of_memory(error), "lost": device_lost(error), "open": doubtful(error)}
        assert found == {name: name == meaning for name in found}, repr(error)
        assert is_lost(error) == (meaning == "lost")
