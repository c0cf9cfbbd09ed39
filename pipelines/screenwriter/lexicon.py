"""The tables of `data/` as look-ups: what a noun is, what place it means, what a trade wears and does, what time a word says."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.screenwriter import words

DATA = Path(__file__).parent / "data"
# Endings of nouns for people who do something; exceptions are things that end so.
_AGENT = ("er", "or", "ist", "man", "woman", "ess", "eer", "ian", "smith", "keeper", "ant", "boy", "girl", "maker", "wright", "herd", "monger", "folk")
_NOT_AGENT = frozenset(
    """
    murder accordion adder address air altar amber anchor anger another answer ant armor armour beer bier bladder blender boomer border boulder buffer bumper
    burger business butter calculator calendar can cancer canyon career caviar cedar cellar center centre chair chamber chapter cheer chess cider clan
    collar color colour computer constant container cooler copper corner cougar counter cover cracker croissant cucumber currant cypress cyst danger
    darkness deer desert dessert dinner disaster distant dollar door drawer dress ear elephant elevator ember error escalator factor fan father favour
    fear feather fever fiber finger fist flavor flavour flier floor flower folder forgiveness fortress freezer gear generator giant ginger gist glacier
    guitar hair hammer hamster hangar hanger happiness harbor harbour heater helicopter honor honour horror humor hunger illness instant ivory jaguar
    jumper kindness labor labour ladder lantern laser layer leather letter letters lever lighter lion list liver lobster locker loneliness lumber madness
    major manor mansion matter mattress medallion memory mess meter metre million minor mirror mist mixer monitor mortar motor murmur nation nectar
    newspaper number ocean odor onion order other oyster pair pan pant paper parlor parlour pendant pepper pier pillar plan planet plant polar poster
    power prayer printer process projector radiator ration razor reactor rear refrigerator restaurant river roller rudder rumor scanner scooter sector
    sensor shoulder shower sickness silver skewer skyscraper slipper slumber sneaker solar spacecraft spear sphincter spider stair stallion station steer
    stillness stroller success sugar summer supper sweater tear temper terror theater theatre thriller thunder tiger timber timer toaster tower tractor
    trailer transmitter tremor trigger tumbler tumor twist van vapor vector visor volcano wallpaper water weakness weather wellness whisper wilderness
    winter wonder wrist year
    """.split()
) - {"father", "tiger", "spider", "giant", "lobster", "hamster", "elephant", "lion", "stallion", "deer", "ant", "cougar", "jaguar", "oyster", "adder"}  # fmt: skip


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
VEHICLES = frozenset(
    "boat ship vessel raft sailboat submarine plane airplane train bus tram taxi rocket spaceship starship spacecraft balloon airship satellite comet tree door water ice snow cloud horizon air tent stars star carriage".split()
)


@lru_cache(maxsize=32)
def table(name: str) -> Any:
    """One file of `data/`, parsed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader


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
    first = noun.split()[0] if noun else ""
    if first in {"toy", "teddy", "stuffed", "plush"}:
        return "toy"
    if first != head and any(head in group(kind) for kind in ("human",)) or head in _trade_heads():
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
    if head in _trade_heads() or (len(head) > 4 and head.endswith(_AGENT) and head not in _NOT_AGENT):
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


_ON = frozenset("rooftop road square farm train ship boat bus stage platform bridge planet mars highway street hill hills roof".split())
_IN = frozenset("theatre theater opera hall cinema tent circus ballet choir den sky mountains".split())


def preposition(phrase: str, kind: str) -> str:
    """What stands before a place: in a forest, on a rooftop, by a river."""
    last = phrase.lower().split()[-1] if phrase else ""
    if last in _ON - {"square", "street"}:
        return "on"
    return "in" if last in _IN else str(place_entry(kind)["prep"])


def trade(noun: str) -> dict[str, Any]:
    """What is known of a trade or an animal, by the longest known ending of its name; empty when nothing is."""
    tokens = noun.lower().split()
    if tokens and kind_of(noun) == "toy" and tokens[-1] not in table("trades")["toy"]:
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
