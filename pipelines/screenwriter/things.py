"""Which nouns are things that a picture can show."""

from __future__ import annotations

from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.adjuncts import concrete
from pipelines.screenwriter.plots import FORCES
from pipelines.screenwriter.premise import Being

_SEEN_ABOVE = frozenset({"moon", "sun", "star", "rainbow", "comet", "cloud"})
_SHOPS = frozenset({"shop", "store", "bakery", "restaurant", "café", "cafe", "inn", "hotel", "school", "library", "theatre", "cinema", "museum"})


def pictured(being: Being) -> str:
    """The plain noun of a thing that can lie in a hand or hang in the sky; empty for places, weather and ideas."""
    if being.alive or not being.noun:
        return ""
    if being.head in _SHOPS:
        wares = [word for word in (*being.adjectives[-1:], *being.noun.split()[:-1]) if lexicon.kind_of(word) == "thing" and words.known(word) and _noun(word)]
        return wares[-1] if wares else f"{being.head} sign"
    return being.noun if solid(being.noun) else ""


def _noun(word: str) -> bool:
    """Whether a word before a noun is a noun itself: the lantern of a lantern shop, and not the tiny of a tiny one."""
    return solid(word) and grammar.parse(f"I saw the {word}.")[3].pos_ == "NOUN"


def solid(name: str) -> bool:
    """Whether an item can be drawn: no place, weather, time or idea."""
    head = name.lower().split()[-1] if name else ""
    if not head:
        return False
    if head in _SEEN_ABOVE | lexicon.VEHICLES - {"air", "ice", "snow", "water", "horizon"}:
        return True
    return (
        lexicon.kind_of(name) == "thing"
        and concrete(head)
        and head not in lexicon.listing("vague") | lexicon.listing("ideas") | lexicon.listing("when") | FORCES
        and not lexicon.weather_of([head])
        and not lexicon.time_of([head])
    )
