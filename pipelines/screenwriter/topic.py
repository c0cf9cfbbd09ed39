"""A topic: what a film explains; and how its parts are named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipelines.meaning.facts import fact
from pipelines.screenwriter import grammar, lexicon, words

KINDS = ("how", "why", "what", "howto", "history", "life", "news", "you", "product", "list", "place", "thing", "verse", "pep", "joke", "wish", "past")

_MEASURES = lexicon.listing("measures")
_OF = lexicon.listing("measures_of")


@dataclass(frozen=True)
class Topic:
    """What is to be explained."""

    kind: str  # one of KINDS
    phrase: str  # as the prompt names it, in lower case where it is no name: "bees", "the perfect cup of tea", "rent prices"
    ask: str = ""  # the question as part of a sentence: "how bees find flowers"
    question: str = ""  # and by itself: "How do bees find flowers?"
    do: str = ""  # of a how-to: "brew the perfect cup of tea"
    doing: str = ""  # "brewing the perfect cup of tea"
    news: str = ""  # of a headline: "the central bank has raised interest rates"
    tone: str = ""  # of a headline: good, bad or empty
    things: tuple[str, ...] = ()  # the nouns worth a definition, the most important first
    plural: bool = False
    mass: bool = False  # "coffee": no article
    people: tuple[str, ...] = ()  # who is named in it
    own: tuple[str, ...] = ()  # lines that are spoken as they are: a verse's, a joke's


@lru_cache(maxsize=1024)
def nouns_of(text: str) -> tuple[str, ...]:
    """The nouns of a text with their compounds, in order: ("bee", "flower")."""
    found: list[str] = []
    doc = grammar.parse(text)
    for token in doc:
        if (
            token.pos_ not in {"NOUN", "PROPN"}
            or token.dep_ == "compound"
            or token.lemma_.lower() in _MEASURES
            or (token.lemma_.lower() in _OF and any(c.lower_ == "of" for c in token.rights))
        ):
            continue
        compound = " ".join(t.text for t in token.lefts if t.dep_ == "compound")
        before = doc[token.i - 1].lower_ if token.i else ""
        if (
            not compound
            and before
            and doc[token.i - 1].pos_ == "ADJ"
            and (known := fact(f"{before} {token.lower_}")) is not None
            and known.noun.startswith(before)
        ):
            compound = before  # "black hole"
        noun = (
            token.text
            if token.pos_ == "PROPN" and not compound
            else f"{compound} {words.singular(token.lower_) if token.tag_ == 'NNS' else token.text}".strip()
        )
        known_noun = fact(noun)
        found.append(noun if token.pos_ == "PROPN" and (known_noun is None or known_noun.noun[:1].isupper()) else noun.lower())
    return tuple(dict.fromkeys(found))


def made(kind: str, phrase: str, **more: Any) -> Topic:
    phrase = phrase.strip(" ?.,")
    head = phrase.split()[-1].lower() if phrase else ""
    plural = words.singular(head) != head and not head.endswith(("ss", "ics"))
    known = fact(phrase)
    mass = (
        not plural
        and known is not None
        and known.kind in {"food", "substance", "abstract", "feeling", "time", "event", "act"}
        and not re.match(r"(?:an?|the|your|my|our)\b", phrase, re.I)
    )
    things = more.pop("things", None) or nouns_of(phrase)
    return Topic(kind=kind, phrase=phrase, plural=plural, mass=mass, things=tuple(things), **more)


def small(text: str) -> str:
    """The text with a small first letter, unless it begins with a name."""
    first = text.split(maxsplit=1)[0] if text else ""
    if len(first) > 1 and first.isupper():
        return text
    tagged = grammar.parse(text)[0] if text else None
    name = tagged is not None and tagged.pos_ == "PROPN" and not words.known(first.lower()) and fact(first.lower()) is None
    place = tagged is not None and (known := fact(first)) is not None and known.noun[:1].isupper()
    return text if name or place or first == "I" else text[:1].lower() + text[1:]
