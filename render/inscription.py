"""Inscriptions: who is seen and what begins, in type over a shot; a name as a lower third, a chapter's heading in the middle."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from farm.types import Size, Style
from render.burn import SAFE
from render.captions import clean
from render.card import even, face, fit, rgb, shorten, tints
from render.encode import Picture
from render.lettering import SANS, Block, draw, measure, plain, rightward
from render.overlay import Overlay
from render.phrases import unbroken

FADE = 10  # frames over which an inscription comes and goes
_KEPT = 24
NAME_SIGNS, HEADING_SIGNS = 60, 90  # what can be read in passing
_SIDE = 0.055  # of the width that stays free beside a lower third
_PLATE = 0.62  # how dark the ground behind a name is at its start; it runs out to nothing
_BAND = 0.42  # how dark the ground behind a heading is in its middle


@dataclass(frozen=True)
class Inscription:
    """Text over the film's frames `start` to `end` (exclusive): a name with what it is, or a heading."""

    kind: Literal["name", "heading"]
    text: str
    under: str
    start: int
    end: int


class Inscriber:
    """Draws each frame's inscriptions; safe to use from several threads. `raised`: captions are drawn below, so names stand higher."""

    def __init__(self, inscriptions: Sequence[Inscription], size: Size, style: Style, *, raised: bool, locale: str = "") -> None:
        self._items = [item for item in inscriptions if item.end > item.start and clean(plain(item.text))]
        self._size, self._style, self._raised, self._locale = size, style, raised, locale
        self._pixels: OrderedDict[int, tuple[NDArray[np.uint8], int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def touches(self, start: int, end: int) -> bool:
        """Whether any of the film frames `start` to `end` (exclusive) shows one."""
        return any(item.start < end and start < item.end for item in self._items)

    def draw(self, number: int, picture: Picture) -> Picture:
        """The picture of film frame `number` with what is written on it."""
        for at, item in enumerate(self._items):
            if item.start <= number < item.end:
                strength = min(1.0, (number - item.start + 1) / FADE, (item.end - number) / FADE)
                pixels, top, left = self._drawn(at)
                shown = pixels if strength >= 1 else (pixels * np.float32(strength * strength * (3 - 2 * strength))).astype(np.uint8)
                picture = Overlay(shown, self._size, top=top, left=left).over(picture)
        return picture

    def _drawn(self, at: int) -> tuple[NDArray[np.uint8], int, int]:
        with self._lock:
            found = self._pixels.get(at)
            if found is None:
                item = self._items[at]
                found = self._pixels[at] = self._name(item) if item.kind == "name" else self._heading(item)
                while len(self._pixels) > _KEPT:
                    self._pixels.popitem(last=False)
            return found

    def _name(self, item: Inscription) -> tuple[NDArray[np.uint8], int, int]:
        """A lower third: a bar in the style's liveliest colour, the name, and what it is; on the side where its script begins."""
        size = self._size
        title, accent = tints(self._style)
        name, under = shorten(clean(plain(item.text)), NAME_SIGNS), shorten(clean(plain(item.under)), NAME_SIGNS)
        under = under[:1].upper() + under[1:]
        room = int(size.width * 0.62)
        base, _ = fit(name, SANS, min(size.width * 0.062, size.height * 0.058), room, size.height * 0.14)
        blocks = [_block(name, SANS, base, room, "#ffffff", self._locale)]
        if under:
            blocks.append(_block(under, SANS, fit(under, SANS, base * 0.62, room, size.height * 0.1)[0], room, title, self._locale))
        pad, bar = round(base * 0.5), max(3, round(base * 0.11))
        height = round(sum(block.height for block in blocks) + pad * 1.1)
        width = round(max(block.width for block in blocks) + bar + pad * 4)
        right = rightward(name)
        layer = np.zeros((height, width, 4), np.float32)
        shade = _PLATE * (1 - np.linspace(0, 1, width, dtype=np.float32) ** 2.2)
        layer[:, :, 3] = 255 * (shade[::-1] if right else shade)
        edge = slice(width - bar, width) if right else slice(0, bar)
        layer[:, edge] = (*(255 * part for part in rgb(accent)), 255)
        top = pad * 0.5
        for block in blocks:
            left = width - bar - pad - block.width if right else bar + pad
            _lay(layer, block, round(left), round(top))
            top += block.height
        side = round(size.width * _SIDE)
        lowest = SAFE + (0.17 if self._raised else 0.035)
        return layer.astype(np.uint8), round(size.height * (1 - lowest)) - height, size.width - side - width if right else side

    def _heading(self, item: Inscription) -> tuple[NDArray[np.uint8], int, int]:
        """A chapter's heading in the middle, over a band of shade that the picture is still seen through."""
        size = self._size
        title, _ = tints(self._style)
        text, under = unbroken(shorten(clean(plain(item.text)), HEADING_SIGNS)), shorten(clean(plain(item.under)), NAME_SIGNS)
        room, family = int(size.width * 0.8), face(self._style)
        base = min(size.width * 0.85, size.height) * 0.11
        large, spacing = fit(text, family, base, room, size.height * 0.28)
        block = _block(text, family, large, min(room, even(text, family, large, spacing, room, 1.12) + round(large * 0.2)), title, self._locale, spacing)
        small = _block(under, SANS, fit(under, SANS, base * 0.42, room, size.height * 0.08)[0], room, title, self._locale) if under else None
        gap = round(base * 0.35)
        height = round(block.height + (small.height + gap if small else 0) + base * 2.4) // 2 * 2
        layer = np.zeros((height, size.width, 4), np.float32)
        down, across = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, size.width, dtype=np.float32)
        layer[:, :, 3] = 255 * _BAND * np.outer(np.clip(np.cos(down * np.pi / 2), 0, 1) ** 1.2, 0.55 + 0.45 * np.cos(across * np.pi / 2))
        top = round(base * 1.2)
        if small:
            _lay(layer, small, round((size.width - small.width) / 2), top)
            top += round(small.height) + gap
        _lay(layer, block, round((size.width - block.width) / 2), top)
        return layer.astype(np.uint8), (size.height - height) // 2, 0


def _block(text: str, family: str, size: float, width: int, colour: str, locale: str, spacing: float = 0.0) -> Block:
    """A drawn text that is no wider than its longest line."""
    across = int(np.ceil(measure(text, family=family, size=size, width=width, spacing=spacing)[0] + size * 0.1))
    return draw(text, family=family, size=size, width=min(width, across), colour=colour, spacing=spacing, shadow=size * 0.09, locale=locale)


def _lay(layer: NDArray[np.float32], block: Block, left: int, top: int) -> None:
    """Add a block's text with its top left corner at `left`, `top`; both have their alpha multiplied in."""
    rows, columns = block.pixels.shape[:2]
    top, left = top - round((rows - block.height) / 2), left - round((columns - block.width) / 2)
    y0, y1, x0, x1 = max(0, top), min(layer.shape[0], top + rows), max(0, left), min(layer.shape[1], left + columns)
    if y1 > y0 and x1 > x0:
        part = block.pixels[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32)
        under = layer[y0:y1, x0:x1]
        layer[y0:y1, x0:x1] = part + under * (1 - part[:, :, 3:] / 255)
