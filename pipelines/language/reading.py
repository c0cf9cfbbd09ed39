"""From a model's answer to a Screenplay: the JSON found among thoughts and fences, names made keys, times reckoned. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from farm.specs import Hint, WriteSpec
from farm.types import Character, Item, Scene, Screenplay, Shot
from pipelines.language import lengths
from pipelines.language.cutting import Piece
from pipelines.language.draft import LONGEST_NARRATION, Draft, DraftShot, Script

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_THOUGHTS = re.compile(
    r"<(think|thinking|thought|reasoning|seed:think)>.*?(?:</\1>|$)|\[THINK\].*?(?:\[/THINK\]|$)|<\|channel\|>(?:analysis|commentary).*?(?:<\|end\|>|$)",
    re.DOTALL | re.IGNORECASE,
)
_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning|seed:think)>|\[/THINK\]|<\|channel\|>final<\|message\|>", re.IGNORECASE)
SHORTEST_SHOT = 2.5  # seconds
_TRIES = 40  # places in an answer where an object may begin
_Form = TypeVar("_Form", bound=BaseModel)


class BadDraft(Exception):
    """A draft of which no screenplay can be made; the message tells the model what to mend."""


def read(text: str, spec: WriteSpec, own: Sequence[Piece] | None = None) -> Screenplay:
    """The screenplay in a model's answer; `own` (a script's own words) is what is spoken, and by whom, whatever it wrote.

    Raises BadDraft saying what is wrong, in words that the model can follow.
    """
    if spec.script_only:
        return _script(_parsed(text, Script), spec)
    draft = _parsed(text, Draft)
    return _screenplay(draft, spec, _spoken(draft.shots, own) if own is not None else None)


def without_thoughts(text: str) -> str:
    """An answer without what the model thought aloud before it, also while it still thinks."""
    text = _THOUGHTS.sub("", text)
    *_, last = _THOUGHT.split(text)  # templates that open the thoughts themselves leave only their end
    return last


def _parsed(text: str, form: type[_Form]) -> _Form:
    try:
        return form.model_validate(_object(text))
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'the answer'}: {item['msg']}" for item in error.errors()[:6])
        raise BadDraft(f"The JSON is not valid: {places}.") from None


def _object(text: str) -> dict[str, Any]:
    """The object with shots in an answer: some models put words, thoughts, fences or a wrapping object around it."""
    found: list[dict[str, Any]] = []
    problem = "it has no object"
    for answer in dict.fromkeys((without_thoughts(text), text)):
        at = answer.find("{")
        for _ in range(_TRIES):
            if at < 0:
                break
            try:
                value, end = json.JSONDecoder(strict=False).raw_decode(answer, at)
            except (ValueError, RecursionError) as error:
                if problem == "it has no object":
                    problem = str(error)
                end = at + 1
            else:
                found += [value, *(inner for inner in value.values() if isinstance(inner, dict))]
            at = answer.find("{", end)
        whole = next((one for one in found if isinstance(one.get("shots"), list)), None)
        if whole is not None:
            return whole
    if found:
        return found[0]
    raise BadDraft(f"The JSON is not valid: {problem}. Answer with the JSON object alone.")


def _spoken(shots: Sequence[DraftShot], own: Sequence[Piece]) -> list[tuple[Piece, DraftShot]]:
    """Each piece of the script with its shot: by order where there are as many, else by number."""
    if len(shots) == len(own):
        return list(zip(own, shots, strict=True))
    numbered = {shot.piece: shot for shot in reversed(shots)}
    missing = [number for number in range(1, len(own) + 1) if number not in numbered]
    if missing:
        named = ", ".join(map(str, missing[:12])) + (" …" if len(missing) > 12 else "")
        raise BadDraft(f"There are {len(shots)} shots; there must be exactly {len(own)}, one for each numbered piece of the script. No shot has piece {named}.")
    return [(piece, numbered[number]) for number, piece in enumerate(own, 1)]


def _script(draft: Script, spec: WriteSpec) -> Screenplay:
    """The words alone: scenes are paragraphs, nobody and nothing is shown."""
    # By what the shots call them, whether they were announced or not: so paragraphs are where they were while it was told (`telling.so_far`).
    titles = list(dict.fromkeys(shot.scene for shot in draft.shots))
    scenes = dict(zip(titles, _keyed(titles).values(), strict=True))
    shots = [Shot(index=index, scene=scenes[shot.scene], narration=_narrated(shot.narration, index)) for index, shot in enumerate(draft.shots)]
    if not any(shot.narration for shot in shots):
        raise BadDraft("No shot has a narration.")
    return Screenplay(
        title=clean(spec.title or draft.title)[:200],
        locale=spec.locale,
        scenes=tuple(Scene(key=key, title=clean(title)) for title, key in scenes.items()),
        shots=tuple(_timed(shot) for shot in shots),
    )


def _screenplay(draft: Draft, spec: WriteSpec, spoken: Sequence[tuple[Piece, DraftShot]] | None) -> Screenplay:
    characters, scenes, items = (
        _keyed([one.name for one in draft.characters]),
        _keyed([one.title for one in draft.scenes]),
        _keyed([one.name for one in draft.items]),
    )
    wrong: list[str] = []
    shots = []
    for index, (piece, shot) in enumerate(spoken if spoken is not None else [(None, shot) for shot in draft.shots]):
        scene = _found(shot.scene, scenes, only=True)
        if scene is None:
            wrong.append(f"shot {index + 1} plays in scene {shot.scene!r}, which is not among the scenes ({', '.join(one.title for one in draft.scenes)})")
        shots.append(
            _timed(
                Shot(
                    index=index,
                    title=clean(shot.title),
                    scene=scene or "",
                    characters=_known(shot.characters, characters),
                    items=_known(shot.items, items),
                    narration=piece.text if piece is not None else _narrated(shot.narration, index),
                    speaker=(_found(piece.speaker, characters) or "") if piece is not None and piece.speaker else "",
                    picture_prompt=clean(shot.picture_prompt),
                    motion_prompt=clean(shot.motion_prompt),
                    action=clean(shot.action),
                    framing=shot.framing,
                    camera=shot.camera,
                    mood=clean(shot.mood),
                )
            )
        )
    if not any(shot.narration for shot in shots):
        wrong.append("no shot has a narration")
    if wrong:
        raise BadDraft("The screenplay is no whole: " + "; ".join(wrong[:6]) + ".")
    return Screenplay(
        title=clean(spec.title or draft.title)[:200],
        logline=clean(draft.logline),
        locale=spec.locale,
        mood=clean(draft.mood),
        characters=tuple(
            Character(
                key=key,
                name=clean(one.name),
                noun=clean(one.noun),
                role=one.role,
                description=clean(one.description),
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
                title=clean(one.title),
                place=clean(one.place),
                description=clean(one.description),
                time_of_day=one.time_of_day,
                weather=one.weather,
                lighting=clean(one.lighting),
                indoors=one.indoors,
                reference=_reference(one.title, spec.locations),
            )
            for key, one in zip(scenes.values(), draft.scenes, strict=True)
        ),
        items=tuple(
            Item(
                key=key,
                name=clean(one.name),
                description=clean(one.description),
                significance=clean(one.significance),
                reference=_reference(one.name, spec.elements),
            )
            for key, one in zip(items.values(), draft.items, strict=True)
        ),
        shots=tuple(shots),
    )


def _narrated(text: str, index: int) -> str:
    narration = clean(text)
    if len(narration) > LONGEST_NARRATION:
        raise BadDraft(f"The narration of shot {index + 1} has {len(narration)} characters; {LONGEST_NARRATION} are the most. Spread it over several shots.")
    return narration


def _timed(shot: Shot) -> Shot:
    return shot.model_copy(update={"seconds": round(max(SHORTEST_SHOT, lengths.shot(shot.narration)), 1)})


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
    wanted = plain(name)
    if only and len(keyed) == 1:
        return next(iter(keyed.values()))
    names = {plain(entry.partition(" ")[2]): key for entry, key in reversed(keyed.items())}
    if wanted in names:
        return names[wanted]
    return next((key for known, key in names.items() if wanted and known and (wanted in known or known in wanted)), None)


def _known(names: Iterable[str], keyed: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for name in names if (key := _found(name, keyed)) is not None))


def _reference(name: str, hints: Iterable[Hint]) -> str | None:
    return next((hint.reference for hint in hints if hint.reference and (plain(hint.name) in plain(name) or plain(name) in plain(hint.name))), None)


def plain(name: str) -> str:
    """A name as it is compared: without case, and with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def clean(text: str) -> str:
    """A text without what no database keeps, and without space around it."""
    return _CONTROL.sub("", text).strip()
