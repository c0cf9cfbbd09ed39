"""The topic of what is told in its own words: a verse, a joke, an encouragement, a fact of history."""

from __future__ import annotations

from pipelines.screenwriter import grammar, words
from pipelines.screenwriter.topic import Topic, nouns_of

_UNSEEN = frozenset(
    [
        "accident",
        "building",
        "construction",
        "day",
        "discovery",
        "dream",
        "end",
        "fall",
        "invention",
        "life",
        "rise",
        "side",
        "sinking",
        "story",
        "time",
        "way",
        "world",
        "year",
    ]
)
"""Nouns of such lines that no picture shows."""
_GIVEN = {
    "birthday": ("birthday cake", "balloon"),
    "christmas": ("candle", "star"),
    "new year": ("fireworks",),
    "anniversary": ("bouquet",),
    "love": ("heart",),
    "congrat": ("trophy",),
    "luck": ("clover",),
    "valentine": ("heart",),
    "halloween": ("pumpkin",),
    "well": ("bouquet",),
}
"""What a wish is shown with."""


def own_topic(text: str, lines: tuple[str, ...], tone: str) -> Topic:
    """The topic of a verse, a joke, an encouragement or a fact of history, which is told in its own `lines`."""
    doc = grammar.parse(text)
    things = tuple(noun for noun in nouns_of(text) if noun.split()[-1] not in _UNSEEN)
    question = lines[0] if tone == "joke" else ""
    people: tuple[str, ...] = ()
    if tone == "past":  # what was done is what it is about, not who did it
        root = next((t for t in doc if t.dep_ == "ROOT"), None)
        done = next((t.lower_ for t in root.rights if t.dep_ in {"dobj", "attr"}), "") if root is not None else ""
        people = tuple(
            " ".join(t.text for t in doc[token.left_edge.i : token.i + 1] if t.pos_ == "PROPN")
            for token in doc
            if token.pos_ == "PROPN" and token.ent_type_ == "PERSON" and token.dep_ in {"nsubj", "nsubjpass", "conj", "pobj"}
        )
        things = tuple(thing for thing in things if not any(thing.lower() in name.lower() for name in people))
        things = tuple(sorted(things, key=lambda noun: noun.split()[-1].lower() != done))
    if tone == "wish":
        things = tuple(dict.fromkeys(thing for word, shown in _GIVEN.items() if word in text.lower() for thing in shown)) or ("bouquet",)
    return Topic(kind=tone, phrase=words.tidy(text).rstrip(" .!?"), question=question, things=things, people=people, own=lines)
