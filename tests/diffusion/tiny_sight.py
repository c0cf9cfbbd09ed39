"""Processors that prepare pictures beside a prompt. They ask for torchvision, whose published builds do not go with a torch for CPUs alone.

Where it is missing, Qwen's serves without its half for video, which no picture passes through, and a tokenizer takes the place of Pixtral's: prompts
alone are read in the same words.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import transformers
from transformers.models.qwen2_vl.processing_qwen2_vl import Qwen2VLProcessor
from transformers.processing_utils import ProcessorMixin

TORCHVISION = importlib.util.find_spec("torchvision") is not None


class _PictureProcessor(Qwen2VLProcessor):
    """transformers reads from the constructor which parts there are to load."""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None, **extra: Any) -> None:
        self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
        self.image_token_id, self.video_token_id = (tokenizer.convert_tokens_to_ids(token) for token in (self.image_token, self.video_token))
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


_PictureProcessor.__name__ = Qwen2VLProcessor.__name__  # a pipeline's index names its parts' classes and where they come from
_PictureProcessor.__module__ = Qwen2VLProcessor.__module__

if not TORCHVISION:
    transformers.Qwen2VLProcessor = _PictureProcessor  # type: ignore[misc, assignment]


def qwen(tokenizer: Any) -> Any:
    """Pictures of at most 56 pixels a side, in patches of 14."""
    seeing = transformers.Qwen2VLImageProcessor(min_pixels=28 * 28, max_pixels=56 * 56)
    if not TORCHVISION:
        return _PictureProcessor(image_processor=seeing, tokenizer=tokenizer)
    return Qwen2VLProcessor(image_processor=seeing, tokenizer=tokenizer, video_processor=transformers.Qwen2VLVideoProcessor())


def pixtral(tokenizer: Any) -> Any:
    """Pictures in patches of 8 pixels."""
    if not TORCHVISION:
        return tokenizer
    seeing = transformers.PixtralImageProcessor()
    return transformers.PixtralProcessor(image_processor=seeing, tokenizer=tokenizer, patch_size=8, chat_template=tokenizer.chat_template)
