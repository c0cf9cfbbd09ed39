"""A character as it stands in a shot: who it is by its noun, how it stands by what it does, always with the same look."""
# ruff: noqa: E501, SIM905 - tables of words and coordinates read best a row a line

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from typing import Any

from farm.types import Character
from pipelines.illustrator.figures import animals, beings, crowd, heads, machines, people, tables, things
from pipelines.illustrator.figures.described import look_in
from pipelines.illustrator.figures.drawing import Drawing
from pipelines.illustrator.figures.looks import CLOTHS, GREYS, HAIRS, SHOES, SKINS, TROUSERS, Look, choice
from pipelines.illustrator.figures.poses import POSES
from pipelines.illustrator.figures.wardrobe import HAIR_COLORS, HAT_EXTRAS, HAT_WORDS, STYLES, color, held
from pipelines.meaning import kind, nearest
from pipelines.meaning.vectors import stems


@dataclass(frozen=True)
class Likeness:
    """How a person really looks, out of a reference picture: another head by the look under it, colours as "#rrggbb" or ""."""

    guise: Callable[[Look], people.Guise]
    skin: str = ""
    cloth: str = ""


AKIN = 0.62  # the least similarity at which an unknown trade may wear a known one's clothes


@cache
def trades() -> dict[str, dict[str, Any]]:
    """Every trade of trades.yaml with what it wears."""
    raw: dict[str, dict[str, Any]] = tables.read("trades")

    def whole(name: str) -> dict[str, Any]:
        entry = raw[name]
        return (whole(entry["like"]) | {key: value for key, value in entry.items() if key != "like"}) if "like" in entry else dict(entry)

    return {name: whole(name) for name in raw}


@cache
def _verbs() -> dict[str, str]:
    raw: dict[str, str] = tables.read("verbs")
    found: dict[str, str] = {}
    for pose, verbs in raw.items():
        for verb in verbs.split():
            parts = verb.split("_")
            found.setdefault("_".join([parts[0], *parts[1:][-1:]]), pose)
    return found


AUXILIARY = frozenset(
    "is are was were be been being am has have had begin start try keep go come want need stop help dare learn how to get can could will would must may might do does did".split()
)


STRANGE = frozenset(["sleep", "fall", "swim", "fly", "float", "row", "ride", "kneel", "fight", "cry", "climb"])
"""Poses that only a verb of the table may bring: a guess must not lay anybody down."""


NEAR = 0.66  # the least similarity at which an unknown verb takes a known one's pose


@lru_cache(maxsize=2048)
def pose_of(action: str) -> str:
    """The pose that shows an action ("repairs the lamp", "begins to sing", "falls asleep"): by its verb, else by a verb much like it, else "stand"."""
    words = re.findall(r"[a-z]+", action.lower())
    verbs = _verbs()
    if {"not", "never", "cannot"}.intersection(words[:3]):
        return "stand"  # what is not done is not shown
    for at, word in enumerate(words[:4]):
        forms = sorted((form for form in stems(word) if form in verbs), key=len, reverse=True)  # "hopes" is of hope, not of hop
        for form in stems(word):
            for after in words[at + 1 : at + 4]:
                if (phrase := f"{form}_{after}") in verbs:
                    return verbs[phrase]
        if not forms:
            continue
        if AUXILIARY.intersection(stems(word)):  # "is sleeping", "tries to climb": the deed comes after
            later = [each for each in words[at + 1 : at + 4] if each not in ("to", "the", "a", "again", "not")]
            deed = words[at + 2 : at + 3] if words[at + 1 : at + 2] == ["to"] else [each for each in later[:2] if each.endswith("ing")]
            for form in stems(deed[0]) if deed else ():
                if form in verbs:
                    return pose_of(" ".join(words[words.index(deed[0], at + 1) :]))
        return verbs[forms[0]]
    for word in words[:1]:
        plain = [verb for verb, pose in verbs.items() if "_" not in verb and pose not in STRANGE]
        match, score = nearest(word, plain)
        if score >= NEAR:
            return verbs[match]
    return "stand"


UNDEAD = frozenset(["vampire", "zombie", "werewolf", "mummy", "witch"])
"""Who stays what it is in any trade: a vampire boss."""
ABOUT = frozenset(["hunter", "slayer", "keeper", "tamer", "trainer", "catcher", "expert", "fan", "doctor"])
"""Trades that have to do with such beings and are none."""


@lru_cache(maxsize=2048)
def own_trade(noun: str) -> dict[str, Any] | None:
    """What the trade of a noun wears by its own words, the longest and last first."""
    words = re.findall(r"[a-z]+", noun.lower())
    if words[-1:] and words[-1] not in ABOUT and (strange := next((word for word in words[:-1] if word in UNDEAD and word in trades()), None)) is not None:
        return trades()[strange]
    for size in range(min(len(words), 3), 0, -1):
        for start in range(len(words) - size, -1, -1):
            *first, last = words[start : start + size]
            for form in stems(last):
                if (entry := trades().get(" ".join([*first, form]))) is not None:
                    return entry
    return None


@lru_cache(maxsize=2048)
def trade(noun: str) -> dict[str, Any] | None:
    """What the trade of a noun wears: by its own words, else by the nearest trade in meaning."""
    if (entry := own_trade(noun)) is not None:
        return entry
    words = re.findall(r"[a-z]+", noun.lower())
    if words and words[-1] not in ("person", "people", "human", "friend", "neighbour", "neighbor", "figure", "companion", "someone", "twin"):
        match, score = nearest(noun, trades())
        if score >= AKIN:
            return trades()[match]
    return None


TOPS = frozenset(["coat", "jacket", "robe", "dress", "shirt", "top", "tunic", "jumper", "sweater", "suit", "cloak"])
"""Parts of a look that say what is worn above."""


MEN = frozenset(
    "king emperor prince wizard sorcerer mage santa gentleman father uncle grandfather grandpa husband dad brother son groom pharaoh monk priest butler waiter cowboy lumberjack woodcutter dwarf gnome genie viking "
    "boy schoolboy grandson lord duke baron count sultan czar knight hermit prophet".split()
)
"""Nouns that mean a man where nothing else is said."""


def _manly(noun: str) -> bool:
    last = noun.lower().split()[-1] if noun.split() else ""
    return last in MEN or (last.endswith("man") and not last.endswith(("woman", "human")))


@lru_cache(maxsize=1024)
def _person(key: str, name: str, noun: str, description: str, gender: str, age: str, look: tuple[tuple[str, str], ...]) -> Look:
    wears = dict(trade(noun) or {})
    own = dict(look)
    told = {part: value for part, value in look_in(description).items() if part not in own and not (own and part in ("coat", "jacket") and own.keys() & TOPS)}
    said = told | own  # what the look says comes before the description's words
    seed = f"{key}/{name}/{noun}"
    woman = gender == "female" or (gender == "neutral" and bool(wears.get("woman", False if _manly(noun) else choice(seed, "woman", ("", "yes")))))
    if age == "adult" and "age" in wears:
        age = wears["age"]
    known = {each.name for each in fields(Look)}
    chosen: dict[str, Any] = {
        "skin": choice(seed, "skin", SKINS), "hair": choice(seed, "hair", HAIRS), "top": choice(seed, "top", CLOTHS), "bottom": choice(seed, "bottom", TROUSERS), "shoes": choice(seed, "shoes", SHOES),
        "style": choice(seed, "style", ("long", "bun", "bob", "ponytail", "curly", "braid") if woman else ("short", "side", "fringe", "curly", "tuft")), "scarf": choice(seed, "scarf", CLOTHS),
        "hat_color": choice(seed, "hat", CLOTHS),
        "lower": choice(seed, "lower", ("skirt", "trousers", "long-skirt")) if woman and age != "child" else "trousers", "upper": choice(seed, "upper", ("shirt", "jumper", "tunic")),
    }  # fmt: skip
    if woman and age != "child" and wears.keys() & {"upper", "coat", "top", "apron"}:
        chosen["lower"] = "trousers"  # a trade's dress is said whole in trades.yaml
    chosen |= {name: value for name, value in wears.items() if name in known and name != "extras"}
    if woman and wears.get("style") == "side":
        chosen["style"] = choice(seed, "style", ("long", "bob", "bun"))
    chosen["build"] = wears.get("build") or ("female" if woman else "male" if gender == "male" else "neutral")
    chosen["woman"] = woman
    extras = set(wears.get("extras", ()))
    if woman and wears.get("beard") and gender != "male":
        chosen["beard"] = ""
        chosen["style"] = choice(seed, "style", ("long", "bun", "bob", "braid"))
    if not woman and age in ("adult", "old") and "beard" not in wears and not trade(noun):
        chosen["beard"] = choice(seed, "beard", ("", "short", "", "moustache"))
    if age == "child":
        chosen["beard"] = ""
        if woman:
            chosen["style"] = choice(seed, "style", ("braid", "ponytail", "bob"))
    if not woman and gender == "male" and chosen["lower"] in ("skirt", "long-skirt", "gown") and noun not in ("pharaoh", "caveman"):
        chosen["lower"] = "trousers"
    if woman and chosen["lower"] == "robe" and noun.endswith("king"):
        chosen["lower"] = "gown"
    if age == "old":
        chosen["hair"] = choice(seed, "grey", GREYS)
        if not woman and "style" not in wears and choice(seed, "bald", ("", "yes")):
            chosen["style"] = "bald"
    if not wears:
        for word, extra in (("glasses", "glasses"), ("freckle", "freckles")):
            if word in description.lower() or (extra == "freckles" and age == "child"):
                extras.add(extra)
    _said(chosen, extras, said, wears)
    return (
        Look(
            **{name: value for name, value in chosen.items() if name in known},
            age=age if age in ("child", "young", "adult", "old") else "adult",
            extras=frozenset(extras),
        )
        if "age" not in chosen
        else Look(**(chosen | {"age": age}), extras=frozenset(extras))
    )


def _said(chosen: dict[str, Any], extras: set[str], said: dict[str, str], wears: dict[str, Any]) -> None:
    """What the character's own look says comes before its trade: colours, hair, hat, prop."""
    for name, value in said.items():
        tone = color(value)
        word = value.lower()
        if name == "skin" and tone and "skin" not in wears:
            chosen["skin"] = tone
        elif name == "hair":
            chosen["hair"] = color(word, HAIR_COLORS) or chosen["hair"]
            chosen["style"] = next((style for key, style in STYLES.items() if key in word), chosen["style"])
        elif name == "beard":
            chosen["beard"] = next((kind_ for kind_ in ("moustache", "long", "short") if kind_ in word), "full")
        elif name in ("coat", "jacket", "robe", "dress", "shirt", "top", "tunic", "jumper", "sweater", "suit", "cloak", "cape") and tone:
            if white(wears.get("top", "")):
                pass  # a bride, a chef: who wears white by trade wears white
            elif chosen.get("upper") == "armour" or (wears.get("upper") == "striped" and not wears.get("coat")):
                chosen["cape"] = chosen.get("cape", "")
            elif name in ("cloak", "cape"):
                chosen["cape"] = tone
            elif name in ("coat", "jacket") and chosen.get("coat"):
                chosen["coat"] = tone
            else:
                same = chosen.get("bottom") == chosen.get("top") or chosen.get("lower") in ("gown", "robe")
                chosen["top"] = tone
                if same or name == "dress":
                    chosen["bottom"] = tone
                if name == "dress" and chosen["lower"] == "trousers":
                    chosen["lower"] = "skirt"
                if name == "cloak":
                    chosen["cape"] = tone
        elif (
            name in ("trousers", "pants", "skirt", "legs")
            and tone
            and chosen.get("lower") not in ("gown", "robe", "tutu")
            and chosen.get("bottom") != chosen.get("top")
        ):
            chosen["bottom"] = tone
        elif name == "scarf":
            extras.add("scarf")
            chosen["scarf"] = tone or chosen["scarf"]
        elif name == "apron":
            chosen["apron"] = tone or "#f2ecdc"
        elif name == "glasses":
            extras.add("glasses")
        elif name == "hat" and "hat" not in wears and "helmet" not in extras:
            worn = next((extra for key, extra in HAT_EXTRAS.items() if key in word), "")
            chosen["hat"] = "" if worn else next((hat for key, hat in HAT_WORDS.items() if key in word), "fedora")
            if worn == "topknot":
                chosen["style"] = "bun"
            elif worn:
                extras.add(worn)
            chosen["hat_color"] = tone or chosen["hat_color"]
        elif name == "hat" and tone:
            chosen["hat_color"] = tone
        elif name == "prop" and not chosen.get("prop"):
            chosen["prop"] = held(word)
        elif name == "boots" and tone:
            chosen["boots"], chosen["shoes"] = True, tone


def white(tone: str) -> bool:
    """Whether a "#rrggbb" is as good as white."""
    return bool(tone) and min(bytes.fromhex(tone[1:7])) > 225


def look_of(character: Character) -> Look:
    """The look of a character: the same in every shot, whatever it does there."""
    return _person(character.key, character.name, character.noun, character.description, character.gender, character.age, tuple(sorted(character.look.items())))


def draw_character(character: Character, action: str = "", mood: str = "", outdoors: bool | None = None, likeness: Likeness | None = None) -> Drawing:
    """A character doing something: a person, an animal, a robot, a being, a thing that is alive, or a group of them.

    Who sits has a stool only where `outdoors` is False; a low rock elsewhere. A `likeness` is worn by a person, the first of a group.
    """
    noun = character.noun or ("person" if character.human else "creature")
    pose = pose_of(action)
    count = crowd.size(noun, character.description) if noun else 1
    if several := kinds(noun):
        members = [character.model_copy(update={"noun": name, "key": f"{character.key}#{name}", "human": False, "look": {}}) for name in several]
        drawn = [
            _one(one, one.noun, pose, mood, action, outdoors)
            for one in members[: max(count, 3 if "animals" in f"{noun} {character.description}".lower() else 1)]
        ]
        return crowd.group(drawn, noun) if len(drawn) > 1 else drawn[0]
    if count > 1:
        return crowd.group(
            [
                _one(_member(character, index), noun, own_pose(pose, index) if character.human else pose, mood, action, outdoors, None if index else likeness)
                for index in range(count)
            ],
            noun,
        )
    return _one(character, noun, pose, mood, action, outdoors, likeness)


@lru_cache(maxsize=1024)
def beast_of(noun: str) -> str:
    """The animal in a noun that also names a trade ("penguin postman", "baker bear"), or ""."""
    words = re.findall(r"[a-z]+", noun.lower())[:6]
    if own_trade(noun) is None:
        return ""
    return next((word for word in words if kind(word) == "animal" and animals.species(word) and own_trade(word) is None), "")


KIN = frozenset("family sisters brothers siblings twins triplets parents sons daughters cousins grandchildren sister brother".split())


PLAIN = frozenset("villagers peasants people townspeople neighbours neighbors farmers men women".split())
"""Groups of one family look alike; groups without a uniform each wear their own."""


LOOSE = frozenset(["work", "stand", "talk", "look", "hold", "think", "point", "proud"])
"""What nobody in a group need do in step with the others."""


APART = ("talk", "stand", "think", "look")


WHITE = re.compile(r"\b(snowy|arctic|polar|albino)\b")


def fur_of(character: Character, beast: str) -> str | None:
    """The colour of an animal's coat: of its look, else of its noun ("a red squirrel", "snowy owl"); a trade's coat is cloth."""
    said = character.look.get("skin") or ("" if beast else character.look.get("coat", ""))
    *before, last = character.noun[:200].lower().split() or [""]
    told = re.search(rf"\b(\w+(?: \w+)?) {re.escape(last)}\b", character.description[:200].lower())
    noun = " ".join([*before, told.group(1) if told else ""])
    return said or ("#f4f3ef" if WHITE.search(noun) else color(noun)) or None


KINDS = {
    "farm": ("pig", "goat", "hen", "cow"), "sea": ("turtle", "fish", "crab", "octopus"), "jungle": ("monkey", "parrot", "tiger", "frog"), "zoo": ("lion", "monkey", "penguin", "zebra"),
    "savanna": ("lion", "zebra", "giraffe", "monkey"), "arctic": ("polar bear", "seal", "penguin", "snowy owl"), "desert": ("camel", "lizard", "fox", "snake"), "": ("rabbit", "fox", "hedgehog", "deer"),
}  # fmt: skip
"""Whom "forest animals" or "animals of the sea" may be; the forest's where nothing is said."""


def kinds(noun: str) -> tuple[str, ...]:
    """The animals that a noun means which names none of its own, or ()."""
    words = noun.lower().split()
    if not words or words[-1] not in ("animal", "animals", "wildlife"):
        return ()
    return KINDS[next((name for name in KINDS if name and name in words), "")]


def own_pose(pose: str, index: int) -> str:
    """The pose of one of a group: the first does what is told, the others something like it."""
    return APART[(index - 1) % len(APART)] if index and pose in LOOSE else pose


def _member(character: Character, index: int) -> Character:
    """One of a group: its own hair and colours; a family has parents and children."""
    if index == 0:
        return character.model_copy(update={"gender": "male"}) if "family" in character.noun.lower() else character
    changed: dict[str, Any] = {"key": f"{character.key}#{index}", "look": {name: value for name, value in character.look.items() if name in ("hat", "skin")}}
    wears = trade(character.noun) or {}
    last = character.noun.lower().split()[-1] if character.noun.split() else ""
    if last in KIN:
        changed["look"].setdefault("skin", look_of(character).skin)
    if ("top" not in wears and "coat" not in wears) or last in PLAIN:  # nobody in another's clothes
        own = look_of(character).top
        others = [cloth for cloth in CLOTHS if cloth != own]
        changed["look"]["shirt"] = others[(CLOTHS.index(choice(character.key, "top", CLOTHS)) + index * 3) % len(others)]
    if "family" in character.noun.lower():
        changed |= {"age": "child" if index > 1 else character.age, "gender": ("male", "female")[index % 2]}
    return character.model_copy(update=changed)


def _one(character: Character, noun: str, pose: str, mood: str, action: str, outdoors: bool | None = None, likeness: Likeness | None = None) -> Drawing:
    name = character.name or noun
    look = look_of(character)
    if outdoors is False:
        look = replace(look, extras=look.extras | {"indoors"})
    if likeness is not None:
        look = replace(look, skin=likeness.skin or look.skin)
        if likeness.cloth and not (trade(noun) or {}).keys() & {"top", "coat"}:  # a trade keeps its dress
            look = replace(look, top=likeness.cloth, bottom=likeness.cloth if look.lower in ("gown", "robe") else look.bottom)
        return people.draw(look, pose if pose in POSES else "stand", mood, name, action, likeness.guise(look))
    if noun.lower().split()[-1:] in (["rover"], ["lander"]) and not character.human:
        return machines.rover(look, pose in ("wave", "cheer", "reach", "point", "give", "hold"), heads.feeling(mood, action))
    if (being := beings.find(noun)) is not None:
        drawn = beings.draw(being, look, noun, pose, heads.feeling(mood, action), name)
        metal = machines.metal_of(noun) if being != "robot" else ""
        return machines.clockwork(drawn, metal) if metal else drawn
    beast = beast_of(noun) if not character.human else ""
    if beast or (not character.human and own_trade(noun) is None) or (kind(noun) == "animal" and own_trade(noun) is None):
        wearing = _garments(character)
        if (animal := animals.draw(beast or noun, pose, mood, wearing, fur_of(character, beast), character.key)) is not None:
            metal = machines.metal_of(f"{noun} {character.description}")
            return machines.clockwork(animal, metal) if metal else animal
        if not character.human and own_trade(noun) is None:
            if (found := things.find(noun)) is not None:
                return found
            if kind(noun) != "person":
                return beings.draw("creature", look, noun, pose, heads.feeling(mood, action), name)
    return people.draw(look, pose if pose in POSES else "stand", mood, name, action)


def _garments(character: Character) -> dict[str, str]:
    """What an animal wears of its trade and its look, as colours and names of hats and props."""
    wears = own_trade(character.noun) or {}
    trades_own = {"hat": wears.get("hat"), "apron": wears.get("apron"), "vest": wears.get("coat") or wears.get("top"), "prop": wears.get("prop")}
    worn: dict[str, str] = {part: value for part, value in trades_own.items() if value}
    if "vest" in worn and (own := color(character.look.get("coat", ""))):
        worn["vest"] = own
    worn["hat color"] = wears.get("hat_color", "#3f5f8f")
    for name, value in character.look.items():
        if name in ("scarf", "apron", "vest", "cape", "bow"):
            worn[name] = color(value) or "#c8453b"
        elif name == "hat":
            worn["hat"] = next((hat for key, hat in HAT_WORDS.items() if key in value.lower()), worn.get("hat", ""))
    return worn
