"""Prompts for pictures, from what a shot or a portrait specifies. Pure.

In sentences, for today's encoders are language models and CLIP reads them as well; the most important first, for an encoder that reads little: what
happens, the style, then who, what and where in the same words at every shot. Nobody is called by a name: a model knows no Mara, and may write it down.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from farm.specs import KeyframeSpec, PortraitSpec
from farm.types import Character, Item, Scene

FRAMINGS = {"wide": "Wide shot", "medium": "Medium shot", "close": "Close-up"}
_FRAMED = re.compile(r"\b(shot|close-?up|view|portrait|panorama)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_SEX = re.compile(
    r"\b(?:wo)?m[ae]n\b|\b(?:girl|boy|lady|gentleman|female|male|mother|father|grandmother|grandfather|daughter|son|sister|brother|aunt|uncle|queen|king|princess|"
    r"prince|widow|widower|nun|monk|waitress|waiter|actress|person|child|(?:fisher|police|post|milk|fire|sales|business|crafts)(?:wo)?man)s?\b",
    re.IGNORECASE,
)
_SMALL = frozenset({"with", "and", "the", "that", "this", "from", "into", "over", "under", "their", "his", "her", "its"})
MOSTLY = 0.7
"""What has this share of its words in the prompt already is not said again."""


def keyframe(spec: KeyframeSpec) -> str:
    """The shot's picture, the style, who and what is seen, the place, the mood; nothing twice."""
    asked = spec.prompt.strip()
    if spec.style.prompt:
        asked = asked.removesuffix(spec.style.prompt).rstrip(" ,")  # the planner appended it
    called = _called(spec.characters)
    asked = _unnamed(asked, spec.characters, called)
    if asked and not _FRAMED.search(asked):
        asked = f"{FRAMINGS[spec.shot.framing]}: {asked}"
    parts = [asked, spec.style.prompt]
    parts += [_shown(one, called.get(one.key, ""), asked) for one in spec.characters]
    parts += [_thing(one, asked) for one in spec.items]
    parts.append(_where(spec.scene, asked))
    if spec.mood and "mood" not in asked.lower() and not _told(spec.mood, asked):
        parts.append(f"{spec.mood} mood")
    return _sentences(parts)


def portrait(spec: PortraitSpec) -> str:
    """One character, place or thing by itself, in the story's style: what keyframes are later shown, so whole, plain and evenly lit."""
    if spec.character is not None:
        one = spec.character
        looks = _looks(one) or one.noun or one.name
        who = f"{one.noun}, {looks}" if one.noun and not _told(one.noun, looks) else looks
        parts = [f"Portrait of one {_bare(who)}" + ("" if spec.character.human else ", the whole body")]
        parts.append("Seen from head to knees, facing the viewer, even light, plain background" if one.human else "Even light, plain background")
    elif spec.scene is not None:
        parts = [_where(spec.scene, "") or spec.scene.title, "Nobody is there"]
    elif spec.item is not None:
        parts = [spec.item.description or spec.item.name, "A single object, whole, even light, plain background"]
    else:
        parts = []
    return _sentences([parts[0], spec.style.prompt, *parts[1:]] if parts else [spec.style.prompt])


def _called(characters: Sequence[Character]) -> dict[str, str]:
    """What each is called in a prompt, by key; nothing for those whom their nouns do not tell apart."""
    nouns = [_bare(one.noun).lower() for one in characters]
    return {one.key: noun for one, noun in zip(characters, nouns, strict=True) if noun and nouns.count(noun) == 1}


def _shown(one: Character, called: str, asked: str) -> str:
    """A character's looks, tied to what it is called, lest a second one is painted."""
    looks = _looks(one)
    if _told(one.description or looks, asked):
        person = _person(one)
        return f"The {called} is {'an' if person[0] == 'o' else 'a'} {person}" if one.human and called and not _SEX.search(f"{asked} {called}") else ""
    return f"The {called}: {looks}" if called else looks


def _thing(one: Item, asked: str) -> str:
    if not one.description or _told(one.description, asked):
        return ""
    head = (_WORD.findall(one.name.lower()) or [""])[-1]
    return f"The {head}: {one.description}" if head and re.search(rf"\b{re.escape(head)}\b", asked.lower()) else f"Also seen: {one.description}"


def _unnamed(text: str, characters: Sequence[Character], called: dict[str, str]) -> str:
    """A prompt in which names are what they stand for: "Mara kneels" is "The lighthouse keeper kneels"."""
    for one in sorted(characters, key=lambda each: -len(each.name)):
        noun = called.get(one.key)
        if not noun or not one.name.strip() or one.name.lower() in (noun, f"the {noun}"):
            continue
        # "the old keeper Mara" needs no second keeper
        text = re.sub(rf"\b({'|'.join(map(re.escape, _WORD.findall(noun)))}),? {re.escape(one.name)}\b", r"\1", text, flags=re.IGNORECASE)
        text = re.sub(rf"(?<!\w){re.escape(one.name)}(?!\w)", f"the {noun}", text)
    return text[:1].upper() + text[1:]


def _looks(one: Character) -> str:
    """What one would see of a character, and never without whether it is a woman, a man or a child."""
    looks = _bare(one.description)
    if not looks:
        looks = ", ".join([one.noun or one.name, *(f"{value} {thing}" for thing, value in one.look.items() if not value.startswith("#"))])
    return f"{_person(one)}, {looks}" if one.human and not _SEX.search(f"{looks} {one.noun}") else looks


def _person(one: Character) -> str:
    if one.age == "child":
        return {"female": "girl", "male": "boy"}.get(one.gender, "child")
    age = "" if one.age == "adult" else f"{one.age} "
    return age + {"female": "woman", "male": "man"}.get(one.gender, "person")


def _where(scene: Scene, asked: str) -> str:
    """The place, its time, weather and light, as far as they are not said."""
    place = scene.description or scene.place or scene.title
    said = [place] if place and not _told(place, asked) else []
    sky = [scene.time_of_day if scene.time_of_day != "day" else "", "" if scene.weather == "clear" or scene.indoors else scene.weather, scene.lighting]
    said += [text for text in sky if text and not _told(text, f"{asked} {place}")]
    return ", ".join(said)


def _told(text: str, asked: str) -> bool:
    """Whether a prompt says already what a text would add."""
    words = {word for word in _WORD.findall(text.lower()) if len(word) > 2 and word not in _SMALL}
    known = set(_WORD.findall(asked.lower()))
    return not words or sum(word in known or word.rstrip("s") in known for word in words) >= MOSTLY * len(words)


def _bare(text: str) -> str:
    """A phrase without its article and full stop."""
    return re.sub(r"^(?:an?|the|one)\s+", "", text.strip().rstrip(".,; "), flags=re.IGNORECASE)


def _sentences(parts: Sequence[str]) -> str:
    kept = [part.strip().rstrip(".,; ") for part in parts]
    return " ".join(f"{part[:1].upper()}{part[1:]}{'' if part[-1] in '!?' else '.'}" for part in dict.fromkeys(kept) if part)
