"""Type: paragraphs of any script drawn into transparent pictures, with the vendored fonts first and the machine's own after them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray

FONTS = Path(__file__).parent / "fonts"
SERIF, SANS = "EB Garamond", "Noto Sans"
_VENDORED = {
    SERIF: "EBGaramond-Medium.ttf",
    SANS: "NotoSans-SemiBold.ttf",
    "Noto Sans Hebrew": "NotoSansHebrew-SemiBold.ttf",
    "Noto Sans Arabic": "NotoSansArabic-SemiBold.ttf",
}


@lru_cache(maxsize=1)
def _faces() -> dict[str, skia.Typeface]:
    faces = {name: skia.Typeface.MakeFromFile(str(FONTS / file)) for name, file in _VENDORED.items()}
    missing = [name for name, face in faces.items() if face is None]
    if missing:
        raise FileNotFoundError(f"the fonts of {', '.join(missing)} are not in {FONTS}; install Storyfarm again")
    return faces


def _families(text: str, first: str) -> tuple[list[str], list[skia.Typeface]]:
    """Families that together cover `text`, the wanted one first, and the machine's faces for what the vendored ones lack."""
    faces = _faces()
    order = [first, *(name for name in faces if name != first)]
    lacking = set(map(ord, text)) - {10, 32}
    for name in order:
        signs = sorted(lacking)
        lacking -= {sign for sign, glyph in zip(signs, faces[name].unicharsToGlyphs(signs), strict=True) if glyph}
    system: list[skia.Typeface] = []
    while lacking and len(system) < 6:
        sign = min(lacking)
        lacking.discard(sign)
        face = _system(sign)
        if face is not None:
            system.append(face)
            signs = sorted(lacking)
            lacking -= {other for other, glyph in zip(signs, face.unicharsToGlyphs(signs), strict=True) if glyph}
    return [*order, *(face.getFamilyName() for face in system)], system


@lru_cache(maxsize=512)
def _system(sign: int) -> skia.Typeface | None:
    return skia.FontMgr().matchFamilyStyleCharacter("", skia.FontStyle.Bold(), [], sign)


def drawable(text: str) -> bool:
    """Whether every sign of `text` has a glyph on this machine."""
    faces = _faces()
    return all(sign.isspace() or any(face.unicharsToGlyphs([ord(sign)])[0] for face in faces.values()) or _system(ord(sign)) is not None for sign in text)


@dataclass(frozen=True)
class Block:
    """A drawn paragraph: RGBA with alpha multiplied in, shape (height, width, 4), and its text's own width and height in pixels."""

    pixels: NDArray[np.uint8]
    width: float
    height: float


def draw(
    text: str,
    *,
    family: str,
    size: float,
    width: int,
    colour: str = "#ffffff",
    spacing: float = 0.0,
    outline: float = 0.0,
    shadow: float = 0.0,
    leading: float = 1.15,
) -> Block:
    """Draw centred text no wider than `width` pixels, with an outline and a soft shadow of those radii."""
    margin = int(max(outline, shadow * 3) + size * 0.3) + 2
    paragraph = _paragraph(text, family, size, width, colour, spacing, leading)
    surface = skia.Surface(width + 2 * margin, int(paragraph.Height) + 2 * margin)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    if shadow > 0:
        paint = skia.Paint(ImageFilter=skia.ImageFilters.DropShadow(0, shadow * 0.35, shadow, shadow, 0xB0000000))
        canvas.saveLayer(None, paint)
    if outline > 0:
        # Dark copies around the letters: a stroke that works for every glyph, colour ones too.
        dark = _paragraph(text, family, size, width, "#000000", spacing, leading)
        for turn in range(16):
            angle = turn * np.pi / 8
            dark.paint(canvas, float(margin + outline * np.cos(angle)), float(margin + outline * np.sin(angle)))
    paragraph.paint(canvas, margin, margin)
    if shadow > 0:
        canvas.restore()
    pixels = surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)
    alpha = pixels[:, :, 3:].astype(np.uint16)
    pixels[:, :, :3] = (pixels[:, :, :3] * alpha + 127) // 255  # toarray gives plain alpha
    return Block(pixels, float(paragraph.LongestLine), float(paragraph.Height))


def measure(text: str, *, family: str, size: float, width: int, spacing: float = 0.0, leading: float = 1.15) -> tuple[float, float]:
    """Width of the longest line and height of a paragraph, in pixels."""
    paragraph = _paragraph(text, family, size, width, "#ffffff", spacing, leading)
    return float(paragraph.LongestLine), float(paragraph.Height)


def _paragraph(text: str, family: str, size: float, width: int, colour: str, spacing: float, leading: float) -> skia.textlayout.Paragraph:
    layout = skia.textlayout
    families, system = _families(text, family)
    provider = layout.TypefaceFontProvider()
    for face in (*_faces().values(), *system):
        provider.registerTypeface(face)
    fonts = layout.FontCollection()
    fonts.setDefaultFontManager(provider)
    style = layout.TextStyle()
    style.setFontFamilies(families)
    style.setFontSize(size)
    style.setColor(0xFF000000 | int(colour[1:7], 16))
    style.setLetterSpacing(spacing)
    style.setHeight(leading)
    style.setHeightOverride(True)
    form = layout.ParagraphStyle()
    form.setTextStyle(style)
    form.setTextAlign(layout.TextAlign.kCenter)
    builder = layout.ParagraphBuilder(form, fonts, skia.Unicodes.ICU.Make())
    builder.pushStyle(style)
    builder.addText(text)
    paragraph = builder.Build()
    paragraph.layout(width)
    return paragraph
