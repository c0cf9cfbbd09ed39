"""Reference pictures: how a model that takes them is shown who and what must look the same. `defaults.reference` of models.yaml says how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from farm.catalog import Model
from farm.specs import KeyframeSpec, PortraitSpec
from farm.work import EngineError
from pipelines import weights
from pipelines.diffusion import beside
from pipelines.diffusion.loading import accepts

WAYS = ("image", "ip-adapter")
MOST = 4  # pictures: editing models were trained on few
ONE_PICTURE = ("QwenImageEditPipeline", "FluxKontextPipeline")
"""Pipelines that take a list of pictures for a batch, not for one prompt."""
SHORTEST_SIDE = 64  # pixels: FLUX.2 refuses less
THINNEST = 8  # times as long as wide: FLUX.2 refuses more
LONGEST_SIDE = 1024  # pixels: more shows an encoder no more


def prepare(model: Model, pipe: Any) -> None:
    """Load what references need besides the pipeline.

    Raises EngineError (bad_defaults) for a way that there is not, or that this pipeline cannot go; (model_missing) for an adapter that is not there.
    """
    if "reference" not in model.takes:
        return
    said = _said(model)
    if said["how"] == "image":
        if not accepts(pipe, "image"):
            raise EngineError(
                f"Model {model.name!r} takes references as image, but {type(pipe).__name__} takes none; correct defaults.reference in models.yaml.",
                code="bad_defaults",
            )
        return
    folder, name = _adapter(model, said)
    try:
        pipe.load_ip_adapter(
            str(folder),
            subfolder=str(said.get("subfolder", "")),
            weight_name=name,
            image_encoder_folder=said.get("encoder", "image_encoder"),
            local_files_only=True,
        )
    except (AttributeError, ValueError, OSError, KeyError, RuntimeError) as error:
        raise EngineError(f"Model {model.name!r}: its IP-Adapter does not go with {type(pipe).__name__}: {error}", code="bad_model") from error


def missing(model: Model) -> list[str]:
    """What this machine lacks to show `model` references, a sentence with its remedy each."""
    try:
        if "reference" in model.takes and (said := _said(model))["how"] == "ip-adapter":
            _adapter(model, said)
    except EngineError as error:
        return [error.message]
    return []


def _adapter(model: Model, said: Mapping[str, Any]) -> tuple[Path, str]:
    """The folder of an IP-Adapter, and its file in it."""
    folder, name = beside.folder(model, said, "reference"), str(said.get("file", ""))
    if not name.endswith(weights.SAFE) or not (folder / str(said.get("subfolder", "")) / name).is_file():
        raise EngineError(
            f"Model {model.name!r}: its IP-Adapter {name!r} is no {weights.SAFE} file in {folder}; mend defaults.reference.file.", code="model_missing"
        )
    return folder, name


def shown(model: Model, pipe: Any, spec: KeyframeSpec | PortraitSpec, files: Mapping[str, Path]) -> dict[str, Any]:
    """The call's parameters for the references among a work's files, the most important first; none for a model that takes none.

    Raises EngineError (bad_input) for a picture that cannot be read.
    """
    if "reference" not in model.takes:
        return {}
    said = _said(model)
    side = max(SHORTEST_SIDE, int(said.get("side") or LONGEST_SIDE))
    pictures = [_opened(files[role], side) for role in chosen(spec, files, int(said.get("most") or MOST))]
    if said["how"] == "image":
        alone = type(pipe).__name__ in ONE_PICTURE
        return {"image": pictures[0] if alone else pictures} if pictures else {}
    # An adapter that is loaded must be given a picture; at strength 0 it has no say.
    pipe.set_ip_adapter_scale(float(said.get("scale", 0.6)) if pictures else 0.0)
    return {"ip_adapter_image": [pictures or [Image.new("RGB", (224, 224))]]}


def given(call: Mapping[str, Any]) -> bool:
    """Whether a call shows the pipeline itself a picture."""
    return "image" in call


def chosen(spec: KeyframeSpec | PortraitSpec, files: Mapping[str, Path], most: int) -> list[str]:
    """The roles of at most `most` reference pictures, in the order of what matters: one of every character, thing and the place before anyone's second."""
    keys = [*(one.key for one in spec.characters), *(one.key for one in spec.items), spec.scene.key] if isinstance(spec, KeyframeSpec) else []

    def rank(role: str) -> tuple[int, int]:
        _, _, rest = role.partition(".")
        if not isinstance(spec, KeyframeSpec):
            return int(rest) if rest.isdigit() else 1, 0
        key, _, number = rest.rpartition(".")
        if not (number.isdigit() and key in keys):
            key, number = rest, "1"
        return int(number), keys.index(key) if key in keys else len(keys)

    return sorted((role for role in files if role.split(".")[0] == "reference"), key=rank)[:most]


def _said(model: Model) -> dict[str, Any]:
    said = model.defaults.get("reference") or {"how": "image"}
    if not isinstance(said, dict) or said.get("how") not in WAYS:
        raise EngineError(f"Model {model.name!r}: defaults.reference.how is {said!r}; there are {', '.join(WAYS)}.", code="bad_defaults")
    return said


def _opened(path: Path, side: int) -> Image.Image:
    try:
        with Image.open(path) as picture:
            found = picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise EngineError(f"The reference picture {path.name} cannot be read: {error}", code="bad_input") from error
    found.thumbnail((side, side))
    if (short := min(found.size)) < SHORTEST_SIDE:
        found = found.resize((round(found.width * SHORTEST_SIDE / short), round(found.height * SHORTEST_SIDE / short)), Image.Resampling.LANCZOS)
    if max(found.size) > THINNEST * min(found.size):
        found = ImageOps.fit(found, tuple(min(side, THINNEST * min(found.size)) for side in found.size))
    return found
