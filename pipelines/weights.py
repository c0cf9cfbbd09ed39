"""Where a model's weights lie on this machine: a folder, or a snapshot in the standard hub cache. Nothing is fetched here."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterable
from pathlib import Path

from farm.catalog import Model
from farm.work import EngineError

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Endings of weights that run code when they are read."""
SAFE = ".safetensors"
WEIGHTLESS = ("Tokenizer", "TokenizerFast", "Scheduler", "Processor", "FeatureExtractor", "ImageProcessorFast")
"""How classes of parts end that have no weights."""
LIBRARIES = frozenset({"diffusers", "transformers"})
"""What a pipeline's parts may come from; anything else would be code that travels with the weights."""


def lacking(packages: Iterable[str]) -> list[str]:
    """A sentence that names the Python packages which are not installed here; none when they all are."""
    absent = [name for name in packages if importlib.util.find_spec(name) is None]
    if not absent:
        return []
    which = f"package {absent[0]} is" if len(absent) == 1 else f"packages {', '.join(absent)} are"
    return [f"The Python {which} not installed; install the gpu extra: pip install 'storyfarm[gpu]'."]


def missing(model: Model, index: str) -> list[str]:
    """What is not there of `model`, a sentence each with its remedy; `index` is the file that every such folder has."""
    try:
        folder = find(model)
    except EngineError as error:
        return [error.message]
    if not (folder / index).is_file():
        return [
            f"{folder} has no {index}: it is not whole, or not a model of this kind; run `storyfarm models pull {model.name}` or mend source in models.yaml."
        ]
    if lost := incomplete(folder):
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        again = f"run `storyfarm models pull {model.name}`: what is there is kept" if model.source.hub is not None else "copy it there"
        return [f"{folder} lacks {lost[0]}{more}: fetching or copying it was broken off; {again}."]
    return []


def incomplete(folder: Path) -> list[str]:
    """Which files a folder's own indexes name and it has not, sorted: shards of weights, and the weights of a pipeline's parts.

    A folder may hold the same weights in several forms, of which only one was fetched: one of them whole is enough.
    """
    lost: list[str] = []
    for part in (folder, *sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))):
        names = {path.name for path in part.iterdir()}
        shards = {name: found for name in names if name.endswith(".json") and ".index" in name and (found := _shards(part / name))}
        if not shards or any(found <= names for found in shards.values()):
            continue
        if names & {name for name in names if name.endswith(SAFE)} - set().union(*shards.values()):
            continue  # another form, in one piece
        wanted = min(shards.values(), key=lambda found: (len(found - names), sorted(found)))
        lost += [(part / name).relative_to(folder).as_posix() for name in wanted - names]
    heavy = [name for name, kind in parts(folder).items() if not kind.endswith(WEIGHTLESS)]  # some pipelines make their scheduler themselves
    for name in heavy:
        there = [path.name for path in (folder / name).iterdir()] if (folder / name).is_dir() else []
        if not there:
            lost.append(f"{name}/")
        elif "config.json" in there and not any(file.endswith((SAFE, *PICKLES)) or ".index" in file for file in there):
            lost.append(f"{name}/*{SAFE}")
    return sorted(lost)


def parts(folder: Path) -> dict[str, str]:
    """The parts that a folder's model_index.json says its pipeline is made of, name to class; none where that cannot be read."""
    try:
        return parts_named(json.loads((folder / "model_index.json").read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, ValueError):
        return {}


def parts_named(index: object) -> dict[str, str]:
    """The parts in a model_index.json that was read, name to class: its pairs of a library and a class, unless they are null."""
    if not isinstance(index, dict):
        return {}
    pairs = {part: entry for part, entry in index.items() if isinstance(entry, list) and len(entry) == 2}
    return {part: entry[1] for part, entry in pairs.items() if all(isinstance(word, str) for word in entry)}


def _shards(path: Path) -> set[str]:
    """The files that an index of weights names; none where it cannot be read or is of another kind."""
    try:
        named = json.loads(path.read_text(encoding="utf-8"))["weight_map"].values()
        return {name for name in named if isinstance(name, str) and name.endswith(SAFE) and "/" not in name}
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError):
        return set()


def find(model: Model) -> Path:
    """The folder with the weights of `model`.

    Raises EngineError (model_missing) saying where they were looked for and how to get them.
    """
    source = model.source
    if source.folder is not None:
        if not source.folder.is_dir():
            raise EngineError(
                f"There is no folder {source.folder} with the weights of model {model.name!r}; put them there or mend source.folder.", code="model_missing"
            )
        return source.folder
    if source.hub is not None:
        found = snapshot(source.hub, source.revision)
        if found is None:
            pinned = f" at revision {source.revision}" if source.revision else ""
            raise EngineError(f"{source.hub}{pinned} is not in the hub cache {cache()}; fetch it: storyfarm models pull {model.name}.", code="model_missing")
        return found
    raise EngineError(f"Model {model.name!r} names no weights; give it a source with folder: or hub: in models.yaml.", code="model_missing")


def cache() -> Path:
    """The standard hub cache, as HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME have it."""
    if path := os.environ.get("HF_HUB_CACHE"):
        return Path(path).expanduser()
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(home).expanduser() / "hub"


def snapshot(repository: str, revision: str | None) -> Path | None:
    """The folder of a repository's snapshot in the cache (branch, tag or commit; the main branch by default), if it is there."""
    base = cache() / f"models--{repository.replace('/', '--')}"
    wanted = revision or "main"
    reference = base / "refs" / wanted
    try:
        commit = reference.read_text(encoding="ascii").strip() if reference.is_file() else wanted
    except (OSError, UnicodeDecodeError):
        return None
    found = base / "snapshots" / commit
    return found if found.is_dir() else None


def refuse_unsafe(model: Model, folder: Path) -> None:
    """Refuse a folder whose weights or parts would run code of their own when loaded.

    Raises EngineError (unsafe_weights) naming the file.
    """
    for part in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        names = [path.name for path in part.iterdir()]
        pickles = [name for name in names if name.endswith(PICKLES)]
        if pickles and not any(name.endswith(SAFE) for name in names):
            raise EngineError(
                f"Model {model.name!r} has {part.name}/{pickles[0]} and no {SAFE} file beside it: only safetensors are loaded; "
                "convert it or take a source that has them.",
                code="unsafe_weights",
            )


def pipeline_class(model: Model, folder: Path) -> str:
    """The class that a pipeline's model_index.json names, after a look at where its parts come from.

    Raises EngineError (bad_model) for an index that cannot be read, (unsafe_weights) for parts that bring code of their own.
    """
    path = folder / "model_index.json"
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        name = index["_class_name"]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"Model {model.name!r}: {path} cannot be read as a pipeline's index ({error!r}); pull it again.", code="bad_model") from error
    if not isinstance(name, str):
        raise EngineError(
            f"Model {model.name!r} brings a pipeline class of its own ({name!r}); code that comes with weights is not run.", code="unsafe_weights"
        )
    for part, entry in index.items():
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str):
            library = entry[0]
            if library not in LIBRARIES and (folder / part / f"{library}.py").exists():
                raise EngineError(f"Model {model.name!r}: its part {part!r} brings code of its own ({library}.py), which is not run.", code="unsafe_weights")
    return name
