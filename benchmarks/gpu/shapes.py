"""Pipelines of real architectures at full size with random weights, built on the device: what is timed does not depend on what the weights say.

Text encoders are left out and their outputs made up: they run once a picture, and building them would take longer than what is measured.
"""

from __future__ import annotations

from typing import Any

import torch

FLUX_TEXT, FLUX_TOKENS, FLUX_POOLED = 4096, 512, 768
WAN_TEXT, WAN_TOKENS = 4096, 512


def flux(device: str, *, layers: int = 19, single: int = 38) -> Any:
    """FLUX.1's transformer (12 billion weights as published: 19 double and 38 single blocks) and its encoder of pictures, in bfloat16."""
    from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel

    with torch.device(device):
        torch.set_default_dtype(torch.bfloat16)
        try:
            transformer = FluxTransformer2DModel(num_layers=layers, num_single_layers=single, guidance_embeds=True)
            vae = AutoencoderKL(
                block_out_channels=(128, 256, 512, 512),
                down_block_types=("DownEncoderBlock2D",) * 4,
                up_block_types=("UpDecoderBlock2D",) * 4,
                layers_per_block=2,
                latent_channels=16,
                sample_size=1024,
                scaling_factor=0.3611,
                shift_factor=0.1159,
                use_quant_conv=False,
                use_post_quant_conv=False,
            )
        finally:
            torch.set_default_dtype(torch.float32)
    scheduler = FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True)
    pipe = FluxPipeline(scheduler=scheduler, vae=vae, text_encoder=None, tokenizer=None, text_encoder_2=None, tokenizer_2=None, transformer=transformer)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def flux_call(device: str, batch: int = 1) -> dict[str, Any]:
    """What stands for the text encoders' outputs."""
    make = torch.Generator("cpu").manual_seed(1)
    return {
        "prompt_embeds": torch.randn(batch, FLUX_TOKENS, FLUX_TEXT, generator=make).to(device, torch.bfloat16),
        "pooled_prompt_embeds": torch.randn(batch, FLUX_POOLED, generator=make).to(device, torch.bfloat16),
    }


def wan(device: str, billions: str) -> Any:
    """Wan 2.1's transformer ("1.3": 30 blocks of 12 heads, "14": 40 blocks of 40 heads) for text-to-video, with its encoder, in bfloat16."""
    from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel

    shape: dict[str, Any] = {
        "1.3": {"num_attention_heads": 12, "num_layers": 30, "ffn_dim": 8960},
        "14": {"num_attention_heads": 40, "num_layers": 40, "ffn_dim": 13824},
    }[billions]
    with torch.device(device):
        torch.set_default_dtype(torch.bfloat16)
        try:
            transformer = WanTransformer3DModel(attention_head_dim=128, in_channels=16, out_channels=16, text_dim=WAN_TEXT, **shape)
            vae = AutoencoderKLWan()
        finally:
            torch.set_default_dtype(torch.float32)
    scheduler = UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0)
    pipe = WanPipeline(tokenizer=None, text_encoder=None, transformer=transformer, vae=vae, scheduler=scheduler)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def wan_call(device: str) -> dict[str, Any]:
    """What stands for the text encoder's outputs."""
    make = torch.Generator("cpu").manual_seed(1)
    embeds = {name: torch.randn(1, WAN_TOKENS, WAN_TEXT, generator=make).to(device, torch.bfloat16) for name in ("prompt_embeds", "negative_prompt_embeds")}
    return {**embeds, "output_type": "np"}
