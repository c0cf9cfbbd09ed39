"""The screenplay as a language model is asked for it: flat, every field required, things named by their names.

Models keep names straight where they lose keys and indices; and servers in strict mode accept only objects whose every field is required.
"""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from pipelines.language.cutting import MOST_SHOTS

LONGEST_NARRATION = 600  # characters of one shot
Form = Literal["film", "pictures", "script"]
"""What is asked for: a whole film; pictures for a script whose words stand; or the words alone, which somebody waits to read."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")  # models without constraints add fields of their own


class DraftCharacter(_Part):
    name: str
    noun: str = Field(description="what it is, in two or three English words: lighthouse keeper, grey whale")
    role: Literal["protagonist", "antagonist", "supporting"]
    description: str = Field(
        description="English, at most 25 words, only what is seen and never changes: apparent age, build, skin or fur, hair, each garment with its colour"
    )
    human: bool
    gender: Literal["female", "male", "neutral"]
    age: Literal["child", "young", "adult", "old"]


class DraftScene(_Part):
    title: str
    place: str = Field(description="the plain place in two or three English words: foggy harbour")
    description: str = Field(description="English, at most 20 words: what one sees there, with materials and colours")
    time_of_day: Literal["dawn", "morning", "day", "afternoon", "sunset", "dusk", "night"]
    weather: Literal["clear", "cloudy", "rain", "storm", "snow", "fog", "wind"]
    lighting: str = Field(description="English, at most 8 words: where the light comes from, and its colour")
    indoors: bool


class DraftItem(_Part):
    name: str
    description: str = Field(description="English, at most 15 words: what one sees")
    significance: str


class DraftShot(_Part):
    piece: int = Field(0, description="the number of the piece of the script that is spoken over this shot")
    scene: str = Field(description="the title of one of the scenes")
    title: str
    narration: str = Field("", description="what the narrator says over this shot, in the film's language")
    characters: list[str] = Field(description="names of the characters that are seen, the most important first")
    items: list[str] = Field(description="names of the items that are seen")
    picture_prompt: str = Field(description="English, 15 to 35 words, understandable by itself: who does what where, as seen in this one moment")
    motion_prompt: str = Field(description="English, 8 to 20 words: what moves in these few seconds, and how")
    action: str = Field(description="English verb phrase of what is shown: repairs the lamp")
    framing: Literal["wide", "medium", "close"]
    camera: Literal["push", "pull", "pan-left", "pan-right", "rise", "sink", "drift", "still"]
    mood: str = Field(description="one or two English words")


class Draft(_Part):
    title: str
    logline: str
    mood: str = Field(description="one or two English words, for the music")
    characters: list[DraftCharacter]
    scenes: list[DraftScene] = Field(min_length=1)
    items: list[DraftItem]
    shots: list[DraftShot] = Field(min_length=1, max_length=MOST_SHOTS)


class ScriptScene(_Part):
    title: str


class ScriptShot(_Part):
    scene: str = Field(description="the title of one of the scenes")
    narration: str = Field(description="what the narrator says")


class Script(_Part):
    title: str
    scenes: list[ScriptScene] = Field(min_length=1)
    shots: list[ScriptShot] = Field(min_length=1, max_length=MOST_SHOTS)


_LEFT_OUT: dict[Form, tuple[str, ...]] = {"film": ("piece",), "pictures": ("narration",), "script": ()}


def schema(form: Form) -> dict[str, Any]:
    """The JSON schema of an answer, within what every server's strict mode takes.

    One object without references, every field required, nothing else allowed, and no bounds: OpenAI's and Azure's strict modes refused those for long, and
    llama.cpp multiplies a list's bound by the rules inside it and gives up at 2,000.
    """
    whole = (Script if form == "script" else Draft).model_json_schema()
    return cast("dict[str, Any]", _strict(whole, whole.get("$defs", {}), _LEFT_OUT[form]))


def _strict(node: Any, parts: dict[str, Any], left_out: tuple[str, ...]) -> Any:
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _strict(parts[node["$ref"].rpartition("/")[2]], parts, left_out)
    kept = {key: node[key] for key in ("type", "enum", "description") if key in node}
    if "items" in node:
        kept["items"] = _strict(node["items"], parts, left_out)
    if "properties" in node:
        kept["properties"] = {name: _strict(value, parts, left_out) for name, value in node["properties"].items() if name not in left_out}
        kept |= {"required": list(kept["properties"]), "additionalProperties": False}
    return kept


LENGTHS = {"title": 80, "name": 60, "noun": 40, "place": 60, "scene": 80, "characters": 60, "items": 60, "mood": 40, "lighting": 80, "action": 100}
LONGEST_TEXT = 400  # characters of other texts
MOST = {"characters": 12, "scenes": 24, "items": 12, "shots": MOST_SHOTS}


def bounded(form: dict[str, Any], shots: int | None = None) -> dict[str, Any]:
    """The schema with bounds on every text, list and number: what constrained decoding needs, lest a model never ends a string; `shots`: exactly so many."""

    def visit(node: dict[str, Any], name: str) -> dict[str, Any]:
        found = dict(node)
        if "properties" in node:
            found["properties"] = {key: visit(value, key) for key, value in node["properties"].items()}
        if "items" in node:
            found["items"] = visit(node["items"], name)
            found["maxItems"] = MOST.get(name, 12)
            if name in ("scenes", "shots"):
                found["minItems"] = 1
        if node.get("type") == "string" and "enum" not in node:
            found["maxLength"] = LONGEST_NARRATION if name == "narration" else LENGTHS.get(name, LONGEST_TEXT)
        elif node.get("type") == "integer":
            found |= {"minimum": 1, "maximum": MOST_SHOTS}
        return found

    whole = visit(form, "")
    if shots:
        whole["properties"]["shots"] |= {"minItems": shots, "maxItems": shots}
    return whole
