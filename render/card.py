"""Pictures made of type and stills: the title card over its picture, and a still held with a gentle move."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Iterator
from functools import cached_property
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from farm.types import Size, Style
from render.captions import clean
from render.encode import Picture
from render.lettering import SANS, SERIF, Block, draw, measure, plain
from render.media import is_colour, to_yuv
from render.phrases import JOINER, LONGEST, phrases, spaceless, unbroken
from render.timeline import Card

_MODERN = ("cyber", "neon", "anime", "comic", "pop", "pixar", "3d", "paper", "flat", "doc", "real", "toon")  # styles whose titles are set in sans
_BREATH = 0.04  # how much a held picture grows over its whole length
TITLE_SIGNS, SUBTITLE_SIGNS = 160, 240  # what a card can hold legibly


def held(pixels: NDArray[np.uint8], frames: int, first: int, last: int, *, grow: float = _BREATH) -> Iterator[NDArray[np.uint8]]:
    """Frames `first` to `last` of a still that grows gently about its middle over `frames`; BGR."""
    height, width = pixels.shape[:2]
    for number in range(first, last):
        at = number / max(1, frames - 1)
        scale = 1 + grow * at * at * (3 - 2 * at)
        matrix = np.array([[scale, 0, width / 2 * (1 - scale)], [0, scale, height / 2 * (1 - scale)]])
        yield cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[misc]


class TitleCard:
    """The title card's frames: dark and soft ground, title and subtitle that come up and drift closer."""

    keys: frozenset[int] = frozenset()  # there are no packets to copy

    def __init__(self, card: Card, picture: NDArray[np.uint8] | None, size: Size, fps: int, style: Style, locale: str = "") -> None:
        self.frames, self._fps, self._size = card.frames, fps, size
        self._card, self._picture, self._style, self._locale = card, picture, style, locale

    @cached_property
    def _ground(self) -> NDArray[np.uint8]:
        return _ground(self._picture, self._size, self._style)

    @cached_property
    def _text(self) -> NDArray[np.uint8]:
        return _lay_out(self._card, self._size, self._style, self._locale)

    def pictures(self, first: int, last: int) -> Iterator[Picture]:
        """Frames `first` to `last` as planar 4:2:0."""
        rise, fade = max(1, min(round(0.9 * self._fps), self.frames // 3)), max(1, min(round(0.6 * self._fps), self.frames // 4))
        size = (self._size.width, self._size.height)
        for number, ground in zip(range(first, last), held(self._ground, self.frames, first, last, grow=0.06), strict=True):
            opening = _smooth((number + 1) / fade)
            if opening < 1:
                cv2.convertScaleAbs(ground, ground, alpha=opening)
            strength = _smooth((number - 0.35 * self._fps) / rise)
            if strength > 0:
                scale = 1 + 0.025 * number / max(1, self.frames - 1)
                matrix = np.array([[scale, 0, size[0] / 2 * (1 - scale)], [0, scale, size[1] / 2 * (1 - scale)]])
                layer = cast("NDArray[np.uint8]", cv2.warpAffine(self._text, matrix, size, flags=cv2.INTER_LINEAR))
                rows = np.flatnonzero(layer[:, :, 3].max(axis=1))
                if rows.size:
                    low, high = rows[0], rows[-1] + 1
                    over(ground[low:high], layer[low:high], strength)
            yield to_yuv(ground)


def over(ground: NDArray[np.uint8], layer: NDArray[np.uint8], strength: float = 1.0) -> None:
    """Lay a layer (BGRA, alpha multiplied in) over BGR pixels in place."""
    alpha = cv2.merge([layer[:, :, 3]] * 3)
    kept = 255 - cv2.convertScaleAbs(alpha, alpha=strength)
    cv2.multiply(ground, kept, ground, scale=1 / 255)
    cv2.add(ground, cv2.convertScaleAbs(layer[:, :, :3], alpha=strength), ground)


def _smooth(at: float) -> float:
    at = min(1.0, max(0.0, at))
    return at * at * (3 - 2 * at)


def _ground(picture: NDArray[np.uint8] | None, size: Size, style: Style) -> NDArray[np.uint8]:
    """The card's ground: the picture soft, dark and vignetted, else a glow in the style's darkest colours."""
    across, down = np.meshgrid(np.linspace(-1, 1, size.width, dtype=np.float32), np.linspace(-1, 1, size.height, dtype=np.float32))
    if picture is None:
        dark = _shade(style, 0.10)
        lit = _shade(style, 0.30)
        glow = np.exp(-(across**2 * 1.1 + (down - 0.1) ** 2 * 1.6))[:, :, None]
        return (dark + (lit - dark) * glow).astype(np.uint8)
    small = cv2.resize(picture, (size.width // 4, size.height // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(1.0, size.width / 4 * 0.012))
    soft = cv2.resize(soft, (size.width, size.height), interpolation=cv2.INTER_CUBIC)
    # Bright pictures are darkened more, so that light type always stands out (about 4.5 : 1).
    mean = float(soft.mean())
    keep = min(0.62, 62.0 / max(mean, 1.0))
    middle = np.exp(-(across**2 / 0.9 + down**2 / 0.22)) * 0.25  # a darker band behind the type
    vignette = np.clip(1.05 - 0.42 * (across**2 + down**2) / 2 - middle, 0, 1)
    return np.clip(soft.astype(np.float32) * (keep * vignette)[:, :, None], 0, 255).astype(np.uint8)


def _shade(style: Style, value: float) -> NDArray[np.float32]:
    red, green, blue = rgb(style.palette[0]) if style.palette else (0.10, 0.11, 0.15)
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    red, green, blue = colorsys.hsv_to_rgb(hue, min(saturation, 0.55), value)
    return np.array([blue, green, red], dtype=np.float32) * 255


def rgb(colour: str) -> tuple[float, float, float]:
    """A "#rrggbb" colour as parts of 1; grey where it is none."""
    if not is_colour(colour):
        return (0.5, 0.5, 0.5)
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))  # type: ignore[return-value]


def tints(style: Style) -> tuple[str, str]:
    """Colours of title and rule: a warm white leaning to the palette's lightest colour, and its liveliest colour, made light."""
    title, rule = "#f7f1e6", "#d9b97a"
    colours = [rgb(colour) for colour in style.palette if is_colour(colour)]
    if colours:
        lightest = max(colours, key=sum)
        title = _hex(tuple(0.72 * 0.98 + 0.28 * part for part in lightest))
        lively = max(colours, key=lambda colour: colorsys.rgb_to_hsv(*colour)[1] * (0.3 + colorsys.rgb_to_hsv(*colour)[2]))
        hue, saturation, value = colorsys.rgb_to_hsv(*lively)
        rule = _hex(colorsys.hsv_to_rgb(hue, min(saturation, 0.6), max(value, 0.85)))
    return title, rule


def _hex(colour: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in colour)


def _lay_out(card: Card, size: Size, style: Style, locale: str) -> NDArray[np.uint8]:
    """Title, rule and subtitle in the middle of a transparent layer of the film's size; BGRA, alpha multiplied in."""
    layer = np.zeros((size.height, size.width, 4), dtype=np.uint8)
    title, subtitle = shorten(clean(plain(card.text)), TITLE_SIGNS), shorten(clean(plain(card.subtitle)), SUBTITLE_SIGNS)
    title, subtitle = unbroken(title), unbroken(subtitle)
    family = face(style)
    room = int(size.width * 0.80)
    base = min(size.width * 0.85, size.height) * 0.135
    blocks: list[tuple[Block, float]] = []
    colour, accent = tints(style)
    if title:
        set_size, spacing = fit(title, family, base, room, size.height * 0.42)
        across = even(title, family, set_size, spacing, room, 1.12)
        shadow = set_size * 0.10
        drawn = draw(title, family=family, size=set_size, width=across, colour=colour, spacing=spacing, shadow=shadow, leading=1.12, locale=locale)
        blocks.append((drawn, 1.0))
    if subtitle:
        under, spacing = fit(subtitle, SANS, base * 0.33, room, size.height * 0.2)
        across = even(subtitle, SANS, under, spacing, room, 1.3)
        shadow = under * 0.2
        drawn = draw(subtitle, family=SANS, size=under, width=across, colour=colour, spacing=spacing, shadow=shadow, leading=1.3, locale=locale)
        blocks.append((drawn, 0.85))
    if not blocks:
        return layer
    gap = base * 0.34
    whole = sum(block.height for block, _ in blocks) + gap * 2 * (len(blocks) - 1)
    top = size.height * 0.49 - whole / 2
    for number, (block, strength) in enumerate(blocks):
        if number:
            _rule(layer, round(top + gap * 0.9), base, accent)
            top += gap * 2
        _paste(layer, block, round(top), strength)
        top += block.height
    return layer


def face(style: Style) -> str:
    """The family that a style's titles are set in."""
    return SANS if any(word in f"{style.slug} {style.name}".lower() for word in _MODERN) else SERIF


def _open(text: str) -> bool:
    """Whether letters may be spaced: joined scripts must not be, and only alphabets gain by it."""
    return all(ord(sign) < 0x530 or 0x2000 <= ord(sign) < 0x2070 for sign in text)


def shorten(text: str, most: int) -> str:
    """Text of at most `most` signs, cut at a word and ended with an ellipsis where it was longer."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut).rstrip(" ,;:.-") + "…"


def fit(text: str, family: str, size: float, room: int, height: float) -> tuple[float, float]:
    """The largest type size up to `size` whose lines fit in width and height, and its letter spacing."""
    while size > 8:
        spacing = size * (0.03 if _open(text) else 0.0)
        words = max(measure(word, family=family, size=size, width=100_000, spacing=spacing)[0] for word in _unbroken(text))
        wide, high = measure(text, family=family, size=size, width=room, spacing=spacing, leading=1.12)
        if wide <= room and words <= room and high <= height:
            return size, spacing
        size *= 0.92
    return 8.0, 0.0


def _unbroken(text: str) -> list[str]:
    """The parts of a text that stand on one line each: words, and the phrases of scripts without spaces, or single signs of very long ones."""
    found: list[str] = []
    for word in text.split():
        for phrase in phrases(word.replace(JOINER, "")):
            found += [phrase] if len(phrase) <= LONGEST or not spaceless(phrase[0]) else phrase
    return found or [""]


def even(text: str, family: str, size: float, spacing: float, room: int, leading: float) -> int:
    """The narrowest width that takes no more lines: so that lines come out about equally long, and no word stands alone."""
    height = measure(text, family=family, size=size, width=room, spacing=spacing, leading=leading)[1]
    words = max(measure(word, family=family, size=size, width=100_000, spacing=spacing)[0] for word in _unbroken(text))
    low, high = min(room, math.ceil(words)), room  # narrower would break a word
    while high - low > max(2, room // 100):
        middle = (low + high) // 2
        wide, tall = measure(text, family=family, size=size, width=middle, spacing=spacing, leading=leading)
        low, high = (low, middle) if tall <= height and wide <= middle else (middle, high)
    return high


def _rule(layer: NDArray[np.uint8], row: int, base: float, colour: str) -> None:
    height, width = layer.shape[:2]
    half, thick = round(base * 0.55), max(1, round(base / 40))
    red, green, blue = rgb(colour)
    if 0 <= row < height - thick:
        layer[row : row + thick, width // 2 - half : width // 2 + half] = (round(blue * 255), round(green * 255), round(red * 255), 255)


def _paste(layer: NDArray[np.uint8], block: Block, top: int, strength: float) -> None:
    """Add a drawn block, centred, its text's top at `top`."""
    height, width = layer.shape[:2]
    rows, columns = block.pixels.shape[:2]
    top -= round((rows - block.height) / 2)
    left = (width - columns) // 2
    y0, y1, x0, x1 = max(0, top), min(height, top + rows), max(0, left), min(width, left + columns)
    if y1 > y0 and x1 > x0:
        part = block.pixels[y0 - top : y1 - top, x0 - left : x1 - left, (2, 1, 0, 3)].astype(np.float32) * strength
        under = layer[y0:y1, x0:x1].astype(np.float32)
        layer[y0:y1, x0:x1] = np.clip(part + under * (1 - part[:, :, 3:] / 255), 0, 255).astype(np.uint8)
