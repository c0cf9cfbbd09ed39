"""Prompts for pictures, from what a shot or a portrait specifies. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from farm.specs import KeyframeSpec, PortraitSpec
from farm.types import Character, Scene

FRAMINGS = {"wide": "wide shot", "medium": "medium shot", "close": "close-up"}


def keyframe(spec: KeyframeSpec) -> str:
    """The shot's prompt, then who, what and where, in the same words at every shot: the most important first, for encoders that read little."""
    asked = spec.prompt.strip()
    parts = [asked, FRAMINGS[spec.shot.framing]]
    parts += [text for one in spec.characters if (text := _who(one)) and text.lower() not in asked.lower()]
    parts += [one.description for one in spec.items if one.description and one.description.lower() not in asked.lower()]
    parts += [text for text in (_where(spec.scene), spec.mood) if text and text.lower() not in asked.lower()]
    return _joined(parts)


def portrait(spec: PortraitSpec) -> str:
    """One character, place or thing by itself, in the story's style."""
    if spec.character is not None:
        parts = ["portrait of " + (_who(spec.character) or spec.character.name), "looking at the viewer, plain background"]
    elif spec.scene is not None:
        parts = [_where(spec.scene) or spec.scene.title, "empty of people"]
    elif spec.item is not None:
        parts = [spec.item.description or spec.item.name, "single object, plain background"]
    else:
        parts = []
    return _joined([*parts, spec.style.prompt])


def _who(one: Character) -> str:
    """What one would see of a character."""
    if one.description:
        return one.description
    look = [f"{value} {thing}" for thing, value in one.look.items()]
    noun = one.noun or one.name
    return ", ".join([f"{one.age} {noun}" if one.human and one.age != "adult" else noun, *look])


def _where(scene: Scene) -> str:
    place = scene.description or scene.place or scene.title
    weather = "" if scene.weather == "clear" or scene.indoors else scene.weather
    return _joined([place, "" if scene.time_of_day == "day" else scene.time_of_day, weather, scene.lighting])


def _joined(parts: Iterable[str]) -> str:
    seen: dict[str, str] = {}
    for part in (part.strip().rstrip(".,") for part in parts):
        if part:
            seen.setdefault(part.lower(), part)
    return ", ".join(seen.values())
