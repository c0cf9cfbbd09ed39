"""A small picture of a latent: a linear projection to colours, measured from the model's own encoder when it is loaded.

Published tables of such projections exist for some models (ComfyUI's `latent_formats.py`, whose scaling of latents is ours); measuring takes one pass of a
small chart through the encoder and works for all. What is shown is not the noisy latent but the clean one that it is on its way to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import structlog
import torch
from numpy.typing import NDArray
from PIL import Image

log = structlog.get_logger()

CHART = (256, 512, 1024)  # pixels a side: the smallest that gives enough cells
CELLS = 6  # of latent, for each of its channels
BLOCKS = (128, 64, 32, 16, 8, 4)  # pixels a side of patches of colour, laid over one another: as much coarse as fine, like pictures
RIDGE = 1e-3  # of a channel's strength: what texture does in a channel is no colour
STRAIGHT = "EulerDiscrete"
"""In the names of schedulers whose latents go straight from noise to picture as sigma falls; others do where they are told to use flow sigmas."""
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
        for side in CHART:
            latents = _encoded(vae, pipe._execution_device, side)
            if latents.shape[1] * latents.shape[2] >= CELLS * latents.shape[0]:
                break
    except Exception as error:  # previews are a courtesy: no model fails for want of them
        log.info("diffusion.no_preview", vae=type(vae).__name__, reason=repr(error))
        return None
    finally:
        pipe.maybe_free_model_hooks()  # an encoder that was brought for this goes again
    height, width = latents.shape[1:]
    small = np.asarray(Image.fromarray(_chart(side)).resize((width, height), Image.Resampling.BOX), np.float64).reshape(-1, 3) / 255
    flat = _normalised(vae, latents).double().cpu().numpy().reshape(latents.shape[0], -1).T
    if not np.isfinite(flat).all():
        return None
    mean, colour = flat.mean(axis=0), small.mean(axis=0)
    spread = (flat - mean).T @ (flat - mean)
    ridge = RIDGE * np.trace(spread) / len(spread)
    weights = np.linalg.lstsq(spread + ridge * np.eye(len(spread)), (flat - mean).T @ (small - colour), rcond=None)[0]
    return Projection(np.vstack([weights, colour - mean @ weights]).astype(np.float32), pipe)


def clean(scheduler: Any, before: torch.Tensor | None, after: torch.Tensor) -> torch.Tensor:
    """The clean latent that a step from `before` to `after` points to, where the scheduler's way is straight; else `after`.

    With x = picture + sigma * direction, two points give the direction: picture = x - sigma * (change of x / change of sigma).
    """
    sigmas, at = getattr(scheduler, "sigmas", None), getattr(scheduler, "step_index", None)
    config = getattr(scheduler, "config", None)
    straight = (STRAIGHT in type(scheduler).__name__ or getattr(config, "use_flow_sigmas", False)) and not getattr(config, "stochastic_sampling", False)
    if before is None or sigmas is None or not at or at >= len(sigmas) or not straight or before.shape != after.shape:
        return after
    here, there = float(sigmas[at]), float(sigmas[at - 1])
    return after if abs(here - there) < 1e-6 else after - here * ((after - before.to(after)) / (here - there))


def _chart(side: int) -> NDArray[np.uint8]:
    """Fixed random colours in patches of every size, one over the other."""
    random, found = np.random.default_rng(0), np.full((side, side, 3), 127.5)
    for block in BLOCKS:
        patches = random.normal(0, 48, (side // block, side // block, 3))
        found += patches.repeat(block, 0).repeat(block, 1)
    return found.clip(0, 255).astype(np.uint8)


@torch.inference_mode()
def _encoded(vae: Any, device: torch.device, side: int) -> torch.Tensor:
    """The chart's latent means: (channels, height, width). `device` is where it computes, which is not where it waits when parts are offloaded."""
    pixels = torch.from_numpy(_chart(side)).permute(2, 0, 1)[None].float() / 127.5 - 1
    video = _is_video(vae)
    pixels = (pixels[:, :, None] if video else pixels).to(device, vae.dtype)
    found = vae.encode(pixels)
    latents = found.latent_dist.mode() if hasattr(found, "latent_dist") else getattr(found, "latents", None)
    if latents is None:
        latents = found.latent  # the deep compression encoder's word (SANA)
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
        if (norm := getattr(getattr(pipe, "vae", None), "bn", None)) is not None and len(norm.running_mean) == 4 * channels:  # FLUX.2 evens patches out
            deviation = torch.sqrt(norm.running_var + pipe.vae.config.batch_norm_eps)
            latents = latents * deviation.to(latents) + norm.running_mean.to(latents)
        rows = round((latents.shape[1] * size[1] / size[0]) ** 0.5)
        if rows < 1 or latents.shape[1] % rows:
            return None
        grid = latents[0].reshape(rows, latents.shape[1] // rows, channels, 2, 2)
        return grid.permute(2, 0, 3, 1, 4).reshape(channels, rows * 2, -1)
    if latents.ndim == 4 and latents.shape[1] == channels:
        return latents[0]
    if latents.ndim == 5:
        for axis in (1, 2, 4):  # batch, channels, frames … or batch, frames, channels … or channels last (Kandinsky)
            if latents.shape[axis] == channels:
                frames = latents[0].movedim(axis - 1, 0)
                return frames[:, frames.shape[1] // 2]
    return None
