"""Who is in the story: names for the nameless, pronouns, and what one would see of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Literal, cast

from farm.specs import Hint
from farm.types import Character
from pipelines.screenwriter import lexicon, names, words
from pipelines.screenwriter.nouns import TITLES
from pipelines.screenwriter.premise import Being

_PRONOUNS = {
    "female": ("she", "her", "her", "herself", "hers"),
    "male": ("he", "him", "his", "himself", "his"),
    "neutral": ("it", "it", "its", "itself", "its"),
    "plural": ("they", "them", "their", "themselves", "theirs"),
}
_HAIR = {
    "child": ("brown", "black", "red", "blond"),
    "young": ("black", "brown", "red", "blond"),
    "adult": ("black", "brown", "dark brown", "auburn"),
    "old": ("white", "grey", "silver"),
}
_SKIN = ("#f1c9a5", "#e0ac7e", "#c68a5c", "#9c6a43", "#6f4a30")
_COAT = ("#8a2b2b", "#2d5b74", "#4f7a4a", "#7a5a9a", "#b0763a", "#3f6480")
_TROUSERS = ("#2f3e55", "#3c3a38", "#4a3b2a", "#33424a")
# Those who have no hands.
_WINGS = lexicon.listing("wings")
_FINS = frozenset(["whale", "dolphin", "shark", "fish", "salmon", "seal", "walrus", "seahorse", "octopus", "squid"])
_INSECTS = lexicon.listing("insects")
_HOOVES = lexicon.listing("hooves")


@dataclass(frozen=True)
class Part:
    """One part in the story, with the words that stand for it."""

    key: str
    being: Being
    name: str  # "" for somebody who is only "the whale"
    he: str
    him: str
    his: str
    himself: str
    theirs: str
    character: Character | None = None

    @property
    def plural(self) -> bool:
        """Whether verbs after it stand in the plural."""
        return self.being.plural

    @property
    def the(self) -> str:
        """ "the stranded whale", "her father", "Mars"."""
        being = self.being
        if self.name and not being.noun:
            return self.name
        if being.proper:
            return being.noun or being.name
        if being.head in {"time", "death", "winter", "spring", "summer", "autumn"} and being.kind == "force":
            return being.noun
        if being.owner:
            return words.tidy(
                f"{words.possessive(being.owner) if not _own(being.owner) and not being.owner.endswith(chr(39) + 's') else being.owner} {being.nouns}"
            )
        return words.tidy(f"the {being.nouns}")

    @property
    def short(self) -> str:
        """The name, else "the whale"."""
        return self.name or self.the

    @property
    def bare(self) -> str:
        """The noun without an article."""
        return self.being.nouns or self.name

    @property
    def a(self) -> str:
        """As the prompt first names it: "a stranded whale", "the lost crown", "her father"."""
        being = self.being
        if self.name and (not being.noun or self.name.lower().startswith(being.noun) or self.name.lower().endswith(f" {being.noun}")):
            return self.name
        if being.owner and self.key == "h" and self.name and not _own(being.owner):
            owner = re.sub(r"^(?:the|an?) ", "", being.owner)
            return f"{words.a(words.tidy(owner + ' ' + being.text))} named {self.name}"
        if being.owner:
            return words.tidy(f"{self.the[: len(self.the) - len(being.nouns)]}{being.text}")
        tail = f" {being.tail}" if being.tail else ""
        if self.name and not being.plural and tail:
            said = tail if tail.startswith((" who", " that", " with")) else ""
            return f"{'the ' + being.text if being.definite else words.a(being.text)} named {self.name}{said}"
        if being.proper:
            return being.noun or being.name
        if being.plural:
            count = (
                words.number(being.count)
                if 1 < being.count < 13 and re.match(rf"(?:{words.number(being.count)}|{being.count})\b", being.phrase, re.IGNORECASE)
                else "some"
            )
            if re.match(r"an? (?:group|pair|team|family|herd|flock|crew|band|gang|pack|bunch|couple|class|troupe) of ", being.phrase, re.IGNORECASE):
                return being.phrase[:1].lower() + being.phrase[1:]
            first = words.tidy(f"the {being.text}{tail}" if being.definite else f"{count} {being.text}{tail}")
        elif being.definite or being.kind == "force":
            first = f"the {being.text}{tail}"
        elif being.phrase and not re.match(r"(?:an?|one|the|his|her|their|its)\b", being.phrase, re.IGNORECASE) and being.kind == "thing":
            first = f"{being.text}{tail}"  # "cheese", "love"
        else:
            first = words.a(f"{being.text}{tail}")
        return f"{first} named {self.name}" if self.name and not being.plural else first

    @property
    def parts(self) -> dict[str, str]:
        """Hands, or what stands for them."""
        head = next(
            (word for word in self.being.noun.split() if lexicon.kind_of(word) in {"animal", "creature"}), self.being.head
        )  # of a penguin postman the penguin
        if self.being.kind not in {"animal", "creature"} or head in {
            "snowman",
            "alien",
            "elf",
            "fairy",
            "troll",
            "goblin",
            "giant",
            "ghost",
            "vampire",
            "genie",
            "martian",
            "scarecrow",
            "mermaid",
        }:
            return {"hand": "hand", "hands": "hands", "arms": "arms", "feet": "feet"}
        if head in _WINGS:
            return {"hand": "wing", "hands": "wings", "arms": "wings", "feet": "feet"}
        if head in _FINS:
            return {"hand": "fin", "hands": "fins", "arms": "fins", "feet": "fins"}
        if head in _HOOVES:
            return {"hand": "hoof", "hands": "hooves", "arms": "legs", "feet": "hooves"}
        if head in _INSECTS:
            return {"hand": "leg", "hands": "legs", "arms": "legs", "feet": "feet"}
        if head in {"dragon", "lizard", "crocodile"}:
            return {"hand": "claw", "hands": "claws", "arms": "wings" if head == "dragon" else "legs", "feet": "claws"}
        if head in {"snail", "worm", "slug", "snake", "caterpillar"}:
            return {"hand": "side", "hands": "sides", "arms": "sides", "feet": "sides"}
        return {"hand": "paw", "hands": "paws", "arms": "paws", "feet": "paws"}


def _own(owner: str) -> bool:
    return owner.lower() in {"his", "her", "their", "its", "my", "our", "your", "whose"}


def part(key: str, being: Being, random: Random, taken: set[str], *, role: str, christen: bool, hint: Hint | None = None) -> Part:
    """A part for a being; `christen` gives a name to who has none."""
    gender = being.gender
    if hint is not None and hint.description:
        sex, age = _told_of(hint.description)
        gender = sex if sex and gender == "neutral" and not being.plural else gender
        being = replace(being, age=age) if age and being.age == "adult" else being
    somebody = being.kind in {"human", "robot", "toy", "creature"} or (christen and being.kind == "animal")
    if gender == "neutral" and somebody and not being.plural and being.head not in lexicon.listing("bunch"):
        gender = names.gender_of(hint.name) if hint and names.gender_of(hint.name) != "neutral" else random.choice(("female", "male"))
        if being.kind in {"robot", "toy", "creature"} and not christen:
            gender = "neutral"
    name = hint.name if hint else being.name
    if not name and christen and being.alive and not being.plural and being.kind != "force":
        pool = "animal" if being.kind == "animal" else being.kind if being.kind in {"robot", "creature", "toy"} else "human"
        name = names.pick(pool, gender, being.age, random, taken)
    if name:
        taken.add(name)
    if hint and hint.description and not being.noun:
        being = replace(being, noun="")
    he, him, his, himself, theirs = _PRONOUNS["plural" if being.plural else gender if being.kind != "thing" else "neutral"]
    being = replace(being, gender=gender)
    character = _character(key, being, name, role, random, hint) if being.alive or being.kind == "human" else None
    return Part(key=key, being=being, name=name, he=he, him=him, his=his, himself=himself, theirs=theirs, character=character)


def _told_of(description: str) -> tuple[str, str]:
    """Gender and age as a description's words say them: "an elderly woman" is female and old; empty where they say nothing."""
    said = re.findall(r"[a-z]+", description[:400].lower())
    sex = next((g for word in said for g in ("female", "male") if word in lexicon.group(g)), "")
    sex = sex or next(({"she": "female", "her": "female", "he": "male", "his": "male"}[word] for word in said if word in {"she", "her", "he", "his"}), "")
    age = next((a for word in said for a in ("child", "old") if word in lexicon.group(a)), "")
    age = age or ("old" if {"old", "elderly", "aged"} & set(said) and not re.search(r"\byears? old\b|\byear-old\b", description.lower()) else "")
    return sex, age


def _character(key: str, being: Being, name: str, role: str, random: Random, hint: Hint | None) -> Character:
    noun = being.noun or ("person" if being.kind == "human" else being.kind)
    if being.kind == "human" and noun in {"person", "human"}:
        noun = {"female": "woman", "male": "man"}.get(being.gender, "person")
        if being.age == "child":
            noun = {"female": "girl", "male": "boy"}.get(being.gender, "child")
    known = lexicon.trade(noun)
    human = being.kind == "human" and (hint is None or hint.human is not False)
    look = {str(k): str(v) for k, v in (known.get("look") or {}).items()}
    hair = random.choice(_HAIR[being.age])
    skin, coat, trousers = random.choice(_SKIN), random.choice(_COAT), random.choice(_TROUSERS)
    if not human and name.split(" ", 1)[0] in TITLES:
        look.setdefault("vest", coat)  # who has a title is dressed, and goes on two legs
    if human:
        look = {"coat": coat, "trousers": trousers, "hair": hair, "skin": skin, **look}
        if being.age == "old":
            look["hair"] = hair
        if known.get("tool"):
            look.setdefault("prop", str(known["tool"]))
    see = str(known.get("see") or "")
    his = _PRONOUNS[being.gender][2]
    see = see.replace("{his}", his)
    described = words.tidy(f"{' '.join(being.adjectives)} {noun}")
    age = (
        {"old": "old ", "child": "young ", "young": "young "}.get(being.age, "")
        if human and being.age not in described and noun not in lexicon.group("child") | lexicon.group("old")
        else ""
    )
    if being.plural:
        description = f"{words.number(being.count) if 1 < being.count < 13 else 'some'} {age}{words.tidy(' '.join(being.adjectives))} {words.plural(noun)}"
    else:
        described = words.a(f"{age}{described}")
        told = (
            look.get("hair") if human and "hair" not in see and not (see and (look.get("hat") or look.get("hair") in {"bald", "bun", "wild", "dark"})) else None
        )
        description = f"{described}{f' with {told} hair' if told else ''}{f', {see}' if see else ''}"
    if hint and hint.description:
        description = words.tidy(hint.description)
        look = {part: value for part, value in look.items() if part == "prop"}  # what one sees is what the caller says; nothing is made up beside it
    return Character(
        key=key,
        name=name or words.capital(words.tidy(("the " if not being.owner else being.owner + " ") + being.nouns)),
        noun=noun,
        role=cast("Literal['protagonist', 'antagonist', 'supporting']", role),
        description=words.tidy(description),
        human=human,
        gender=cast("Literal['female', 'male', 'neutral']", being.gender),
        age=cast("Literal['child', 'young', 'adult', 'old']", being.age),
        look=look,
        reference=hint.reference if hint else None,
    )
