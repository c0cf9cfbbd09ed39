"""What a request asks for, resolved against the farm: styles, models, languages, pictures from outside; ready to be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import urlsplit

from farm.artifacts import Artifact
from farm.catalog import Catalog, CatalogError
from farm.outside import checked
from farm.story import ContentType, NewStory
from farm.styles import DEFAULT, builtin
from farm.types import AspectRatio, Hint, TaskKind
from gateway.call import Call
from gateway.errors import ApiError, Problem, invalid
from gateway.models.sequences import CastMember, CreateSequence, Element, Location
from gateway.models.stories import GenerateStory
from gateway.outside import Refused
from gateway.series import hints, there
from gateway.styles import chosen as chosen_style

USUAL_SECONDS = 30.0
"""How long a film is to be when nobody says."""

MODEL_FIELDS: Mapping[str, tuple[TaskKind, ...]] = {
    "analysisModels": (TaskKind.WRITE,),
    "imageModels": (TaskKind.KEYFRAME, TaskKind.PORTRAIT),
    "videoModels": (TaskKind.ANIMATE,),
    "audioModels": (TaskKind.SCORE, TaskKind.SPEAK),
}
"""What the models that a field names have to do: one of these."""


async def from_sequence(call: Call, body: CreateSequence) -> list[NewStory]:
    """One new story for each analysis model of a create request.

    Raises ApiError: 404 for an unknown style, 400 for an unknown model or a picture that we do not take.
    """
    catalog, profile = call.house.catalog, call.house.settings.profile
    style = await chosen_style(call, body.style, DEFAULT)
    writers: Sequence[str | None] = body.analysis_models or [None]
    chosen = []
    for writer in writers:
        wanted: dict[str, tuple[Sequence[TaskKind], str]] = {}
        named = {
            "analysisModels": [writer] if writer else None,
            "imageModels": body.image_models,
            "videoModels": body.video_models,
            "audioModels": body.audio_models,
        }
        for field, names in named.items():
            kinds = MODEL_FIELDS[field]
            if names:
                wanted[field] = (kinds, names[0])
                for name in names:
                    _does(catalog, field, name, kinds)
        chosen.append(_models(catalog, profile, wanted, "en"))
    characters = [await _hint(call, "characters", index, one) for index, one in enumerate(body.characters)]
    locations = [await _hint(call, "locations", index, one) for index, one in enumerate(body.locations)]
    elements = [await _element(call, index, one) for index, one in enumerate(body.elements)]
    return [
        NewStory(
            team=call.team,
            prompt=body.script,
            title=body.title,
            seconds=float(body.target_seconds or USUAL_SECONDS),
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
            burn_captions=body.burn_captions,
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
    """Write into the create request's JSON Schema which models there are, so that a caller can choose without trying."""
    for field, kinds in MODEL_FIELDS.items():
        for branch in schema["properties"][field].get("anyOf", ()):
            if branch.get("type") == "array":
                branch["items"] = {"type": "string", "enum": usable_models(catalog, kinds)}


def _models(catalog: Catalog, profile: str, wanted: Mapping[str, tuple[Sequence[TaskKind], str]], locale: str) -> dict[TaskKind, str]:
    """The model of every task kind: the profile's, the wanted ones, and for words and voice ones that know the language."""
    choice = {kind: name for kinds, name in wanted.values() for kind in kinds if name in catalog.doing(kind)}
    try:
        models = catalog.choose(profile, choice)
    except CatalogError as error:
        raise ApiError(Problem.UNAVAILABLE, f"the farm's models are not set up: {error}") from None
    for kind in (TaskKind.WRITE, TaskKind.SPEAK):
        if kind in choice:
            continue
        able = [models[kind], *[name for name in catalog.doing(kind) if catalog.serving(name)]]
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


async def _hint(call: Call, field: str, index: int, one: str | CastMember | Location) -> Hint:
    """A character or place by name, with its first reference picture."""
    if isinstance(one, str):
        return Hint(name=one)
    reference = await _picture(call, f"{field}.{index}.referenceImageUrls.0", one.reference_image_urls[0]) if one.reference_image_urls else None
    return Hint(name=one.name, description=one.description, human=one.is_human if isinstance(one, CastMember) else None, reference=reference)


async def _element(call: Call, index: int, one: Element) -> Hint:
    """A logo or product by its token, its file's name, or its address's."""
    name = one.token or PurePosixPath(one.filename or urlsplit(one.url).path).stem or "element"
    return Hint(name=name[:255], reference=await _picture(call, f"elements.{index}.url", one.url))


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
