"""A location's reference picture as the painted background: toned to the style, lit by the scene's hour, filling its layer."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from pipelines.illustrator.light import TIMES, Light
from pipelines.illustrator.look import Look, Technique
from pipelines.illustrator.references import toning
from pipelines.illustrator.references.pictures import Picture, Pixels, opaque, plain, read
from pipelines.illustrator.stage import Stage

HORIZON, FEET = 0.5, 0.9  # nobody knows where the picture's ground begins: subjects stand near its lower edge
LAYER = "mid"
GROUND = 0.68  # where a picture that is too high is cut: rather above, since somebody is to stand on its ground
SOFT, SOFTER = 0.0014, 0.0045  # of the stage's unit: how far it is blurred behind the subjects, and behind those of a close shot
VEIL = 0.1  # of the haze's colour, so that subjects stand off
STEPS = 64  # levels of each colour that are graded; what lies between takes the nearest: the picture has few tones anyway
HOURLY = 0.55  # how far the scene's hour changes the picture's own light


def paint_plate(stage: Stage, picture: Picture) -> None:
    """Cover one layer with the picture, nearer by the view's zoom, moved by its pan; nothing is stretched."""
    stage.set_horizon(HORIZON, FEET)
    pixels = _toned(picture, stage.look.technique)
    stage.pen(LAYER)
    layer = stage.layers[LAYER].pixels
    covering = _cover(graded(pixels, stage.light, stage.look), layer.shape[1], layer.shape[0], stage.view.zoom, stage.view.pan)
    sigma = (SOFTER if stage.view.blur else SOFT) * stage.unit
    covering = cv2.GaussianBlur(covering, (0, 0), sigma) if sigma > 0.4 else covering
    veil = stage.look.grade(np.array([stage.light.haze], np.float32))[0] * 255
    cv2.addWeighted(covering, 1 - VEIL, np.broadcast_to(np.round(veil).astype(np.uint8), covering.shape).copy(), VEIL, 0, covering)
    layer[..., :3], layer[..., 3] = covering, 255


@lru_cache(4)
def _toned(picture: Picture, technique: Technique) -> Pixels:
    """The same for every shot of a place."""
    return np.ascontiguousarray(toning.toned(opaque(plain(read(picture))), technique)[..., :3])


def graded(rgb: Pixels, light: Light, look: Look) -> Pixels:
    """Colours under the scene's light and the style's grade, through a table of 64 × 64 × 64 of them."""
    shades = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS
    table = np.stack(np.meshgrid(shades, shades, shades, indexing="ij"), axis=-1).reshape(-1, 3)
    if light.time != "day" or light.gray:
        ambient = TIMES[light.time]["ambient"] if light.indoors else light.ambient
        lit = table * np.array(ambient, np.float32)
        lit += ((lit @ np.array([0.299, 0.587, 0.114], np.float32))[:, None] - lit) * light.gray
        table = table * (1 - HOURLY) + lit * HOURLY
    tones = np.round(look.grade(table.astype(np.float32)) * 255).astype(np.uint8)
    steps = (rgb // (256 // STEPS)).astype(np.int32)
    return tones[(steps[..., 0] * STEPS + steps[..., 1]) * STEPS + steps[..., 2]]


def _cover(rgb: Pixels, width: int, height: int, zoom: float, pan: float) -> Pixels:
    """The part of a picture that fills width × height, about its middle."""
    high, wide = rgb.shape[:2]
    scale = max(width / wide, height / high) * max(1.0, zoom)
    spare = wide * scale - width, high * scale - height
    left = min(max(spare[0] * (0.5 + pan), 0.0), spare[0])
    top = spare[1] * GROUND
    turn = np.array([[scale, 0, -left + (scale - 1) / 2], [0, scale, -top + (scale - 1) / 2]], np.float32)
    return cv2.warpAffine(rgb, turn, (width, height), flags=cv2.INTER_LINEAR if scale < 1.5 else cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
