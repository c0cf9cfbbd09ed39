"""Which exceptions mean that the device is full, and which that it is lost to this process."""

from __future__ import annotations

_MEMORY_ERROR_CODE = 2  # cudaErrorMemoryAllocation: unlike the others it leaves the context usable
_FULL = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "not enough memory")
_LOST = ("CUDA error", "cuDNN error", "NCCL", "device-side assert", "CUBLAS_STATUS_EXECUTION_FAILED")


def out_of_memory(error: BaseException) -> bool:
    """Whether the device's memory was too small; trying again with less may help."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and (getattr(error, "error_code", None) == _MEMORY_ERROR_CODE or any(part in str(error) for part in _FULL))


def device_lost(error: BaseException) -> bool:
    """Whether every later call to the device would fail too: such an error sticks to the process (CUDA's runtime API, "sticky errors")."""
    if out_of_memory(error) or not isinstance(error, RuntimeError):
        return False
    return type(error).__name__ == "AcceleratorError" or any(part in str(error) for part in _LOST)
