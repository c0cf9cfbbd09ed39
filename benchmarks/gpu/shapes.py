"""Folders with pipelines of real architectures and random weights: what is timed does not depend on what the weights say.

The networks that run at every step, and the decoders, have their published size; text encoders run once a work and are small ones that give outputs of
the right width. `--tiny` takes the pipelines that the tests use, a few thousand weights each.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

TEXT_WIDTH = 4096


def saved(name: str, folder: Path, device: str, *, tiny: bool, small: bool) -> Path:
    """The folder of pipeline `name`, built on `device` and saved under `folder` if it is not there; `small` takes a sixth of the layers."""
    target = folder / (f"tiny-{name}" if tiny else name)
    if target.exists():
        return target
    torch.manual_seed(0)
    if tiny:
        from tests.diffusion import tiny_pictures, tiny_videos

        pipe = {"flux": tiny_pictures.flux, "sdxl": tiny_pictures.sdxl, "wan-1.3b": tiny_videos.wan_text, "wan-14b": tiny_videos.wan_text}[name]()
    else:
        torch.set_default_dtype(torch.bfloat16)
        try:
            with torch.device(device):
                pipe = SHAPES[name](6 if small else 1)
        finally:
            torch.set_default_dtype(torch.float32)
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    pipe.save_pretrained(partial, safe_serialization=True)
    partial.rename(target)
    del pipe
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return target


def _t5() -> tuple[Any, Any]:
    from transformers import T5Config, T5EncoderModel

    from tests.diffusion.tiny_words import t5

    config = T5Config(vocab_size=100, d_model=TEXT_WIDTH, d_ff=64, d_kv=64, num_heads=1, num_layers=1)
    return T5EncoderModel(config), t5()[1]


def flux(fewer: int) -> Any:
    """FLUX.1: 19 double and 38 single blocks, 12 billion weights, and its decoder."""
    from diffusers import FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel

    from tests.diffusion.tiny_words import clip_text, clip_tokenizer

    encoder, tokenizer = _t5()
    return FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True), vae=_kl(16, shift_factor=0.1159), text_encoder=clip_text(width=768),
        tokenizer=clip_tokenizer(), text_encoder_2=encoder, tokenizer_2=tokenizer,
        transformer=FluxTransformer2DModel(num_layers=19 // fewer, num_single_layers=38 // fewer, guidance_embeds=True),
    )  # fmt: skip


def _kl(channels: int, **more: Any) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(128, 256, 512, 512), down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=2,
        latent_channels=channels, sample_size=1024, scaling_factor=0.3611, use_quant_conv=False, use_post_quant_conv=False, **more,
    )  # fmt: skip


def sdxl(fewer: int) -> Any:
    """Stable Diffusion XL: 2.6 billion weights (of which `fewer` takes no layers off), and its decoder."""
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
    from transformers import CLIPTextModelWithProjection

    from tests.diffusion.tiny_words import clip_text, clip_tokenizer

    unet = UNet2DConditionModel(
        sample_size=128, block_out_channels=(320, 640, 1280), down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), transformer_layers_per_block=(1, 2, 10), attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048, use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )  # fmt: skip
    return StableDiffusionXLPipeline(
        vae=_kl(4), text_encoder=clip_text(width=768), text_encoder_2=clip_text(CLIPTextModelWithProjection, width=1280), tokenizer=clip_tokenizer(),
        tokenizer_2=clip_tokenizer(), unet=unet,
        scheduler=EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="leading"),
    )  # fmt: skip


def _wan(heads: int, layers: int, width: int) -> Any:
    from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel

    encoder, tokenizer = _t5()
    transformer = WanTransformer3DModel(
        num_attention_heads=heads, num_layers=layers, ffn_dim=width, attention_head_dim=128, in_channels=16, out_channels=16, text_dim=TEXT_WIDTH
    )
    scheduler = UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0)
    return WanPipeline(tokenizer=tokenizer, text_encoder=encoder, transformer=transformer, vae=AutoencoderKLWan(), scheduler=scheduler)


SHAPES: dict[str, Callable[[int], Any]] = {
    "flux": flux,
    "sdxl": sdxl,
    "wan-1.3b": lambda fewer: _wan(12, 30 // fewer, 8960),
    "wan-14b": lambda fewer: _wan(40, 40 // fewer, 13824),
}
