"""A photograph made to sit in a painted picture: fewer tones, no fine grain, a cut edge; by technique."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.illustrator.look import Technique
from pipelines.illustrator.references.pictures import Pixels

PAPER = (250, 246, 236)  # the edge of what is cut out

LEVELS: dict[Technique, tuple[int, float]] = {
    "film": (11, 0.55), "noir": (6, 0.8), "gouache": (8, 0.75), "wash": (9, 0.6), "golden": (10, 0.6), "neon": (6, 0.75), "paper": (5, 0.9),
}  # fmt: skip
"""How many steps of light a technique has, and how far the picture is drawn to them (0 to 1)."""


def toned(pixels: Pixels, technique: Technique) -> Pixels:
    """Flattened: RGBA in, RGBA out, alpha as it was."""
    levels, strength = LEVELS[technique]
    rgb = np.ascontiguousarray(pixels[..., :3])
    for _ in range(2):
        rgb = cv2.bilateralFilter(rgb, 7, 34, 7)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    light = lab[..., 0] / 255 * levels
    step = np.floor(light)
    edge = np.clip((light - step - 0.5) * 5 + 0.5, 0, 1)  # a step with a soft edge
    lab[..., 0] = (light * (1 - strength) + (step + edge) * strength) / levels * 255
    lab[..., 1:] = 128 + (lab[..., 1:] - 128) * 1.12
    rgb = cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)
    return np.ascontiguousarray(np.dstack([rgb, pixels[..., 3]]))


def edged(pixels: Pixels, width: float) -> Pixels:
    """With an edge of paper `width` pixels wide around what is seen; the picture must leave room for it."""
    reach = max(3, 2 * round(width) + 1)
    alpha = pixels[..., 3]
    outer = cv2.GaussianBlur(cv2.dilate(alpha, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))), (0, 0), 1.2)
    share = (alpha.astype(np.float32) / 255)[..., None]
    rgb = pixels[..., :3] * share + np.array(PAPER, np.float32) * (1 - share)
    return np.ascontiguousarray(np.dstack([rgb.astype(np.uint8), np.maximum(outer, alpha)]))


def padded(pixels: Pixels, room: int) -> Pixels:
    """With `room` clear pixels on every side."""
    return cv2.copyMakeBorder(pixels, room, room, room, room, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
