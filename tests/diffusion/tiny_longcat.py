"""LongCat-Audio with a few thousand random weights: noise to latents to a waveform, read by a UMT5."""

from __future__ import annotations

from pathlib import Path

from tests.diffusion.tiny_words import t5


def longcat_audio(folder: Path) -> None:
    """Up to thirty seconds at 4 kHz, one channel."""
    from diffusers import LongCatAudioDiTPipeline, LongCatAudioDiTTransformer, LongCatAudioDiTVae
    from transformers import UMT5Config, UMT5EncoderModel

    LongCatAudioDiTPipeline(
        vae=LongCatAudioDiTVae(
            in_channels=1, channels=8, c_mults=[1, 2], strides=[8], latent_dim=8, encoder_latent_dim=16, downsampling_ratio=8, sample_rate=4_000
        ),
        text_encoder=UMT5EncoderModel(UMT5Config(vocab_size=100, d_model=32, d_ff=37, d_kv=8, num_heads=4, num_layers=1)), tokenizer=t5()[1],
        transformer=LongCatAudioDiTTransformer(dit_dim=32, dit_depth=1, dit_heads=2, dit_text_dim=32, latent_dim=8, text_conv=False),
    ).save_pretrained(folder, safe_serialization=True)  # fmt: skip
