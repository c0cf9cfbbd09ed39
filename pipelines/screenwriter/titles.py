"""Titles: a few words that say who and what a film is about."""

from __future__ import annotations

import re
from random import Random

from pipelines.screenwriter import lexicon
from pipelines.screenwriter.adjuncts import concrete
from pipelines.screenwriter.cast import Part
from pipelines.screenwriter.premise import Place, Premise

_SMALL = lexicon.listing("small")


def headline(phrase: str) -> str:
    """Title case."""
    tokens = phrase.split()
    return " ".join(t if (i and t.lower() in _SMALL) else t[:1].upper() + t[1:] for i, t in enumerate(tokens))


def title(premise: Premise, hero: Part, other: Part | None, place: Place, random: Random) -> str:
    """A title of a few words, from who and what the story is about."""
    noun = hero.being.text if hero.being.noun else hero.name
    if hero.being.name:
        noun = hero.being.name
    the = noun if hero.being.name else f"the {hero.being.nouns if len(hero.being.adjectives) > 1 else (' '.join([*hero.being.adjectives, hero.being.nouns]))}"
    options = []
    if premise.kind in {"thing", "idea"} and other is not None:
        return headline(
            f"{'The ' if premise.kind == 'thing' and not other.being.proper else 'What Is '}{other.being.text}{'?' if premise.kind == 'idea' else ''}"
        )
    if any(c.mark == "strange" for c in premise.clauses) and other is not None:
        cause = next(c for c in premise.clauses if c.mark == "strange")
        return headline(f"The day {cause.text}")[:70]
    if (
        other is not None
        and other.being.noun
        and (other.being.alive or concrete(other.being.head))
        and other.being.head not in {"home", "side", "way", "flood", "murder"}
    ):
        things = " ".join([*other.being.adjectives[-1:], other.being.nouns])
        options = [f"{the} and {other.name or (('the ' if not re.match('(?:his|her|its|their)$', other.being.owner) else hero.his + ' ') + things)}"]
        if premise.kind in {"make", "quest", "discovery", "crime"} and not other.being.alive:
            options.append(f"the {things}")
    elif premise.goal_place is not None and premise.kind == "journey":
        options = [f"{the} and the way to {premise.goal_place.phrase if premise.goal_place.proper else 'the ' + premise.goal_place.phrase}"]
    elif premise.place is not None:
        options = [f"{the} {place.prep if place.prep in {'in', 'on', 'at', 'of'} else 'and'} {place.phrase if place.proper else 'the ' + place.phrase}"]
    else:
        options = [the]
    return headline(random.choice(options))[:80]
