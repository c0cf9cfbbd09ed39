"""Pipelines of real architectures with a few thousand random weights, saved as folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from tests.diffusion import tiny_ltx2 as ltx2
from tests.diffusion import tiny_more_pictures as others
from tests.diffusion import tiny_more_videos as more
from tests.diffusion import tiny_pictures as pictures
from tests.diffusion import tiny_videos as videos

PICTURES: dict[str, Callable[[], Any]] = {
    "sd": pictures.sd, "sdxl": pictures.sdxl, "sd3": pictures.sd3, "sd35": pictures.sd35, "flux": pictures.flux, "flux2": pictures.flux2,
    "flux2-klein": pictures.flux2_klein, "qwen": pictures.qwen, "z-image": pictures.z_image,
}  # fmt: skip
OTHERS: dict[str, Callable[[], Any]] = {
    "chroma": others.chroma, "sana": others.sana, "lumina2": others.lumina2, "cogview4": others.cogview4, "ovis": others.ovis, "aura-flow": others.aura_flow,
    "krea2": others.krea2, "pixart-sigma": others.pixart_sigma, "hunyuan-image": others.hunyuan_image, "longcat-image": others.longcat_image,
    "kandinsky5-image": others.kandinsky5_image,
}  # fmt: skip
"""Painters beside the well-known ones."""
EDITORS: dict[str, Callable[[], Any]] = {"qwen-edit": pictures.qwen_edit}
"""Those that cannot do without a picture beside the prompt."""
VIDEOS: dict[str, Callable[[], Any]] = {
    "wan": videos.wan, "wan-text": videos.wan_text, "wan-seeing": videos.wan_seeing, "wan-5b": videos.wan_5b, "wan-experts": videos.wan_experts,
    "wan-vace": videos.wan_vace, "ltx": videos.ltx, "ltx-conditions": videos.ltx_conditions,
    "ltx2": ltx2.ltx2, "ltx2-image": ltx2.ltx2_image, "skyreels": videos.skyreels,
    "kandinsky5": more.kandinsky5, "kandinsky6": more.kandinsky6, "sana-video": more.sana_video, "motif": more.motif, "skyreels1": more.skyreels1,
    "hunyuan": videos.hunyuan, "hunyuan15": videos.hunyuan15, "cogvideox": videos.cogvideox, "svd": videos.svd,
}  # fmt: skip

THREE_LAYERS = {"call": {"text_encoder_out_layers": [0, 1, 2]}}
"""FLUX.2 reads the 10th, 20th and 30th layer of an encoder; the tiny one has two."""
DEFAULTS: Mapping[str, dict[str, Any]] = {
    "flux2": THREE_LAYERS, "flux2-klein": THREE_LAYERS, "hunyuan": {"call": videos.HUNYUAN_CALL, "longest": 9}, "cogvideox": {"longest": 9},
    "ltx2": {"call": ltx2.CALL}, "ltx2-image": {"call": ltx2.CALL},
    "sana": {"multiple": 32, "call": {"use_resolution_binning": False}}, "pixart-sigma": {"call": {"use_resolution_binning": False}},
    "kandinsky5-image": {"call": {"max_sequence_length": 64}}, "longcat-image": {"call": {"enable_prompt_rewrite": False}},
    "wan-text": {"call": {"strength": 0.9}}, "wan-5b": {"multiple": 32}, "svd": {"multiple": 32, "fps": 12},
}  # fmt: skip
"""What a tiny pipeline asks for in `defaults` of models.yaml besides what every one does."""


def saved(name: str, folder: Path) -> Path:
    """The folder of the pipeline `name`; built and saved if it is not there."""
    target = folder / name
    if not target.exists():
        torch.manual_seed(0)
        pipe = {**PICTURES, **OTHERS, **EDITORS, **VIDEOS}[name]()
        pipe.save_pretrained(target, safe_serialization=True)
    return target
