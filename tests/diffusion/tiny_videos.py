"""Video pipelines of real architectures with a few thousand random weights, built from configs."""

from __future__ import annotations

from typing import Any

from tests.diffusion.tiny_words import VOCABULARY, byte_tokenizer, clip_text, clip_tokenizer, mark, qwen_text, t5


def wan() -> Any:
    """Wan 2.2's way: the keyframe enters as the first latent frame, no picture encoder."""
    from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanImageToVideoPipeline, WanTransformer3DModel

    encoder, tokenizer = t5()
    transformer = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=16, out_channels=16, text_dim=32, freq_dim=256, ffn_dim=32,
        num_layers=2, cross_attn_norm=True, qk_norm="rms_norm_across_heads", rope_max_seq_len=32,
    )  # fmt: skip
    return WanImageToVideoPipeline(
        vae=AutoencoderKLWan(base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]),
        scheduler=UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0),
        text_encoder=encoder, tokenizer=tokenizer, transformer=transformer, expand_timesteps=True,
    )  # fmt: skip


def ltx() -> Any:
    from diffusers import AutoencoderKLLTXVideo, FlowMatchEulerDiscreteScheduler, LTXPipeline, LTXVideoTransformer3DModel

    encoder, tokenizer = t5()
    transformer = LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, patch_size=1, patch_size_t=1, num_attention_heads=4, attention_head_dim=8, cross_attention_dim=32, num_layers=1,
        caption_channels=32,
    )  # fmt: skip
    vae = AutoencoderKLLTXVideo(
        in_channels=3, out_channels=3, latent_channels=8, block_out_channels=(8, 8, 8, 8), decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1, 1, 1, 1, 1), decoder_layers_per_block=(1, 1, 1, 1, 1), spatio_temporal_scaling=(True, True, False, False),
        decoder_spatio_temporal_scaling=(True, True, False, False), decoder_inject_noise=(False,) * 5, upsample_residual=(False,) * 4, upsample_factor=(1,) * 4,
        timestep_conditioning=False, patch_size=1, patch_size_t=1, encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    vae.use_framewise_encoding = vae.use_framewise_decoding = False
    return LTXPipeline(vae=vae, scheduler=FlowMatchEulerDiscreteScheduler(), text_encoder=encoder, tokenizer=tokenizer, transformer=transformer)


def svd() -> Any:
    from diffusers import AutoencoderKLTemporalDecoder, EulerDiscreteScheduler, StableVideoDiffusionPipeline, UNetSpatioTemporalConditionModel
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    unet = UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=32, in_channels=8, out_channels=4,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        cross_attention_dim=32, num_attention_heads=8, projection_class_embeddings_input_dim=96, addition_time_embed_dim=32,
    )  # fmt: skip
    vae = AutoencoderKLTemporalDecoder(
        block_out_channels=[32, 64], in_channels=3, out_channels=3, down_block_types=["DownEncoderBlock2D"] * 2, latent_channels=4,
    )  # fmt: skip
    vision = CLIPVisionModelWithProjection(
        CLIPVisionConfig(hidden_size=32, projection_dim=32, num_hidden_layers=1, num_attention_heads=4, image_size=224, intermediate_size=37, patch_size=32)
    )
    return StableVideoDiffusionPipeline(
        vae=vae, image_encoder=vision, unet=unet, feature_extractor=CLIPImageProcessor(crop_size=224, size=224),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", interpolation_type="linear", num_train_timesteps=1000,
            prediction_type="v_prediction", sigma_max=700.0, sigma_min=0.002, steps_offset=1, timestep_spacing="leading", timestep_type="continuous",
            use_karras_sigmas=True,
        ),
    )  # fmt: skip


def wan_experts() -> Any:
    """Wan 2.2 A14B's way: two denoisers, one for the noisy steps and one for the others; the keyframe beside the noise."""
    from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanImageToVideoPipeline

    encoder, tokenizer = t5()
    return WanImageToVideoPipeline(
        vae=AutoencoderKLWan(base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]),
        scheduler=UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0),
        text_encoder=encoder, tokenizer=tokenizer, transformer=_wan_denoiser(36), transformer_2=_wan_denoiser(36), boundary_ratio=0.9,
    )  # fmt: skip


def wan_seeing() -> Any:
    """Wan 2.1 image-to-video: the keyframe beside the noise and, by way of CLIP, beside the prompt."""
    from diffusers import AutoencoderKLWan, FlowMatchEulerDiscreteScheduler, WanImageToVideoPipeline
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

    encoder, tokenizer = t5()
    vision = CLIPVisionConfig(hidden_size=4, projection_dim=4, num_hidden_layers=2, num_attention_heads=2, image_size=32, intermediate_size=16, patch_size=16)
    return WanImageToVideoPipeline(
        vae=AutoencoderKLWan(base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0), text_encoder=encoder, tokenizer=tokenizer,
        transformer=_wan_denoiser(36, image_dim=4, added_kv_proj_dim=24), image_encoder=CLIPVisionModel(vision),
        image_processor=CLIPImageProcessor(crop_size=32, size=32),
    )  # fmt: skip


def wan_5b() -> Any:
    """Wan 2.2 5B as it is saved: the text-to-video class that takes a picture as its first frame, an encoder that patches and folds 16-fold."""
    from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline

    encoder, tokenizer = t5()
    vae = AutoencoderKLWan(
        base_dim=3, decoder_base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True], is_residual=True,
        in_channels=12, out_channels=12, patch_size=2, scale_factor_spatial=16,
    )  # fmt: skip
    return WanPipeline(
        vae=vae, scheduler=UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=5.0),
        text_encoder=encoder, tokenizer=tokenizer, transformer=_wan_denoiser(16), expand_timesteps=True,
    )  # fmt: skip


def wan_text() -> Any:
    """Wan 2.1 1.3B: text to video only; it redraws a keyframe that stands still."""
    from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline

    encoder, tokenizer = t5()
    return WanPipeline(
        vae=AutoencoderKLWan(base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]),
        scheduler=UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0),
        text_encoder=encoder, tokenizer=tokenizer, transformer=_wan_denoiser(16),
    )  # fmt: skip


def _wan_denoiser(channels: int, **extra: Any) -> Any:
    from diffusers import WanTransformer3DModel

    return WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=channels, out_channels=16, text_dim=32, freq_dim=256, ffn_dim=32,
        num_layers=2, cross_attn_norm=True, qk_norm="rms_norm_across_heads", rope_max_seq_len=32, **extra,
    )  # fmt: skip


HUNYUAN_TEMPLATE = "<|start_header_id|>s<|end_header_id|>\n\n<image>\nDescribe:<|eot_id|>\n\n<|start_header_id|>u<|end_header_id|>\n\n{}<|eot_id|>"
HUNYUAN_CALL = {
    "prompt_template": {
        "template": HUNYUAN_TEMPLATE + "<|start_header_id|>assistant<|end_header_id|>\n\n", "crop_start": 12, "image_emb_len": 16, "image_emb_start": 5,
        "image_emb_end": 21,
    },
}  # fmt: skip
"""The template's positions are those of the real tokenizer; single bytes have others."""


def hunyuan() -> Any:
    """HunyuanVideo image-to-video: prompt and keyframe read by a Llava; `call: HUNYUAN_CALL`."""
    from diffusers import AutoencoderKLHunyuanVideo, FlowMatchEulerDiscreteScheduler, HunyuanVideoImageToVideoPipeline, HunyuanVideoTransformer3DModel
    from transformers import CLIPImageProcessor, CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

    transformer = HunyuanVideoTransformer3DModel(
        in_channels=2 * 4 + 1, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=1, num_single_layers=1, num_refiner_layers=1,
        patch_size=1, patch_size_t=1, guidance_embeds=False, text_embed_dim=16, pooled_projection_dim=8, rope_axes_dim=(2, 2, 4),
        image_condition_type="latent_concat",
    )  # fmt: skip
    vae = AutoencoderKLHunyuanVideo(
        in_channels=3, out_channels=3, latent_channels=4, down_block_types=("HunyuanVideoDownBlock3D",) * 4, up_block_types=("HunyuanVideoUpBlock3D",) * 4,
        block_out_channels=(8, 8, 8, 8), layers_per_block=1, norm_num_groups=4, mid_block_add_attention=True,
    )  # fmt: skip
    text = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=16, intermediate_size=16, num_hidden_layers=3, num_attention_heads=2, max_position_embeddings=2048,
        pad_token_id=mark("<|endoftext|>"), bos_token_id=None, eos_token_id=None,
    )  # fmt: skip
    vision = CLIPVisionConfig(hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8, projection_dim=8)
    shape = LlavaConfig(
        text_config=text, vision_config=vision, image_token_index=mark("<image>"), pad_token_id=mark("<|endoftext|>"), vision_feature_layer=-2,
        image_seq_length=16,
    )  # fmt: skip
    return HunyuanVideoImageToVideoPipeline(
        text_encoder=LlavaForConditionalGeneration(shape), tokenizer=byte_tokenizer(padding_side="right"), transformer=transformer, vae=vae,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0), text_encoder_2=clip_text(width=8), tokenizer_2=clip_tokenizer(),
        image_processor=CLIPImageProcessor(crop_size=32, size=32),
    )  # fmt: skip


def hunyuan15() -> Any:
    """HunyuanVideo 1.5 image-to-video."""
    from diffusers import (
        AutoencoderKLHunyuanVideo15,
        ClassifierFreeGuidance,
        FlowMatchEulerDiscreteScheduler,
        HunyuanVideo15ImageToVideoPipeline,
        HunyuanVideo15Transformer3DModel,
    )
    from transformers import (
        ByT5Tokenizer,
        Qwen2_5_VLTextConfig,
        Qwen2_5_VLTextModel,
        SiglipImageProcessor,
        SiglipVisionConfig,
        SiglipVisionModel,
        T5Config,
        T5EncoderModel,
    )

    transformer = HunyuanVideo15Transformer3DModel(
        in_channels=2 * 4 + 1, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=1, num_refiner_layers=1, text_embed_dim=16,
        text_embed_2_dim=16, image_embed_dim=8, rope_axes_dim=(2, 2, 4), target_size=32,
    )  # fmt: skip
    vae = AutoencoderKLHunyuanVideo15(latent_channels=4, block_out_channels=(8, 8, 8, 8, 8), layers_per_block=1)
    vision = SiglipVisionConfig(hidden_size=8, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=32, patch_size=8)
    glyphs = T5EncoderModel(T5Config(vocab_size=384, d_model=16, d_ff=16, d_kv=8, num_heads=2, num_layers=1))
    return HunyuanVideo15ImageToVideoPipeline(
        text_encoder=Qwen2_5_VLTextModel(Qwen2_5_VLTextConfig(**qwen_text())), tokenizer=byte_tokenizer(), transformer=transformer, vae=vae,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0), text_encoder_2=glyphs, tokenizer_2=ByT5Tokenizer(),
        guider=ClassifierFreeGuidance(guidance_scale=6.0), image_encoder=SiglipVisionModel(vision),
        feature_extractor=SiglipImageProcessor(size={"height": 32, "width": 32}),
    )  # fmt: skip


def cogvideox() -> Any:
    """CogVideoX 1.0 image-to-video: learned positions, so of one size."""
    from diffusers import AutoencoderKLCogVideoX, CogVideoXDDIMScheduler, CogVideoXImageToVideoPipeline, CogVideoXTransformer3DModel

    encoder, tokenizer = t5()
    transformer = CogVideoXTransformer3DModel(
        num_attention_heads=2, attention_head_dim=16, in_channels=8, out_channels=4, time_embed_dim=2, text_embed_dim=32, num_layers=1, sample_width=8,
        sample_height=4, sample_frames=9, patch_size=2, temporal_compression_ratio=4, max_text_seq_length=226, use_rotary_positional_embeddings=True,
        use_learned_positional_embeddings=True,
    )  # fmt: skip
    vae = AutoencoderKLCogVideoX(
        in_channels=3, out_channels=3, down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(8, 8, 8, 8), latent_channels=4, layers_per_block=1, norm_num_groups=2, temporal_compression_ratio=4,
        sample_height=32, sample_width=64,
    )  # fmt: skip
    return CogVideoXImageToVideoPipeline(tokenizer=tokenizer, text_encoder=encoder, vae=vae, transformer=transformer, scheduler=CogVideoXDDIMScheduler())


def wan_vace() -> Any:
    """Wan 2.1 VACE: frames that are known are shown as they are, those to be made masked."""
    from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanVACEPipeline, WanVACETransformer3DModel

    encoder, tokenizer = t5()
    transformer = WanVACETransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=16, out_channels=16, text_dim=32, freq_dim=256, ffn_dim=32,
        num_layers=3, cross_attn_norm=True, qk_norm="rms_norm_across_heads", rope_max_seq_len=32, vace_layers=[0, 2], vace_in_channels=96,
    )  # fmt: skip
    return WanVACEPipeline(
        vae=AutoencoderKLWan(base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]),
        scheduler=UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0),
        text_encoder=encoder, tokenizer=tokenizer, transformer=transformer,
    )  # fmt: skip


def ltx_conditions() -> Any:
    """LTX-Video as saved since 0.9.5: its beginning is given as frames that are conditions."""
    from diffusers import LTXConditionPipeline

    pipe = ltx()
    return LTXConditionPipeline(vae=pipe.vae, scheduler=pipe.scheduler, text_encoder=pipe.text_encoder, tokenizer=pipe.tokenizer, transformer=pipe.transformer)


def skyreels() -> Any:
    """SkyReels-V2 image-to-video: Wan's way, with a denoiser of its own."""
    from diffusers import AutoencoderKLWan, SkyReelsV2ImageToVideoPipeline, SkyReelsV2Transformer3DModel, UniPCMultistepScheduler
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    encoder, tokenizer = t5()
    transformer = SkyReelsV2Transformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=36, out_channels=16, text_dim=32, freq_dim=256, ffn_dim=32,
        num_layers=2, cross_attn_norm=True, qk_norm="rms_norm_across_heads", rope_max_seq_len=32, image_dim=4,
    )  # fmt: skip
    vision = CLIPVisionConfig(hidden_size=4, projection_dim=4, num_hidden_layers=2, num_attention_heads=2, image_size=32, intermediate_size=16, patch_size=16)
    return SkyReelsV2ImageToVideoPipeline(
        vae=AutoencoderKLWan(base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]),
        scheduler=UniPCMultistepScheduler(flow_shift=5.0, use_flow_sigmas=True, prediction_type="flow_prediction"), text_encoder=encoder,
        tokenizer=tokenizer, transformer=transformer, image_encoder=CLIPVisionModelWithProjection(vision),
        image_processor=CLIPImageProcessor(crop_size=32, size=32),
    )  # fmt: skip
