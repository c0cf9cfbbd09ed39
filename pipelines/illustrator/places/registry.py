"""The places that can be painted: each a function that fills a stage, with the words that name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.illustrator.stage import Stage

Painter = Callable[[Stage], None]


@dataclass(frozen=True)
class Place:
    """One archetype: its painter, the nouns that name it (the most telling first), and where its subjects are."""

    name: str
    paint: Painter
    words: tuple[str, ...]
    indoors: bool = False
    medium: str = "ground"  # what subjects stand, swim or hang in: ground, water, air, space


PLACES: dict[str, Place] = {}


def place(name: str, words: str, *, indoors: bool = False, medium: str = "ground") -> Callable[[Painter], Painter]:
    """Enter a painter under a name; `words` are separated by commas."""

    def enter(paint: Painter) -> Painter:
        PLACES[name] = Place(name, paint, tuple(word.strip() for word in words.split(",") if word.strip()), indoors, medium)
        return paint

    return enter
