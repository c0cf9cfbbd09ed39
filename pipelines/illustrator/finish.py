"""The last step on each layer: its lights, the style's texture, paint that bleeds, blur in close shots."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from pipelines.illustrator.stage import Stage


def finished(stage: Stage, name: str) -> np.ndarray:
    """A layer's pixels (premultiplied RGBA) after lights, texture and blur."""
    layer = stage.layers[name]
    layer.pen.finish()
    pixels = layer.pixels
    blur = {"sky": 0.0, "far": 0.0042, "mid": 0.0034, "ground": 0.0012, "front": 0.008}.get(name, 0.0)
    if name == "front":
        blur *= 1.0 if stage.view.blur else 0.35
    elif not stage.view.blur:
        blur = 0.0
    if blur and stage.look.technique not in ("paper",):
        pixels = cv2.GaussianBlur(pixels, (0, 0), max(0.6, blur * stage.unit))
    technique = stage.look.technique
    if name in ("rain", "air"):
        return pixels  # these move fast: paint that travels with them would show
    if technique == "wash":
        pixels = _bleeding(pixels, stage.unit)
    if technique in ("wash", "gouache", "paper"):
        _texture(pixels, technique)
    return pixels


def make_way(stage: Stage, pixels: np.ndarray, boxes: list[tuple[float, float, float, float]]) -> None:
    """Fade the foreground where subjects are, in place: nothing stands before them."""
    keep: np.ndarray = np.full(pixels.shape[:2], 255, np.uint8)
    for left, top, right, bottom in boxes:
        corners = [(round(x + stage.bleed_x), round(y + stage.bleed_y)) for x, y in ((left, top), (right, bottom))]
        if bottom >= stage.height - 1:
            corners[1] = (corners[1][0], pixels.shape[0])  # a cropped one goes on below the edge
        cv2.rectangle(keep, corners[0], corners[1], 0, -1)
    if keep.all() or not pixels[..., 3][keep == 0].any():
        return
    soft = max(3, round(stage.unit * 0.03) | 1)
    keep = cv2.blur(cv2.blur(cv2.erode(keep, np.ones((soft, soft), np.uint8)), (soft, soft)), (soft, soft))
    pixels[:] = cv2.multiply(pixels, cv2.merge((keep, keep, keep, keep)), scale=1 / 255)


@lru_cache(4)
def _noise(height: int, width: int, technique: str) -> np.ndarray:
    """Texture around 0 (int16): paper's grain, dry brush, fibres."""
    rng = np.random.default_rng(7)
    tile = 512
    fine = rng.normal(0, 1, (tile, tile)).astype(np.float32)
    if technique == "wash":
        mixed = 2.6 * _soft(fine, 1.0) + 2.8 * _soft(rng.normal(0, 1, (tile, tile)).astype(np.float32), 26.0) + 1.0
    elif technique == "gouache":
        brush = cv2.GaussianBlur(np.tile(fine, (3, 3)), (0, 0), sigmaX=9.0, sigmaY=0.8)[tile : 2 * tile, tile : 2 * tile]
        mixed = 2.8 * brush / brush.std() + 2.6 * _soft(rng.normal(0, 1, (tile, tile)).astype(np.float32), 1.1)
    else:
        mixed = 3.2 * _soft(fine, 0.9) + 2.0 * _soft(rng.normal(0, 1, (tile, tile)).astype(np.float32), 3.0)
    whole = np.tile(mixed, (height // tile + 1, width // tile + 1))[:height, :width]
    return np.round(whole).astype(np.int16)


def _soft(noise: np.ndarray, sigma: float) -> np.ndarray:
    size = noise.shape[0]
    blurred = cv2.GaussianBlur(np.tile(noise, (3, 3)), (0, 0), sigma)[size : 2 * size, size : 2 * size]
    return blurred / blurred.std()


def _texture(pixels: np.ndarray, technique: str) -> None:
    """Lay the texture on what is painted, in place."""
    height, width = pixels.shape[:2]
    up, down = _halves(height, width, technique)
    alpha = pixels[..., 3]
    cap = cv2.merge((alpha, alpha, alpha))
    colors = cv2.subtract(cv2.add(pixels[..., :3], up), down)
    pixels[..., :3] = cv2.min(colors, cap)


@lru_cache(4)
def _halves(height: int, width: int, technique: str) -> tuple[np.ndarray, np.ndarray]:
    noise = _noise(height, width, technique)
    up, down = np.clip(noise, 0, 60).astype(np.uint8), np.clip(-noise, 0, 60).astype(np.uint8)
    return cv2.merge((up, up, up)), cv2.merge((down, down, down))


@lru_cache(4)
def _wobble(height: int, width: int, unit: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    small = (height // 4 + 1, width // 4 + 1)

    def field(sigma: float, size: float) -> np.ndarray:
        noise = cv2.GaussianBlur(rng.normal(0, 1, small).astype(np.float32), (0, 0), sigma)
        return cv2.resize(noise / noise.std() * size, (width, height), interpolation=cv2.INTER_LINEAR)

    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    reach = unit / 720
    still = np.minimum(1, np.minimum(x, width - 1 - x) / np.float32(0.02 * width))  # none at the sides, where a moving layer tiles
    dx, dy = (still * (field(6, 2.4 * reach) + field(1.4, 1.1 * reach)) for _ in range(2))
    first, second = cv2.convertMaps(x + dx, y + dy, cv2.CV_16SC2)
    return first, second


def _bleeding(pixels: np.ndarray, unit: float) -> np.ndarray:
    """Edges that wander like wet paint, with pigment gathered along them."""
    first, second = _wobble(pixels.shape[0], pixels.shape[1], round(unit))
    moved = cv2.remap(pixels, first, second, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = moved[..., 3]
    if alpha.min() < 255:
        small = cv2.resize(alpha, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        inside = cv2.resize(cv2.blur(small, (5, 5)), (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_LINEAR)
        rim = cv2.subtract(alpha, inside)
        darker = cv2.merge((rim, rim, rim)) // 3
        moved[..., :3] = cv2.subtract(moved[..., :3], darker)
    return moved
