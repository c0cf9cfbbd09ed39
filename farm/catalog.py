"""models.yaml as data: which models there are, what each can do, and which pools and profiles use them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from farm.types import TaskKind

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class CatalogError(Exception):
    """models.yaml cannot be used; the message names the file, the place in it, the value and the remedy."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Entry):
    """Where a model's weights are: inside a Python package, in a folder, or in a hub repository at a pinned revision."""

    package: str | None = None
    folder: Path | None = None
    hub: str | None = None
    revision: str | None = None
    files: dict[str, str] = {}  # file name to SHA-256
    fetch: tuple[str, ...] = ()  # what `models pull` fetches of a repository, as patterns; empty: what its engine usually needs

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if sum(place is not None for place in (self.package, self.folder, self.hub)) > 1:
            raise ValueError("a source is one of package, folder or hub")
        return self


class Model(_Entry):
    """One model: what it does, what runs it, what it needs, takes and gives."""

    name: Name
    title: str = ""
    tasks: Annotated[tuple[TaskKind, ...], Field(min_length=1)]
    engine: Name
    version: str = "1"  # part of every task key: raise it when the same input would give another result
    source: Source = Source()
    licence: str = "unknown"
    sale: Literal["yes", "limited", "no"] | None = None  # whether films made with it may be sold; none: nobody looked
    terms: str = ""  # the clause of the licence that matters to a film farm: revenue, place, registration, what a film must say
    gated: bool = False  # its page asks to accept the licence, and fetching it takes a token
    device: Literal["cpu", "cuda"] = "cpu"
    memory_gb: float = 0.5
    locales: tuple[str, ...] = ()  # empty: any
    sizes: tuple[str, ...] = ()  # "1280x720"; empty: any
    max_frames: int | None = None
    takes: tuple[str, ...] = ()  # e.g. picture, layers, reference
    gives: tuple[str, ...] = ()  # e.g. picture, layers, clip, sound
    defaults: dict[str, Any] = {}
    speed: dict[str, Any] = {}
    batch: Annotated[int, Field(ge=1, le=64)] | None = None  # most works in one pass; none: as measured here by `storyfarm models bench`

    @field_validator("sale", mode="before")
    @classmethod
    def _yaml_reads_yes_as_true(cls, value: object) -> object:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    def further(self) -> tuple[Source, ...]:
        """Hub repositories that `defaults` names besides the model's own: a recogniser, an upscaler, an adapter."""
        found: dict[tuple[str, str | None], Source] = {}

        def visit(value: Any) -> None:
            if isinstance(value, dict):
                if isinstance(hub := value.get("hub"), str):
                    kept = {key: value[key] for key in ("hub", "revision", "fetch", "files") if value.get(key) is not None}
                    source = Source.model_validate(kept)
                    found.setdefault((hub, source.revision), source)
                for inner in value.values():
                    visit(inner)
            elif isinstance(value, list | tuple):
                for inner in value:
                    visit(inner)

        visit(self.defaults)
        return tuple(found.values())


class Pool(_Entry):
    """Workers of one kind: the models they serve, and the class of device they sit on."""

    name: Name
    models: Annotated[tuple[Name, ...], Field(min_length=1)]
    device: Literal["cpu", "cuda"] = "cpu"
    memory_gb: float | None = None  # of one device, at least; which pools may take what was too big for others


class Profile(_Entry):
    """Which model does which task where a request names none."""

    name: Name
    models: dict[TaskKind, Name]


class Catalog(_Entry):
    """The whole of models.yaml, validated."""

    models: dict[str, Model]
    pools: dict[str, Pool]
    profiles: dict[str, Profile]

    @model_validator(mode="after")
    def _names_exist(self) -> Catalog:
        for pool in self.pools.values():
            for name in pool.models:
                if name not in self.models:
                    raise ValueError(f"pool {pool.name!r} serves model {name!r}, which is not under models: ({', '.join(sorted(self.models))})")
        for profile in self.profiles.values():
            for kind, name in profile.models.items():
                if name not in self.models:
                    raise ValueError(f"profile {profile.name!r} uses model {name!r} for {kind}, which is not under models: ({', '.join(sorted(self.models))})")
                if kind not in self.models[name].tasks:
                    raise ValueError(f"profile {profile.name!r} uses model {name!r} for {kind}, but it does {', '.join(self.models[name].tasks)}")
        return self

    def serving(self, model: str) -> tuple[str, ...]:
        """Names of the pools that serve `model`, sorted."""
        return tuple(sorted(pool.name for pool in self.pools.values() if model in pool.models))

    def doing(self, kind: TaskKind) -> tuple[str, ...]:
        """Names of the models that do `kind`, sorted."""
        return tuple(sorted(model.name for model in self.models.values() if kind in model.tasks))

    def choose(self, profile: str, wanted: dict[TaskKind, str] | None = None) -> dict[TaskKind, str]:
        """The model for each task kind: the wanted ones, else the profile's.

        Raises CatalogError for a profile or model that does not exist, or a model that does not do that task.
        """
        if profile not in self.profiles:
            raise CatalogError(f"no profile {profile!r} in models.yaml; it has {', '.join(sorted(self.profiles))}")
        chosen = dict(self.profiles[profile].models)
        for kind, name in (wanted or {}).items():
            if name not in self.models or kind not in self.models[name].tasks:
                raise CatalogError(f"no model {name!r} for {kind}; models.yaml has {', '.join(self.doing(kind)) or 'none'}")
            chosen[kind] = name
        return chosen


def load(path: Path) -> Catalog:
    """Read and validate models.yaml.

    Raises CatalogError naming the file, the place in it, the value and what would be right.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogError(f"{path}: there is no such file; set STORYFARM_MODELS to a models.yaml") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise CatalogError(f"{path}: is not YAML: {error}") from None
    if not isinstance(raw, dict):
        raise CatalogError(f"{path}: expected a mapping with models, pools and profiles, found {type(raw).__name__}")
    try:
        return Catalog.model_validate({key: _named(raw.get(key)) for key in ("models", "pools", "profiles")})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']} (found {_short(item['input'])})" for item in error.errors())
        raise CatalogError(f"{path}: {problems}. Mend these places; docs/models.md describes every field") from None


def _named(section: object) -> object:
    """Give each entry of a mapping its key as its name."""
    if not isinstance(section, dict):
        return section
    return {key: {"name": key, **value} if isinstance(value, dict) else value for key, value in section.items()}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
