"""What `storyfarm models bench` measured of a model on a device: a file under the home, read by the workers of that home.

A profile holds for one definition of the model, one kind of device and one set of library versions; with another of them it is not found, and what
models.yaml says counts again. Seconds and bytes.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from farm.catalog import Model
from farm.types import Frozen

log = structlog.get_logger(__name__)

LIBRARIES = ("torch", "diffusers", "transformers", "torchao", "onnxruntime")
"""Whose versions decide how fast a model runs."""
WORTH_WHILE = 1.05
"""How much more work a second a larger batch must do to be taken: less is noise, and everybody in it waits for the slowest."""

SAID_ONLY: Mapping[str, Any] = {
    "title": True,
    "licence": True,
    "sale": True,
    "terms": True,
    "gated": True,
    "memory_gb": True,
    "batch": True,
    "source": {"files", "revision"},
}
"""Of a model's definition what changes nothing of how long it takes: words, and which revision it is or whether its files' hashes are written down."""


class Measured(Frozen):
    """One way of running: `batch` works of `size` ("1024x1024", or empty where there are none) in one pass."""

    size: str = ""
    batch: int = 1
    steps: int = 0
    step_seconds: float = 0.0
    run_seconds: float
    """The whole pass, once everything is warm."""
    peak_bytes: int = 0


class Word(Frozen):
    """One setting of the speed options, alone or together with others."""

    speed: dict[str, object]
    first_seconds: float = 0.0
    """The first run, compiling included."""
    run_seconds: float = 0.0
    step_seconds: float = 0.0
    peak_bytes: int = 0
    error: str = ""


class DeviceProfile(Frozen):
    """Everything measured of one model on one kind of device."""

    model: str
    device: str
    versions: dict[str, str]
    key: str
    measured_at: float
    load_seconds: float
    """In a process that has the libraries, the files in the machine's cache."""
    first_load_seconds: float = 0.0
    """The first model of its kind in a process: its libraries are loaded, too."""
    weights_bytes: int = 0
    working_bytes: int = 0
    """The most that a single work needed beside the weights."""
    park_seconds: float | None = None
    unpark_seconds: float | None = None
    measured: tuple[Measured, ...] = ()
    words: tuple[Word, ...] = ()

    def best_batch(self, width: int = 0, height: int = 0) -> int:
        """How many works of this size pay in one pass: the smallest batch that no larger one beats by WORTH_WHILE; of other sizes the nearest larger counts."""
        area = width * height
        sizes = {one.size: _area(one.size) for one in self.measured}
        fitting = [size for size in sizes if sizes[size] >= area] if area else list(sizes)
        if not fitting:
            return 1  # larger than what was measured: nobody knows whether it fits
        size = min(fitting, key=lambda one: sizes[one])
        best, rate = 1, 0.0
        for one in sorted((one for one in self.measured if one.size == size), key=lambda one: one.batch):
            if one.run_seconds > 0 and one.batch / one.run_seconds > rate * (WORTH_WHILE if rate else 1.0):
                best, rate = one.batch, one.batch / one.run_seconds
        return best

    def seconds(self, width: int = 0, height: int = 0) -> float | None:
        """How long one work of this size takes by itself, from the nearest size measured and in proportion to the area; None when nothing was."""
        alone = [one for one in self.measured if one.batch == 1]
        if not alone:
            return None
        area = width * height
        near = min(alone, key=lambda one: abs(_area(one.size) - area))
        return near.run_seconds * (area / _area(near.size) if area and _area(near.size) else 1.0)

    def step_seconds(self) -> float | None:
        """The slowest step of a work by itself, for deadlines; None when there were no steps."""
        return max((one.step_seconds for one in self.measured if one.batch == 1 and one.step_seconds > 0), default=None)


def versions() -> dict[str, str]:
    """Versions of the installed libraries that decide how fast a model runs."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def key(model: Model, device: str, with_versions: Mapping[str, str]) -> str:
    """What a profile of `model` on a device of this title is known by: changes with the model's definition and the libraries."""
    decides = model.model_dump(mode="json", exclude=SAID_ONLY)
    said = json.dumps([decides, device, dict(sorted(with_versions.items()))], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def folder(home: Path) -> Path:
    """Where profiles lie under a home."""
    return home / "profiles"


def save(home: Path, profile: DeviceProfile) -> Path:
    """Write a profile, whole or not at all; gives its file."""
    path = folder(home) / f"{profile.model}.{profile.key}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(profile.model_dump_json(indent=1), encoding="utf-8")
    partial.replace(path)
    return path


def find(home: Path, model: Model, device: str) -> DeviceProfile | None:
    """The profile of `model` on a device of this title with the libraries installed here, if it was measured; one that cannot be read is as none."""
    wanted = key(model, device, versions())
    path = folder(home) / f"{model.name}.{wanted}.json"
    try:
        found = DeviceProfile.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("profile cannot be read and is left out; measure again: storyfarm models bench", file=str(path), error=str(error).splitlines()[0])
        return None
    return found if found.key == wanted else None


def _area(size: str) -> int:
    width, cross, height = size.partition("x")
    return int(width) * int(height) if cross and width.isdigit() and height.isdigit() else 0
