"""Landmarks that the text names (a lighthouse, a windmill, a castle), set into a place that has none of its own."""

from __future__ import annotations

from pipelines.illustrator.cities import CITIES
from pipelines.illustrator.monuments import LANDMARKS, Builder
from pipelines.illustrator.places import Place
from pipelines.illustrator.stage import Stage
from pipelines.illustrator.words import singular, tokens

OWN = {
    "harbour": {"lighthouse", "ship"},
    "castle": {"castle", "palace", "fortress", "tower"},
    "farm": {"barn", "windmill", "mill", "farmhouse"},
    "village": {"cottage", "house", "church", "hut", "cabin", "farmhouse"},
    "town street": {"house", "cottage"},
    "city street": {"house", "tower"},
    "rooftops": {"house", "tower"},
    "bridge": {"house"},
    "mountains": {"mountain"},
    "lake": {"mountain"},
    "volcano": {"volcano", "mountain"},
    "ship deck": {"ship"},
    "market": {"house"},
}
"""What a place's painter already draws."""


_CITIES = {singular(word): tower for word, tower in CITIES.items()}
_APART = frozenset({"forest", "jungle", "sea", "underwater", "desert", "beach", "stadium", "space", "moon", "cave"})
"""Where no city is seen from."""


def paint_landmarks(stage: Stage, place: Place, text: str) -> None:
    """Draw at most two landmarks named in `text`, on alternate sides of the middle ground."""
    if place.indoors or stage.floats:
        return
    city = next((_CITIES[word] for word in tokens(text) if word in _CITIES), None)
    if city is not None and place.name not in _APART:
        build, high = city
        x = stage.rng("city").choice((0.24, 0.72))
        build(stage.pen("far", 0.42), stage.width * x, stage.horizon + stage.unit * 0.02, min(stage.unit * high, stage.horizon * 0.9), stage.rng("city tower"))
    named = [word for word in dict.fromkeys(tokens(text)) if word in LANDMARKS and word not in OWN.get(place.name, set())]
    rng = stage.rng("landmarks")
    side = rng.choice((0.2, 0.8))
    seen: set[Builder] = set()
    for word in named:
        build, high = LANDMARKS[word]
        if build in seen or len(seen) == 2:
            continue
        seen.add(build)
        pen = stage.pen("mid", 0.26)
        build(pen, stage.width * side, stage.horizon + stage.unit * 0.05, stage.unit * high, rng)
        side = 1 - side
