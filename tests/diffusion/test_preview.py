"""Previews: are the colours right, by what others measured of real encoders; is it the picture that is shown and not its noise; is it small."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler
from PIL import Image

from pipelines.diffusion import preview

SDXL = [[0.3651, 0.4232, 0.4341], [-0.2533, -0.0042, 0.1068], [0.1076, 0.1111, -0.0362], [-0.3165, -0.2492, -0.2188]]
FLUX = [
    [-0.0346, 0.0244, 0.0681], [0.0034, 0.0210, 0.0687], [0.0275, -0.0668, -0.0433], [-0.0174, 0.0160, 0.0617], [0.0859, 0.0721, 0.0329],
    [0.0004, 0.0383, 0.0115], [0.0405, 0.0861, 0.0915], [-0.0236, -0.0185, -0.0259], [-0.0245, 0.0250, 0.1180], [0.1008, 0.0755, -0.0421],
    [-0.0515, 0.0201, 0.0011], [0.0428, -0.0012, -0.0036], [0.0817, 0.0765, 0.0749], [-0.1264, -0.0522, -0.1103], [-0.0280, -0.0881, -0.0499],
    [-0.1262, -0.0982, -0.0778],
]  # fmt: skip
"""Latents, as the denoiser sees them, to RGB from -1 to 1: ComfyUI, `comfy/latent_formats.py`, measured by others on the real encoders."""
KINDS = {
    "sdxl": (SDXL, (0.1084, -0.0175, -0.0011), {"scaling_factor": 0.13025}),
    "flux": (FLUX, (-0.0329, -0.0718, -0.0851), {"scaling_factor": 0.3611, "shift_factor": 0.1159}),
    "wide": (np.random.default_rng(1).normal(0, 0.05, (128, 3)).tolist(), (0.0, 0.0, 0.0), {"cells": 32}),  # as many channels and as coarse as LTX
    "flux2": (np.random.default_rng(2).normal(0, 0.1, (32, 3)).tolist(), (0.0, 0.0, 0.0), {"bn": True}),
}


class Encoder(torch.nn.Module):
    """An encoder of which the published table is the answer: colours by the table's inverse, texture in the directions that the table does not see."""

    def __init__(self, table: Any, bias: Any, *, scaling_factor: float = 1.0, shift_factor: float = 0.0, cells: int = 8, bn: bool = False) -> None:
        super().__init__()
        self.encoder = torch.nn.Conv2d(1, 1, 1)  # says that it is of pictures
        self.table, self.bias, self.cells = torch.tensor(table).double(), torch.tensor(bias).double(), cells
        self.config = SimpleNamespace(scaling_factor=scaling_factor, shift_factor=shift_factor, batch_norm_eps=1e-4)
        self.dtype = torch.float32
        if bn:
            self.bn = torch.nn.BatchNorm2d(4 * len(table), affine=False)
            self.bn.running_mean = torch.linspace(-1, 1, 4 * len(table))
            self.bn.running_var = torch.linspace(0.5, 4, 4 * len(table))

    def model_latents(self, pixels: torch.Tensor) -> torch.Tensor:
        colour = torch.nn.functional.avg_pool2d(pixels.double(), self.cells)[0].flatten(1)
        texture = torch.nn.functional.avg_pool2d((pixels.double() - torch.roll(pixels.double(), 1, 3)).abs(), self.cells)[0].flatten(1)
        inverse = torch.linalg.pinv(self.table)
        unseen = torch.eye(len(self.table)) - self.table @ inverse  # adds nothing to the colours
        latents = inverse.T @ (colour - self.bias[:, None]) + 3 * unseen.T.double() @ torch.ones(len(self.table), 3).double() @ texture
        side = pixels.shape[2] // self.cells
        return latents.reshape(1, -1, side, side).float()

    def encode(self, pixels: torch.Tensor) -> Any:
        raw = self.model_latents(pixels) / self.config.scaling_factor + self.config.shift_factor
        return SimpleNamespace(latent_dist=SimpleNamespace(mode=lambda: raw))


def piped(vae: Encoder, scheduler: Any = None) -> Any:
    return SimpleNamespace(vae=vae, scheduler=scheduler, _execution_device=torch.device("cpu"), maybe_free_model_hooks=lambda: None)


def photograph(side: int) -> torch.Tensor:
    """Sky, sun, sea and a red boat, with some grain."""
    rows, columns = np.mgrid[0:side, 0:side] / side
    pixels = np.where((rows < 0.6)[..., None], np.stack([0.4 + 0.4 * rows, 0.6 + 0 * rows, 0.95 - 0.2 * rows], -1), (0.05, 0.25, 0.35))
    pixels[(rows - 0.25) ** 2 + (columns - 0.7) ** 2 < 0.01] = (1.0, 0.85, 0.3)
    pixels[(abs(rows - 0.65) < 0.06) & (abs(columns - 0.35) < 0.15)] = (0.8, 0.1, 0.1)
    pixels += np.random.default_rng(3).normal(0, 0.03, pixels.shape)
    return torch.from_numpy(pixels.clip(0, 1)).permute(2, 0, 1)[None].float() * 2 - 1


@pytest.mark.parametrize("name", KINDS)
def test_colours_are_those_that_were_published_for_real_encoders(name):
    table, bias, config = KINDS[name]
    vae = Encoder(table, bias, **config)
    projection = preview.measure(piped(vae))
    side = 512
    latents = vae.model_latents(photograph(side))
    if name == "flux2":
        from diffusers import Flux2Pipeline

        packed = Flux2Pipeline._patchify_latents(latents)
        packed = (packed - vae.bn.running_mean.view(1, -1, 1, 1)) / torch.sqrt(vae.bn.running_var.view(1, -1, 1, 1) + 1e-4)
        latents = Flux2Pipeline._pack_latents(packed)
    picture = projection.picture(latents, (side, side))
    cells = config.get("cells", 8)
    wanted = (torch.nn.functional.avg_pool2d(photograph(side), cells)[0].permute(1, 2, 0).numpy() + 1) * 127.5
    found = np.asarray(picture.resize((side // cells, side // cells), Image.Resampling.BOX)).astype(float)
    assert np.abs(found - wanted).mean() < 6, "of 255"


@pytest.mark.parametrize(
    ("scheduler", "shown"),
    [
        (FlowMatchEulerDiscreteScheduler(), True),
        (FlowMatchEulerDiscreteScheduler(stochastic_sampling=True), False),
        (EulerDiscreteScheduler(), True),
        (EulerAncestralDiscreteScheduler(), False),
        (UniPCMultistepScheduler(use_flow_sigmas=True, prediction_type="flow_prediction"), True),
    ],
    ids=["flow", "stochastic", "euler", "ancestral", "unipc flow"],
)
def test_after_two_steps_the_picture_is_seen_through_the_noise(scheduler, shown):
    """A denoiser that knows the picture: what is shown is the picture while the latent is noise."""
    torch.manual_seed(0)
    picture, noise = torch.rand(1, 4, 8, 8) * 2 - 1, torch.randn(1, 4, 8, 8)
    scheduler.set_timesteps(20)
    flow = "flow" in str(getattr(scheduler.config, "prediction_type", "")) or "FlowMatch" in type(scheduler).__name__
    start = float(scheduler.sigmas[0])
    latents = (1 - start) * picture + start * noise if flow else picture + start * noise
    before = None
    for number, timestep in enumerate(scheduler.timesteps[:3]):
        sigma = float(scheduler.sigmas[number])
        scheduler.scale_model_input(latents, timestep) if hasattr(scheduler, "scale_model_input") else None
        direction = (latents - picture) / sigma
        before, latents = latents, scheduler.step(direction, timestep, latents, return_dict=False)[0]
    seen = (preview.clean(scheduler, before, latents) - picture).abs().mean()
    assert (seen < 0.02) == shown
    assert (latents - picture).abs().mean() > 0.3, "it was clean already"


def test_a_preview_is_small(tmp_path):
    projection = preview.measure(piped(Encoder(SDXL, (0, 0, 0))))
    picture = projection.picture(torch.randn(1, 4, 90, 160), (1280, 720))
    assert picture.size == (256, 144)
    picture.save(tmp_path / "noise.jpg", quality=80)
    assert (tmp_path / "noise.jpg").stat().st_size < 25_000, "and this is noise, which is the worst"
