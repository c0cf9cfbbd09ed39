"""Words into a place: tables of nouns first, then likeness of meaning; and the landmarks that the text names."""

from __future__ import annotations

import re
from functools import lru_cache

from farm.types import Scene
from pipelines.illustrator.places import PLACES, Place
from pipelines.meaning import similarity

PLURALS = (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("ves", "f"), ("s", ""))
LIMIT = 600  # characters of any one text that are read: a place is named early, and a text may be a hostile megabyte


def singular(word: str) -> str:
    """A plain guess at a noun's singular."""
    if len(word) > 3 and not word.endswith("ss"):
        for ending, other in PLURALS:
            if word.endswith(ending):
                return word[: -len(ending)] + other
    return word


@lru_cache(1)
def _table() -> dict[str, str]:
    """Every name of every place, singular, to the place's name; the first place that claims a word keeps it."""
    table: dict[str, str] = {}
    for place in PLACES.values():
        for name in (place.name, *place.words):
            table.setdefault(" ".join(singular(word) for word in name.split()), place.name)
    return table


def tokens(text: str) -> list[str]:
    """Lower-case words, singular."""
    return [singular(word) for word in re.findall(r"[a-z]+", text[:LIMIT].lower())]


def by_table(text: str, *, whole: bool = False) -> tuple[str, int] | None:
    """The place that `text` names, with the number of words that matched: the longest name, the last one where two are as long.

    In a noun phrase the last noun is the head ("harbour town"); in a sentence (`whole`) the first place named counts.
    """
    table, words = _table(), tokens(text)
    best: tuple[str, int] | None = None
    for start in range(len(words)):
        for length in (3, 2, 1):
            if start + length > len(words):
                continue
            name = table.get(" ".join(words[start : start + length]))
            if name and (best is None or length > best[1] or (length == best[1] and not whole)):
                best = (name, length)
                break
    return best


def choose_place(scene: Scene, *others: str) -> Place:
    """The archetype for a scene: its place's words, then likeness of meaning, then its other words, then the wider text."""
    head = re.split(r"\b(?:of|near|by|at|in|on|with|under|beside|above|behind)\b", scene.place, maxsplit=1)[0]
    for text in (head, scene.place):
        found = by_table(text)
        if found:
            return PLACES[found[0]]
    if scene.place:
        near = by_meaning(scene.place, scene.indoors)
        if near:
            return near
    for text in (scene.title, scene.description, *others):
        found = by_table(text, whole=True)
        if found:
            return PLACES[found[0]]
    wide = by_meaning(" ".join((scene.title, scene.description))[:200], scene.indoors, least=0.4)
    return wide or PLACES["living room" if scene.indoors else "meadow"]


def by_meaning(text: str, indoors: bool, least: float = 0.5) -> Place | None:
    """The place whose name means most nearly what `text` says, when it is near enough."""
    best, score = None, least
    for place in PLACES.values():
        near = max(similarity(text, name) for name in (place.name, *place.words[:3]))
        near += 0.04 if place.indoors == indoors else -0.04
        if near > score:
            best, score = place, near
    return best
