"""What a request asks for, resolved against the farm: styles, models, languages, pictures from outside; ready to be stored."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import urlsplit

from farm.artifacts import Artifact
from farm.catalog import Catalog, CatalogError
from farm.outside import checked
from farm.specs import Hint
from farm.store.cast import Known, What
from farm.story import EXPAND_BELOW, ContentType, NewStory
from farm.styles import DEFAULT, builtin
from farm.types import AspectRatio, Character, Scene, TaskKind
from gateway.call import Call
from gateway.errors import ApiError, Problem, invalid
from gateway.models.sequences import CastMember, CreateSequence, Element, Location
from gateway.models.stories import GenerateStory
from gateway.outside import Refused
from gateway.series import hints, there
from gateway.styles import chosen as chosen_style

USUAL_SECONDS = 30.0
"""How long a film is to be when nobody says."""

_PICTURES_AT_ONCE = 3  # of one request: a decoded one can take 160 MB
_PICTURES_SECONDS = 60.0

MODEL_FIELDS: Mapping[str, tuple[TaskKind, ...]] = {
    "analysisModels": (TaskKind.WRITE,),
    "imageModels": (TaskKind.KEYFRAME, TaskKind.PORTRAIT),
    "videoModels": (TaskKind.ANIMATE,),
    "audioModels": (TaskKind.SCORE, TaskKind.SPEAK),
}
"""What the models that a field names have to do: one of these."""


async def from_sequence(call: Call, body: CreateSequence, *, heard: bool = True) -> list[NewStory]:
    """One new story for each analysis model of a create request; `heard`: a voice must know its language.

    Raises ApiError: 404 for an unknown style, 400 for an unknown model or a picture that we do not take.
    """
    catalog, profile = call.house.catalog, call.house.settings.profile
    style = await chosen_style(call, body.style, DEFAULT)
    writers: Sequence[str | None] = body.analysis_models or [None]
    chosen = []
    for writer in writers:
        wanted: dict[TaskKind, str] = {}
        named = {
            "analysisModels": [writer] if writer else None,
            "imageModels": body.image_models,
            "videoModels": body.video_models,
            "audioModels": body.audio_models,
        }
        for field, names in named.items():
            for name in names or ():
                _does(catalog, field, name, MODEL_FIELDS[field])
                wanted = {kind: name for kind in MODEL_FIELDS[field] if name in catalog.doing(kind)} | wanted  # the first that does it is used
        chosen.append(_models(catalog, profile, wanted, body.locale or "en", heard=heard))
    faces = "portraits" in catalog.models[chosen[0][TaskKind.KEYFRAME]].takes
    pictures = await _fetched(call, body)
    characters = await _hints(call, "characters", body.characters, pictures, faces=faces)
    locations = await _hints(call, "locations", body.locations, pictures)
    elements = [_element(one, pictures) for one in body.elements]
    expands = body.enhance == "always" or (body.enhance == "auto" and len(body.script.strip()) < EXPAND_BELOW)
    return [
        NewStory(
            team=call.team,
            prompt=body.script,
            title=body.title,
            seconds=float(body.target_seconds or USUAL_SECONDS) if expands else USUAL_SECONDS,  # a script that keeps its words keeps its length
            length_ordered=expands and body.target_seconds is not None,
            enhance=body.enhance,
            style=style,
            aspect=AspectRatio(body.aspect_ratio) if body.aspect_ratio else style.aspect or AspectRatio.WIDE,
            models=models,
            pools=_pools(catalog, models),
            takes=_takes(catalog, models),
            motion=body.motion,
            music=body.music,
            characters=tuple(characters),
            locations=tuple(locations),
            elements=tuple(elements),
            seed=body.seed or 0,
            locale=body.locale or "en",
            burn_captions=body.burn_captions,
            caption_look=body.caption_look,
            also=tuple(dict.fromkeys(body.also)),
            webhook_url=_webhook(body.webhook_url),
            origin="sequences",
        )
        for models in chosen
    ]


async def from_story(call: Call, body: GenerateStory) -> NewStory:
    """The new story of a generate request.

    Raises ApiError: 400 for a language that no voice speaks, 404 for an unknown series.
    """
    series = await there(call, body.series_id) if body.series_id is not None else None
    catalog, locale = call.house.catalog, body.locale or "en"
    models = _models(catalog, call.house.settings.profile, {}, locale)
    return NewStory(
        team=call.team,
        prompt=body.prompt,
        title=body.title,
        seconds=USUAL_SECONDS,
        style=builtin()[DEFAULT],
        aspect=AspectRatio(body.aspect_ratio or "9:16"),
        models=models,
        pools=_pools(catalog, models),
        takes=_takes(catalog, models),
        motion=True,
        music=True,
        render_video=bool(body.render_video),
        content_type=cast(ContentType, body.content_type or "cinematic_story"),
        locale=locale,
        series=series.id if series else None,
        characters=hints(series, f"{body.title or ''} {body.prompt}") if series else (),
        origin="stories",
    )


def _webhook(url: str | None) -> str | None:
    """An address that could be public; whether it is, is looked at whenever it is sent to."""
    try:
        return checked(url, any_port=True) if url else None
    except Refused as error:
        raise invalid("webhookUrl", str(error)) from None


def _does(catalog: Catalog, field: str, name: str, kinds: Sequence[TaskKind]) -> None:
    """Refuse a model that is not in models.yaml, does something else, or that no pool serves."""
    usable = usable_models(catalog, kinds)
    if name not in usable:
        raise invalid(field, f"there is no model {name!r} for this; there are {', '.join(usable) or 'none'}")


def usable_models(catalog: Catalog, kinds: Sequence[TaskKind]) -> list[str]:
    """The models that do one of `kinds` and that a pool serves, sorted."""
    return sorted({model for kind in kinds for model in catalog.doing(kind) if catalog.serving(model)})


def name_models(schema: dict[str, Any], catalog: Catalog) -> None:
    """Write into a request's JSON Schema which models there are, so that a caller can choose without trying."""
    for field, kinds in MODEL_FIELDS.items():
        for branch in schema["properties"].get(field, {}).get("anyOf", ()):
            if branch.get("type") == "array":
                branch["items"] = {"type": "string", "enum": usable_models(catalog, kinds)}


def _models(catalog: Catalog, profile: str, choice: Mapping[TaskKind, str], locale: str, *, heard: bool = True) -> dict[TaskKind, str]:
    """The model of every task kind: the profile's, the chosen ones, and for words and voice ones that know the language."""
    try:
        models = catalog.choose(profile, dict(choice))
    except CatalogError as error:
        raise ApiError(Problem.UNAVAILABLE, f"the farm's models are not set up: {error}") from None
    home = {pool for name in models.values() for pool in catalog.serving(name)}
    for kind in (TaskKind.WRITE, TaskKind.SPEAK):
        if kind in choice or (kind is TaskKind.SPEAK and not heard):
            continue
        # Only models of pools that this profile needs anyway: of others nobody knows whether a worker is up, and the story would wait.
        able = [models[kind], *[name for name in catalog.doing(kind) if home & set(catalog.serving(name))]]
        known = [name for name in able if speaks(catalog.models[name].locales, locale)]
        if not known:
            spoken = sorted({tag for name in able for tag in catalog.models[name].locales})
            raise invalid(
                "locale", f"{locale!r} is a language that this farm cannot {'write' if kind is TaskKind.WRITE else 'speak'}; it can {', '.join(spoken)}"
            )
        models[kind] = known[0]
    return models


def speaks(locales: Sequence[str], wanted: str) -> bool:
    """Whether a model that knows `locales` (none: any) knows `wanted`: the same tag, or the same language where either names no region."""
    tag = wanted.casefold()
    language = tag.partition("-")[0]
    return not locales or any(one.casefold() in (tag, language) for one in locales)


def _pools(catalog: Catalog, models: Mapping[TaskKind, str]) -> dict[str, tuple[str, ...]]:
    pools = {name: catalog.serving(name) for name in models.values()}
    for name, serving in pools.items():
        if not serving:
            raise ApiError(Problem.UNAVAILABLE, f"no pool of models.yaml serves the model {name!r}; add it to one")
    return pools


def _takes(catalog: Catalog, models: Mapping[TaskKind, str]) -> dict[str, tuple[str, ...]]:
    return {name: catalog.models[name].takes for name in models.values() if catalog.models[name].takes}


async def _hints(call: Call, field: What, given: Sequence[str | CastMember | Location], pictures: Mapping[str, str], *, faces: bool = False) -> list[Hint]:
    """Characters or places as they are described, or by id or name as an earlier sequence has them; an unknown name is a new one.

    `faces`: the painter takes portraits as references. Raises ApiError (404) for an id that there is not.
    """
    names = [one for one in given if isinstance(one, str)]
    known = await call.house.threads.call(call.house.store.cast.find, call.team, field, names) if names else {}
    return [_known_hint(field, one, known.get(one), faces) if isinstance(one, str) else _described_hint(one, pictures) for one in given]


def _known_hint(field: What, name: str, known: Known | None, faces: bool) -> Hint:
    if known is None:
        if _CAST_ID[field].fullmatch(name):
            raise ApiError(Problem.NOT_FOUND, f"{field}: there is no {name!r}; GET /api/v1/stories/{{id}}/{_LISTED[field]} lists those of a story")
        return Hint(name=name)
    if field == "characters":
        who = Character.model_validate(known.content)
        reference = who.reference or (known.portrait if faces else None)
        return Hint(name=who.name or name, description=who.description, human=who.human, reference=reference, references=who.references, character=who)
    place = Scene.model_validate(known.content)
    return Hint(name=place.place or place.title or name, description=place.description, reference=place.reference, references=place.references)


_CAST_ID: Mapping[What, re.Pattern[str]] = {"characters": re.compile(r"char_[0-9a-z]{26}"), "locations": re.compile(r"scene_[0-9a-z]{26}")}
_LISTED: Mapping[What, str] = {"characters": "characters", "locations": "scenes"}


def _described_hint(one: CastMember | Location, pictures: Mapping[str, str]) -> Hint:
    shas = list(dict.fromkeys(pictures[url] for url in one.reference_image_urls))
    human = one.is_human if isinstance(one, CastMember) else None
    return Hint(name=one.name, description=one.description, human=human, reference=shas[0] if shas else None, references=tuple(shas[1:]))


def _element(one: Element, pictures: Mapping[str, str]) -> Hint:
    """A logo or product by its token, its file's name, or its address's."""
    name = one.token or PurePosixPath(one.filename or urlsplit(one.url).path).stem or "element"
    return Hint(name=name[:255], reference=pictures[one.url])


async def _fetched(call: Call, body: CreateSequence) -> dict[str, str]:
    """Fetch, check and keep every picture of a request, a few at a time; address to SHA-256.

    Raises ApiError (400) naming the field of a picture that we do not take.
    """
    fields: dict[str, str] = {}
    for field, given in (("characters", body.characters), ("locations", body.locations)):
        for index, one in enumerate(given):
            if not isinstance(one, str):
                for number, url in enumerate(one.reference_image_urls):
                    fields.setdefault(url, f"{field}.{index}.referenceImageUrls.{number}")
    for index, element in enumerate(body.elements):
        fields.setdefault(element.url, f"elements.{index}.url")
    hands, kept = asyncio.Semaphore(_PICTURES_AT_ONCE), dict[str, str]()

    async def fetch(url: str, field: str) -> None:
        async with hands:
            kept[url] = await _picture(call, field, url)

    try:
        async with asyncio.timeout(_PICTURES_SECONDS), asyncio.TaskGroup() as group:
            for url, field in fields.items():
                group.create_task(fetch(url, field))
    except TimeoutError:
        late = next(field for url, field in fields.items() if url not in kept)
        raise invalid(late, f"did not come in time: all pictures of a request have {_PICTURES_SECONDS:.0f} s") from None
    except ExceptionGroup as group_of:
        raise group_of.exceptions[0] from None
    return kept


async def _picture(call: Call, field: str, url: str) -> str:
    """Fetch, check and keep a picture; its SHA-256."""
    house = call.house
    try:
        async with house.outside.picture(url) as path:
            kept: Artifact = await house.threads.call(house.artifacts.put, path, "image/png")
    except Refused as error:
        raise invalid(field, str(error)) from None
    await house.threads.call(house.store.artifacts.record, kept)
    return kept.sha
