"""Which kernel torch's scaled_dot_product_attention takes on CUDA, and what it allocates; by the rules of aten/native/transformers/cuda/sdp_utils.cpp."""

from __future__ import annotations

from typing import Any

import torch

from benchmarks.gpu.meter import Meter

aten: Any = torch.ops.aten
HALVES = (torch.float16, torch.bfloat16)
WIDEST = 256  # elements of a head that flash attention takes


def chosen(q: Any, k: Any, v: Any, mask: Any, *, gqa: bool) -> str:
    """ "flash", "efficient" or "math". cuDNN's kernel, which newer devices may take in place of flash attention, allocates the same."""
    if q.ndim != 4 or q.device.type != "cuda":
        return "math"
    plain = all(one.stride(-1) == 1 for one in (q, k, v)) and q.shape[-2] > 0 and k.shape[-2] > 0
    alike = q.dtype == k.dtype == v.dtype and q.shape[-1] == k.shape[-1]
    fits = gqa or (q.shape[1] == k.shape[1] == v.shape[1])
    if plain and alike and fits and q.dtype in HALVES and mask is None and q.shape[-1] == v.shape[-1] and q.shape[-1] <= WIDEST:
        return "flash"
    aligned = q.shape[-1] % (8 if q.dtype in HALVES else 4) == 0 and v.shape[-1] % (8 if q.dtype in HALVES else 4) == 0
    if plain and alike and aligned and not gqa and q.shape[1] == k.shape[1] and q.dtype in (*HALVES, torch.float32):
        return "efficient"
    return "math"


def attend(
    meter: Meter, query: Any, key: Any, value: Any, attn_mask: Any = None, dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:  # fmt: skip
    """Attention as CUDA would compute it: its output and what its kernel keeps beside."""
    for one in (key, value, attn_mask):
        if one is not None and one.device != query.device:
            raise RuntimeError(f"Expected query, key, value and attn_mask on one device; query is on {query.device}, another on {one.device}")
    if not query.dtype == key.dtype == value.dtype:
        raise RuntimeError(f"Expected query, key, and value to have the same dtype, but got {query.dtype}, {key.dtype}, {value.dtype}")
    if attn_mask is not None and attn_mask.dtype not in (torch.bool, query.dtype):
        raise RuntimeError(f"Expected attn_mask dtype to be bool or to match query dtype, but got {attn_mask.dtype} and {query.dtype}")
    gqa = enable_gqa and query.shape[1] != key.shape[1]
    how = chosen(query, key, value, attn_mask, gqa=gqa)
    meter.kernels[f"{how} {str(query.dtype).removeprefix('torch.')} {query.shape[-1]}"] += 1
    if how == "flash":
        pad = -query.shape[-1] % 8
        parts = [torch.nn.functional.pad(one, (0, pad)) if pad else one for one in (query, key, value)]
        found = aten._scaled_dot_product_flash_attention(*parts, 0.0, is_causal, False, scale=scale)[0]
        return found[..., : query.shape[-1]] if pad else found
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        attn_mask = torch.zeros_like(attn_mask, dtype=query.dtype).masked_fill_(attn_mask.logical_not(), float("-inf"))
    if how == "efficient":
        if attn_mask is not None:
            over = attn_mask.shape[-1] % 16
            if over:  # padded to what the kernel can read, then cut
                attn_mask = torch.nn.functional.pad(attn_mask, (0, 16 - over))[..., : attn_mask.shape[-1]]
            attn_mask = attn_mask.expand(query.shape[0], query.shape[1], query.shape[2], key.shape[2])
        return aten._scaled_dot_product_efficient_attention(query, key, value, attn_mask, False, 0.0, is_causal, scale=scale)[0]
    return aten._scaled_dot_product_attention_math(query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa)[0]
