"""How video pipelines keep their latents between steps, brought to the one layout that previews are made of. Pure."""

from __future__ import annotations

from typing import Any, Literal

Layout = Literal["planes", "tokens", "last"]
"""Batch, channels, frames, rows, columns; a row of tokens (batch, frames · rows · columns, channels); or channels last."""


def spread(latents: Any, layout: Layout, pixels: int, channels: int | None, size: tuple[int, int]) -> Any:
    """Latents as (batch, channels, frames, rows, columns); `size` is that of the frames, of which a latent covers `pixels` each way.

    What lies beside them is left out: tokens that make up no whole frame (conditions), channels after the first `channels` (the keyframe, a mask).
    """
    if layout == "last":
        return latents.movedim(-1, 1)[:, :channels]
    if layout == "planes" or latents.ndim != 3:
        return latents
    columns, rows = size[0] // pixels, size[1] // pixels
    frames = latents.shape[1] // (rows * columns)
    return latents[:, : frames * rows * columns].reshape(latents.shape[0], frames, rows, columns, latents.shape[2]).movedim(-1, 1)
