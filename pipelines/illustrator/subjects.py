"""Drawings for the characters and items of a shot, and honest stand-ins for what nobody can draw."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import skia

from farm.types import Character, Item, Shot
from pipelines.illustrator.color import argb, rgb
from pipelines.illustrator.figures import cast as figures
from pipelines.illustrator.figures import things
from pipelines.illustrator.look import Technique
from pipelines.illustrator.references import puppet, signs
from pipelines.illustrator.references.pictures import given
from pipelines.illustrator.shapes import smooth
from pipelines.illustrator.staging import Drawing
from pipelines.meaning import kind

THINGS = ("artifact", "food", "plant", "animal", "substance")
HAPPENINGS = frozenset(["wedding", "ceremony", "landslide", "collision", "race", "contest", "competition", "celebration"])
"""What is seen in who is there and what they do; the icons of these are emblems."""
PRODUCT = 0.75  # metres: larger than life, since it is to be recognised


@dataclass
class Covered:
    """A thing under a cloth: for an item that has no drawing, so that nothing wrong is shown."""

    aspect: float = 1.0
    height_m: float = 0.5
    habitat: str = "ground"
    faces: str = "front"

    def draw(self, canvas: skia.Canvas, x: float, y: float, height: float, flip: bool = False) -> None:
        """The cloth, gathered at the top, its hem on the ground."""
        w = height * self.aspect / 2
        cloth = smooth(
            [(x - w, y), (x - w * 0.8, y - height * 0.6), (x - w * 0.4, y - height), (x + w * 0.35, y - height), (x + w * 0.8, y - height * 0.6), (x + w, y)]
        )
        canvas.drawPath(cloth, skia.Paint(AntiAlias=True, Color=argb(rgb("#b9a98c"))))
        fold = skia.Paint(AntiAlias=True, Color=argb(rgb("#8f7f66")), Style=skia.Paint.kStroke_Style, StrokeWidth=max(1.0, height * 0.02))
        for lean in (-0.5, -0.15, 0.25, 0.6):
            canvas.drawPath(
                smooth([(x + lean * w * 0.5, y - height * 0.85), (x + lean * w * 0.8, y - height * 0.4), (x + lean * w, y - height * 0.02)], False), fold
            )


def character_drawing(character: Character, shot: Shot, files: dict[str, Path], outdoors: bool | None = None, technique: Technique = "film") -> Drawing:
    """What a character looks like in this shot: drawn, with the face of its reference pictures, or cut out of them."""
    pictures = given(files, character.key)
    if not pictures:
        return figures.draw_character(character, shot.action, shot.mood, outdoors)
    known = puppet.likeness(pictures) if character.human else None
    if known is None:
        drawn = figures.draw_character(character, "", shot.mood, outdoors)
        return puppet.figure(pictures[0], technique, max(0.4, drawn.height_m), drawn.habitat)
    takes = [
        figures.draw_character(character, shot.action, shot.mood, outdoors, figures.Likeness(worn, known.skin, known.cloth))
        for worn in (partial(puppet.guise, known, technique, mirrored=mirrored) for mirrored in known.mirrored)
    ]
    return takes[0] if len(takes) == 1 else puppet.Puppet(*takes)


def item_drawing(item: Item, files: dict[str, Path], technique: Technique = "film") -> Drawing | None:
    """What an item looks like: its reference picture, its drawing, or a thing under a cloth; None for what is no thing ("penalty")."""
    pictures = given(files, item.key)
    if pictures:
        if signs.is_sign(pictures[0], f"{item.name} {item.description}"):
            return signs.board(pictures[0])
        return puppet.figure(pictures[0], technique, PRODUCT, "ground", own_colors=True)
    head = (re.findall(r"[a-z]+", item.name.lower()) or [""])[-1]
    if head not in HAPPENINGS and (drawing := things.find(item.name)) is not None:
        return drawing
    words = re.findall(r"[a-z]+", item.name.lower())[:6]
    if words and kind(words[-1]) == "person" and figures.own_trade(item.name) is not None:  # somebody whom a caller or writer listed among the things
        return figures.draw_character(Character(key=item.key, name=item.name, noun=item.name))
    for word in reversed(words[:-1]):  # of "chess duel" the chess can be shown
        if kind(word) in THINGS and (drawing := things.find(word)) is not None:
            return drawing
    return Covered() if words and kind(words[-1]) in ("artifact", "substance", "food") else None
