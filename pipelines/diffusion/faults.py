"""Which exceptions mean that the device is full, which that it is lost to this process, and which leave that open. Pure; imports no torch.

Texts are those of torch 2.13 and of CUDA's runtime API ("Error handling"): torch gives most of them as AcceleratorError with CUDA's own number, its libraries
(cuBLAS, cuDNN, cuFFT), Triton and the allocator's driver calls as plain RuntimeError.
"""

from __future__ import annotations

_MEMORY_ERROR_CODE = 2  # cudaErrorMemoryAllocation: unlike the others it leaves the context usable
_FULL = (
    "out of memory",
    "not enough memory",
    "allocate memory",
    "ALLOC_FAILED",  # cuBLAS, cuDNN, cuFFT, cuSOLVER, each with its own prefix
    "ALLOCATION_FAILED",  # cuDNN 9
    "CUBLAS_STATUS_NOT_INITIALIZED",  # a handle is made when it is first needed: then it is memory that lacks
    "unable to find an engine to execute this computation",  # cuDNN: none that fits what is free
)
_PASSING = frozenset({1, 9, 98, 209, 222, 400, 500, 701, 801})
"""CUDA's numbers for a call that was refused, with nothing done: a bad argument, a launch that needs more than there is, a kernel that was not built for this
device, what is not supported. The next call may go well."""
_LOST = (
    "an illegal memory access",
    "an illegal instruction",
    "misaligned address",
    "device-side assert",
    "invalid program counter",
    "invalid address space",
    "operation not supported on global/shared address space",
    "hardware stack error",
    "unspecified launch failure",
    "the launch timed out",
    "uncorrectable ECC error",
    "uncorrectable NVLink error",
    "CUDA error: unknown error",
    "context is destroyed",
    "CUDA-capable device(s) is/are busy or unavailable",
    "no CUDA-capable device is detected",
    "driver shutting down",
    "external device failure",
    "NCCL",
)
_OPEN = ("CUDA error", "CUDA driver error", "CUBLAS_STATUS_", "CUFFT_", "cuFFT error", "cusolver error", "cuDNN", "cudnn_frontend", "Triton Error")


def out_of_memory(error: BaseException) -> bool:
    """Whether the device's memory was too small; trying again with less may help."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and (_code(error) == _MEMORY_ERROR_CODE or any(part in str(error) for part in _FULL))


def device_lost(error: BaseException) -> bool:
    """Whether every later call to the device would fail too: such an error sticks to the process (CUDA's runtime API, "sticky errors")."""
    if out_of_memory(error) or not isinstance(error, RuntimeError):
        return False
    if any(part in str(error) for part in _LOST):
        return True
    return type(error).__name__ == "AcceleratorError" and _code(error) not in _PASSING


def doubtful(error: BaseException) -> bool:
    """Whether it came from the device and does not say if that can be used further: whoever has torch asks the device itself."""
    return isinstance(error, RuntimeError) and not out_of_memory(error) and not device_lost(error) and any(part in str(error) for part in _OPEN)


def _code(error: BaseException) -> int | None:
    code = getattr(error, "error_code", None)
    return int(code) if isinstance(code, int) else None
