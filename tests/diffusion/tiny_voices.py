"""Speech models that clone a voice, of real architectures with a few thousand random weights, built from configs and saved as folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from tests.diffusion.tiny_sounds import MODELS, _bytes


def vibevoice(folder: Path) -> None:
    """24 kHz, a piece of sound every 3,200 samples; its language model always asks for another one."""
    from transformers import VibeVoiceAcousticTokenizerFeatureExtractor, VibeVoiceConfig, VibeVoiceForConditionalGeneration, VibeVoiceProcessor

    tokenizer = _bytes(audio="<|vision_pad|>", bos="<|vision_start|>", eos="<|vision_end|>", end="<|endoftext|>")
    tokenizer.pad_token = tokenizer.eos_token = "<|endoftext|>"
    number = tokenizer.convert_tokens_to_ids
    codec = {"hidden_size": 8, "num_filters": 2, "downsampling_ratios": [4, 20, 40], "depths": [1, 1, 1, 1], "kernel_size": 3}
    config = VibeVoiceConfig(
        text_config={"model_type": "qwen2", "vocab_size": 300, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
                     "num_key_value_heads": 2},
        audio_config={"model_type": "vibevoice_acoustic_tokenizer", **codec},
        semantic_model_config={"model_type": "vibevoice_acoustic_tokenizer_encoder", **codec, "hidden_size": 6},
        diffusion_head_config={"num_hidden_layers": 1, "intermediate_size": 16, "frequency_embedding_size": 16},
        pad_token_id=number("<|endoftext|>"), eos_token_id=number("<|endoftext|>"), audio_bos_token_id=number("<|vision_start|>"),
        audio_eos_token_id=number("<|vision_end|>"), audio_token_id=number("<|vision_pad|>"),
    )  # fmt: skip
    model = VibeVoiceForConditionalGeneration(config)
    with torch.no_grad():
        model.lm_head.weight.zero_()  # all tokens are as likely, and of those the first is taken: the one that asks for sound
        model.model.latent_scaling_factor.fill_(1.0)
        model.model.latent_bias_factor.fill_(0.0)
        for part in (model.model.diffusion_head, model.model.audio_tower, model.model.multi_modal_projector, model.model.language_model):
            for weight in part.parameters():
                weight.normal_(0, 0.3)  # else as good as silent, and deaf to the voice
    model.generation_config.update(num_diffusion_steps=2, guidance_scale=1.3, pad_token_id=number("<|endoftext|>"), eos_token_id=number("<|endoftext|>"))
    model.save_pretrained(folder)
    template = (
        "{%- for turn in messages %}{%- for part in turn['content'] %}{%- if part['type'] == 'audio' %}"
        "{{ 'Voice ' + turn['role'] + ':<|vision_start|><|vision_pad|><|vision_end|>' }}{%- endif %}{%- endfor %}{%- endfor %}"
        "{%- for turn in messages %}{%- for part in turn['content'] %}{%- if part['type'] == 'text' %}{{ 'Speaker ' + turn['role'] + ':' + part['text'] }}"
        "{%- endif %}{%- endfor %}{%- endfor %}{{ '<|vision_start|>' }}"
    )
    VibeVoiceProcessor(VibeVoiceAcousticTokenizerFeatureExtractor(pad_to_multiple_of=3200), tokenizer, chat_template=template).save_pretrained(folder)


def pocket_tts(folder: Path) -> None:
    """24 kHz, 50 frames a second, with its codec in the same folder."""
    from transformers import PocketTTSConfig, PocketTTSForConditionalGeneration

    tokenizer, shape = _reader("<voice>"), {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    number = tokenizer.convert_tokens_to_ids
    config = PocketTTSConfig(
        **shape, **_numbers(tokenizer), audio_prompt_bos_token_id=number("<voice>"), flow_head_config={**_FLOW, "condition_dim": 16}, latent_dim=8
    )
    PocketTTSForConditionalGeneration(config).save_pretrained(folder)
    _with_codec(folder, tokenizer)


def phonon(folder: Path) -> None:
    """The same with voices of 12 dimensions, which only another codec could hear."""
    from transformers import GradiumPhononTTSConfig, GradiumPhononTTSForConditionalGeneration

    tokenizer, shape = _reader(""), {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = GradiumPhononTTSConfig(**shape, **_numbers(tokenizer), audio_prompt_dim=12, flow_head_config={**_FLOW, "condition_dim": 16}, latent_dim=8)
    GradiumPhononTTSForConditionalGeneration(config).save_pretrained(folder)
    _with_codec(folder, tokenizer)


_FLOW = {"hidden_size": 16, "num_hidden_layers": 1, "latent_dim": 8, "frequency_embedding_size": 16}


def _reader(voice: str) -> Any:
    """A tokenizer that has a token for each place where sound comes; `voice`: the one before a sample."""
    names = {"audio_prompt_token": "<heard>", "audio_latent_token": "<latent>", "audio_bos_token": "<sound>"}
    names |= {"audio_prompt_bos_token": voice} if voice else {}
    tokenizer = _bytes(**names, pad="<pad>")
    tokenizer.pad_token = "<pad>"
    tokenizer._set_model_specific_special_tokens(names)
    return tokenizer


def _numbers(tokenizer: Any) -> dict[str, Any]:
    tokens = {"pad_token_id": "<pad>", "audio_prompt_token_id": "<heard>", "audio_latent_token_id": "<latent>", "audio_bos_token_id": "<sound>"}
    return {"vocab_size": 300, "frame_rate": 50.0, **{name: tokenizer.convert_tokens_to_ids(token) for name, token in tokens.items()}}


def _with_codec(folder: Path, tokenizer: Any) -> None:
    from transformers import PocketTTSAudioTokenizerConfig, PocketTTSAudioTokenizerModel, PocketTTSFeatureExtractor, PocketTTSProcessor

    PocketTTSAudioTokenizerModel(
        PocketTTSAudioTokenizerConfig(
            hidden_size=16, num_filters=4, upsampling_ratios=[6, 5, 4], num_hidden_layers=1, intermediate_size=16, num_attention_heads=2,
            num_key_value_heads=2, latent_stride=4, latent_dim=8, upsample_groups=16, sliding_window=64,
        )
    ).save_pretrained(folder / "codec")  # fmt: skip
    codec = PocketTTSAudioTokenizerModel.from_pretrained(folder / "codec")
    voice = "<voice>" if getattr(tokenizer, "audio_prompt_bos_token", None) else ""
    template = (
        "{%- for turn in messages %}{%- for part in turn['content'] %}{%- if part['type'] == 'audio' %}{{ '" + voice + "<heard>' }}{%- endif %}{%- endfor %}"
        "{%- for part in turn['content'] %}{%- if part['type'] == 'text' %}{{ part['text'] }}{%- endif %}{%- endfor %}{%- endfor %}{{ '<sound>' }}"
    )
    heard = PocketTTSFeatureExtractor(frame_size=480, pad_to_multiple_of=480)
    PocketTTSProcessor(heard, tokenizer, audio_tokenizer=codec, chat_template=template).save_pretrained(folder)


MODELS |= {"vibevoice": vibevoice, "pocket-tts": pocket_tts, "phonon": phonon}
