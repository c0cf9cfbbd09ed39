"""The screenplay as a language model is asked for it: flat, every field required, things named by their names; and the way from there to a Screenplay.

Models keep names straight where they lose keys and indices; and servers in strict mode accept only objects whose every field is required.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from farm.specs import Hint, WriteSpec
from farm.types import Character, Item, Scene, Screenplay, Shot

WORDS_PER_SECOND = 2.75  # of the narrator (farm.timing)
SHOT_SECONDS = 4.6  # usual length of a shot (farm.timing)
BREATH_SECONDS = 1.1  # before and after a shot's narration (farm.timing: lead and tail)
MOST_SHOTS = 60  # in one draft: more do not fit into an answer
LONGEST_NARRATION = 600  # characters of one shot
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class BadDraft(Exception):
    """A draft of which no screenplay can be made; the message tells the model what to mend."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftCharacter(_Part):
    name: str
    noun: str = Field(description="what it is, in two or three words: lighthouse keeper, whale")
    role: Literal["protagonist", "antagonist", "supporting"]
    description: str = Field(description="what one sees: age, build, hair, clothes with colours; the same in every picture; in English")
    human: bool
    gender: Literal["female", "male", "neutral"]
    age: Literal["child", "young", "adult", "old"]


class DraftScene(_Part):
    title: str
    place: str = Field(description="the plain place, in two or three English words: foggy harbour")
    description: str = Field(description="what one sees there; in English")
    time_of_day: Literal["dawn", "morning", "day", "afternoon", "sunset", "dusk", "night"]
    weather: Literal["clear", "cloudy", "rain", "storm", "snow", "fog", "wind"]
    lighting: str
    indoors: bool


class DraftItem(_Part):
    name: str
    description: str = Field(description="what one sees; in English")
    significance: str


class DraftShot(_Part):
    title: str
    scene: str = Field(description="the title of one of the scenes")
    characters: list[str] = Field(description="names of the characters that are seen, the most important first")
    items: list[str] = Field(description="names of the items that are seen")
    narration: str = Field(description="what the narrator says, in the story's language")
    picture_prompt: str = Field(description="one English sentence that describes the picture: who, doing what, where")
    motion_prompt: str = Field(description="one English sentence that describes what moves, and how")
    action: str = Field(description="the English verb phrase shown: repairs the lamp")
    framing: Literal["wide", "medium", "close"]
    camera: Literal["push", "pull", "pan-left", "pan-right", "rise", "sink", "drift", "still"]
    mood: str


class Draft(_Part):
    title: str
    logline: str
    mood: str = Field(description="one or two English words")
    characters: list[DraftCharacter]
    scenes: list[DraftScene] = Field(min_length=1)
    items: list[DraftItem]
    shots: list[DraftShot] = Field(min_length=1, max_length=MOST_SHOTS)


def schema(shots: int | None = None) -> dict[str, Any]:
    """The draft's JSON schema; `shots`: exactly so many."""
    found = cast("dict[str, Any]", Draft.model_json_schema())
    if shots:
        found["properties"]["shots"] |= {"minItems": shots, "maxItems": shots}
    return found


LENGTHS = {"title": 80, "name": 60, "noun": 40, "place": 60, "scene": 80, "characters": 60, "items": 60, "mood": 40, "lighting": 80, "action": 100}
LONGEST_TEXT = 400  # characters of other texts
MOST = {"characters": 12, "scenes": 24, "items": 12, "shots": MOST_SHOTS}


def bounded(form: dict[str, Any]) -> dict[str, Any]:
    """The schema with bounds on every text and list: what constrained decoding needs, lest a model never ends a string.

    Not for servers: their strict modes refuse such bounds.
    """

    def visit(node: Any, name: str) -> Any:
        if isinstance(node, list):
            return [visit(item, name) for item in node]
        if not isinstance(node, dict):
            return node
        found = {
            key: {inner: visit(value, inner) for inner, value in item.items()} if key in ("properties", "$defs") else visit(item, name)
            for key, item in node.items()
        }
        if node.get("type") == "string" and "enum" not in node:
            found["maxLength"] = LONGEST_NARRATION if name == "narration" else LENGTHS.get(name, LONGEST_TEXT)
        elif node.get("type") == "array":
            found.setdefault("maxItems", MOST.get(name, 12))
        return found

    return cast("dict[str, Any]", visit(form, ""))


def budget(spec: WriteSpec) -> tuple[int, int]:
    """How many shots and how many narrated words a film of `spec.seconds` has room for."""
    shots = max(1, min(MOST_SHOTS, round(spec.seconds / SHOT_SECONDS)))
    words = max(shots * 4, round((spec.speech_seconds - shots * BREATH_SECONDS) * WORDS_PER_SECOND))
    return shots, words


def pieces(script: str, seconds: float) -> list[str]:
    """A script's own words, cut into one narration a shot: at sentences' ends where that fits, no word lost, none changed."""
    room = max(
        8, round((max(seconds, SHOT_SECONDS) / MOST_SHOTS - BREATH_SECONDS) * WORDS_PER_SECOND), round((SHOT_SECONDS - BREATH_SECONDS) * WORDS_PER_SECOND)
    )
    found: list[str] = []
    for sentence in re.findall(r"\S.*?(?:[.!?…。！？]+[\"'”’»)]*(?=\s|$)|\n\s*\n|(?<=[。！？])|$)", _clean(script), re.DOTALL):
        words = sentence.split()
        for at in range(0, len(words), room * 2):
            part = " ".join(words[at : at + room * 2])
            if found and len(found[-1].split()) + len(part.split()) <= room:
                found[-1] += " " + part
            elif part:
                found.append(part)
    while len(found) > MOST_SHOTS:  # a script longer than a draft: neighbours share a shot
        shortest = min(range(len(found) - 1), key=lambda index: len(found[index]) + len(found[index + 1]))
        found[shortest : shortest + 2] = [found[shortest] + " " + found[shortest + 1]]
    return found


def read(text: str, spec: WriteSpec, narrations: Sequence[str] | None = None) -> Screenplay:
    """The screenplay in a model's answer; `narrations` (a script's own words) take the place of what it wrote.

    Raises BadDraft saying what is wrong, in words that the model can follow.
    """
    try:
        draft = Draft.model_validate_json(_json_in(text))
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'the answer'}: {item['msg']}" for item in error.errors()[:6])
        raise BadDraft(f"The JSON is not valid: {places}.") from None
    if narrations is not None and len(draft.shots) != len(narrations):
        raise BadDraft(f"There are {len(draft.shots)} shots; there must be exactly {len(narrations)}, one for each numbered piece of the script.")
    return _screenplay(draft, spec, narrations)


def _screenplay(draft: Draft, spec: WriteSpec, narrations: Sequence[str] | None) -> Screenplay:
    characters, scenes, items = (
        _keyed([one.name for one in draft.characters]),
        _keyed([one.title for one in draft.scenes]),
        _keyed([one.name for one in draft.items]),
    )
    wrong: list[str] = []
    shots = []
    for index, shot in enumerate(draft.shots):
        scene = _found(shot.scene, scenes, only=True)
        if scene is None:
            wrong.append(f"shot {index + 1} plays in scene {shot.scene!r}, which is not among the scenes ({', '.join(one.title for one in draft.scenes)})")
        narration = narrations[index] if narrations is not None else _clean(shot.narration)
        if narrations is None and len(narration) > LONGEST_NARRATION:
            wrong.append(f"the narration of shot {index + 1} has {len(narration)} characters; {LONGEST_NARRATION} are the most")
        shots.append(
            Shot(
                index=index,
                title=_clean(shot.title),
                scene=scene or "",
                characters=_known(shot.characters, characters),
                items=_known(shot.items, items),
                narration=narration,
                picture_prompt=_clean(shot.picture_prompt),
                motion_prompt=_clean(shot.motion_prompt),
                action=_clean(shot.action),
                framing=shot.framing,
                camera=shot.camera,
                mood=_clean(shot.mood),
                seconds=max(2.5, round(len(narration.split()) / WORDS_PER_SECOND + BREATH_SECONDS, 1)),
            )
        )
    if narrations is None and not any(shot.narration for shot in shots):
        wrong.append("no shot has a narration")
    if wrong:
        raise BadDraft("The screenplay is no whole: " + "; ".join(wrong[:6]) + ".")
    return Screenplay(
        title=_clean(spec.title or draft.title)[:200],
        logline=_clean(draft.logline),
        locale=spec.locale,
        mood=_clean(draft.mood),
        characters=tuple(
            Character(
                key=key,
                name=_clean(one.name),
                noun=_clean(one.noun),
                role=one.role,
                description=_clean(one.description),
                human=one.human,
                gender=one.gender,
                age=one.age,
                reference=_reference(one.name, spec.characters),
            )
            for key, one in zip(characters.values(), draft.characters, strict=True)
        ),
        scenes=tuple(
            Scene(
                key=key,
                title=_clean(one.title),
                place=_clean(one.place),
                description=_clean(one.description),
                time_of_day=one.time_of_day,
                weather=one.weather,
                lighting=_clean(one.lighting),
                indoors=one.indoors,
                reference=_reference(one.title, spec.locations),
            )
            for key, one in zip(scenes.values(), draft.scenes, strict=True)
        ),
        items=tuple(
            Item(
                key=key,
                name=_clean(one.name),
                description=_clean(one.description),
                significance=_clean(one.significance),
                reference=_reference(one.name, spec.elements),
            )
            for key, one in zip(items.values(), draft.items, strict=True)
        ),
        shots=tuple(shots),
    )


def _json_in(text: str) -> str:
    """The outermost object in an answer: some models put words, thoughts or fences around it."""
    text = re.sub(r"<think>.*?</think>", "", text, flags=re.DOTALL)
    begin, end = text.find("{"), text.rfind("}")
    return text[begin : end + 1] if 0 <= begin < end else text


def _keyed(names: Iterable[str]) -> dict[str, str]:
    """A key for each name, in order: `{"0 Mara": "mara", …}`; the number keeps namesakes apart."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for number, name in enumerate(names):
        base = re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()).strip("-")[:60] or f"n{number + 1}"
        key, count = base, 2
        while key in taken:
            key, count = f"{base}-{count}", count + 1
        taken.add(key)
        found[f"{number} {name}"] = key
    return found


def _found(name: str, keyed: dict[str, str], *, only: bool = False) -> str | None:
    """The key of what is called so: by its whole name, else by a name that contains it or lies in it; `only`: where there is but one, it is meant."""
    wanted = _plain(name)
    if only and len(keyed) == 1:
        return next(iter(keyed.values()))
    names = {_plain(entry.partition(" ")[2]): key for entry, key in reversed(keyed.items())}
    if wanted in names:
        return names[wanted]
    return next((key for known, key in names.items() if wanted and known and (wanted in known or known in wanted)), None)


def _known(names: Iterable[str], keyed: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for name in names if (key := _found(name, keyed)) is not None))


def _reference(name: str, hints: Iterable[Hint]) -> str | None:
    return next((hint.reference for hint in hints if hint.reference and (_plain(hint.name) in _plain(name) or _plain(name) in _plain(hint.name))), None)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _clean(text: str) -> str:
    return _CONTROL.sub("", text).strip()
