"""A painting as files: the flat picture (PNG) and the ZIP of its layers."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from pipelines.illustrator.paint import Painting
from pipelines.illustrator.stage import BLEED

PNG_FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]
"""Level 1 with one filter: 8 to 20 ms a layer of 1.2 megapixels, against 25 to 60 with the filter chosen per row, and 65 for WebP."""
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # a fixed time: the same painting gives the same bytes


def flatten(painting: Painting) -> np.ndarray:
    """Compose the layers unmoved and crop the bleed: BGR pixels."""
    bx, by = painting.bleed
    crop = (slice(by, by + painting.height), slice(bx, bx + painting.width))
    canvas: np.ndarray = np.zeros((painting.height, painting.width, 3), np.uint8)
    for sheet in painting.sheets:
        pixels = np.ascontiguousarray(sheet.pixels[crop])
        alpha = pixels[..., 3]
        keep = cv2.subtract(np.full_like(alpha, 255), alpha)
        canvas = cv2.add(cv2.multiply(canvas, cv2.merge((keep, keep, keep)), scale=1 / 255), pixels[..., :3])
    return cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR)


def straight(pixels: np.ndarray) -> np.ndarray:
    """Premultiplied RGBA as straight BGRA, as PNG has it."""
    return cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_mRGBA2RGBA), cv2.COLOR_RGBA2BGRA)


def write_picture(painting: Painting, path: Path) -> None:
    """Write the flat picture with its vignette; grain is left to the camera, where it moves."""
    path.write_bytes(_png(flatten(painting)))


def write_layers(painting: Painting, path: Path) -> None:
    """Write layers.json and the layers, stored without a second compression."""
    document = {
        "size": [painting.width, painting.height],
        "bleed": BLEED,
        "layers": [
            {"file": f"{place}.png", "depth": sheet.depth, "name": sheet.name}
            | ({"motion": [round(part, 4) for part in sheet.motion]} if any(sheet.motion) else {})
            for place, sheet in enumerate(painting.sheets)
        ],
        "vignette": round(painting.vignette, 3),
        "grain": round(painting.grain, 3),
        "subjects": {key: [round(value, 1) for value in box] for key, box in painting.boxes.items()},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("layers.json", ZIP_TIME), json.dumps(document, indent=1))
        for place, sheet in enumerate(painting.sheets):
            archive.writestr(zipfile.ZipInfo(f"{place}.png", ZIP_TIME), _png(straight(sheet.pixels)))


def _png(pixels: np.ndarray) -> bytes:
    done, data = cv2.imencode(".png", pixels, PNG_FAST)
    if not done:
        raise ValueError(f"a picture of shape {pixels.shape} could not be encoded as PNG")
    return data.tobytes()


def timed_write(painting: Painting, picture: Path, layers: Path | None) -> None:
    """Write both files and note how long encoding took in the painting."""
    began = perf_counter()
    write_picture(painting, picture)
    if layers is not None:
        write_layers(painting, layers)
    painting.seconds["encode"] = perf_counter() - began
