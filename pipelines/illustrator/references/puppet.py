"""A registered face on a drawn body, as a paper puppet wears it; and a subject that is a figure by itself, cut out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import skia

from pipelines.illustrator.figures import hats
from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen, oval
from pipelines.illustrator.figures.people import Guise
from pipelines.illustrator.look import Technique
from pipelines.illustrator.references import cutting, toning
from pipelines.illustrator.references.cutting import MIDDLE, SIDE, SPAN, Head
from pipelines.illustrator.references.pictures import Picture, Pixels, plain, read
from pipelines.illustrator.staging import Drawing

FACE = 22.5  # units from brow to chin on the figure: a little more than a drawn head has, as puppets' heads are large
CHIN = 18.5  # units below the head's middle
BORDER = 7  # pixels of SIDE: 1 unit of the figure
ASIDE = 0.45  # who looks farther aside is mirrored, so as to look where the figure goes; others never are
GREY = 18  # of 255: a picture whose colours differ less is black and white and says nothing of a skin


@dataclass(frozen=True)
class Likeness:
    """How somebody really looks: a head for the figure, and the colours of skin and clothes where they are known."""

    head: Head | None
    bust: Pixels | None  # in place of a head, where no face was found
    skin: str
    cloth: str

    @property
    def mirrored(self) -> tuple[bool, ...]:
        """Whether the head is mirrored on a figure that looks right, and on one that is turned; one take where the head turns with its figure."""
        if self.head is None or abs(self.head.aside) <= ASIDE:
            return False, True
        return (self.head.aside < 0,)


def likeness(pictures: list[Picture]) -> Likeness | None:
    """Out of all pictures of one person (one at least): the best face, the clothes where they are seen.

    Where no face is found, what stands cut by the lower edge is a bust; None where the subject is a whole figure.
    """
    heads = [found for picture in pictures if (found := cutting.head(picture)) is not None]
    if heads:
        best = max(heads, key=lambda each: each.worth)  # the first of equals
        cloth = next((each.cloth for each in (*[one for one in heads if one is not best], best) if each.cloth), "")
        return Likeness(best, None, best.skin if _coloured(best.skin) else "", cloth)
    subject = cutting.subject(pictures[0])
    return None if subject is not None and subject.whole else Likeness(None, _cut(pictures[0]), "", "")


def cutout(picture: Picture) -> Pixels:
    """The subject of a picture; where none stands out, an oval of it, as in a locket."""
    found = cutting.subject(picture)
    if found is not None:
        return found.pixels
    rgb = plain(read(picture))
    height, width = rgb.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    alpha = (np.clip((1 - x * x - y * y) * min(height, width) / 6, 0, 1) * 255).astype(np.uint8)
    return np.ascontiguousarray(np.dstack([rgb, alpha]))


def _coloured(tone: str) -> bool:
    parts = bytes.fromhex(tone[1:]) if tone else b"\0"
    return max(parts) - min(parts) > GREY


def guise(known: Likeness, technique: Technique, look: Look, *, mirrored: bool) -> Guise:
    """What the figures' room puts in place of a drawn head; `mirrored` turns a face that is to look the other way."""
    if known.head is None:
        assert known.bust is not None
        return Guise(_bust(_image(_Kept(known.bust), technique)))
    image = _image(_Kept(known.head.pixels), technique)
    left, right = known.head.brow
    crown, side = known.head.crown, -1 if mirrored else 1
    globe = "helmet" in look.extras

    def head(pen: Pen, asleep: bool) -> None:
        span = FACE * SPAN
        if globe:
            pen.shade(oval(0, -3, 27, 27), "#e8edf2", 5, -3, 0.16)
        with pen.at(0, CHIN - 0.52 * FACE, 0, 1.0, mirrored):
            pen.image(image, -span / 2, -span * MIDDLE, span, span, (left * FACE, -crown * FACE, right * FACE, 0.52 * FACE))
        if globe:
            pen.fill(oval(0, -3, 25, 25), "#9fd0ee", 0.2)
            pen.stroke(oval(0, -3, 25.5, 25.5), "#c3a24a", 2.2)
            pen.curve((-17, -12), (-12, -22), (0, -24), "#ffffff", 2)
        elif look.hat in WORN:
            wide = (right - left) * FACE
            with pen.at((left + right) / 2 * FACE * side, CHIN - 0.95 * FACE + 8, 0, max(0.9, min(1.7, wide / 30))):
                hats.hat(pen, look)

    return Guise(head)


WORN = frozenset(["crown", "tiara", "toque", "fire helmet", "peaked", "pointed", "nurse", "mortarboard"])
"""Hats that say who somebody is: these go on a registered head as well; a fedora would only hide the hair."""


def _bust(image: skia.Image) -> Callable[[Pen, bool], None]:
    def head(pen: Pen, asleep: bool) -> None:
        wide, high = image.width(), image.height()
        scale = min(58 / wide, 78 / high)
        pen.image(image, -wide * scale / 2, 26 - high * scale, wide * scale, high * scale, (-wide * scale / 2, 26 - high * scale, wide * scale / 2, 26))

    return head


@dataclass(frozen=True, eq=False)
class _Kept:
    """Pixels by identity: the cutting room gives the same array for the same picture."""

    pixels: Pixels

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.pixels is self.pixels

    def __hash__(self) -> int:
        return id(self.pixels)


@lru_cache(24)
def _image(kept: _Kept, technique: Technique) -> skia.Image:
    """Toned, with an edge of paper."""
    pixels = kept.pixels
    border = max(2, round(max(pixels.shape[:2]) * BORDER / SIDE))
    if pixels.shape[:2] != (SIDE, SIDE):
        pixels = toning.padded(pixels, border + 3)
    pixels = toning.edged(toning.toned(pixels, technique), border)
    return skia.Image.fromarray(np.ascontiguousarray(pixels), skia.kRGBA_8888_ColorType)


@dataclass
class Puppet:
    """A figure in two takes, so that its face is not mirrored when the figure is turned."""

    right: Drawing
    left: Drawing

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.right.aspect

    @property
    def height_m(self) -> float:
        """Metres."""
        return self.right.height_m

    @property
    def habitat(self) -> str:
        """Where it lives."""
        return self.right.habitat

    @property
    def faces(self) -> str:
        """Where it looks."""
        return self.right.faces

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """As Drawing.draw."""
        (self.left if flip else self.right).draw(canvas, x, y, height, flip)


@dataclass
class Cutout:
    """A subject as a figure of its own: an animal, a being, a thing out of a reference picture."""

    image: skia.Image
    height_m: float = 1.2
    habitat: str = "ground"
    faces: str = "front"
    own_colors: bool = False  # as a product's are: the scene's light and a style's accents touch them little

    @property
    def aspect(self) -> float:
        """Width over height."""
        return min(2.6, max(0.25, self.image.width() / self.image.height()))

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """The cut-out, its foot at (x, y)."""
        width = height * self.image.width() / self.image.height()
        if width > height * self.aspect:
            width, height = height * self.aspect, height * self.aspect * self.image.height() / self.image.width()
        canvas.drawImageRect(
            self.image, skia.Rect.MakeXYWH(x - width / 2, y - height, width, height), skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
        )


def figure(picture: Picture, technique: Technique, height_m: float, habitat: str, *, own_colors: bool = False) -> Cutout:
    """The subject of a picture as a figure."""
    return Cutout(_image(_Kept(_cut(picture)), technique), height_m, habitat, own_colors=own_colors)


@lru_cache(16)
def _cut(picture: Picture) -> Pixels:
    return cutout(picture)
