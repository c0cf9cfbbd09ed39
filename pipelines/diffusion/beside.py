"""Where the weights lie that a model needs besides its own: an adapter, an upscaler; each named in `defaults` by a folder, or a hub repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from farm.catalog import Model
from farm.work import EngineError
from pipelines import weights


def folder(model: Model, said: Mapping[str, Any], what: str) -> Path:
    """The folder of `what` ("upscale", "reference"), as `defaults` says it.

    Raises EngineError (model_missing) naming it and how it is got.
    """
    if said.get("hub"):
        found = weights.snapshot(str(said["hub"]), said.get("revision"))
        if found is None:
            raise EngineError(
                f"Model {model.name!r}: {said['hub']} of defaults.{what} is not in the hub cache {weights.cache()}; fetch it: "
                f"storyfarm models pull {model.name}.",
                code="model_missing",
            )
        return found
    place = Path(str(said.get("folder") or "."))
    if not place.is_dir():
        raise EngineError(
            f"Model {model.name!r}: there is no folder {place} of defaults.{what}; put it there or mend defaults.{what}.folder.", code="model_missing"
        )
    return place
