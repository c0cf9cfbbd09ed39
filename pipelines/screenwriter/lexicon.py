"""The tables of `data/` as look-ups: what a noun is, what place it means, what a trade wears and does, what time a word says."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.meaning import vectors
from pipelines.screenwriter import words

DATA = Path(__file__).parent / "data"
# Endings of nouns for people who do something; exceptions are things that end so.
_AGENT = ("er", "or", "ist", "man", "woman", "ess", "eer", "ian", "smith", "keeper", "ant", "boy", "girl", "maker", "wright", "herd", "monger", "folk")


COMPOUNDS = frozenset(
    {
        "polar bear",
        "time machine",
        "black hole",
        "guinea pig",
        "hot dog",
        "hot air balloon",
        "old man",
        "old woman",
        "grizzly bear",
        "killer whale",
        "blue whale",
    }
)


@lru_cache(maxsize=32)
def table(name: str) -> Any:
    """One file of `data/`, parsed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)


@lru_cache(maxsize=32)
def listing(name: str) -> frozenset[str]:
    """One word list of `data/lists.yaml`."""
    return frozenset(word.replace("_", " ") for word in table("lists")[name].split())


_NOT_AGENT = listing("not_agent")
_THINGS = (*(word for word in sorted(_NOT_AGENT) if len(word) > 4), "year", "ear")
VEHICLES = listing("vehicles")
_ON = listing("on")


@lru_cache(maxsize=16)
def group(name: str) -> frozenset[str]:
    """The words of one kind of being."""
    return frozenset(table("beings")[name].split())


@lru_cache(maxsize=1)
def _trade_heads() -> frozenset[str]:
    return frozenset(name.split()[-1] for name in table("trades"))


@lru_cache(maxsize=4096)
def kind_of(noun: str) -> str:
    """What a singular noun (with or without compounds) is: animal, creature, robot, toy, force, human, place or thing."""
    noun = noun.lower()
    head = noun.split()[-1] if noun else ""
    if head == "ring" and noun not in {"boxing ring", "circus ring"}:
        return "thing"
    first = noun.split()[0] if noun else ""
    if first in {"toy", "teddy", "stuffed", "plush"}:
        return "toy"
    if (first != head and any(head in group(kind) for kind in ("human",))) or head in _trade_heads():
        for name in ("robot", "animal", "creature"):  # robot chef, mouse chef, vampire dentist
            if first != head and first in group(name):
                return name
    for name in ("creature", "robot", "animal", "toy", "force"):
        if noun in group(name) or head in group(name):
            if name == "toy" and head in {"train", "tugboat", "locomotive"} and noun == head:
                return "toy" if head == "tugboat" else "thing"
            return name
    if any(head in group(name) for name in ("human", "female", "male", "child", "young", "old")) or noun in table("trades"):
        return "human"
    if place_kind(noun):
        return "place"
    if vectors.kind(head) == "person" and (words.known(head) and head not in _NOT_AGENT):
        return {"robot": "robot", "android": "robot"}.get(first, "human")
    if head in _trade_heads() or (len(head) > 4 and head.endswith(_AGENT) and not head.endswith(_THINGS)):
        return "human"
    return "thing"


def listed(word: str) -> bool:
    """Whether a word stands in the tables as somebody: no guess from its ending."""
    return any(word in group(name) for name in table("beings")) or word in table("trades") or word in _trade_heads()


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    return {word: kind for kind, entry in table("places").items() for word in entry["words"]}


@lru_cache(maxsize=4096)
def place_kind(phrase: str) -> str:
    """The kind of place that a noun phrase means, by its longest known ending, or an empty string."""
    tokens = phrase.lower().replace("-", " ").split()
    for start in range(len(tokens)):
        tail = " ".join(tokens[start:])
        for form in (tail, words.singular(tail)):
            if form in _places():
                return _places()[form]
    return ""


def place_entry(kind: str) -> dict[str, Any]:
    """Preposition, senses and troubles of a kind of place."""
    return table("places").get(kind) or {"prep": "in", "sense": [], "trouble": []}


_IN = frozenset(["theatre", "theater", "opera", "hall", "cinema", "tent", "circus", "ballet", "choir", "den", "sky", "mountains"])


def preposition(phrase: str, kind: str) -> str:
    """What stands before a place: in a forest, on a rooftop, by a river."""
    last = phrase.lower().split()[-1] if phrase else ""
    if last in _ON - {"square", "street"}:
        return "on"
    return "in" if last in _IN else str(place_entry(kind)["prep"])


def trade(noun: str) -> dict[str, Any]:
    """What is known of a trade or an animal, by the longest known ending of its name; empty when nothing is."""
    tokens = noun.lower().split()
    if tokens and kind_of(noun) == "toy" and tokens[-1] != "tugboat":
        tokens = ["toy"]
    for start in range(len(tokens)):
        found = table("trades").get(" ".join(tokens[start:]))
        if found:
            return dict(found)
    return {}


@lru_cache(maxsize=4)
def _reverse(name: str) -> dict[str, str]:
    return {word: meaning for meaning, listed in table(name).items() for word in listed}


def time_of(lemmas: list[str]) -> str:
    """The time of day that words say: the first that says one."""
    known = _reverse("time")
    return next((known[word] for word in lemmas if word in known), "")


def weather_of(lemmas: list[str]) -> str:
    """The weather that words say: the fiercest of them."""
    known = {_reverse("weather")[word] for word in lemmas if word in _reverse("weather")}
    return next((kind for kind in ("storm", "snow", "rain", "fog", "wind", "cloudy", "clear") if kind in known), "")
