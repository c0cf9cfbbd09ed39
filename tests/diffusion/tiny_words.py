"""Tokenizers and text encoders of a few thousand random weights, of every kind that pipelines read prompts with."""

from __future__ import annotations

import string
from typing import Any

from tokenizers import pre_tokenizers
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, PreTrainedModel, Qwen2Tokenizer, T5Config, T5EncoderModel, T5Tokenizer


def clip_tokenizer() -> CLIPTokenizer:
    """Letters, alone and at a word's end."""
    letters = string.ascii_lowercase + string.digits + ".,"
    vocab = {token: number for number, token in enumerate([*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"])}
    return CLIPTokenizer(vocab=vocab, merges=[], model_max_length=77)


def clip_text(kind: type = CLIPTextModel, width: int = 32) -> Any:
    return kind(
        CLIPTextConfig(
            vocab_size=100, hidden_size=width, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, projection_dim=width,
            bos_token_id=76, eos_token_id=77, pad_token_id=1,
        )
    )  # fmt: skip


def t5() -> tuple[T5EncoderModel, T5Tokenizer]:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -1.0), *((letter, -2.0) for letter in string.ascii_lowercase)]
    tokenizer = T5Tokenizer(vocab=pieces, extra_ids=0)
    return T5EncoderModel(T5Config(vocab_size=100, d_model=32, d_ff=37, d_kv=8, num_heads=4, num_layers=2)), tokenizer


CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}{{ part.text }}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>",
    "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<image>", "[IMG]", "[IMG_BREAK]", "[IMG_END]",
)  # fmt: skip
VOCABULARY = 256 + len(SPECIAL)


def byte_tokenizer(**extra: Any) -> Qwen2Tokenizer:
    """Single bytes and the marks of several families; `CHAT` is its chat template."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: number for number, token in enumerate([*letters, *SPECIAL])}
    made = Qwen2Tokenizer(vocab=vocab, merges=[], extra_special_tokens=list(SPECIAL[1:]), **extra)
    made.chat_template = CHAT
    return made


def mark(token: str) -> int:
    """The number of one of `SPECIAL`."""
    return 256 + SPECIAL.index(token)


def qwen3() -> PreTrainedModel:
    """A language model whose hidden states are read as a prompt's meaning (Z-Image, FLUX.2 klein)."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    shape = Qwen3Config(
        vocab_size=VOCABULARY, hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, head_dim=8,
        max_position_embeddings=2048, pad_token_id=mark("<|endoftext|>"), eos_token_id=mark("<|endoftext|>"), bos_token_id=None,
    )  # fmt: skip
    return Qwen3ForCausalLM(shape)


def qwen_text() -> dict[str, Any]:
    """The text half of a Qwen2.5-VL."""
    return {
        "vocab_size": VOCABULARY, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "num_key_value_heads": 2,
        "max_position_embeddings": 4096, "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2], "rope_type": "default"}, "rope_theta": 1e6,
        "pad_token_id": mark("<|endoftext|>"), "eos_token_id": mark("<|endoftext|>"), "bos_token_id": None,
    }  # fmt: skip


def qwen_vl() -> PreTrainedModel:
    """A Qwen2.5-VL that sees pictures in patches of 14 pixels, four of which make a token."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    shape = Qwen2_5_VLConfig(
        text_config=qwen_text(),
        vision_config={
            "depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16, "patch_size": 14, "window_size": 112,
            "fullatt_block_indexes": [0],
        },
        image_token_id=mark("<|image_pad|>"), video_token_id=mark("<|video_pad|>"), vision_start_token_id=mark("<|vision_start|>"),
        vision_end_token_id=mark("<|vision_end|>"), tie_word_embeddings=False,
    )  # fmt: skip
    return Qwen2_5_VLForConditionalGeneration(shape)
