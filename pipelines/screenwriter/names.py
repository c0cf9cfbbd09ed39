"""Names: which gender a given name has, and a fitting name for somebody that the prompt leaves nameless."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from pipelines.screenwriter.lexicon import table


@lru_cache(maxsize=2)
def _known(gender: str) -> frozenset[str]:
    listed = table("names")
    return frozenset(listed[f"known_{gender}"].split()) | {name.lower() for name in listed[gender] + listed[f"old_{gender}"]}


def gender_of(name: str) -> str:
    """female, male, or neutral when the name does not say."""
    for part in name.lower().split():
        if part in {"grandma", "granny", "mrs", "ms", "miss", "queen", "princess", "lady", "aunt", "auntie", "sister"} or part in _known("female"):
            return "female"
        if part in {"grandpa", "mr", "sir", "king", "prince", "lord", "uncle", "brother"} or part in _known("male"):
            return "male"
    return "neutral"


def pick(kind: str, gender: str, age: str, random: Random, taken: set[str]) -> str:
    """A name that nobody in the story has yet."""
    listed = table("names")
    if kind == "human":
        pool = listed[f"old_{gender}"] if age == "old" and gender != "neutral" else listed[gender if gender != "neutral" else "female"]
    else:
        pool = listed.get(kind) or listed["animal"]
    first = {part for name in taken for part in name.split()}
    free = [name for name in pool if name not in first] or pool
    return str(random.choice(free))
