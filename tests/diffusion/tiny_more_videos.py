"""Video pipelines of 2025 and 2026 with a few thousand random weights: Kandinsky 5 and 6, SANA-Video, Motif-Video, SkyReels V1."""

from __future__ import annotations

from typing import Any

from tests.diffusion import tiny_sight
from tests.diffusion.tiny_ltx2 import WIDTH
from tests.diffusion.tiny_words import VOCABULARY, byte_tokenizer, clip_text, clip_tokenizer, mark, qwen_vl, t5


def _hunyuan_vae(levels: int = 3, channels: int = 16) -> Any:
    from diffusers import AutoencoderKLHunyuanVideo

    return AutoencoderKLHunyuanVideo(
        in_channels=3, out_channels=3, latent_channels=channels, down_block_types=("HunyuanVideoDownBlock3D",) * levels,
        up_block_types=("HunyuanVideoUpBlock3D",) * levels, block_out_channels=(8,) * levels, layers_per_block=1, norm_num_groups=4,
        spatial_compression_ratio=8, temporal_compression_ratio=4, mid_block_add_attention=False,
    )  # fmt: skip


def _wan_vae() -> Any:
    from diffusers import AutoencoderKLWan

    return AutoencoderKLWan(base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True])


def _kandinsky_words() -> dict[str, Any]:
    """Two readers of a prompt: a Qwen2.5-VL that could see, and CLIP."""
    return {
        "text_encoder": qwen_vl(), "tokenizer": tiny_sight.qwen(byte_tokenizer()), "text_encoder_2": clip_text(width=16), "tokenizer_2": clip_tokenizer(),
    }  # fmt: skip


def kandinsky5() -> Any:
    """Kandinsky 5 image-to-video."""
    from diffusers import FlowMatchEulerDiscreteScheduler, Kandinsky5I2VPipeline, Kandinsky5Transformer3DModel

    transformer = Kandinsky5Transformer3DModel(
        in_visual_dim=16, out_visual_dim=16, in_text_dim=16, in_text_dim2=16, time_dim=16, patch_size=(1, 2, 2), model_dim=16, ff_dim=32,
        num_text_blocks=1, num_visual_blocks=2, axes_dims=(1, 1, 2), visual_cond=True, attention_type="regular",
    )  # fmt: skip
    return Kandinsky5I2VPipeline(transformer=transformer, vae=_hunyuan_vae(), scheduler=FlowMatchEulerDiscreteScheduler(shift=5.0), **_kandinsky_words())


def kandinsky6() -> Any:
    """Kandinsky 6: pictures and sound out of one denoiser."""
    from diffusers import FlowMatchEulerDiscreteScheduler, Kandinsky6TI2VAPipeline, Kandinsky6Transformer3DModel, MMAudioVAE, MMAudioVocoder

    transformer = Kandinsky6Transformer3DModel(
        in_visual_dim=16, out_visual_dim=16, in_text_dim=16, in_text_dim2=16, time_dim=16, model_dim=16, ff_dim=32, num_text_blocks=1, num_visual_blocks=1,
        axes_dims=(4, 2, 2), in_audio_dim=4, out_audio_dim=4, text_token_padding=True, ca_rope=True, cross_gates=True, fix_modulation=True,
        visual_token_type_num_embeddings=2,
    )  # fmt: skip
    audio = MMAudioVAE(
        mel_bins=8, latent_channels=4, hidden_channels=16, channel_multipliers=(1, 1, 1), layers_per_block=1, sample_rate=8_000, n_fft=512, hop_length=64
    )
    vocoder = MMAudioVocoder(
        num_mels=8, upsample_initial_channel=16, upsample_rates=(8, 8), upsample_kernel_sizes=(16, 16), resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1, 3, 5),),
    )  # fmt: skip
    return Kandinsky6TI2VAPipeline(
        transformer=transformer, vae=_hunyuan_vae(), scheduler=FlowMatchEulerDiscreteScheduler(shift=5.0), audio_vae=audio, vocoder=vocoder,
        **_kandinsky_words(),
    )  # fmt: skip


def sana_video() -> Any:
    """SANA-Video image-to-video, with linear attention."""
    from diffusers import FlowMatchEulerDiscreteScheduler, SanaImageToVideoPipeline, SanaVideoTransformer3DModel
    from transformers import Gemma2Config, Gemma2Model

    shape = Gemma2Config(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2, head_dim=8,
        max_position_embeddings=2048, pad_token_id=mark("<|endoftext|>"), bos_token_id=None, eos_token_id=mark("<|endoftext|>"),
    )  # fmt: skip
    transformer = SanaVideoTransformer3DModel(
        in_channels=16, out_channels=16, num_attention_heads=2, attention_head_dim=12, num_layers=2, num_cross_attention_heads=2, cross_attention_head_dim=12,
        cross_attention_dim=24, caption_channels=WIDTH, sample_size=8, patch_size=(1, 2, 2), qk_norm="rms_norm_across_heads", rope_max_seq_len=32,
    )  # fmt: skip
    return SanaImageToVideoPipeline(
        tokenizer=byte_tokenizer(padding_side="right"), text_encoder=Gemma2Model(shape), vae=_wan_vae(), transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=8.0),
    )  # fmt: skip


def motif() -> Any:
    """Motif-Video image-to-video: the keyframe beside the noise and beside the prompt."""
    from diffusers import AdaptiveProjectedGuidance, FlowMatchEulerDiscreteScheduler, MotifVideoImage2VideoPipeline, MotifVideoTransformer3DModel
    from transformers import SiglipImageProcessor, SiglipVisionConfig
    from transformers.models.t5gemma2 import T5Gemma2Encoder, T5Gemma2EncoderConfig, T5Gemma2TextConfig

    text = T5Gemma2TextConfig(
        vocab_size=1104, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2, head_dim=16,
        max_position_embeddings=512, dropout_rate=0.0,
    )  # fmt: skip
    vision = SiglipVisionConfig(hidden_size=4, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, image_size=16, patch_size=4)
    transformer = MotifVideoTransformer3DModel(
        in_channels=33, out_channels=16, num_attention_heads=2, attention_head_dim=12, num_layers=1, num_single_layers=1, patch_size=1, patch_size_t=1,
        qk_norm="rms_norm", text_embed_dim=32, image_embed_dim=4, rope_axes_dim=(4, 4, 4),
    )  # fmt: skip
    return MotifVideoImage2VideoPipeline(
        transformer=transformer, vae=_wan_vae(), scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0), guider=AdaptiveProjectedGuidance(),
        text_encoder=T5Gemma2Encoder(T5Gemma2EncoderConfig(text_config=text, vision_config=vision)), tokenizer=t5()[1],
        feature_extractor=SiglipImageProcessor(size={"height": 16, "width": 16}),
    )  # fmt: skip


def skyreels1() -> Any:
    """SkyReels V1: HunyuanVideo's denoiser with the keyframe beside the noise."""
    from diffusers import FlowMatchEulerDiscreteScheduler, HunyuanSkyreelsImageToVideoPipeline, HunyuanVideoTransformer3DModel
    from transformers import LlamaConfig, LlamaModel

    text = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=16, intermediate_size=16, num_hidden_layers=3, num_attention_heads=2, max_position_embeddings=2048,
        pad_token_id=mark("<|endoftext|>"), bos_token_id=None, eos_token_id=None,
    )  # fmt: skip
    transformer = HunyuanVideoTransformer3DModel(
        in_channels=8, out_channels=4, num_attention_heads=2, attention_head_dim=10, num_layers=1, num_single_layers=1, num_refiner_layers=1, patch_size=1,
        patch_size_t=1, guidance_embeds=True, text_embed_dim=16, pooled_projection_dim=8, rope_axes_dim=(2, 4, 4),
    )  # fmt: skip
    return HunyuanSkyreelsImageToVideoPipeline(
        text_encoder=LlamaModel(text), tokenizer=byte_tokenizer(padding_side="right"), transformer=transformer, vae=_hunyuan_vae(4, 4),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0), text_encoder_2=clip_text(width=8), tokenizer_2=clip_tokenizer(),
    )  # fmt: skip
