"""Those whom a narration meets on the way: the child, the neighbours, the mouse, who have no part of their own and yet are seen."""

from __future__ import annotations

import re
from random import Random

from farm.types import Character
from pipelines.screenwriter import lexicon
from pipelines.screenwriter.cast import part
from pipelines.screenwriter.hours import unquoted
from pipelines.screenwriter.premise import Being
from pipelines.screenwriter.weave import Beat

MOST = 3
_SEEN = lexicon.table("crowd")
_ONE: dict[str, str] = _SEEN["one"]
_MANY: dict[str, str] = _SEEN["many"]
_SOMEBODY = re.compile(
    r"(?<!like )(?<!as )\b(?:(?:an?|the|one|another)\s+(?P<age>old |young |small |little |tiny )?"
    rf"(?P<one>{'|'.join(_ONE)})|(?P<many>{'|'.join(_MANY)}))\b(?!')",
    re.IGNORECASE,
)


def met(beats: list[Beat], calls: dict[str, set[str]], random: Random, taken: set[str], *, wild: bool) -> tuple[dict[str, Character], dict[str, set[str]]]:
    """Characters and their words for whom the beats name and nobody plays; among animals (`wild`) no crowd of people."""
    known = {word for words_ in calls.values() for called in words_ for word in called.split()}
    characters: dict[str, Character] = {}
    said: dict[str, set[str]] = {}
    for beat in beats:
        for match in _SOMEBODY.finditer(unquoted(beat.text)):
            word = (match["one"] or match["many"]).lower()
            if word in known or word in {w for words_ in said.values() for w in words_} or len(characters) == MOST:
                continue
            noun = _ONE.get(word) or _MANY[word]
            many = match["many"] is not None
            if many and wild and noun in {"villager", "neighbour", "worker"}:
                continue
            old = (match["age"] or "").strip() == "old" or noun.startswith("old ")
            age = "old" if old else next((a for a in ("child", "old") if noun in lexicon.group(a)), "adult")
            gender = next((g for g in ("female", "male") if noun in lexicon.group(g)), "neutral")
            kind = lexicon.kind_of(noun)
            kind = "human" if kind == "thing" else kind
            key = f"x{len(characters)}"
            being = Being(noun=noun, head=noun.split()[-1], kind=kind, gender=gender, age=age, plural=many, count=3 if many else 1)
            made = part(key, being, random, taken, role="supporting", christen=False)
            if made.character is not None:
                characters[key] = made.character.model_copy(update={"key": re.sub(r"[^a-z]+", "-", word)})
                said[key] = {word}
    return characters, said
