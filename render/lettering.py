"""Type: paragraphs of any script drawn into transparent pictures, with the vendored fonts first and the machine's own after them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray

from render.phrases import tongue

FONTS = Path(__file__).parent / "fonts"
SERIF, SANS = "EB Garamond", "Noto Sans"
_FILES = {
    SERIF: "EBGaramond-Medium.ttf",
    SANS: "NotoSans-SemiBold.ttf",
    "Noto Sans Hebrew": "NotoSansHebrew-SemiBold.ttf",
    "Noto Sans Arabic": "NotoSansArabic-SemiBold.ttf",
    "Noto Sans CJK": "NotoSansCJK-Bold.otf",
    **{
        f"Noto Sans {script}": f"NotoSans{script}-Bold.ttf"
        for script in (
            "Devanagari", "Thai", "Bengali", "Tamil", "Telugu", "Gujarati", "Gurmukhi", "Kannada", "Malayalam",
            "Sinhala", "Georgian", "Armenian", "Ethiopic", "Khmer", "Lao", "Myanmar",
        )
    },
}  # fmt: skip
"""The vendored fonts, in the order in which they are tried; each is opened when a text needs it."""
_RIGHT_TO_LEFT, _END = "\u2067", "\u2069"  # Unicode's right-to-left isolate, and its end
_LIT = "#ffd84a"


@cache
def _face(name: str) -> skia.Typeface:
    face = skia.Typeface.MakeFromFile(str(FONTS / _FILES[name]))
    if face is None:
        raise FileNotFoundError(f"the font {name} is not in {FONTS}; install Storyfarm again")
    return face


def _families(text: str, first: str) -> dict[str, skia.Typeface]:
    """Faces by family that together cover `text`, the wanted one first, then vendored ones, then the machine's for what those lack."""
    missing = {ord(sign) for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf"}
    found: dict[str, skia.Typeface] = {}
    for name in dict.fromkeys((first, SANS, *_FILES)):
        if name == first or missing:
            had = _covered(_face(name), missing)
            if name == first or had:
                found[name] = _face(name)
            missing -= had
    tried = 0
    while missing and tried < 6:
        sign = min(missing)
        missing.discard(sign)
        face = _system(sign)
        if face is not None:
            tried += 1
            found[face.getFamilyName()] = face
            missing -= _covered(face, missing)
    return found


def _covered(face: skia.Typeface, signs: set[int]) -> set[int]:
    order = sorted(signs)
    return {sign for sign, glyph in zip(order, face.unicharsToGlyphs(order), strict=True) if glyph}


@lru_cache(maxsize=512)
def _system(sign: int) -> skia.Typeface | None:
    return skia.FontMgr().matchFamilyStyleCharacter("", skia.FontStyle.Bold(), [], sign)


def lacking(text: str) -> str:
    """The first letter of `text` that has no glyph on this machine; empty where all have. Symbols do not count: a text is read without them."""
    return next((sign for sign in dict.fromkeys(text) if unicodedata.category(sign)[0] in "LN" and not _has(sign)), "")


def plain(text: str) -> str:
    """The text without symbols (such as emoji) that have no glyph on this machine."""
    return "".join(sign for sign in text if unicodedata.category(sign)[0] != "S" or _has(sign))


def _has(sign: str) -> bool:
    return any(_face(name).unicharsToGlyphs([ord(sign)])[0] for name in _FILES) or _system(ord(sign)) is not None


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
    locale: str = "",
) -> Block:
    """Draw centred text no wider than `width` pixels, with an outline and a soft shadow of those radii; `locale` decides the shapes of Han characters."""
    margin = int(max(outline, shadow * 3) + size * 0.3) + 2
    paragraph = _paragraph(text, family, size, width, colour, spacing, leading, locale)
    surface = skia.Surface(width + 2 * margin, int(paragraph.Height) + 2 * margin)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    if shadow > 0:
        paint = skia.Paint(ImageFilter=skia.ImageFilters.DropShadow(0, shadow * 0.35, shadow, shadow, 0xB0000000))
        canvas.saveLayer(None, paint)
    if outline > 0:
        # Dark copies around the letters: a stroke that works for every glyph, colour ones too.
        dark = _paragraph(text, family, size, width, "#000000", spacing, leading, locale)
        for turn in range(16):
            angle = turn * np.pi / 8
            dark.paint(canvas, float(margin + outline * np.cos(angle)), float(margin + outline * np.sin(angle)))
    paragraph.paint(canvas, margin, margin)
    if shadow > 0:
        canvas.restore()
    return Block(_multiplied(surface), float(paragraph.LongestLine), float(paragraph.Height))


def caption(runs: Sequence[tuple[str, bool]], *, family: str, size: float, width: int, boxed: bool, locale: str = "") -> NDArray[np.uint8]:
    """Draw a caption's runs of text, lit ones in yellow, with a dark outline or in a dark box; RGBA, alpha multiplied in."""
    pad = round(size * 0.32)
    margin = pad + round(size * 0.15) + 2
    text = "".join(run for run, _ in runs)
    plain = _paragraph(text, family, size, width, "#ffffff", 0, 1.2, locale)
    columns = min(width, int(np.ceil(plain.LongestLine)) + 2)
    light = _lit_paragraph(runs, family, size, width, locale)
    surface = skia.Surface(width + 2 * margin, int(np.ceil(plain.Height)) + 2 * margin)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    if boxed:
        left = margin + (width - columns) / 2 - pad
        box = skia.Rect.MakeXYWH(left, margin - pad * 0.5, columns + 2 * pad, float(plain.Height) + pad)
        canvas.drawRoundRect(box, pad * 0.6, pad * 0.6, skia.Paint(Color=0xB8000000, AntiAlias=True))
    else:
        dark = _paragraph(text, family, size, width, "#000000", 0, 1.2, locale)
        canvas.saveLayer(None, skia.Paint(ImageFilter=skia.ImageFilters.DropShadow(0, size * 0.04, size * 0.09, size * 0.09, 0xC0000000)))
        reach = max(1.0, size * 0.055)
        for turn in range(16):
            angle = turn * np.pi / 8
            dark.paint(canvas, float(margin + reach * np.cos(angle)), float(margin + reach * np.sin(angle)))
        canvas.restore()
    light.paint(canvas, margin, margin)
    return _multiplied(surface)


def _multiplied(surface: skia.Surface) -> NDArray[np.uint8]:
    pixels = surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)
    alpha = pixels[:, :, 3:].astype(np.uint16)
    pixels[:, :, :3] = (pixels[:, :, :3] * alpha + 127) // 255  # toarray gives plain alpha
    return pixels


def measure(text: str, *, family: str, size: float, width: int, spacing: float = 0.0, leading: float = 1.15) -> tuple[float, float]:
    """Width of the longest line and height of a paragraph, in pixels."""
    paragraph = _paragraph(text, family, size, width, "#ffffff", spacing, leading)
    return float(paragraph.LongestLine), float(paragraph.Height)


def _paragraph(text: str, family: str, size: float, width: int, colour: str, spacing: float, leading: float, locale: str = "") -> skia.textlayout.Paragraph:
    return _set([(text, colour)], family, size, width, spacing, leading, locale)


def _lit_paragraph(runs: Sequence[tuple[str, bool]], family: str, size: float, width: int, locale: str) -> skia.textlayout.Paragraph:
    return _set([(run, _LIT if lit else "#ffffff") for run, lit in runs], family, size, width, 0.0, 1.2, locale)


def _set(runs: Sequence[tuple[str, str]], family: str, size: float, width: int, spacing: float, leading: float, locale: str = "") -> skia.textlayout.Paragraph:
    """A paragraph of coloured runs, laid out; every line runs the way its text does."""
    layout = skia.textlayout
    text = "".join(run for run, _ in runs)
    spoken = tongue(text, locale)
    faces = _families(text, family)
    provider = layout.TypefaceFontProvider()
    for name, face in faces.items():
        provider.registerTypeface(face, name)
    fonts = layout.FontCollection()
    fonts.setDefaultFontManager(provider)

    def style(colour: str) -> skia.textlayout.TextStyle:
        made = layout.TextStyle()
        made.setFontFamilies(list(faces))
        made.setLocale(spoken)
        made.setFontSize(size)
        made.setColor(0xFF000000 | int(colour[1:7], 16))
        made.setLetterSpacing(spacing)
        made.setHeight(leading)
        made.setHeightOverride(True)
        return made

    form = layout.ParagraphStyle()
    form.setTextStyle(style("#ffffff"))
    form.setTextAlign(layout.TextAlign.kCenter)
    builder = layout.ParagraphBuilder(form, fonts, skia.Unicodes.ICU.Make())
    mark = _RIGHT_TO_LEFT if rightward(text) else ""
    lead = mark  # Skia's paragraphs take no direction: an isolate around each line gives it
    for run, colour in runs:
        builder.pushStyle(style(colour))
        builder.addText(lead + (run.replace("\n", f"{_END}\n{mark}") if mark else run))
        builder.pop()
        lead = ""
    if mark:
        builder.pushStyle(style("#ffffff"))
        builder.addText(_END)
    paragraph = builder.Build()
    paragraph.layout(width)
    return paragraph


def rightward(text: str) -> bool:
    """Whether text is written from right to left: its first letter says so."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False
