"""Files of a model on this machine, and which of a repository's files a model needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from farm.catalog import Model

FETCHED = ("*.json", "*.txt", "*.model", "*.jinja", "LICENSE*", "NOTICE*", "README.md")
"""What is fetched of a repository besides its weights: no pickles, no code."""
SAFE = ".safetensors"


def folder(model: Model) -> Path | None:
    """Where a model's files lie here, if they do."""
    from farm.work import EngineError
    from pipelines import weights

    if model.source.folder is None and model.source.hub is None:
        return None
    try:
        return weights.find(model)
    except EngineError:
        return None


def files(place: Path) -> Iterator[Path]:
    """Every file of a model's folder, sorted, without what a hub's client keeps there for itself."""
    return (path for path in sorted(place.rglob("*")) if path.is_file() and ".cache" not in path.relative_to(place).parts)


def wanted(names: Iterable[str], *, fetch: Iterable[str] = (), parts: Mapping[str, str] | None = None, variant: str | None = None) -> list[str]:
    """Which of a repository's files are fetched, sorted.

    `fetch`: patterns that name the weights. `parts`: those of a pipeline's index, None where there is no index: only what lies in them is fetched, because many
    repositories hold the same weights in other forms beside them, at the top or in folders of their own; of each part its `variant`, or what has none, or
    else what there is. A single model's weights lie at the top.
    """
    every = sorted(names)
    small = [name for name in every if any(fnmatchcase(name, pattern) or fnmatchcase(PurePosixPath(name).name, pattern) for pattern in FETCHED)]
    if patterns := tuple(fetch):
        weights = [name for name in every if any(fnmatchcase(name, pattern) for pattern in patterns)]
    elif parts is None:
        weights = _single(every)
    else:
        folders = set(parts) or {PurePosixPath(name).parts[0] for name in every if "/" in name}
        small = [name for name in small if "/" not in name or str(PurePosixPath(name).parent) in folders]
        weights = [name for part in sorted(folders) for name in _of_part(every, part, variant)]
    return sorted({*small, *weights})


def _single(names: list[str]) -> list[str]:
    """A single model's weights: at the top; without what its maker's own program reads, where there is another form."""
    safe = [name for name in names if name.endswith(SAFE)]
    top = [name for name in safe if "/" not in name] or safe
    return [name for name in top if not name.startswith("consolidated")] or top


def _of_part(names: list[str], part: str, variant: str | None) -> list[str]:
    """A part's weights in the variant asked for, else in none, else whatever there is."""
    here = [name for name in names if str(PurePosixPath(name).parent) == part and name.endswith(SAFE)]

    def mark(name: str) -> str:
        # model.fp16.safetensors, model.fp16-00001-of-00002.safetensors, model-00001-of-00002.fp16.safetensors
        return PurePosixPath(name).name.removesuffix(SAFE).partition(".")[2].partition("-")[0]

    for asked in (variant or "", ""):
        if found := [name for name in here if mark(name) == asked]:
            return found
    return here
