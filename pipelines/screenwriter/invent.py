"""Fills in what a prompt leaves open: a hero where it names only a thing, a wonder or a word; a place to be."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from pipelines.meaning.facts import fact
from pipelines.screenwriter import lexicon, words
from pipelines.screenwriter.premise import Being, Clause, Deed, Place, Premise
from pipelines.screenwriter.reading import framed

_ABSTRACT = re.compile(r"(?:ness|ship|hood|dom|ity|ence|ance)$")
_IDEAS = lexicon.listing("ideas")
_VEHICLES = {
    "ship": "captain",
    "boat": "fisherman",
    "sailboat": "sailor",
    "submarine": "captain",
    "train": "driver",
    "plane": "pilot",
    "airplane": "pilot",
    "spaceship": "astronaut",
    "rocket": "astronaut",
    "bus": "driver",
    "taxi": "driver",
    "balloon": "pilot",
    "airship": "captain",
}
_HOMES = ("village", "small town", "old harbour", "garden", "green hills", "city")


def child(random: Random) -> Being:
    """A hero for a story that names none."""
    gender = random.choice(("female", "male"))
    return Being(noun="girl" if gender == "female" else "boy", head="girl" if gender == "female" else "boy", kind="human", gender=gender, age="child")


def complete(premise: Premise, random: Random) -> Premise:
    """The premise with somebody to tell of."""
    hero = premise.hero
    if hero.owner.lower() in {"my", "our", "your"} and hero.alive:
        hero = replace(hero, owner="", definite=False)  # "my dog": a dog
        premise = replace(premise, hero=hero)
    if premise.only_noun:
        return _noun(premise, random)
    if hero.alive or hero.kind == "human":
        return _joined(premise)
    if hero.kind in {"thing", "place"} and premise.deed is not None and not premise.deed.passive and _willing(premise):
        met = premise.other
        if met is not None and met.kind in {"thing", "place"} and (premise.deed.lemma in _MEETING or "in love" in premise.deed.after):
            met = replace(met, kind="toy")
        return _joined(replace(premise, hero=replace(hero, kind="toy"), other=met))  # a thing that wants something is somebody
    if hero.head in _VEHICLES and premise.deed is not None:
        trade = _VEHICLES[hero.head]
        skipper = Being(noun=trade, head=trade, kind="human", gender="neutral")
        cause = Clause(mark="because", text=words.tidy(f"{_the(hero)} {premise.deed.past(hero.plural)}"), subject=hero, deed=premise.deed)
        able = Deed(lemma="be", after="caught, and could not get away") if premise.deed.passive else premise.deed
        if not premise.deed.passive:
            return replace(
                premise,
                hero=skipper,
                deed=Deed(lemma=premise.deed.lemma, after=premise.deed.after, object=premise.deed.object),
                clauses=premise.clauses,
                items=(hero.noun, *premise.items),
            )
        return replace(premise, hero=skipper, deed=able, clauses=(cause, *premise.clauses), items=(hero.noun, *premise.items), kind="ordeal")
    if (
        hero.kind == "force"
        and premise.deed is not None
        and premise.deed.object is not None
        and premise.deed.object.alive
        and premise.deed.lemma in {"hire", "choose", "call", "invite", "visit"}
    ):
        met = premise.deed.object
        done = Deed(lemma=premise.deed.lemma, after=f"by {_the(hero)}", auxiliary="was", form=words.inflected(premise.deed.lemma, "VBN"), passive=True)
        return replace(premise, hero=met, deed=done, other=replace(hero, definite=True), kind="luck")
    past = framed(premise)
    cause = Clause(mark="strange", text=words.tidy(f"{_the(hero)} {past}"), subject=hero, deed=premise.deed)
    return replace(
        premise,
        hero=child(random),
        other=replace(hero, definite=True, phrase=_the(hero), tail=""),
        clauses=(cause, *premise.clauses),
        kind="discovery",
        goal=None,
    )


_MEETING = frozenset({"befriend", "love", "marry", "meet", "kiss", "miss", "comfort"})
_WILL = lexicon.listing("will")


def _willing(premise: Premise) -> bool:
    """Whether the deed is one that only somebody with a will can do: falling in love, dreaming, wanting, learning."""
    deed = premise.deed
    if deed is None or premise.hero.plural:
        return False
    return premise.frame in {"want", "dream", "learn", "wish", "long", "try", "decide", "hope"} or deed.lemma in _WILL or "in love" in deed.after


def _joined(premise: Premise) -> Premise:
    """ "lands in a cornfield and meets a farmer": the second deed carries the story when it brings somebody in."""
    deed = premise.deed
    if deed is None or premise.other is not None or premise.frame or premise.goal_place is not None:
        return premise
    for clause in premise.clauses:
        if clause.mark == "and" and clause.subject is None and clause.deed is not None and clause.deed.object is not None and clause.deed.object.alive:
            rest = tuple(c for c in premise.clauses if c is not clause)
            first = Clause(mark="first", text=deed.past(premise.hero.plural), deed=deed)
            return replace(premise, deed=clause.deed, other=clause.deed.object, kind="bond", clauses=(first, *rest))
    return premise


def _the(being: Being) -> str:
    if being.name and not being.noun:
        return being.name
    if being.head in {"time", "death", "rain", "snow"} and not being.definite:
        return being.noun
    if being.owner:
        return words.tidy(f"{being.owner} {being.text}")
    return words.tidy(f"the {being.text} {being.tail}") if being.definite or being.kind == "force" else words.a(words.tidy(f"{being.text} {being.tail}"))


def _noun(premise: Premise, random: Random) -> Premise:
    hero = premise.hero
    if hero.owner.lower() in {"our", "my", "your"}:
        hero = replace(hero, owner="", definite=True)
        premise = replace(premise, hero=hero)
    if hero.alive or hero.kind == "human":
        return replace(premise, kind="portrait")
    if hero.noun in _IDEAS or _ABSTRACT.search(hero.head):
        return replace(premise, hero=child(random), other=replace(hero, kind="thing"), kind="idea")
    if hero.kind == "place":
        if hero.head not in lexicon.VEHICLES:
            place = Place(phrase=hero.text, kind=lexicon.place_kind(hero.noun), definite=hero.definite, proper=hero.proper)
            door = Being(noun="little door", head="door", kind="thing", phrase="a little door")
            return replace(
                premise,
                hero=child(random),
                place=place,
                deed=Deed(lemma="find", after="a little door", object=door),
                other=door,
                kind="discovery",
                only_noun=False,
            )
        hero = replace(hero, kind="thing")
    made = re.match(r"of (?:the |an? )?(.+)", hero.tail)
    facts = set()
    if hero.head in {"invention", "history", "story", "birth", "origin", "discovery"} and made:
        hero = Being(noun=made[1], head=made[1].split()[-1], kind="thing", definite=True, phrase=made[1])
        facts |= {"new", "common"}
    elif {"last", "only", "oldest"} & set(hero.adjectives):
        facts.add("last")
    else:
        facts |= {"plain", "common"}
    if hero.name and not hero.noun:
        hero = replace(hero, noun=hero.name, head=hero.name, proper=True)
    keeper = Being(noun=random.choice(("woman", "man", "girl", "boy")), kind="human") if "last" not in facts else child(random)
    keeper = replace(
        keeper, head=keeper.noun, gender="female" if keeper.noun in {"woman", "girl"} else "male", age="child" if keeper.noun in {"girl", "boy"} else "adult"
    )
    return replace(premise, hero=keeper, other=hero, kind="thing", facts=frozenset(facts))


_HABITATS = {
    "mermaid": "coral reef",
    "merman": "coral reef",
    "kraken": "sea",
    "polar": "snowy plain",
    "arctic": "snowy plain",
    "yeti": "snowy mountain",
    "alien": "space",
    "martian": "space",
}
_SPORT = re.compile(
    r"\b(?:championships?|world cup|penalty|free kick|hat[- ]trick|super bowl|olympics?|gold medal|home run|touchdown|marathon|slam dunk|final match)\b",
    re.IGNORECASE,
)
_FROM = {
    "space": "space",
    "star": "space",
    "moon": "moon",
    "desert": "desert",
    "jungle": "jungle",
    "arctic": "snowy plain",
    "cave": "cave",
    "sky": "sky",
    "forest": "forest",
    "swamp": "swamp",
}
"""Where somebody is at home whose noun begins so: a space pirate, a cave bear."""
_MAKERS = ("maker", "smith", "wright", "mender", "repairer", "carver", "builder", "mechanic", "inventor", "engineer", "tailor", "weaver", "potter")


def _at_home(hero: Being) -> str:
    """Where what the hero is says that it lives: makers in workshops, what is marine in the sea; empty where nothing says."""
    if hero.kind == "human" and hero.head.endswith(_MAKERS):
        return "workshop"
    for word in (*hero.adjectives, *hero.noun.split()):
        if word in _HABITATS:
            return _HABITATS[word]
    known = fact(hero.noun) if hero.noun else None
    if known is None:
        return ""
    if hero.kind == "animal" and re.search(r"\b(?:marine|sea|ocean|cephalopod|fish|aquatic|crustacean)\b", f"{known.what} {known.above}"):
        return "coral reef" if known.noun != "whale" else "sea"
    if hero.kind == "animal" and hero.head in lexicon.listing("insects") | {"snail", "worm"}:
        return "meadow"
    if hero.kind == "toy" and re.search(r"\b(?:orbit\w*|space|spacecraft)\b", known.what):
        return "space"
    return ""


def somewhere(premise: Premise, random: Random) -> Place:
    """The premise's place, else where such a hero is at home."""
    if premise.place is not None:
        return premise.place
    if premise.goal_place is not None and premise.deed is not None and premise.deed.lemma in {"break", "come", "move"}:
        return premise.goal_place
    if _SPORT.search(premise.text):
        return Place(phrase="stadium", kind="stadium")
    known = lexicon.trade(premise.hero.noun or "")
    first = next((word for word in premise.hero.noun.split()[:-1] if word in _FROM), "")
    home = _FROM.get(first, "") or str(
        known.get("home")
        or (lexicon.trade(premise.other.noun).get("home") if premise.other is not None and premise.other.noun and premise.other.kind == "animal" else "")
        or ""
    )
    if not home:
        home = _at_home(premise.hero)
    if not home:
        home = {"animal": "forest", "creature": "old forest", "robot": "city", "toy": "nursery"}.get(premise.hero.kind) or random.choice(_HOMES)
    return Place(phrase=home, kind=lexicon.place_kind(home))
