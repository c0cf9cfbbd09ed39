"""How each architecture of image-to-video is called: one line a class of diffusers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from pipelines.diffusion.layouts import Layout


@dataclass(frozen=True)
class VideoKind:
    """What one pipeline class asks for; `defaults` of models.yaml may change lengths, rate and multiple."""

    step: int
    """It makes lengths of step·n + 1 frames: how much time its encoder folds together; 1: any length."""
    longest: int
    """Frames of the longest pass that it was trained for."""
    fps: float
    """Frames a second at which its motion looks natural."""
    multiple: int
    """Both sides of its frames are multiples of this."""
    length: str = "num_frames"
    """The parameter for how many frames."""
    rate: str | None = None
    """The parameter by which it is told the frames a second, if it asks."""
    prompted: bool = True
    """Whether it reads a prompt."""
    sized: bool = True
    """Whether it is told a size; else it takes the picture's."""
    starts: Literal["image", "still", "conditions", "masked"] = "image"
    """How it is shown what it begins with: as a picture; as a video of that picture standing still, which it redraws; as frames that are conditions; as a
    video whose other frames are masked."""
    sounds: bool = False
    """Whether it makes a sound with its frames."""
    context: int = 1
    """How many frames of a pass the next one begins with, so that what moves goes on moving; a clip's first pass has one, the keyframe."""
    layout: Layout = "planes"
    """How it keeps its latents between steps."""
    shortest: int = 1
    """Frames of the shortest pass that it can do."""
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Parameters that it is given unless `call` says otherwise."""


VIDEO_KINDS: Mapping[str, VideoKind] = {
    "LTXImageToVideoPipeline": VideoKind(step=8, longest=257, fps=24, multiple=32, rate="frame_rate", layout="tokens"),
    "LTXConditionPipeline": VideoKind(step=8, longest=257, fps=24, multiple=32, rate="frame_rate", starts="conditions", context=9, layout="tokens"),
    "LTX2ImageToVideoPipeline": VideoKind(step=8, longest=241, fps=24, multiple=32, rate="frame_rate", sounds=True, layout="tokens"),
    "LTX2ConditionPipeline": VideoKind(
        step=8, longest=241, fps=24, multiple=32, rate="frame_rate", starts="conditions", context=9, sounds=True, layout="tokens"
    ),
    "WanImageToVideoPipeline": VideoKind(step=4, longest=81, fps=16, multiple=16),
    "WanVideoToVideoPipeline": VideoKind(step=4, longest=81, fps=16, multiple=16, starts="still"),
    "WanVACEPipeline": VideoKind(step=4, longest=81, fps=16, multiple=16, starts="masked", context=9),
    "SkyReelsV2ImageToVideoPipeline": VideoKind(step=4, longest=97, fps=24, multiple=16),
    "HunyuanVideoImageToVideoPipeline": VideoKind(step=4, longest=129, fps=24, multiple=16),
    "HunyuanVideo15ImageToVideoPipeline": VideoKind(step=4, longest=121, fps=24, multiple=16, sized=False),
    "CogVideoXImageToVideoPipeline": VideoKind(step=4, longest=49, fps=8, multiple=16),
    "HunyuanSkyreelsImageToVideoPipeline": VideoKind(step=4, longest=97, fps=24, multiple=16),
    "Kandinsky5I2VPipeline": VideoKind(
        step=4, longest=121, fps=24, multiple=16, shortest=17, layout="last"
    ),  # its first four latents are evened to those after
    "Kandinsky6TI2VAPipeline": VideoKind(step=4, longest=121, fps=24, multiple=16, rate="frame_rate", sounds=True, layout="last"),
    "SanaImageToVideoPipeline": VideoKind(step=4, longest=81, fps=16, multiple=32, length="frames", extra={"use_resolution_binning": False}),
    "MotifVideoImage2VideoPipeline": VideoKind(step=4, longest=121, fps=24, multiple=16),
    "StableVideoDiffusionPipeline": VideoKind(step=1, longest=25, fps=7, multiple=64, rate="fps", prompted=False, extra={"decode_chunk_size": 8}),
}

BEGINS_WITH_PICTURE: Mapping[str, str] = {
    "LTXPipeline": "LTXImageToVideoPipeline",
    "LTX2Pipeline": "LTX2ConditionPipeline",
    "HunyuanVideo15Pipeline": "HunyuanVideo15ImageToVideoPipeline",
}
"""Weights that were saved under their text-to-video class and serve both: the class that begins with a picture."""


def lost(pipe: Any) -> int:
    """Frames at the beginning of a pass that it makes and keeps to itself: HunyuanVideo's, where the keyframe lies beside the noise."""
    beside = type(pipe).__name__ == "HunyuanVideoImageToVideoPipeline" and pipe.transformer.config.image_condition_type == "latent_concat"
    return 4 if beside else 0


def class_for(saved: str, index: Mapping[str, Any]) -> str:
    """The class to load weights with that were saved as class `saved`, their model_index.json being `index`."""
    if saved == "WanPipeline":
        # The 5B of Wan 2.2 takes the picture as its first frame; the text-to-video ones can only redraw.
        return "WanImageToVideoPipeline" if index.get("expand_timesteps") else "WanVideoToVideoPipeline"
    return BEGINS_WITH_PICTURE.get(saved, saved)
