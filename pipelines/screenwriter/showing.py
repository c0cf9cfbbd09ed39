"""What the pictures of a film that explains show: who speaks in it, the animals and people it speaks of, and its things."""

from __future__ import annotations

import re
from random import Random

from farm.specs import WriteSpec
from farm.types import Character, Item
from pipelines.meaning.facts import Fact, fact
from pipelines.screenwriter import lexicon, words
from pipelines.screenwriter.cast import part
from pipelines.screenwriter.names import gender_of
from pipelines.screenwriter.premise import Being
from pipelines.screenwriter.stage import MAIN
from pipelines.screenwriter.things import solid
from pipelines.screenwriter.topic import Topic
from pipelines.screenwriter.weave import Beat

_THOSE_IN = {
    "football": "football player",
    "team": "player",
    "government": "politician",
    "parliament": "politician",
    "police": "policeman",
    "army": "soldier",
}


def seen(
    spec: WriteSpec, topic: Topic, beats: list[Beat], host: Being | None, random: Random, taken: set[str]
) -> tuple[dict[str, Character], dict[str, set[str]]]:
    """The characters that the pictures show: the host, the reader of a film about "you", and the animals and people that are spoken of."""
    text = " ".join(beat.text for beat in beats).lower()
    characters: dict[str, Character] = {}
    calls: dict[str, set[str]] = {}
    if host is not None:
        hint = next((h for h in spec.characters if h.name == host.name), None)
        made = part("host", host, random, taken, role="protagonist", christen=False, hint=hint)
        if made.character is not None:
            characters["host"] = made.character.model_copy(update={"key": re.sub(r"[^a-z0-9]+", "-", host.name.lower()).strip("-") or "host"})
            calls["host"] = {host.name.lower(), "i", "me", "my"}
    if topic.kind in {"you", "pep"} and host is None:
        noun = random.choice(("woman", "man"))
        made = part(
            "h",
            Being(noun=noun, head=noun, kind="human", gender="female" if noun == "woman" else "male", name="You"),
            random,
            taken,
            role="protagonist",
            christen=False,
        )
        if made.character is not None:
            characters["h"] = made.character.model_copy(update={"key": "you"})
            calls["h"] = {"you", "your", "yours", "yourself"}
    if topic.kind == "wish" and not characters:
        noun = next(
            (word for word in re.findall(r"[a-z]+", topic.phrase.lower()) if lexicon.kind_of(word) in {"human", "animal"} and lexicon.listed(word)), "friend"
        )
        age = next((a for a in ("child", "old") if noun in lexicon.group(a)), "adult")
        gender = next((g for g in ("female", "male") if noun in lexicon.group(g)), "neutral")
        made = part("h", Being(noun=noun, head=noun, kind=lexicon.kind_of(noun), gender=gender, age=age), random, taken, role="protagonist", christen=False)
        if made.character is not None:
            characters["h"] = made.character.model_copy(update={"key": noun})
            calls["h"] = {noun, "you"}
    for name in topic.people[:2]:
        gender = gender_of(name)
        key = "h" if not characters else f"k{len(characters)}"
        noun = "woman" if gender == "female" else "man"
        being = Being(noun=noun, head=noun, kind="human", gender="female" if gender == "female" else "male", name=name)
        made = part(key, being, random, taken, role="protagonist" if key == "h" else "supporting", christen=False)
        if made.character is not None:
            characters[key] = made.character.model_copy(update={"key": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or key})
            calls[key] = {name.lower(), name.lower().split()[-1]}
    for thing in (*topic.things, *_defined(beats)):
        single = words.singular(thing.lower())
        kind = lexicon.kind_of(single)
        known = fact(thing)
        animal = kind == "animal" or (known is not None and known.kind == "animal" and thing in topic.things)
        if not animal and not (kind in {"creature", "robot"} or (kind == "human" and lexicon.listed(single) and known is not None and known.kind == "person")):
            continue
        if (
            len(characters) > 6
            or not re.search(rf"\b{re.escape(single)}|\b{re.escape(thing.lower())}", text)
            or single in {w for said in calls.values() for w in said}
        ):
            continue
        if topic.kind == "howto" and kind == "human":
            continue  # whose recipe it is
        plural = topic.plural and thing == topic.things[0]
        being = Being(noun=single, head=single.split()[-1], kind="animal" if animal else kind, plural=plural and kind == "human", count=3 if plural else 1)
        key = "h" if not characters else f"k{len(characters)}"
        made = part(key, being, random, taken, role="protagonist" if key == "h" else "supporting", christen=False)
        if made.character is not None:
            characters[key] = made.character.model_copy(update={"key": re.sub(r"[^a-z0-9]+", "-", single).strip("-")})
            calls[key] = {single, words.plural(single), thing.lower()}
    if not characters and topic.kind == "news":  # somebody has to be seen
        noun = next((who for word, who in _THOSE_IN.items() for thing in topic.things if word in thing.split()), "person")
        being = Being(noun=noun, head=noun.split()[-1], kind="human", plural=True, count=3)
        made = part("h", being, random, taken, role="protagonist", christen=False)
        if made.character is not None:
            characters["h"] = made.character.model_copy(update={"key": "people"})
            calls["h"] = {"people", "somebody", "team", "strangers"}
    return characters, calls


def shown(spec: WriteSpec, topic: Topic, beats: list[Beat], characters: dict[str, Character]) -> list[Item]:
    """The things that the pictures show: what the caller asked for, the topic's own, and what the definitions name."""
    items = [
        Item(
            key=re.sub(r"[^a-z0-9]+", "-", hint.name.lower()).strip("-") or "item",
            name=re.sub(r"^(?:the|an?)\s+", "", hint.name, flags=re.IGNORECASE),
            description=hint.description,
            significance="asked for by the caller",
            reference=hint.reference,
        )
        for hint in spec.elements
    ]
    seen = {item.key for item in items} | {c.noun for c in characters.values()}
    for number, thing in enumerate((*topic.things, *_defined(beats))):
        name = words.singular(thing.lower())
        key = re.sub(r"[^a-z0-9]+", "-", name).strip("-")
        if (fact(name) or Fact("", "", "")).noun[:1].isupper() or (lexicon.place_kind(name) and topic.kind != "product"):
            continue
        if any(name in other.replace("-", " ").split() for other in seen) or lexicon.weather_of([name]):
            continue  # the wall of the Berlin Wall; rain is in the sky
        known = fact(name)
        real = known is None or known.kind in {"artifact", "food", "plant", "body", "nature", "substance"}
        if key and key not in seen and name not in seen and real and (solid(name) or (number < len(topic.things) and known is not None)):
            main = not any(item.significance == MAIN for item in items) and number < len(topic.things)
            items.append(Item(key=key, name=name, description=words.capital(words.a(name)), significance=MAIN if main else ""))
            seen.add(key)
    return items


def named_in(text: str, calls: dict[str, set[str]]) -> frozenset[str]:
    """Whose words a sentence says; the host is seen when he speaks of himself, and that the frames know."""
    low = text.lower()
    return frozenset(key for key, said in calls.items() if key != "host" and any(re.search(rf"\b{re.escape(word)}\b", low) for word in said))


_DEFINED = re.compile(r"^(?:Take |Then there is )?(?:[Aa]n? )?([A-Za-z -]+?)(?: is\b|:)")


def _defined(beats: list[Beat]) -> list[str]:
    """The nouns that the beats define."""
    matches = [match for beat in beats if beat.part == "fact" and (match := _DEFINED.match(beat.text)) is not None]
    return [known.noun for match in matches if (known := fact(match[1].lower())) is not None]
