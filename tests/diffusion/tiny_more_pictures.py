"""Picture pipelines beside the well-known ones, with a few thousand random weights."""

from __future__ import annotations

from typing import Any

from tests.diffusion import tiny_sight
from tests.diffusion.tiny_pictures import kl
from tests.diffusion.tiny_words import VOCABULARY, byte_tokenizer, clip_text, clip_tokenizer, mark, qwen_vl, t5

WIDTH = 16  # of what prompts are read with


def _flow() -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(shift=3.0)


def _plain_kl(channels: int = 4) -> Any:
    return kl(channels, shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False)


def _gemma2() -> Any:
    from transformers import Gemma2Config, Gemma2Model

    return Gemma2Model(
        Gemma2Config(
            vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, head_dim=8,
            max_position_embeddings=2048, pad_token_id=mark("<|endoftext|>"), bos_token_id=None, eos_token_id=mark("<|endoftext|>"),
        )
    )  # fmt: skip


def _qwen3_model() -> Any:
    from transformers import Qwen3Config, Qwen3Model

    return Qwen3Model(
        Qwen3Config(
            vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, head_dim=8,
            max_position_embeddings=2048, pad_token_id=mark("<|endoftext|>"), eos_token_id=mark("<|endoftext|>"), bos_token_id=None,
        )
    )  # fmt: skip


def chroma() -> Any:
    """Chroma: FLUX.1 without the pooled prompt."""
    from diffusers import ChromaPipeline, ChromaTransformer2DModel

    encoder, tokenizer = t5()
    transformer = ChromaTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2, joint_attention_dim=32,
        axes_dims_rope=[4, 4, 8], approximator_hidden_dim=32, approximator_layers=1, approximator_num_channels=16,
    )  # fmt: skip
    return ChromaPipeline(scheduler=_flow(), vae=_plain_kl(), text_encoder=encoder, tokenizer=tokenizer, transformer=transformer)


def sana() -> Any:
    """SANA: linear attention, an encoder that folds far."""
    from diffusers import AutoencoderDC, SanaPipeline, SanaTransformer2DModel

    transformer = SanaTransformer2DModel(
        patch_size=1, in_channels=4, out_channels=4, num_layers=1, num_attention_heads=2, attention_head_dim=4, num_cross_attention_heads=2,
        cross_attention_head_dim=4, cross_attention_dim=8, caption_channels=WIDTH, sample_size=32,
    )  # fmt: skip
    vae = AutoencoderDC(
        in_channels=3, latent_channels=4, attention_head_dim=2, encoder_block_types=("ResBlock", "EfficientViTBlock"),
        decoder_block_types=("ResBlock", "EfficientViTBlock"), encoder_block_out_channels=(8, 8), decoder_block_out_channels=(8, 8),
        encoder_qkv_multiscales=((), (5,)), decoder_qkv_multiscales=((), (5,)), encoder_layers_per_block=(1, 1), decoder_layers_per_block=[1, 1],
        downsample_block_type="conv", upsample_block_type="interpolate", decoder_norm_types="rms_norm", decoder_act_fns="silu", scaling_factor=0.41407,
    )  # fmt: skip
    return SanaPipeline(tokenizer=byte_tokenizer(padding_side="right"), text_encoder=_gemma2(), vae=vae, transformer=transformer, scheduler=_flow())


def lumina2() -> Any:
    """Lumina-Image 2."""
    from diffusers import Lumina2Pipeline, Lumina2Transformer2DModel

    transformer = Lumina2Transformer2DModel(
        sample_size=4, patch_size=2, in_channels=4, hidden_size=16, num_layers=2, num_attention_heads=2, num_kv_heads=1, multiple_of=16,
        axes_dim_rope=[4, 2, 2], cap_feat_dim=WIDTH,
    )  # fmt: skip
    return Lumina2Pipeline(transformer=transformer, scheduler=_flow(), vae=_plain_kl(), text_encoder=_gemma2(), tokenizer=byte_tokenizer(padding_side="right"))


def cogview4() -> Any:
    """CogView 4."""
    from diffusers import CogView4Pipeline, CogView4Transformer2DModel, FlowMatchEulerDiscreteScheduler
    from transformers import GlmConfig, GlmModel

    text = GlmConfig(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, head_dim=8,
        pad_token_id=mark("<|endoftext|>"), eos_token_id=mark("<|endoftext|>"), bos_token_id=None,
    )  # fmt: skip
    transformer = CogView4Transformer2DModel(
        patch_size=2, in_channels=4, num_layers=2, attention_head_dim=4, num_attention_heads=4, out_channels=4, text_embed_dim=WIDTH, time_embed_dim=8,
        condition_dim=4,
    )  # fmt: skip
    scheduler = FlowMatchEulerDiscreteScheduler(base_shift=0.25, max_shift=0.75, base_image_seq_len=256, use_dynamic_shifting=True, time_shift_type="linear")
    return CogView4Pipeline(tokenizer=byte_tokenizer(padding_side="left"), text_encoder=GlmModel(text), vae=kl(), transformer=transformer, scheduler=scheduler)


def kandinsky5_image() -> Any:
    """Kandinsky 5 text-to-image."""
    from diffusers import Kandinsky5T2IPipeline, Kandinsky5Transformer3DModel

    transformer = Kandinsky5Transformer3DModel(
        in_visual_dim=16, out_visual_dim=16, in_text_dim=16, in_text_dim2=16, time_dim=16, patch_size=(1, 2, 2), model_dim=16, ff_dim=32,
        num_text_blocks=1, num_visual_blocks=2, axes_dims=(1, 1, 2), visual_cond=False, attention_type="regular",
    )  # fmt: skip
    return Kandinsky5T2IPipeline(
        transformer=transformer, vae=_plain_kl(16), scheduler=_flow(), text_encoder=qwen_vl(), tokenizer=tiny_sight.qwen(byte_tokenizer()),
        text_encoder_2=clip_text(width=16), tokenizer_2=clip_tokenizer(),
    )  # fmt: skip


def ovis() -> Any:
    """Ovis-Image."""
    from diffusers import OvisImagePipeline, OvisImageTransformer2DModel

    transformer = OvisImageTransformer2DModel(
        patch_size=1, in_channels=16, out_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=WIDTH, axes_dims_rope=(4, 4, 8),
    )  # fmt: skip
    return OvisImagePipeline(scheduler=_flow(), vae=_plain_kl(), text_encoder=_qwen3_model(), tokenizer=byte_tokenizer(), transformer=transformer)


def aura_flow() -> Any:
    """AuraFlow."""
    from diffusers import AuraFlowPipeline, AuraFlowTransformer2DModel
    from transformers import UMT5Config, UMT5EncoderModel

    transformer = AuraFlowTransformer2DModel(
        sample_size=32, patch_size=2, in_channels=4, num_mmdit_layers=1, num_single_dit_layers=1, attention_head_dim=8, num_attention_heads=4,
        caption_projection_dim=32, joint_attention_dim=32, out_channels=4, pos_embed_max_size=256,
    )  # fmt: skip
    text = UMT5EncoderModel(UMT5Config(vocab_size=100, d_model=32, d_ff=37, d_kv=8, num_heads=4, num_layers=1))
    return AuraFlowPipeline(tokenizer=t5()[1], text_encoder=text, vae=kl(), transformer=transformer, scheduler=_flow())


def pixart_sigma() -> Any:
    """PixArt-Sigma."""
    from diffusers import DPMSolverMultistepScheduler, PixArtSigmaPipeline, PixArtTransformer2DModel

    encoder, tokenizer = t5()
    transformer = PixArtTransformer2DModel(
        sample_size=8, num_layers=2, patch_size=2, attention_head_dim=8, num_attention_heads=3, caption_channels=32, in_channels=4, cross_attention_dim=24,
        out_channels=8, attention_bias=True, activation_fn="gelu-approximate", num_embeds_ada_norm=1000, norm_type="ada_norm_single",
        norm_elementwise_affine=False, norm_eps=1e-6,
    )  # fmt: skip
    return PixArtSigmaPipeline(tokenizer=tokenizer, text_encoder=encoder, vae=kl(), transformer=transformer, scheduler=DPMSolverMultistepScheduler())


def hunyuan_image() -> Any:
    """HunyuanImage 2.1: prompts read by a Qwen2.5-VL, what is to be written in the picture by a ByT5; guided by parts of its own."""
    from diffusers import AdaptiveProjectedMixGuidance, AutoencoderKLHunyuanImage, HunyuanImagePipeline, HunyuanImageTransformer2DModel
    from transformers import ByT5Tokenizer, T5Config, T5EncoderModel

    transformer = HunyuanImageTransformer2DModel(
        in_channels=4, out_channels=4, num_attention_heads=4, attention_head_dim=8, num_layers=1, num_single_layers=1, num_refiner_layers=1, patch_size=(1, 1),
        guidance_embeds=False, text_embed_dim=WIDTH, text_embed_2_dim=16, rope_axes_dim=(4, 4),
    )  # fmt: skip
    vae = AutoencoderKLHunyuanImage(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(32, 32, 32, 32), layers_per_block=1, scaling_factor=0.476986,
        spatial_compression_ratio=8, sample_size=128,
    )  # fmt: skip
    glyphs = T5EncoderModel(T5Config(vocab_size=384, d_model=16, d_ff=16, d_kv=8, num_heads=2, num_layers=1))
    guiders = (AdaptiveProjectedMixGuidance(adaptive_projected_guidance_start_step=start) for start in (2, 3))
    return HunyuanImagePipeline(
        transformer=transformer, vae=vae, scheduler=_flow(), text_encoder=qwen_vl(), tokenizer=byte_tokenizer(), text_encoder_2=glyphs,
        tokenizer_2=ByT5Tokenizer(), guider=next(guiders), ocr_guider=next(guiders),
    )  # fmt: skip


def longcat_image() -> Any:
    """LongCat-Image, whose pipeline tells nobody of its steps."""
    from diffusers import LongCatImagePipeline, LongCatImageTransformer2DModel

    transformer = LongCatImageTransformer2DModel(
        patch_size=1, in_channels=64, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2, joint_attention_dim=WIDTH,
        pooled_projection_dim=WIDTH, axes_dims_rope=[4, 4, 8],
    )  # fmt: skip
    tokenizer = byte_tokenizer()
    return LongCatImagePipeline(
        scheduler=_flow(), vae=_plain_kl(16), text_encoder=qwen_vl(), tokenizer=tokenizer, text_processor=tiny_sight.qwen(tokenizer), transformer=transformer
    )


def krea2() -> Any:
    """Krea 2: a Qwen3-VL read layer by layer."""
    from diffusers import AutoencoderKLQwenImage, FlowMatchEulerDiscreteScheduler, Krea2Pipeline, Krea2Transformer2DModel
    from transformers import Qwen3VLConfig, Qwen3VLModel

    text = {
        "vocab_size": VOCABULARY, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2,
        "head_dim": 8, "max_position_embeddings": 4096, "rope_scaling": {"mrope_section": [2, 1, 1], "rope_type": "default", "mrope_interleaved": True},
        "pad_token_id": mark("<|endoftext|>"), "eos_token_id": mark("<|endoftext|>"), "bos_token_id": None,
    }  # fmt: skip
    vision = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16, "deepstack_visual_indexes": [0]}
    transformer = Krea2Transformer2DModel(
        in_channels=16, num_layers=2, attention_head_dim=8, num_attention_heads=4, num_key_value_heads=2, intermediate_size=32, timestep_embed_dim=8,
        text_hidden_dim=16, num_text_layers=3, text_num_attention_heads=2, text_num_key_value_heads=1, text_intermediate_size=16,
        num_layerwise_text_blocks=1, num_refiner_text_blocks=1, axes_dims_rope=(4, 2, 2), rope_theta=1000.0,
    )  # fmt: skip
    vae = AutoencoderKLQwenImage(
        base_dim=24, z_dim=4, dim_mult=[1, 2, 4], num_res_blocks=1, temperal_downsample=[False, True], latents_mean=[0.0] * 4, latents_std=[1.0] * 4
    )
    scheduler = FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15, base_image_seq_len=256, max_image_seq_len=6400)
    return Krea2Pipeline(
        transformer=transformer, vae=vae, scheduler=scheduler, text_encoder=Qwen3VLModel(Qwen3VLConfig(text_config=text, vision_config=vision)),
        tokenizer=byte_tokenizer(), text_encoder_select_layers=(0, 1, 2),
    )  # fmt: skip
