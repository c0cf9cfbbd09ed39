"""The layers of a picture, read from what the illustrator (or anybody else) made."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from farm.work import EngineError

MOST_LAYERS = 64
MOST_PIXELS = 40_000_000  # of one layer: an 8K picture has 33 million
MOST_PIXELS_TOGETHER = 200_000_000  # of all layers: 800 MB while they are read
MOST_BYTES = 256_000_000  # of one packed file
REMEDY = "paint the keyframe again"


@dataclass(frozen=True)
class Layer:
    """One plane of a picture: `image` is BGRA, 8 bit, straight alpha; `depth` from 0 (far) to 1 (near)."""

    image: NDArray[np.uint8]
    depth: float
    name: str = ""
    motion: tuple[float, float] = (0.0, 0.0)  # of its own, in pictures per second, wrapping


@dataclass(frozen=True)
class LayeredPicture:
    """A picture to be filmed, back to front; every layer reaches `bleed` (a share of the picture) beyond each side."""

    layers: tuple[Layer, ...]
    bleed: float
    grain: float = 0.0
    vignette: float = 0.0


def flat(path: Path) -> LayeredPicture:
    """A picture without layers. Raises EngineError when it is no picture."""
    try:
        packed = np.fromfile(path, np.uint8)
    except OSError as error:
        raise EngineError(f"the picture {path.name} cannot be read ({error}); {REMEDY}", code="bad_picture", retry=True) from None
    return LayeredPicture((Layer(_decode(packed, path.name), 0.5, "picture"),), 0.0)


def read(path: Path) -> LayeredPicture:
    """Read a ZIP of layers (docs/architecture.md, "Outputs"). Raises EngineError naming what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as archive:
            described = json.loads(_member(archive, "layers.json"))
            rows = described["layers"]
            if not isinstance(rows, list) or not 0 < len(rows) <= MOST_LAYERS:
                raise ValueError(f"layers.json lists {len(rows) if isinstance(rows, list) else type(rows).__name__} layers, 1 to {MOST_LAYERS} can be filmed")
            layers: list[Layer] = []
            for row in rows:
                layers.append(_layer(archive, row))
                if sum(layer.image.size // 4 for layer in layers) > MOST_PIXELS_TOGETHER:
                    raise ValueError(f"its layers have more than {MOST_PIXELS_TOGETHER} pixels together")
            bleed = _number(described.get("bleed", 0.0), 0.0, 1.0, "bleed")
            grain = _number(described.get("grain", 0.0), 0.0, 1.0, "grain")
            vignette = _number(described.get("vignette", 0.0), 0.0, 1.0, "vignette")
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError, NotImplementedError, RuntimeError) as error:
        raise EngineError(f"the layers {path.name} cannot be used ({error}); {REMEDY}", code="bad_layers") from None
    return LayeredPicture(tuple(layers), bleed, grain, vignette)


def _layer(archive: zipfile.ZipFile, row: dict[str, Any]) -> Layer:
    name = str(row["file"])
    motion = row.get("motion") or (0.0, 0.0)
    dx, dy = (_number(value, -8.0, 8.0, f"motion of {name}") for value in motion)
    image = _decode(np.frombuffer(_member(archive, name), np.uint8), name)
    return Layer(image, _number(row["depth"], 0.0, 1.0, f"depth of {name}"), str(row.get("name", "")), (dx, dy))


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > MOST_BYTES:
        raise ValueError(f"{name} has {info.file_size} bytes, more than {MOST_BYTES}")
    return archive.read(info)


def _number(value: object, low: float, high: float, what: str) -> float:
    number = float(value)  # type: ignore[arg-type]  # a TypeError is reported by the caller
    if not low <= number <= high:
        raise ValueError(f"{what} is {value!r}, not between {low:g} and {high:g}")
    return number


def _decode(packed: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """Decode a PNG, WebP or JPEG to BGRA."""
    # The size is asked before the pixels are: a small file may claim to be a picture of gigabytes.
    try:
        with Image.open(io.BytesIO(packed.tobytes())) as probe:
            width, height = probe.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        width = height = 0
    if width * height > MOST_PIXELS:
        raise EngineError(f"{name} is {width}x{height}, more than {MOST_PIXELS} pixels; paint a smaller keyframe", code="bad_picture")
    try:
        image = cv2.imdecode(packed, cv2.IMREAD_UNCHANGED) if width * height else None
    except cv2.error:
        image = None
    if image is None:
        raise EngineError(f"{name} is no picture that can be decoded ({len(packed)} bytes); {REMEDY}", code="bad_picture")
    if image.dtype == np.uint16:
        image = np.asarray(image // 256, np.uint8)
    if image.ndim == 2:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGRA), np.uint8)
    if image.shape[2] == 3:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2BGRA), np.uint8)
    return np.asarray(image, np.uint8)
