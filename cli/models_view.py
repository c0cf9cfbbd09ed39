"""What `storyfarm models list`, `show` and `profiles` show: what a model is, whether it can run here, and what may be sold."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from cli import models_files
from farm import profiles
from farm.catalog import Catalog, Model
from farm.settings import Settings
from farm.types import TaskKind

KINDS: Mapping[str, tuple[TaskKind, ...]] = {
    "language": (TaskKind.WRITE,),
    "pictures": (TaskKind.PORTRAIT, TaskKind.KEYFRAME),
    "video": (TaskKind.ANIMATE,),
    "voices": (TaskKind.SPEAK,),
    "music": (TaskKind.SCORE,),
    "film": (TaskKind.JOIN, TaskKind.COMPOSE),
}
"""What people call the models of these tasks."""
SALE = ("yes", "limited", "no", None)
"""From the freest; None: nobody looked."""
NO_DEVICE = ("no CUDA", "no device", "too large")
"""States of models that this machine has not the device for, whatever is fetched or installed."""
WIDE = 200
"""Columns where nobody's terminal limits them."""
CARD = 1.05
"""GB that torch sees of a card that is sold as having one: of a card's GiB the driver keeps some (24 GB: 25.3, 80 GB: 84.9, 8 GB: 8.4)."""


def described(model: Model, catalog: Catalog) -> dict[str, Any]:
    """Everything known of a model, as `--json` prints it."""
    folder = models_files.folder(model)
    source = model.source
    lacks = missing(model)
    return {
        "name": model.name,
        "title": model.title,
        "kind": kind_of(model),
        "tasks": [kind.value for kind in model.tasks],
        "engine": model.engine,
        "licence": model.licence,
        "sale": model.sale,
        "terms": model.terms,
        "gated": model.gated,
        "device": model.device,
        "memory_gb": model.memory_gb,
        "source": source.hub or source.package or (str(source.folder) if source.folder else ""),
        "revision": source.revision or "",
        "folder": str(folder) if folder is not None else "",
        "bytes": sum(path.stat().st_size for path in models_files.files(folder)) if folder is not None else 0,
        "pools": list(catalog.serving(model.name)),
        **_measured(model),
        "profiles": [profile.name for profile in catalog.profiles.values() if model.name in profile.models.values()],
        "state": _state(model, lacks, fetched=folder is not None),
        "missing": lacks,
    }


def kind_of(model: Model) -> str:
    """What people call what it does."""
    return next(kind for kind, tasks in KINDS.items() if model.tasks[0] in tasks)


def missing(model: Model) -> list[str]:
    """Why a model cannot run here, a sentence each; memory as measured here, where it was."""
    from workers.engines import engine_class

    try:
        lacks = list(engine_class(model.engine).missing(model))
    except (ImportError, AttributeError, ValueError) as error:
        return [f"Its engine {model.engine!r} cannot be loaded: {error}."]
    reason = _device_lacks(model)
    return [*lacks, *([reason[1]] if reason else [])]


def _device_lacks(model: Model) -> tuple[str, str] | None:
    """What this machine's device has not for the model: a word and a sentence."""
    from workers import health
    from workers.abilities import too_large

    try:
        device = health.describe(model.device)
        reason = too_large(model, device, _profile(model, device.title))
    except (RuntimeError, ValueError) as error:
        return "no CUDA" if model.device == "cuda" else "no device", f"{str(error)[:1].upper()}{str(error)[1:]}."
    return ("too large", reason) if reason else None


def _state(model: Model, lacks: list[str], *, fetched: bool) -> str:
    """In a word whether it can run here, or what comes first."""
    from pipelines import weights

    if not lacks:
        return "ready"
    if reason := _device_lacks(model):
        return reason[0]
    if model.engine.startswith(("diffusion", "transformers")) and weights.lacking(("torch",)):
        return "no gpu extra"
    return "lacks more" if fetched or (model.source.hub is None and model.source.folder is None) else "not fetched"


def fits_card(model: Model, gigabytes: float) -> bool:
    """Whether models.yaml says that a model fits a GPU that is sold with so many GB."""
    from workers.health import GPU_SHARE

    return model.device != "cuda" or model.memory_gb <= gigabytes * CARD * GPU_SHARE


def table(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print models, those of a kind together."""
    from rich.markup import escape
    from rich.table import Table

    console = _console()
    shown = list(rows)
    wide, wider = console.width >= 110, console.width >= 160
    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    out.add_column("model", no_wrap=True, min_width=2 + max(len(row["name"]) for row in shown))
    for heading, longest in (("memory", max(len(_memory(row)) for row in shown)), ("on disk", max(len(_size(row["bytes"])) for row in shown))):
        out.add_column(heading, justify="right", no_wrap=True, min_width=max(longest, len(heading)))
    out.add_column("for sale", no_wrap=True, min_width=8)
    out.add_column("here", no_wrap=True, min_width=max(len(row["state"]) for row in shown))
    out.add_column("licence", no_wrap=True, overflow="ellipsis", max_width=46 if wider else None)
    if wider:
        out.add_column("sold under which terms", overflow="fold")
    if wide:
        out.add_column("pools", overflow="fold")
    colours = {"ready": "green", "yes": "green", "limited": "yellow", "no": "red", "not fetched": "cyan"}
    for kind in KINDS:
        of_kind = [row for row in shown if row["kind"] == kind]
        if of_kind:
            out.add_row(f"[bold]{kind}[/]")
        for row in of_kind:
            state, sale = row["state"], row["sale"] or "?"
            cells = [
                f"  {escape(row['name'])}",
                _memory(row),
                _size(row["bytes"]),
                f"[{colours.get(sale, 'default')}]{sale}[/]",
                f"[{colours.get(state, 'yellow')}]{state}[/]",
                escape(row["licence"]),
            ]
            out.add_row(*cells, *([escape(row["terms"])] if wider else []), *([escape(", ".join(row["pools"]) or "–")] if wide else []))
    console.print(out)
    ready = sum(row["state"] == "ready" for row in shown)
    console.print(f"{ready} of {len(shown)} can run here. `storyfarm models show NAME`: what is missing, and under which terms its films are sold.")


def card(row: Mapping[str, Any], settings: str) -> None:
    """Print one model."""
    from rich.markup import escape

    console = _console()

    def line(key: str, value: str) -> None:
        indent = " " * 12
        wrapped = textwrap.fill(value, max(console.width, 40), initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        console.print(f"[bold]{key:<12}[/]{escape(wrapped[12:])}", soft_wrap=True)

    console.print(f"[bold]{escape(row['name'])}[/]  {escape(row['title'])}", soft_wrap=True)
    line("does", ", ".join(row["tasks"]))
    line("runs by", f"{row['engine']} on {row['device']}, {_memory(row)}")
    line("licence", row["licence"])
    sale = {"yes": "yes", "limited": "within limits", "no": "no", None: "nobody looked: read its licence"}[row["sale"]]
    line("for sale", f"{sale}: {row['terms']}" if row["terms"] else sale)
    revision = f" at {row['revision']}" if row["revision"] else ""
    if row["source"]:
        line("source", f"{row['source']}{revision}{' (asks to accept its licence first)' if row['gated'] else ''}")
    line("on disk", f"{_size(row['bytes'])} in {row['folder']}" if row["folder"] else "–")
    line("pools", ", ".join(row["pools"]) or "none: no worker serves it")
    if row["profiles"]:
        line("profiles", ", ".join(row["profiles"]))
    if row.get("step_seconds"):
        line("a step", f"{row['step_seconds']:.3g} s, as measured here")
    line("here", "can run" if not row["missing"] else row["missing"][0])
    for sentence in row["missing"][1:]:
        line("", sentence)
    console.print("[bold]models.yaml[/]")
    console.print(textwrap.indent(settings.rstrip(), "  "), markup=False, soft_wrap=True)


def profile_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """Each profile: its models, what may be sold, and of each pool that serves models of it how much they take, alone and together."""
    found = []
    for profile in catalog.profiles.values():
        models = {kind: catalog.models[name] for kind, name in profile.models.items()}
        sale = max((model.sale for model in models.values()), key=SALE.index)
        limits = sorted({f"{model.name}: {model.terms}" for model in models.values() if model.sale == sale and model.terms}) if sale != "yes" else []
        found.append(
            {
                "name": profile.name,
                "models": {kind.value: model.name for kind, model in models.items()},
                "sale": sale,
                "limits": limits,
                "devices": [_device_row(pool.name, pool.device, pool.memory_gb, models.values(), pool.models) for pool in _pools(catalog, profile)],
                "unserved": sorted({model.name for model in models.values() if not catalog.serving(model.name)}),
            }
        )
    return found


def _pools(catalog: Catalog, profile: Any) -> list[Any]:
    """The pools that serve a profile's models: for those on a GPU the one that is named like it, else the smallest that serves any."""
    used = set(profile.models.values())
    serving = [pool for pool in catalog.pools.values() if used & set(pool.models)]
    same = [pool for pool in serving if pool.name == profile.name]
    others = [pool for pool in serving if pool.device != "cuda" or not same]
    return [*same, *(pool for pool in others if pool not in same)]


def _device_row(pool: str, device: str, memory_gb: float | None, models: Iterable[Model], served: Iterable[str]) -> dict[str, Any]:
    from workers.health import CPU_SHARE, GPU_SHARE

    here = {model.name: model.memory_gb for model in models if model.name in served and model.device == device}
    budget = round(memory_gb * CARD * (GPU_SHARE if device == "cuda" else CPU_SHARE), 1) if memory_gb else None
    return {
        "pool": pool,
        "device": device,
        "budget_gb": budget,
        "models": here,
        "together_gb": round(sum(here.values()), 1),
        "stay_loaded": _together(here, budget),
        "too_large": sorted(name for name, need in here.items() if budget is not None and need > budget),
    }


def _together(needs: Mapping[str, float], budget: float | None) -> list[str]:
    """The models that stay loaded beside each other, the most of them that fit."""
    stay: list[str] = []
    for name in sorted(needs, key=lambda name: needs[name]):
        if budget is None or sum(needs[one] for one in (*stay, name)) <= budget:
            stay.append(name)
    return sorted(stay, key=list(needs).index)


def print_profiles(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print profiles for people."""
    from rich.markup import escape

    console = _console()
    for row in rows:
        sale = {"yes": "may be sold", "limited": "may be sold within limits", "no": "may not be sold", None: "read the licences"}[row["sale"]]
        console.print(f"[bold]{escape(row['name'])}[/]: its films {sale}")
        for limit in row["limits"]:
            console.print(f"  {escape(limit)}")
        for device in row["devices"]:
            names = ", ".join(f"{name} {need:g} GB" for name, need in device["models"].items())
            if not names:
                continue
            console.print(f"  pool {escape(device['pool'])} ({device['device']}): {escape(names)}")
            if device["budget_gb"] is not None:
                turns = [name for name in device["models"] if name not in device["stay_loaded"]]
                stay = ", ".join(device["stay_loaded"])
                told = "all stay loaded" if not turns else f"{stay} stay loaded, {', '.join(turns)} in their place while needed"
                if len(device["stay_loaded"]) < 2 <= len(device["models"]):
                    told = "they take turns"
                console.print(f"    together {device['together_gb']:g} of the {device['budget_gb']:g} GB that models may take: {escape(told)}")
            for name in device["too_large"]:
                console.print(f"    [red]{escape(name)} does not fit by itself[/]")
        for name in row["unserved"]:
            console.print(f"  [red]{escape(name)}: no pool serves it[/]")


def _console() -> Any:
    """Standard output; as wide as it likes where it is no terminal, so that what reads it gets whole lines."""
    from rich.console import Console

    free = not sys.stdout.isatty() and not os.environ.get("COLUMNS")
    return Console(highlight=False, width=WIDE if free else None)


def _size(amount: int) -> str:
    return f"{amount / 1e9:.1f} GB" if amount >= 5e7 else f"{amount / 1e6:.1f} MB" if amount else "–"


def _memory(row: Mapping[str, Any]) -> str:
    return f"{row['measured_gb']:.3g} GB measured" if row.get("measured_gb") else f"{row['memory_gb']:g} GB"


def _measured(model: Model) -> dict[str, Any]:
    """What was measured here: seconds of a step, the batch that pays for each size, gigabytes; nothing where nothing was."""
    from workers import health

    try:
        found = _profile(model, health.describe(model.device).title)
    except (RuntimeError, ValueError):
        found = None
    if found is None:
        return {}
    sizes = {row.size: tuple(map(int, row.size.split("x"))) if row.size else () for row in found.measured}
    return {
        "step_seconds": found.step_seconds(),
        "batch": {name: found.best_batch(*size) for name, size in sizes.items()},
        "measured_gb": round((found.weights_bytes + found.working_bytes) / 1e9, 3),
    }


def _profile(model: Model, title: str) -> profiles.DeviceProfile | None:
    return profiles.find(Settings.from_environment().home, model, title)
