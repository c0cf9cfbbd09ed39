"""Pictures made larger by a network of the Real-ESRGAN kind: rendered at the size a model was trained for, enlarged, then brought to the exact size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from PIL import Image

from farm.catalog import Model
from farm.work import EngineError
from pipelines import weights
from pipelines.diffusion import beside

log = structlog.get_logger()
TILE = 512  # pixels a side: about 2 GB for a network of 64 channels in 16 bit
SMALLEST = 128  # pixels a side
MARGIN = 32  # pixels around a tile that are computed and thrown away: more than what influences a pixel visibly
FIELDS = ("folder", "hub", "revision", "fetch", "files", "file", "tile")


def missing(model: Model) -> list[str]:
    """What this machine lacks to enlarge the pictures of `model`, a sentence with its remedy each; nothing where `defaults.upscale` is not set."""
    if not model.defaults.get("upscale"):
        return []
    lacks = weights.lacking(("spandrel",))
    try:
        _file(model)
    except EngineError as error:
        lacks.append(error.message)
    return lacks


def load(model: Model, device: str) -> Upscaler | None:
    """The network that `defaults.upscale` names, on its device; None where it is not set.

    Raises EngineError (model_missing, unsafe_weights, bad_defaults, bad_model).
    """
    if not model.defaults.get("upscale"):
        return None
    path = _file(model)
    import torch
    from safetensors.torch import load_file

    try:
        from spandrel import ImageModelDescriptor, ModelLoader
    except ImportError as error:  # torchvision, which it asks for, may not go with this torch
        raise EngineError(f"Model {model.name!r}: spandrel cannot be imported here ({error}); install the gpu extra anew.", code="model_missing") from error
    try:
        found = ModelLoader().load_from_state_dict(load_file(path))
    except Exception as error:
        raise EngineError(f"Model {model.name!r}: {path} is no network that spandrel knows: {error}; mend defaults.upscale.file.", code="bad_model") from error
    if not isinstance(found, ImageModelDescriptor) or found.scale < 2 or (found.input_channels, found.output_channels) != (3, 3):
        raise EngineError(
            f"Model {model.name!r}: {path} ({found.architecture.name}, {found.scale} times, {found.input_channels} channels) enlarges no colour pictures; "
            "mend defaults.upscale.file.",
            code="bad_model",
        )
    # 16 bits with the finer steps where the network bears them: bfloat16 has no more than 256 between 0.5 and 1, which is what a picture has.
    narrow = torch.float16 if found.supports_half else torch.bfloat16 if found.supports_bfloat16 else torch.float32
    return Upscaler(found, device, narrow if device.startswith("cuda") else torch.float32, int(model.defaults["upscale"].get("tile") or TILE))


class Upscaler:
    """Enlarges by the network's own factor, tile by tile, so that memory does not grow with the picture."""

    def __init__(self, network: Any, device: str, dtype: Any, tile: int = TILE) -> None:
        network.to(device).to(dtype).eval()
        self.module = network.model
        self.scale: int = network.scale
        """How many times a side grows."""
        self._network, self._device, self._dtype, self._tile = network, device, dtype, max(SMALLEST, tile)

    def enlarge(self, picture: Image.Image) -> Image.Image:
        """`picture` with both sides `scale` times as long."""
        import numpy as np
        import torch

        pixels = torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1)[None]
        height, width = pixels.shape[2:]
        found = np.empty((height * self.scale, width * self.scale, 3), np.uint8)
        for top in range(0, height, self._tile):
            for left in range(0, width, self._tile):
                bottom, right = min(height, top + self._tile), min(width, left + self._tile)
                above, before = min(MARGIN, top), min(MARGIN, left)
                large = self._large(pixels[:, :, top - above : bottom + MARGIN, left - before : right + MARGIN])
                rows, columns = (bottom - top) * self.scale, (right - left) * self.scale
                large = large[:, above * self.scale :, before * self.scale :][:, :rows, :columns]
                part = (large.float().clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
                found[top * self.scale : top * self.scale + rows, left * self.scale : left * self.scale + columns] = part
        return Image.fromarray(found)

    def _large(self, pixels: Any) -> Any:
        """A piece enlarged: (3, height, width), about 0 to 1. A network whose numbers outgrow 16 bits goes on in 32."""
        import torch

        with torch.inference_mode():
            large = self._network(pixels.to(self._device, self._dtype) / 255)[0]
            if self._dtype != torch.float32 and not bool(torch.isfinite(large).all()):
                log.warning("upscale.wider", dtype=str(self._dtype))
                self._dtype = torch.float32
                self._network.to(self._dtype)
                return self._large(pixels)
        return large

    def relieve(self) -> str | None:
        """Halve the tiles; None when they are as small as they get."""
        if self._tile <= SMALLEST:
            return None
        self._tile = max(SMALLEST, self._tile // 2)
        return f"tiles of {self._tile} pixels"


def _file(model: Model) -> Path:
    """The file of the network's weights."""
    said = model.defaults["upscale"]
    if not isinstance(said, dict) or not said.get("file") or set(said) - set(FIELDS):
        raise EngineError(
            f"Model {model.name!r}: defaults.upscale is {said!r}; it has {', '.join(FIELDS)}: a folder or hub, and the file in it.", code="bad_defaults"
        )
    name = str(said["file"])
    path = beside.folder(model, said, "upscale") / name
    if path.suffix != weights.SAFE:
        raise EngineError(f"Model {model.name!r}: the upscaler {path} is no {weights.SAFE} file; convert it: only such are read.", code="unsafe_weights")
    if not path.is_file():
        raise EngineError(f"Model {model.name!r}: there is no upscaler {path}; put it there or mend defaults.upscale.", code="model_missing")
    return path
