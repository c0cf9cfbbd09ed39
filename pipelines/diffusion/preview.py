"""A small picture of a latent: a linear projection to colours, measured from the model's own encoder when it is loaded.

Published tables of such projections exist for some models; measuring takes one pass of a small chart through the encoder and works for all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import structlog
import torch
from numpy.typing import NDArray
from PIL import Image

log = structlog.get_logger()

CHART = 256  # pixels a side
BLOCK = 32  # pixels a side of one patch of colour
LONGEST_SIDE = 256  # pixels of a preview


class Projection:
    """Latents (channels, height, width) as they are between steps, to RGB."""

    def __init__(self, weights: NDArray[np.float32], pipe: Any) -> None:
        self._weights, self._pipe = weights, pipe

    def picture(self, latents: torch.Tensor, size: tuple[int, int]) -> Image.Image | None:
        """The first picture (or a video's middle frame) of a batch of latents; None for a layout that is not known."""
        planes = _planes(self._pipe, latents, size, len(self._weights) - 1)
        if planes is None:
            return None
        flat = planes.float().cpu().numpy().reshape(planes.shape[0], -1).T
        colours = np.hstack([flat, np.ones((len(flat), 1), np.float32)]) @ self._weights
        shape = (planes.shape[1], planes.shape[2], 3)
        picture = Image.fromarray((colours.clip(0, 1) * 255).astype(np.uint8).reshape(shape))
        scale = LONGEST_SIDE / max(size)
        return picture.resize((max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), Image.Resampling.BICUBIC)


def measure(pipe: Any) -> Projection | None:
    """Encode a chart of colours and fit latents to colours by least squares; None where the pipeline has no such encoder."""
    vae = getattr(pipe, "vae", None)
    if vae is None or not hasattr(vae, "encode"):
        return None
    try:
        latents = _encoded(vae, pipe._execution_device)
    except Exception as error:  # previews are a courtesy: no model fails for want of them
        log.info("diffusion.no_preview", vae=type(vae).__name__, reason=repr(error))
        return None
    finally:
        pipe.maybe_free_model_hooks()  # an encoder that was brought for this goes again
    height, width = latents.shape[1:]
    chart = _chart()
    small = np.asarray(Image.fromarray(chart).resize((width, height), Image.Resampling.BOX), np.float32).reshape(-1, 3) / 255
    flat = _normalised(vae, latents).float().cpu().numpy().reshape(latents.shape[0], -1).T
    if not np.isfinite(flat).all():
        return None
    weights, *_ = np.linalg.lstsq(np.hstack([flat, np.ones((len(flat), 1), np.float32)]), small, rcond=1e-4)
    return Projection(weights.astype(np.float32), pipe)


def _chart() -> NDArray[np.uint8]:
    """Patches of fixed random colours."""
    patches = np.random.default_rng(0).integers(0, 256, (CHART // BLOCK, CHART // BLOCK, 3), dtype=np.uint8)
    return patches.repeat(BLOCK, 0).repeat(BLOCK, 1)


@torch.inference_mode()
def _encoded(vae: Any, device: torch.device) -> torch.Tensor:
    """The chart's latent means: (channels, height, width). `device` is where it computes, which is not where it waits when parts are offloaded."""
    pixels = torch.from_numpy(_chart()).permute(2, 0, 1)[None].float() / 127.5 - 1
    video = _is_video(vae)
    pixels = (pixels[:, :, None] if video else pixels).to(device, vae.dtype)
    found = vae.encode(pixels)
    latents = found.latent_dist.mode() if hasattr(found, "latent_dist") else found.latents
    return latents[0, :, 0] if video else latents[0]


def _is_video(vae: Any) -> bool:
    weight = next((parameter for name, parameter in vae.named_parameters() if name.startswith("encoder.") and parameter.ndim >= 4), None)
    return weight is not None and weight.ndim == 5


def _normalised(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """Raw latents as the denoiser sees them."""
    config = vae.config
    mean, deviation = getattr(config, "latents_mean", None), getattr(config, "latents_std", None)
    if mean is None:  # buffers in the LTX family
        buffers = dict(vae.named_buffers(recurse=False))
        mean, deviation = buffers.get("latents_mean"), buffers.get("latents_std")
    if mean is not None and deviation is not None:
        shape = (-1, 1, 1)
        return (latents - torch.as_tensor(mean).to(latents).reshape(shape)) / torch.as_tensor(deviation).to(latents).reshape(shape)
    shift = getattr(config, "shift_factor", None) or 0.0
    return (latents - shift) * float(getattr(config, "scaling_factor", None) or 1.0)


def _planes(pipe: Any, latents: torch.Tensor, size: tuple[int, int], channels: int) -> torch.Tensor | None:
    """The latent's channels as planes, whatever way the pipeline keeps them between its steps."""
    if latents.ndim == 3 and latents.shape[2] == 4 * channels:  # packed in 2 x 2 patches (the Flux family): batch, patches, channels * 4
        rows = round((latents.shape[1] * size[1] / size[0]) ** 0.5)
        if rows < 1 or latents.shape[1] % rows:
            return None
        grid = latents[0].reshape(rows, latents.shape[1] // rows, channels, 2, 2)
        return grid.permute(2, 0, 3, 1, 4).reshape(channels, rows * 2, -1)
    if latents.ndim == 4 and latents.shape[1] == channels:
        return latents[0]
    if latents.ndim == 5:
        for axis in (1, 2):  # batch, channels, frames … or batch, frames, channels …
            if latents.shape[axis] == channels:
                frames = latents[0].movedim(axis - 1, 0)
                return frames[:, frames.shape[1] // 2]
    return None
