"""Reference pictures as files: read once, kept by what they contain."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import skia

from farm.work import EngineError

Pixels = np.ndarray  # of bytes: (height, width, 3 or 4)
MAX_PIXELS = 40_000_000
LONGEST = 1280  # pixels that are kept of the longer side: a film is no larger


@dataclass(frozen=True)
class Picture:
    """A reference picture; two of the same bytes are the same, wherever they lie."""

    digest: str
    path: Path = field(compare=False)


def given(files: dict[str, Path], key: str) -> list[Picture]:
    """The reference pictures of a character, place or thing, the caller's first one first (files `reference.<key>`, `.2`, `.3` …)."""
    role = f"reference.{key}"
    further = sorted((name for name in files if re.fullmatch(re.escape(role) + r"\.\d{1,3}", name)), key=lambda name: int(name.rpartition(".")[2]))
    return [_named(files[name]) for name in (role, *further) if name in files]


def _named(path: Path) -> Picture:
    try:
        return Picture(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    except OSError as problem:
        raise EngineError(
            f"the reference picture {path.name!r} cannot be read ({problem.strerror}); give a PNG, JPEG or WebP picture", code="bad_reference"
        ) from None


@lru_cache(8)
def read(picture: Picture) -> Pixels:
    """Its pixels: RGBA (not premultiplied), at most 1280 on the longer side.

    Raises EngineError for a file that is no picture or is larger than 40 megapixels.
    """
    name = picture.path.name
    image = skia.Image.MakeFromEncoded(skia.Data.MakeFromFileName(str(picture.path)))
    if image is None:
        raise EngineError(f"the reference picture {name!r} cannot be read; give a PNG, JPEG or WebP picture", code="bad_reference")
    width, height = image.width(), image.height()
    if width * height > MAX_PIXELS:
        raise EngineError(f"the reference picture {name!r} is {width}×{height}; give one of at most 40 megapixels", code="bad_reference")
    shrink = min(1.0, LONGEST / max(width, height))
    pixels: Pixels = np.zeros((max(1, round(height * shrink)), max(1, round(width * shrink)), 4), np.uint8)
    surface = skia.Surface(pixels, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    canvas = surface.getCanvas()
    canvas.drawImageRect(image, skia.Rect.MakeWH(pixels.shape[1], pixels.shape[0]), skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear))
    surface.flushAndSubmit()
    alpha = pixels[..., 3:].astype(np.uint16)
    pixels[..., :3] = np.where(alpha > 0, np.minimum(255, pixels[..., :3].astype(np.uint16) * 255 // np.maximum(alpha, 1)), 255)
    pixels.setflags(write=False)
    return pixels


def plain(pixels: Pixels) -> Pixels:
    """RGB on white, for who looks at a picture and knows no alpha."""
    alpha = pixels[..., 3:].astype(np.uint16)
    if alpha.min() == 255:
        return np.ascontiguousarray(pixels[..., :3])
    return ((pixels[..., :3].astype(np.uint16) * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)


def opaque(rgb: Pixels) -> Pixels:
    """RGB as RGBA."""
    return np.ascontiguousarray(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]))
