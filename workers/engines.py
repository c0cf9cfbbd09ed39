"""Which class runs which engine of models.yaml; modules are imported in the slot, when an engine is first needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from farm import settings
from pipelines.engine import Engine

ENGINES: dict[str, str] = {
    "screenwriter": "pipelines.screenwriter.engine:Screenwriter",
    "illustrator": "pipelines.illustrator.engine:Illustrator",
    "camera": "pipelines.camera.engine:Camera",
    "voice": "pipelines.voice.engine:Voice",
    "transformers-speech": "pipelines.speech.local:TransformersSpeech",
    "kokoro": "pipelines.speech.kokoro:Kokoro",
    "transformers-music": "pipelines.music.local:TransformersMusic",
    "diffusion-music": "pipelines.music.diffusing:DiffusionMusic",
    "score": "pipelines.score.engine:Score",
    "composer": "render.engine:Composer",
    "openai-compatible": "pipelines.language.server:OpenAICompatible",
    "transformers-language": "pipelines.language.local:TransformersLanguage",
    "diffusion-picture": "pipelines.diffusion.pictures:DiffusionPicture",
    "diffusion-video": "pipelines.diffusion.video:DiffusionVideo",
}


def table(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The engines of this house and those that the operator adds: STORYFARM_ENGINES="name=module:Class,name=module:Class".

    Raises SettingsError for an entry that is not of that form.
    """
    return {**ENGINES, **settings.engines(environment)}


def engine_class(name: str, engines: Mapping[str, str] | None = None) -> type[Engine]:
    """Import the class of the engine `name` of `engines` (default: `table()`).

    Raises ValueError when there is no such engine or it is not an Engine, ImportError when it cannot be imported.
    """
    known = table() if engines is None else engines
    if name not in known:
        raise ValueError(f"no engine {name!r}; there are {', '.join(sorted(known))}")
    module, _, attribute = known[name].partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ImportError(f"engine {name!r} ({known[name]}) cannot be imported: {error}; `storyfarm doctor` says what to install") from error
    if not (isinstance(found, type) and issubclass(found, Engine)):
        raise ValueError(f"engine {name!r}: {known[name]} is not a subclass of pipelines.engine.Engine")
    return found
